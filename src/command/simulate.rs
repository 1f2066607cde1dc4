//! `simulate`: Microsoft on loopback, alone and in the foreground, until it is told to end.

use std::io::{self, Write};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Status, options::Simulate};
use crate::simulator::{
    Simulator,
    faults::{self, Fault},
    tenant::State,
};

pub fn run(context: &Context, asked: &Simulate) -> Status {
    if asked.list {
        let width = faults::all().map(|(name, _)| name.len()).max().unwrap_or_default();
        let line = |(name, fault): (&str, &Fault)| format!("{name:<width$}  {}\n", fault.about);
        context.deliver(&faults::all().map(line).collect::<String>());
        return Status::Done;
    }
    match context.block_on(serve(asked.fault)) {
        Ok(Ok(())) => Status::Done,
        Ok(Err(error)) => {
            context.complain(format!("{error:#}"));
            Status::Unreachable
        }
        Err(status) => status,
    }
}

async fn serve(fault: Option<&Fault>) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let simulator = start(fault).await.context("the simulator cannot run")?;
    let mut line = serde_json::to_string(simulator.announcement())?;
    line.push('\n');
    let announced = io::stdout().write_all(line.as_bytes()).and_then(|()| io::stdout().flush());
    announced.context("stdout")?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// As it should be, or with something wrong.
pub async fn start(fault: Option<&Fault>) -> io::Result<Simulator> {
    match fault {
        Some(fault) => Simulator::start_faulty(State::healthy(), fault).await,
        None => Simulator::start(State::healthy()).await,
    }
}
