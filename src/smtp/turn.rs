//! The turns of the dialogue, in the order they come: each is something said and the reply it gets.
//! What follows from the reply is the dialogue's.

use std::time::Duration;

use super::{plan::Limits, transcript::Stage};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The server's own; nothing is said before it.
    Greeting,
    Ehlo,
    StartTls,
    /// `AUTH XOAUTH2` alone. An access token overruns the 512 octets of a command line (RFC 4954 §4), so it
    /// follows on a line of its own, which may be long.
    Auth,
    Sasl,
    /// The empty line that a `334` with a failure detail waits for before it refuses.
    Blank,
    Mail,
    Rcpt,
    Data,
    Content,
    Quit,
}

impl Turn {
    pub fn stage(self) -> Stage {
        match self {
            Self::Greeting => Stage::Greeting,
            Self::Ehlo => Stage::Ehlo,
            Self::StartTls => Stage::StartTls,
            Self::Auth | Self::Sasl | Self::Blank => Stage::Auth,
            Self::Mail => Stage::Mail,
            Self::Rcpt => Stage::Rcpt,
            Self::Data | Self::Content => Stage::Data,
            Self::Quit => Stage::Quit,
        }
    }

    /// How long the whole reply may take.
    pub fn limit(self, limits: &Limits) -> Duration {
        match self {
            Self::Content => limits.data,
            Self::Quit => limits.quit,
            _ => limits.reply,
        }
    }
}
