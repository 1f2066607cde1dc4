//! What a file has answered beforehand. On the way forward its steps are passed over as with Enter: what they
//! probe is probed, and a probe that says no stops the way there and shows it. Going back shows every step.

use std::collections::BTreeSet;

use super::{
    Model,
    effect::Effect,
    items_of,
    message::Message,
    screen::{Input, Question},
    step::Step,
};
use crate::{
    checklist::{
        Item, State,
        steps::{Field, Kind},
    },
    facts::Address,
    product,
    secret::Secret,
};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answered {
    /// The keys that the file gives.
    pub keys: BTreeSet<String>,
    /// Nothing that is needed is left open: what else could be asked stays as it usually is.
    pub complete: bool,
    /// Where a real message goes.
    pub send_to: Option<Address>,
}

impl Answered {
    /// With nobody there, what cannot be answered is passed over too, where there is a way.
    fn covers(&self, id: &str, unattended: bool) -> bool {
        let Some(step) = product::step(id) else { return false };
        match step.kind {
            Kind::Choose | Kind::Read | Kind::Ask => {
                self.complete || step.key.as_ref().is_some_and(|key| self.keys.contains(key))
            }
            Kind::Message => unattended || self.send_to.is_some(),
            Kind::Consent | Kind::Token | Kind::Connect | Kind::Save | Kind::Done => false,
        }
    }
}

impl Model {
    /// Whether the step that is open has its answer in the file.
    pub(super) fn is_answered(&self) -> bool {
        self.answered.as_ref().is_some_and(|answered| answered.covers(self.step_id, self.desk.unattended))
    }

    /// A person has done something here: from now on it is theirs.
    pub(super) fn taken_over(&mut self) {
        self.desk.notices.clear();
        self.desk.taken = None;
        (self.passing, self.desk.by_file) = (false, false);
    }

    /// Answers the step that is open, and those that follow, as far as the file does.
    pub(super) fn pass_over(&mut self, effects: &mut Vec<Effect>, now: i64) {
        while let Some(answer) = self.answer_of_file(now) {
            (self.passing, self.desk.by_file) = (false, true);
            let turn = self.step.update(&mut self.desk, answer, now);
            effects.extend(self.take(turn, now));
        }
    }

    fn answer_of_file(&self, now: i64) -> Option<Message> {
        let answered = self.answered.as_ref().filter(|_| self.passing && self.overlay.is_none())?;
        let page = self.step.page(&self.desk, now);
        if page.busy.is_some() {
            return None;
        }
        match (&self.step, page.question) {
            (_, Some(Question { error: Some(_), .. })) => None,
            // Shown to be wrong meanwhile: no file's word undoes that.
            (Step::Ask(_), _) if self.has_failed() => self.desk.unattended.then_some(Message::Skip),
            (Step::Ask(_), _) => Some(Message::Continue),
            (Step::Message(_), _) => match &answered.send_to {
                Some(recipient) => Some(Message::Answer(Secret::new(recipient.as_str()))),
                None => Some(Message::Skip),
            },
            (_, Some(Question { input: Input::Choice { selected, .. }, .. })) => Some(Message::Choose(selected)),
            // What is proposed there is a guess for a person to correct; what the file does not say is not known.
            (_, Some(Question { input: Input::Text { .. }, .. })) if self.is_left_open(answered) => {
                Some(Message::Answer(Secret::default()))
            }
            (_, Some(Question { input: Input::Text { value }, .. })) => Some(Message::Answer(Secret::new(value))),
            (Step::Read(step), Some(Question { input: Input::Secret { .. }, .. })) => {
                // Handed in, not kept: its form is looked at like that of one that is typed.
                Some(Message::Answer(step.held(&self.desk).cloned().unwrap_or_default()))
            }
            // It is different every time.
            (_, Some(Question { input: Input::Pasted | Input::Secret { .. }, .. }) | None) => None,
        }
    }

    fn is_left_open(&self, answered: &Answered) -> bool {
        let step = product::step(self.step_id).filter(|step| step.field == Some(Field::SecretExpires));
        step.and_then(|step| step.key.as_ref()).is_some_and(|key| !answered.keys.contains(key))
    }

    fn has_failed(&self) -> bool {
        items_of(self.step_id).iter().any(|item: &Item| self.desk.draft.checklist.state(*item) == State::Failed)
    }
}
