//! `accounts/NAME.json`: the secrets and tokens of one account, `0600`. The refresh token in it is
//! the account's life: it is written before an access token is handed out.

use serde::{Deserialize, Serialize};

use super::{Account, OtherVersion, VERSION, of_this_version};
use crate::{
    entra::{Failure, grant::Tokens},
    secret::Secret,
    token::Claims,
};

/// Seconds that a busy authority is left alone when it does not say how long.
const USUAL_PATIENCE: u64 = 5;

/// And at most when it does: nobody's mail waits for a date that somebody mistyped.
pub const LONGEST_PATIENCE: u64 = 3600;

/// Seconds by which a clock may be set back without a word: time servers correct as much.
const DRIFT: i64 = 60;

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
    /// Unix seconds: when the present access token came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<i64>,
    /// Unix seconds: when somebody last consented; renewals do not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<i64>,
    /// Unix seconds: when a renewal was asked for whose answer never got here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unheard_at: Option<i64>,
    /// Unix seconds: the authority is busy and wants to be left alone until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
    /// Who signed in, by the id_token: what an opaque access token does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_user: Option<String>,
    /// Unix seconds: when the authority last gave a token or a mail server last accepted a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<i64>,
    /// What a mail server last accepted; the authority's word is no mailbox's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// Unix seconds: when somebody last said, in setting it up, that something was set which Exchange is to act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<i64>,
    /// Seconds by which this machine's clock was ahead of the authority's when it last gave a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_off: Option<i64>,
    /// Unix seconds, and what was said then; both end when whoever refused accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// A sign-in that worked, and with what: with something else since it shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Unix seconds.
    pub at: i64,
    pub user: String,
    pub client_id: String,
    pub host: String,
}

impl Accepted {
    pub fn of(account: &Account, at: i64) -> Self {
        let (client_id, host) = (account.registration.client_id.to_string(), account.server.host.to_string());
        Self { at, user: account.user.to_string(), client_id, host }
    }

    /// Whether the account is as it was then.
    pub fn is_of(&self, account: &Account) -> bool {
        Self::of(account, self.at) == *self
    }
}

/// A refusal by the authority or by a mail server, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refused {
    /// One line: `invalid_grant AADSTS50173`, or a reply.
    pub summary: String,
    /// AADSTS numbers, the deciding one first; none of a mail server.
    #[serde(default)]
    pub codes: Vec<u32>,
    #[serde(default)]
    pub of: Of,
}

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    #[default]
    SignIn,
    /// Its secret or certificate, which says nothing of the tokens (RFC 6749 §5.2): with another the sign-in holds.
    App,
    /// By the mail server: for the authority it may be as good as any.
    Mailbox,
}

impl From<&Failure> for Refused {
    fn from(failure: &Failure) -> Self {
        let of = match failure.error.as_str() {
            "invalid_client" | "unauthorized_client" => Of::App,
            _ => Of::SignIn,
        };
        Self { summary: failure.summary(), codes: failure.codes.clone(), of }
    }
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

    /// What a consent brought or a renewal of that, with nothing left of what was there before.
    pub fn signed_in(client_secret: Option<Secret>, tokens: &Tokens, now: i64) -> Self {
        let mut vault = Self::new(client_secret);
        vault.take(tokens, now);
        vault.signed_in_at = tokens.signed_in_at.or(vault.issued_at);
        vault
    }

    /// Takes new tokens in. A server that renews without a new refresh token leaves the old one valid (RFC 6749 §6).
    /// `now` counts for tokens that do not know when they came.
    pub fn take(&mut self, tokens: &Tokens, now: i64) {
        let came_at = tokens.issued_at.unwrap_or(now);
        if tokens.refresh.is_some() {
            self.refresh_token.clone_from(&tokens.refresh);
            self.refreshed_at = Some(came_at);
        }
        if let Some(user) = tokens.id.as_ref().and_then(|id| Claims::read(id).upn) {
            self.id_user = Some(user);
        }
        self.issued_at = Some(came_at);
        (self.unheard_at, self.not_before) = (None, None);
        self.last_success = Some(came_at);
        // A mailbox that takes no sign-in takes none with a new token either, until a mail server says otherwise.
        if self.refused.as_ref().is_none_or(|refused| refused.of != Of::Mailbox) {
            (self.refused_at, self.refused) = (None, None);
        }
        self.access_token = Some(tokens.access.clone());
        self.expires_at = Some(tokens.expires_at);
        self.scope.clone_from(&tokens.scope);
    }

    /// A mail server accepted the sign-in.
    pub fn succeeded(&mut self, accepted: Accepted) {
        self.last_success = Some(accepted.at);
        self.accepted = Some(accepted);
        (self.refused_at, self.refused) = (None, None);
    }

    /// Whether what refused the sign-in last was a mail server, and whether one has accepted it since.
    fn at_a_mail_server(&self) -> Option<bool> {
        let accepted = self.accepted.as_ref().map(|accepted| accepted.at);
        self.refused.as_ref().filter(|refused| refused.of == Of::Mailbox).map(|_| accepted >= self.refused_at)
    }

    pub fn was_refused(&mut self, refused: Refused, now: i64) {
        (self.refused_at, self.refused) = (Some(now), Some(refused));
    }

    /// Whether the authority has refused the sign-in kept here, so that nothing but a new one mends it.
    pub fn is_dead(&self) -> bool {
        self.refused.as_ref().is_some_and(|refused| refused.of == Of::SignIn)
    }

    /// Of many processes that want a token only the first is to find out that the authority is busy.
    pub fn was_busy(&mut self, seconds: Option<u64>, now: i64) {
        let seconds = seconds.unwrap_or(USUAL_PATIENCE).min(LONGEST_PATIENCE);
        self.not_before = Some(now.saturating_add_unsigned(seconds));
    }

    /// Until when the authority is not to be asked; one that is further away than any patience is a clock's fault.
    pub fn patience(&self, now: i64) -> Option<i64> {
        self.not_before.filter(|until| *until > now && now.saturating_add_unsigned(LONGEST_PATIENCE) >= *until)
    }

    /// What a sign-in had brought, as far as it is kept.
    pub fn tokens(&self) -> Option<Tokens> {
        Some(Tokens {
            access: self.access_token.clone()?,
            refresh: self.refresh_token.clone(),
            id: None,
            expires_at: self.expires_at?,
            scope: self.scope.clone(),
            issued_at: self.issued_at,
            signed_in_at: self.signed_in_at,
        })
    }

    /// The access token, when it lives at least `min_life` seconds longer than `now`; of one whose whole life is
    /// shorter half of that will do, or it would be renewed at every call.
    pub fn fresh(&self, now: i64, min_life: u32) -> Option<&Secret> {
        let min_life = i64::from(min_life);
        let enough = match self.whole_life() {
            Some(whole) if whole <= min_life => whole / 2,
            _ => min_life,
        };
        self.access_token.as_ref().filter(|_| self.left(now).is_some_and(|left| left >= enough))
    }

    /// Seconds from when the access token came to when it expires.
    pub fn whole_life(&self) -> Option<i64> {
        Some(self.expires_at?.saturating_sub(self.issued_at?))
    }

    /// Seconds the access token still lives. `None` also when it is from the future: the clock was set back since it
    /// came, and nobody knows by how much.
    pub fn left(&self, now: i64) -> Option<i64> {
        let from_the_future = self.issued_at.is_some_and(|came| came > now.saturating_add(DRIFT));
        self.expires_at.filter(|_| !from_the_future && self.access_token.is_some()).map(|at| at.saturating_sub(now))
    }

    /// What those may have who may send and not renew: the access token, nothing that outlives it.
    #[must_use]
    pub fn shared(&self) -> Self {
        Self {
            version: self.version,
            access_token: self.access_token.clone(),
            expires_at: self.expires_at,
            issued_at: self.issued_at,
            scope: self.scope.clone(),
            ..Self::default()
        }
    }

    /// As it takes the place of `before`. Whoever sets an account up again has not signed in again: the dates of the
    /// same refresh token stay, a refusal since as well, and so does a later one of the same sign-in, which another
    /// process has got meanwhile. Where an authority rotates them the earlier one is worth nothing.
    #[must_use]
    pub fn in_place_of(mut self, before: &Self) -> Self {
        let same_sign_in = self.signed_in_at.is_some() && self.signed_in_at == before.signed_in_at;
        if same_sign_in && before.refresh_token.is_some() && before.issued_at > self.issued_at {
            let mut later = Self {
                client_secret: self.client_secret,
                accepted: self.accepted.or_else(|| before.accepted.clone()),
                changed_at: self.changed_at.or(before.changed_at),
                ..before.clone()
            };
            if later.at_a_mail_server() == Some(true) {
                (later.refused_at, later.refused) = (None, None);
            }
            return later;
        }
        if self.refresh_token.is_some() && self.refresh_token == before.refresh_token {
            self.signed_in_at = before.signed_in_at;
            self.refreshed_at = before.refreshed_at;
            self.id_user = self.id_user.or_else(|| before.id_user.clone());
            self.accepted = self.accepted.or_else(|| before.accepted.clone());
            self.changed_at = self.changed_at.or(before.changed_at);
            self.clock_off = self.clock_off.or(before.clock_off);
            let shut_out = Self { accepted: self.accepted.clone(), ..before.clone() }.at_a_mail_server() == Some(false);
            if shut_out || before.is_dead() && before.refused_at > self.issued_at {
                (self.refused_at, self.refused) = (before.refused_at, before.refused.clone());
            }
        }
        self
    }

    /// What was about to take this one's place when its process ended, if it is whole: `text` may have anything
    /// behind it. It is a later state of the same sign-in, or nothing.
    pub fn overtaken_by(&self, text: &Secret) -> Option<Self> {
        let next: Self = serde_json::Deserializer::from_str(text.expose()).into_iter().next()?.ok()?;
        let later = next.signed_in_at == self.signed_in_at && next.issued_at > self.issued_at;
        (next.version == self.version && later).then_some(next)
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
mod tests;
