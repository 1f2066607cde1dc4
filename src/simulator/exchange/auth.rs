//! Who may submit: the checks of AUTH in Exchange's order. The switch of the mailbox named is
//! looked at before whether the token is that mailbox's, so a refusal of the switch hides the rest.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::simulator::{
    Instant, Site,
    entra::scope,
    tenant::{BasicAuth, Mailbox, Resource, State, Switch},
};

/// A session that authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The UPN of the mailbox submitted through.
    pub mailbox: String,
    /// Whom Send As is granted to: the user's UPN, or the object id of the application.
    pub trustee: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    Unsuccessful,
    DisabledForTenant,
    DisabledForMailbox,
    BasicDisabled,
    SecurityDefaults,
    CredentialsWrong,
}

impl Denied {
    pub fn text(self) -> &'static str {
        match self {
            Self::Unsuccessful => "535 5.7.3 Authentication unsuccessful",
            Self::DisabledForTenant => {
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit \
                 https://aka.ms/smtp_auth_disabled for more information."
            }
            Self::DisabledForMailbox => {
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit \
                 https://aka.ms/smtp_auth_disabled for more information."
            }
            Self::BasicDisabled => "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            Self::SecurityDefaults => {
                "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults \
                 policy. Contact your administrator."
            }
            Self::CredentialsWrong => "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        }
    }
}

/// `user=<name>^Aauth=Bearer <token>^A^A`, decoded.
pub fn xoauth2(state: &State, site: &Site, blob: &[u8], now: Instant) -> Result<Identity, Denied> {
    let (named, token) = parts(blob).ok_or(Denied::Unsuccessful)?;
    let claims = claims(state, site, token).ok_or(Denied::Unsuccessful)?;
    let (user, mailbox) = state.mailbox(named).ok_or(Denied::Unsuccessful)?;
    switch(state, mailbox)?;
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str).unwrap_or_default();
    let number = |claim: &str| claims.get(claim).and_then(Value::as_i64).unwrap_or_default();
    let meant = scope::resource(text("aud")) == Some(Resource::Exchange) && text("tid") == state.tenant.id;
    let alive = number("nbf") <= now.timestamp() && now.timestamp() < number("exp");
    if !meant || !alive {
        return Err(Denied::Unsuccessful);
    }
    let trustee = if claims.contains_key("scp") {
        // The sign-in name, not an address: an alias of the same person is refused.
        let own = text("upn").eq_ignore_ascii_case(named);
        let allowed = text("scp").split(' ').any(|scope| scope == "SMTP.Send");
        (own && allowed).then(|| text("upn"))
    } else {
        let role = |role: &Value| role == "SMTP.SendAsApp";
        let allowed = claims.get("roles").and_then(Value::as_array).is_some_and(|roles| roles.iter().any(role));
        let principal = state.principals.iter().find(|principal| principal.object_id == text("oid"));
        let access = principal.is_some_and(|principal| principal.full_access.contains(&user.upn));
        (allowed && access).then(|| text("oid"))
    };
    let trustee = trustee.ok_or(Denied::Unsuccessful)?.to_owned();
    Ok(Identity { mailbox: user.upn.clone(), trustee })
}

/// LOGIN: a password, which most tenants no longer accept, right or wrong.
pub fn login(state: &State, name: &str, password: &str) -> Result<Identity, Denied> {
    let user = state.user(name);
    if let Some(mailbox) = user.and_then(|user| user.mailbox.as_ref()) {
        switch(state, mailbox)?;
    }
    match state.tenant.basic_auth {
        BasicAuth::Disabled => return Err(Denied::BasicDisabled),
        BasicAuth::SecurityDefaults => return Err(Denied::SecurityDefaults),
        BasicAuth::Allowed => {}
    }
    let user = user.filter(|user| user.enabled && user.mailbox.is_some() && user.password == password);
    user.map(|user| Identity { mailbox: user.upn.clone(), trustee: user.upn.clone() }).ok_or(Denied::CredentialsWrong)
}

fn switch(state: &State, mailbox: &Mailbox) -> Result<(), Denied> {
    match mailbox.smtp_auth {
        Switch::On => Ok(()),
        Switch::Off => Err(Denied::DisabledForMailbox),
        Switch::Inherit if state.tenant.smtp_auth => Ok(()),
        Switch::Inherit => Err(Denied::DisabledForTenant),
    }
}

fn parts(blob: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(blob).ok()?.strip_suffix("\x01\x01")?;
    let (user, bearer) = text.strip_prefix("user=")?.split_once('\x01')?;
    Some((user, bearer.strip_prefix("auth=Bearer ")?))
}

fn claims(state: &State, site: &Site, token: &str) -> Option<Map<String, Value>> {
    let opaque = state.ledger.opaque_tokens.iter().find(|(known, _)| known == token);
    opaque.map(|(_, claims)| claims.clone()).or_else(|| site.key.verify(token))
}

/// A line of a SASL exchange.
pub fn decoded(line: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(line).ok()
}
