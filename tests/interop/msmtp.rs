//! msmtp with nothing but the file that `smtp-oauth export msmtp` writes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempPath;

use crate::{
    account::{Account, Server},
    process::{Finished, finish},
    simulated::{Simulated, program},
    submission::Pair,
};

const SENDER: &str = "noreply@contoso.example";

fn account(simulated: &Simulated, user: &str) -> Account {
    let ca_file = Path::new(simulated.text("ca_file"));
    Account::signed_in(simulated, &Server { user, port: simulated.smtp(), security: "starttls", ca_file })
}

/// The file for the account in this directory.
fn exported(directory: &Path) -> TempPath {
    // AppArmor lets msmtp read such a name wherever it is below a home, and the top of /tmp.
    let file = tempfile::Builder::new().prefix("interop-").suffix(".msmtprc").tempfile().unwrap().into_temp_path();
    let mut command = program();
    command.args(["export", "msmtp", "--config"]).arg(directory).arg("-o").arg(&file);
    finish(&mut command, "").done();
    file
}

/// Sends what a cron job would: `From:` is whoever runs it, and no account is named.
fn send(config: &Path) -> Finished {
    let mut command = Command::new("msmtp");
    command.arg("--debug").arg("-C").arg(config).args(["-a", "default", "ops@contoso.example"]);
    finish(&mut command, "From: root (Cron Daemon)\nTo: root\nSubject: by msmtp\n\nHello\n")
}

fn send_by(account: &Account) -> Finished {
    let finished = send(&exported(account.directory.path()));
    account.is_discreet(&finished.err);
    finished
}

#[test]
fn msmtp_sends_as_the_sender_with_that_file_alone() {
    let simulated = Simulated::start();
    let account = account(&simulated, simulated.user());
    account.sends_as(SENDER);
    let sent = send_by(&account);
    assert!(sent.out.contains("<-- 235 2.7.0 Authentication successful"), "{}\n{}", sent.out, sent.err);
    assert_eq!(sent.status, 0, "{}", sent.err);
    let message = &simulated.messages()[0];
    assert_eq!((&message["user"], &message["mail_from"]), (&simulated.user().into(), &SENDER.into()));
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("Subject: by msmtp") && text.contains(&format!("From: {SENDER}\r\n")), "{text:?}");
    assert!(!text.contains("Cron"), "{text:?}");
}

#[test]
fn msmtp_sends_through_dovecot_over_either_kind_of_tls() {
    let pair = Pair::start();
    let implicit = Server { port: pair.dovecot.tls_port, security: "tls", ..pair.server() };
    for server in [pair.server(), implicit] {
        let account = pair.account(&server);
        account.sends_as(SENDER);
        let sent = send_by(&account);
        assert_eq!(sent.status, 0, "{}\n{}", sent.out, sent.err);
        let message = pair.dovecot.sink.message();
        assert!(message.starts_with(&format!("MAIL FROM:<{SENDER}>")), "{message}");
        assert!(message.contains(&format!("\nFrom: {SENDER}\n")) && !message.contains("Cron"), "{message}");
    }
}

#[test]
fn a_configuration_directory_may_have_any_name() {
    let simulated = Simulated::start();
    let account = account(&simulated, simulated.user());
    for name in ["a b", "it's", "\"q\"", "$(touch pwned)`id`", "back\\slash\\", "~", "%s #x;&|<>*?!", " 日本 "] {
        let directory = account.directory.path().join(name);
        let vault = directory.join("state/accounts");
        fs::create_dir_all(&vault).unwrap();
        fs::copy(account.directory.path().join("config.toml"), directory.join("config.toml")).unwrap();
        fs::copy(account.vault_file(), vault.join("alerts.json")).unwrap();
        let sent = send(&exported(&directory));
        assert_eq!(sent.status, 0, "{name}: {}", sent.err);
    }
    assert!(!PathBuf::from("pwned").try_exists().unwrap());
}

#[test]
fn msmtp_renews_a_token_that_has_run_out() {
    let simulated = Simulated::start();
    let account = account(&simulated, simulated.user());
    let before = account.vault();
    let old = serde_json::json!({
        "version": 1, "refresh_token": before["refresh_token"], "access_token": before["access_token"], "expires_at": 1,
    });
    fs::write(account.vault_file(), old.to_string()).unwrap();
    assert_eq!(send_by(&account).status, 0);
    assert_ne!(account.vault()["refresh_token"], before["refresh_token"], "every refresh brings a new one");
}

#[test]
fn msmtp_with_another_user_ends_in_77() {
    let simulated = Simulated::start();
    let account = account(&simulated, "somebody@contoso.example");
    let refused = send_by(&account);
    assert_eq!(refused.status, 77, "{}", refused.err);
    assert!(refused.err.contains("535 5.7.3 Authentication unsuccessful"), "{}", refused.err);
    assert_eq!(simulated.messages().len(), 0);
}
