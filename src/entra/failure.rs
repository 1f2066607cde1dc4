//! What the authority said when it refused. Nothing of it is thrown away: Microsoft's support can
//! trace the ids, and the AADSTS number says more than the OAuth error. The body need not be what
//! was hoped for: a captive portal answers with a page, a proxy with a line of text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Answer;
use crate::{secret::Secret, visible};

/// A refusal as it was said (RFC 6749 §5.2; Microsoft Learn, "Microsoft Entra authentication and authorization error
/// codes"), or what came in place of one. It is printed and kept: tokens are masked, and every text has a bound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// HTTP status; 0 for an error that a browser was sent back with.
    pub status: u16,
    /// The OAuth `error` (RFC 6749 §5.2, RFC 8628 §3.5); empty when the body was no OAuth error.
    pub error: String,
    pub description: String,
    /// AADSTS numbers, the deciding one first.
    pub codes: Vec<u32>,
    pub suberror: Option<String>,
    pub trace_id: Option<String>,
    pub correlation_id: Option<String>,
    pub timestamp: Option<String>,
    /// The beginning of a body that was no OAuth error, one line, control characters left out; of JSON its keys, of
    /// a success that is no page its length, of a redirect the address without the values of its query.
    pub excerpt: Option<String>,
    pub form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// JSON with an `error`.
    #[default]
    OAuth,
    /// A web page: a captive portal, a proxy or a wrong address.
    Page,
    /// Neither.
    Foreign,
    /// A redirect, which is not followed.
    Redirect,
}

/// Faults on Microsoft's side, and a tenant that is slowed down (Microsoft Learn, "Microsoft Entra authentication and
/// authorization error codes").
const PASSING: [u32; 7] = [50033, 70012, 90006, 90012, 90024, 90033, 90055];

const EXCERPT: usize = 200;
/// Of a description, in a sentence of this program's own.
const SENTENCE: usize = 600;
/// Entra's longest descriptions have some 600 characters.
const DESCRIPTION: usize = 4096;

impl Failure {
    /// Reads any answer as the refusal it is, however little it looks like one.
    pub fn read(answer: &Answer) -> Self {
        if let Some(location) = answer.location.as_ref().filter(|_| (300..400).contains(&answer.status)) {
            return Self {
                status: answer.status,
                form: Form::Redirect,
                excerpt: Some(one_line(&without_values(location))),
                ..Self::default()
            };
        }
        let body = answer.body.expose();
        match serde_json::from_str::<Value>(body) {
            Ok(Value::Object(fields)) if fields.contains_key("error") => Self::from_fields(answer.status, &fields),
            Ok(Value::Array(_) | Value::String(_)) => {
                let excerpt = Some("JSON that is no object".to_owned());
                Self { status: answer.status, form: Form::Foreign, excerpt, ..Self::default() }
            }
            // It may hold a token that could not be read: its keys are told, never its values.
            Ok(Value::Object(fields)) => {
                let keys: Vec<&str> = fields.keys().map(String::as_str).collect();
                let excerpt = Some(one_line(&format!("JSON with {}", keys.join(", "))));
                Self { status: answer.status, form: Form::Foreign, excerpt, ..Self::default() }
            }
            _ => {
                let markup = body.trim_start().starts_with('<');
                let page = markup || answer.content_type == "text/html";
                let form = if page { Form::Page } else { Form::Foreign };
                let excerpt = Some(match answer.status {
                    _ if body.trim().is_empty() => "an empty body".to_owned(),
                    // Tokens in a form, or in JSON that was cut off, whatever the type says.
                    200..300 if !markup => format!("{} bytes of {}", body.len(), kind(&answer.content_type)),
                    _ => one_line(title(body).filter(|_| page).unwrap_or(body)),
                });
                Self { status: answer.status, form, excerpt, ..Self::default() }
            }
        }
    }

    /// An answer that looked right, with something in it that cannot be used; `why` quotes nothing of it.
    pub fn unusable(status: u16, why: &str) -> Self {
        Self { status, form: Form::Foreign, excerpt: Some(why.to_owned()), ..Self::default() }
    }

    /// Reads an error that a browser was sent back with (RFC 6749 §4.1.2.1). Entra puts its ids into the description.
    pub fn redirected<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        let mut failure = Self::from_fields(0, &fields);
        failure.suberror = failure.suberror.or_else(|| fields.get("error_subcode")?.as_str().map(bounded));
        let named = |name: &str| {
            let rest = failure.description.split_once(name)?.1;
            rest.split_whitespace().next().map(str::to_owned)
        };
        (failure.trace_id, failure.correlation_id) = (named("Trace ID:"), named("Correlation ID:"));
        failure.timestamp = failure
            .description
            .split_once("Timestamp:")
            .map(|(_, rest)| one_line(rest))
            .filter(|time| !time.is_empty());
        failure
    }

    fn from_fields(status: u16, fields: &serde_json::Map<String, Value>) -> Self {
        let text = |key: &str| fields.get(key).and_then(Value::as_str).map(bounded);
        let description = text("error_description").unwrap_or_default();
        let listed = fields.get("error_codes").and_then(Value::as_array).into_iter().flatten().filter_map(code);
        let mut codes: Vec<u32> = aadsts_numbers(&description);
        for code in listed {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Self {
            status,
            error: text("error")
                .unwrap_or_else(|| fields.get("error").map(|other| bounded(&other.to_string())).unwrap_or_default()),
            description,
            codes,
            suberror: text("suberror"),
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            timestamp: text("timestamp"),
            excerpt: None,
            form: Form::OAuth,
        }
    }

    pub fn has_code(&self, code: u32) -> bool {
        self.codes.contains(&code)
    }

    /// Worth asking again later: the authority is busy or ill, or something stands in between (RFC 9110 §15.6).
    pub fn is_passing(&self) -> bool {
        self.status >= 500
            || self.status == 429
            || matches!(self.error.as_str(), "temporarily_unavailable" | "server_error" | "slow_down")
            || self.codes.first().is_some_and(|code| PASSING.contains(code))
    }

    /// What it describes, without the ids that Entra puts behind its sentence: they are fields of their own.
    pub fn sentence(&self) -> &str {
        self.description.split("Trace ID:").next().unwrap_or_default().trim_end()
    }

    /// The authority's own words, in one line: the OAuth error and how it describes it.
    pub fn said(&self) -> String {
        let described = self.sentence().lines().next().unwrap_or_default().trim_end_matches(['.', ' ']);
        match self.form {
            Form::OAuth if !described.is_empty() => format!("{}: {}", self.named(), line(described, SENTENCE)),
            _ => self.summary(),
        }
    }

    /// The OAuth error. What is no name alone would tell nobody what it is.
    fn named(&self) -> String {
        let error = one_line(&self.error);
        if error.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return error;
        }
        format!("HTTP {}, error {}", self.status, if error.is_empty() { "without a name" } else { &error })
    }

    /// The refusal in one line, for a screen or a log: `invalid_client AADSTS7000218`.
    pub fn summary(&self) -> String {
        let codes = self.codes.first().map(|code| format!(" AADSTS{code}")).unwrap_or_default();
        match self.form {
            Form::OAuth => format!("{}{codes}", self.named()),
            _ => format!("HTTP {}: {}", self.status, self.excerpt.as_deref().unwrap_or_default()),
        }
    }
}

fn code(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).or_else(|| value.as_str()?.parse().ok())
}

/// Every `AADSTS1234` in a text, in order, once each.
pub fn aadsts_numbers(text: &str) -> Vec<u32> {
    let mut codes = Vec::new();
    for rest in text.split("AADSTS").skip(1) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Some(code) = digits.parse().ok().filter(|code| !codes.contains(code)) {
            codes.push(code);
        }
    }
    codes
}

fn kind(content_type: &str) -> String {
    if content_type.is_empty() { "no stated type".to_owned() } else { one_line(content_type) }
}

/// A redirect may carry a code or a token: what is behind `?` and `#` is told by name alone.
fn without_values(location: &str) -> String {
    let Some(end) = location.find(['?', '#']) else { return location.to_owned() };
    let (mut told, query) = (location[..=end].to_owned(), &location[end + 1..]);
    for field in query.split_inclusive(['&', '#']) {
        let (value, mark) = field.strip_suffix(['&', '#']).map_or((field, ""), |value| (value, &field[value.len()..]));
        let name = value.split_once('=').map_or(String::new(), |(name, _)| format!("{name}="));
        told.push_str(&format!("{name}…{mark}"));
    }
    told
}

fn bounded(text: &str) -> String {
    masked(text).chars().take(DESCRIPTION).collect()
}

/// JSON Web Tokens out of it: an authority may quote the assertion that it refuses.
fn masked(text: &str) -> String {
    const BEGINS: &str = "eyJ";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGINS) {
        let (before, from) = rest.split_at(at);
        let part = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '='));
        let (token, after) = from.split_at(from.find(part).unwrap_or(from.len()));
        out.push_str(before);
        let shown = if token.contains('.') { Secret::new(token).token_mark() } else { token.to_owned() };
        out.push_str(&shown);
        rest = after;
    }
    out + rest
}

/// What a page is called says more than how it begins.
fn title(page: &str) -> Option<&str> {
    let (_, behind) = page.split_once("<title>")?;
    let (title, _) = behind.split_once("</title>")?;
    Some(title.trim()).filter(|title| !title.is_empty())
}

fn one_line(text: &str) -> String {
    line(text, EXCERPT)
}

/// At most so many characters of it.
fn line(text: &str, most: usize) -> String {
    let line = visible::line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(most) {
        // Never in the middle of a word, where there are words.
        Some((end, _)) => format!("{} …", line[..end].rsplit_once(' ').map_or(&line[..end], |(words, _)| words)),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entras_error_body_is_kept_whole() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000218: The request body must contain ...\r\nTrace ID: 11","error_codes":[7000218],"timestamp":"2026-11-22 08:00:00Z","trace_id":"11","correlation_id":"22","error_uri":"https://login.example/error?code=7000218","later_field":{}}"#;
        let failure = Failure::read(&Answer::of(401, body));
        assert_eq!((failure.error.as_str(), failure.codes.as_slice()), ("invalid_client", &[7_000_218][..]));
        assert_eq!((failure.trace_id.as_deref(), failure.correlation_id.as_deref()), (Some("11"), Some("22")));
        assert_eq!(failure.summary(), "invalid_client AADSTS7000218");
        assert_eq!(failure.said(), "invalid_client: AADSTS7000218: The request body must contain");
    }

    #[test]
    fn an_error_of_another_server_is_read_as_far_as_it_goes() {
        let failure = Failure::read(&Answer::of(400, r#"{"error":"slow_down","error_codes":["70016"]}"#));
        assert_eq!((failure.error.as_str(), failure.codes.as_slice()), ("slow_down", &[70016][..]));
        assert!(failure.is_passing());
        let failure = Failure::read(&Answer::of(400, r#"{"error":{"code":7}}"#));
        assert_eq!(failure.error, r#"{"code":7}"#);
    }

    #[test]
    fn what_is_no_name_and_what_is_without_end_stay_readable() {
        let said = |body: &str| Failure::read(&Answer::of(400, body)).said();
        assert_eq!(said(r#"{"error":5}"#), "HTTP 400, error 5");
        assert_eq!(said(r#"{"error":""}"#), "HTTP 400, error without a name");
        assert_eq!(said("{\"error\":\"x\",\"error_description\":\"a\\u001b[2J\\r\\nb\"}"), "x: a^[[2J");
        let long = said(&format!(r#"{{"error":"x","error_description":"{}"}}"#, "word ".repeat(10_000)));
        assert!(long.starts_with("x: word word") && long.len() < 700, "{long}");
    }

    #[test]
    fn a_captive_portals_page_is_told_from_an_error() {
        let failure = Failure::read(&Answer::of(200, "<html>\n<title>Guest\u{1b}[2J WLAN</title>"));
        assert_eq!(failure.form, Form::Page);
        assert_eq!(failure.excerpt.as_deref(), Some("Guest^[[2J WLAN"));
        assert!(Failure::read(&Answer::of(503, "busy")).is_passing());
        let body = r#"{"error":"invalid_request","error_description":"AADSTS90033: A transient error has occurred."}"#;
        assert!(Failure::read(&Answer::of(400, body)).is_passing());
    }

    #[test]
    fn a_token_that_could_not_be_read_is_not_quoted() {
        let failure = Failure::read(&Answer::of(200, r#"{"access_token":"CANARY-at","expires_in":{}}"#));
        assert!(!format!("{failure:?}").contains("CANARY"));
        assert_eq!(failure.summary(), "HTTP 200: JSON with access_token, expires_in");
        let quoted = "AADSTS700027: Client assertion eyJhbGciOiJQ.eyJDQU5BUlki.CANARY-x_ failed; see eyJ, 'eyJ.CANARY";
        let failure = Failure::read(&Answer::of(401, &format!(r#"{{"error":"x","error_description":"{quoted}"}}"#)));
        assert!(!failure.description.contains("CANARY"), "{failure:?}");
        assert!(failure.description.contains("assertion ‹token: 35 characters, sha256 "), "{failure:?}");
        assert!(failure.description.contains("› failed; see eyJ, '‹token: "), "{failure:?}");
        for (kind, body, told) in [
            ("application/json", r#"["CANARY-at"]"#, "JSON that is no object"),
            ("", "access_token=CANARY-at&refresh_token=CANARY-rt", "46 bytes of no stated type"),
            ("text/html", "access_token=CANARY-at", "22 bytes of text/html"),
            ("application/json", r#"{"access_token":"CANARY-at","refr"#, "33 bytes of application/json"),
        ] {
            let failure = Failure::read(&Answer { content_type: kind.into(), ..Answer::of(200, body) });
            assert!(!format!("{failure:?}").contains("CANARY"), "{failure:?}");
            assert_eq!(failure.summary(), format!("HTTP 200: {told}"));
        }
        let failure = Failure::read(&Answer::of(400, r#"{"error":{"was":"eyJhbGciOiJQ.CANARY"}}"#));
        assert!(!format!("{failure:?}").contains("CANARY"), "{failure:?}");
        let location = "https://h.example/back?code=CANARY=1&state=CANARY?&CANARY#id_token=CANARY";
        let failure = Failure::read(&Answer { location: Some(location.into()), ..Answer::of(302, "") });
        assert_eq!(failure.summary(), "HTTP 302: https://h.example/back?code=…&state=…&…#id_token=…");
    }
}
