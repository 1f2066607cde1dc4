//! An experiment that runs: a token first where it takes one, then the sign-in with one thing changed. It marks nothing
//! on the checklist, and leaves the account's settings alone; a refresh token that came on the way is kept.

use super::{
    super::{
        desk::Desk,
        effect::{Effect, Report, Ticket},
        renewing::{self, Renewing},
        verdict,
    },
    Change, Ended,
};
use crate::{
    account::Account,
    diagnosis::{Experiment, experiment::Showed},
    language::Texts,
    phrase::Phrase,
    secret::Secret,
    smtp::{Conversation, Envelope, Line},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Trying {
    pub experiment: Experiment,
    change: Change,
    account: Box<Account>,
    message: Option<Envelope>,
    phase: Phase,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Fetching(Renewing),
    Talking(Ticket, Secret),
}

/// What a report came to.
#[derive(Debug)]
pub enum Came {
    Runs,
    /// It was had, with this changed.
    Ended(Box<Conversation>, String),
    /// There was nothing to talk with, and why.
    Nothing(Phrase),
}

/// One that was made, or could not be.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    pub experiment: Experiment,
    pub change: Change,
    /// How it ended and what was said, or why it could not be made.
    pub ended: Ended,
    /// The exchange, where there was one.
    pub lines: Vec<Line>,
}

impl Trying {
    /// `None` where there is nothing to begin with.
    pub fn begin(
        desk: &mut Desk,
        experiment: Experiment,
        change: Change,
        message: Option<Envelope>,
        now: i64,
    ) -> Option<(Self, Effect)> {
        let account = Box::new(desk.draft.settings.account().ok()?);
        let (phase, effect) = match change.fetches() {
            Some(scopes) => {
                let (renewing, effect) = Renewing::begin_for(desk, scopes.map(<[String]>::to_vec), now)?;
                (Phase::Fetching(renewing), effect)
            }
            None => {
                let token = desk.draft.secrets.tokens.as_ref()?.access.clone();
                talk(desk, &change, &account, token, message.clone())
            }
        };
        Some((Self { experiment, change, account, message, phase, lines: Vec::new() }, effect))
    }

    pub fn ticket(&self) -> Ticket {
        match &self.phase {
            Phase::Fetching(renewing) => renewing.ticket(),
            Phase::Talking(ticket, _) => *ticket,
        }
    }

    pub fn fetches(&self) -> bool {
        matches!(self.phase, Phase::Fetching(_))
    }

    /// In words: what is tried.
    pub fn label(&self) -> Phrase {
        label(self.experiment, &self.change)
    }

    pub fn reported(&mut self, desk: &mut Desk, report: Report, now: i64) -> (Came, Vec<Effect>) {
        match (&mut self.phase, report) {
            (Phase::Fetching(renewing), report) => match renewing.reported(desk, report, now) {
                renewing::Came::Runs(effect) => (Came::Runs, effect.into_iter().collect()),
                renewing::Came::Renewed => {
                    // The old refresh token may be worth nothing now: the new one is kept before anything else.
                    let mut effects: Vec<Effect> = kept(desk).into_iter().collect();
                    let token = renewing.brought().unwrap_or_default();
                    let (phase, effect) = talk(desk, &self.change, &self.account, token, self.message.clone());
                    self.phase = phase;
                    effects.push(effect);
                    (Came::Runs, effects)
                }
                came => (Came::Nothing(why(came)), Vec::new()),
            },
            (Phase::Talking(..), Report::Line(line)) => {
                self.lines.push(line);
                (Came::Runs, Vec::new())
            }
            (Phase::Talking(_, token), Report::Conversed(conversation)) => {
                self.lines.clone_from(&conversation.transcript);
                let with = self.change.with(token);
                (Came::Ended(conversation, with), Vec::new())
            }
            _ => (Came::Runs, Vec::new()),
        }
    }

    pub fn ended(self, ended: Ended) -> Tried {
        Tried { experiment: self.experiment, change: self.change, ended, lines: self.lines }
    }
}

fn talk(
    desk: &mut Desk,
    change: &Change,
    account: &Account,
    token: Secret,
    message: Option<Envelope>,
) -> (Phase, Effect) {
    let ticket = desk.ticket();
    let conversing = change.conversing(account, token.clone(), message);
    (Phase::Talking(ticket, token), Effect::Converse(ticket, Box::new(conversing)))
}

/// There is no draft of an account that is saved.
fn kept(desk: &Desk) -> Option<Effect> {
    (desk.draft.step != "done").then(|| Effect::KeepDraft(Box::new(desk.draft.clone())))
}

/// Why no token came.
fn why(came: renewing::Came) -> Phrase {
    match came {
        renewing::Came::Refused(failure) => Phrase::new("experiment.no-token").with("summary", failure.summary()),
        renewing::Came::Unreachable(failure) => verdict::unreachable(&failure),
        renewing::Came::Unusable(failure) => verdict::certificate_trouble(&failure),
        renewing::Came::Unready(why) => why,
        renewing::Came::Runs(_) | renewing::Came::Renewed => Phrase::new("experiment.no-token").with("summary", ""),
    }
}

/// What an experiment is, in a few words.
pub fn label(experiment: Experiment, change: &Change) -> Phrase {
    // A token's permissions are not known before it is there.
    Phrase::new(format!("experiment.{}.label", experiment.id())).with("with", change.with(&Secret::default()))
}

impl Tried {
    pub fn accepted(&self) -> bool {
        matches!(self.ended, Ok((Showed::Accepted, _)))
    }

    /// What came of it, in one sentence.
    pub fn phrase(&self, texts: &Texts) -> Phrase {
        told(texts, &label(self.experiment, &self.change), &self.ended)
    }
}

/// What came of an experiment that is called `what`.
pub fn told(texts: &Texts, what: &Phrase, ended: &Ended) -> Phrase {
    let (key, said) = match ended {
        Ok((showed, said)) => (showed.id(), said.as_ref()),
        Err(why) => ("nothing", Some(why)),
    };
    let said = said.map(|said| texts.say(said)).unwrap_or_default();
    Phrase::new(format!("experiment.shown.{key}")).with("what", texts.say(what)).with("said", said)
}
