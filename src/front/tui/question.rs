//! The question, pinned above the footer: what is asked, the field or the choices, and why the
//! last answer was not taken.
//!
//! ```text
//!  The mailbox that sends
//!  > alerts@contoso.example_
//!  a full address
//!  ✗ There is no @ in it.
//! ```

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    front::{blocks::pen::Pen, text},
    wizard::screen::{Choice, Input, Tone},
};

use super::view::View;

#[derive(Default)]
pub struct Drawn {
    pub lines: Vec<Line<'static>>,
    /// The row that must stay in sight: the field, or the selected choice.
    pub focus: usize,
    /// The caret's column in that row.
    pub caret: Option<usize>,
}

pub fn draw(view: &mut View, pen: Pen, width: usize) -> Drawn {
    let Some(question) = &view.screen.question else { return Drawn::default() };
    let mut drawn = Drawn { lines: pen.wrapped(&question.label, width, pen.bold()), ..Drawn::default() };
    match &question.input {
        Input::Text { .. } => field(&mut view.field, None, pen, width, &mut drawn),
        Input::Pasted => field(&mut view.field, None, pen, width, &mut drawn),
        Input::Secret { held } => {
            let kept = held.then_some(pen.words.kept.as_str());
            field(&mut view.field, kept, pen, width, &mut drawn);
        }
        Input::Choice { options, .. } => choices(options, view.selected, pen, width, &mut drawn),
    }
    drawn.lines.extend(pen.wrapped(&question.hint, width, pen.dim()).into_iter().filter(|line| line.width() > 0));
    if let Some(error) = &question.error {
        let style = pen.tone(Tone::Failure);
        let head = format!("{} ", pen.look.tone(Tone::Failure));
        drawn.lines.extend(pen.hanging(&head, pen.wrapped(error, width.saturating_sub(2), style), style));
    }
    drawn
}

fn field(field: &mut Option<super::field::Field>, kept: Option<&str>, pen: Pen, width: usize, drawn: &mut Drawn) {
    let Some(field) = field else { return };
    let words = |count: usize| pen.words.characters.replace("{count}", &count.to_string());
    let (shown, caret) = field.window(width.saturating_sub(2), pen.look.dot(), words);
    // The other way round, where more stands before it.
    let prompt = if field.is_cut() { "< " } else { "> " };
    let mut line = Line::from(vec![Span::styled(prompt, pen.bold()), Span::raw(shown)]);
    if let Some(kept) = kept.filter(|_| field.value().is_empty()) {
        line.spans.push(Span::styled(format!(" ({})", pen.look.text(kept)), pen.dim()));
    }
    drawn.focus = drawn.lines.len();
    drawn.caret = Some(2 + caret);
    drawn.lines.push(line);
}

fn choices(options: &[Choice], selected: usize, pen: Pen, width: usize, drawn: &mut Drawn) {
    let digits = options.len().to_string().len();
    let head = |at: usize| format!("{} {:>digits$}. ", if at == selected { '>' } else { ' ' }, at + 1);
    let room = width.saturating_sub(text::width(&head(0)));
    let beside = beside(options, pen, room);
    for (at, choice) in options.iter().enumerate() {
        let style = if at == selected { pen.bold() } else { Style::new() };
        let mut label = pen.wrapped(&choice.label, room, style);
        let mut detail = pen.wrapped(&choice.detail, room, pen.dim());
        detail.retain(|line| line.width() > 0);
        if let Some(column) = beside {
            let rows = label.iter_mut().zip(std::mem::take(&mut detail));
            rows.for_each(|(label, detail)| {
                label.spans.push(Span::raw(" ".repeat(column.saturating_sub(label.width()))));
                label.spans.extend(detail.spans.into_iter().map(|span| span.patch_style(pen.dim())));
            });
        }
        drawn.lines.extend(pen.hanging(&head(at), label, style));
        if at == selected {
            drawn.focus = drawn.lines.len() - 1;
            // The cursor is what a screen reader and a Braille line follow.
            drawn.caret = Some(0);
            drawn.lines.extend(pen.hanging(&" ".repeat(text::width(&head(at))), detail, style));
        }
    }
}

/// The column of the details, where each of them fits beside its label; else only the selected one's is shown, beneath.
fn beside(options: &[Choice], pen: Pen, room: usize) -> Option<usize> {
    let widest = |of: fn(&Choice) -> &str| {
        options.iter().map(|choice| text::width(&pen.look.text(of(choice)))).max().unwrap_or(0)
    };
    let column = widest(|choice| &choice.label) + 2;
    if options.iter().any(|choice| choice.label.contains('\n') || choice.detail.contains('\n')) {
        return None;
    }
    (column + widest(|choice| &choice.detail) <= room).then_some(column)
}
