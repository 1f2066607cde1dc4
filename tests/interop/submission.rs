//! `smtp-oauth test` against Dovecot: accepted, refused, and not reached. The transcript is compared with
//! what curl saw of the same server.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    account::{Account, Server},
    certificate::Certificates,
    curl,
    dovecot::Dovecot,
    process::Finished,
    simulated::Simulated,
    sink::{REFUSAL, REFUSED, Sink},
};

/// An authority, and a Dovecot that believes its tokens.
pub struct Pair {
    pub simulated: Simulated,
    pub dovecot: Dovecot,
    pub ca_file: PathBuf,
}

impl Pair {
    pub fn start() -> Self {
        let simulated = Simulated::start();
        let keys = simulated.get(&simulated.url("discovery/v2.0/keys")).json();
        Self::with(simulated, &keys, Sink::start())
    }

    pub fn with(simulated: Simulated, keys: &Value, sink: Sink) -> Self {
        let dovecot = Dovecot::believing(keys, Certificates::make(), sink);
        let ca_file = dovecot.certificates.ca_and(simulated.text("ca_file"));
        Self { simulated, dovecot, ca_file }
    }

    pub fn server(&self) -> Server<'_> {
        let (user, ca_file) = (self.simulated.user(), self.ca_file.as_path());
        Server { user, port: self.dovecot.port, security: "starttls", ca_file }
    }

    pub fn account(&self, server: &Server<'_>) -> Account {
        Account::signed_in(&self.simulated, server)
    }
}

/// What the server said, line by line.
fn heard(finished: &Finished) -> Vec<String> {
    let document = finished.json();
    let transcript = document["transcript"].as_array().unwrap();
    let of_server = transcript.iter().filter(|line| line["from"] == "server");
    of_server.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

fn stages(finished: &Finished) -> Vec<(String, bool)> {
    let stage = |stage: &Value| (stage["stage"].as_str().unwrap().to_owned(), stage["ok"].as_bool().unwrap());
    finished.json()["stages"].as_array().unwrap().iter().map(stage).collect()
}

/// The lines of a server in curl's log, up to the end of the sign-in.
fn heard_by_curl(log: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("< ")).collect();
    let end = lines.iter().position(|line| line.starts_with("235")).unwrap();
    lines.truncate(end + 1);
    lines
}

#[test]
fn dovecot_accepts_and_the_transcript_is_what_it_said() {
    let pair = Pair::start();
    let account = pair.account(&pair.server());
    let tested = account.run(&["test", "--json"]);
    assert_eq!(tested.status, 0, "{}\n{}", tested.out, tested.err);
    let document = tested.json();
    assert_eq!((&document["outcome"], &document["causes"]), (&"accepted".into(), &Value::Array(Vec::new())));
    assert_eq!(document["tls"]["issuer"], "CN=of the test\\, not to be trusted");
    assert!(stages(&tested).iter().all(|(_, ok)| *ok), "{}", tested.out);

    let by_curl = curl::send(&pair.ca_file, pair.dovecot.port, pair.simulated.user(), &account.token(&[]));
    let mut heard = heard(&tested);
    assert_eq!(heard.pop().as_deref(), Some("221 2.0.0 Bye"));
    assert_eq!(heard, heard_by_curl(&by_curl.err));
    by_curl.done();
}

#[test]
fn a_message_goes_through_dovecot_over_either_kind_of_tls() {
    let pair = Pair::start();
    let implicit = Server { port: pair.dovecot.tls_port, security: "tls", ..pair.server() };
    for server in [pair.server(), implicit] {
        let account = pair.account(&server);
        let tested = account.run(&["test", "--json", "--send-to", "ops@contoso.example"]);
        assert_eq!(tested.status, 0, "{}\n{}", tested.out, tested.err);
        let message = pair.dovecot.sink.message();
        assert!(message.contains("\nFrom: alerts@contoso.example\nTo: ops@contoso.example\n"), "{message}");
        assert!(message.contains("\tby dovecot.example with ESMTPSA\n"), "{message}");
    }
}

#[test]
fn a_refusal_after_the_message_is_kept_and_blamed_on_the_sender() {
    let pair = Pair::start();
    let account = pair.account(&pair.server());
    let arguments = ["test", "--json", "--send-to", "ops@contoso.example", "--from", REFUSED];
    let tested = account.run(&arguments);
    assert_eq!(tested.status, 1, "{}\n{}", tested.out, tested.err);
    assert!(heard(&tested).contains(&REFUSAL.to_owned()), "{}", tested.out);
    assert!(stages(&tested).contains(&("auth".to_owned(), true)));
    assert!(stages(&tested).contains(&("data".to_owned(), false)));
    assert_ne!(tested.json()["causes"], Value::Array(Vec::new()));
}

/// `{"status":"401","schemes":"bearer","scope":"mail"}`: why, in Dovecot's words.
const DETAIL: &str = "334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIn0=";

#[test]
fn the_token_of_somebody_else_is_refused_with_the_detail_kept() {
    let pair = Pair::start();
    let account = pair.account(&Server { user: "noreply@contoso.example", ..pair.server() });
    let tested = account.run(&["test", "--json"]);
    assert_eq!(tested.status, 1, "{}\n{}", tested.out, tested.err);
    assert_eq!(tested.json()["causes"][0]["cause"], "user_is_not_token_user");
    let heard = heard(&tested);
    assert_eq!(heard[heard.len() - 3..], [DETAIL, "535 5.7.8 Authentication failed.", "221 2.0.0 Bye"]);
    let in_words = account.run(&["test"]);
    assert!(in_words.out.contains(DETAIL), "{}", in_words.out);
    assert_eq!(in_words.status, 1);
}

#[test]
fn a_token_that_dovecot_cannot_check_leaves_its_detail_as_evidence() {
    let pair = Pair::with(Simulated::start(), &serde_json::json!({"keys": []}), Sink::start());
    let tested = pair.account(&pair.server()).run(&["test", "--json"]);
    assert_eq!(tested.status, 1, "{}\n{}", tested.out, tested.err);
    let document = tested.json();
    let evidence = document["causes"][0]["evidence"].as_array().unwrap();
    let detail = r#"Detail of the refusal: {"status":"401","schemes":"bearer","scope":"mail"}"#;
    assert!(evidence.contains(&detail.into()), "{evidence:?}");
}

#[test]
fn an_unknown_certificate_and_a_closed_port_are_unreachable() {
    let pair = Pair::start();
    // The authority's own CA, and not the mail server's.
    let untrusted = Server { ca_file: Path::new(pair.simulated.text("ca_file")), ..pair.server() };
    let tested = pair.account(&untrusted).run(&["test", "--json"]);
    assert_eq!((tested.status, &tested.json()["outcome"]), (69, &"unreachable".into()), "{}", tested.out);
    assert_eq!(stages(&tested).last(), Some(&("tls".to_owned(), false)));

    let port = pair.dovecot.port;
    let account = pair.account(&Server { port, ..pair.server() });
    drop(pair.dovecot);
    let tested = account.run(&["test", "--json"]);
    assert_eq!((tested.status, &tested.json()["outcome"]), (69, &"unreachable".into()), "{}", tested.out);
    assert_eq!(stages(&tested).last(), Some(&("connect".to_owned(), false)));
}

#[test]
fn a_server_that_hangs_up_after_235_has_accepted_the_sign_in_alone() {
    let simulated = Simulated::start();
    let keys = simulated.get(&simulated.url("discovery/v2.0/keys")).json();
    let pair = Pair::with(simulated, &keys, Sink::absent());
    let account = pair.account(&pair.server());
    // Dovecot finds out that it has no relay right after its 235, and says 421 unasked.
    let tested = account.run(&["test", "--json"]);
    assert_eq!((tested.status, &tested.json()["outcome"]), (0, &"accepted".into()), "{}", tested.out);
    let tested = account.run(&["test", "--json", "--send-to", "ops@contoso.example"]);
    assert!(stages(&tested).contains(&("auth".to_owned(), true)), "{}", tested.out);
    // 69 when the connection was gone before its last words could be read.
    assert!([75, 69].contains(&tested.status), "{}\n{}", tested.out, tested.err);
}
