//! What is known of an attempt, whoever makes it: a command that has an account's files, the wizard that has its own.
//! Both fill in the same and get their evidence here, so that both judge alike. It reads no clock and judges nothing.

use super::{Evidence, evidence::OWN, reading};
use crate::{
    account::{Account, Settings},
    entra::{Cloud, Failure, grant::Tokens},
    facts::{Address, Guid},
    network::NetworkFailure,
    phrase::id,
    secret::Secret,
    smtp::Conversation,
    way::Way,
};

const DAY: i64 = 86_400;

/// Times are Unix seconds.
#[derive(Debug, Clone)]
pub struct Attempted<'a> {
    pub settings: &'a Settings,
    pub secret: Option<&'a Secret>,
    /// Of the certificate that the app shows itself by.
    pub thumbprint: Option<String>,
    /// In the words of the fact `flow`.
    pub flow: &'a str,
    /// At hand, whatever they were got for.
    pub tokens: Option<Tokens>,
    /// Who signed in, as that was told beside an opaque token.
    pub signed_in: Option<String>,
    pub signed_in_at: Option<i64>,
    /// When a mail server last accepted the same account.
    pub accepted_at: Option<i64>,
    /// When somebody last said to have set what the mail server is to act on.
    pub changed_at: Option<i64>,
    /// Seconds by which this machine's clock is ahead of the authority's.
    pub clock_off: Option<i64>,
}

impl Attempted<'_> {
    /// The account as its authority meets it, and what went before. Of a token that is at hand nothing: a request to the
    /// authority is for another.
    pub fn asked(&self, now: i64) -> Evidence {
        let minutes = |at: i64| now.saturating_sub(at).max(0) / 60;
        let mut evidence = Evidence::default();
        evidence.add_settings(self.settings);
        evidence.add("library", OWN);
        evidence.add("flow", self.flow);
        if let Some(secret) = self.secret {
            evidence.add_secret(secret);
        }
        if let Some(thumbprint) = self.thumbprint.as_ref().filter(|_| self.settings.way() == Way::Certificate) {
            evidence.add("app.certificate", thumbprint);
        }
        if let Some(changed_at) = self.changed_at {
            evidence.add("change.minutes", minutes(changed_at));
        }
        if let Some(accepted_at) = self.accepted_at {
            evidence.add("worked.minutes", minutes(accepted_at));
        }
        if let Some(signed_in_at) = self.signed_in_at.filter(|_| !self.settings.way().is_app_only()) {
            evidence.add("signed-in.days", now.saturating_sub(signed_in_at).max(0) / DAY);
        }
        if let Some(off) = self.clock_off {
            evidence.add("clock.off", off);
        }
        evidence
    }

    /// The same with what the token at hand shows.
    pub fn with_token(&self, now: i64) -> Evidence {
        self.with_token_at(now, now)
    }

    /// Its life as it was `at` that time, by the clock of whoever judges it.
    fn with_token_at(&self, now: i64, at: i64) -> Evidence {
        let mut evidence = self.asked(now);
        let Some(tokens) = &self.tokens else { return evidence };
        evidence.add_token(&tokens.access, &tokens.scope, self.signed_in.as_deref(), at);
        if let Some(came) = tokens.issued_at.filter(|came| *came <= now) {
            evidence.add("token.minutes", (now - came) / 60);
        }
        evidence
    }

    /// The authority refuses.
    pub fn refused(&self, failure: &Failure, now: i64) -> Evidence {
        let mut evidence = self.asked(now);
        evidence.add_oauth(failure);
        evidence
    }

    /// It cannot be reached.
    pub fn unreached(&self, failure: &NetworkFailure, now: i64) -> Evidence {
        let mut evidence = self.asked(now);
        evidence.add_network(failure);
        evidence
    }

    /// The mail server was talked to, with a message for `recipient` or none.
    pub fn conversed(&self, conversation: &Conversation, recipient: Option<&Address>, now: i64) -> Evidence {
        let said = conversation.ending.reply().and_then(|reply| reading::refused_at(&reply.text()));
        let mut evidence = self.with_token_at(now, said.unwrap_or(now));
        if let Ok(account) = self.settings.account() {
            evidence.add_mail_server(&account);
        }
        evidence.add("recipient", recipient.map_or("", Address::as_str));
        evidence.add_conversation(conversation);
        evidence
    }
}

impl Evidence {
    /// Where an account hands its mail in, and as whose.
    pub fn add_mail_server(&mut self, account: &Account) {
        self.add("sender", &account.sender);
        self.add("host", &account.server.host);
        self.add("port", account.server.port);
        self.add("security", id(account.server.security));
    }

    fn add_sign_in(&mut self, account: &Account) {
        self.add("user", &account.user);
        self.add("cloud", id(account.cloud));
        self.add("authority", &account.registration.authority);
        self.add("tenant", &account.registration.tenant);
        if account.cloud.is_microsoft() && account.registration.tenant.is_consumers() {
            self.add_once("account_type", "consumer");
        }
        self.add("client_id", &account.registration.client_id);
        for scope in &account.scopes {
            self.add("scope", scope);
            if account.cloud != Cloud::Custom {
                self.add_scope_audience(scope);
            }
        }
    }

    fn add_settings(&mut self, settings: &Settings) {
        if let Ok(account) = settings.account() {
            return self.add_sign_in(&account);
        }
        let texts = [
            ("user", settings.user.as_ref().map(ToString::to_string)),
            ("authority", settings.authority().ok().map(|authority| authority.to_string())),
            ("tenant", settings.tenant.as_ref().map(ToString::to_string)),
            ("client_id", settings.client_id.as_ref().map(ToString::to_string)),
            ("cloud", Some(id(settings.cloud()))),
        ];
        for (fact, text) in texts {
            self.add(fact, text.unwrap_or_default());
        }
    }

    /// A client secret, of which nothing but its form is told.
    fn add_secret(&mut self, secret: &Secret) {
        let is_id = secret.expose().parse::<Guid>().is_ok();
        self.add("secret.shape", if is_id { "guid" } else { "value" });
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::*;

    use super::*;
    use crate::{
        diagnosis::{Cause, Certainty, causes},
        network::FailureKind,
        smtp::{Ending, Reply, Stage},
    };

    const NOW: i64 = 1_800_000_000;

    fn settings(consent: &str) -> Settings {
        let text = format!(
            "consent = \"{consent}\"\ncertificate_file = \"/etc/app.pem\"\nuser = \"kim@contoso.example\"\n\
             tenant = \"contoso.example\"\nclient_id = \"0f000000-0000-4000-8000-000000000001\""
        );
        toml::from_str(&text).unwrap()
    }

    /// Before anything was got, asked or set.
    fn fresh(settings: &Settings) -> Attempted<'_> {
        Attempted {
            settings,
            secret: None,
            thumbprint: Some("AB12".into()),
            flow: settings.way().flow(),
            tokens: None,
            signed_in: None,
            signed_in_at: None,
            accepted_at: None,
            changed_at: None,
            clock_off: None,
        }
    }

    fn tokens(user: &str) -> Tokens {
        let claims = serde_json::json!({
            "aud": "https://outlook.office.com", "scp": "SMTP.Send", "upn": user, "exp": NOW + 600, "idtyp": "user"
        });
        let [head, body] = ["{}", &claims.to_string()].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        Tokens {
            access: Secret::new(format!("{head}.{body}.CANARY")),
            refresh: None,
            id: None,
            expires_at: NOW + 600,
            scope: "https://outlook.office.com/SMTP.Send".into(),
            issued_at: Some(NOW - 120),
            signed_in_at: None,
        }
    }

    fn refused() -> Conversation {
        let reply = Reply::new(535, vec!["5.7.3 Authentication unsuccessful".into()]);
        Conversation::of(Ending::Refused { stage: Stage::Auth, reply })
    }

    fn found(evidence: &Evidence) -> Vec<(&'static str, Certainty)> {
        causes(evidence).into_iter().map(|Cause { slug, certainty, .. }| (slug, certainty)).collect()
    }

    #[test]
    fn what_the_app_shows_itself_by_and_who_signed_in_are_told_where_they_count() {
        let told = |consent: &str| {
            let settings = settings(consent);
            let evidence = Attempted { signed_in_at: Some(NOW - 3 * DAY), ..fresh(&settings) }.asked(NOW);
            [evidence.text("app.certificate"), evidence.text("signed-in.days")]
        };
        assert_eq!(told("client-credentials"), [Some("AB12".into()), None]);
        assert_eq!(told("device-code"), [None, Some("3".into())]);
    }

    #[test]
    fn a_mailbox_that_worked_today_speaks_of_the_service() {
        let settings = settings("device-code");
        let attempted = Attempted {
            tokens: Some(tokens("kim@contoso.example")),
            accepted_at: Some(NOW - 3600),
            ..fresh(&settings)
        };
        let evidence = attempted.conversed(&refused(), None, NOW);
        assert_eq!(
            [evidence.text("worked.minutes"), evidence.text("token.minutes")],
            [Some("60".into()), Some("2".into())]
        );
        assert!(found(&evidence).contains(&("service_side_fault", Certainty::Likely)), "{:?}", found(&evidence));
        // One that never worked, or another user's token, does not.
        for other in [
            Attempted { accepted_at: None, ..attempted.clone() },
            Attempted { tokens: Some(tokens("admin@contoso.example")), ..attempted.clone() },
        ] {
            let found = found(&other.conversed(&refused(), None, NOW));
            assert!(!found.contains(&("service_side_fault", Certainty::Likely)), "{found:?}");
        }
    }

    #[test]
    fn a_tokens_life_is_told_by_the_clock_of_the_server_that_refuses_it() {
        let settings = settings("device-code");
        let attempted = Attempted { tokens: Some(tokens("kim@contoso.example")), ..fresh(&settings) };
        let life = |time: &str| {
            let said =
                format!("5.7.3 Authentication unsuccessful [AM0P0101CA0001.eurprd01.prod.outlook.com {time} 08DC1]");
            let ending = Ending::Refused { stage: Stage::Auth, reply: Reply::new(535, vec![said]) };
            attempted.conversed(&Conversation::of(ending), None, NOW).text("token.life").unwrap()
        };
        assert_eq!(
            (life("2027-01-15T08:00:01.000Z"), life("2027-01-15T10:00:00.000Z")),
            ("valid".into(), "expired".into())
        );
    }

    #[test]
    fn what_was_just_changed_counts_for_the_mail_server_and_for_the_authority() {
        let settings = settings("client-credentials");
        let attempted = Attempted { changed_at: Some(NOW - 300), tokens: Some(tokens("")), ..fresh(&settings) };
        let failure = Failure { codes: vec![700_016], description: "AADSTS700016: x".into(), ..Failure::default() };
        for evidence in [attempted.refused(&failure, NOW), attempted.conversed(&refused(), None, NOW)] {
            let found = found(&evidence);
            assert!(found.iter().any(|(slug, _)| *slug == "propagation_delay"), "{found:?}");
        }
    }

    #[test]
    fn a_wrong_clock_counts_where_the_authority_cannot_be_reached() {
        let settings = settings("device-code");
        let failure = NetworkFailure {
            kind: FailureKind::Certificate,
            address: "login.microsoftonline.com:443".into(),
            detail: "the far end's certificate is not taken".into(),
        };
        let off = |clock_off| found(&Attempted { clock_off, ..fresh(&settings) }.unreached(&failure, NOW));
        assert!(off(Some(-90_000)).contains(&("clock_skew", Certainty::Likely)), "{:?}", off(Some(-90_000)));
        assert!(!off(Some(5)).iter().any(|(slug, _)| *slug == "clock_skew"), "{:?}", off(Some(5)));
    }
}
