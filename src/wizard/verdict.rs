//! Causes and endings, put in words for a screen.

use super::{
    desk::Desk,
    screen::{Block, Verdict},
};
use crate::{
    diagnosis::Cause,
    phrase::Phrase,
    smtp::{Ending, Fault, reply::Garbled},
};

pub fn block(desk: &Desk, cause: &Cause) -> Block {
    let say = |phrases: &[Phrase]| phrases.iter().map(|phrase| desk.say(phrase)).collect();
    Block::Verdict(Verdict {
        headline: desk.say(&cause.headline),
        certainty: desk.word(&format!("certainty.{}", cause.certainty.id())),
        why: desk.say(&cause.why),
        evidence: cause.evidence.clone(),
        fix: say(&cause.fix),
        commands: cause.commands.iter().map(|(label, text)| (desk.say(label), desk.texts.command(text))).collect(),
        next: say(&cause.next),
        source: cause.source.to_owned(),
    })
}

/// What the mail server said last, or why it could not be heard, in one sentence; `None` for an ending
/// that is no trouble.
pub fn ending(ending: &Ending) -> Option<Phrase> {
    Some(match ending {
        Ending::Accepted | Ending::Cancelled => return None,
        Ending::Refused { reply, .. } => Phrase::new("ending.refused").with("reply", reply.text()),
        Ending::Temporary { reply, .. } => Phrase::new("ending.temporary").with("reply", reply.text()),
        Ending::Unreachable { failure, .. } => super::step::unreachable(failure),
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
