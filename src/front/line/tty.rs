//! A terminal on standard input, taken for reading lines longer than 4,095 characters: that is
//! where the kernel ends a canonical line (N_TTY_BUF_SIZE, termios(3)), and a token is longer.
//! Signals stay the terminal's: Ctrl-C is SIGINT, not a character.

#![expect(clippy::disallowed_methods, reason = "the terminal on standard input is taken here")]

use std::io;

use rustix::{
    io::Errno,
    termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr},
};

pub struct Tty {
    before: Option<Termios>,
}

impl Tty {
    /// `None` when standard input is no terminal.
    pub fn take() -> io::Result<Option<Self>> {
        let before = match tcgetattr(io::stdin()) {
            Ok(before) => before,
            Err(Errno::NOTTY | Errno::BADF | Errno::INVAL) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut raw = before.clone();
        raw.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Some(Self { before: Some(before) }))
    }

    pub fn give_back(&mut self) {
        if let Some(before) = self.before.take() {
            // A terminal that is gone has nothing to be given back.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Columns of the terminal on standard output; 80 where nobody knows.
pub fn columns() -> usize {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => 80,
    }
}
