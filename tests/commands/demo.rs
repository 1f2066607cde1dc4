//! `--demo` with nobody there: every product, against a Microsoft where its app is registered.

use std::{fs, thread};

use smtp_oauth::{account::config::Config, product};

use super::bare;

#[test]
fn a_fault_of_another_product_ends_in_64_and_names_the_one_that_fits() {
    let ran = bare(&["--demo", "redirect_uri_mismatch", "--product", "server", "--no-input"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (64, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("one of the product bom"), "{}", ran.stderr);
    let ran = bare(&["--demo", "redirect_uri_mismatch", "--product", "bom", "--no-input"]);
    assert_ne!(ran.status, 64, "{}", ran.stderr);
}

#[test]
fn what_comes_later_comes_by_itself_where_nobody_is() {
    for (fault, cause) in [
        ("consent_missing", "Nobody has consented"),
        ("token_expired", "The access token had run out"),
        ("secret_expired_later", "The client secret has expired"),
    ] {
        let ran = bare(&["--demo", fault, "--no-input"]);
        assert!(ran.status != 0 && ran.stderr.contains(cause), "{fault}: {} {}", ran.status, ran.stderr);
    }
}

#[test]
fn every_product_is_walked_to_a_235_and_a_saved_config() {
    let walked = product::all().iter().map(|product| {
        thread::spawn(move || {
            let directory = tempfile::tempdir().unwrap();
            let config = directory.path().to_str().unwrap();
            let ran = bare(&["--demo", "--product", &product.id, "--no-input", "--config", config]);
            assert_eq!(ran.status, 0, "{}: {}{}", product.id, ran.stdout, ran.stderr);
            assert!(ran.stdout.contains("The mail server answered 235 to "), "{}: {}", product.id, ran.stdout);
            assert!(ran.stdout.contains("took a message from"), "{}: {}", product.id, ran.stdout);
            let written = fs::read_to_string(directory.path().join("config.toml")).unwrap();
            let settings = Config::parse(&written).unwrap().choose(None).unwrap().1.clone();
            assert_eq!(settings.product.as_deref(), Some(product.id.as_str()));
            assert_eq!(settings.base_url.is_some(), product.base, "{}: {written}", product.id);
        })
    });
    for walk in walked.collect::<Vec<_>>() {
        walk.join().unwrap();
    }
}
