//! The commands as programs call them: stdout, stderr and status, exactly.

mod answers;
mod application;
mod authority;
mod browser;
mod demo;
mod desk;
mod explain;
mod export;
mod handover;
#[path = "../keys/mod.rs"]
mod keys;
mod language;
#[path = "../runtime/loopback.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod loopback;
mod personal;
mod refused_answers;
mod renewal;
mod report;
mod setup;
mod shared;
mod simulate;
mod status;
mod test;
mod token;
mod units;
mod until;
mod ways;

use std::process::Stdio;

use desk::ran;

fn bare(arguments: &[&str]) -> desk::Ran {
    let home = tempfile::tempdir().unwrap();
    let mut command = desk::program();
    command.args(arguments).stdin(Stdio::null()).env("HOME", home.path());
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "SMTP_OAUTH_CONFIG", "CONFIGURATION_DIRECTORY", "STATE_DIRECTORY"]
    {
        command.env_remove(name);
    }
    ran(command.output().unwrap())
}

#[test]
fn a_wrong_command_line_ends_in_64() {
    for arguments in [
        &["--nonsense"][..],
        &["token", "-a", "../x"],
        &["--demo", "token"],
        &["nonsense"],
        &["test", "--send-to", "nobody"],
    ] {
        let ran = bare(arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (64, ""), "{arguments:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[test]
fn help_and_version_are_what_was_asked_for() {
    let ran = bare(&["--version"]);
    assert_eq!(
        (ran.status, ran.stdout, ran.stderr),
        (0, format!("smtp-oauth {}\n", env!("CARGO_PKG_VERSION")), String::new())
    );
    let ran = bare(&["--help"]);
    assert!(ran.status == 0 && ran.stdout.contains("77  sign-in needed or refused"), "{}", ran.stdout);
}

#[test]
fn without_a_configuration_every_command_that_needs_one_says_so() {
    for command in ["token", "test", "status"] {
        let ran = bare(&[command]);
        assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
        assert_eq!(ran.stderr, "smtp-oauth: there is no account yet; run `smtp-oauth` to set one up\n");
    }
}

#[test]
fn what_to_run_names_the_configuration_that_was_named() {
    let nowhere = tempfile::tempdir().unwrap().path().join("none").display().to_string();
    for command in [&["token"][..], &["status"], &["status", "--json"], &["export", "msmtp"]] {
        let ran = bare(&[command, &["--config", &nowhere]].concat());
        let said = format!("there is no account yet; run `smtp-oauth --config {nowhere}` to set one up");
        assert_eq!((ran.status, ran.stderr), (78, format!("smtp-oauth: {said}\n")));
        assert_eq!(ran.stdout, if command.contains(&"--json") { "{\"accounts\":[]}\n" } else { "" });
    }
}

#[test]
fn the_wizard_with_nobody_there_names_what_is_missing() {
    let ran = bare(&["setup"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    assert!(ran.stderr.contains("Sign-in name of the mailbox"), "{}", ran.stderr);
}

#[test]
fn a_demo_without_a_terminal_must_be_meant() {
    let ran = bare(&["--demo"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (64, ""));
}
