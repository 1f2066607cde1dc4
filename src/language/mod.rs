//! Phrases become sentences. English stands beside what it describes (`steps.toml`, `causes/*.toml`)
//! or here (`en.toml`); another language in overlays with the same keys (`known.rs`), or in the file of a cause or a
//! product under its code, `[ja]`. A text's key is the place it stands at: `steps.mailbox.title`, `causes.unknown.fix.0`. A missing key is a failing
//! test, never printed.

pub mod clock;
mod command;
mod detail;
mod known;
mod template;

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use crate::{
    checklist::{Item, steps},
    diagnosis::{self, Experiment, cause},
    phrase::Phrase,
    product,
};
pub use known::{HELP, Language};
pub use template::placeholders;
use template::{Part, fill, parts};

/// All texts of one language. They are read when the first of them is said: most runs of `token` say none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    language: Language,
}

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Our own words.
    Words(String),
    /// A value that was filled in, and its name.
    Value(String, String),
}

type Table = BTreeMap<String, String>;

static IN_ENGLISH: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for (place, source) in Language::English.files() {
        add(place, source, &mut table);
    }
    let products = products().map(|(place, source)| (place, toml::Value::Table(parsed(source))));
    let steps = parsed(steps::SOURCE).into_iter().map(|(id, step)| (format!("steps.{id}"), step));
    for (place, thing) in products.chain(steps) {
        words(&place, thing, &mut table);
    }
    table
});

/// One in each language.
type Each = [OnceLock<Table>; Language::ALL.len()];

/// Each made when the first of its texts is said.
static OVERLAYS: Each = [const { OnceLock::new() }; Language::ALL.len()];

/// What is said of each cause. There are many, and a failure has few.
static CAUSES: LazyLock<BTreeMap<&str, Each>> = LazyLock::new(|| {
    cause::FILES.iter().map(|(slug, _)| (*slug, [const { OnceLock::new() }; Language::ALL.len()])).collect()
});

/// The place of causes.
const OF_CAUSES: &str = "causes.";

/// What is said of a thing; the steps that are a product's own stand beside all others.
fn words(place: &str, thing: toml::Value, table: &mut Table) {
    let toml::Value::Table(fields) = thing else { return };
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("steps", toml::Value::Table(own)) => {
                own.into_iter().for_each(|(id, step)| words(&format!("steps.{id}"), step, table));
            }
            ("notes", toml::Value::Array(notes)) => {
                for (index, note) in notes.into_iter().enumerate() {
                    words(&format!("{place}.notes.{index}"), note, table);
                }
            }
            (key, value) if WORDS.contains(&key) => flatten(&format!("{place}.{key}"), value, table),
            _ => {}
        }
    }
}

/// What is said of a cause, a product or a step, in the file that describes it; all else there is for the program.
const WORDS: &[&str] = &[
    "headline",
    "why",
    "why_else",
    "fix",
    "next",
    "commands",
    "label",
    "detail",
    "title",
    "text",
    "clicks",
    "question",
    "hint",
    "not_needed_why",
];

/// The files of products, which hold their words in every language, and the place of each.
fn products() -> impl Iterator<Item = (String, &'static str)> {
    product::files().map(|(id, source)| (format!("products.{id}"), source))
}

/// What one cause's file says in a language; `None` where there is no such cause.
fn of_cause(language: Language, slug: &str) -> Option<&'static Table> {
    let table = CAUSES.get(slug)?.get(language as usize)?;
    Some(table.get_or_init(|| {
        let source = cause::FILES.iter().find(|(known, _)| *known == slug).map_or("", |(_, source)| source);
        let (place, mut file) = (format!("{OF_CAUSES}{slug}"), parsed(source));
        let own = file.remove(language.code());
        let mut table = Table::new();
        words(&place, toml::Value::Table(file), &mut table);
        if language != Language::English {
            table.retain(|key, _| is_command(key));
            words(&place, own.unwrap_or(toml::Value::Boolean(false)), &mut table);
        }
        table
    }))
}

/// A language's own files, and the table of its name in each file that holds its words in every language.
/// Commands are the same in all of them.
fn overlay(language: Language) -> Table {
    let commands = IN_ENGLISH.iter().filter(|(key, _)| is_command(key));
    let mut table: Table = commands.map(|(key, text)| (key.clone(), text.clone())).collect();
    for (place, source) in language.files().iter().filter(|(place, _)| *place != HELP) {
        add(place, source, &mut table);
    }
    for (place, source) in products() {
        if let Some(words) = parsed(source).remove(language.code()) {
            self::words(&place, words, &mut table);
        }
    }
    table
}

/// Whether a text is one for a machine.
fn is_command(key: &str) -> bool {
    key.ends_with(".text") && key.contains(".commands.")
}

fn parsed(source: &str) -> toml::Table {
    source.parse().unwrap_or_default()
}

fn add(place: &str, source: &str, table: &mut Table) {
    flatten(place, toml::Value::Table(parsed(source)), table);
}

impl Texts {
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    fn table(&self) -> &'static Table {
        match self.language {
            Language::English => &IN_ENGLISH,
            other => OVERLAYS[other as usize].get_or_init(|| overlay(other)),
        }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn contains(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// In English where this language does not have it: a test tells that, and a person is better served so.
    fn find(&self, key: &str) -> Option<&'static str> {
        let text = match key.strip_prefix(OF_CAUSES).and_then(|rest| rest.split('.').next()) {
            Some(slug) => [self.language, Language::English].into_iter().find_map(|it| of_cause(it, slug)?.get(key)),
            None => self.table().get(key).or_else(|| IN_ENGLISH.get(key)),
        };
        text.map(String::as_str)
    }

    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let causes = CAUSES.keys().filter_map(|slug| of_cause(self.language, slug));
        self.table().keys().chain(causes.flat_map(Table::keys)).map(String::as_str)
    }

    /// What an item of the checklist is called.
    pub fn item(&self, item: Item) -> String {
        match item {
            Item::Product(switch) => self.word(&format!("steps.{}.title", switch.step())),
            item => self.word(&format!("items.{}", item.id())),
        }
    }

    /// A text without values.
    pub fn word(&self, key: &str) -> String {
        self.template(key).to_owned()
    }

    /// A sentence, its values filled in as they are; where one is not known, words that stand for any.
    pub fn say(&self, phrase: &Phrase) -> String {
        self.fill(self.template(&phrase.key), phrase)
    }

    /// A text that is no language's own, its values filled in as they are.
    pub fn fill(&self, template: &str, phrase: &Phrase) -> String {
        let said = |piece| match piece {
            Piece::Words(words) | Piece::Value(_, words) => words,
        };
        self.in_pieces(template, phrase).into_iter().map(said).collect()
    }

    /// A sentence in pieces, for who must tell our words from what others said.
    pub fn pieces(&self, phrase: &Phrase) -> Vec<Piece> {
        self.in_pieces(self.template(&phrase.key), phrase)
    }

    fn in_pieces(&self, template: &str, phrase: &Phrase) -> Vec<Piece> {
        // What stands for a value is of this language: no space sets it off from its words where the language has none.
        let wide = |letter: char| !letter.is_ascii();
        let spaced = !self.language.space().is_empty();
        let mut parts = parts(template).into_iter().peekable();
        let (mut pieces, mut after_words) = (Vec::new(), false);
        while let Some(part) = parts.next() {
            match part {
                Part::Words(all) => {
                    let before = matches!(parts.peek(), Some(Part::Name(name)) if value(phrase, name).is_none());
                    let words =
                        all.strip_prefix(' ').filter(|rest| after_words && rest.starts_with(wide)).unwrap_or(all);
                    let close = words.strip_suffix(' ').filter(|rest| before && !spaced && rest.ends_with(wide));
                    let words = close.unwrap_or(words);
                    pieces.push(Piece::Words(words.to_owned()));
                    after_words = false;
                }
                Part::Name(name) => match self.value(phrase, name) {
                    Some(value) => pieces.push(Piece::Value(name.to_owned(), value)),
                    None => {
                        pieces.push(Piece::Words(self.any(name)));
                        after_words = !spaced;
                    }
                },
            }
        }
        pieces
    }

    fn value(&self, phrase: &Phrase, name: &str) -> Option<String> {
        Some(match value(phrase, name)? {
            detail if name == "detail" && self.language != Language::English => self.detail(detail),
            value => value.to_owned(),
        })
    }

    /// What stands for any value of this name: words for it, else what the fact is called.
    fn any(&self, name: &str) -> String {
        let called = || self.find(&format!("facts.{name}")).map(|label| format!("‹{label}›"));
        let words = self.find(&format!("general.{name}")).map(str::to_owned);
        words.or_else(called).unwrap_or_else(|| "…".to_owned())
    }

    /// What a fact of `diagnosis` says. A value that is no one else's word is said in the reader's language.
    pub fn fact_value(&self, name: &str, value: &str) -> String {
        let tried = || {
            // A reply stands behind the name that files have for what was tried.
            let (id, reply) = value.split_once(": ").filter(|_| name == "experiment.reply")?;
            let label = Experiment::find(id).map(|_| self.word(&format!("facts.experiment.{id}")))?;
            Some(format!("{label}: {reply}"))
        };
        let detail = || matches!(name, "network.detail" | "smtp.detail").then(|| self.detail(value));
        self.fact_words(name, value).or_else(tried).or_else(detail).unwrap_or_else(|| value.to_owned())
    }

    /// The same where all of it is this program's own words; `None` where any is somebody else's.
    pub fn fact_words(&self, name: &str, value: &str) -> Option<String> {
        let said = |value: &str| self.find(&format!("values.{name}.{value}"));
        // Several values of a fact stand one behind the other.
        let each = || value.split(' ').map(said).collect::<Option<Vec<_>>>().map(|said| said.join(" · "));
        match (name, value) {
            ("accepted", diagnosis::AFTERWARDS) => Some(self.word("known-facts.afterwards")),
            ("accepted", diagnosis::BEFOREHAND) => Some(self.word("known-facts.beforehand")),
            ("clock.off", value) => clock::error(value).map(|error| self.say(&error)),
            ("worked.minutes" | "change.minutes" | "token.minutes", value) => {
                clock::ago(value).map(|ago| self.say(&ago))
            }
            (name, value) if Experiment::is_outcome(name) => Some(self.word(&format!("known-facts.{value}"))),
            (_, value) => said(value).map(str::to_owned).or_else(each),
        }
    }

    /// What came up with a failure, in this language where it is our own.
    pub fn detail(&self, detail: &str) -> String {
        detail::say(detail, &IN_ENGLISH, self.table())
    }

    /// One sentence after the other.
    pub fn sentences<'a>(&self, phrases: impl IntoIterator<Item = &'a Phrase>) -> String {
        phrases.into_iter().map(|phrase| self.say(phrase)).collect::<Vec<_>>().join(self.language.space())
    }

    /// Several texts under one key, for example a step's paragraphs.
    pub fn list(&self, key: &str, values: &Phrase) -> Vec<String> {
        let present = |index: &usize| self.contains(&format!("{key}.{index}"));
        let said = |index| self.say(&Phrase { key: format!("{key}.{index}"), values: values.values.clone() });
        (0..).take_while(present).map(said).collect()
    }

    /// A command to copy: values are checked and quoted for the shell; for what is missing or does not parse
    /// stands what belongs there, `<mailbox>`.
    pub fn command(&self, phrase: &Phrase) -> String {
        self.fill_command(self.template(&phrase.key), phrase)
    }

    fn fill_command(&self, template: &str, phrase: &Phrase) -> String {
        let any = |name: &str| self.find(&format!("placeholders.{name}")).unwrap_or(name).to_owned();
        command::fill(template, phrase, any)
    }

    /// Several, each behind its label: the first that needs a session opens it.
    pub fn commands<'a>(&self, commands: impl IntoIterator<Item = &'a (Phrase, Phrase)>) -> Vec<(&'a Phrase, String)> {
        let mut opened = Vec::new();
        let said = |(label, phrase): &'a (Phrase, Phrase)| {
            let command = self.command(phrase);
            let opening = command::opening(&command).filter(|opening| !opened.contains(opening));
            opened.extend(opening);
            let opening = opening.map(|opening| self.fill_command(opening, phrase) + "\n").unwrap_or_default();
            (label, opening + &command)
        };
        commands.into_iter().map(said).collect()
    }

    fn template(&self, key: &str) -> &'static str {
        let text = self.find(key);
        debug_assert!(text.is_some(), "no text `{key}`");
        text.unwrap_or_default()
    }
}

fn value<'a>(phrase: &'a Phrase, name: &str) -> Option<&'a str> {
    phrase.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What a line or a command of a cause says besides its words.
const CONDITIONS: [&str; 3] = ["when", "any", "ask"];

/// Of a line or a command: a cause's rules, say, are a list of that name.
fn has_conditions(fields: &toml::Table) -> bool {
    fields.contains_key("text") && CONDITIONS.iter().any(|key| fields.contains_key(*key))
}

fn flatten(prefix: &str, value: toml::Value, table: &mut Table) {
    let join = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    match value {
        toml::Value::String(text) => {
            table.insert(prefix.to_owned(), text);
        }
        // A line that is said under conditions.
        toml::Value::Table(mut fields) if has_conditions(&fields) && !fields.contains_key("label") => {
            flatten(prefix, fields.remove("text").unwrap_or(toml::Value::Boolean(false)), table);
        }
        // A command's own conditions are no words.
        toml::Value::Table(mut fields) if has_conditions(&fields) => {
            CONDITIONS.iter().for_each(|key| drop(fields.remove(*key)));
            flatten(prefix, toml::Value::Table(fields), table);
        }
        toml::Value::Table(fields) => fields.into_iter().for_each(|(key, value)| flatten(&join(&key), value, table)),
        toml::Value::Array(list) => {
            list.into_iter().enumerate().for_each(|(index, value)| flatten(&join(&index.to_string()), value, table));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
