//! `accounts/NAME.json`: the secrets and tokens of one account, `0600`. The refresh token in it is
//! the account's life: it is written before an access token is handed out.

use serde::{Deserialize, Serialize};

use super::{OtherVersion, VERSION, of_this_version};
use crate::{entra::grant::Tokens, secret::Secret};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vault {
    pub version: u32,
    pub client_secret: Option<Secret>,
    pub refresh_token: Option<Secret>,
    /// Unix seconds: when the present refresh token came.
    pub refreshed_at: Option<i64>,
    pub access_token: Option<Secret>,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    #[serde(default)]
    pub scope: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("no account file: {0}")]
    Json(String),
    #[error(transparent)]
    Version(#[from] OtherVersion),
}

impl Vault {
    pub fn new(client_secret: Option<Secret>) -> Self {
        Self { version: VERSION, client_secret, ..Self::default() }
    }

    /// Takes new tokens in. A server that renews without a new refresh token leaves the old one valid (RFC 6749 §6).
    pub fn take(&mut self, tokens: &Tokens, now: i64) {
        if tokens.refresh.is_some() {
            self.refresh_token.clone_from(&tokens.refresh);
            self.refreshed_at = Some(now);
        }
        self.access_token = Some(tokens.access.clone());
        self.expires_at = Some(tokens.expires_at);
        self.scope.clone_from(&tokens.scope);
    }

    /// What a sign-in had brought, as far as it is kept.
    pub fn tokens(&self) -> Option<Tokens> {
        Some(Tokens {
            access: self.access_token.clone()?,
            refresh: self.refresh_token.clone(),
            id: None,
            expires_at: self.expires_at?,
            scope: self.scope.clone(),
        })
    }

    /// The access token, when it lives at least `min_life` seconds longer than `now`.
    pub fn fresh(&self, now: i64, min_life: u32) -> Option<&Secret> {
        let expires_at = self.expires_at?;
        self.access_token.as_ref().filter(|_| expires_at >= now.saturating_add(i64::from(min_life)))
    }

    pub fn parse(text: &Secret) -> Result<Self, Unreadable> {
        // The parser's message is left out on purpose: it could quote what it read.
        let vault: Self = serde_json::from_str(text.expose())
            .map_err(|error| Unreadable::Json(format!("line {}, column {}", error.line(), error.column())))?;
        of_this_version(vault.version)?;
        Ok(vault)
    }

    pub fn text(&self) -> Secret {
        Secret::new(serde_json::to_string_pretty(self).unwrap_or_default() + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(refresh: Option<&str>) -> Tokens {
        Tokens {
            access: Secret::new("CANARY-at"),
            refresh: refresh.map(Secret::new),
            id: None,
            expires_at: 4600,
            scope: "s".into(),
        }
    }

    #[test]
    fn a_vault_survives_its_file() {
        let mut vault = Vault::new(Some(Secret::new("CANARY-cs")));
        vault.take(&tokens(Some("CANARY-rt")), 1000);
        assert_eq!(Vault::parse(&vault.text()), Ok(vault));
    }

    #[test]
    fn the_old_refresh_token_stays_when_no_new_one_comes() {
        let mut vault = Vault::new(None);
        vault.take(&tokens(Some("CANARY-rt")), 1000);
        vault.take(&tokens(None), 2000);
        assert_eq!((vault.refresh_token.unwrap().expose(), vault.refreshed_at), ("CANARY-rt", Some(1000)));
    }

    #[test]
    fn a_token_is_fresh_while_it_lives_long_enough() {
        let mut vault = Vault::new(None);
        vault.take(&tokens(None), 1000);
        assert!(vault.fresh(4300, 300).is_some() && vault.fresh(4301, 300).is_none());
    }

    #[test]
    fn a_broken_file_is_named_without_a_word_of_it() {
        let error = Vault::parse(&Secret::new("{\"version\":1,\"refresh_token\":\"CANARY\" oops")).unwrap_err();
        assert!(!error.to_string().contains("CANARY"), "{error}");
    }
}
