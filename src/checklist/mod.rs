//! The checklist: which items there are, and what is known of each. An item's state always comes
//! with the evidence for it.

pub mod steps;
mod switch;

use std::collections::{BTreeMap, BTreeSet};

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
    /// Unix seconds: when the state was last found out. Not known of what an earlier version kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
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

    /// That a product's own redirect URI is registered: of the step `web-redirect`.
    pub fn product_redirect() -> Option<Self> {
        Self::find("product:web-redirect")
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
#[derive(Debug, Clone, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checklist {
    findings: BTreeMap<Item, Finding>,
    /// Unix seconds, as told last; findings are dated by it.
    #[serde(skip)]
    now: i64,
    /// What was found out since it began anew; evidence from before that is replaced, not added to.
    #[serde(skip)]
    anew: Option<BTreeSet<Item>>,
}

/// The same is known; when it was looked at does not count.
impl PartialEq for Checklist {
    fn eq(&self, other: &Self) -> bool {
        self.findings == other.findings
    }
}

impl Checklist {
    pub fn state(&self, item: Item) -> State {
        self.findings.get(&item).map_or(State::Open, |finding| finding.state)
    }

    pub fn evidence(&self, item: Item) -> &[Phrase] {
        self.findings.get(&item).map_or(&[], |finding| &finding.evidence)
    }

    /// When the item's state was found out (Unix seconds).
    pub fn found_at(&self, item: Item) -> Option<i64> {
        self.findings.get(&item)?.at
    }

    /// What is found out from here on is found out at `now`.
    pub fn tell_time(&mut self, now: i64) {
        self.now = now;
    }

    /// Everything is found out anew: what comes takes the place of what was known of an item.
    pub fn begin_anew(&mut self) {
        self.anew = Some(BTreeSet::new());
    }

    /// Whether the state was found out since it began anew.
    pub fn is_anew(&self, item: Item) -> bool {
        self.anew.as_ref().is_some_and(|anew| anew.contains(&item))
    }

    /// As it was known before.
    pub fn put_back(&mut self, item: Item, before: &Self) {
        if let Some(anew) = self.anew.as_mut().filter(|_| !before.is_anew(item)) {
            anew.remove(&item);
        }
        match before.findings.get(&item) {
            Some(finding) => self.findings.insert(item, finding.clone()),
            None => self.findings.remove(&item),
        };
    }

    fn find(&mut self, item: Item, state: State, evidence: Vec<Phrase>) -> &mut Finding {
        let found = Finding { state, evidence, at: Some(self.now).filter(|now| *now != 0) };
        if let Some(anew) = &mut self.anew {
            anew.insert(item);
        }
        let finding = self.findings.entry(item).or_default();
        *finding = found;
        finding
    }

    /// Shown to be so. Evidence gathered by several probes adds up; evidence of a failure that is mended does not stay.
    pub fn prove(&mut self, item: Item, evidence: Phrase) {
        let known = self.findings.remove(&item).filter(|finding| finding.state == State::Proven);
        let counts = known.filter(|_| self.anew.is_none() || self.is_anew(item));
        let finding = self.find(item, State::Proven, counts.map(|finding| finding.evidence).unwrap_or_default());
        if !finding.evidence.contains(&evidence) {
            finding.evidence.push(evidence);
        }
    }

    pub fn fail(&mut self, item: Item, evidence: Phrase) {
        self.find(item, State::Failed, vec![evidence]);
    }

    pub fn not_needed(&mut self, item: Item, why: Phrase) {
        self.find(item, State::NotNeeded, vec![why]);
    }

    /// The person says so. It does not undo a proof.
    pub fn attest(&mut self, item: Item, evidence: Phrase) {
        if self.state(item) != State::Proven {
            self.find(item, State::Attested, vec![evidence]);
        }
    }

    /// A probe could not tell: the state stays, the attempt is on record.
    pub fn note(&mut self, item: Item, evidence: Phrase) {
        let finding = self.findings.entry(item).or_default();
        if !finding.evidence.contains(&evidence) {
            finding.evidence.push(evidence);
        }
    }

    /// What the item rested on has changed.
    pub fn reopen(&mut self, item: Item) {
        self.findings.remove(&item);
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

    #[test]
    fn what_is_found_out_has_its_time_and_anew_it_takes_the_place_of_what_was_known() {
        let mut list = Checklist::default();
        list.tell_time(1000);
        list.prove(Item::ClientId, Phrase::new("known"));
        list.note(Item::ClientId, Phrase::new("no answer"));
        list.tell_time(2000);
        list.note(Item::ClientId, Phrase::new("no answer either"));
        assert_eq!(list.found_at(Item::ClientId), Some(1000));
        list.begin_anew();
        list.prove(Item::ClientId, Phrase::new("issued"));
        list.prove(Item::ClientId, Phrase::new("used"));
        assert_eq!(list.found_at(Item::ClientId), Some(2000));
        assert_eq!(list.evidence(Item::ClientId), [Phrase::new("issued"), Phrase::new("used")]);
    }
}
