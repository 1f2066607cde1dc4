//! Checklist items as text: a whole line of the checklist, and the short forms for a row of marks.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{checklist::State, front::text, wizard::screen::ItemRow};

use super::pen::Pen;

/// `✓4 ~2 ✗0 -1 /12`: how many are proven, attested, failed, not needed, and how many there are.
pub fn counts(rows: &[ItemRow], pen: Pen) -> String {
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    let known = [State::Proven, State::Attested, State::Failed, State::NotNeeded];
    let marks: Vec<String> =
        known.into_iter().map(|state| format!("{}{}", pen.look.mark(state), count(state))).collect();
    format!("{} /{}", marks.join(" "), rows.len())
}

/// `>[✓] Tenant`
pub fn entry(row: &ItemRow, pen: Pen) -> String {
    format!("{}[{}] {}", if row.current { '>' } else { ' ' }, pen.look.mark(row.state), pen.look.text(&row.label))
}

/// `>[✓] Tenant   proven`, the state's word beneath where it does not fit beside.
pub fn line(row: &ItemRow, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let head = format!("{}[{}] ", if row.current { '>' } else { ' ' }, pen.look.mark(row.state));
    let (label, state) = (pen.look.text(&row.label), pen.look.text(&row.state_label));
    let column = (width / 2).saturating_sub(5);
    let body = if text::width(&label) < column && text::width(&state) + column + 5 <= width {
        let style = if row.current { pen.bold() } else { Style::new() };
        let cells = vec![Span::styled(text::pad(&label, column), style), Span::styled(state, pen.state(row.state))];
        vec![Line::from(cells)]
    } else {
        pen.wrapped(&format!("{label}: {state}"), width.saturating_sub(5), Style::new())
    };
    pen.hanging(&head, body, pen.state(row.state))
}
