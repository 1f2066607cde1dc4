//! One wizard at a time: the second is told of the first, and ends.

use std::{fs::File, io, time::Duration};

use chrono::{DateTime, Local};

use super::{Context, access::now};
use crate::{
    phrase::Phrase,
    runtime::{
        files::Places,
        sole::{Holder, Taken},
    },
    wizard::effect::FileFailure,
};

/// A wizard whose line has dropped looks for its terminal once a second, and then ends by itself.
const WAIT: Duration = Duration::from_secs(2);

/// What a wizard begins with.
#[derive(Default)]
pub struct Sole {
    /// To be held as long as it runs.
    _lock: Option<File>,
    /// What to say where no lock can be had; it begins all the same.
    pub notice: Option<Phrase>,
}

/// `Err` is what to say when another has it open.
pub fn take(context: &Context, places: &Places) -> Result<Sole, String> {
    let me = Holder { pid: Some(std::process::id()), since: Some(now()), tty: tty() };
    match places.sole_wizard(&me, WAIT) {
        Ok(Taken::Sole(lock)) => Ok(Sole { _lock: Some(lock), notice: None }),
        Ok(Taken::By(holder)) => Err(busy(context, &holder)),
        Err(FileFailure { path, detail, .. }) => {
            let notice = Phrase::new("setup.no-lock").with("path", path).with("detail", detail);
            Ok(Sole { _lock: None, notice: Some(notice) })
        }
    }
}

fn busy(context: &Context, holder: &Holder) -> String {
    let Some(pid) = holder.pid else { return context.texts.word("setup.busy-unknown") };
    let since = holder.since.and_then(|at| DateTime::from_timestamp(at, 0));
    let since = since.map(|at| at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string());
    let place = match &holder.tty {
        Some(tty) => context.texts.say(&Phrase::new("setup.on-terminal").with("tty", tty)),
        None => context.texts.word("setup.without-terminal"),
    };
    let phrase = Phrase::new("setup.busy").with("pid", pid).with("place", place);
    context.texts.say(&phrase.with("since", since.unwrap_or_default()))
}

/// For example `pts/3`.
#[expect(clippy::disallowed_methods, reason = "which terminal somebody sits at")]
fn tty() -> Option<String> {
    let name = rustix::termios::ttyname(io::stdin(), Vec::new()).ok()?.into_string().ok()?;
    Some(name.strip_prefix("/dev/").map(str::to_owned).unwrap_or(name))
}
