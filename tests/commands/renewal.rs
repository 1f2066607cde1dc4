//! Renewals against an authority that is ill, hostile or says no: what is said, how it ends, what is kept.

use std::{
    fs,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Command, Stdio},
};

use smtp_oauth::simulator::switches::switch;

use crate::{
    authority::{Act, Authority, json, refusal, tokens},
    desk::{Desk, Ran, ran},
};

const NOW_AND_AT_ONCE: &str = "Retry-After: 0\r\n";

fn busy() -> Act {
    json(503, NOW_AND_AT_ONCE, r#"{"error":"temporarily_unavailable"}"#)
}

/// Nothing of the account's secrets is in what was said.
fn quiet(desk: &Desk, ran: &Ran) {
    let vault = desk.vault();
    for secret in [vault.access_token, vault.refresh_token].into_iter().flatten() {
        assert!(!ran.stderr.contains(secret.expose()), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
}

#[test]
fn an_authority_that_is_busy_for_a_moment_costs_a_moment() {
    let desk = Desk::signed_in(3550);
    let authority = Authority::acting(&desk, vec![busy(), busy(), tokens("CANARY-at", "CANARY-rt")]);
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "CANARY-at\n", ""));
    assert_eq!((authority.asked().len(), desk.vault().refresh_token.unwrap().expose()), (3, "CANARY-rt"));
}

#[test]
fn one_that_stays_busy_is_left_alone_until_it_says() {
    let desk = Desk::signed_in(3550);
    let authority = Authority::acting(&desk, vec![busy()]);
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, ran.stdout.as_str(), authority.asked().len()), (75, "", 3));
    assert!(ran.stderr.contains("temporarily_unavailable"), "{}", ran.stderr);

    let authority = Authority::acting(&desk, vec![json(429, "Retry-After: 7200\r\n", "{}")]);
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, authority.asked().len()), (75, 1));
    assert!(ran.stderr.contains("says to wait an hour or more: it is asked again after"), "{}", ran.stderr);
    let until = desk.vault().not_before.unwrap() - chrono::Utc::now().timestamp();
    assert!((3500..=3600).contains(&until), "{until}");
    assert!(desk.vault().refused.is_none());
    // Whoever comes next does not ask, unless that is what was asked for.
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, authority.asked().len()), (75, 1));
    assert!(ran.stderr.contains("not asked again before"), "{}", ran.stderr);
    assert_eq!((desk.run(&["token", "--refresh"]).status, authority.asked().len()), (75, 2));
}

#[test]
fn many_at_once_ask_a_busy_authority_once() {
    let desk = Desk::signed_in(3550);
    let authority = Authority::acting(&desk, vec![json(429, "Retry-After: 600\r\n", "{}")]);
    let mut command = desk.command(&["token"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let children: Vec<_> = (0..20).map(|_| command.spawn().unwrap()).collect();
    for child in children {
        assert_eq!(ran(child.wait_with_output().unwrap()).status, 75);
    }
    assert_eq!(authority.asked().len(), 1);
}

#[test]
fn while_it_is_ill_a_token_that_lives_is_handed_out_unless_a_new_one_was_asked_for() {
    let desk = Desk::signed_in(3400);
    let token = format!("{}\n", desk.vault().access_token.unwrap().expose());
    let _authority = Authority::acting(&desk, vec![busy()]);
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, &ran.stdout), (0, &token));
    assert!(ran.stderr.contains("still lives"), "{}", ran.stderr);
    let ran = desk.run(&["token", "--refresh"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (75, ""));
}

#[test]
fn what_is_no_answer_of_an_authority_is_named_with_what_it_was() {
    let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Guest \u{1b}[2J WLAN</title>";
    let moved = "HTTP/1.1 302 Found\r\nLocation: https://portal.example/login\r\nContent-Length: 0\r\n\r\n";
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"access_token\":\"CANARY";
    let endless = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(), vec![b'x'; 10 << 20]].concat();
    let odd = r#"{"error":"something_new","error_description":"AADSTS9999999: Never seen."}"#;
    for (act, status, said) in [
        (Act::Say(html.into()), 69, "Guest"),
        (Act::Say(moved.into()), 69, "portal.example"),
        (json(200, "", ""), 69, "HTTP 200: an empty body"),
        (json(200, "", "null"), 69, "HTTP 200"),
        (json(200, "", r#"{"accesstoken":"CANARY-at"}"#), 69, "JSON with accesstoken"),
        (
            json(200, "", r#"{"access_token":"CANARY\nat","refresh_token":"x"}"#),
            69,
            "holds characters that a token cannot",
        ),
        (Act::Say(cut.into()), 69, "127.0.0.1"),
        (Act::Say(endless), 69, "1048576"),
        (Act::HangUp, 69, "127.0.0.1"),
        (json(418, "", odd), 77, "AADSTS9999999"),
        (json(404, "", "not found"), 69, "404"),
    ] {
        let desk = Desk::signed_in(3550);
        let before = desk.vault().refresh_token;
        let _authority = Authority::acting(&desk, vec![act]);
        let ran = desk.run(&["token"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{said}: {}", ran.stderr);
        assert!(ran.stderr.contains(said) && !ran.stderr.contains('\u{1b}'), "{said}: {}", ran.stderr);
        assert_eq!(desk.vault().refresh_token, before);
        quiet(&desk, &ran);
    }
}

#[test]
fn an_answer_that_got_lost_is_told_when_the_refresh_token_is_not_taken_any_more() {
    let desk = Desk::signed_in(3550);
    let nothing_more = "AADSTS70000: The provided value for the input parameter 'refresh_token' is not valid.";
    let authority = Authority::acting(&desk, vec![Act::HangUp, refusal(nothing_more)]);
    let ran = desk.run(&["token"]);
    assert_eq!((ran.status, authority.asked().len()), (77, 2));
    assert!(ran.stderr.contains("answer that got lost"), "{}", ran.stderr);
    // Also by the next process.
    let ran = desk.run(&["token"]);
    assert!(ran.status == 77 && ran.stderr.contains("answer that got lost"), "{}", ran.stderr);
    let _authority = Authority::acting(&desk, vec![tokens("CANARY-at", "CANARY-rt")]);
    assert_eq!((desk.run(&["token"]).status, desk.vault().unheard_at), (0, None));
}

#[test]
fn each_refusal_has_its_own_first_step() {
    for (description, cause, fix) in [
        ("AADSTS700082: inactive for 90.00:00:00.", "too old", "Sign in again"),
        ("AADSTS70008: expired.", "too old", "Sign in again"),
        ("AADSTS50173: revoked.", "ended at Microsoft", "Sign in again"),
        ("AADSTS70043: sign-in frequency.", "ended at Microsoft", "'Sign-in frequency'"),
        ("AADSTS530036: authentication flows.", "device code", "through a browser"),
        ("AADSTS50076: must use multi-factor.", "see a person", "in a browser"),
        ("AADSTS7000222: keys are expired.", "secret has expired", "New client secret"),
        ("AADSTS65001: has not consented to use the application.", "consent", "consent"),
        ("", "not taken", "Sign in again"),
    ] {
        let desk = Desk::signed_in(3550);
        let _authority = Authority::acting(&desk, vec![refusal(description)]);
        let ran = desk.run(&["token"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (77, ""), "{description}");
        let told = ran.stderr.lines().nth(1).unwrap_or_default();
        assert!(told.contains(cause) && told.contains(fix), "{description}: {}", ran.stderr);
        assert!(desk.vault().refused_at.is_some());
        let again =
            format!("came just now. To sign in again, run: smtp-oauth --config {}", desk.directory.path().display());
        assert!(ran.stderr.contains(&again), "{}", ran.stderr);
        quiet(&desk, &ran);
    }
}

#[test]
fn a_token_from_the_future_is_renewed() {
    let desk = Desk::signed_in(-7200);
    let before = desk.vault().access_token.unwrap();
    let ran = desk.run(&["token"]);
    assert!(ran.status == 0 && ran.stdout.trim_end() != before.expose());
}

#[test]
fn a_clock_that_is_wrong_is_told_to_who_wants_to_know() {
    for (ahead, told) in [("7200", "behind"), ("-7200", "ahead")] {
        let desk = Desk::signed_in(3550);
        let now = chrono::Utc::now();
        desk.simulator.with_state(|state| switch(state, "clock_ahead", ahead, now)).unwrap();
        let ran = desk.run(&["token", "-v"]);
        assert!(ran.status == 0 && ran.stderr.contains(told), "{ahead}: {}", ran.stderr);
        // The token lives by this machine's clock, whatever the other one says.
        let left = desk.vault().expires_at.unwrap() - now.timestamp();
        assert!((3500..3700).contains(&left), "{left}");
        assert_eq!(desk.run(&["token"]).stdout, ran.stdout);
    }
}

#[test]
fn tokens_that_live_shorter_than_wanted_are_renewed_once_and_handed_out() {
    let desk = Desk::signed_in(3550);
    let now = chrono::Utc::now();
    desk.simulator.with_state(|state| switch(state, "token_lifetime", "600", now)).unwrap();
    let first = desk.run(&["token", "--min-life", "1200"]);
    assert_eq!(first.status, 0);
    let second = desk.run(&["token", "--min-life", "1200"]);
    for said in [first.stderr, second.stderr] {
        assert!(said.contains("s, not the 1200 s wanted: the authority's tokens live 600 s at most"), "{said}");
    }
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(desk.run(&["token"]).stderr, "");
}

/// Runs `token` where no file may grow beyond a few KiB.
fn on_a_full_disk(desk: &Desk) -> Ran {
    let program = env!("CARGO_BIN_EXE_smtp-oauth");
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -f 8; exec "$0" token --config "$1""#, program]);
    ran(command.arg(desk.directory.path()).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn a_limit_on_the_size_of_files_is_told_by_the_wizard_as_well() {
    let desk = Desk::signed_in(0);
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -f 0; exec "$0" --no-input --config "$1""#, env!("CARGO_BIN_EXE_smtp-oauth")]);
    let ran = ran(command.arg(desk.directory.path()).stdin(Stdio::null()).output().unwrap());
    assert_eq!(ran.status, 73, "{}", ran.stderr);
    assert!(ran.stderr.contains("File too large"), "{}", ran.stderr);
}

#[test]
fn where_nothing_can_be_kept_nothing_is_asked_for() {
    let desk = Desk::signed_in(3550);
    let authority = Authority::acting(&desk, vec![tokens("CANARY-at", "CANARY-rt")]);
    let before = fs::read(desk.vault_file()).unwrap();
    let full = on_a_full_disk(&desk);
    assert_eq!((full.status, full.stdout.as_str(), authority.asked().len()), (73, "", 0), "{}", full.stderr);
    assert!(full.stderr.contains("alerts.json cannot be written"), "{}", full.stderr);
    assert_eq!(fs::read(desk.vault_file()).unwrap(), before);
    let left: Vec<_> =
        fs::read_dir(desk.vault_file().parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(desk.run(&["token"]).stdout, "CANARY-at\n");
}

#[test]
fn what_a_killed_process_had_begun_to_write_is_taken_away() {
    let desk = Desk::signed_in(3550);
    let left = desk.vault_file().with_file_name(".alerts.json.abc123");
    fs::write(&left, "CANARY").unwrap();
    assert_eq!((desk.run(&["token"]).status, left.exists()), (0, false));
}

#[test]
fn killed_while_it_waits_for_the_answer_it_leaves_the_old_token_and_word_of_it() {
    let desk = Desk::signed_in(3550);
    let before = fs::read(desk.vault_file()).unwrap();
    let authority = Authority::acting(&desk, vec![Act::BeSilent, refusal("")]);
    let mut child = desk.command(&["token"]).stdout(Stdio::null()).spawn().unwrap();
    while authority.asked().is_empty() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert_eq!(fs::read(desk.vault_file()).unwrap(), before);
    let ran = desk.run(&["token"]);
    assert!(ran.status == 77 && ran.stderr.contains("answer that got lost"), "{}", ran.stderr);
}

#[test]
fn killed_at_any_moment_it_leaves_a_token_that_works() {
    let desk = Desk::signed_in(3550);
    for moment in 0..40 {
        let mut child =
            desk.command(&["token", "--refresh"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Some moments of its short life, early and late.
        for _ in 0..moment * 200 {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
        let refresh = desk.vault().refresh_token.unwrap();
        let known = |state: &mut smtp_oauth::simulator::tenant::State| {
            state.ledger.refresh_tokens.iter().any(|token| token.token == refresh.expose())
        };
        assert!(desk.simulator.with_state(known));
    }
    assert_eq!(desk.run(&["token", "--refresh"]).status, 0);
}

#[test]
fn what_was_whole_when_its_process_was_killed_is_taken_over() {
    let desk = Desk::signed_in(3550);
    let mut next = desk.vault();
    next.issued_at = Some(chrono::Utc::now().timestamp());
    next.expires_at = next.issued_at.map(|at| at + 3600);
    (next.access_token, next.refresh_token) =
        (Some("CANARY-at".to_owned().into()), Some("CANARY-rt".to_owned().into()));
    fs::write(desk.vault_file().with_extension("json.next"), next.text().expose().to_owned() + "\0\0filler").unwrap();
    assert_eq!(desk.run(&["token"]).stdout, "CANARY-at\n");
    assert_eq!(desk.vault(), next);
    // Its answer was heard.
    let _authority = Authority::acting(&desk, vec![refusal("")]);
    let ran = desk.run(&["token", "--refresh"]);
    assert!(ran.status == 77 && !ran.stderr.contains("lost"), "{}", ran.stderr);
}

#[test]
fn in_an_empty_environment_a_directory_is_all_it_needs() {
    let desk = Desk::signed_in(3550);
    let output = desk.command(&["token"]).env_clear().current_dir("/").output().unwrap();
    let ran = ran(output);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout.trim_end(), desk.vault().access_token.unwrap().expose());
    // As cron and systemd start it: no terminal, no session, a mask of their own.
    let mut masked = Command::new("setsid");
    masked.arg(env!("CARGO_BIN_EXE_smtp-oauth")).args(["token", "--refresh", "--config"]).arg(desk.directory.path());
    assert_eq!(masked.env_clear().arg0("setsid").output().unwrap().status.code(), Some(0));
}
