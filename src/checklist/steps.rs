//! The steps of the path, as data: `steps.toml`. A step says what kind it is and which items it
//! settles; its words stand in the same entry and are asked for by the place they stand at
//! (`steps.mailbox.title`). A step of a known kind is one entry there and one word in a product's path.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::Item;
use crate::way::Way;

pub const SOURCE: &str = include_str!("steps.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub kind: Kind,
    /// What a `read` step asks for.
    pub field: Option<Field>,
    /// The key of an answers file that answers it.
    pub key: Option<String>,
    /// The items it settles; a failure of one of them leads back here.
    #[serde(default)]
    pub items: Vec<Item>,
    /// Items that do not apply with this step's way of doing it; said when the step is done.
    #[serde(default)]
    pub not_needed: Vec<Item>,
    /// Left out with any other way of consent; empty for all.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// Left out unless this holds.
    #[serde(rename = "if")]
    pub condition: Option<Condition>,
    // Words, read by `language`; listed here so that a misspelt key is found.
    #[expect(dead_code, reason = "read by key, as texts")]
    title: String,
    #[expect(dead_code, reason = "read by key, as texts")]
    #[serde(default)]
    text: Vec<String>,
    #[serde(default)]
    pub clicks: Vec<String>,
    #[serde(default)]
    pub commands: Vec<Command>,
    #[expect(dead_code, reason = "read by key, as texts")]
    question: Option<String>,
    #[expect(dead_code, reason = "read by key, as texts")]
    hint: Option<String>,
    #[expect(dead_code, reason = "read by key, as texts")]
    #[serde(default)]
    not_needed_why: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    #[expect(dead_code, reason = "read by key, as texts")]
    label: String,
    #[expect(dead_code, reason = "read by key, as texts")]
    text: String,
}

/// What a step does; `wizard/step/` has a file for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One of several.
    Choose,
    /// A value is typed, checked, and probed where it can be.
    Read,
    /// Something to do elsewhere; the person says when it is done.
    Ask,
    Consent,
    Token,
    Connect,
    Message,
    Save,
    Done,
}

/// A value that is typed; `wizard/step/field.rs` knows how each is checked, kept and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    Mailbox,
    Authority,
    CaFile,
    SmtpServer,
    Tenant,
    ClientId,
    Scopes,
    ClientSecret,
    SecretExpires,
    RedirectUri,
    /// Where the product itself is sent the browser back to: not typed, only confirmed and probed.
    ProductRedirect,
    CertificateFile,
    CertificateKeyFile,
    Password,
    Sender,
    /// Where users reach the vendor's product.
    BaseUrl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The sender is another address than the SMTP user.
    OtherSender,
    /// A mail server that somebody named could not be talked to, or public sources do not agree on its name.
    ServerInDoubt,
    /// Public sources do not agree on what to ask for.
    ScopesInDoubt,
    /// Another cloud than the worldwide one, or none that the mailbox was found in.
    CloudInDoubt,
    /// A client secret was given, and it will end one day.
    SecretGiven,
    /// High Volume Email, or any other mailbox.
    Hve,
    NotHve,
    /// There is more than one way of consent to choose from.
    SeveralWays,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static STEPS: LazyLock<BTreeMap<String, Step>> = LazyLock::new(|| toml::from_str(SOURCE).expect("steps.toml"));

pub fn find(id: &str) -> Option<&'static Step> {
    STEPS.get(id)
}

pub fn all() -> impl Iterator<Item = (&'static str, &'static Step)> {
    STEPS.iter().map(|(id, step)| (id.as_str(), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_reads_says_what() {
        for (id, step) in all() {
            assert_eq!(step.kind == Kind::Read, step.field.is_some(), "{id}");
        }
    }
}
