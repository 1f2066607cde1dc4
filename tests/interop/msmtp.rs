//! msmtp, as it is set up on a server: `passwordeval` runs `smtp-oauth token`.

use std::{fs, path::Path, process::Command};

use crate::{
    account::{Account, Server},
    process::{Finished, finish},
    simulated::Simulated,
};

fn account(simulated: &Simulated) -> Account {
    let ca_file = Path::new(simulated.text("ca_file"));
    let server = Server { user: simulated.user(), port: simulated.smtp(), security: "starttls", ca_file };
    Account::signed_in(simulated, &server)
}

/// Sends through the simulator as `user`, with the account's token.
fn send(simulated: &Simulated, account: &Account, user: &str) -> Finished {
    // AppArmor lets msmtp read such a name wherever it is below a home, and the top of /tmp.
    let file = tempfile::Builder::new().prefix("interop-").suffix(".msmtprc").tempfile().unwrap();
    let config = format!(
        "account default\nhost 127.0.0.1\nport {}\ntls on\ntls_starttls on\ntls_trust_file {}\nauth xoauth2\n\
         user {user}\nfrom {user}\npasswordeval \"{} --config {} token </dev/null\"\n",
        simulated.smtp(),
        simulated.text("ca_file"),
        env!("CARGO_BIN_EXE_smtp-oauth"),
        account.directory.path().display(),
    );
    fs::write(file.path(), config).unwrap();
    let mut command = Command::new("msmtp");
    let finished = finish(
        command.arg("--debug").arg("-C").arg(file.path()).arg("ops@contoso.example"),
        &format!("From: {user}\nSubject: by msmtp\n\nHello\n"),
    );
    account.is_discreet(&finished.err);
    finished
}

#[test]
fn msmtp_sends_with_a_token_of_the_program() {
    let simulated = Simulated::start();
    let account = account(&simulated);
    let sent = send(&simulated, &account, simulated.user());
    assert!(sent.out.contains("<-- 235 2.7.0 Authentication successful"), "{}\n{}", sent.out, sent.err);
    assert_eq!(sent.status, 0, "{}", sent.err);
    assert!(simulated.messages()[0].to_string().contains("Subject: by msmtp"));
}

#[test]
fn msmtp_renews_a_token_that_has_run_out() {
    let simulated = Simulated::start();
    let account = account(&simulated);
    let before = account.vault();
    let old = serde_json::json!({
        "version": 1, "refresh_token": before["refresh_token"], "access_token": before["access_token"], "expires_at": 1,
    });
    fs::write(account.vault_file(), old.to_string()).unwrap();
    assert_eq!(send(&simulated, &account, simulated.user()).status, 0);
    assert_ne!(account.vault()["refresh_token"], before["refresh_token"], "every refresh brings a new one");
}

#[test]
fn msmtp_with_another_user_ends_in_77() {
    let simulated = Simulated::start();
    let account = account(&simulated);
    let refused = send(&simulated, &account, "somebody@contoso.example");
    assert_eq!(refused.status, 77, "{}", refused.err);
    assert!(refused.err.contains("535 5.7.3 Authentication unsuccessful"), "{}", refused.err);
    assert_eq!(simulated.messages().len(), 0);
}
