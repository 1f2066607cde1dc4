//! What programs say in words of their own of how they signed in and as whom, where they do not show the exchange.

use std::sync::LazyLock;

use crate::pattern::Pattern;

use super::{records::pattern, secrets};

/// The mechanism behind these words is the one that was tried.
static TRIED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)authentication failed \(method ([\w-]+)\)|Authenticator "?([\w-]+)"? returned|\bcommand['"]?: ?['"]AUTH ([\w-]+)|\b([\w-]+?)\w* authenticator failed|Authenticating \(([\w-]+)\)|authenticat\w+ (?:via|using|with)(?: mechanism:?)? "?([\w-]+)|uses? mechanism ([\w-]+)|\bauth \[([\w-]+)\]|SASL ([\w-]+) authentication failed|SMTP AUTH ([\w-]+) (?:failed|error)|AUTH ([\w-]+) failed|auth(?:entication)?[ _-]?(?:mechanism|method|type)['"]?\s?[:=]\s?['"]?([\w-]+)"#,
    )
});
/// Words that belong to one mechanism, in small letters.
const WORDS: [(&str, &[&str]); 2] = [
    (
        "XOAUTH2",
        &[
            "oauth command failed",
            "saslmechanismoauth2",
            "xoauth2authenticator",
            "oauth2authenticator",
            "sasl_xoauth2",
            "sasl-xoauth2",
            "xoauth2sasl",
            "smtp_auth_oauth",
            "smtp_auth_xoauth2",
            "auth=bearer ‹",
        ],
    ),
    ("LOGIN", &["username command failed", "password command failed", "loginauthenticator", " no login failed"]),
];
const KNOWN: [&str; 6] = ["XOAUTH2", "LOGIN", "PLAIN", "OAUTHBEARER", "NTLM", "CRAM-MD5"];
/// It was not tried.
const NOT: [&str; 4] = ["not support", "not offer", "not available", "unsupported"];

/// As whom a program says that it signs in.
static USER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:with username|sasl_username|smtp[_ -]?user(?:name)?|auth(?:entication)?[_ -]?user(?:name)?|user(?:[_ -]?name)?|login|authenticating as|authenticate as|authenticated_id|account)['"]?(?:\s*(?:=>|[=:])\s*|\s+)["'<(]?([^\s"'<>(),;:=^\\]+@[^\s"'<>(),;:=^\\]+)"#,
    )
});
/// A string in a program's own notation: `user=…\x01auth=Bearer …`.
static STRING: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\buser=([^\s^\\'\x22]+)(?:\^A|\\x01|\\u0001|\\u\{1\}|\\001|\\1)auth=Bearer "));

/// The mechanism a program says it tried; empty where it says none. `lower` is the line in small letters.
pub fn mechanism(line: &str, lower: &str) -> &'static str {
    let about = ["auth", "mechanism", "command", "sasl", "no login"].iter().any(|word| lower.contains(word));
    if !about || NOT.iter().any(|words| lower.contains(words)) {
        return "";
    }
    if lower.contains("auth=bearer") && STRING.is_match(line) {
        return "XOAUTH2";
    }
    let tried = TRIED.captures(line).and_then(|found| found.iter().skip(1).flatten().next());
    let known = tried.and_then(|tried| KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(tried.as_str())));
    let by_words = || WORDS.iter().find(|(_, words)| words.iter().any(|words| lower.contains(words)));
    known.or_else(|| by_words().map(|(mechanism, _)| *mechanism)).unwrap_or_default()
}

/// The user a program names beside a sign-in; empty where it names none. `lower` is the line in small letters.
pub fn user(line: &str, lower: &str) -> String {
    let about = ["smtp", "auth", "sasl", "535"].iter().any(|word| lower.contains(word));
    if !about || !line.contains('@') {
        return String::new();
    }
    let string = STRING.captures(line);
    let named = string.or_else(|| USER.captures(line));
    let user = named.and_then(|found| Some(found.get(1)?.as_str().trim_end_matches(['.', ']', '}']).to_owned()));
    user.filter(|user| secrets::address(user)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mechanism_is_told_by_the_words_of_the_programs() {
        for (line, tried) in [
            ("errormsg='authentication failed (method XOAUTH2)'", "XOAUTH2"),
            ("Authenticator XOAUTH2 returned Swift_TransportException", "XOAUTH2"),
            (r#"Authenticator "LOGIN" returned "Expected response code "235" but got code "535""#, "LOGIN"),
            ("  command: 'AUTH PLAIN'", "PLAIN"),
            (r#""command":"AUTH XOAUTH2""#, "XOAUTH2"),
            ("Authenticating (XOAUTH2)...", "XOAUTH2"),
            ("SMTP ERROR: OAuth command failed: 535 5.7.3", "XOAUTH2"),
            ("SMTP ERROR: Password command failed: 535 5.7.139", "LOGIN"),
            ("smtp does not support authentication method xoauth2", ""),
            ("mechanism LOGIN not supported by server", ""),
            ("authenticated with success", ""),
        ] {
            assert_eq!(mechanism(line, &line.to_ascii_lowercase()), tried, "{line}");
        }
    }

    #[test]
    fn the_user_is_an_address_beside_a_sign_in() {
        for (line, named) in [
            (r#"Failed to authenticate on SMTP server with username "a@b.example" using"#, "a@b.example"),
            ("DEBUG SMTP: protocolConnect login, host=h, user=a@b.example, password=<non-null>", "a@b.example"),
            ("smtp: { user: 'a@b.example' }", "a@b.example"),
            ("host=h tls=on auth=on user=a@b.example from=c@b.example", "a@b.example"),
            ("SMTP Username: a@b.example", "a@b.example"),
            ("user=a@b.example signed up", ""),
            ("smtp user=admin", ""),
            ("the author can be reached: x@y.example", ""),
        ] {
            assert_eq!(user(line, &line.to_ascii_lowercase()), named, "{line}");
        }
    }
}
