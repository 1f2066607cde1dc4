//! The live connection test: to the reply to AUTH and no further. Enters by starting it (with a refresh
//! first when the token at hand has run out), shows every line as it comes, ends with 235, or with the
//! causes and the item to go to.

use super::{Go, Page, Turn, go_on, primary, secondary};
use crate::{
    checklist::Item,
    entra::grant,
    phrase::Phrase,
    wizard::{
        desk::Desk,
        effect::{Effect, Outcome, Report, Ticket},
        message::Message,
        screen::{Act, Action, Block, Key, Tone},
        trial::Trial,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Connect {
    phase: Phase,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Refreshing(Ticket),
    Testing(Trial),
    Cancelled,
    /// There is nothing to test with, and why.
    Idle(Phrase),
}

/// A token with less time left than a test may take is renewed first (seconds).
const NEEDED: i64 = 300;

impl Connect {
    pub fn enter(desk: &mut Desk, now: i64) -> (Self, Turn) {
        let mut step = Self { phase: Phase::Cancelled };
        let turn = step.begin(desk, now);
        (step, turn)
    }

    fn begin(&mut self, desk: &mut Desk, now: i64) -> Turn {
        let Some(tokens) = desk.draft.secrets.tokens.clone() else {
            return Turn::go(Go::To("consent"));
        };
        if tokens.expires_at <= now && tokens.refresh.is_none() {
            desk.drop_tokens();
            return Turn::go(Go::To("consent"));
        }
        let secret = desk.draft.secrets.client_secret.clone();
        let registration = desk.draft.settings.registration(secret).ok();
        let renewal = registration.zip(tokens.refresh.as_ref()).filter(|_| tokens.expires_at < now + NEEDED);
        let request = renewal
            .and_then(|(registration, token)| grant::refresh(&registration, token, &desk.draft.settings.scopes()));
        match request {
            Some(request) => {
                let ticket = desk.ticket();
                self.phase = Phase::Refreshing(ticket);
                Turn::asking(Effect::Fetch(ticket, request))
            }
            None => self.test(desk),
        }
    }

    fn test(&mut self, desk: &mut Desk) -> Turn {
        match Trial::start(desk, None) {
            Some((trial, effect)) => {
                self.phase = Phase::Testing(trial);
                Turn::asking(effect)
            }
            None => {
                self.phase = Phase::Idle(Phrase::new("connect.incomplete"));
                Turn::stay()
            }
        }
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match (message, &mut self.phase) {
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Refreshing(_)) => {
                let renewed = outcome.ok().map(|answer| grant::read(&answer, now));
                match renewed {
                    Some(Ok(mut tokens)) => {
                        let before = desk.draft.secrets.tokens.take();
                        tokens.refresh = tokens.refresh.or_else(|| before.as_ref().and_then(|old| old.refresh.clone()));
                        tokens.id = tokens.id.or_else(|| before.and_then(|old| old.id));
                        desk.draft.secrets.tokens = Some(tokens);
                        self.test(desk)
                    }
                    Some(Err(failure)) => {
                        self.phase =
                            Phase::Idle(Phrase::new("connect.refresh-refused").with("summary", failure.summary()));
                        Turn::stay()
                    }
                    // The old token may do; the test will tell.
                    None => self.test(desk),
                }
            }
            (Message::Reported(_, report), Phase::Testing(trial)) => {
                trial.reported(desk, report);
                Turn::stay()
            }
            (Message::Cancel, Phase::Refreshing(ticket)) => {
                let ticket = *ticket;
                self.stop(desk, ticket)
            }
            (Message::Cancel, Phase::Testing(trial)) => match trial.ticket {
                Some(ticket) => self.stop(desk, ticket),
                None => Turn::stay(),
            },
            (Message::Retry, phase) if !runs(phase) => self.begin(desk, now),
            (Message::GoTo(item), phase) if !runs(phase) => Turn::go(Go::Mend(item)),
            (Message::Other, _) => {
                desk.drop_tokens();
                Turn::go(Go::To("consent"))
            }
            (Message::Skip, phase) if !runs(phase) => Turn::go(Go::To("save")),
            (Message::Continue, Phase::Testing(trial)) if trial.accepted() => Turn::next(),
            _ => Turn::stay(),
        }
    }

    /// How the test ended, once it has.
    pub fn outcome(&self) -> Option<Outcome> {
        match &self.phase {
            Phase::Testing(trial) => trial.outcome(),
            _ => None,
        }
    }

    fn stop(&mut self, desk: &mut Desk, ticket: Ticket) -> Turn {
        desk.hand_back(ticket);
        self.phase = Phase::Cancelled;
        Turn::asking(Effect::Cancel(ticket))
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let cancel = secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel);
        match &self.phase {
            Phase::Refreshing(_) => {
                Page { busy: Some(desk.word("busy.refresh")), actions: vec![cancel], ..Page::default() }
            }
            Phase::Testing(trial) if trial.runs() => Page {
                blocks: trial.blocks(desk, &Phrase::new("connect.accepted")),
                busy: Some(desk.say(&desk.about("busy.connection"))),
                actions: vec![cancel],
                ..Page::default()
            },
            Phase::Testing(trial) if trial.accepted() => Page {
                blocks: trial.blocks(desk, &Phrase::new("connect.accepted")),
                actions: vec![go_on(desk)],
                ..Page::default()
            },
            Phase::Testing(trial) => refused(desk, trial),
            Phase::Cancelled => Page {
                blocks: vec![Block::Text(desk.word("connect.cancelled"))],
                actions: vec![again(desk)],
                ..Page::default()
            },
            Phase::Idle(why) => Page {
                blocks: vec![Block::Note { tone: Tone::Failure, text: desk.say(why) }],
                actions: vec![
                    again(desk),
                    secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Other),
                ],
                ..Page::default()
            },
        }
    }
}

fn runs(phase: &Phase) -> bool {
    match phase {
        Phase::Refreshing(_) => true,
        Phase::Testing(trial) => trial.runs(),
        Phase::Cancelled | Phase::Idle(_) => false,
    }
}

fn again(desk: &Desk) -> Action {
    primary(Key::Enter, desk.word("action.test"), Act::Send(Message::Retry))
}

fn refused(desk: &Desk, trial: &Trial) -> Page {
    let blocks = trial.blocks(desk, &Phrase::new("connect.accepted"));
    let mut actions = vec![primary(Key::Letter('r'), desk.word("action.retry"), Act::Send(Message::Retry))];
    if let Some(cause) = trial.causes.first().filter(|cause| leads_elsewhere(cause.item)) {
        let label = desk.word(&format!("items.{}", cause.item.id()));
        let label = desk.say(&Phrase::new("action.go-to").with("item", label));
        actions.insert(0, primary(Key::Letter('g'), label, Act::Send(Message::GoTo(cause.item))));
    }
    actions.push(secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Other));
    actions.push(secondary(Key::Letter('s'), desk.word("action.save-anyway"), Message::Skip));
    Page { blocks, actions, ..Page::default() }
}

fn leads_elsewhere(item: Item) -> bool {
    !matches!(item, Item::Connection | Item::Message)
}
