//! A personal Microsoft account: everybody's tenant, opaque tokens, one name for the mail server.

use smtp_oauth::{
    account::{Settings, answers::Answers, draft::Draft},
    checklist::{Item, State},
    simulator::tenant::{AccountTypes, PublicClientFlows},
    way::Way,
    wizard::{
        Answered, Given,
        effect::Outcome,
        message::Message,
        screen::{Block, Key, Verdict},
    },
};

use crate::{
    microsoft::Microsoft,
    person::{CLIENT, DEVICE_CODE, Person, given},
};

const PRIMARY: &str = "pat@outlook.example";
const ALIAS: &str = "pat.person@hotmail.example";

fn state(person: &Person, item: Item) -> State {
    person.model.draft().checklist.state(item)
}

/// With Enter and what is proposed, to `step`.
fn goes_to(person: &mut Person, microsoft: &mut Microsoft, step: &str) -> Vec<String> {
    let mut seen = Vec::new();
    microsoft.serves(person);
    for _ in 0..20 {
        if person.at() == step {
            return seen;
        }
        seen.push(person.at());
        person.enter();
        microsoft.serves(person);
    }
    panic!("it never comes to {step}: {:#?}", person.screen());
}

/// From the start to the sign-in, by this way.
fn at_consent(microsoft: &mut Microsoft, way: Way, user: &str) -> (Person, Vec<String>) {
    let mut given = microsoft.given();
    given.suggested.user = user.parse().ok();
    given.suggested.take_way(way);
    let mut person = Person::sits_down(given);
    person.sets_up("outlook-com");
    let seen = goes_to(&mut person, microsoft, "consent");
    (person, seen)
}

fn verdict(person: &Person) -> Option<Verdict> {
    person.screen().blocks.into_iter().find_map(|block| match block {
        Block::Verdict(verdict) => Some(verdict),
        _ => None,
    })
}

fn headline(person: &Person, cause: &str) -> bool {
    let wanted = person.model.desk().word(&format!("causes.{cause}.headline"));
    verdict(person).is_some_and(|verdict| verdict.headline == wanted)
}

fn facts(person: &Person) -> Vec<(String, String)> {
    person
        .screen()
        .blocks
        .into_iter()
        .filter_map(|block| if let Block::Facts(facts) = block { Some(facts) } else { None })
        .flatten()
        .collect()
}

fn ends_in_a_235(microsoft: &mut Microsoft, person: &mut Person) {
    assert_eq!(person.at(), "token");
    for item in [Item::Consent, Item::Permission, Item::SmtpUser, Item::Mailbox] {
        assert_eq!(state(person, item), State::Proven, "{item:?}");
    }
    assert_eq!(state(person, Item::Tenant), State::NotNeeded);
    let facts = facts(person);
    let told = |label: &str| facts.iter().find(|(known, _)| known == label).map(|(_, value)| value.as_str());
    assert_eq!(told("Form"), Some("opaque: it tells nothing of itself"));
    assert_eq!(told("Signed in as (id_token)"), Some(PRIMARY));
    assert_eq!(told("Granted (scope)"), Some("https://outlook.office.com/SMTP.Send"));
    person.enter();
    microsoft.serves(person);
    assert_eq!((person.at().as_str(), state(person, Item::Connection)), ("connection", State::Proven));
    assert_eq!((state(person, Item::SmtpAuth), state(person, Item::Audience)), (State::Proven, State::Proven));
}

#[test]
fn a_code_leads_to_a_235_and_nothing_of_an_organisation_is_asked() {
    let mut microsoft = Microsoft::personal();
    let (mut person, seen) = at_consent(&mut microsoft, Way::DeviceCode, PRIMARY);
    assert_eq!(
        seen,
        [
            "mailbox-personal",
            "method",
            "registration-personal",
            "public-client-personal",
            "permissions-personal",
            "sender-personal"
        ]
    );
    assert!(person.reads().contains("https://127.0.0.1:1/link"), "the page is the one the authority names");
    person.presses(Key::Letter('a'));
    microsoft.serves(&mut person);
    assert_eq!(state(&person, Item::ClientSecret), State::NotNeeded);
    ends_in_a_235(&mut microsoft, &mut person);
}

#[test]
fn a_browser_that_comes_back_leads_to_a_235() {
    let mut microsoft = Microsoft::personal();
    let (mut person, seen) = at_consent(&mut microsoft, Way::Loopback, PRIMARY);
    assert!(seen.contains(&"redirect-uri".to_owned()) && seen.contains(&"web-secret".to_owned()), "{seen:?}");
    let url = person.model.draft().secrets.browser.clone().unwrap().authorize_url;
    assert!(url.contains("/consumers/oauth2/v2.0/authorize?"), "{url}");
    microsoft.browses(&mut person, PRIMARY, "approve").unwrap();
    ends_in_a_235(&mut microsoft, &mut person);
}

#[test]
fn a_pasted_address_leads_to_a_235() {
    let mut microsoft = Microsoft::personal();
    let (mut person, _) = at_consent(&mut microsoft, Way::Paste, PRIMARY);
    let address = microsoft.browses(&mut person, PRIMARY, "approve").unwrap();
    person.tell(Message::Answer(smtp_oauth::secret::Secret::new(address)));
    microsoft.serves(&mut person);
    ends_in_a_235(&mut microsoft, &mut person);
}

#[test]
fn another_address_of_the_account_is_named_and_one_key_takes_the_primary() {
    let mut microsoft = Microsoft::personal();
    let (mut person, _) = at_consent(&mut microsoft, Way::DeviceCode, ALIAS);
    person.presses(Key::Letter('a'));
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), state(&person, Item::SmtpUser)), ("token", State::Failed));
    assert!(headline(&person, "consumer_primary_alias_mismatch"), "{:#?}", verdict(&person));
    // Against the warning the mail server says the same.
    person.enter();
    microsoft.serves(&mut person);
    assert!(headline(&person, "consumer_primary_alias_mismatch"), "{:#?}", verdict(&person));
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "token");
    person.presses(Key::Letter('u'));
    assert_eq!(person.at(), "sender-personal");
    let settings = &person.model.draft().settings;
    assert_eq!(settings.user.as_ref().unwrap().as_str(), PRIMARY);
    assert_eq!(settings.sender.as_ref().unwrap().as_str(), ALIAS);
    goes_to(&mut person, &mut microsoft, "connection");
    assert_eq!(state(&person, Item::Connection), State::Proven);
}

#[test]
fn an_app_that_is_not_for_personal_accounts_is_found_out_before_the_sign_in() {
    let mut microsoft = Microsoft::personal();
    microsoft.state.registrations[0].account_types = AccountTypes::Work;
    let mut person = Person::sits_down(microsoft.given());
    person.sets_up("outlook-com");
    goes_to(&mut person, &mut microsoft, "registration-personal");
    person.enter();
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "registration-personal");
    assert!(headline(&person, "authority_audience_mismatch"), "{:#?}", person.screen());
}

#[test]
fn an_app_that_is_no_public_client_is_known_and_its_switch_is_what_failed() {
    let mut microsoft = Microsoft::personal();
    microsoft.state.registrations[0].public_client_flows = PublicClientFlows::Off;
    let (mut person, _) = at_consent(&mut microsoft, Way::DeviceCode, PRIMARY);
    assert_eq!((state(&person, Item::ClientId), state(&person, Item::PublicClient)), (State::Proven, State::Failed));
    assert!(headline(&person, "public_client_flow_disabled"), "{:#?}", verdict(&person));
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "public-client-personal");
    microsoft.state.registrations[0].public_client_flows = PublicClientFlows::On;
    person.enter();
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "consent");
    person.presses(Key::Letter('a'));
    microsoft.serves(&mut person);
    ends_in_a_235(&mut microsoft, &mut person);
}

#[test]
fn a_renewal_keeps_what_the_id_token_said() {
    let mut microsoft = Microsoft::personal();
    let (mut person, _) = at_consent(&mut microsoft, Way::DeviceCode, PRIMARY);
    person.presses(Key::Letter('a'));
    microsoft.serves(&mut person);
    person.now += 3600;
    person.enter();
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), state(&person, Item::Connection)), ("connection", State::Proven));
}

#[test]
fn nothing_of_an_organisations_is_taken_along_and_nothing_of_this_stays() {
    let mut person = Person::sits_down(given());
    person.walks_to_consent();
    let mut draft = person.model.draft().clone();
    draft.step = "product".into();
    draft.settings.take_way(Way::Secret);
    draft.way = Some(Way::Secret);
    let mut person = Person::sits_down(Given { draft: Some(draft), ..given() });
    person.sets_up("outlook-com");
    let settings = person.model.draft().settings.clone();
    assert_eq!(settings.tenant.as_ref().unwrap().as_str(), "consumers");
    assert_eq!((settings.client_id.clone(), person.model.draft().way()), (None, Way::DeviceCode));
    assert_eq!(settings.server().unwrap().to_string(), "smtp-mail.outlook.com:587");
    person.types(PRIMARY).enter();
    person.types(CLIENT).gets(200, DEVICE_CODE);
    person.presses(Key::Esc).presses(Key::Esc).presses(Key::Esc).presses(Key::Esc);
    assert_eq!(person.at(), "product");
    // The same again changes nothing.
    person.sets_up("outlook-com");
    assert_eq!(person.model.draft().settings.client_id.as_ref().unwrap().as_str(), CLIENT);
    person.presses(Key::Esc);
    person.sets_up("server");
    let settings = person.model.draft().settings.clone();
    assert_eq!((settings.tenant.clone(), settings.client_id.clone()), (None, None));
    assert_eq!(settings.server().unwrap().to_string(), "smtp.office365.com:587");
    assert_eq!(state(&person, Item::Tenant), State::Open);
}

#[test]
fn a_product_named_at_the_start_is_as_good_as_one_chosen() {
    let suggested = Settings { product: Some("outlook-com".into()), ..Settings::default() };
    let person = Person::sits_down(Given { suggested, product_fixed: true, ..given() });
    let draft: &Draft = person.model.draft();
    assert_eq!(
        (person.at().as_str(), draft.settings.tenant.as_ref().unwrap().as_str()),
        ("mailbox-personal", "consumers")
    );
    assert_eq!(draft.settings.server().unwrap().host.as_str(), "smtp-mail.outlook.com");
    assert_eq!(state(&person, Item::Tenant), State::NotNeeded);
}

#[test]
fn with_a_file_it_goes_by_itself_to_the_code() {
    let text = format!("product = \"outlook-com\"\nuser = \"{PRIMARY}\"\nclient_id = \"{CLIENT}\"\n");
    let settings = Answers::parse(&text).unwrap().settings;
    let answered = Some(Answered { complete: true, ..Answered::default() });
    let mut person = Person::sits_down(Given { suggested: settings, answered, unattended: true, ..given() });
    let (_, url, _) = person.request();
    assert!(url.starts_with("https://login.microsoftonline.com/consumers/oauth2/v2.0/devicecode"), "{url}");
    person.gets(200, DEVICE_CODE);
    assert_eq!(person.at(), "consent");
    person.gets(200, DEVICE_CODE).tell(Message::Leave);
    assert_eq!(person.model.stuck_outcome(), Outcome::Incomplete);
}

#[test]
fn no_page_on_the_way_names_what_a_personal_account_has_not() {
    let mut microsoft = Microsoft::personal();
    let mut person = Person::sits_down(microsoft.given());
    person.sets_up("outlook-com");
    for _ in 0..6 {
        microsoft.serves(&mut person);
        let shown = person.reads();
        for foreign in ["admin.microsoft.com", "Connect-ExchangeOnline", "Connect-MgGraph", "Exchange Administrator"] {
            assert!(!shown.contains(foreign), "{foreign} at {}", person.at());
        }
        person.enter();
    }
}
