//! A failure told to whoever helps: one text in Markdown, to be pasted into a ticket. What was asked, what came of it,
//! the causes, the exchange. What it is made of has lost its tokens and secrets before; addresses and ids are hidden
//! where that is asked for. Nothing is read, written or asked here.

pub mod apart;
pub mod catalogue;
mod cause;
pub mod document;
mod exchange;
mod facts;
mod hide;
mod rule;
mod support;
mod writer;

use std::time::Duration;

use chrono::DateTime;

use self::{
    document::{Part, Span, Spans, said},
    writer::Writer,
};
use crate::{
    diagnosis::{Cause, Evidence, UNKNOWN},
    language::Texts,
    phrase::Phrase,
    secret::Secret,
    smtp::{Conversation, Line, Stage, StageResult},
    token::Claims,
};

/// All that is known of a failure, or of a success that is to be shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Unix seconds.
    pub at: i64,
    /// The account's name and its product's, where there are any.
    pub account: Option<String>,
    pub product: Option<String>,
    pub evidence: Evidence,
    /// Empty where nothing was refused.
    pub causes: Vec<Cause>,
    /// What it came to, in a sentence.
    pub ended: Option<Phrase>,
    /// How long it took until there was a token.
    pub waited: Option<Duration>,
    pub conversation: Option<Box<Conversation>>,
    /// Of one that is not over yet.
    pub lines: Vec<Line>,
    pub token: Option<Token>,
    /// What was tried once more: what it was, and its exchange.
    pub tried: Vec<(Phrase, Vec<Line>)>,
}

/// An access token by what it says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    mark: String,
    claims: Claims,
    /// Seconds; negative where it has run out.
    lives: Option<i64>,
}

impl Token {
    pub fn of(token: &Secret, expires_at: Option<i64>, now: i64) -> Self {
        let claims = Claims::read(token);
        let lives = claims.exp.or(expires_at).map(|at| at - now);
        Self { mark: token.token_mark(), claims, lives }
    }
}

/// GitHub takes 65,536 characters, other ticket systems fewer.
pub const LIMIT: usize = 60_000;

/// What a text is cut down to until it fits: characters of the exchange, causes in full, characters of a value.
const BOUNDS: [(usize, usize, usize); 4] = [(24_000, 6, 1_000), (12_000, 4, 300), (4_000, 2, 120), (1_000, 1, 40)];

/// The whole text, of at most [`LIMIT`] characters; `hidden` with other names in place of addresses and ids.
pub fn text(report: &Report, texts: &Texts, hidden: bool) -> String {
    let mut text = String::new();
    for (exchange, causes, value) in BOUNDS {
        let writer = Writer::new(texts, hidden, &report.evidence, value);
        text = document::markdown(&report.parts(&writer, exchange, causes));
        if text.chars().count() <= LIMIT {
            break;
        }
    }
    text
}

impl Report {
    fn parts(&self, writer: &Writer, exchange: usize, causes: usize) -> Vec<Part> {
        let mut parts = vec![Part::Heading(1, said(writer.word("title")))];
        parts.push(self.in_short(writer));
        section(writer, "asked", self.asked(writer), &mut parts);
        self.causes(writer, causes, &mut parts);
        section(writer, "experiments", facts::of(writer, &self.evidence, facts::EXPERIMENTS), &mut parts);
        section(writer, "support", support::ids(writer, self), &mut parts);
        section(writer, "authority", facts::of(writer, &self.evidence, facts::AUTHORITY), &mut parts);
        section(writer, "server", facts::of(writer, &self.evidence, facts::SERVER), &mut parts);
        section(writer, "token", facts::token(writer, self.token.as_ref(), &self.evidence), &mut parts);
        section(writer, "times", facts::of(writer, &self.evidence, facts::TIMES), &mut parts);
        section(writer, "others", facts::of(writer, &self.evidence, facts::OTHERS), &mut parts);
        section(writer, "stages", exchange::stages(writer, &self.stages()), &mut parts);
        if let Some(tls) = self.conversation.as_ref().and_then(|conversation| conversation.tls.as_ref()) {
            section(writer, "tls", exchange::tls(writer, tls), &mut parts);
        }
        section(writer, "exchange", exchange::transcript(writer, self.heard(), exchange), &mut parts);
        for (what, lines) in &self.tried {
            let Part::Code { language, text, .. } = exchange::transcript(writer, lines, exchange / 2) else { continue };
            parts.push(Part::Code { label: writer.sentence(what), language, text });
        }
        parts.push(Part::Text(said(writer.word(self.foot(writer.hides())))));
        parts
    }

    /// What is promised of the text. Of an attempt of our own nothing secret is in the evidence; what somebody pasted
    /// may hold a secret that nothing tells apart from other words.
    fn foot(&self, hides: bool) -> &'static str {
        let own = self.account.is_some() || self.product.is_some();
        match (own, hides) {
            (true, false) => "foot",
            (true, true) => "foot-hidden",
            (false, false) => "foot-read",
            (false, true) => "foot-read-hidden",
        }
    }

    fn heard(&self) -> &[Line] {
        self.conversation.as_ref().map_or(&self.lines, |conversation| &conversation.transcript)
    }

    /// What one reads first.
    fn in_short(&self, writer: &Writer) -> Part {
        let mut lines = Vec::new();
        if let Some(ended) = &self.ended {
            lines.push(named(writer, "ended", writer.sentence(ended)));
        }
        if let Some(cause) = self.causes.first() {
            let key = if cause.slug == UNKNOWN { "no-cause" } else { "cause" };
            lines.push(named(writer, key, cause::headline(writer, cause)));
        }
        let time = DateTime::from_timestamp(self.at, 0).map(|at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string());
        lines.extend(time.map(|time| named(writer, "made", said(time))));
        let version =
            format!("smtp-oauth {} ({} {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
        lines.push(named(writer, "program", said(version)));
        Part::Bullets(lines)
    }

    fn asked(&self, writer: &Writer) -> Part {
        let own = [("account", &self.account), ("product", &self.product)];
        let own = own.into_iter().filter_map(|(key, value)| Some(writer.fact(&writer.word(key), value.as_deref()?)));
        let Part::Bullets(facts) = facts::of(writer, &self.evidence, facts::ASKED) else {
            return Part::Bullets(own.collect());
        };
        Part::Bullets(own.chain(facts).collect())
    }

    fn causes(&self, writer: &Writer, most: usize, parts: &mut Vec<Part>) {
        if self.causes.is_empty() {
            return;
        }
        parts.push(Part::Heading(2, said(writer.word("causes"))));
        let shown = &self.causes[..most.min(self.causes.len())];
        for (number, cause) in (1..).zip(shown) {
            parts.extend(cause::parts(writer, number, cause, self.causes.len() == 1));
        }
        if self.causes.len() > 1 {
            parts.extend(cause::apart(writer, shown));
        }
        let rest: Vec<Spans> = self.causes.iter().skip(most).map(|cause| cause::headline(writer, cause)).collect();
        if !rest.is_empty() {
            parts.push(Part::Text(vec![Span::Strong(writer.word("more-causes"))]));
            parts.push(Part::Bullets(rest));
        }
    }

    fn stages(&self) -> Vec<StageResult> {
        let token = self.waited.map(|took| {
            let detail = self.token.as_ref().map(|token| token.mark.clone()).unwrap_or_default();
            StageResult { stage: Stage::Token, ok: self.token.is_some(), took, detail }
        });
        let of_server = self.conversation.as_ref().map_or(&[][..], |conversation| &conversation.stages);
        token.into_iter().chain(of_server.iter().cloned()).collect()
    }
}

fn named(writer: &Writer, key: &str, spans: Spans) -> Spans {
    let mut line = vec![Span::Strong(writer.word(key)), Span::Words(": ".into())];
    line.extend(spans);
    line
}

/// Under a heading, unless there is nothing of it.
fn section(writer: &Writer, key: &str, part: Part, parts: &mut Vec<Part>) {
    if !part.is_empty() {
        parts.push(Part::Heading(2, said(writer.word(key))));
        parts.push(part);
    }
}

#[cfg(test)]
mod tests;
