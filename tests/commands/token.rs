//! `token`: a token and nothing else, from the file or by one refresh.

use std::{fs, os::unix::fs::PermissionsExt, process::Stdio};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::desk::{Desk, ran};

#[test]
fn a_token_that_lives_is_printed_from_the_file_in_every_form() {
    let desk = Desk::signed_in(0);
    let vault = desk.vault();
    let token = vault.access_token.clone().unwrap();
    let raw = desk.run(&["token"]);
    assert_eq!((raw.stdout, raw.stderr, raw.status), (format!("{}\n", token.expose()), String::new(), 0));
    let json: Value = serde_json::from_str(&desk.run(&["token", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(
        (&json["user"], &json["expires_at"]),
        (&"alerts@contoso.example".into(), &vault.expires_at.unwrap().into())
    );
    assert_eq!(json.as_object().unwrap().len(), 5);
    let blob = desk.run(&["token", "--format", "xoauth2", "-a", "alerts"]).stdout;
    let sasl = STANDARD.decode(blob.trim_end()).unwrap();
    assert_eq!(sasl, format!("user=alerts@contoso.example\x01auth=Bearer {}\x01\x01", token.expose()).into_bytes());
}

#[test]
fn a_token_that_is_about_to_die_is_renewed_and_kept_before_it_is_printed() {
    let desk = Desk::signed_in(3550);
    let before = desk.vault();
    let printed = desk.run(&["token"]);
    let after = desk.vault();
    assert_eq!(printed.status, 0, "{printed:?}");
    assert_ne!(after.access_token, before.access_token);
    assert_ne!(after.refresh_token, before.refresh_token);
    assert_eq!(printed.stdout.trim_end(), after.access_token.unwrap().expose());
}

#[test]
fn refresh_and_min_life_renew_a_token_that_would_do() {
    let desk = Desk::signed_in(1000);
    let first = desk.run(&["token"]).stdout;
    let second = desk.run(&["token", "--min-life", "3000"]).stdout;
    let third = desk.run(&["token", "--refresh"]).stdout;
    assert!(first != second && second != third);
    assert_eq!(desk.run(&["token"]).stdout, third);
}

#[test]
fn fifty_at_once_cause_one_refresh_and_print_one_token() {
    let desk = Desk::signed_in(3550);
    // Every refresh answers with a new refresh token.
    let issued = || desk.simulator.with_state(|state| state.ledger.refresh_tokens.len());
    let before = issued();
    let mut command = desk.command(&["token"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let children: Vec<_> = (0..50).map(|_| command.spawn().unwrap()).collect();
    let printed: Vec<_> = children.into_iter().map(|child| ran(child.wait_with_output().unwrap())).collect();
    let token = format!("{}\n", desk.vault().access_token.unwrap().expose());
    for ran in printed {
        assert_eq!((ran.status, &ran.stdout, ran.stderr.as_str()), (0, &token, ""));
    }
    assert_eq!(issued(), before + 1);
}

#[test]
fn standard_input_is_left_alone() {
    let desk = Desk::signed_in(0);
    let mut input = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut input, b"for somebody else").unwrap();
    std::io::Seek::rewind(&mut input).unwrap();
    let shared = input.try_clone().unwrap();
    assert!(desk.command(&["token"]).stdin(shared).output().unwrap().status.success());
    assert_eq!(std::io::read_to_string(input).unwrap(), "for somebody else");
}

#[test]
fn a_refresh_token_that_was_revoked_needs_a_new_sign_in() {
    let desk = Desk::signed_in(3550);
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| {
        smtp_oauth::simulator::switches::switch(state, "refresh", "revoked", now).unwrap();
    });
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (77, ""));
    assert!(ran.stderr.contains("AADSTS50173"), "{}", ran.stderr);
    let kept = desk.vault();
    assert_eq!(kept.refused.unwrap().codes, [50173]);
    assert!(kept.refused_at.unwrap() >= now.timestamp() && kept.refresh_token.is_some());
}

#[test]
fn nothing_goes_out_past_a_proxy_that_is_written_wrongly() {
    let desk = Desk::signed_in(0);
    desk.configure(|settings| settings.endpoints.authority = Some("https://login.example".parse().unwrap()));
    let mut command = desk.command(&["token", "--refresh"]);
    let ran = ran(command.env("HTTPS_PROXY", "::::").env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap());
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("HTTPS_PROXY is set, and names no proxy"), "{}", ran.stderr);
}

#[test]
fn an_authority_that_cannot_be_reached_is_named() {
    let desk = Desk::signed_in(3550);
    desk.configure(|settings| settings.endpoints.authority = Some("https://127.0.0.1:1".parse().unwrap()));
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (69, ""));
    assert!(ran.stderr.contains("127.0.0.1:1"), "{}", ran.stderr);
}

#[test]
fn a_secret_file_that_others_may_read_is_refused() {
    let desk = Desk::signed_in(0);
    fs::set_permissions(desk.vault_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    assert!(ran.stderr.contains("chmod 600"), "{}", ran.stderr);
}

#[test]
fn an_account_that_never_signed_in_says_so() {
    let desk = Desk::signed_in(0);
    fs::remove_file(desk.vault_file()).unwrap();
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (77, ""));
}
