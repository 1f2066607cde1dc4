//! Everything checked once more with one key, against the simulated Microsoft: what changed there since shows, what
//! did not stays, and what cannot tell changes nothing.

mod renewing;

use smtp_oauth::{
    checklist::{Item, State},
    network::{FailureKind, NetworkFailure},
    product,
    secret::Secret,
    simulator::{submission::Port, switches::switch},
    way::Way,
    wizard::{
        Given,
        effect::{Effect, Outcome, Report},
        message::Message,
        screen::{Block, Input, Key},
    },
};

use crate::{
    browser::{USER, begins},
    microsoft::Microsoft,
    person::{NOW, Person},
    products,
};

fn set(microsoft: &mut Microsoft, key: &str, value: &str) {
    // After every sign-in of these stories.
    let now = chrono::DateTime::from_timestamp(NOW + 1000, 0).unwrap();
    switch(&mut microsoft.state, key, value, now).unwrap_or_else(|| panic!("{key}={value}"));
}

fn state(person: &Person, item: Item) -> State {
    person.model.draft().checklist.state(item)
}

fn states(person: &Person) -> Vec<(Item, State)> {
    person.model.desk().items().into_iter().map(|item| (item, state(person, item))).collect()
}

fn evidence(person: &Person, item: Item) -> String {
    let desk = person.model.desk();
    desk.draft.checklist.evidence(item).iter().map(|phrase| desk.say(phrase)).collect::<Vec<_>>().join("\n")
}

/// Signed in by a code, accepted by the mail server.
fn proven(microsoft: &mut Microsoft) -> Person {
    let mut person = Person::sits_down(microsoft.given());
    microsoft.serves(&mut person);
    for _ in 0..30 {
        if person.at() == "connection" {
            break;
        }
        let approve = person.screen().action(Key::Letter('a')).is_some() && person.at() == "consent";
        person.presses(if approve { Key::Letter('a') } else { Key::Enter });
        microsoft.serves(&mut person);
    }
    assert_eq!(state(&person, Item::Connection), State::Proven, "{}", person.reads());
    person
}

/// An hour later, from the checklist.
fn checks_again(microsoft: &mut Microsoft, person: &mut Person) {
    checks_again_after(3600, microsoft, person);
}

fn checks_again_after(seconds: i64, microsoft: &mut Microsoft, person: &mut Person) {
    person.now += seconds;
    begins_again(person);
    microsoft.waits_out(person);
    assert!(person.screen().busy.is_none(), "{}", person.reads());
    assert_eq!(person.at(), "checklist");
}

fn begins_again(person: &mut Person) {
    person.presses(Key::Letter('o')).presses(Key::Letter('r'));
    assert!(person.screen().busy.is_some() && person.screen().question.is_none(), "{}", person.reads());
}

/// What the list says beside an item.
fn beside(person: &Person, item: Item) -> String {
    let Some(Input::Choice { options, .. }) = person.screen().question.map(|question| question.input) else {
        panic!("no list: {}", person.reads())
    };
    let at = person.model.desk().items().iter().position(|other| *other == item).unwrap();
    options[at].detail.clone()
}

fn looks_at(person: &mut Person, item: Item) {
    let at = person.model.desk().items().iter().position(|other| *other == item).unwrap();
    person.tell(Message::Choose(at));
}

fn headline(person: &Person) -> Option<String> {
    person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Verdict(verdict) => Some(verdict.headline),
        _ => None,
    })
}

/// From the step that saves to the last page.
fn saves(person: &mut Person) {
    person.enter();
    crate::saves(person);
}

fn fails(person: &mut Person) -> &mut Person {
    let address = "127.0.0.1:1".to_owned();
    person.gets_nowhere(NetworkFailure { kind: FailureKind::Unroutable, address, detail: "No route to host".into() })
}

fn conversation_fails(person: &mut Person, microsoft: &mut Microsoft) {
    microsoft.state.submission.port = Port::Closed;
    microsoft.serves(person);
}

#[test]
fn what_is_proven_stays_proven_and_is_found_out_anew() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    let before = states(&person);
    checks_again(&mut microsoft, &mut person);
    assert_eq!(states(&person), before, "{}", person.reads());
    assert!(person.notes()[0].contains("Changed: 0"), "{:?}", person.notes());
    for item in [Item::Tenant, Item::ClientId, Item::Token, Item::Consent, Item::Connection, Item::Clock] {
        assert_eq!(beside(&person, item), "proven, just checked", "{item:?}");
        assert!(person.model.draft().checklist.found_at(item) >= Some(NOW + 3600), "{item:?}");
    }
    looks_at(&mut person, Item::Consent);
    let date = chrono::DateTime::from_timestamp(person.model.draft().checklist.found_at(Item::Consent).unwrap(), 0);
    let date = date.unwrap().format("%Y-%m-%d %H:%M UTC").to_string();
    assert!(person.reads().contains(&date) && person.reads().contains("renewed the token"), "{}", person.reads());
    // Back from the item to the list as it was found, and from there to the step.
    person.presses(Key::Esc);
    assert!(person.notes()[0].starts_with("Checked again"), "{:?}", person.notes());
    person.presses(Key::Esc);
    assert_eq!(person.at(), "connection");
    assert!(!format!("{:?}", person.screen()).contains("CANARY"));
}

#[test]
fn of_every_product_by_each_of_its_ways_everything_stays_proven() {
    for product in product::all() {
        for way in products::ways(product) {
            let mut microsoft = Microsoft::of(&product.id);
            let mut person = products::walks(&mut microsoft, &product.id, way, "save");
            let before = states(&person);
            begins_again(&mut person);
            microsoft.waits_out(&mut person);
            assert_eq!(states(&person), before, "{} by {way:?}: {}", product.id, person.reads());
            assert_eq!(beside(&person, Item::Connection), "proven, just checked", "{} by {way:?}", product.id);
            assert!(!person.notes().iter().any(|note| note.starts_with("Wrong")), "{}", product.id);
        }
    }
}

#[test]
fn what_is_a_persons_word_stays_that_and_is_said_to_be() {
    let mut microsoft = Microsoft::healthy();
    let mut person = Person::sits_down(microsoft.given());
    microsoft.serves(&mut person);
    while person.at() != "sender" {
        person.enter();
        microsoft.serves(&mut person);
    }
    assert_eq!(state(&person, Item::SmtpAuth), State::Attested);
    checks_again(&mut microsoft, &mut person);
    assert_eq!(state(&person, Item::SmtpAuth), State::Attested);
    let word = person.notes().into_iter().find(|note| note.starts_with("Your word so far")).unwrap();
    assert!(word.contains("Authenticated SMTP") && word.contains("Public client"), "{word}");
    assert_eq!((beside(&person, Item::SmtpAuth), state(&person, Item::Tenant)), ("you said so".into(), State::Proven));
}

#[test]
fn a_switch_that_was_turned_off_meanwhile_is_named_with_its_cause_and_one_key_goes_there() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    set(&mut microsoft, "mailbox_smtp_auth", &format!("{USER}:off"));
    checks_again(&mut microsoft, &mut person);
    for item in [Item::SmtpAuth, Item::Connection] {
        assert_eq!(state(&person, item), State::Failed, "{item:?}: {}", person.reads());
    }
    assert_eq!(state(&person, Item::Consent), State::Proven);
    let wrong = person.notes().into_iter().find(|note| note.starts_with("Wrong")).unwrap();
    assert!(wrong.contains("Authenticated SMTP") && wrong.contains("Connection"), "{wrong}");
    looks_at(&mut person, Item::SmtpAuth);
    let cause = person.model.desk().word("causes.smtp_auth_disabled_mailbox.headline");
    assert_eq!(headline(&person), Some(cause.clone()));
    assert_eq!(person.presses(Key::Letter('g')).at(), "smtp-auth");
    assert!(person.notes().contains(&cause), "{:?}", person.notes());
    // Mended, and checked again: nothing of it is left.
    set(&mut microsoft, "mailbox_smtp_auth", &format!("{USER}:on"));
    checks_again(&mut microsoft, &mut person);
    assert_eq!(state(&person, Item::SmtpAuth), State::Proven);
    assert!(!person.reads().contains("Wrong:"), "{}", person.reads());
}

#[test]
fn a_secret_that_has_expired_meanwhile_is_shown_though_the_old_token_is_still_taken() {
    let microsoft = Microsoft::healthy();
    let secret = microsoft.state.registrations[0].secrets[0].value.clone();
    let (mut microsoft, mut person) = crate::browser::begins_with(microsoft, Way::Paste, |_, draft| {
        draft.secrets.client_secret = Some(Secret::new(&secret));
        draft.settings.redirect_uri = "https://mail.example/callback".parse().ok();
    });
    set(&mut microsoft, "redirect_uri", "web:https://mail.example/callback");
    let url = microsoft.browses(&mut person, USER, "approve").unwrap();
    crate::browser::pastes(&mut microsoft, &mut person, &url);
    while person.at() != "connection" {
        person.enter();
        microsoft.serves(&mut person);
    }
    assert_eq!(state(&person, Item::Connection), State::Proven, "{}", person.reads());
    set(&mut microsoft, "secret_expires", "1577836800");
    checks_again_after(100, &mut microsoft, &mut person);
    assert_eq!(state(&person, Item::ClientSecret), State::Failed, "{}", person.reads());
    assert_eq!(state(&person, Item::Connection), State::Proven, "{}", person.reads());
    looks_at(&mut person, Item::ClientSecret);
    assert_eq!(headline(&person), Some(person.model.desk().word("causes.secret_expired.headline")));
    assert!(!person.reads().contains(&secret));
}

#[test]
fn a_redirect_uri_that_was_removed_is_called_wrong() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    checks_again(&mut microsoft, &mut person);
    set(&mut microsoft, "redirect_uris", "off");
    person.presses(Key::Esc);
    checks_again(&mut microsoft, &mut person);
    assert_eq!(state(&person, Item::RedirectUri), State::Failed, "{}", person.reads());
    looks_at(&mut person, Item::RedirectUri);
    assert!(headline(&person).is_some(), "{}", person.reads());
}

#[test]
fn a_line_that_is_dropped_shows_nothing_of_any_item() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    let before = states(&person);
    begins_again(&mut person);
    for _ in 0..3 {
        fails(&mut person);
    }
    conversation_fails(&mut person, &mut microsoft);
    assert!(person.screen().busy.is_none(), "{}", person.reads());
    assert_eq!(states(&person), before);
    let untold = person.notes().into_iter().find(|note| note.starts_with("Could not be told")).unwrap();
    for item in ["Tenant", "Client ID", "Token", "Connection", "Network"] {
        assert!(untold.contains(item), "{untold}");
    }
    assert!(evidence(&person, Item::Tenant).contains("no way to"), "{}", evidence(&person, Item::Tenant));
    // What could not be told then is no evidence once it can be told.
    microsoft.state.submission.port = Port::Open;
    person.presses(Key::Esc);
    checks_again(&mut microsoft, &mut person);
    assert!(!evidence(&person, Item::Tenant).contains("no way to"), "{}", evidence(&person, Item::Tenant));
}

#[test]
fn it_says_what_it_checks_and_can_be_stopped() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    let before = states(&person);
    begins_again(&mut person);
    assert_eq!(person.screen().busy, Some("Checking: Tenant".into()));
    let now = person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Items(rows) => rows.into_iter().find(|row| row.current),
        _ => None,
    });
    assert_eq!(now.map(|row| (row.item, row.state_label)), Some((Item::Tenant, "being checked".into())));
    let (ticket, ..) = person.request();
    person.presses(Key::Letter('x'));
    assert!(person.effects.contains(&Effect::Cancel(ticket)), "{:?}", person.effects);
    assert!(person.notes()[0].starts_with("Stopped"), "{:?}", person.notes());
    assert_eq!((states(&person), person.screen().busy), (before.clone(), None));
    // Late is late.
    let late = Report::Fetched(Ok(crate::person::answer(400, &crate::person::error("invalid_tenant", 90002))));
    person.tell(Message::Reported(ticket, late));
    assert_eq!(states(&person), before);
    // Esc closes the list, and what runs ends.
    person.presses(Key::Letter('r'));
    let (ticket, ..) = person.request();
    person.presses(Key::Esc);
    assert!(person.effects.contains(&Effect::Cancel(ticket)), "{:?}", person.effects);
    assert_eq!(person.at(), "connection");
}

#[test]
fn in_the_other_language_it_goes_on() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    let before = states(&person);
    begins_again(&mut person);
    let (ticket, ..) = person.request();
    let running = std::mem::take(&mut person.effects);
    person.presses(Key::F2);
    assert_eq!((person.effects.as_slice(), person.at().as_str()), ([].as_slice(), "checklist"));
    assert_eq!(person.screen().busy, Some("確認中: テナント".into()));
    assert!(person.model.desk().is_out(ticket));
    person.effects = running;
    microsoft.waits_out(&mut person);
    assert_eq!((states(&person), person.screen().busy), (before, None));
    assert_eq!(beside(&person, Item::Tenant), "確認済み (再確認)");
    person.presses(Key::F2);
    assert_eq!(beside(&person, Item::Tenant), "proven, just checked");
}

#[test]
fn leaving_while_it_runs_keeps_the_draft_and_ends_it() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    begins_again(&mut person);
    let (ticket, ..) = person.request();
    person.presses(Key::Letter('q'));
    assert!(person.effects.contains(&Effect::Cancel(ticket)));
    assert!(person.effects.ends_with(&[Effect::Leave(Outcome::Left)]), "{:?}", person.effects);
    assert!(matches!(person.effects[1], Effect::KeepDraft(_)), "{:?}", person.effects);
}

#[test]
fn where_there_is_nothing_to_ask_there_is_no_key_for_it() {
    let microsoft = Microsoft::healthy();
    let mut person = Person::sits_down(Given { suggested: Default::default(), ..microsoft.given() });
    person.presses(Key::Letter('o'));
    assert_eq!(person.screen().action(Key::Letter('r')), None);
    // Nor while the step itself asks, which may renew as well.
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    person.presses(Key::Letter('o'));
    assert!(person.screen().action(Key::Letter('r')).is_some());
    person.presses(Key::Esc).enter().enter().presses(Key::Letter('o'));
    assert_eq!(person.screen().action(Key::Letter('r')), None, "{}", person.reads());
}
