//! The fronts on their own, in `examples/fronts.rs`: raw mode and its end, echo, a paste longer than a tty
//! line, a terminal that goes away.

use std::{io::Read, path::PathBuf};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::pty::{LIMIT, SIZE, Terminal};

fn example() -> PathBuf {
    let built = std::env::current_exe().unwrap();
    let example = built.ancestors().nth(2).unwrap().join("examples/fronts");
    assert!(example.exists(), "`cargo test` builds it; alone: `cargo build --example fronts`");
    example
}

fn run(front: &str) -> Terminal {
    Terminal::run(example(), &[front])
}

#[test]
fn the_full_screen_takes_a_paste_and_gives_the_terminal_back() {
    let mut terminal = run("tui");
    terminal.sees("> alerts");
    assert!(terminal.seen.0.lock().unwrap().screen.screen().alternate_screen());
    terminal.types("\x15");
    terminal.types(&format!("\x1b[200~{}\r\n\x1b[201~", "a1".repeat(8_000)));
    terminal.sees("a1a1a1");
    terminal.types("\r");
    terminal.sees("Step 2 of 4");
    terminal.types("CANARY-secret");
    terminal.sees("•••••••••••••");
    terminal.types("\r");
    terminal.sees("F 7 K 2 P Q 9 X D");
    terminal.types("y");
    terminal.wait("OSC 52", |seen| seen.bytes.windows(7).any(|bytes| bytes == b"\x1b]52;c;"));
    terminal.types("\x03");
    terminal.sees("left: 16000 characters, 13 characters");
    assert!(!terminal.seen.0.lock().unwrap().screen.screen().alternate_screen());
    terminal.is_as_before();
    assert!(!terminal.bytes().contains("CANARY"));
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_panic_is_read_on_the_terminal_as_it_was() {
    let mut terminal = run("tui");
    terminal.sees("> alerts");
    terminal.types("\x10");
    terminal.sees("asked for");
    assert!(!terminal.seen.0.lock().unwrap().screen.screen().alternate_screen());
    terminal.is_as_before();
}

/// With SIGHUP ignored, as under `nohup`: the program has to notice by looking.
#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    for (front, step, drawn) in [("tui", "0", "\x1b[?25"), ("tui", "2", "\x1b[?25"), ("line", "0", "> ")] {
        let pty = native_pty_system().openpty(SIZE).unwrap();
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
        command.arg(example());
        command.args([front, step]);
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut output = pty.master.try_clone_reader().unwrap();
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(drawn) {
            let mut buffer = [0; 4096];
            let read = output.read(&mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..read]);
        }
        drop((output, pty.master));
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait()));
        let status = receiver.recv_timeout(LIMIT).expect("it lives on without a terminal").unwrap();
        assert!(status.success(), "{front} {step}: {status:?}");
    }
}

#[test]
fn line_mode_takes_sixteen_thousand_characters_and_hides_a_secret() {
    let mut terminal = run("line");
    terminal.sees("[alerts] >");
    terminal.types(&"a1".repeat(8_000));
    terminal.types("\r");
    terminal.sees("Step 2 of 4");
    terminal.types("CANARY-secret\x7f\r");
    terminal.sees("F7K2PQ9XD");
    terminal.types("\x04");
    terminal.sees("gone: 16000 characters, 12 characters");
    terminal.is_as_before();
    let bytes = terminal.bytes();
    assert!(!bytes.contains("CANARY"));
    assert!(!bytes.contains('\x1b'), "line mode has no escape sequences");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_secret_pasted_with_the_line_before_it_is_not_shown() {
    let mut terminal = run("line");
    terminal.sees("[alerts] >");
    terminal.types("name\rCANARY-secret");
    terminal.sees("Step 2 of 4");
    terminal.types("\r");
    terminal.sees("F7K2PQ9XD");
    terminal.types("\x04");
    terminal.sees("gone: 4 characters, 13 characters");
    assert!(!terminal.bytes().contains("CANARY"), "{}", terminal.bytes());
}

#[test]
fn a_line_that_knows_no_size_is_drawn_on_as_80_by_24() {
    let mut terminal = {
        let mut command = CommandBuilder::new(example());
        command.arg("tui");
        command.env("TERM", "xterm-256color");
        Terminal::open(command, PtySize { rows: 0, cols: 0, pixel_width: 0, pixel_height: 0 })
    };
    terminal.sees("> alerts");
    terminal.types("\x03");
    terminal.sees("left:");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn line_mode_edits_wide_characters() {
    let mut terminal = run("line");
    terminal.sees("[alerts] >");
    terminal.types("監視サ\x7f\x7f");
    terminal.sees("[alerts] > 監");
    terminal.types("x");
    terminal.sees("[alerts] > 監x");
    terminal.types("\r");
    terminal.sees("Step 2 of 4");
    terminal.types("\x04");
    terminal.sees("gone: 2 characters");
}
