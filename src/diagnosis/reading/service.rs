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
    ("Gmail", &["gsmtp", "gmail.com", "support.google.com"]),
    ("Amazon SES", &["email-smtp.", "amazonses.com"]),
    ("SendGrid", &["sendgrid"]),
    ("Yahoo Mail", &["mail.yahoo.", "yahoodns.net"]),
    ("Mailgun", &["mailgun"]),
    ("Zoho Mail", &["smtp.zoho.", "smtppro.zoho.", "zohomail", "zoho.com", "zoho.eu"]),
    ("Azure Communication Services", &["azurecomm.net"]),
    ("iCloud Mail", &["mail.me.com"]),
    ("Brevo", &["smtp-relay.brevo.com", "sendinblue.com"]),
    ("Mailjet", &["mailjet.com"]),
    ("Postmark", &["postmarkapp.com"]),
    ("SparkPost", &["sparkpostmail.com"]),
];
/// Who gives the tokens of another service.
const AUTHORITIES: [(&str, &[&str]); 2] = [
    ("Gmail", &["accounts.google.com", "oauth2.googleapis.com", "google.auth.", "google's oauth"]),
    ("Yahoo Mail", &["api.login.yahoo.com"]),
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
/// Whom a program connects to: `connecting to mx.example.net`, `mx.example.net:587`, `mx.example.net[192.0.2.1]:587`.
static CONNECTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bconnect(?:ing|ed|ion)?(?: to)?[ :=]+[\w-]+\.|\b(?:smtp[ _-]?)?(?:host|server)(?:name)?['\x22]?\s*[:=]|\.[a-z]{2,}(?:\[[^\]]*\])?:(?:25|465|587|2525)\b",
    )
});
static GREETS: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?:^|[ (<:])220[ -][\w-]+\."));
static REFUSED: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"(?:^|[ (])[45]\d\d(?:[ -]|, ?b?['"])"#));
/// Exchange on a server of one's own greets as Microsoft 365 does.
static EXCHANGE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b220[ -]\S+ Microsoft ESMTP"));

/// What Postfix, Dovecot and Exim say and Microsoft does not.
const WORDS: [&str; 15] = [
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
    // Postfix as the server that somebody signs in to.
    "sasl login authentication failed: ",
    "sasl plain authentication failed: ",
    // Where Keycloak gives tokens.
    "/realms/",
];

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.into_iter()
}

/// Replies that Microsoft alone gives.
const MICROSOFTS_WORDS: [&str; 7] =
    ["5.7.139", "5.7.57", "SmtpClientAuthentication", "SendAsDenied", "STOREDRV", ".PROD.OUTLOOK.COM", "AADSTS"];
/// A refusal of every Exchange, and of what is built like it: it names nobody, and what stands behind it is another's.
const EXCHANGES_WORDS: &str = "5.7.3 authentication unsuccessful";

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

/// The last line that tells decides, up to the refusal: what a log says afterwards is about something else.
pub fn add(evidence: &mut Evidence, records: &[Record], refused: Option<usize>) {
    let until = refused.map_or(records.len(), |last| last + 1);
    let microsofts = microsofts_words(evidence);
    for Record(line) in records.iter().take(until).rev() {
        let hosts = hosts(line);
        if line.contains("AADSTS") || hosts.iter().any(|host| microsoft(host)) {
            return;
        }
        let exchange = EXCHANGE.is_match(line).then_some("Exchange Server");
        let service = if microsofts { exchange } else { told(line).or_else(|| authority(evidence, line)).or(exchange) };
        if let Some(service) = service.or_else(|| (!microsofts && others(line)).then_some("another")) {
            return evidence.add_if_none("service", service);
        }
    }
    add_by_host(evidence);
}

/// The service that a line names as the one that answered or was asked, not one that it merely mentions.
fn told(line: &str) -> Option<&'static str> {
    let refused = REFUSED.find(line).map(|found| found.start());
    let silent = refused.filter(|_| line.to_ascii_lowercase().contains(EXCHANGES_WORDS));
    let before = &line[..silent.unwrap_or(line.len())];
    let tells = refused.is_some_and(|_| silent.is_none());
    let tells = tells || [&SAID, &CONNECTS, &GREETS].iter().any(|form| form.is_match(before));
    hosts(before).iter().filter(|_| tells).find_map(|host| named(host))
}

/// The service whose authority refused; where a mail server did, that one counts.
fn authority(evidence: &Evidence, line: &str) -> Option<&'static str> {
    let lower = line.to_ascii_lowercase();
    let asked = ["oauth", "invalid_", "refresherror"].iter().any(|word| lower.contains(word));
    let alone = evidence.values("reply.text").is_empty() && evidence.values("oauth.code").is_empty();
    let named = AUTHORITIES.iter().find(|(_, signs)| signs.iter().any(|sign| lower.contains(sign)));
    named.filter(|_| asked && alone).map(|(name, _)| *name)
}

fn others(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    WORDS.iter().any(|words| lower.contains(words)) || quoted(line)
}

fn microsofts_words(evidence: &Evidence) -> bool {
    evidence.values("reply.text").iter().any(|said| has_microsofts_words(said))
}

/// Words of a refusal that only Microsoft's servers say.
pub fn has_microsofts_words(said: &str) -> bool {
    MICROSOFTS_WORDS.iter().any(|words| said.contains(words))
}

/// The service whose scope a server names in the JSON of its 334; empty for Microsoft's.
pub fn of_scope(detail: &str) -> &'static str {
    if detail.contains("mail.google.com") { "Gmail" } else { "" }
}

/// The service whose own name stands in a greeting.
pub fn greets(banner: &str) -> Option<&'static str> {
    hosts(banner).iter().find_map(|host| named(host))
}

/// A reply without a name in it is that of the host that was set.
fn add_by_host(evidence: &mut Evidence) {
    let host = evidence.values("host").first().map(|host| host.to_ascii_lowercase()).unwrap_or_default();
    let said = !evidence.values("reply.text").is_empty();
    if host.is_empty() || microsoft(&host) || !said || microsofts_words(evidence) {
        return;
    }
    let by_name = named(&host);
    let by_host = (!near(&host)).then_some("another");
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

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::super::Reading;

    fn service(text: &str) -> String {
        let mut reading = Reading::default();
        reading.add_text(text, 0);
        reading.evidence.text("service").unwrap_or_default()
    }

    #[test]
    fn a_name_that_merely_stands_near_is_not_who_refused() {
        let mailbox = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
        for (reply, after) in [
            (mailbox, "2026-11-22 10:00:01 upload to storage.googleapis.com done"),
            (mailbox, "host mail.yahoo.com ok"),
            (mailbox, "connected to smtp.gmail.com:587"),
            ("535 5.7.3 Authentication unsuccessful", "GET http://ec2-1-2-3-4.compute-1.amazonaws.com/"),
            ("535 5.7.3 Authentication unsuccessful", "archived: logs.s3.amazonaws.com"),
            ("535 5.7.3 Authentication unsuccessful", "host mail.yahoo.com ok"),
            (
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
                "see https://support.google.com/mail/answer/7126229",
            ),
        ] {
            for text in [format!("{reply}\n{after}"), format!("{after}\n{reply}"), format!("{reply}\n\n{after}")] {
                let connects = text.starts_with("connected");
                assert!(service(&text).is_empty() || connects && !reply.contains("5.7.139"), "{text}");
            }
        }
    }

    #[test]
    fn who_refused_is_named_by_the_reply_the_greeting_or_the_connection() {
        for (text, name) in [
            (
                "connecting to email-smtp.eu-west-1.amazonaws.com:587\n535 Authentication Credentials Invalid",
                "Amazon SES",
            ),
            ("220 smtp.mailgun.org ESMTP ready\n535 5.7.3 Authentication unsuccessful", "Mailgun"),
            ("host smtp.sendgrid.net[192.0.2.1] said: 535 5.7.3 Authentication unsuccessful", "SendGrid"),
            ("535-5.7.8 Username and Password not accepted. x - gsmtp", "Gmail"),
            ("(535, b'5.7.8 Username and Password not accepted. x - gsmtp')", "Gmail"),
            ("mx postfix/smtpd[9]: warning: x[192.0.2.5]: SASL LOGIN authentication failed: UGFzc3dvcmQ6", "another"),
            ("POST https://oauth2.googleapis.com/token\n{\"error\":\"invalid_grant\"}", "Gmail"),
        ] {
            assert_eq!(service(text), name, "{text}");
        }
    }
    #[test]
    fn the_scope_that_a_server_asks_for_is_whose_it_is() {
        let asks = |scope: &str| STANDARD.encode(format!(r#"{{"status":"400","schemes":"Bearer","scope":"{scope}"}}"#));
        assert_eq!(service(&format!("S: 334 {}", asks("https://mail.google.com/"))), "Gmail");
        assert_eq!(service(&format!("S: 334 {}", asks("https://outlook.office.com/SMTP.Send"))), "");
    }
}
