//! What the terminal can do, told from options and environment: which front, colours, ASCII.

use std::{env, ffi::OsString, io::IsTerminal};

use super::options::{FrontChoice, Global, When};
use crate::{front::Look, language::Language};

/// How the wizard is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    FullScreen,
    Lines,
    /// Nobody is asked.
    Unattended,
}

/// Without `--front`, a standard input that is no terminal means that nobody is there.
#[expect(clippy::disallowed_methods, reason = "whether somebody is there")]
pub fn shown(global: &Global, asked: FrontChoice) -> Shown {
    let (input, output) = (std::io::stdin().is_terminal(), std::io::stdout().is_terminal());
    match asked {
        _ if global.no_input => Shown::Unattended,
        FrontChoice::Line => Shown::Lines,
        FrontChoice::Tui => Shown::FullScreen,
        FrontChoice::Auto if !input => Shown::Unattended,
        FrontChoice::Auto if !output || is_dumb() => Shown::Lines,
        FrontChoice::Auto => Shown::FullScreen,
    }
}

pub fn look(global: &Global) -> Look {
    let color = match global.color {
        When::Always => true,
        When::Never => false,
        When::Auto => !is_set("NO_COLOR") && !is_dumb(),
    };
    Look { ascii: global.ascii || shows_ascii_only(), color }
}

/// The language of the locale, where this terminal can show it.
pub fn language() -> Language {
    if shows_ascii_only() { Language::English } else { language_of_locale() }
}

pub fn language_of_locale() -> Language {
    language_of(&locale(["LC_ALL", "LC_MESSAGES", "LANG"]))
}

/// The language that help is asked for in, of a command line that was not understood as one.
pub fn language_asked(arguments: &[OsString]) -> Language {
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    let named = words.find_map(|word| match word.strip_prefix("--lang") {
        Some("") => Some(String::new()),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let named = named.map(|named| if named.is_empty() { words.next().unwrap_or_default().into_owned() } else { named });
    named.as_deref().and_then(Language::of_code).unwrap_or_else(language)
}

/// Columns of the terminal on standard output; what is not one is as wide as anyone likes.
pub fn columns() -> usize {
    match rustix::termios::tcgetwinsize(std::io::stdout()) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => usize::MAX,
    }
}

fn language_of(locale: &str) -> Language {
    let named = locale.split(['_', '.', '@']).next().unwrap_or_default();
    Language::of_code(named).unwrap_or_default()
}

/// The kernel's own console has 512 characters at most, and another locale shows other characters for ours.
fn shows_ascii_only() -> bool {
    variable("TERM") == "linux" || !is_utf8()
}

/// The first of these that is set.
fn locale(names: [&str; 3]) -> String {
    names.map(variable).into_iter().find(|value| !value.is_empty()).unwrap_or_default()
}

/// The locale's character set (POSIX: `LC_ALL` before `LC_CTYPE` before `LANG`).
fn is_utf8() -> bool {
    let charset = locale(["LC_ALL", "LC_CTYPE", "LANG"]).to_ascii_lowercase();
    charset.ends_with("utf-8") || charset.ends_with("utf8")
}

fn is_dumb() -> bool {
    matches!(variable("TERM").as_str(), "dumb" | "")
}

pub fn is_set(name: &str) -> bool {
    !variable(name).is_empty()
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_names_the_language() {
        for japanese in ["ja", "ja_JP", "ja_JP.UTF-8", "ja.utf8", "ja_JP.UTF-8@x", "JA_jp.UTF-8"] {
            assert_eq!(language_of(japanese), Language::Japanese, "{japanese}");
        }
        for other in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "qz_QZ", "jam_JM.UTF-8", "jp", "_ja", "\u{202e}ja"] {
            assert_eq!(language_of(other), Language::English, "{other}");
        }
    }
}
