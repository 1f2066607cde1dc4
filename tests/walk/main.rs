//! Walks through the pure wizard: no socket, no clock, no terminal. Each test is a story.

mod answering;
mod application;
mod browser;
mod clouds;
mod experimenting;
mod faults;
mod handing;
#[path = "../keys/mod.rs"]
mod keys;
mod language;
mod line;
mod microsoft;
mod pasting;
mod person;
mod personal;
mod products;
mod rechecking;
mod resuming;
mod sheets;
mod signing_in;
mod stories;
mod telling;
mod testing;
mod typing;

use person::{Person, accepted, given};
use smtp_oauth::{
    checklist::{Item, State},
    wizard::{
        effect::{Effect, Existing, Outcome, Report},
        message::Message,
        screen::{Block, Change, Key},
    },
};

/// Answers the look at the files there are.
fn finds(person: &mut Person, config: Option<&str>) {
    let ticket = person.effects.iter().find_map(|effect| match effect {
        Effect::Inspect(ticket, _) => Some(*ticket),
        _ => None,
    });
    let existing = Existing {
        config_path: "/home/a/.config/smtp-oauth/config.toml".into(),
        config: config.map(str::to_owned),
        vault_path: "/home/a/.local/state/smtp-oauth/accounts/alerts.json".into(),
        vault_exists: false,
    };
    person.tell(Message::Reported(ticket.unwrap(), Report::Inspected(Ok(existing))));
}

/// Finds nothing there yet, and has it written.
fn saves(person: &mut Person) {
    finds(person, None);
    person.enter();
    let ticket = person.effects.iter().find_map(|effect| match effect {
        Effect::Save(ticket, _) => Some(*ticket),
        _ => None,
    });
    person.tell(Message::Reported(ticket.unwrap(), Report::Saved(Ok(vec!["/c/config.toml".into()]))));
    assert_eq!(person.at(), "done");
}

#[test]
fn the_whole_path_ends_in_a_proven_235_and_a_written_config() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection().hears(accepted()).enter();
    assert_eq!(person.at(), "message");
    person.enter().hears(accepted()).enter();
    assert_eq!(person.at(), "save");
    person.enter();
    finds(&mut person, None);
    person.enter();
    let saving = person.effects.iter().find_map(|effect| match effect {
        Effect::Save(ticket, saving) => Some((*ticket, saving.clone())),
        _ => None,
    });
    let (ticket, saving) = saving.unwrap();
    assert_eq!(saving.account.as_str(), "alerts");
    assert_eq!(saving.vault.refresh_token.as_ref().unwrap().expose(), "CANARY-rt");
    assert!(!saving.config.contains("CANARY"));
    let files = vec!["/home/a/.config/smtp-oauth/config.toml".into()];
    person.tell(Message::Reported(ticket, Report::Saved(Ok(files))));
    assert_eq!(person.at(), "done");
    assert!(person.effects.contains(&Effect::DropDraft));
    assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::KeepDraft(_))));
    person.enter();
    assert_eq!(person.effects, [Effect::Leave(Outcome::Accepted)]);
}

#[test]
fn what_a_step_could_not_prove_a_later_one_does() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    let state = |person: &Person, item| person.model.draft().checklist.state(item);
    assert_eq!(state(&person, Item::Tenant), State::Proven);
    assert_eq!(state(&person, Item::PublicClient), State::Attested);
    assert_eq!(state(&person, Item::SmtpAuth), State::Attested);
    person.polls(200, &person::granted("alerts@contoso.example"));
    assert_eq!(state(&person, Item::PublicClient), State::Proven);
    assert_eq!(state(&person, Item::Permission), State::Proven);
    assert_eq!(state(&person, Item::SmtpAuth), State::Attested);
    person.enter().hears(accepted());
    assert_eq!(state(&person, Item::SmtpAuth), State::Proven);
}

#[test]
fn no_screen_on_the_way_shows_a_secret() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection().hears(accepted()).enter().enter().hears(accepted()).enter().enter();
    finds(&mut person, None);
    assert!(!person.reads().contains("CANARY"), "{}", person.reads());
}

#[test]
fn an_account_that_is_there_is_replaced_only_after_it_was_shown() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection().hears(accepted()).enter().presses(Key::Letter('n')).enter();
    finds(&mut person, Some("version = 1\n# mine\n[accounts.alerts]\nuser = \"old@contoso.example\" # once\n"));
    assert!(person.notes().iter().any(|note| note.contains("alerts")), "{:?}", person.notes());
    let shown = person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Difference { lines, .. } => Some(lines),
        _ => None,
    });
    let shown = shown.unwrap();
    assert!(shown.contains(&(Change::Kept, "# mine".into())), "{shown:?}");
    assert!(shown.contains(&(Change::Removed, "user = \"old@contoso.example\" # once".into())), "{shown:?}");
}

#[test]
fn leaving_keeps_the_draft_and_cancels_what_runs() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection();
    let running = person.conversation();
    person.tell(Message::Leave);
    assert!(person.effects.contains(&Effect::Cancel(running)));
    let kept =
        person.effects.iter().any(|effect| matches!(effect, Effect::KeepDraft(draft) if draft.step == "connection"));
    assert!(kept && person.effects.ends_with(&[Effect::Leave(Outcome::Left)]), "{:?}", person.effects);
    assert_eq!(person.tell(Message::Continue).effects, []);
}

#[test]
fn every_screen_can_be_left_and_shows_every_item() {
    let mut person = Person::sits_down(given());
    let look = |person: &Person| {
        let screen = person.screen();
        assert_eq!(screen.checklist.len(), Item::ALL.len(), "{}", screen.id);
        assert!(screen.actions.iter().any(|action| action.key == Key::Letter('q') || action.key == Key::Esc));
        let taken = |key| matches!(key, Key::Letter(letter) if "chijmtaeuwkl".contains(letter));
        let clash = screen.actions.iter().any(|action| screen.takes_text() && taken(action.key));
        assert!(!clash, "a key of the field's at {}", screen.id);
        let mut keys: Vec<_> = screen.actions.iter().map(|action| format!("{:?}", action.key)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), screen.actions.len(), "two actions on one key at {}", screen.id);
    };
    look(&person);
    person.walks_to_consent();
    look(&person);
    person.presses(Key::Letter('o'));
    look(&person);
    for number in 0..Item::ALL.len() {
        person.tell(Message::Choose(number));
        assert!(person.at().starts_with("evidence:"));
        look(&person);
        person.presses(Key::Esc);
    }
    person.presses(Key::Esc);
    assert_eq!(person.at(), "consent");
}

#[test]
fn a_steps_own_item_is_one_key_away_and_esc_leads_back() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().presses(Key::Esc).presses(Key::Esc);
    assert_eq!(person.at(), "smtp-auth");
    person.presses(Key::Letter('v'));
    assert_eq!(person.at(), "evidence:smtp-auth");
    person.presses(Key::Esc);
    assert_eq!(person.at(), "smtp-auth");
}

#[test]
fn one_key_shows_an_items_evidence_and_one_more_goes_to_its_step() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent().presses(Key::Letter('o'));
    let tenant = Item::ALL.iter().position(|item| *item == Item::Tenant).unwrap();
    person.tell(Message::Choose(tenant));
    assert!(person.reads().contains(person::TENANT), "{}", person.reads());
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "tenant");
}
