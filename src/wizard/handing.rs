//! What lies over a step whose work may be somebody else's: the request to the tenant's administrator, in one of three
//! forms. The step below waits; that a request is out is kept in the draft, and said there until somebody has signed in.

use chrono::DateTime;

use super::{
    Model,
    desk::Desk,
    effect::{Beside, Effect, FileFailure, Written},
    overlay::{self, Overlay},
    screen::{Act, Block, Choice, Key, Screen, Tone},
};
use crate::{
    checklist::{Item, State, steps::Kind},
    handover::{self, Facts, Format},
    phrase::Phrase,
    shell,
    wizard::{message::Message, verdict},
};

/// The form that was chosen, and what became of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Handing {
    format: Option<Format>,
    said: Vec<(Tone, Phrase)>,
}

/// Whether what this step asks for takes rights in the tenant, and there is somebody who has them.
pub(super) fn is_for_an_administrator(desk: &Desk, step: &str) -> bool {
    let step = desk.product().step(step).filter(|step| matches!(step.kind, Kind::Read | Kind::Ask));
    let theirs = |item: &Item| {
        matches!(
            item,
            Item::ClientId
                | Item::RedirectUri
                | Item::PublicClient
                | Item::Permission
                | Item::ClientSecret
                | Item::SmtpAuth
                | Item::SendAs
                | Item::Connection
                | Item::Product(_)
        )
    };
    step.is_some_and(|step| step.items.iter().any(theirs)) && facts(desk).is_some()
}

/// At each of these steps, from the time it is out until a sign-in shows that it was answered.
pub(super) fn is_out(desk: &Desk, step: &str) -> Option<Phrase> {
    let signed_in = desk.draft.checklist.state(Item::Token) == State::Proven;
    let since = desk.draft.handed_at.filter(|_| !signed_in && is_for_an_administrator(desk, step))?;
    let since = DateTime::from_timestamp(since, 0)?.format("%Y-%m-%d %H:%M UTC");
    Some(Phrase::new("handover.out").with("when", since))
}

fn facts(desk: &Desk) -> Option<Facts> {
    Facts::of(&desk.draft.settings, desk.product(), desk.draft.way()).ok()
}

fn text(desk: &Desk, format: Format) -> String {
    let command = format!("smtp-oauth handover --format powershell{}", desk.config_option);
    facts(desk).map(|facts| handover::text(format, &facts, &desk.texts, &command)).unwrap_or_default()
}

impl Model {
    pub(super) fn hand_over(&mut self, message: Message, handing: Handing) -> Vec<Effect> {
        match (message, handing.format) {
            (Message::Back, None) => Vec::new(),
            (Message::Back, Some(_)) => self.lay(Overlay::Handing(Handing::default())),
            (Message::Choose(number), None) => {
                let format = Format::ALL.get(number).copied();
                self.lay(Overlay::Handing(Handing { format, ..Handing::default() }))
            }
            (Message::Continue, Some(format)) => {
                let text = text(&self.desk, format);
                let text = format.mark(&text).to_owned() + &text;
                let ticket = self.desk.ticket();
                self.request = Some(ticket);
                self.overlay = Some(Overlay::Handing(handing));
                vec![Effect::KeepFiles(ticket, vec![Beside { name: format.file_name().to_owned(), text }])]
            }
            _ => self.lay(Overlay::Handing(handing)),
        }
    }

    /// A request that was taken along is out.
    pub(super) fn handed_over(&mut self, now: i64) -> Vec<Effect> {
        self.desk.draft.handed_at = Some(now);
        vec![Effect::KeepDraft(Box::new(self.desk.draft.clone()))]
    }

    /// One that could not be written is not. Who went on before the answer came reads it at the step.
    pub(super) fn request_kept(&mut self, outcome: &Result<Vec<Written>, FileFailure>, now: i64) -> Vec<Effect> {
        self.request = None;
        let said = match outcome {
            Ok(written) => {
                let paths = written.iter().map(|file| shell::shown(&file.path)).collect::<Vec<_>>().join(" ");
                let written_to = (Tone::Success, Phrase::new("handover.written").with("path", paths));
                std::iter::once(written_to).chain(verdict::kept_old(written)).collect()
            }
            Err(failure) => vec![(Tone::Failure, verdict::file_trouble(failure))],
        };
        match &mut self.overlay {
            Some(Overlay::Handing(handing)) if handing.format.is_some() => handing.said = said,
            _ => self.desk.notices = said,
        }
        if outcome.is_ok() { self.handed_over(now) } else { Vec::new() }
    }
}

impl Handing {
    /// Copied or printed: no answer ever comes back.
    pub(super) fn sent(&mut self) {
        self.said = vec![(Tone::Success, Phrase::new("handover.taken"))];
    }

    pub(super) fn screen(&self, desk: &Desk, step: &str) -> Screen {
        let title = desk.word("handover.offer-label");
        let Some(format) = self.format else {
            let mut screen = overlay::blank(desk, step, "handover".to_owned(), title);
            screen.blocks = ["handover.offer", "handover.offer-after"].map(|key| Block::Text(desk.word(key))).into();
            let option = |format: Format| {
                let word = |part: &str| desk.word(&format!("handover.formats.{}.{part}", format.id()));
                Choice { label: word("label"), detail: word("detail") }
            };
            let options = Format::ALL.map(option).into();
            return overlay::choice(desk, screen, desk.word("handover.question"), options, 0);
        };
        let text = text(desk, format);
        let mut screen = overlay::blank(desk, step, format!("handover:{}", format.id()), title);
        let said = self.said.iter().map(|(tone, phrase)| Block::Note { tone: *tone, text: desk.say(phrase) });
        screen.blocks.extend(said);
        screen.blocks.push(Block::Text(desk.word("handover.how")));
        let label = desk.word(&format!("handover.formats.{}.label", format.id()));
        screen.blocks.push(match format {
            // Made of sentences, which are to break between words.
            Format::Markdown => Block::Text(text.clone()),
            Format::PowerShell | Format::AzCli => Block::Command { label, text: text.clone() },
        });
        let copy = Act::Send(Message::Copy(text.clone()));
        let actions = [
            overlay::action(desk, Key::Enter, "action.to-file", Act::Send(Message::Continue), true),
            overlay::action(desk, Key::Letter('y'), "action.copy-now", copy, false),
            overlay::action(desk, Key::Letter('p'), "action.print", Act::Send(Message::Print(text)), false),
        ];
        screen.actions.splice(0..0, actions);
        screen
    }
}
