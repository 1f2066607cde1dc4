//! What a tenant's administrator is asked to do: facts in, text out, as a note or as a script that can be run twice.
//! A value goes into a script only after it parsed as what it is, and quoted; what is not known stays a placeholder
//! that the script refuses to run with. Nothing is read, written or asked here.

mod facts;
mod note;
mod script;
mod value;

pub use facts::{Facts, Refusal};

use crate::language::Texts;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Markdown,
    PowerShell,
    AzCli,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Markdown, Self::PowerShell, Self::AzCli];

    pub fn id(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::PowerShell => "powershell",
            Self::AzCli => "azcli",
        }
    }

    /// The name that the text itself goes by.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Markdown => "smtp-oauth-handover.md",
            Self::PowerShell => "smtp-oauth-handover.ps1",
            Self::AzCli => "smtp-oauth-handover.sh",
        }
    }

    /// What a file must begin with. Windows PowerShell 5.1 takes a script for one in the system's own encoding unless
    /// it has a byte order mark (about_Character_Encoding): Japanese would swallow the end of a line.
    pub fn mark(self, text: &str) -> &'static str {
        if self == Self::PowerShell && !text.is_ascii() { "\u{feff}" } else { "" }
    }
}

/// The whole text. `command` is what makes the same as a script, for the note to name.
pub fn text(format: Format, facts: &Facts, texts: &Texts, command: &str) -> String {
    match format {
        Format::Markdown => note::text(facts, texts, command),
        Format::PowerShell => script::powershell(facts, texts),
        Format::AzCli => script::azcli(facts, texts),
    }
}

#[cfg(test)]
mod tests;
