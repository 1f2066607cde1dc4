//! Words of a command line for a POSIX shell, and strings for PowerShell: what is shown to be copied, and what another
//! program is told to run. Nothing is run here.

use std::path::Path;

use crate::visible::hidden;

/// Plain as it is, anything else in single quotes.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}

/// In single quotes, in which a POSIX shell expands nothing.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A single-quoted string of PowerShell, in which nothing is expanded. PowerShell takes the typographic quotes
/// U+2018 to U+201B for `'` as well, so these are doubled too (about_Quoting_Rules).
pub fn powershell(text: &str) -> String {
    let doubled = text.chars().flat_map(|c| {
        let quote = matches!(c, '\'' | '\u{2018}'..='\u{201b}');
        std::iter::repeat_n(c, if quote { 2 } else { 1 })
    });
    format!("'{}'", doubled.collect::<String>())
}

/// A path that means the same to every reader: it is UTF-8, and nothing in it ends a line or stands there unseen.
pub fn printable(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| !text.chars().any(|c| c.is_control() || hidden(c)))
}

/// A path as one word; `None` where no line can hold it.
pub fn path(path: &Path) -> Option<String> {
    printable(path).map(word)
}

/// Whether a word is a command of PowerShell's, `Verb-Noun`.
pub fn is_cmdlet(word: &str) -> bool {
    let capital = |part: &str| part.starts_with(|first: char| first.is_ascii_uppercase());
    word.split_once('-').is_some_and(|(verb, noun)| capital(verb) && capital(noun))
}

/// For a person: as one word, or as well as it can be shown.
pub fn shown(at: &Path) -> String {
    path(at).unwrap_or_else(|| at.display().to_string())
}

/// What leads a command of this program to a configuration directory.
pub fn config_option(directory: &Path) -> Option<String> {
    path(directory).map(|directory| format!("--config {directory}"))
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    use super::*;

    #[test]
    fn a_word_is_one_word_to_the_shell() {
        assert_eq!(word("/etc/smtp-oauth"), "/etc/smtp-oauth");
        assert_eq!(word("/a b/$(id)'x"), r"'/a b/$(id)'\''x'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn typographic_quotes_are_doubled_too() {
        assert_eq!(powershell("a\u{2019}b'c$d"), "'a\u{2019}\u{2019}b''c$d'");
    }

    #[test]
    fn what_no_line_can_hold_is_no_path() {
        for bytes in [&b"/a\nb"[..], b"/a\rb", b"/a\x1b[2J", b"/a\xff", "/a\u{202e}b".as_bytes(), b"/a\0b"] {
            assert_eq!(config_option(Path::new(OsStr::from_bytes(bytes))), None);
        }
        assert_eq!(config_option(Path::new("/a b")).as_deref(), Some("--config '/a b'"));
    }
}
