//! Plays scripts to the dialogue and asserts both directions: `S:` what the server sends, in one
//! piece as far as the lines follow each other, `C:` what the client must send, `TLS` the handshake,
//! `EOF` the server's end. `C: <sasl>` stands for the base64 of user and token.

use std::time::Duration;

use smtp_oauth::{
    network::{FailureKind, NetworkFailure},
    secret::Secret,
    smtp::{Conversation, Dialogue, Envelope, Limits, Plan, Security, Step, TlsFacts, xoauth2},
};

pub const TOKEN: &str = "CANARY.eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbSJ9.c2lnbmF0dXJl";
const USER: &str = "alerts@contoso.example";

pub fn plan() -> Plan {
    Plan {
        security: Security::StartTls,
        client_name: Some("client.example".parse().unwrap()),
        user: USER.into(),
        token: Secret::new(TOKEN),
        message: None,
    }
}

pub fn plan_with_message() -> Plan {
    let content = b"Subject: test\r\n\r\n.dot\r\n".to_vec();
    let sender = "noreply@contoso.example".parse().unwrap();
    Plan { message: Some(Envelope { sender, recipient: USER.parse().unwrap(), content }), ..plan() }
}

pub fn facts() -> TlsFacts {
    TlsFacts { version: Some("TLSv1.3".into()), cipher: Some("TLS13_AES_256_GCM_SHA384".into()), ..TlsFacts::default() }
}

pub fn closed() -> NetworkFailure {
    NetworkFailure { kind: FailureKind::Closed, address: "mx.example:587".into(), detail: "the end".into() }
}

/// Takes the lines with this mark that come next, joined as they are on the wire.
fn take(script: &mut Vec<&str>, mark: &str) -> Vec<u8> {
    let count = script.iter().take_while(|line| line.starts_with(mark)).count();
    let lines = script.drain(..count).map(|line| line[mark.len()..].trim_start().replace("<sasl>", blob().expose()));
    lines.flat_map(|line| format!("{line}\r\n").into_bytes()).collect()
}

pub fn blob() -> Secret {
    xoauth2::blob(USER, &Secret::new(TOKEN))
}

/// Plays the script; the server's `split`th byte begins a new piece.
fn play_split(plan: Plan, script: &str, split: usize) -> Conversation {
    let mut script: Vec<&str> = script.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut dialogue = Dialogue::new(plan, Limits::default());
    let (mut sent, at) = (0, Duration::ZERO);
    loop {
        match dialogue.step(at) {
            Step::Connect => {
                dialogue.resolved("192.0.2.1", at);
                dialogue.connected("192.0.2.1:587", &"192.0.2.9".parse().unwrap(), at);
            }
            Step::StartTls => {
                assert_eq!(script.remove(0), "TLS");
                dialogue.secured(facts(), at);
            }
            Step::Send(bytes) => {
                assert_eq!(String::from_utf8_lossy(&take(&mut script, "C:")), String::from_utf8_lossy(&bytes));
            }
            Step::Receive { .. } if script.first() == Some(&"EOF") => {
                script.remove(0);
                dialogue.failed(closed(), at);
            }
            Step::Receive { .. } => {
                let bytes = take(&mut script, "S:");
                assert!(!bytes.is_empty(), "it waits, but the script goes on with {script:?}");
                let (first, second) = bytes.split_at(split.saturating_sub(sent).min(bytes.len()));
                sent += bytes.len();
                dialogue.receive(first, at);
                if !second.is_empty() {
                    dialogue.receive(second, at);
                }
            }
            Step::Done => break,
        }
    }
    assert_eq!(script, Vec::<&str>::new(), "not played");
    let conversation = dialogue.finish();
    assert!(!format!("{conversation:?}").contains("CANARY") && !format!("{conversation:?}").contains(blob().expose()));
    conversation
}

pub fn play(plan: Plan, script: &str) -> Conversation {
    play_split(plan, script, 0)
}

/// As `play`, and once more with the server's bytes split at each position.
pub fn play_every_way(plan: &Plan, script: &str) -> Conversation {
    let whole = play(plan.clone(), script);
    for split in 1..script.len() {
        assert_eq!(play_split(plan.clone(), script, split), whole, "split at {split}");
    }
    whole
}
