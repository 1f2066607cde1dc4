//! Everything the wizard may ask for, on one page, and what comes back. The runtime performs effects as
//! tasks beside the interface; the front performs the three that concern the terminal.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;

use crate::{
    account::{draft::Draft, vault::Vault},
    entra::{
        Certificate,
        certificate::{Fault, Part},
        wire::{Answer, Request},
    },
    facts::{AccountName, Server},
    network::{CaFile, Family, NetworkFailure},
    secret::Secret,
    smtp::{Conversation, Line, Plan},
};

/// Tells a live answer from a late one. A report with a ticket that is no longer out changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u32);

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// One HTTP request; `Report::Fetched`.
    Fetch(Ticket, Request),
    /// The SMTP dialogue; `Report::Line` as it goes, `Report::Conversed` at the end.
    Converse(Ticket, Box<Conversing>),
    /// Wait for a browser; `Report::Listening`, then `Report::Redirected` or `Report::NobodyCame`.
    Listen(Ticket, Box<Listening>),
    /// `Report::Waited` after this time.
    Wait(Ticket, Duration),
    /// Drop the task. A save that has begun to write cannot be dropped: it goes to its end, unheard.
    Cancel(Ticket),
    /// What is there already under this account's name; `Report::Inspected`.
    Inspect(Ticket, AccountName),
    /// Read an app's certificate and private key; `Report::CertificateRead`.
    ReadCertificate(Ticket, CertificateFiles),
    /// Write the configuration; `Report::Saved`.
    Save(Ticket, Box<Saving>),
    /// Write files beside the configuration; `Report::FilesKept`. None of them holds a secret.
    KeepFiles(Ticket, Vec<Beside>),
    /// Keep the draft, in place of the one before; only a failure is reported, as `Report::DraftLost`.
    KeepDraft(Box<Draft>),
    DropDraft,
    /// For the front: to the terminal's clipboard.
    Copy(String),
    /// For the front: plain, outside the full screen.
    Print(String),
    /// The end.
    Leave(Outcome),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Conversing {
    pub server: Server,
    pub trust: CaFile,
    pub plan: Plan,
    /// Over this one alone.
    pub over: Option<Family>,
}

/// What a browser is waited for with, on both loopback addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct Listening {
    /// A free one when it is not named.
    pub port: Option<u16>,
    /// The path that counts; every other is not found.
    pub path: String,
    /// A request without it changes nothing.
    pub state: Secret,
    pub limit: Duration,
    /// The language of the pages, and what each says: title and sentence.
    pub lang: String,
    pub signed_in: (String, String),
    pub refused: (String, String),
    pub not_this: (String, String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Saving {
    pub account: AccountName,
    /// The whole of `config.toml`.
    pub config: String,
    /// What `config.toml` held when the difference was shown; anything else there now is not overwritten.
    pub expected: Option<String>,
    pub vault: Vault,
}

/// A file beside the configuration: its name, and all of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub name: String,
    pub text: String,
}

/// One that is written, and where the other text is kept that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub path: PathBuf,
    pub old: Option<PathBuf>,
}

impl<P: Into<PathBuf>> From<P> for Written {
    fn from(path: P) -> Self {
        Self { path: path.into(), old: None }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    Fetched(Result<Answer, NetworkFailure>),
    Line(Line),
    Conversed(Box<Conversation>),
    Waited,
    /// The port that is listened at; more follows.
    Listening(Result<u16, NetworkFailure>),
    /// The query of the request that the browser was sent with.
    Redirected(Secret),
    /// The time is over.
    NobodyCame,
    Inspected(Result<Existing, FileFailure>),
    /// Within its dates when it was read.
    CertificateRead(Result<Box<Certificate>, CertificateFailure>),
    Saved(Result<Vec<PathBuf>, FileFailure>),
    FilesKept(Result<Vec<Written>, FileFailure>),
    DraftLost(FileFailure),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    pub config_path: PathBuf,
    pub config: Option<String>,
    pub vault_path: PathBuf,
    pub vault_exists: bool,
}

/// PEM files; without a second one the key is in the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    pub certificate: PathBuf,
    pub key: Option<PathBuf>,
}

/// Why there is no certificate to show: a file cannot be read, or what it holds cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFailure {
    #[error(transparent)]
    File(#[from] FileFailure),
    /// The file as a word for a shell.
    #[error("{file}: {fault}")]
    Unusable { file: String, fault: Fault },
}

impl CertificateFailure {
    /// Whether it is the certificate that cannot be used, and not the key.
    pub fn is_of(&self, certificate: Option<&Path>) -> bool {
        match self {
            Self::File(failure) => certificate.is_some_and(|path| path == Path::new(&failure.path)),
            Self::Unusable { fault, .. } => fault.part() == Part::Certificate,
        }
    }
}

/// Why a file could not be read or written: the operation, the path, the system's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {detail}")]
pub struct FileFailure {
    pub kind: FileFailureKind,
    pub path: String,
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFailureKind {
    Read,
    /// This user may not read it.
    Forbidden,
    Write,
    /// The file is not as it was when the difference was shown.
    Changed,
    /// A secret file that others may read.
    TooOpen,
    /// Others may write it, or put another in its place.
    Writable,
    /// What it holds cannot be understood.
    Content,
    /// Another process holds the lock for too long.
    Locked,
}

/// How a run of the wizard, or a test, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Accepted,
    Refused,
    Unreachable,
    Temporary,
    SignIn,
    Incomplete,
    Left,
}

impl Outcome {
    /// Of a run that ends because the authority could not be asked.
    pub fn of(failure: &NetworkFailure) -> Self {
        if failure.kind.is_of_settings() { Self::Incomplete } else { Self::Unreachable }
    }
}
