//! F2: the same screen in the other language, and nothing else.

use smtp_oauth::wizard::{
    effect::Report,
    message::Message,
    screen::{Block, Input, Key, Language},
};

use crate::person::{Person, given, granted};

fn at_the_consent() -> Person {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    person
}

#[test]
fn a_sign_in_that_runs_goes_on() {
    let mut person = at_the_consent();
    let (ticket, _) = person.waits();
    person.presses(Key::F2);
    assert_eq!((person.effects.len(), person.screen().language), (0, Language::Japanese));
    assert!(person.screen().busy.is_some());
    person.tell(Message::Reported(ticket, Report::Waited)).gets(200, &granted("alerts@contoso.example"));
    assert_eq!((person.at().as_str(), person.screen().language), ("token", Language::Japanese));
}

#[test]
fn what_lies_over_a_step_stays_and_is_said_anew() {
    let mut person = at_the_consent();
    person.presses(Key::Letter('y'));
    let labels = |person: &Person| match person.screen().question.map(|question| question.input) {
        Some(Input::Choice { options, .. }) => options.into_iter().map(|option| option.detail).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let copied = labels(&person);
    person.presses(Key::F2);
    assert_eq!((person.at().as_str(), labels(&person)), ("copies", copied));
    person.enter();
    let command = |person: &Person| person.screen().blocks.into_iter().next();
    let Some(Block::Command { label, text }) = command(&person) else { panic!("no text to copy") };
    person.presses(Key::F2);
    assert!(matches!(command(&person), Some(Block::Command { text: again, .. }) if again == text), "{label}");
    person.presses(Key::Esc).presses(Key::Letter('o')).presses(Key::F2);
    assert_eq!(person.at(), "checklist");
    person.enter().presses(Key::F2);
    assert!(person.at().starts_with("evidence:"));
}

#[test]
fn what_was_found_out_is_told_in_the_language_of_now() {
    let mut person = Person::sits_down(given());
    person.enter().types("not an address");
    let error = |person: &Person| person.screen().question.and_then(|question| question.error);
    let english = error(&person).unwrap();
    person.presses(Key::F2);
    assert!(error(&person).is_some());
    person.presses(Key::F2);
    assert_eq!(error(&person), Some(english));
}
