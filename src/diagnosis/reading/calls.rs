//! Secrets among the arguments of a call, as programs and stack traces print it: `login('a@b.example', '…')`.
//! It finds where they stand, and reads none.

use std::{ops::Range, sync::LazyLock};

use crate::pattern::Pattern;

use super::records::pattern;

/// A call that takes a user and then a secret, up to its first argument.
static SIGN_IN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:\w*log_?in|\w*authenticate|\w*auth|networkcredential|\w*credentials?|get_?token|userpass\w*|connect)\(",
    )
});
/// One that takes nothing but a secret.
static SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bConvertTo-SecureString(?: -String)?(?: -AsPlainText)?(?: -Force)? +|\b\w*(?:password|secret|SecureString)\(",
    )
});

/// A call that is not closed by then is none.
const LONGEST: usize = 600;

pub fn values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let begin = end;
        end += line.len();
        // A call with a value in it; the patterns are dear.
        if !line.contains(['\'', '"']) {
            continue;
        }
        for call in SIGN_IN.find_iter(if line.contains('(') { line } else { "" }) {
            found.extend(arguments(text, begin + call.end()).into_iter().skip(1));
        }
        for call in SECRET.find_iter(line) {
            found.extend(arguments(text, begin + call.end()).into_iter().take(1));
        }
    }
    found.retain(|value| !value.is_empty());
    found
}

/// The quoted arguments up to the closing parenthesis or the end of the line, without their quotes.
fn arguments(text: &str, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut escaped = false;
    for (at, letter) in text[from..].char_indices().take_while(|(at, _)| *at < LONGEST) {
        let at = from + at;
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some((quote, start)) if letter == quote || letter == '\n' => {
                found.push(start..at);
                open = None;
            }
            None if matches!(letter, '"' | '\'') => open = Some((letter, at + 1)),
            None if matches!(letter, ')' | '\n') => return found,
            _ => {}
        }
    }
    // Cut off in the middle of a value.
    if let Some((_, start)) = open {
        let rest = &text[start..];
        found.push(start..start + rest.find('\n').unwrap_or(rest.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_a_call_is_found() {
        for (text, shown) in [
            ("server.login('a@b.example', 'CANARYpw')", "server.login('a@b.example', '§')"),
            ("->authenticate('a@b.example', 'CANARYpw', 'LOGIN')", "->authenticate('a@b.example', '§', '§')"),
            (r#"PlainAuth("", "a@b.example", "CANARY\"pw", "h")"#, r#"PlainAuth("", "§", "§", "§")"#),
            ("getToken('app','CANARY", "getToken('app','§"),
            (r#"new NetworkCredential("a","CANARY")"#, r#"new NetworkCredential("a","§")"#),
            ("ConvertTo-SecureString 'CANARY' -AsPlainText", "ConvertTo-SecureString '§' -AsPlainText"),
            ("ConvertTo-SecureString -String \"CANARY\"", "ConvertTo-SecureString -String \"§\""),
            ("setPassword('CANARY')", "setPassword('§')"),
            ("login('a') failed, it's 'so'", "login('a') failed, it's 'so'"),
            ("AUTH LOGIN (535, b'5.7.3')", "AUTH LOGIN (535, b'5.7.3')"),
        ] {
            let mut ranges = values(text);
            ranges.sort_by_key(|range| std::cmp::Reverse(range.start));
            let hidden = ranges
                .iter()
                .fold(text.to_owned(), |text, range| format!("{}§{}", &text[..range.start], &text[range.end..]));
            assert_eq!(hidden, shown);
        }
    }
}
