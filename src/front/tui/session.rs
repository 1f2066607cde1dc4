//! The terminal taken and given back: raw mode, alternate screen, bracketed paste. Whatever way
//! the program goes, the terminal is as it was. Nothing is drawn here.
#![expect(clippy::disallowed_methods, reason = "the terminal is opened here, where it is taken")]

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::OwnedFd,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute,
    terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

/// Whether there is something to give back; the panic hook reads it too.
static TAKEN: AtomicBool = AtomicBool::new(false);

pub struct Session {
    /// Where keys come from when it is not standard input.
    tty: Option<File>,
}

impl Session {
    pub fn take() -> io::Result<Self> {
        let tty = if io::stdin().is_terminal() { None } else { Some(File::open("/dev/tty")?) };
        give_back_on_panic();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let session = Self { tty };
        // A program that was killed may have left the alternate screen as it was.
        execute!(io::stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste)?;
        Ok(session)
    }

    /// Where keys come from.
    pub fn keys(&self) -> io::Result<OwnedFd> {
        Ok(match &self.tty {
            Some(tty) => rustix::io::dup(tty)?,
            None => rustix::io::dup(io::stdin())?,
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        give_back();
    }
}

/// Errors are of no use here: the terminal may be gone, and then there is nothing to give back.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
}

/// A panic is reported on the terminal as it was, not on a screen that vanishes.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
    });
}
