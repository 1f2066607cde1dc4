//! What a person sees, as data: the full-screen and the line front end draw the same `Screen`, in
//! a language already chosen. It holds no colour, no key code, no width, and never a secret's characters.

use crate::checklist::{Item, State};

use super::message::Message;
pub use crate::language::Language;

#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// Where this is, stable across languages and repaints: the step's id, or the overlay's.
    pub id: String,
    /// What all of it is written in, and what a front writes its own words in.
    pub language: Language,
    pub title: String,
    /// For example `Step 3 of 14`.
    pub place: String,
    pub blocks: Vec<Block>,
    pub question: Option<Question>,
    /// The one list behind footer, key handling and line-mode menu, in the order to show it.
    pub actions: Vec<Action>,
    /// Every checklist item with its state: always in sight, as a side pane or as one line of marks.
    pub checklist: Vec<ItemRow>,
    /// What runs at the moment, in a word or two; its result arrives by itself.
    pub busy: Option<String>,
    /// The screen holds a time that passes: ask for it again once a second.
    pub ticks: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Text(String),
    Note {
        tone: Tone,
        text: String,
    },
    /// What to click or do, one after the other.
    Steps(Vec<String>),
    /// A command or script to run elsewhere, copied as it stands; may have several lines.
    Command {
        label: String,
        text: String,
    },
    /// An address to open in a browser; one logical line, copied as it stands.
    Link {
        label: String,
        url: String,
    },
    /// The code to type at the verification page, shown large.
    UserCode {
        label: String,
        code: String,
    },
    /// Text to show as a QR code where it fits; never the only way to the text.
    Qr(String),
    Facts(Vec<(String, String)>),
    /// A settings screen of the product, in its own words.
    Sheet {
        title: String,
        rows: Vec<SheetRow>,
    },
    Items(Vec<ItemRow>),
    Transcript(Vec<TranscriptRow>),
    Verdict(Verdict),
    Difference {
        path: String,
        lines: Vec<(Change, String)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Info,
    Success,
    Warning,
    Failure,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ItemRow {
    pub item: Item,
    pub label: String,
    pub state: State,
    /// The state in words, for those who cannot see the mark.
    pub state_label: String,
    /// The item that this screen is about.
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SheetRow {
    pub name: String,
    pub text: String,
    /// What is typed or chosen there, copied as it stands; `None` where that is anything, or hidden.
    pub value: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TranscriptRow {
    /// Milliseconds since the connection was asked for.
    pub ms: f64,
    pub from_server: bool,
    pub tls: bool,
    /// The line as it was on the wire, control characters made visible, secrets marked.
    pub text: String,
    /// What it means; empty when the line before said it.
    pub meaning: String,
}

/// Where something stands that is told of a verdict: above it, and first where there is none.
pub fn above_verdict(blocks: &[Block]) -> usize {
    blocks.iter().position(|block| matches!(block, Block::Verdict(_))).unwrap_or_default()
}

/// One cause, ready to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub headline: String,
    /// A word; empty where no cause is named.
    pub certainty: String,
    pub why: String,
    pub evidence: Vec<String>,
    pub fix: Vec<String>,
    /// Label and command.
    pub commands: Vec<(String, String)>,
    pub next: Vec<String>,
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Kept,
    Added,
    Removed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub label: String,
    /// What a right value looks like, in a few words.
    pub hint: String,
    /// Why the last answer was not taken.
    pub error: Option<String>,
    pub input: Input,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// One line of text; starts as `value`.
    Text { value: String },
    /// As `Text`, shown as dots; `held` says that one was given before and Enter keeps it.
    Secret { held: bool },
    /// The address that a browser was sent back to, shown as dots. The one line of standard input that is read
    /// where nobody is there.
    Pasted,
    /// One of `options`.
    Choice { options: Vec<Choice>, selected: usize },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub label: String,
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub key: Key,
    pub label: String,
    pub act: Act,
    /// What moves this screen on: a front that reads answers one a line waits for one here.
    pub primary: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Hand in what stands in the question.
    Answer,
    Send(Message),
}

/// A key by its meaning to a person. `Letter` is pressed with Ctrl while a text field is open; then
/// `c h i j m` cannot be an action's (Ctrl makes them Leave, Backspace, Tab, newline and Enter), `t` is
/// the language, and `a e u w k l` are missed by those who edit and repaint with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Enter,
    Esc,
    F2,
    Letter(char),
}

impl Screen {
    /// Whether letters are text here, not keys.
    pub fn takes_text(&self) -> bool {
        matches!(
            &self.question,
            Some(Question { input: Input::Text { .. } | Input::Secret { .. } | Input::Pasted, .. })
        )
    }

    pub fn action(&self, key: Key) -> Option<&Action> {
        self.actions.iter().find(|action| action.key == key)
    }

    /// What this screen waits for, in a word: for one who is not there to see it.
    pub fn wanted(&self) -> String {
        let question = self.question.as_ref();
        // An empty field needs no reason beside its name.
        let empty = question.is_some_and(|question| question.input == Input::Text { value: String::new() });
        let error = question.and_then(|question| question.error.clone()).filter(|_| !empty);
        let note = self.blocks.iter().find_map(|block| match block {
            Block::Note { tone: Tone::Failure, text } => Some(text.clone()),
            _ => None,
        });
        let label = question.map_or(&self.title, |question| &question.label);
        match error.or(note) {
            Some(why) => format!("{label}: {why}"),
            None => label.clone(),
        }
    }
}
