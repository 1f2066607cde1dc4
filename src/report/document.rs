//! A document as data: headings, sentences, lists and code, written once and laid out as Markdown or for a terminal.
//! Own words and what others said are kept apart until then. It says nothing itself.

use crate::{language::Piece, markdown};

/// A sentence: own words, values as they were given, and addresses of our own to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    Words(String),
    /// Stands as code in Markdown, so that nothing in it is read as markup.
    Value(String),
    Strong(String),
    /// An `https` address from our own data.
    Link(String),
    /// To a heading of the same page: its words, and its anchor.
    To(String, String),
}

pub type Spans = Vec<Span>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Heading(u8, Spans),
    Text(Spans),
    Bullets(Vec<Spans>),
    Steps(Vec<Spans>),
    /// Lines to copy or to read as they stand; the label before them may be empty.
    Code {
        label: Spans,
        language: &'static str,
        text: String,
    },
}

/// One span of own words.
pub fn said(text: impl Into<String>) -> Spans {
    vec![Span::Words(text.into())]
}

/// The pieces of a sentence; what becomes of a value, of which its name is told first, is the caller's to say.
pub fn spans(pieces: Vec<Piece>, value: impl Fn(&str, &str) -> Span) -> Spans {
    let span = |piece| match piece {
        Piece::Words(words) => Span::Words(words),
        Piece::Value(name, given) => value(&name, &given),
    };
    pieces.into_iter().filter(|piece| *piece != Piece::Words(String::new())).map(span).collect()
}

pub fn markdown(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Heading(level, spans) => format!("{} {}\n", "#".repeat(usize::from(*level)), within(spans)),
        Part::Text(spans) => line(spans) + "\n",
        Part::Bullets(lines) => lines.iter().map(|spans| format!("- {}\n", line(spans))).collect(),
        Part::Steps(lines) => (1..).zip(lines).map(|(at, spans)| format!("{at}. {}\n", line(spans))).collect(),
        Part::Code { label, language, text } => {
            let label = if label.is_empty() { String::new() } else { line(label) + "\n\n" };
            label + &markdown::fenced(language, text)
        }
    };
    parts.iter().filter(|part| !part.is_empty()).map(part).collect::<Vec<_>>().join("\n")
}

/// At the beginning of a line, where a number or a dash would begin a list.
fn line(spans: &Spans) -> String {
    match spans.split_first() {
        Some((Span::Words(first), rest)) => markdown::words(first) + &within(rest),
        _ => within(spans),
    }
}

fn within(spans: &[Span]) -> String {
    let span = |span: &Span| match span {
        Span::Words(words) => markdown::words_within(words),
        Span::Value(value) => markdown::code(value),
        Span::Strong(words) => format!("**{}**", markdown::words_within(words)),
        Span::Link(address) => format!("<{address}>"),
        Span::To(words, anchor) => format!("[{}](#{anchor})", markdown::words_within(words)),
    };
    spans.iter().map(span).collect()
}

/// For a terminal: `sentence` lays one out behind its mark, `raw` is for lines that are copied or read as they stand.
pub fn plain(parts: &[Part], sentence: impl Fn(&str, &str) -> String) -> String {
    let numbered =
        |lines: &[Spans]| (1..).zip(lines).map(|(at, spans)| sentence(&format!("  {at}. "), &text(spans))).collect();
    let part = |part: &Part| match part {
        Part::Heading(_, spans) => sentence("", &format!("\n{}", text(spans))),
        Part::Text(spans) => sentence("", &text(spans)),
        Part::Bullets(lines) => lines.iter().map(|spans| sentence("  - ", &text(spans))).collect(),
        Part::Steps(lines) => numbered(lines),
        Part::Code { label, text: code, .. } => {
            let label = if label.is_empty() { String::new() } else { sentence("  ", &format!("{}:", text(label))) };
            label + &code.lines().map(|line| format!("    {line}\n")).collect::<String>()
        }
    };
    let out: String = parts.iter().filter(|part| !part.is_empty()).map(part).collect();
    out.trim_start_matches('\n').to_owned()
}

/// Without any markup.
pub fn text(spans: &Spans) -> String {
    let span = |span: &Span| match span {
        Span::Words(text) | Span::Value(text) | Span::Strong(text) | Span::Link(text) | Span::To(text, _) => {
            text.clone()
        }
    };
    spans.iter().map(span).collect()
}

impl Part {
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Heading(_, spans) | Self::Text(spans) => spans.is_empty(),
            Self::Bullets(lines) | Self::Steps(lines) => lines.is_empty(),
            Self::Code { text, .. } => text.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Part> {
        let value = || vec![Span::Words("Reply: ".into()), Span::Value("535 `x`".into()), Span::Words("- end".into())];
        vec![
            Part::Heading(2, said("A *heading*")),
            Part::Text(value()),
            Part::Bullets(Vec::new()),
            Part::Steps(vec![said("one"), vec![Span::Strong("two".into())]]),
            Part::Code { label: said("Run"), language: "powershell", text: "a ```\nb".into() },
            Part::Bullets(vec![vec![Span::Link("https://x.example".into())], vec![Span::To("s".into(), "s".into())]]),
        ]
    }

    #[test]
    fn a_document_is_laid_out_as_markdown() {
        let wanted = "## A \\*heading\\*\n\nReply: `` 535 `x` ``- end\n\n1. one\n2. **two**\n\nRun\n\n````powershell\na ```\nb\n````\n\n- <https://x.example>\n- [s](#s)\n";
        assert_eq!(markdown(&parts()), wanted);
    }

    #[test]
    fn the_same_document_is_laid_out_for_a_terminal() {
        let wanted = "A *heading*\nReply: 535 `x`- end\n  1. one\n  2. two\n  Run:\n    a ```\n    b\n  - https://x.example\n  - s\n";
        assert_eq!(plain(&parts(), |head, said| format!("{head}{said}\n")), wanted);
    }
}
