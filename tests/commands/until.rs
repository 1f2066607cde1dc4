//! `test --until-accepted`: tried again until it is accepted, the time is over, or somebody leaves.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStderr, Stdio},
};

use smtp_oauth::simulator::switches::switch;

use crate::desk::Desk;

const OFF: (&str, &str) = ("mailbox_smtp_auth", "alerts@contoso.example:off");
const ON: (&str, &str) = ("mailbox_smtp_auth", "alerts@contoso.example:on");

fn set(desk: &Desk, (key, value): (&str, &str)) {
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| switch(state, key, value, now)).unwrap();
}

/// Started, and heard until the first try has failed.
fn waiting(desk: &Desk, arguments: &[&str]) -> (Child, BufReader<ChildStderr>, String) {
    let mut command = desk.command(&[&["test"], arguments].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    talk.read_line(&mut line).unwrap();
    (child, talk, line)
}

fn ended(mut child: Child, mut talk: BufReader<ChildStderr>) -> (Option<i32>, String, String) {
    let (mut data, mut rest) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut data).unwrap();
    talk.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), data, rest)
}

#[test]
fn a_change_that_arrives_is_noticed() {
    let desk = Desk::signed_in(0);
    set(&desk, OFF);
    let (child, talk, line) = waiting(&desk, &["--until-accepted", "3s"]);
    assert!(line.starts_with("smtp-oauth: try 1: ") && line.contains("5.7.139"), "{line}");
    set(&desk, ON);
    let (status, data, rest) = ended(child, talk);
    assert_eq!((status, rest.as_str()), (Some(0), "smtp-oauth: Try 2 was accepted.\n"));
    // The exchange that ended otherwise is shown as well, and no cause of the first.
    assert!(data.contains("535 5.7.139") && data.contains("235 2.7.0") && !data.contains("certain"), "{data}");
}

#[test]
fn when_the_time_is_over_the_last_refusal_stands() {
    let desk = Desk::signed_in(0);
    set(&desk, OFF);
    let ran = desk.run(&["test", "--until-accepted", "1s"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stdout.matches("S: 535 5.7.139").count(), 1, "{}", ran.stdout);
    let ran = desk.run(&["test", "--until-accepted", "1s", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.status, &document["causes"][0]["cause"]), (1, &"smtp_auth_disabled_mailbox".into()));
}

#[test]
fn who_leaves_is_told_what_the_last_try_came_to() {
    let desk = Desk::signed_in(0);
    set(&desk, OFF);
    let (child, talk, _) = waiting(&desk, &["--until-accepted", "2h"]);
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let (status, data, _) = ended(child, talk);
    assert_eq!(status, Some(2));
    assert!(data.contains("switched off for this mailbox"), "{data}");
}

#[test]
fn what_waiting_does_not_mend_is_said() {
    let desk = Desk::signed_in_with(0, |settings| {
        settings.scopes = vec!["https://graph.microsoft.com/SMTP.Send".into(), "offline_access".into()];
    });
    let (child, mut talk, line) = waiting(&desk, &["--until-accepted", "2h"]);
    assert!(line.contains("Waiting alone is unlikely to mend this: The token is for Microsoft Graph"), "{line}");
    let mut next = String::new();
    talk.read_line(&mut next).unwrap();
    assert!(next.contains("try 1: "), "{next}");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(ended(child, talk).0, Some(2));
}

#[test]
fn a_time_is_hours_minutes_and_seconds() {
    let desk = Desk::signed_in(0);
    for (time, status) in
        [("1h30m", 0), ("2", 64), ("", 64), ("0s", 64), ("169h", 64), ("99999999999999999999h", 64), ("é", 64)]
    {
        assert_eq!(desk.run(&["test", "--until-accepted", time]).status, status, "{time}");
    }
}
