//! `simulate`: Microsoft on loopback, alone and in the foreground, until it is told to end.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Status, help, options::Simulate};
use crate::{
    phrase::Phrase,
    simulator::{
        Simulator,
        faults::{self, Fault},
        tenant::State,
    },
};

pub fn run(context: &Context, asked: &Simulate) -> Status {
    if asked.list {
        let width = faults::all().map(|(name, _)| name.len()).max().unwrap_or_default();
        let line = |(name, fault): (&str, &Fault)| {
            let about = help::fault(context.texts.language(), name, &fault.about);
            format!("{name:<width$}  {about}\n")
        };
        context.deliver(&faults::all().map(line).collect::<String>());
        return Status::Done;
    }
    match context.block_on(serve(asked.fault)) {
        Ok(Ok(())) => Status::Done,
        Ok(Err(error)) => {
            context.complain(context.texts.say(&Phrase::new("command.simulator").with("detail", error)));
            Status::Unreachable
        }
        Err(status) => status,
    }
}

async fn serve(fault: Option<&Fault>) -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let simulator = start(State::healthy(), fault).await?;
    let mut line = serde_json::to_string(simulator.announcement())?;
    line.push('\n');
    let announced = io::stdout().write_all(line.as_bytes()).and_then(|()| io::stdout().flush());
    announced.map_err(|error| io::Error::new(error.kind(), format!("stdout: {error}")))?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// As it should be, or with something wrong.
pub async fn start(healthy: State, fault: Option<&Fault>) -> io::Result<Simulator> {
    match fault {
        Some(fault) => Simulator::start_faulty(healthy, fault).await,
        None => Simulator::start(healthy).await,
    }
}
