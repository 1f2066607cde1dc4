//! `docs/causes.md`, and the same in each language: the catalogue of causes, made from their files and the simulator's faults,
//! and compared with the pages. `INSTA_UPDATE=always cargo test --lib catalogue` writes them anew.
#![expect(clippy::disallowed_methods, reason = "the pages are read, and written where that is asked for")]

use std::{env, fs};

use super::demo;
use crate::{
    diagnosis::cause,
    language::{Language, Texts},
    report::catalogue,
    simulator::faults,
};

#[test]
fn the_pages_say_what_the_causes_are() {
    for language in Language::ALL {
        let code = if language == Language::English { String::new() } else { format!(".{}", language.code()) };
        let path = format!("docs/causes{code}.md");
        let page = catalogue::page(&Texts::new(language), &demo::named_for);
        if env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
            fs::write(&path, &page).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        let how = "INSTA_UPDATE=always cargo test --lib catalogue writes it";
        assert!(written == page, "{path} is not what the causes say; {how}");
    }
}

#[test]
fn a_demo_is_named_at_its_cause() {
    assert_eq!(demo::named_for("public_client_flow_disabled").len(), 2);
    assert_eq!(demo::named_for("smtp_auth_disabled_tenant"), ["smtp_auth_disabled_tenant"]);
    let named: Vec<String> = cause::FILES.iter().flat_map(|(slug, _)| demo::named_for(slug)).collect();
    let nowhere: Vec<&str> =
        faults::all().map(|(name, _)| name).filter(|name| !named.iter().any(|n| n == name)).collect();
    assert!(nowhere.is_empty(), "of no cause by name; BY_WHAT_WAS_DONE says of which: {nowhere:?}");
}
