//! What a line of the exchange means, to be shown beside it: keys `smtp.meaning.…` of `language/`.
//! Judges by turn and code alone; why a server refused is for `diagnosis` to say.

use super::{capability, reply::Heard, turn::Turn};
use crate::phrase::Phrase;

fn phrase(name: &str) -> Phrase {
    Phrase::new(format!("smtp.meaning.{name}"))
}

/// Of what we say.
pub(super) fn of_command(turn: Turn) -> Option<Phrase> {
    Some(phrase(match turn {
        Turn::Greeting => return None,
        Turn::Ehlo => "ehlo",
        Turn::StartTls => "starttls",
        Turn::Auth => "auth-command",
        Turn::Sasl => "sasl",
        Turn::Blank => "auth-empty",
        Turn::Mail => "mail",
        Turn::Rcpt => "rcpt",
        Turn::Data => "data",
        Turn::Content => "content",
        Turn::Quit => "quit",
    }))
}

/// Of the lone dot.
pub(super) fn of_end_of_content() -> Option<Phrase> {
    Some(phrase("content-end"))
}

/// Of a line of a reply. Only the first has one, except after EHLO, where each line offers something.
pub(super) fn of_reply(turn: Turn, heard: &Heard, detail: bool) -> Option<Phrase> {
    if turn == Turn::Ehlo && heard.code == 250 && heard.number > 0 {
        return of_capability(heard.text.get(4..).unwrap_or_default());
    }
    if heard.number > 0 {
        return None;
    }
    Some(phrase(match (turn, heard.code) {
        (Turn::Quit, 221) => "bye",
        (_, 421) => "closing",
        (Turn::Greeting, 220) => "greeting",
        (Turn::Ehlo, 250) => "hello",
        (Turn::StartTls, 220) => "starttls-ready",
        (Turn::Auth, 334) => "auth-go-ahead",
        (Turn::Sasl, 334) if detail => "auth-detail",
        (Turn::Sasl, 334) => "auth-wait",
        (Turn::Sasl, 235) => "auth-accepted",
        (Turn::Mail, 250) => "mail-accepted",
        (Turn::Rcpt, 250 | 251) => "rcpt-accepted",
        (Turn::Data, 354) => "data-go-ahead",
        (Turn::Content, 250) => "content-accepted",
        (Turn::Auth | Turn::Sasl | Turn::Blank, 500..=599) => "auth-refused",
        (_, 400..=499) => "temporary",
        (_, 500..=599) => "refused",
        _ => "unexpected",
    }))
}

fn of_capability(line: &str) -> Option<Phrase> {
    let (keyword, rest) = capability::split(line);
    Some(phrase(match keyword.to_ascii_uppercase().as_str() {
        "SIZE" => {
            let bytes: u64 = rest.trim().parse().ok().filter(|&bytes| bytes > 0)?;
            return Some(phrase("size").with("mib", bytes.div_ceil(1 << 20)));
        }
        "AUTH" if rest.split_whitespace().any(|mechanism| mechanism.eq_ignore_ascii_case("XOAUTH2")) => "auth-offered",
        "AUTH" => "auth-without-xoauth2",
        "STARTTLS" => "starttls-offered",
        "PIPELINING" => "pipelining",
        "DSN" => "dsn",
        "ENHANCEDSTATUSCODES" => "enhanced-codes",
        "8BITMIME" => "eight-bit",
        "BINARYMIME" => "binary",
        "CHUNKING" => "chunking",
        "SMTPUTF8" => "utf8",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(turn: Turn, number: usize, text: &str) -> Option<String> {
        let code = text[..3].parse().unwrap();
        of_reply(turn, &Heard { text: text.into(), code, number, reply: None }, false).map(|phrase| phrase.key)
    }

    #[test]
    fn capabilities_are_told_in_any_case_and_form() {
        let key = |text: &str| meaning(Turn::Ehlo, 1, text).map(|key| key.replace("smtp.meaning.", ""));
        assert_eq!(key("250-AUTH LOGIN XOAUTH2").as_deref(), Some("auth-offered"));
        assert_eq!(key("250 auth=login xoauth2").as_deref(), Some("auth-offered"));
        assert_eq!(key("250-AUTH LOGIN").as_deref(), Some("auth-without-xoauth2"));
        assert_eq!(key("250-X-OWN"), None);
        assert_eq!(key("250-SIZE"), None);
    }

    #[test]
    fn the_first_line_speaks_for_the_reply() {
        assert!(meaning(Turn::Sasl, 0, "535-5.7.3 no").is_some());
        assert_eq!(meaning(Turn::Sasl, 1, "535 5.7.3 no"), None);
    }

    #[test]
    fn every_meaning_has_a_text_that_fits() {
        let source = include_str!("meaning.rs").split("#[cfg(test)]").next().unwrap();
        let texts: toml::Table = include_str!("../language/en.toml").parse().unwrap();
        let texts = texts["smtp"]["meaning"].as_table().unwrap();
        for (key, text) in texts {
            assert!(source.contains(&format!("\"{key}\"")), "{key} is never said");
            assert!(text.as_str().unwrap().chars().count() <= 60, "{key}");
        }
        let mut said: Vec<&str> = source.split('"').skip(1).step_by(2).collect();
        said.retain(|word| {
            word.starts_with(|c: char| c.is_ascii_lowercase()) && !word.contains(['{', '.']) && *word != "mib"
        });
        assert!(said.len() > 30);
        said.iter().for_each(|key| assert!(texts.contains_key(*key), "{key} has no text"));
    }
}
