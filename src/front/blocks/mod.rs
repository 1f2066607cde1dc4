//! The content: every kind of block as lines of a given width, already wrapped.
//! Both fronts draw these lines; the full screen scrolls them as one.
//!
//! ```text
//!  Text of a step, wrapped by the rules of its language.
//!
//!  1. What to click
//!  2. What to click next
//!
//!  Run this in Exchange Online PowerShell
//!  Set-CASMailbox -Identity 'alerts@contoso.example' …      cut at the edge, nothing inserted
//! ```

mod code;
pub mod items;
pub mod pen;
mod transcript;
mod verdict;

use ratatui::{style::Style, text::Line};

use crate::{
    front::text,
    wizard::screen::{Block, Change, Tone},
};

use pen::Pen;

pub struct Content {
    pub lines: Vec<Line<'static>>,
    /// The line each block begins at.
    pub starts: Vec<usize>,
}

/// `no_qr` stands in the place of a QR code that does not fit; without it the code is drawn elsewhere.
pub fn content(blocks: &[Block], pen: Pen, width: usize, no_qr: Option<&str>) -> Content {
    let (mut lines, mut starts) = (Vec::new(), Vec::new());
    for block in blocks {
        let drawn = lines_of(block, pen, width, no_qr);
        if !drawn.is_empty() && !lines.is_empty() {
            lines.push(Line::default());
        }
        starts.push(lines.len());
        lines.extend(drawn);
    }
    Content { lines, starts }
}

pub fn lines_of(block: &Block, pen: Pen, width: usize, no_qr: Option<&str>) -> Vec<Line<'static>> {
    match block {
        Block::Text(text) => pen.wrapped(text, width, Style::new()),
        Block::Note { tone, text } => {
            let head = format!("{} ", pen.look.tone(*tone));
            let style = pen.tone(*tone);
            pen.hanging(&head, pen.wrapped(text, width.saturating_sub(text::width(&head)), style), style)
        }
        Block::Steps(steps) => numbered(steps, pen, width),
        Block::Command { label, text } => labelled(label, text, pen, width),
        Block::Link { label, url } => labelled(label, url, pen, width),
        Block::UserCode { label, code } => code::lines(label, code, pen, width),
        Block::Qr(_) => no_qr.map_or_else(Vec::new, |text| pen.wrapped(text, width, pen.dim())),
        Block::Facts(facts) => table(facts, pen, width),
        Block::Sheet { title, rows } => {
            let facts: Vec<_> = rows.iter().map(|row| (row.name.clone(), row.text.clone())).collect();
            let mut lines = pen.wrapped(title, width, pen.bold());
            lines.extend(table(&facts, pen, width));
            lines
        }
        Block::Items(rows) => rows.iter().flat_map(|row| items::line(row, pen, width)).collect(),
        Block::Transcript(rows) => transcript::lines(rows, pen, width),
        Block::Verdict(verdict) => verdict::lines(verdict, pen, width),
        Block::Difference { path, lines } => difference(path, lines, pen, width),
    }
}

pub fn numbered(steps: &[String], pen: Pen, width: usize) -> Vec<Line<'static>> {
    let column = steps.len().to_string().len() + 2;
    let step = |(at, step): (usize, &String)| {
        let head = text::pad(&format!("{}.", at + 1), column);
        pen.hanging(&head, pen.wrapped(step, width.saturating_sub(column), Style::new()), pen.bold())
    };
    steps.iter().enumerate().flat_map(step).collect()
}

/// A label, and beneath it what is copied as it stands.
pub fn labelled(label: &str, literal: &str, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let mut lines = if label.is_empty() { Vec::new() } else { pen.wrapped(label, width, pen.bold()) };
    lines.extend(pen.cut(literal, width, pen.literal()));
    lines
}

fn table(facts: &[(String, String)], pen: Pen, width: usize) -> Vec<Line<'static>> {
    let widest = facts.iter().map(|(name, _)| text::width(&pen.look.text(name))).max().unwrap_or(0);
    let column = widest.min(width / 2) + 2;
    let mut lines = Vec::new();
    for (name, value) in facts {
        let name = pen.look.text(name);
        // A value without a space in it is an address or an id, to be copied.
        let words = value.contains(char::is_whitespace);
        let fill = if words { Pen::wrapped } else { Pen::cut };
        let value = fill(pen, value, width.saturating_sub(column), Style::new());
        if text::width(&name) + 2 <= column {
            lines.extend(pen.hanging(&text::pad(&name, column), value, pen.dim()));
        } else {
            lines.extend(pen.wrapped(&name, width, pen.dim()));
            lines.extend(pen.hanging(&" ".repeat(column), value, pen.dim()));
        }
    }
    lines
}

fn difference(path: &str, rows: &[(Change, String)], pen: Pen, width: usize) -> Vec<Line<'static>> {
    let mut lines = pen.cut(path, width, pen.bold());
    for (change, text) in rows {
        let (head, style) = match change {
            Change::Kept => ("  ", pen.dim()),
            Change::Added => ("+ ", pen.tone(Tone::Success)),
            Change::Removed => ("- ", pen.tone(Tone::Failure)),
        };
        lines.extend(pen.hanging(head, pen.cut(text, width.saturating_sub(2), style), style));
    }
    lines
}
