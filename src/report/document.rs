//! A document as data: headings, sentences, lists and code, written once and laid out as Markdown or for a terminal.
//! Own words and what others said are kept apart until then. It says nothing itself.

use crate::{language::Piece, markdown, shell};

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

/// The pieces of a sentence; what becomes of a value, of which its name is told first, is the caller's to say. A value
/// that is part of a longer word (`{host}:{port}`, `scope={resource}/SMTP.Send`) is shown as one with it.
pub fn spans(pieces: Vec<Piece>, value: impl Fn(&str, &str) -> Span) -> Spans {
    let mut out = Spans::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let span = match piece {
            Piece::Words(words) => Span::Words(words),
            Piece::Value(_, given) if given.is_empty() => continue,
            Piece::Value(name, given) => value(&name, &given),
        };
        match (out.pop(), span) {
            (Some(Span::Words(words)), value) if value.is_value() => {
                let (rest, begins) = words.split_at(words.trim_end_matches(in_a_word).len());
                out.extend([Span::Words(rest.to_owned()), value.between(begins, "")]);
            }
            (Some(value), Span::Words(words)) if value.is_value() => {
                let (ends, rest) = words.split_at(end_of_word(&words, pieces.peek().is_some()));
                out.push(value.between("", ends));
                out.extend((!rest.is_empty()).then(|| Span::Words(rest.to_owned())));
            }
            (Some(before), value) if before.is_value() && value.is_value() => {
                out.push(value.between(&text(&vec![before]), ""));
            }
            (before, span) => out.extend(before.into_iter().chain([span])),
        }
    }
    out.retain(|span| *span != Span::Words(String::new()));
    out
}

/// What the words of addresses, scopes and options are made of.
fn in_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/:=@.?&#_-~%+…".contains(c)
}

/// Where the word ends that goes on behind a value; what ends the sentence does not belong to it.
fn end_of_word(words: &str, value_follows: bool) -> usize {
    let word = &words[..words.len() - words.trim_start_matches(in_a_word).len()];
    if value_follows && word.len() == words.len() {
        word.len()
    } else {
        word.trim_end_matches(['.', ':', '?', '…']).len()
    }
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

impl Span {
    /// Something given, not words of our own.
    fn is_value(&self) -> bool {
        matches!(self, Self::Value(_) | Self::Link(_))
    }

    /// The same with the rest of the word around it. What stands in capitals or is left out is for a person to fill in,
    /// so that it is no link any more.
    fn between(self, begins: &str, ends: &str) -> Self {
        let follows = |c: char| c.is_ascii() && !c.is_ascii_uppercase();
        match self {
            Self::Link(address) if begins.is_empty() && ends.chars().all(follows) => Self::Link(address + ends),
            Self::Link(text) | Self::Value(text) => Self::Value(format!("{begins}{text}{ends}")),
            other => other,
        }
    }
}

impl Part {
    /// A command to copy, marked by what it is for: PowerShell, or any shell.
    pub fn command(label: Spans, text: String) -> Self {
        let language = if text.split_whitespace().any(shell::is_cmdlet) { "powershell" } else { "sh" };
        Self::Code { label, language, text }
    }

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
    fn a_value_within_a_word_is_one_with_it() {
        let shown = |template: &str| {
            let mut pieces = Vec::new();
            for (at, part) in template.split(['{', '}']).enumerate() {
                let value = || Piece::Value(part.to_owned(), part.trim_start_matches("none").to_owned());
                pieces.push(if at % 2 == 0 { Piece::Words(part.to_owned()) } else { value() });
            }
            let span = |_: &str, value: &str| match value.starts_with("https:") {
                true => Span::Link(value.to_owned()),
                false => Span::Value(value.to_owned()),
            };
            within(&spans(pieces, span))
        };
        for (template, wanted) in [
            ("Ask for {https://a.example}/SMTP.Send, no more", "Ask for `https://a.example/SMTP.Send`, no more"),
            ("see {https://a.example}/error?code={50011}.", "see `https://a.example/error?code=50011`."),
            ("see {https://a.example}/common: it", "see <https://a.example/common>: it"),
            ("see {https://a.example}. It", "see <https://a.example>. It"),
            ("to {host}:{587}: no", "to `host:587`: no"),
            ("AADSTS{50011}, of {kim}'s", "`AADSTS50011`, of `kim`'s"),
            ("run x{none} and '{y}'", "run x and '`y`'"),
            ("「{kim}」の{box}。", "「`kim`」の`box`。"),
        ] {
            assert_eq!(shown(template), wanted);
        }
    }

    #[test]
    fn a_command_is_marked_by_what_it_is_for() {
        let language = |text: &str| match Part::command(Spans::new(), text.to_owned()) {
            Part::Code { language, .. } => language,
            _ => "",
        };
        assert_eq!(language("Set-CASMailbox -Identity 'a@b.example'"), "powershell");
        assert_eq!(language("$sp = Get-MgServicePrincipal -Filter x"), "powershell");
        assert_eq!(language("az ad app show --id '<client_id>'"), "sh");
        assert_eq!(language("(umask 077; openssl req -x509)\naz ad sp show"), "sh");
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
