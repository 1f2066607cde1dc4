//! What stands on the terminal at the moment: the prompt and the line being typed, echoed by us.
//! Text that arrives meanwhile is printed above, and the line is put after it again.
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
    /// Columns of the terminal now, and those used in the row of the caret.
    columns: fn() -> usize,
    row: usize,
}

/// One edit of the line being typed.
pub enum Edit {
    Insert(String),
    Backspace,
    DeleteWord,
    DeleteAll,
}

impl Console {
    pub fn new(out: Box<dyn Write + Send>, columns: fn() -> usize) -> Self {
        let (prompt, typed) = (String::new(), Zeroizing::default());
        Self(Mutex::new(Paper { out, prompt, typed, hidden: false, open: false, columns, row: 0 }))
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
        let typed = std::mem::take(&mut paper.typed);
        paper.open = false;
        paper.out.write_all(b"\n")?;
        paper.out.flush()?;
        Ok(Secret::new(typed.as_str()))
    }

    /// A line came from a pipe, whose newline nobody sees.
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
        if self.hidden {
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
        if self.hidden || gone == 0 {
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
