//! Something to do elsewhere: what to click, the command that does the same. Nothing here can prove it
//! yet, so the person's word is taken as a word, and a later step proves the item or points back here.

use super::{Page, Turn, go_on, primary, secondary, words};
use crate::{
    checklist::{Item, State, steps::Step},
    product,
    wizard::{
        desk::Desk,
        message::Message,
        screen::{Act, Block, Key, Tone},
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    id: &'static str,
    /// A failure leads here: what was proven of its item before does not hold any more.
    mends: bool,
}

impl Ask {
    pub fn enter(id: &'static str) -> Self {
        Self { id, mends: false }
    }

    pub fn mends(&mut self) {
        self.mends = true;
    }

    fn step(&self) -> Option<&'static Step> {
        product::step(self.id)
    }

    pub fn update(&mut self, desk: &mut Desk, message: &Message, now: i64) -> Turn {
        let Some(step) = self.step() else { return Turn::next() };
        match message {
            Message::Continue => {
                // What the mail server is to act on; the authority acts at once.
                if !desk.by_file && step.items.contains(&Item::Connection) {
                    desk.draft.changed_at = Some(now);
                }
                for item in &step.items {
                    let said_so = desk.said_so();
                    desk.draft.checklist.attest(*item, said_so);
                }
                Turn::next()
            }
            Message::Skip => Turn::next(),
            _ => Turn::stay(),
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let proven = |step: &Step| step.items.iter().all(|item| desk.draft.checklist.state(*item) == State::Proven);
        let mut blocks = words(self.id, desk);
        if !self.mends && self.step().is_some_and(proven) {
            blocks.insert(0, Block::Note { tone: Tone::Success, text: desk.word("ask.proven") });
            return Page { blocks, actions: vec![go_on(desk)], ..Page::default() };
        }
        Page {
            blocks,
            actions: vec![
                primary(Key::Enter, desk.word("action.is-set"), Act::Send(Message::Continue)),
                secondary(Key::Letter('s'), desk.word("action.not-now"), Message::Skip),
            ],
            ..Page::default()
        }
    }
}
