//! Tokens, passwords and codes in a text: read for what they say of themselves, and replaced by a mark before
//! anything else looks at the text. Better a harmless long word hidden than half a token shown.

use std::{ops::Range, sync::LazyLock};

use crate::pattern::Pattern;

use super::{
    blob::{self, Blob},
    calls, claims, keyed,
    records::pattern,
    shapes::{self, CLIENT_SECRET},
};
use crate::{
    facts::Guid,
    secret::{MARK, Secret},
    token::{Claims, Form},
    visible,
};

/// A text without its secrets, and what they said.
#[derive(Debug, Default)]
pub struct Cleared {
    pub text: String,
    pub secret: bool,
    pub claims: Vec<Claims>,
    /// Those of id_tokens, which say who signed in and nothing of what may be done.
    pub identities: Vec<Claims>,
    /// A token stands beside the XOAUTH2 string of the attempt: whether it is the one that was sent is not told.
    pub beside: bool,
    /// Users of XOAUTH2 strings.
    pub users: Vec<String>,
    /// What a server said in base64 instead of refusing.
    pub details: Vec<String>,
    /// Values of `token.form` that no claims bring along.
    pub forms: Vec<&'static str>,
    /// What is wrong with the XOAUTH2 strings, as [`blob::FAULTS`] name it.
    pub faults: Vec<&'static str>,
    /// The form of a client secret that stands in the text.
    pub shape: Option<&'static str>,
}

/// Tokens of one text that are read; a failure has one.
const MOST: usize = 8;

/// The end of a JWT whose beginning was taken off, and the beginning of an opaque token.
static PIECE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?:…|\.)[A-Za-z0-9_-]{20,}"));
static OPAQUE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\bEw[A-Z][A-Za-z0-9+/=]{22,}"));
static IDENTITY: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"(?i)id_?token\\?["']?\s*(?:=>|[:=])\s*\\?["']?$"#));
const CLIENT_SECRET_LENGTH: usize = 40;

/// What stands around a long word.
#[derive(Clone, Copy)]
struct Place {
    /// It is the beginning of an address.
    address: bool,
    /// The name before it is an id_token's.
    identity: bool,
}

pub fn clear(text: &str) -> Cleared {
    let mut cleared = Cleared::default();
    let mut hidden = cleared.words(text);
    let secrets = cleared.secrets(text);
    let words = hidden.len();
    for secret in secrets {
        // What is masked whole has its mark already.
        let next = hidden[..words].partition_point(|(word, _)| word.end < secret.end);
        if hidden[..words].get(next).is_none_or(|(word, _)| word.start > secret.start) {
            cleared.bearer(&text[secret.clone()]);
            hidden.push((secret, MARK.to_owned()));
        }
    }
    let others = others(text);
    cleared.secret |= !others.is_empty();
    let whole: Vec<Range<usize>> = hidden.iter().map(|(range, _)| range.clone()).collect();
    let apart = |other: &Range<usize>| !whole.iter().any(|known| known.start <= other.start && other.end <= known.end);
    hidden.extend(others.into_iter().filter(apart).map(|range| (range, MARK.to_owned())));
    hidden.sort_by_key(|(range, _)| range.start);
    cleared.text = masked(text, hidden);
    for claims in claims::decoded(&cleared.text) {
        cleared.beside(claims, false);
    }
    cleared
}

/// The text with marks in these places; of two that overlap the first one's.
fn masked(text: &str, hidden: Vec<(Range<usize>, String)>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (range, mark) in hidden {
        if range.start >= at {
            masked.push_str(&text[at..range.start]);
            masked.push_str(&mark);
        }
        at = at.max(range.end);
    }
    masked.push_str(&text[at..]);
    masked
}

/// What a program was called with, and pieces of tokens.
fn others(text: &str) -> Vec<Range<usize>> {
    let mut others = calls::values(text);
    others.extend(PIECE.find_iter(text).filter(|piece| mixed(piece.as_str())).map(|piece| piece.range()));
    others.extend(OPAQUE.find_iter(text).map(|begin| begin.range()));
    others
}

/// The next long word, and whether it was sent as an XOAUTH2 string.
fn next_word(text: &str, from: usize, strings: &[Range<usize>]) -> Option<(Range<usize>, bool)> {
    // No further than that string: it is not gone over once for each of them.
    let string = strings.get(strings.partition_point(|string| string.start < from));
    let most = string.map_or(text.len(), |string| string.start);
    let word = long_word(&text[..most], from).map(|word| (word, false));
    word.or_else(|| Some((string?.clone(), true)))
}

/// The beginning of what may be a token: a long word of a token's alphabet, or a JWT, or an XOAUTH2 string. By hand,
/// since a pattern would begin anew at every letter of every line.
fn long_word(text: &str, from: usize) -> Option<Range<usize>> {
    const LONG: usize = 40;
    const BEHIND: usize = 8;
    let bytes = text.as_bytes();
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/_!*$~.-".contains(byte);
    let string = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/_.=-".contains(byte);
    let run = |at: usize, fits: &dyn Fn(&u8) -> bool| bytes[at..].iter().take_while(|byte| fits(byte)).count();
    let mut at = from;
    while let Some(begin) = bytes[at..].iter().position(token).map(|found| at + found) {
        let length = run(begin, &token);
        let end = begin + length;
        if length >= LONG {
            return Some(begin..end + run(end, &|byte| *byte == b'='));
        }
        let is_begin = |place: &usize| {
            let alone = *place == 0 || !(bytes[place - 1].is_ascii_alphanumeric() || bytes[place - 1] == b'_');
            let sign = ["eyJ", "dXNlcj"].iter().find(|sign| bytes[*place..].starts_with(sign.as_bytes()));
            alone && sign.is_some_and(|sign| run(place + sign.len(), &string) >= BEHIND)
        };
        if let Some(place) = (begin..end).find(is_begin) {
            return Some(place..place + run(place, &string));
        }
        at = end;
    }
    None
}

/// What stands right before a place, as far as a name goes.
fn before(text: &str, at: usize) -> &str {
    const NAME: usize = 24;
    let from = text[..at].char_indices().rev().take(NAME).last().map_or(at, |(from, _)| from);
    &text[from..at]
}

/// Where a word ends that was broken over lines: the following lines hold nothing but its alphabet, and but for the
/// last are long.
fn broken_off(text: &str, mut end: usize) -> usize {
    const LONG: usize = 16;
    let alphabet = |letter: char| letter.is_ascii_alphanumeric() || "+/_!*$~.=-".contains(letter);
    while let Some(next) = text[end..].strip_prefix("\r\n").or_else(|| text[end..].strip_prefix('\n')) {
        let line = next.lines().next().unwrap_or_default();
        let piece = line.trim_start_matches([' ', '\t', '>']).trim_end();
        let number = piece.chars().all(|letter| letter.is_ascii_digit());
        if number || !piece.chars().all(alphabet) {
            break;
        }
        end = text.len() - next.len() + line.trim_end().len();
        if piece.len() < LONG {
            break;
        }
    }
    end
}

impl Cleared {
    /// What was sent as an XOAUTH2 string. Whatever it is, it is not shown.
    fn string(&mut self, word: &str) -> String {
        self.secret = true;
        let joined = joined(word);
        match blob::read(&joined) {
            Some(mut blob) => {
                if in_lines_of_mime(word) {
                    blob.faults.push("newline");
                }
                self.blob(&blob)
            }
            None => mark(&joined),
        }
    }

    /// Reads the long words; gives where one stands that is not to be shown, and what to show there.
    fn words(&mut self, text: &str) -> Vec<(Range<usize>, String)> {
        let mut hidden = Vec::new();
        let strings = blob::sent(text);
        let mut from = 0;
        while let Some((begins, sent)) = next_word(text, from, &strings) {
            let end = broken_off(text, begins.end);
            from = end;
            let identity = IDENTITY.is_match(before(text, begins.start));
            let place = Place { address: text[end..].starts_with('@'), identity };
            let word = &text[begins.start..end];
            let mark = if sent { Some(self.string(word)) } else { self.word(word, place) };
            hidden.extend(mark.map(|mark| (begins.start..end, mark)));
        }
        hidden
    }

    /// Client secrets by their form, and what stands behind the name of a secret.
    fn secrets(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut secrets: Vec<Range<usize>> = Vec::new();
        let may_hold = text.contains("Q~") || text.contains("Q%7");
        for secret in CLIENT_SECRET.find_iter(if may_hold { text } else { "" }) {
            let end = if secret.len() < CLIENT_SECRET_LENGTH { broken_off(text, secret.end()) } else { secret.end() };
            secrets.push(secret.start()..end);
        }
        let keyed = keyed::values(text);
        let id = |value: &Range<usize>| {
            let named = || before(text, value.start).to_ascii_lowercase().contains("secret");
            text[value.clone()].parse::<Guid>().is_ok() && named()
        };
        let by_name = || keyed.iter().any(id).then_some("guid");
        self.shape = secrets.first().map(|_| "value").or_else(by_name);
        secrets.extend(keyed);
        self.secret |= !secrets.is_empty();
        secrets
    }

    /// Reads a long word; gives what to show in its place, `None` where it may stay.
    fn word(&mut self, word: &str, place: Place) -> Option<String> {
        let joined = joined(word);
        let word = joined.trim_end_matches('.');
        if ["dXNlcj", "ZFhObGNq"].iter().any(|begin| word.starts_with(begin)) {
            self.secret = true;
            return Some(blob::read(word).map_or_else(|| MARK.to_owned(), |blob| self.blob(&blob)));
        }
        if let Some(detail) = word.starts_with("eyJ").then(|| json(word)).flatten() {
            if self.details.len() < MOST {
                self.details.push(detail.clone());
            }
            return Some(detail);
        }
        let mark = mark(word);
        if as_password(word) {
            self.secret = true;
            self.forms = vec!["as-password"];
            return Some(mark);
        }
        if let Some(begins) = word.find("eyJ") {
            self.secret = true;
            self.beside(Claims::read(&Secret::new(&word[begins..])), place.identity);
            return Some(mark);
        }
        if !word.split('.').any(|part| part.len() >= 40 && mixed(part)) {
            return None;
        }
        // A message has an id that looks much like a secret.
        let token = word.len() >= 100;
        if token && self.forms.is_empty() {
            self.forms.push("opaque");
        }
        self.secret |= token || word.contains('~');
        (token || !place.address).then_some(mark)
    }

    fn beside(&mut self, claims: Claims, identity: bool) {
        if !identity && !is_identity(&claims) {
            self.beside |= claims.form == Form::Jwt && !self.claims.contains(&claims);
            self.take(claims);
        } else if self.identities.len() < MOST {
            self.identities.push(claims);
        }
    }

    fn take(&mut self, claims: Claims) {
        if claims.form == Form::Jwt && self.claims.len() < MOST && !self.claims.contains(&claims) {
            self.claims.push(claims);
        }
    }

    /// The XOAUTH2 string: whose it is, what stands in the token's place, and what is wrong with it.
    fn blob(&mut self, blob: &Blob) -> String {
        let user = Some(blob.user.as_str()).filter(|user| address(user));
        self.users.extend(user.filter(|_| self.users.len() < MOST).map(str::to_owned));
        for fault in &blob.faults {
            if !self.faults.contains(fault) {
                self.faults.push(fault);
            }
            let form = match *fault {
                "refresh-token" => "refresh-token",
                "truncated-token" => "truncated",
                _ => continue,
            };
            self.forms.push(form);
        }
        // A string that was cut off for posting says nothing of the token, unless all that tells was left.
        let token = shapes::in_its_place(&blob.bearer).is_none();
        if token && (blob.whole || !blob.faults.is_empty() || shapes::is_jwt(&blob.bearer)) {
            self.bearer(&blob.bearer);
            self.look(&blob.bearer);
        }
        format!("user={}^Aauth=Bearer {}^A^A", visible::line(user.unwrap_or_default()), mark(&blob.bearer))
    }

    /// What a token is that says nothing of itself.
    fn look(&mut self, bearer: &str) {
        let form = match () {
            () if shapes::is_google(bearer) => "google",
            () if shapes::is_encrypted(bearer) => "encrypted",
            () if shapes::is_compact(bearer) => "opaque",
            () => return,
        };
        if !self.forms.contains(&form) {
            self.forms.push(form);
        }
    }

    fn bearer(&mut self, bearer: &str) {
        let claims = Claims::read(&Secret::new(bearer));
        match claims.form {
            Form::Jwt => {
                // Of two different ones, which was refused is not told.
                self.beside |= !self.claims.is_empty() && !self.claims.contains(&claims);
                self.take(claims);
            }
            // Not a token but its name, say: `user=… auth=Bearer result.AccessToken`.
            Form::Opaque if bearer.len() < 40 && self.users.len() == 1 && self.claims.is_empty() => {
                self.forms = vec!["short"];
            }
            Form::Opaque => {}
        }
    }
}

/// What to show in a secret's place. The digest of what is no token, but a password say, would betray it to whoever has
/// a list of such.
fn mark(word: &str) -> String {
    const LONG: usize = 100;
    if shapes::is_token(word) || word.len() >= LONG { Secret::new(word).token_mark() } else { MARK.to_owned() }
}

/// What permits nothing and is meant for an app is an id_token.
fn is_identity(claims: &Claims) -> bool {
    let app = claims.aud.as_deref().is_some_and(|aud| aud.parse::<Guid>().is_ok());
    let known = claims.is_for_exchange() || claims.is_for_graph();
    app && !known && claims.scp.is_empty() && claims.roles.is_empty()
}

/// A JWT in base64, which AUTH LOGIN and PLAIN send as the password.
fn as_password(word: &str) -> bool {
    let token = |decoded: Vec<u8>| {
        let token = decoded.rsplit(|byte| *byte == 0).next().unwrap_or_default();
        token.starts_with(b"eyJ") && token.iter().filter(|byte| **byte == b'.').count() == 2
    };
    word.len() >= 100 && !word.contains('.') && blob::decode(word).is_some_and(token)
}

/// A word that was broken over lines, in one.
fn joined(word: &str) -> String {
    word.lines().map(|line| line.trim_start_matches([' ', '\t', '>']).trim_end()).collect()
}

/// Base64 of a library for mails breaks its lines at 76 letters, that of OpenSSL at 64: a terminal breaks elsewhere.
fn in_lines_of_mime(word: &str) -> bool {
    let mut lengths = word.lines().map(|line| line.trim().len());
    let first = lengths.next().unwrap_or_default();
    let last = lengths.next_back().unwrap_or(usize::MAX);
    matches!(first, 64 | 76) && last <= first && lengths.all(|length| length == first)
}

/// A mail address, as far as one may be shown: RFC 5321 §4.5.3.1 bounds it.
pub fn address(user: &str) -> bool {
    let Some((local, domain)) = user.split_once('@').filter(|_| user.len() <= 254) else { return false };
    let odd = |letter: char| letter.is_whitespace() || letter.is_control() || "\"<>,;:=\\/".contains(letter);
    let label = |label: &str| {
        let fits = |letter: char| letter.is_alphanumeric() || letter == '-';
        !label.is_empty() && label.len() <= 63 && label.chars().all(fits)
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    let known = top.starts_with("xn--") || (top.len() <= 24 && top.chars().all(char::is_alphabetic));
    !local.is_empty() && local.len() <= 64 && !local.contains(odd) && domain.split('.').all(label) && known
}

/// Small and capital letters and digits in one word: no word of a language, no path, no host name.
fn mixed(word: &str) -> bool {
    let has = |class: fn(&u8) -> bool| word.as_bytes().iter().any(class);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

/// The JSON that Google and others send in base64 in place of a refusal; a token's header is none.
fn json(word: &str) -> Option<String> {
    let decoded = String::from_utf8(blob::decode(word)?).ok()?;
    let value: serde_json::Value = serde_json::from_str(&decoded).ok()?;
    value.get("status").or_else(|| value.get("schemes"))?;
    Some(visible::line(&decoded))
}
