//! What every product is held to beside `product/rules.rs`: its words in every language, what they name, and that the
//! wizard can show each of its steps. The example of docs/CONTRIBUTING.md goes through the same.

use std::collections::BTreeSet;

use super::{Given, Model, desk::Desk};
use crate::{
    account::{Settings, draft::Draft},
    language::{Language, Texts, placeholders},
    product::{self, Product, example, rules},
    secret::Secret,
};

const NOW: i64 = 1_795_000_000;

fn texts(language: Language) -> Texts {
    Texts::new(language)
}

/// Somebody who has answered everything for this product.
fn draft(product: &Product) -> Draft {
    let base = if product.base { "base_url = \"https://apps.contoso.example/app\"\n" } else { "" };
    let settings = format!(
        "product = \"{}\"\nuser = \"alerts@contoso.example\"\nclient_id = \"0f1e2d3c-4444-5555-6666-0123456789ab\"\n\
         tenant = \"8d2c1f00-1111-2222-3333-0123456789ab\"\n{base}",
        product.id
    );
    let settings: Settings = toml::from_str(&settings).unwrap();
    let mut desk = Desk::new(Draft { settings, ..Draft::default() }, texts(Language::English), String::new());
    desk.choose(product);
    desk.draft.account = Some("alerts".parse().unwrap());
    desk.draft.secrets.client_secret = Some(Secret::new("CANARY-secret"));
    desk.draft
}

/// The keys of everything that is said of a product alone.
fn keys(product: &Product, language: Language) -> BTreeSet<&'static str> {
    let own = product.steps.keys().map(|id| format!("steps.{id}."));
    let places: Vec<String> = own.chain([format!("products.{}.", product.id)]).collect();
    texts(language).keys().filter(|key| places.iter().any(|place| key.starts_with(place))).collect()
}

fn untranslated(product: &Product) -> Vec<String> {
    let english = keys(product, Language::English);
    let mut amiss = Vec::new();
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        let code = language.code();
        let there = keys(product, language);
        amiss.extend(english.difference(&there).map(|key| format!("[{code}]: no `{key}`")));
        amiss.extend(there.difference(&english).map(|key| format!("[{code}]: `{key}` is not there in English")));
        for key in english.intersection(&there) {
            let (one, other) = (texts(Language::English).word(key), texts(language).word(key));
            if placeholders(&one) != placeholders(&other) {
                amiss.push(format!("[{code}]: `{key}` names {:?}, not {:?}", placeholders(&other), placeholders(&one)));
            }
            // A name may be the same, and a command is.
            if one == other && !key.ends_with(".label") && !key.contains(".commands.") {
                amiss.push(format!("[{code}]: `{key}` is still English"));
            }
        }
    }
    amiss
}

/// What texts and the settings sheet name and nobody knows.
fn unknown_names(product: &Product) -> Vec<String> {
    let desk = Desk::new(draft(product), texts(Language::English), String::new());
    let of_cloud = desk.draft.settings.cloud().told();
    let known: BTreeSet<&str> =
        desk.named().iter().map(|(name, _)| *name).chain(of_cloud.iter().map(|(name, _)| *name)).collect();
    let unknown = |place: &str, text: &str, besides: &str| {
        let named = placeholders(text);
        let unknown = named.into_iter().filter(|name| !known.contains(name.as_str()) && name != besides);
        unknown.map(|name| format!("{place}: nothing fills in `{{{name}}}`")).collect::<Vec<_>>()
    };
    let keys = keys(product, Language::English);
    let said = keys.iter().flat_map(|key| unknown(key, &texts(Language::English).word(key), ""));
    let fields = product.sheet.iter().flat_map(|screen| &screen.fields);
    let values = fields.flat_map(|field| field.value.iter().chain(&field.value_en).map(|value| (&field.name, value)));
    let filled = values.flat_map(|(name, value)| unknown(&format!("sheet, {name}"), value, "client_secret"));
    let redirect = product.app.redirect.iter().flat_map(|uri| unknown("app.redirect", uri, "host"));
    said.chain(filled).chain(redirect).collect()
}

/// Opens each step of the path as somebody who comes back to it finds it.
fn opens_every_step(product: &Product, language: Language) {
    for id in &product.path {
        let draft = Draft { step: id.clone(), ..draft(product) };
        let nothing = Given::nothing(texts(language), "seed".into(), Secret::new("CANARY-entropy"));
        let given = Given { draft: Some(draft), ..nothing };
        let screen = Model::start(given, NOW).0.view(NOW);
        let shown = format!("{screen:?}");
        assert!(!screen.title.is_empty() && placeholders(&shown).is_empty(), "{}, {id}: {shown}", product.id);
        assert!(!shown.contains("CANARY"), "{}, {id}: {shown}", product.id);
    }
}

fn amiss(product: &Product) -> Vec<String> {
    [rules::amiss(product), untranslated(product), unknown_names(product)].concat()
}

#[test]
fn every_product_has_its_words_and_what_they_name() {
    for product in product::all() {
        assert_eq!(amiss(product), Vec::<String>::new(), "{}", product.id);
    }
}

#[test]
fn every_step_of_every_product_can_be_shown() {
    for product in product::all() {
        Language::ALL.into_iter().for_each(|language| opens_every_step(product, language));
    }
}

/// What somebody left in a demo of one product, taken up in one of another (`command/start.rs`): its servers are known
/// beforehand, and Microsoft's own are never asked.
#[test]
fn a_draft_of_another_product_keeps_the_servers_that_were_known() {
    let endpoints: Settings = toml::from_str("[endpoints]\nauthority = \"https://localhost:4443\"").unwrap();
    let endpoints = endpoints.endpoints;
    for (before, product) in product::all().iter().flat_map(|before| product::all().iter().map(move |to| (before, to)))
    {
        let mut left = draft(before);
        left.settings.endpoints = endpoints.clone();
        let mut desk = Desk::new(left, texts(Language::English), String::new());
        desk.suggested = Settings {
            product: Some(product.id.clone()),
            cloud: Some(product.cloud),
            endpoints: endpoints.clone(),
            ..Settings::default()
        };
        desk.choose(product);
        assert_eq!(desk.draft.settings.endpoints, endpoints, "{} after {}", product.id, before.id);
    }
}

#[test]
fn the_example_of_the_page_is_a_product_like_any_other() {
    let example = example::product().unwrap();
    assert_eq!((example.id.as_str(), amiss(example)), (example::ID, Vec::new()));
    assert!(product::all().iter().all(|product| product.id != example.id), "it is shipped");
    Language::ALL.into_iter().for_each(|language| opens_every_step(example, language));
    assert_eq!(
        example.redirect(Some(&"https://scan.example/acme".parse().unwrap())).unwrap(),
        "https://scan.example/acme/oauth/callback"
    );
}

/// The example with one piece of it replaced.
fn changed(from: &str, to: &str) -> Product {
    assert!(example::SOURCE.contains(from), "{from}");
    Product::read(&example::SOURCE.replace(from, to)).unwrap()
}

#[test]
fn what_is_amiss_is_named() {
    for (from, to, told) in [
        ("\"token\", \"mail-server\"", "\"tokens\", \"mail-server\"", "path: `tokens` is no step"),
        ("\"save\", \"done\"", "\"save\"", "path: `done` is missing"),
        ("\"consent\", \"token\"", "\"token\", \"consent\"", "path: `consent` comes after `token`"),
        ("\"acme-firmware\", \"acme-registration\"", "\"acme-registration\"", "steps.acme-firmware: not on the path"),
        ("[steps.acme-firmware]", "[steps.smtp-auth]", "steps.smtp-auth: there is a step of that name already"),
        ("[steps.acme-firmware]", "[steps.expose-api]", "steps.expose-api: there is a step of that name already"),
        ("\"product:acme-firmware\"", "\"product:firmware\"", "items: `product:firmware` is the item of no step"),
        ("at = \"smtp-auth\"", "at = \"send-as\"", "notes.0: `send-as` is not on the path"),
        ("source = \"Acme Scanner, guide, 3\"", "source = \"\"", "notes.1: no source"),
        ("here = \"permissions\"", "here = \"consents\"", "guide, 2 (5): `consents` is not on the path"),
        (", note = \"No step.\"", "", "guide, Footnote: neither `here` nor `note`"),
        ("here = \"acme-firmware\"", "here = \"mailbox\"", "guide: nothing leads to `acme-firmware`"),
        ("name = \"Port\"", "name = \"ポート\"", "sheet, ポート: no `en`"),
        ("base = true", "", "app.redirect: `{base_url}` or `{host}` and `base` go together"),
    ] {
        let found = rules::amiss(&changed(from, to));
        assert!(found.iter().any(|what| what.contains(told)), "{told}: {found:#?}");
    }
    let found = unknown_names(&changed("value = \"{smtp_port}\"", "value = \"{port}\""));
    assert_eq!(found, ["sheet, Port: nothing fills in `{port}`"]);
}
