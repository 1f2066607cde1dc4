//! Consent by device code, with everything that can happen on the way.

use smtp_oauth::{
    checklist::{Item, State},
    entra::wire::Answer,
    network::{FailureKind, NetworkFailure},
    wizard::{
        Given,
        effect::{Effect, Outcome, Report},
        message::Message,
        screen::{Block, Key},
    },
};

use crate::person::{DEVICE_CODE, Person, error, given, granted, granted_with};

fn waiting() -> Person {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    person
}

#[test]
fn the_code_is_shown_with_its_address_qr_and_the_time_left() {
    let mut person = waiting();
    let screen = person.screen();
    assert!(screen.ticks && screen.busy.is_some());
    assert!(screen.blocks.iter().any(|block| matches!(block, Block::UserCode { code, .. } if code == "ABCD1234")));
    assert!(screen.blocks.contains(&Block::Qr("https://microsoft.com/devicelogin".into())));
    assert!(person.reads().contains("15:00"));
    person.now += 61;
    assert!(person.reads().contains("13:59"), "{}", person.reads());
}

#[test]
fn the_poll_keeps_to_the_interval_and_slows_down_when_told() {
    let mut person = waiting();
    assert_eq!(person.waits().1.as_secs(), 6);
    person.polls(400, &error("authorization_pending", 70016));
    assert_eq!(person.waits().1.as_secs(), 6);
    person.polls(400, r#"{"error":"slow_down"}"#);
    assert_eq!(person.waits().1.as_secs(), 12);
}

#[test]
fn a_network_hiccup_is_shown_and_waited_out() {
    let mut person = waiting();
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited));
    person.gets_nowhere(NetworkFailure {
        kind: FailureKind::Refused,
        address: "login.example:443".into(),
        detail: "connection refused".into(),
    });
    assert!(person.notes().iter().any(|note| note.contains("login.example:443")), "{:?}", person.notes());
    person.polls(400, &error("authorization_pending", 70016));
    assert!(!person.notes().iter().any(|note| note.contains("login.example:443")));
    person.polls(200, &granted("alerts@contoso.example"));
    assert_eq!(person.at(), "token");
}

#[test]
fn declining_and_expiring_end_in_their_names_and_one_key_takes_a_new_code() {
    for (answer, word) in [
        (error("authorization_declined", 70018), "declined"),
        (r#"{"error":"access_denied"}"#.to_owned(), "declined"),
        (error("expired_token", 70019), "expired"),
    ] {
        let mut person = waiting();
        person.polls(400, &answer);
        assert!(person.notes()[0].contains(word), "{:?}", person.notes());
        person.enter().gets(200, DEVICE_CODE);
        assert_eq!(person.waits().1.as_secs(), 6);
    }
}

#[test]
fn a_code_that_nobody_typed_is_asked_about_once_more_and_expires_by_our_own_clock() {
    for (answer, there) in [(error("authorization_pending", 70016), "consent"), (granted("a@b.example"), "token")] {
        let mut person = waiting();
        let (ticket, _) = person.waits();
        person.now += 900;
        person.tell(Message::Reported(ticket, Report::Waited));
        person.gets(if there == "token" { 200 } else { 400 }, &answer);
        assert_eq!(person.at(), there);
        assert!(there == "token" || person.notes()[0].contains("expired"));
    }
}

#[test]
fn a_switch_that_is_off_shows_late_and_leads_back_to_its_step() {
    let mut person = waiting();
    person.polls(401, &error("invalid_client", 7_000_218));
    assert_eq!(person.model.draft().checklist.state(Item::PublicClient), State::Failed);
    assert!(person.notes()[0].contains("AADSTS7000218"));
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "redirect");
    person.enter();
    assert_eq!(person.at(), "consent");
    person.gets(200, DEVICE_CODE).polls(200, &granted("alerts@contoso.example"));
    assert_eq!(person.model.draft().checklist.state(Item::PublicClient), State::Proven);
}

#[test]
fn cancelling_stops_the_poll_at_once() {
    let mut person = waiting();
    let (ticket, _) = person.waits();
    person.presses(Key::Letter('x'));
    assert!(person.effects.contains(&Effect::Cancel(ticket)));
    assert_eq!(person.model.draft().secrets.device, None);
}

#[test]
fn a_new_code_replaces_the_one_that_runs() {
    let mut person = waiting();
    let (ticket, _) = person.waits();
    person.presses(Key::Letter('n'));
    assert!(person.effects.contains(&Effect::Cancel(ticket)));
    person.gets(200, &DEVICE_CODE.replace("ABCD1234", "WXYZ9876"));
    assert!(person.reads().contains("WXYZ9876"));
}

#[test]
fn somebody_elses_sign_in_can_become_the_smtp_user() {
    let mut person = waiting();
    person.polls(200, &granted("admin@contoso.example"));
    assert_eq!(person.model.draft().checklist.state(Item::SmtpUser), State::Failed);
    person.presses(Key::Letter('u'));
    let settings = &person.model.draft().settings;
    assert_eq!(settings.user.as_ref().unwrap().as_str(), "admin@contoso.example");
    assert_eq!(settings.sender.as_ref().unwrap().as_str(), "alerts@contoso.example");
    assert_eq!(person.at(), "sender");
    assert_eq!(person.enter().at(), "send-as");
}

#[test]
fn a_failed_item_says_at_its_step_why() {
    let mut person = waiting();
    person.polls(401, &error("invalid_client", 7_000_218)).presses(Key::Letter('g'));
    assert!(
        person.notes().iter().any(|note| note.contains("'Allow public client flows' is off")),
        "{:?}",
        person.notes()
    );
}

#[test]
fn a_token_for_graph_is_told_before_the_test() {
    let mut person = waiting();
    person.polls(
        200,
        &granted_with(
            r#"{"aud":"https://graph.microsoft.com","scp":"SMTP.Send User.Read","upn":"alerts@contoso.example"}"#,
        ),
    );
    assert_eq!(person.model.draft().checklist.state(Item::Audience), State::Failed);
}

#[test]
fn an_opaque_token_is_no_fault() {
    let mut person = waiting();
    person.polls(200, r#"{"access_token":"EwBAAl3B-CANARY","expires_in":"3599","token_type":"bearer","scope":"x"}"#);
    assert_eq!(person.at(), "token");
    for item in [Item::Audience, Item::SmtpUser] {
        assert_eq!(person.model.draft().checklist.state(item), State::Open, "{item:?}");
    }
    assert_eq!(person.enter().at(), "connection");
}

#[test]
fn a_public_client_polls_without_a_secret() {
    let mut person = waiting();
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited));
    assert!(!person.request().2.contains("client_secret"));
    assert!(person.request().2.contains("device_code=CANARY-dc"));
}

#[test]
fn a_confidential_client_polls_with_its_secret_and_needs_no_switch() {
    let mut person = waiting();
    let mut draft = person.model.draft().clone();
    draft.secrets.client_secret = Some(smtp_oauth::secret::Secret::new("CANARY-cs"));
    person = Person::sits_down(Given { draft: Some(draft), ..given() });
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited));
    assert!(person.request().2.contains("client_secret=CANARY-cs"));
    person.gets(200, &granted("alerts@contoso.example"));
    assert_eq!(person.model.draft().checklist.state(Item::PublicClient), State::NotNeeded);
}

#[test]
fn a_long_pause_never_outlives_the_code() {
    let mut person = waiting();
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited));
    let (ticket, ..) = person.request();
    let busy = Answer { retry_after: Some(86_400), ..crate::person::answer(429, "") };
    person.tell(Message::Reported(ticket, Report::Fetched(Ok(busy))));
    assert!(person.waits().1.as_secs() <= 900, "{:?}", person.waits());
}

#[test]
fn a_stop_tells_an_unreachable_authority_from_a_busy_one_and_a_refusal() {
    let at_the_code = || {
        let mut person = waiting();
        person.presses(Key::Letter('n'));
        person
    };
    let mut person = at_the_code();
    person.gets_nowhere(NetworkFailure { kind: FailureKind::Refused, address: "a:443".into(), detail: String::new() });
    assert_eq!(person.model.stuck_outcome(), Outcome::Unreachable);
    let mut person = at_the_code();
    person.gets(503, "busy");
    assert_eq!(person.model.stuck_outcome(), Outcome::Temporary);
    let mut person = at_the_code();
    person.gets(200, "<html>Guest WLAN</html>");
    assert_eq!(person.model.stuck_outcome(), Outcome::Unreachable);
    let mut person = at_the_code();
    person.gets(400, &error("unauthorized_client", 700_016));
    assert_eq!(person.model.stuck_outcome(), Outcome::SignIn);
}

#[test]
fn what_microsofts_support_needs_is_on_the_screen() {
    let mut person = waiting();
    person.polls(400, r#"{"error":"invalid_grant","error_description":"AADSTS53003: Blocked.\r\nTrace ID: x","suberror":"message_only","trace_id":"TRACE-1","correlation_id":"CORR-2","timestamp":"2026-11-22 08:00:00Z"}"#);
    for part in ["AADSTS53003", "message_only", "TRACE-1", "CORR-2", "2026-11-22 08:00:00Z"] {
        assert!(person.reads().contains(part), "{part}: {}", person.reads());
    }
}
