//! What the browser was sent back with, as a listener got it or as a person pasted it: the whole address, its
//! query, the code alone, or something else that looks like it. Nothing of it is trusted; the state tells
//! whether it answers the sign-in that was begun, and a code without one is bound by PKCE all the same.

use std::borrow::Cow;

use super::Pending;
use crate::{
    entra::{Failure, failure::aadsts_numbers},
    facts::site::{self, Site},
    secret::Secret,
    visible,
};

/// A code, and whether the state that came with it was the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    pub code: Secret,
    /// False for a code that came alone.
    pub state_checked: bool,
    /// Host and port of the address that it came in, if it came in one.
    pub host: Option<String>,
}

/// Why there is no code to redeem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    Empty,
    /// More than [`LONGEST`] bytes.
    TooLong,
    /// The address that is to be opened, not the one it leads to.
    AuthorizeUrl,
    /// A page of the authority's own: the sign-in has not come to its end.
    AuthorityPage,
    /// An address of another site, by its host.
    OtherAddress(String),
    /// It answers another sign-in.
    OtherState,
    /// The state is not there, so something is cut off.
    NoState,
    /// An administrator's consent for the organisation; nobody has signed in for mail by it.
    AdminConsent,
    /// Neither a code nor an error is in it.
    NoCode,
    /// The authority said no; to the redirect URI and to this sign-in, or on a page of its own.
    Refused {
        failure: Box<Failure>,
        came_back: bool,
    },
}

/// A pasted text (bytes); Entra's longest redirects have some 3,000.
pub const LONGEST: usize = 64 * 1024;
/// Microsoft's shortest codes have 37 characters; a word of a sentence has fewer.
const SHORTEST_CODE: usize = 20;
/// No terminal is narrower: a line of a wrapped code has this many characters, but the last.
const NARROWEST: usize = 16;
const LONGEST_HOST: usize = 100;

/// Reads what a person pasted.
pub fn returned(pasted: &Secret, pending: &Pending) -> Result<Returned, Unusable> {
    if pasted.expose().len() > LONGEST {
        return Err(Unusable::TooLong);
    }
    let plain = plain(pasted.expose());
    let joined: String = plain.split_whitespace().collect();
    if joined.is_empty() {
        return Err(Unusable::Empty);
    }
    let joined = unescaped(&joined);
    let outcome = address(&joined, pending);
    match outcome {
        Err(Unusable::NoCode) => unparsed(&plain, &joined, pending),
        Err(Unusable::OtherAddress(_)) => wrapped(&joined, pending).unwrap_or(outcome),
        outcome => outcome,
    }
}

/// Reads the query of a request that came to the listener.
pub fn of_query(query: &str, pending: &Pending) -> Result<Returned, Unusable> {
    judge("", &Fields::parse(query), pending)
}

/// Letters for what stands there in their place: full-width forms, and nothing for what is not seen.
fn plain(text: &str) -> String {
    // What a terminal marks a paste with, where the program before did not take it.
    let text = ["\u{1b}[200~", "\u{1b}[201~", "^[[200~", "^[[201~"]
        .iter()
        .fold(Cow::Borrowed(text), |text, mark| Cow::Owned(text.replace(mark, " ")));
    let text = text.trim();
    let text = text.strip_prefix("[200~").unwrap_or(text);
    let text = text.strip_suffix("[201~").unwrap_or(text);
    let letter = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
        _ if c.is_whitespace() => Some(' '),
        // Shells put a backslash before `?`, `=` and `&`; no URL has one.
        '\\' => None,
        _ if c.is_control() || visible::hidden(c) => None,
        c => Some(c),
    };
    text.chars().filter_map(letter).collect()
}

/// `&amp;`, as it is in the source of a page, once or more often.
fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for entity in ["&amp;", "&AMP;", "&#38;", "&#x26;"] {
        while text.contains(entity) {
            text = text.replace(entity, "&");
        }
    }
    text
}

/// From the scheme on, without what stands around it.
fn address(joined: &str, pending: &Pending) -> Result<Returned, Unusable> {
    let lower = joined.to_ascii_lowercase();
    let scheme = ["http://", "https://"].iter().filter_map(|scheme| lower.find(scheme)).min();
    let start = scheme.unwrap_or_else(|| joined.len() - joined.trim_start_matches(opens).len());
    let before = joined[..start].chars().next_back();
    let url = &joined[start..];
    let end = url.find(|c| closes(c, before)).unwrap_or(url.len());
    let url = &url[..again(&url[..end]).unwrap_or(end)];
    let asks = |text: &str| {
        let first = text.split(['&', '#']).next().unwrap_or_default();
        first.split_once('=').is_some_and(|(name, _)| KNOWN.contains(&name))
    };
    let bare = url.trim_start_matches(['?', '#', '&', '/']);
    if scheme.is_none() && asks(bare) {
        return judge("", &Fields::parse(bare), pending);
    }
    let Some(at) = url.find(['?', '#']) else {
        return Err(if scheme.is_some() { elsewhere(url, pending) } else { Unusable::NoCode });
    };
    judge(&url[..at], &Fields::parse(&url[at + 1..]), pending)
}

fn opens(c: char) -> bool {
    matches!(c, '"' | '\'' | '<' | '(' | '`' | '[') || !c.is_ascii()
}

fn closes(c: char, before: Option<char>) -> bool {
    let pair = match before {
        Some('\'') => c == '\'',
        Some('(') => c == ')',
        _ => false,
    };
    pair || matches!(c, '"' | '<' | '>' | '`') || !c.is_ascii()
}

/// Where the same was pasted a second time. An address that is a value stands behind a `=`.
fn again(url: &str) -> Option<usize> {
    let lower = url.to_ascii_lowercase();
    let more = lower.match_indices("http").filter(|(_, rest)| !rest.is_empty()).map(|(at, _)| at);
    more.filter(|at| lower[*at..].starts_with("http://") || lower[*at..].starts_with("https://"))
        .find(|at| *at > 0 && !lower[..*at].ends_with('='))
}

/// The code alone; the text of an error page; an address that was percent-encoded as a whole.
fn unparsed(plain: &str, joined: &str, pending: &Pending) -> Result<Returned, Unusable> {
    let lower = joined.to_ascii_lowercase();
    if lower.contains("%3a%2f%2f") || lower.contains("code%3d") {
        let decoded: String = url::form_urlencoded::parse(format!("x={joined}").as_bytes())
            .next()
            .map(|(_, value)| value.split_whitespace().collect())
            .unwrap_or_default();
        return address(&decoded, pending);
    }
    let codes = aadsts_numbers(joined);
    if !codes.is_empty() {
        let description = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let failure = Failure::redirected([("error", "access_denied"), ("error_description", &description)]);
        return Err(Unusable::Refused { failure: Box::new(failure), came_back: false });
    }
    let mut lines: Vec<&str> = plain.split_whitespace().collect();
    lines.pop();
    let code = joined.trim_matches(|c| opens(c) || matches!(c, '>' | ')' | ']'));
    let fits = code.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>&=?#`{}|^".contains(&byte));
    if code.len() < SHORTEST_CODE || !fits || code.contains("://") || lines.iter().any(|line| line.len() < NARROWEST) {
        return Err(Unusable::NoCode);
    }
    // A code may have been taken from the address bar, where `!` and `*` stand encoded.
    let decoded = url::form_urlencoded::parse(format!("x={}", code.replace('+', "%2B")).as_bytes())
        .next()
        .map_or_else(|| code.to_owned(), |(_, value)| value.into_owned());
    Ok(Returned { code: Secret::new(decoded), state_checked: false, host: None })
}

/// The address inside another's query, as link checkers make them.
fn wrapped(joined: &str, pending: &Pending) -> Option<Result<Returned, Unusable>> {
    let (_, query) = joined.split_once('?')?;
    let fields = Fields::parse(query);
    let inner = fields.0.iter().map(|(_, value)| value).find(|value| value.starts_with("http"))?;
    address(&inner.split_whitespace().collect::<String>(), pending).ok().map(Ok)
}

/// What a redirect may begin with.
const KNOWN: [&str; 10] = [
    "code",
    "state",
    "session_state",
    "error",
    "error_description",
    "error_uri",
    "error_subcode",
    "admin_consent",
    "tenant",
    "client_info",
];

/// Query and fragment, decoded; of a name that comes twice the first counts.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn parse(text: &str) -> Self {
        let parts = text.split('#').flat_map(|part| url::form_urlencoded::parse(part.as_bytes()).into_owned());
        Self(parts.map(|(name, value)| (name.trim_start_matches(['?', '/']).to_owned(), value)).collect())
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, value)| known == name && !value.is_empty())?;
        Some(&found.1)
    }
}

fn judge(address: &str, fields: &Fields, pending: &Pending) -> Result<Returned, Unusable> {
    // A state that is cut off is none yet.
    let cut = |state: &str| state.len() < pending.state.expose().len() && pending.state.expose().starts_with(state);
    let state = fields.value("state").filter(|state| !cut(state));
    // What was pasted behind it has grown onto the last value.
    let expected = pending.state.expose().len();
    let right = state.map(|state| state.get(..expected).is_some_and(|state| pending.state.is(state)));
    if fields.value("error").is_some() {
        if right == Some(false) {
            return Err(Unusable::OtherState);
        }
        let there = address.is_empty() || is_redirect(address, pending);
        if !there && !is_authority(address, pending) {
            // Anybody can put an error into an address.
            return Err(elsewhere(address, pending));
        }
        let pairs = fields.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let failure = Box::new(Failure::redirected(pairs));
        return Err(Unusable::Refused { failure, came_back: there && right == Some(true) });
    }
    match (fields.value("code"), right) {
        (Some(number), None)
            if Site::of(address).path.ends_with("/error") && !number.contains(|c: char| !c.is_ascii_digit()) =>
        {
            Err(Unusable::Refused { failure: Box::new(of_error_page(number)), came_back: false })
        }
        (Some(code), Some(true)) => {
            let host = Some(Site::of(address).host.to_ascii_lowercase()).filter(|host| !host.is_empty());
            Ok(Returned { code: Secret::new(code), state_checked: true, host })
        }
        (Some(_), Some(false)) => Err(Unusable::OtherState),
        (Some(code), None) if address.is_empty() => {
            Ok(Returned { code: Secret::new(code), state_checked: false, host: None })
        }
        (Some(_), None) if is_redirect(address, pending) => Err(Unusable::NoState),
        (Some(_), None) => Err(elsewhere(address, pending)),
        (None, _) if fields.value("admin_consent").is_some() => Err(Unusable::AdminConsent),
        (None, _) if fields.value("code_challenge").or(fields.value("response_type")).is_some() => {
            Err(Unusable::AuthorizeUrl)
        }
        (None, _) if address.is_empty() || is_redirect(address, pending) => Err(Unusable::NoCode),
        (None, _) => Err(elsewhere(address, pending)),
    }
}

/// `https://login.microsoftonline.com/error?code=50011`
fn of_error_page(number: &str) -> Failure {
    Failure::redirected([("error", "access_denied"), ("error_description", &format!("AADSTS{number}"))])
}

/// An address that is not where the answer goes.
fn elsewhere(address: &str, pending: &Pending) -> Unusable {
    let Site { host, path, .. } = Site::of(address);
    if is_redirect(address, pending) {
        Unusable::NoCode
    } else if !is_authority(address, pending) {
        let host = host.to_ascii_lowercase();
        Unusable::OtherAddress(visible::line(&host.chars().take(LONGEST_HOST).collect::<String>()))
    } else if path.ends_with("/authorize") {
        Unusable::AuthorizeUrl
    } else {
        Unusable::AuthorityPage
    }
}

/// With its port: on one machine an authority and a product may be two servers.
fn is_authority(address: &str, pending: &Pending) -> bool {
    Site::of(address).host.eq_ignore_ascii_case(Site::of(&pending.authorize_url).host)
}

/// Scheme and port aside: browsers hide the one, and raise `http` to `https`.
fn is_redirect(address: &str, pending: &Pending) -> bool {
    let (came, wanted) = (Site::of(address), Site::of(&pending.redirect_uri));
    site::is_same(came.host, wanted.host) && came.path.trim_end_matches('/') == wanted.path.trim_end_matches('/')
}

/// Whether an address is one of the redirect URI's own host, or of another name of this machine.
pub fn is_expected(host: &str, pending: &Pending) -> bool {
    let wanted = Site::of(&pending.redirect_uri).host;
    site::is_same(host, wanted) || site::is_this_machine(host) && site::is_this_machine(wanted)
}

#[cfg(test)]
mod tests;
