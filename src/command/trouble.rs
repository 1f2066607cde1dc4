//! What keeps the wizard from beginning: in a sentence, and as an exit code.

use std::io;

use super::{Status, answers};
use crate::{
    language::Texts,
    phrase::Phrase,
    wizard::{
        effect::{FileFailure, Outcome},
        verdict,
    },
};

#[derive(Debug)]
pub enum Trouble {
    Simulator(io::Error),
    Directory(io::Error),
    NoHome,
    Config(FileFailure),
    /// What is set up could not be kept.
    Unsaved(FileFailure),
    Answers(answers::Refusal),
    Busy(String),
    Terminal(io::Error),
    /// The system gives no random numbers.
    Random,
}

impl Trouble {
    pub fn said(&self, texts: &Texts) -> String {
        match self {
            Self::Simulator(error) => texts.say(&Phrase::new("command.simulator").with("detail", error)),
            Self::Directory(error) => texts.say(&Phrase::new("command.no-directory").with("detail", error)),
            Self::NoHome => texts.word("access.no-home"),
            Self::Config(failure) => texts.say(&verdict::file_trouble(failure)),
            Self::Unsaved(FileFailure { path, detail, .. }) => {
                texts.say(&Phrase::new("setup.unsaved").with("path", path).with("detail", detail))
            }
            Self::Answers(refusal) => refusal.to_string(),
            Self::Busy(busy) => busy.clone(),
            Self::Random => texts.word("command.no-random"),
            Self::Terminal(error) => texts.say(&Phrase::new("command.terminal").with("detail", error)),
        }
    }

    pub fn status(&self) -> Status {
        match self {
            Self::Simulator(_) => Status::Unreachable,
            Self::Directory(_) | Self::Unsaved(_) => Status::CannotWrite,
            Self::NoHome => Status::Configuration,
            Self::Config(failure) => failure.into(),
            Self::Answers(refusal) => refusal.status(),
            Self::Busy(_) => Status::Temporary,
            Self::Random => Status::Bug,
            Self::Terminal(_) => Status::Usage,
        }
    }

    /// For a document of a run that did not begin; the status says more.
    pub fn outcome(&self) -> Outcome {
        if matches!(self, Self::Simulator(_)) { Outcome::Unreachable } else { Outcome::Incomplete }
    }
}
