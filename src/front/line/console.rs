//! What stands on the terminal at the moment: the prompt and the line being typed, echoed by us.
//! Text that arrives meanwhile is printed above, and the line is put after it again. What is typed before
//! its prompt is not echoed: only the prompt tells whether it is a secret.
//! No escape sequences: erasing is backspace, space, backspace.

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroizing;

use crate::{
    front::text::{self, LIMIT},
    secret::Secret,
};

/// How much of a long line is shown again after an erasure that backspaces cannot reach.
const TAIL: usize = 20;

pub struct Console(Mutex<Paper>);

struct Paper {
    out: Box<dyn Write + Send>,
    prompt: String,
    typed: Zeroizing<String>,
    /// What is typed is a secret.
    hidden: bool,
    /// The last thing printed is a prompt, so that other text begins on a new line.
    open: bool,
    /// Lines finished and not yet taken: the prompt that is shown is theirs, not the one of what is typed now.
    ahead: usize,
    /// Columns of the terminal now, and those used in the row of the caret.
    columns: fn() -> usize,
    row: usize,
}

/// One edit of the line being typed.
pub enum Edit {
    Insert(Zeroizing<String>),
    Backspace,
    DeleteWord,
    DeleteAll,
}

impl Console {
    pub fn new(out: Box<dyn Write + Send>, columns: fn() -> usize) -> Self {
        let (prompt, typed) = (String::new(), Zeroizing::default());
        Self(Mutex::new(Paper { out, prompt, typed, hidden: false, open: false, ahead: 0, columns, row: 0 }))
    }

    /// Prints text, then the prompt with what is typed so far. Without a prompt no line is asked for.
    pub fn say(&self, text: &str, prompt: Option<(&str, bool)>) -> io::Result<()> {
        let mut paper = self.lock();
        if std::mem::take(&mut paper.open) {
            paper.out.write_all(b"\n")?;
        }
        paper.out.write_all(text.as_bytes())?;
        if let Some((prompt, hidden)) = prompt {
            (paper.prompt, paper.hidden) = (prompt.to_owned(), hidden);
            paper.begin()?;
        }
        paper.out.flush()
    }

    pub fn edit(&self, edit: Edit) -> io::Result<()> {
        let mut paper = self.lock();
        match edit {
            Edit::Insert(text) => paper.insert(&text)?,
            Edit::Backspace => {
                let last = paper.typed.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
                paper.erase(last)?;
            }
            Edit::DeleteWord => {
                let head = paper.typed.trim_end();
                let start = head.char_indices().rev().find(|(_, letter)| letter.is_whitespace());
                let start = start.map_or(0, |(at, letter)| at + letter.len_utf8());
                paper.erase(start)?;
            }
            Edit::DeleteAll => paper.erase(0)?,
        }
        paper.out.flush()
    }

    pub fn is_empty(&self) -> bool {
        self.lock().typed.is_empty()
    }

    /// The line is finished.
    pub fn submit(&self) -> io::Result<Secret> {
        let mut paper = self.lock();
        let typed = std::mem::take(&mut *paper.typed);
        if paper.ahead == 0 && std::mem::take(&mut paper.open) {
            paper.out.write_all(b"\n")?;
        }
        paper.ahead += 1;
        paper.out.flush()?;
        Ok(Secret::new(typed))
    }

    /// A finished line is about to be answered.
    pub fn taken(&self) -> io::Result<()> {
        let mut paper = self.lock();
        paper.ahead = paper.ahead.saturating_sub(1);
        drop(paper);
        self.end_prompt()
    }

    /// The newline of a line from a pipe, or of one typed before its prompt, was seen by nobody.
    pub fn end_prompt(&self) -> io::Result<()> {
        let mut paper = self.lock();
        if std::mem::take(&mut paper.open) {
            paper.out.write_all(b"\n")?;
        }
        paper.out.flush()
    }

    fn lock(&self) -> MutexGuard<'_, Paper> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Paper {
    fn echoes(&self) -> bool {
        self.open && self.ahead == 0 && !self.hidden
    }

    /// The prompt, and the end of what is typed so far.
    fn begin(&mut self) -> io::Result<()> {
        self.open = true;
        self.row = text::width(&self.prompt);
        self.out.write_all(self.prompt.as_bytes())?;
        let from = self.typed.grapheme_indices(true).rev().nth(TAIL).map_or(0, |(at, _)| at);
        let tail = Zeroizing::new(self.typed[from..].to_owned());
        self.echo(&tail)
    }

    fn insert(&mut self, text: &str) -> io::Result<()> {
        let text = text::head(text, LIMIT.saturating_sub(self.typed.len()));
        self.typed.push_str(text);
        self.echo(text)
    }

    fn echo(&mut self, text: &str) -> io::Result<()> {
        if !self.echoes() {
            return Ok(());
        }
        let columns = (self.columns)();
        for piece in text.graphemes(true) {
            let wide = text::width(piece);
            self.row = if self.row + wide > columns { wide } else { self.row + wide };
        }
        self.out.write_all(text.as_bytes())
    }

    fn erase(&mut self, from: usize) -> io::Result<()> {
        let gone = text::width(&self.typed[from..]);
        self.typed.truncate(from);
        if !self.echoes() || gone == 0 {
            return Ok(());
        }
        // A backspace does not climb to the row above, and at the right edge terminals differ.
        if self.row > gone && self.row < (self.columns)() {
            self.row -= gone;
            return self.out.write_all("\u{8} \u{8}".repeat(gone).as_bytes());
        }
        self.out.write_all(b"\n")?;
        self.begin()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn console() -> (Console, Screen) {
        let screen = Screen::default();
        (Console::new(Box::new(screen.clone()), || 40), screen)
    }

    fn typed(console: &Console, text: &str) {
        console.edit(Edit::Insert(Zeroizing::new(text.into()))).unwrap();
    }

    fn shown(screen: &Screen) -> String {
        String::from_utf8(screen.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn what_is_typed_before_its_prompt_is_echoed_with_it_unless_it_is_a_secret() {
        for (hidden, end) in [(true, "secret> "), (false, "secret> CANARYx")] {
            let (console, screen) = console();
            console.say("", Some(("id> ", false))).unwrap();
            typed(&console, "id");
            console.submit().unwrap();
            typed(&console, "CANARYz");
            console.edit(Edit::Backspace).unwrap();
            assert_eq!(shown(&screen), "id> id\n");
            console.taken().unwrap();
            console.say("", Some(("secret> ", hidden))).unwrap();
            typed(&console, "x");
            assert_eq!(shown(&screen), format!("id> id\n{end}"));
            assert_eq!(console.submit().unwrap().expose(), "CANARYx");
        }
    }

    #[test]
    fn a_line_not_yet_taken_keeps_its_prompt_from_echoing_the_next() {
        let (console, screen) = console();
        console.say("", Some(("id> ", false))).unwrap();
        typed(&console, "id");
        console.submit().unwrap();
        typed(&console, "CANARY");
        console.say("news\n", Some(("id> ", false))).unwrap();
        console.taken().unwrap();
        console.say("", Some(("secret> ", true))).unwrap();
        assert_eq!(shown(&screen), "id> id\nnews\nid> \nsecret> ");
    }

    #[test]
    fn a_prompt_answered_ahead_echoes_nothing_of_what_follows() {
        let (console, screen) = console();
        typed(&console, "id");
        console.submit().unwrap();
        typed(&console, "CANARY");
        console.say("", Some(("id> ", false))).unwrap();
        console.taken().unwrap();
        assert_eq!(shown(&screen), "id> \n");
    }
}
