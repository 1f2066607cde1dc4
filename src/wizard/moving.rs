//! From step to step: on, back, to where a failure is mended and back to where it was seen. The draft is kept on the way.

use super::{
    Model,
    effect::{Effect, Outcome},
    plan,
    screen::Tone,
    step::{self, Step, Turn},
};
use crate::{
    checklist::{Item, State},
    diagnosis::{Cause, UNKNOWN},
    phrase::Phrase,
    product,
};

impl Model {
    pub(super) fn next(&mut self, now: i64) -> Vec<Effect> {
        for item in product::step(self.step_id).into_iter().flat_map(|step| &step.not_needed) {
            let why = Phrase::new(format!("steps.{}.not_needed_why", self.step_id));
            self.desk.draft.checklist.not_needed(*item, why);
        }
        // Another cloud or mail domain has another tenant and other apps: what is gone is asked for on the way.
        let complete = self.desk.client().is_ok();
        self.ended = None;
        if let Some((failed_at, mended)) = self.mending.take().filter(|_| complete) {
            // What a new sign-in brought is as it is by now.
            if plan::is_in_the_token(mended) && self.step_id != "consent" {
                self.desk.drop_tokens();
            }
            let signed_in = self.desk.draft.secrets.tokens.is_some();
            return self.open(if signed_in { failed_at } else { "consent" }, now);
        }
        let path = plan::path(&self.desk);
        let here = plan::position(&path, self.step_id);
        let next = path.get(here + 1).copied().unwrap_or("done");
        let effects = self.open(next, now);
        self.passing = self.step_id == next && self.is_answered();
        effects
    }

    /// From where something is mended, back to where it failed; else to the step before.
    pub(super) fn back(&mut self, now: i64) -> Vec<Effect> {
        if let Some((failed_at, _)) = self.mending.take() {
            return match self.ended.take() {
                Some(ended) => self.reopen(failed_at, ended, now),
                None => self.open(failed_at, now),
            };
        }
        match self.previous() {
            Some(id) => self.open(id, now),
            None => Vec::new(),
        }
    }

    pub(super) fn previous(&self) -> Option<&'static str> {
        let path = plan::path(&self.desk);
        let here = plan::position(&path, self.step_id);
        let first = usize::from(self.product_fixed);
        // What is saved is saved: there is no way back from the end.
        (here > first && self.step_id != "done").then(|| path[here - 1])
    }

    /// To the step that mends what failed here; what that is put down to is said there.
    pub(super) fn mend(&mut self, item: Item, causes: &[Cause], now: i64) -> Vec<Effect> {
        let Some(step) = step::step_of(&self.desk, causes, item) else { return Vec::new() };
        self.mending = Some((self.step_id, item));
        self.ended = matches!(self.step, Step::Message(_) | Step::Consent(_)).then(|| self.step.clone());
        // Where the item is shown to be wrong, its evidence says it.
        let told = causes.first().filter(|cause| cause.slug != UNKNOWN && cause.item == item);
        let told = told.filter(|_| self.desk.draft.checklist.state(item) != State::Failed);
        self.desk.notices = told.map(|cause| (Tone::Warning, cause.headline.clone())).into_iter().collect();
        let effects = self.open(step, now);
        if let Step::Ask(ask) = &mut self.step {
            ask.mends();
        }
        effects
    }

    /// Leaves the present step, whatever it is doing, and enters another.
    pub(super) fn open(&mut self, id: &'static str, now: i64) -> Vec<Effect> {
        let mut effects = self.turn_to(id);
        let (step, turn) = Step::enter(id, &mut self.desk, now);
        self.step = step;
        effects.extend(self.entered(turn, now));
        effects
    }

    /// The same, to a step as it was left.
    fn reopen(&mut self, id: &'static str, step: Step, now: i64) -> Vec<Effect> {
        let mut effects = self.turn_to(id);
        self.step = step;
        effects.extend(self.entered(Turn::stay(), now));
        effects
    }

    fn turn_to(&mut self, id: &'static str) -> Vec<Effect> {
        let effects = self.recall();
        self.forget_unanswered();
        self.overlay = None;
        (self.passing, self.desk.by_file) = (false, false);
        self.step_id = id;
        self.desk.draft.step = id.to_owned();
        effects
    }

    /// The draft is kept at every step, before anything else happens there.
    pub(super) fn entered(&mut self, turn: Turn, now: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.step_id != "done" {
            effects.push(Effect::KeepDraft(Box::new(self.desk.draft.clone())));
        }
        effects.extend(self.take(turn, now));
        effects
    }

    pub(super) fn leave(&mut self, outcome: Outcome) -> Vec<Effect> {
        self.left = true;
        let mut effects = self.recall();
        if self.step_id != "done" {
            effects.push(Effect::KeepDraft(Box::new(self.desk.draft.clone())));
        }
        let outcome = if self.step_id == "done" { self.desk.outcome() } else { outcome };
        effects.push(Effect::Leave(outcome));
        effects
    }
}
