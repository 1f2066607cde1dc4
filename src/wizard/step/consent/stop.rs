//! Why no way of consent runs, what that is put down to, and what can be done about it. Which way is tried next is the
//! person's to say.

use super::{
    super::{Page, lead, primary, secondary, token},
    lacks_password,
};
use crate::{
    account::settings::Missing,
    checklist::Item,
    diagnosis::{self, Cause},
    entra::{Failure, failure::Form},
    network::NetworkFailure,
    phrase::Phrase,
    way::Way,
    wizard::{
        blame,
        desk::Desk,
        effect::Outcome,
        ladder,
        message::Message,
        screen::{Act, Block, Key, Tone},
        verdict,
    },
};

/// Why nothing runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    pub why: Phrase,
    /// The item to look at.
    pub item: Item,
    pub outcome: Outcome,
    /// What the authority said, whole.
    pub failure: Option<Failure>,
    pub causes: Vec<Cause>,
}

impl Stop {
    pub fn new(why: Phrase, item: Item, outcome: Outcome) -> Self {
        Self { why, item, outcome, failure: None, causes: Vec::new() }
    }

    pub fn missing(missing: Missing) -> Self {
        let item = if missing.0 == "tenant" { Item::Tenant } else { Item::ClientId };
        Self::new(Phrase::new("consent.missing").with("key", missing.0), item, Outcome::Incomplete)
    }

    pub fn unreachable(desk: &Desk, failure: &NetworkFailure) -> Self {
        let causes = blame::unreachable(desk, failure);
        Self { causes, ..Self::new(verdict::unreachable(failure), Item::Network, Outcome::of(failure)) }
    }

    /// The authority's refusal of this flow, for the reason given, with what it is put down to.
    pub fn because(desk: &Desk, why: Phrase, failure: Failure, flow: &str) -> Self {
        let causes = blame::refusal(desk, &failure, flow);
        let item = blame::blamed(&causes).unwrap_or(Item::Consent);
        Self { why, item, outcome: Outcome::SignIn, failure: Some(failure), causes }
    }

    /// The authority's own refusal, with the item it speaks of where its number tells.
    pub fn refused(desk: &Desk, failure: Failure, flow: &str) -> Self {
        let described = |key: &str| Phrase::new(key).with("summary", failure.summary()).with("said", failure.said());
        match verdict::obstacle(&failure).filter(|_| !failure.is_passing()) {
            Some(obstacle) => {
                let causes = blame::refusal(desk, &failure, flow);
                Self { failure: Some(failure), causes, ..Self::new(obstacle, Item::Network, Outcome::Unreachable) }
            }
            None if failure.is_passing() => {
                let why = described("consent.later");
                Self { failure: Some(failure), ..Self::new(why, Item::Consent, Outcome::Temporary) }
            }
            None if failure.form != Form::OAuth => {
                let why = described("consent.garbled");
                Self { failure: Some(failure), ..Self::new(why, Item::Network, Outcome::Unreachable) }
            }
            None => Self::because(desk, described("consent.refused"), failure, flow),
        }
    }

    /// Whether the authority itself has shown the item to be wrong.
    pub fn is_shown(&self) -> bool {
        self.causes.is_empty() || diagnosis::likely(&self.causes).is_some()
    }

    pub fn mark(&self, desk: &mut Desk) {
        let evidence = self.causes.first().map_or_else(|| self.why.clone(), |cause| cause.headline.clone());
        match self.item {
            // Nobody was refused anything: it was stopped here, or the authority is busy.
            Item::Consent if self.causes.is_empty() || self.outcome != Outcome::SignIn => {}
            Item::Network if self.failure.is_some() => desk.draft.checklist.note(Item::Network, self.why.clone()),
            item if !self.is_shown() => desk.draft.checklist.note(item, evidence),
            item => desk.draft.checklist.fail(item, evidence),
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        // The mail server's step can do nothing about the authority.
        let item = Some(self.item).filter(|item| *item != Item::Network);
        let mut actions = Vec::new();
        // What was asked for was somebody's choice here, and no setting at the authority mends it.
        actions.extend(token::mends_scopes(desk));
        actions.extend(lead(desk, &self.causes, item, "consent"));
        let again = match desk.draft.way() {
            Way::DeviceCode => "action.new-code",
            Way::Password if lacks_password(desk) => "action.retype",
            _ => "action.retry",
        };
        actions.push(primary(Key::Enter, desk.word(again), Act::Send(Message::Retry)));
        actions
            .extend(ladder::offer(desk, &self.causes).map(|label| secondary(Key::Letter('w'), label, Message::Other)));
        let mut blocks = vec![Block::Note { tone: Tone::Failure, text: desk.say(&self.why) }];
        blocks.extend(verdict::blocks(desk, &self.causes));
        blocks.extend(self.failure.as_ref().and_then(|failure| traced(desk, failure)));
        Page { blocks, actions, ..Page::default() }
    }
}

/// What Microsoft's support needs to find the request again.
fn traced(desk: &Desk, failure: &Failure) -> Option<Block> {
    let codes: Vec<String> = failure.codes.iter().map(|code| format!("AADSTS{code}")).collect();
    let rows = [
        ("codes", Some(codes.join(" "))),
        ("suberror", failure.suberror.clone()),
        ("trace-id", failure.trace_id.clone()),
        ("correlation-id", failure.correlation_id.clone()),
        ("timestamp", failure.timestamp.clone()),
    ];
    let told = rows.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    let facts: Vec<_> = told.map(|(name, value)| (desk.word(&format!("trace.{name}")), value)).collect();
    (!facts.is_empty()).then_some(Block::Facts(facts))
}
