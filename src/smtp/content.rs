//! The message as it goes over the wire after DATA (RFC 5321 §4.5.2). Line ends are made CRLF first: a
//! bare CR or LF before a dot is read as the end of the message by some servers and as text by others,
//! which lets a message smuggle in a second one.

/// CRLF line ends, leading dots doubled, the final `.` line included.
pub fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + 64);
    for line in lines(message) {
        if line.first() == Some(&b'.') {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

/// Lines without their ends; CRLF, CR and LF all end one.
fn lines(message: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = message;
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after.strip_prefix(b"\r\n").unwrap_or(&after[1..]);
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dots_are_doubled_and_line_ends_made_whole() {
        assert_eq!(stuffed(b"a\r\n.\r\n..b\n\n.c"), b"a\r\n..\r\n...b\r\n\r\n..c\r\n.\r\n");
        assert_eq!(stuffed(b"x\r.\ry\n.\r\n"), b"x\r\n..\r\ny\r\n..\r\n.\r\n");
        assert_eq!(stuffed(b""), b".\r\n");
    }

    proptest! {
        #[test]
        fn only_the_end_looks_like_the_end(message in "[.a\r\n]{0,40}") {
            let wire = stuffed(message.as_bytes());
            let text = String::from_utf8(wire).unwrap();
            prop_assert!(text == ".\r\n" || text.find("\r\n.\r\n") == Some(text.len() - 5));
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            let unstuffed: Vec<&str> = text[..text.len() - 3].split_terminator("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            prop_assert_eq!(unstuffed, lines(message.as_bytes()).iter().map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>());
        }
    }
}
