//! `config.toml`: no secrets, edited by hand as well as by the wizard. Writing an account changes
//! that account's table alone; comments and everything else stay as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::{OtherVersion, Settings, VERSION, amiss::Amiss, of_this_version};
use crate::facts::AccountName;

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub version: u32,
    pub default_account: Option<AccountName>,
    #[serde(default)]
    pub accounts: BTreeMap<AccountName, Settings>,
}

/// The name of one account as it stands there, and its settings or what is wrong with them.
pub type Each = (String, Result<Settings, String>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("{0}")]
    Toml(String),
    #[error("{0}")]
    Amiss(Amiss),
    #[error(transparent)]
    Version(#[from] OtherVersion),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAccount {
    #[error("there is no account `{0}`")]
    Unknown(String),
    #[error("there are several accounts and no `default_account`; name one with -a")]
    Several,
    #[error("there is no account yet")]
    None,
}

impl Config {
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let config: Self = toml::from_str(text).map_err(|error| Unreadable::Amiss(Amiss::of(text, &error)))?;
        of_this_version(config.version)?;
        Ok(config)
    }

    /// Every account by itself, so that one that is broken hides no other.
    pub fn each(text: &str) -> Result<Vec<Each>, Unreadable> {
        let amiss = |error: toml::de::Error| Unreadable::Amiss(Amiss::of(text, &error));
        let mut config: toml::Table = text.parse().map_err(amiss)?;
        let accounts = config.remove("accounts");
        // What is left: the version, the default, and keys that there are not.
        let rest: Self = read(&config, text).map_err(Unreadable::Amiss)?;
        of_this_version(rest.version)?;
        let accounts = match accounts {
            Some(toml::Value::Table(accounts)) => accounts,
            Some(_) => return Err(Unreadable::Toml("`accounts` is no table".to_owned())),
            None => return Ok(Vec::new()),
        };
        let settings = |name: &str, value| {
            let nested = |key: &str, value| toml::Table::from_iter([(key.to_owned(), value)]);
            let alone = nested("accounts", nested(name, value).into());
            let mut one: Accounts = read(&alone, text).map_err(|amiss| amiss.to_string())?;
            Ok(one.accounts.remove(name).unwrap_or_default())
        };
        Ok(accounts.into_iter().map(|(name, value)| (name.clone(), settings(&name, value))).collect())
    }

    /// The account asked for, else the default one, else the only one.
    pub fn choose(&self, asked: Option<&AccountName>) -> Result<(&AccountName, &Settings), NoAccount> {
        let named = asked.or(self.default_account.as_ref());
        match named {
            Some(name) => self.accounts.get_key_value(name).ok_or_else(|| NoAccount::Unknown(name.to_string())),
            None if self.accounts.len() > 1 => Err(NoAccount::Several),
            None => self.accounts.iter().next().ok_or(NoAccount::None),
        }
    }
}

/// The accounts alone, whatever their names.
#[derive(Deserialize)]
struct Accounts {
    accounts: BTreeMap<String, Settings>,
}

/// A part of the file, read by itself; what is amiss is told by its place in the whole. Through text: a date does not
/// find its way out of a `toml::Value` (toml 1.2).
fn read<T: DeserializeOwned>(part: &toml::Table, whole: &str) -> Result<T, Amiss> {
    let text = toml::to_string(part).unwrap_or_default();
    toml::from_str(&text).map_err(|error| Amiss::of(&text, &error).in_text(whole))
}

/// The text of `config.toml` with this account in it, in place of the account of that name if there was one.
pub fn with_account(existing: Option<&str>, name: &AccountName, settings: &Settings) -> Result<String, Unreadable> {
    let toml = |error: &dyn std::fmt::Display| Unreadable::Toml(error.to_string());
    let there = existing.filter(|text| !text.trim().is_empty());
    there.map(Config::parse).transpose()?;
    let mut document: DocumentMut = existing.unwrap_or_default().parse().map_err(|error| toml(&error))?;
    if there.is_none() {
        document["version"] = toml_edit::value(i64::from(VERSION));
    }
    if !document.contains_key("default_account") {
        document["default_account"] = toml_edit::value(name.as_str());
    }
    let accounts = document.entry("accounts").or_insert_with(implicit).as_table_mut();
    let accounts = accounts.ok_or_else(|| Unreadable::Toml("`accounts` is no table".to_owned()))?;
    let table = accounts.entry(name.as_str()).or_insert_with(toml_edit::table).as_table_like_mut();
    let table = table.ok_or_else(|| Unreadable::Toml(format!("`accounts.{name}` is no table")))?;
    let wanted: DocumentMut =
        toml::to_string(settings).map_err(|error| toml(&error))?.parse().map_err(|error| toml(&error))?;
    take_over(table, wanted.as_table());
    Ok(document.to_string())
}

fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// Makes `table` say what `wanted` says. A value that stays the same keeps its comment and its place.
fn take_over(table: &mut dyn TableLike, wanted: &Table) {
    let gone: Vec<String> =
        table.iter().map(|(key, _)| key.to_owned()).filter(|key| !wanted.contains_key(key)).collect();
    for key in gone {
        table.remove(&key);
    }
    for (key, item) in wanted {
        match (table.get_mut(key), item) {
            (Some(old), Item::Table(inner)) if old.is_table_like() => {
                if let Some(old) = old.as_table_like_mut() {
                    take_over(old, inner);
                }
            }
            (Some(Item::Value(old)), Item::Value(new)) => {
                let decor = old.decor().clone();
                *old = new.clone();
                *old.decor_mut() = decor;
            }
            _ => {
                table.insert(key, item.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_HAND: &str = r#"# written by hand
version = 1
default_account = "other" # the old one

[accounts.other]
user = "other@contoso.example"

[accounts.alerts] # ours
user = "old@contoso.example" # who signs in
sender = "noreply@contoso.example"
[accounts.alerts.smtp]
port = 25 # firewall
"#;

    fn settings() -> Settings {
        toml::from_str("user = \"alerts@contoso.example\"\nscopes = [\"a\", \"b\"]\n[smtp]\nport = 587").unwrap()
    }

    #[test]
    fn comments_and_other_accounts_survive() {
        let text = with_account(Some(BY_HAND), &"alerts".parse().unwrap(), &settings()).unwrap();
        assert_eq!(
            text,
            r#"# written by hand
version = 1
default_account = "other" # the old one

[accounts.other]
user = "other@contoso.example"

[accounts.alerts] # ours
user = "alerts@contoso.example" # who signs in
scopes = ["a", "b"]
[accounts.alerts.smtp]
port = 587 # firewall
"#
        );
    }

    #[test]
    fn the_first_account_becomes_the_default() {
        let text = with_account(None, &"alerts".parse().unwrap(), &settings()).unwrap();
        let config = Config::parse(&text).unwrap();
        assert_eq!(config.choose(None).unwrap(), (&"alerts".parse().unwrap(), &settings()));
        assert!(text.starts_with("version = 1\ndefault_account = \"alerts\"\n\n[accounts.alerts]\n"), "{text}");
    }

    #[test]
    fn a_broken_file_is_refused_and_named() {
        assert!(with_account(Some("version = "), &"a".parse().unwrap(), &settings()).is_err());
        assert_eq!(Config::parse("version = 2"), Err(OtherVersion(2).into()));
        let error = Config::parse("version = 1\n[accounts.a]\nuser = \"nobody\"").unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
    }

    #[test]
    fn a_broken_account_hides_no_other() {
        let text = "version = 1\n[accounts.a]\nuser = 5\n[accounts.b]\nuser = \"b@contoso.example\"\nsecret_expires = 2027-05-01\n[accounts.C]\n";
        let each = Config::each(text).unwrap();
        let dated = each.iter().filter_map(|(_, settings)| settings.as_ref().ok()?.secret_expires);
        assert_eq!(dated.map(|date| date.to_string()).collect::<Vec<_>>(), ["2027-05-01"]);
        let ok: Vec<_> = each.iter().map(|(name, settings)| (name.as_str(), settings.is_ok())).collect();
        assert_eq!(ok, [("C", true), ("a", false), ("b", true)]);
        assert_eq!(Config::each("version = 1\n"), Ok(Vec::new()));
        for broken in ["version = 2\n[accounts.a]", "version = 1\nother = 1", "version = 1\naccounts = 5", "version = "]
        {
            assert!(Config::each(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_account_is_chosen_by_name_default_or_being_the_only_one() {
        let config = |text: &str| Config::parse(text).unwrap();
        let two = config("version = 1\n[accounts.a]\n[accounts.b]");
        assert_eq!(two.choose(None), Err(NoAccount::Several));
        assert_eq!(two.choose(Some(&"c".parse().unwrap())), Err(NoAccount::Unknown("c".into())));
        assert_eq!(config("version = 1").choose(None), Err(NoAccount::None));
    }
}
