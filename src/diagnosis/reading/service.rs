//! Whether it is Microsoft 365 at all that refused: the names of other mail services in the lines of a text, and
//! words that only other servers use. It names the service and draws no conclusion.

use std::sync::LazyLock;

use crate::pattern::Pattern;

use super::{
    super::Evidence,
    records::{Record, pattern},
};

/// Parts of host names, in small letters; the name as it is shown.
const SERVICES: [(&str, &[&str]); 12] = [
    ("Gmail", &["gsmtp", "gmail.com", "support.google.com", "accounts.google.com", "googleapis.com", "google.auth."]),
    ("Amazon SES", &["amazonaws.com", "amazonses.com"]),
    ("SendGrid", &["sendgrid"]),
    ("Yahoo Mail", &["mail.yahoo.", "yahoodns.net", "login.yahoo.com"]),
    ("Mailgun", &["mailgun"]),
    ("Zoho Mail", &["smtp.zoho.", "smtppro.zoho.", "zohomail", "zoho.com", "zoho.eu"]),
    ("Azure Communication Services", &["azurecomm.net"]),
    ("iCloud Mail", &["mail.me.com"]),
    ("Brevo", &["smtp-relay.brevo.com", "sendinblue.com"]),
    ("Mailjet", &["mailjet.com"]),
    ("Postmark", &["postmarkapp.com"]),
    ("SparkPost", &["sparkpostmail.com"]),
];
const MICROSOFT: [&str; 11] = [
    "live.com",
    "outlook.com",
    "office365.com",
    "office365.us",
    "office.com",
    "outlook.cn",
    "exchangelabs.com",
    "mx.microsoft",
    "microsoftonline.com",
    "microsoftonline.us",
    "partner.microsoftonline.cn",
];
/// Whom a log quotes: `host mx.example.net[192.0.2.1] said: …`, `relay=mx.example.net[192.0.2.1]:25`.
static SAID: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\b(?:host|server) ([\w.-]+)(?:\[[^\]]*\])?(?::\d+)? said:|\brelay=([\w.-]+)"));
static REFUSED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?:^|[ (])[45]\d\d[ -]"));
/// Exchange on a server of one's own greets as Microsoft 365 does.
static EXCHANGE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b220[ -]\S+ Microsoft ESMTP"));

/// What Postfix, Dovecot and Exim say and Microsoft does not.
const WORDS: [&str; 13] = [
    " 5.7.8 ",
    "-5.7.8 ",
    "recipient address rejected: greylisted",
    "recipient address rejected: domain not found",
    "sender address rejected",
    "client host rejected",
    "relay access denied",
    "greylisting",
    "error: authentication failed",
    "queue file write error",
    "temporary authentication failure",
    "incorrect authentication data",
    // Where Keycloak gives tokens.
    "/realms/",
];

/// Who is quoted is not Microsoft, as the line was looked through for that before. What stands near says nothing:
/// a relay of one's own passes on what others say.
fn quoted(line: &str) -> bool {
    let hosts = SAID.captures_iter(line).filter_map(|said| said.iter().skip(1).flatten().next());
    REFUSED.is_match(line) && hosts.map(|host| host.as_str().to_ascii_lowercase()).any(|host| !near(&host))
}

/// A name without a domain, or none: of this machine or this network.
fn near(host: &str) -> bool {
    !host.contains('.') || host.ends_with(".local") || host.bytes().all(|byte| !byte.is_ascii_alphabetic())
}

/// The last line that tells decides.
pub fn add(evidence: &mut Evidence, records: &[Record]) {
    for Record(line) in records.iter().rev() {
        let hosts = hosts(line);
        if line.contains("AADSTS") || hosts.iter().any(|host| microsoft(host)) {
            return;
        }
        let lower = line.to_ascii_lowercase();
        let other = WORDS.iter().any(|words| lower.contains(words)) || quoted(line);
        if lower.contains("google's oauth") {
            return evidence.add_if_none("service", "Gmail");
        }
        let other = if EXCHANGE.is_match(line) { Some("Exchange Server") } else { other.then_some("another") };
        if let Some(service) = hosts.iter().find_map(|host| named(host)).or(other) {
            return evidence.add_if_none("service", service);
        }
    }
    add_by_host(evidence);
}

/// The service whose own name stands in a greeting.
pub fn greets(banner: &str) -> Option<&'static str> {
    hosts(banner).iter().find_map(|host| named(host))
}

/// A reply without a name in it is that of the host that was set.
fn add_by_host(evidence: &mut Evidence) {
    const MICROSOFTS_WORDS: [&str; 5] = ["5.7.139", "5.7.57", "SmtpClientAuthentication", "SendAsDenied", "STOREDRV"];
    let host = evidence.values("host").first().map(|host| host.to_ascii_lowercase()).unwrap_or_default();
    let said = evidence.text("reply.text").unwrap_or_default();
    if host.is_empty() || microsoft(&host) || said.is_empty() {
        return;
    }
    let by_name = named(&host);
    let by_host = (!near(&host) && !MICROSOFTS_WORDS.iter().any(|words| said.contains(words))).then_some("another");
    evidence.add_if_none("service", by_name.or(by_host).unwrap_or_default());
}

/// What may be a host's name; an address's domain is none.
fn hosts(line: &str) -> Vec<String> {
    let apart = |letter: char| letter.is_whitespace() || "<>()[]{}\"',;=|".contains(letter);
    let host = |word: &str| {
        let word = word.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("smtp://");
        word.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
    };
    let words = line.split(apart).filter(|word| !word.contains('@'));
    words.map(host).filter(|host| !host.is_empty()).collect()
}

pub(super) fn microsoft(host: &str) -> bool {
    MICROSOFT.iter().any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn named(host: &str) -> Option<&'static str> {
    let is = |sign: &&&str| host == **sign || (host.contains('.') && host.contains(**sign));
    SERVICES.iter().find(|(_, signs)| signs.iter().any(|sign| is(&sign))).map(|(name, _)| *name)
}
