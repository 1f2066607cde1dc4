//! `status`: what will break first, and when. It reads files and asks nobody: no network, no lock, no renewal; what
//! the facts amount to is `account::health`'s to judge.

mod document;
mod nagios;
mod words;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
};

use super::{Context, Status, access, options, paths, summary};
use crate::{
    account::{
        Settings,
        config::NoAccount,
        health::{Health, Known, State},
        settings::Missing,
    },
    facts::{AccountName, Malformed},
    language::Texts,
    phrase::Phrase,
    runtime::{files::Places, pair},
    way::Way,
    wizard::{
        effect::{FileFailure, FileFailureKind},
        verdict,
    },
};

/// One account, and how it stands or why that cannot be told.
struct Account {
    name: String,
    health: Result<Health, String>,
}

impl Account {
    fn state(&self) -> State {
        self.health.as_ref().map_or(State::Unknown, |health| health.state)
    }
}

pub fn run(context: &Context, asked: &options::Status) -> Status {
    let now = access::now();
    let accounts = match accounts(context, asked, now) {
        Ok(accounts) => accounts,
        Err(why) => {
            context.complain(&why);
            if asked.nagios {
                context.deliver(&nagios::nothing(&why));
            }
            if asked.json {
                context.deliver(&summary::json(&document::Document::new(&[])));
            }
            return Status::Configuration;
        }
    };
    if asked.nagios {
        context.deliver(&nagios::line(&context.texts, &accounts, now, asked.warn_days));
        return Status::Check(accounts.iter().map(Account::state).max().unwrap_or(State::Unknown));
    }
    if asked.json {
        context.deliver(&summary::json(&document::Document::new(&accounts)));
        broken(context, &accounts);
    } else {
        let option = context.global.config_option();
        let told = accounts.iter().map(|account| words::account(&context.texts, account, now, &option));
        context.tell(&told.collect::<Vec<_>>().join("\n"));
    }
    Status::Done
}

/// The document has no place for a reason.
fn broken(context: &Context, accounts: &[Account]) {
    for Account { name, health } in accounts {
        if let Err(why) = health {
            context.complain(format!("{name}: {why}"));
        }
    }
}

/// `Err` is why there is none, in a sentence.
fn accounts(context: &Context, asked: &options::Status, now: i64) -> Result<Vec<Account>, String> {
    let said = |failure: &FileFailure| context.texts.say(&verdict::file_trouble(failure));
    let places = paths::places(&context.global).ok_or_else(|| context.texts.word("access.no-home"))?;
    let mut each = places.accounts().map_err(|failure| said(&failure))?;
    if let Some(wanted) = &asked.account {
        each.retain(|(name, _)| name == wanted.as_str());
        if each.is_empty() {
            return Err(context.no_account(&NoAccount::Unknown(wanted.to_string())));
        }
    }
    if each.is_empty() {
        return Err(context.no_account(&NoAccount::None));
    }
    let health = |name: &str, settings: Result<Settings, String>| {
        let name: AccountName = name.parse().map_err(|error: Malformed| context.texts.say(&error.phrase()))?;
        let settings = settings?;
        let lacks = |missing: Missing| Phrase::new("command.account-lacks-key").with("key", missing.0);
        settings.account().map_err(|missing| context.texts.say(&lacks(missing)))?;
        known(context, &places, &name, &settings, now, asked.warn_days)
    };
    Ok(each.into_iter().map(|(name, settings)| Account { health: health(&name, settings), name }).collect())
}

fn known(
    context: &Context,
    places: &Places,
    name: &AccountName,
    settings: &Settings,
    now: i64,
    warn: u32,
) -> Result<Health, String> {
    let vault = match places.vault(name) {
        Err(failure) if failure.kind == FileFailureKind::Forbidden => {
            let shared = places.shared(name).ok().flatten();
            let shared = shared.ok_or_else(|| context.texts.say(&verdict::file_trouble(&failure)))?;
            let owner = places.owner(name).unwrap_or_default();
            return Ok(Health::of_others(settings, &shared, owner, now));
        }
        vault => vault.map_err(|failure| context.texts.say(&verdict::file_trouble(&failure)))?,
    };
    let certificate = settings.certificate_file.as_deref().filter(|_| settings.way() == Way::Certificate);
    let certificate_expires = certificate.map(|path| ends(context, path)).transpose()?;
    Ok(Known { settings, vault: vault.as_ref(), certificate_expires }.judge(now, warn))
}

/// When the certificate in this file ends.
fn ends(context: &Context, path: &Path) -> Result<i64, String> {
    let shown = pair::shown(path).map_err(|failure| context.texts.say(&verdict::certificate_trouble(&failure)))?;
    Ok(shown.not_after)
}

/// What a monitoring system shows when the command line is wrong; the rest is on stderr.
pub fn misused(texts: &Texts) -> Status {
    // Whoever asked may be gone; that is nobody's loss.
    let _ = io::stdout().write_all(nagios::nothing(&texts.word("command.misused")).as_bytes());
    Status::Check(State::Unknown)
}

/// Whether these arguments, which could not be understood, were a monitoring system's.
pub fn is_check(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "status") && arguments.iter().any(|argument| argument == "--nagios")
}

/// A check that did not come to a result: monitoring systems know four exit codes and no other.
pub fn unchecked(ended: Status) -> Status {
    if matches!(ended, Status::Check(_)) { ended } else { Status::Check(State::Unknown) }
}
