//! Everything checked again, against the simulator on its sockets, in both fronts.

use crate::demo::{demo, reads_to_the_sign_in, walks_to_the_sign_in};

const ENDED: &str = "Checked again.";

#[test]
fn the_full_screen_checks_everything_again_and_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = demo(directory.path(), &[]);
    walks_to_the_sign_in(&mut terminal);
    terminal.types("a");
    terminal.sees("What the token says");
    terminal.types("o");
    terminal.sees("r Check again");
    terminal.types("r");
    terminal.sees(ENDED);
    terminal.types("\x1b");
    terminal.sees("What the token says");
    terminal.types("\r");
    terminal.sees("235: the mail server accepts the sign-in.");
    terminal.types("q");
    terminal.is_as_before();
    assert_eq!(terminal.ended(), 2);
    let draft = std::fs::read_to_string(directory.path().join("state/draft.toml")).unwrap();
    assert!(draft.contains("evidence.renewed"), "{draft}");
}

#[test]
fn line_mode_has_the_same_action() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = demo(directory.path(), &["--front", "line"]);
    reads_to_the_sign_in(&mut terminal);
    for (answer, text) in [
        ("a\r", "What the token says"),
        ("o\r", "Check again"),
        ("r\r", "Checking: Tenant"),
        ("", "proven, just checked"),
        ("", "Checking: Connection"),
        ("", ENDED),
        ("q\r", "Left."),
    ] {
        terminal.types(answer);
        terminal.reads(text);
    }
    assert!(!terminal.bytes().contains('\x1b'), "line mode has no escape sequences");
    assert_eq!(terminal.ended(), 2);
}
