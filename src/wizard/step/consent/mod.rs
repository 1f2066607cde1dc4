//! Consent, by whichever way: one file a way. Enters by asking for it, or goes on with what still runs; ends
//! when the tokens are at hand. A way that is refused stops with the reason, the item and the next way to try.

mod browser;
mod device;
mod direct;
mod stop;

use super::{Go, Page, Turn, go_on, primary, secondary};
use crate::{
    checklist::{Item, State},
    diagnosis::Cause,
    entra::{Failure, grant::Tokens},
    phrase::Phrase,
    report::Report as Telling,
    way::Way,
    wizard::{
        blame,
        desk::Desk,
        effect::{Effect, Outcome, Ticket},
        ladder,
        message::Message,
        screen::{Act, Block, Key, Tone},
        tokens,
    },
};
use browser::Browser;
use device::Device;
use direct::Direct;
use stop::Stop;

#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    phase: Phase,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Running(Running),
    Stopped(Box<Stop>),
    /// Signed in before: the tokens are at hand.
    Granted,
}

/// The way that runs, with its state.
#[derive(Debug, Clone, PartialEq)]
enum Running {
    Device(Device),
    Browser(Browser),
    Direct(Direct),
}

/// What a way comes to after a message.
enum Came {
    Runs(Turn),
    Granted(Tokens),
    Stopped(Box<Stop>),
}

impl From<Stop> for Came {
    fn from(stop: Stop) -> Self {
        Self::Stopped(Box::new(stop))
    }
}

impl Running {
    /// As the settings have it; what was begun before goes on.
    fn begin(desk: &mut Desk, now: i64) -> (Self, Came) {
        match desk.draft.way() {
            Way::Secret | Way::Certificate | Way::Password => wrap(Direct::begin(desk, now), Self::Direct),
            Way::Loopback | Way::Paste => wrap(Browser::begin(desk, now), Self::Browser),
            Way::DeviceCode => wrap(Device::begin(desk, now), Self::Device),
        }
    }

    fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Came {
        match self {
            Self::Device(device) => device.update(desk, message, now),
            Self::Browser(browser) => browser.update(desk, message, now),
            Self::Direct(direct) => direct.update(desk, message, now),
        }
    }

    /// What runs for it, to be cancelled.
    fn tickets(&self) -> Vec<Ticket> {
        match self {
            Self::Device(device) => vec![device.ticket()],
            Self::Browser(browser) => browser.ticket().into_iter().collect(),
            Self::Direct(direct) => vec![direct.ticket()],
        }
    }

    fn page(&self, desk: &Desk, now: i64) -> Page {
        match self {
            Self::Device(device) => device.page(desk, now),
            Self::Browser(browser) => browser.page(desk, now),
            Self::Direct(direct) => direct.page(desk),
        }
    }

    /// What was begun is not gone on with.
    fn forget(desk: &mut Desk) {
        desk.draft.secrets.device = None;
        desk.draft.secrets.browser = None;
    }
}

fn wrap<T>((running, came): (T, Came), wrap: impl FnOnce(T) -> Running) -> (Running, Came) {
    (wrap(running), came)
}

impl Consent {
    pub fn enter(desk: &mut Desk, now: i64) -> (Self, Turn) {
        desk.draft.expire(now);
        let anew = std::mem::take(&mut desk.anew);
        let mut step = Self { phase: Phase::Granted };
        if desk.draft.secrets.tokens.is_some() && !anew {
            if !desk.draft.way().is_app_only() && !has_failed(desk) {
                desk.draft.checklist.prove(Item::Consent, Phrase::new("evidence.token-at-hand"));
            }
            return (step, Turn::stay());
        }
        let turn = step.begin(desk, now);
        (step, turn)
    }

    fn begin(&mut self, desk: &mut Desk, now: i64) -> Turn {
        let (way, came) = Running::begin(desk, now);
        self.phase = Phase::Running(way);
        self.settle(desk, came)
    }

    /// Drops what runs and what it was about.
    fn drop_running(&mut self, desk: &mut Desk) -> Vec<Effect> {
        Running::forget(desk);
        let Phase::Running(way) = &self.phase else { return Vec::new() };
        let tickets = way.tickets();
        tickets.iter().for_each(|ticket| desk.hand_back(*ticket));
        tickets.into_iter().map(Effect::Cancel).collect()
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match (message, &mut self.phase) {
            (Message::Continue, Phase::Granted) => Turn::next(),
            (Message::Retry, Phase::Stopped(_)) if lacks_password(desk) => Turn::go(Go::Mend(Item::Consent)),
            (Message::Retry, _) => {
                let mut effects = self.drop_running(desk);
                let turn = self.begin(desk, now);
                effects.extend(turn.effects);
                Turn { effects, go: turn.go }
            }
            (Message::Cancel, Phase::Running(_)) => {
                let effects = self.drop_running(desk);
                let stop = Stop::new(Phrase::new("consent.cancelled"), Item::Consent, Outcome::SignIn);
                let turn = self.settle(desk, stop.into());
                Turn { effects, go: turn.go }
            }
            (Message::UsualScopes, Phase::Stopped(_)) if super::token::asks_amiss(desk) => {
                super::token::take_the_usual(desk);
                self.begin(desk, now)
            }
            (Message::GoTo(item), Phase::Stopped(..)) => Turn::go(Go::Mend(item)),
            (Message::Other, Phase::Stopped(stop)) => Turn::go(ladder::past(desk, &stop.causes)),
            (message, Phase::Running(way)) => {
                let came = way.update(desk, message, now);
                self.settle(desk, came)
            }
            _ => Turn::stay(),
        }
    }

    fn settle(&mut self, desk: &mut Desk, came: Came) -> Turn {
        match came {
            Came::Runs(turn) => turn,
            Came::Granted(granted) => self.granted(desk, granted),
            Came::Stopped(stop) => {
                Running::forget(desk);
                desk.drop_stale_notices();
                stop.mark(desk);
                ladder::refuse(desk, &stop.causes);
                if stop.failure.as_ref().is_some_and(is_of_password) {
                    // Sent once more, a wrong one locks the account.
                    desk.draft.secrets.password = None;
                }
                self.phase = Phase::Stopped(stop);
                Turn::stay()
            }
        }
    }

    fn granted(&mut self, desk: &mut Desk, granted: Tokens) -> Turn {
        desk.drop_tokens();
        desk.draft.secrets.tokens = Some(granted);
        let way = desk.draft.way();
        desk.draft.refused.remove(&way);
        for (item, evidence) in shown(desk) {
            desk.draft.checklist.prove(item, Phrase::new(evidence));
        }
        let secret = desk.client_secret().is_some();
        if matches!(way, Way::DeviceCode | Way::Password) && secret {
            desk.draft.checklist.not_needed(Item::PublicClient, Phrase::new("evidence.secret-used"));
        }
        if !way.is_app_only() && !secret && !desk.product().app.secret {
            desk.draft.checklist.not_needed(Item::ClientSecret, Phrase::new("evidence.public-client-on"));
        }
        tokens::weigh(desk);
        self.phase = Phase::Granted;
        desk.notices = vec![(Tone::Success, Phrase::new("evidence.consent"))];
        Turn::next()
    }

    pub fn tell(&self, desk: &Desk, told: &mut Telling) {
        let Phase::Stopped(stop) = &self.phase else { return };
        if let Some(failure) = &stop.failure {
            told.evidence = blame::refused(desk, failure, desk.draft.way().flow());
        }
        told.causes.clone_from(&stop.causes);
        told.ended = Some(stop.why.clone());
    }

    pub fn causes(&self) -> &[Cause] {
        match &self.phase {
            Phase::Stopped(stop) => &stop.causes,
            _ => &[],
        }
    }

    pub fn outcome(&self) -> Option<Outcome> {
        match &self.phase {
            Phase::Stopped(stop) => Some(stop.outcome),
            _ => None,
        }
    }

    pub fn blamed(&self) -> Option<Item> {
        match &self.phase {
            Phase::Stopped(stop) => Some(stop.item),
            _ => None,
        }
    }

    pub fn page(&self, desk: &Desk, now: i64) -> Page {
        match &self.phase {
            Phase::Running(running) => running.page(desk, now),
            Phase::Stopped(stop) => stop.page(desk),
            // A token from before does not undo what was refused since.
            Phase::Granted if has_failed(desk) => Page {
                blocks: refused_since(desk),
                actions: vec![primary(Key::Enter, desk.word("action.sign-in-again"), Act::Send(Message::Retry))],
                ..Page::default()
            },
            Phase::Granted => Page {
                blocks: vec![Block::Note { tone: Tone::Success, text: desk.say(&at_hand(desk)) }],
                actions: vec![
                    go_on(desk),
                    secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Retry),
                ],
                ..Page::default()
            },
        }
    }
}

fn has_failed(desk: &Desk) -> bool {
    desk.draft.checklist.state(Item::Consent) == State::Failed
}

/// What speaks against the sign-in whose token is at hand.
fn refused_since(desk: &Desk) -> Vec<Block> {
    let note = |phrase| Block::Note { tone: Tone::Failure, text: desk.say(phrase) };
    desk.draft.checklist.evidence(Item::Consent).iter().map(note).collect()
}

fn at_hand(desk: &Desk) -> Phrase {
    match desk.draft.secrets.tokens.as_ref().and_then(tokens::signed_in) {
        Some(user) => Phrase::new("consent.at-hand-of").with("user", user),
        None => Phrase::new("consent.at-hand"),
    }
}

/// Name or password is wrong (AADSTS50126); elsewhere `invalid_grant` says no more (RFC 6749 §5.2).
fn is_of_password(failure: &Failure) -> bool {
    failure.has_code(50126) || (failure.codes.is_empty() && failure.error == "invalid_grant")
}

fn lacks_password(desk: &Desk) -> bool {
    desk.draft.way() == Way::Password && desk.draft.secrets.password.is_none()
}

/// What a token shows that was given in this way, whatever stands in it.
fn shown(desk: &Desk) -> Vec<(Item, &'static str)> {
    // An app gets a token whether or not anybody has consented to what it may: its roles tell.
    let consent = (!desk.draft.way().is_app_only()).then_some((Item::Consent, "evidence.consent"));
    let redirect = desk.draft.way().is_browser().then_some((Item::RedirectUri, "evidence.redirected"));
    consent.into_iter().chain(shown_of_app(desk)).chain(redirect).collect()
}

/// How the app showed itself, which a renewal shows just as well.
pub fn shown_of_app(desk: &Desk) -> Option<(Item, &'static str)> {
    let secret = desk.client_secret().is_some();
    match desk.draft.way() {
        Way::DeviceCode | Way::Password if !secret => Some((Item::PublicClient, "evidence.public-client-on")),
        Way::Loopback | Way::Paste if !secret => None,
        Way::Certificate => Some((Item::ClientSecret, "evidence.certificate-accepted")),
        _ => Some((Item::ClientSecret, "evidence.secret-accepted")),
    }
}
