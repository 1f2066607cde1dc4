//! The end of the path: what was written and what to do with it.

use super::{Go, Page, Turn, primary};
use crate::{
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
            Message::Continue => Turn::go(Go::Leave(desk.tested.unwrap_or(Outcome::Incomplete))),
            _ => Turn::stay(),
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let accepted = desk.tested == Some(Outcome::Accepted);
        let (tone, key) =
            if accepted { (Tone::Success, "done.accepted") } else { (Tone::Warning, "done.not-accepted") };
        let account = desk.draft.account.as_ref().map(ToString::to_string).unwrap_or_default();
        let written = desk.saved.iter().map(|path| (desk.word("done.file"), path.display().to_string())).collect();
        let command = |what: &str| {
            let phrase =
                Phrase::new(format!("done.{what}.text")).with("account", &account).with("config", &desk.config_option);
            Block::Command { label: desk.word(&format!("done.{what}.label")), text: desk.say(&phrase) }
        };
        Page {
            blocks: vec![
                Block::Note { tone, text: desk.say(&desk.about(key)) },
                Block::Facts(written),
                command("token"),
                command("test"),
            ],
            actions: vec![primary(Key::Enter, desk.word("action.finish"), Act::Send(Message::Continue))],
            ..Page::default()
        }
    }
}
