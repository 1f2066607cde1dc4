//! Whatever comes from outside goes through here on its way into a report: under another name where that is asked
//! for, bounded, and on one line. Own words do not.

use std::cell::RefCell;

use super::{
    document::{Part, Span, Spans, said, spans},
    hide::Hide,
};
use crate::{
    diagnosis::{
        Evidence,
        evidence::{FACTS, Names},
    },
    language::Texts,
    phrase::Phrase,
    secret::ascii_marks,
    visible,
};

pub struct Writer<'a> {
    pub texts: &'a Texts,
    hide: Option<RefCell<Hide>>,
    /// Characters of a value.
    longest: usize,
}

/// What PowerShell prints of settings, before the colon; what else it prints names people and places.
const SETTINGS: [&str; 21] = [
    "accessrights",
    "accountdisabled",
    "accountenabled",
    "allowbasicauthsmtp",
    "authenticationpolicy",
    "authenticationtype",
    "defaultauthenticationpolicy",
    "emailaddresses",
    "forwardingsmtpaddress",
    "inscope",
    "isenabled",
    "isinherited",
    "primarysmtpaddress",
    "prohibitsendquota",
    "recipienttype",
    "recipienttypedetails",
    "smtpclientauthenticationdisabled",
    "totalitemsize",
    "userprincipalname",
    "windowsemailaddress",
    "scope",
];
/// Values of a sentence that are addresses from our own data, to be followed.
const LINKS: [&str; 4] = ["portal", "admin", "defender", "login"];

/// An address to follow; `None` for a value that is none.
pub fn link(name: &str, value: &str) -> Option<Span> {
    (LINKS.contains(&name) && value.starts_with("https://")).then(|| Span::Link(value.to_owned()))
}

impl<'a> Writer<'a> {
    pub fn new(texts: &'a Texts, hidden: bool, evidence: &Evidence, longest: usize) -> Self {
        let hide = hidden.then(|| {
            let mut hide = Hide::default();
            let of = |names: Names| FACTS.iter().filter(move |fact| fact.names == names).map(|fact| fact.name);
            let values = |names| of(names).flat_map(|fact| evidence.values(fact));
            values(Names::Person).for_each(|value| hide.meet(value));
            let rest = FACTS.iter().filter(|fact| fact.names != Names::Nobody);
            rest.flat_map(|fact| evidence.values(fact.name)).for_each(|value| hide.meet(value));
            values(Names::Person).for_each(|value| hide.meet_user(value));
            values(Names::Request).for_each(|id| hide.keep(id));
            values(Names::Host).for_each(|value| hide.meet_name(value));
            values(Names::Organisation).for_each(|value| hide.meet_organisation(value));
            RefCell::new(hide)
        });
        Self { texts, hide, longest }
    }

    pub fn hides(&self) -> bool {
        self.hide.is_some()
    }

    pub fn word(&self, key: &str) -> String {
        self.texts.word(&format!("report.{key}"))
    }

    /// Text from outside, whole but for names; marks as any ticket system shows them.
    pub fn named(&self, text: &str) -> String {
        let text = ascii_marks(text);
        self.hide.as_ref().map_or_else(|| text.clone(), |hide| hide.borrow_mut().over(&text))
    }

    /// The same on one line, with a bound.
    pub fn short(&self, text: &str, longest: usize) -> String {
        let looked_at = within(text, longest);
        let cut = looked_at.len() < text.len();
        let text = visible::line(&self.named(looked_at));
        match text.char_indices().nth(longest) {
            Some((end, _)) => format!("{} …", &text[..end]),
            None if cut => format!("{} …", text.trim_end()),
            None => text,
        }
    }

    pub fn value(&self, text: &str) -> Span {
        Span::Value(self.short(text, self.longest))
    }

    pub fn sentence(&self, phrase: &Phrase) -> Spans {
        spans(self.texts.pieces(phrase), |name, value| link(name, value).unwrap_or_else(|| self.value(value)))
    }

    /// `label: value`.
    pub fn fact(&self, label: &str, value: &str) -> Spans {
        let mut spans = said(format!("{label}: "));
        spans.push(self.value(value));
        spans
    }

    /// A fact of the evidence with its label, all its values in one.
    pub fn evidence(&self, evidence: &Evidence, fact: &str) -> Option<Spans> {
        let shown = |value: &&String| fact != "powershell" || !self.hides() || is_setting(value);
        let values: Vec<&str> = evidence.values(fact).iter().filter(shown).map(String::as_str).collect();
        (!values.is_empty()).then(|| self.known(fact, &values))
    }

    /// A fact by its label. What is said in own words stands as words, and all else as it was given.
    pub fn known(&self, fact: &str, values: &[&str]) -> Spans {
        let label = self.texts.word(&format!("facts.{fact}"));
        let words = values.iter().map(|value| self.texts.fact_words(fact, value)).collect::<Option<Vec<_>>>();
        match words {
            Some(words) => said(format!("{label}: {}", words.join(" · "))),
            None => {
                let values = values.iter().map(|value| self.texts.fact_value(fact, value)).collect::<Vec<_>>();
                self.fact(&label, &values.join(" "))
            }
        }
    }

    /// Commands to copy behind their labels; their values parsed as what they are.
    pub fn commands<'p>(&self, commands: impl IntoIterator<Item = &'p (Phrase, Phrase)>) -> Vec<Part> {
        let part = |(label, command): (&Phrase, String)| Part::command(self.sentence(label), self.named(&command));
        self.texts.commands(commands).into_iter().map(part).collect()
    }
}

/// As much as `longest` characters can be made of: to look for names in what is left out anyway takes long. The last
/// word is left out where it goes on, since half a name is not known to be one.
fn within(text: &str, longest: usize) -> &str {
    /// Characters that no name exceeds.
    const NAME: usize = 400;
    let Some((end, _)) = text.char_indices().nth(longest.saturating_add(NAME)) else { return text };
    let goes_on = text[end..].starts_with(|c: char| !c.is_whitespace());
    let word = text[..end].rfind(char::is_whitespace).filter(|at| goes_on && text[*at..end].chars().count() <= NAME);
    &text[..word.unwrap_or(end)]
}

/// A command, or a setting by its name.
fn is_setting(line: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name.trim().to_ascii_lowercase());
    name.map_or_else(|| line.trim_start().starts_with("Get-"), |name| SETTINGS.contains(&name.as_str()))
}
