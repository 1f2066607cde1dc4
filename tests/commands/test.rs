//! `test`: the exchange, the outcome, the causes; as text and as JSON.

use serde_json::Value;
use smtp_oauth::simulator::switches::switch;

use crate::desk::{Desk, ran};

fn json(desk: &Desk, arguments: &[&str], status: i32) -> Value {
    let ran = desk.run(&[&["test", "--json"], arguments].concat());
    assert_eq!((ran.status, ran.stderr.as_str()), (status, ""), "{}", ran.stdout);
    let token = desk.vault().access_token.unwrap();
    assert!(!ran.stdout.contains(token.expose()), "the token is in the output");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn set(desk: &Desk, key: &str, value: &str) {
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| switch(state, key, value, now)).unwrap();
}

fn stages(document: &Value) -> Vec<&str> {
    document["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].as_str().unwrap()).collect()
}

#[test]
fn an_accepted_test_has_every_key_of_the_document() {
    let desk = Desk::signed_in(0);
    let document = json(&desk, &[], 0);
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["account", "outcome", "user", "sender", "host", "port", "stages", "transcript", "tls", "token", "causes"]
    );
    assert_eq!(document["outcome"], "accepted");
    assert_eq!(document["token"]["upn"], "alerts@contoso.example");
    assert_eq!(document["causes"], Value::Array(Vec::new()));
    assert_eq!(
        stages(&document),
        ["token", "resolve", "connect", "greeting", "ehlo", "starttls", "tls", "ehlo", "auth", "quit"]
    );
    let sasl = document["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["text"].as_str().unwrap().contains("Bearer"));
    assert!(sasl.unwrap()["text"].as_str().unwrap().contains("<token: "), "{sasl:?}");
    assert!(desk.simulator.messages().is_empty());
}

#[test]
fn in_ascii_the_marks_are_ascii_too() {
    let desk = Desk::signed_in(0);
    let of_locale = desk.command(&["test"]).env("LC_ALL", "C").output().unwrap();
    for ran in [desk.run(&["test", "--ascii"]), ran(of_locale)] {
        assert!(ran.status == 0 && ran.stdout.contains("<token: ") && ran.stdout.is_ascii(), "{}", ran.stdout);
    }
    assert!(desk.run(&["test"]).stdout.contains("‹token: "));
}

#[test]
fn whether_the_sign_in_was_taken_is_kept() {
    let desk = Desk::signed_in(0);
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:off");
    json(&desk, &[], 1);
    let vault = desk.vault();
    assert!(vault.refused.unwrap().summary.contains("5.7.139") && vault.refused_at.is_some());
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:on");
    json(&desk, &[], 0);
    let vault = desk.vault();
    assert!(vault.refused.is_none() && vault.last_success >= vault.refused_at);
}

#[test]
fn a_real_message_goes_to_the_reply_after_data() {
    let desk = Desk::signed_in(0);
    let document = json(&desk, &["--send-to", "alerts@contoso.example", "--from", "noreply@contoso.example"], 0);
    assert!(stages(&document).contains(&"data"));
    assert_eq!(document["sender"], "noreply@contoso.example");
    let messages = desk.simulator.messages();
    assert_eq!((messages.len(), messages[0].mail_from.as_str()), (1, "noreply@contoso.example"));
    assert!(messages[0].text.contains("From: noreply@contoso.example"));
}

#[test]
fn a_sender_that_is_not_allowed_is_refused_after_data() {
    let desk = Desk::signed_in(0);
    let document = json(&desk, &["--send-to", "alerts@contoso.example", "--from", "admin@contoso.example"], 1);
    assert_eq!(document["outcome"], "refused");
    assert!(document["causes"][0]["evidence"][0].as_str().unwrap().contains("SendAsDenied"), "{document}");
    assert_eq!(
        (&document["causes"][0]["cause"], &document["causes"][0]["item"]),
        (&"send_as_denied".into(), &"send-as".into())
    );
    let commands = document["causes"][0]["commands"].to_string();
    assert!(commands.contains("-Identity 'admin@contoso.example' -Trustee 'alerts@contoso.example'"), "{commands}");
}

#[test]
fn the_switches_of_exchange_are_told_apart() {
    let desk = Desk::signed_in(0);
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:off");
    let document = json(&desk, &[], 1);
    assert_eq!(document["causes"][0]["cause"], "smtp_auth_disabled_mailbox");
    assert_eq!(document["causes"][0]["certainty"], "certain");
    let command = document["causes"][0]["commands"][1].as_str().unwrap();
    assert_eq!(command, "Set-CASMailbox -Identity 'alerts@contoso.example' -SmtpClientAuthenticationDisabled $false");
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:inherit");
    assert_eq!(json(&desk, &[], 1)["causes"][0]["cause"], "smtp_auth_disabled_tenant");
}

#[test]
fn another_user_than_the_tokens_is_named() {
    let desk = Desk::signed_in(0);
    set(&desk, "mailbox_smtp_auth", "admin@contoso.example:on");
    desk.configure(|settings| settings.user = Some("admin@contoso.example".parse().unwrap()));
    let document = json(&desk, &[], 1);
    assert_eq!(document["causes"][0]["cause"], "user_is_not_token_user");
    assert_eq!(document["causes"][0]["item"], "smtp-user");
}

#[test]
fn a_token_for_graph_is_named() {
    let desk = Desk::signed_in_with(0, |settings| settings.scopes = vec!["SMTP.Send".into(), "offline_access".into()]);
    assert_eq!(json(&desk, &[], 1)["causes"][0]["cause"], "wrong_audience_graph_token");
}

#[test]
fn a_closed_port_and_a_stranger_are_unreachable_with_their_address() {
    let desk = Desk::signed_in(0);
    desk.configure(|settings| settings.smtp.port = Some(1));
    let document = json(&desk, &[], 69);
    assert_eq!((&document["outcome"], &document["tls"]), (&"unreachable".into(), &Value::Null));
    assert!(document.to_string().contains("127.0.0.1:1"));
    desk.configure(|settings| settings.endpoints.ca_file = None);
    let document = json(&desk, &[], 69);
    assert!(document["tls"]["issuer"].is_string(), "{document}");
}

#[test]
fn a_ca_file_that_is_gone_is_named_whoever_would_have_been_asked() {
    // A token that lives leads to the mail server, a stale one to the authority.
    for age in [0, 3550] {
        let desk = Desk::signed_in(age);
        desk.configure(|settings| settings.endpoints.ca_file = Some("/nowhere/ca.pem".into()));
        let document = json(&desk, &[], 78);
        assert_eq!(document["outcome"], "incomplete", "{document}");
        assert_eq!(document["causes"][0]["cause"], "ca_file_unusable");
        assert!(document.to_string().contains("/nowhere/ca.pem"), "{document}");
        let ran = desk.run(&["test"]);
        assert_eq!(ran.status, 78);
        assert!(ran.stdout.contains("/nowhere/ca.pem") || ran.stderr.contains("/nowhere/ca.pem"), "{}", ran.stderr);
    }
}

#[test]
fn without_a_token_the_outcome_is_sign_in() {
    let desk = Desk::signed_in(3550);
    set(&desk, "refresh", "revoked");
    let document = json(&desk, &[], 77);
    assert_eq!((document["outcome"].as_str(), stages(&document)), (Some("sign-in"), vec!["token"]));
    assert!(document["causes"][0]["evidence"].to_string().contains("50173"), "{document}");
}

#[test]
fn text_shows_the_raw_exchange_and_says_what_is_not_shown() {
    let desk = Desk::signed_in(0);
    let ran = desk.run(&["test"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for part in ["S: 220 ", "C: STARTTLS", "C: AUTH XOAUTH2", "S: 334", "S: 235 2.7.0", "--send-to"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:off");
    let ran = desk.run(&["test"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("Authenticated SMTP is switched off for this mailbox (certain)"), "{}", ran.stdout);
}

fn first_cause(document: &Value) -> (&str, &str) {
    let cause = &document["causes"][0];
    (cause["cause"].as_str().unwrap(), cause["certainty"].as_str().unwrap())
}

fn evidence(document: &Value) -> String {
    document["causes"][0]["evidence"].to_string()
}

/// The account's user is another than the one who signed in, and the token tells nothing itself.
fn of_somebody_else() -> Desk {
    let desk = Desk::signed_in(0);
    set(&desk, "opaque_tokens", "on");
    set(&desk, "mailbox_smtp_auth", "noreply@contoso.example:on");
    desk.configure(|settings| settings.user = Some("noreply@contoso.example".parse().unwrap()));
    assert_eq!(desk.run(&["token", "--refresh"]).status, 0);
    desk
}

#[test]
fn a_name_that_is_tried_makes_the_cause_certain() {
    let desk = of_somebody_else();
    let before = json(&desk, &[], 1);
    assert_ne!(first_cause(&before).1, "certain", "{before}");
    let document = json(&desk, &["--try", "sign-in-name"], 1);
    assert_eq!(first_cause(&document), ("user_is_not_token_user", "certain"));
    assert!(evidence(&document).contains("accepted"), "{}", evidence(&document));
    let keys = |document: &Value| document.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&document), keys(&before));
}

#[test]
fn a_refused_test_names_the_commands_that_would_tell_more() {
    let desk = of_somebody_else();
    let ran = desk.run(&["test"]);
    assert!(ran.stdout.contains("--account alerts --try sign-in-name ("), "{}", ran.stdout);
    assert!(!ran.stdout.contains("own-sender"), "{}", ran.stdout);
    let ran = desk.run(&["test", "--try", "sign-in-name"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stdout.matches("235 2.7.0").count(), 1, "one more sign-in: {}", ran.stdout);
    assert!(!ran.stdout.contains("--try sign-in-name"), "{}", ran.stdout);
    let report = desk.run(&["test", "--try", "sign-in-name", "--report", "-"]).stdout;
    assert_eq!(report.matches("235 2.7.0").count(), 1, "the exchange of what was tried as well: {report}");
}

#[test]
fn nothing_is_tried_where_it_was_accepted_or_not_asked() {
    let desk = Desk::signed_in(0);
    let ran = desk.run(&["test", "--try", "sign-in-name", "--try", "fresh-token"]);
    assert_eq!((ran.status, ran.stdout.matches("AUTH XOAUTH2").count()), (0, 1), "{}", ran.stdout);
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:off");
    let ran = desk.run(&["test"]);
    assert_eq!(ran.stdout.matches("C: AUTH XOAUTH2").count(), 1, "{}", ran.stdout);
    assert!(!ran.stdout.contains("--try"), "a certain cause leaves nothing to try: {}", ran.stdout);
}

#[test]
fn what_cannot_be_tried_says_so_and_shows_nothing() {
    let desk = Desk::signed_in(0);
    set(&desk, "mailbox_smtp_auth", "alerts@contoso.example:off");
    let ran = desk.run(&["test", "--json", "--try", "sign-in-name", "--try", "own-sender"]);
    assert_eq!(ran.status, 1);
    for name in ["sign-in-name", "own-sender"] {
        let said = format!("--try {name}: this could not be tried");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(first_cause(&document), ("smtp_auth_disabled_mailbox", "certain"));
}

#[test]
fn a_token_for_another_audience_is_not_the_accounts() {
    let desk = Desk::signed_in_with(0, |settings| settings.scopes = vec!["SMTP.Send".into(), "offline_access".into()]);
    set(&desk, "admin_consent", "granted");
    set(&desk, "one_time_refresh", "on");
    let before = desk.vault();
    let document = json(&desk, &["--try", "other-audience"], 1);
    assert_eq!(first_cause(&document), ("wrong_audience_graph_token", "certain"));
    assert!(evidence(&document).contains("https://outlook.office.com"), "{}", evidence(&document));
    let after = desk.vault();
    assert_eq!(after.access_token, before.access_token);
    assert_ne!(after.refresh_token, before.refresh_token, "the one that was sent is worth nothing now");
    assert_eq!(desk.run(&["token", "--refresh"]).status, 0);
}

#[test]
fn a_name_of_an_experiment_is_one_of_the_list() {
    let ran = Desk::signed_in(0).run(&["test", "--try", "luck"]);
    assert!(ran.status == 64 && ran.stderr.contains("address-family"), "{}", ran.stderr);
}
