//! What lies between, and who else answers, at the simulated mail server: each state of the port over a real socket,
//! and what comes of it. `tests/walk/line.rs` tells the wizard the same without sockets.

use std::time::Duration;

use smtp_oauth::{
    network::FailureKind,
    runtime::mail::{Endpoint, converse_within},
    secret::Secret,
    simulator::{Simulator, switches::switch, tenant::State},
    smtp::{Conversation, Ending, Fault, Limits, Plan, Security, Stage},
};

async fn with(switches: &[&str], security: Security, limits: &Limits) -> Conversation {
    let mut state = State::healthy();
    for (key, value) in switches.iter().filter_map(|pair| pair.split_once('=')) {
        switch(&mut state, key, value, chrono::DateTime::UNIX_EPOCH).unwrap();
    }
    let simulator = Simulator::start(state).await.unwrap();
    let announced = simulator.announcement();
    let endpoint = Endpoint { host: announced.smtp.host.parse().unwrap(), port: announced.smtp.port, over: None };
    let token = Secret::new("CANARY.e30.token");
    let plan = Plan { security, client_name: None, user: announced.user.clone(), token, message: None };
    converse_within(limits, &endpoint, &Some(announced.ca_file.clone().into()), plan, |_| {}).await
}

async fn failed(switches: &[&str], security: Security) -> (Stage, FailureKind) {
    let seen = with(switches, security, &Limits::default()).await;
    let Ending::Unreachable { stage, failure } = &seen.ending else { panic!("{switches:?}: {:?}", seen.ending) };
    (*stage, failure.kind)
}

#[tokio::test]
async fn a_line_that_fails_fails_where_it_does() {
    for (switches, security, stage, kind) in [
        (&["smtp_port=closed"][..], Security::StartTls, Stage::Connect, FailureKind::Refused),
        (&["smtp_breaks=greeting:cut"], Security::StartTls, Stage::Greeting, FailureKind::Closed),
        (&["smtp_breaks=tls:cut"], Security::StartTls, Stage::Tls, FailureKind::Closed),
        (&["smtp_breaks=auth:cut"], Security::StartTls, Stage::Auth, FailureKind::Closed),
        (&["smtp_certificate=other"], Security::StartTls, Stage::Tls, FailureKind::Certificate),
        (&["smtp_certificate=expired"], Security::StartTls, Stage::Tls, FailureKind::Certificate),
        (&["smtp_certificate=early"], Security::StartTls, Stage::Tls, FailureKind::Certificate),
        (&["smtp_certificate=other-name"], Security::StartTls, Stage::Tls, FailureKind::Certificate),
        (&[], Security::Tls, Stage::Tls, FailureKind::TlsHandshake),
    ] {
        assert_eq!(failed(switches, security).await, (stage, kind), "{switches:?}");
    }
}

#[tokio::test]
async fn what_stays_silent_ends_at_the_clients_limit() {
    let moment = Duration::from_millis(300);
    let limits = Limits { connect: moment, tls: moment, reply: moment, quit: moment, ..Limits::default() };
    for switches in [
        &["smtp_port=swallowing"][..],
        &["starttls=implicit"],
        &["smtp_breaks=greeting:silence"],
        &["smtp_breaks=tls:silence"],
        &["smtp_breaks=auth:silence"],
    ] {
        let seen = with(switches, Security::StartTls, &limits).await;
        let Ending::Unreachable { failure, .. } = &seen.ending else { panic!("{switches:?}: {:?}", seen.ending) };
        assert_eq!(failure.kind, FailureKind::TimedOut, "{switches:?}");
    }
}

#[tokio::test]
async fn tls_from_the_first_byte_is_greeted_inside() {
    let seen = with(&["starttls=implicit"], Security::Tls, &Limits::default()).await;
    assert!(matches!(&seen.ending, Ending::Refused { stage: Stage::Auth, .. }), "{:?}", seen.ending);
}

#[tokio::test]
async fn another_server_is_known_by_its_words() {
    for (server, banner) in [("inbound", "mail.protection.outlook.com"), ("hoster", "Postfix")] {
        let seen = with(&[&format!("smtp_server={server}")], Security::StartTls, &Limits::default()).await;
        assert!(matches!(seen.ending, Ending::Fault { fault: Fault::Xoauth2NotOffered { .. }, .. }), "{server}");
        assert!(seen.banner.unwrap().contains(banner), "{server}");
    }
    let seen = with(&["smtp_server=gmail"], Security::StartTls, &Limits::default()).await;
    assert!(seen.failure_detail.unwrap().contains("schemes"));
    assert_eq!(seen.ending.reply().map(|reply| reply.code), Some(535));
    let seen = with(&["starttls=injected"], Security::StartTls, &Limits::default()).await;
    assert!(matches!(seen.ending, Ending::Fault { fault: Fault::Injected { .. }, .. }), "{:?}", seen.ending);
}
