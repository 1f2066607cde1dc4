//! Consent in a browser, by the listener and by the paste, against the simulated Microsoft.

use smtp_oauth::{
    account::{draft::Draft, settings::Browser},
    checklist::{Item, State},
    network::{FailureKind, NetworkFailure},
    secret::Secret,
    simulator::tenant::{Platform, Redirect},
    way::Way,
    wizard::{
        Given, Remote,
        effect::{Effect, Outcome, Report},
        message::Message,
        screen::{Block, Input, Key},
    },
};

use crate::{
    microsoft::Microsoft,
    person::{NOW, Person},
};

pub const USER: &str = "alerts@contoso.example";

/// A person at the sign-in, with what the administrator registered.
pub fn sits_at_consent(microsoft: &Microsoft, way: Way, change: impl FnOnce(&mut Given, &mut Draft)) -> Person {
    let mut given = microsoft.given();
    let mut settings = given.suggested.clone();
    settings.product = Some("server".into());
    settings.tenant = microsoft.state.tenant.id.parse().ok();
    settings.take_way(way);
    settings.redirect_uri = "http://localhost".parse().ok();
    given.suggested = settings.clone();
    let mut draft = Draft { step: "consent".into(), settings, way: Some(way), ..Draft::default() };
    change(&mut given, &mut draft);
    given.draft = Some(draft);
    Person::sits_down(given)
}

pub fn begins(way: Way) -> (Microsoft, Person) {
    begins_with(Microsoft::healthy(), way, |_, _| {})
}

pub fn begins_with(
    mut microsoft: Microsoft,
    way: Way,
    change: impl FnOnce(&mut Given, &mut Draft),
) -> (Microsoft, Person) {
    let mut person = sits_at_consent(&microsoft, way, change);
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "consent");
    (microsoft, person)
}

pub fn pastes(microsoft: &mut Microsoft, person: &mut Person, text: &str) {
    assert_eq!(person.screen().question.map(|question| question.input), Some(Input::Pasted));
    person.tell(Message::Answer(Secret::new(text)));
    microsoft.serves(person);
}

pub fn state(person: &Person, item: Item) -> State {
    person.model.draft().checklist.state(item)
}

pub fn registered(microsoft: &mut Microsoft, platform: Platform, uri: &str) {
    let app = &mut microsoft.state.registrations[0];
    app.redirects.retain(|redirect| redirect.uri != uri);
    app.redirects.push(Redirect { platform, uri: uri.into() });
}

pub fn notes(person: &Person) -> String {
    person.notes().join("\n")
}

pub fn error(person: &Person) -> String {
    person.screen().question.and_then(|question| question.error).unwrap_or_default()
}

#[test]
fn the_browser_comes_back_by_itself_and_the_token_is_at_hand() {
    let (mut microsoft, mut person) = begins(Way::Loopback);
    assert!(person.screen().busy.is_some() && person.screen().ticks);
    let pending = person.model.draft().secrets.browser.clone().unwrap();
    assert_eq!(pending.redirect_uri, "http://localhost:8400");
    let link = Block::Link { label: "Open".into(), url: pending.authorize_url.clone() };
    assert!(person.screen().blocks.contains(&link) && person.reads().contains("10:00"), "{}", person.reads());
    assert!(!person.reads().contains(pending.code_verifier.expose()));
    microsoft.browses(&mut person, USER, "approve").unwrap();
    assert_eq!(person.at(), "token");
    for item in [Item::Consent, Item::RedirectUri, Item::SmtpUser, Item::Permission] {
        assert_eq!(state(&person, item), State::Proven, "{item:?}");
    }
    assert_eq!(person.model.draft().secrets.browser, None);
    assert!(person.model.draft().secrets.tokens.as_ref().unwrap().refresh.is_some());
}

#[test]
fn one_key_leads_from_the_listener_to_the_paste_and_back_with_the_same_sign_in() {
    let (mut microsoft, mut person) = begins(Way::Loopback);
    let begun = person.model.draft().secrets.browser.clone();
    person.presses(Key::Letter('p'));
    assert!(person.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    assert_eq!(person.model.draft().settings.browser, Some(Browser::Paste));
    microsoft.serves(&mut person);
    assert_eq!(person.model.draft().secrets.browser, begun);
    person.presses(Key::Letter('p'));
    let listens =
        person.effects.iter().any(|effect| matches!(effect, Effect::Listen(_, with) if with.port == Some(8400)));
    assert!(listens, "{:?}", person.effects);
    microsoft.serves(&mut person);
    assert_eq!(person.model.draft().secrets.browser, begun);
    person.presses(Key::Letter('p'));
    microsoft.serves(&mut person);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    pastes(&mut microsoft, &mut person, &address);
    assert_eq!(person.at(), "token");
}

#[test]
fn a_paste_without_a_port_is_begun_anew_for_the_listener() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let begun = person.model.draft().secrets.browser.clone().unwrap();
    person.presses(Key::Letter('p'));
    microsoft.serves(&mut person);
    let anew = person.model.draft().secrets.browser.clone().unwrap();
    assert!(anew.redirect_uri == "http://localhost:8400" && anew.state != begun.state);
    microsoft.browses(&mut person, USER, "approve").unwrap();
    assert_eq!(person.at(), "token");
}

#[test]
fn somebody_who_came_by_ssh_is_shown_the_line_to_the_port() {
    let remote = Remote { user: Some("ann".into()), host: "mail1.contoso.example".parse().unwrap(), port: Some(22) };
    let (_, person) = begins_with(Microsoft::healthy(), Way::Loopback, |given, _| given.remote = Some(remote));
    let command = person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Command { text, .. } => Some(text),
        _ => None,
    });
    assert_eq!(command.as_deref(), Some("ssh -N -L 8400:127.0.0.1:8400 ann@mail1.contoso.example"));
}

#[test]
fn after_a_kill_the_same_sign_in_goes_on_at_the_same_port() {
    let (mut microsoft, person) = begins(Way::Loopback);
    let draft = person.model.draft().clone();
    let (clear, secret) = draft.texts();
    assert!(!clear.contains("code_challenge"), "{clear}");
    let draft = Draft::parse(&clear, secret.as_ref()).unwrap();
    let begun = draft.secrets.browser.clone();
    let mut person = Person::sits_down_at(Given { draft: Some(draft), ..microsoft.given() }, NOW + 60);
    microsoft.serves(&mut person);
    assert_eq!(person.model.draft().secrets.browser, begun);
    microsoft.browses(&mut person, USER, "approve").unwrap();
    assert_eq!(person.at(), "token");
}

#[test]
fn a_port_that_was_taken_meanwhile_costs_the_sign_in_alone() {
    let (microsoft, person) = begins(Way::Loopback);
    let draft = person.model.draft().clone();
    let mut person = Person::sits_down(Given { draft: Some(draft), ..microsoft.given() });
    let failure =
        NetworkFailure { kind: FailureKind::PortTaken, address: "127.0.0.1:8400".into(), detail: String::new() };
    let listen = |person: &Person| {
        let found = person.effects.iter().find_map(|effect| match effect {
            Effect::Listen(ticket, with) => Some((*ticket, with.port)),
            _ => None,
        });
        found.unwrap()
    };
    let (ticket, port) = listen(&person);
    assert_eq!(port, Some(8400));
    person.tell(Message::Reported(ticket, Report::Listening(Err(failure.clone()))));
    let (ticket, port) = listen(&person);
    assert_eq!(port, None);
    // And where no port will do, that is said.
    person.tell(Message::Reported(ticket, Report::Listening(Err(failure))));
    assert!(notes(&person).contains("127.0.0.1:8400"), "{:?}", person.notes());
    assert_eq!(person.model.stuck_outcome(), Outcome::Unreachable);
}

#[test]
fn nobody_who_comes_is_said_and_one_key_begins_anew() {
    let (mut microsoft, mut person) = begins(Way::Loopback);
    microsoft.nobody_comes(&mut person);
    assert!(notes(&person).contains("ten minutes"), "{:?}", person.notes());
    assert_eq!(person.model.stuck_outcome(), Outcome::SignIn);
    person.enter();
    microsoft.serves(&mut person);
    microsoft.browses(&mut person, USER, "approve").unwrap();
    assert_eq!(person.at(), "token");
}

#[test]
fn a_web_platform_takes_the_secret_and_proves_it() {
    let mut microsoft = Microsoft::healthy();
    registered(&mut microsoft, Platform::Web, "http://localhost");
    let value = microsoft.state.registrations[0].secrets[0].value.clone();
    let (mut microsoft, mut person) = begins_with(microsoft, Way::Loopback, |_, draft| {
        draft.secrets.client_secret = Some(Secret::new(value));
    });
    microsoft.browses(&mut person, USER, "approve").unwrap();
    assert_eq!(person.at(), "token");
    assert_eq!(state(&person, Item::ClientSecret), State::Proven);
}

#[test]
fn platforms_that_are_mixed_up_are_named() {
    let secret = Microsoft::healthy().state.registrations[0].secrets[0].value.clone();
    for (platform, secret, number) in [
        (Platform::Native, Some(secret), "AADSTS700025"),
        (Platform::Web, None, "AADSTS7000218"),
        (Platform::SinglePage, None, "AADSTS9002327"),
    ] {
        let mut microsoft = Microsoft::healthy();
        registered(&mut microsoft, platform, "http://localhost");
        let (mut microsoft, mut person) = begins_with(microsoft, Way::Loopback, |_, draft| {
            draft.secrets.client_secret = secret.map(Secret::new);
        });
        microsoft.browses(&mut person, USER, "approve").unwrap();
        assert_eq!(person.at(), "consent");
        assert!(notes(&person).contains(number), "{:?}", person.notes());
        assert_eq!(person.model.stuck_outcome(), Outcome::SignIn);
        let headline = person.screen().blocks.into_iter().find_map(|block| match block {
            Block::Verdict(verdict) => Some(verdict.headline),
            _ => None,
        });
        assert!(headline.is_some(), "{number}: {}", person.reads());
    }
}

#[test]
fn a_no_at_the_browser_is_told_and_led_on_from() {
    for way in [Way::Loopback, Way::Paste] {
        let (mut microsoft, mut person) = begins(way);
        let address = microsoft.browses(&mut person, USER, "decline").unwrap();
        if way == Way::Paste {
            pastes(&mut microsoft, &mut person, &address);
        }
        assert!(notes(&person).contains("declined") && notes(&person).contains("AADSTS65004"), "{:?}", person.notes());
        assert_eq!(state(&person, Item::RedirectUri), State::Proven);
        person.enter();
        microsoft.serves(&mut person);
        assert!(person.model.draft().secrets.browser.is_some());
    }
}

#[test]
fn a_redirect_uri_that_is_not_registered_shows_in_the_browser_and_is_said_to_the_wizard() {
    let mut microsoft = Microsoft::healthy();
    microsoft.state.registrations[0].redirects.clear();
    let (mut microsoft, mut person) = begins_with(microsoft, Way::Paste, |_, _| {});
    let page = microsoft.browses(&mut person, USER, "approve").unwrap_err();
    assert!(page.contains("AADSTS50"), "{page}");
    pastes(&mut microsoft, &mut person, "https://127.0.0.1:1/error?code=50011");
    assert!(notes(&person).contains("AADSTS50011"), "{:?}", person.notes());
    assert_eq!(state(&person, Item::RedirectUri), State::Failed);
}

#[test]
fn somebody_elses_session_at_the_browser_shows_at_the_token() {
    let mut microsoft = Microsoft::healthy();
    microsoft.state.browser.session = Some("admin@contoso.example".into());
    let (mut microsoft, mut person) = begins_with(microsoft, Way::Loopback, |_, _| {});
    microsoft.browses(&mut person, "admin@contoso.example", "approve").unwrap();
    assert_eq!(person.at(), "token");
    assert_eq!(state(&person, Item::SmtpUser), State::Failed);
}

#[test]
fn the_network_may_fail_between_code_and_token() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    person.tell(Message::Answer(Secret::new(address)));
    person.gets_nowhere(NetworkFailure { kind: FailureKind::Refused, address: "a:443".into(), detail: String::new() });
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited));
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "token");
}

#[test]
fn another_app_or_scope_begins_another_sign_in() {
    let (microsoft, person) = begins(Way::Paste);
    let mut draft = person.model.draft().clone();
    draft.step = "registration".into();
    let begun = draft.secrets.browser.clone();
    let mut person = Person::sits_down(Given { draft: Some(draft), ..microsoft.given() });
    person.types("0f000000-0000-4000-8000-00000000000f");
    assert!(begun.is_some() && person.model.draft().secrets.browser.is_none());
}

#[test]
fn cancelling_closes_the_port_and_forgets_the_sign_in() {
    let (_, mut person) = begins(Way::Loopback);
    person.presses(Key::Letter('x'));
    assert!(person.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    assert_eq!(person.model.draft().secrets.browser, None);
}

#[test]
fn in_a_demo_somebody_signs_in_and_pastes_what_the_browser_shows() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    person.presses(Key::Letter('s'));
    let mut shown = String::new();
    microsoft.serves_watched(&mut person, |person| shown += &person.reads());
    assert_eq!(person.at(), "token");
    assert!(!shown.contains("code=1.A"), "{shown}");
}

#[test]
fn a_redirect_uri_is_asked_about_before_anybody_signs_in() {
    let mut microsoft = Microsoft::healthy();
    registered(&mut microsoft, Platform::Native, "http://localhost/MxMail/");
    let mut person = sits_at_consent(&microsoft, Way::Paste, |_, draft| draft.step = "redirect-uri".into());
    person.types("http://localhost/mxmail/");
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), state(&person, Item::RedirectUri)), ("redirect-uri", State::Failed));
    assert!(person.reads().contains("AADSTS50011"), "{}", person.reads());
    person.types("http://localhost/MxMail/");
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), state(&person, Item::RedirectUri)), ("permissions", State::Proven));
    // Another address is another question.
    person.presses(Key::Esc).types("http://localhost/");
    assert_ne!(state(&person, Item::RedirectUri), State::Proven);
}

#[test]
fn another_redirect_uri_is_another_sign_in() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    registered(&mut microsoft, Platform::Native, "http://localhost/other/");
    while person.at() != "redirect-uri" {
        person.presses(Key::Esc);
    }
    person.types("http://localhost/other/");
    microsoft.serves(&mut person);
    while person.at() != "consent" {
        person.enter();
        microsoft.serves(&mut person);
    }
    assert_eq!(person.model.draft().secrets.browser.as_ref().unwrap().redirect_uri, "http://localhost/other/");
}

#[test]
fn a_busy_authority_costs_no_code() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let redirect = microsoft.browses(&mut person, USER, "approve").unwrap();
    person.tell(Message::Answer(Secret::new(redirect)));
    person.gets(503, "");
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited));
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "token", "{}", person.reads());
}

#[test]
fn what_the_browser_says_of_a_policy_leads_to_the_next_way_with_one_key() {
    let (_, mut person) = begins(Way::DeviceCode);
    person.presses(Key::Letter('b')).types("53003");
    person.presses(Key::Letter('w'));
    assert_eq!((person.at().as_str(), person.model.draft().way()), ("redirect-uri", Way::Paste));
    assert_eq!(person.model.draft().secrets.device, None);
    // From a machine with a screen it is the other one.
    let (_, mut person) = begins_with(Microsoft::healthy(), Way::DeviceCode, |given, _| given.graphical = true);
    person.presses(Key::Letter('b')).types("53003").presses(Key::Letter('w'));
    assert_eq!(person.model.draft().way(), Way::Loopback);
}
