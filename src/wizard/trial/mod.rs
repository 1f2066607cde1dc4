//! A conversation with the mail server, from the wizard's side: a renewal of the token first where it has run
//! out, the lines as they come, and what the end shows of the checklist. The connection test and the real
//! message share it.

mod experiments;
mod settle;

use std::time::Duration;

use super::{
    blame,
    desk::Desk,
    effect::{Conversing, Effect, Outcome, Report, Ticket},
    experiment::{self, Change, Tried, Trying},
    plan,
    renewing::{self, Came, Renewing},
    screen::{Block, Tone, TranscriptRow},
    tokens, verdict,
};
use crate::{
    account::Account,
    checklist::{Item, State},
    diagnosis::{self, Cause, Evidence},
    entra::{Failure, cloud},
    phrase::Phrase,
    report::Report as Telling,
    secret::Secret,
    smtp::{Conversation, Ending, Envelope, Line, Plan, Side, Stage, TlsFacts},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    phase: Phase,
    message: Option<Envelope>,
    lines: Vec<Line>,
    causes: Vec<Cause>,
    /// What the refusal is judged by.
    evidence: Evidence,
    /// What was tried once more, in order, and what runs.
    tried: Vec<Tried>,
    trying: Option<Trying>,
    /// The app's certificate or key is.
    unusable: bool,
}

/// Which token a conversation is had with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// The one at hand, unless it has run out.
    #[default]
    Living,
    /// One that is fetched now, where that takes nobody.
    New,
    /// The one at hand, which came a moment ago.
    AtHand,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Renewing(Renewing),
    Talking(Ticket),
    Ended(Box<Conversation>),
    /// There was no token to talk with, and why.
    Tokenless(Phrase, Outcome),
}

impl Trial {
    /// `None` when there is nothing to sign in with, and nothing to get it with: sign in first.
    pub fn begin(desk: &mut Desk, wanted: Wanted, message: Option<Envelope>, now: i64) -> Option<(Self, Effect)> {
        let expires_at = desk.draft.secrets.tokens.as_ref()?.expires_at;
        let needed = desk.draft.settings.server().map_or(0, |server| i64::from(cloud::min_life(&server.host)));
        // One that came while a clock was wrong may not be valid yet, or not any more; a new one shows the clock as well.
        let clock = desk.draft.checklist.state(Item::Clock) == State::Failed && wanted != Wanted::AtHand;
        let stale = clock || wanted == Wanted::New || expires_at < now + needed;
        match stale.then(|| Renewing::begin(desk, now)).flatten() {
            Some((renewing, effect)) => Some((Self::at(Phase::Renewing(renewing), message), effect)),
            None => Self::with_token_at_hand(desk, message, now),
        }
    }

    /// With which token to try again: what a refusal puts down to the token, no old one will mend.
    pub fn wanted(&self) -> Wanted {
        if self.tried.iter().any(|tried| tried.change == Change::Fresh && tried.ended.is_ok()) {
            return Wanted::AtHand;
        }
        let of_token = |cause: &Cause| plan::is_in_the_token(cause.item) || cause.item == Item::Token;
        match (&self.phase, diagnosis::likely(&self.causes)) {
            (Phase::Ended(_), Some(cause)) if of_token(cause) => Wanted::New,
            _ => Wanted::Living,
        }
    }

    /// The same without a renewal: `None` when the token at hand is dead.
    pub fn with_token_at_hand(desk: &mut Desk, message: Option<Envelope>, now: i64) -> Option<(Self, Effect)> {
        let lives = desk.draft.secrets.tokens.as_ref()?.expires_at > now;
        let (phase, effect) = if lives { talk(desk, message.clone())? } else { return None };
        Some((Self::at(phase, message), effect))
    }

    fn at(phase: Phase, message: Option<Envelope>) -> Self {
        let (lines, causes, tried) = (Vec::new(), Vec::new(), Vec::new());
        Self { phase, message, lines, causes, evidence: Evidence::default(), tried, trying: None, unusable: false }
    }

    pub fn ticket(&self) -> Option<Ticket> {
        match &self.phase {
            Phase::Renewing(renewing) => Some(renewing.ticket()),
            Phase::Talking(ticket) => Some(*ticket),
            Phase::Ended(_) | Phase::Tokenless(..) => None,
        }
    }

    pub fn runs(&self) -> bool {
        self.ticket().is_some()
    }

    pub fn renews(&self) -> bool {
        matches!(self.phase, Phase::Renewing(_))
    }

    /// Takes a report in.
    pub fn reported(&mut self, desk: &mut Desk, report: Report, now: i64) -> Vec<Effect> {
        match (report, &mut self.phase) {
            (report, Phase::Renewing(renewing)) => {
                let came = renewing.reported(desk, report, now);
                return self.renewed(desk, came);
            }
            (Report::Line(line), Phase::Talking(_)) => self.lines.push(line),
            (Report::Conversed(conversation), Phase::Talking(_)) => {
                self.lines.clone_from(&conversation.transcript);
                let recipient = self.message.as_ref().map(|envelope| &envelope.recipient);
                self.evidence = blame::conversation(desk, &conversation, recipient, now);
                self.causes = settle::settle(desk, &conversation, &self.evidence);
                desk.causes.clone_from(&self.causes);
                if conversation.ending == Ending::Accepted {
                    desk.accepted_at = Some(now);
                } else {
                    desk.drop_stale_notices();
                }
                self.phase = Phase::Ended(conversation);
            }
            _ => {}
        }
        Vec::new()
    }

    fn renewed(&mut self, desk: &mut Desk, came: Came) -> Vec<Effect> {
        let (why, outcome) = match came {
            Came::Runs(effect) => return effect.into_iter().collect(),
            Came::Renewed => {
                desk.anew = false;
                tokens::weigh(desk);
                // The old refresh token may be worth nothing now: the new one is kept before it is used.
                let kept = Effect::KeepDraft(Box::new(desk.draft.clone()));
                let Some((phase, effect)) = talk(desk, self.message.clone()) else { return vec![kept] };
                self.phase = phase;
                return vec![kept, effect];
            }
            Came::Unreachable(failure) => {
                self.evidence = blame::unreached(desk, &failure);
                self.causes = diagnosis::causes(&self.evidence);
                (verdict::unreachable(&failure), Outcome::of(&failure))
            }
            Came::Refused(failure) => {
                let (key, outcome) = if failure.is_passing() {
                    ("trial.renewal-later", Outcome::Temporary)
                } else {
                    ("trial.renewal-refused", Outcome::SignIn)
                };
                self.evidence = blame::refused(desk, &failure, renewing::flow(desk));
                self.causes = diagnosis::causes(&self.evidence);
                self.fail_refused(desk, &failure);
                (Phrase::new(key).with("summary", failure.summary()), outcome)
            }
            Came::Unusable(failure) => {
                let why = verdict::certificate_trouble(&failure);
                desk.draft.checklist.fail(Item::ClientSecret, why.clone());
                self.unusable = true;
                (why, Outcome::Incomplete)
            }
            Came::Unready(why) => (why, Outcome::Incomplete),
        };
        desk.drop_stale_notices();
        self.phase = Phase::Tokenless(why, outcome);
        Vec::new()
    }

    /// The authority's own refusal speaks against the item of its likely cause.
    fn fail_refused(&self, desk: &mut Desk, failure: &Failure) {
        if let Some(cause) = diagnosis::likely(&self.causes).filter(|_| !failure.is_passing()) {
            // Who is led to the sign-in signs in anew.
            desk.anew = self.wants_a_sign_in();
            desk.draft.checklist.fail(cause.item, cause.headline.clone());
        }
    }

    /// The authority gives no more tokens until somebody signs in.
    pub fn wants_a_sign_in(&self) -> bool {
        let refused = matches!(self.phase, Phase::Renewing(_) | Phase::Tokenless(_, Outcome::SignIn));
        let likely = diagnosis::likely(&self.causes);
        refused && likely.is_some_and(|cause| cause.step == Some("consent") || cause.item == Item::Consent)
    }

    pub fn accepted(&self) -> bool {
        self.outcome() == Some(Outcome::Accepted)
    }

    /// Once it has ended.
    pub fn outcome(&self) -> Option<Outcome> {
        match &self.phase {
            Phase::Renewing(_) | Phase::Talking(_) => None,
            Phase::Ended(conversation) => Some(outcome(&conversation.ending)),
            Phase::Tokenless(_, outcome) => Some(*outcome),
        }
    }

    /// The item that the surest cause speaks of; the network when nothing was heard that tells one.
    pub fn blamed(&self) -> Option<Item> {
        match &self.phase {
            // Nothing was heard that could speak of another item, unless a cause is known.
            Phase::Ended(conversation)
                if matches!(conversation.ending, Ending::Unreachable { .. } | Ending::Fault { .. }) =>
            {
                Some(diagnosis::likely(&self.causes).map_or(Item::Network, |cause| cause.item))
            }
            _ if self.unusable => Some(Item::ClientSecret),
            // The authority was not reached, which no step about the mail server mends.
            Phase::Tokenless(_, Outcome::Unreachable | Outcome::Incomplete) => None,
            _ => blame::blamed(&self.causes),
        }
    }

    /// What the refusal is put down to, the likeliest first.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// The exchange, and once it has ended what came of it: `accepted`, or the refusal and its causes.
    pub fn blocks(&self, desk: &Desk, accepted: &Phrase) -> Vec<Block> {
        let mut blocks = vec![Block::Transcript(self.lines.iter().map(|line| row(desk, line)).collect())];
        let conversation = match &self.phase {
            Phase::Renewing(_) | Phase::Talking(_) => return blocks,
            Phase::Tokenless(why, _) => {
                let note = Block::Note { tone: Tone::Failure, text: desk.say(why) };
                return std::iter::once(note).chain(verdict::blocks(desk, &self.causes)).collect();
            }
            Phase::Ended(conversation) => conversation,
        };
        blocks.push(match verdict::ending(&conversation.ending) {
            Some(refusal) => Block::Note { tone: Tone::Failure, text: desk.say(&refusal) },
            None => Block::Note { tone: Tone::Success, text: desk.say(accepted) },
        });
        blocks.extend(self.tried.iter().flat_map(|tried| shown(desk, tried)));
        let here = (!self.experiments(desk).is_empty()).then(|| desk.word("apart.here"));
        blocks.extend(verdict::blocks_with(desk, &self.causes, here.into_iter().collect()));
        blocks.extend(conversation.tls.as_ref().map(|facts| Block::Facts(tls(desk, facts))));
        blocks
    }
}

impl Trial {
    /// What it has come to so far, for a report; `accepted` is said of a sign-in that was.
    pub fn tell(&self, accepted: &Phrase, told: &mut Telling) {
        if self.evidence != Evidence::default() {
            told.evidence.clone_from(&self.evidence);
        }
        told.causes.clone_from(&self.causes);
        told.lines.clone_from(&self.lines);
        let tried = self.tried.iter().filter(|tried| !tried.lines.is_empty());
        told.tried =
            tried.map(|tried| (experiment::label(tried.experiment, &tried.change), tried.lines.clone())).collect();
        match &self.phase {
            Phase::Renewing(_) | Phase::Talking(_) => {}
            Phase::Tokenless(why, _) => told.ended = Some(why.clone()),
            Phase::Ended(conversation) => {
                told.ended = Some(verdict::ending(&conversation.ending).unwrap_or_else(|| accepted.clone()));
                told.conversation = Some(conversation.clone());
            }
        }
    }
}

/// What was tried once more: the part of its exchange that can differ, and what came of it.
fn shown(desk: &Desk, tried: &Tried) -> Vec<Block> {
    let tone = if tried.accepted() { Tone::Success } else { Tone::Info };
    let rows: Vec<TranscriptRow> = telling(&tried.lines).map(|line| row(desk, line)).collect();
    let exchange = (!rows.is_empty()).then_some(Block::Transcript(rows));
    exchange.into_iter().chain([Block::Note { tone, text: desk.say(&tried.phrase(&desk.texts)) }]).collect()
}

/// From the sign-in on; all where it did not come to one.
fn telling(lines: &[Line]) -> impl Iterator<Item = &Line> {
    let at = lines.iter().position(|line| line.stage == Stage::Auth).unwrap_or(0);
    lines[at..].iter()
}

/// Starts the conversation; `None` when the account is not complete.
fn talk(desk: &mut Desk, message: Option<Envelope>) -> Option<(Phase, Effect)> {
    let account = desk.draft.settings.account().ok()?;
    let token = desk.draft.secrets.tokens.as_ref()?.access.clone();
    let plan = plan(&account, token, message);
    let ticket = desk.ticket();
    let conversing = Conversing { server: account.server, trust: account.registration.trust, plan, over: None };
    Some((Phase::Talking(ticket), Effect::Converse(ticket, Box::new(conversing))))
}

/// What to say to the mail server; the program's commands and the wizard say the same.
pub fn plan(account: &Account, token: Secret, message: Option<Envelope>) -> Plan {
    Plan { security: account.server.security, client_name: None, user: account.user.to_string(), token, message }
}

/// The pause before another try while a change is waited for, after so many pauses.
pub fn pause(pauses: usize) -> Duration {
    /// Seconds; the last one over and over.
    const PAUSES: [u64; 9] = [10, 20, 30, 60, 120, 180, 300, 600, 900];
    Duration::from_secs(PAUSES[pauses.min(PAUSES.len() - 1)])
}

pub fn outcome(ending: &Ending) -> Outcome {
    match ending {
        Ending::Accepted => Outcome::Accepted,
        Ending::Refused { .. } | Ending::Fault { .. } => Outcome::Refused,
        Ending::Temporary { .. } => Outcome::Temporary,
        Ending::Unreachable { failure, .. } => Outcome::of(failure),
        Ending::Cancelled => Outcome::Left,
    }
}

/// The server's certificate and what was agreed with it.
fn tls(desk: &Desk, facts: &TlsFacts) -> Vec<(String, String)> {
    facts.rows().map(|(name, value)| (desk.word(&format!("tls.{name}")), value.to_owned())).collect()
}

pub fn row(desk: &Desk, line: &Line) -> TranscriptRow {
    TranscriptRow {
        ms: line.at.as_secs_f64() * 1000.0,
        from_server: line.from == Side::Server,
        tls: line.tls,
        text: line.text.clone(),
        meaning: line.meaning.as_ref().map(|meaning| desk.say(meaning)).unwrap_or_default(),
    }
}
