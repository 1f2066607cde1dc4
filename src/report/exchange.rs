//! The exchange with the mail server: what it took at each stage, what was agreed on, every line. What is too long is
//! left out in the middle, and that is said.

use super::{
    document::{Part, Span, Spans},
    writer::Writer,
};
use crate::{
    phrase::{Phrase, id},
    smtp::{Line, Side, StageResult, TlsFacts},
};

/// Characters of one line of the exchange, and of what a stage came to.
const LINE: usize = 500;
const DETAIL: usize = 300;

pub fn stages(writer: &Writer, stages: &[StageResult]) -> Part {
    let row = |result: &StageResult| {
        let mark = writer.word(if result.ok { "ok" } else { "failed" });
        let mut spans = vec![Span::Value(id(result.stage))];
        spans.push(Span::Words(format!(" {mark}, {:.1} ms", result.took.as_secs_f64() * 1000.0)));
        if !result.detail.is_empty() {
            spans.push(Span::Words(": ".into()));
            spans.push(Span::Value(writer.short(&result.detail, DETAIL)));
        }
        spans
    };
    Part::Bullets(stages.iter().map(row).collect())
}

pub fn tls(writer: &Writer, facts: &TlsFacts) -> Part {
    let row = |(name, value): (&str, &str)| writer.fact(&writer.texts.word(&format!("tls.{name}")), value);
    Part::Bullets(facts.rows().map(row).collect())
}

/// All lines, in at most so many characters.
pub fn transcript(writer: &Writer, lines: &[Line], most: usize) -> Part {
    Part::Code { label: Spans::new(), language: "text", text: middle_out(writer, lines, most) }
}

fn shown(writer: &Writer, line: &Line) -> String {
    let side = if line.from == Side::Server { "S:" } else { "C:" };
    let tls = if line.tls { "tls" } else { "   " };
    let text = writer.short(&line.text, LINE);
    let meaning =
        line.meaning.as_ref().map(|meaning| format!("   # {}", writer.short(&writer.texts.say(meaning), LINE)));
    format!("{:>7.0} ms {tls} {side} {text}{}\n", line.at.as_secs_f64() * 1000.0, meaning.unwrap_or_default())
}

/// The first and the last lines, which say most: how it began, and how it ended. What is left out is not looked at.
fn middle_out(writer: &Writer, lines: &[Line], most: usize) -> String {
    let first = within(lines.iter().map(|line| shown(writer, line)), most);
    if first.len() == lines.len() {
        return first.concat();
    }
    let first = within(first.into_iter(), most / 2);
    let mut last = within(lines.iter().rev().map(|line| shown(writer, line)), most / 2);
    last.reverse();
    let note = Phrase::new("report.left-out").with("lines", lines.len() - first.len() - last.len());
    format!("{}        … {} …\n{}", first.concat(), writer.texts.say(&note), last.concat())
}

/// As many as have room.
fn within(lines: impl Iterator<Item = String>, mut room: usize) -> Vec<String> {
    let fits = |line: String| {
        room = room.checked_sub(line.chars().count())?;
        Some(line)
    };
    lines.map_while(fits).collect()
}
