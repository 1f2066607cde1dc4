//! Why a connection came to nothing, in the words and numbers of the programs and systems that log it; they stand in
//! `network.toml`. The kinds are those of `network`. It does not judge whose fault it is.

use std::sync::LazyLock;

use crate::pattern::{Captures, Pattern};
use serde::Deserialize;

use super::{
    super::Evidence,
    records::{Record, pattern},
};

/// The words and numbers of `network.toml`.
#[derive(Debug, Deserialize)]
struct Tables {
    guess: Vec<Said>,
    trouble: Vec<Trouble>,
    weak: Vec<Said>,
    greeting: Vec<Said>,
    number: Vec<Number>,
    fault: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
struct Trouble {
    kind: String,
    words: Words,
}

#[derive(Debug, Deserialize)]
struct Said {
    words: Words,
}

#[derive(Debug, Deserialize)]
struct Fault {
    fault: String,
    words: Words,
}

/// Numbers of one kind: of Windows, of Linux, of the BSDs and macOS, and curl's own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Number {
    kind: String,
    windows: Vec<u32>,
    linux: Vec<u32>,
    bsd: Vec<u32>,
    curl: Vec<u32>,
}

/// Words in small letters; those that are not ASCII stand here without their gaps.
#[derive(Debug, Deserialize)]
#[serde(from = "Vec<String>")]
struct Words(Vec<String>);

impl From<Vec<String>> for Words {
    fn from(words: Vec<String>) -> Self {
        Self(words.into_iter().map(|words| if words.is_ascii() { words } else { closed_up(&words) }).collect())
    }
}

impl Words {
    fn stand_in(&self, line: &Line) -> bool {
        let stands = |words: &String| if words.is_ascii() { &line.lower } else { &line.closed_up }.contains(words);
        self.0.iter().any(stands)
    }
}

#[expect(clippy::expect_used, reason = "data in the binary; a test reads it")]
static TABLES: LazyLock<Tables> =
    LazyLock::new(|| toml::from_str(include_str!("network.toml")).expect("tables of network trouble"));

/// All words that tell of trouble, as they are written.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    let trouble = TABLES.trouble.iter().map(|trouble| &trouble.words);
    trouble.chain(TABLES.fault.iter().map(|fault| &fault.words)).flat_map(|words| &words.0).map(String::as_str)
}

/// A line as it is compared. A log or a terminal breaks a Japanese sentence where it likes, and what puts it together
/// again leaves a gap there.
struct Line {
    lower: String,
    closed_up: String,
}

impl Line {
    fn new(line: &str) -> Self {
        let lower = if line.is_ascii() { line.to_ascii_lowercase() } else { line.to_lowercase().replace('’', "'") };
        let closed_up = if line.is_ascii() { String::new() } else { closed_up(&lower) };
        Self { lower, closed_up }
    }

    fn says(&self, one: &[Said]) -> bool {
        one.iter().any(|said| said.words.stand_in(self))
    }

    fn kind(&self) -> Option<&'static str> {
        if self.says(&TABLES.guess) {
            return None;
        }
        let kind = TABLES.trouble.iter().find(|trouble| trouble.words.stand_in(self)).map(|trouble| &trouble.kind);
        kind.map(String::as_str).or_else(|| self.kind_by_number())
    }

    fn kind_by_number(&self) -> Option<&'static str> {
        let number = |found: &Captures<'_>, group: usize, radix: u32| {
            found.get(group).and_then(|digits| u32::from_str_radix(digits.as_str(), radix).ok())
        };
        NUMBER.captures_iter(&self.lower).find_map(|found| {
            let (curl, posix, other) = (number(&found, 1, 10), number(&found, 2, 10), number(&found, 3, 10));
            let windows = number(&found, 4, 16).or(posix).or(other);
            let is = |list: &[u32], number: Option<u32>| number.is_some_and(|number| list.contains(&number));
            let means = |known: &&Number| {
                is(&known.curl, curl)
                    || is(&known.linux, posix)
                    || is(&known.bsd, posix)
                    || windows.filter(|number| *number > 100).is_some_and(|number| known.windows.contains(&number))
            };
            TABLES.number.iter().find(means).map(|known| known.kind.as_str())
        })
    }
}

fn closed_up(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// `curl: (28)`, `[Errno 110]`, `Socket Error # 10060`, `(10061)`, `0x8007274D`.
static NUMBER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bcurl(?:_errno| error)?\W{1,4}(\d{1,2})\b|\b(?:errno|os error)\W{1,3}(\d{2,5})\b|(?:\b(?:winerror|socket error|socketerror|error ?code|errorcode|win32 error|wsa error|error)\W{1,4}|\()(1[012]\d{3})\b|\b0x8007([0-9a-f]{4})\b",
    )
});

/// `smtp.office365.com[52.97.1.1]:587`, `smtp.office365.com port 587`, `login.microsoftonline.com:443`, `192.0.2.7:587`.
static ADDRESS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b((?:[a-z0-9-]+\.)+[a-z0-9]+)(?:\[[0-9a-f.:]+\])?(?:['"]?, ?port=|:| \([^)]*\) port |,? port )(\d{2,5})\b"#,
    )
});
static HOST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:resolved?(?: host)?:? |lookup |host:? |exception: |to |for |server |name=|getaddrinfo \w+ )['"]?((?:[a-z0-9_-]+\.)+[a-z]{2,})\b"#,
    )
});

static PROXY: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)resolve proxy:? ((?:[a-z0-9_-]+\.)*[a-z0-9_-]+)"));

/// A name in quotes behind a sentence of another language; a file's name is none.
static QUOTED: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"(?i)(?:['"]|‘|“|「|«)\s?((?:[a-z0-9_-]+\.)+[a-z]{2,})\s?(?:['"]|’|”|」|»)"#));
const FILES: [&str; 8] = [".py", ".php", ".js", ".cs", ".java", ".go", ".conf", ".log"];

/// Go names the name server as well: `lookup NAME on SERVER:53`.
static LOOKUP: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)\blookup ([\w.-]+) on \S+:53\b"));

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
const MAIL: [&str; 21] = [
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
    "メール",
    "courriel",
    "correo",
    "邮件",
    "郵件",
];
/// `ssl3_record.c:332:`, `at index.js:809:19`: a place in a program, and no port.
static PLACE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\.(?:c|cc|cpp|cs|go|h|java|js|mjs|php|pl|pm|py|rb|rs|ts):\d+(?::\d+)?"));
static PORT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)\b(?:port[ =:]+|\d\.\d+:|[a-z]:|\]:)(\d{2,5})\b"));

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

/// What kind of trouble a line tells of.
pub(super) fn kind(line: &str) -> Option<&'static str> {
    let line = Line::new(line);
    let fault = TABLES.fault.iter().find(|fault| fault.words.stand_in(&line)).map(|fault| fault.fault.as_str());
    fault.or_else(|| line.kind())
}

/// A connection that came to nothing for a reason that the line does not say.
const UNTOLD: &str = "unconnected";

/// What one side does not offer, in a line that holds a refusal as well.
pub fn add_fault(evidence: &mut Evidence, Record(text): &Record) {
    let line = Line::new(text);
    if let Some(fault) = TABLES.fault.iter().find(|fault| fault.words.stand_in(&line)) {
        evidence.add_once("smtp.fault", &fault.fault);
    }
}

/// Lines before one of trouble that may say more of it.
const NEAR: usize = 3;

/// The last line that tells why counts; one that does not, where there is no such line.
pub fn add(evidence: &mut Evidence, records: &[Record]) {
    let mut untold = None;
    for (at, Record(text)) in records.iter().enumerate().rev() {
        let line = Line::new(text);
        let before = &records[at.saturating_sub(NEAR)..at];
        if line.says(&TABLES.weak) && before.iter().any(|Record(text)| says_why(&Line::new(text))) {
            continue;
        }
        if let Some(fault) = TABLES.fault.iter().find(|fault| fault.words.stand_in(&line)) {
            evidence.add("smtp.fault", &fault.fault);
            add_address(evidence, text);
            return;
        }
        match line.kind() {
            Some(UNTOLD) => untold = untold.or(Some((text, line))),
            Some(kind) if add_trouble(evidence, kind, text, &line) => {
                let greets = |Record(text): &Record| Line::new(text).says(&TABLES.greeting);
                if line.says(&TABLES.greeting) || before.iter().any(greets) {
                    evidence.add("reply.stage", "greeting");
                }
                return;
            }
            _ => {}
        }
    }
    if let Some((text, line)) = untold {
        add_trouble(evidence, UNTOLD, text, &line);
    }
}

fn says_why(line: &Line) -> bool {
    line.kind().is_some_and(|kind| kind != UNTOLD)
}

/// Gives whether the trouble may be that of mail.
fn add_trouble(evidence: &mut Evidence, kind: &str, text: &str, line: &Line) -> bool {
    match about_mail(evidence, &line.lower) {
        None => return false,
        Some(false) => evidence.add("network.context", "unclear"),
        Some(true) => {}
    }
    evidence.add_failure(kind, &text.chars().take(LONGEST).collect::<String>());
    add_address(evidence, text);
    true
}

fn add_address(evidence: &mut Evidence, line: &str) {
    let part = |found: &Captures<'_>, group: usize| found.get(group).map_or("", |part| part.as_str()).to_owned();
    let address = ADDRESS.captures(line).filter(|_| !LOOKUP.is_match(line));
    let quoted = || QUOTED.captures(line).filter(|found| !FILES.iter().any(|end| found[1].ends_with(end)));
    let name = LOOKUP.captures(line).or_else(|| HOST.captures(line)).or_else(quoted);
    let (host, port) = match (address, name) {
        (Some(found), _) => (part(&found, 1), part(&found, 2)),
        (None, Some(found)) => (part(&found, 1), String::new()),
        (None, None) => (String::new(), String::new()),
    };
    let known = |fact: &str| evidence.values(fact).first().cloned().unwrap_or_default();
    let (host, port) =
        (if host.is_empty() { known("host") } else { host }, if port.is_empty() { known("port") } else { port });
    // What is named where a proxy is at fault is the server behind it, if not the proxy itself.
    let proxy = evidence.values("network.kind").iter().any(|kind| kind.starts_with("proxy"));
    if proxy {
        // Which of the two a host is, the line does not say.
        evidence.add("network.address", PROXY.captures(line).map(|found| part(&found, 1)).unwrap_or_default());
        return;
    }
    if !host.is_empty() {
        evidence.add("network.address", if port.is_empty() { host.clone() } else { format!("{host}:{port}") });
    }
    if host.starts_with("login.") && matches!(port.as_str(), "" | "443") {
        evidence.add_if_none("authority", &format!("https://{host}"));
    }
    // The authority is no mail server.
    if !host.contains("login.") && !matches!(port.as_str(), "443" | "80") {
        evidence.add_if_none("host", &host);
        evidence.add_if_none("port", &port);
    }
}

#[cfg(test)]
mod tests;
