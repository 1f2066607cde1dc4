//! Reads the terminal beside the interface. Not crossterm's own source, for two reasons: it reads a
//! blocking descriptor inside its poll, so that half a paste stops everything, and it goes round in
//! circles when the terminal is gone (crossterm pull request 1067).
#![expect(clippy::disallowed_methods, reason = "a blocking read of the terminal needs a thread of its own")]

use std::os::fd::OwnedFd;

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zeroize::Zeroizing;

use super::bytes::{Event, Parser};

/// How long an escape character waits for the rest of its sequence. Over a slow line the bytes of one
/// key arrive apart; curses waits a whole second (`ESCDELAY`), vi users set a tenth.
const ESCAPE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// The channel ends when the terminal is gone, which is noticed at once and without drawing.
pub fn events(tty: OwnedFd) -> Receiver<Event> {
    let (sender, receiver) = channel(64);
    std::thread::spawn(move || {
        // Any failure to read is the end of the terminal.
        let _ = read(&tty, &sender);
    });
    receiver
}

fn read(tty: &OwnedFd, sender: &Sender<Event>) -> Result<(), Errno> {
    let mut parser = Parser::default();
    let mut buffer = Zeroizing::new([0u8; 4096]);
    loop {
        let timeout = parser.undecided().then_some(&ESCAPE);
        let mut fds = [PollFd::new(tty, PollFlags::IN)];
        let events = match poll(&mut fds, timeout) {
            Ok(0) => parser.decide().into_iter().collect(),
            // Keys that came before the end still count, so the end is only seen when there are none.
            Ok(_) if !fds[0].revents().contains(PollFlags::IN) => return Ok(()),
            // After `close` the keys are someone else's.
            Ok(_) if sender.is_closed() => return Ok(()),
            Ok(_) => match rustix::io::read(tty, buffer.as_mut_slice())? {
                0 => return Ok(()),
                count => parser.advance(&buffer[..count]),
            },
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error),
        };
        for event in events {
            if sender.blocking_send(event).is_err() {
                return Ok(());
            }
        }
    }
}
