//! The values at the top of a script: one assignment a line, quoted for the script's language, and beside a
//! placeholder the reason why it is one.

use super::facts::Facts;
use crate::{language::Texts, phrase::Phrase, product::app::Platform, shell};

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
            Some(known) => Self::known(known.to_string()),
            None => Self { text: format!("<{name}>"), missing: Some(name) },
        }
    }

    pub fn known(text: impl Into<String>) -> Self {
        Self { text: text.into(), missing: None }
    }

    pub fn why(&self, texts: &Texts) -> Option<String> {
        self.missing.map(|name| texts.say(&Phrase::new(format!("handover.missing.{name}"))))
    }
}

/// How a script's language writes values down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    PowerShell,
    Posix,
}

impl Syntax {
    pub fn quoted(self, text: &str) -> String {
        match self {
            Self::PowerShell => shell::powershell(text),
            Self::Posix => shell::quoted(text),
        }
    }

    pub fn assign(self, texts: &Texts, name: &str, value: &Value) -> String {
        self.line(name, &self.quoted(&value.text), value.why(texts))
    }

    /// None of the values has a space in it: in a POSIX shell it stands between them.
    pub fn assign_list(self, texts: &Texts, name: &str, values: &[Value]) -> String {
        let each = values.iter().map(|value| value.text.as_str());
        let right = match self {
            Self::PowerShell => format!("@({})", each.map(shell::powershell).collect::<Vec<_>>().join(", ")),
            Self::Posix => shell::quoted(&each.collect::<Vec<_>>().join(" ")),
        };
        self.line(name, &right, values.iter().find_map(|value| value.why(texts)))
    }

    fn line(self, name: &str, right: &str, why: Option<String>) -> String {
        let left = match self {
            Self::PowerShell => format!("${name} = "),
            Self::Posix => format!("{name}="),
        };
        left + right + &why.map(|why| format!("  # {why}")).unwrap_or_default()
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
            Ok(uri) => Value::known(uri.to_string()),
            Err(shape) => Value { text: format!("<{shape}>"), missing: Some("redirect_uri") },
        })
        .collect()
    }
}
