//! Going on where somebody stopped: from the two files of a draft, as they are on the disk.

use smtp_oauth::{
    account::draft::Draft,
    checklist::{Item, State},
    phrase::Phrase,
    product,
    wizard::{Given, screen::Block},
};

use crate::person::{NOW, Person, accepted, given, granted};

/// Through its files and back.
fn from_disk(draft: &Draft) -> Draft {
    let (clear, secret) = draft.texts();
    assert!(!clear.contains("CANARY"), "{clear}");
    Draft::parse(&clear, secret.as_ref()).unwrap()
}

fn goes_on(draft: &Draft, now: i64) -> Person {
    Person::sits_down_at(Given { draft: Some(from_disk(draft)), ..given() }, now)
}

fn walked() -> Person {
    let mut person = Person::sits_down(given());
    person.walks_to_connection().hears(accepted()).enter();
    person.enter().hears(accepted()).enter();
    assert_eq!(person.at(), "save");
    person
}

#[test]
fn every_draft_on_the_way_is_taken_up_at_its_step() {
    let person = walked();
    let mut steps: Vec<&str> = person.kept.iter().map(|draft| draft.step.as_str()).collect();
    steps.dedup();
    // With a device code, in the worldwide cloud; the sender is the user, and what is saved leaves no draft.
    let path = [
        "product",
        "mailbox",
        "tenant",
        "method",
        "registration",
        "redirect",
        "permissions",
        "secret",
        "smtp-auth",
        "sender",
        "consent",
        "token",
        "connection",
        "message",
        "save",
    ];
    assert_eq!(steps, path);
    for draft in &person.kept {
        let again = goes_on(draft, person.now);
        assert_eq!(again.at(), draft.step);
        assert_eq!(again.model.draft().settings, draft.settings);
    }
}

#[test]
fn every_step_of_every_product_is_gone_on_at() {
    let full = walked().model.draft().clone();
    for product in product::all() {
        let mut draft = full.clone();
        draft.settings.product = Some(product.id.clone());
        draft.settings.sender = Some("noreply@contoso.example".parse().unwrap());
        draft.settings.smtp.host = Some("mail.contoso.example".parse().unwrap());
        draft.checklist.fail(Item::Network, Phrase::new("evidence.said-so"));
        for step in product.path.iter().filter(|step| *step != "done") {
            draft.step = step.clone();
            assert_eq!(goes_on(&draft, NOW).at(), *step, "{}", product.id);
        }
    }
}

#[test]
fn a_step_that_no_path_has_begins_at_the_first() {
    let mut draft = walked().model.draft().clone();
    for unknown in ["", "nonsense", "\u{1b}[2J"] {
        draft.step = unknown.into();
        assert_eq!(goes_on(&draft, NOW).at(), "product");
    }
}

#[test]
fn a_draft_is_taken_up_with_everything_in_it() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection();
    let mut person = goes_on(person.model.draft(), NOW);
    assert_eq!(person.at(), "connection");
    person.hears(accepted());
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Proven);
}

fn waiting() -> Person {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    person
}

fn left(person: &Person) -> Option<String> {
    person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Text(text) => text.strip_prefix("The code runs out in ").map(str::to_owned),
        _ => None,
    })
}

#[test]
fn a_dropped_line_costs_no_code_and_the_code_goes_on_with_the_time_it_has_left() {
    let before = waiting();
    assert_eq!(left(&before).unwrap(), "15:00.");
    let mut person = goes_on(before.kept.last().unwrap(), NOW + 200);
    assert_eq!(person.at(), "consent");
    assert!(person.reads().contains("ABCD1234"));
    assert_eq!(left(&person).unwrap(), "11:40.");
    person.now += 60;
    assert_eq!(left(&person).unwrap(), "10:40.");
    person.polls(200, &granted("alerts@contoso.example"));
    assert_eq!(person.at(), "token");
}

#[test]
fn a_code_that_died_while_nobody_was_there_is_replaced() {
    let person = goes_on(waiting().model.draft(), NOW + 901);
    assert!(person.request().1.ends_with("/devicecode"));
}
