//! Signing in through a browser, at both fronts: the listener, and the address that is pasted and never seen.

use std::{fs, path::Path, time::Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use smtp_oauth::{
    entra::wire::{Method, Request},
    runtime::web,
    secret::Secret,
    simulator::{Simulator, tenant::State},
};
use tokio::runtime::Runtime;

use crate::{
    demo::PROGRAM,
    pty::{LIMIT, Terminal},
};

pub struct Room {
    runtime: Runtime,
    pub simulator: Simulator,
    directory: tempfile::TempDir,
}

impl Room {
    pub fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start(State::healthy())).unwrap();
        Self { runtime, simulator, directory: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// At the sign-in: a file answers what comes before.
    fn opens(&self, browser: &str, front: &str) -> Terminal {
        let announced = self.simulator.announcement();
        let consent = format!(
            "product = \"server\"\nclient_id = \"{}\"\nconsent = \"browser\"\nbrowser = \"{browser}\"",
            announced.client_id
        );
        self.opens_with(&consent, front)
    }

    /// A file answers where everything is, and this much more.
    pub fn opens_with(&self, first: &str, front: &str) -> Terminal {
        let announced = self.simulator.announcement();
        let answers = self.path().join("answers.toml");
        let text = format!(
            "{first}\nuser = \"{}\"\ntenant = \"{}\"\n[smtp]\nhost = \"{}\"\nport = {}\n\
             [endpoints]\nauthority = \"{}\"\nca_file = \"{}\"\n",
            announced.user,
            announced.tenant,
            announced.smtp.host,
            announced.smtp.port,
            announced.authority,
            announced.ca_file
        );
        fs::write(&answers, text).unwrap();
        let (answers, config) = (answers.to_str().unwrap(), self.path().to_str().unwrap());
        Terminal::run(PROGRAM, &["--answers", answers, "--config", config, "--front", front])
    }

    /// The person signs in at this address; where the browser was sent.
    fn signs_in(&self, url: &str) -> String {
        let announced = self.simulator.announcement();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("authorize_url", url), ("user", &announced.user), ("action", "approve")])
            .finish();
        let request = Request {
            method: Method::PostForm(Secret::new(form)),
            url: announced.approve_url.clone(),
            trust: Some(announced.ca_file.clone().into()),
        };
        let answer = self.runtime.block_on(web::fetch(&request)).unwrap();
        let told: serde_json::Value = serde_json::from_str(answer.body.expose()).unwrap();
        told["redirect"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
    }

    /// What the draft keeps of the sign-in.
    fn begun(&self) -> String {
        let begun = Instant::now();
        loop {
            let kept = fs::read_to_string(self.path().join("state/draft.secret")).unwrap_or_default();
            let kept: serde_json::Value = serde_json::from_str(&kept).unwrap_or_default();
            if let Some(url) = kept["browser"]["authorize_url"].as_str() {
                return url.to_owned();
            }
            assert!(begun.elapsed() < LIMIT, "no sign-in is kept");
            std::thread::yield_now();
        }
    }
}

/// The text that was handed to the terminal's clipboard.
fn copied(terminal: &Terminal) -> String {
    let begin = "\x1b]52;c;";
    terminal.wait("OSC 52", |seen| {
        let bytes = String::from_utf8_lossy(&seen.bytes).into_owned();
        bytes.split_once(begin).is_some_and(|(_, rest)| rest.contains('\x07'))
    });
    let bytes = terminal.bytes();
    let (_, rest) = bytes.split_once(begin).unwrap();
    String::from_utf8(BASE64_STANDARD.decode(rest.split('\x07').next().unwrap()).unwrap()).unwrap()
}

fn code_of(address: &str) -> String {
    address.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

#[test]
fn the_browser_comes_back_to_the_full_screen_by_itself() {
    let room = Room::new();
    let terminal = room.opens("loopback", "tui");
    terminal.sees("Waiting for the browser");
    let address = room.signs_in(&room.begun());
    terminal.sees("What the token says");
    assert!(!terminal.bytes().contains(&code_of(&address)));
}

#[test]
fn the_address_is_copied_out_and_the_answer_pasted_unseen() {
    let room = Room::new();
    let mut terminal = room.opens("paste", "tui");
    terminal.sees("Address of the last page");
    terminal.types("\x19");
    terminal.sees("Copy to the terminal");
    terminal.types("\r");
    let address = room.signs_in(&copied(&terminal));
    terminal.types("\x1b");
    terminal.sees("Address of the last page");
    terminal.types(&format!("\x1b[200~{address}\n\x1b[201~"));
    terminal.sees("••••");
    terminal.types("\r");
    terminal.sees("What the token says");
    assert!(!terminal.bytes().contains(&code_of(&address)[..40]));
}

#[test]
fn the_browser_comes_back_to_line_mode_by_itself() {
    let room = Room::new();
    let mut terminal = room.opens("loopback", "line");
    terminal.reads("Waiting for the browser");
    let address = room.signs_in(&room.begun());
    terminal.reads("What the token says");
    assert!(!terminal.bytes().contains(&code_of(&address)));
}

#[test]
fn line_mode_takes_the_pasted_address_without_an_echo() {
    let room = Room::new();
    let mut terminal = room.opens("paste", "line");
    terminal.reads("Address of the last page");
    terminal.reads("> ");
    let address = room.signs_in(&room.begun());
    terminal.types(&format!("{address}\r"));
    terminal.reads("What the token says");
    assert!(!terminal.bytes().contains(&code_of(&address)[..40]));
}

#[test]
fn a_kill_while_the_browser_is_out_costs_nothing() {
    let room = Room::new();
    let terminal = room.opens("loopback", "tui");
    terminal.sees("Waiting for the browser");
    let url = room.begun();
    terminal.dies();
    let terminal = room.opens("loopback", "tui");
    terminal.sees("Waiting for the browser");
    room.signs_in(&url);
    terminal.sees("What the token says");
}
