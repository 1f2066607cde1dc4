//! A fresh access token for an account: from the file while it lives, otherwise by one renewal under the
//! lock (`renewal`). Who may not renew gets the token that the owner keeps for them.

use super::{Context, Status, no_token::NoToken};
use crate::{
    account::{Account, Settings, config::NoAccount, settings::Consent, vault::Vault},
    entra::cloud,
    facts::AccountName,
    phrase::Phrase,
    runtime::files::Places,
    secret::Secret,
    wizard::{
        effect::{FileFailure, FileFailureKind},
        verdict,
    },
};

/// An account as configured, and where its files are.
pub struct Known {
    pub places: Places,
    pub name: AccountName,
    pub account: Account,
    pub settings: Settings,
}

/// Seconds of life that make a token worth handing out while no other can be had.
const WORTH: i64 = 60;

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
        let config = config.ok_or_else(|| self.no_account(&NoAccount::None))?;
        let (name, settings): (&AccountName, &Settings) =
            config.choose(asked).map_err(|error| self.no_account(&error))?;
        let account = settings.account().map_err(|missing| {
            self.texts.say(&Phrase::new("command.account-lacks").with("account", name).with("key", missing.0))
        })?;
        Ok(Known { name: name.clone(), account, settings: settings.clone(), places: places.clone() })
    }

    /// Why none was chosen, and where there is none yet how there comes to be one.
    pub fn no_account(&self, error: &NoAccount) -> String {
        self.texts.say(&match error {
            NoAccount::None => Phrase::new("access.none").with("config", self.global.config_option()),
            NoAccount::Unknown(name) => Phrase::new("command.account-unknown").with("account", name),
            NoAccount::Several => Phrase::new("command.account-several"),
        })
    }
}

impl Known {
    /// The account's file, with an access token that lives at least `min_life` seconds, or as long as its mail server
    /// wants; renewed when it does not, or when `anew`.
    pub fn access(&self, context: &Context, min_life: Option<u32>, anew: bool) -> Result<Vault, NoToken> {
        let asked = min_life.is_some();
        let min_life = min_life.unwrap_or_else(|| cloud::min_life(&self.account.server.host));
        let vault = match self.vault() {
            Err(NoToken::File(failure)) if failure.kind == FileFailureKind::Forbidden => {
                let vault = self.shared(context, failure, min_life, anew)?;
                if asked && vault.fresh(now(), min_life).is_some() {
                    short_lived(context, &vault, min_life);
                }
                return Ok(vault);
            }
            vault => vault?,
        };
        if !anew && vault.fresh(now(), min_life).is_some() {
            self.catch_up(context, &vault);
            if asked {
                short_lived(context, &vault, min_life);
            }
            return Ok(vault);
        }
        let renewed = self.renewed(context, &vault, min_life, anew);
        match renewed {
            Err(error) if error.passes() && !anew => self.while_it_passes(context, vault, error),
            Ok(vault) => {
                short_lived(context, &vault, min_life);
                Ok(vault)
            }
            error => error,
        }
    }

    fn renewed(&self, context: &Context, before: &Vault, min_life: u32, anew: bool) -> Result<Vault, NoToken> {
        let _lock = self.places.lock(&self.name)?;
        // Another process may have renewed it while this one waited, or have ended before it could say so.
        let vault = self.recovered(context, self.vault()?)?;
        let renewed_meanwhile = vault.access_token != before.access_token;
        if (renewed_meanwhile || !anew) && vault.fresh(now(), min_life).is_some() {
            return Ok(vault);
        }
        if let Some(until) = vault.patience(now()).filter(|_| !anew) {
            return Err(NoToken::Waiting(until));
        }
        let current = self.now()?;
        current.as_ref().unwrap_or(self).renew(context, vault)
    }

    /// A token for other scopes than the account's, for once: the one that is kept stays.
    pub fn lend(&self, context: &Context, scopes: &[String]) -> Result<Secret, NoToken> {
        let _lock = self.places.lock(&self.name)?;
        let vault = self.recovered(context, self.vault()?)?;
        let account = Account { scopes: scopes.to_vec(), ..self.account.clone() };
        let (places, name, settings) = (self.places.clone(), self.name.clone(), self.settings.clone());
        Self { places, name, account, settings }.lent(context, vault)
    }

    /// What the group has is not what is kept: its directory was set up later, or its copy could not be written.
    fn catch_up(&self, context: &Context, vault: &Vault) {
        if !self.places.is_unshared(&self.name, vault) {
            return;
        }
        match self.places.lock_if_free(&self.name).and_then(|lock| Ok((lock, self.places.vault(&self.name)?))) {
            Ok((Some(_lock), Some(vault))) => self.share(context, &vault),
            // Whoever holds the lock shares what it renews.
            Ok(_) => {}
            Err(failure) => context.complain(context.texts.say(&verdict::file_trouble(&failure))),
        }
    }

    /// Under the lock. The group's copy is nothing to keep the owner's token back for.
    pub fn share(&self, context: &Context, vault: &Vault) {
        if let Err(failure) = self.places.share(&self.name, vault) {
            context.complain(context.texts.say(&verdict::file_trouble(&failure)));
        }
    }

    /// A process that ended in the middle of a renewal leaves what it had.
    fn recovered(&self, context: &Context, mut vault: Vault) -> Result<Vault, NoToken> {
        let Some(left) = self.places.left(&self.name) else { return Ok(vault) };
        if let Some(next) = vault.overtaken_by(&left.text) {
            self.places.write_vault(&self.name, &next)?;
            // Or the next one would take it for a renewal whose answer never came.
            self.places.clear_room(&self.name);
            self.share(context, &next);
            return Ok(next);
        }
        if vault.refreshed_at.is_some_and(|came| came <= left.at) {
            vault.unheard_at = Some(left.at);
        }
        Ok(vault)
    }

    /// No other token can be had for now; this one may do until then.
    fn while_it_passes(&self, context: &Context, vault: Vault, error: NoToken) -> Result<Vault, NoToken> {
        let Some(left) = vault.left(now()).filter(|left| *left > WORTH) else { return Err(error) };
        context.complain(context.texts.say(&error.phrase(&context.global.config_option())));
        context.complain(context.texts.say(&Phrase::new("access.still").with("seconds", left)));
        Ok(vault)
    }

    /// What this user may have of somebody else's account.
    fn shared(&self, context: &Context, failure: FileFailure, min_life: u32, anew: bool) -> Result<Vault, NoToken> {
        let Ok(Some(vault)) = self.places.shared(&self.name) else { return Err(failure.into()) };
        let (account, owner) = (self.name.clone(), self.places.owner(&self.name).unwrap_or_default());
        if anew {
            return Err(NoToken::Others { account, owner });
        }
        if vault.fresh(now(), min_life).is_some() {
            return Ok(vault);
        }
        let Some(left) = vault.left(now()).filter(|left| *left > WORTH) else {
            return Err(NoToken::Expired { account, owner });
        };
        let phrase = Phrase::new("access.others-left").with("account", account).with("owner", owner);
        context.complain(context.texts.say(&phrase.with("seconds", left).with("wanted", min_life)));
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
    fn now(&self) -> Result<Option<Self>, NoToken> {
        let config = self.places.config()?;
        let settings = config.as_ref().and_then(|config| config.accounts.get(&self.name));
        Ok(settings.and_then(|settings| {
            let (name, places) = (self.name.clone(), self.places.clone());
            Some(Self { account: settings.account().ok()?, settings: settings.clone(), name, places })
        }))
    }

    /// An app that is handed its secret needs no file before its first token.
    fn vault(&self) -> Result<Vault, NoToken> {
        let none = || match self.account.consent {
            Consent::ClientCredentials => Ok(Vault::new(None)),
            Consent::DeviceCode | Consent::Browser | Consent::Password => Err(NoToken::NotSignedIn(self.name.clone())),
        };
        self.places.vault(&self.name)?.map_or_else(none, Ok)
    }
}

/// A word where the token cannot live as long as wanted, because none of this authority's does.
fn short_lived(context: &Context, vault: &Vault, wanted: u32) {
    let (left, whole) = (vault.left(now()).unwrap_or_default(), vault.whole_life().unwrap_or_default());
    if left < i64::from(wanted) {
        let phrase = Phrase::new("access.short-life").with("seconds", left).with("wanted", wanted).with("whole", whole);
        context.complain(context.texts.say(&phrase));
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
