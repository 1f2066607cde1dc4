//! Every way of consent but the device code, unattended, with the authority and the mail server of others: from an
//! answers file to a message that went out, and to a token that is asked for anew.

use std::{fs, io::Write};

use serde_json::Value;

use crate::{
    authority::{Pair, SCOPES, USER},
    browser::Person,
    grants::app_certificate,
    process::Running,
    unattended::{Outcome, state},
};

const PERSON: Person<'_> = Person { user: USER, user_code: "", declines: false };

impl Pair {
    /// All of it proven: a token, a 235, a message.
    fn sends(&self, outcome: &Outcome) {
        let Outcome { status, document, said } = outcome;
        assert_eq!((*status, &document["outcome"]), (0, &"accepted".into()), "{document}\n{said}");
        self.account.is_discreet(said);
        self.account.is_discreet(&document.to_string());
        assert!(document["test"]["transcript"].to_string().contains("235 2.7.0 Logged in."), "{document}");
        assert!(self.dovecot.sink.message().contains("To: ops@contoso.example"));
        for item in ["client-id", "consent", "token", "connection", "message"] {
            assert_eq!(state(document, item), "proven", "{item}");
        }
    }

    /// Asked for anew, by the file alone.
    fn renews(&self) {
        let before = self.account.vault();
        let token = self.account.token(&["--refresh"]);
        let after = self.account.vault();
        assert_ne!(before["access_token"], token.as_str());
        assert_eq!(after["access_token"], token.as_str());
        let rotates = before["refresh_token"].is_string();
        assert_eq!(before["refresh_token"] != after["refresh_token"], rotates, "{after}");
    }

    fn config(&self) -> String {
        fs::read_to_string(self.account.directory.path().join("config.toml")).unwrap()
    }
}

/// What runs beside a setup that needs nobody.
fn nothing(_: &mut Running) {}

#[test]
fn an_app_signs_in_as_itself_by_a_secret() {
    let pair = Pair::start("jwt");
    pair.secret_file("client-secret", "CANARY-of-the-app");
    let more = "consent = \"client-credentials\"\nclient_id = \"app-by-secret\"\n\
                client_secret_file = \"client-secret\"\nsend_to = \"ops@contoso.example\"";
    let outcome = pair.unattended("SMTP.Send", more, nothing);
    pair.sends(&outcome);
    assert_eq!(state(&outcome.document, "client-secret"), "proven");
    assert_eq!(pair.account.vault()["refresh_token"], Value::Null);
    pair.renews();
}

#[test]
fn an_app_signs_in_as_itself_by_a_certificate_of_either_algorithm() {
    for client_id in ["app-by-certificate", "app-by-old-certificate"] {
        let pair = Pair::start("jwt");
        app_certificate(pair.account.directory.path());
        let more = format!(
            "consent = \"client-credentials\"\nclient_id = {client_id:?}\ncertificate_file = \"app.pem\"\n\
             certificate_key_file = \"app.key\"\nsend_to = \"ops@contoso.example\""
        );
        pair.sends(&pair.unattended("SMTP.Send", &more, nothing));
        let kept = pair.account.vault();
        assert_eq!((&kept["client_secret"], &kept["refresh_token"]), (&Value::Null, &Value::Null));
        assert!(pair.config().contains("/app.key\""), "{}", pair.config());
        pair.renews();
        pair.renews();
    }
}

#[test]
fn a_password_is_sent_once_and_is_not_kept() {
    let pair = Pair::start("jwt");
    pair.secret_file("password", "CANARY-of-the-person");
    let more = "consent = \"password\"\nclient_id = \"public-client\"\npassword_file = \"password\"\n\
                send_to = \"ops@contoso.example\"";
    pair.sends(&pair.unattended("SMTP.Send offline_access", more, nothing));
    assert!(!pair.account.vault().to_string().contains("CANARY"));
    pair.renews();
}

#[test]
fn the_browser_comes_back_to_this_machine() {
    let pair = Pair::start("jwt");
    let more = "consent = \"browser\"\nbrowser = \"loopback\"\nredirect_uri = \"http://localhost\"\n\
                client_id = \"public-client\"\nsend_to = \"ops@contoso.example\"";
    let outcome = pair.unattended(SCOPES, more, |running| {
        let event = running.event("authorize_url");
        let page = PERSON.visit(&pair.dovecot.certificates.ca(), event["url"].as_str().unwrap());
        assert!(!page.contains("code="), "{page}");
    });
    pair.sends(&outcome);
    assert_eq!(state(&outcome.document, "redirect-uri"), "proven");
    pair.renews();
}

#[test]
fn the_address_that_the_browser_came_to_is_handed_over() {
    for (client_id, redirect_uri, secret) in [
        // Nobody listens there.
        ("public-client", "http://localhost:9/back", ""),
        ("confidential-client", "https://app.example/back", "client_secret_file = \"client-secret\""),
    ] {
        let pair = Pair::start("jwt");
        pair.secret_file("client-secret", "CANARY-of-the-app");
        let more = format!(
            "consent = \"browser\"\nbrowser = \"paste\"\nredirect_uri = {redirect_uri:?}\nclient_id = {client_id:?}\n\
             send_to = \"ops@contoso.example\"\n{secret}"
        );
        let outcome = pair.unattended(SCOPES, &more, |running| {
            let event = running.event("authorize_url");
            let address = PERSON.comes_to(&pair.dovecot.certificates.ca(), event["url"].as_str().unwrap());
            assert!(address.starts_with(redirect_uri) && address.contains("code="), "{address}");
            writeln!(running.input.as_mut().unwrap(), "{address}").unwrap();
        });
        pair.sends(&outcome);
        pair.renews();
    }
}
