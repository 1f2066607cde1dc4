//! A screen as lines of plain text, and afterwards only what is new in it. Nothing printed can be
//! taken back, so nothing is printed twice.

use super::is_running;
use crate::{
    front::{
        Look, Words,
        blocks::{self, items, pen::Pen},
        key,
        qr::{Cells, QUIET, Qr},
        text,
    },
    visible,
    wizard::{
        message::Message,
        screen::{Act, Action, Block, Input, ItemRow, Key, Question, Screen, Tone},
    },
};

pub struct Paper<'a> {
    pub look: Look,
    pub words: &'a Words,
    pub width: usize,
    /// A person at a terminal, who can press keys that a pipe cannot.
    pub terminal: bool,
}

impl Paper<'_> {
    fn pen(&self) -> Pen<'_> {
        Pen { look: self.look, words: self.words, whole: true }
    }

    /// A screen not seen before: all of it.
    pub fn whole(&self, before: Option<&Screen>, screen: &Screen) -> String {
        let mut lines = before.map_or_else(Vec::new, |before| self.settled(&before.checklist, &screen.checklist));
        let place = if screen.place.is_empty() { String::new() } else { format!(" ({})", screen.place) };
        lines.push(String::new());
        lines.push(self.look.text(&format!("== {}{place}", screen.title)));
        if !screen.checklist.is_empty() {
            let checklist = items::counts(&screen.checklist, self.pen());
            lines.push(self.look.text(&format!("{}: {checklist}", self.words.checklist)));
        }
        // A code fills most of a screen: what is printed after it stays in sight.
        let (codes, others): (Vec<_>, Vec<_>) = screen.blocks.iter().partition(|block| matches!(block, Block::Qr(_)));
        for block in codes.into_iter().chain(others) {
            let drawn = self.block(block);
            if !drawn.is_empty() {
                lines.push(String::new());
                lines.extend(drawn);
            }
        }
        lines.extend(self.busy(screen));
        lines.push(String::new());
        lines.extend(screen.question.iter().flat_map(|question| self.question(question)));
        lines.extend(self.menu(screen));
        joined(&lines)
    }

    /// What the same screen has got new; a time that passes counts only if `times` says so.
    pub fn news(&self, before: &Screen, screen: &Screen, times: bool) -> String {
        let mut lines = self.settled(&before.checklist, &screen.checklist);
        // What was only moved, by a notice above it, is no news.
        let news = screen.blocks.iter().enumerate().filter(|(_, block)| !before.blocks.contains(block));
        for (at, block) in news {
            lines.extend(self.new_in_block(before.blocks.get(at), block, screen.ticks && !times));
        }
        if before.busy != screen.busy {
            lines.extend(self.busy(screen));
        }
        if let Some(now) = screen.question.as_ref().filter(|now| before.question.as_ref() != Some(*now)) {
            let same = before.question.as_ref().is_some_and(|old| old.label == now.label && old.input == now.input);
            lines.extend(if same { self.error(now) } else { self.question(now) });
        }
        // A key that is gone is no news, and between the lines of an exchange nobody chooses.
        let is_new = |action: &Action| !before.actions.contains(action);
        if !is_running(screen) && (is_running(before) || screen.actions.iter().any(is_new)) {
            lines.extend(self.menu(screen));
        }
        joined(&lines)
    }

    /// Why an answer was not taken, if it was not.
    pub fn refusal(&self, screen: &Screen) -> String {
        joined(&screen.question.as_ref().map(|question| self.error(question)).unwrap_or_default())
    }

    /// The default in brackets, or what Enter does.
    pub fn prompt(&self, screen: &Screen) -> String {
        let default = match screen.question.as_ref().map(|question| &question.input) {
            Some(Input::Text { value }) if !value.is_empty() => format!("[{}] ", visible::line(value)),
            Some(Input::Secret { held: true }) => format!("[{}] ", self.words.kept),
            Some(Input::Choice { selected, .. }) => format!("[{}] ", selected + 1),
            _ => String::new(),
        };
        self.look.text(&format!("{default}> "))
    }

    /// After an answer that is not known here.
    pub fn not_known(&self, screen: &Screen) -> String {
        let colon = if screen.takes_text() { ":" } else { "" };
        let mut what: Vec<String> = match screen.question.as_ref().map(|question| &question.input) {
            Some(Input::Choice { options, .. }) => vec![format!("1-{}", options.len())],
            _ => Vec::new(),
        };
        what.extend(screen.actions.iter().map(|action| named(action.key, colon)));
        let text = self.words.not_known.replace("{what}", &what.join(" "));
        joined(&text::wrap(&self.look.text(&text), self.width))
    }

    fn block(&self, block: &Block) -> Vec<String> {
        if let Block::Qr(text) = block {
            return self.qr(text);
        }
        plain(blocks::lines_of(block, self.pen(), self.width, None))
    }

    fn new_in_block(&self, before: Option<&Block>, block: &Block, still: bool) -> Vec<String> {
        match (before, block) {
            (Some(before), now) if before == now => Vec::new(),
            (Some(Block::Transcript(before)), Block::Transcript(now)) if now.starts_with(before) => {
                self.block(&Block::Transcript(now[before.len()..].to_vec()))
            }
            (before, now) => {
                let old = before.map_or_else(Vec::new, |before| self.block(before));
                let new = self.block(now);
                if still && same_but_digits(&old, &new) {
                    return Vec::new();
                }
                new.into_iter().filter(|line| !old.contains(line)).collect()
            }
        }
    }

    /// Items whose state changed, each with its mark and its word.
    fn settled(&self, before: &[ItemRow], now: &[ItemRow]) -> Vec<String> {
        now.iter()
            .filter(|row| before.iter().any(|old| old.item == row.item && old.state != row.state))
            .map(|row| self.look.text(&format!("[{}] {}: {}", self.look.mark(row.state), row.label, row.state_label)))
            .collect()
    }

    fn busy(&self, screen: &Screen) -> Option<String> {
        screen.busy.as_ref().map(|busy| format!("{} {}", self.look.ellipsis(), self.look.text(busy)))
    }

    fn question(&self, question: &Question) -> Vec<String> {
        let mut lines = self.wrapped(&question.label, 0);
        lines.extend(self.wrapped(&question.hint, 2));
        if let Input::Choice { options, .. } = &question.input {
            for (at, choice) in options.iter().enumerate() {
                lines.push(self.look.text(&format!("  {}. {}", at + 1, choice.label)));
                lines.extend(self.wrapped(&choice.detail, 5));
            }
        }
        lines.extend(self.error(question));
        lines
    }

    fn error(&self, question: &Question) -> Vec<String> {
        let mark = self.look.tone(Tone::Failure);
        question.error.iter().flat_map(|error| self.wrapped(&format!("{mark} {error}"), 2)).collect()
    }

    fn menu(&self, screen: &Screen) -> Vec<String> {
        let (head, colon) = match screen.question.as_ref().map(|question| &question.input) {
            Some(Input::Choice { .. }) => (&self.words.choose_number, ""),
            Some(_) => (&self.words.answer_or_key, ":"),
            None => (&self.words.choose_key, ""),
        };
        let label = |action| self.look.label(action, self.words);
        let mut keys: Vec<(String, String)> =
            screen.actions.iter().map(|action| (named(action.key, colon), label(action))).collect();
        if self.terminal && !screen.actions.iter().any(|action| action.act == Act::Send(Message::Leave)) {
            keys.push(("Ctrl-C".to_owned(), self.look.text(&self.words.leave)));
        }
        if keys.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![self.look.text(head)];
        lines.extend(keys.into_iter().map(|(key, label)| format!("  {key:<7} {label}")));
        lines
    }

    /// A code as wide as the terminal or narrower; of a wider one, the size it needs.
    fn qr(&self, text: &str) -> Vec<String> {
        let Some(qr) = Qr::of(text) else { return Vec::new() };
        let cells = if self.look.ascii { Cells::Ascii } else { Cells::Half };
        if let Some(quiet) = QUIET.into_iter().find(|quiet| qr.size(cells, *quiet).0 <= self.width) {
            return qr.rows(cells, quiet);
        }
        let (width, height) = qr.size(cells, QUIET[QUIET.len() - 1]);
        let needs = self.words.qr_needs.replace("{width}", &width.to_string());
        self.wrapped(&needs.replace("{height}", &height.to_string()), 0)
    }

    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        if text.is_empty() {
            return Vec::new();
        }
        let lines = text::wrap(&self.look.text(text), self.width.saturating_sub(indent));
        lines.into_iter().map(|line| format!("{}{line}", " ".repeat(indent))).collect()
    }
}

/// Enter is pressed; any other key is typed, with a colon before it where answers are free text.
fn named(key: Key, colon: &str) -> String {
    let colon = if key == Key::Enter { "" } else { colon };
    format!("{colon}{}", key::name(key))
}

fn plain(lines: Vec<ratatui::text::Line>) -> Vec<String> {
    lines.into_iter().map(|line| line.to_string().trim_end().to_owned()).collect()
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn same_but_digits(before: &[String], now: &[String]) -> bool {
    let still =
        |lines: &[String]| -> String { lines.concat().chars().filter(|letter| !letter.is_ascii_digit()).collect() };
    still(before) == still(now)
}
