//! One file a kind of step. A step enters with what it asks for first, takes messages, and shows a page;
//! it says where to go and never goes there itself.

mod adopt;
mod ask;
mod choose;
mod connect;
mod consent;
mod day;
mod done;
mod field;
mod lead;
mod message;
pub mod probe;
mod read;
mod save;
mod token;

use adopt::{adopt, adopting, narrowing, take_user};
pub use consent::shown_of_app;
pub use lead::{go_to, lead, step_of};
pub use message::test_message;

use super::{
    desk::Desk,
    effect::{Effect, Outcome},
    message::Message,
    screen::{Act, Action, Block, Key, Question, Tone},
    trial::Trial,
};
use crate::{
    checklist::{Item, steps::Kind},
    diagnosis::Cause,
    product,
    report::Report as Telling,
};

/// The step that is open, with its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Choose(choose::Choose),
    Read(read::Read),
    Ask(ask::Ask),
    Consent(consent::Consent),
    Token(token::Token),
    Connect(connect::Connect),
    Message(message::Send),
    Save(save::Save),
    Done(done::Done),
}

/// What a step wants after a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turn {
    pub effects: Vec<Effect>,
    pub go: Go,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Go {
    #[default]
    Stay,
    Next,
    /// To the step that settles this item, to come back here afterwards.
    Mend(Item),
    /// To a step by its id.
    To(&'static str),
    Leave(Outcome),
}

/// A step's part of the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub blocks: Vec<Block>,
    pub question: Option<Question>,
    pub actions: Vec<Action>,
    pub busy: Option<String>,
    pub ticks: bool,
}

impl Turn {
    pub fn stay() -> Self {
        Self::default()
    }

    pub fn next() -> Self {
        Self { effects: Vec::new(), go: Go::Next }
    }

    pub fn go(go: Go) -> Self {
        Self { effects: Vec::new(), go }
    }

    pub fn asking(effect: Effect) -> Self {
        Self { effects: vec![effect], go: Go::Stay }
    }
}

impl Step {
    pub fn enter(id: &'static str, desk: &mut Desk, now: i64) -> (Self, Turn) {
        let step = product::step(id);
        let field = step.and_then(|step| step.field);
        match (step.map_or(Kind::Done, |step| step.kind), field) {
            (Kind::Choose, _) => (Self::Choose(choose::Choose::enter(id)), Turn::stay()),
            (Kind::Read, Some(field)) => map(read::Read::enter(id, field, desk, now), Self::Read),
            (Kind::Ask, _) => (Self::Ask(ask::Ask::enter(id)), Turn::stay()),
            (Kind::Consent, _) => map(consent::Consent::enter(desk, now), Self::Consent),
            (Kind::Token, _) => map(token::Token::enter(desk, now), Self::Token),
            (Kind::Connect, _) => map(connect::Connect::enter(desk, now), Self::Connect),
            (Kind::Message, _) => (Self::Message(message::Send::enter()), Turn::stay()),
            (Kind::Save, _) => map(save::Save::enter(desk), Self::Save),
            (Kind::Done | Kind::Read, _) => map(done::Done::enter(desk), Self::Done),
        }
    }

    /// The conversation of this step, where it had one.
    pub fn trial(&self) -> Option<&Trial> {
        match self {
            Self::Connect(step) => step.trial(),
            Self::Message(step) => step.trial(),
            _ => None,
        }
    }

    /// Whether it pauses before another try.
    pub fn waits(&self) -> bool {
        matches!(self, Self::Connect(step) if step.waits())
    }

    pub fn trial_mut(&mut self) -> Option<&mut Trial> {
        match self {
            Self::Connect(step) => step.trial_mut(),
            Self::Message(step) => step.trial_mut(),
            _ => None,
        }
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match self {
            Self::Choose(step) => step.update(desk, &message),
            Self::Read(step) => step.update(desk, message, now),
            Self::Ask(step) => step.update(desk, &message, now),
            Self::Consent(step) => step.update(desk, message, now),
            Self::Token(step) => step.update(desk, message, now),
            Self::Connect(step) => step.update(desk, message, now),
            Self::Message(step) => step.update(desk, message, now),
            Self::Save(step) => step.update(desk, message, now),
            Self::Done(step) => step.update(desk, message),
        }
    }

    /// How it ended with the authority or the mail server, where it has.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Read(step) => step.outcome(),
            Self::Consent(step) => step.outcome(),
            Self::Connect(step) => step.outcome(),
            Self::Message(step) => step.outcome(),
            _ => None,
        }
    }

    /// The item that what failed here is put down to, where that is another step's.
    pub fn blamed(&self) -> Option<Item> {
        match self {
            Self::Read(step) => step.blamed(),
            Self::Consent(step) => step.blamed(),
            Self::Connect(step) => step.blamed(),
            Self::Message(step) => step.blamed(),
            _ => None,
        }
    }

    /// What its failure is put down to.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Read(step) => step.causes(),
            Self::Consent(step) => step.causes(),
            Self::Token(step) => step.causes(),
            Self::Connect(step) => step.causes(),
            Self::Message(step) => step.causes(),
            Self::Choose(_) | Self::Ask(_) | Self::Save(_) | Self::Done(_) => &[],
        }
    }

    /// What it shows, for a report.
    pub fn tell(&self, desk: &Desk, told: &mut Telling) {
        match self {
            Self::Consent(step) => step.tell(desk, told),
            Self::Connect(step) => step.tell(told),
            Self::Message(step) => step.tell(desk, told),
            _ => told.causes = self.causes().to_vec(),
        }
    }

    /// Whether it shows that something is wrong.
    pub fn has_failed(&self, desk: &Desk) -> bool {
        match self {
            Self::Read(step) => step.has_failed(),
            Self::Token(_) => token::has_failed(desk),
            _ => self.outcome().is_some_and(|outcome| outcome != Outcome::Accepted),
        }
    }

    pub fn page(&self, desk: &Desk, now: i64) -> Page {
        match self {
            Self::Choose(step) => step.page(desk),
            Self::Read(step) => step.page(desk),
            Self::Ask(step) => step.page(desk),
            Self::Consent(step) => step.page(desk, now),
            Self::Token(step) => step.page(desk),
            Self::Connect(step) => step.page(desk, now),
            Self::Message(step) => step.page(desk),
            Self::Save(step) => step.page(desk),
            Self::Done(step) => step.page(desk),
        }
    }
}

fn map<T>((step, turn): (T, Turn), wrap: impl FnOnce(T) -> Step) -> (Step, Turn) {
    (wrap(step), turn)
}

/// The step's words: paragraphs, clicks, commands.
fn words(id: &str, desk: &Desk) -> Vec<Block> {
    let about = desk.about("");
    let text = |part: &str| desk.texts.list(&format!("steps.{id}.{part}"), &about);
    let mut blocks: Vec<Block> = text("text").into_iter().map(Block::Text).collect();
    let microsoft = desk.draft.settings.cloud().is_microsoft();
    let clicks = text("clicks");
    if !clicks.is_empty() {
        if !microsoft {
            blocks.push(Block::Note { tone: Tone::Info, text: desk.word("step.custom-labels") });
        }
        blocks.push(Block::Steps(clicks));
        blocks.extend(registered(id, desk).map(|url| Block::Link { label: desk.word("read.register"), url }));
    }
    // Microsoft's cmdlets are for Microsoft's clouds, and for an administrator of the account's own tenant.
    let administered = microsoft && desk.product().tenant.is_none();
    let commands = product::step(id).filter(|_| administered).map_or(0, |step| step.commands.len());
    for index in 0..commands {
        let place = format!("steps.{id}.commands.{index}");
        blocks.push(Block::Command {
            label: desk.word(&format!("{place}.label")),
            text: desk.texts.command(&desk.about(format!("{place}.text"))),
        });
    }
    blocks
}

/// The redirect URI that the clicks have one type: every character of it counts, so it can be copied whole.
fn registered(id: &str, desk: &Desk) -> Option<String> {
    let names = |value: &str| product::step(id).is_some_and(|step| step.clicks.iter().any(|line| line.contains(value)));
    let own = || desk.draft.settings.redirect_uri.as_ref().map(ToString::to_string);
    let of_product = names("{product_redirect}").then(|| desk.product_redirect()).flatten();
    of_product.or_else(|| names("{redirect_uri}").then(own).flatten())
}

fn primary(key: Key, label: String, act: Act) -> Action {
    Action { key, label, act, primary: true }
}

fn secondary(key: Key, label: String, message: Message) -> Action {
    Action { key, label, act: Act::Send(message), primary: false }
}

fn go_on(desk: &Desk) -> Action {
    primary(Key::Enter, desk.word("action.continue"), Act::Send(Message::Continue))
}

/// `14:05`.
fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
