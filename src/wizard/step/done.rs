//! The end of the path: what was written and what to do with it.

use super::{Go, Page, Turn, primary};
use crate::{
    checklist::{Item, State},
    export::FORMATS,
    phrase::Phrase,
    wizard::{
        desk::Desk,
        effect::Outcome,
        message::Message,
        screen::{Act, Block, Key, Tone},
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Done;

impl Done {
    pub fn update(&mut self, desk: &mut Desk, message: &Message) -> Turn {
        match message {
            Message::Continue => Turn::go(Go::Leave(desk.outcome())),
            _ => Turn::stay(),
        }
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
        blocks.extend(FORMATS.iter().map(|format| command("export", format.id, format.place)));
        Page {
            blocks,
            actions: vec![primary(Key::Enter, desk.word("action.finish"), Act::Send(Message::Continue))],
            ..Page::default()
        }
    }
}
