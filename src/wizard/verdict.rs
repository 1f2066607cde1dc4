//! Causes and endings, put in words for a screen or a terminal: which are said, and what stands once behind several. How
//! sure one is, `diagnosis` says; how it is laid out, the fronts and `command::summary`.

use super::{
    desk::Desk,
    effect::{CertificateFailure, FileFailure, FileFailureKind, Written},
    screen::{Block, Tone, Verdict},
};
use crate::{
    diagnosis::{Cause, certificate},
    entra::{Failure, failure::Form},
    language::Texts,
    network::{FailureKind, NetworkFailure},
    phrase::{Phrase, id},
    report::apart,
    shell,
    smtp::{Ending, Fault, Stage, reply::Garbled},
};

/// The causes in the order of likelihood; what is merely possible beside a likely one does not help on a screen.
pub fn blocks(desk: &Desk, causes: &[Cause]) -> Vec<Block> {
    blocks_with(desk, causes, Vec::new())
}

/// The same, with what can be done `here` to tell more. Of several, what would tell them apart follows once.
pub fn blocks_with(desk: &Desk, causes: &[Cause], here: Vec<String>) -> Vec<Block> {
    let best = causes.first().map(|cause| cause.certainty);
    let foremost: Vec<Cause> = causes.iter().take_while(|cause| Some(cause.certainty) == best).cloned().collect();
    let told = Told::of(&desk.texts, &foremost, here);
    let mut blocks: Vec<Block> = told.verdicts.into_iter().map(Block::Verdict).collect();
    if let Some(apart) = told.apart {
        blocks.push(Block::Text(apart.title));
        blocks.push(Block::Steps(apart.steps));
        blocks.extend(apart.commands.into_iter().map(|(label, text)| Block::Command { label, text }));
    }
    blocks
}

/// Causes in words, each as it is said; what would tell several apart stands once behind them.
pub struct Told {
    pub verdicts: Vec<Verdict>,
    pub apart: Option<Apart>,
}

impl Told {
    pub fn of(texts: &Texts, causes: &[Cause], here: Vec<String>) -> Self {
        if let [cause] = causes {
            let mut whole = whole(texts, cause);
            whole.next.splice(..0, here);
            return Self { verdicts: vec![whole], apart: None };
        }
        let alone = |cause: &Cause| {
            let commands = commands(texts, &cause.commands);
            Verdict { commands, next: Vec::new(), ..whole(texts, cause) }
        };
        Self { verdicts: causes.iter().map(alone).collect(), apart: Apart::of(texts, causes, here) }
    }
}

/// All that there is to say of a cause.
pub fn whole(texts: &Texts, cause: &Cause) -> Verdict {
    Verdict {
        headline: texts.say(&cause.headline),
        certainty: cause.certainty_word().map(|key| texts.word(&key)).unwrap_or_default(),
        why: texts.say(&cause.why),
        evidence: cause.evidence.iter().map(|(name, value)| fact(texts, name, value)).collect(),
        fix: cause.fix.iter().map(|phrase| texts.say(phrase)).collect(),
        commands: commands(texts, cause.reads.iter().chain(&cause.commands)),
        next: cause.next.iter().chain(&cause.ask).map(|phrase| texts.say(phrase)).collect(),
        source: cause.source.to_owned(),
    }
}

/// Label and command.
fn commands<'a>(texts: &Texts, commands: impl IntoIterator<Item = &'a (Phrase, Phrase)>) -> Vec<(String, String)> {
    texts.commands(commands).into_iter().map(|(label, command)| (texts.say(label), command)).collect()
}

/// What would tell several causes apart, in order of what it costs, in words: what this program can do itself comes first.
pub struct Apart {
    pub title: String,
    pub steps: Vec<String>,
    /// Label and command.
    pub commands: Vec<(String, String)>,
}

impl Apart {
    /// `None` where nothing is known that would.
    fn of(texts: &Texts, causes: &[Cause], here: Vec<String>) -> Option<Self> {
        let apart = apart::Apart::of(texts, causes);
        let steps: Vec<String> = here.into_iter().chain(apart.steps.into_iter().map(|step| texts.say(step))).collect();
        let commands = commands(texts, apart.commands);
        let title = texts.word("apart.several");
        (!steps.is_empty() || !commands.is_empty()).then_some(Self { title, steps, commands })
    }
}

/// A fact with what it is.
pub fn fact(texts: &Texts, name: &str, value: &str) -> String {
    format!("{}: {}", texts.word(&format!("facts.{name}")), texts.fact_value(name, value))
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
        Fault::StartTlsNotOffered { offered } if offered.is_empty() => Phrase::new("ending.no-starttls-at-all"),
        Fault::StartTlsNotOffered { offered } => Phrase::new("ending.no-starttls").with("text", offered.join(", ")),
        Fault::Xoauth2NotOffered { mechanisms } if mechanisms.is_empty() => Phrase::new("ending.no-xoauth2-at-all"),
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
    // Only where nobody knows who issued it, another authority's file would help.
    let fault = certificate::fault(&failure.detail).filter(|fault| *fault != "unknown-issuer");
    let fault = fault.filter(|_| failure.kind == FailureKind::Certificate);
    let key = fault.map_or_else(|| id(failure.kind), |fault| format!("{}-{fault}", id(failure.kind)));
    Phrase::new(format!("network.{key}")).with("address", &failure.address).with("detail", &failure.detail)
}

/// What is wrong with an app's certificate or its key, with the line that helps.
pub fn certificate_trouble(failure: &CertificateFailure) -> Phrase {
    match failure {
        CertificateFailure::File(failure) => file_trouble(failure),
        CertificateFailure::Unusable { file, fault } => fault.phrase().with("file", file),
    }
}

/// Where the text is kept that stood in each file before.
pub fn kept_old(files: &[Written]) -> Vec<(Tone, Phrase)> {
    let said = |file: &Written| {
        let old = shell::shown(file.old.as_ref()?);
        let phrase = Phrase::new("files.kept-old").with("path", shell::shown(&file.path)).with("old", old);
        Some((Tone::Info, phrase))
    };
    files.iter().filter_map(said).collect()
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
