//! The program itself, walked to a 235 and a saved configuration by keys and lines.

use std::{fs, path::Path};

use portable_pty::CommandBuilder;
use smtp_oauth::{
    account::{config::Config, vault::Vault},
    secret::Secret,
};

use crate::pty::{SIZE, Terminal};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_smtp-oauth");

/// What each step shows, up to the sign-in; Enter leads on.
pub const TO_THE_SIGN_IN: [&str; 11] = [
    "What is to send mail?",
    "Sign-in name of the mailbox",
    "belongs to the tenant",
    "How the sign-in is given",
    "Application (client) ID",
    "Public client",
    "SMTP.Send",
    "Client secret (Value)",
    "Authenticated SMTP",
    "Sender address",
    "The code runs out in",
];

pub fn demo(directory: &Path, arguments: &[&str]) -> Terminal {
    let config = directory.to_str().unwrap();
    Terminal::run(PROGRAM, &[&["--demo", "--config", config], arguments].concat())
}

pub fn walks_to_the_sign_in(terminal: &mut Terminal) {
    for (at, text) in TO_THE_SIGN_IN.iter().enumerate() {
        if at > 0 {
            terminal.types("\r");
        }
        terminal.sees(text);
    }
}

/// The configuration names an account that has tokens, and no secret is anywhere but in its file.
fn is_set_up(directory: &Path, terminal: &Terminal) {
    let config = fs::read_to_string(directory.join("config.toml")).unwrap();
    let config = Config::parse(&config).unwrap();
    let (name, settings) = config.choose(None).unwrap();
    assert_eq!(settings.user.as_ref().unwrap().as_str(), "alerts@contoso.example");
    let vault = fs::read_to_string(directory.join(format!("state/accounts/{name}.json"))).unwrap();
    let vault = Vault::parse(&Secret::new(vault)).unwrap();
    for secret in [vault.access_token.unwrap(), vault.refresh_token.unwrap()] {
        assert!(!terminal.bytes().contains(secret.expose()));
    }
    assert!(!directory.join("state/draft.toml").exists() && !directory.join("state/draft.secret").exists());
}

#[test]
fn the_full_screen_walks_to_a_235_and_a_saved_config() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = demo(directory.path(), &[]);
    walks_to_the_sign_in(&mut terminal);
    terminal.types("a");
    terminal.sees("What the token says");
    terminal.types("\r");
    terminal.sees("235: the mail server accepts the sign-in.");
    terminal.types("\r");
    terminal.sees("A real message");
    terminal.types("\r");
    terminal.sees("took a message from");
    terminal.types("\r");
    terminal.sees("Name of the account");
    terminal.types("\r");
    terminal.sees("+ default_account = \"alerts\"");
    terminal.types("\r");
    terminal.sees("This server can send as alerts@contoso.example");
    terminal.types("\r");
    terminal.sees("All that the demo wrote is in");
    terminal.is_as_before();
    assert_eq!(terminal.ended(), 0);
    is_set_up(directory.path(), &terminal);
}

/// The same in line mode.
pub fn reads_to_the_sign_in(terminal: &mut Terminal) {
    for text in TO_THE_SIGN_IN {
        terminal.reads(text);
        if text != "The code runs out in" {
            terminal.reads("> ");
            terminal.types("\r");
        }
    }
}

fn walks_by_lines(mut terminal: Terminal, directory: &Path) {
    reads_to_the_sign_in(&mut terminal);
    for (answer, text) in [
        ("a\r", "What the token says"),
        ("\r", "Valid until"),
        ("\r", "A real message"),
        ("\r", "took a message from"),
        ("\r", "Name of the account"),
        ("\r", "Another name"),
        ("\r", "This server can send as"),
    ] {
        terminal.reads("> ");
        terminal.types(answer);
        terminal.reads(text);
    }
    terminal.reads("> ");
    terminal.types("\r");
    terminal.reads("All that the demo wrote is in");
    assert!(!terminal.bytes().contains('\x1b'), "line mode has no escape sequences");
    terminal.is_as_before();
    assert_eq!(terminal.ended(), 0);
    is_set_up(directory, &terminal);
}

#[test]
fn line_mode_walks_the_same_path() {
    let directory = tempfile::tempdir().unwrap();
    walks_by_lines(demo(directory.path(), &["--front", "line"]), directory.path());
}

#[test]
fn a_dumb_terminal_gets_line_mode_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(["--demo", "--config", directory.path().to_str().unwrap()]);
    command.env("TERM", "dumb");
    walks_by_lines(Terminal::open(command, SIZE), directory.path());
}

#[test]
fn leaving_gives_the_terminal_back_and_keeps_what_was_typed() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = demo(directory.path(), &[]);
    terminal.sees("What is to send mail?");
    terminal.types("\r");
    terminal.sees("Sign-in name of the mailbox");
    terminal.types("x\x03");
    terminal.sees("What was typed is kept; smtp-oauth --demo --config ");
    terminal.is_as_before();
    assert_eq!(terminal.ended(), 2);
    let draft = fs::read_to_string(directory.path().join("state/draft.toml")).unwrap();
    assert!(draft.contains("alerts@contoso.examplex"), "{draft}");
}
