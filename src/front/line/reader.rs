//! Reads lines beside the interface: from a terminal key by key, from a pipe or file line by line.
//! It knows no screen; who needs a line takes it from the channel.
#![expect(clippy::disallowed_methods, reason = "a blocking read of standard input needs a thread of its own")]

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::Arc,
};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use zeroize::Zeroizing;

use crate::{front::text::LIMIT, secret::Secret, visible};

use super::console::{Console, Edit};

/// What a person does at the terminal.
pub enum Typed {
    Line(Secret),
    /// F2 or Ctrl-T: what stands in the line stays there.
    Language,
}

/// The channel ends where the input does. One line at most is read ahead.
pub fn lines(input: impl Read + Send + 'static, terminal: Option<Arc<Console>>) -> Receiver<Typed> {
    let (sender, receiver) = channel(1);
    std::thread::spawn(move || {
        // Any failure to read is the end of the input.
        let _ = match terminal {
            Some(console) => read_keys(input, &console, &sender),
            None => read_lines(input, &sender),
        };
    });
    receiver
}

fn read_lines(input: impl Read, sender: &Sender<Typed>) -> io::Result<()> {
    let mut input = BufReader::new(input);
    loop {
        let mut line = Zeroizing::new(Vec::new());
        if input.by_ref().take(LIMIT as u64).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.last() != Some(&b'\n') && line.len() >= LIMIT {
            input.skip_until(b'\n')?;
        }
        let line = Zeroizing::new(String::from_utf8_lossy(&line).into_owned());
        let line = Secret::new(line.trim_end_matches(['\r', '\n']));
        sender.blocking_send(Typed::Line(line)).map_err(io::Error::other)?;
    }
}

fn read_keys(mut input: impl Read, console: &Console, sender: &Sender<Typed>) -> io::Result<()> {
    let mut keys = Keys::default();
    let mut buffer = Zeroizing::new([0u8; 4096]);
    loop {
        let read = match input.read(buffer.as_mut_slice()) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for byte in &buffer[..read] {
            if keys.take(*byte) {
                if std::mem::take(&mut keys.language) {
                    sender.blocking_send(Typed::Language).map_err(io::Error::other)?;
                }
                continue;
            }
            console.edit(Edit::Insert(keys.text()))?;
            match byte {
                b'\r' | b'\n' => sender.blocking_send(Typed::Line(console.submit()?)).map_err(io::Error::other)?,
                0x14 => sender.blocking_send(Typed::Language).map_err(io::Error::other)?,
                // ^D on an empty line is the end, as in a shell.
                0x04 if console.is_empty() => return Ok(()),
                0x7f | 0x08 => console.edit(Edit::Backspace)?,
                0x15 => console.edit(Edit::DeleteAll)?,
                0x17 => console.edit(Edit::DeleteWord)?,
                _ => {}
            }
        }
        console.edit(Edit::Insert(keys.text()))?;
    }
}

/// Bytes on their way to become text; the sequences of arrow and function keys are swallowed, all but F2's.
#[derive(Default)]
struct Keys {
    pending: Zeroizing<Vec<u8>>,
    escape: Escape,
    /// The numbers and letters of a sequence so far.
    sequence: Vec<u8>,
    /// F2 was pressed.
    language: bool,
}

#[derive(Default, Clone, Copy)]
enum Escape {
    #[default]
    None,
    Begun,
    /// `ESC [` until a byte from `@` to `~` (ECMA-48, 5.4).
    Sequence,
    /// `ESC O` and one byte more.
    Single,
}

impl Keys {
    /// False for a control character, which is the caller's.
    fn take(&mut self, byte: u8) -> bool {
        match (self.escape, byte) {
            (_, 0x1b) => {
                self.escape = Escape::Begun;
                self.sequence.clear();
            }
            (Escape::Begun, b'[') => self.escape = Escape::Sequence,
            (Escape::Begun, b'O') => self.escape = Escape::Single,
            // The console's own F1 to F5 are `ESC [ [` and a letter.
            (Escape::Sequence, 0x20..=0x3f | b'[') if byte != b'[' || self.sequence.is_empty() => self.go_on(byte),
            (Escape::Sequence, 0x40..=0x7e) | (Escape::Single, 0x20..=0x7e) => {
                self.go_on(byte);
                // xterm, VT220 and Linux in turn.
                let f2: [(bool, &[u8]); 3] = [(true, b"Q"), (false, b"12~"), (false, b"[B")];
                let single = matches!(self.escape, Escape::Single);
                self.language |= f2.contains(&(single, self.sequence.as_slice()));
                self.escape = Escape::None;
            }
            (_, 0x00..=0x1f | 0x7f) => {
                self.escape = Escape::None;
                return false;
            }
            _ => {
                self.escape = Escape::None;
                self.pending.push(byte);
            }
        }
        true
    }

    /// One byte more of a sequence, of which only the short ones are of interest.
    fn go_on(&mut self, byte: u8) {
        if self.sequence.len() < 4 {
            self.sequence.push(byte);
        }
    }

    /// The whole characters so far; a broken one stays until the rest of it comes.
    fn text(&mut self) -> Zeroizing<String> {
        let whole = match std::str::from_utf8(&self.pending) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.pending.len(),
        };
        let bytes = Zeroizing::new(self.pending.drain(..whole).collect::<Vec<u8>>());
        let lossy = String::from_utf8_lossy(&bytes);
        let mut text = Zeroizing::new(String::with_capacity(lossy.len()));
        text.extend(lossy.chars().filter(|letter| !visible::hidden(*letter)));
        text
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Mutex, PoisonError},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn said(typed: &Typed) -> String {
        match typed {
            Typed::Line(line) => line.expose().to_owned(),
            Typed::Language => "(F2)".to_owned(),
        }
    }

    fn typed(keys: &[u8], hidden: bool) -> (Vec<String>, String) {
        let screen = Screen::default();
        let console = Arc::new(Console::new(Box::new(screen.clone()), || 40));
        console.say("", Some(("> ", hidden))).unwrap();
        let mut lines = lines(io::Cursor::new(keys.to_vec()), Some(console));
        let mut all = Vec::new();
        while let Some(typed) = lines.blocking_recv() {
            all.push(said(&typed));
        }
        let shown = screen.0.lock().unwrap().clone();
        (all, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn a_line_is_edited_by_whole_characters() {
        let (lines, shown) = typed("aé語\x7fb c\x17d\n".as_bytes(), false);
        assert_eq!(lines, ["aébd".to_owned()].map(|line| line.replace("bd", "b d")).to_vec());
        assert_eq!(shown, "> aé語\u{8} \u{8}\u{8} \u{8}b c\u{8} \u{8}d\n");
    }

    #[test]
    fn an_erasure_that_cannot_climb_a_row_shows_the_end_again() {
        let (lines, shown) = typed(format!("{}\x7f\x7f\n", "ab".repeat(19)).as_bytes(), false);
        assert_eq!(lines, ["ab".repeat(18)]);
        // 40 columns are full: a new row with the last 21; from there backspaces reach.
        assert_eq!(shown, format!("> {}\n> {}\u{8} \u{8}\n", "ab".repeat(19), "ab".repeat(10) + "a"));
    }

    #[test]
    fn arrow_keys_are_no_text_and_ctrl_d_ends_an_empty_line() {
        assert_eq!(typed(b"a\x1b[A\x1bOPb\x04\n\x04never", false).0, ["ab"]);
    }

    #[test]
    fn f2_of_any_terminal_and_ctrl_t_stand_beside_the_line() {
        for key in ["\x1bOQ", "\x1b[12~", "\x1b[[B", "\x14"] {
            let typed = typed(format!("al{key}erts\n").as_bytes(), false);
            assert_eq!(typed, (vec!["(F2)".into(), "alerts".into()], "> alerts\n".into()), "{key:?}");
        }
        assert_eq!(typed(b"\x1bOP\x1b[[A\x1b[[C\x1b[11~\x1b[112~\x1b[Bx\n", false).0, ["x"]);
    }

    #[test]
    fn a_secret_is_not_echoed() {
        assert_eq!(typed(b"CANARY\x7fY\n", true), (vec!["CANARY".to_owned()], "> \n".to_owned()));
    }

    #[test]
    fn sixteen_thousand_characters_arrive_whole() {
        let token = "語t".repeat(8_000);
        let (lines, shown) = typed(format!("{token}\n").as_bytes(), false);
        assert_eq!(lines, [token.as_str()]);
        assert_eq!(shown, format!("> {token}\n"));
    }

    #[test]
    fn a_pipe_gives_its_lines_without_their_ends() {
        let mut lines = lines(io::Cursor::new(b"one\r\n\nlast".to_vec()), None);
        let mut all = Vec::new();
        while let Some(typed) = lines.blocking_recv() {
            all.push(said(&typed));
        }
        assert_eq!(all, ["one", "", "last"]);
    }
}
