//! What a conversation came to: how it ended, and everything seen on the way. Nothing the other side
//! said is left out; no sentence is made of it here.

use std::{net::SocketAddr, time::Duration};

use serde::{Serialize, Serializer};

use super::{
    reply::{Garbled, Reply},
    transcript::{Line, Stage, ascii_marks, milliseconds},
};
use crate::network::{Family, NetworkFailure};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub ending: Ending,
    /// In order; `ehlo` comes twice when STARTTLS lies between. The last but `quit` is where it ended.
    pub stages: Vec<StageResult>,
    pub transcript: Vec<Line>,
    /// What the server showed of itself, also when it was not accepted.
    pub tls: Option<TlsFacts>,
    /// The greeting's text.
    pub banner: Option<String>,
    /// Capability lines outside TLS, the greeting line left out.
    pub ehlo_before: Vec<String>,
    /// Capability lines inside TLS.
    pub ehlo_after: Vec<String>,
    /// What a `334` in place of the final reply said, decoded.
    pub failure_detail: Option<String>,
}

impl Conversation {
    /// One of which nothing is known yet but how it ends.
    pub fn of(ending: Ending) -> Self {
        Self {
            ending,
            stages: Vec::new(),
            transcript: Vec::new(),
            tls: None,
            banner: None,
            ehlo_before: Vec::new(),
            ehlo_after: Vec::new(),
            failure_detail: None,
        }
    }

    /// Whether a `235` was heard. True for a message refused later.
    pub fn authenticated(&self) -> bool {
        self.stages.iter().any(|result| result.stage == Stage::Auth && result.ok)
    }

    /// Which address was connected to.
    pub fn family(&self) -> Option<Family> {
        let address: SocketAddr = self.detail(Stage::Connect)?.parse().ok()?;
        Some(Family::of(address.ip()))
    }

    /// What kinds of addresses the name has here, each once.
    pub fn families(&self) -> Vec<Family> {
        let found = self.detail(Stage::Resolve).unwrap_or_default().split(' ').filter_map(|word| word.parse().ok());
        let found: Vec<Family> = found.map(Family::of).collect();
        [Family::Ipv4, Family::Ipv6].into_iter().filter(|family| found.contains(family)).collect()
    }

    /// What a stage that was passed came to.
    fn detail(&self, stage: Stage) -> Option<&str> {
        self.stages.iter().find(|result| result.stage == stage && result.ok).map(|result| result.detail.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// `235`, and `250` to the message if there was one.
    Accepted,
    /// A `5xx`.
    Refused {
        stage: Stage,
        reply: Reply,
    },
    /// A `4xx`.
    Temporary {
        stage: Stage,
        reply: Reply,
    },
    Unreachable {
        stage: Stage,
        failure: NetworkFailure,
    },
    /// The server spoke, and what it said cannot be gone along with.
    Fault {
        stage: Stage,
        fault: Fault,
    },
    /// Left before it ended.
    Cancelled,
}

impl Ending {
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::Accepted | Self::Cancelled => None,
            Self::Refused { stage, .. }
            | Self::Temporary { stage, .. }
            | Self::Unreachable { stage, .. }
            | Self::Fault { stage, .. } => Some(*stage),
        }
    }

    /// The reply that ended it.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Refused { reply, .. }
            | Self::Temporary { reply, .. }
            | Self::Fault { fault: Fault::Unexpected { reply }, .. } => Some(reply),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Not SMTP, or more of it than is taken; with the text as far as it is worth showing.
    Garbled {
        garbled: Garbled,
        text: String,
    },
    /// A reply whose code does not answer what was asked, for example `250` to AUTH.
    Unexpected {
        reply: Reply,
    },
    /// The server spoke when it was our turn.
    Unasked {
        text: String,
    },
    /// Bytes behind the `220` to STARTTLS, sent in the clear to be taken for the server's words inside TLS.
    Injected {
        text: String,
    },
    StartTlsNotOffered {
        offered: Vec<String>,
    },
    /// The mechanisms offered inside TLS; empty when there is no AUTH at all.
    Xoauth2NotOffered {
        mechanisms: Vec<String>,
    },
}

/// Serialises as a stage of `test --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageResult {
    pub stage: Stage,
    pub ok: bool,
    #[serde(rename = "ms", serialize_with = "milliseconds")]
    pub took: Duration,
    /// The reply, the addresses, the TLS version, or why not.
    #[serde(serialize_with = "ascii_marks")]
    pub detail: String,
}

/// The server's certificate and what was agreed with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TlsFacts {
    /// `TLSv1.3`; absent when the handshake failed.
    pub version: Option<String>,
    pub cipher: Option<String>,
    /// Distinguished names (RFC 4514); empty, and null in JSON, when the certificate cannot be read.
    #[serde(serialize_with = "null_if_empty")]
    pub subject: String,
    #[serde(serialize_with = "null_if_empty")]
    pub issuer: String,
    /// RFC 3339, UTC; empty as above.
    #[serde(serialize_with = "null_if_empty")]
    pub not_after: String,
}

impl TlsFacts {
    /// What is known, in the order to show it; a text `tls.NAME` says what it is.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let rows = [
            ("version", self.version.as_deref().unwrap_or_default()),
            ("cipher", self.cipher.as_deref().unwrap_or_default()),
            ("subject", &self.subject),
            ("issuer", &self.issuer),
            ("not-after", &self.not_after),
        ];
        rows.into_iter().filter(|(_, value)| !value.is_empty())
    }
}

fn null_if_empty<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Some(text).filter(|text| !text.is_empty()).serialize(serializer)
}
