//! The screen as it stands: the open step's page with what stands around each, or what lies over it.

use super::{
    Model, handing, items_of,
    message::Message,
    overlay::{self, Overlay},
    plan,
    screen::{self, Act, Action, Block, Key, Question, Screen, Tone},
    sheet,
    step::Step,
    telling,
};
use crate::{
    checklist::{Item, State},
    phrase::Phrase,
};

impl Model {
    /// The item of this step to look at first: one that failed, else its first.
    fn own_item(&self) -> Option<Item> {
        let items = items_of(self.step_id);
        let failed = |item: &&Item| self.desk.draft.checklist.state(**item) == State::Failed;
        items.iter().find(failed).or(items.first()).copied()
    }

    /// Why an item of this step is shown to be wrong, where the step itself does not say it.
    fn reasons(&self, question: Option<&Question>) -> Vec<Block> {
        let checklist = &self.desk.draft.checklist;
        let told = question.is_some_and(|question| question.error.is_some());
        let asks = match &self.step {
            Step::Ask(_) | Step::Read(_) => !told,
            // Whoever comes back to it sees why the last one was refused.
            Step::Message(step) => !told && step.trial().is_none(),
            _ => false,
        };
        let failed = items_of(self.step_id).iter().filter(|item| asks && checklist.state(**item) == State::Failed);
        let note = |phrase| Block::Note { tone: Tone::Failure, text: self.desk.say(phrase) };
        failed.flat_map(|item| checklist.evidence(*item)).map(note).collect()
    }

    pub fn view(&self, now: i64) -> Screen {
        let mut screen = match &self.overlay {
            Some(overlay) => {
                let mut screen = overlay.screen(&self.desk, self.step_id);
                match overlay {
                    Overlay::Told(_) => drop(screen.actions.splice(0..0, self.offered())),
                    Overlay::Experiments => self.dress_experiments(&mut screen),
                    Overlay::Checklist => self.dress_checklist(&mut screen, now),
                    Overlay::Evidence { item, .. } => self.dress_evidence(&mut screen, *item),
                    _ => {}
                }
                screen
            }
            None => self.step_screen(now),
        };
        if telling::is_worth_it(&screen) {
            // Behind whatever leads on from here.
            let others = [Key::Esc, Key::Letter('q')];
            let at = screen.actions.iter().position(|action| others.contains(&action.key));
            let label = self.desk.word("action.report");
            let report = Action { key: Key::Letter('e'), label, act: Act::Send(Message::ShowReport), primary: false };
            screen.actions.insert(at.unwrap_or(screen.actions.len()), report);
        }
        let label = self.desk.word("action.language");
        let other = Action { key: Key::F2, label, act: Act::Send(Message::Language), primary: false };
        let leaves = |action: &Action| action.act == Act::Send(Message::Leave);
        let at = screen.actions.iter().position(leaves).unwrap_or(screen.actions.len());
        screen.actions.insert(at, other);
        screen
    }

    pub(super) fn step_screen(&self, now: i64) -> Screen {
        let page = self.step.page(&self.desk, now);
        let mut blocks = page.blocks;
        let note = |tone: Tone, phrase: &Phrase| Block::Note { tone, text: self.desk.say(phrase) };
        let out = handing::is_out(&self.desk, self.step_id).map(|phrase| note(Tone::Info, &phrase));
        let taken = self.desk.taken.iter().map(|phrase| note(Tone::Info, phrase));
        let notices = taken.chain(self.desk.notices.iter().map(|(tone, phrase)| note(*tone, phrase)));
        // What is told of a verdict stands above it, and not above the exchange that led to it.
        let at = screen::above_verdict(&blocks);
        blocks.splice(at..at, notices.chain(out).chain(self.reasons(page.question.as_ref())));
        blocks.extend(sheet::notes(&self.desk, self.step_id).into_iter().map(|(kind, text)| {
            let tone = if kind.bites() { Tone::Warning } else { Tone::Info };
            Block::Note { tone, text }
        }));
        let mut actions = page.actions;
        // Nobody looks at them: what is done for the person comes before what leads on.
        let at = if self.desk.unattended { 0 } else { actions.len().min(1) };
        actions.splice(at..at, self.offered());
        let action = |key, label: &str, message| Action {
            key,
            label: self.desk.word(label),
            act: Act::Send(message),
            primary: false,
        };
        if self.mending.is_some() || self.previous().is_some() {
            let label = if self.step.waits() { "action.stop-waiting" } else { "action.back" };
            actions.push(action(Key::Esc, label, Message::Back));
        }
        if !overlay::copyable(&blocks).is_empty() {
            actions.push(action(Key::Letter('y'), "action.copy", Message::ShowCopies));
        }
        if handing::is_for_an_administrator(&self.desk, self.step_id) {
            actions.push(action(Key::Letter('p'), "action.handover", Message::ShowHandover));
        }
        if let Some(item) = self.own_item() {
            actions.push(action(Key::Letter('v'), "action.evidence", Message::ShowEvidence(item)));
        }
        actions.push(action(Key::Letter('o'), "action.checklist", Message::ShowChecklist));
        actions.extend(self.offered_again(now));
        actions.push(action(Key::Letter('q'), "action.leave", Message::Leave));
        // What was asked of a companion is not run away from, where nobody is to see that it runs.
        let asked = self.desk.unattended && self.awaits_companion();
        if asked {
            actions.clear();
        }
        let path = plan::path(&self.desk);
        let first = usize::from(self.product_fixed);
        let step = plan::position(&path, self.step_id) + 1 - first;
        let place = Phrase::new("place").with("step", step).with("of", path.len() - first);
        Screen {
            id: self.step_id.to_owned(),
            language: self.desk.texts.language(),
            title: self.desk.word(&format!("steps.{}.title", self.step_id)),
            place: self.desk.say(&place),
            blocks,
            question: page.question,
            actions,
            checklist: overlay::rows(&self.desk, self.step_id),
            busy: page.busy.or_else(|| asked.then(|| self.desk.word("busy.companion"))),
            ticks: page.ticks,
        }
    }
}
