//! `status`: what ends first, in words, as a document and for a monitoring system; nothing is asked or changed.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};
use smtp_oauth::{
    account::vault::{Of, Refused, Vault},
    secret::Secret,
};

use crate::{
    bare,
    desk::{Desk, Ran},
};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn date(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Last renewed so many days and an hour ago.
fn renewed(desk: &Desk, days: i64) -> Vault {
    let at = now() - days * DAY - HOUR;
    let vault = Vault {
        refreshed_at: Some(at),
        issued_at: Some(at),
        signed_in_at: Some(at),
        last_success: Some(at),
        expires_at: Some(at + 2 * HOUR + 1800),
        ..desk.vault()
    };
    desk.keep(&vault);
    vault
}

fn ran(stdout: impl Into<String>, status: i32) -> Ran {
    Ran { stdout: stdout.into(), stderr: String::new(), status }
}

fn with_secret(desk: &Desk) {
    let vault = Vault { client_secret: Some(Secret::new("CANARY-cs")), ..desk.vault() };
    desk.keep(&vault);
}

#[test]
fn an_account_is_told_by_what_ends_first() {
    let desk = Desk::signed_in_with(0, |settings| settings.secret_expires = "2099-05-01".parse().ok());
    with_secret(&desk);
    let at = renewed(&desk, 10).refreshed_at.unwrap();
    let secret = 4_081_276_800;
    let away = (secret - now()) / DAY;
    let expected = format!(
        "alerts: ok. The refresh token expires first, in 79 days, unless it is used before.\n\
         \x20 access token expires      {} (9 days ago)\n\
         \x20 refresh token expires     {} (in 79 days)\n\
         \x20 refresh token last used   {} (10 days ago)\n\
         \x20 client secret expires     2099-05-01 00:00 UTC (in {away} days)\n\
         \x20 last success              {} (10 days ago)\n\
         \x20 The sign-in was by device code. A policy of the organisation, 'Block device code flow' for one, can end \
         it at any renewal (AADSTS530036); a sign-in by browser is not affected.\n",
        date(at + 2 * HOUR + 1800),
        date(at + 90 * DAY),
        date(at),
        date(at),
    );
    assert_eq!(desk.run(&["status"]), ran(&expected, 0));
    assert_eq!(desk.run(&["status", "-a", "alerts"]), ran(expected, 0));
    let warned = desk.run(&["status", "--warn-days", "80"]).stdout;
    assert!(warned.starts_with("alerts: warning. The refresh token expires first, in 79 days"), "{warned}");
}

#[test]
fn the_document_has_every_key_and_unix_seconds() {
    let desk = Desk::signed_in_with(0, |settings| settings.secret_expires = "2027-05-01".parse().ok());
    with_secret(&desk);
    let at = renewed(&desk, 10).refreshed_at.unwrap();
    let ran = desk.run(&["status", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let dies = at + 90 * DAY;
    let expected = json!({"accounts": [{
        "account": "alerts",
        "state": "ok",
        "next": { "what": "refresh-token", "at": dies },
        "access_token": { "expires_at": at + 2 * HOUR + 1800 },
        "refresh_token": { "issued_at": at, "last_used": at, "dies_at": dies },
        "client_secret": { "expires": 1_809_129_600 },
        "certificate": { "expires": null },
        "last_success": at,
    }]});
    assert_eq!((document, ran.stderr.as_str(), ran.status), (expected, "", 0));
    assert!(!ran.stdout.contains("CANARY"));
}

#[test]
fn a_monitoring_system_gets_one_line_and_its_own_exit_code() {
    let desk = Desk::signed_in(0);
    for (days, status, word) in [(10, 0, "OK"), (70, 1, "WARNING"), (95, 2, "CRITICAL")] {
        renewed(&desk, days);
        let ran = desk.run(&["status", "--nagios"]);
        assert_eq!((ran.status, ran.stderr.as_str()), (status, ""));
        let start = format!("SMTP-OAUTH {word} - alerts: The refresh token ");
        assert!(ran.stdout.starts_with(&start) && ran.stdout.lines().count() == 1, "{}", ran.stdout);
        let (_, data) = ran.stdout.split_once(" | 'alerts_refresh-token'=").unwrap();
        let (left, thresholds) = data.trim_end().split_once("s;").unwrap();
        assert!((left.parse::<i64>().unwrap() - (90 - days) * DAY + HOUR).abs() < 60, "{left}");
        assert_eq!(thresholds, "2592000:;1:");
    }
}

#[test]
fn a_monitoring_system_that_asks_wrongly_is_told_unknown() {
    let desk = Desk::signed_in(0);
    for (arguments, said) in [
        (&["status", "--nagios", "--nonsense"][..], "wrong command line"),
        (&["status", "--nagios", "--warn-days", "-1"], "wrong command line"),
        (&["status", "--nagios", "--json"], "wrong command line"),
        (&["status", "--nagios", "-a", "other"], "there is no account `other`"),
    ] {
        let ran = desk.run(arguments);
        assert_eq!(
            (ran.status, ran.stdout),
            (3, format!("SMTP-OAUTH UNKNOWN - {said}\n").replace('\'', "`")),
            "{said}"
        );
        assert!(!ran.stderr.is_empty());
    }
    let none = "SMTP-OAUTH UNKNOWN - there is no account yet; run `smtp-oauth` to set one up\n";
    assert_eq!((bare(&["status", "--nagios"]).status, bare(&["status", "--nagios"]).stdout.as_str()), (3, none));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(desk.command(&["status", "--nagios"]).stdout(full).status().unwrap().code(), Some(3));
    assert_eq!(bare(&["--product", "server", "status", "--nagios"]).status, 3);
}

#[test]
fn a_refusal_is_told_and_so_is_a_sign_in_that_never_was() {
    let desk = Desk::signed_in(0);
    let mut vault = desk.vault();
    let refused =
        Refused { summary: "invalid_grant AADSTS50173 |\n\x1b[2J".into(), codes: vec![50173], ..Refused::default() };
    vault.was_refused(refused, now() - 5 * HOUR - 60);
    desk.keep(&vault);
    let told = desk.run(&["status"]).stdout;
    let head = "alerts: critical. The last sign-in was refused (5 hours ago): invalid_grant AADSTS50173 |^J^[[2J.\n";
    assert!(told.starts_with(head), "{told}");
    let again = format!("  To sign in again: smtp-oauth --config {}\n", desk.directory.path().display());
    assert!(told.contains(&again), "{told}");
    let line = desk.run(&["status", "--nagios"]);
    assert_eq!(
        (line.status, line.stdout.as_str()),
        (
            2,
            "SMTP-OAUTH CRITICAL - alerts: The last sign-in was refused (5 hours ago): invalid_grant AADSTS50173 /^J^[[2J.\n"
        )
    );
    fs::remove_file(desk.vault_file()).unwrap();
    let told = desk.run(&["status"]);
    assert_eq!(told, ran(format!("alerts: critical. Nobody has signed in.\n{again}"), 0));
}

#[test]
fn what_the_mail_server_refused_is_asked_again_and_not_signed_in_again() {
    let desk = Desk::signed_in(0);
    let mut vault = desk.vault();
    let summary = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled".to_owned();
    vault.was_refused(Refused { summary, codes: Vec::new(), of: Of::Mailbox }, now() - HOUR - 60);
    desk.keep(&vault);
    let said = desk.run(&["status"]).stdout;
    assert!(said.contains("The mail server refused when it was asked last (61 min ago): 535 5.7.139"), "{said}");
    assert!(said.contains("a test shows: smtp-oauth test -a alerts") && !said.contains("To sign in again"), "{said}");
}

#[test]
fn what_cannot_be_read_of_one_account_hides_no_other() {
    let desk = Desk::signed_in(0);
    let path = desk.directory.path().join("config.toml");
    let config = fs::read_to_string(&path).unwrap();
    let more = "\n[accounts.broken]\nuser = 5\n[accounts.Upper]\n[accounts.loose]\nuser = \"a@contoso.example\"\n\
                tenant = \"contoso.example\"\nclient_id = \"app\"\nconsent = \"client-credentials\"\n\
                certificate_file = \"/nonexistent\"\n[accounts.half]\n";
    fs::write(&path, config + more).unwrap();
    let ran = desk.run(&["status", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let states: Vec<_> = document["accounts"].as_array().unwrap().iter().map(|entry| entry["state"].as_str()).collect();
    assert_eq!((states, ran.status), (["unknown", "ok", "unknown", "unknown", "unknown"].map(Some).to_vec(), 0));
    assert_eq!(document["accounts"][0]["next"], json!({ "what": null, "at": null }));
    for why in [
        "Upper: A name has 1 to 64",
        "broken: ",
        "half: `user` is missing",
        "loose: /nonexistent cannot be read: there is no such file",
    ] {
        assert!(ran.stderr.contains(&format!("smtp-oauth: {why}")), "{why}: {}", ran.stderr);
    }
    assert_eq!(desk.run(&["status", "--nagios"]).status, 3);
    assert_eq!(desk.run(&["status", "--nagios", "-a", "alerts"]).status, 0);
    fs::set_permissions(desk.vault_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let told = desk.run(&["status", "-a", "alerts"]);
    assert!(told.status == 0 && told.stdout.starts_with("alerts: unknown. ") && told.stdout.contains("chmod 600"));
    fs::write(&path, "version = ").unwrap();
    assert_eq!((desk.run(&["status"]).status, desk.run(&["status", "--nagios"]).status), (78, 3));
}

#[test]
fn nothing_is_asked_changed_or_locked() {
    let desk = Desk::signed_in(3_550);
    desk.configure(|settings| settings.endpoints.authority = "https://127.0.0.1:1".parse().ok());
    let before = fs::read(desk.vault_file()).unwrap();
    let lock = fs::File::create(desk.directory.path().join("state/accounts/alerts.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(desk.run(&["status"]).status, 0);
    assert_eq!(fs::read(desk.vault_file()).unwrap(), before);
}

#[test]
fn a_configuration_that_cannot_be_read_is_told_by_line_and_key_and_not_quoted() {
    let desk = Desk::signed_in(0);
    let path = desk.directory.path().join("config.toml");
    let config = fs::read_to_string(&path).unwrap();
    let misplaced = "`accounts.alerts.client_secret`: a secret does not stand in this file";
    for (line, said) in
        [("client_secret = \"CANARY\"", misplaced), ("client_secret = \"CANARY", "invalid basic string")]
    {
        fs::write(&path, config.replace("product =", &format!("{line}\nproduct ="))).unwrap();
        for arguments in [&["status", "--nagios"][..], &["status", "--json"], &["status"], &["token"]] {
            let ran = desk.run(arguments);
            let all = ran.stdout + &ran.stderr;
            assert!(all.contains(said.replace('\'', "`").as_str()) && !all.contains("CANARY"), "{arguments:?}: {all}");
            assert!(!all.contains("^J"), "{arguments:?}: {all}");
        }
    }
}
