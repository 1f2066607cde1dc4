//! Something to be said to a person, before a language is chosen: a key of `language/` and the
//! values to fill in. Pure modules speak in phrases; `language` turns them into sentences when
//! a screen or a JSON document is made, so that switching the language needs no new evidence.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// A key of the text tables, for example `evidence.tenant-found`.
    pub key: String,
    /// Placeholder and value; a text names the placeholder as `{placeholder}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
}

/// A unit variant by the name that documents and keys of texts have for it.
pub fn id(variant: impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A file up to its words in other languages, which are tables at its end under each language's code, `[ja]`. Reading
/// them all, which `language` does one by one, would take as long as reading all the rest.
pub fn before_words(file: &str) -> &str {
    let is_code = |name: &str| name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_lowercase());
    let words = |at: &usize| file[at + 2..].split(['.', ']']).next().is_some_and(is_code);
    let mut tables = file.match_indices("\n[").map(|(at, _)| at);
    tables.find(words).map_or(file, |at| &file[..at])
}

impl Phrase {
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), values: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, placeholder: &str, value: impl ToString) -> Self {
        self.values.push((placeholder.to_owned(), value.to_string()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_another_language_begin_with_its_code() {
        for words in ["\n[ja]\nlabel = \"\"", "\n[de.steps]", "\n[de]\n[ja]"] {
            assert_eq!(
                before_words(&format!("id = 1\n[app]\n[[notes]]\n[a.ja]{words}")),
                "id = 1\n[app]\n[[notes]]\n[a.ja]"
            );
        }
        assert_eq!(before_words("[example]\nx = 1\n"), "[example]\nx = 1\n");
    }
}
