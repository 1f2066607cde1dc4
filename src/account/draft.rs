//! The draft of an unfinished wizard: `draft.toml` for what may be read, `draft.secret` (`0600`) for a
//! client secret that Microsoft showed once, a device code or a browser's sign-in that runs, and tokens not yet saved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{OtherVersion, Settings, VERSION, amiss::Amiss, of_this_version};
use crate::{
    checklist::Checklist,
    entra::{browser::Pending, device::DeviceCode, grant::Tokens},
    facts::AccountName,
    secret::Secret,
    way::Way,
};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub version: u32,
    /// The step's id to go on at.
    pub step: String,
    pub account: Option<AccountName>,
    /// What stood in a field when the person turned away from it, by the field's name. Never a secret.
    pub typed: BTreeMap<String, String>,
    pub settings: Settings,
    /// The way of consent that was chosen; until all it needs is typed, the settings alone do not tell it.
    pub way: Option<Way>,
    /// Ways that were refused, and are not offered first any more.
    pub refused: BTreeSet<Way>,
    /// Unix seconds: when somebody last said that something was changed at Exchange.
    pub changed_at: Option<i64>,
    /// Unix seconds: when a request to the tenant's administrator was taken along.
    pub handed_at: Option<i64>,
    /// A change at Microsoft's that is waited for.
    pub waiting: Option<Waiting>,
    pub checklist: Checklist,
    #[serde(skip)]
    pub secrets: Secrets,
}

/// Times in Unix seconds by the local clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub since: i64,
    /// After this there is nothing to wait for any more.
    pub until: i64,
    pub tries: u32,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Secrets {
    pub client_secret: Option<Secret>,
    /// What stood in the field for it when the person turned away.
    pub typed: Option<Secret>,
    /// Sent once, and in no file.
    #[serde(skip)]
    pub password: Option<Secret>,
    pub device: Option<DeviceCode>,
    /// A sign-in that waits at a browser.
    pub browser: Option<Pending>,
    pub tokens: Option<Tokens>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("{0}")]
    Toml(Amiss),
    #[error(transparent)]
    Version(#[from] OtherVersion),
    /// Of the second file, and only where: the parser could quote what it read.
    #[error("line {line}, column {column}")]
    Secrets { line: usize, column: usize },
}

impl Draft {
    /// The two files' contents. `None` for the second when there is nothing secret.
    pub fn texts(&self) -> (String, Option<Secret>) {
        let clear = toml::to_string(&Self { version: VERSION, ..self.clone() }).unwrap_or_default();
        let secret = (self.secrets != Secrets::default())
            .then(|| Secret::new(serde_json::to_string(&self.secrets).unwrap_or_default()));
        (clear, secret)
    }

    pub fn parse(clear: &str, secret: Option<&Secret>) -> Result<Self, Unreadable> {
        let mut draft: Self = toml::from_str(clear).map_err(|error| Unreadable::Toml(Amiss::of(clear, &error)))?;
        of_this_version(draft.version)?;
        if let Some(secret) = secret {
            draft.secrets = serde_json::from_str(secret.expose())
                .map_err(|error| Unreadable::Secrets { line: error.line(), column: error.column() })?;
        }
        Ok(draft)
    }

    pub fn way(&self) -> Way {
        self.way.unwrap_or_else(|| self.settings.way())
    }

    /// Drops what has passed its time.
    pub fn expire(&mut self, now: i64) {
        self.secrets.device = self.secrets.device.take().filter(|code| code.expires_at > now);
        self.secrets.browser = self.secrets.browser.take().filter(|pending| pending.expires_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checklist::{Item, State},
        phrase::Phrase,
    };

    #[test]
    fn a_draft_survives_its_files_and_keeps_its_secrets_apart() {
        let mut draft = Draft { version: VERSION, step: "consent".into(), ..Draft::default() };
        draft.settings.user = Some("alerts@contoso.example".parse().unwrap());
        draft.typed.insert("sender".into(), "half an addr".into());
        draft.checklist.prove(Item::Tenant, Phrase::new("evidence.tenant").with("tenant", "8d2c"));
        draft.secrets.client_secret = Some(Secret::new("CANARY-cs"));
        let (clear, secret) = draft.texts();
        assert!(!clear.contains("CANARY"), "{clear}");
        let back = Draft::parse(&clear, secret.as_ref()).unwrap();
        assert_eq!(back, draft);
        assert_eq!(back.checklist.state(Item::Tenant), State::Proven);
    }

    #[test]
    fn what_cannot_be_read_is_no_draft_and_says_why() {
        assert_eq!(Draft::parse("version = 99", None), Err(OtherVersion(99).into()));
        assert!(matches!(Draft::parse("\u{0}", None), Err(Unreadable::Toml(_))));
        let error = Draft::parse("version = 1", Some(&Secret::new("{\"tokens\": \"CANARY"))).unwrap_err();
        assert_eq!(error, Unreadable::Secrets { line: 1, column: 18 });
    }

    #[test]
    fn what_runs_is_dropped_when_it_has_expired() {
        let mut draft = Draft::default();
        draft.secrets.device = Some(DeviceCode {
            device_code: Secret::new("CANARY-dc"),
            user_code: "ABCD".into(),
            verification_uri: "https://v.example".into(),
            expires_at: 1000,
            interval: 5,
        });
        draft.secrets.browser = Some(Pending {
            authorize_url: "https://login.example".into(),
            redirect_uri: "http://localhost".into(),
            state: Secret::new("CANARY-state"),
            code_verifier: Secret::new("CANARY-verifier"),
            scopes: Vec::new(),
            expires_at: 1000,
        });
        draft.expire(999);
        assert!(draft.secrets.device.is_some() && draft.secrets.browser.is_some());
        draft.expire(1000);
        assert!(draft.secrets.device.is_none() && draft.secrets.browser.is_none());
    }
}
