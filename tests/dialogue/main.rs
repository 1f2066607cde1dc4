//! The SMTP dialogue, from the greeting to every way it can end; `script.rs` says how to read a script.

mod script;

use std::time::Duration;

use proptest::prelude::*;
use script::{TOKEN, blob, closed, facts, plan, plan_with_message, play, play_every_way};
use smtp_oauth::{
    network::{FailureKind, NetworkFailure},
    secret::Secret,
    smtp::{Conversation, Dialogue, Ending, Fault, Limits, Plan, Security, Side, Stage, Step, reply::Garbled, xoauth2},
};

const SECURED: &str = "
    S: 220 mx.example Microsoft ESMTP MAIL Service ready
    C: EHLO client.example
    S: 250-mx.example Hello [192.0.2.9]
    S: 250-SIZE 157286400
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 SMTP server ready
    TLS
    C: EHLO client.example
    S: 250-mx.example Hello [192.0.2.9]
    S: 250 AUTH LOGIN XOAUTH2
    C: AUTH XOAUTH2";
const ASKED: &str = "
    S: 334
    C: <sasl>";
const SIGNED_IN: &str = "
    S: 235 2.7.0 Authentication successful";
const DATA: &str = "
    C: MAIL FROM:<noreply@contoso.example>
    S: 250 ok
    C: RCPT TO:<alerts@contoso.example>
    S: 250 ok
    C: DATA
    S: 354 go";
const QUIT: &str = "
    C: QUIT
    S: 221 2.0.0 Service closing transmission channel";

fn failed_stage(conversation: &Conversation) -> Vec<(Stage, &str)> {
    let failed = conversation.stages.iter().filter(|result| !result.ok);
    failed.map(|result| (result.stage, result.detail.as_str())).collect()
}

#[test]
fn signing_in_ends_accepted_with_everything_kept() {
    let seen = play_every_way(&plan(), &[SECURED, ASKED, SIGNED_IN, QUIT].concat());
    assert_eq!(seen.ending, Ending::Accepted);
    assert!(seen.authenticated());
    assert_eq!(seen.banner.as_deref(), Some("mx.example Microsoft ESMTP MAIL Service ready"));
    assert_eq!(seen.ehlo_before, ["SIZE 157286400", "STARTTLS"]);
    assert_eq!(seen.ehlo_after, ["AUTH LOGIN XOAUTH2"]);
    let stages: Vec<Stage> = seen.stages.iter().map(|result| result.stage).collect();
    use Stage::*;
    assert_eq!(stages, [Resolve, Connect, Greeting, Ehlo, StartTls, Tls, Ehlo, Auth, Quit]);
    let shown = |line: &smtp_oauth::smtp::Line| {
        let side = if line.from == Side::Server { 'S' } else { 'C' };
        let meaning = line.meaning.as_ref().map_or("", |phrase| phrase.key.trim_start_matches("smtp.meaning."));
        format!("{side}{} {}  | {meaning}\n", if line.tls { '*' } else { ' ' }, line.text)
    };
    insta::assert_snapshot!(seen.transcript.iter().map(shown).collect::<String>());
}

#[test]
fn a_message_goes_through_with_its_dots_doubled() {
    let message = "
        C: MAIL FROM:<noreply@contoso.example>
        S: 250 2.1.0 Sender OK
        C: RCPT TO:<alerts@contoso.example>
        S: 250 2.1.5 Recipient OK
        C: DATA
        S: 354 Start mail input; end with <CRLF>.<CRLF>
        C: Subject: test
        C:
        C: ..dot
        C: .
        S: 250 2.0.0 OK <id@prod.outlook.com>";
    let seen = play_every_way(&plan_with_message(), &[SECURED, ASKED, SIGNED_IN, message, QUIT].concat());
    assert_eq!(seen.ending, Ending::Accepted);
    assert!(seen.stages.iter().all(|result| result.ok));
}

/// An address in base64 is a piece of the SASL string as well.
#[test]
fn a_message_is_shown_as_it_is() {
    let line = blob().expose()[..32].to_owned();
    let mut plan = plan_with_message();
    plan.message.as_mut().unwrap().content = line.clone().into_bytes();
    let seen = play(plan, &[SECURED, ASKED, SIGNED_IN, DATA, "\nC: ", &line, "\nC: .\nS: 250 ok", QUIT].concat());
    assert!(seen.transcript.iter().any(|shown| shown.text == line), "{:?}", seen.transcript);
}

#[test]
fn a_long_message_is_shown_as_a_count() {
    let mut plan = plan_with_message();
    let envelope = plan.message.as_mut().unwrap();
    envelope.content = b".line\n".repeat(41);
    let content = "\nC: ..line".repeat(41);
    let seen = play(plan, &[SECURED, ASKED, SIGNED_IN, DATA, &content, "\nC: .\nS: 250 ok", QUIT].concat());
    let from = seen.transcript.iter().position(|line| line.text == "354 go").unwrap();
    assert_eq!(seen.transcript[from + 1].text, "‹message: 41 lines, 331 bytes›");
    assert_eq!(seen.transcript[from + 2].text, ".");
    let long = "x".repeat(5000);
    let mut plan = plan_with_message();
    plan.message.as_mut().unwrap().content = long.clone().into_bytes();
    let seen = play(plan, &[SECURED, ASKED, SIGNED_IN, DATA, "\nC: ", &long, "\nC: .\nS: 250 ok", QUIT].concat());
    assert_eq!(seen.transcript[from + 1].text, "‹message: 1 lines, 5005 bytes›");
}

#[test]
fn implicit_tls_speaks_inside_tls_alone() {
    let script = "
        TLS
        S: 220 mx.example ready
        C: EHLO [192.0.2.9]
        S: 250-mx.example
        S: 250 auth=LOGIN xoauth2
        C: AUTH XOAUTH2";
    let plan = Plan { security: Security::Tls, client_name: None, ..plan() };
    let seen = play_every_way(&plan, &[script, ASKED, SIGNED_IN, QUIT].concat());
    assert_eq!(seen.ending, Ending::Accepted);
    assert!(seen.transcript.iter().all(|line| line.tls));
    assert!(seen.ehlo_before.is_empty());
}

#[test]
fn a_535_is_refused_at_auth_and_leaves_politely() {
    let refusal = "
        S: 535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com]";
    for farewell in [QUIT, "\nC: QUIT\nEOF", "\nC: QUIT\nS: 500 what?", "\nC: QUIT\nS: HTTP", "\nC: QUIT\nS: 421 no"] {
        let seen = play(plan(), &[SECURED, ASKED, refusal, farewell].concat());
        let Ending::Refused { stage: Stage::Auth, reply } = &seen.ending else { panic!("{:?}", seen.ending) };
        assert_eq!((reply.code, reply.enhanced.as_deref()), (535, Some("5.7.3")));
        assert_eq!(seen.ending.reply(), Some(reply));
    }
}

#[test]
fn a_334_with_a_detail_is_answered_and_the_535_read() {
    let refusal = "
        S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiQmVhcmVyIn0=
        C:
        S: 535-5.7.8 Username and Password not accepted.
        S: 535 5.7.8 See support";
    let seen = play_every_way(&plan(), &[SECURED, ASKED, refusal, QUIT].concat());
    assert_eq!(seen.failure_detail.as_deref(), Some(r#"{"status":"401","schemes":"Bearer"}"#));
    assert_eq!(
        seen.ending.reply().map(|reply| reply.text()),
        Some("535 5.7.8 Username and Password not accepted. See support".into())
    );
    let bare = play(plan(), &[SECURED, ASKED, "\nS: 334 \nC:\nS: 535 no", QUIT].concat());
    assert_eq!(bare.failure_detail, None);
}

#[test]
fn replies_that_answer_something_else_are_faults() {
    for (reply, asked) in [("250 ok", ASKED), ("250 ok", ""), ("235 2.7.0 too early", ""), ("199 what", "")] {
        let seen = play(plan(), &[SECURED, asked, "\nS: ", reply].concat());
        let Ending::Fault { stage: Stage::Auth, fault: Fault::Unexpected { .. } } = seen.ending else {
            panic!("{reply}: {:?}", seen.ending)
        };
        assert!(!seen.authenticated());
    }
    let twice = [SECURED, ASKED, "\nS: 334 e30=\nC:\nS: 334 e30="].concat();
    assert!(matches!(play(plan(), &twice).ending, Ending::Fault { fault: Fault::Unexpected { .. }, .. }));
    let late = [SECURED, ASKED, "\nS: 334 e30=\nC:\nS: 235 after all"].concat();
    assert!(matches!(play(plan(), &late).ending, Ending::Fault { fault: Fault::Unexpected { .. }, .. }));
}

#[test]
fn bytes_behind_the_starttls_reply_are_refused() {
    let clear = SECURED.split("TLS\n    C: EHLO").next().unwrap();
    for injected in ["\nS: 250-evil.example\nS: 250 AUTH XOAUTH2", "\nS: x", "\nS: 421 bye"] {
        let seen = play(plan(), &[clear.trim_end(), injected].concat());
        assert!(
            matches!(seen.ending, Ending::Fault { stage: Stage::StartTls, fault: Fault::Injected { .. } }),
            "{:?}",
            seen.ending
        );
        assert_eq!(seen.tls, None);
    }
}

#[test]
fn nothing_secret_is_sent_without_starttls() {
    let script = "
        S: 220 mx.example
        C: EHLO client.example
        S: 250-mx.example
        S: 250-XSTARTTLS
        S: 250 AUTH XOAUTH2";
    let seen = play_every_way(&plan(), &[script, QUIT].concat());
    let offered = vec!["XSTARTTLS".to_owned(), "AUTH XOAUTH2".to_owned()];
    assert_eq!(seen.ending, Ending::Fault { stage: Stage::Ehlo, fault: Fault::StartTlsNotOffered { offered } });
}

#[test]
fn without_xoauth2_nothing_is_tried() {
    for (auth, expected) in [
        ("AUTH LOGIN PLAIN", vec!["LOGIN", "PLAIN"]),
        ("AUTH=LOGIN", vec!["LOGIN"]),
        ("AUTHX XOAUTH2", vec![]),
        ("AUTH XOAUTH2X", vec!["XOAUTH2X"]),
    ] {
        let script = SECURED.replace("AUTH LOGIN XOAUTH2", auth).replace("C: AUTH XOAUTH2", "");
        let seen = play(plan(), &[script.as_str(), QUIT].concat());
        let mechanisms = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(seen.ending, Ending::Fault { stage: Stage::Ehlo, fault: Fault::Xoauth2NotOffered { mechanisms } });
    }
}

#[test]
fn every_stage_can_be_refused_or_put_off() {
    let authenticated = [SECURED, ASKED, SIGNED_IN].concat();
    let mail = "\nC: MAIL FROM:<noreply@contoso.example>";
    let rcpt = [mail, "\nS: 250 ok\nC: RCPT TO:<alerts@contoso.example>"].concat();
    let data = [rcpt.as_str(), "\nS: 251 forwarded\nC: DATA"].concat();
    let content = [data.as_str(), "\nS: 354 go\nC: Subject: test\nC:\nC: ..dot\nC: ."].concat();
    let greeting = "\nS: 220 mx\nC: EHLO client.example";
    for (stage, script) in [
        (Stage::Greeting, String::new()),
        (Stage::Ehlo, greeting.to_owned()),
        (Stage::StartTls, [greeting, "\nS: 250-mx\nS: 250 starttls\nC: STARTTLS"].concat()),
        (Stage::Auth, SECURED.to_owned()),
        (Stage::Auth, [SECURED, ASKED].concat()),
        (Stage::Mail, [&authenticated, mail].concat()),
        (Stage::Rcpt, [&authenticated, rcpt.as_str()].concat()),
        (Stage::Data, [&authenticated, data.as_str()].concat()),
        (Stage::Data, [&authenticated, content.as_str()].concat()),
    ] {
        let refused = play(plan_with_message(), &[&script, "\nS: 550 5.7.60 no", QUIT].concat());
        assert!(matches!(&refused.ending, Ending::Refused { stage: at, .. } if *at == stage), "{:?}", refused.ending);
        assert_eq!(failed_stage(&refused), [(stage, "550 5.7.60 no")]);
        let put_off = play(plan_with_message(), &[&script, "\nS: 451 4.7.0 later", QUIT].concat());
        assert!(matches!(&put_off.ending, Ending::Temporary { stage: at, .. } if *at == stage), "{:?}", put_off.ending);
        let closing = play(plan_with_message(), &[&script, "\nS: 421 4.4.2 bye"].concat());
        assert!(matches!(&closing.ending, Ending::Temporary { stage: at, .. } if *at == stage), "{:?}", closing.ending);
        let ended = play(plan_with_message(), &[&script, "\nEOF"].concat());
        assert_eq!(ended.ending, Ending::Unreachable { stage, failure: closed() });
        let unexpected = play(plan_with_message(), &[&script, "\nS: 299 what"].concat());
        assert!(matches!(&unexpected.ending, Ending::Fault { fault: Fault::Unexpected { .. }, .. }));
        let garbled = play(plan_with_message(), &[&script, "\nS: HTTP/1.1 400 Bad Request"].concat());
        let Ending::Fault { fault: Fault::Garbled { garbled: Garbled::NotAReply, text }, .. } = &garbled.ending else {
            panic!("{:?}", garbled.ending)
        };
        assert_eq!(text, "HTTP/1.1 400 Bad Request");
    }
}

#[test]
fn a_server_that_speaks_before_it_is_asked_is_named() {
    let script = "
        S: 220 mx.example
        S: 250-mx.example
        S: 250 STARTTLS";
    let seen = play(plan(), script);
    let fault = Fault::Unasked { text: "250-mx.example".into() };
    assert_eq!(seen.ending, Ending::Fault { stage: Stage::Ehlo, fault });
    let closing = play(plan(), "S: 220 mx.example\nS: 421 4.3.2 Service not available");
    assert!(matches!(closing.ending, Ending::Temporary { stage: Stage::Ehlo, .. }));
    let early = play(plan(), &[SECURED, "\nS: 334\nS: 235 2.7.0 ok"].concat());
    assert!(matches!(early.ending, Ending::Fault { stage: Stage::Auth, fault: Fault::Unasked { .. } }));
    let after = play(plan(), &[SECURED, ASKED, SIGNED_IN, "\nS: 250 and more"].concat());
    assert_eq!(after.ending, Ending::Accepted);
}

#[test]
fn an_echo_of_the_token_is_masked_wherever_it_is_kept() {
    let blob = blob();
    for echo in [TOKEN, blob.expose(), &TOKEN[5..40], &blob.expose()[64..]] {
        let seen = play(plan(), &[SECURED, ASKED, "\nS: 500-5.5.1 what\nS: 500 is ", echo, QUIT].concat());
        let mark = Secret::new(TOKEN).token_mark();
        assert_eq!(seen.ending.reply().map(|reply| reply.text()), Some(format!("500 5.5.1 what is {mark}")));
        let garbled = play(plan(), &[SECURED, ASKED, "\nS: ", echo].concat());
        assert!(!format!("{garbled:?}").contains(echo));
    }
    let detail = xoauth2::blob("error", &Secret::new(TOKEN));
    let seen = play(plan(), &[SECURED, ASKED, "\nS: 334 ", detail.expose(), "\nC:\nS: 535 no", QUIT].concat());
    assert!(seen.failure_detail.as_ref().is_some_and(|text| text.starts_with("user=error^Aauth=Bearer ‹token")));
    assert!(!format!("{seen:?}").contains(detail.expose()));
}

#[test]
fn a_dripping_server_does_not_move_the_limit() {
    let second = Duration::from_secs(1);
    let mut dialogue = Dialogue::new(plan(), Limits::default());
    dialogue.resolved("", second);
    dialogue.connected("", &"192.0.2.9".parse().unwrap(), second);
    let until = 61 * second;
    for (count, byte) in b"220 slow".iter().enumerate() {
        assert_eq!(dialogue.step(second), Step::Receive { until, limit: 60 * second });
        dialogue.receive(&[*byte], second * count as u32);
    }
    dialogue.failed(NetworkFailure { kind: FailureKind::TimedOut, ..closed() }, until);
    assert_eq!(dialogue.step(until), Step::Done);
    assert_eq!(dialogue.fresh().last().map(|line| line.text.as_str()), Some("220 slow"));
}

proptest! {
    #[test]
    fn random_replies_always_end(seed in prop::collection::vec(("[2345][0-5][0-9][- ]", "[ -~]{0,9}|STARTTLS|AUTH XOAUTH2", any::<bool>()), 0..60)) {
        let mut dialogue = Dialogue::new(plan_with_message(), Limits::default());
        let mut lines = seed.into_iter();
        let mut steps = 0;
        loop {
            steps += 1;
            prop_assert!(steps < 200);
            match dialogue.step(Duration::ZERO) {
                Step::Connect => dialogue.connected("", &"192.0.2.9".parse().unwrap(), Duration::ZERO),
                Step::StartTls => dialogue.secured(facts(), Duration::ZERO),
                Step::Send(_) => {}
                Step::Receive { .. } => match lines.next() {
                    Some((code, text, whole)) => dialogue.receive(format!("{code}{text}{}", if whole { "\r\n" } else { "" }).as_bytes(), Duration::ZERO),
                    None => dialogue.failed(closed(), Duration::ZERO),
                },
                Step::Done => break,
            }
        }
    }

    #[test]
    fn random_bytes_never_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 0..20)) {
        let mut dialogue = Dialogue::new(plan(), Limits::default());
        dialogue.connected("", &"192.0.2.9".parse().unwrap(), Duration::ZERO);
        for piece in pieces {
            dialogue.receive(&piece, Duration::ZERO);
            let _ = dialogue.step(Duration::ZERO);
        }
    }
}
