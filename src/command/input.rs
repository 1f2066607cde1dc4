//! What a person hands over on standard input, bounded, and told from binary data.
//! It does not look at what the text says.

#![expect(clippy::disallowed_methods, reason = "what is handed over is read here")]

use std::io::{self, Read};

/// Only the last of it is kept.
const LIMIT: usize = 1024 * 1024;
/// Where standard input is taken to have no end.
const ENDLESS: usize = 256 * LIMIT;

/// The end of standard input.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tail {
    pub bytes: Vec<u8>,
    /// Something before it was left out.
    pub cut: bool,
    /// It was still going on.
    pub endless: bool,
}

pub fn standard_input() -> io::Result<Tail> {
    tail(io::stdin().lock())
}

fn tail(mut from: impl Read) -> io::Result<Tail> {
    let mut tail = Tail::default();
    let (mut piece, mut total) = (vec![0; 64 * 1024], 0);
    loop {
        let read = match from.read(&mut piece) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        tail.bytes.extend_from_slice(piece.get(..read).unwrap_or_default());
        total += read;
        tail.endless = total >= ENDLESS;
        if read == 0 || tail.endless || tail.bytes.len() > 2 * LIMIT {
            let surplus = tail.bytes.len().saturating_sub(LIMIT);
            tail.cut |= surplus > 0;
            tail.bytes.drain(..surplus);
        }
        if read == 0 || tail.endless {
            return Ok(tail);
        }
    }
}

/// The bytes as text; `None` for binary data. A log in another character set is text still: what is no UTF-8
/// becomes U+FFFD. PowerShell's redirection writes UTF-16.
pub fn text(bytes: &[u8]) -> Option<String> {
    if let [0xff, 0xfe, rest @ ..] = bytes {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        return Some(String::from_utf16_lossy(&units));
    }
    let text = String::from_utf8_lossy(bytes);
    let odd = text.chars().filter(|letter| matches!(letter, '\u{fffd}' | '\0'..='\u{8}' | '\u{e}'..='\u{1a}')).count();
    // A disk that ran full, or a log that was rotated under its writer, leaves a few NULs.
    let nulls = bytes.iter().filter(|byte| **byte == 0).count();
    let binary = (nulls > 3 && nulls * 100 > bytes.len()) || odd * 10 > text.chars().count();
    (!binary).then(|| text.replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_input_is_kept() {
        let long = [vec![b'a'; 3 * LIMIT], b"the end".to_vec()].concat();
        let tail = tail(long.as_slice()).unwrap();
        assert!(tail.cut && !tail.endless && tail.bytes.len() == LIMIT && tail.bytes.ends_with(b"the end"));
    }

    #[test]
    fn an_input_without_an_end_is_left() {
        let tail = tail(io::repeat(b'a')).unwrap();
        assert!(tail.cut && tail.endless && tail.bytes.len() == LIMIT);
    }

    #[test]
    fn binary_data_is_told_from_text_in_other_character_sets() {
        assert_eq!(text(b"\x7fELF\x02\x01\x01\0\0\0"), None);
        assert_eq!(text(&[0x80; 100]), None);
        assert_eq!(text(&[&b"535 5.7.3 Authentication unsuccessful\n".repeat(9)[..], &[0; 9]].concat()), None);
        assert_eq!(text(b"app: sent\0 535 5.7.3").as_deref(), Some("app: sent\u{fffd} 535 5.7.3"));
        assert_eq!(
            text(b"Verbindung verz\xf6gert: 535 5.7.3").as_deref(),
            Some("Verbindung verz\u{fffd}gert: 535 5.7.3")
        );
        assert_eq!(text(b"\xff\xfe5\x003\x005\x00").as_deref(), Some("535"));
        assert_eq!(text(b"\x1b[31m535\x1b[0m").as_deref(), Some("\u{1b}[31m535\u{1b}[0m"));
    }
}
