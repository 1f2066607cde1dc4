//! What a person does about a fault where the stories have one way alone: the key that mends, whom to ask, what is not
//! said any more once it is past.

use smtp_oauth::{
    checklist::{Item, State},
    wizard::{message::Message, screen::Key},
};

use super::{TROUBLE, headline, is_certain, walks};
use crate::{microsoft::Microsoft, person::Person};

#[test]
fn a_token_for_another_service_is_wrong_in_its_audience_alone() {
    let mut microsoft = Microsoft::with("wrong_audience_other");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "token");
    let state = |person: &Person, item| person.model.draft().checklist.state(item);
    assert_eq!(state(&person, Item::Audience), State::Failed);
    assert_ne!(state(&person, Item::Permission), State::Failed);
    assert!(is_certain(&person.screen()) && !person.reads().contains("Add the permission"), "{}", person.reads());
}

#[test]
fn the_key_that_mends_the_scopes_is_one_and_the_same_and_saves_nothing() {
    let mut microsoft = Microsoft::with("wrong_audience_graph_token");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "token");
    let label = |person: &Person| person.screen().action(Key::Letter('m')).map(|action| action.label.clone());
    let there = label(&person);
    assert!(there.is_some() && person.screen().action(Key::Letter('s')).is_none());
    person.enter();
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), label(&person)), ("connection", there));
    person.presses(Key::Letter('m'));
    walks(&mut person, &mut microsoft, "connection");
    assert_eq!((headline(&person.screen()), person.at().as_str()), (None, "connection"));
}

#[test]
fn a_server_that_takes_nothing_for_now_is_waited_for() {
    let mut microsoft = Microsoft::with("service_temporary_greeting");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "connection");
    person.presses(Key::Letter('w'));
    assert!(person.screen().busy.is_some_and(|busy| busy.contains("again")));
    microsoft.state.submission.health = smtp_oauth::simulator::submission::Health::Well;
    microsoft.waits_out(&mut person);
    assert_eq!((headline(&person.screen()), person.at().as_str()), (None, "connection"));
}

#[test]
fn whoever_was_told_wrong_asks_what_is_right() {
    for (fault, right) in [
        ("app_registration_retired", "2c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44"),
        ("secret_mangled", "Sim8Q~not.a_real-secret.0123456789abcdef"),
        ("host_name_unknown", "127.0.0.1:2"),
    ] {
        let mut microsoft = Microsoft::with(fault);
        let mut person = Person::sits_down(microsoft.given());
        walks(&mut person, &mut microsoft, TROUBLE);
        person.presses(Key::Letter('f'));
        microsoft.serves(&mut person);
        assert!(person.notes().iter().any(|note| note.contains(right)), "{fault}: {:?}", person.notes());
    }
}

#[test]
fn an_old_secret_beside_the_new_one_is_still_an_expired_one() {
    let mut microsoft = Microsoft::with("secret_expired");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, TROUBLE);
    let said = headline(&person.screen());
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    person.presses(Key::Letter('r'));
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), headline(&person.screen())), ("secret", said));
}

#[test]
fn how_tls_begins_is_chosen_and_the_test_made_again() {
    let mut microsoft = Microsoft::with("implicit_tls_on_starttls_port");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "connection");
    person.presses(Key::Letter('g')).tell(Message::Choose(0));
    microsoft.serves(&mut person);
    assert_eq!((headline(&person.screen()), person.at().as_str()), (None, "connection"));
}

#[test]
fn what_a_browser_said_of_one_way_is_not_told_of_the_next() {
    let mut microsoft = Microsoft::with("admin_consent_needed");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, TROUBLE);
    person.presses(Key::Esc);
    assert!(person.notes().iter().any(|note| note.contains("That did not work")), "{}", person.reads());
    person.presses(Key::Letter('b')).types("AADSTS530036");
    person.presses(Key::Letter('w'));
    assert!(person.at() != "told" && person.notes().iter().all(|note| !note.contains("did not work")));
}

#[test]
fn a_value_that_was_told_is_told_again_until_it_is_typed() {
    let mut microsoft = Microsoft::with("app_registration_retired");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, TROUBLE);
    let told = |person: &Person| person.notes().iter().any(|note| note.contains("Whoever set it up says"));
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    assert!(told(&person), "{:?}", person.notes());
    person.enter();
    microsoft.serves(&mut person);
    assert!(!told(&person), "{:?}", person.notes());
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    assert!(told(&person), "{:?}", person.notes());
}

#[test]
fn a_sender_that_is_an_alias_is_let_send() {
    let mut microsoft = Microsoft::with("user_is_alias");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, TROUBLE);
    person.presses(Key::Letter('u'));
    microsoft.serves(&mut person);
    walks(&mut person, &mut microsoft, "message");
    assert!(headline(&person.screen()).is_some(), "{}", person.reads());
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    person.presses(Key::Letter('r')).enter();
    microsoft.serves(&mut person);
    assert_eq!(person.model.draft().checklist.state(Item::SendAs), State::Proven, "{}", person.reads());
}
