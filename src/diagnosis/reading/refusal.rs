//! One refusal of a mail server as it stands in a line: where it begins, its codes, and where in the dialogue it came.

use std::sync::LazyLock;

use crate::{pattern::Pattern, visible};

use super::{super::Evidence, records::pattern};

/// `535 5.7.3 `, `535-5.7.139`, `535: 5.7.3`, `550 #5.7.60`, and Python's `(535, b'5.7.3 …`.
static HEAD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?:^|[^\w.])([45]\d\d)( |-|: ?| #|-#|, ?b?['"])([45]\.\d{1,3}\.\d{1,3})(?:[^.\d]|$|\.(?:\D|$))"#)
});
/// A code alone, where a server is quoted.
static BARE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?:^|said: |SERVER -> CLIENT: |S: |< |<- |- > |smtpstatus=|response: |message: |b'|Error: \()([45]\d\d)(?:[ -]|$|'|, ?b?['"])(?: ?smtpmsg='?\d{0,3}[ -]?)?"#,
    )
});
/// An enhanced code alone: `dsn=5.7.3`, `5.7.57 Client not authenticated`.
static ENHANCED: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:^|[^\w.-])(5\.7\.\d{1,3}|4\.[347]\.\d{1,3})(?:[^.\d\w]|$|\.(?:\D|$))"));
/// Any enhanced code alone, behind what programs put before a reply that they quote without its code: .NET in several
/// languages, MailKit, Exchange's own.
static LED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?:(?i:the server response was|die serverantwort war|serveur était|servidor fue|risposta del server|サーバーの応答は次のとおりです|服务器响应为) ?: ?|Exception: |ErrorInProcessing: )([45]\.\d{1,3}\.\d{1,3}) ",
    )
});
/// Microsoft's words, whether or not their code was quoted along with them.
static WORDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)SmtpClientAuthentication is disabled|Client (?:was )?not authenticated|Authentication unsuccessful|SendAsDenied|permissions to send as this sender|right to send mail on behalf of|concurrent connections|basic authentication is (?:disabled|not supported)|Unrecognized authentication type|must issue a STARTTLS|organization's security defaults policy|did not meet the criteria to be authenticated|exceeded maximum mailbox size",
    )
});
/// An enhanced code that is none of a version: with Microsoft's words behind, in a report, or all there is.
static QUOTED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^5\.7\.\d{1,3}$|(?:dsn=|status: ?)5\.7\.\d|^4\.[347]\.\d{1,3} (?:Temporary|Server busy|Access denied|Service)|\b5\.7\.\d{1,3} (?:SMTP;|STARTTLS|Client |Access denied|user is |Service unavailable|Must issue|Sender |Expired|Token|The application)",
    )
});
/// It has basic authentication too.
static WINRM: LazyLock<Pattern> = LazyLock::new(|| pattern("(?i)winrm|ws-?man"));
static BASIC: LazyLock<Pattern> = LazyLock::new(|| pattern("(?i)basic authentication is"));
static MAIL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:535|550)\b|outlook|office365|smtp|imap|pop3|mailbox|^\S+ NO |-ERR |Authentication unsuccessful|Client Submission",
    )
});
static BRACKETS: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)\[[^\]]*outlook\.com\b[^\]]*\]"));
static TIME: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\[[^\]]*outlook\.com (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"));

/// Microsoft's longest, with diagnostic data, has more; what decides stands at its beginning.
const LONGEST: usize = 600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Option<String>,
    pub enhanced: Option<String>,
    pub text: String,
    /// `535-…`: the next line of the same code goes on with it.
    pub continues: bool,
}

/// Where the first refusal with both its codes begins.
pub fn begins(line: &str) -> Option<usize> {
    HEAD.captures(line)?.get(1).map(|code| code.start())
}

/// The refusals of a line, one of which may be wrapped in the other.
pub fn refusals(line: &str) -> Vec<Refusal> {
    let heads: Vec<_> = HEAD.captures_iter(line).collect();
    let starts: Vec<usize> = heads.iter().filter_map(|head| Some(head.get(1)?.start())).collect();
    let mut found: Vec<Refusal> = Vec::new();
    // `5.7.57 Client not authenticated … Error: 535 5.7.139 …`: what stands before a head is read for itself.
    let before = &line[..starts.first().copied().unwrap_or(line.len())];
    // msmtp: `smtpstatus=535 smtpmsg='535 5.7.3 …'` has the code twice.
    let once = !before.trim_end_matches(['\'', '"']).ends_with("smtpmsg=");
    // Postfix: `dsn=5.7.139, status=bounced (… said: 535 5.7.139 …` has the enhanced code twice.
    let first = heads.first().and_then(|head| head.get(3)).map(|enhanced| enhanced.as_str());
    let other = |refusal: &Refusal| refusal.code.is_some() || first.is_none() || refusal.enhanced.as_deref() != first;
    found.extend(headless(before).filter(|refusal| once && (other(refusal) || WORDS.is_match(before))));
    for (number, head) in heads.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(line.len());
        let part = |group: usize| head.get(group).map_or("", |part| part.as_str());
        // A tuple, as Python prints it, becomes the line it was.
        let from = head.get(3).filter(|_| part(2).starts_with(',')).map(|enhanced| enhanced.start());
        let text = match from {
            Some(from) => format!("{} {}", part(1), &line[from..end]),
            None => line[starts[number]..end].to_owned(),
        };
        let refusal = Refusal {
            code: Some(part(1).to_owned()),
            enhanced: Some(part(3).to_owned()),
            text: trimmed(&text),
            continues: part(2).starts_with('-'),
        };
        match found.last_mut().filter(|before| before.goes_on_with(&refusal)) {
            Some(before) => before.take(&refusal),
            None => found.push(refusal),
        }
    }
    found
}

/// A refusal without the pair of codes: one code alone, or Microsoft's words alone.
fn headless(line: &str) -> Option<Refusal> {
    let bare = BARE.captures(line).and_then(|found| found.get(1)).filter(|code| !of_http(&line[code.start()..]));
    let words = WORDS.find(line).map(|found| found.start());
    if bare.is_none() && WINRM.is_match(line) {
        return None;
    }
    // `PHPMailer 5.7.3` is a version.
    let quoted = bare.is_some() || QUOTED.is_match(line);
    let led = LED.captures(line).and_then(|found| found.get(1));
    let enhanced = ENHANCED.captures(line).and_then(|found| found.get(1)).filter(|_| quoted || words.is_some());
    let enhanced = led.or(enhanced);
    let words = words.filter(|_| quoted || enhanced.is_some() || !BASIC.is_match(line) || MAIL.is_match(line));
    let start =
        [bare.map(|code| code.start()), enhanced.map(|code| code.start()), words].into_iter().flatten().min()?;
    let code = bare.map(|code| code.as_str().to_owned());
    let continues = code.is_some() && line[start..].get(3..4) == Some("-");
    let enhanced = enhanced.map(|code| code.as_str().to_owned());
    Some(Refusal { code, enhanced, text: trimmed(&line[start..]), continues })
}

/// `502 Bad Gateway`: what a web server calls its own failures.
fn of_http(said: &str) -> bool {
    const REASONS: [&str; 11] = [
        "bad request",
        "unauthorized",
        "forbidden",
        "not found",
        "too many requests",
        "internal server error",
        "bad gateway",
        "proxy ",
        "service unavailable",
        "service temporarily unavailable",
        "gateway time",
    ];
    let (code, reason) = said.split_at(3);
    let reason = reason.trim_start().to_ascii_lowercase();
    (code[1..].starts_with('0') || code == "429") && REASONS.iter().any(|known| reason.starts_with(known))
}

impl Refusal {
    /// The text without its codes.
    fn words(&self) -> &str {
        let codes = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '#' | ':' | ' ');
        self.text.trim_start_matches(codes)
    }

    /// Whether the other one is the next line of the same reply.
    pub fn goes_on_with(&self, other: &Self) -> bool {
        self.continues && self.code == other.code
    }

    pub fn take(&mut self, next: &Self) {
        self.text = visible::short(&format!("{} {}", self.text, next.words()), LONGEST);
        self.continues = next.continues;
    }

    /// The other is the same refusal at another time, by another host, or told with less.
    pub fn covers(&self, other: &Self) -> bool {
        let within = |mine: Option<&str>, theirs: Option<&str>| theirs.is_none_or(|theirs| mine == Some(theirs));
        within(self.code.as_deref(), other.code.as_deref())
            && within(self.enhanced.as_deref(), other.enhanced.as_deref())
            && self.said().contains(&other.said())
    }

    /// The words without the host and time behind them.
    fn said(&self) -> String {
        let said = self.words().split('[').next().unwrap_or_default();
        said.split_whitespace().collect::<String>().trim_end_matches('.').to_ascii_lowercase()
    }

    /// It says only that nobody signed in: why, stands in an earlier one.
    pub fn follows_from_another(&self) -> bool {
        self.stage() == Some("mail")
    }

    pub fn time(&self) -> Option<i64> {
        time(&self.text)
    }

    pub fn stage(&self) -> Option<&'static str> {
        let text = self.text.to_ascii_lowercase();
        let has = |words: &str| text.contains(words);
        match (self.code.as_deref(), self.enhanced.as_deref()) {
            _ if has("sendasdenied") || has("storedrv") => Some("data"),
            _ if has("in response to auth") => Some("auth"),
            (Some("535" | "534" | "538" | "504"), _) => Some("auth"),
            (Some("530"), _) | (None, Some("5.7.57")) => Some("mail"),
            _ if has("client was not authenticated") || has("sender address rejected") => Some("mail"),
            (None | Some("501"), Some("5.7.3" | "5.7.139")) => Some("auth"),
            (Some("501"), _) if has("xoauth2") => Some("auth"),
            (None, None) if has("authentication") && !has("not authenticated") => Some("auth"),
            _ => None,
        }
    }

    pub fn add_to(&self, evidence: &mut Evidence) {
        let stage = self.stage();
        let each = [
            ("reply.code", self.code.as_deref()),
            ("reply.enhanced", self.enhanced.as_deref()),
            ("reply.stage", stage),
        ];
        for (fact, value) in each {
            evidence.add_once(fact, value.unwrap_or_default());
        }
        evidence.add("reply.text", &self.text);
        evidence.add_once("reply.month", month(&self.text).unwrap_or_default());
        if stage == Some("data") && evidence.values("accepted").is_empty() {
            evidence.add("accepted", super::super::BEFOREHAND);
        }
    }
}

/// Without what programs put around a quoted reply.
fn trimmed(text: &str) -> String {
    let text = ["(in reply to", "' errormsg=", "' exitcode=", "\",\"", "\", \"", "', '"]
        .iter()
        .fold(text, |text, end| text.split(end).next().unwrap_or(text));
    // Host, time and id in brackets are the last that Microsoft says.
    let text = BRACKETS.find(text).map_or(text, |brackets| &text[..brackets.end()]);
    visible::short(text.trim_end_matches([' ', ')', '\'', '"', ',', '}', '\\']), LONGEST)
}

/// The month in which it was made: what was broken at Microsoft in some months of the past is known.
fn month(text: &str) -> Option<&str> {
    TIME.captures(text)?.get(1)?.as_str().get(..7)
}

/// When a refusal was made, in Unix seconds, if Microsoft wrote it into the brackets.
pub fn time(text: &str) -> Option<i64> {
    let stamp = TIME.captures(text)?;
    chrono::DateTime::parse_from_rfc3339(stamp.get(1)?.as_str()).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_that_is_told_twice_is_one_refusal() {
        let said = "535 5.7.139 Authentication unsuccessful";
        let texts = |line: &str| refusals(line).into_iter().map(|refusal| refusal.text).collect::<Vec<_>>();
        for before in ["dsn=5.7.139, status=bounced (host smtp.office365.com[192.0.2.1] said: ", "Status: 5.7.139 "] {
            assert_eq!(texts(&format!("{before}{said})")), [said], "{before}");
        }
        assert_eq!(texts("502 Bad Gateway"), [""; 0]);
        assert_eq!(texts("554 Service unavailable; Client host blocked").len(), 1);
        assert_eq!(texts(&format!("dsn=5.7.57, status=bounced (said: {said})")).len(), 2);
        assert_eq!(texts(&format!("5.7.57 Client not authenticated to send mail. Error: {said}")).len(), 2);
    }

    #[test]
    fn a_code_alone_counts_behind_what_quotes_a_reply() {
        let busy = "4.3.111 Temporary server error. Please try again later MRH1";
        for before in [
            "Error in processing. The server response was: ",
            "Der Client wurde nicht authentifiziert. Die Serverantwort war: ",
            "La réponse du serveur était : ",
            "La respuesta del servidor fue: ",
            "サーバーの応答は次のとおりです : ",
            "服务器响应为: ",
            "MailKit.Security.AuthenticationException: ",
            "",
        ] {
            let found = refusals(&format!("{before}{busy}")).pop().unwrap();
            assert_eq!((found.enhanced.as_deref(), found.text.as_str()), (Some("4.3.111"), busy), "{before}");
        }
        assert_eq!(refusals("upgraded from 4.3.111 to 4.3.112"), []);
        let relay =
            refusals("MailKit.Net.Smtp.SmtpCommandException: 5.7.1 Client was not authenticated").pop().unwrap();
        assert_eq!((relay.enhanced.as_deref(), relay.stage()), (Some("5.7.1"), Some("mail")));
        assert_eq!(refusals("a1 NO Basic authentication is disabled.").len(), 1);
        assert_eq!(refusals("winrm: Basic authentication is disabled."), []);
    }
}
