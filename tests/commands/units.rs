//! `export systemd`: several files, and what they run does what it says.

use std::{fs, path::Path, process::Command};

use crate::desk::{Desk, ran};

const NAMES: [&str; 5] = [
    "smtp-oauth-token-alerts.service",
    "smtp-oauth-token-alerts.timer",
    "smtp-oauth-check-alerts.service",
    "smtp-oauth-check-alerts.timer",
    "smtp-oauth-failed-alerts.service",
];

/// What a unit runs, by hand.
fn exec(directory: &Path, unit: &str) -> crate::desk::Ran {
    let text = fs::read_to_string(directory.join(unit)).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let mut words = line.split(' ');
    // Nothing of the environment it was exported in, as with a service.
    ran(Command::new(words.next().unwrap()).args(words).env_clear().output().unwrap())
}

#[test]
fn what_the_units_run_renews_and_looks() {
    let desk = Desk::signed_in(0);
    let directory = desk.directory.path().join("new/units");
    let written = desk.run(&["export", "systemd", "-o", &directory.display().to_string()]);
    assert_eq!((written.status, written.stdout.as_str()), (0, ""));
    for name in NAMES {
        let said = format!("smtp-oauth: Written to {}.\n", directory.join(name).display());
        assert!(written.stderr.contains(&said), "{}", written.stderr);
    }
    assert!(written.stderr.contains("enable --now smtp-oauth-token-alerts.timer smtp-oauth-check-alerts.timer"));
    let before = desk.vault();
    let renewed = exec(&directory, NAMES[0]);
    let after = desk.vault();
    assert_eq!((renewed.status, renewed.stderr.as_str()), (0, ""));
    assert_ne!(after.refresh_token, before.refresh_token);
    let service = fs::read_to_string(directory.join(NAMES[0])).unwrap();
    assert!(service.contains("\nStandardOutput=null\n"), "the token stays out of the journal: {service}");
    let checked = exec(&directory, NAMES[2]);
    assert!(checked.status == 0 && checked.stdout.starts_with("SMTP-OAUTH OK - alerts: "), "{checked:?}");
    for name in NAMES {
        let text = fs::read_to_string(directory.join(name)).unwrap();
        assert!(!text.contains("CANARY") && !text.contains(before.access_token.as_ref().unwrap().expose()));
    }
}

#[test]
fn on_stdout_each_file_begins_with_its_name() {
    let desk = Desk::signed_in(0);
    let shown = desk.run(&["export", "systemd"]);
    let heads: Vec<_> = shown.stdout.lines().filter_map(|line| line.strip_prefix("# smtp-oauth-")).collect();
    assert_eq!(heads, NAMES.map(|name| name.strip_prefix("smtp-oauth-").unwrap()));
    assert!(shown.stderr.contains("with -o DIR they are written to that directory"), "{}", shown.stderr);
}

#[test]
fn a_file_where_the_directory_would_be_is_left_alone() {
    let desk = Desk::signed_in(0);
    let file = desk.directory.path().join("config.toml");
    let before = fs::read(&file).unwrap();
    let written = desk.run(&["export", "systemd", "-o", &file.display().to_string()]);
    assert_eq!((written.status, written.stdout.as_str()), (73, ""));
    assert_eq!(fs::read(&file).unwrap(), before);
}
