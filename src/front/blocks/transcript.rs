//! The exchange with the mail server, one row a line, and what each line means: beside it where
//! there is room, beneath it where there is not.
//!
//! ```text
//!     12.3      ←  220 AMS… Microsoft ESMTP MAIL Service ready
//!                  the server greets
//!     80.1 TLS  →  AUTH XOAUTH2
//! ```

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{front::text, wizard::screen::TranscriptRow};

use super::pen::Pen;

/// Milliseconds, lock, arrow and the spaces between them.
const HEAD: usize = 16;
/// From this width on the meaning stands beside the line.
const BESIDE: usize = 96;

pub fn lines(rows: &[TranscriptRow], pen: Pen, width: usize) -> Vec<Line<'static>> {
    rows.iter()
        .flat_map(|row| if width >= BESIDE { beside(row, pen, width) } else { beneath(row, pen, width) })
        .collect()
}

/// `TLS` in letters: a lock is two columns wide in some terminals and missing in others.
pub fn head(row: &TranscriptRow, look: crate::front::Look) -> String {
    let arrow = text::pad(look.arrow(row.from_server), 2);
    format!("{:>8.1} {} {arrow} ", row.ms, if row.tls { "TLS" } else { "   " })
}

fn beneath(row: &TranscriptRow, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let room = width.saturating_sub(HEAD);
    let mut lines = pen.hanging(&head(row, pen.look), pen.cut(&row.text, room, side(row, pen)), pen.dim());
    if !row.meaning.is_empty() {
        let meaning = pen.wrapped(&row.meaning, room, pen.dim());
        lines.extend(pen.hanging(&" ".repeat(HEAD), meaning, pen.dim()));
    }
    lines
}

fn beside(row: &TranscriptRow, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let column = (width - HEAD) * 11 / 20;
    let left = text::cut(&pen.look.text(&row.text), column.saturating_sub(2));
    let right = text::wrap(&pen.look.text(&row.meaning), width - HEAD - column);
    let rows = (0..left.len().max(right.len()))
        .map(|at| {
            let text = left.get(at).map_or("", String::as_str);
            let meaning = right.get(at).cloned().unwrap_or_default();
            Line::from(vec![Span::styled(text::pad(text, column), side(row, pen)), Span::styled(meaning, pen.dim())])
        })
        .collect();
    pen.hanging(&head(row, pen.look), rows, pen.dim())
}

fn side(row: &TranscriptRow, pen: Pen) -> Style {
    if row.from_server { Style::new() } else { pen.bold() }
}
