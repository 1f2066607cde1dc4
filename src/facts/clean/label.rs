//! Labels that stand before a value in a portal, a program's settings or a mail, in English and Japanese, and are
//! copied with it. A label of another value stays, so that a value in the wrong field is refused.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Form;

/// One list a kind of value.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Labels {
    client_id: Vec<String>,
    tenant: Vec<String>,
    address: Vec<String>,
    server: Vec<String>,
    authority: Vec<String>,
    redirect_uri: Vec<String>,
    base_url: Vec<String>,
    scopes: Vec<String>,
    day: Vec<String>,
    secret: Vec<String>,
    never: Vec<String>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static LABELS: LazyLock<Labels> = LazyLock::new(|| toml::from_str(include_str!("labels.toml")).expect("labels.toml"));

pub fn labels(form: Form) -> &'static [String] {
    match form {
        Form::Guid | Form::ClientName => &LABELS.client_id,
        Form::Tenant => &LABELS.tenant,
        Form::Address => &LABELS.address,
        Form::Host | Form::Server => &LABELS.server,
        Form::Authority => &LABELS.authority,
        Form::RedirectUri => &LABELS.redirect_uri,
        Form::BaseUrl => &LABELS.base_url,
        Form::Scopes => &LABELS.scopes,
        Form::Day => &LABELS.day,
        Form::Secret => &LABELS.secret,
        Form::Path => &[],
    }
}

/// The value behind its label. Between them stands a colon, an equals sign, a space or a quote; before an ID, whose
/// first character tells where it begins, nothing need stand.
pub fn without(form: Form, text: &str) -> Option<&str> {
    let rests = labels(form).iter().filter_map(|label| after(text, label));
    let parted = |rest: &str| rest.starts_with(parts);
    let rest =
        rests.filter(|rest| parted(rest) || form == Form::Guid && form.holds(rest)).min_by_key(|rest| rest.len())?;
    let bare = rest.trim_start_matches(parts);
    Some(bare).filter(|bare| !bare.is_empty())
}

const OTHERS: &[Form] = &[Form::Guid, Form::Tenant, Form::Address, Form::Server, Form::RedirectUri, Form::Authority];

/// The label of a value of another kind, as it stands before one.
pub fn foreign(form: Form, text: &str) -> Option<&str> {
    let another = OTHERS.iter().filter(|other| labels(**other) != labels(form));
    let known = another.flat_map(|other| labels(*other).iter().map(move |label| (*other, label)));
    let never = LABELS.never.iter().map(|label| (Form::Guid, label));
    let labelled = |(other, label): (Form, &String)| {
        let rest = after(text, label)?;
        let value = rest.trim_start_matches(parts);
        other.holds(value.trim()).then(|| text[..text.len() - rest.len()].trim())
    };
    known.chain(never).find_map(labelled)
}

/// What stands between a label and its value.
fn parts(letter: char) -> bool {
    letter.is_whitespace() || ":：=＝\"'”’".contains(letter)
}

/// What follows a label, whatever its case and spaces.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut wanted = label.chars();
    let mut next = wanted.next();
    for (at, letter) in text.char_indices() {
        match next {
            None => return Some(&text[at..]),
            Some(_) if letter.is_whitespace() => {}
            Some(expected) if letter.to_lowercase().eq([expected]) => next = wanted.next(),
            Some(_) => return None,
        }
    }
    None
}
