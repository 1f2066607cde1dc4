//! Every product by each of its ways, at a Microsoft where its app is registered as the wizard says: from the first
//! screen to the mail server's 235, and a real message.

use smtp_oauth::{
    account::Settings,
    checklist::{Item, State},
    language::{Language, Texts},
    product::{
        self,
        app::{self, Api, Asked, Audience, Kind, Wanted},
    },
    simulator::{
        switches::switch,
        tenant::{AccountTypes, Permission, Platform, Resource},
    },
    way::Way,
    wizard::{
        Given,
        message::Message,
        screen::{Act, Block, Input, Key, Screen},
    },
};

use crate::{
    microsoft::Microsoft,
    person::{NOW, Person, given},
};

/// Takes what is proposed; asks the portal for what only the portal knows, and signs in at the browser.
fn goes_on(microsoft: &mut Microsoft, person: &mut Person) {
    let screen = person.screen();
    let companion = screen.actions.iter().find(|action| matches!(action.act, Act::Send(Message::Companion(_))));
    let asked = screen.question.as_ref().map(|question| &question.input);
    match (screen.id.as_str(), asked, companion) {
        ("consent", _, Some(action)) => {
            let key = action.key;
            person.presses(key);
        }
        ("password", ..) => {
            let account = microsoft.state.users[0].password.clone();
            person.types(&account);
        }
        (_, Some(Input::Secret { held: false }), _) => {
            let needs = screen.id != "web-secret" && screen.id != "secret";
            let secret = microsoft.state.registrations[0].secrets.first().map(|secret| secret.value.clone());
            person.types(secret.filter(|_| needs).unwrap_or_default().as_str());
        }
        ("hve-access", _, Some(action)) => {
            let key = action.key;
            person.presses(key);
        }
        _ => {
            person.enter();
        }
    }
    microsoft.serves(person);
}

fn trouble(screen: &Screen) -> Option<String> {
    screen.blocks.iter().find_map(|block| match block {
        Block::Verdict(verdict) => Some(format!("{}: {:?}", verdict.headline, verdict.evidence)),
        _ => None,
    })
}

pub fn walks(microsoft: &mut Microsoft, product: &str, way: Way, end: &str) -> Person {
    walks_in(Language::English, microsoft, product, way, end)
}

pub fn walks_in(language: Language, microsoft: &mut Microsoft, product: &str, way: Way, end: &str) -> Person {
    let mut given = microsoft.given();
    given.texts = Texts::new(language);
    given.suggested.take_way(way);
    let mut person = Person::sits_down(given);
    microsoft.serves(&mut person);
    for _ in 0..60 {
        assert_eq!(trouble(&person.screen()), None, "{product} by {way:?} at {}", person.at());
        if person.at() == end {
            return person;
        }
        goes_on(microsoft, &mut person);
    }
    panic!("{product} by {way:?} never comes to {end}: {:#?}", person.screen());
}

pub fn ways(product: &product::Product) -> impl Iterator<Item = Way> {
    // A certificate is a file; tests of its own read one. A password is for accounts that nobody signs in with.
    let walked = |way: &Way| *way != Way::Certificate && (*way != Way::Password || product.id == "hve");
    product.ways.iter().copied().filter(move |way| walked(way))
}

#[test]
fn every_product_comes_to_a_235_by_each_of_its_ways() {
    for product in product::all() {
        for way in ways(product) {
            let person = walks(&mut Microsoft::of(&product.id), &product.id, way, "save");
            let draft = person.model.draft();
            assert_eq!(draft.way, Some(way), "{}", product.id);
            for item in [Item::Connection, Item::Token, Item::ClientId, Item::Tenant] {
                let settled = [State::Proven, State::NotNeeded];
                assert!(settled.contains(&draft.checklist.state(item)), "{} by {way:?}: {item:?}", product.id);
            }
        }
    }
}

/// In the list of a demo that names none, as somebody finds it who tries it out.
#[test]
fn products_that_can_share_an_app_are_chosen_from_the_list() {
    for id in ["server", "intra-mart", "proself", "bom"] {
        let mut microsoft = Microsoft::healthy();
        let mut person = Person::sits_down(microsoft.given());
        person.sets_up(id);
        microsoft.serves(&mut person);
        for _ in 0..60 {
            assert_eq!(trouble(&person.screen()), None, "{id} at {}", person.at());
            if person.at() == "save" {
                break;
            }
            goes_on(&mut microsoft, &mut person);
        }
        assert_eq!(person.at(), "save", "{id}");
    }
}

#[test]
fn an_address_is_kept_for_products_that_have_one() {
    let mut person = Person::sits_down(Microsoft::healthy().given());
    let address = |person: &Person| person.model.draft().settings.base_url.clone();
    person.sets_up("intra-mart");
    assert!(address(&person).is_some());
    person.presses(Key::Esc).sets_up("server");
    assert_eq!(address(&person), None);
    person.presses(Key::Esc).sets_up("proself");
    assert!(address(&person).is_some(), "known beforehand");
}

/// A registration as a guide makes it.
struct Registered {
    product: &'static str,
    accounts: AccountTypes,
    /// Where the vendor's product is come back to, under 'Web'.
    web: &'static [&'static str],
    /// Where the test here is, under 'Mobile and desktop applications'.
    native: &'static [&'static str],
    /// The guide's, and those of the test here.
    delegated: &'static [(Resource, &'static str)],
    secrets: usize,
}

/// Graph's are the guide's; Exchange's own is for the test here.
const SMTP: &[(Resource, &str)] =
    &[(Resource::Exchange, "SMTP.Send"), (Resource::Graph, "SMTP.Send"), (Resource::Graph, "offline_access")];

/// By hand, from each vendor's guide.
const GUIDES: [Registered; 4] = [
    Registered {
        product: "intra-mart",
        accounts: AccountTypes::Organizations,
        web: &["https://portal.contoso.example/imart/system/oauth/redirect"],
        native: &["http://localhost/smtp-oauth"],
        delegated: SMTP,
        secrets: 1,
    },
    Registered {
        product: "iwpro",
        accounts: AccountTypes::Work,
        web: &["http://localhost"],
        native: &[],
        delegated: SMTP,
        secrets: 1,
    },
    Registered {
        product: "bom",
        accounts: AccountTypes::Work,
        web: &["http://localhost/MxMail/"],
        native: &[],
        delegated: SMTP,
        secrets: 1,
    },
    Registered {
        product: "proself",
        accounts: AccountTypes::Work,
        web: &["https://portal.contoso.example/proself/oauth2callback/smtp"],
        native: &["http://localhost/smtp-oauth"],
        delegated: &[
            (Resource::Exchange, "Mail.Send"),
            (Resource::Exchange, "SMTP.Send"),
            (Resource::Graph, "SMTP.Send"),
            (Resource::Graph, "offline_access"),
        ],
        secrets: 1,
    },
];

#[test]
fn each_app_is_registered_as_its_vendors_guide_has_it() {
    for guide in GUIDES {
        let microsoft = Microsoft::of(guide.product);
        let app = &microsoft.state.registrations[0];
        let redirects = |platform| {
            let of = app.redirects.iter().filter(|redirect| redirect.platform == platform);
            of.map(|redirect| redirect.uri.as_str()).collect::<Vec<_>>()
        };
        let product = guide.product;
        assert_eq!(app.account_types, guide.accounts, "{product}");
        assert_eq!(
            (redirects(Platform::Web), redirects(Platform::Native)),
            (guide.web.to_vec(), guide.native.to_vec())
        );
        assert_eq!(app.redirects.len(), guide.web.len() + guide.native.len(), "{product}: {:?}", app.redirects);
        assert_eq!(named(&app.delegated), guide.delegated, "{product}");
        assert_eq!(app.application, [], "{product}");
        assert_eq!(app.secrets.len(), guide.secrets, "{product}");
    }
}

/// Its guide has one permission of two kinds: the app's own with a secret, or a user's.
#[test]
fn the_app_for_high_volume_email_is_wanted_as_its_guide_has_it() {
    let app = &product::find("hve").unwrap().app;
    for (way, kind, secret, public_client) in [
        (Way::Secret, Kind::Application, true, false),
        (Way::DeviceCode, Kind::Delegated, false, true),
        (Way::Password, Kind::Delegated, false, true),
    ] {
        let asked = Asked { way, hve: true, redirect: Some("http://localhost"), product_redirect: None };
        let permission = app::Permission { api: Api::Exchange, kind, name: "Mail.Send".into() };
        let wanted = Wanted {
            audience: Audience::Single,
            redirects: Vec::new(),
            public_client,
            permissions: vec![permission],
            secret,
        };
        assert_eq!(app.wanted(asked), wanted, "{way:?}");
    }
}

/// Exchange's first.
fn named(permissions: &[Permission]) -> Vec<(Resource, &str)> {
    let mut named: Vec<_> = permissions.iter().map(|one| (one.resource, one.name.as_str())).collect();
    named.sort_by_key(|(resource, name)| (*resource == Resource::Graph, *name));
    named
}

#[test]
fn an_app_that_is_not_on_the_accounts_list_is_put_there_at_its_step() {
    let mut microsoft = Microsoft::of("hve");
    let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap();
    switch(&mut microsoft.state, "hve_app_access", "bulk@contoso.example:off", now).unwrap();
    let mut person = walks(&mut microsoft, "hve", Way::Secret, "hve-access");
    let listed = |microsoft: &Microsoft| microsoft.state.users[0].high_volume.as_ref().unwrap().apps.len();
    assert_eq!(listed(&microsoft), 0);
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    assert_eq!((listed(&microsoft), person.at().as_str()), (1, "hve-access"));
    assert!(person.screen().action(Key::Letter('f')).is_none(), "done is done");
}

#[test]
fn a_list_of_apps_that_was_mended_is_not_called_wrong_any_more() {
    let mut microsoft = Microsoft::of("hve");
    let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap();
    switch(&mut microsoft.state, "hve_app_access", "bulk@contoso.example:off", now).unwrap();
    let mut person = walks(&mut microsoft, "hve", Way::Secret, "hve-access");
    let state = |person: &Person| person.model.draft().checklist.state(Item::find("product:hve-access").unwrap());
    person.enter();
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), state(&person)), ("connection", State::Failed));
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    person.presses(Key::Letter('r'));
    microsoft.serves(&mut person);
    assert_eq!(state(&person), State::Open);
    person.enter().enter();
    microsoft.serves(&mut person);
    assert_eq!(state(&person), State::Proven);
}

#[test]
fn an_app_that_was_left_off_the_list_is_put_there_once_that_shows() {
    let mut microsoft = Microsoft::of("hve");
    let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap();
    switch(&mut microsoft.state, "hve_app_access", "bulk@contoso.example:off", now).unwrap();
    let mut person = walks(&mut microsoft, "hve", Way::Secret, "hve-access");
    person.enter();
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "connection");
    assert!(trouble(&person.screen()).unwrap().contains("not on the list"));
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    person.presses(Key::Letter('r'));
    microsoft.serves(&mut person);
    assert_eq!((person.at().as_str(), trouble(&person.screen())), ("connection", None));
}

#[test]
fn nothing_that_failed_for_another_reason_offers_to_put_the_app_on_the_list() {
    let mut microsoft = Microsoft::of("hve");
    let mut person = walks(&mut microsoft, "hve", Way::Secret, "app-secret");
    person.types("CANARY-wrong");
    microsoft.serves(&mut person);
    assert!(person.screen().action(Key::Letter('r')).is_some(), "refused: {}", person.reads());
    let offered: Vec<_> = person.screen().actions.into_iter().filter(|action| action.key == Key::Letter('f')).collect();
    assert_eq!(offered.len(), 1, "{offered:?}");
    let label = person.model.desk().word("demo.secret");
    assert_eq!(offered[0].label, label);
}

#[test]
fn what_was_found_out_of_one_address_is_not_known_of_another() {
    let mut microsoft = Microsoft::of("intra-mart");
    let mut person = walks(&mut microsoft, "intra-mart", Way::Paste, "intra-mart-permissions");
    let item = Item::find("product:web-redirect").unwrap();
    assert_eq!(person.model.draft().checklist.state(item), State::Proven);
    person.goes_back_to("base-url").types("https://other.example/imart");
    assert_eq!(person.model.draft().checklist.state(item), State::Open);
}

#[test]
fn another_product_has_its_own_server_and_no_sender_of_the_one_before() {
    let given = || Given { suggested: Settings::default(), ..given() };
    for before in product::all() {
        for product in product::all() {
            let mut changed = Person::sits_down(given());
            changed.sets_up(&before.id);
            changed.goes_back_to("product").sets_up(&product.id);
            let mut anew = Person::sits_down(given());
            anew.sets_up(&product.id);
            let host = |person: &Person| person.model.draft().settings.smtp.host.clone();
            assert_eq!(host(&changed), host(&anew), "{} after {}", product.id, before.id);
        }
    }
    let other = Settings { sender: "noreply@contoso.example".parse().ok(), ..Settings::default() };
    let mut person = Person::sits_down(Given { suggested: other, ..given() });
    let sender = |person: &Person| person.model.draft().settings.sender.is_some();
    assert!(sender(person.sets_up("intra-mart")));
    assert!(!sender(person.goes_back_to("product").sets_up("proself")));
}
