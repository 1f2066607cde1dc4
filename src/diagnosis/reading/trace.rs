//! What a trace shows beside the refusal: which server spoke, how the client signed in and for whom, and what
//! went well before.

use std::sync::LazyLock;

use crate::pattern::Pattern;

use super::{
    super::Evidence,
    programs,
    records::{Record, pattern},
};

static ACCEPTED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?:^|[^\w.-])(235[ -]2\.7\.0|235 Auth|2\.7\.0 Authentication successful|250[ -]2\.0\.0 OK)\b")
});
static SIGNED_IN: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:^|[^\w.-])(?:235[ -]2\.7\.0|235 Auth|2\.7\.0 Authentication successful)\b"));
static SENT: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"status=sent \(250|(?:^|[^\w.-])250[ -]2\.(?:0\.0 OK|6\.0 <)"));
/// A log's line about a message that was handed over: another one than what is refused, and no part of its attempt.
static HANDED_OVER: LazyLock<Pattern> = LazyLock::new(|| pattern(r"status=sent \(|exitcode=EX_OK| => \S+@"));
/// `Username:` and `Password:` in base64.
static PROMPT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b334 (?:VXNlcm5hbWU6|UGFzc3dvcmQ6)"));
static IMAP_OK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bOK (?:AUTHENTICATE|LOGIN) completed|\+OK (?:User|Mailbox) successfully|IMAP\S* .{0,40}authenticat\w+ (?:succe|ok)",
    )
});
static IMAP_NO: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bNO (?:(?:AUTHENTICATE|LOGIN) failed|Basic authentication is disabled)|-ERR Logon failure|-ERR Authentication failure|(?:^|: )(?-i:AUTHENTICATE|LOGIN) failed|(?:Logon|Authentication) failure: unknown user name or bad password|IMAP username or password is wrong",
    )
});
/// The sign-in was taken, and there is no mailbox behind it.
static UNCONNECTED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)authenticated but not connected"));
/// What stands before a side's words, up to the words: `C: `, ` ~> `, `<** `, `send: b'`, `host[192.0.2.1]:587: `.
const LEAD: &str = r#"(?:^|\b[CS]: ?|CLIENT: |SERVER: |(?:DEBUG )?SMTP: |[~=*-]*[<>][<>~=*-]*\s{0,2}|(?:←|→) |SMTP[<>]{2} |\]:\d{2,5}: |\b(?i:send|sent|reply|command|message|response|cmd|got)['"]?\W{1,4})b?["'(]{0,2}"#;
const MECHANISMS: &str = "XOAUTH2|LOGIN|PLAIN|OAUTHBEARER|NTLM|CRAM-MD5";

/// A command of the client; a server's `250-AUTH LOGIN XOAUTH2` is none.
static AUTH: LazyLock<Pattern> =
    LazyLock::new(|| pattern(&format!(r"{LEAD}(?i:AUTH ({MECHANISMS})\b(?: user=([^\s^]+))?)")));
static ONE_LINE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)(?:^|C: |CLIENT -> SERVER: |[<>~*-] (?:b')?|send: b?')AUTH XOAUTH2 [^\s'\x22]"));
static ALONE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)(?:^|C: |CLIENT -> SERVER: |> (?:b')?|- < )AUTH XOAUTH2(?:\\r\\n)?'?$"));
/// The server waits for TLS to begin.
static READY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"\b220[ -]2\.0\.0 (?:SMTP server ready|Ready to start TLS)|\[ Starting TLS handshake \]")
});
static GREETED: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[CS]: |SERVER: |[<>] |→ )(?:EHLO|AUTH|MAIL FROM)\b|\bTLSv1\.[23]"));
static GAVE_UP: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)could not connect|QUIT|STARTTLS failed|unable to (?:connect|start)|closed|disconnected|handshake")
});
static MAIL: LazyLock<Pattern> = LazyLock::new(|| pattern(&format!(r"{LEAD}(?i:MAIL FROM):\s?<([^>\s]*)>")));
static BANNER: LazyLock<Pattern> = LazyLock::new(|| pattern(&format!(r"{LEAD}(220[ -][A-Za-z][\w-]*\.\S+ .*)")));
static OFFERED: LazyLock<Pattern> =
    LazyLock::new(|| pattern(&format!(r"{LEAD}250[ -]((?:AUTH|STARTTLS|SIZE|PIPELINING|8BITMIME|XXXX)\b.*)")));
/// JavaMail takes the lines apart.
static EXTENSION: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"Found extension "(AUTH|STARTTLS|SIZE|XXXX)", arg "([^"]*)""#));
static HOST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b((?:smtp|smtp-mail|outlook|outlook-dod|smtp-hve|smtp-legacy)\.(?:office365\.(?:com|us)|outlook\.com)|smtp\.hve\.mx\.microsoft|smtp\.partner\.outlook\.cn|[\w-]+\.mail\.protection\.outlook\.com)\b(?:\[[0-9a-f.:]+\])?(?::(\d{2,5})\b)?",
    )
});

pub fn accepted(record: &Record) -> bool {
    ACCEPTED.is_match(&record.0)
}

/// Whether a line names Microsoft's mail server; it is in small letters.
pub fn at_microsoft(lower: &str) -> bool {
    ["office365", "outlook.com"].iter().any(|name| lower.contains(name))
}

/// What went well last: the number of its record.
#[derive(Debug, Default)]
pub struct Accepted {
    /// A sign-in, or a message that Microsoft took.
    sign_in: Option<usize>,
    /// A message that somebody took.
    message: Option<usize>,
    /// For whom the last AUTH was.
    user: String,
}

impl Accepted {
    fn see(&mut self, number: usize, line: &Line<'_>) {
        let microsofts = at_microsoft(&line.lower);
        let taken = line.is(&["250"], &SENT);
        if line.is(&["235", "2.7.0"], &SIGNED_IN) || (taken && microsofts) {
            self.sign_in = Some(number);
        }
        if taken {
            self.message = Some(number);
        }
    }

    /// How the last attempt ended, where no refusal stands after it. Another message that somebody took says nothing
    /// of a refusal.
    pub fn outcome(&self, evidence: &mut Evidence, refused: Option<usize>) {
        // That somebody else may sign in does not mend it.
        let known = evidence.values("user");
        let other = !self.user.is_empty() && !known.iter().any(|user| user.eq_ignore_ascii_case(&self.user));
        // A refusal in words of its own stays what it is, though something else was accepted.
        let telling = evidence.values("reply.enhanced").iter().any(|code| code != "5.7.3");
        if (other && !known.is_empty()) || telling {
            return;
        }
        if self.sign_in.is_some() && self.sign_in > refused {
            evidence.add("outcome", if self.message > refused { "taken" } else { "accepted" });
        } else if refused.is_none() && self.message.is_some() {
            evidence.add("outcome", "taken");
        }
    }
}

/// A line, and the same in small letters: words are looked for before a pattern is, since most lines have none.
struct Line<'a> {
    said: &'a str,
    lower: String,
}

impl Line<'_> {
    fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.lower.contains(word))
    }

    /// A group of a pattern; empty where the line has none of the words, or does not fit.
    fn part(&self, words: &[&str], pattern: &Pattern, group: usize) -> String {
        let found = self.has(words).then(|| pattern.captures(self.said)).flatten();
        found.and_then(|found| Some(found.get(group)?.as_str().to_owned())).unwrap_or_default()
    }

    fn is(&self, words: &[&str], pattern: &Pattern) -> bool {
        self.has(words) && pattern.is_match(self.said)
    }
}

pub fn add(evidence: &mut Evidence, records: &[Record]) -> Accepted {
    let mut accepted = Accepted::default();
    let (mut signed_in, mut mail) = (false, false);
    for (number, Record(said)) in records.iter().enumerate() {
        let line = Line { said, lower: said.to_ascii_lowercase() };
        accepted.see(number, &line);
        if !line.is(&["250"], &HANDED_OVER) {
            evidence.add_once("accepted", line.part(&["235", "2.7.0", "250"], &ACCEPTED, 1));
        }
        for (pattern, said) in [(&IMAP_OK, "accepted"), (&IMAP_NO, "refused"), (&UNCONNECTED, "unconnected")] {
            let is =
                line.is(&["imap", "ok ", "no ", "-err", "connected", "e failed", "n failed", "n failure"], pattern);
            evidence.add_once("imap", if is { said } else { "" });
        }
        signed_in |= sign_in(evidence, &line, &mut accepted);
        let sender = line.part(&["mail from"], &MAIL, 1);
        mail |= !signed_in && line.is(&["mail from"], &MAIL);
        evidence.add_if_none("sender", &sender);
        server(evidence, &line);
    }
    if tls_came_to_nothing(records) {
        evidence.add_once("smtp.fault", "tls-not-begun");
    }
    if mail && !signed_in {
        evidence.add("mail.auth", "none");
    }
    accepted
}

/// With which mechanism and as whom the client signs in; gives whether the line shows that it does.
fn sign_in(evidence: &mut Evidence, line: &Line<'_>, accepted: &mut Accepted) -> bool {
    evidence.add_once("auth.form", if line.is(&["xoauth2"], &ONE_LINE) { "one-line" } else { "" });
    evidence.add_once("auth.form", if line.is(&["xoauth2"], &ALONE) { "alone" } else { "" });
    let command = line.part(&["auth "], &AUTH, 1).to_ascii_uppercase();
    let prompted = line.is(&["334 "], &PROMPT);
    let told = if prompted { "LOGIN" } else { programs::mechanism(line.said, &line.lower) };
    let mechanism = if command.is_empty() { told } else { &command };
    evidence.add_once("mechanism", mechanism);
    let user = Some(line.part(&["auth "], &AUTH, 2)).filter(|user| !user.is_empty() && user.len() <= 254);
    let user = user.unwrap_or_else(|| programs::user(line.said, &line.lower));
    evidence.add_if_none("user", &user);
    if !user.is_empty() {
        accepted.user = user;
    }
    !mechanism.is_empty() || line.is(&["235", "2.7.0"], &SIGNED_IN)
}

/// Which server it is and what it offers.
fn server(evidence: &mut Evidence, line: &Line<'_>) {
    evidence.add_once("banner", unquoted(&line.part(&["220"], &BANNER, 1)));
    evidence.add_once("ehlo", unquoted(&line.part(&["250"], &OFFERED, 1)));
    let [name, value] = [1, 2].map(|group| line.part(&["found extension"], &EXTENSION, group));
    evidence.add_once("ehlo", format!("{name} {value}").trim());
    if evidence.values("host").is_empty() {
        let words = ["office365", "outlook", "hve.mx"];
        evidence.add_if_none("host", &line.part(&words, &HOST, 1).to_ascii_lowercase());
        evidence.add_if_none("port", &line.part(&words, &HOST, 2));
    }
}

/// Without the end of the quotes that a program put around a line.
fn unquoted(line: &str) -> &str {
    line.trim_end_matches([' ', '\'', '"', ',', ')'])
}

/// STARTTLS was taken, and the client left without another word: what it met in between is in no line.
fn tls_came_to_nothing(records: &[Record]) -> bool {
    let Some(ready) = records.iter().rposition(|Record(line)| READY.is_match(line)) else { return false };
    let rest = &records[ready + 1..];
    !rest.iter().any(|Record(line)| GREETED.is_match(line)) && rest.iter().any(|Record(line)| GAVE_UP.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnosis::{Certainty, reading::tests::named},
        entra::Cloud,
    };

    #[test]
    fn a_message_that_went_out_before_says_nothing_of_a_refusal() {
        let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
        for before in [
            "postfix/smtp[7]: A: to=<a@b.example>, relay=smtp.office365.com[192.0.2.7]:587, status=sent (250 2.0.0 OK <x>)",
            "host=smtp.office365.com smtpstatus=250 smtpmsg='250 2.0.0 OK <x>' mailsize=5 exitcode=EX_OK",
        ] {
            let text = format!("{before}\n{off}");
            assert_eq!(named(&text), ("smtp_auth_disabled_mailbox", Certainty::Certain), "{text}");
        }
    }

    #[test]
    fn what_exchange_says_over_imap_or_pop_is_known_behind_the_names_of_libraries() {
        for (said, is) in [
            ("jakarta.mail.AuthenticationFailedException: AUTHENTICATE failed.", "refused"),
            ("Making login: LOGIN failed.", "refused"),
            ("Logon failure: unknown user name or bad password.", "refused"),
            ("warning: SASL LOGIN authentication failed", ""),
            ("AUTH LOGIN failed", ""),
        ] {
            assert_eq!(crate::diagnosis::reading::tests::fact(said, "imap"), is, "{said}");
        }
    }

    #[test]
    fn every_mail_server_of_every_cloud_is_known_in_a_trace() {
        for cloud in [Cloud::Global, Cloud::GccHigh, Cloud::Dod, Cloud::China] {
            let addresses = cloud.addresses().unwrap();
            for host in addresses.hve_hosts.iter().chain([&addresses.smtp_host]) {
                let line = format!("connect to {host}[192.0.2.1]:587: Connection timed out");
                let found = HOST.captures(&line).map(|found| (found[1].to_owned(), found[2].to_owned()));
                assert_eq!(found, Some((host.to_string(), "587".to_owned())), "{line}");
            }
        }
    }
}
