//! A cause as it was found: how sure that is, what speaks for it, what to do, and what shows that it helped. What the catalogue
//! says of one that nobody has is `catalogue.rs`'s.

use super::{
    apart::Apart,
    document::{Part, Span, Spans, said},
    writer::Writer,
};
use crate::diagnosis::Cause;

/// A heading and all that is known of it; what would tell more is said here where it stands alone.
pub fn parts(writer: &Writer, number: usize, cause: &Cause, alone: bool) -> Vec<Part> {
    let mut heading = said(format!("{number}. "));
    heading.extend(headline(writer, cause));
    // What PowerShell printed stands line by line with the other facts, and there only what names nobody.
    let shown = cause.evidence.iter().filter(|(name, _)| *name != "powershell" || !writer.hides());
    let evidence = shown.map(|(name, value)| writer.known(name, &[value]));
    let mut parts = vec![Part::Heading(3, heading), Part::Text(writer.sentence(&cause.why))];
    part(writer, "evidence", Part::Bullets(evidence.collect()), &mut parts);
    part(writer, "fix", Part::Steps(cause.fix.iter().map(|fix| writer.sentence(fix)).collect()), &mut parts);
    let reads = if alone { cause.reads.as_slice() } else { &[] };
    parts.extend(writer.commands(reads.iter().chain(&cause.commands)));
    if alone {
        let next = cause.next.iter().chain(&cause.ask).map(|next| writer.sentence(next)).collect();
        part(writer, "next", Part::Bullets(next), &mut parts);
    }
    parts.extend(cause.verify.iter().map(|verify| Part::Text(writer.sentence(verify))));
    parts.push(Part::Bullets(vec![source(writer, cause.slug, cause.source)]));
    parts
}

/// What would tell several of them apart, once behind them all.
pub fn apart(writer: &Writer, causes: &[Cause]) -> Vec<Part> {
    let apart = Apart::of(writer.texts, causes);
    if apart.is_empty() {
        return Vec::new();
    }
    let steps = Part::Bullets(apart.steps.into_iter().map(|step| writer.sentence(step)).collect());
    let heading = Part::Heading(3, said(writer.texts.word("apart.several")));
    [heading, steps].into_iter().chain(writer.commands(apart.commands)).collect()
}

/// `Headline (certainty)`.
pub fn headline(writer: &Writer, cause: &Cause) -> Spans {
    let mut spans = writer.sentence(&cause.headline);
    spans.extend(cause.certainty_word().map(|key| Span::Words(format!(" ({})", writer.texts.word(&key)))));
    spans
}

fn source(writer: &Writer, slug: &str, source: &str) -> Spans {
    let mut spans = said(format!("{}: ", writer.word("name")));
    spans.push(Span::Value(slug.to_owned()));
    if !source.is_empty() {
        spans.push(Span::Words(format!(" · {}: ", writer.word("source"))));
        spans.push(Span::Link(source.to_owned()));
    }
    spans
}

/// With its name before it, unless there is nothing of it.
fn part(writer: &Writer, key: &str, part: Part, parts: &mut Vec<Part>) {
    if !part.is_empty() {
        parts.push(Part::Text(vec![Span::Strong(writer.word(key))]));
        parts.push(part);
    }
}
