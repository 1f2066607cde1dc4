//! What people paste, freed of what came along: quotes, labels, line breaks, characters that nobody sees, full-width
//! letters. A value that is right as it stands is never touched, what comes out says what was done to it, and
//! nothing is guessed: what is still not right is for `parse` to refuse.

mod label;
mod letters;
mod web;

use std::collections::BTreeSet;

use zeroize::Zeroizing;

pub use letters::narrow;

use super::{Address, Authority, BaseUrl, Guid, Host, RedirectUri, Tenant, client_name, server};
use crate::{phrase::Phrase, visible};

/// What a value is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Guid,
    /// A client id that need not be a GUID.
    ClientName,
    Tenant,
    Address,
    Host,
    /// A host with or without a port.
    Server,
    Authority,
    RedirectUri,
    BaseUrl,
    Scopes,
    Day,
    /// Of a file on this machine.
    Path,
    Secret,
}

/// What was done to a value, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Taken out of a longer address.
    Url,
    Label,
    /// `https://`, `mailto:` and the like.
    Scheme,
    Quotes,
    /// Commas and the like at the end.
    Punctuation,
    LineBreaks,
    Spaces,
    Unseen,
    FullWidth,
    Dashes,
    /// Hyphens were put into an ID.
    Hyphens,
}

impl Change {
    const ALL: [Self; 11] = [
        Self::Url,
        Self::Label,
        Self::Scheme,
        Self::Quotes,
        Self::Punctuation,
        Self::LineBreaks,
        Self::Spaces,
        Self::Unseen,
        Self::FullWidth,
        Self::Dashes,
        Self::Hyphens,
    ];

    /// The last part of its text's key, `general.cleaned-ID`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Label => "label",
            Self::Scheme => "scheme",
            Self::Quotes => "quotes",
            Self::Punctuation => "punctuation",
            Self::LineBreaks => "line-breaks",
            Self::Spaces => "spaces",
            Self::Unseen => "unseen",
            Self::FullWidth => "full-width",
            Self::Dashes => "dashes",
            Self::Hyphens => "hyphens",
        }
    }
}

/// A value, without white space around it, and what else was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    pub text: Zeroizing<String>,
    pub changes: BTreeSet<Change>,
}

impl Cleaned {
    /// What was done, if anything was. A text under this key names every change as a placeholder: one that was not
    /// made is nothing, and one that was is for the language to say.
    pub fn told(&self, key: &str) -> Option<Phrase> {
        let not_made = Change::ALL.iter().filter(|change| !self.changes.contains(change));
        let phrase =
            not_made.fold(Phrase::new(key), |phrase, change| phrase.with(&format!("cleaned-{}", change.id()), ""));
        (!self.changes.is_empty()).then_some(phrase)
    }
}

/// No value is longer; what is, is left as it is.
const LONGEST: usize = 4 * 1024;

const QUOTES: &[char] = &[
    '"', '\'', '`', '´', '“', '”', '„', '‟', '‘', '’', '‚', '«', '»', '‹', '›', '「', '」', '『', '』', '【', '】',
    '<', '>', '〈', '〉', '《', '》', '{', '}',
];

/// What ends a sentence or a line of a list, and none of these values.
const PUNCTUATION: &[char] = &[',', '.', ';', '、', '。', '，', '．', '；', '､', '｡'];

pub fn clean(form: Form, text: &str) -> Cleaned {
    let text = text.trim();
    let untouched = || Cleaned { text: Zeroizing::new(text.to_owned()), changes: BTreeSet::new() };
    if text.len() > LONGEST {
        return untouched();
    }
    let mut cleaning = Cleaning { form, cleaned: untouched() };
    // Each change leaves fewer characters, or fewer that are not ASCII: this ends.
    loop {
        let before = cleaning.cleaned.text.clone();
        cleaning.pass();
        if cleaning.cleaned.text == before {
            break;
        }
    }
    if cleaning.cleaned.text.is_empty() { untouched() } else { cleaning.cleaned }
}

struct Cleaning {
    form: Form,
    cleaned: Cleaned,
}

impl Form {
    /// Whether a text is such a value as it stands.
    fn holds(self, text: &str) -> bool {
        match self {
            Self::Guid => text.parse::<Guid>().is_ok(),
            Self::ClientName => client_name(text).is_some(),
            Self::Tenant => text.parse::<Tenant>().is_ok(),
            Self::Address => text.parse::<Address>().is_ok(),
            Self::Host => text.parse::<Host>().is_ok(),
            Self::Server => server(text).is_ok(),
            Self::Authority => text.parse::<Authority>().is_ok(),
            Self::RedirectUri => text.parse::<RedirectUri>().is_ok(),
            Self::BaseUrl => text.parse::<BaseUrl>().is_ok(),
            Self::Path => text.starts_with('/') && !text.ends_with(visible::hidden),
            // A comma or a quote may be part of one by the letter of the standard, and never is.
            Self::Scopes | Self::Day | Self::Secret => false,
        }
    }

    fn is_url(self) -> bool {
        matches!(self, Self::Authority | Self::RedirectUri | Self::BaseUrl)
    }

    /// Quotes that can be no part of such a value.
    fn quotes(self) -> impl Fn(char) -> bool {
        move |letter| {
            let placeholder = matches!(letter, '<' | '>' | '{' | '}');
            QUOTES.contains(&letter) && !(placeholder && matches!(self, Self::ClientName | Self::Path | Self::Scopes))
        }
    }
}

impl Cleaning {
    fn pass(&mut self) {
        let form = self.form;
        match form {
            Form::Secret => return self.secret(),
            Form::Path => return self.path(),
            _ => {}
        }
        self.turn(Change::Unseen, letters::seen);
        self.turn(Change::FullWidth, letters::half_width);
        self.turn(Change::Dashes, letters::plain_dashes);
        self.cut(Change::Label, |text| label::without(form, text));
        self.cut(Change::Punctuation, |text| Some(text.trim_end_matches(PUNCTUATION)));
        self.cut(Change::Quotes, |text| unquoted(form, text));
        match form {
            Form::Scopes => return self.words(),
            Form::Day => return,
            Form::Address => {
                self.cut(Change::Label, |text| Some(text.strip_suffix('>')?.rsplit_once('<')?.1));
                self.turn(Change::Scheme, web::without_mailto);
            }
            Form::Host | Form::Server => self.turn(Change::Scheme, web::without_scheme),
            Form::Tenant => {
                self.turn(Change::Url, web::tenant);
                self.turn(Change::Scheme, web::without_scheme);
            }
            Form::Guid | Form::ClientName => self.turn(Change::Url, web::client_id),
            _ => {}
        }
        self.turn(Change::LineBreaks, |text| letters::joined(form, text));
        if matches!(form, Form::Guid | Form::Tenant) {
            self.turn(Change::Spaces, letters::digits_closed);
            self.turn(Change::Hyphens, letters::hyphenated);
        }
        if !matches!(form, Form::Guid | Form::ClientName) {
            self.turn(Change::Spaces, |text| letters::closed(form, text));
        }
    }

    /// What a step makes of the text, if that is another; a value that is right by now stays as it is.
    fn turn(&mut self, change: Change, step: impl FnOnce(&str) -> Option<String>) {
        let Cleaned { text, changes } = &mut self.cleaned;
        if self.form.holds(text) {
            return;
        }
        let Some(turned) = step(text).map(Zeroizing::new).filter(|turned| turned != text) else { return };
        changes.insert(change);
        *text = Zeroizing::new(turned.trim().to_owned());
    }

    /// The same where a part of the text is what is left: no copy lies about that nobody wipes.
    fn cut(&mut self, change: Change, step: impl FnOnce(&str) -> Option<&str>) {
        self.turn(change, |text| step(text).map(str::to_owned));
    }

    /// Each word of a list by itself, in whatever notation the list is.
    fn words(&mut self) {
        let mark = |letter: char| QUOTES.contains(&letter) && !"<>{}".contains(letter) || "[]".contains(letter);
        let each = |text: &str, bare: &dyn Fn(&str) -> String| {
            let words: Vec<String> = text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
            words.join(" ")
        };
        self.cleaned.text = Zeroizing::new(each(&self.cleaned.text, &str::to_owned));
        self.turn(Change::Punctuation, |text| Some(each(text, &|word| word.trim_end_matches(PUNCTUATION).to_owned())));
        self.turn(Change::Quotes, |text| Some(each(text, &|word| word.trim_matches(mark).to_owned())));
    }

    /// Anything else may be part of the name.
    fn path(&mut self) {
        let around = |letter: char| letters::is_unseen(letter) || letter.is_whitespace();
        self.cut(Change::Unseen, |text| Some(text.trim_matches(around)));
        self.cut(Change::Scheme, |text| text.strip_prefix("file://"));
        self.cut(Change::Quotes, |text| letters::unquoted(text, |text| text.starts_with('/')));
    }

    /// A secret loses only what no secret has; quotes and a label, where the rest has the form of one.
    fn secret(&mut self) {
        self.turn(Change::Unseen, letters::seen);
        self.cut(Change::Quotes, |text| letters::unquoted(text, is_generated));
        self.cut(Change::Label, |text| {
            let rest = label::without(Form::Secret, text)?;
            Some(rest.trim_end_matches(['"', '\'', ',', ';'])).filter(|rest| is_generated(rest))
        });
    }
}

/// Without quotes at either end. An apostrophe or a brace may begin an address, but never ends one.
fn unquoted(form: Form, text: &str) -> Option<&str> {
    // `Name <address>` is for another step.
    let before = text.split_once('<').map(|(before, _)| before).filter(|_| form == Form::Address);
    if before.is_some_and(|before| before.contains(|letter: char| letter.is_alphanumeric())) {
        return None;
    }
    let quote = form.quotes();
    let bare = text.trim_end_matches(&quote);
    let may_begin = |letter: char| form == Form::Address && "'`{".contains(letter) && bare == text;
    Some(bare.trim_start_matches(|letter| quote(letter) && !may_begin(letter)))
}

/// Entra's secrets are 40 characters of these, a tilde among them (secret scanners look for that form); older ones 34.
fn is_generated(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"~._-".contains(&byte);
    (30..=64).contains(&text.len()) && text.bytes().all(letter) && text.contains('~')
}

/// What stands out in a text that is not right: its length, the label of another value, or its characters that are not plain, up to three of them.
pub fn odd(form: Form, text: &str) -> Option<Phrase> {
    let text = text.trim();
    if text.len() > LONG {
        return Some(Phrase::new("cleaned.long").with("count", text.chars().count()));
    }
    if form == Form::Secret {
        return None;
    }
    if let Some(label) = label::foreign(form, text) {
        return Some(Phrase::new("cleaned.labelled").with("label", visible::line(label)));
    }
    let plain = |letter: &char| match form {
        Form::Scopes | Form::Day => letter.is_ascii_graphic() || *letter == ' ',
        Form::Path => !letter.is_control() && !visible::hidden(*letter),
        _ => letter.is_ascii_graphic(),
    };
    let mut seen: Vec<String> = Vec::new();
    for letter in text.chars().filter(|letter| !plain(letter)).map(|letter| format!("'{}'", letters::shown(letter))) {
        if !seen.contains(&letter) {
            seen.push(letter);
        }
        if seen.len() == 3 {
            break;
        }
    }
    (!seen.is_empty()).then(|| Phrase::new("cleaned.odd").with("seen", seen.join(" ")))
}

/// A value of this length cannot be looked over.
const LONG: usize = 1024;

#[cfg(test)]
mod tests;
