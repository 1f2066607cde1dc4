//! What an authority said, in a text: the error as JSON, as it stands in a log, or in a redirected URL.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde_json::Value;

use super::{
    super::{Evidence, cause, quoted},
    records::{Record, pattern},
    refusal, sayings,
};
use crate::{
    entra::{Failure, failure, wire::Answer},
    pattern::Pattern,
    secret::Secret,
};

/// Names of errors (RFC 6749, RFC 8628, OpenID Connect, Entra), and those of libraries that keep the `state`.
const ERRORS: [&str; 25] = [
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
    "invalid_request",
    "invalid_scope",
    "invalid_resource",
    "access_denied",
    "authorization_declined",
    "expired_token",
    "bad_verification_code",
    "consent_required",
    "interaction_required",
    "login_required",
    "temporarily_unavailable",
    "server_error",
    "unsupported_grant_type",
    "unsupported_response_type",
    "state_mismatch",
    "mismatching_state",
    "invalid_state",
    "invalid_state_parameter",
    "authorization_request_not_found",
    "authorization_pending",
    "csrf_detected",
    "slow_down",
];
static ERROR: LazyLock<Pattern> = LazyLock::new(|| pattern(&format!(r"\b({})\b", ERRORS.join("|"))));
static CODE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"AADSTS[: ]{0,2}(\d{5,7})\b"));
/// A number that a sentence names by the way, and one that begins what an authority says.
static MENTIONED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\((?:AADSTS\d{5,7}(?:, )?)+\)"));
static STATED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"AADSTS\d{5,7}:"));
/// Numbers without the word before them, in the languages of sign-in pages.
static NUMBERS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"error_codes["'\\]*\s?[:=]\s?\[([\d, ]{5,60})\]|/error\?code=(\d{5,7})\b|(?:(?i:\berror code|\bfehlercode|\bcode d.erreur|\bc(?:ó|o)digo de erro?r?|\bcodice (?:di )?errore|\bfoutcode|\bfelkod|\bkod b(?:ł|l)(?:ę|e)du|错误代码|錯誤碼|오류 코드)|エラー ?コード) ?:? ?([5-9]\d{4,6}|[1-9]\d{5,6})\b"#,
    )
});
static TRACE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\b(trace|correlation)[ _]id: ?([0-9a-f-]{36})|\btimestamp: ?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ)")
});
/// What is worth keeping as a description where no number stands in it, beside the sentences that rules look for and
/// those that stand for a number: words that are one condition of several.
const OTHERS: [&str; 14] = [
    "refresh token",
    "refresh_token is missing",
    "InvalidToken",
    "Authorization_RequestDenied",
    "HTTP Error 400",
    "HTTP Error 401",
    "parameter 'scope'",
    "parameter 'redirect_uri'",
    "parameter 'client_id'",
    "parameter 'code'",
    "parameter 'code_verifier'",
    "NoPermissionsInAccessToken",
    "ErrorAccessDenied",
    "AccessTokenExpired",
];
#[expect(clippy::expect_used, reason = "patterns in the binary; a test uses them")]
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let sought = cause::sentences().filter(|(_, fact, _)| *fact == "oauth.description").map(|(.., words)| words);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostFirst)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(OTHERS.into_iter().chain(sought).chain(sayings::words()))
        .expect("words of errors")
});
static FLOW: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)grant_type=(?:urn%3aietf%3aparams%3aoauth%3agrant-type%3a|urn:ietf:params:oauth:grant-type:)?(authorization_code|device_code|client_credentials|password|refresh_token)|(DeviceCodeCredential|\bmicrosoft\.com/devicelogin|\blogin\.microsoft\.com/device\b)|(ClientSecretCredential|for client credentials)|(UsernamePasswordCredential)",
    )
});

/// How the languages that mail programs are written in name an error in the program itself.
static PROGRAM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:TypeError|ReferenceError|AttributeError|NameError|KeyError|ImportError|ModuleNotFoundError|NoMethodError|(?:NullPointer|NullReference|ClassNotFound|ClassCast)Exception|NoSuchMethodError|NoClassDefFoundError|ArgumentNullException)\b|\b[Cc]all to undefined |Undefined (?:index|property|variable|array key|method)|Cannot read propert|is not a function\b|panicked at |[Ss]egmentation fault|SASL\(-\d+\): generic failure: Unable to find a callback",
    )
});

/// Where an error's own words are over: the place in a program, a stack trace, the next key of a printed object.
static BEHIND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i) in (?:/|[a-z]:\\)\S+(?::| on line )\d+|,? ?Stack ?trace\b| #0 |Traceback| at (?:async )?[\w$.<>\\]+ ?\(| at [a-z]:\\| at line:\d|['"], ?['"][a-z_]+['"] ?[:=]"#,
    )
});

/// Objects are looked for at this many braces at most; a log of JSON lines has the one that counts at its end.
const BRACES: usize = 400;
/// An authority's error has one or two thousand bytes.
const BODY: usize = 32 * 1024;
const LONGEST: usize = 800;
/// Lines of a log that tell something, the last ones.
const MOST: usize = 8;
/// An error's name stands this many lines before its number, where JSON is written over several.
const NEAR: usize = 2;

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    ERRORS.into_iter()
}

pub fn add(evidence: &mut Evidence, text: &str, records: &[Record]) {
    let mut errors = errors(records);
    let last = errors.pop().unwrap_or_default();
    if let Some(failure) = object(text) {
        let known = |code: &u32| last.codes.contains(&code.to_string());
        if last.codes.is_empty() || failure.codes.is_empty() || failure.codes.iter().any(known) {
            evidence.add_oauth(&failure);
        }
    }
    last.lines.iter().for_each(|line| line_tells(evidence, line));
    for line in errors.iter().filter_map(|error| error.lines.iter().find_map(|line| line.get(line.find("AADSTS")?..))) {
        evidence.add_once("oauth.earlier", shortened(ended(line)));
    }
    for Record(line) in records.get(last.from..).unwrap_or_default() {
        ids(evidence, line);
    }
    records.iter().for_each(|Record(line)| flow(evidence, line));
    sayings::add_number(evidence);
    if evidence.values("oauth.error").is_empty() {
        let last = records.iter().rev().find_map(|Record(line)| line.get(PROGRAM.find(line)?.start()..));
        evidence.add_if_none("program.error", &shortened(last.unwrap_or_default()));
    }
}

/// What the authority said of one failure: the lines that name the same numbers, and those beside them that name none.
#[derive(Debug, Default)]
struct Error<'a> {
    codes: Vec<String>,
    lines: Vec<&'a str>,
    /// The record with which it begins, where it was said last.
    from: usize,
}

/// The errors of a text, in the order in which they were said last.
fn errors(records: &[Record]) -> Vec<Error<'_>> {
    let mut found: Vec<Error<'_>> = Vec::new();
    // Whose a line without a number is, shows with the next number.
    let mut loose: Vec<(usize, &str)> = Vec::new();
    let stated = records.iter().any(|Record(line)| STATED.is_match(line));
    for (number, Record(line)) in records.iter().enumerate() {
        // Where an authority is quoted, what stands in parentheses is an explanation.
        if stated && MENTIONED.is_match(line) && !STATED.is_match(line) {
            continue;
        }
        let codes = codes(line);
        if codes.is_empty() {
            if ERROR.is_match(line) || TELLING.is_match(line) {
                loose.push((number, line));
                loose.drain(..loose.len().saturating_sub(MOST));
            }
            continue;
        }
        let same = found.iter().position(|error| error.codes.iter().any(|code| codes.contains(code)));
        let goes_on = same.is_some() && same == found.len().checked_sub(1);
        let near = loose.iter().position(|(at, _)| number - at <= NEAR).unwrap_or(loose.len());
        if let Some(before) = found.last_mut().filter(|_| !goes_on) {
            before.lines.extend(loose.drain(..near).map(|(_, line)| line));
        }
        let mut error = same.map(|same| found.remove(same)).unwrap_or_default();
        if !goes_on {
            error.from = loose.first().map_or(number, |(at, _)| *at);
        }
        error.lines.extend(loose.drain(..).map(|(_, line)| line).chain([line.as_str()]));
        error.lines.drain(..error.lines.len().saturating_sub(MOST));
        for code in codes {
            if !error.codes.contains(&code) && error.codes.len() < MOST {
                error.codes.push(code);
            }
        }
        found.push(error);
        found.drain(..found.len().saturating_sub(MOST));
    }
    if found.is_empty() {
        found.push(Error::default());
    }
    if let Some(last) = found.last_mut() {
        last.lines.extend(loose.into_iter().map(|(_, line)| line));
        last.lines.drain(..last.lines.len().saturating_sub(MOST));
    }
    found
}

pub(super) fn codes(line: &str) -> Vec<String> {
    let line = &*if STATED.is_match(line) { MENTIONED.replace_all(line, "") } else { line.into() };
    let mut codes: Vec<String> = failure::aadsts_numbers(line).iter().map(u32::to_string).collect();
    codes.extend(CODE.captures_iter(line).filter_map(|found| Some(found.get(1)?.as_str().to_owned())));
    for found in NUMBERS.captures_iter(line) {
        let list = found.iter().flatten().nth(1).map_or("", |list| list.as_str());
        codes.extend(list.split([',', ' ']).filter(|number| number.len() >= 5).map(str::to_owned));
    }
    codes
}

/// A text that is known to be an authority's answer, whatever it looks like.
pub fn add_answer(evidence: &mut Evidence, text: &str) {
    if evidence.values("oauth.description").is_empty() {
        evidence.add("oauth.description", shortened(&crate::visible::line(text)));
        sayings::add_number(evidence);
    }
}

fn line_tells(evidence: &mut Evidence, line: &str) {
    for error in ERROR.find_iter(line) {
        evidence.add_once("oauth.error", error.as_str());
    }
    let codes = codes(line);
    let known = codes.iter().all(|code| evidence.values("oauth.code").contains(code));
    for code in &codes {
        evidence.add_once("oauth.code", code);
    }
    // Said already, by the JSON it stands in or by a line before; a number alone says nothing.
    let said = |description: &String| description.len() > "AADSTS12345678:".len();
    if known && evidence.values("oauth.description").iter().any(said) {
        return;
    }
    // The whole line, unless what counts stands behind what ends such words.
    let whole = |at: usize| if at < ended(line).len() { 0 } else { at };
    let telling = line.find("AADSTS").or_else(|| TELLING.find(line).map(|found| whole(found.start())));
    if let Some(at) = telling.or_else(|| ERROR.find(line).map(|found| found.start())) {
        let description = shortened(ended(&line[at..]));
        if !evidence.values("oauth.description").iter().any(|known| known.contains(&description)) {
            quoted::add(evidence, &description);
            evidence.add("oauth.description", description);
        }
    }
}

/// Microsoft's support asks for these.
fn ids(evidence: &mut Evidence, line: &str) {
    for found in TRACE.captures_iter(line) {
        let part = |group: usize| found.get(group).map_or("", |part| part.as_str());
        let fact = if part(1).eq_ignore_ascii_case("trace") { "oauth.trace_id" } else { "oauth.correlation_id" };
        evidence.add_once(fact, part(2));
        evidence.add_once("oauth.timestamp", part(3));
    }
}

fn flow(evidence: &mut Evidence, line: &str) {
    if let Some(found) = FLOW.captures(line).filter(|_| evidence.values("flow").is_empty()) {
        let named = found.get(1).map(|flow| flow.as_str().to_ascii_lowercase());
        let by_class = ["device_code", "client_credentials", "password"];
        let by_class = by_class.iter().zip(2..).find(|(_, group)| found.get(*group).is_some()).map(|(flow, _)| *flow);
        evidence.add("flow", named.as_deref().or(by_class).unwrap_or_default());
    }
}

/// The OAuth error that stands in the text as JSON; of several the last.
fn object(text: &str) -> Option<Failure> {
    // A line feed inside a JSON string is a log's, not the authority's.
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let braces = text.rmatch_indices('{').map(|(at, _)| at).take(BRACES);
    let read = |at: usize| {
        let most = text[at..].len().min(BODY);
        let body = text.as_bytes().get(at..at + most)?;
        let value = serde_json::Deserializer::from_slice(body).into_iter::<Value>().next()?.ok()?;
        let error = value.get("error")?;
        let failure = Failure::read(&answer(value.to_string()));
        error.is_string().then_some(failure)
    };
    braces.filter_map(read).next().map(visible)
}

/// A body without what came around it: its status is not known here.
fn answer(body: String) -> Answer {
    let body = Secret::new(body);
    Answer { status: 400, content_type: String::new(), date: None, retry_after: None, location: None, body }
}

/// What stands in JSON may be written with escapes, and is made fit to be shown here.
fn visible(mut failure: Failure) -> Failure {
    let line = crate::visible::line;
    let words = |text: &str| line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    failure.error = line(&failure.error);
    failure.description = words(&failure.description);
    for text in [&mut failure.suberror, &mut failure.trace_id, &mut failure.correlation_id, &mut failure.timestamp] {
        *text = text.as_deref().map(line);
    }
    failure
}

/// Without what a program, a stack trace or a mail server says behind it.
fn ended(description: &str) -> &str {
    let end = BEHIND.find(description).map(|found| found.start());
    let end = end.into_iter().chain(refusal::begins(description)).min().unwrap_or(description.len());
    &description[..end]
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::rules::Test;

    #[test]
    fn every_error_that_a_rule_asks_for_is_read() {
        let rules = cause::catalogue().iter().flat_map(|entry| &entry.when).flat_map(|rule| &rule.all);
        for condition in rules.filter(|condition| condition.fact == "oauth.error") {
            let asked = match &condition.test {
                Test::Is(name) => std::slice::from_ref(name),
                Test::OneOf(names) => names.as_slice(),
                _ => &[],
            };
            assert!(asked.iter().all(|name| ERRORS.contains(&name.as_str())), "{asked:?}");
        }
    }
}
