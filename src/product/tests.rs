//! The rules that every product keeps, and what is said of a file that breaks one. What the wizard makes of a product
//! is tested there.

use std::collections::BTreeSet;

use super::*;

/// One that stands in no list would be no product, and nobody would miss it.
#[test]
#[expect(clippy::disallowed_methods, reason = "the directory is what the list is compared with")]
fn every_file_is_in_the_list() {
    let there = std::fs::read_dir("src/product").unwrap().map(|file| file.unwrap().file_name());
    let there = there.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".toml"));
    let listed = FILES.iter().map(|(id, _)| format!("{id}.toml")).collect();
    let there: BTreeSet<String> = there.collect();
    assert_eq!(there.difference(&listed).collect::<Vec<_>>(), [""; 0], "not in FILES of product/mod.rs");
}

/// What stands behind them would not be read.
#[test]
fn words_in_another_language_stand_last() {
    for (id, text) in FILES {
        let words: toml::Table = text[before_words(text).len()..].parse().unwrap();
        assert!(words.keys().all(|key| key.len() == 2), "{id}: behind its words in another language: {words:?}");
    }
}

#[test]
fn every_product_keeps_the_rules() {
    for ((id, _), product) in FILES.iter().zip(all()) {
        assert_eq!(*id, product.id);
        assert_eq!(rules::amiss(product), Vec::<String>::new());
    }
}

#[test]
fn a_redirect_uri_is_made_of_the_address_with_its_path_or_of_its_server() {
    let redirect = |id: &str, base: &str| find(id).unwrap().redirect(Some(&base.parse().unwrap())).unwrap();
    let intra_mart = redirect("intra-mart", "https://im.example:8443/imart/");
    assert_eq!(intra_mart, "https://im.example:8443/imart/system/oauth/redirect");
    let proself = redirect("proself", "https://files.example/proself/login/login.go");
    assert_eq!(proself, "https://files.example/proself/oauth2callback/smtp");
    assert_eq!(find("bom").unwrap().redirect(None).as_deref(), Some("http://localhost/MxMail/"));
    assert_eq!(find("intra-mart").unwrap().redirect(None), None);
}

#[test]
fn a_sign_in_here_comes_back_here() {
    for product in all() {
        assert!(product.redirect_here().starts_with("http://localhost"), "{}", product.id);
    }
    assert_eq!(find("proself").unwrap().redirect_here(), "http://localhost/smtp-oauth");
    assert_eq!(find("iwpro").unwrap().redirect_here(), "http://localhost");
}
