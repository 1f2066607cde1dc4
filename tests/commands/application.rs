//! Tokens of an app that signs in as itself: by secret or certificate, from the account's files or from what systemd
//! hands to a unit.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use smtp_oauth::{
    account::{Settings, settings::Consent, vault::Vault},
    secret::Secret,
    simulator::switches::switch,
};

use crate::desk::{Desk, Ran, ran};

fn as_app(settings: &mut Settings) {
    settings.consent = Some(Consent::ClientCredentials);
}

fn app() -> Desk {
    let desk = Desk::new();
    desk.configure(as_app);
    desk
}

fn write(path: PathBuf, mode: u32, text: &str) -> PathBuf {
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn with_credentials(desk: &Desk, directory: &Path, arguments: &[&str]) -> Ran {
    ran(desk.command(arguments).env("CREDENTIALS_DIRECTORY", directory).output().unwrap())
}

fn secret(desk: &Desk) -> Secret {
    Secret::new(desk.simulator.announcement().client_secret.clone())
}

#[test]
fn an_app_asks_anew_each_time_and_keeps_no_refresh_token() {
    let desk = app();
    desk.keep(&Vault::new(Some(secret(&desk))));
    let first = desk.run(&["token"]);
    assert_eq!((first.status, first.stderr.as_str()), (0, ""));
    assert_eq!(desk.run(&["token"]).stdout, first.stdout);
    assert_ne!(desk.run(&["token", "--refresh"]).stdout, first.stdout);
    let vault = desk.vault();
    assert!(vault.refresh_token.is_none() && vault.client_secret.is_some() && vault.last_success.is_some());
    let ran = desk.run(&["test"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
}

#[test]
fn a_secret_that_has_expired_or_is_another_is_told_with_what_to_do() {
    let desk = app();
    desk.keep(&Vault::new(Some(secret(&desk))));
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| switch(state, "secret_expires", "1", now)).unwrap();
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (77, ""));
    assert!(ran.stderr.contains("AADSTS7000222") && ran.stderr.contains("'New client secret'"), "{}", ran.stderr);
    let whole = format!("smtp-oauth --config {}", desk.directory.path().display());
    assert!(ran.stderr.contains(&whole) && ran.stderr.contains("credential of the systemd unit"), "{}", ran.stderr);
    assert_eq!(desk.vault().refused.unwrap().codes, [7_000_222]);
    let told = desk.run(&["status"]).stdout;
    assert!(told.contains("a new client secret or certificate is needed") && told.contains(&whole), "{told}");
    assert!(!told.contains("sign in again"), "{told}");

    let directory = tempfile::tempdir().unwrap();
    write(directory.path().join("alerts.client-secret"), 0o400, "CANARY-other\n");
    let ran = with_credentials(&desk, directory.path(), &["token"]);
    assert!(ran.status == 77 && ran.stderr.contains("AADSTS7000215"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("CANARY"));
}

#[test]
fn a_secret_that_systemd_hands_over_needs_no_other_file() {
    let desk = app();
    let directory = tempfile::tempdir().unwrap();
    // As systemd makes it where it has access control lists.
    write(directory.path().join("alerts.client-secret"), 0o440, &format!("{}\n", secret(&desk).expose()));
    let ran = with_credentials(&desk, directory.path(), &["token"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(desk.vault().client_secret.is_none(), "it is not copied");
    let ran = with_credentials(&desk, directory.path(), &["token", "--refresh"]);
    assert_eq!(ran.status, 0);
}

#[test]
fn a_certificate_gets_tokens_with_its_key_beside_it_or_from_systemd() {
    let desk = Desk::new();
    let (certificate, key, der) = crate::keys::pair();
    desk.simulator.with_state(|state| state.registrations[0].certificates.push(der));
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let certificate = write(at("app.pem"), 0o644, &certificate);
    let closed = write(at("app.key"), 0o600, &key);
    let configure = |key: Option<PathBuf>| {
        desk.configure(|settings| {
            as_app(settings);
            settings.certificate_file = Some(certificate.clone());
            settings.certificate_key_file = key;
        });
    };
    configure(Some(closed.clone()));
    let first = desk.run(&["token"]);
    assert_eq!((first.status, first.stderr.as_str()), (0, ""));

    fs::set_permissions(&closed, fs::Permissions::from_mode(0o640)).unwrap();
    let ran = desk.run(&["token", "--refresh"]);
    assert!(ran.status == 78 && ran.stderr.contains("chmod 600"), "{}", ran.stderr);

    configure(None);
    let ran = desk.run(&["token", "--refresh"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    write(at("alerts.certificate-key"), 0o400, &key);
    let ran = with_credentials(&desk, directory.path(), &["token", "--refresh"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_ne!(ran.stdout, first.stdout);
}

#[test]
fn an_assertion_is_made_by_the_authoritys_clock_when_it_is_refused_by_this_ones() {
    let desk = Desk::new();
    let (certificate, key, der) = crate::keys::pair();
    desk.simulator.with_state(|state| state.registrations[0].certificates.push(der));
    let both = write(desk.directory.path().join("both.pem"), 0o600, &(certificate + &key));
    desk.configure(|settings| {
        as_app(settings);
        settings.certificate_file = Some(both);
    });
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| switch(state, "clock_ahead", "7200", now)).unwrap();
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_certificate_that_is_named_is_none_of_another_ways() {
    let desk = Desk::signed_in_with(3550, |settings| settings.certificate_file = Some("/nonexistent/app.pem".into()));
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let ran = desk.run(&["status"]);
    assert!(ran.stdout.starts_with("alerts: ok.") && !ran.stdout.contains("certificate"), "{}", ran.stdout);
}
