//! Why a connection came to nothing, in the words of the programs that log it: curl, OpenSSL, the resolver,
//! Postfix, msmtp, Python, .NET, Go. The kinds are those of `network`.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    super::Evidence,
    records::{Record, pattern},
};

/// In small letters. The first that fits a line counts.
const WORDS: [(&str, &[&str]); 6] = [
    (
        "name-unknown",
        &[
            "could not resolve",
            "couldn't resolve",
            "name or service not known",
            "temporary failure in name resolution",
            "nodename nor servname",
            "no such host",
            "host not found",
            "name service error",
            "cannot locate host",
            "getaddrinfo failed",
            "enotfound",
            "no address associated with hostname",
            "eai_again",
            "winerror 11001",
            "unknown smtp host",
            "unknownhostexception",
            "remote name could not be resolved",
            "lookup of host",
            "server misbehaving",
        ],
    ),
    (
        "certificate",
        &[
            "certificate verify failed",
            "certificate verification failed",
            "certificate problem",
            "unable to get local issuer",
            "self signed certificate",
            "self-signed certificate",
            "certificate has expired",
            "certificate is not yet valid",
            "certificate expired",
            "certificate not valid yet",
            "certificate not valid for name",
            "invalid peer certificate",
            "no alternative certificate subject name",
            "certificate subject name",
            "hostname mismatch",
            "unable to find valid certification path",
            "x509: certificate",
            "certificate not trusted",
            "untrusted issuer",
            "unknownissuer",
            "notvalidforname",
            "notvalidyet",
            "unable to verify the first certificate",
            "unknown ca",
            "certificate signed by unknown authority",
            "remote certificate is invalid",
            "pkix path building failed",
            "remotecertificatechainerrors",
            "remotecertificatenamemismatch",
            "x509: certificate",
        ],
    ),
    (
        "tls-handshake",
        &[
            "wrong version number",
            "server_hello:unknown protocol",
            "packet length too long",
            "unexpected tls packet",
            "invalidcontenttype",
            "does not look like a tls handshake",
            "record_too_long",
            "ssl_accept error",
            "handshake failure",
            "handshake failed",
            "unsupported protocol",
            "unrecognized ssl message",
            "no appropriate protocol",
        ],
    ),
    ("unroutable", &["no route to host", "network is unreachable", "ehostunreach", "enetunreach"]),
    ("refused", &["connection refused", "econnrefused", "actively refused", "winerror 10061"]),
    (
        "timed-out",
        &[
            "connection timed out",
            "operation timed out",
            "connect timeout",
            "connection timeout",
            "timed out while",
            "i/o timeout",
            "etimedout",
            "timeout was reached",
            "failed to respond after",
            "winerror 10060",
        ],
    ),
];

const CLOSED: [&str; 5] = [
    "connection reset by peer",
    "econnreset",
    "unexpected eof",
    "lost connection with",
    "connection unexpectedly closed",
];

const FAULTS: [(&str, &[&str]); 4] = [
    ("auth-not-offered", &["smtp auth extension not supported"]),
    (
        "starttls-not-offered",
        &[
            "was not offered by host",
            "does not support tls via the starttls",
            "starttls extension not supported",
            "starttls not supported",
            "starttls not offered",
            "does not support starttls",
            "doesn't support starttls",
            "didn't find starttls in server response",
            "starttls is required but host did not advertise",
        ],
    ),
    (
        "xoauth2-not-offered",
        &[
            "does not support authentication method xoauth2",
            "xoauth2 not offered",
            "does not support xoauth2",
            "xoauth2 is not supported",
        ],
    ),
    (
        "no-mechanism",
        &[
            "no worthy mechs found",
            "no mechanism available",
            "no suitable authentication method",
            "no supported authentication",
            "cannot find a usable authentication method",
        ],
    ),
];

/// `smtp.office365.com[52.97.1.1]:587`, `smtp.office365.com port 587`, `login.microsoftonline.com:443`, `192.0.2.7:587`.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b((?:[a-z0-9-]+\.)+[a-z0-9]+)(?:\[[0-9a-f.:]+\])?(?::| \([^)]*\) port |,? port )(\d{2,5})\b")
});
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:resolved?(?: host)?:? |lookup |host:? |exception: |to |for |server |name=|getaddrinfo \w+ )['"]?((?:[a-z0-9_-]+\.)+[a-z]{2,})\b"#,
    )
});

/// Go names the name server as well: `lookup NAME on SERVER:53`.
static LOOKUP: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\blookup ([\w.-]+) on \S+:53\b"));

/// Another service than mail, in small letters. Its trouble is none of ours.
const OTHERS: [&str; 26] = [
    "sqlstate",
    "mysql",
    "mariadb",
    "postgres",
    "redis",
    "ldap",
    "mongo",
    "amqp",
    "rabbitmq",
    "kafka",
    "elasticsearch",
    "memcached",
    "docker",
    "kubernetes",
    "github",
    "npm ",
    "pypi",
    "apt-get",
    "http://",
    "ftp:",
    "ssh:",
    "winrm",
    "database",
    "(hy000)",
    "psql",
    "jdbc",
];
/// What shows that a line is about mail, or about Microsoft.
const MAIL: [&str; 16] = [
    "smtp",
    "mail",
    "postfix",
    "exim",
    "sasl",
    "starttls",
    "imap",
    "pop3",
    "office365",
    "outlook",
    "microsoft",
    "ofice",
    "xoauth2",
    "greeting",
    "aadsts",
    "oauth",
];
/// `ssl3_record.c:332:`, `at index.js:809:19`: a place in a program, and no port.
static PLACE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\.(?:c|cc|cpp|cs|go|h|java|js|mjs|php|pl|pm|py|rb|rs|ts):\d+(?::\d+)?"));
static PORT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:port[ =:]+|\d\.\d+:|[a-z]:|\]:)(\d{2,5})\b"));

/// Whether a line of network trouble is about mail: `None` where it is about something else, `false` where it does
/// not say.
fn about_mail(evidence: &Evidence, lower: &str) -> Option<bool> {
    let has = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    let lower = &*LOOKUP.replace(lower, "lookup $1");
    let lower = &*PLACE.replace_all(lower, "");
    let port = PORT.captures_iter(lower).filter_map(|found| Some(found.get(1)?.as_str().to_owned())).last();
    let mail_port = port.as_deref().is_some_and(|port| ["25", "465", "587", "2525"].contains(&port));
    if has(&OTHERS) && !has(&["office365", "outlook", "microsoftonline"]) {
        return None;
    }
    if has(&MAIL) || mail_port {
        return Some(true);
    }
    if port.is_some() {
        return None;
    }
    let known = ["host", "port", "banner", "mail.auth", "mechanism"];
    Some(known.iter().any(|fact| !evidence.values(fact).is_empty()))
}

const LONGEST: usize = 300;

pub fn add(evidence: &mut Evidence, records: &[Record]) {
    for Record(line) in records.iter().rev() {
        let lower = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|words| lower.contains(words));
        if let Some((fault, _)) = FAULTS.iter().find(|(_, words)| has(words)) {
            evidence.add("smtp.fault", fault);
            add_address(evidence, line);
            return;
        }
        let kind = WORDS.iter().find(|(_, words)| has(words)).map(|(kind, _)| *kind);
        if let Some(kind) = kind.or_else(|| has(&CLOSED).then_some("closed")) {
            match about_mail(evidence, &lower) {
                None => continue,
                Some(false) => evidence.add("network.context", "unclear"),
                Some(true) => {}
            }
            evidence.add_failure(kind, &line.chars().take(LONGEST).collect::<String>());
            if lower.contains("initial server greeting") || lower.contains("waiting for greeting") {
                evidence.add("reply.stage", "greeting");
            }
            add_address(evidence, line);
            return;
        }
    }
}

fn add_address(evidence: &mut Evidence, line: &str) {
    let part = |found: &regex::Captures<'_>, group: usize| found.get(group).map_or("", |part| part.as_str()).to_owned();
    let address = ADDRESS.captures(line).filter(|_| !LOOKUP.is_match(line));
    let (host, port) = match (address, LOOKUP.captures(line).or_else(|| HOST.captures(line))) {
        (Some(found), _) => (part(&found, 1), part(&found, 2)),
        (None, Some(found)) => (part(&found, 1), String::new()),
        (None, None) => (String::new(), String::new()),
    };
    let known = |fact: &str| evidence.values(fact).first().cloned().unwrap_or_default();
    let (host, port) =
        (if host.is_empty() { known("host") } else { host }, if port.is_empty() { known("port") } else { port });
    if !host.is_empty() {
        evidence.add("network.address", if port.is_empty() { host.clone() } else { format!("{host}:{port}") });
    }
    // The authority is no mail server.
    if !host.contains("login.") && !matches!(port.as_str(), "443" | "80") {
        evidence.add_if_none("host", &host);
        evidence.add_if_none("port", &port);
    }
}
