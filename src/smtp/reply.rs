//! Server replies (RFC 5321 §4.2), read from bytes as they arrive, in whatever pieces.
//! Lenient where servers differ without harm (bare LF, `334` without its space), strict where leniency
//! would hide a fault. Knows no commands: whether a code fits is the dialogue's question.

use serde::Serialize;

use crate::visible::visible;

/// RFC 5321 §4.5.3.1.5 asks for 512 octets; servers that echo a token need far more.
const LINE_LIMIT: usize = 8 * 1024;
const REPLY_LIMIT: usize = 128;

/// A whole reply. The texts are without code and separator, control characters made visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    pub code: u16,
    /// The enhanced status code (RFC 3463) the text begins with, for example `5.7.3`.
    pub enhanced: Option<String>,
    /// Never empty; one text a line.
    pub lines: Vec<String>,
}

impl Reply {
    pub fn new(code: u16, lines: Vec<String>) -> Self {
        let enhanced = lines.first().and_then(|line| enhanced(line));
        Self { code, enhanced, lines }
    }

    /// As a person would quote it: the codes once, though each line bears them (RFC 2034 §4), the lines joined by spaces.
    pub fn text(&self) -> String {
        let bare = |line: &String| {
            let rest = self.enhanced.as_ref().and_then(|enhanced| line.strip_prefix(enhanced.as_str()));
            rest.filter(|rest| rest.is_empty() || rest.starts_with(' ')).unwrap_or(line).trim_start().to_owned()
        };
        let codes = [Some(self.code.to_string()), self.enhanced.clone()].into_iter().flatten();
        codes.chain(self.lines.iter().map(bare)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// Why the bytes are not a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Garbled {
    /// A line does not begin with a three-digit code.
    NotAReply,
    /// The lines of one reply bear different codes.
    CodeChanged,
    /// A line is longer than 8 KiB.
    LineTooLong,
    /// A reply has more than 128 lines.
    ReplyTooLong,
}

/// One line of a reply, and the reply if the line is its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub text: String,
    pub code: u16,
    /// Position in the reply, from 0.
    pub number: usize,
    pub reply: Option<Reply>,
}

#[derive(Default)]
pub struct Reader {
    buffer: Vec<u8>,
    code: Option<u16>,
    lines: Vec<String>,
}

impl Reader {
    pub fn receive(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole line, if one is there. An error comes with the text that caused it; nothing may be
    /// read after it.
    pub fn line(&mut self) -> Result<Option<Heard>, (Garbled, String)> {
        let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') else {
            // One more than the limit: the last may be the CR of an end that has not arrived whole.
            let too_long = self.buffer.len() > LINE_LIMIT + 1;
            return if too_long { Err((Garbled::LineTooLong, self.rest())) } else { Ok(None) };
        };
        let taken: Vec<u8> = self.buffer.drain(..=end).collect();
        let line = taken.strip_suffix(b"\r\n").unwrap_or(&taken[..end]);
        if line.len() > LINE_LIMIT {
            return Err((Garbled::LineTooLong, beginning(line)));
        }
        let text = visible(line);
        let Some((code, last)) = code(line) else { return Err((Garbled::NotAReply, beginning(line))) };
        if self.code.is_some_and(|first| first != code) {
            return Err((Garbled::CodeChanged, text));
        }
        if self.lines.len() == REPLY_LIMIT {
            return Err((Garbled::ReplyTooLong, text));
        }
        self.code = Some(code);
        let number = self.lines.len();
        self.lines.push(text.get(4..).unwrap_or_default().to_owned());
        let reply = last.then(|| {
            self.code = None;
            Reply::new(code, std::mem::take(&mut self.lines))
        });
        Ok(Some(Heard { text, code, number, reply }))
    }

    /// Whether bytes are left that no line has taken.
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Takes what no line has taken, shown as far as the first 200 bytes.
    pub fn rest(&mut self) -> String {
        beginning(&std::mem::take(&mut self.buffer))
    }
}

fn beginning(bytes: &[u8]) -> String {
    match bytes.get(..200) {
        Some(start) if bytes.len() > 200 => format!("{}… ({} bytes)", visible(start), bytes.len()),
        _ => visible(bytes),
    }
}

/// The code, and whether the line ends the reply.
fn code(line: &[u8]) -> Option<(u16, bool)> {
    let digits = line.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let code: u16 = str::from_utf8(digits).ok()?.parse().ok().filter(|code| (100..600).contains(code))?;
    match line.get(3) {
        None | Some(b' ') => Some((code, true)),
        Some(b'-') => Some((code, false)),
        Some(_) => None,
    }
}

fn enhanced(text: &str) -> Option<String> {
    let word = text.split(' ').next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let class = matches!(parts.first(), Some(&("2" | "4" | "5")));
    (class && parts.len() == 3 && parts.iter().all(number)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<Heard>, Garbled> {
        let mut reader = Reader::default();
        let mut heard = Vec::new();
        for piece in pieces {
            reader.receive(piece);
            while let Some(line) = reader.line().map_err(|(garbled, _)| garbled)? {
                heard.push(line);
            }
        }
        Ok(heard)
    }

    fn only_reply(bytes: &[u8]) -> Reply {
        let mut replies: Vec<Reply> = read(&[bytes]).unwrap().into_iter().filter_map(|line| line.reply).collect();
        assert_eq!(replies.len(), 1);
        replies.remove(0)
    }

    #[test]
    fn a_reply_keeps_code_enhanced_code_and_every_line() {
        let reply = only_reply(b"250-mx.example Hello\r\n250-SIZE 1\n250 AUTH XOAUTH2\r\n");
        assert_eq!((reply.code, reply.lines.len(), &reply.enhanced), (250, 3, &None));
        assert_eq!(reply.text(), "250 mx.example Hello SIZE 1 AUTH XOAUTH2");
        assert_eq!(only_reply(b"535 5.7.3 Authentication unsuccessful\r\n").enhanced.as_deref(), Some("5.7.3"));
        assert_eq!(only_reply(b"220 1.2.3.4 ready\r\n").enhanced, None);
    }

    #[test]
    fn a_bare_code_is_a_reply() {
        for bare in ["334\r\n", "334 \r\n", "334\n"] {
            assert_eq!(only_reply(bare.as_bytes()), Reply::new(334, vec![String::new()]), "{bare:?}");
        }
        assert_eq!(only_reply(b"235\r\n").text(), "235");
    }

    #[test]
    fn what_is_no_reply_is_named() {
        for (bytes, garbled) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], Garbled::NotAReply),
            (b"\r\n", Garbled::NotAReply),
            (b"25\r\n", Garbled::NotAReply),
            (b"2500 ok\r\n", Garbled::NotAReply),
            (b"999 ok\r\n", Garbled::NotAReply),
            (b"250-a\r\n251 b\r\n", Garbled::CodeChanged),
        ] {
            assert_eq!(read(&[bytes]), Err(garbled), "{bytes:?}");
        }
    }

    #[test]
    fn a_reply_is_quoted_with_its_codes_once() {
        let text = |lines: &[&str]| Reply::new(535, lines.iter().map(|&line| line.to_owned()).collect()).text();
        assert_eq!(text(&["5.7.3 no", "5.7.3 way", "5.7.34 x", "5.7.3"]), "535 5.7.3 no way 5.7.34 x");
        assert_eq!(text(&[""]), "535");
    }

    #[test]
    fn lines_and_replies_are_bounded() {
        let line = |length: usize| [b"250 ".as_slice(), &vec![b'x'; length - 4], b"\r\n"].concat();
        assert!(read(&[&line(LINE_LIMIT)]).is_ok());
        assert_eq!(read(&[&line(LINE_LIMIT + 1)]), Err(Garbled::LineTooLong));
        assert_eq!(read(&[&vec![b'2'; LINE_LIMIT + 2]]), Err(Garbled::LineTooLong));
        assert!(read(&[&b"250-x\r\n".repeat(REPLY_LIMIT)]).is_ok());
        assert_eq!(read(&[&b"250-x\r\n".repeat(REPLY_LIMIT + 1)]), Err(Garbled::ReplyTooLong));
    }

    proptest! {
        #[test]
        fn pieces_change_nothing(text in "(250[- ][a-zé\\x1b ]{0,12}\r?\n){0,6}(220|x)?", at in 0usize..120) {
            let bytes = text.as_bytes();
            let (first, second) = bytes.split_at(at.min(bytes.len()));
            prop_assert_eq!(read(&[first, second]), read(&[bytes]));
        }

        #[test]
        fn random_bytes_never_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let _ = read(&pieces);
        }
    }
}
