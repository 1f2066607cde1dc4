//! mutt with nothing but the file that `smtp-oauth export mutt` writes.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    account::{Account, Server},
    process::{Finished, finish},
    simulated::{Simulated, program},
    submission::Pair,
};

const SENDER: &str = "noreply@contoso.example";

fn exported(account: &Account) -> PathBuf {
    let file = account.directory.path().join("muttrc");
    finish(program().args(["export", "mutt", "--config"]).arg(account.directory.path()).arg("-o").arg(&file), "")
        .done();
    file
}

/// As a script sends a file; what mutt keeps of it stays in the account's directory.
fn send(account: &Account, file: &Path) -> Finished {
    let mut command = Command::new("mutt");
    command.env("HOME", account.directory.path()).arg("-n").arg("-F").arg(exported(account));
    command.args(["-s", "by mutt", "-a"]).arg(file).args(["--", "ops@contoso.example"]);
    let finished = finish(&mut command, "Hello\n");
    account.is_discreet(&finished.err);
    finished
}

#[test]
fn mutt_sends_a_file_as_the_sender() {
    let simulated = Simulated::start();
    let ca_file = Path::new(simulated.text("ca_file"));
    let server = Server { user: simulated.user(), port: simulated.smtp(), security: "starttls", ca_file };
    let account = Account::signed_in(&simulated, &server);
    account.sends_as(SENDER);
    let sent = send(&account, ca_file);
    assert_eq!(sent.status, 0, "{}\n{}", sent.out, sent.err);
    let message = &simulated.messages()[0];
    assert_eq!((&message["user"], &message["mail_from"]), (&simulated.user().into(), &SENDER.into()));
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("Subject: by mutt") && text.contains(SENDER) && text.contains("BEGIN CERTIFICATE"), "{text}");
}

#[test]
fn mutt_sends_through_dovecot_over_either_kind_of_tls() {
    let pair = Pair::start();
    let implicit = Server { port: pair.dovecot.tls_port, security: "tls", ..pair.server() };
    for server in [pair.server(), implicit] {
        let account = pair.account(&server);
        account.sends_as(SENDER);
        let sent = send(&account, &account.directory.path().join("config.toml"));
        assert_eq!(sent.status, 0, "{}\n{}", sent.out, sent.err);
        let message = pair.dovecot.sink.message();
        assert!(message.starts_with(&format!("MAIL FROM:<{SENDER}>")), "{message}");
    }
}

#[test]
fn mutt_with_another_user_is_refused_and_no_message_is_lost_silently() {
    let simulated = Simulated::start();
    let ca_file = Path::new(simulated.text("ca_file"));
    let user = "somebody@contoso.example";
    let server = Server { user, port: simulated.smtp(), security: "starttls", ca_file };
    let refused = send(&Account::signed_in(&simulated, &server), ca_file);
    assert_ne!(refused.status, 0, "{}", refused.err);
    assert_eq!(simulated.messages().len(), 0);
}
