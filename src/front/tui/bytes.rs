//! Bytes of a terminal become keys and pastes. Pure: it reads nothing and waits for nothing.
//! Only the keys this program has a use for; every other sequence is swallowed whole.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Ends a bracketed paste, which begins with `CSI 200 ~` (xterm, "Bracketed Paste Mode").
const PASTE_END: &[u8] = b"\x1b[201~";

/// More than any field takes; the rest of such a paste is dropped.
const PASTE_LIMIT: usize = 256 * 1024;

/// No sequence of a key is this long.
const SEQUENCE_LIMIT: usize = 32;

/// A read of the terminal, and what was left of the one before.
const BUFFER: usize = 8 * 1024;

/// Not crossterm's: a paste may be a secret.
#[derive(Debug, PartialEq)]
pub enum Event {
    Key(KeyEvent),
    Paste(Secret),
    /// The window has another size.
    Resize,
}

/// Its buffers are as large as they become from the beginning: growing leaves copies of a secret behind.
pub struct Parser {
    bytes: Zeroizing<Vec<u8>>,
    paste: Option<Zeroizing<Vec<u8>>>,
}

impl Default for Parser {
    fn default() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(BUFFER)), paste: None }
    }
}

enum Step {
    /// The bytes so far are the beginning of something.
    More,
    /// So many bytes are a key, or nothing.
    Key(usize, Option<KeyEvent>),
    Paste(usize),
}

impl Parser {
    pub fn advance(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.bytes.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut at = 0;
        loop {
            if let Some(paste) = &mut self.paste {
                let rest = &self.bytes[at..];
                let end = rest.windows(PASTE_END.len()).position(|window| window == PASTE_END);
                // Without an end, what could be the beginning of one stays.
                let taken = end.unwrap_or(rest.len().saturating_sub(PASTE_END.len() - 1));
                let room = PASTE_LIMIT.saturating_sub(paste.len());
                paste.extend_from_slice(&rest[..taken.min(room)]);
                at += taken;
                if end.is_none() {
                    break;
                }
                at += PASTE_END.len();
                let text = self.paste.take().unwrap_or_default();
                events.push(Event::Paste(Secret::new(String::from_utf8_lossy(&text))));
            }
            match step(&self.bytes[at..]) {
                Step::More => break,
                Step::Key(length, key) => {
                    at += length;
                    events.extend(key.map(Event::Key));
                }
                Step::Paste(length) => {
                    at += length;
                    self.paste = Some(Zeroizing::new(Vec::with_capacity(PASTE_LIMIT)));
                }
            }
        }
        self.bytes.drain(..at);
        events
    }

    /// Whether time decides: a lone escape character is the key if nothing follows.
    pub fn undecided(&self) -> bool {
        self.paste.is_none() && !self.bytes.is_empty()
    }

    /// Nothing followed.
    pub fn decide(&mut self) -> Option<Event> {
        let escape = *self.bytes == b"\x1b";
        self.bytes.clear();
        escape.then(|| Event::Key(KeyCode::Esc.into()))
    }
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] | [0x1b] | [0x1b, b'O'] | [0x1b, b'[', b'['] => Step::More,
        [0x1b, 0x1b, ..] => Step::Key(1, Some(KeyCode::Esc.into())),
        [0x1b, b'O', last, ..] => Step::Key(3, named(*last).map(KeyEvent::from)),
        // The Linux console's F1 to F5.
        [0x1b, b'[', b'[', last, ..] => Step::Key(4, (*last == b'B').then(|| KeyCode::F(2).into())),
        [0x1b, b'[', rest @ ..] => control_sequence(rest),
        [0x1b, rest @ ..] => match step(rest) {
            Step::Key(length, key) => Step::Key(length + 1, key.map(with_alt)),
            other => other,
        },
        [b'\r', ..] => Step::Key(1, Some(KeyCode::Enter.into())),
        [b'\t', ..] => Step::Key(1, Some(KeyCode::Tab.into())),
        [0x7f, ..] => Step::Key(1, Some(KeyCode::Backspace.into())),
        [byte @ 0x01..=0x1a, ..] => {
            let letter = char::from(byte + b'a' - 1);
            Step::Key(1, Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
        }
        [0x00..=0x1f, ..] => Step::Key(1, None),
        _ => character(bytes),
    }
}

/// After `ESC [`: parameters, and a byte from `@` to `~` at the end (ECMA-48, 5.4).
fn control_sequence(rest: &[u8]) -> Step {
    let Some(end) = rest.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else {
        return if rest.len() < SEQUENCE_LIMIT { Step::More } else { Step::Key(rest.len() + 2, None) };
    };
    let first: &[u8] = rest[..end].split(|byte| *byte == b';').next().unwrap_or_default();
    let key = match (rest[end], first) {
        (b'~', b"200") => return Step::Paste(end + 3),
        (b'~', b"1" | b"7") => Some(KeyCode::Home),
        (b'~', b"4" | b"8") => Some(KeyCode::End),
        (b'~', b"3") => Some(KeyCode::Delete),
        (b'~', b"5") => Some(KeyCode::PageUp),
        (b'~', b"6") => Some(KeyCode::PageDown),
        (b'~', b"12") => Some(KeyCode::F(2)),
        (b'~', _) => None,
        // Not the end of a sequence at all: what stands there is a key of its own.
        (..=0x3f | 0x7f.., _) => return Step::Key(end + 2, None),
        (last, _) => named(last),
    };
    Step::Key(end + 3, key.map(KeyEvent::from))
}

fn named(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'Q' => KeyCode::F(2),
        _ => return None,
    })
}

fn with_alt(key: KeyEvent) -> KeyEvent {
    KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT)
}

fn character(bytes: &[u8]) -> Step {
    let whole = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(whole) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            // The bytes up to there were just found valid.
            std::str::from_utf8(&whole[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) if error.error_len().is_none() && bytes.len() < 4 => return Step::More,
        Err(_) => return Step::Key(1, None),
    };
    match valid.chars().next() {
        Some(letter) => Step::Key(letter.len_utf8(), Some(KeyCode::Char(letter).into())),
        None => Step::Key(1, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<KeyCode> {
        let mut parser = Parser::default();
        let events = parser.advance(text.as_bytes()).into_iter().chain(parser.decide());
        let code = |event| match event {
            Event::Key(key) => Some(key.code),
            _ => None,
        };
        events.filter_map(code).collect()
    }

    #[test]
    fn keys_of_several_terminals() {
        use KeyCode::{Char, Delete, Down, End, Enter, Esc, F, Home, PageUp, Up};
        assert_eq!(keys("\x1bOQ\x1b[12~\x1b[[B\x1b[1;5Q"), [F(2); 4]);
        assert_eq!(keys("\x1b[A\x1bOB\x1b[1;2H\x1b[4~\x1b[3~\x1b[5~"), [Up, Down, Home, End, Delete, PageUp]);
        assert_eq!(keys("a語\r\x1b"), [Char('a'), Char('語'), Enter, Esc]);
        assert_eq!(keys("\x1b[?1;2c\x1b[99~x"), [Char('x')], "answers and other keys are swallowed");
    }

    #[test]
    fn control_letters_and_alt_are_told_apart() {
        let events = Parser::default().advance(b"\x02\x08\x1bb");
        let modifiers = [KeyModifiers::CONTROL, KeyModifiers::CONTROL, KeyModifiers::ALT];
        let letters = ['b', 'h', 'b'];
        let wanted =
            letters.into_iter().zip(modifiers).map(|(letter, with)| KeyEvent::new(KeyCode::Char(letter), with));
        assert_eq!(events, wanted.map(Event::Key).collect::<Vec<_>>());
    }

    #[test]
    fn the_same_events_wherever_the_bytes_are_split() {
        let bytes = "あ\x1b[A\x1b[200~secret\r\n\x1b[201x語\x1b[201~\x1b[12~\x1bOQz".as_bytes();
        let whole = Parser::default().advance(bytes);
        assert_eq!(whole.len(), 6, "{whole:?}");
        for at in 0..bytes.len() {
            let mut parser = Parser::default();
            let mut events = parser.advance(&bytes[..at]);
            events.extend(parser.advance(&bytes[at..]));
            assert_eq!(events, whole, "split at {at}");
        }
    }

    #[test]
    fn nothing_is_kept_without_bound() {
        let mut parser = Parser::default();
        parser.advance(b"\x1b[200~");
        for _ in 0..400 {
            parser.advance(&[b'x'; 1024]);
        }
        let events = parser.advance(b"\x1b[201~");
        assert!(matches!(&events[..], [Event::Paste(text)] if text.expose().len() == PASTE_LIMIT));
        assert!(parser.advance(&[b"\x1b[", [b'1'; 100].as_slice()].concat()).len() <= 100 && parser.bytes.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let mut parser = Parser::default();
            parser.advance(&bytes);
            parser.decide();
        }
    }
}
