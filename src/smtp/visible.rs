//! What came over the wire, made fit to be shown: no byte may move the cursor, change the colour or
//! turn the reading direction of the terminal it is shown on, and none is silently dropped.

use std::fmt::Write;

/// Control characters in caret form (`^A`, `^[`, `^?`), bytes that are no UTF-8 as `\xff`, C1 controls and
/// characters without a width or with a direction as `\u{202e}`. A `^` or `\` of the text itself stays as it is.
pub fn visible(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(&mut shown, c));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

fn push(shown: &mut String, c: char) {
    match c {
        '\0'..='\x1f' => shown.extend(['^', char::from(b'@' + c as u8)]),
        '\x7f' => shown.push_str("^?"),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => shown.extend(c.escape_unicode()),
        _ => shown.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        assert_eq!(visible(b"a\x01b\x1b[2J\x7f\0\r"), "a^Ab^[[2J^?^@^M");
        assert_eq!(visible(b"\xff\xc3\xa9\xc3"), "\\xffé\\xc3");
        assert_eq!(visible("x\u{202e}y\u{9b}z\u{feff}".as_bytes()), "x\\u{202e}y\\u{9b}z\\u{feff}");
        assert_eq!(visible("日本語 ^A".as_bytes()), "日本語 ^A");
    }

    proptest::proptest! {
        #[test]
        fn no_control_character_is_left(bytes: Vec<u8>) {
            proptest::prop_assert!(!visible(&bytes).chars().any(char::is_control));
        }
    }
}
