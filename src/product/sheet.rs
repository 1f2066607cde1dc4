//! The vendor's own settings screen, field by field in the vendor's words, and where the value of each comes from.

use serde::Deserialize;

/// One screen of the product, or one part of it, in the order in which it is filled in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Where it is, as the product names it; and the same in English, where the product speaks Japanese.
    pub screen: String,
    pub en: Option<String>,
    /// The words are this program's own: no vendor's screen has them.
    #[serde(default)]
    pub ours: bool,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// As the product names it; and the same in English.
    pub name: String,
    pub en: Option<String>,
    /// What to type or to choose; `{name}` is filled in. Without one, whatever one likes.
    pub value: Option<String>,
    /// The same in English, where it is a choice in the product's words.
    pub value_en: Option<String>,
}

impl Field {
    /// Whether what stands there is a secret.
    pub fn is_secret(&self) -> bool {
        self.value.as_ref().is_some_and(|value| value.contains("{client_secret}"))
    }
}
