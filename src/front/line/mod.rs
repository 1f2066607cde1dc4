//! Line mode: the same screens as plain text, without one escape sequence. For a pipe, a file of
//! answers, a serial console, a screen reader, `TERM=dumb`. Each screen is printed once, then only
//! what is new in it.

#![expect(clippy::disallowed_methods, reason = "standard input is read, and a countdown printed now and then")]

mod console;
mod menu;
mod paper;
mod reader;
mod tty;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Read, Write},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::mpsc::Receiver, time::Instant};

use crate::{
    secret::{Secret, ascii_marks},
    visible,
    wizard::screen::{Block, Input as Field, Screen},
};

use super::{Front, Input, Look, Words, asks_anew};
use console::Console;
use paper::Paper;
use reader::Typed;
use tty::Tty;

/// A time that passes is worth a new line this often.
const TIMES_EVERY: Duration = Duration::from_secs(30);

pub struct Line {
    look: Look,
    words: Words,
    columns: fn() -> usize,
    console: Arc<Console>,
    lines: Receiver<Typed>,
    /// A person at a terminal may answer at any time; a pipe's lines wait until they are wanted.
    terminal: bool,
    tty: Option<Tty>,
    screen: Option<Screen>,
    /// The screen has had its line; the next belongs to what comes of it.
    answered: bool,
    times_at: Option<Instant>,
}

impl Line {
    /// Standard input, whatever it is, and standard output. Must be called within the runtime's life,
    /// once a process: the reading thread ends with it.
    pub fn open(look: Look, words: Words) -> io::Result<Self> {
        let tty = Tty::take()?;
        let console = Arc::new(Console::new(Box::new(io::stdout()), tty::columns));
        let reads_keys = tty.is_some().then(|| Arc::clone(&console));
        let lines = reader::lines(io::stdin(), reads_keys);
        Ok(Self { columns: tty::columns, terminal: tty.is_some(), tty, ..Self::with(look, words, console, lines) })
    }

    /// A pipe's lines from anywhere, printed to anywhere, 80 columns wide.
    pub fn on(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        look: Look,
        words: Words,
    ) -> Self {
        let console = Arc::new(Console::new(Box::new(output), || 80));
        Self::with(look, words, console, reader::lines(input, None))
    }

    fn with(look: Look, words: Words, console: Arc<Console>, lines: Receiver<Typed>) -> Self {
        Self {
            look,
            words,
            columns: || 80,
            console,
            lines,
            terminal: false,
            tty: None,
            screen: None,
            answered: false,
            times_at: None,
        }
    }

    fn paper(&self) -> Paper<'_> {
        Paper { look: self.look, words: &self.words, width: (self.columns)().max(20), terminal: self.terminal }
    }

    fn wants_line(&self) -> bool {
        let Some(screen) = &self.screen else { return false };
        self.terminal || !self.answered && takes_answers(screen)
    }

    /// Prints text, and the prompt after it when a line is wanted.
    fn say(&self, text: &str) -> io::Result<()> {
        match &self.screen {
            Some(screen) if self.wants_line() && !is_running(screen) => {
                let hidden = matches!(
                    screen.question.as_ref().map(|asked| &asked.input),
                    Some(Field::Secret { .. } | Field::Pasted)
                );
                self.console.say(text, Some((&self.paper().prompt(screen), hidden)))
            }
            _ => self.console.say(text, None),
        }
    }

    fn take(&mut self, line: &Secret) -> io::Result<Option<Input>> {
        self.console.taken()?;
        let Some(screen) = &self.screen else { return Ok(None) };
        match menu::reply(screen, line) {
            Some(messages) => {
                self.answered = true;
                Ok(Some(Input::Send(messages)))
            }
            None => self.say(&self.paper().not_known(screen)).map(|()| None),
        }
    }
}

/// Nothing but what is new in it is to be printed.
fn is_same(before: &Screen, screen: &Screen) -> bool {
    before.id == screen.id && before.title == screen.title && before.language == screen.language
}

/// An exchange runs: its lines come one after the other, with nothing between them. A line that is typed is read. What
/// counts down only waits, and somebody may want something else meanwhile.
fn is_running(screen: &Screen) -> bool {
    screen.busy.is_some() && !screen.ticks && screen.blocks.iter().any(|block| matches!(block, Block::Transcript(_)))
}

/// A screen that only works and waits leaves the lines to the screens after it.
fn takes_answers(screen: &Screen) -> bool {
    screen.question.is_some() || screen.actions.iter().any(|action| action.primary)
}

impl Front for Line {
    fn show(&mut self, screen: &Screen) -> io::Result<()> {
        let before = self.screen.replace(screen.clone());
        let was_answered = self.answered;
        // An answer that changed nothing, where nothing runs that could, was an answer all the same.
        self.answered &= before.as_ref().is_some_and(|before| !asks_anew(before, screen)) && screen.busy.is_some();
        self.answered &= !self.terminal;
        let reopened = was_answered && !self.answered;
        let now = Instant::now();
        let text = match &before {
            // The same refusal of another answer is said again, or nobody knows that it was heard.
            Some(before) if before == screen && was_answered => self.paper().refusal(screen),
            Some(before) if before == screen => String::new(),
            Some(before) if is_same(before, screen) => {
                let times = self.times_at.is_none_or(|at| now - at >= TIMES_EVERY);
                if times {
                    self.times_at = Some(now);
                }
                self.paper().news(before, screen, times)
            }
            _ => {
                self.times_at = Some(now);
                self.paper().whole(before.as_ref(), screen)
            }
        };
        if text.is_empty() && !reopened { Ok(()) } else { self.say(&text) }
    }

    async fn next(&mut self) -> Input {
        loop {
            if !self.wants_line() {
                std::future::pending::<()>().await;
            }
            let line = match self.lines.recv().await {
                Some(Typed::Line(line)) => line,
                Some(Typed::Language) => match self.screen.as_ref().and_then(menu::switch) {
                    Some(messages) => return Input::Send(messages),
                    None => continue,
                },
                None => return Input::Gone,
            };
            match self.take(&line) {
                Ok(None) => {}
                Ok(Some(input)) => return input,
                Err(_) => return Input::Gone,
            }
        }
    }

    /// There is no clipboard without an escape sequence: the text on lines of its own is what can be taken.
    fn copy(&mut self, text: &str) {
        self.print(text);
    }

    fn print(&mut self, text: &str) {
        // An output that is gone is noticed by the next screen.
        let text = visible::text(text);
        // Its letters are to be taken as they are; its marks are ours.
        let text = if self.look.ascii { ascii_marks(&text) } else { text };
        let _ = self.say(&format!("\n{text}\n\n"));
    }

    fn speak(&mut self, words: Words) {
        self.words = words;
    }

    fn close(&mut self) {
        let _ = self.console.end_prompt();
        if let Some(tty) = &mut self.tty {
            tty.give_back();
        }
    }
}
