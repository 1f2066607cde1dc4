//! Text from outside, made fit for a terminal: nothing in it moves the cursor, changes the colour, turns the
//! direction of reading or stands there unseen, and none of it is silently dropped. One set and one notation
//! for the transcript, the screens and what is printed beside them.

use std::fmt::Write;

/// Bytes as they came, on one line: control characters in caret form (`^A`, `^[`, `^J`, `^?`), bytes that are no
/// UTF-8 as `\xff`, what is [`hidden`] as `\u{202e}`. A `^` or `\` of the text itself stays as it is.
pub fn visible(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|letter| push(&mut shown, letter));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

/// A text that must stay one line.
pub fn line(text: &str) -> String {
    visible(text.as_bytes())
}

/// The beginning of a text of more than so many characters, with what shows that there is more.
pub fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text of several lines: a line ends at `\n` or `\r\n`, a tab is four spaces.
pub fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => shown.push('\n'),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\t' => shown.push_str("    "),
            _ => push(&mut shown, letter),
        }
    }
    shown
}

/// What is not seen as itself: the C1 controls, and the characters that are invisible or turn the direction
/// (Default_Ignorable_Code_Point and Bidi_Control of Unicode, the line separators, the interlinear marks).
/// Variation selectors are not among them: they choose a glyph, in Japanese names too.
pub fn hidden(letter: char) -> bool {
    matches!(letter, '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

fn push(shown: &mut String, letter: char) {
    match letter {
        '\0'..='\x1f' => shown.extend(['^', char::from(b'@' + letter as u8)]),
        '\x7f' => shown.push_str("^?"),
        _ if hidden(letter) => shown.extend(letter.escape_unicode()),
        _ => shown.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        assert_eq!(visible(b"a\x01b\x1b[2J\x7f\0\r"), "a^Ab^[[2J^?^@^M");
        assert_eq!(visible(b"\xff\xc3\xa9\xc3"), "\\xffé\\xc3");
        assert_eq!(visible("x\u{202e}y\u{9b}z\u{feff}".as_bytes()), "x\\u{202e}y\\u{9b}z\\u{feff}");
        assert_eq!(visible("日本語 ^A".as_bytes()), "日本語 ^A");
    }

    #[test]
    fn what_turns_the_direction_or_is_not_seen_is_named() {
        for letter in ['\u{61c}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200f}', '\u{2066}', '\u{ad}', '\u{e0041}'] {
            assert_eq!(line(&format!("a{letter}b")), format!("a\\u{{{:x}}}b", letter as u32));
        }
        assert_eq!(line("葛\u{e0100}城"), "葛\u{e0100}城");
    }

    #[test]
    fn a_line_stays_one_line_and_a_text_keeps_its_lines() {
        assert_eq!(line("a\r\n\tb"), "a^M^J^Ib");
        assert_eq!(text("a\r\n\tb\rc\n"), "a\n    b^Mc\n");
    }

    proptest::proptest! {
        #[test]
        fn no_control_character_is_left(bytes: Vec<u8>, words: String) {
            let harmless = |letter: char| !letter.is_control() && !hidden(letter);
            proptest::prop_assert!(visible(&bytes).chars().all(harmless));
            proptest::prop_assert!(text(&words).chars().all(|letter| letter == '\n' || harmless(letter)));
        }
    }
}
