//! The checklist: which items there are, and what is known of each. An item's state always comes
//! with the evidence for it.

pub mod steps;
mod switch;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use switch::Switch;

use crate::phrase::Phrase;

/// The items, by the ids used everywhere: screens, JSON, causes and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// What one product alone has, `product:ID`.
    Product(Switch),
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

impl Item {
    /// Those that every product has.
    pub const ALL: [Self; 17] = [
        Self::Mailbox,
        Self::Tenant,
        Self::ClientId,
        Self::RedirectUri,
        Self::PublicClient,
        Self::Permission,
        Self::ClientSecret,
        Self::SmtpAuth,
        Self::SendAs,
        Self::Consent,
        Self::Token,
        Self::Audience,
        Self::SmtpUser,
        Self::Connection,
        Self::Message,
        Self::Clock,
        Self::Network,
    ];

    /// The id as it is written everywhere, for example `smtp-auth`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Tenant => "tenant",
            Self::ClientId => "client-id",
            Self::RedirectUri => "redirect-uri",
            Self::PublicClient => "public-client",
            Self::Permission => "permission",
            Self::ClientSecret => "client-secret",
            Self::SmtpAuth => "smtp-auth",
            Self::SendAs => "send-as",
            Self::Consent => "consent",
            Self::Token => "token",
            Self::Audience => "audience",
            Self::SmtpUser => "smtp-user",
            Self::Connection => "connection",
            Self::Message => "message",
            Self::Clock => "clock",
            Self::Network => "network",
            Self::Product(switch) => switch.id(),
        }
    }

    /// The item of this id.
    pub fn find(id: &str) -> Option<Self> {
        let common = Self::ALL.into_iter().find(|item| item.id() == id);
        common.or_else(|| Switch::find(id).map(Self::Product))
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::find(&id).ok_or_else(|| de::Error::custom(format!("`{id}` is no item")))
    }
}

impl State {
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Attested => "attested",
            Self::Proven => "proven",
            Self::Failed => "failed",
            Self::NotNeeded => "not-needed",
        }
    }
}

/// What is known of every item. An item nobody spoke of is open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checklist(BTreeMap<Item, Finding>);

impl Checklist {
    pub fn state(&self, item: Item) -> State {
        self.0.get(&item).map_or(State::Open, |finding| finding.state)
    }

    pub fn evidence(&self, item: Item) -> &[Phrase] {
        self.0.get(&item).map_or(&[], |finding| &finding.evidence)
    }

    /// Shown to be so. Evidence gathered by several probes adds up; evidence of a failure that is mended does not stay.
    pub fn prove(&mut self, item: Item, evidence: Phrase) {
        let finding = self.0.entry(item).or_default();
        if finding.state != State::Proven {
            *finding = Finding { state: State::Proven, evidence: Vec::new() };
        }
        if !finding.evidence.contains(&evidence) {
            finding.evidence.push(evidence);
        }
    }

    pub fn fail(&mut self, item: Item, evidence: Phrase) {
        self.0.insert(item, Finding { state: State::Failed, evidence: vec![evidence] });
    }

    pub fn not_needed(&mut self, item: Item, why: Phrase) {
        self.0.insert(item, Finding { state: State::NotNeeded, evidence: vec![why] });
    }

    /// The person says so. It does not undo a proof.
    pub fn attest(&mut self, item: Item, evidence: Phrase) {
        if self.state(item) != State::Proven {
            self.0.insert(item, Finding { state: State::Attested, evidence: vec![evidence] });
        }
    }

    /// A probe could not tell: the state stays, the attempt is on record.
    pub fn note(&mut self, item: Item, evidence: Phrase) {
        let finding = self.0.entry(item).or_default();
        if !finding.evidence.contains(&evidence) {
            finding.evidence.push(evidence);
        }
    }

    /// What the item rested on has changed.
    pub fn reopen(&mut self, item: Item) {
        self.0.remove(&item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_ones_that_files_hold() {
        for item in Item::ALL {
            assert_eq!(serde_json::to_value(item).unwrap(), item.id());
        }
        for state in [State::Open, State::Attested, State::Proven, State::Failed, State::NotNeeded] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.id());
        }
    }

    #[test]
    fn a_word_does_not_undo_a_proof_and_a_proof_replaces_a_failure() {
        let mut list = Checklist::default();
        list.fail(Item::SmtpAuth, Phrase::new("refused"));
        list.prove(Item::SmtpAuth, Phrase::new("accepted"));
        list.attest(Item::SmtpAuth, Phrase::new("said so"));
        assert_eq!(list.state(Item::SmtpAuth), State::Proven);
        assert_eq!(list.evidence(Item::SmtpAuth), [Phrase::new("accepted")]);
    }
}
