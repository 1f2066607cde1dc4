//! `simulate`: one line, then it serves until it is told to end.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::desk;

#[test]
fn it_announces_itself_in_one_line_and_ends_with_0() {
    for (signal, fault) in [("TERM", None), ("INT", Some("smtp_auth_disabled_tenant"))] {
        let mut child =
            desk::program().arg("simulate").args(fault).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let announced: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let keys: Vec<&str> = announced.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["authority", "tenant", "client_id", "client_secret", "user", "password", "smtp", "ca_file", "approve_url"]
        );
        let port = announced["smtp"]["port"].as_u64().unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).is_ok());
        let kill = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status().unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert!(lines.next().is_none());
    }
}

#[test]
fn what_can_be_wrong_is_listed_by_name() {
    let listed = desk::program().args(["simulate", "--list"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let about = listed.lines().find_map(|line| line.strip_prefix("smtp_auth_disabled_tenant "));
    let said = "Authenticated SMTP is off for the organisation, and the mailbox follows it";
    assert_eq!(about.map(str::trim), Some(said), "{listed}");
    assert_eq!(listed.lines().count(), smtp_oauth::simulator::faults::all().count());
    let unknown = desk::program().args(["simulate", "no-such"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(64));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("`smtp-oauth simulate --list` names them"));
}
