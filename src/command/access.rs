//! A fresh access token for an account: from the file while it lives, otherwise by one refresh under the
//! lock. What is renewed is on the disk before anyone gets it.

use crate::{
    account::{Account, Settings, config::NoAccount, vault::Vault},
    entra::{Failure, failure::Form, grant},
    facts::AccountName,
    network::{FailureKind, NetworkFailure},
    phrase::Phrase,
    runtime::{files::Places, web},
    secret::Secret,
    wizard::{effect::FileFailure, verdict},
};

use super::{Context, Status};

/// An account as configured, and where its files are.
pub struct Known {
    pub places: Places,
    pub name: AccountName,
    pub account: Account,
}

/// Why there is no token.
#[derive(Debug)]
pub enum NoToken {
    File(FileFailure),
    NotSignedIn(AccountName),
    Network(NetworkFailure),
    Refused(Box<Failure>),
    Unaskable,
}

impl From<FileFailure> for NoToken {
    fn from(failure: FileFailure) -> Self {
        Self::File(failure)
    }
}

impl NoToken {
    pub fn status(&self) -> Status {
        match self {
            Self::File(failure) => failure.into(),
            Self::NotSignedIn(_) => Status::SignIn,
            Self::Network(failure) if failure.kind == FailureKind::CaFile => Status::Configuration,
            Self::Network(_) => Status::Unreachable,
            Self::Refused(failure) if failure.is_passing() => Status::Temporary,
            // A page in the authority's place: nobody has refused anything.
            Self::Refused(failure) if failure.form != Form::OAuth => Status::Unreachable,
            Self::Refused(_) => Status::SignIn,
            Self::Unaskable => Status::Configuration,
        }
    }

    /// In a sentence; `config` is what a command line needs so that it finds this configuration.
    pub fn phrase(&self, config: &str) -> Phrase {
        match self {
            Self::File(failure) => verdict::file_trouble(failure),
            Self::NotSignedIn(account) => {
                Phrase::new("access.not-signed-in").with("account", account).with("config", config)
            }
            Self::Network(failure) => verdict::unreachable(failure),
            Self::Refused(failure) => match verdict::obstacle(failure) {
                Some(obstacle) => obstacle,
                None if failure.is_passing() => Phrase::new("access.later").with("summary", failure.summary()),
                None => Phrase::new("access.refused").with("said", failure.said()).with("config", config),
            },
            Self::Unaskable => Phrase::new("access.unaskable"),
        }
    }
}

impl Context {
    /// The account asked for, else the default one; a reason on stderr when there is none.
    pub fn account(&self, asked: Option<&AccountName>) -> Result<Known, Status> {
        let places = super::paths::places(&self.global).ok_or_else(|| self.texts.word("access.no-home"));
        places.and_then(|places| self.account_at(&places, asked)).map_err(|why| {
            self.complain(why);
            Status::Configuration
        })
    }

    /// `Err` is the reason, in a sentence.
    pub fn account_at(&self, places: &Places, asked: Option<&AccountName>) -> Result<Known, String> {
        let config = places.config().map_err(|failure| self.texts.say(&verdict::file_trouble(&failure)))?;
        let config = config.ok_or_else(|| NoAccount::None.to_string())?;
        let (name, settings): (&AccountName, &Settings) = config.choose(asked).map_err(|error| error.to_string())?;
        let account = settings.account().map_err(|error| format!("account `{name}`: {error}"))?;
        Ok(Known { name: name.clone(), account, places: places.clone() })
    }
}

impl Known {
    /// The account's file, with an access token that lives at least `min_life` seconds; renewed when it
    /// does not, or when `anew`.
    pub fn access(&self, context: &Context, min_life: u32, anew: bool) -> Result<Vault, NoToken> {
        let fresh = |vault: &Vault| !anew && vault.fresh(now(), min_life).is_some();
        let vault = self.vault()?;
        if fresh(&vault) {
            return Ok(vault);
        }
        let _lock = self.places.lock(&self.name)?;
        // Another process may have renewed it while this one waited.
        let before = vault.access_token.clone();
        let mut vault = self.vault()?;
        let renewed_meanwhile = vault.access_token != before;
        if fresh(&vault) || (renewed_meanwhile && vault.fresh(now(), min_life).is_some()) {
            return Ok(vault);
        }
        let refresh = vault.refresh_token.clone().ok_or_else(|| NoToken::NotSignedIn(self.name.clone()))?;
        let account = self.account_now()?;
        let registration = account.registration(vault.client_secret.clone());
        let request = grant::refresh(&registration, &refresh, &account.scopes).ok_or(NoToken::Unaskable)?;
        let fetched = context.block_on_one(web::fetch(&request)).map_err(|_| NoToken::Unaskable)?;
        let answer = fetched.map_err(NoToken::Network)?;
        let tokens = match grant::read(&answer, now()) {
            Ok(tokens) => tokens,
            Err(failure) => {
                vault.was_refused((&failure).into(), now());
                // The refusal is what to tell, whether or not it could be kept.
                let _ = self.places.write_vault(&self.name, &vault);
                return Err(NoToken::Refused(Box::new(failure)));
            }
        };
        vault.take(&tokens, now());
        self.places.write_vault(&self.name, &vault)?;
        Ok(vault)
    }

    /// Keeps what came of a sign-in in the account's file. A file that cannot be written takes nothing from the
    /// result; only where somebody wants to know is it told.
    pub fn keep(&self, context: &Context, change: impl FnOnce(&mut Vault)) {
        let kept = self.places.lock(&self.name).and_then(|_lock| {
            let Some(mut vault) = self.places.vault(&self.name)? else { return Ok(()) };
            change(&mut vault);
            self.places.write_vault(&self.name, &vault).map(drop)
        });
        if let Err(failure) = kept.as_ref().map_err(verdict::file_trouble)
            && context.global.verbose > 0
        {
            context.complain(context.texts.say(&failure));
        }
    }

    /// The account as it is under the lock: a wizard may have saved another registration with another token
    /// while this process waited.
    fn account_now(&self) -> Result<Account, NoToken> {
        let config = self.places.config()?;
        let settings = config.as_ref().and_then(|config| config.accounts.get(&self.name));
        Ok(settings.and_then(|settings| settings.account().ok()).unwrap_or_else(|| self.account.clone()))
    }

    fn vault(&self) -> Result<Vault, NoToken> {
        self.places.vault(&self.name)?.ok_or_else(|| NoToken::NotSignedIn(self.name.clone()))
    }
}

/// The access token of a file that was just made sure to hold one.
pub fn token(vault: &Vault) -> Secret {
    vault.access_token.clone().unwrap_or_default()
}

/// Unix seconds.
#[expect(clippy::disallowed_methods, reason = "commands hand the time to the layers below")]
pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}
