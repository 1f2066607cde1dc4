//! Who may submit: the checks of AUTH in Exchange's order. The switch of the mailbox named is
//! looked at before whether the token is that mailbox's, so a refusal of the switch hides the rest.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::simulator::{
    Instant, Site,
    entra::{discovery, scope},
    submission::Health,
    tenant::{BasicAuth, Mailbox, Resource, State, Switch},
};

/// At a time, for a mailbox.
const MOST_CONNECTIONS: u32 = 3;

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
    TooManyConnections,
    // What High Volume Email alone says.
    Malformed,
    Expired,
    ExpiresSoon,
    ExpiresSoonOlder,
    Permissions,
    AppNotAllowed,
    NotHighVolume,
    Organisation,
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
            Self::TooManyConnections => {
                "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more \
                 information."
            }
            // Its relatives 5.5.121 to 5.5.126 tell what is malformed; their wordings are UNVERIFIED.
            Self::Malformed => "501 5.5.124 Invalid XOAUTH2 auth data",
            Self::Expired => "535 5.7.143 Expired token",
            Self::ExpiresSoon => "535 5.7.142 Token will expire soon",
            Self::ExpiresSoonOlder => "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon",
            Self::Permissions => "535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions",
            // UNVERIFIED whether it comes here or with MAIL FROM.
            Self::AppNotAllowed => {
                "550 5.7.240 The application is not allowed for use with this High Volume Email account"
            }
            // The code is known, its text is UNVERIFIED.
            Self::NotHighVolume => "550 5.2.240 The account is not a High Volume Email account",
            Self::Organisation => {
                "535 5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this \
                 authentication request."
            }
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
    let home = discovery::id(state, user.home);
    let meant = scope::resource(text("aud")) == Some(Resource::Exchange) && text("tid") == home;
    let alive = number("nbf") <= now.timestamp() && now.timestamp() < number("exp");
    if !meant || !alive {
        return Err(Denied::Unsuccessful);
    }
    let trustee = if claims.contains_key("scp") {
        // The sign-in name, of a personal account its primary alias: another address of the same person is refused.
        let own = text("upn").eq_ignore_ascii_case(named);
        let enough = |scope| scope == "SMTP.Send" || scope == "Mail.Send" && state.tenant.mail_send_suffices;
        let allowed = text("scp").split(' ').any(enough);
        (own && allowed).then(|| text("upn"))
    } else {
        let role = |role: &Value| role == "SMTP.SendAsApp";
        let allowed = claims.get("roles").and_then(Value::as_array).is_some_and(|roles| roles.iter().any(role));
        let principal = state.principals.iter().find(|principal| principal.object_id == text("oid"));
        let access = principal.is_some_and(|principal| principal.full_access.contains(&user.upn));
        (allowed && access).then(|| text("oid"))
    };
    let served = state.submission.health != Health::RefusingTokens;
    let trustee = trustee.filter(|_| served).ok_or(Denied::Unsuccessful)?.to_owned();
    if mailbox.usage.connections >= MOST_CONNECTIONS {
        return Err(Denied::TooManyConnections);
    }
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

pub fn parts(blob: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(blob).ok()?.strip_suffix("\x01\x01")?;
    let (user, bearer) = text.strip_prefix("user=")?.split_once('\x01')?;
    Some((user, bearer.strip_prefix("auth=Bearer ")?))
}

pub fn claims(state: &State, site: &Site, token: &str) -> Option<Map<String, Value>> {
    let opaque = state.ledger.opaque_tokens.iter().find(|(known, _)| known == token);
    opaque.map(|(_, claims)| claims.clone()).or_else(|| site.key.verify(token))
}

/// A line of a SASL exchange.
pub fn decoded(line: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(line).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_790_000_000;

    /// AUTH as `user` with a good token changed by `change`.
    fn outcome(state: &State, user: &str, change: impl FnOnce(&mut Value)) -> Result<Identity, Denied> {
        let site = Site::of_tests();
        let mut claims = json!({
            "aud": "https://outlook.office.com", "tid": state.tenant.id, "nbf": NOW - 300, "exp": NOW + 60,
            "scp": "IMAP.AccessAsUser.All SMTP.Send", "upn": "alerts@contoso.example",
        });
        change(&mut claims);
        let token = site.key.sign(&claims).unwrap();
        let blob = format!("user={user}\x01auth=Bearer {token}\x01\x01");
        xoauth2(state, &site, blob.as_bytes(), Instant::from_timestamp(NOW, 0).unwrap())
    }

    fn as_application(claims: &mut Value) {
        let scopes = claims.as_object_mut().unwrap();
        scopes.remove("scp");
        scopes.remove("upn");
        claims["roles"] = json!(["SMTP.SendAsApp"]);
        claims["oid"] = json!("e8d5c2b1-7a64-4930-bf1e-5c4d3b2a1f66");
    }

    #[test]
    fn every_claim_counts() {
        let state = State::healthy();
        let user = "Alerts@Contoso.example";
        for aud in ["https://outlook.office.com/", "https://outlook.office365.com", scope::EXCHANGE_ID] {
            assert!(outcome(&state, user, |claims| claims["aud"] = json!(aud)).is_ok(), "{aud}");
        }
        let wrong: [(&str, Value); 9] = [
            ("aud", json!("https://graph.microsoft.com")),
            ("aud", json!("https://outlook.office365.us")),
            ("tid", json!("b1d7e6f4-3a2c-4c58-8e9b-70a1f2e3d499")),
            ("exp", json!(NOW)),
            ("nbf", json!(NOW + 1)),
            ("scp", json!("Mail.Send")),
            ("scp", json!("SMTP.SendAs")),
            ("upn", json!("admin@contoso.example")),
            ("upn", json!("alarm@contoso.example")),
        ];
        for (claim, value) in wrong {
            let outcome = outcome(&state, user, |claims| claims[claim] = value.clone());
            assert_eq!(outcome, Err(Denied::Unsuccessful), "{claim}: {value}");
        }
        let alias = outcome(&state, "alarm@contoso.example", |_| {});
        assert_eq!(alias, Err(Denied::Unsuccessful), "an alias of the same mailbox");
    }

    #[test]
    fn an_application_needs_its_role_its_principal_and_access() {
        let mut state = State::healthy();
        let user = "alarm@contoso.example";
        let identity = outcome(&state, user, as_application).unwrap();
        assert_eq!(identity.mailbox, "alerts@contoso.example", "any address of the mailbox will do");
        let without_role = |claims: &mut Value| {
            as_application(claims);
            claims["roles"] = json!([]);
        };
        assert_eq!(outcome(&state, user, without_role), Err(Denied::Unsuccessful));
        state.principals[0].full_access.clear();
        assert_eq!(outcome(&state, user, as_application), Err(Denied::Unsuccessful));
        state.principals.clear();
        assert_eq!(outcome(&state, user, as_application), Err(Denied::Unsuccessful));
    }

    #[test]
    fn the_switch_is_looked_at_after_the_token_is_known_and_before_its_claims() {
        let mut state = State::healthy();
        let graph = |claims: &mut Value| claims["aud"] = json!("https://graph.microsoft.com");
        assert_eq!(outcome(&state, "admin@contoso.example", graph), Err(Denied::DisabledForTenant));
        state.users[1].mailbox.as_mut().unwrap().smtp_auth = Switch::Off;
        assert_eq!(outcome(&state, "admin@contoso.example", graph), Err(Denied::DisabledForMailbox));
        let garbled = xoauth2(
            &state,
            &Site::of_tests(),
            b"user=admin@contoso.example\x01auth=Bearer x.y.z\x01\x01",
            Instant::from_timestamp(NOW, 0).unwrap(),
        );
        assert_eq!(garbled, Err(Denied::Unsuccessful));
        state.users[1].mailbox = None;
        assert_eq!(outcome(&state, "admin@contoso.example", graph), Err(Denied::Unsuccessful));
    }

    #[test]
    fn the_blob_is_taken_in_its_one_form() {
        assert_eq!(parts(b"user=a\x01auth=Bearer t\x01\x01"), Some(("a", "t")));
        for wrong in
            ["user=a\x01Auth=Bearer t\x01\x01", "user=a\x01auth=Bearer t\x01", "auth=Bearer t\x01\x01", "\0a\0b"]
        {
            assert_eq!(parts(wrong.as_bytes()), None, "{wrong:?}");
        }
    }
}
