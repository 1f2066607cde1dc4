//! Exit codes: the one table (sysexits.h, and 1 and 2 for a test's refusal and a person's leaving).

use std::process::{ExitCode, Termination};

use crate::wizard::effect::{FileFailure, FileFailureKind, Outcome};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    Done = 0,
    Refused = 1,
    Left = 2,
    Usage = 64,
    BadInput = 65,
    Unreachable = 69,
    Bug = 70,
    CannotWrite = 73,
    Temporary = 75,
    SignIn = 77,
    Configuration = 78,
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
  78  configuration";

impl Termination for Status {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
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
        assert_eq!(HELP.lines().count(), all.len() + 1);
        for status in all {
            assert!(HELP.contains(&format!("\n  {:<4}", status as u8)), "{status:?}");
        }
    }
}
