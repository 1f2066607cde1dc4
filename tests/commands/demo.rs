//! `--demo` with nobody there: every product, against a Microsoft where its app is registered.

use std::{fs, thread};

use smtp_oauth::{account::config::Config, product};

use super::bare;

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
