//! However a wizard ends, the next goes on where it stopped; and while it runs, no other begins.

use std::{fs, path::Path};

use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::inotify::{self, CreateFlags, WatchFlags},
    io::read,
};
use smtp_oauth::{account::draft::Secrets, entra::device::DeviceCode};

use crate::{
    demo::{PROGRAM, demo, walks_to_the_sign_in},
    pty::{LIMIT, Terminal},
};

fn goes_on(directory: &Path, arguments: &[&str]) -> Terminal {
    let terminal = Terminal::run(PROGRAM, &[&["--config", directory.to_str().unwrap()], arguments].concat());
    terminal.sees("Taken up again");
    terminal
}

/// Drafts are written beside the screen: what a kill leaves is what is on the disk by then. Whatever takes its place
/// in the directory from now on is told by the kernel.
fn is_kept(directory: &Path, file: &str, what: &str) -> String {
    let state = directory.join("state");
    let changes = inotify::init(CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&changes, &state, WatchFlags::MOVED_TO).unwrap();
    loop {
        let kept = fs::read_to_string(state.join(file)).unwrap_or_default();
        if kept.contains(what) {
            return kept;
        }
        let limit = LIMIT.try_into().unwrap();
        let changed = poll(&mut [PollFd::new(&changes, PollFlags::IN)], Some(&limit)).unwrap();
        assert_ne!(changed, 0, "no {what} in {kept}");
        read(&changes, &mut [0; 4096]).unwrap();
    }
}

fn code(directory: &Path) -> DeviceCode {
    let kept = is_kept(directory, "draft.secret", "user_code");
    serde_json::from_str::<Secrets>(&kept).unwrap().device.unwrap()
}

/// `A B C D 1 2 3 4`, as it is shown.
fn large(code: &DeviceCode) -> String {
    code.user_code.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

/// At the mailbox's field.
fn types_a_name(directory: &Path, arguments: &[&str]) -> Terminal {
    let mut terminal = demo(directory, arguments);
    terminal.reads("What is to send mail?");
    if !arguments.is_empty() {
        terminal.reads("> ");
    }
    terminal.types("\r");
    terminal.reads("Sign-in name of the mailbox");
    terminal
}

#[test]
fn killed_while_typing_it_goes_on_at_the_same_step() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = types_a_name(directory.path(), &[]);
    terminal.types("x");
    terminal.sees("alerts@contoso.examplex");
    is_kept(directory.path(), "draft.toml", "step = \"mailbox\"");
    terminal.dies();
    goes_on(directory.path(), &[]).sees("Sign-in name of the mailbox");
}

#[test]
fn killed_while_a_code_runs_it_goes_on_with_the_code_and_the_time_it_has_left() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = demo(directory.path(), &[]);
    walks_to_the_sign_in(&mut terminal);
    let before = code(directory.path());
    terminal.sees(&large(&before));
    terminal.dies();
    let terminal = goes_on(directory.path(), &[]);
    terminal.sees(&large(&before));
    terminal.sees("The code runs out in");
    assert_eq!(code(directory.path()).expires_at, before.expires_at);
}

#[test]
fn a_dropped_line_goes_on_with_the_same_code() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = demo(directory.path(), &[]);
    walks_to_the_sign_in(&mut terminal);
    terminal.hangs_up();
    let code = code(directory.path());
    assert!(terminal.bytes().contains(&large(&code)));
    goes_on(directory.path(), &[]).sees(&large(&code));
}

#[test]
fn a_closed_terminal_loses_nothing_that_was_typed() {
    let directory = tempfile::tempdir().unwrap();
    types_a_name(directory.path(), &[]).closes_after("x", "alerts@contoso.examplex");
    goes_on(directory.path(), &[]).sees("alerts@contoso.examplex");
}

#[test]
fn a_closed_terminal_in_line_mode_leaves_the_step() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = types_a_name(directory.path(), &["--front", "line"]);
    terminal.reads("> ");
    terminal.closes_after("x", "> x");
    let mut terminal = goes_on(directory.path(), &["--front", "line"]);
    terminal.reads("Sign-in name of the mailbox");
}

#[test]
fn a_second_wizard_is_told_of_the_first_and_harms_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = types_a_name(directory.path(), &[]);
    let before = is_kept(directory.path(), "draft.toml", "step = \"mailbox\"");
    // At once, since each waits a little for one who is about to end.
    let begins = |arguments: &[&str]| {
        Terminal::run(PROGRAM, &[&["--config", directory.path().to_str().unwrap()], arguments].concat())
    };
    for mut second in [&[][..], &["--fresh"], &["--front", "line"]].map(begins) {
        second.reads("Another setup runs here: process ");
        assert_eq!(second.ended(), 75);
        let said = second.bytes();
        assert!(said.contains(&format!("kill {}", first.process())) && said.contains("on pts/"), "{said}");
    }
    assert_eq!(is_kept(directory.path(), "draft.toml", ""), before);
    first.types("x");
    first.sees("alerts@contoso.examplex");
    first.dies();
    goes_on(directory.path(), &[]).sees("Sign-in name of the mailbox");
}
