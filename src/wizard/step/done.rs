//! The end of the path: what was written and what to do with it. The answers can be kept for another machine.

use std::path::PathBuf;

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
        effect::{Effect, FileFailure, Outcome, Report},
        message::Message,
        screen::{Act, Block, Key, Tone},
        verdict,
    },
};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    answers: Answers,
}

#[derive(Debug, Clone, PartialEq, Default)]
enum Answers {
    #[default]
    Offered,
    Writing,
    Kept,
}

impl Done {
    pub fn update(&mut self, desk: &mut Desk, message: Message) -> Turn {
        match (message, &self.answers) {
            (Message::Continue, Answers::Offered | Answers::Kept) => Turn::go(Go::Leave(desk.outcome())),
            (Message::Other, Answers::Offered) => self.keep(desk),
            (Message::Reported(_, Report::AnswersKept(outcome)), Answers::Writing) => self.kept(desk, outcome),
            _ => Turn::stay(),
        }
    }

    fn keep(&mut self, desk: &mut Desk) -> Turn {
        let Some(account) = desk.draft.account.clone() else { return Turn::stay() };
        let text = answers_file(desk, &account);
        let ticket = desk.ticket();
        self.answers = Answers::Writing;
        Turn::asking(Effect::KeepAnswers(ticket, account, text))
    }

    fn kept(&mut self, desk: &mut Desk, outcome: Result<PathBuf, FileFailure>) -> Turn {
        let (answers, tone, phrase) = match outcome {
            Ok(path) => {
                let phrase = Phrase::new("done.answers-kept")
                    .with("path", shell::path(&path).unwrap_or_else(|| path.display().to_string()));
                desk.saved.push(path);
                (Answers::Kept, Tone::Success, phrase)
            }
            Err(failure) => (Answers::Offered, Tone::Failure, verdict::file_trouble(&failure)),
        };
        self.answers = answers;
        desk.notices = vec![(tone, phrase)];
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
        let mut blocks = vec![
            Block::Note { tone, text: desk.say(&desk.about(key)) },
            Block::Facts(written),
            command("token", "", ""),
            command("test", "", ""),
        ];
        blocks.extend(FORMATS.iter().map(|format| match format.place {
            Place::File(path) => command("export", format.id, path),
            // Which directory it is depends on who runs it; the command says so.
            Place::Directory { .. } => command("units", format.id, ""),
        }));
        if self.answers == Answers::Writing {
            return Page { blocks, busy: Some(desk.word("busy.files")), ..Page::default() };
        }
        let mut actions = vec![primary(Key::Enter, desk.word("action.finish"), Act::Send(Message::Continue))];
        if self.answers == Answers::Offered {
            actions.push(secondary(Key::Letter('s'), desk.word("action.save-answers"), Message::Other));
        }
        Page { blocks, actions, ..Page::default() }
    }
}

fn answers_file(desk: &Desk, account: &AccountName) -> String {
    let head = desk.say(&Phrase::new("done.answers-head").with("account", account));
    let secret = desk.draft.secrets.client_secret.as_ref().map(|_| desk.word("done.answers-secret"));
    answers::text(&head, secret.as_deref(), account, desk.sent_to.as_ref(), &desk.draft.settings.settled())
}
