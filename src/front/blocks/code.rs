//! The code to type at the verification page, so large that it cannot be overlooked.
//!
//! ```text
//!  The code to type there
//!  ┌───────────────────┐
//!  │ F 7 K 2 P Q 9 X D │
//!  └───────────────────┘
//! ```

use ratatui::{style::Style, text::Line};

use crate::front::text;

use super::pen::Pen;

pub fn lines(label: &str, code: &str, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let mut lines = pen.wrapped(label, width, Style::new());
    let code = pen.look.text(code);
    let spaced = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let inner = text::width(&spaced) + 2;
    // A line of text is for copying and for reading aloud.
    if pen.whole || inner + 2 > width {
        lines.extend(pen.cut(&code, width, pen.bold()));
        return lines;
    }
    let [left, right, low_left, low_right, across, down] =
        if pen.look.ascii { ["+", "+", "+", "+", "-", "|"] } else { ["┌", "┐", "└", "┘", "─", "│"] };
    let bar = across.repeat(inner);
    for row in [format!("{left}{bar}{right}"), format!("{down} {spaced} {down}"), format!("{low_left}{bar}{low_right}")]
    {
        lines.push(Line::styled(row, pen.bold()));
    }
    lines
}
