//! The live connection test: to the reply to AUTH and no further. Enters by starting it, shows every line as
//! it comes, ends with 235, or with the causes and the item to go to.

use super::{Go, Page, Turn, go_on, go_to, primary, secondary};
use crate::{
    phrase::Phrase,
    wizard::{
        desk::Desk,
        effect::{Effect, Outcome},
        message::Message,
        screen::{Act, Block, Key},
        trial::Trial,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Connect {
    /// Absent when it was cancelled.
    trial: Option<Trial>,
}

impl Connect {
    pub fn enter(desk: &mut Desk, now: i64) -> (Self, Turn) {
        let mut step = Self { trial: None };
        let turn = step.begin(desk, now);
        (step, turn)
    }

    fn begin(&mut self, desk: &mut Desk, now: i64) -> Turn {
        match Trial::begin(desk, None, now) {
            Some((trial, effect)) => {
                self.trial = Some(trial);
                Turn::asking(effect)
            }
            None => {
                desk.drop_tokens();
                Turn::go(Go::To("consent"))
            }
        }
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        let runs = self.trial.as_ref().is_some_and(Trial::runs);
        match (message, &mut self.trial) {
            (Message::Reported(_, report), Some(trial)) => {
                let effects = trial.reported(desk, report, now);
                // With nobody there to say so, a sign-in that is worth nothing any more is done again.
                let anew = desk.unattended && trial.outcome() == Some(Outcome::SignIn);
                if anew {
                    desk.drop_tokens();
                }
                Turn { effects, go: if anew { Go::To("consent") } else { Go::Stay } }
            }
            (Message::Cancel, Some(trial)) => match trial.ticket() {
                Some(ticket) => {
                    desk.hand_back(ticket);
                    self.trial = None;
                    Turn::asking(Effect::Cancel(ticket))
                }
                None => Turn::stay(),
            },
            (Message::Retry, _) if !runs => self.begin(desk, now),
            (Message::GoTo(item), _) if !runs => Turn::go(Go::Mend(item)),
            (Message::Other, _) if !runs => {
                desk.anew = true;
                Turn::go(Go::To("consent"))
            }
            (Message::Skip, _) if !runs => Turn::go(Go::To("save")),
            (Message::Continue, Some(trial)) if trial.accepted() => Turn::next(),
            _ => Turn::stay(),
        }
    }

    /// How the test ended, once it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.trial.as_ref().and_then(Trial::outcome)
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let Some(trial) = &self.trial else {
            return Page {
                blocks: vec![Block::Text(desk.word("connect.cancelled"))],
                actions: vec![primary(Key::Enter, desk.word("action.test"), Act::Send(Message::Retry))],
                ..Page::default()
            };
        };
        let blocks = trial.blocks(desk, &Phrase::new("connect.accepted"));
        if trial.runs() {
            let key = if trial.renews() { "busy.refresh" } else { "busy.connection" };
            return Page {
                blocks,
                busy: Some(desk.say(&desk.about(key))),
                actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
                ..Page::default()
            };
        }
        if trial.accepted() {
            return Page { blocks, actions: vec![go_on(desk)], ..Page::default() };
        }
        let mut actions: Vec<_> = trial.blamed().and_then(|item| go_to(desk, item, "connection")).into_iter().collect();
        actions.push(primary(Key::Letter('r'), desk.word("action.retry"), Act::Send(Message::Retry)));
        actions.push(secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Other));
        actions.push(secondary(Key::Letter('s'), desk.word("action.save-anyway"), Message::Skip));
        Page { blocks, actions, ..Page::default() }
    }
}
