//! The checklist, always in sight: one row of marks, or a pane at the right where there is room.
//!
//! ```text
//!  ✓4 ~2 ✗0 /17  … [✓] Tenant >[~] Client ID [ ] Redirect URI [ ] Permission …
//! ```

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    front::{
        blocks::{items, pen::Pen},
        text,
    },
    wizard::screen::{ItemRow, Screen},
};

pub fn draw_row(screen: &Screen, pen: Pen, area: Rect, buffer: &mut Buffer) {
    let rows = &screen.checklist;
    let counts = format!(" {} ", items::counts(rows, pen));
    let room = usize::from(area.width).saturating_sub(text::width(&counts) + 1);
    let mut spans = vec![Span::styled(counts, pen.bold())];
    spans.extend(window(rows, pen, room));
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

/// As many whole entries as fit, the current one among them.
fn window(rows: &[ItemRow], pen: Pen, room: usize) -> Vec<Span<'static>> {
    let current = rows.iter().position(|row| row.current).unwrap_or(0);
    let entries: Vec<String> = rows.iter().map(|row| items::entry(row, pen)).collect();
    let ellipsis = pen.look.ellipsis();
    // Both ellipses and their spaces are always counted, so that the row does not shift with the step.
    let budget = room.saturating_sub(2 * (text::width(ellipsis) + 1));
    let (mut first, mut last) = (current, current);
    let mut used = entries.get(current).map_or(0, |entry| text::width(entry));
    loop {
        let before = first.checked_sub(1).map(|at| (at, text::width(&entries[at])));
        let after = entries.get(last + 1).map(|entry| text::width(entry));
        match (before, after) {
            (Some((at, wide)), _) if used + wide <= budget && (current - at <= 1 || after.is_none()) => {
                first = at;
                used += wide;
            }
            (_, Some(wide)) if used + wide <= budget => {
                last += 1;
                used += wide;
            }
            (Some((at, wide)), _) if used + wide <= budget => {
                first = at;
                used += wide;
            }
            _ => break,
        }
    }
    let mut spans = Vec::new();
    if first > 0 {
        spans.push(Span::raw(format!(" {ellipsis}")));
    }
    for (row, entry) in rows.iter().zip(&entries).take(last + 1).skip(first) {
        let style = if row.current { pen.state(row.state).patch(pen.bold()) } else { pen.state(row.state) };
        spans.push(Span::styled(text::fit(entry, room, ellipsis), style));
    }
    if last + 1 < rows.len() {
        spans.push(Span::raw(format!(" {ellipsis}")));
    }
    spans
}

/// One item a row with mark and state; scrolled so that the current one is seen.
pub fn draw_pane(screen: &Screen, pen: Pen, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let head = format!(" {}  {}", pen.look.text(&pen.words.checklist), items::counts(&screen.checklist, pen));
    let head = text::fit(&head, width, pen.look.ellipsis());
    buffer.set_line(area.x, area.y, &Line::styled(head, pen.bold()), area.width);

    let height = usize::from(area.height.saturating_sub(1));
    let current = screen.checklist.iter().position(|row| row.current).unwrap_or(0);
    let first = (current + 1).saturating_sub(height);
    for (row, y) in screen.checklist.iter().skip(first).zip(area.y + 1..area.bottom()) {
        let state = pen.look.text(&row.state_label);
        let room = width.saturating_sub(text::width(&state) + 2);
        let label = text::pad(&text::fit(&items::entry(row, pen), room, pen.look.ellipsis()), room);
        let style = if row.current { pen.bold() } else { Style::new() };
        let line =
            Line::from(vec![Span::styled(label, style), Span::raw(" "), Span::styled(state, pen.state(row.state))]);
        buffer.set_line(area.x, y, &line, area.width);
    }
}
