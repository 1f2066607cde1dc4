//! The end of the path: what goes into the product, what was written, and what to do with it. The settings sheet can be
//! kept as files, and the answers for another machine.

use super::{Go, Page, Turn, primary, secondary};
use crate::{
    account::answers,
    checklist::{Item, State},
    export::{FORMATS, Place},
    facts::AccountName,
    phrase::Phrase,
    shell,
    wizard::{
        desk::Desk,
        effect::{Beside, Effect, FileFailure, Outcome, Report, Written},
        message::Message,
        screen::{Act, Block, Key, Tone},
        sheet, verdict,
    },
};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// What is being written, and what was.
    writing: Option<Kept>,
    kept: Vec<Kept>,
    /// The secret is shown.
    revealed: bool,
}

/// What can be kept as files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Answers,
    Sheet,
}

impl Done {
    /// With nobody there to ask for it, the sheet of a product elsewhere is what the run was for.
    pub fn enter(desk: &mut Desk) -> (Self, Turn) {
        let mut step = Self::default();
        let wanted = desk.unattended && desk.product().signs_in_itself();
        let turn = if wanted { step.keep(desk, Kept::Sheet) } else { Turn::stay() };
        (step, turn)
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message) -> Turn {
        match (message, self.writing) {
            (Message::Continue, None) => Turn::go(Go::Leave(desk.outcome())),
            (Message::Other, None) => self.keep(desk, Kept::Answers),
            (Message::KeepSheet, None) => self.keep(desk, Kept::Sheet),
            (Message::Reveal, _) => {
                self.revealed = !self.revealed;
                Turn::stay()
            }
            (Message::Reported(_, Report::FilesKept(outcome)), Some(writing)) => self.written(desk, writing, outcome),
            _ => Turn::stay(),
        }
    }

    fn keep(&mut self, desk: &mut Desk, what: Kept) -> Turn {
        let Some(account) = desk.draft.account.clone().filter(|_| !self.kept.contains(&what)) else {
            return Turn::stay();
        };
        let files = match what {
            Kept::Answers => vec![answers_file(desk, &account)],
            Kept::Sheet => sheet::files(desk, &account),
        };
        self.writing = Some(what);
        Turn::asking(Effect::KeepFiles(desk.ticket(), files))
    }

    fn written(&mut self, desk: &mut Desk, what: Kept, outcome: Result<Vec<Written>, FileFailure>) -> Turn {
        self.writing = None;
        desk.notices = match outcome {
            Ok(files) => {
                self.kept.push(what);
                let key = if what == Kept::Answers { "done.answers-kept" } else { "done.sheet-kept" };
                let first = files.first().map(|file| shell::shown(&file.path)).unwrap_or_default();
                let kept = (Tone::Success, Phrase::new(key).with("path", first));
                let said = std::iter::once(kept).chain(verdict::kept_old(&files)).collect();
                desk.saved.extend(files.into_iter().map(|file| file.path));
                said
            }
            Err(failure) if desk.unattended => {
                // Where it cannot be written now it cannot be without anybody, either; said as the run ends.
                self.kept.push(what);
                desk.unwritten = Some(verdict::file_trouble(&failure));
                return Turn::stay();
            }
            Err(failure) => vec![(Tone::Failure, verdict::file_trouble(&failure))],
        };
        Turn::stay()
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let sent = desk.draft.checklist.state(Item::Message) == State::Proven;
        let (tone, key) = match desk.outcome() {
            Outcome::Accepted if sent => (Tone::Success, "done.sent"),
            Outcome::Accepted => (Tone::Success, "done.accepted"),
            _ => (Tone::Warning, "done.not-accepted"),
        };
        let account = desk.draft.account.as_ref().map(ToString::to_string).unwrap_or_default();
        let written = desk.saved.iter().map(|path| (desk.word("done.file"), path.display().to_string())).collect();
        let command = |what: &str, program: &str, place: &str| {
            let say = |part: &str| {
                let phrase = Phrase::new(format!("done.{what}.{part}"));
                let phrase = phrase.with("account", &account).with("config", &desk.config_option);
                desk.say(&phrase.with("program", program).with("place", place))
            };
            Block::Command { label: say("label"), text: say("text") }
        };
        let mut blocks = vec![Block::Note { tone, text: desk.say(&desk.about(key)) }];
        blocks.extend(sheet::blocks(desk, self.revealed));
        blocks.push(Block::Facts(written));
        if !desk.product().signs_in_itself() {
            blocks.push(command("token", "", ""));
        }
        blocks.push(command("test", "", ""));
        // A product elsewhere sends by itself; nothing on this machine has to be told.
        let formats = FORMATS.iter().filter(|_| !desk.product().signs_in_itself());
        blocks.extend(formats.map(|format| match format.place {
            Place::File(path) => command("export", format.id, path),
            // Which directory it is depends on who runs it; the command says so.
            Place::Directory { .. } => command("units", format.id, ""),
        }));
        if self.writing.is_some() {
            return Page { blocks, busy: Some(desk.word("busy.files")), ..Page::default() };
        }
        let mut actions = vec![primary(Key::Enter, desk.word("action.finish"), Act::Send(Message::Continue))];
        if sheet::has_secret(desk) {
            let label = if self.revealed { "action.hide-secret" } else { "action.show-secret" };
            actions.push(secondary(Key::Letter('d'), desk.word(label), Message::Reveal));
        }
        for (what, key, label, message) in [
            (Kept::Sheet, 'b', "action.keep-sheet", Message::KeepSheet),
            (Kept::Answers, 's', "action.save-answers", Message::Other),
        ] {
            if !self.kept.contains(&what) {
                actions.push(secondary(Key::Letter(key), desk.word(label), message));
            }
        }
        Page { blocks, actions, ..Page::default() }
    }
}

fn answers_file(desk: &Desk, account: &AccountName) -> Beside {
    let head = desk.say(&Phrase::new("done.answers-head").with("account", account));
    let secret = desk.draft.secrets.client_secret.as_ref().map(|_| desk.word("done.answers-secret"));
    let text = answers::text(&head, secret.as_deref(), account, desk.sent_to.as_ref(), &desk.draft.settings.settled());
    Beside { name: format!("answers-{account}.toml"), text }
}
