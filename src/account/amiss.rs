//! What is amiss in a TOML file: its line, its key and why. Never a word of what stands there: somebody may have put a
//! secret where none belongs.

use std::{fmt, ops::Range};

use toml_edit::{Document, TableLike};

/// Secrets that somebody may look for a key for, and the key that names a file for each.
pub const SECRETS: &[(&str, &str)] = &[
    ("client_secret", "client_secret_file"),
    ("password", "password_file"),
    ("certificate_key", "certificate_key_file"),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amiss {
    /// From 1.
    pub line: usize,
    /// With the tables it is in, `accounts.alerts.user`; none where the file is no TOML.
    pub key: Option<String>,
    why: String,
}

impl fmt::Display for Amiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "line {}, `{key}`: {}", self.line, self.why),
            None => write!(f, "line {}: {}", self.line, self.why),
        }
    }
}

impl Amiss {
    /// Of the parser's error at this text.
    pub fn of(text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().unwrap_or_default().start;
        let (line, message) = (line(text, at), error.message());
        match Document::parse(text) {
            // Its words are of brackets and quotes, not of what is between them.
            Err(_) => Self { line, key: None, why: message.lines().collect::<Vec<_>>().join("; ") },
            Ok(document) => {
                let key = key_at(document.as_table(), at);
                Self { line, why: why(message, key.as_deref().unwrap_or_default()), key }
            }
        }
    }

    /// The same as a place in a text that holds more.
    #[must_use]
    pub fn in_text(self, text: &str) -> Self {
        let line = self.key.as_deref().and_then(|key| {
            let document = Document::parse(text).ok()?;
            Some(line(text, place(document.as_table(), key)?.start))
        });
        Self { line: line.unwrap_or(self.line), ..self }
    }
}

/// The line of a place in the text, from 1.
pub fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The parser quotes a value before it says what was expected in its place.
fn why(message: &str, key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or_default();
    let secret = SECRETS.iter().any(|(secret, _)| *secret == last);
    match message.rsplit_once(", expected ") {
        _ if secret => "a secret does not stand in this file".to_owned(),
        _ if message.starts_with("unknown field") => "there is no such key".to_owned(),
        Some((_, "u16" | "u32")) => "not a number that fits".to_owned(),
        Some((_, expected)) if expected.starts_with("struct ") => "not a table".to_owned(),
        Some((_, expected)) => format!("not {expected}"),
        None => message.to_owned(),
    }
}

/// The innermost key whose name or value is at this place.
fn key_at(table: &dyn TableLike, at: usize) -> Option<String> {
    table.iter().find_map(|(name, item)| {
        let inner = item.as_table_like().and_then(|inner| key_at(inner, at));
        let named = || spans(table, name).into_iter().flatten().any(|span| span.contains(&at));
        inner.map(|inner| format!("{name}.{inner}")).or_else(|| named().then(|| name.to_owned()))
    })
}

fn place(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.iter().find_map(|(name, item)| {
        let rest = key.strip_prefix(name)?;
        match rest.strip_prefix('.') {
            Some(rest) => place(item.as_table_like()?, rest),
            None if rest.is_empty() => spans(table, name).into_iter().flatten().next(),
            None => None,
        }
    })
}

fn spans(table: &dyn TableLike, name: &str) -> [Option<Range<usize>>; 2] {
    let Some((key, item)) = table.get_key_value(name) else { return [None, None] };
    [key.span(), item.span()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::config::Config;

    fn said(text: &str) -> String {
        let error = toml::from_str::<Config>(text).unwrap_err();
        Amiss::of(text, &error).to_string()
    }

    #[test]
    fn the_line_and_the_key_are_told_and_never_what_stands_there() {
        for (line, expected) in [
            ("client_secret = \"CANARY\"", "line 3, `accounts.a.client_secret`: a secret does not stand in this file"),
            ("usr = \"CANARY\"", "line 3, `accounts.a.usr`: there is no such key"),
            ("user = \"CANARY\"", "line 3, `accounts.a.user`: not an address of the form alerts@contoso.com"),
            ("user = 5", "line 3, `accounts.a.user`: not a string"),
            ("smtp = \"CANARY\"", "line 3, `accounts.a.smtp`: not a table"),
            ("smtp = { port = \"CANARY, expected CANARY\" }", "line 3, `accounts.a.smtp.port`: not a number that fits"),
            ("smtp.port = 70000", "line 3, `accounts.a.smtp.port`: not a number that fits"),
            ("scopes = [\"a\",\n\n { b = \"CANARY\" }]", "line 5, `accounts.a.scopes`: not a string"),
            ("secret_expires = \"CANARY\"", "line 3, `accounts.a.secret_expires`: not a TOML datetime"),
        ] {
            assert_eq!(said(&format!("version = 1\n[accounts.a]\n{line}\n[accounts.b]\n")), expected);
        }
        let variant = said("version = 1\n[accounts.a]\nconsent = \"CANARY\"\n");
        assert!(variant.starts_with("line 3, `accounts.a.consent`: not one of `device-code`"), "{variant}");
        assert_eq!(said("a = 1\n"), "line 1, `a`: there is no such key");
    }

    #[test]
    fn what_is_no_toml_is_told_on_one_line() {
        for text in [
            "a = 1\nb = \"CANARY\nc = 2",
            "a = CANARY",
            "CANARY",
            "[CANARY",
            "a = \"\"\"CANARY",
            "a = 1\na = \"CANARY\"",
        ] {
            let said = said(text);
            assert!(said.starts_with("line ") && !said.contains("CANARY") && !said.contains('\n'), "{said}");
        }
    }

    #[test]
    fn a_place_is_found_again_where_there_is_more() {
        let part = "version = 1\n[accounts.a]\nuser = 5\n";
        let error = toml::from_str::<Config>(part).unwrap_err();
        let whole = "# more\n\n[accounts.b]\nuser = 6\n[accounts.a]\n\nuser = 5\n";
        assert_eq!(Amiss::of(part, &error).in_text(whole).line, 7);
    }
}
