//! Programs that run to their end, and servers that are stopped when dropped. Both are waited for by
//! what they write, with a limit.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

/// No program here takes longer, on a machine that is busy with other tests.
pub const LIMIT: Duration = Duration::from_secs(60);

pub struct Finished {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Finished {
    /// What it wrote, when it ended well.
    pub fn done(self) -> String {
        assert_eq!(self.status, 0, "{}\n{}", self.out, self.err);
        self.out
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// Runs a program to its end with `input` on its standard input.
pub fn finish(command: &mut Command, input: &str) -> Finished {
    let shown = format!("{command:?}");
    let mut child = spawn(command.stderr(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A program that does not read ends with its input unread.
    thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let (out, err) = (all(child.stdout.take().unwrap()), all(child.stderr.take().unwrap()));
    let (Ok(out), Ok(err)) = (out.recv_timeout(LIMIT), err.recv_timeout(LIMIT)) else {
        child.kill().unwrap();
        panic!("does not end: {shown}");
    };
    Finished { status: child.wait().unwrap().code().unwrap_or(-1), out, err }
}

fn all(mut output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).unwrap();
        sender.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receiver
}

fn spawn(command: &mut Command) -> Child {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    piped.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}; `.ci/run` installs what is needed"))
}

/// A program that goes on until it is stopped, and its standard output line by line.
pub struct Running {
    child: Child,
    pub input: Option<ChildStdin>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = spawn(command);
        let output = child.stdout.take().unwrap();
        Self::following(child, output)
    }

    /// One that talks on standard error; its standard output goes to a file.
    pub fn start_talking(command: &mut Command, out: File) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(out).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.stderr.take().unwrap();
        Self::following(child, output)
    }

    fn following(mut child: Child, output: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        let output = BufReader::new(output);
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { input: child.stdin.take(), child, lines, seen: Vec::new() }
    }

    /// The next line that `is` the one; `None` when the output ends without.
    pub fn wait(&mut self, is: impl Fn(&str) -> bool) -> Option<String> {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("no more comes:\n{}", self.seen.join("\n")),
            }
            if let Some(line) = self.seen.last().filter(|line| is(line)) {
                return Some(line.clone());
            }
        }
    }

    /// As [`Self::wait`], of a line that has to come.
    pub fn sees(&mut self, is: impl Fn(&str) -> bool) -> String {
        self.wait(is).unwrap_or_else(|| panic!("ended with:\n{}", self.seen.join("\n")))
    }

    pub fn line(&mut self) -> String {
        self.sees(|_| true)
    }

    /// Waits for the end by itself; the status, and all the lines.
    pub fn ended(mut self) -> (i32, String) {
        self.input = None;
        while self.wait(|_| true).is_some() {}
        (self.child.wait().unwrap().code().unwrap_or(-1), self.seen.join("\n"))
    }
}

impl Drop for Running {
    /// SIGTERM, so that a server ends its own children; SIGKILL if it does not listen.
    fn drop(&mut self) {
        self.input = None;
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        while self.lines.recv_timeout(LIMIT).map_err(|end| end == RecvTimeoutError::Timeout).is_ok() {}
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
