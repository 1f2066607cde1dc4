//! The wizard's own screens, drawn at 80×24: every step, and what can lie over it or go wrong at it. What is
//! asked and the keys are in sight on each of them, and ASCII is enough.

#[path = "../walk/person.rs"]
#[expect(dead_code, reason = "the walks use all of it")]
mod person;
mod products;
mod seen;

use std::{path::PathBuf, time::Duration};

use person::{CLIENT, DEVICE_CODE, Person, accepted, discovery, error, given, granted, refused};
use seen::{seen, seen_in_japanese};
use smtp_oauth::{
    checklist::Item,
    network::{FailureKind, NetworkFailure},
    smtp::{Conversation, Ending, Line, Side, Stage, TlsFacts},
    way::Way,
    wizard::{
        Given, Remote,
        effect::{Effect, Existing, Report},
        message::Message,
        screen::Key,
    },
};

fn start() -> Person {
    Person::sits_down(given())
}

fn at_the_registration() -> Person {
    let mut person = start();
    person.enter().types("alerts@contoso.example").gets(200, &discovery()).enter().enter();
    person
}

fn at_the_consent() -> Person {
    let mut person = start();
    person.walks_to_consent();
    person
}

fn at_the_connection() -> Person {
    let mut person = start();
    person.walks_to_connection();
    person
}

/// What Exchange Online says to a sign-in, up to its last word.
fn exchange(last: &str) -> Vec<Line> {
    let lines = [
        (
            31,
            Side::Server,
            false,
            "220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready at Fri, 15 Jan 2027 08:00:00 +0000 [08DE]",
            Stage::Greeting,
        ),
        (31, Side::Client, false, "EHLO [127.0.0.1]", Stage::Ehlo),
        (52, Side::Server, false, "250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.1]", Stage::Ehlo),
        (52, Side::Server, false, "250-SIZE 157286400", Stage::Ehlo),
        (52, Side::Server, false, "250 STARTTLS", Stage::Ehlo),
        (53, Side::Client, false, "STARTTLS", Stage::StartTls),
        (74, Side::Server, false, "220 2.0.0 SMTP server ready", Stage::StartTls),
        (118, Side::Client, true, "AUTH XOAUTH2", Stage::Auth),
        (139, Side::Server, true, "334 ", Stage::Auth),
        (
            139,
            Side::Client,
            true,
            "user=alerts@contoso.example^Aauth=Bearer ‹token: 2113 characters, sha256 1a2b3c4d›^A^A",
            Stage::Auth,
        ),
        (412, Side::Server, true, last, Stage::Auth),
    ];
    let line = |(ms, from, tls, text, stage): (u64, Side, bool, &str, Stage)| Line {
        at: Duration::from_millis(ms),
        from,
        tls,
        text: text.into(),
        stage,
        meaning: None,
    };
    lines.into_iter().map(line).collect()
}

fn whole(conversation: Conversation) -> Conversation {
    let last = conversation.transcript[0].text.clone();
    let tls = TlsFacts {
        version: Some("TLSv1.3".into()),
        cipher: Some("TLS13_AES_256_GCM_SHA384".into()),
        subject: "CN=outlook.com,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US".into(),
        issuer: "CN=DigiCert Cloud Services CA-1,O=DigiCert Inc,C=US".into(),
        not_after: "2027-09-30 23:59:59 UTC".into(),
    };
    Conversation { transcript: exchange(&last), tls: Some(tls), ..conversation }
}

fn finds(person: &mut Person, config: Option<&str>) {
    let existing = Existing {
        config_path: "/home/a/.config/smtp-oauth/config.toml".into(),
        config: config.map(str::to_owned),
        vault_path: "/home/a/.local/state/smtp-oauth/accounts/alerts.json".into(),
        vault_exists: config.is_some(),
    };
    let ticket = person.effects.iter().find_map(|effect| match effect {
        Effect::Inspect(ticket, _) => Some(*ticket),
        _ => None,
    });
    person.tell(Message::Reported(ticket.unwrap(), Report::Inspected(Ok(existing))));
}

fn saves(person: &mut Person, files: Vec<PathBuf>) {
    let ticket = person.effects.iter().find_map(|effect| match effect {
        Effect::Save(ticket, _) => Some(*ticket),
        _ => None,
    });
    person.tell(Message::Reported(ticket.unwrap(), Report::Saved(Ok(files))));
}

macro_rules! look {
    ($person:expr, $name:literal) => {
        insta::assert_snapshot!($name, seen(&$person));
        insta::assert_snapshot!(concat!($name, ".ja"), seen_in_japanese(&$person));
    };
}

#[test]
fn every_step_of_the_server_up_to_the_sign_in() {
    let mut person = start();
    look!(person, "product");
    person.enter();
    look!(person, "mailbox");
    person.types("alerts@contoso.example");
    look!(person, "tenant_is_looked_for");
    person.gets(200, &discovery());
    look!(person, "tenant");
    person.enter();
    look!(person, "method");
    person.enter();
    look!(person, "registration");
    person.types(CLIENT).gets(200, DEVICE_CODE);
    look!(person, "redirect");
    person.enter();
    look!(person, "permissions");
    person.enter();
    look!(person, "secret");
    person.types("");
    look!(person, "smtp_auth");
    person.enter();
    look!(person, "sender");
    person.types("noreply@contoso.example");
    look!(person, "send_as");
    person.enter();
    look!(person, "consent_asks_for_a_code");
    person.gets(200, DEVICE_CODE);
    look!(person, "consent");
    person.polls(200, &granted("alerts@contoso.example"));
    look!(person, "token");
}

#[test]
fn every_step_of_the_server_from_the_connection_on() {
    let mut person = at_the_connection();
    let ticket = person.conversation();
    for line in exchange("").into_iter().take(9) {
        person.tell(Message::Reported(ticket, Report::Line(line)));
    }
    look!(person, "connection_runs");
    person.tell(Message::Reported(ticket, Report::Conversed(Box::new(whole(accepted())))));
    look!(person, "connection_accepted");
    person.enter();
    look!(person, "message");
    person.enter().hears(whole(accepted()));
    look!(person, "message_sent");
    person.enter();
    look!(person, "save");
    person.enter();
    finds(&mut person, Some("version = 1\n# mine\n[accounts.alerts]\nuser = \"old@contoso.example\" # once\n"));
    look!(person, "save_shows_the_difference");
    person.enter();
    let files = ["/home/a/.config/smtp-oauth/config.toml", "/home/a/.local/state/smtp-oauth/accounts/alerts.json"];
    saves(&mut person, files.map(PathBuf::from).to_vec());
    look!(person, "done");
}

#[test]
fn the_steps_of_another_authority_alone() {
    let mut person = start();
    person.sets_up("custom").types("alerts@contoso.example");
    look!(person, "custom_authority");
    person.types("https://login.example/base/");
    look!(person, "custom_ca_file");
    person.types("/etc/ssl/private-ca.pem");
    look!(person, "custom_smtp_server");
    person.types("smtp.example:2525");
    look!(person, "custom_smtp_security");
    person.tell(Message::Choose(1)).gets(200, r#"{"issuer":"https://login.example"}"#);
    look!(person, "custom_tenant");
    person.types("main.example").gets(404, "").enter().types("any-client").gets(401, r#"{"error":"invalid_client"}"#);
    look!(person, "custom_redirect");
    person.enter();
    look!(person, "custom_scopes");
}

/// At a sign-in through a browser, come by SSH.
fn at_the_browser(way: Way) -> Person {
    let mut draft = at_the_consent().model.draft().clone();
    draft.settings.take_way(way);
    draft.settings.redirect_uri = "http://localhost".parse().ok();
    (draft.way, draft.secrets.device) = (Some(way), None);
    let host = "mail1.contoso.example".parse().unwrap();
    let remote = Remote { user: Some("ann".into()), host, port: None };
    let mut person = Person::sits_down(Given { draft: Some(draft), remote: Some(remote), ..given() });
    let listening = person.effects.iter().find_map(|effect| match effect {
        Effect::Listen(ticket, _) => Some(*ticket),
        _ => None,
    });
    if let Some(ticket) = listening {
        person.tell(Message::Reported(ticket, Report::Listening(Ok(8400))));
    }
    person
}

#[test]
fn the_sign_in_through_a_browser() {
    look!(at_the_browser(Way::Loopback), "consent_loopback");
    let mut person = at_the_browser(Way::Paste);
    look!(person, "consent_paste");
    person.types("http://localhost/?code=x");
    look!(person, "consent_paste_cut_off");
}

#[test]
fn what_lies_over_a_step() {
    let mut person = at_the_connection();
    person.hears(whole(accepted())).presses(Key::Letter('o'));
    look!(person, "checklist");
    let connection = Item::ALL.iter().position(|item| *item == Item::Network).unwrap();
    person.tell(Message::Choose(connection));
    look!(person, "evidence");
    person.presses(Key::Esc).presses(Key::Letter('r')).gets(200, &discovery());
    look!(person, "checking_again");
    person.gets(400, &error("unauthorized_client", 700_016));
    person.gets(400, &error("invalid_grant", 700_082)).hears(whole(accepted()));
    look!(person, "checked_again");

    let mut person = at_the_consent();
    person.presses(Key::Letter('y'));
    look!(person, "copies");
    person.enter();
    look!(person, "copy");

    let mut person = at_the_registration();
    person.presses(Key::Letter('p'));
    look!(person, "handover");
    person.enter();
    look!(person, "handover_note");
}

#[test]
fn what_goes_wrong() {
    let mut person = at_the_registration();
    person.types("my app");
    look!(person, "a_wrong_value");
    person.types(CLIENT).gets(400, &error("unauthorized_client", 700_016));
    look!(person, "a_failed_probe");

    let closed = NetworkFailure {
        kind: FailureKind::Refused,
        address: "login.microsoftonline.com:443".into(),
        detail: "connection refused".into(),
    };
    let mut person = at_the_consent();
    let (ticket, _) = person.waits();
    person.tell(Message::Reported(ticket, Report::Waited)).gets_nowhere(closed.clone());
    look!(person, "consent_in_trouble");
    person.polls(400, &error("access_denied", 53003));
    look!(person, "consent_declined");

    let mut person = at_the_consent();
    person.polls(200, &granted("admin@contoso.example"));
    look!(person, "token_of_somebody_else");

    let mut person = at_the_connection();
    let text = "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR02CA0134.eurprd02.prod.outlook.com 2027-01-15T08:00:00.000Z 08DE5D4A7C1B2F3E]";
    person.hears(whole(refused(text)));
    look!(person, "connection_refused");
    person.presses(Key::Letter('e'));
    // Which version it is, and where it runs.
    let machine = format!("{} ({} {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    insta::assert_snapshot!("report", seen(&person).replace(&machine, "0 (OS ARCH)"));
    insta::assert_snapshot!("report.ja", seen_in_japanese(&person).replace(&machine, "0 (OS ARCH)"));

    let closed = NetworkFailure { address: "smtp.office365.com:587".into(), ..closed };
    let mut person = at_the_connection();
    let ending = Ending::Unreachable { stage: Stage::Connect, failure: closed };
    person.hears(Conversation { ending, transcript: Vec::new(), tls: None, ..refused("") });
    look!(person, "connection_unreachable");
}

#[test]
fn what_is_tried_after_a_refusal() {
    let mut person = at_the_consent();
    // Nothing that would tell, but who signed in.
    let opaque = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"CANARY-opaque","refresh_token":"CANARY-rt","id_token":"e30.eyJwcmVmZXJyZWRfdXNlcm5hbWUiOiJhZG1pbkBjb250b3NvLmV4YW1wbGUifQ.x"}"#;
    person.polls(200, opaque).enter().hears(whole(refused("5.7.3 Authentication unsuccessful")));
    look!(person, "connection_puzzling");
    person.presses(Key::Letter('t'));
    look!(person, "experiments");
    person.enter();
    look!(person, "experiment_running");
    person.hears(whole(accepted()));
    look!(person, "connection_explained");
}

#[test]
fn a_setup_taken_up_again_says_so() {
    let person = at_the_consent();
    let draft = person.model.draft().clone();
    let person = Person::sits_down(Given { draft: Some(draft), ..given() });
    look!(person, "consent_taken_up_again");
    assert!(seen(&person).contains("Taken up again"));
}
