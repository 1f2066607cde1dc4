//! Unattended sign-ins through a browser: the address goes out on stderr, the answer comes in at a port of this
//! machine, or as one line of standard input.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use serde_json::Value;
use smtp_oauth::{
    account::Settings,
    entra::wire::{Method, Request},
    runtime::web,
    secret::Secret,
    simulator::switches::switch,
    way::Way,
};

use super::{
    answers::{document, item},
    desk::{Desk, Ran, ran},
};

impl Desk {
    /// The person opens the address and clicks; where the browser was sent, and whether a page was there.
    fn opens(&self, url: &str, action: &str) -> (String, bool) {
        let announced = self.simulator.announcement();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("authorize_url", url), ("user", &announced.user), ("action", action)])
            .finish();
        let request = Request {
            method: Method::PostForm(Secret::new(form)),
            url: announced.approve_url.clone(),
            trust: self.settings().endpoints.ca_file,
        };
        let answer = self.runtime.block_on(web::fetch(&request)).unwrap();
        let told: Value = serde_json::from_str(answer.body.expose()).unwrap();
        assert_eq!(answer.status, 200, "{told}");
        (told["redirect"].as_str().unwrap().to_owned(), told["arrived"].as_bool().unwrap())
    }

    /// To its end; `answers` gets the address and gives the line that is handed in, if any.
    fn signs_in_at_browser(
        &self,
        command: &mut Command,
        answers: impl Fn(&str) -> Option<String>,
    ) -> (Ran, Vec<String>) {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(at) = line.find("https://").filter(|_| line.contains("/oauth2/v2.0/authorize?")) {
                let url = line[at..].split('"').next().unwrap();
                if let (Some(line), Some(mut input)) = (answers(url), input.take()) {
                    writeln!(input, "{line}").unwrap();
                }
            }
            lines.push(line);
        }
        (ran(child.wait_with_output().unwrap()), lines)
    }
}

#[test]
fn the_listener_takes_what_the_browser_is_sent_with() {
    let desk = Desk::new();
    desk.answers("consent = \"browser\"\nbrowser = \"loopback\"");
    let (ran, lines) = desk.signs_in_at_browser(&mut desk.unattended(&["--json"]), |url| {
        let (redirect, arrived) = desk.opens(url, "approve");
        assert!(arrived, "{redirect}");
        None
    });
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (0, &"accepted".into()), "{lines:#?} {}", ran.stdout);
    for id in ["redirect-uri", "consent", "connection"] {
        assert_eq!(item(&document, id)["state"], "proven", "{id}");
    }
    assert!(lines.iter().any(|line| line.starts_with("{\"event\":\"authorize_url\",\"url\":\"https://")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("code=1.")), "{lines:#?}");
}

#[test]
fn one_line_of_standard_input_is_the_address_it_came_back_to() {
    let desk = Desk::new();
    desk.answers("consent = \"browser\"\nbrowser = \"paste\"");
    let (ran, lines) = desk.signs_in_at_browser(&mut desk.unattended(&[]), |url| {
        let (redirect, arrived) = desk.opens(url, "approve");
        assert!(!arrived, "{redirect}");
        Some(redirect)
    });
    assert_eq!(ran.status, 0, "{lines:#?}");
    assert!(desk.vault().refresh_token.is_some());
    assert!(!lines.iter().any(|line| line.contains("?code=")), "{lines:#?}");
}

#[test]
fn a_no_and_an_input_that_ends_need_another_sign_in() {
    let desk = Desk::new();
    desk.answers("consent = \"browser\"\nbrowser = \"paste\"");
    let (ran, lines) =
        desk.signs_in_at_browser(&mut desk.unattended(&["--json"]), |url| Some(desk.opens(url, "decline").0));
    assert_eq!((ran.status, &document(&ran)["outcome"]), (77, &"sign-in".into()), "{lines:#?}");
    let ended = ran_without_input(&desk);
    assert_eq!(ended.status, 77, "{}", ended.stderr);
    assert!(ended.stderr.contains("No address was pasted"), "{}", ended.stderr);
}

fn ran_without_input(desk: &Desk) -> Ran {
    ran(desk.unattended(&[]).output().unwrap())
}

#[test]
fn a_settings_sheet_that_cannot_be_written_ends_in_73() {
    let desk = Desk::new();
    let base_url = "https://proself.example".parse().ok();
    let mut settings = Settings { product: Some("proself".into()), base_url, ..desk.settings() };
    settings.take_way(Way::Loopback);
    desk.hands(toml::to_string(&settings).unwrap());
    let redirects = "web:https://proself.example/proself/oauth2callback/smtp native:http://localhost/smtp-oauth";
    for uri in redirects.split(' ') {
        let now = chrono::Utc::now();
        desk.simulator.with_state(|state| switch(state, "redirect_uri", uri, now)).unwrap();
    }
    let place = desk.directory.path().join("settings-alerts.md");
    std::fs::create_dir(&place).unwrap();
    let why = format!("{} cannot be written: there is something that is no file", place.display());
    let signs_in = |options: &[&str]| {
        desk.signs_in_at_browser(&mut desk.unattended(options), |url| {
            desk.opens(url, "approve");
            None
        })
    };
    let (told, lines) = signs_in(&["--json"]);
    let document = document(&told);
    assert_eq!((told.status, &document["outcome"]), (73, &"accepted".into()), "{lines:#?} {}", told.stdout);
    assert_eq!(document["files"].as_array().unwrap().len(), 2, "the account is saved: {}", told.stdout);
    assert!(lines.iter().any(|line| line.contains(&why)), "{lines:#?}");
    let (plain, lines) = signs_in(&[]);
    assert_eq!((plain.status, lines.concat().matches(&why).count()), (73, 1), "{lines:#?}");
}
