//! What a trace shows beside the refusal: which server spoke, how the client signed in and for whom, and what
//! went well before.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    super::Evidence,
    records::{Record, pattern},
};

static ACCEPTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[^\w.-])(235[ -]2\.7\.0|235 Auth|2\.7\.0 Authentication successful|250[ -]2\.0\.0 OK)\b")
});
static IMAP_OK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bOK (?:AUTHENTICATE|LOGIN) completed|\+OK (?:User|Mailbox) successfully|IMAP\S* .{0,40}authenticat\w+ (?:succe|ok)",
    )
});
static IMAP_NO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bNO (?:AUTHENTICATE|LOGIN) failed|-ERR Logon failure|-ERR Authentication failure"));
/// A command of the client; a server's `250-AUTH LOGIN XOAUTH2` is none.
static AUTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|C: |CLIENT -> SERVER: |> )AUTH (XOAUTH2|LOGIN|PLAIN|OAUTHBEARER|NTLM|CRAM-MD5)\b(?: user=([^\s^]+))?",
    )
});
static ONE_LINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:^|C: |CLIENT -> SERVER: |> )AUTH XOAUTH2 \S"));
static MAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|C: |CLIENT -> SERVER: |> )MAIL FROM:\s?<([^>\s]*)>"));
static BANNER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|S: |CLIENT: |< )(220[ -][A-Za-z][\w-]*\.\S+ .*)"));
static OFFERED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|S: |CLIENT: |< )250[ -]((?:AUTH|STARTTLS|SIZE|PIPELINING|8BITMIME|XXXX)\b.*)"));
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b((?:smtp|smtp-mail|outlook|smtp-hve|smtp-legacy)\.(?:office365\.(?:com|us)|outlook\.com)|smtp\.hve\.mx\.microsoft|smtp\.partner\.outlook\.cn|[\w-]+\.mail\.protection\.outlook\.com)\b(?:\[[0-9a-f.:]+\])?(?::(\d{2,5})\b)?",
    )
});

pub fn accepted(record: &Record) -> bool {
    ACCEPTED.is_match(&record.0)
}

pub fn add(evidence: &mut Evidence, records: &[Record]) {
    let (mut signed_in, mut mail) = (false, false);
    for Record(line) in records {
        let part = |pattern: &Regex, group: usize| {
            pattern.captures(line).and_then(|found| Some(found.get(group)?.as_str().to_owned())).unwrap_or_default()
        };
        evidence.add_once("accepted", part(&ACCEPTED, 1));
        for (pattern, said) in [(&IMAP_OK, "accepted"), (&IMAP_NO, "refused")] {
            evidence.add_once("imap", if pattern.is_match(line) { said } else { "" });
        }
        evidence.add_once("auth.form", if ONE_LINE.is_match(line) { "one-line" } else { "" });
        let mechanism = part(&AUTH, 1).to_ascii_uppercase();
        signed_in |= !mechanism.is_empty();
        evidence.add_once("mechanism", &mechanism);
        evidence.add_if_none("user", &part(&AUTH, 2));
        if let Some(found) = MAIL.captures(line) {
            mail |= !signed_in;
            evidence.add_if_none("sender", found.get(1).map_or("", |sender| sender.as_str()));
        }
        evidence.add_once("banner", part(&BANNER, 1));
        evidence.add_once("ehlo", part(&OFFERED, 1));
        if evidence.values("host").is_empty() {
            evidence.add_if_none("host", &part(&HOST, 1).to_ascii_lowercase());
            evidence.add_if_none("port", &part(&HOST, 2));
        }
    }
    if mail && !signed_in {
        evidence.add("mail.auth", "none");
    }
}
