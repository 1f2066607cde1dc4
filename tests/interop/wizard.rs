//! The wizard in line mode, fed through a pipe, one answer a line.

use std::{io::Write, process::Stdio};

use crate::{account::Account, process::Running};

pub struct Wizard(Running);

impl Wizard {
    /// Sets up `custom` with these answers; the pipe stays open.
    pub fn start(account: &Account, answers: &[&str]) -> Self {
        let mut command = account.command();
        command.args(["--front", "line", "--product", "custom"]).stderr(Stdio::inherit());
        let mut wizard = Self(Running::start(&mut command));
        wizard.answer(answers);
        wizard
    }

    pub fn answer(&mut self, answers: &[&str]) {
        let lines: String = answers.iter().map(|answer| format!("{answer}\n")).collect();
        self.0.input.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    }

    /// The address to open and the code to type, when it has come that far.
    pub fn device_code(&mut self) -> (String, String) {
        let address = self.0.sees(|line| line.starts_with("https://127.0.0.1:") && line.ends_with("/device"));
        assert_eq!(self.0.line(), "Code");
        (address, self.0.line())
    }

    pub fn sees(&mut self, text: &str) {
        self.0.sees(|line| line.contains(text));
    }

    /// The status, and everything it printed.
    pub fn ended(self) -> (i32, String) {
        self.0.ended()
    }
}
