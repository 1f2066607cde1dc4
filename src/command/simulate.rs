//! `simulate`: Microsoft on loopback, alone and in the foreground, until it is told to end.

use std::io::{self, Write};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Status};
use crate::simulator::{Simulator, tenant::State};

pub fn run(context: &Context) -> Status {
    match context.block_on(serve()) {
        Ok(Ok(())) => Status::Done,
        Ok(Err(error)) => {
            context.complain(format!("{error:#}"));
            Status::Unreachable
        }
        Err(status) => status,
    }
}

async fn serve() -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let simulator = Simulator::start(State::healthy()).await.context("the simulator cannot run")?;
    let mut line = serde_json::to_string(simulator.announcement())?;
    line.push('\n');
    let announced = io::stdout().write_all(line.as_bytes()).and_then(|()| io::stdout().flush());
    announced.context("stdout")?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}
