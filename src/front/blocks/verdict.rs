//! One cause: what it is, how sure that is, the fix, what to do next, and the evidence as it came. What to do is
//! in sight at 24 rows; the evidence can be long.
//!
//! ```text
//!  ✗ SMTP AUTH is switched off for this mailbox (certain)
//!  Why       The server named the mailbox, not the tenant.
//!  Fix       1. Open the Exchange admin center
//!  Evidence  535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled …
//! ```

use ratatui::{style::Style, text::Line};

use crate::{
    front::text,
    wizard::screen::{Tone, Verdict},
};

use super::{labelled, numbered, pen::Pen};

pub fn lines(verdict: &Verdict, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let words = pen.words;
    let names = [&words.why, &words.evidence, &words.fix, &words.next, &words.source];
    let column = names.iter().map(|name| text::width(name)).max().unwrap_or(0) + 2;
    // Beside the names where that leaves a readable column, else beneath them.
    let column = if width >= column + 30 { column } else { 2 };
    let room = width.saturating_sub(column);
    let part = |name: &str, body: Vec<Line<'static>>| part(name, body, column, pen);

    let failure = pen.tone(Tone::Failure).patch(pen.bold());
    let head = format!("{} ", pen.look.tone(Tone::Failure));
    let headline = match verdict.certainty.as_str() {
        "" => verdict.headline.clone(),
        certainty => format!("{} ({certainty})", verdict.headline),
    };
    let mut lines = pen.hanging(&head, pen.wrapped(&headline, width.saturating_sub(2), failure), failure);

    let plain = Style::new();
    lines.extend(part(&words.why, sentences(std::slice::from_ref(&verdict.why), pen, room, plain)));
    lines.extend(part(&words.fix, numbered(&verdict.fix, pen, room)));
    if !verdict.commands.is_empty() {
        lines.push(Line::styled(words.commands.clone(), pen.bold()));
        // Not indented: a command reaches as far as the screen does.
        lines.extend(verdict.commands.iter().flat_map(|(label, text)| labelled(label, text, pen, width)));
    }
    lines.extend(part(&words.next, sentences(&verdict.next, pen, room, plain)));
    let evidence = verdict.evidence.iter().flat_map(|line| pen.quoted(line, room, pen.bold())).collect();
    lines.extend(part(&words.evidence, evidence));
    lines.extend(part(&words.source, pen.cut(&verdict.source, room, pen.dim())));
    lines
}

fn sentences(texts: &[String], pen: Pen, width: usize, style: Style) -> Vec<Line<'static>> {
    texts.iter().filter(|text| !text.is_empty()).flat_map(|text| pen.wrapped(text, width, style)).collect()
}

fn part(name: &str, body: Vec<Line<'static>>, column: usize, pen: Pen) -> Vec<Line<'static>> {
    if body.iter().all(|line| line.width() == 0) {
        return Vec::new();
    }
    if text::width(name) < column {
        return pen.hanging(&text::pad(name, column), body, pen.bold());
    }
    let mut lines = vec![Line::styled(name.to_owned(), pen.bold())];
    lines.extend(pen.hanging(&" ".repeat(column), body, pen.bold()));
    lines
}
