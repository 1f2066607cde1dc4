//! A cause: what its file says (`causes/*.toml`), and as it is found: the lines that hold for the evidence, as phrases. Which
//! files there are is the catalogue's, when a rule holds `rules`', and in which order causes stand `diagnosis`'.

mod catalogue;

pub use catalogue::{FILES, UNKNOWN, catalogue, codes, find};
pub(super) use catalogue::{sentences, unknown, words};
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    Evidence,
    evidence::{FACTS, OWN},
    rules::{Condition, Rule},
};
use crate::{checklist::Item, entra::Cloud, phrase::Phrase, way::Way};

/// How far the evidence goes. The order is the order of listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// The evidence excludes the rest.
    Certain,
    Likely,
    Possible,
}

impl Certainty {
    pub fn id(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// A cause that the evidence speaks for, ready to be said in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub slug: &'static str,
    pub certainty: Certainty,
    /// The checklist item to look at.
    pub item: Item,
    pub headline: Phrase,
    pub why: Phrase,
    /// Facts that led here: name and value. A text `facts.NAME` says what the fact is.
    pub evidence: Vec<(&'static str, String)>,
    pub fix: Vec<Phrase>,
    /// Label and command template, of what changes something.
    pub commands: Vec<(Phrase, Phrase)>,
    /// The same of what changes nothing, and whose output would tell.
    pub reads: Vec<(Phrase, Phrase)>,
    /// What anybody can look up.
    pub next: Vec<Phrase>,
    /// What somebody with rights has to answer.
    pub ask: Vec<Phrase>,
    pub source: &'static str,
    /// What shows that the fix has worked.
    pub verify: Option<Phrase>,
    /// Ways of consent that it does not stand in the way of.
    pub ways: &'static [Way],
    /// The step to lead to, where that is not the item's.
    pub step: Option<&'static str>,
    /// It is a mistake in setting up: what worked with the same settings had none.
    pub set_up: bool,
    /// How long a fix may take to arrive, where that is known (minutes).
    pub arrives_within: Option<u32>,
}

impl Cause {
    /// The key of the word for how sure it is; none for the one that names no cause.
    pub fn certainty_word(&self) -> Option<String> {
        (self.slug != UNKNOWN).then(|| format!("certainty.{}", self.certainty.id()))
    }
}

/// One file of `causes/`. Its texts are in the same file and get their keys from the place they stand:
/// `causes.SLUG.headline`, `causes.SLUG.fix.0`, `causes.SLUG.commands.0.label`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub slug: String,
    pub item: Item,
    pub headline: String,
    pub why: String,
    /// Said in place of `why` where its conditions hold.
    pub why_else: Option<Conditional>,
    /// Facts to show, in order.
    pub show: Vec<String>,
    #[serde(default)]
    pub fix: Vec<Line>,
    #[serde(default)]
    pub commands: Vec<Command>,
    #[serde(default)]
    pub next: Vec<Line>,
    pub source: String,
    /// What shows that the fix has worked; none where there is none.
    pub verify: Option<Verify>,
    /// A mistake in setting up, there from the first try on. Where the account was accepted before, the rest comes first.
    #[serde(default)]
    pub set_up: bool,
    /// Where it stands in the way of one way of consent: those that it does not.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// The step that mends it, where that is not the one of its item.
    pub step: Option<String>,
    /// It is about the protocol, and as true of another service's server.
    #[serde(default)]
    pub any_server: bool,
    /// Minutes until Microsoft's servers act on the fix; until then the same refusal proves nothing.
    pub arrives_within: Option<u32>,
    #[serde(default)]
    pub when: Vec<Rule>,
    /// Facts of a real or documented failure that must lead to this cause first.
    #[serde(deserialize_with = "facts")]
    pub example: Evidence,
}

/// A fact has one value, or a list of them.
fn facts<'de, D: Deserializer<'de>>(file: D) -> Result<Evidence, D::Error> {
    let mut evidence = Evidence::default();
    for (fact, value) in toml::Table::deserialize(file)? {
        let values = if let toml::Value::Array(values) = value { values } else { vec![value] };
        for value in values {
            evidence.add(&fact, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    Ok(evidence)
}

/// What shows that a fix has worked: `verify.own.KIND` and `verify.another.KIND` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Another sign-in brings a token.
    SignIn,
    /// The authority gives a token without one.
    Token,
    /// The mail server accepts the sign-in.
    Test,
    /// The same, once the change has arrived.
    Wait,
    /// The mail server takes a message.
    Message,
    /// The program that failed no longer does; the account alone may be right without that.
    Program,
}

impl Verify {
    /// Where another program was refused, its own success is what counts.
    fn phrase(self, evidence: &Evidence) -> Phrase {
        let of = if evidence.values("library").iter().any(|library| library == OWN) { "own" } else { "another" };
        let kind = match self {
            Self::SignIn => "sign-in",
            Self::Token => "token",
            Self::Test => "test",
            Self::Wait => "wait",
            Self::Message => "message",
            Self::Program => return Phrase::new("verify.program"),
        };
        Phrase::new(format!("verify.{of}.{kind}"))
    }
}

/// A line of `fix` or `next`: said always, or only where its conditions hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Always(String),
    If(Conditional),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditional {
    pub text: String,
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Where there are some, one of them holds as well.
    #[serde(default)]
    pub any: Vec<Condition>,
    /// Of `next`: somebody with rights has to answer it.
    #[serde(default)]
    pub ask: bool,
}

impl Line {
    fn asks(&self) -> bool {
        matches!(self, Self::If(line) if line.ask)
    }

    fn holds(&self, evidence: &Evidence) -> bool {
        match self {
            Self::Always(_) => true,
            Self::If(line) => line.holds(evidence),
        }
    }
}

impl Conditional {
    fn holds(&self, evidence: &Evidence) -> bool {
        hold(&self.when, &self.any, evidence)
    }
}

/// All of them, and one of the others where there are some.
fn hold(all: &[Condition], any: &[Condition], evidence: &Evidence) -> bool {
    let holds = |condition: &Condition| condition.holds(evidence);
    all.iter().all(holds) && (any.is_empty() || any.iter().any(holds))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    pub label: String,
    pub text: String,
    /// It changes nothing, and its output would tell; a test sees to it.
    #[serde(default)]
    pub reads: bool,
    /// Shown only where these hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// One of these as well, where there are some.
    #[serde(default)]
    pub any: Vec<Condition>,
}

impl Entry {
    /// The cause, as sure as the surest of its rules that hold.
    pub(super) fn judge(&'static self, evidence: &Evidence) -> Option<Cause> {
        let certainty =
            self.when.iter().filter(|rule| rule.holds(evidence)).map(|rule| rule.certainty_by(evidence)).min()?;
        Some(self.stand(certainty, evidence))
    }

    /// The cause in general, for one who looks it up.
    pub fn in_general(&'static self) -> Cause {
        self.stand(Certainty::Possible, &Evidence::default())
    }

    pub(super) fn stand(&'static self, certainty: Certainty, evidence: &Evidence) -> Cause {
        let phrase = |place: &str| filled(Phrase::new(format!("causes.{}.{place}", self.slug)), evidence);
        let list = |place: &str, lines: &[Line], wanted: &dyn Fn(&Line) -> bool| -> Vec<Phrase> {
            let lines = lines.iter().enumerate().filter(|(_, line)| line.holds(evidence) && wanted(line));
            lines.map(|(index, _)| phrase(&format!("{place}.{index}"))).collect()
        };
        let instead = self.why_else.as_ref().is_some_and(|why| why.holds(evidence));
        let said = |index| (phrase(&format!("commands.{index}.label")), phrase(&format!("commands.{index}.text")));
        let commands = |reads: bool| {
            let all = self.commands.iter().enumerate();
            let fitting = all.filter(|(_, command)| hold(&command.when, &command.any, evidence));
            fitting.filter(|(_, command)| command.reads == reads).map(|(index, _)| said(index)).collect()
        };
        Cause {
            slug: &self.slug,
            certainty,
            item: self.item,
            headline: phrase("headline"),
            why: phrase(if instead { "why_else" } else { "why" }),
            evidence: self.shown(evidence),
            fix: list("fix", &self.fix, &|_| true),
            reads: commands(true),
            commands: commands(false),
            next: list("next", &self.next, &|line| !line.asks()),
            ask: list("next", &self.next, &Line::asks),
            source: &self.source,
            verify: self.verify.map(|verify| verify.phrase(evidence)),
            ways: &self.ways,
            step: self.step.as_deref(),
            set_up: self.set_up,
            arrives_within: self.arrives_within,
        }
    }

    /// What speaks for it: what was said before stands beside what was said last, and what was tried after a refusal bears
    /// on every cause of it.
    fn shown(&'static self, evidence: &Evidence) -> Vec<(&'static str, String)> {
        let with_earlier = |fact: &'static String| match fact.as_str() {
            "reply.text" => vec!["reply.earlier", "reply.text"],
            "oauth.description" => vec!["oauth.earlier", "oauth.description"],
            fact => vec![fact],
        };
        let tried = FACTS.iter().map(|fact| fact.name).filter(|fact| fact.starts_with("experiment."));
        let shown = self.show.iter().flat_map(with_earlier).chain(tried);
        shown.filter_map(|fact| Some((fact, shortened(evidence.text(fact)?)))).collect()
    }
}

/// An authority's or a server's words are as long as it likes; a screen is not.
fn shortened(text: String) -> String {
    const MOST: usize = 1_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} … ({} characters)", &text[..end], text.chars().count()),
        None => text,
    }
}

/// Every fact goes along as a value, so that a text may name any of them; and what follows from the account's cloud.
fn filled(phrase: Phrase, evidence: &Evidence) -> Phrase {
    let seen = FACTS.iter().filter_map(|fact| Some((fact.name, evidence.text(fact.name)?)));
    let phrase = cloud(evidence).told().into_iter().fold(phrase, |phrase, (name, value)| phrase.with(name, value));
    let phrase = seen.fold(phrase, |phrase, (fact, value)| phrase.with(fact, value));
    // One that is not known by its name is looked up without its port.
    match evidence.values("network.address") {
        [address] => phrase.with("network_host", address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host)),
        _ => phrase,
    }
}

/// The worldwide one, unless another is known.
fn cloud(evidence: &Evidence) -> Cloud {
    let named = |id: &String| serde_json::from_value(id.as_str().into()).ok();
    evidence.values("cloud").iter().find_map(named).unwrap_or_default()
}

#[cfg(test)]
mod tests;
