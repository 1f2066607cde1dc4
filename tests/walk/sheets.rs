//! The last page of every product, in both languages: the settings screen with each value filled in, and as files.

use smtp_oauth::{
    language::Language,
    product,
    wizard::{
        effect::{Beside, Effect, Report, Ticket},
        message::Message,
        screen::{Block, Key, SheetRow},
    },
};

use crate::{microsoft::Microsoft, person::Person, products::walks_in};

/// From the first screen to the last, everything done.
fn walks_to_the_end(product: &str, language: Language) -> (Microsoft, Person) {
    let mut microsoft = Microsoft::of(product);
    let way = product::find(product).unwrap().ways[0];
    let mut person = walks_in(language, &mut microsoft, product, way, "save");
    assert_eq!(person.at(), "save");
    person.enter();
    crate::saves(&mut person);
    (microsoft, person)
}

fn rows(person: &Person) -> Vec<SheetRow> {
    let rows = person.screen().blocks.into_iter().filter_map(|block| match block {
        Block::Sheet { rows, .. } => Some(rows),
        _ => None,
    });
    rows.flatten().collect()
}

fn files(person: &Person) -> (Ticket, Vec<Beside>) {
    let kept = person.effects.iter().find_map(|effect| match effect {
        Effect::KeepFiles(ticket, files) => Some((*ticket, files.clone())),
        _ => None,
    });
    kept.unwrap()
}

#[test]
fn every_product_ends_at_its_settings_with_every_value_filled_in() {
    for product in product::all() {
        for language in Language::ALL {
            let (_, person) = walks_to_the_end(&product.id, language);
            let rows = rows(&person);
            assert_eq!(rows.len(), product.sheet.iter().map(|screen| screen.fields.len()).sum::<usize>());
            for row in rows {
                let filled = !row.text.is_empty() && !row.text.contains(['{', '}', '…']);
                assert!(filled, "{} in {language:?}: {row:?}", product.id);
            }
        }
    }
}

#[test]
fn the_values_are_those_of_the_guide() {
    let value = |person: &Person, name: &str| {
        let row = rows(person).into_iter().find(|row| row.name.starts_with(name));
        row.unwrap_or_else(|| panic!("no {name}")).value.unwrap_or_default()
    };
    let (microsoft, person) = walks_to_the_end("intra-mart", Language::Japanese);
    let tenant = &microsoft.state.tenant.id;
    assert!(value(&person, "認可エンドポイント").ends_with(&format!("/{tenant}/oauth2/v2.0/authorize")));
    assert_eq!(value(&person, "アクセス範囲"), "https://outlook.office.com/SMTP.Send offline_access");
    assert_eq!(value(&person, "クライアントID"), microsoft.state.registrations[0].client_id);
    let (_, person) = walks_to_the_end("iwpro", Language::English);
    assert!(value(&person, "トークンエンドポイント (Token endpoint)").ends_with("/oauth2/V2.0/token"));
    let (_, person) = walks_to_the_end("proself", Language::Japanese);
    let host = person.model.draft().settings.base_url.as_ref().unwrap().host().to_owned();
    assert_eq!(value(&person, "ホスト名(FQDN)"), format!("https://{host}"));
    let (_, person) = walks_to_the_end("hve", Language::English);
    assert_eq!(value(&person, "Scope"), "https://outlook.office.com/.default");
}

#[test]
fn a_secret_is_shown_to_one_who_asks_and_is_in_no_file() {
    let (microsoft, mut person) = walks_to_the_end("bom", Language::Japanese);
    let secret = microsoft.state.registrations[0].secrets[0].value.clone();
    assert!(!person.reads().contains(&secret));
    let copies = |person: &Person| rows(person).into_iter().filter_map(|row| row.value).collect::<Vec<_>>();
    assert!(!copies(&person).contains(&secret));
    person.presses(Key::Letter('d'));
    assert!(person.reads().contains(&secret) && copies(&person).contains(&secret));
    person.presses(Key::Letter('b'));
    let (ticket, files) = files(&person);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["settings-alerts.md", "settings-alerts.txt"]);
    for file in &files {
        assert!(!file.text.contains(&secret) && file.text.contains("テナントID"), "{}", file.text);
    }
    person.tell(Message::Reported(ticket, Report::FilesKept(Ok(vec!["/c/settings-alerts.md".into()]))));
    assert!(person.reads().contains("/c/settings-alerts.md") && person.screen().action(Key::Letter('b')).is_none());
    person.presses(Key::Letter('d'));
    assert!(!person.reads().contains(&secret));
}

#[test]
fn a_product_elsewhere_is_told_who_signs_in_there() {
    for product in product::all().iter().filter(|product| product.signs_in_itself()) {
        for language in Language::ALL {
            let (_, person) = walks_to_the_end(&product.id, language);
            let told = person
                .notes()
                .iter()
                .any(|note| note.contains("alerts@contoso.example") && note.contains(&product.label));
            assert!(told, "{} in {language:?}: {:?}", product.id, person.notes());
        }
    }
}
