//! A personal account: set up by an answers file, then used by programs. Its tokens tell nothing; who signed in is
//! known from the id_token.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use smtp_oauth::{
    account::{Settings, settings::Endpoints},
    simulator::tenant::State,
};

use super::{
    answers::{document, item},
    desk::Desk,
};

const PRIMARY: &str = "pat@outlook.example";
const ALIAS: &str = "pat.person@hotmail.example";

/// With an answers file for this user.
fn desk(user: &str) -> Desk {
    let desk = Desk::of(State::personal());
    let Settings { client_id, smtp, endpoints: Endpoints { authority, ca_file }, .. } = desk.settings();
    desk.hands(format!(
        "product = \"outlook-com\"\naccount = \"pat\"\nuser = \"{user}\"\nclient_id = \"{}\"\n\
         smtp.host = \"{}\"\nsmtp.port = {}\nendpoints.authority = \"{}\"\nendpoints.ca_file = \"{}\"\n",
        client_id.unwrap(),
        smtp.host.unwrap(),
        smtp.port.unwrap(),
        authority.unwrap(),
        ca_file.unwrap().display()
    ));
    desk
}

fn json(desk: &Desk, arguments: &[&str]) -> Value {
    let ran = desk.run(arguments);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}

#[test]
fn a_file_leads_to_an_account_that_every_command_can_use() {
    let desk = desk(PRIMARY);
    let (ran, events) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (0, &"accepted".into()), "{events:#?} {}", ran.stdout);
    let code = events.iter().find(|event| event["event"] == "device_code").unwrap();
    assert!(code["verification_uri"].as_str().unwrap().ends_with("/link"), "{code}");
    for (id, state) in
        [("tenant", "not-needed"), ("client-secret", "not-needed"), ("smtp-user", "proven"), ("smtp-auth", "proven")]
    {
        assert_eq!(item(&document, id)["state"], state, "{id}");
    }

    let token = json(&desk, &["token", "--format", "json"]);
    assert_eq!(token["user"], PRIMARY);
    let access = token["access_token"].as_str().unwrap();
    assert!(access.starts_with("EwBsim"), "{access}");
    let blob = STANDARD.decode(desk.run(&["token", "--format", "xoauth2"]).stdout.trim_end()).unwrap();
    assert_eq!(blob, format!("user={PRIMARY}\x01auth=Bearer {access}\x01\x01").into_bytes());
    assert_ne!(desk.run(&["token", "--refresh"]).stdout.trim_end(), access);

    let tested = json(&desk, &["test", "--json"]);
    assert_eq!((&tested["outcome"], &tested["token"]["form"]), (&"accepted".into(), &"opaque".into()));
    assert_eq!((&tested["user"], &tested["token"]["upn"]), (&PRIMARY.into(), &Value::Null));
    let status = json(&desk, &["status", "--json"]);
    assert_eq!((&status["accounts"][0]["account"], &status["accounts"][0]["state"]), (&"pat".into(), &"ok".into()));
}

#[test]
fn another_address_of_the_account_is_named_by_setup_and_by_test() {
    let desk = desk(ALIAS);
    let (ran, _) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (1, &"refused".into()), "{}", ran.stdout);
    assert_eq!(document["test"]["causes"][0]["cause"], "consumer_primary_alias_mismatch");
    let tested = json(&desk, &["test", "--json"]);
    let cause = &tested["causes"][0];
    assert_eq!((&cause["cause"], &cause["item"]), (&"consumer_primary_alias_mismatch".into(), &"smtp-user".into()));
    assert!(cause["fix"][0].as_str().unwrap().contains(PRIMARY), "{cause}");
}
