//! The pages of a sign-in in a browser: the address to open, the way here from elsewhere, the field to paste into.

use super::{Browser, Phase, about, is_local};
use crate::{
    phrase::Phrase,
    wizard::{
        desk::Desk,
        message::Message,
        screen::{Act, Action, Block, Input, Key, Question},
        step::{Page, countdown, primary, secondary},
    },
};

impl Browser {
    pub fn page(&self, desk: &Desk, now: i64) -> Page {
        let cancel = secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel);
        match &self.phase {
            Phase::Opening(..) => Page { busy: Some(desk.word("busy.port")), actions: vec![cancel], ..Page::default() },
            Phase::Redeeming(..) => {
                Page { busy: Some(desk.word("busy.redeem")), actions: vec![cancel], ..Page::default() }
            }
            Phase::Listening(_, port, until) => Page {
                blocks: waiting(desk, *port, until - now),
                busy: Some(desk.word("busy.browser")),
                ticks: true,
                actions: actions(desk, "action.paste", cancel).collect(),
                ..Page::default()
            },
            Phase::Pasting => self.pasting(desk, cancel),
        }
    }

    fn pasting(&self, desk: &Desk, cancel: Action) -> Page {
        let mut blocks = vec![Block::Text(desk.say(&about(desk, "browser.paste.text")))];
        blocks.extend(link(desk));
        // For a telephone, where the window is large enough; listened for, it would have to be this machine's browser.
        let pending = desk.draft.secrets.browser.as_ref();
        blocks.extend(pending.map(|pending| Block::Qr(pending.authorize_url.clone())));
        let hand_in = primary(Key::Enter, desk.word("action.continue"), Act::Answer);
        let local = is_local(desk);
        let others = actions(desk, "action.listen", cancel).filter(|action| local || action.key != SWITCH);
        Page {
            blocks,
            question: Some(Question {
                label: desk.word("browser.paste.question"),
                hint: desk.word("browser.paste.hint"),
                error: self.error.as_ref().map(|error| desk.say(error)),
                input: Input::Pasted,
            }),
            actions: std::iter::once(hand_in).chain(others).collect(),
            ..Page::default()
        }
    }
}

/// From the listener to the paste and back.
const SWITCH: Key = Key::Letter('p');

fn actions(desk: &Desk, switch: &str, cancel: Action) -> impl Iterator<Item = Action> {
    [
        secondary(SWITCH, desk.word(switch), Message::Other),
        secondary(Key::Letter('b'), desk.word("action.browser"), Message::ShowBrowser),
        secondary(Key::Letter('n'), desk.word("action.begin-anew"), Message::Retry),
        cancel,
    ]
    .into_iter()
}

fn waiting(desk: &Desk, port: u16, left: i64) -> Vec<Block> {
    let mut blocks = Vec::new();
    match &desk.remote {
        Some(remote) => {
            blocks.push(Block::Text(desk.word("browser.loopback.remote")));
            let label = desk.word("browser.loopback.forward");
            blocks.push(Block::Command { label, text: remote.forward(port) });
            blocks.push(Block::Text(desk.say(&about(desk, "browser.loopback.then"))));
        }
        None => blocks.push(Block::Text(desk.say(&about(desk, "browser.loopback.text")))),
    }
    blocks.extend(link(desk));
    let left = Phrase::new("browser.left").with("time", countdown(left)).with("port", port);
    blocks.push(Block::Text(desk.say(&left)));
    blocks
}

fn link(desk: &Desk) -> Option<Block> {
    let pending = desk.draft.secrets.browser.as_ref()?;
    Some(Block::Link { label: desk.word("browser.open"), url: pending.authorize_url.clone() })
}
