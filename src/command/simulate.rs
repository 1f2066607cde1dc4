//! `simulate`: Microsoft on loopback, alone and in the foreground, until it is told to end.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Status};
use crate::simulator::{Simulator, tenant::State};

pub fn run(context: &Context) -> Status {
    match context.block_on(serve()) {
        Ok(Ok(())) => Status::Done,
        Ok(Err(error)) => {
            context.complain(format!("the simulator cannot run: {error}"));
            Status::Unreachable
        }
        Err(status) => status,
    }
}

async fn serve() -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let simulator = Simulator::start(State::healthy()).await?;
    let mut line = serde_json::to_string(simulator.announcement())?;
    line.push('\n');
    io::stdout().write_all(line.as_bytes())?;
    io::stdout().flush()?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}
