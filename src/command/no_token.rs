//! Why there is no access token: as an exit code, in a sentence, and as evidence for a cause. What to do about it is
//! the cause's to say, so that nothing is said twice.

use super::{Known, access::now};
use crate::{
    account::{
        settings::Consent,
        vault::{LONGEST_PATIENCE, Vault},
    },
    command::Status,
    diagnosis::{self, Attempted, Cause, Evidence},
    entra::{Failure, failure::Form},
    facts::AccountName,
    network::NetworkFailure,
    phrase::Phrase,
    runtime::pair,
    wizard::{effect::FileFailure, verdict},
};

#[derive(Debug)]
pub enum NoToken {
    File(FileFailure),
    /// The app's secret or certificate, in words.
    Credential(Phrase),
    NotSignedIn(AccountName),
    Network(NetworkFailure),
    Refused(Box<Failure>),
    /// It passes, in so many seconds if the authority says so.
    Later(Box<Failure>, Option<u64>),
    /// The authority was busy a moment ago and is not asked before then, in Unix seconds.
    Waiting(i64),
    /// Of an account of which this user may only have the access token.
    Expired {
        account: AccountName,
        owner: String,
    },
    /// The same, which was asked to be renewed.
    Others {
        account: AccountName,
        owner: String,
    },
    Unaskable,
}

impl From<FileFailure> for NoToken {
    fn from(failure: FileFailure) -> Self {
        Self::File(failure)
    }
}

impl From<Box<Failure>> for NoToken {
    fn from(failure: Box<Failure>) -> Self {
        if failure.is_passing() { Self::Later(failure, None) } else { Self::Refused(failure) }
    }
}

impl NoToken {
    pub fn status(&self) -> Status {
        match self {
            Self::File(failure) => failure.into(),
            Self::NotSignedIn(_) => Status::SignIn,
            Self::Network(failure) if failure.kind.is_of_settings() => Status::Configuration,
            Self::Network(_) => Status::Unreachable,
            Self::Later(..) | Self::Waiting(_) | Self::Expired { .. } | Self::Others { .. } => Status::Temporary,
            // A page in the authority's place: nobody has refused anything.
            Self::Refused(failure) if failure.form != Form::OAuth => Status::Unreachable,
            Self::Refused(_) => Status::SignIn,
            Self::Credential(_) | Self::Unaskable => Status::Configuration,
        }
    }

    /// Another user may renew it, and this one may not.
    pub fn is_others(&self) -> bool {
        matches!(self, Self::Others { .. })
    }

    /// Whether a later call may succeed although nobody has done anything.
    pub fn passes(&self) -> bool {
        matches!(self.status(), Status::Temporary | Status::Unreachable)
    }

    /// In a sentence; `config` is what a command line needs so that it finds this configuration.
    pub fn phrase(&self, config: &str) -> Phrase {
        match self {
            Self::File(failure) => verdict::file_trouble(failure),
            Self::Credential(phrase) => phrase.clone(),
            Self::NotSignedIn(account) => {
                Phrase::new("access.not-signed-in").with("account", account).with("config", config)
            }
            Self::Network(failure) => verdict::unreachable(failure),
            Self::Later(failure, seconds) => later(failure, *seconds),
            Self::Waiting(until) => Phrase::new("access.waiting").with("at", time(*until)),
            Self::Refused(failure) => match verdict::obstacle(failure) {
                Some(obstacle) => obstacle,
                None if failure.form == Form::Foreign => Phrase::new("access.unusable").with("said", failure.said()),
                None => Phrase::new("access.refused").with("said", failure.said()),
            },
            Self::Expired { account, owner } => {
                Phrase::new("access.expired").with("account", account).with("owner", owner)
            }
            Self::Others { account, owner } => {
                Phrase::new("access.others").with("account", account).with("owner", owner)
            }
            Self::Unaskable => Phrase::new("access.unaskable"),
        }
    }

    /// How old the refresh token is that the authority refuses, in minutes.
    pub fn minutes_since_renewal(&self, known: &Known) -> Option<i64> {
        let by_person = known.account.consent != Consent::ClientCredentials;
        let vault = known.places.vault(&known.name).ok().flatten().filter(|_| by_person && self.is_refusal())?;
        vault.refreshed_at.map(|came| now().saturating_sub(came).max(0) / 60)
    }

    fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(failure) if failure.form == Form::OAuth)
    }

    /// What bears on it.
    pub fn evidence(&self, known: &Known) -> Evidence {
        let vault = known.places.vault(&known.name).ok().flatten().unwrap_or_default();
        let app_only = known.settings.way().is_app_only();
        let (flow, stage) =
            if app_only { ("client_credentials", "client-credentials") } else { ("refresh_token", "refresh") };
        let attempted = Attempted { flow, ..known.attempted(&vault) };
        let mut evidence = match self {
            Self::Refused(failure) | Self::Later(failure, _) => attempted.refused(failure, now()),
            Self::Network(failure) => attempted.unreached(failure, now()),
            _ => attempted.asked(now()),
        };
        evidence.add("oauth.stage", stage);
        if !app_only {
            evidence.add_renewals(&vault, now());
        }
        evidence
    }

    /// What it is put down to; nothing where the sentence says it all.
    pub fn causes(&self, known: &Known) -> Vec<Cause> {
        match self {
            Self::Refused(_) | Self::Later(..) | Self::Network(_) => diagnosis::causes(&self.evidence(known)),
            Self::File(_)
            | Self::Credential(_)
            | Self::NotSignedIn(_)
            | Self::Waiting(_)
            | Self::Expired { .. }
            | Self::Others { .. }
            | Self::Unaskable => Vec::new(),
        }
    }
}

fn later(failure: &Failure, seconds: Option<u64>) -> Phrase {
    let phrase = |key: &str| Phrase::new(key).with("summary", failure.summary());
    let at = |seconds| time(now().saturating_add_unsigned(seconds));
    match (verdict::obstacle(failure), seconds) {
        (Some(obstacle), _) => obstacle,
        (None, None) => phrase("access.later"),
        // The time that the next process is told as well, who does not ask before.
        (None, Some(LONGEST_PATIENCE..)) => phrase("access.later-long").with("at", at(LONGEST_PATIENCE)),
        (None, Some(seconds)) => phrase("access.later-at").with("seconds", seconds).with("at", at(seconds)),
    }
}

fn time(at: i64) -> String {
    let time = chrono::DateTime::from_timestamp(at, 0);
    time.map(|time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default()
}

impl Known {
    /// What is known of an attempt with the account, by its file.
    pub fn attempted<'a>(&'a self, vault: &'a Vault) -> Attempted<'a> {
        let certificate = self.settings.certificate_file.as_ref().and_then(|file| pair::shown(file).ok());
        let accepted = vault.accepted.as_ref().filter(|accepted| accepted.is_of(&self.account));
        Attempted {
            settings: &self.settings,
            secret: vault.client_secret.as_ref(),
            thumbprint: certificate.map(|certificate| certificate.thumbprint()),
            flow: self.settings.way().flow(),
            tokens: vault.tokens(),
            signed_in: vault.id_user.clone(),
            signed_in_at: vault.signed_in_at,
            accepted_at: accepted.map(|accepted| accepted.at),
            changed_at: vault.changed_at,
            clock_off: vault.clock_off,
        }
    }
}
