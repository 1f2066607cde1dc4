//! Something to be said to a person, before a language is chosen: a key of `language/` and the
//! values to fill in. Pure modules speak in phrases; `language` turns them into sentences when
//! a screen or a JSON document is made, so that switching the language needs no new evidence.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// A key of the text tables, for example `evidence.tenant-found`.
    pub key: String,
    /// Placeholder and value; a text names the placeholder as `{placeholder}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
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
