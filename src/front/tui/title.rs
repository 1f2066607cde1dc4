//! The first row, and the rule above the question.
//!
//! ```text
//! smtp-oauth  Sign in                                             Step 9 of 14
//! … waiting for Microsoft ───────────────────────────────────────── more below ─
//! ```

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use crate::{
    front::{blocks::pen::Pen, text},
    wizard::screen::Screen,
};

const PRODUCT: &str = "smtp-oauth";

pub fn draw(screen: &Screen, pen: Pen, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let place = pen.look.text(&screen.place);
    let room = width.saturating_sub(text::width(&place) + 2);
    let title = text::fit(&format!(" {PRODUCT}  {}", pen.look.text(&screen.title)), room, pen.look.ellipsis());
    let row = format!("{}{} ", text::pad(&title, width.saturating_sub(text::width(&place) + 1)), place);
    // Reversed: the one bar on the screen, visible without colours.
    let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
    buffer.set_line(area.x, area.y, &Line::styled(row, style), area.width);
}

/// What runs at the moment at its left, and whether the content goes on at its right.
pub fn draw_rule(busy: Option<&str>, more: &str, pen: Pen, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let more = if more.is_empty() { String::new() } else { format!(" {more} ") };
    let room = width.saturating_sub(text::width(&more) + 1);
    let busy = busy.map_or_else(String::new, |busy| format!("{} {} ", pen.look.ellipsis(), pen.look.text(busy)));
    let busy = text::fit(&busy, room, pen.look.ellipsis());
    let bar = pen.look.rule().repeat(room.saturating_sub(text::width(&busy)));
    let line = Line::from(vec![
        Span::styled(busy, pen.bold()),
        Span::styled(bar, pen.dim()),
        Span::styled(more, pen.bold()),
        Span::styled(pen.look.rule(), pen.dim()),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
}
