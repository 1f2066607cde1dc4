//! Consent by device code: a request for a code, or on with one that still runs; polls until the person has
//! approved, declined or let it expire. Every trouble on the way is shown, and nothing is given up that passes
//! by itself.

use std::time::Duration;

use super::{Came, Stop};
use crate::{
    checklist::Item,
    entra::{
        device::{self, DeviceCode, Polled, Trouble},
        wire::Answer,
    },
    network::NetworkFailure,
    phrase::Phrase,
    way::Way,
    wizard::{
        desk::Desk,
        effect::{Effect, Outcome, Report, Ticket},
        message::Message,
        screen::{Block, Key, Tone},
        step::{Page, Turn, countdown, secondary},
        verdict,
    },
};

const FLOW: &str = Way::DeviceCode.flow();

#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    phase: Phase,
    /// Troubles in a row, and the last of them.
    hiccups: u32,
    trouble: Option<Phrase>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Requesting(Ticket),
    /// A code is out; the ticket is the pause's or the poll's.
    Running(Ticket),
}

impl Device {
    pub fn begin(desk: &mut Desk, now: i64) -> (Self, Came) {
        let ticket = desk.ticket();
        let mut way = Self { phase: Phase::Requesting(ticket), hiccups: 0, trouble: None };
        if let Some(code) = desk.draft.secrets.device.clone() {
            way.phase = Phase::Running(ticket);
            let turn = Turn::asking(Effect::Wait(ticket, within(&code, device::pause(&code), now)));
            return (way, Came::Runs(turn));
        }
        let came = match desk.client() {
            Ok(registration) => {
                let request = device::request(&registration, &desk.draft.settings.scopes());
                Came::Runs(Turn::asking(Effect::Fetch(ticket, request)))
            }
            Err(missing) => {
                desk.hand_back(ticket);
                Stop::missing(missing).into()
            }
        };
        (way, came)
    }

    pub fn ticket(&self) -> Ticket {
        let (Phase::Requesting(ticket) | Phase::Running(ticket)) = self.phase;
        ticket
    }

    fn pause(&mut self, desk: &mut Desk, code: &DeviceCode, pause: Duration, now: i64) -> Turn {
        let ticket = desk.ticket();
        self.phase = Phase::Running(ticket);
        Turn::asking(Effect::Wait(ticket, within(code, pause, now)))
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Came {
        match (message, self.phase) {
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Requesting(_)) => self.issued(desk, outcome, now),
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Running(_)) => self.polled(desk, outcome, now),
            (Message::Reported(_, Report::Waited), Phase::Running(_)) => self.poll(desk),
            _ => Came::Runs(Turn::stay()),
        }
    }

    fn issued(&mut self, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Came {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => return Stop::unreachable(desk, &failure).into(),
        };
        match device::read(&answer, now) {
            Ok(code) => {
                let mut turn = self.pause(desk, &code, device::pause(&code), now);
                desk.draft.secrets.device = Some(code);
                // A dropped line from here on must not cost the code.
                turn.effects.push(Effect::KeepDraft(Box::new(desk.draft.clone())));
                Came::Runs(turn)
            }
            Err(failure) => Stop::refused(desk, failure, FLOW).into(),
        }
    }

    /// Once more when the code has run out by this machine's clock: the authority says so itself, or still takes it.
    fn poll(&mut self, desk: &mut Desk) -> Came {
        let registration = desk.client();
        match (desk.draft.secrets.device.clone(), registration) {
            (Some(code), Ok(registration)) => {
                let ticket = desk.ticket();
                self.phase = Phase::Running(ticket);
                Came::Runs(Turn::asking(Effect::Fetch(ticket, device::poll(&registration, &code))))
            }
            _ => expired(),
        }
    }

    fn polled(&mut self, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Came {
        let Some(mut code) = desk.draft.secrets.device.clone() else { return expired() };
        let polled = device::polled(&mut code, outcome, self.hiccups, now);
        desk.draft.secrets.device = Some(code.clone());
        let over = code.expires_at <= now;
        match polled {
            Polled::Pending | Polled::Trouble(..) if over => expired(),
            Polled::Granted(granted) => Came::Granted(granted),
            Polled::Pending => {
                (self.hiccups, self.trouble) = (0, None);
                Came::Runs(self.pause(desk, &code, device::pause(&code), now))
            }
            Polled::Trouble(trouble, pause) => {
                self.hiccups += 1;
                self.trouble = Some(match trouble {
                    Trouble::Network(failure) => verdict::unreachable(&failure),
                    Trouble::Server(failure) => {
                        Phrase::new("consent.server-trouble").with("summary", failure.summary())
                    }
                });
                Came::Runs(self.pause(desk, &code, pause, now))
            }
            Polled::Declined(failure) => {
                let why = Phrase::new("consent.declined").with("summary", failure.summary());
                Stop::because(desk, why, failure, FLOW).into()
            }
            Polled::Expired(failure) => Stop::because(desk, Phrase::new("consent.expired"), failure, FLOW).into(),
            Polled::Refused(failure) => Stop::refused(desk, failure, FLOW).into(),
            Polled::Unreachable(failure) => Stop::unreachable(desk, &failure).into(),
        }
    }

    pub fn page(&self, desk: &Desk, now: i64) -> Page {
        match self.phase {
            Phase::Requesting(_) => Page {
                blocks: told(desk),
                busy: Some(desk.word("busy.device-code")),
                actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
                ..Page::default()
            },
            Phase::Running(_) => self.running(desk, now),
        }
    }

    fn running(&self, desk: &Desk, now: i64) -> Page {
        let Some(code) = &desk.draft.secrets.device else { return Page::default() };
        let mut blocks = told(desk);
        blocks.push(Block::Link { label: desk.word("consent.open"), url: code.verification_uri.clone() });
        blocks.push(Block::UserCode { label: desk.word("consent.type"), code: code.user_code.clone() });
        blocks.push(Block::Qr(code.verification_uri.clone()));
        let left = Phrase::new("consent.left").with("time", countdown(code.expires_at - now));
        blocks.push(Block::Text(desk.say(&left)));
        if let Some(trouble) = &self.trouble {
            blocks.push(Block::Note { tone: Tone::Warning, text: desk.say(trouble) });
        }
        blocks.push(Block::Note { tone: Tone::Info, text: desk.word("consent.warning") });
        Page {
            blocks,
            busy: Some(desk.word("busy.consent")),
            ticks: true,
            actions: vec![
                secondary(Key::Letter('n'), desk.word("action.new-code"), Message::Retry),
                secondary(Key::Letter('b'), desk.word("action.browser"), Message::ShowBrowser),
                secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel),
            ],
            ..Page::default()
        }
    }
}

fn told(desk: &Desk) -> Vec<Block> {
    vec![Block::Text(desk.say(&desk.about("consent.device-code.text")))]
}

/// Never beyond the code's end, which is to be noticed when it comes.
fn within(code: &DeviceCode, pause: Duration, now: i64) -> Duration {
    pause.min(Duration::from_secs(u64::try_from(code.expires_at - now).unwrap_or(0)))
}

/// By this machine's clock, when the authority does not say so itself.
fn expired() -> Came {
    Stop::new(Phrase::new("consent.expired"), Item::Consent, Outcome::SignIn).into()
}
