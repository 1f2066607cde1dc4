//! What a person sees and types: a front draws a `Screen` and turns keys or lines into messages.
//! It decides nothing about the setup, keeps no state of it, and knows of no effect.

mod blocks;
pub mod key;
pub mod line;
mod look;
mod qr;
pub mod script;
pub mod text;
pub mod tui;
mod words;

#[cfg(test)]
mod samples;

use std::io;

use crate::wizard::{message::Message, screen::Screen};

pub use look::Look;
pub use words::Words;

/// What a front has to say next.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// To be given to the wizard in this order.
    Send(Vec<Message>),
    /// The end of the input, or a terminal that is gone: nothing more will come.
    Gone,
    /// Only from the unattended front: this screen needs a person.
    Stuck,
}

pub trait Front {
    /// Shows a screen; costs nothing when nothing about it changed. An error means that the terminal is gone.
    fn show(&mut self, screen: &Screen) -> io::Result<()>;
    /// Waits for the person. Cancel safe: dropping the future loses nothing that was typed.
    fn next(&mut self) -> impl Future<Output = Input>;
    /// What stands in the field and was given to nobody yet, when the terminal is gone.
    fn unsent(&mut self) -> Option<Message> {
        None
    }
    /// Hands a text to the person's clipboard, where there is a way. No answer ever comes back, so
    /// the text must stay readable on the screen.
    fn copy(&mut self, text: &str);
    /// Shows a text on its own, plain, so that the terminal's own selection takes it.
    fn print(&mut self, text: &str);
    /// The front's own few words, in another language; the next `show` uses them.
    fn speak(&mut self, words: Words);
    /// Gives the terminal back as it was. May be called twice; dropping the front does the same.
    fn close(&mut self);
}

/// Whether a screen asks something else than before; on a screen that ticks a passing time does not count.
fn asks_anew(before: &Screen, now: &Screen) -> bool {
    if !now.ticks {
        return before != now;
    }
    before.id != now.id
        || before.question != now.question
        || before.actions != now.actions
        || before.busy.is_some() != now.busy.is_some()
}
