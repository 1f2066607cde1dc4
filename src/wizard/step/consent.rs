//! Consent by device code. Enters with a request for a code, or goes on with one that still runs; polls
//! until the person has approved, declined or let it expire; ends when the tokens are at hand. Every
//! trouble on the way is shown, and nothing is given up that passes by itself.

use std::time::Duration;

use super::{Go, Page, Turn, go_on, go_to, primary, secondary, words};
use crate::{
    checklist::Item,
    diagnosis::{Cause, Certainty},
    entra::{
        Failure,
        device::{self, DeviceCode, Polled, Trouble},
        grant::Tokens,
        wire::Answer,
    },
    network::NetworkFailure,
    phrase::Phrase,
    wizard::{
        blame,
        desk::Desk,
        effect::{Effect, Outcome, Report, Ticket},
        message::Message,
        screen::{Act, Action, Block, Key, Tone},
        tokens, verdict,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    phase: Phase,
    /// Troubles in a row, and the last of them.
    hiccups: u32,
    trouble: Option<Phrase>,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Requesting(Ticket),
    /// A code is out; the ticket is the pause's or the poll's.
    Running(Ticket),
    /// No code runs.
    Stopped(Box<Stop>),
    /// Signed in before: the tokens are at hand.
    Granted,
}

/// Why no code runs.
#[derive(Debug, Clone, PartialEq)]
struct Stop {
    why: Phrase,
    /// The item to look at.
    item: Item,
    outcome: Outcome,
    /// What the authority said, whole.
    failure: Option<Failure>,
    causes: Vec<Cause>,
}

impl Stop {
    fn new(why: Phrase, item: Item, outcome: Outcome) -> Self {
        Self { why, item, outcome, failure: None, causes: Vec::new() }
    }

    fn unreachable(desk: &Desk, failure: &NetworkFailure) -> Self {
        let causes = blame::unreachable(desk, failure);
        Self { causes, ..Self::new(verdict::unreachable(failure), Item::Network, Outcome::Unreachable) }
    }

    /// The authority's refusal, with what it is put down to.
    fn refused(desk: &Desk, why: Phrase, outcome: Outcome, failure: Failure) -> Self {
        let causes = blame::refusal(desk, &failure, blame::DEVICE_CODE);
        let item = blame::blamed(&causes).unwrap_or(Item::Consent);
        Self { why, item, outcome, failure: Some(failure), causes }
    }

    /// Whether the authority itself has shown the item to be wrong.
    fn is_shown(&self) -> bool {
        self.causes.first().is_none_or(|cause| cause.certainty < Certainty::Possible)
    }
}

impl Consent {
    pub fn enter(desk: &mut Desk, now: i64) -> (Self, Turn) {
        let mut step = Self { phase: Phase::Granted, hiccups: 0, trouble: None };
        desk.draft.expire(now);
        let anew = std::mem::take(&mut desk.anew);
        let turn = if desk.draft.secrets.tokens.is_some() && !anew {
            desk.draft.checklist.prove(Item::Consent, Phrase::new("evidence.token-at-hand"));
            Turn::stay()
        } else if let Some(code) = desk.draft.secrets.device.clone() {
            step.pause(desk, &code, device::pause(&code), now)
        } else {
            step.request(desk)
        };
        (step, turn)
    }

    fn request(&mut self, desk: &mut Desk) -> Turn {
        desk.draft.secrets.device = None;
        (self.hiccups, self.trouble) = (0, None);
        let secret = desk.draft.secrets.client_secret.clone();
        match desk.draft.settings.registration(secret) {
            Ok(registration) => {
                let request = device::request(&registration, &desk.draft.settings.scopes());
                let ticket = desk.ticket();
                self.phase = Phase::Requesting(ticket);
                Turn::asking(Effect::Fetch(ticket, request))
            }
            Err(missing) => {
                let item = if missing.0 == "tenant" { Item::Tenant } else { Item::ClientId };
                let why = Phrase::new("consent.missing").with("key", missing.0);
                self.phase = Phase::Stopped(Box::new(Stop::new(why, item, Outcome::Incomplete)));
                Turn::stay()
            }
        }
    }

    /// Never beyond the code's end, which is to be noticed when it comes.
    fn pause(&mut self, desk: &mut Desk, code: &DeviceCode, pause: Duration, now: i64) -> Turn {
        let left = u64::try_from(code.expires_at - now).unwrap_or(0);
        let pause = pause.min(Duration::from_secs(left));
        let ticket = desk.ticket();
        self.phase = Phase::Running(ticket);
        Turn::asking(Effect::Wait(ticket, pause))
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match (message, &self.phase) {
            (Message::Continue, Phase::Granted) => Turn::next(),
            (Message::Retry, Phase::Running(ticket)) => {
                let ticket = *ticket;
                desk.hand_back(ticket);
                let mut turn = self.request(desk);
                turn.effects.insert(0, Effect::Cancel(ticket));
                turn
            }
            (Message::Retry, Phase::Stopped(..)) => self.request(desk),
            (Message::Retry, Phase::Granted) => self.request(desk),
            (Message::Cancel, Phase::Running(ticket) | Phase::Requesting(ticket)) => {
                let ticket = *ticket;
                desk.hand_back(ticket);
                desk.draft.secrets.device = None;
                let stop = Stop::new(Phrase::new("consent.cancelled"), Item::Consent, Outcome::SignIn);
                self.phase = Phase::Stopped(Box::new(stop));
                Turn::asking(Effect::Cancel(ticket))
            }
            (Message::GoTo(item), Phase::Stopped(..)) => Turn::go(Go::Mend(item)),
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Requesting(_)) => self.issued(desk, outcome, now),
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Running(_)) => self.polled(desk, outcome, now),
            (Message::Reported(_, Report::Waited), Phase::Running(_)) => self.poll(desk),
            _ => Turn::stay(),
        }
    }

    fn issued(&mut self, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Turn {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => return self.stop(desk, Stop::unreachable(desk, &failure)),
        };
        match device::read(&answer, now) {
            Ok(code) => {
                let mut turn = self.pause(desk, &code, device::pause(&code), now);
                desk.draft.secrets.device = Some(code);
                // A dropped line from here on must not cost the code.
                turn.effects.push(Effect::KeepDraft(Box::new(desk.draft.clone())));
                turn
            }
            Err(failure) => self.refused(desk, failure),
        }
    }

    /// Once more when the code has run out by this machine's clock: the authority says so itself, or still takes it.
    fn poll(&mut self, desk: &mut Desk) -> Turn {
        let secret = desk.draft.secrets.client_secret.clone();
        let registration = desk.draft.settings.registration(secret);
        match (desk.draft.secrets.device.clone(), registration) {
            (Some(code), Ok(registration)) => {
                let ticket = desk.ticket();
                self.phase = Phase::Running(ticket);
                Turn::asking(Effect::Fetch(ticket, device::poll(&registration, &code)))
            }
            _ => self.expired(desk),
        }
    }

    fn polled(&mut self, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Turn {
        let Some(mut code) = desk.draft.secrets.device.clone() else { return self.expired(desk) };
        let polled = device::polled(&mut code, outcome, self.hiccups, now);
        desk.draft.secrets.device = Some(code.clone());
        let over = code.expires_at <= now;
        match polled {
            Polled::Pending | Polled::Trouble(..) if over => self.expired(desk),
            Polled::Granted(granted) => self.granted(desk, granted),
            Polled::Pending => {
                (self.hiccups, self.trouble) = (0, None);
                self.pause(desk, &code, device::pause(&code), now)
            }
            Polled::Trouble(trouble, pause) => {
                self.hiccups += 1;
                self.trouble = Some(match trouble {
                    Trouble::Network(failure) => verdict::unreachable(&failure),
                    Trouble::Server(failure) => {
                        Phrase::new("consent.server-trouble").with("summary", failure.summary())
                    }
                });
                self.pause(desk, &code, pause, now)
            }
            Polled::Declined(failure) => {
                let why = Phrase::new("consent.declined").with("summary", failure.summary());
                self.stop(desk, Stop::refused(desk, why, Outcome::SignIn, failure))
            }
            Polled::Expired(failure) => {
                let why = Phrase::new("consent.expired");
                self.stop(desk, Stop::refused(desk, why, Outcome::SignIn, failure))
            }
            Polled::Refused(failure) => self.refused(desk, failure),
            Polled::Unreachable(failure) => self.stop(desk, Stop::unreachable(desk, &failure)),
        }
    }

    fn granted(&mut self, desk: &mut Desk, granted: Tokens) -> Turn {
        desk.drop_tokens();
        desk.draft.secrets.tokens = Some(granted);
        desk.draft.checklist.prove(Item::Consent, Phrase::new("evidence.consent"));
        if desk.draft.secrets.client_secret.is_none() {
            desk.draft.checklist.prove(Item::PublicClient, Phrase::new("evidence.public-client-on"));
        } else {
            desk.draft.checklist.not_needed(Item::PublicClient, Phrase::new("evidence.secret-used"));
        }
        tokens::weigh(desk);
        self.phase = Phase::Granted;
        desk.notices = vec![(Tone::Success, Phrase::new("evidence.consent"))];
        Turn::next()
    }

    /// By this machine's clock, when the authority does not say so itself.
    fn expired(&mut self, desk: &mut Desk) -> Turn {
        self.stop(desk, Stop::new(Phrase::new("consent.expired"), Item::Consent, Outcome::SignIn))
    }

    /// The authority's own refusal, with the item it speaks of where its number tells.
    fn refused(&mut self, desk: &mut Desk, failure: Failure) -> Turn {
        let described = |key: &str| Phrase::new(key).with("summary", failure.summary()).with("said", failure.said());
        let stop = match verdict::obstacle(&failure) {
            Some(obstacle) => {
                Stop { failure: Some(failure), ..Stop::new(obstacle, Item::Network, Outcome::Unreachable) }
            }
            None if failure.is_passing() => {
                let why = described("consent.later");
                Stop { failure: Some(failure), ..Stop::new(why, Item::Consent, Outcome::Temporary) }
            }
            None => Stop::refused(desk, described("consent.refused"), Outcome::SignIn, failure),
        };
        self.stop(desk, stop)
    }

    fn stop(&mut self, desk: &mut Desk, stop: Stop) -> Turn {
        desk.draft.secrets.device = None;
        let evidence = stop.causes.first().map_or_else(|| stop.why.clone(), |cause| cause.headline.clone());
        match stop.item {
            Item::Consent => {}
            Item::Network if stop.failure.is_some() => desk.draft.checklist.note(Item::Network, stop.why.clone()),
            item if !stop.is_shown() => desk.draft.checklist.note(item, evidence),
            item => desk.draft.checklist.fail(item, evidence),
        }
        self.phase = Phase::Stopped(Box::new(stop));
        Turn::stay()
    }

    pub fn outcome(&self) -> Option<Outcome> {
        match &self.phase {
            Phase::Stopped(stop) => Some(stop.outcome),
            _ => None,
        }
    }

    pub fn page(&self, desk: &Desk, now: i64) -> Page {
        match &self.phase {
            Phase::Requesting(_) => Page {
                blocks: words("consent", desk),
                busy: Some(desk.word("busy.device-code")),
                actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
                ..Page::default()
            },
            Phase::Running(_) => self.running(desk, now),
            Phase::Stopped(stop) => stopped(desk, stop),
            Phase::Granted => Page {
                blocks: vec![Block::Note { tone: Tone::Success, text: desk.word("consent.at-hand") }],
                actions: vec![
                    go_on(desk),
                    secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Retry),
                ],
                ..Page::default()
            },
        }
    }

    fn running(&self, desk: &Desk, now: i64) -> Page {
        let Some(code) = &desk.draft.secrets.device else { return Page::default() };
        let mut blocks = words("consent", desk);
        blocks.push(Block::Link { label: desk.word("consent.open"), url: code.verification_uri.clone() });
        blocks.push(Block::UserCode { label: desk.word("consent.type"), code: code.user_code.clone() });
        blocks.push(Block::Qr(code.verification_uri.clone()));
        let left = Phrase::new("consent.left").with("time", minutes(code.expires_at - now));
        blocks.push(Block::Text(desk.say(&left)));
        if let Some(trouble) = &self.trouble {
            blocks.push(Block::Note { tone: Tone::Warning, text: desk.say(trouble) });
        }
        blocks.push(Block::Note { tone: Tone::Info, text: desk.word("consent.warning") });
        Page {
            blocks,
            busy: Some(desk.word("busy.consent")),
            ticks: true,
            actions: vec![
                secondary(Key::Letter('n'), desk.word("action.new-code"), Message::Retry),
                secondary(Key::Letter('b'), desk.word("action.browser"), Message::ShowBrowser),
                secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel),
            ],
            ..Page::default()
        }
    }
}

fn stopped(desk: &Desk, stop: &Stop) -> Page {
    // The mail server's step can do nothing about the authority.
    let item = Some(stop.item).filter(|item| *item != Item::Network);
    let mut actions: Vec<Action> = item.and_then(|item| go_to(desk, item, "consent")).into_iter().collect();
    actions.push(primary(Key::Enter, desk.word("action.new-code"), Act::Send(Message::Retry)));
    let mut blocks = vec![Block::Note { tone: Tone::Failure, text: desk.say(&stop.why) }];
    blocks.extend(verdict::blocks(desk, &stop.causes));
    blocks.extend(stop.failure.as_ref().and_then(|failure| traced(desk, failure)));
    Page { blocks, actions, ..Page::default() }
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

/// `14:05`.
fn minutes(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
