//! The app signs in as itself, with secret and certificate, and a password is sent: from the choice of the way to
//! the mail server's answer, against the simulated Microsoft.

use base64::{Engine, prelude::BASE64_STANDARD};
use smtp_oauth::{
    checklist::{Item, State},
    entra::Certificate,
    simulator::switches::switch,
    wizard::{
        effect::{CertificateFailure, Effect, FileFailure, FileFailureKind, Report},
        message::Message,
        screen::{Block, Key},
    },
};

use crate::{
    keys,
    microsoft::Microsoft,
    person::{NOW, Person},
};

fn set(microsoft: &mut Microsoft, key: &str, value: &str) {
    let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap();
    switch(&mut microsoft.state, key, value, now).unwrap_or_else(|| panic!("{key}={value}"));
}

fn state(person: &Person, item: Item) -> State {
    person.model.draft().checklist.state(item)
}

fn enters(microsoft: &mut Microsoft, person: &mut Person) {
    person.enter();
    microsoft.serves(person);
}

fn types(microsoft: &mut Microsoft, person: &mut Person, text: &str) {
    person.types(text);
    microsoft.serves(person);
}

/// At the first step after the app registration, with the way that has this label.
fn chooses(microsoft: &mut Microsoft, label: &str) -> Person {
    let mut person = Person::sits_down(microsoft.given());
    while person.at() != "method" {
        enters(microsoft, &mut person);
    }
    let screen = person.screen();
    let Some(smtp_oauth::wizard::screen::Input::Choice { options, .. }) =
        screen.question.map(|question| question.input)
    else {
        panic!("no choice")
    };
    let at = options.iter().position(|option| option.label.contains(label)).unwrap_or_else(|| panic!("no {label}"));
    person.tell(Message::Choose(at));
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "registration");
    enters(microsoft, &mut person);
    person
}

/// From here on with Enter, to this step.
fn walks(microsoft: &mut Microsoft, person: &mut Person, step: &str) {
    for _ in 0..12 {
        if person.at() == step {
            return;
        }
        enters(microsoft, person);
    }
    panic!("not at {step}, but {}:\n{}", person.at(), person.reads());
}

fn with_secret(microsoft: &mut Microsoft) -> Person {
    let mut person = chooses(microsoft, "with a client secret");
    assert_eq!(person.at(), "app-permission");
    enters(microsoft, &mut person);
    assert_eq!(person.at(), "app-secret");
    let secret = microsoft.state.registrations[0].secrets[0].value.clone();
    types(microsoft, &mut person, &secret);
    assert_eq!(state(&person, Item::ClientSecret), State::Proven, "{}", person.reads());
    walks(microsoft, &mut person, "token");
    person
}

#[test]
fn an_app_signs_in_by_its_secret_and_the_mailbox_takes_it() {
    let mut microsoft = Microsoft::healthy();
    let mut person = with_secret(&mut microsoft);
    for (item, wanted) in [
        (Item::RedirectUri, State::NotNeeded),
        (Item::PublicClient, State::NotNeeded),
        (Item::SmtpUser, State::NotNeeded),
        (Item::Consent, State::Proven),
        (Item::Permission, State::Proven),
        (Item::Audience, State::Proven),
    ] {
        assert_eq!(state(&person, item), wanted, "{item:?}: {}", person.reads());
    }
    enters(&mut microsoft, &mut person);
    assert_eq!(person.at(), "app-access");
    let object_id = microsoft.state.principals[0].object_id.clone();
    assert!(person.reads().contains(&format!("-ObjectId '{object_id}'")), "{}", person.reads());
    enters(&mut microsoft, &mut person);
    assert_eq!(state(&person, Item::Connection), State::Proven, "{}", person.reads());
    let settings = person.model.draft().settings.settled();
    assert_eq!(settings.scopes, ["https://outlook.office365.com/.default"]);
    assert!(!person.reads().contains("Sim8Q~"));
}

#[test]
fn exchange_that_does_not_know_the_app_yet_is_waited_for() {
    let mut microsoft = Microsoft::healthy();
    set(&mut microsoft, "service_principal", "off");
    let mut person = with_secret(&mut microsoft);
    walks(&mut microsoft, &mut person, "connection");
    assert_eq!(state(&person, Item::Connection), State::Failed);
    assert!(person.reads().contains("New-ServicePrincipal"), "{}", person.reads());
    let began = person.now;
    person.presses(Key::Letter('w'));
    let (ticket, pause) = person.waits();
    assert_eq!(pause.as_secs(), 10);
    assert!(person.screen().ticks && person.reads().contains("the next in 0:10"), "{}", person.reads());

    // It is tried again, ever later, and a wizard that was left goes on with it.
    person.now += 10;
    person.tell(Message::Reported(ticket, Report::Waited));
    let kept = person.kept.last().unwrap().clone();
    assert_eq!(kept.waiting.map(|waiting| (waiting.since, waiting.until)), Some((began, began + 7200)));
    let given = smtp_oauth::wizard::Given { draft: Some(kept), ..microsoft.given() };
    let mut person = Person::sits_down_at(given, began + 300);
    assert_eq!(person.at(), "connection");
    let (_, tries) = (serves_once(&mut microsoft, &mut person), person.model.draft().waiting.unwrap().tries);
    assert_eq!((tries, person.waits().1.as_secs()), (2, 20));

    set(&mut microsoft, "service_principal", "on");
    set(&mut microsoft, "full_access", "on");
    person.presses(Key::Letter('r'));
    microsoft.serves(&mut person);
    assert_eq!(state(&person, Item::Connection), State::Proven, "{}", person.reads());
    assert_eq!(person.model.draft().waiting, None);
}

/// Answers what is out, and no pause.
fn serves_once(microsoft: &mut Microsoft, person: &mut Person) {
    let wanted = std::mem::take(&mut person.effects);
    for report in wanted.iter().filter_map(|effect| microsoft.answers(effect, person.now)).collect::<Vec<_>>() {
        person.tell(report);
    }
}

#[test]
fn a_wait_ends_when_its_time_is_over_and_when_it_is_stopped() {
    let mut microsoft = Microsoft::healthy();
    set(&mut microsoft, "service_principal", "off");
    let mut person = with_secret(&mut microsoft);
    walks(&mut microsoft, &mut person, "connection");
    for stops in [Key::Letter('x'), Key::Esc] {
        person.presses(Key::Letter('w')).presses(stops);
        assert_eq!((person.at().as_str(), person.model.draft().waiting), ("connection", None));
        assert!(person.screen().action(Key::Letter('w')).is_some());
    }
    let began = person.now;
    person.presses(Key::Letter('w'));
    // Nobody mends it; the pauses are passed over.
    microsoft.waits_out(&mut person);
    assert_eq!(person.model.draft().waiting, None);
    assert!((7200..7300).contains(&(person.now - began)), "{}", person.now - began);
    assert!(person.screen().action(Key::Letter('w')).is_some());
}

#[test]
fn an_app_signs_in_by_its_certificate_once_it_is_registered() {
    let mut microsoft = Microsoft::healthy();
    let mut person = chooses(&mut microsoft, "with a certificate");
    assert_eq!(person.at(), "app-permission");
    walks(&mut microsoft, &mut person, "certificate");
    person.types("/etc/smtp-oauth/app.pem").types("/etc/smtp-oauth/app.key");
    let read = |person: &mut Person, result| {
        let ticket = person.effects.iter().find_map(|effect| match effect {
            Effect::ReadCertificate(ticket, _) => Some(*ticket),
            _ => None,
        });
        person.tell(Message::Reported(ticket.unwrap(), Report::CertificateRead(result)));
    };
    let too_open =
        FileFailure { kind: FileFailureKind::TooOpen, path: "/etc/smtp-oauth/app.key".into(), detail: "0644".into() };
    read(&mut person, Err(CertificateFailure::File(too_open)));
    assert_eq!((person.at().as_str(), state(&person, Item::ClientSecret)), ("certificate-key", State::Failed));
    person.presses(Key::Letter('r'));
    let (certificate, key, der) = keys::pair();
    let read_pair = Certificate::read(certificate.as_bytes(), Some(key.as_bytes())).unwrap();
    let thumbprint = read_pair.shown().thumbprint();
    read(&mut person, Ok(Box::new(read_pair)));
    assert!(person.reads().contains(&thumbprint), "{}", person.reads());

    // The authority does not know it yet: the step to mend it at is one key away.
    walks(&mut microsoft, &mut person, "consent");
    let headline = |person: &Person| {
        person.screen().blocks.into_iter().find_map(|block| match block {
            Block::Verdict(verdict) => Some(verdict.headline),
            _ => None,
        })
    };
    assert!(headline(&person).is_some(), "{}", person.reads());
    set(&mut microsoft, "certificate", &BASE64_STANDARD.encode(der));
    enters(&mut microsoft, &mut person);
    assert_eq!(person.at(), "token", "{}", person.reads());
    assert_eq!(state(&person, Item::ClientSecret), State::Proven);
    walks(&mut microsoft, &mut person, "connection");
    assert_eq!(state(&person, Item::Connection), State::Proven, "{}", person.reads());
    let settings = person.model.draft().settings.settled();
    assert_eq!(settings.certificate_key_file, Some("/etc/smtp-oauth/app.key".into()));
}

#[test]
fn a_password_is_offered_for_high_volume_email_alone_and_is_not_kept() {
    let microsoft = Microsoft::healthy();
    let mut person = Person::sits_down(microsoft.given());
    assert!(!smtp_oauth_ways(&mut person, microsoft).contains("Name and password"));

    let mut microsoft = Microsoft::healthy();
    let mut given = microsoft.given();
    given.suggested.smtp.host = "smtp.hve.mx.microsoft".parse().ok();
    let mut person = Person::sits_down(given);
    while person.at() != "method" {
        enters(&mut microsoft, &mut person);
    }
    assert!(person.reads().contains("nobody has to sign in for a High Volume Email account"), "{}", person.reads());
    let screen = person.screen();
    let options = format!("{:?}", screen.question);
    let at = ["with a client secret", "browser\"", "Name and password"].map(|label| options.find(label));
    assert!(at[0] < at[2] && at[2].is_some(), "{options}");
    person.tell(Message::Choose(5));
    microsoft.serves(&mut person);
    walks(&mut microsoft, &mut person, "hve-permission-delegated");
    walks(&mut microsoft, &mut person, "password");
    person.types("CANARY-wrong password");
    let files = person.kept.iter().map(smtp_oauth::account::draft::Draft::texts);
    assert!(files.flat_map(|(_, secret)| secret).all(|secret| !secret.expose().contains("CANARY")));
    walks(&mut microsoft, &mut person, "consent");
    assert!(person.reads().contains("50126"), "{}", person.reads());
    person.presses(Key::Esc);
    while person.at() != "password" {
        person.presses(Key::Esc);
    }
    let user = microsoft.state.users[0].password.clone();
    types(&mut microsoft, &mut person, &user);
    walks(&mut microsoft, &mut person, "consent");
    // Nobody can consent where nobody sees a page: an administrator does, for all.
    assert!(person.reads().contains("65001"), "{}", person.reads());
    set(&mut microsoft, "admin_consent", "granted");
    walks(&mut microsoft, &mut person, "token");
    assert_eq!(person.model.draft().secrets.password, None);
    assert!(person.model.draft().secrets.tokens.as_ref().unwrap().refresh.is_some());
    let scopes = person.model.draft().settings.settled().scopes;
    assert_eq!(scopes[0], "https://outlook.office.com/.default");
}

fn smtp_oauth_ways(person: &mut Person, mut microsoft: Microsoft) -> String {
    while person.at() != "method" {
        enters(&mut microsoft, person);
    }
    person.reads()
}

#[test]
fn a_file_with_a_secret_and_a_password_sends_each_where_it_belongs() {
    let mut microsoft = Microsoft::healthy();
    set(&mut microsoft, "admin_consent", "granted");
    set(&mut microsoft, "public_client_flows", "off");
    let mut given = microsoft.given();
    given.suggested.smtp.host = "smtp.hve.mx.microsoft".parse().ok();
    given.suggested.tenant = microsoft.state.tenant.id.parse().ok();
    given.suggested.consent = Some(smtp_oauth::account::settings::Consent::Password);
    given.answered = Some(smtp_oauth::wizard::Answered { complete: true, ..Default::default() });
    given.unattended = true;
    given.password = Some(smtp_oauth::secret::Secret::new(&microsoft.state.users[0].password));
    given.client_secret = Some(smtp_oauth::secret::Secret::new(&microsoft.state.registrations[0].secrets[0].value));
    let mut person = Person::sits_down(given);
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "token", "{}", person.reads());
}

#[test]
fn a_token_without_a_role_shows_no_consent() {
    let mut microsoft = Microsoft::healthy();
    set(&mut microsoft, "application_permission", "off");
    set(&mut microsoft, "admin_consent", "revoked");
    let mut person = with_secret(&mut microsoft);
    assert_eq!(state(&person, Item::Consent), State::Open, "{}", person.reads());
    // Nor does the same token at hand.
    person.presses(Key::Esc);
    assert_eq!((person.at().as_str(), state(&person, Item::Consent)), ("consent", State::Open), "{}", person.reads());
    assert_ne!(state(&person, Item::Permission), State::Failed);
}
