//! A program in a real terminal. Waits for text with a limit and never sleeps.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    num::NonZero,
    sync::{Arc, Condvar, Mutex, mpsc::channel},
    thread::JoinHandle,
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub const SIZE: PtySize = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
/// Only a program that hangs takes this long, on however slow a machine.
pub const LIMIT: Duration = Duration::from_secs(60);

pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    pub seen: Arc<(Mutex<Seen>, Condvar)>,
    /// The settings from before the program.
    modes: String,
    /// How far the output was read.
    read: usize,
    reader: JoinHandle<()>,
}

pub struct Seen {
    pub screen: vt100::Parser,
    pub bytes: Vec<u8>,
    ended: bool,
    /// The reader lets go of the terminal once this is shown.
    closing: Option<String>,
}

impl Terminal {
    /// Runs a program at 80×24 in a UTF-8 terminal with colours.
    pub fn run(program: impl AsRef<OsStr>, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        // A trace longer than the screen would push away what a panic says.
        command.env("RUST_BACKTRACE", "0");
        Self::open(command, SIZE)
    }

    pub fn open(mut command: CommandBuilder, size: PtySize) -> Self {
        let pty = native_pty_system().openpty(size).unwrap();
        command.env_remove("TMUX");
        command.env_remove("STY");
        let modes = modes(&*pty.master);
        let child = pty.slave.spawn_command(command).unwrap();
        let keys = pty.master.take_writer().unwrap();
        let mut output = pty.master.try_clone_reader().unwrap();
        let screen = vt100::Parser::new(NonZero::new(24).unwrap(), NonZero::new(80).unwrap(), 0);
        let seen =
            Arc::new((Mutex::new(Seen { screen, bytes: Vec::new(), ended: false, closing: None }), Condvar::new()));
        let shared = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                let mut seen = shared.0.lock().unwrap();
                seen.screen.process(&buffer[..read]);
                seen.bytes.extend_from_slice(&buffer[..read]);
                shared.1.notify_all();
                let contents = seen.screen.screen().contents();
                if seen.closing.as_ref().is_some_and(|shown| contents.contains(shown)) {
                    return;
                }
            }
            shared.0.lock().unwrap().ended = true;
            shared.1.notify_all();
        });
        Self { master: pty.master, keys, child, seen, modes, read: 0, reader }
    }

    pub fn wait(&self, what: &str, until: impl Fn(&Seen) -> bool) {
        let (seen, changed) = &*self.seen;
        let (seen, _) = changed.wait_timeout_while(seen.lock().unwrap(), LIMIT, |seen| !until(seen)).unwrap();
        assert!(until(&seen), "waited for {what}:\n{}", seen.screen.screen().contents());
    }

    pub fn sees(&self, text: &str) {
        self.wait(text, |seen| seen.screen.screen().contents().contains(text));
    }

    /// Text printed since the last text that was read: what scrolled away meanwhile counts.
    pub fn reads(&mut self, text: &str) {
        let at = |seen: &Seen| String::from_utf8_lossy(&seen.bytes[self.read..]).find(text);
        self.wait(text, |seen| at(seen).is_some());
        let seen = self.seen.0.lock().unwrap();
        let end = at(&seen).unwrap() + text.len();
        drop(seen);
        self.read += end;
    }

    pub fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().bytes).into_owned()
    }

    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The settings of the terminal are those from before the program.
    pub fn is_as_before(&self) {
        self.wait("the terminal's settings", |_| modes(&*self.master) == self.modes);
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// The line drops: what sshd does to the programs of a connection that is gone.
    pub fn hangs_up(&mut self) {
        let process = self.process().to_string();
        assert!(std::process::Command::new("kill").args(["-HUP", &process]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    /// No last words.
    pub fn dies(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The window is closed after this was typed, which the program shows: so it has been read there.
    pub fn closes_after(mut self, keys: &str, shown: &str) {
        self.seen.0.lock().unwrap().closing = Some(shown.to_owned());
        self.types(keys);
        let Self { master, keys, mut child, reader, .. } = self;
        reader.join().unwrap();
        drop((keys, master));
        let (sender, receiver) = channel();
        std::thread::spawn(move || sender.send(child.wait()));
        receiver.recv_timeout(LIMIT).expect("it lives on without a terminal").unwrap();
    }

    pub fn ended(&mut self) -> u32 {
        self.wait("the end", |seen| seen.ended);
        self.child.wait().unwrap().exit_code()
    }
}

fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}
