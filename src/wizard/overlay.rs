//! What can lie over a step: the checklist, one item's evidence, what can be copied. The step below goes
//! on; Esc leads back to it.

use super::{
    Model, blame,
    desk::Desk,
    effect::Effect,
    handing::Handing,
    items_of, ladder,
    message::Message,
    plan,
    screen::{Act, Action, Block, Choice, Input, ItemRow, Key, Question, Screen, Tone},
    step,
    telling::Telling,
    verdict,
};
use crate::{
    checklist::{Item, State},
    diagnosis::Cause,
    language::Texts,
};

#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Checklist,
    /// One item's, reached from the checklist or from its own step.
    Evidence {
        item: Item,
        listed: bool,
    },
    /// What the browser shows is asked for.
    Browser {
        error: bool,
    },
    /// What that is put down to.
    Told(Vec<Cause>),
    /// What can be copied: label and text.
    Copies(Vec<(String, String)>),
    /// One of these, and what to do with it.
    CopyOne {
        label: String,
        text: String,
        sent: bool,
    },
    /// What can be tried once more, or what of it runs.
    Experiments,
    /// The request to the tenant's administrator.
    Handing(Handing),
    /// A text for a ticket, of what lies below.
    Telling(Box<Telling>),
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
            return self.lay(Overlay::CopyOne { label, text, sent: false });
        }
        self.lay(Overlay::Copies(copies))
    }

    /// To the clipboard, or plain to the terminal; the overlay says that it was sent, since no answer ever comes back.
    pub(super) fn take_along(&mut self, effect: Effect, now: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        match &mut self.overlay {
            Some(Overlay::CopyOne { sent, .. }) => *sent |= matches!(effect, Effect::Copy(_)),
            Some(Overlay::Handing(handing)) => {
                handing.sent();
                effects = self.handed_over(now);
            }
            Some(Overlay::Telling(telling)) => telling.sent(matches!(effect, Effect::Copy(_))),
            _ => {}
        }
        effects.push(effect);
        effects
    }

    /// A message while an overlay is open.
    pub(super) fn over(&mut self, message: Message, now: i64) -> Vec<Effect> {
        let overlay = self.overlay.take();
        match (message, overlay) {
            (Message::Back, Some(Overlay::Evidence { listed: true, .. })) => self.lay(Overlay::Checklist),
            (Message::Back, Some(Overlay::Checklist)) => self.stop_checking(),
            (Message::Cancel, Some(Overlay::Checklist)) => {
                self.overlay = Some(Overlay::Checklist);
                self.stop_checking()
            }
            (Message::Back, Some(Overlay::Handing(handing))) => self.hand_over(Message::Back, handing),
            (message, Some(Overlay::Telling(telling))) => self.tell(&message, telling),
            (Message::ShowReport, Some(Overlay::Told(causes))) => self.begin_telling(Some(causes), now),
            (message, Some(Overlay::Experiments)) => self.over_experiments(&message, now),
            (Message::Back, _) => Vec::new(),
            (Message::Choose(number), Some(Overlay::Checklist)) => match self.desk.items().get(number) {
                Some(item) => self.lay(Overlay::Evidence { item: *item, listed: true }),
                None => Vec::new(),
            },
            (Message::Choose(number), Some(Overlay::Copies(copies))) => match copies.get(number).cloned() {
                Some((label, text)) => self.lay(Overlay::CopyOne { label, text, sent: false }),
                None => Vec::new(),
            },
            (Message::GoTo(item), Some(Overlay::Evidence { .. })) => {
                let path = plan::path(&self.desk);
                plan::step_of(&path, item).map(|id| self.open(id, now)).unwrap_or_default()
            }
            (Message::Answer(typed), Some(Overlay::Browser { .. })) if typed.expose().trim().is_empty() => {
                self.lay(Overlay::Browser { error: true })
            }
            (Message::Answer(typed), Some(Overlay::Browser { .. })) => {
                let causes = blame::told(&self.desk, typed.expose(), now);
                blame::mark_told(&mut self.desk, &causes);
                ladder::refuse(&mut self.desk, &causes);
                self.lay(Overlay::Told(causes))
            }
            (Message::Other, Some(Overlay::Told(causes))) => {
                // What the browser said was about the way that is left.
                self.taken_over();
                self.desk.said_at_browser = None;
                let go = ladder::past(&mut self.desk, &causes);
                self.take(step::Turn::go(go), now)
            }
            (message, Some(Overlay::Handing(handing))) => self.hand_over(message, handing),
            (Message::GoTo(item), Some(Overlay::Told(causes))) => self.mend(item, &causes, now),
            (_, overlay) => {
                self.overlay = overlay;
                Vec::new()
            }
        }
    }
}

impl Model {
    /// The same screen in the other language. What was found for copying is found again, with its labels.
    pub(super) fn switch_language(&mut self, now: i64) -> Vec<Effect> {
        let before = copyable(&self.step_screen(now).blocks);
        self.desk.texts = Texts::new(self.desk.texts.language().other());
        let copies = copyable(&self.step_screen(now).blocks);
        self.overlay = match self.overlay.take() {
            Some(Overlay::Copies(_)) => Some(Overlay::Copies(copies)),
            Some(Overlay::CopyOne { label, text, sent }) => {
                let at = before.iter().position(|copy| copy.0 == label && copy.1 == text);
                let (label, text) = at.and_then(|at| copies.into_iter().nth(at)).unwrap_or((label, text));
                Some(Overlay::CopyOne { label, text, sent })
            }
            overlay => overlay,
        };
        Vec::new()
    }
}

impl Overlay {
    pub(super) fn screen(&self, desk: &Desk, step: &str) -> Screen {
        match self {
            Self::Checklist => checklist(desk, step),
            Self::Evidence { item, .. } => evidence(desk, step, *item),
            Self::Copies(copies) => {
                let option =
                    |(label, text): &(String, String)| Choice { label: label.clone(), detail: first_line(text) };
                let options = copies.iter().map(option).collect();
                let screen = blank(desk, step, "copies".to_owned(), desk.word("overlay.copies"));
                choice(desk, screen, desk.word("overlay.copies-question"), options, 0)
            }
            Self::Browser { error } => browser(desk, step, *error),
            Self::Handing(handing) => handing.screen(desk, step),
            Self::Telling(telling) => telling.screen(desk, step),
            Self::Told(causes) => told(desk, step, causes),
            // Drawn by whoever has the step at hand.
            Self::Experiments => blank(desk, step, "experiments".to_owned(), desk.word("experiment.title")),
            Self::CopyOne { label, text, sent } => copy_one(desk, step, label, text, *sent),
        }
    }
}

pub(super) fn action(desk: &Desk, key: Key, label: &str, act: Act, primary: bool) -> Action {
    Action { key, label: desk.word(label), act, primary }
}

/// An overlay with nothing on it but the way back.
pub(super) fn blank(desk: &Desk, step: &str, id: String, title: String) -> Screen {
    Screen {
        id,
        language: desk.texts.language(),
        title,
        place: String::new(),
        blocks: Vec::new(),
        question: None,
        actions: vec![
            action(desk, Key::Esc, "action.back", Act::Send(Message::Back), true),
            action(desk, Key::Letter('q'), "action.leave", Act::Send(Message::Leave), false),
        ],
        checklist: rows(desk, step),
        busy: None,
        ticks: false,
    }
}

pub(super) fn choice(desk: &Desk, mut screen: Screen, label: String, options: Vec<Choice>, selected: usize) -> Screen {
    let input = Input::Choice { options, selected };
    screen.question = Some(Question { label, hint: String::new(), error: None, input });
    screen.actions.insert(0, action(desk, Key::Enter, "action.choose", Act::Answer, true));
    screen
}

fn checklist(desk: &Desk, step: &str) -> Screen {
    let screen = blank(desk, step, "checklist".to_owned(), desk.word("overlay.checklist"));
    let option = |row: &ItemRow| Choice { label: row.label.clone(), detail: row.state_label.clone() };
    let options = screen.checklist.iter().map(option).collect();
    let here = items_of(step).first().and_then(|item| desk.items().iter().position(|other| other == item));
    choice(desk, screen, desk.word("overlay.checklist-question"), options, here.unwrap_or(0))
}

fn browser(desk: &Desk, step: &str, error: bool) -> Screen {
    let mut screen = blank(desk, step, "browser".to_owned(), desk.word("overlay.browser"));
    screen.blocks = vec![Block::Text(desk.word("overlay.browser-how"))];
    screen.question = Some(Question {
        label: desk.word("overlay.browser-question"),
        hint: desk.word("overlay.browser-hint"),
        error: error.then(|| desk.word("overlay.browser-empty")),
        input: Input::Text { value: desk.said_at_browser.clone().unwrap_or_default() },
    });
    screen.actions.insert(0, action(desk, Key::Enter, "action.continue", Act::Answer, true));
    screen
}

fn told(desk: &Desk, step: &str, causes: &[Cause]) -> Screen {
    let mut screen = blank(desk, step, "told".to_owned(), desk.word("overlay.browser"));
    screen.blocks = verdict::blocks(desk, causes);
    let leading = step::lead(desk, causes, blame::blamed(causes), step);
    let other = ladder::next(desk, causes).and_then(|_| ladder::offer(desk, causes)).map(|label| {
        let act = Act::Send(Message::Other);
        Action { key: Key::Letter('w'), label, act, primary: false }
    });
    screen.actions.splice(0..0, leading.into_iter().chain(other));
    screen
}

fn copy_one(desk: &Desk, step: &str, label: &str, text: &str, sent: bool) -> Screen {
    let mut screen = blank(desk, step, "copy".to_owned(), desk.word("overlay.copies"));
    screen.blocks = vec![
        Block::Command { label: label.to_owned(), text: text.to_owned() },
        Block::Text(desk.word("overlay.copy-how")),
    ];
    if sent {
        screen.blocks.push(Block::Note { tone: Tone::Success, text: desk.word("overlay.copied") });
    }
    let to_terminal = Act::Send(Message::Copy(text.to_owned()));
    let plain = Act::Send(Message::Print(text.to_owned()));
    screen.actions.insert(0, action(desk, Key::Enter, "action.copy-now", to_terminal, true));
    screen.actions.insert(1, action(desk, Key::Letter('p'), "action.print", plain, false));
    screen
}

fn evidence(desk: &Desk, step: &str, item: Item) -> Screen {
    let title = desk.texts.item(item);
    let mut screen = blank(desk, step, format!("evidence:{}", item.id()), title);
    let state = desk.draft.checklist.state(item);
    let state = desk.word(&format!("states.{}", state.id()));
    let found_at = desk.draft.checklist.found_at(item).and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    let found_at = found_at.map(|at| (desk.word("overlay.found-at"), at.format("%Y-%m-%d %H:%M UTC").to_string()));
    screen.blocks.push(Block::Facts([(desk.word("overlay.state"), state)].into_iter().chain(found_at).collect()));
    screen.blocks.extend(desk.draft.checklist.evidence(item).iter().map(|phrase| Block::Text(desk.say(phrase))));
    let proof = if let Item::Product(_) = item { "proof.product".to_owned() } else { format!("proof.{}", item.id()) };
    screen.blocks.push(Block::Text(desk.say(&desk.about(proof))));
    if desk.draft.step != "done" {
        let leading = step::go_to(desk, item).map(|action| Action { primary: false, ..action });
        screen.actions.extend(leading);
    }
    screen
}

/// The checklist as it stands, every item.
pub(super) fn rows(desk: &Desk, step: &str) -> Vec<ItemRow> {
    let row = |item: &Item| {
        let state: State = desk.draft.checklist.state(*item);
        ItemRow {
            item: *item,
            label: desk.texts.item(*item),
            state,
            state_label: desk.word(&format!("states.{}", state.id())),
            current: items_of(step).contains(item),
        }
    };
    desk.items().iter().map(row).collect()
}

/// What of a screen is worth copying: commands and addresses, and the user code.
pub(super) fn copyable(blocks: &[Block]) -> Vec<(String, String)> {
    let of = |block: &Block| match block {
        Block::Command { label, text } => vec![(label.clone(), text.clone())],
        Block::Link { label, url } => vec![(label.clone(), url.clone())],
        Block::UserCode { label, code } => vec![(label.clone(), code.clone())],
        Block::Verdict(verdict) => verdict.commands.clone(),
        Block::Sheet { rows, .. } => {
            rows.iter().filter_map(|row| Some((row.name.clone(), row.value.clone()?))).collect()
        }
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
