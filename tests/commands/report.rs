//! `--report` of `test` and `explain`: what stands in a report, where it goes, and that no secret is in any.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, process::Stdio};

use serde_json::Value;
use smtp_oauth::simulator::switches::switch;

use crate::{
    bare,
    desk::{self, Desk, Ran, ran},
};

fn refusing() -> Desk {
    let desk = Desk::signed_in(0);
    desk.simulator.with_state(|state| {
        switch(state, "mailbox_smtp_auth", "alerts@contoso.example:off", chrono::Utc::now()).unwrap();
    });
    desk
}

fn no_secret(desk: &Desk, text: &str) {
    let vault = desk.vault();
    let secrets = [vault.access_token, vault.refresh_token, vault.client_secret];
    for secret in secrets.into_iter().flatten() {
        assert!(!text.contains(secret.expose()), "a secret is in the report");
    }
    assert!(!text.contains("CANARY"), "{text}");
}

#[test]
fn a_refused_test_is_told_in_one_text() {
    let desk = refusing();
    let ran = desk.run(&["test", "--report", "-"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    no_secret(&desk, &ran.stdout);
    assert!(
        ran.stdout.starts_with("# Mail with OAuth 2.0: what happened\n\n- **What it came to**: "),
        "{}",
        ran.stdout
    );
    for part in [
        "\n### 1. Authenticated SMTP is switched off for this mailbox (certain)\n",
        "\n- SMTP user: `alerts@contoso.example`\n",
        "\n- Token: `<token: ",
        "\n- aud: `https://outlook.office.com`\n",
        "\n- `starttls` passed, ",
        "\n- TLS: `TLSv1.",
        " tls C: user=alerts@contoso.example^Aauth=Bearer <token: ",
    ] {
        assert!(ran.stdout.contains(part), "{part}\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("\n## For Microsoft's support\n\n- Mail server: `["), "{}", ran.stdout);
}

#[test]
fn names_are_other_ones_where_that_is_asked_for() {
    let desk = refusing();
    let ran = desk.run(&["test", "--report", "-", "--hide-addresses", "--lang", "ja"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    assert!(
        !ran.stdout.contains("contoso") && ran.stdout.contains("\n- SMTP ユーザー: `user1@domain1`\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(desk.run(&["test", "--hide-addresses"]).status, 64);
}

#[test]
fn a_file_is_the_owners_and_another_text_is_kept_beside_it() {
    let desk = refusing();
    let path = desk.directory.path().join("ticket.md");
    let report = path.to_str().unwrap().to_owned();
    let first = desk.run(&["test", "--json", "--report", &report]);
    assert_eq!((first.status, first.stderr), (1, format!("smtp-oauth: Written to {report}.\n")));
    let document: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(document["outcome"], "refused");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read_to_string(&path).unwrap();
    no_secret(&desk, &before);
    let second = desk.run(&["test", "--report", &report, "--lang", "ja"]);
    assert!(second.status == 1 && second.stdout.contains("535 5.7.139"), "{}", second.stdout);
    assert_eq!(fs::read_to_string(path.with_extension("md.old")).unwrap(), before);
    assert!(fs::read_to_string(&path).unwrap().starts_with("# OAuth 2.0 によるメール送信"));
}

#[test]
fn one_that_cannot_be_written_ends_in_73_and_two_documents_in_64() {
    let desk = refusing();
    let ran = desk.run(&["test", "--report", "/dev/null"]);
    assert!(ran.status == 73 && ran.stderr.contains("/dev/null"), "{}", ran.stderr);
    for command in [&["test"][..], &["explain", "535 5.7.3"]] {
        let ran = desk.run(&[command, &["--json", "--report", "-"]].concat());
        assert_eq!((ran.status, ran.stdout.as_str()), (64, ""));
        assert!(ran.stderr.contains("both want standard output"), "{}", ran.stderr);
    }
}

#[test]
fn an_accepted_test_and_one_without_a_token_have_reports_too() {
    let desk = Desk::signed_in(0);
    let ran = desk.run(&["test", "--report", "-"]);
    assert!(ran.status == 0 && ran.stdout.contains("235 2.7.0") && !ran.stdout.contains("## Causes"), "{}", ran.stdout);
    no_secret(&desk, &ran.stdout);
}

#[test]
fn what_is_explained_is_told_in_one_text_without_its_secrets() {
    let blob = "dXNlcj1hbGVydHNAY29udG9zby5leGFtcGxlAWF1dGg9QmVhcmVyIENBTkFSWS1ub3QtYS10b2tlbgEB";
    let text = format!(
        "C: AUTH XOAUTH2 {blob}\nS: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. ``` <b>x</b> [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-01-01T00:00:00.000Z 08DE]\n"
    );
    for (arguments, user) in [(&[][..], "alerts@contoso.example"), (&["--hide-addresses"], "user1@domain1")] {
        let ran = piped(&[&["--report", "-"], arguments].concat(), text.as_bytes());
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(
            ran.stdout.contains("\n### 1. Authenticated SMTP is switched off for this mailbox (certain)\n"),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains(&format!("\n- SMTP user: `{user}`\n")), "{}", ran.stdout);
        assert!(
            ran.stdout.contains("\n- Mail server: `[AM0PR02CA0134.eurprd02.prod.outlook.com 2026-01"),
            "{}",
            ran.stdout
        );
        assert!(!ran.stdout.contains("CANARY") && !ran.stdout.contains(blob), "{}", ran.stdout);
    }
    assert_eq!(bare(&["explain", "--report", "-", "--cause", "unknown"]).status, 64);
}

fn piped(arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = desk::program();
    command.arg("explain").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    ran(child.wait_with_output().unwrap())
}
