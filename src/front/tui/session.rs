//! The terminal taken and given back: raw mode, alternate screen, bracketed paste. Whatever way
//! the program goes, the terminal is as it was. Nothing is drawn here.
#![expect(clippy::disallowed_methods, reason = "the terminal is opened here, where it is taken")]

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::{AsFd, BorrowedFd},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

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
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        Ok(session)
    }

    /// A look at the terminal that draws nothing: whether the other side hung up. Needed because
    /// crossterm's event source goes round in circles when the tty is gone instead of saying so
    /// (crossterm pull request 1067).
    pub fn gone(&self) -> bool {
        hung_up(self.tty.as_ref().map(AsFd::as_fd).unwrap_or(io::stdin().as_fd()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        give_back();
    }
}

pub fn hung_up(fd: BorrowedFd) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut fds, Some(&at_once)) {
        Ok(_) => fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
        Err(error) => error != rustix::io::Errno::INTR,
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
