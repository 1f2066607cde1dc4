//! What the checklist shows of checking everything again: the item that is being checked, each result as it comes,
//! and at the end what it came to.

use super::{Check, Recheck};
use crate::{
    checklist::{Item, State},
    phrase::Phrase,
    wizard::{
        Model,
        desk::Desk,
        message::Message,
        screen::{Act, Action, Block, Input, ItemRow, Key, Screen, Tone},
        verdict,
    },
};

impl Model {
    /// Adds to the checklist what checking again shows, or the key for it.
    pub(in crate::wizard) fn dress_checklist(&self, screen: &mut Screen, now: i64) {
        if let Some(recheck) = &self.recheck {
            recheck.dress(&self.desk, screen);
        }
        if self.may_check_again(now) {
            screen.actions.insert(1, self.check_again_action());
        }
    }

    /// Adds to an item's own page why it was found to be wrong.
    pub(in crate::wizard) fn dress_evidence(&self, screen: &mut Screen, item: Item) {
        let failed = self.desk.draft.checklist.state(item) == State::Failed;
        let Some(recheck) = self.recheck.as_ref().filter(|_| failed) else { return };
        let at = screen.blocks.len().saturating_sub(1);
        screen.blocks.splice(at..at, verdict::blocks(&self.desk, recheck.causes(item)));
    }

    /// Where everything is said and done.
    pub(in crate::wizard) fn offered_again(&self, now: i64) -> Option<Action> {
        (self.step_id == "done" && self.may_check_again(now)).then(|| self.check_again_action())
    }

    fn check_again_action(&self) -> Action {
        let label = self.desk.word("action.check-again");
        Action { key: Key::Letter('r'), label, act: Act::Send(Message::CheckAgain), primary: false }
    }
}

impl Recheck {
    fn dress(&self, desk: &Desk, screen: &mut Screen) {
        let running = self.running.as_ref().map(|(check, _)| *check);
        for row in &mut screen.checklist {
            row.current = running.map_or(row.current, |check| check.items().contains(&row.item));
        }
        if let Some(check) = running {
            // A list that changes all the time is nothing to choose from.
            screen.question = None;
            screen.actions.retain(|action| action.key != Key::Enter);
            screen.blocks = vec![Block::Items(self.rows(desk, &screen.checklist, Some(check)))];
            screen.busy = Some(self.busy(desk, check));
            let (label, act) = (desk.word("action.cancel"), Act::Send(Message::Cancel));
            let stop = Action { key: Key::Letter('x'), label, act, primary: false };
            screen.actions.splice(0..0, (!self.stopped).then_some(stop));
            return;
        }
        screen.blocks = self.summary(desk);
        let rows = self.rows(desk, &screen.checklist, None);
        let wrong = rows.iter().position(|row| row.state == State::Failed);
        if let Some(Input::Choice { options, selected }) = screen.question.as_mut().map(|question| &mut question.input)
        {
            *selected = wrong.unwrap_or(*selected);
            for (option, row) in options.iter_mut().zip(rows) {
                option.detail = row.state_label;
            }
        }
    }

    fn busy(&self, desk: &Desk, check: Check) -> String {
        if self.stopped {
            return desk.word("recheck.stopping");
        }
        let item = check.items().first().map(|item| desk.texts.item(*item)).unwrap_or_default();
        desk.say(&Phrase::new("recheck.busy").with("item", item))
    }

    /// Beside each state, whether it was found out just now.
    fn rows(&self, desk: &Desk, rows: &[ItemRow], running: Option<Check>) -> Vec<ItemRow> {
        let checklist = &desk.draft.checklist;
        let told = |item| checklist.is_anew(item) && matches!(checklist.state(item), State::Proven | State::Failed);
        let row = |row: &ItemRow| {
            let key = match row.item {
                item if running.is_some_and(|check| check.items().contains(&item)) => "recheck.row.now",
                item if told(item) => "recheck.row.again",
                item if self.untold.contains(&item) => "recheck.row.untold",
                _ => return row.clone(),
            };
            let state_label = desk.say(&Phrase::new(key).with("state", &row.state_label));
            ItemRow { state_label, ..row.clone() }
        };
        rows.iter().map(row).collect()
    }

    /// How many are proven, what has changed, what could not be told, and what is the person's word.
    fn summary(&self, desk: &Desk) -> Vec<Block> {
        let checklist = &desk.draft.checklist;
        let items = desk.items();
        let of = |wanted: &dyn Fn(Item) -> bool| -> Vec<Item> {
            items.iter().copied().filter(|item| wanted(*item)).collect()
        };
        let proven = of(&|item| checklist.state(item) == State::Proven);
        let changed = of(&|item| checklist.state(item) != self.before.state(item));
        let wrong = of(&|item| checklist.state(item) == State::Failed);
        let untold = of(&|item| self.untold.contains(&item));
        let word = of(&|item| checklist.state(item) == State::Attested);
        let names = |items: &[Item]| {
            items.iter().map(|item| desk.texts.item(*item)).collect::<Vec<_>>().join(&desk.word("recheck.comma"))
        };
        let key = if self.stopped { "recheck.stopped" } else { "recheck.ended" };
        let tone = if wrong.is_empty() && !self.stopped { Tone::Success } else { Tone::Info };
        let counts =
            Phrase::new(key).with("proven", proven.len()).with("of", items.len()).with("changed", changed.len());
        let mut blocks = vec![Block::Note { tone, text: desk.say(&counts) }];
        let lists = [
            (Tone::Failure, "recheck.wrong", wrong),
            (Tone::Warning, "recheck.untold", untold),
            (Tone::Info, "recheck.word", word),
        ];
        blocks.extend(lists.into_iter().filter(|(.., items)| !items.is_empty()).map(|(tone, key, items)| {
            Block::Note { tone, text: desk.say(&Phrase::new(key).with("items", names(&items))) }
        }));
        blocks
    }
}
