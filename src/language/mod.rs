//! Phrases become sentences. English stands beside what it describes (`steps.toml`, `causes/*.toml`)
//! or here (`en.toml`); another language is one overlay with the same keys. A text's key is the place it
//! stands at: `steps.mailbox.title`, `causes.unknown.fix.0`. A missing key is a failing test, never printed.

mod command;

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{checklist::steps, diagnosis::cause, phrase::Phrase, product};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
}

/// All texts of one language. They are read when the first of them is said: most runs of `token` say none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    language: Language,
}

const ENGLISH: &str = include_str!("en.toml");

type Table = BTreeMap<String, String>;

static IN_ENGLISH: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    let mut add = |prefix: &str, source: &str| {
        let parsed: toml::Table = source.parse().unwrap_or_default();
        flatten(prefix, toml::Value::Table(parsed), &mut table);
    };
    add("", ENGLISH);
    add("steps", steps::SOURCE);
    for (slug, source) in cause::FILES {
        add(&format!("causes.{slug}"), source);
    }
    for (id, source) in product::FILES {
        add(&format!("products.{id}"), source);
    }
    table
});

impl Texts {
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    fn table(&self) -> &'static Table {
        match self.language {
            Language::English => &IN_ENGLISH,
        }
    }

    pub fn contains(&self, key: &str) -> bool {
        self.table().contains_key(key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.table().keys().map(String::as_str)
    }

    /// A text without values.
    pub fn word(&self, key: &str) -> String {
        self.template(key).to_owned()
    }

    /// A sentence, its values filled in as they are; where one is not known, words that stand for any.
    pub fn say(&self, phrase: &Phrase) -> String {
        let any = |name: &str| self.table().get(&format!("general.{name}")).map_or("…", String::as_str);
        fill(self.template(&phrase.key), |name| Some(value(phrase, name).unwrap_or_else(|| any(name)).to_owned()))
    }

    /// Several texts under one key, for example a step's paragraphs.
    pub fn list(&self, key: &str, values: &Phrase) -> Vec<String> {
        let present = |index: &usize| self.contains(&format!("{key}.{index}"));
        let said = |index| self.say(&Phrase { key: format!("{key}.{index}"), values: values.values.clone() });
        (0..).take_while(present).map(said).collect()
    }

    /// A command to copy: values are checked and quoted for the shell; what is missing or does not parse
    /// stays a placeholder, `<name>`.
    pub fn command(&self, phrase: &Phrase) -> String {
        command::fill(self.template(&phrase.key), phrase)
    }

    fn template(&self, key: &str) -> &'static str {
        let text = self.table().get(key).map(String::as_str);
        debug_assert!(text.is_some(), "no text `{key}`");
        text.unwrap_or_default()
    }
}

fn value<'a>(phrase: &'a Phrase, name: &str) -> Option<&'a str> {
    phrase.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Replaces `{name}` where `name` is made of `a-z._-`; other braces are PowerShell's and stay.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let name = after[1..].split('}').next().unwrap_or_default();
        let named = !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'_' | b'-'));
        let closed = after.len() > name.len() + 1;
        match (named && closed).then(|| value(name)).flatten() {
            Some(value) => {
                out.push_str(&value);
                rest = &after[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &after[1..];
            }
        }
    }
    out + rest
}

fn flatten(prefix: &str, value: toml::Value, table: &mut Table) {
    let join = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    match value {
        toml::Value::String(text) => {
            table.insert(prefix.to_owned(), text);
        }
        toml::Value::Table(fields) => fields.into_iter().for_each(|(key, value)| flatten(&join(&key), value, table)),
        toml::Value::Array(list) => {
            list.into_iter().enumerate().for_each(|(index, value)| flatten(&join(&index.to_string()), value, table));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_placeholders_are_filled() {
        let filled = fill("{user} @{ a = 1 } {} {User} {user", |name| Some(format!("<{name}>")));
        assert_eq!(filled, "<user> @{ a = 1 } {} {User} {user");
    }

    #[test]
    fn every_text_file_parses() {
        for source in [ENGLISH, steps::SOURCE] {
            source.parse::<toml::Table>().unwrap();
        }
    }
}
