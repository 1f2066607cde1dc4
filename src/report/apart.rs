//! What would tell several causes apart, each thing once however many of them ask for it: first what anybody can look
//! up, then what somebody with rights has to answer, and the commands whose output would tell. It lays nothing out.

use crate::{diagnosis::Cause, language::Texts, phrase::Phrase};

pub struct Apart<'a> {
    pub steps: Vec<&'a Phrase>,
    /// Label and command.
    pub commands: Vec<&'a (Phrase, Phrase)>,
}

impl<'a> Apart<'a> {
    pub fn of(texts: &Texts, causes: &'a [Cause]) -> Self {
        let own = causes.iter().flat_map(|cause| &cause.next);
        let steps = once(own.chain(causes.iter().flat_map(|cause| &cause.ask)), |next| texts.say(next));
        let commands = once(causes.iter().flat_map(|cause| &cause.reads), |(_, command)| texts.command(command));
        Self { steps, commands }
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.commands.is_empty()
    }
}

/// Without those that are said alike.
fn once<'a, T>(all: impl Iterator<Item = &'a T>, said: impl Fn(&T) -> String) -> Vec<&'a T> {
    let mut known = Vec::new();
    let mut is_new = |one: &&T| {
        let said = said(one);
        let new = !known.contains(&said);
        known.push(said);
        new
    };
    all.filter(|one| is_new(one)).collect()
}
