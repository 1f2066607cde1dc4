//! The values at the top of a script: one assignment a line, quoted for the script's language, and beside a
//! placeholder the reason why it is one.

use super::facts::Facts;
use crate::{language::Texts, phrase::Phrase, product::app::Platform};

/// A value as it goes into a text, or the placeholder in its place and what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub text: String,
    /// The key below `handover.missing`.
    pub missing: Option<&'static str>,
}

impl Value {
    pub fn of(known: Option<impl ToString>, name: &'static str) -> Self {
        match known {
            Some(known) => Self { text: known.to_string(), missing: None },
            None => Self { text: format!("<{name}>"), missing: Some(name) },
        }
    }

    pub fn why(&self, texts: &Texts) -> Option<String> {
        self.missing.map(|name| texts.say(&Phrase::new(format!("handover.missing.{name}"))))
    }
}

impl Facts {
    pub fn mailbox(&self) -> Value {
        Value::of(self.mailbox.as_ref(), "mailbox")
    }

    pub fn sender(&self) -> Value {
        Value::of(self.sender.as_ref().or(self.mailbox.as_ref()), "mailbox")
    }

    pub fn tenant(&self) -> Value {
        Value::of(self.tenant.as_ref(), "tenant")
    }

    /// The app's display name, which finds it again.
    pub fn app_name(&self) -> Value {
        let mailbox = self.mailbox();
        Value { text: format!("smtp-oauth {}", mailbox.text), ..mailbox }
    }

    pub fn redirects(&self, platform: Platform) -> Vec<Value> {
        let of = self.needs.redirects.iter().filter(|redirect| redirect.platform == platform);
        of.map(|redirect| match &redirect.uri {
            Ok(uri) => Value { text: uri.to_string(), missing: None },
            Err(shape) => Value { text: format!("<{shape}>"), missing: Some("redirect_uri") },
        })
        .collect()
    }
}
