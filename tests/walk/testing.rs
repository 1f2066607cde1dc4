//! The connection test and the real message.

use smtp_oauth::{
    checklist::{Item, State},
    network::{FailureKind, NetworkFailure},
    smtp::{Conversation, Ending, Line, Reply, Side, Stage},
    wizard::{
        Given,
        effect::{Effect, Outcome, Report},
        message::Message,
        screen::{Block, Key, Verdict},
    },
};

use crate::person::{DEVICE_CODE, Person, accepted, given, granted, refused, refused_after_data};

fn testing() -> Person {
    let mut person = Person::sits_down(given());
    person.walks_to_connection();
    person
}

fn verdict(person: &Person) -> Verdict {
    let verdict = person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Verdict(verdict) => Some(verdict),
        _ => None,
    });
    verdict.unwrap_or_else(|| panic!("no verdict: {}", person.reads()))
}

#[test]
fn the_exchange_appears_line_by_line() {
    let mut person = testing();
    let ticket = person.conversation();
    let line = Line {
        at: std::time::Duration::from_millis(3),
        from: Side::Server,
        tls: false,
        text: "220 hello".into(),
        stage: Stage::Greeting,
        meaning: None,
    };
    person.tell(Message::Reported(ticket, Report::Line(line)));
    assert!(person.screen().busy.is_some());
    assert!(person.reads().contains("220 hello"));
}

#[test]
fn the_test_signs_in_as_the_user_with_the_token_and_sends_nothing() {
    let person = testing();
    let conversing = person.effects.iter().find_map(|effect| match effect {
        Effect::Converse(_, conversing) => Some(conversing),
        _ => None,
    });
    let conversing = conversing.unwrap();
    assert_eq!((conversing.server.host.as_str(), conversing.server.port), ("smtp.office365.com", 587));
    assert_eq!(conversing.plan.user, "alerts@contoso.example");
    assert_eq!(conversing.plan.message, None);
}

#[test]
fn a_refusal_shows_the_raw_reply_names_the_item_and_one_key_goes_there_and_back() {
    let mut person = testing();
    let text = "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.";
    person.hears(refused(text));
    assert_eq!(verdict(&person).certainty, "certain");
    assert!(person.notes().iter().any(|note| note.contains(text)), "{:?}", person.notes());
    assert_eq!(person.model.draft().checklist.state(Item::SmtpAuth), State::Failed);
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "smtp-auth");
    person.enter();
    assert_eq!(person.at(), "connection");
    person.hears(accepted());
    assert_eq!(person.model.draft().checklist.state(Item::SmtpAuth), State::Proven);
}

#[test]
fn a_permission_that_is_mended_takes_a_new_sign_in() {
    let mut person = testing();
    person.hears(refused("5.7.3 Authentication unsuccessful"));
    person.tell(Message::GoTo(Item::Permission));
    assert_eq!(person.at(), "permissions");
    person.enter();
    assert_eq!(person.at(), "consent");
    assert!(person.request().1.ends_with("/devicecode"));
}

#[test]
fn a_token_that_is_dead_and_cannot_be_renewed_takes_a_new_sign_in() {
    let mut person = Person::sits_down(given());
    let bare = granted("alerts@contoso.example").replace("refresh_token", "nothing");
    person.walks_to_consent().polls(200, &bare);
    person.now += 3600;
    person.enter();
    assert_eq!(person.at(), "consent");
}

#[test]
fn a_bare_535_with_a_good_token_is_unknown_with_what_to_collect() {
    let mut person = testing();
    person.hears(refused("5.7.3 Authentication unsuccessful [AM0PR02CA0134 2026-01-01T00:00:00.000Z 08DE]"));
    let verdict = verdict(&person);
    assert_eq!(verdict.certainty, "", "no cause is named");
    let collects = person.screen().blocks.into_iter().any(|block| matches!(block, Block::Steps(_)));
    assert!(collects && verdict.fix.is_empty());
    assert_eq!(person.model.draft().checklist.state(Item::SmtpAuth), State::Attested);
}

#[test]
fn somebody_elses_token_is_named_by_both_names() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().polls(200, &granted("admin@contoso.example")).enter();
    person.hears(refused("5.7.3 Authentication unsuccessful"));
    let verdict = verdict(&person);
    assert!(verdict.why.contains("admin@contoso.example") && verdict.why.contains("alerts@contoso.example"));
    assert_eq!(verdict.certainty, "certain");
}

#[test]
fn an_unreachable_server_is_told_with_its_address() {
    let mut person = testing();
    let failure = NetworkFailure {
        kind: FailureKind::Refused,
        address: "smtp.office365.com:587".into(),
        detail: "connection refused".into(),
    };
    let ending = Ending::Unreachable { stage: Stage::Connect, failure };
    person.hears(Conversation { ending, tls: None, ..refused("") });
    assert!(person.notes()[0].contains("smtp.office365.com:587"), "{:?}", person.notes());
    assert_eq!(person.model.draft().checklist.state(Item::Network), State::Failed);
}

#[test]
fn cancelling_the_test_drops_it_and_offers_it_again() {
    let mut person = testing();
    let running = person.conversation();
    person.presses(Key::Letter('x'));
    assert!(person.effects.contains(&Effect::Cancel(running)));
    person.enter();
    assert_ne!(person.conversation(), running);
}

#[test]
fn a_token_that_has_run_out_is_renewed_before_the_test() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().polls(200, &granted("alerts@contoso.example"));
    person.now += 3600;
    person.enter();
    assert!(person.request().2.contains("grant_type=refresh_token"));
    person.gets(200, r#"{"access_token":"CANARY-new","expires_in":3599,"token_type":"Bearer"}"#);
    person.conversation();
    let tokens = person.model.draft().secrets.tokens.clone().unwrap();
    assert_eq!(tokens.refresh.unwrap().expose(), "CANARY-rt");
}

#[test]
fn the_250_after_data_proves_the_message_and_send_as() {
    let mut person = testing();
    person.hears(accepted()).enter().enter().hears(accepted());
    assert_eq!(person.model.draft().checklist.state(Item::Message), State::Proven);
    assert_eq!(person.model.draft().checklist.state(Item::SendAs), State::NotNeeded);
}

#[test]
fn a_refused_message_is_no_success() {
    let mut person = testing();
    person.hears(accepted()).enter().enter().hears(refused_after_data());
    assert_eq!(person.model.draft().checklist.state(Item::Message), State::Failed);
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Proven);
    assert_eq!(person.model.draft().checklist.state(Item::SendAs), State::Failed);
    let enter = person.screen().actions.into_iter().find(|action| action.key == Key::Enter);
    assert_eq!(enter, None, "nothing walks past a refusal unasked");
    person.presses(Key::Letter('s'));
    assert_eq!(person.at(), "save");
    assert_eq!(person.model.desk().outcome(), Outcome::Refused);
    // Who turns back sees what was refused.
    person.presses(Key::Esc);
    assert!(
        person.at() == "message" && person.notes().iter().any(|note| note.contains("5.2.252")),
        "{:?}",
        person.notes()
    );
}

#[test]
fn a_test_that_was_accepted_counts_after_a_resume() {
    let mut person = testing();
    person.hears(accepted()).enter();
    let draft = person.model.draft().clone();
    let person = Person::sits_down(Given { draft: Some(draft), ..given() });
    assert_eq!((person.at().as_str(), person.model.desk().outcome()), ("message", Outcome::Accepted));
}

#[test]
fn a_likely_cause_is_noted_and_calls_nothing_wrong() {
    let mut person = Person::sits_down(given());
    let graph = r#"{"aud":"https://graph.microsoft.com","scp":"SMTP.Send","upn":"alerts@contoso.example"}"#;
    person.walks_to_consent().polls(200, &crate::person::granted_with(graph)).enter();
    person.hears(refused("5.7.3 Authentication unsuccessful"));
    assert_eq!(verdict(&person).certainty, "certain");
    let mut person = testing();
    let reply = Reply::new(451, vec!["4.7.0 Temporary server error. Please try again later.".to_owned()]);
    let ending = Ending::Temporary { stage: Stage::Auth, reply };
    person.hears(Conversation { ending, ..refused("") });
    assert_ne!(person.model.draft().checklist.state(Item::Connection), State::Failed);
}

#[test]
fn a_renewed_refresh_token_is_kept_before_it_is_used() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().polls(200, &granted("alerts@contoso.example"));
    person.now += 3600;
    person.enter();
    person.gets(
        200,
        r#"{"access_token":"CANARY-new","refresh_token":"CANARY-rt2","expires_in":3599,"token_type":"Bearer"}"#,
    );
    let kept = |effect: &Effect| match effect {
        Effect::KeepDraft(draft) => {
            draft.secrets.tokens.as_ref().unwrap().refresh.as_ref().unwrap().expose() == "CANARY-rt2"
        }
        _ => false,
    };
    assert!(kept(&person.effects[0]), "{:?}", person.effects);
    person.conversation();
}

#[test]
fn a_renewal_that_must_wait_is_no_refusal() {
    for (status, body, outcome) in
        [(503, "busy", Outcome::Temporary), (400, r#"{"error":"invalid_grant"}"#, Outcome::SignIn)]
    {
        let mut person = Person::sits_down(given());
        person.walks_to_consent().polls(200, &granted("alerts@contoso.example"));
        person.now += 3600;
        person.enter();
        person.gets(status, body);
        // What passes is asked again, a few times.
        while person.model.stuck_outcome() == Outcome::Incomplete {
            let (ticket, _) = person.waits();
            person.tell(Message::Reported(ticket, Report::Waited)).gets(status, body);
        }
        assert_eq!(person.model.stuck_outcome(), outcome);
    }
}

#[test]
fn a_consent_that_succeeded_is_saved_even_when_the_test_is_refused() {
    let mut person = testing();
    person.hears(refused("5.7.3 Authentication unsuccessful")).presses(Key::Letter('s'));
    assert_eq!(person.at(), "save");
    person.enter();
    crate::finds(&mut person, None);
    person.enter();
    assert!(person.effects.iter().any(|effect| matches!(effect, Effect::Save(..))), "{:?}", person.effects);
    assert_eq!(person.model.desk().outcome(), Outcome::Refused);
}

#[test]
fn what_was_left_to_the_mail_server_is_known_once_it_has_told() {
    let mut person = Person::sits_down(given());
    person.sets_up("custom").types("alerts@contoso.example").types("https://login.example");
    person.types("").types("smtp.example:2525").tell(Message::Choose(1));
    person.gets(200, r#"{"issuer":"https://login.example"}"#).types("main.example").gets(404, "");
    person.enter().types("any-client").gets(401, r#"{"error":"invalid_client"}"#);
    person.enter().types("https://smtp.example/SMTP.Send offline_access").enter().types("");
    while person.at() != "consent" {
        person.enter();
    }
    person.gets(200, DEVICE_CODE).polls(200, &granted("admin@contoso.example"));
    let user = |person: &Person| {
        let list = &person.model.draft().checklist;
        let said = list.evidence(Item::SmtpUser).iter().map(|phrase| person.model.desk().say(phrase));
        (list.state(Item::SmtpUser), said.collect::<String>())
    };
    assert_eq!(user(&person).0, State::Open);
    assert!(user(&person).1.contains("will tell"), "{:?}", user(&person));
    while person.at() != "connection" {
        person.enter();
    }
    person.hears(refused("5.7.8 Error: authentication failed"));
    assert_eq!(user(&person).0, State::Failed);
    assert!(user(&person).1.contains("does not take that"), "{:?}", user(&person));
}
