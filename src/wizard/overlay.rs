//! What can lie over a step: the checklist, one item's evidence, what can be copied. The step below goes
//! on; Esc leads back to it.

use super::{
    Model,
    desk::Desk,
    effect::Effect,
    items_of,
    message::Message,
    plan,
    screen::{Act, Action, Block, Choice, Input, ItemRow, Key, Question, Screen},
};
use crate::{
    checklist::{Item, State},
    phrase::Phrase,
};

#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Checklist,
    Evidence(Item),
    /// What can be copied: label and text.
    Copies(Vec<(String, String)>),
    /// One of these, and what to do with it.
    CopyOne(String, String),
}

impl Model {
    pub(super) fn lay(&mut self, overlay: Overlay) -> Vec<Effect> {
        self.overlay = Some(overlay);
        Vec::new()
    }

    pub(super) fn copies(&mut self, now: i64) -> Vec<Effect> {
        let mut copies = copyable(&self.view(now).blocks);
        if copies.len() == 1 {
            let (label, text) = copies.remove(0);
            return self.lay(Overlay::CopyOne(label, text));
        }
        self.lay(Overlay::Copies(copies))
    }

    /// A message while an overlay is open.
    pub(super) fn over(&mut self, message: Message, now: i64) -> Vec<Effect> {
        let overlay = self.overlay.take();
        match (message, overlay) {
            (Message::Back, Some(Overlay::Evidence(_))) => self.lay(Overlay::Checklist),
            (Message::Back, _) => Vec::new(),
            (Message::Choose(number), Some(Overlay::Checklist)) => match Item::ALL.get(number) {
                Some(item) => self.lay(Overlay::Evidence(*item)),
                None => Vec::new(),
            },
            (Message::Choose(number), Some(Overlay::Copies(copies))) => match copies.get(number).cloned() {
                Some((label, text)) => self.lay(Overlay::CopyOne(label, text)),
                None => Vec::new(),
            },
            (Message::GoTo(item), Some(Overlay::Evidence(_))) => {
                let path = plan::path(&self.desk);
                plan::step_of(&path, item).map(|id| self.open(id, now)).unwrap_or_default()
            }
            (_, overlay) => {
                self.overlay = overlay;
                Vec::new()
            }
        }
    }
}

impl Overlay {
    pub(super) fn screen(&self, desk: &Desk, step: &str) -> Screen {
        let action = |key, label: &str, act, primary| Action { key, label: desk.word(label), act, primary };
        let back = action(Key::Esc, "action.back", Act::Send(Message::Back), true);
        let choose = action(Key::Enter, "action.choose", Act::Answer, true);
        let mut screen = Screen {
            id: String::new(),
            title: String::new(),
            place: String::new(),
            blocks: Vec::new(),
            question: None,
            actions: vec![back],
            checklist: rows(desk, step),
            busy: None,
            ticks: false,
        };
        match self {
            Self::Checklist => {
                screen.id = "checklist".to_owned();
                screen.title = desk.word("overlay.checklist");
                let label = |row: &ItemRow| Choice { label: row.label.clone(), detail: row.state_label.clone() };
                let here = items_of(step).first().and_then(|item| Item::ALL.iter().position(|other| other == item));
                screen.question = Some(Question {
                    label: desk.word("overlay.checklist-question"),
                    hint: String::new(),
                    error: None,
                    input: Input::Choice {
                        options: screen.checklist.iter().map(label).collect(),
                        selected: here.unwrap_or(0),
                    },
                });
                screen.actions.insert(0, choose);
            }
            Self::Evidence(item) => evidence(desk, *item, &mut screen),
            Self::Copies(copies) => {
                screen.id = "copies".to_owned();
                screen.title = desk.word("overlay.copies");
                let option =
                    |(label, text): &(String, String)| Choice { label: label.clone(), detail: first_line(text) };
                screen.question = Some(Question {
                    label: desk.word("overlay.copies-question"),
                    hint: String::new(),
                    error: None,
                    input: Input::Choice { options: copies.iter().map(option).collect(), selected: 0 },
                });
                screen.actions.insert(0, choose);
            }
            Self::CopyOne(label, text) => {
                screen.id = "copy".to_owned();
                screen.title = desk.word("overlay.copies");
                screen.blocks = vec![
                    Block::Command { label: label.clone(), text: text.clone() },
                    Block::Text(desk.word("overlay.copy-how")),
                ];
                let to_terminal = Act::Send(Message::Copy(text.clone()));
                let plain = Act::Send(Message::Print(text.clone()));
                screen.actions.insert(0, action(Key::Enter, "action.copy-now", to_terminal, true));
                screen.actions.insert(1, action(Key::Letter('p'), "action.print", plain, false));
            }
        }
        screen
    }
}

fn evidence(desk: &Desk, item: Item, screen: &mut Screen) {
    screen.id = format!("evidence:{}", item.id());
    screen.title = desk.word(&format!("items.{}", item.id()));
    let state = desk.draft.checklist.state(item);
    let found = desk.draft.checklist.evidence(item);
    screen.blocks.push(Block::Facts(vec![(desk.word("overlay.state"), desk.word(&format!("states.{}", state.id())))]));
    screen.blocks.extend(found.iter().map(|phrase| Block::Text(desk.say(phrase))));
    screen.blocks.push(Block::Text(desk.word(&format!("proof.{}", item.id()))));
    let path = plan::path(desk);
    if plan::step_of(&path, item).is_some() && desk.draft.step != "done" {
        let label = desk.say(&Phrase::new("action.go-to").with("item", &screen.title));
        let act = Act::Send(Message::GoTo(item));
        screen.actions.push(Action { key: Key::Letter('g'), label, act, primary: false });
    }
}

/// The checklist as it stands, every item.
pub(super) fn rows(desk: &Desk, step: &str) -> Vec<ItemRow> {
    let row = |item: &Item| {
        let state: State = desk.draft.checklist.state(*item);
        ItemRow {
            item: *item,
            label: desk.word(&format!("items.{}", item.id())),
            state,
            state_label: desk.word(&format!("states.{}", state.id())),
            current: items_of(step).contains(item),
        }
    };
    Item::ALL.iter().map(row).collect()
}

/// What of a screen is worth copying: commands and addresses, and the user code.
pub(super) fn copyable(blocks: &[Block]) -> Vec<(String, String)> {
    let of = |block: &Block| match block {
        Block::Command { label, text } => vec![(label.clone(), text.clone())],
        Block::Link { label, url } => vec![(label.clone(), url.clone())],
        Block::UserCode { label, code } => vec![(label.clone(), code.clone())],
        Block::Verdict(verdict) => verdict.commands.clone(),
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
