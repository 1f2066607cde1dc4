//! The part of it that brings new tokens: a refresh token is never lost, and an app shows itself again.

use base64::{Engine, prelude::BASE64_STANDARD};
use smtp_oauth::{
    account::draft::Draft,
    checklist::{Item, State},
    entra::Certificate,
    secret::Secret,
    way::Way,
    wizard::{
        Given,
        effect::{CertificateFailure, Effect, FileFailure, FileFailureKind, Outcome, Report, Saving},
        message::Message,
        screen::Key,
    },
};

use super::{begins_again, beside, evidence, headline, looks_at, proven, saves, set, state};
use crate::{
    browser::USER,
    finds, keys,
    microsoft::Microsoft,
    person::{NOW, Person},
    products,
};

#[test]
fn an_apps_own_sign_in_shows_whether_its_secret_is_still_good_even_when_all_is_saved() {
    let mut microsoft = Microsoft::healthy();
    let mut person = products::walks(&mut microsoft, "server", Way::Secret, "save");
    begins_again(&mut person);
    microsoft.waits_out(&mut person);
    assert_eq!(beside(&person, Item::ClientSecret), "proven, just checked");
    person.presses(Key::Esc);
    saves(&mut person);
    set(&mut microsoft, "secret_expires", "1577836800");
    person.presses(Key::Letter('r'));
    microsoft.waits_out(&mut person);
    assert_eq!(state(&person, Item::ClientSecret), State::Failed, "{}", person.reads());
    assert_eq!(state(&person, Item::Connection), State::Proven);
}

#[test]
fn a_certificate_that_is_gone_when_the_test_wants_a_new_token_is_named() {
    let mut microsoft = Microsoft::healthy();
    let person = products::walks(&mut microsoft, "server", Way::Secret, "connection");
    let mut draft = person.model.draft().clone();
    draft.settings.take_way(Way::Certificate);
    draft.settings.certificate_file = Some("/etc/smtp-oauth/app.pem".into());
    draft.way = Some(Way::Certificate);
    let mut person = Person::sits_down_at(Given { draft: Some(draft), ..microsoft.given() }, NOW + 9000);
    let ticket = person.effects.iter().find_map(|effect| match effect {
        Effect::ReadCertificate(ticket, _) => Some(*ticket),
        _ => None,
    });
    let path = "/etc/smtp-oauth/app.pem".to_owned();
    let gone = FileFailure { kind: FileFailureKind::Read, path, detail: "No such file".into() };
    let report = Report::CertificateRead(Err(CertificateFailure::File(gone)));
    person.tell(Message::Reported(ticket.unwrap(), report));
    assert_eq!((person.at().as_str(), state(&person, Item::ClientSecret)), ("connection", State::Failed));
    assert!(person.notes().iter().any(|note| note.contains("app.pem")), "{:?}", person.notes());
    assert_eq!(person.presses(Key::Letter('g')).at(), "certificate");
}

/// With the files named, and nobody signed in yet; a certificate is read anew in every run.
#[test]
fn a_certificate_is_read_and_tried() {
    let mut microsoft = Microsoft::healthy();
    let given = microsoft.given();
    let mut settings = given.suggested.clone();
    settings.tenant = microsoft.state.tenant.id.parse().ok();
    settings.take_way(Way::Certificate);
    settings.certificate_file = Some("/etc/smtp-oauth/app.pem".into());
    let draft = Draft { step: "smtp-auth".into(), settings, way: Some(Way::Certificate), ..Draft::default() };
    let mut person = Person::sits_down(Given { draft: Some(draft), ..given });
    let reads = |person: &mut Person, microsoft: &mut Microsoft, result| {
        person.presses(Key::Letter('r'));
        loop {
            let wanted = std::mem::take(&mut person.effects);
            let reading = wanted.iter().find_map(|effect| match effect {
                Effect::ReadCertificate(ticket, _) => Some(*ticket),
                _ => None,
            });
            if let Some(ticket) = reading {
                person.tell(Message::Reported(ticket, Report::CertificateRead(result)));
                return microsoft.serves(person);
            }
            let report = wanted.iter().find_map(|effect| microsoft.answers(effect, person.now));
            person.tell(report.unwrap_or_else(|| panic!("no certificate is read: {}", person.reads())));
        }
    };
    person.presses(Key::Letter('o'));
    let path = "/etc/smtp-oauth/app.pem".to_owned();
    let gone = FileFailure { kind: FileFailureKind::Read, path, detail: "No such file".into() };
    reads(&mut person, &mut microsoft, Err(CertificateFailure::File(gone)));
    assert_eq!(state(&person, Item::ClientSecret), State::Failed, "{}", person.reads());

    let (certificate, key, der) = keys::pair();
    let pair = Certificate::read(certificate.as_bytes(), Some(key.as_bytes())).unwrap();
    reads(&mut person, &mut microsoft, Ok(Box::new(pair)));
    looks_at(&mut person, Item::ClientSecret);
    assert!(headline(&person).is_some(), "the authority does not know it: {}", person.reads());
    person.presses(Key::Esc);
    set(&mut microsoft, "certificate", &BASE64_STANDARD.encode(der));
    person.presses(Key::Letter('r'));
    microsoft.serves(&mut person);
    assert_eq!(state(&person, Item::ClientSecret), State::Proven, "{}", person.reads());
}

/// Up to the renewal, whose request is out.
fn renews(microsoft: &mut Microsoft, person: &mut Person) {
    begins_again(person);
    while !person.request().2.contains("grant_type=refresh_token") {
        let fetch = person.effects.iter().find(|effect| matches!(effect, Effect::Fetch(..))).cloned().unwrap();
        let report = microsoft.answers(&fetch, person.now).unwrap();
        person.tell(report);
    }
}

fn refresh_token(person: &Person) -> String {
    person.model.draft().secrets.tokens.as_ref().unwrap().refresh.as_ref().unwrap().expose().to_owned()
}

#[test]
fn a_renewed_refresh_token_is_kept_before_anything_else_and_when_it_is_stopped_or_left_alone() {
    for key in [None, Some(Key::Letter('x')), Some(Key::Esc)] {
        let mut microsoft = Microsoft::healthy();
        set(&mut microsoft, "one_time_refresh", "on");
        let mut person = proven(&mut microsoft);
        let before = refresh_token(&person);
        renews(&mut microsoft, &mut person);
        let fetch = person.effects.iter().find(|effect| matches!(effect, Effect::Fetch(..))).cloned().unwrap();
        if let Some(key) = key {
            person.presses(key);
            assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))), "{:?}", person.effects);
        }
        let report = microsoft.answers(&fetch, person.now).unwrap();
        person.tell(report);
        assert_ne!(refresh_token(&person), before);
        let Some(Effect::KeepDraft(kept)) = person.effects.first() else { panic!("{:?}", person.effects) };
        assert_eq!(kept.secrets.tokens, person.model.draft().secrets.tokens);
        let goes_on = person.effects.iter().any(|effect| matches!(effect, Effect::Converse(..)));
        assert_eq!(goes_on, key.is_none());
    }
}

#[test]
fn a_renewal_is_heard_to_its_end_when_another_step_is_opened_and_not_taken_for_another_sign_in() {
    for signs_in_anew in [false, true] {
        let mut microsoft = Microsoft::healthy();
        let mut person = proven(&mut microsoft);
        let before = refresh_token(&person);
        renews(&mut microsoft, &mut person);
        let fetch = person.effects.iter().find(|effect| matches!(effect, Effect::Fetch(..))).cloned().unwrap();
        let client = person.model.desk().items().iter().position(|item| *item == Item::ClientId).unwrap();
        person.tell(Message::Choose(client)).tell(Message::GoTo(Item::ClientId));
        if signs_in_anew {
            person.tell(Message::Answer(Secret::new(crate::person::CLIENT)));
            assert!(person.model.draft().secrets.tokens.is_none());
        }
        let report = microsoft.answers(&fetch, person.now).unwrap();
        person.tell(report);
        if signs_in_anew {
            assert!(person.model.draft().secrets.tokens.is_none());
        } else {
            assert_ne!(refresh_token(&person), before);
        }
        assert_eq!(person.at(), "registration");
    }
}

#[test]
fn a_sign_in_that_was_revoked_is_no_proof_any_more() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    set(&mut microsoft, "refresh", "revoked");
    begins_again(&mut person);
    microsoft.serves(&mut person);
    assert_eq!(state(&person, Item::Token), State::Failed, "{}", evidence(&person, Item::Token));
    // The access token from before lives on, and the mail server takes it.
    assert_eq!(state(&person, Item::Connection), State::Proven);
}

#[test]
fn where_the_account_is_saved_the_token_at_hand_is_used_and_no_draft_is_kept() {
    let mut microsoft = Microsoft::healthy();
    let mut person = proven(&mut microsoft);
    person.enter().presses(Key::Letter('n'));
    saves(&mut person);
    let tokens = person.model.draft().secrets.tokens.clone();
    let kept = person.kept.len();
    set(&mut microsoft, "tenant_smtp_auth", "off");
    set(&mut microsoft, "mailbox_smtp_auth", &format!("{USER}:inherit"));
    person.presses(Key::Letter('r'));
    assert_eq!(person.at(), "checklist");
    microsoft.serves(&mut person);
    assert_eq!((person.model.draft().secrets.tokens.clone(), person.kept.len()), (tokens, kept));
    assert_eq!(state(&person, Item::SmtpAuth), State::Failed, "{}", person.reads());
    assert!(evidence(&person, Item::Token).contains("was not renewed"), "{}", evidence(&person, Item::Token));
    assert_eq!(person.presses(Key::Esc).at(), "done");
    assert_eq!(person.model.desk().outcome(), Outcome::Refused);
}

fn saving(person: &Person) -> Option<&Saving> {
    person.effects.iter().find_map(|effect| match effect {
        Effect::Save(_, saving) => Some(&**saving),
        _ => None,
    })
}

/// From the mail server's 235 to what would be written.
fn reviews(microsoft: &mut Microsoft) -> Person {
    set(microsoft, "one_time_refresh", "on");
    let mut person = proven(microsoft);
    person.enter().presses(Key::Letter('n')).enter();
    finds(&mut person, None);
    person
}

#[test]
fn what_is_written_is_what_was_renewed_while_it_was_looked_at() {
    let mut microsoft = Microsoft::healthy();
    let mut person = reviews(&mut microsoft);
    let before = refresh_token(&person);
    begins_again(&mut person);
    microsoft.serves(&mut person);
    let renewed = refresh_token(&person);
    assert_ne!(renewed, before);
    person.presses(Key::Esc).enter();
    assert_eq!(saving(&person).unwrap().vault.refresh_token, Some(Secret::new(&renewed)));
}

#[test]
fn what_is_to_be_written_waits_for_a_renewal() {
    for good in [true, false] {
        let mut microsoft = Microsoft::healthy();
        let mut person = reviews(&mut microsoft);
        let before = refresh_token(&person);
        renews(&mut microsoft, &mut person);
        let fetch = person.effects.iter().find(|effect| matches!(effect, Effect::Fetch(..))).cloned().unwrap();
        person.presses(Key::Esc).enter();
        assert_eq!(saving(&person), None, "{:?}", person.effects);
        assert!(person.screen().busy.is_some(), "{}", person.reads());
        person.presses(Key::Letter('o'));
        assert_eq!(person.screen().action(Key::Letter('r')), None, "not twice: {}", person.reads());
        if !good {
            set(&mut microsoft, "refresh", "revoked");
        }
        let report = microsoft.answers(&fetch, person.now).unwrap();
        person.tell(report);
        assert_eq!(refresh_token(&person) == before, !good);
        let kept = person.effects.iter().position(|effect| matches!(effect, Effect::KeepDraft(_)));
        let save = person.effects.iter().position(|effect| matches!(effect, Effect::Save(..)));
        assert!(kept < save && kept.is_some(), "{:?}", person.effects);
        assert_eq!(saving(&person).unwrap().vault.refresh_token, Some(Secret::new(refresh_token(&person))));
        let Some(Effect::Save(ticket, _)) = person.effects.get(save.unwrap()).cloned() else { unreachable!() };
        person.tell(Message::Reported(ticket, Report::Saved(Ok(vec!["/c/config.toml".into()]))));
        assert_eq!(person.at(), "done");
        assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::KeepDraft(_))), "{:?}", person.effects);
    }
}

#[test]
fn a_renewal_is_heard_and_kept_though_the_person_has_left() {
    for leaves in [Message::Leave, Message::Hangup] {
        let mut microsoft = Microsoft::healthy();
        set(&mut microsoft, "one_time_refresh", "on");
        let mut person = proven(&mut microsoft);
        let before = refresh_token(&person);
        renews(&mut microsoft, &mut person);
        let fetch = person.effects.iter().find(|effect| matches!(effect, Effect::Fetch(..))).cloned().unwrap();
        person.tell(leaves);
        assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))), "{:?}", person.effects);
        assert!(person.effects.ends_with(&[Effect::Leave(Outcome::Left)]) && person.model.awaits());
        assert_eq!(person.tell(Message::Continue).effects, [], "nothing else counts any more");
        let report = microsoft.answers(&fetch, person.now).unwrap();
        person.tell(report.clone());
        assert_ne!(refresh_token(&person), before);
        assert!(person.effects.iter().all(|effect| matches!(effect, Effect::KeepDraft(_))), "{:?}", person.effects);
        assert_eq!(person.kept.last().unwrap().secrets.tokens, person.model.draft().secrets.tokens);
        assert!(!person.model.awaits());
        assert_eq!(person.tell(report).effects, []);
    }
}

#[test]
fn what_waits_to_be_written_is_not_when_the_person_leaves() {
    let mut microsoft = Microsoft::healthy();
    let mut person = reviews(&mut microsoft);
    renews(&mut microsoft, &mut person);
    let fetch = person.effects.iter().find(|effect| matches!(effect, Effect::Fetch(..))).cloned().unwrap();
    person.presses(Key::Esc).enter().presses(Key::Letter('q'));
    let report = microsoft.answers(&fetch, person.now).unwrap();
    person.tell(report);
    assert_eq!(saving(&person), None, "{:?}", person.effects);
    assert!(matches!(person.effects.first(), Some(Effect::KeepDraft(_))), "{:?}", person.effects);
}
