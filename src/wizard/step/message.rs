//! A real message to one's own mailbox, to the reply after DATA: the only proof that the sender may
//! send. Enters with an offer; nothing is sent unless the person says so.

use std::time::{Duration, SystemTime};

use super::{Go, Page, Turn, go_on, primary, secondary, words};
use crate::{
    checklist::Item,
    facts::{Address, Malformed},
    phrase::Phrase,
    smtp::{Envelope, message::TestMessage},
    wizard::{
        desk::Desk,
        effect::Effect,
        message::Message,
        screen::{Act, Input, Key, Question},
        trial::Trial,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    phase: Phase,
    error: Option<Phrase>,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Offering,
    Sending(Trial),
}

impl Send {
    pub fn enter(_desk: &mut Desk) -> (Self, Turn) {
        (Self { phase: Phase::Offering, error: None }, Turn::stay())
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match (message, &mut self.phase) {
            (Message::Answer(typed), Phase::Offering) => match typed.expose().parse::<Address>() {
                Ok(recipient) => self.send(desk, recipient, now),
                Err(error) => {
                    self.error = Some(Malformed::phrase(error));
                    Turn::stay()
                }
            },
            (Message::Skip, Phase::Offering) => Turn::next(),
            (Message::Reported(_, report), Phase::Sending(trial)) => {
                if trial.reported(desk, report) && trial.accepted() {
                    sent(desk);
                }
                Turn::stay()
            }
            (Message::Cancel, Phase::Sending(trial)) => match trial.ticket {
                Some(ticket) => {
                    desk.hand_back(ticket);
                    self.phase = Phase::Offering;
                    Turn::asking(Effect::Cancel(ticket))
                }
                None => Turn::stay(),
            },
            (Message::Continue, Phase::Sending(trial)) if !trial.runs() => Turn::next(),
            (Message::Retry, Phase::Sending(trial)) if !trial.runs() => {
                self.phase = Phase::Offering;
                Turn::stay()
            }
            (Message::GoTo(item), Phase::Sending(trial)) if !trial.runs() => Turn::go(Go::Mend(item)),
            _ => Turn::stay(),
        }
    }

    fn send(&mut self, desk: &mut Desk, recipient: Address, now: i64) -> Turn {
        let Some(envelope) = envelope(desk, recipient, now) else {
            self.error = Some(Phrase::new("connect.incomplete"));
            return Turn::stay();
        };
        match Trial::start(desk, Some(envelope)) {
            Some((trial, effect)) => {
                (self.phase, self.error) = (Phase::Sending(trial), None);
                Turn::asking(effect)
            }
            None => Turn::go(Go::To("consent")),
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        match &self.phase {
            Phase::Offering => self.offer(desk),
            Phase::Sending(trial) if trial.runs() => Page {
                blocks: trial.blocks(desk, &sent_from(desk)),
                busy: Some(desk.say(&desk.about("busy.message"))),
                actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
                ..Page::default()
            },
            Phase::Sending(trial) => {
                let mut actions = vec![go_on(desk)];
                if !trial.accepted() {
                    let retry = Act::Send(Message::Retry);
                    actions.insert(0, primary(Key::Letter('r'), desk.word("action.retry"), retry));
                }
                Page { blocks: trial.blocks(desk, &sent_from(desk)), actions, ..Page::default() }
            }
        }
    }

    fn offer(&self, desk: &Desk) -> Page {
        let own = desk.draft.settings.user.as_ref().map(ToString::to_string).unwrap_or_default();
        Page {
            blocks: words("message", desk),
            question: Some(Question {
                label: desk.word("steps.message.question"),
                hint: desk.word("steps.message.hint"),
                error: self.error.as_ref().map(|error| desk.say(error)),
                input: Input::Text { value: desk.typed("message").unwrap_or(own) },
            }),
            actions: vec![
                primary(Key::Enter, desk.word("action.send"), Act::Answer),
                secondary(Key::Letter('n'), desk.word("action.no-message"), Message::Skip),
            ],
            ..Page::default()
        }
    }
}

fn envelope(desk: &Desk, recipient: Address, now: i64) -> Option<Envelope> {
    let account = desk.draft.settings.account().ok()?;
    let message = TestMessage {
        sender: account.sender,
        recipient,
        subject: desk.word("message.subject"),
        text: desk.say(&desk.about("message.text")),
        date: SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now).ok()?),
        id: format!("{now}.{}", desk.seed),
    };
    message.envelope().ok()
}

fn sent_from(desk: &Desk) -> Phrase {
    let settings = &desk.draft.settings;
    let sender = settings.sender.clone().or_else(|| settings.user.clone());
    Phrase::new("evidence.sent").with("sender", sender.map(String::from).unwrap_or_default())
}

fn sent(desk: &mut Desk) {
    let settings = &desk.draft.settings;
    let own = settings.sender.is_none() || settings.sender == settings.user;
    let phrase = sent_from(desk);
    desk.draft.checklist.prove(Item::Message, phrase.clone());
    if own {
        desk.draft.checklist.not_needed(Item::SendAs, Phrase::new("evidence.sender-is-user"));
    } else {
        desk.draft.checklist.prove(Item::SendAs, phrase);
    }
}
