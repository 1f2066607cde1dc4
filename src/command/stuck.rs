//! Where a run without a person could not go on, and which key of its answers to look at. It does not decide that it
//! ends there.

use super::answers::Prepared;
use crate::{
    phrase::Phrase,
    product,
    wizard::{
        effect::Outcome,
        screen::{Input, Screen},
    },
};

#[derive(Debug)]
pub struct Stuck {
    /// The step's id.
    step: String,
    what: String,
    /// Why the answer there is not taken.
    error: Option<String>,
    /// Nothing is known for what is asked there.
    empty: bool,
}

impl Stuck {
    pub fn at(screen: &Screen) -> Self {
        let question = screen.question.as_ref();
        let empty = question.is_some_and(|question| question.input == Input::Text { value: String::new() });
        let error = question.and_then(|question| question.error.clone());
        Self { step: screen.id.clone(), what: screen.wanted(), error, empty }
    }

    /// With the key to look at, where a file has it and it is wrong.
    pub fn phrase(&self, outcome: Outcome, answers: Option<&Prepared>) -> Phrase {
        let key = product::step(&self.step).and_then(|step| step.key.as_ref());
        let why = self.error.as_ref().unwrap_or(&self.what);
        match answers.zip(key) {
            // Nothing is wrong with the file.
            Some(_) if outcome != Outcome::Incomplete => Phrase::new("setup.stuck").with("what", why),
            Some((answers, key)) if self.empty => {
                Phrase::new("answers.not-found").with("file", answers.file()).with("key", key).with("why", why)
            }
            Some((answers, key)) => answers.refuted(key, why),
            None if self.empty && key.is_some() => {
                let key = key.map(String::as_str).unwrap_or_default();
                Phrase::new("setup.stuck-key").with("what", &self.what).with("key", key)
            }
            None => Phrase::new("setup.stuck").with("what", &self.what),
        }
    }
}
