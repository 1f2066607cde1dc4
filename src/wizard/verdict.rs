//! Causes and endings, put in words for a screen.

use super::{
    desk::Desk,
    effect::{CertificateFailure, FileFailure, FileFailureKind},
    screen::{Block, Verdict},
};
use crate::{
    diagnosis::{self, Cause, Certainty},
    entra::{Failure, failure::Form},
    language::Texts,
    network::{FailureKind, NetworkFailure},
    phrase::Phrase,
    smtp::{Ending, Fault, Stage, reply::Garbled},
};

/// The causes in the order of likelihood; what is merely possible beside a likely one does not help on a screen. Where
/// none is certain, what would tell follows.
pub fn blocks(desk: &Desk, causes: &[Cause]) -> Vec<Block> {
    blocks_with(desk, causes, Vec::new())
}

/// The same, with what can be done `here` to tell them apart.
pub fn blocks_with(desk: &Desk, causes: &[Cause], here: Vec<String>) -> Vec<Block> {
    let best = causes.first().map(|cause| cause.certainty);
    let foremost: Vec<Cause> = causes.iter().take_while(|cause| Some(cause.certainty) == best).cloned().collect();
    let mut blocks: Vec<Block> = foremost.iter().map(|cause| block(desk, cause)).collect();
    if let Some(apart) = Apart::of(&desk.texts, &foremost, here) {
        blocks.push(Block::Text(apart.title));
        blocks.push(Block::Steps(apart.steps));
        blocks.extend(apart.commands.into_iter().map(|(label, text)| Block::Command { label, text }));
    }
    blocks
}

/// What would tell causes apart, in order of what it costs, each once: what this program can do itself, what to look
/// up, what somebody with rights has to answer.
pub struct Apart {
    pub title: String,
    pub steps: Vec<String>,
    /// Label and command.
    pub commands: Vec<(String, String)>,
}

impl Apart {
    /// `None` where the evidence excludes the rest, and where nothing more is known to ask.
    pub fn of(texts: &Texts, causes: &[Cause], here: Vec<String>) -> Option<Self> {
        let open: Vec<&Cause> = causes.iter().filter(|cause| cause.certainty != Certainty::Certain).collect();
        let mut steps: Vec<String> = Vec::new();
        let mut once = |said: String| {
            if !steps.contains(&said) {
                steps.push(said);
            }
        };
        here.into_iter().for_each(&mut once);
        let asks = |cause: &&Cause, next: &Phrase| cause.ask.contains(next);
        for theirs in [false, true] {
            let wanted =
                open.iter().flat_map(|cause| cause.next.iter().filter(move |next| asks(cause, next) == theirs));
            wanted.map(|next| texts.say(next)).for_each(&mut once);
        }
        let mut commands: Vec<(String, String)> = Vec::new();
        for (label, command) in open.iter().flat_map(|cause| &cause.reads) {
            let (label, text) = (texts.say(label), texts.command(command));
            if !commands.iter().any(|(_, known)| *known == text) {
                commands.push((label, text));
            }
        }
        let title = texts.word(if open.len() == 1 { "apart.one" } else { "apart.several" });
        (!steps.is_empty() || !commands.is_empty()).then_some(Self { title, steps, commands })
    }
}

/// The commands of a cause that stand with it; those that would tell it from others stand with what else would.
pub fn commands(cause: &Cause) -> impl Iterator<Item = &(Phrase, Phrase)> {
    let certain = cause.certainty == Certainty::Certain;
    cause.commands.iter().filter(move |command| certain || !cause.reads.contains(command))
}

/// What to do next that stands with a cause.
pub fn next(cause: &Cause) -> &[Phrase] {
    if cause.certainty == Certainty::Certain { &cause.next } else { &[] }
}

fn block(desk: &Desk, cause: &Cause) -> Block {
    let say = |phrases: &[Phrase]| phrases.iter().map(|phrase| desk.say(phrase)).collect();
    Block::Verdict(Verdict {
        headline: desk.say(&cause.headline),
        certainty: desk.word(&format!("certainty.{}", cause.certainty.id())),
        why: desk.say(&cause.why),
        evidence: evidence(&desk.texts, cause),
        fix: say(&cause.fix),
        commands: commands(cause).map(|(label, text)| (desk.say(label), desk.texts.command(text))).collect(),
        next: say(next(cause)),
        source: cause.source.to_owned(),
    })
}

/// The facts behind a cause, each with what it is.
pub fn evidence(texts: &Texts, cause: &Cause) -> Vec<String> {
    cause.evidence.iter().map(|(name, value)| fact(texts, name, value)).collect()
}

/// A fact with what it is. A value that is no one else's word is said in the reader's language.
pub fn fact(texts: &Texts, name: &str, value: &str) -> String {
    let value = match (name, value) {
        ("accepted", diagnosis::AFTERWARDS) => texts.word("known-facts.afterwards"),
        ("accepted", diagnosis::BEFOREHAND) => texts.word("known-facts.beforehand"),
        _ => value.to_owned(),
    };
    format!("{}: {value}", texts.word(&format!("facts.{name}")))
}

/// What the mail server said last, or why it could not be heard, in one sentence; `None` for an ending
/// that is no trouble.
pub fn ending(ending: &Ending) -> Option<Phrase> {
    Some(match ending {
        Ending::Accepted | Ending::Cancelled => return None,
        Ending::Refused { reply, .. } => Phrase::new("ending.refused").with("reply", reply.text()),
        Ending::Temporary { reply, .. } => Phrase::new("ending.temporary").with("reply", reply.text()),
        Ending::Unreachable { stage, failure }
            if failure.kind == FailureKind::TimedOut && !matches!(stage, Stage::Resolve | Stage::Connect) =>
        {
            Phrase::new("ending.silent").with("address", &failure.address).with("detail", &failure.detail)
        }
        Ending::Unreachable { failure, .. } => unreachable(failure),
        Ending::Fault { fault, .. } => fault_phrase(fault),
    })
}

fn fault_phrase(fault: &Fault) -> Phrase {
    match fault {
        Fault::Garbled { garbled: Garbled::NotAReply | Garbled::CodeChanged, text } => {
            Phrase::new("ending.garbled").with("text", text)
        }
        Fault::Garbled { text, .. } => Phrase::new("ending.too-long").with("text", text),
        Fault::Unexpected { reply } => Phrase::new("ending.unexpected").with("text", reply.text()),
        Fault::Unasked { text } => Phrase::new("ending.unasked").with("text", text),
        Fault::Injected { text } => Phrase::new("ending.injected").with("text", text),
        Fault::StartTlsNotOffered { offered } => Phrase::new("ending.no-starttls").with("text", offered.join(", ")),
        Fault::Xoauth2NotOffered { mechanisms } => Phrase::new("ending.no-xoauth2").with("text", mechanisms.join(" ")),
    }
}

/// What stands in the authority's place, if something does: a web page, a redirect, a server without its paths.
pub fn obstacle(failure: &Failure) -> Option<Phrase> {
    let key = match failure.form {
        Form::Page => "evidence.page",
        Form::Redirect => "evidence.redirect",
        Form::Foreign if failure.status == 404 => "evidence.not-an-authority",
        Form::OAuth | Form::Foreign => return None,
    };
    Some(Phrase::new(key).with("summary", failure.summary()))
}

/// A network failure in a sentence that names the address and what to try.
pub fn unreachable(failure: &NetworkFailure) -> Phrase {
    let kind = serde_json::to_value(failure.kind).unwrap_or_default();
    Phrase::new(format!("network.{}", kind.as_str().unwrap_or("other")))
        .with("address", &failure.address)
        .with("detail", &failure.detail)
}

/// What is wrong with an app's certificate or its key, with the line that helps.
pub fn certificate_trouble(failure: &CertificateFailure) -> Phrase {
    match failure {
        CertificateFailure::File(failure) => file_trouble(failure),
        CertificateFailure::Unusable { file, fault } => fault.phrase().with("file", file),
    }
}

/// A file that could not be read or written.
pub fn file_trouble(failure: &FileFailure) -> Phrase {
    let key = match failure.kind {
        FileFailureKind::Read | FileFailureKind::Forbidden => "files.read",
        FileFailureKind::Write => "files.write",
        FileFailureKind::Changed => "files.changed",
        FileFailureKind::TooOpen => "files.too-open",
        FileFailureKind::Writable => "files.writable",
        FileFailureKind::Content => "files.content",
        FileFailureKind::Locked => "files.locked",
    };
    Phrase::new(key).with("path", &failure.path).with("detail", &failure.detail)
}
