//! The wizard and the commands with an authority that is not Microsoft's: `oidc-provider`, which renews
//! with a new refresh token every time and voids the whole sign-in when an old one comes back.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::{
    account::Account,
    browser::Person,
    certificate::Certificates,
    dovecot::Dovecot,
    process::finish,
    provider::{Provider, TENANT},
    sink::Sink,
    wizard::Wizard,
};

pub const USER: &str = "alerts@contoso.example";
pub const SCOPES: &str = "SMTP.Send offline_access openid profile";

/// An authority, and a mail server that believes it.
pub struct Pair {
    pub provider: Provider,
    pub dovecot: Dovecot,
    pub account: Account,
}

impl Pair {
    pub fn start(format: &str) -> Self {
        let certificates = Certificates::make();
        let provider = Provider::start(&certificates, format);
        let dovecot = match format {
            "jwt" => Dovecot::believing(&provider.keys(), certificates, Sink::start()),
            _ => Dovecot::start(&provider.introspection(), certificates, Sink::start()),
        };
        Self { provider, dovecot, account: Account::empty() }
    }

    /// The wizard up to the code, and the person at the browser who decides.
    fn wizard(&self, client_id: &str, secret: &str, declines: bool) -> Wizard {
        let ca_file = self.dovecot.certificates.ca();
        let (server, ca) = (format!("127.0.0.1:{}", self.dovecot.port), ca_file.to_str().unwrap());
        let typed =
            [USER, &self.provider.origin, ca, &server, "1", TENANT, "1", client_id, "", SCOPES, "", secret, "", ""];
        let mut wizard = Wizard::start(&self.account, &typed);
        let (address, user_code) = wizard.device_code();
        let page = Person { user: USER, user_code: &user_code, declines }.visit(&ca_file, &address);
        assert!(page.contains(if declines { "Sign-in" } else { "Sign-in Success" }), "{page}");
        wizard
    }

    /// The wizard to its end; what it printed.
    fn set_up(&self, client_id: &str, secret: &str) -> String {
        let mut wizard = self.wizard(client_id, secret, false);
        // Token, connection, a message to oneself and what became of it, the account's name, the files, done.
        wizard.answer(&["", "", "", "", "", "", ""]);
        let (status, out) = wizard.ended();
        assert_eq!(status, 0, "{out}");
        assert!(out.contains("235 2.7.0 Logged in."), "{out}");
        assert!(self.dovecot.sink.message().contains(&format!("From: {USER}\nTo: {USER}\n")));
        self.account.is_discreet(&out);
        out
    }
}

#[test]
fn the_wizard_leads_to_an_account_that_renews_and_sends() {
    let pair = Pair::start("jwt");
    pair.set_up("public-client", "");
    let account = &pair.account;

    let first = account.vault();
    assert_eq!(account.token(&[]), first["access_token"]);
    let renewed = account.token(&["--refresh"]);
    let second = account.vault();
    assert_eq!(renewed, second["access_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_ne!(first["refresh_token"], second["refresh_token"]);

    let document: Value = serde_json::from_str(&account.token(&["--format", "json"])).unwrap();
    assert_eq!((&document["access_token"], &document["user"]), (&second["access_token"], &USER.into()));
    let blob = BASE64_STANDARD.decode(account.token(&["--format", "xoauth2"])).unwrap();
    assert_eq!(blob, format!("user={USER}\x01auth=Bearer {renewed}\x01\x01").as_bytes());

    let tested = account.run(&["test", "--json", "--send-to", "ops@contoso.example"]);
    let document = tested.json();
    assert_eq!((tested.status, &document["outcome"]), (0, &"accepted".into()), "{}", tested.out);
    assert_eq!(document["token"]["form"], "jwt");
    assert_eq!(document["token"]["aud"], "https://mail.example");
    assert_eq!(document["token"]["upn"], USER);
    assert_eq!(document["token"]["scp"], serde_json::json!(["SMTP.Send"]));
    assert!(pair.dovecot.sink.message().contains("To: ops@contoso.example"));
}

#[test]
fn an_app_with_a_secret_and_opaque_tokens_will_do() {
    let pair = Pair::start("opaque");
    let out = pair.set_up("confidential-client", "CANARY-of-the-app");
    assert!(!out.contains("CANARY"), "{out}");
    pair.account.token(&["--refresh"]);
    let tested = pair.account.run(&["test", "--json"]);
    assert_eq!(tested.status, 0, "{}", tested.out);
    assert_eq!(tested.json()["token"]["form"], "opaque");
}

#[test]
fn a_person_who_declines_is_told_from_trouble() {
    let pair = Pair::start("jwt");
    let mut wizard = pair.wizard("public-client", "", true);
    wizard.sees("access_denied");
    assert_eq!(wizard.ended().0, 2);
    assert!(!pair.account.vault_file().exists());
}

#[test]
fn fifty_programs_at_once_renew_once() {
    let pair = Pair::start("jwt");
    pair.set_up("public-client", "");
    let account = &pair.account;
    let mut vault = account.vault();
    vault["expires_at"] = 1.into();
    std::fs::write(account.vault_file(), vault.to_string()).unwrap();
    // A second renewal with the same refresh token would void the sign-in, and the next one fail.
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..50).map(|_| scope.spawn(|| account.token(&[]))).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(tokens.iter().all(|token| *token == account.vault()["access_token"]));
    account.token(&["--refresh"]);
}

#[test]
fn a_refresh_token_that_is_void_needs_a_new_sign_in() {
    let pair = Pair::start("jwt");
    pair.set_up("public-client", "");
    let account = &pair.account;
    let before = account.vault();
    account.token(&["--refresh"]);
    std::fs::write(account.vault_file(), before.to_string()).unwrap();
    let refused = finish(account.command().args(["token", "--refresh"]), "");
    assert_eq!((refused.status, refused.out.as_str()), (77, ""), "{}", refused.err);
    assert!(refused.err.contains("invalid_grant"), "{}", refused.err);
    let after = account.vault();
    for kept in ["access_token", "refresh_token", "expires_at"] {
        assert_eq!(after[kept], before[kept], "a refusal takes nothing away");
    }
    assert_eq!(after["refused"]["summary"], "invalid_grant");
}
