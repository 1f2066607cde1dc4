//! Somebody else has the rights: the request is taken along, and the wizard waits for what comes back.

use smtp_oauth::{
    account::draft::Draft,
    secret::Secret,
    wizard::{
        Given,
        effect::{Effect, FileFailure, FileFailureKind, Report, Written},
        message::Message,
        screen::{Act, Action, Block, Key, Language},
    },
};

use crate::person::{CLIENT, DEVICE_CODE, Person, discovery, given};

const ASK: Key = Key::Letter('p');

/// Up to the app registration, which takes rights.
fn at_registration() -> Person {
    let mut person = Person::sits_down(given());
    person.enter().types("alerts@contoso.example").gets(200, &discovery()).enter();
    assert_eq!(person.enter().at(), "registration");
    person
}

fn chooses(person: &mut Person, number: usize) {
    person.presses(ASK);
    assert_eq!(person.at(), "handover");
    person.tell(Message::Choose(number));
}

fn text_shown(person: &Person) -> String {
    let text = |block: Block| match block {
        Block::Command { text, .. } | Block::Text(text) => Some(text),
        _ => None,
    };
    person.screen().blocks.into_iter().filter_map(text).next_back().unwrap()
}

fn is_said_to_be_out(person: &Person) -> bool {
    person.notes().iter().any(|note| note.contains("to the administrator was made"))
}

#[test]
fn the_request_is_written_and_the_step_waits_below() {
    let mut person = at_registration();
    chooses(&mut person, 0);
    assert_eq!(person.at(), "handover:markdown");
    let shown = text_shown(&person);
    assert!(shown.contains("alerts@contoso.example") && shown.contains("'New registration'"), "{shown}");
    let (ticket, file) = person.writes();
    assert_eq!((file.name.as_str(), &file.text), ("smtp-oauth-handover.md", &shown));
    let old = Some("/c/smtp-oauth-handover.md.old".into());
    let kept = vec![Written { path: "/c/smtp-oauth-handover.md".into(), old }];
    assert!(person.kept.iter().all(|draft| draft.handed_at.is_none()), "not before it is there");
    person.tell(Message::Reported(ticket, Report::FilesKept(Ok(kept))));
    assert_eq!(person.kept.last().unwrap().handed_at, Some(person.now));
    assert!(person.notes()[0].contains("/c/smtp-oauth-handover.md"), "{:?}", person.notes());
    assert!(person.notes()[1].ends_with("kept in /c/smtp-oauth-handover.md.old."), "{:?}", person.notes());
    assert_eq!(person.presses(Key::Esc).at(), "handover");
    assert_eq!(person.presses(Key::Esc).at(), "registration");
    assert!(is_said_to_be_out(&person));
}

#[test]
fn it_is_out_once_it_was_copied_or_printed_too() {
    for (number, key) in [(1, 'y'), (2, 'p')] {
        let mut person = at_registration();
        chooses(&mut person, number);
        let shown = text_shown(&person);
        person.presses(Key::Letter(key));
        let taken = person.effects.iter().any(|effect| match effect {
            Effect::Copy(text) | Effect::Print(text) => *text == shown,
            _ => false,
        });
        assert!(taken, "{:?}", person.effects);
        person.presses(Key::Esc).presses(Key::Esc);
        assert!(is_said_to_be_out(&person));
    }
}

#[test]
fn looking_at_it_sends_nothing() {
    let mut person = at_registration();
    chooses(&mut person, 0);
    person.presses(Key::Esc).presses(Key::Esc);
    assert!(!is_said_to_be_out(&person));
}

#[test]
fn what_comes_back_is_asked_for_after_leaving_too() {
    let mut person = at_registration();
    chooses(&mut person, 1);
    let (ticket, _) = person.writes();
    // Nobody has to wait for it.
    person.presses(Key::Esc).presses(Key::Esc);
    person.tell(Message::Reported(ticket, Report::FilesKept(Ok(vec!["/c/smtp-oauth-handover.ps1".into()]))));
    assert!(person.notes()[0].contains("/c/smtp-oauth-handover.ps1"), "{:?}", person.notes());
    let draft = person.kept.last().unwrap().clone();
    let (clear, secret) = draft.texts();
    assert_eq!(secret, None::<Secret>);
    let draft = Draft::parse(&clear, None).unwrap();
    let mut person = Person::sits_down(Given { draft: Some(draft), ..given() });
    assert!(person.at() == "registration" && is_said_to_be_out(&person));
    person.types(CLIENT).gets(200, DEVICE_CODE);
    assert!(person.at() == "redirect" && is_said_to_be_out(&person), "{:?}", person.notes());
    chooses(&mut person, 1);
    assert!(text_shown(&person).contains(&format!("$ClientId = '{CLIENT}'")), "the app that is there is named");
}

#[test]
fn a_file_that_cannot_be_written_is_said_and_nothing_is_out() {
    for waits in [true, false] {
        let mut person = at_registration();
        chooses(&mut person, 0);
        let (ticket, _) = person.writes();
        if !waits {
            person.presses(Key::Esc).presses(Key::Esc);
        }
        let path = "/c/smtp-oauth-handover.md".into();
        let failure = FileFailure { kind: FileFailureKind::Write, path, detail: "full".into() };
        person.tell(Message::Reported(ticket, Report::FilesKept(Err(failure))));
        assert!(person.notes()[0].contains("full"), "{:?}", person.notes());
        if waits {
            person.presses(Key::Esc).presses(Key::Esc);
        }
        assert!(!is_said_to_be_out(&person) && person.model.draft().handed_at.is_none());
    }
}

#[test]
fn in_the_other_language_it_is_the_same_request_and_as_far() {
    let mut person = at_registration();
    chooses(&mut person, 1);
    let english = text_shown(&person);
    let (ticket, _) = person.writes();
    person.presses(Key::F2);
    assert_eq!((person.at().as_str(), person.effects.len()), ("handover:powershell", 0));
    let japanese = text_shown(&person);
    assert!(japanese != english && japanese.contains("'alerts@contoso.example'"), "{japanese}");
    person.tell(Message::Reported(ticket, Report::FilesKept(Ok(vec!["/c/smtp-oauth-handover.ps1".into()]))));
    let said = person.notes();
    assert!(said[0].contains("/c/smtp-oauth-handover.ps1") && !said[0].is_ascii(), "{said:?}");
    let (_, file) = person.writes();
    assert_eq!(file.text, format!("\u{feff}{japanese}"), "what is shown is what is written");
    for _ in 1..Language::ALL.len() {
        person.presses(Key::F2);
    }
    assert_eq!(text_shown(&person), english);
    assert!(person.notes()[0].starts_with("Written to"), "{:?}", person.notes());
    assert_eq!(person.presses(Key::Esc).presses(Key::F2).at(), "handover");
    assert_eq!(person.screen().language, Language::Japanese);
    assert_eq!(person.presses(Key::Esc).at(), "registration");
}

#[test]
fn nobody_is_asked_where_nobody_has_the_rights_or_none_are_needed() {
    let offers = |person: &Person| {
        let asks = |action: &Action| action.act == Act::Send(Message::ShowHandover);
        person.screen().actions.iter().any(asks)
    };
    let mut person = Person::sits_down(given());
    assert!(!offers(&person));
    person.enter();
    assert!(person.at() == "mailbox" && !offers(&person));
    person.types("alerts@contoso.example").gets(200, &discovery()).enter();
    assert!(offers(person.enter()));
    let mut person = Person::sits_down(given());
    person.sets_up("outlook-com").types("someone@outlook.example").enter();
    assert!(person.at() == "registration-personal" && !offers(&person), "{}", person.at());
}
