//! The checklist: which items there are, and what is known of each. An item's state always comes
//! with the evidence for it.

use serde::{Deserialize, Serialize};

use crate::phrase::Phrase;

/// The items, by the ids used everywhere: screens, JSON, causes and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    Mailbox,
    Tenant,
    ClientId,
    RedirectUri,
    PublicClient,
    Permission,
    ClientSecret,
    SmtpAuth,
    SendAs,
    Consent,
    Token,
    Audience,
    SmtpUser,
    Connection,
    Message,
    Clock,
    Network,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing known yet.
    #[default]
    Open,
    /// The user says so; nothing checked it.
    Attested,
    /// A probe or a later step showed it.
    Proven,
    /// Shown to be wrong.
    Failed,
    /// Does not apply here.
    NotNeeded,
}

/// What is known of one item, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Finding {
    pub state: State,
    pub evidence: Vec<Phrase>,
}
