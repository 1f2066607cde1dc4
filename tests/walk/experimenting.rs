//! What is tried once more after a refusal: asked for with one key, one sign-in each, and the verdict that follows.

use smtp_oauth::{
    account::draft::Draft,
    checklist::{Item, State},
    facts::Address,
    language::{Language, Texts},
    wizard::{
        Given,
        effect::{Effect, Outcome, Report},
        message::Message,
        screen::{Block, Input, Key},
    },
};

use crate::{
    microsoft::Microsoft,
    person::{Person, granted, refused},
};

const ALERTS: &str = "alerts@contoso.example";

/// Goes on over everything until the mail server has answered; approves where that is offered.
fn walks_to(microsoft: &mut Microsoft, person: &mut Person, step: &str) {
    microsoft.serves(person);
    for _ in 0..40 {
        let screen = person.screen();
        if screen.id == step && screen.busy.is_none() {
            return;
        }
        match screen.action(Key::Letter('a')).filter(|_| screen.id == "consent") {
            Some(_) => person.presses(Key::Letter('a')),
            None => person.enter(),
        };
        microsoft.serves(person);
    }
    panic!("never at {step}: {:#?}", person.screen());
}

/// Somebody else is signed in at the browser, and the tokens tell nothing themselves.
fn of_somebody_else() -> (Microsoft, Person) {
    let mut microsoft = Microsoft::with("user_is_not_token_user");
    microsoft.state.policy.opaque_tokens = true;
    let mut person = Person::sits_down(microsoft.given());
    walks_to(&mut microsoft, &mut person, "connection");
    (microsoft, person)
}

fn headlines(person: &Person) -> Vec<(String, String)> {
    let verdict = |block| match block {
        Block::Verdict(verdict) => Some((verdict.headline, verdict.certainty)),
        _ => None,
    };
    person.screen().blocks.into_iter().filter_map(verdict).collect()
}

fn options(person: &Person) -> Vec<String> {
    match person.screen().question.unwrap().input {
        Input::Choice { options, .. } => options.into_iter().map(|option| option.label).collect(),
        other => panic!("{other:?}"),
    }
}

fn conversations(person: &Person) -> usize {
    person.effects.iter().filter(|effect| matches!(effect, Effect::Converse(..))).count()
}

#[test]
fn the_name_of_the_token_is_tried_and_what_follows_is_one_key() {
    let (mut microsoft, mut person) = of_somebody_else();
    let before = person.model.draft().clone();
    assert!(headlines(&person).iter().all(|(_, certainty)| certainty != "certain"), "{:?}", headlines(&person));
    person.presses(Key::Letter('t'));
    assert_eq!((person.at().as_str(), conversations(&person)), ("experiments", 0), "nothing runs unasked");
    assert!(options(&person)[0].contains("admin@contoso.example"), "{:?}", options(&person));

    person.enter();
    assert_eq!(conversations(&person), 1, "one sign-in");
    assert!(person.screen().busy.is_some() && person.at() == "experiments");
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "connection");
    let said = person.model.desk().word("causes.user_is_not_token_user.headline");
    assert_eq!(headlines(&person), [(said, "certain".to_owned())]);
    assert!(person.notes().iter().any(|note| note.contains("admin@contoso.example") && note.contains("accepted")));
    assert!(person.screen().action(Key::Letter('t')).is_none(), "nothing is left to be told");
    assert_eq!(person.model.stuck_outcome(), Outcome::Refused, "the account was refused all the same");
    let after = person.model.draft();
    assert_eq!((&after.settings, after.checklist.state(Item::Connection)), (&before.settings, State::Failed));

    person.presses(Key::Letter('u'));
    assert_eq!(person.model.draft().settings.user.as_ref().map(Address::as_str), Some("admin@contoso.example"));
    assert_eq!(person.model.draft().settings.sender.as_ref().map(Address::as_str), Some(ALERTS));
    assert_eq!(person.at(), "sender");
    walks_to(&mut microsoft, &mut person, "connection");
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Proven);
}

#[test]
fn a_name_that_is_refused_for_another_reason_is_news_and_proves_nothing() {
    let (mut microsoft, mut person) = of_somebody_else();
    let before = headlines(&person);
    // Authenticated SMTP is off for that one, as the organisation has it.
    microsoft.state.users[1].mailbox.as_mut().unwrap().smtp_auth = smtp_oauth::simulator::tenant::Switch::Inherit;
    person.presses(Key::Letter('t')).enter();
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), headlines(&person)), ("connection", before));
    assert!(person.notes().iter().any(|note| note.contains("another reason") && note.contains("5.7.139")));
    let replies =
        |block: &Block| matches!(block, Block::Transcript(rows) if rows.iter().any(|row| row.text.contains("5.7.139")));
    assert!(person.screen().blocks.iter().any(replies), "what was said to it is on the screen");
    assert!(person.screen().action(Key::Letter('u')).is_none(), "what was refused takes nothing's place");
    if person.screen().action(Key::Letter('t')).is_some() {
        person.presses(Key::Letter('t'));
        assert!(!options(&person).iter().any(|option| option.contains("admin@")), "{:?}", options(&person));
        person.presses(Key::Esc);
    }
    person.presses(Key::Letter('e'));
    let report = person.reads();
    assert!(report.contains("5.7.3") && report.matches("535 5.7.139").count() > 1, "{report}");
    assert!(!report.contains("sign-in-name:"), "{report}");
}

#[test]
fn one_that_runs_is_cancelled_and_the_verdict_stays() {
    for key in [Key::Letter('x'), Key::Esc] {
        let (_, mut person) = of_somebody_else();
        let before = headlines(&person);
        person.presses(Key::Letter('t')).enter();
        let running = person.conversation();
        person.presses(key);
        assert_eq!(person.effects, [Effect::Cancel(running)]);
        assert_eq!((person.at().as_str(), headlines(&person)), ("connection", before));
        // It can be tried again.
        person.presses(Key::Letter('t')).enter();
        assert_ne!(person.conversation(), running);
    }
}

#[test]
fn esc_leads_from_the_list_to_the_verdict() {
    let (_, mut person) = of_somebody_else();
    person.presses(Key::Letter('t')).presses(Key::Esc);
    assert_eq!((person.at().as_str(), person.effects.len()), ("connection", 0));
}

#[test]
fn leaving_cancels_what_is_tried() {
    let (_, mut person) = of_somebody_else();
    person.presses(Key::Letter('t')).enter();
    let running = person.conversation();
    person.tell(Message::Leave);
    assert!(person.effects.contains(&Effect::Cancel(running)), "{:?}", person.effects);
}

#[test]
fn the_list_is_read_in_either_language() {
    let (_, mut person) = of_somebody_else();
    person.presses(Key::Letter('t'));
    let english = (person.screen().title, options(&person));
    person.tell(Message::Language);
    let japanese = (person.screen().title, options(&person));
    assert_eq!((person.at().as_str(), english.1.len()), ("experiments", japanese.1.len()));
    assert!(english.0 != japanese.0 && english.1[0] != japanese.1[0] && japanese.1[0].contains("admin@"));
}

/// Whom a bare refusal leaves puzzled; the token came `minutes` before it.
fn puzzled(minutes: i64) -> Person {
    let mut person = Person::sits_down(crate::person::given());
    person.walks_to_consent().polls(200, &granted(ALERTS));
    person.now += minutes * 60;
    person.enter();
    person.hears(refused("5.7.3 Authentication unsuccessful"));
    person
}

#[test]
fn a_fresh_token_takes_the_place_of_the_one_at_hand() {
    let mut person = puzzled(30);
    person.presses(Key::Letter('t'));
    let number = options(&person).iter().position(|option| option.contains("fetched now")).unwrap();
    person.tell(Message::Choose(number));
    assert!(person.request().2.contains("grant_type=refresh_token"), "{:?}", person.effects);
    person.gets(
        200,
        r#"{"access_token":"CANARY-new","refresh_token":"CANARY-rt2","expires_in":3599,"token_type":"Bearer"}"#,
    );
    let refresh = |draft: &Draft| draft.secrets.tokens.clone().and_then(|tokens| tokens.refresh);
    let kept = person.kept.iter().filter_map(refresh).any(|token| token.expose() == "CANARY-rt2");
    assert!(kept, "before it is used");
    person.hears(crate::person::accepted());
    assert_eq!(person.at(), "connection");
    assert_eq!(person.model.draft().secrets.tokens.as_ref().unwrap().access.expose(), "CANARY-new");
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Failed, "until it is tested");
    person.presses(Key::Letter('r')).hears(crate::person::accepted());
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Proven);
}

#[test]
fn a_clock_that_is_seen_to_be_wrong_has_the_token_renewed_before_the_next_try() {
    let mut person = puzzled(30);
    person.presses(Key::Letter('t'));
    let number = options(&person).iter().position(|option| option.contains("fetched now")).unwrap();
    person.tell(Message::Choose(number));
    let (ticket, ..) = person.request();
    let late = crate::person::answer(503, "");
    person.tell(Message::Reported(ticket, Report::Fetched(Ok(late))));
    assert_eq!(person.model.draft().checklist.state(Item::Clock), State::Failed);
    person.presses(Key::Esc).presses(Key::Letter('r'));
    assert!(person.request().2.contains("grant_type=refresh_token"), "{:?}", person.effects);
    person.gets(200, &granted(ALERTS));
    assert_eq!(person.model.draft().checklist.state(Item::Clock), State::Proven);
    person.hears(crate::person::accepted());
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Proven);
}

#[test]
fn a_token_for_another_audience_is_lent_and_the_refresh_token_kept() {
    let mut person = puzzled(1);
    let before = person.model.draft().secrets.tokens.clone().unwrap();
    person.presses(Key::Letter('t'));
    let number = options(&person).iter().position(|option| option.contains("outlook.office365.com")).unwrap();
    person.tell(Message::Choose(number));
    assert!(person.request().2.contains("office365.com%2FSMTP.Send"), "{:?}", person.request().2);
    person.gets(
        200,
        r#"{"access_token":"CANARY-other","refresh_token":"CANARY-rt2","expires_in":3599,"token_type":"Bearer"}"#,
    );
    let at_hand = person.model.draft().secrets.tokens.clone().unwrap();
    assert_eq!((at_hand.access, at_hand.refresh.unwrap().expose()), (before.access, "CANARY-rt2"));
    person.hears(crate::person::accepted());
    assert_eq!(headlines(&person)[0].1, "certain");
    person.presses(Key::Letter('u'));
    assert_eq!(person.at(), "consent");
    assert!(person.model.draft().settings.scopes[0].starts_with("https://outlook.office365.com/"));
}

#[test]
fn a_token_that_is_not_given_proves_nothing() {
    let mut person = puzzled(1);
    let before = headlines(&person);
    person.presses(Key::Letter('t'));
    let number = options(&person).iter().position(|option| option.contains("outlook.office365.com")).unwrap();
    person.tell(Message::Choose(number)).gets(400, &crate::person::error("invalid_grant", 65001));
    assert_eq!((person.at().as_str(), headlines(&person)), ("connection", before));
    assert!(person.notes().iter().any(|note| note.contains("AADSTS65001") && note.contains("says nothing")));
}

#[test]
fn a_message_of_ones_own_tells_the_sender_from_the_rest() {
    let mut microsoft = Microsoft::with("send_as_denied");
    let mut person = Person::sits_down(microsoft.given());
    walks_to(&mut microsoft, &mut person, "message");
    person.enter();
    // A server that does not say what it is about.
    let mut conversation = crate::person::refused_after_data();
    let reply = smtp_oauth::smtp::Reply::new(550, vec!["5.7.0 not allowed".into()]);
    conversation.ending = smtp_oauth::smtp::Ending::Refused { stage: smtp_oauth::smtp::Stage::Data, reply };
    person.hears(conversation).presses(Key::Letter('t')).enter();
    let sent = person.effects.iter().find_map(|effect| match effect {
        Effect::Converse(_, conversing) => conversing.plan.message.clone(),
        _ => None,
    });
    let sent = sent.unwrap();
    assert_eq!((sent.sender.as_str(), sent.recipient.as_str()), (ALERTS, ALERTS));
    microsoft.serves(&mut person);
    let said = person.model.desk().word("causes.send_as_denied.headline");
    assert_eq!(headlines(&person), [(said, "certain".to_owned())]);
    person.presses(Key::Letter('u'));
    assert_eq!((person.at().as_str(), person.model.draft().settings.sender.clone()), ("message", None));
}

#[test]
fn nobody_tries_anything_where_nobody_is() {
    let mut microsoft = Microsoft::with("user_is_not_token_user");
    microsoft.state.policy.opaque_tokens = true;
    let given = Given { unattended: true, texts: Texts::new(Language::Japanese), ..microsoft.given() };
    let mut person = Person::sits_down(given);
    walks_to(&mut microsoft, &mut person, "connection");
    assert_eq!(conversations(&person), 0);
}
