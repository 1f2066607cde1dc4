//! Unattended, the ways that need nobody at a browser: the app by its secret and by its certificate, a password.

use serde_json::json;
use smtp_oauth::{account::config::Config, simulator::switches::switch};

use super::{
    answers::{document, item},
    desk::{Desk, ran},
    keys,
};

/// To a 235 with these lines before the rest; the items whose state is told.
fn leads_to_a_235(desk: &Desk, first: &str, items: &[(&str, &str)]) {
    desk.answers(first);
    let ran = ran(desk.unattended(&["--json"]).output().unwrap());
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (0, &json!("accepted")), "{}{}", ran.stdout, ran.stderr);
    for (id, state) in items {
        assert_eq!(item(&document, id)["state"], *state, "{id}: {document}");
    }
    let token = desk.run(&["token", "--refresh"]);
    assert_eq!((token.status, token.stderr.as_str()), (0, ""));
}

const APP: [(&str, &str); 5] = [
    ("client-secret", "proven"),
    ("permission", "proven"),
    ("redirect-uri", "not-needed"),
    ("public-client", "not-needed"),
    ("connection", "proven"),
];

#[test]
fn the_app_by_its_secret() {
    let desk = Desk::new();
    desk.secret("secret", desk.simulator.announcement().client_secret.as_bytes(), 0o600);
    leads_to_a_235(&desk, "consent = \"client-credentials\"\nclient_secret_file = \"secret\"", &APP);
    assert!(desk.vault().refresh_token.is_none());
}

#[test]
fn the_app_by_its_certificate_whose_key_is_copied_nowhere() {
    let desk = Desk::new();
    let (certificate, key, der) = keys::pair();
    desk.simulator.with_state(|state| state.registrations[0].certificates.push(der));
    desk.secret("app.pem", certificate.as_bytes(), 0o644);
    desk.secret("app.key", key.as_bytes(), 0o600);
    let files = "certificate_file = \"app.pem\"\ncertificate_key_file = \"app.key\"";
    leads_to_a_235(&desk, &format!("consent = \"client-credentials\"\n{files}"), &APP);
    let config = std::fs::read_to_string(desk.directory.path().join("config.toml")).unwrap();
    let config = Config::parse(&config).unwrap();
    let (_, settings) = config.choose(None).unwrap();
    assert_eq!(settings.certificate_key_file, Some(desk.directory.path().join("app.key")));
    assert!(!desk.vault().text().expose().contains(key.lines().nth(1).unwrap()));
}

#[test]
fn a_password_that_is_in_no_file_afterwards() {
    let desk = Desk::new();
    // At a page nobody sees, nobody consents: an administrator did.
    desk.simulator.with_state(|state| switch(state, "admin_consent", "granted", chrono::Utc::now())).unwrap();
    let password = desk.simulator.announcement().password.clone();
    desk.secret("password", format!("{password}\n").as_bytes(), 0o600);
    let settings = toml::to_string(&desk.settings()).unwrap().replace("\"server\"", "\"custom\"");
    let first = "consent = \"password\"\npassword_file = \"password\"\n";
    desk.hands(format!("{first}{settings}"));
    let ran = ran(desk.unattended(&["--json"]).output().unwrap());
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (0, &json!("accepted")), "{}{}", ran.stdout, ran.stderr);
    assert!(desk.vault().refresh_token.is_some() && !desk.vault().text().expose().contains(&password));
    assert!(!(ran.stdout + &ran.stderr).contains(&password));
}
