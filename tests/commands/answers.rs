//! `setup --answers FILE` and `setup --json`: with nobody there, and with somebody who is asked the rest.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use smtp_oauth::{account::config::Config, simulator::switches::switch};

use super::desk::{Desk, Ran, approve, ran};

impl Desk {
    /// An answers file with these lines first, then what leads to the simulator.
    pub fn answers(&self, first: &str) -> PathBuf {
        self.hands(format!("{first}\n{}", toml::to_string(&self.settings()).unwrap()))
    }

    pub fn hands(&self, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join("answers.toml");
        fs::write(&path, text).unwrap();
        path
    }

    pub fn secret(&self, name: &str, text: &[u8], mode: u32) {
        let path = self.directory.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn unattended(&self, options: &[&str]) -> Command {
        let file = self.directory.path().join("answers.toml");
        let mut command =
            self.command(&[&["setup", "--no-input", "--answers", file.to_str().unwrap()], options].concat());
        command.stdin(Stdio::null());
        command
    }

    /// To its end, while the person at the browser does as asked with the code of the event.
    pub fn signs_in(&self, command: &mut Command, action: &str) -> (Ran, Vec<Value>) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut events = Vec::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if event["event"] == "device_code" {
                let code = event["user_code"].as_str().unwrap();
                self.runtime.block_on(decide(self, code, action));
            }
            events.push(event);
        }
        (ended(child), events)
    }

    fn set(&self, key: &str, value: &str) {
        self.simulator.with_state(|state| switch(state, key, value, chrono::Utc::now())).unwrap();
    }
}

async fn decide(desk: &Desk, code: &str, action: &str) {
    if action == "approve" {
        return approve(desk.simulator.announcement(), &desk.settings(), code).await;
    }
    let announced = desk.simulator.announcement();
    let body = format!("user_code={code}&user={}&action={action}", announced.user.replace('@', "%40"));
    let request = smtp_oauth::entra::wire::Request {
        method: smtp_oauth::entra::wire::Method::PostForm(smtp_oauth::secret::Secret::new(body)),
        url: announced.approve_url.clone(),
        trust: desk.settings().endpoints.ca_file,
    };
    assert_eq!(smtp_oauth::runtime::web::fetch(&request).await.unwrap().status, 200);
}

fn ended(child: Child) -> Ran {
    ran(child.wait_with_output().unwrap())
}

/// One document on one line, and nothing else.
pub fn document(ran: &Ran) -> Value {
    assert_eq!(ran.stdout.matches('\n').count(), 1, "{}", ran.stdout);
    serde_json::from_str(&ran.stdout).unwrap()
}

pub fn item<'a>(document: &'a Value, id: &str) -> &'a Value {
    document["items"].as_array().unwrap().iter().find(|item| item["item"] == id).unwrap()
}

fn position(events: &[Value], is: impl Fn(&Value) -> bool) -> usize {
    events.iter().position(is).unwrap_or_else(|| panic!("{events:#?}"))
}

#[test]
fn a_file_leads_unattended_to_a_saved_account_and_a_message_sent() {
    let desk = Desk::new();
    desk.answers("account = \"fleet\"\nexport = [\"msmtp\"]\nsend_to = \"ops@contoso.example\"\nlang = \"en\"");
    let (ran, events) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (0, &"accepted".into()), "{}", ran.stdout);
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["outcome", "account", "product", "items", "test", "causes", "files"]);
    assert_eq!((&document["account"], &document["product"]), (&"fleet".into(), &"server".into()));
    let at = |name: &str| Value::from(desk.directory.path().join(name).to_str().unwrap());
    assert_eq!(
        document["files"],
        Value::Array(vec![at("config.toml"), at("state/accounts/fleet.json"), at(".msmtprc")])
    );
    let exported = fs::read_to_string(desk.directory.path().join(".msmtprc")).unwrap();
    assert!(exported.contains("account fleet\n"), "{exported}");
    assert_eq!(document["items"].as_array().unwrap().len(), 17);
    assert_eq!(item(&document, "tenant")["state"], "proven");
    assert_eq!(document["test"]["outcome"], "accepted");
    assert_eq!(document["test"]["account"], "fleet");
    assert!(document["test"]["stages"].as_array().unwrap().iter().any(|stage| stage["stage"] == "data"));

    let attested = position(&events, |event| event["item"] == "smtp-auth");
    assert_eq!(
        (&events[attested]["state"], &events[attested]["evidence"][0]),
        (&"attested".into(), &"The answers file says so.".into())
    );
    let code = position(&events, |event| event["event"] == "device_code");
    assert!(events[code]["expires_in"].as_i64().unwrap() > 600 && events[code]["verification_uri"].is_string());
    let greeting = position(&events, |event| event["event"] == "transcript");
    assert!(events[greeting]["text"].as_str().unwrap().starts_with("220 ") && events[greeting]["tls"] == false);
    let proven = position(&events, |event| event["item"] == "smtp-auth" && event["state"] == "proven");
    assert!(attested < code && code < greeting && greeting < proven);
    let sasl = position(&events, |event| event["text"].as_str().is_some_and(|text| text.contains("auth=Bearer")));
    assert!(events[sasl]["text"].as_str().unwrap().contains("<token: "));

    let vault = fs::read_to_string(desk.directory.path().join("state/accounts/fleet.json")).unwrap();
    let vault: Value = serde_json::from_str(&vault).unwrap();
    for key in ["access_token", "refresh_token"] {
        let token = vault[key].as_str().unwrap();
        let tail = &token[token.len() - 24..];
        assert!(!ran.stdout.contains(tail) && !format!("{events:?}").contains(tail), "{key}");
    }
    assert_eq!(desk.simulator.messages().len(), 1);
    assert!(!desk.directory.path().join("state/draft.toml").exists());
}

#[test]
fn nothing_is_sent_unless_the_file_says_where_and_without_json_the_code_is_plain() {
    let desk = Desk::new();
    desk.answers("");
    let mut child = desk.unattended(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let code = said.find_map(|line| line.unwrap().strip_prefix("Code: ").map(str::to_owned)).unwrap();
    desk.runtime.block_on(approve(desk.simulator.announcement(), &desk.settings(), &code));
    let ran = ended(child);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(ran.stdout.ends_with("state/accounts/alerts.json\n"), "{}", ran.stdout);
    assert!(desk.simulator.messages().is_empty());
}

#[test]
fn a_refused_test_ends_in_1_and_the_account_is_saved_all_the_same() {
    let desk = Desk::new();
    desk.answers("");
    desk.set("mailbox_smtp_auth", "alerts@contoso.example:off");
    let (ran, _) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (1, &"refused".into()), "{}", ran.stdout);
    assert_eq!(document["test"]["causes"][0]["cause"], "smtp_auth_disabled_mailbox");
    assert_eq!(item(&document, "smtp-auth")["state"], "failed");
    assert_eq!(document["files"].as_array().unwrap().len(), 2);
    desk.set("mailbox_smtp_auth", "alerts@contoso.example:on");
    assert_eq!(desk.run(&["test", "-a", "alerts"]).status, 0);
}

#[test]
fn after_a_refused_renewal_somebody_signs_in_anew_and_after_a_refusing_mail_server_nobody_has_to() {
    let desk = Desk::new();
    desk.answers("");
    let set_up = || {
        let (ran, events) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
        assert_eq!(ran.status, 0, "{}", ran.stdout);
        events.iter().any(|event| event["event"] == "device_code")
    };
    assert!(set_up() && !set_up());
    desk.set("mailbox_smtp_auth", "alerts@contoso.example:off");
    assert_eq!(desk.run(&["test"]).status, 1);
    desk.set("mailbox_smtp_auth", "alerts@contoso.example:on");
    assert!(!set_up());
    desk.set("refresh", "revoked");
    assert_eq!(desk.run(&["token", "--refresh"]).status, 77);
    assert!(set_up() && desk.vault().refused.is_none());
    assert_eq!(desk.run(&["token", "--refresh"]).status, 0);
}

#[test]
fn an_export_is_written_for_an_accepted_account_alone_and_told_when_it_fails() {
    let desk = Desk::new();
    desk.answers("export = [\"msmtp\"]");
    let place = desk.directory.path().join(".msmtprc");
    fs::create_dir(&place).unwrap();
    let why = format!("{} cannot be written: there is something that is no file", place.display());
    let failed = format!("The account is saved, but the configuration for msmtp is not written: {why}");
    let skipped = "Nothing is exported: the mail server has not accepted the account. Later: smtp-oauth export --list";
    for (switch, status, said) in [("off", 1, skipped), ("on", 73, failed.as_str())] {
        desk.set("mailbox_smtp_auth", &format!("alerts@contoso.example:{switch}"));
        let (ran, events) = desk.signs_in(&mut desk.unattended(&["--json", "--fresh"]), "approve");
        let document = document(&ran);
        assert_eq!((ran.status, document["files"].as_array().unwrap().len()), (status, 2), "{}", ran.stdout);
        assert!(events.iter().any(|event| event["text"] == said), "{events:#?}");
    }
}

#[test]
fn what_an_export_replaces_is_named() {
    let desk = Desk::new();
    desk.answers("export = [\"msmtp\"]");
    let place = desk.directory.path().join(".msmtprc");
    fs::write(&place, "account mine\n").unwrap();
    let (ran, events) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    assert_eq!((ran.status, document(&ran)["files"].as_array().unwrap().len()), (0, 3));
    let said = format!("Written to {0}; what was there is kept in {0}.old.", place.display());
    assert!(events.iter().any(|event| event["text"] == said.as_str()), "{events:#?}");
}

#[test]
fn an_export_is_in_the_language_of_the_answers() {
    let desk = Desk::new();
    desk.answers("export = [\"msmtp\"]\nlang = \"ja\"");
    let (ran, _) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    let exported = fs::read_to_string(desk.directory.path().join(".msmtprc")).unwrap();
    assert!(ran.status == 0 && exported.starts_with("# smtp-oauth が作成。"), "{exported}");
}

#[test]
fn a_sign_in_that_is_declined_leaves_nothing_behind() {
    let desk = Desk::new();
    desk.answers("");
    let (ran, events) = desk.signs_in(&mut desk.unattended(&["--json"]), "decline");
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"], &document["test"]), (77, &"sign-in".into(), &Value::Null));
    assert_eq!(document["files"], Value::Array(Vec::new()));
    let last = events.last().unwrap();
    assert!(last["event"] == "message" && last["text"].as_str().unwrap().contains("declined"), "{last}");
    assert!(!desk.directory.path().join("config.toml").exists() && !desk.directory.path().join("state").exists());
}

#[test]
fn the_same_file_again_replaces_the_account_and_keeps_the_old_one() {
    let desk = Desk::signed_in(0);
    let before = desk.vault();
    desk.answers("account = \"alerts\"");
    let (ran, _) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert_ne!(desk.vault().refresh_token, before.refresh_token);
    assert!(desk.directory.path().join("state/accounts/alerts.json.old").exists());
    let config = fs::read_to_string(desk.directory.path().join("config.toml")).unwrap();
    let config = Config::parse(&config).unwrap();
    assert_eq!(config.accounts.len(), 1);
}

#[test]
fn under_json_trouble_is_an_event_and_a_document_all_the_same() {
    let desk = Desk::new();
    desk.hands("usr = 1");
    let ran = ran(desk.unattended(&["--json"]).output().unwrap());
    assert_eq!((ran.status, &document(&ran)["outcome"]), (78, &"incomplete".into()));
    let event: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(event["event"], "message");
    fs::write(desk.directory.path().join("config.toml"), "version = 9").unwrap();
    let ran = desk.run(&["--json"]);
    assert_eq!((ran.status, &document(&ran)["account"]), (78, &Value::Null));
}

#[test]
fn a_demo_tells_the_same_events() {
    let desk = Desk::new();
    let ran = desk.run(&["--demo", "--no-input", "--json"]);
    assert_eq!((ran.status, &document(&ran)["outcome"]), (0, &"accepted".into()), "{}", ran.stderr);
    let events: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in ["item", "device_code", "transcript", "message"] {
        assert!(events.iter().any(|other| other["event"] == event), "{event}");
    }
    assert!(ran.stderr.contains("nobody was asked") && !(ran.stdout + &ran.stderr).contains("You said so"));
    assert_eq!(desk.run(&["--demo", "--answers", "x.toml"]).status, 64);
}

#[test]
fn who_comes_again_with_the_same_file_goes_on_and_with_another_begins_anew() {
    let desk = Desk::new();
    let mut settings = desk.settings();
    settings.client_id = None;
    let file = desk.hands(toml::to_string(&settings).unwrap());
    let arguments = ["--front", "line", "--answers", file.to_str().unwrap()];
    assert_eq!(desk.run(&arguments).status, 2);
    let draft = fs::read_to_string(desk.directory.path().join("state/draft.toml")).unwrap();
    assert!(draft.contains("step = \"method\""), "{draft}");
    assert!(desk.run(&arguments).stdout.contains("Taken up again where you stopped"));
    settings.user = "admin@contoso.example".parse().ok();
    desk.hands(toml::to_string(&settings).unwrap());
    assert!(!desk.run(&arguments).stdout.contains("Taken up again"));
}

#[test]
fn somebody_is_asked_only_what_the_file_leaves_open() {
    let desk = Desk::new();
    let mut settings = desk.settings();
    settings.client_id = None;
    let file = desk.hands(toml::to_string(&settings).unwrap());
    let mut command = desk.command(&["--front", "line", "--answers", file.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = &desk.simulator.announcement().client_id;
    // The way, the app, its switches, no secret, the mailbox's switch, the sender.
    write!(child.stdin.as_mut().unwrap(), "\n{id}\n\n\n\n\n\n").unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut shown = String::new();
    let code = loop {
        let line = said.next().unwrap_or_else(|| panic!("{shown}"));
        if line == "Code" {
            break said.next().unwrap();
        }
        shown += &(line + "\n");
    };
    assert!(!shown.contains("The mailbox that sends") && shown.contains("The app registration"), "{shown}");
    desk.runtime.block_on(approve(desk.simulator.announcement(), &desk.settings(), code.trim()));
    // Token, connection, no message, the name, the files; at the end the answers are kept.
    write!(child.stdin.as_mut().unwrap(), "\n\n:n\n\n\n:s\n\n").unwrap();
    let rest: String = said.map(|line| line + "\n").collect();
    let ran = ended(child);
    assert_eq!(ran.status, 0, "{shown}{rest}{}", ran.stderr);
    assert!(desk.vault().refresh_token.is_some());

    let kept = desk.directory.path().join("answers-alerts.toml");
    assert!(rest.ends_with(&format!("{}\n", kept.display())), "{rest}");
    let config = || fs::read_to_string(desk.directory.path().join("config.toml")).unwrap();
    let before = config();
    fs::remove_file(desk.directory.path().join("config.toml")).unwrap();
    desk.hands(fs::read_to_string(kept).unwrap());
    let (again, _) = desk.signs_in(&mut desk.unattended(&["--json"]), "approve");
    assert_eq!((again.status, config()), (0, before), "{}", again.stdout);
}
