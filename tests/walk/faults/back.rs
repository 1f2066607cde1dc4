//! There and back: `g` leads to the item, Esc to what failed, which stands as it did and is not tried unasked.

use smtp_oauth::{
    checklist::{Item, State},
    wizard::{effect::Effect, screen::Key},
};

use super::{TROUBLE, headline, walks};
use crate::{microsoft::Microsoft, person::Person};

#[test]
fn esc_leads_back_to_what_failed() {
    let mut microsoft = Microsoft::with("certificate_untrusted");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "connection");
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "mail-server");
    person.presses(Key::Esc);
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "connection");
    assert!(headline(&person.screen()).is_some());
}

#[test]
fn a_sign_in_that_was_refused_is_seen_again_and_not_tried_again() {
    let mut microsoft = Microsoft::with("ropc_password_wrong");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, TROUBLE);
    let said = (person.at(), headline(&person.screen()));
    assert!(said.0 == "consent" && said.1.is_some(), "{}", person.reads());
    person.presses(Key::Letter('g'));
    assert_ne!(person.at(), said.0);
    person.presses(Key::Esc);
    assert_eq!((person.at(), headline(&person.screen())), said);
    assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::Fetch(..))), "{:?}", person.effects);
}

#[test]
fn a_sign_in_that_was_refused_is_no_token_to_go_on_with() {
    let mut microsoft = Microsoft::with("consent_missing");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, TROUBLE);
    assert_eq!(person.at(), "message");
    let failed = |person: &Person| person.model.draft().checklist.state(Item::Consent) == State::Failed;
    assert!(failed(&person) && !person.reads().contains("Sign in again."), "{}", person.reads());
    assert!(person.screen().action(Key::Letter('n')).is_some(), "a new sign-in is one key away");
    // There and back: the refusal stands until somebody has signed in.
    person.presses(Key::Letter('g'));
    assert!(person.at() == "consent" && failed(&person), "{}", person.reads());
    person.presses(Key::Esc);
    assert!(person.at() == "message" && failed(&person), "{}", person.reads());
    assert!(headline(&person.screen()).is_some(), "{}", person.reads());
    person.goes_back_to("consent");
    let screen = person.screen();
    assert!(screen.busy.is_some() || screen.action(Key::Enter).is_some_and(|action| action.label == "Sign in again"));
}
