//! A report of what is shown: opened with one key, taken along, with names or without, and never with a secret.

use smtp_oauth::wizard::{
    effect::{Effect, FileFailure, FileFailureKind, Report, Written},
    message::Message,
    screen::{Block, Key, Language},
};

use crate::person::{Person, accepted, error, given, granted, refused, refused_after_data};

const TELL: Key = Key::Letter('e');

fn shown(person: &Person) -> String {
    let text = |block: Block| match block {
        Block::Text(text) => Some(text),
        _ => None,
    };
    person.screen().blocks.into_iter().filter_map(text).next_back().unwrap()
}

fn tells(person: &mut Person) -> String {
    assert_eq!(person.presses(TELL).at(), "report");
    let said = shown(person);
    assert!(said.starts_with("# ") && !person.reads().contains("CANARY"), "{}", person.reads());
    said
}

fn somebody_else() -> Person {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().polls(200, &granted("admin@contoso.example")).enter();
    person.hears(refused(
        "5.7.3 Authentication unsuccessful [AM0PR02CA0134.PROD.OUTLOOK.COM 2026-01-01T00:00:00.000Z 08DE]",
    ));
    person
}

#[test]
fn a_refusal_is_told_with_its_cause_its_exchange_and_its_token() {
    let mut person = somebody_else();
    let said = tells(&mut person);
    for part in [
        "The SMTP user is not the name that signed in (certain)",
        "- SMTP user: `alerts@contoso.example`\n",
        "- upn: `admin@contoso.example`\n",
        "## For Microsoft's support\n\n- Mail server: `[AM0PR02CA0134.PROD.OUTLOOK.COM 2026-01-01T00:00:00.000Z 08DE]`\n",
        "12 ms tls S: 535 5.7.3 Authentication unsuccessful",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert_eq!(person.presses(Key::Esc).at(), "connection");
}

#[test]
fn it_is_kept_as_a_file_copied_or_printed_as_it_is_shown() {
    let mut person = somebody_else();
    tells(&mut person);
    person.presses(Key::Letter('d'));
    let said = shown(&person);
    assert!(!said.contains("contoso") && said.contains("`user2@domain1`"), "{said}");
    let (ticket, file) = person.writes();
    assert_eq!((file.name.as_str(), &file.text), ("smtp-oauth-report-hidden.md", &said));
    person.tell(Message::Reported(ticket, Report::FilesKept(Ok(vec!["/c/smtp-oauth-report.md".into()]))));
    assert_eq!(person.notes()[0], "Written to /c/smtp-oauth-report.md.");
    // Once more: what was there before is somewhere else now.
    let (ticket, _) = person.writes();
    let again = Written { path: "/c/smtp-oauth-report.md".into(), old: Some("/c/smtp-oauth-report.md.old".into()) };
    person.tell(Message::Reported(ticket, Report::FilesKept(Ok(vec![again]))));
    assert!(person.notes()[1].ends_with("kept in /c/smtp-oauth-report.md.old."), "{:?}", person.notes());
    assert_eq!(person.presses(Key::Letter('y')).effects, [Effect::Copy(said.clone())]);
    assert_eq!(person.presses(Key::Letter('p')).effects, [Effect::Print(said)]);
    assert!(person.presses(Key::Letter('d')).reads().contains("alerts@contoso.example"));
}

#[test]
fn a_file_that_cannot_be_written_is_said_where_the_person_is_by_then() {
    let mut person = somebody_else();
    tells(&mut person);
    let (ticket, _) = person.writes();
    person.presses(Key::Esc);
    let failure = FileFailure {
        kind: FileFailureKind::Write,
        path: "/c/smtp-oauth-report.md".into(),
        detail: "no space left on device".into(),
    };
    person.tell(Message::Reported(ticket, Report::FilesKept(Err(failure))));
    // Right above the verdict, behind the refusal that it is about.
    assert!(person.at() == "connection" && person.notes()[1].contains("no space"), "{:?}", person.notes());
}

#[test]
fn it_speaks_the_language_of_the_screen() {
    let mut person = somebody_else();
    let english = tells(&mut person);
    person.tell(Message::Language);
    assert_eq!(person.screen().language, Language::Japanese);
    let japanese = shown(&person);
    assert!(japanese.starts_with("# OAuth 2.0 によるメール送信"), "{japanese}");
    let codes = |said: &str| said.matches("`admin@contoso.example`").count();
    assert_eq!(codes(&english), codes(&japanese));
    person.tell(Message::Language);
    assert_eq!(shown(&person), english);
}

#[test]
fn an_authoritys_refusal_is_told_with_its_ids() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    let body = error("access_denied", 65004).replace("as Microsoft says.", "declined. Trace ID: CAN'T").replace(
        "\"error_codes\"",
        "\"trace_id\":\"11111111-2222-4333-8444-555555555555\",\"correlation_id\":\"66666666-2222-4333-8444-555555555555\",\"error_codes\"",
    );
    person.polls(400, &body);
    let said = tells(&mut person);
    assert!(said.contains("- Trace ID: `11111111-2222-4333-8444-555555555555`\n"), "{said}");
    assert!(said.contains("- AADSTS: `65004`\n"), "{said}");
    assert_eq!(person.presses(Key::Esc).at(), "consent");
}

#[test]
fn what_the_browser_shows_is_told_and_lies_below() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().presses(Key::Letter('b'));
    person.types("AADSTS50105: the user is not assigned to a role for the application");
    assert_eq!(person.at(), "told");
    assert!(tells(&mut person).contains("`user_not_assigned_to_app`"));
    assert_eq!(person.presses(Key::Esc).at(), "told");
}

#[test]
fn an_acceptance_a_refused_message_and_a_running_test_can_be_told_too() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection();
    assert!(person.screen().action(TELL).is_none(), "there is nothing to tell yet");
    person.hears(accepted());
    assert!(tells(&mut person).contains("235 2.7.0 Authentication successful"));
    person.presses(Key::Esc).enter().enter();
    person.hears(refused_after_data());
    assert!(tells(&mut person).contains("SendAsDenied"));
}

#[test]
fn a_text_field_keeps_its_letters() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    assert!(person.screen().action(TELL).is_none());
    person.presses(Key::Letter('b'));
    assert!(person.screen().takes_text() && person.screen().action(TELL).is_none());
}
