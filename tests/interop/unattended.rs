//! An answers file and nobody there, with the authority and the mail server of others. The code is taken from
//! the event, as a fleet's own program would.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::PathBuf,
};

use serde_json::Value;

use crate::{
    authority::{Pair, SCOPES, USER},
    browser::Person,
    process::Running,
    provider::TENANT,
};

/// What came of an unattended setup: its status, its document and what it said.
pub struct Outcome {
    pub status: i32,
    pub document: Value,
    pub said: String,
}

impl Pair {
    fn answers(&self, scopes: &str, more: &str) -> PathBuf {
        let ca_file = self.dovecot.certificates.ca();
        let scopes: Vec<&str> = scopes.split(' ').collect();
        let text = format!(
            "product = \"custom\"\naccount = \"alerts\"\nuser = {USER:?}\ntenant = {TENANT:?}\nscopes = {scopes:?}\n{more}\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"starttls\"\n\
             [endpoints]\nauthority = {:?}\nca_file = {ca_file:?}\n",
            self.dovecot.port, self.provider.origin
        );
        let path = self.account.directory.path().join("answers.toml");
        fs::write(&path, text).unwrap();
        path
    }

    /// To its end, `meanwhile` being what happens beside it.
    pub fn unattended(&self, scopes: &str, more: &str, meanwhile: impl FnOnce(&mut Running)) -> Outcome {
        let file = self.answers(scopes, more);
        let out = self.account.directory.path().join("out.json");
        let mut command = self.account.command();
        command.args(["setup", "--no-input", "--json", "--answers"]).arg(file);
        let mut running = Running::start_talking(&mut command, File::create(&out).unwrap());
        meanwhile(&mut running);
        let (status, said) = running.ended();
        let document = fs::read_to_string(out).unwrap();
        assert!(!document.contains("CANARY") && !said.contains("CANARY"));
        assert!(said.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{said}");
        let document = serde_json::from_str(&document).unwrap_or_else(|error| panic!("{error}: {document}\n{said}"));
        Outcome { status, document, said }
    }

    /// With a code for the person at the browser.
    fn runs(&self, more: &str, declines: bool) -> (i32, Value, String) {
        let Outcome { status, document, said } = self.unattended(SCOPES, more, |running| {
            let event = running.event("device_code");
            let address = event["verification_uri"].as_str().unwrap();
            let user_code = event["user_code"].as_str().unwrap();
            Person { user: USER, user_code, declines }.visit(&self.dovecot.certificates.ca(), address);
        });
        (status, document, said)
    }

    /// A file of the account's user alone, beside the answers.
    pub fn secret_file(&self, name: &str, secret: &str) -> PathBuf {
        let path = self.account.directory.path().join(name);
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path).unwrap();
        writeln!(file, "{secret}").unwrap();
        path
    }
}

impl Running {
    /// The next event of this name.
    pub fn event(&mut self, name: &str) -> Value {
        let begins = format!("{{\"event\":\"{name}\"");
        serde_json::from_str(&self.sees(|line| line.starts_with(&begins))).unwrap()
    }
}

pub fn state<'a>(document: &'a Value, id: &str) -> &'a Value {
    let items = document["items"].as_array().unwrap();
    &items.iter().find(|item| item["item"] == id).unwrap()["state"]
}

#[test]
fn an_answers_file_leads_to_an_account_that_renews_and_sends() {
    let pair = Pair::start("jwt");
    let (status, document, said) = pair.runs("client_id = \"public-client\"\nsend_to = \"ops@contoso.example\"", false);
    assert_eq!((status, &document["outcome"]), (0, &"accepted".into()), "{document}");
    pair.account.is_discreet(&said);
    pair.account.is_discreet(&document.to_string());
    for (item, wanted) in [
        ("tenant", "attested"),
        ("client-id", "proven"),
        ("public-client", "proven"),
        ("permission", "proven"),
        ("smtp-auth", "proven"),
        ("connection", "proven"),
        ("message", "proven"),
        ("send-as", "not-needed"),
    ] {
        assert_eq!(state(&document, item), wanted, "{item}");
    }
    assert!(document["test"]["transcript"].to_string().contains("235 2.7.0 Logged in."), "{document}");
    assert!(pair.dovecot.sink.message().contains("To: ops@contoso.example"));
    let before = pair.account.vault()["refresh_token"].clone();
    pair.account.token(&["--refresh"]);
    assert_ne!(pair.account.vault()["refresh_token"], before);
}

#[test]
fn a_secret_comes_from_its_own_file_and_opaque_tokens_will_do() {
    let pair = Pair::start("opaque");
    let path = pair.secret_file("client-secret", "CANARY-of-the-app");
    let more = "client_id = \"confidential-client\"\nclient_secret_file = \"client-secret\"";
    let (status, document, _) = pair.runs(more, false);
    assert_eq!(status, 0, "{document}");
    assert_eq!((&document["test"]["token"]["form"], state(&document, "message")), (&"opaque".into(), &"open".into()));
    assert_eq!(pair.account.vault()["client_secret"], "CANARY-of-the-app");
    pair.account.token(&["--refresh"]);

    fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    let file = pair.account.directory.path().join("answers.toml");
    let refused = pair.account.run(&["setup", "--no-input", "--answers", file.to_str().unwrap()]);
    assert_eq!((refused.status, refused.out.as_str()), (78, ""), "{}", refused.err);
    assert!(refused.err.contains("`client_secret_file`"), "{}", refused.err);
}

#[test]
fn a_person_who_declines_ends_it_as_a_sign_in_refused() {
    let pair = Pair::start("jwt");
    let (status, document, said) = pair.runs("client_id = \"public-client\"", true);
    assert_eq!((status, &document["outcome"]), (77, &"sign-in".into()), "{said}");
    assert!(said.contains("access_denied") && !pair.account.vault_file().exists());
}
