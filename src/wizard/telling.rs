//! What lies over a verdict or an exchange: the same as one text to be pasted into a ticket. It is made of what was known
//! when it was opened; whether names are in it can be changed. The step below goes on.

use super::{
    Model, blame,
    effect::{Beside, Effect, FileFailure, Written},
    message::Message,
    overlay::{self, Overlay},
    screen::{Act, Block, Key, Screen, Tone},
    verdict,
};
use crate::{
    diagnosis::Cause,
    phrase::Phrase,
    report::{self, Report, Token},
    shell,
    wizard::desk::Desk,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    report: Report,
    /// Addresses have other names in it.
    hidden: bool,
    said: Vec<(Tone, Phrase)>,
    /// What a person read in the browser was put down to; it lies below.
    told: Option<Vec<Cause>>,
}

/// With addresses, and with other names in their place.
const FILES: [&str; 2] = ["smtp-oauth-report.md", "smtp-oauth-report-hidden.md"];

/// A screen with a verdict or an exchange on it, where letters are keys.
pub(super) fn is_worth_it(screen: &Screen) -> bool {
    let shows = |block: &Block| match block {
        Block::Verdict(_) => true,
        Block::Transcript(rows) => !rows.is_empty(),
        _ => false,
    };
    !screen.takes_text() && screen.blocks.iter().any(shows)
}

impl Model {
    pub(super) fn begin_telling(&mut self, told: Option<Vec<Cause>>, now: i64) -> Vec<Effect> {
        let mut report = base(&self.desk, now);
        match &told {
            Some(causes) => report.causes.clone_from(causes),
            None => self.step.tell(&self.desk, &mut report),
        }
        self.lay(Overlay::Telling(Box::new(Telling { report, hidden: false, said: Vec::new(), told })))
    }

    pub(super) fn tell(&mut self, message: &Message, mut telling: Box<Telling>) -> Vec<Effect> {
        let mut effects = Vec::new();
        match message {
            Message::Back => {
                self.overlay = telling.told.map(Overlay::Told);
                return effects;
            }
            Message::Reveal => {
                telling.hidden = !telling.hidden;
                let key = if telling.hidden { "report.now-hidden" } else { "report.now-shown" };
                telling.said = vec![(Tone::Info, Phrase::new(key))];
            }
            Message::Continue => {
                let ticket = self.desk.ticket();
                self.report = Some(ticket);
                let file =
                    Beside { name: FILES[usize::from(telling.hidden)].to_owned(), text: telling.text(&self.desk) };
                effects.push(Effect::KeepFiles(ticket, vec![file]));
            }
            _ => {}
        }
        self.overlay = Some(Overlay::Telling(telling));
        effects
    }

    /// Who has left the page meanwhile reads it at the step.
    pub(super) fn report_kept(&mut self, outcome: &Result<Vec<Written>, FileFailure>) -> Vec<Effect> {
        self.report = None;
        let said = match outcome {
            Ok(written) => {
                let said = |file: &Written| {
                    (Tone::Success, Phrase::new("report.written").with("path", shell::shown(&file.path)))
                };
                written.iter().map(said).chain(verdict::kept_old(written)).collect()
            }
            Err(failure) => vec![(Tone::Failure, verdict::file_trouble(failure))],
        };
        match &mut self.overlay {
            Some(Overlay::Telling(telling)) => telling.said = said,
            _ => self.desk.notices = said,
        }
        Vec::new()
    }
}

/// What is known of the account, whatever is shown.
fn base(desk: &Desk, now: i64) -> Report {
    let tokens = desk.draft.secrets.tokens.as_ref();
    Report {
        at: now,
        account: desk.draft.account.as_ref().map(ToString::to_string),
        product: Some(desk.product().id.clone()),
        evidence: blame::known(desk, now),
        token: tokens.map(|tokens| Token::of(&tokens.access, Some(tokens.expires_at), now)),
        ..Report::default()
    }
}

impl Telling {
    fn text(&self, desk: &Desk) -> String {
        report::text(&self.report, &desk.texts, self.hidden)
    }

    /// Copied or printed: no answer ever comes back.
    pub(super) fn sent(&mut self, copied: bool) {
        let key = if copied { "overlay.copied" } else { "report.taken" };
        self.said = vec![(Tone::Success, Phrase::new(key))];
    }

    pub(super) fn screen(&self, desk: &Desk, step: &str) -> Screen {
        let mut screen = overlay::blank(desk, step, "report".to_owned(), desk.word("report.label"));
        let said = self.said.iter().map(|(tone, phrase)| Block::Note { tone: *tone, text: desk.say(phrase) });
        screen.blocks.extend(said);
        let text = self.text(desk);
        screen.blocks.extend([Block::Text(desk.word("report.how")), Block::Text(text.clone())]);
        let names = if self.hidden { "action.show-addresses" } else { "action.hide-addresses" };
        let (copy, print) = (Message::Copy(text.clone()), Message::Print(text));
        let actions = [
            overlay::action(desk, Key::Enter, "action.to-file", Act::Send(Message::Continue), true),
            overlay::action(desk, Key::Letter('y'), "action.copy-now", Act::Send(copy), false),
            overlay::action(desk, Key::Letter('p'), "action.print", Act::Send(print), false),
            overlay::action(desk, Key::Letter('d'), names, Act::Send(Message::Reveal), false),
        ];
        screen.actions.splice(0..0, actions);
        screen
    }
}
