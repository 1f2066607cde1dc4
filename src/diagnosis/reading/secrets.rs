//! Tokens, passwords and codes in a text: read for what they say of themselves, and replaced by a mark before
//! anything else looks at the text. Better a harmless long word hidden than half a token shown.

use std::{ops::Range, sync::LazyLock};

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use regex::Regex;

use super::records::pattern;
use crate::{
    secret::{MARK, Secret},
    smtp::xoauth2,
    token::{Claims, Form},
};

/// A text without its secrets, and what they said.
#[derive(Debug, Default)]
pub struct Cleared {
    pub text: String,
    pub secret: bool,
    pub claims: Vec<Claims>,
    /// Users of XOAUTH2 strings.
    pub users: Vec<String>,
    /// Values of `token.form` that no claims bring along.
    pub forms: Vec<&'static str>,
}

/// A word of a token's alphabet, and the lines it was broken over: all but the last are long and hold nothing else.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[A-Za-z0-9+/_!*$~.-]{40,}=?(?:\r?\n[ \t>]*[A-Za-z0-9+/_!*$~.-]{40,}=?)*(?:\r?\n[ \t>]*[A-Za-z0-9+/_!*$~.-]+=*[ \t]*(?:\r?\n|$))?=*|\b(?:eyJ|dXNlcj)[A-Za-z0-9+/_.=-]{8,}",
    )
});
/// `"client_secret": "…"`, `refresh_token=…`, `Bearer …`, `code=…` of a redirected URL.
static KEYED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:\b(?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|device_code|code_verifier|passw(?:or)?d|passwd)["']?(?:=|\s?:\s?["']|\s?=>?\s?["'])["']?|[?&]code=|[?&]session_state=|\bbearer\s+)([^\s"'&,;}^\x01]{4,})"#,
    )
});
/// The answers to `Username:` and `Password:`, and the one-line form of PLAIN.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"334 (?:VXNlcm5hbWU6|UGFzc3dvcmQ6)[^\n]*\n[^\n]*?([A-Za-z0-9+/]{4,}=*)[ \t\r]*(?:\n|$)|(?i:AUTH PLAIN) ([A-Za-z0-9+/]{8,}=*)",
    )
});

pub fn clear(text: &str) -> Cleared {
    let mut cleared = Cleared::default();
    let mut hidden: Vec<(Range<usize>, String)> = Vec::new();
    for word in WORD.find_iter(text) {
        if let Some(mark) = cleared.word(word.as_str()) {
            hidden.push((word.range(), mark));
        }
    }
    for pattern in [&KEYED, &LOGIN] {
        let groups = pattern.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2)));
        for value in groups {
            // An id is no secret; a word of the alphabet above has its mark already.
            let free = hidden.iter().all(|(range, _)| range.end <= value.start() || value.end() <= range.start);
            if free && !value.as_str().starts_with('\u{2039}') {
                cleared.bearer(value.as_str(), pattern.as_str() == KEYED.as_str());
                hidden.push((value.range(), MARK.to_owned()));
            }
        }
    }
    cleared.secret |= !hidden.is_empty();
    hidden.sort_by_key(|(range, _)| range.start);
    let mut at = 0;
    for (range, mark) in hidden {
        cleared.text.push_str(&text[at..range.start.max(at)]);
        cleared.text.push_str(&mark);
        // A token at the end of a line took the line's end along.
        if text[range.clone()].ends_with('\n') {
            cleared.text.push('\n');
        }
        at = range.end;
    }
    cleared.text.push_str(&text[at..]);
    cleared
}

impl Cleared {
    /// Reads a long word; gives what to show in its place, `None` where it may stay.
    fn word(&mut self, word: &str) -> Option<String> {
        let joined: String = word.lines().map(|line| line.trim_start_matches([' ', '\t', '>']).trim_end()).collect();
        let trimmed = joined.trim_end_matches('.');
        if trimmed.starts_with("dXNlcj") {
            return Some(self.blob(trimmed));
        }
        if let Some(detail) = trimmed.starts_with("eyJ").then(|| json(trimmed)).flatten() {
            return Some(detail);
        }
        let token = Secret::new(trimmed);
        if trimmed.contains("eyJ") {
            let begins = trimmed.find("eyJ").unwrap_or_default();
            let claims = Claims::read(&Secret::new(&trimmed[begins..]));
            self.take(claims);
            return Some(token.token_mark());
        }
        let secret_part = trimmed.split('.').any(|part| part.len() >= 40 && mixed(part));
        if !secret_part {
            return None;
        }
        if trimmed.len() >= 100 {
            self.forms.push("opaque");
        }
        Some(token.token_mark())
    }

    fn take(&mut self, claims: Claims) {
        if claims.form == Form::Jwt && !self.claims.contains(&claims) {
            self.claims.push(claims);
        }
    }

    /// The XOAUTH2 string: whose it is, and what stands in the token's place.
    fn blob(&mut self, blob: &str) -> String {
        let Some(decoded) = decode(blob) else { return MARK.to_owned() };
        let decoded = String::from_utf8_lossy(&decoded).into_owned();
        let user = decoded.strip_prefix("user=").and_then(|rest| rest.split(['\x01', '\n', '\0']).next());
        self.users.extend(user.filter(|user| !user.is_empty()).map(str::to_owned));
        let bearer = decoded
            .split('\x01')
            .find_map(|part| part.get(12..).filter(|_| part[..12].eq_ignore_ascii_case("auth=bearer ")));
        // A string that was cut off for posting says nothing of the token.
        if decoded.ends_with("\x01\x01") {
            self.bearer(bearer.unwrap_or_default(), true);
        }
        xoauth2::shown(user.unwrap_or_default(), &Secret::new(bearer.unwrap_or_default()))
    }

    fn bearer(&mut self, bearer: &str, judged: bool) {
        let claims = Claims::read(&Secret::new(bearer));
        match claims.form {
            Form::Jwt => self.take(claims),
            Form::Opaque if judged && bearer.len() < 40 && self.users.len() == 1 && self.claims.is_empty() => {
                self.forms.push("short");
            }
            Form::Opaque => {}
        }
    }
}

/// Small and capital letters and digits in one word: no word of a language, no path, no host name.
fn mixed(word: &str) -> bool {
    let has = |class: fn(&u8) -> bool| word.as_bytes().iter().any(class);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

/// The JSON that Google and others send in base64 in place of a refusal; a token's header is none.
fn json(word: &str) -> Option<String> {
    let decoded = String::from_utf8(decode(word)?).ok()?;
    let value: serde_json::Value = serde_json::from_str(&decoded).ok()?;
    value.get("status").or_else(|| value.get("schemes"))?;
    Some(crate::visible::line(&decoded))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let text = text.trim_end_matches('=');
    // What was cut off in the middle is read as far as it goes.
    let whole = text.len() - usize::from(text.len() % 4 == 1);
    GeneralPurpose::new(alphabet, config).decode(&text[..whole]).ok()
}
