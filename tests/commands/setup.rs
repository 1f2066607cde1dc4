//! What the wizard begins with: a draft, an account that is there, or nothing; with somebody there and without.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::Stdio,
};

use rustix::process::{Pid, Signal, kill_process};
use smtp_oauth::simulator::switches::switch;

use super::{
    authority::{Authority, tokens},
    bare,
    desk::{Desk, approve, program, ran},
    shared,
};

/// The wizard one line at a time, and nobody answers: stdout, then stderr.
fn wizard(directory: &Path) -> (String, String) {
    let ran = bare(&["--front", "line", "--config", directory.to_str().unwrap()]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    (ran.stdout, ran.stderr)
}

#[test]
fn a_draft_that_cannot_be_understood_is_named_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("draft.toml"), "version = 99").unwrap();
    let (shown, _) = wizard(directory.path());
    // Wrapped to the width of the screen.
    let shown = shown.replace('\n', " ");
    assert!(shown.contains("version 99, but this program reads version 1"), "{shown}");
    assert_eq!(fs::read_to_string(state.join("draft.toml.bad")).unwrap(), "version = 99");
}

#[test]
fn a_draft_that_could_not_be_written_is_not_said_to_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("state"), "no directory").unwrap();
    let (shown, said) = wizard(directory.path());
    assert!(shown.replace('\n', " ").contains("the account cannot be saved at the end"), "{shown}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("smtp-oauth: What was typed is not kept"), "{said}");
    assert!(last.contains(directory.path().join("state").to_str().unwrap()), "{said}");
}

#[test]
fn a_lock_that_cannot_be_had_is_said_and_no_link_in_its_place_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (state, other) = (directory.path().join("state"), directory.path().join("other"));
    fs::create_dir(&state).unwrap();
    fs::write(&other, "kept").unwrap();
    std::os::unix::fs::symlink(&other, state.join("draft.lock")).unwrap();
    let (shown, _) = wizard(directory.path());
    assert!(shown.replace('\n', " ").contains("A second setup would not be noticed"), "{shown}");
    assert_eq!(fs::read_to_string(other).unwrap(), "kept");
}

#[test]
fn an_unattended_run_that_is_ended_does_not_say_that_something_is_kept() {
    let desk = Desk::new();
    desk.answers("");
    let mut child = desk.unattended(&[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.starts_with("Code: ")));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let last = said.last().unwrap();
    assert!(last.starts_with("smtp-oauth: Stopped before the end. Nothing is saved"), "{last}");
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert!(!desk.directory.path().join("state/draft.toml").exists());
}

#[test]
fn an_unattended_run_leaves_no_draft_behind() {
    let directory = tempfile::tempdir().unwrap();
    let ran = bare(&["--no-input", "--config", directory.path().to_str().unwrap()]);
    assert_eq!(ran.status, 78);
    assert!(!directory.path().join("state").exists());
}

/// Whoever signs in does it once, and it must not be for nothing.
#[test]
fn nobody_signs_in_where_nothing_can_be_saved() {
    let desk = Desk::new();
    desk.answers("");
    let file = desk.directory.path().join("file");
    fs::write(&file, "").unwrap();
    let place = file.join("etc");
    let ran = ran(program()
        .args(["setup", "--no-input", "--answers"])
        .arg(desk.directory.path().join("answers.toml"))
        .arg("--config")
        .arg(&place)
        .stdin(Stdio::null())
        .output()
        .unwrap());
    let said = format!("could not be saved: {} cannot be written", place.display());
    assert!(ran.status == 73 && ran.stderr.contains(&said) && !ran.stderr.contains("Code:"), "{ran:?}");
}

/// Only root can be another user.
#[test]
fn a_directory_of_somebody_else_is_named_before_anybody_signs_in() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let desk = Desk::new();
    let ca_file = desk.directory.path().join("ca.pem");
    fs::copy(desk.settings().endpoints.ca_file.unwrap(), &ca_file).unwrap();
    let mut settings = desk.settings();
    settings.endpoints.ca_file = Some(ca_file.clone());
    let answers = desk.hands(toml::to_string(&settings).unwrap());
    for (path, mode) in [(desk.directory.path(), 0o555), (&ca_file, 0o644)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let ran = shared::runs_as(
        &desk,
        shared::OWNER,
        shared::GROUP,
        &["setup", "--no-input", "--answers", answers.to_str().unwrap()],
    );
    let said = format!("could not be saved: {} cannot be written", desk.directory.path().display());
    assert!(ran.status == 73 && ran.stderr.contains(&said) && !ran.stderr.contains("Code:"), "{ran:?}");
}

#[test]
fn who_comes_again_finds_the_account_filled_in() {
    let desk = Desk::signed_in(0);
    let ran = desk.run(&["--front", "line"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stdout.contains("There is an account alerts already"), "{}", ran.stdout);
    let draft = fs::read_to_string(desk.directory.path().join("state/draft.toml")).unwrap();
    assert!(draft.contains("alerts@contoso.example") && draft.contains("client_id"), "{draft}");
}

#[test]
fn an_unattended_run_uses_the_sign_in_there_is() {
    let desk = Desk::signed_in(4000);
    let ran = desk.run(&["--no-input"]);
    assert!(ran.status == 0 && !ran.stderr.contains("Code:"), "{}", ran.stderr);
    assert!(ran.stdout.contains("state/accounts/alerts.json"), "{}", ran.stdout);
}

#[test]
fn what_an_unattended_run_renews_is_kept_before_anything_else_happens() {
    let desk = Desk::signed_in(4000);
    let _authority = Authority::acting(&desk, vec![tokens("CANARY-at", "CANARY-rt")]);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = desk.directory.path().join("config.toml");
    let at = |port: u16| format!("port = {port}");
    let text = fs::read_to_string(&config).unwrap();
    let port = silent.local_addr().unwrap().port();
    fs::write(&config, text.replace(&at(desk.simulator.announcement().smtp.port), &at(port))).unwrap();
    let mut child = desk.command(&["--no-input"]).stdout(Stdio::null()).spawn().unwrap();
    let _mail = silent.accept().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(desk.vault().refresh_token.unwrap().expose(), "CANARY-rt");
}

#[test]
fn an_unattended_run_signs_in_again_where_that_is_worth_nothing_any_more() {
    let desk = Desk::signed_in(4000);
    let before = desk.vault();
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| switch(state, "refresh", "revoked", now).unwrap());
    let mut child = desk.command(&["--no-input"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let code = said.find_map(|line| line.unwrap().strip_prefix("Code: ").map(str::to_owned)).unwrap();
    desk.runtime.block_on(approve(desk.simulator.announcement(), &desk.settings(), &code));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("state/accounts/alerts.json"));
    assert_ne!(desk.vault().refresh_token, before.refresh_token);
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_before_anything_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("config.toml"), "version = 1\n[accounts.a]\nusr = 1\n").unwrap();
    let ran = bare(&["--front", "line", "--config", directory.path().to_str().unwrap()]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    assert!(ran.stderr.contains("config.toml cannot be understood") && ran.stderr.contains("usr"), "{}", ran.stderr);
    for command in [&["token"][..], &["test"], &["export", "msmtp"]] {
        let other = bare(&[command, &["--config", directory.path().to_str().unwrap()]].concat());
        assert_eq!((other.status, other.stderr), (78, ran.stderr.clone()), "{command:?}");
    }
}

#[test]
fn an_unattended_demo_of_a_fault_ends_as_the_fault_does_and_mends_nothing() {
    for (fault, status, said) in [
        ("smtp_auth_disabled_mailbox", 1, ""),
        ("device_code_blocked", 77, "AADSTS53003"),
        ("client_id_wrong", 78, "AADSTS700016"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let ran = bare(&["--demo", fault, "--no-input", "--config", directory.path().to_str().unwrap()]);
        assert_eq!(ran.status, status, "{fault}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{fault}: {}", ran.stderr);
        assert_eq!(directory.path().join("config.toml").exists(), status == 1, "{fault}");
    }
}
