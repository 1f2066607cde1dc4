//! Asking the authority for tokens, as every way of consent and every renewal does in the end: the answer is read,
//! and asked for once more where that may help.

use std::time::Duration;

use super::{desk::Desk, verdict};
use crate::{
    entra::{
        Failure,
        grant::{self, Tokens},
        patience,
        wire::Answer,
    },
    network::NetworkFailure,
    phrase::Phrase,
};

/// Where several ask at once, chance spreads their pauses; one who sets up is alone.
const NO_CHANCE: u8 = 128;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asking {
    /// Answers so far that were none.
    attempts: u32,
    /// Why it is asked once more.
    pub trouble: Option<Phrase>,
}

/// What an answer came to.
#[derive(Debug)]
pub enum Answered {
    Tokens(Tokens),
    /// To be asked again after this pause, with a request made anew.
    Again(Duration),
    Refused(Failure),
    Unreachable(NetworkFailure),
}

impl Asking {
    pub fn answered(&mut self, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Answered {
        self.attempts += 1;
        let pause = patience::pause(self.attempts, &outcome, patience::WHOLE, NO_CHANCE);
        let (answered, trouble) = match outcome.map(|answer| grant::read(&answer, now)) {
            Ok(Ok(tokens)) => return Answered::Tokens(tokens),
            Ok(Err(failure)) if desk.sign_otherwise(&failure) => return Answered::Again(Duration::ZERO),
            Ok(Err(failure)) => {
                let trouble = Phrase::new("consent.server-trouble").with("summary", failure.summary());
                (Answered::Refused(failure), trouble)
            }
            Err(failure) => {
                let trouble = verdict::unreachable(&failure);
                (Answered::Unreachable(failure), trouble)
            }
        };
        match pause {
            Some(pause) => {
                self.trouble = Some(trouble);
                Answered::Again(pause)
            }
            None => answered,
        }
    }
}
