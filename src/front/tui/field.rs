//! One line of text being typed: value, caret and the part of it in sight. It knows no keys and
//! takes a paste of any length at once.

use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroizing;

use crate::{
    front::text::{self, LIMIT},
    secret::Secret,
    visible,
};

/// Room for a secret from the beginning: growing leaves copies of it behind.
const SECRET: usize = 4 * 1024;

/// A secret shows this many dots at most: enough to see that something came, not how much.
const DOTS: usize = 16;

pub struct Field {
    value: Zeroizing<String>,
    initial: Zeroizing<String>,
    /// In bytes, always between two graphemes.
    caret: usize,
    /// The first column in sight.
    offset: usize,
    pub secret: bool,
}

impl Field {
    pub fn new(value: &str, secret: bool) -> Self {
        let room = if secret { SECRET } else { 0 };
        let mut field = Self {
            value: Zeroizing::new(String::with_capacity(room)),
            initial: Zeroizing::default(),
            caret: 0,
            offset: 0,
            secret,
        };
        field.insert(value);
        field.initial = field.value.clone();
        field
    }

    pub fn value(&self) -> Secret {
        Secret::new(self.value.as_str())
    }

    pub fn changed(&self) -> bool {
        self.value != self.initial
    }

    /// What is typed now counts as known: it was sent.
    pub fn settle(&mut self) {
        self.initial = self.value.clone();
    }

    /// A letter or a paste. What cannot be seen is left out, the rest is cut at the limit. Line breaks in the middle
    /// stay where the text is read: who gets it knows whether they part words or a value that was too long for a line.
    pub fn insert(&mut self, text: &str) -> bool {
        let breaks = !self.secret;
        let seen = |letter: &char| !letter.is_control() && !visible::hidden(*letter) || breaks && *letter == '\n';
        let mut letters = text.trim_matches(['\r', '\n']).chars().peekable();
        let mut clean = Zeroizing::new(String::with_capacity(text.len()));
        while let Some(letter) = letters.next() {
            let letter = match letter {
                '\r' if letters.peek() == Some(&'\n') => continue,
                '\r' => '\n',
                '\t' if breaks => ' ',
                letter => letter,
            };
            clean.extend(Some(letter).filter(seen));
        }
        let clean = text::head(&clean, LIMIT.saturating_sub(self.value.len()));
        self.value.insert_str(self.caret, clean);
        self.caret += clean.len();
        !clean.is_empty()
    }

    pub fn backspace(&mut self) -> bool {
        self.remove(self.before()..self.caret)
    }

    pub fn delete(&mut self) -> bool {
        self.remove(self.caret..self.after())
    }

    pub fn delete_word(&mut self) -> bool {
        let head = self.value[..self.caret].trim_end();
        let start =
            head.rfind(char::is_whitespace).map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
        self.remove(start..self.caret)
    }

    pub fn delete_to_start(&mut self) -> bool {
        self.remove(0..self.caret)
    }

    pub fn delete_to_end(&mut self) -> bool {
        self.remove(self.caret..self.value.len())
    }

    pub fn left(&mut self) -> bool {
        self.go(self.before())
    }

    pub fn right(&mut self) -> bool {
        self.go(self.after())
    }

    pub fn home(&mut self) -> bool {
        self.go(0)
    }

    pub fn end(&mut self) -> bool {
        self.go(self.value.len())
    }

    /// Whether the window last began behind the value's beginning.
    pub fn is_cut(&self) -> bool {
        !self.secret && self.offset > 0
    }

    /// What to draw in `width` columns, and the caret's column there. The window moves by half its
    /// width at a time, so that typing at its end does not redraw the row at every key.
    pub fn window(&mut self, width: usize, dot: char, count: impl Fn(usize) -> String) -> (String, usize) {
        if self.secret {
            let (all, before) = (self.value.graphemes(true).count(), self.value[..self.caret].graphemes(true).count());
            let mut shown: String = std::iter::repeat_n(dot, all.min(DOTS)).collect();
            if all > DOTS {
                shown.push_str(&format!("  {}", count(all)));
            }
            return (shown, before.min(DOTS).min(width.saturating_sub(1)));
        }
        let caret: usize = self.value[..self.caret].graphemes(true).map(|piece| text::width(as_seen(piece))).sum();
        let room = width.max(2);
        if caret < self.offset {
            self.offset = caret.saturating_sub(room / 2);
        } else if caret >= self.offset + room {
            self.offset = caret - room / 2;
        }
        let (mut shown, mut column) = (String::new(), 0);
        for piece in self.value.graphemes(true).map(as_seen) {
            let wide = text::width(piece);
            if column >= self.offset + room {
                break;
            }
            if column >= self.offset {
                shown.push_str(piece);
            } else if column + wide > self.offset {
                shown.push(' ');
            }
            column += wide;
        }
        (shown, (caret - self.offset).min(width.saturating_sub(1)))
    }

    fn before(&self) -> usize {
        self.value[..self.caret].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.caret + self.value[self.caret..].graphemes(true).next().map_or(0, str::len)
    }

    fn go(&mut self, to: usize) -> bool {
        std::mem::replace(&mut self.caret, to) != to
    }

    fn remove(&mut self, range: std::ops::Range<usize>) -> bool {
        let some = !range.is_empty();
        self.caret = range.start;
        self.value.replace_range(range, "");
        some
    }
}

/// A line break is named, like every control character that is shown.
fn as_seen(piece: &str) -> &str {
    if piece == "\n" { "^J" } else { piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(all: usize) -> String {
        format!("{all} characters")
    }

    #[test]
    fn edits_by_graphemes_and_words() {
        let mut field = Field::new("日本 が\u{3099}x", false);
        assert!(field.backspace() && field.backspace());
        assert_eq!(field.value().expose(), "日本 ");
        field.insert("two words");
        assert!(field.delete_word());
        assert_eq!(field.value().expose(), "日本 two ");
        field.home();
        assert!(field.delete());
        assert_eq!(field.value().expose(), "本 two ");
        assert!(!field.left(), "already at the start");
    }

    #[test]
    fn a_pasted_newline_is_no_enter_and_64_kib_are_the_limit() {
        let mut field = Field::new("", false);
        field.insert("a\r\nb\x1b[31m\u{202e}c\r\n");
        assert_eq!(field.value().expose(), "a\nb[31mc");
        assert_eq!(field.window(20, '•', count), ("a^Jb[31mc".to_owned(), 9));
        assert!(field.home() && field.right() && field.right());
        assert_eq!(field.window(20, '•', count).1, 3);
        let mut secret = Field::new("", true);
        secret.insert("CANARY\r\nCANARY\n");
        assert_eq!(secret.value().expose(), "CANARYCANARY");
        field = Field::new("", false);
        field.insert(&"語".repeat(LIMIT));
        assert!(field.value().expose().len() <= LIMIT);
        assert!(!field.insert("語"));
    }

    #[test]
    fn the_caret_is_always_in_sight() {
        let mut field = Field::new(&"あいうえお".repeat(100), false);
        for _ in 0..501 {
            let (shown, caret) = field.window(20, '•', count);
            assert!(text::width(&shown) <= 21 && caret < 20, "{caret} in {shown:?}");
            field.left();
        }
        assert_eq!(field.window(20, '•', count).1, 0);
    }

    #[test]
    fn a_secret_shows_dots_and_its_length() {
        let mut field = Field::new("", true);
        field.insert(&"s".repeat(2113));
        assert_eq!(field.window(60, '•', count), ("••••••••••••••••  2113 characters".to_owned(), 16));
    }
}
