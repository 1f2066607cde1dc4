//! The fronts at a real terminal: what only a pty shows. Raw mode and its end, echo, a paste longer
//! than a tty line, a terminal that goes away. Waits for text with a limit and never sleeps.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const SIZE: PtySize = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
const LIMIT: Duration = Duration::from_secs(20);

struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// The settings from before the program.
    modes: String,
}

struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    ended: bool,
}

impl Terminal {
    fn run(front: &str) -> Self {
        Self::sized(front, SIZE)
    }

    fn sized(front: &str, size: PtySize) -> Self {
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(example());
        command.arg(front);
        command.env("TERM", "xterm-256color");
        command.env_remove("TMUX");
        command.env_remove("STY");
        let modes = modes(&*pty.master);
        let child = pty.slave.spawn_command(command).unwrap();
        let keys = pty.master.take_writer().unwrap();
        let mut output = pty.master.try_clone_reader().unwrap();
        let screen = vt100::Parser::new(NonZero::new(24).unwrap(), NonZero::new(80).unwrap(), 0);
        let seen = Arc::new((Mutex::new(Seen { screen, bytes: Vec::new(), ended: false }), Condvar::new()));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                let mut seen = shared.0.lock().unwrap();
                seen.screen.process(&buffer[..read]);
                seen.bytes.extend_from_slice(&buffer[..read]);
                shared.1.notify_all();
            }
            shared.0.lock().unwrap().ended = true;
            shared.1.notify_all();
        });
        Self { master: pty.master, keys, child, seen, modes }
    }

    fn wait(&self, what: &str, until: impl Fn(&Seen) -> bool) {
        let (seen, changed) = &*self.seen;
        let (seen, _) = changed.wait_timeout_while(seen.lock().unwrap(), LIMIT, |seen| !until(seen)).unwrap();
        assert!(until(&seen), "waited for {what}:\n{}", seen.screen.screen().contents());
    }

    fn sees(&self, text: &str) {
        self.wait(text, |seen| seen.screen.screen().contents().contains(text));
    }

    fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().bytes).into_owned()
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The settings of the terminal are those from before the program.
    fn is_as_before(&self) {
        self.wait("the terminal's settings", |_| modes(&*self.master) == self.modes);
    }

    fn ended(mut self) -> u32 {
        self.wait("the end", |seen| seen.ended);
        self.child.wait().unwrap().exit_code()
    }
}

fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

fn example() -> PathBuf {
    let built = std::env::current_exe().unwrap();
    let example = built.ancestors().nth(2).unwrap().join("examples/fronts");
    assert!(example.exists(), "`cargo test` builds it; alone: `cargo build --example fronts`");
    example
}

#[test]
fn the_full_screen_takes_a_paste_and_gives_the_terminal_back() {
    let mut terminal = Terminal::run("tui");
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
    let mut terminal = Terminal::run("tui");
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
    let mut terminal = Terminal::run("line");
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
fn a_line_that_knows_no_size_is_drawn_on_as_80_by_24() {
    let mut terminal = Terminal::sized("tui", PtySize { rows: 0, cols: 0, pixel_width: 0, pixel_height: 0 });
    terminal.sees("> alerts");
    terminal.types("\x03");
    terminal.sees("left:");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn line_mode_edits_wide_characters() {
    let mut terminal = Terminal::run("line");
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
