//! What the dialogue writes down as it goes: lines, stages, findings. The one place where text enters a
//! transcript, so the one place that masks it. Decides nothing.

use std::time::Duration;

use super::{
    conversation::{Conversation, Ending, StageResult},
    mask::Mask,
    transcript::{Line, Side, Stage},
};
use crate::phrase::Phrase;

pub(super) struct Record {
    pub seen: Conversation,
    pub stage: Stage,
    /// Whether TLS is up.
    pub tls: bool,
    mask: Mask,
    entered: Duration,
    handed_out: usize,
}

impl Record {
    pub fn new(mask: Mask) -> Self {
        Self {
            seen: Conversation::of(Ending::Cancelled),
            stage: Stage::Resolve,
            tls: false,
            mask,
            entered: Duration::ZERO,
            handed_out: 0,
        }
    }

    pub fn masked(&self, text: &str) -> String {
        self.mask.over(text)
    }

    /// Writes a line into the transcript; hands back the text as it may be shown.
    pub fn note(&mut self, from: Side, text: &str, meaning: Option<Phrase>, at: Duration) -> String {
        let text = self.masked(text);
        self.write(from, text.clone(), meaning, at);
        text
    }

    /// The same of a message's content, which holds no token: an address in base64 is a piece of one all the same.
    pub fn note_content(&mut self, text: String, meaning: Option<Phrase>, at: Duration) {
        self.write(Side::Client, text, meaning, at);
    }

    fn write(&mut self, from: Side, text: String, meaning: Option<Phrase>, at: Duration) {
        let (tls, stage) = (self.tls, self.stage);
        self.seen.transcript.push(Line { at, from, tls, text, stage, meaning });
    }

    /// The lines since this was last asked.
    pub fn fresh(&mut self) -> &[Line] {
        let from = std::mem::replace(&mut self.handed_out, self.seen.transcript.len());
        self.seen.transcript.get(from..).unwrap_or_default()
    }

    pub fn enter(&mut self, stage: Stage, at: Duration) {
        (self.stage, self.entered) = (stage, at);
    }

    pub fn passed(&mut self, detail: &str, at: Duration) {
        self.close(true, detail, at);
    }

    pub fn close(&mut self, ok: bool, detail: &str, at: Duration) {
        let took = at.saturating_sub(self.entered);
        self.seen.stages.push(StageResult { stage: self.stage, ok, took, detail: self.masked(detail) });
    }
}
