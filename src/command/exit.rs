//! Exit codes: the one table (sysexits.h, 1 and 2 for a test's refusal and a person's leaving, and beside it the
//! four of monitoring plug-ins, for `status --nagios` alone).

use std::process::{ExitCode, Termination};

use crate::{
    account::health::State,
    wizard::effect::{FileFailure, FileFailureKind, Outcome},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Done,
    Refused,
    Left,
    Usage,
    BadInput,
    Unreachable,
    Bug,
    CannotWrite,
    Temporary,
    SignIn,
    Configuration,
    /// What a monitoring plug-in says of the accounts.
    Check(State),
}

/// The table as `--help` shows it.
pub const HELP: &str = "\
Exit codes:
  0   done
  1   the test ran and was refused
  2   the user left
  64  usage
  65  bad input data
  69  unreachable
  70  bug
  73  cannot write
  75  temporary, try later
  77  sign-in needed or refused
  78  configuration
With `status --nagios`: 0 ok, 1 warning, 2 critical, 3 unknown";

impl Status {
    pub fn code(self) -> u8 {
        match self {
            Self::Done | Self::Check(State::Ok) => 0,
            Self::Refused | Self::Check(State::Warn) => 1,
            Self::Left | Self::Check(State::Critical) => 2,
            Self::Check(State::Unknown) => 3,
            Self::Usage => 64,
            Self::BadInput => 65,
            Self::Unreachable => 69,
            Self::Bug => 70,
            Self::CannotWrite => 73,
            Self::Temporary => 75,
            Self::SignIn => 77,
            Self::Configuration => 78,
        }
    }
}

impl Termination for Status {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

impl From<Outcome> for Status {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted => Self::Done,
            Outcome::Refused => Self::Refused,
            Outcome::Unreachable => Self::Unreachable,
            Outcome::Temporary => Self::Temporary,
            Outcome::SignIn => Self::SignIn,
            Outcome::Incomplete => Self::Configuration,
            Outcome::Left => Self::Left,
        }
    }
}

impl From<&FileFailure> for Status {
    fn from(failure: &FileFailure) -> Self {
        match failure.kind {
            FileFailureKind::Write | FileFailureKind::Changed => Self::CannotWrite,
            FileFailureKind::Locked => Self::Temporary,
            FileFailureKind::Read
            | FileFailureKind::Forbidden
            | FileFailureKind::TooOpen
            | FileFailureKind::Writable
            | FileFailureKind::Content => Self::Configuration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_shows_every_code() {
        let all = [
            Status::Done,
            Status::Refused,
            Status::Left,
            Status::Usage,
            Status::BadInput,
            Status::Unreachable,
            Status::Bug,
            Status::CannotWrite,
            Status::Temporary,
            Status::SignIn,
            Status::Configuration,
        ];
        assert_eq!(HELP.lines().count(), all.len() + 2);
        for status in all {
            assert!(HELP.contains(&format!("\n  {:<4}", status.code())), "{status:?}");
        }
    }
}
