//! Consent that needs nobody at a browser: the app signs in as itself, or a password is sent. One request, and
//! again while that may help.

use super::{Came, Stop};
use crate::{
    checklist::Item,
    entra::{
        grant::{self, Registration},
        wire::{Answer, Request},
    },
    network::NetworkFailure,
    phrase::Phrase,
    way::Way,
    wizard::{
        asking::{Answered, Asking},
        credential::Unready,
        desk::Desk,
        effect::{Effect, Outcome, Report, Ticket},
        message::Message,
        screen::{Block, Key, Tone},
        step::{Page, Turn, secondary},
        verdict,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Direct {
    /// The request's, the pause's before the next, or that of reading the certificate.
    ticket: Ticket,
    asking: Asking,
}

impl Direct {
    pub fn begin(desk: &mut Desk, now: i64) -> (Self, Came) {
        let mut way = Self { ticket: desk.ticket(), asking: Asking::default() };
        let came = way.ask(desk, now);
        (way, came)
    }

    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    fn ask(&mut self, desk: &mut Desk, now: i64) -> Came {
        let registration = match desk.registration(now) {
            Ok(registration) => registration,
            Err(Unready::Missing(missing)) => return Stop::missing(missing).into(),
            Err(Unready::Unsigned) => {
                return Stop::new(Phrase::new("consent.unsigned"), Item::ClientSecret, Outcome::Incomplete).into();
            }
            Err(Unready::Unread(files)) => return self.out(desk, |ticket| Effect::ReadCertificate(ticket, files)),
        };
        match request(desk, &registration) {
            Some(request) => self.out(desk, |ticket| Effect::Fetch(ticket, request)),
            None => {
                let why = Phrase::new("consent.no-password");
                Stop::new(why, Item::Consent, Outcome::Incomplete).into()
            }
        }
    }

    fn out(&mut self, desk: &mut Desk, effect: impl FnOnce(Ticket) -> Effect) -> Came {
        desk.hand_back(self.ticket);
        self.ticket = desk.ticket();
        Came::Runs(Turn::asking(effect(self.ticket)))
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Came {
        match message {
            Message::Reported(_, Report::CertificateRead(Ok(certificate))) => {
                desk.certificate = Some(*certificate);
                self.ask(desk, now)
            }
            Message::Reported(_, Report::CertificateRead(Err(failure))) => {
                let why = verdict::certificate_trouble(&failure);
                Stop::new(why, Item::ClientSecret, Outcome::Incomplete).into()
            }
            Message::Reported(_, Report::Fetched(outcome)) => self.answered(desk, outcome, now),
            Message::Reported(_, Report::Waited) => self.ask(desk, now),
            _ => Came::Runs(Turn::stay()),
        }
    }

    fn answered(&mut self, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Came {
        match self.asking.answered(desk, outcome, now) {
            Answered::Tokens(tokens) => {
                // It was sent, and is needed no more: what renews is the refresh token.
                desk.draft.secrets.password = None;
                Came::Granted(tokens)
            }
            Answered::Again(pause) => self.out(desk, |ticket| Effect::Wait(ticket, pause)),
            Answered::Refused(failure) => Stop::refused(desk, failure, desk.draft.way().flow()).into(),
            Answered::Unreachable(failure) => Stop::unreachable(desk, &failure).into(),
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let mut blocks = vec![Block::Text(desk.say(&desk.about(format!("consent.direct.{}", desk.draft.way().id()))))];
        blocks.extend(
            self.asking.trouble.iter().map(|trouble| Block::Note { tone: Tone::Warning, text: desk.say(trouble) }),
        );
        Page {
            blocks,
            busy: Some(desk.word("busy.token")),
            actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
            ..Page::default()
        }
    }
}

/// `None` when there is no password to send.
fn request(desk: &Desk, registration: &Registration) -> Option<Request> {
    let Desk { draft, .. } = desk;
    let scopes = draft.settings.scopes();
    match draft.way() {
        Way::Password => {
            let (user, password) = (draft.settings.user.as_ref()?, draft.secrets.password.as_ref()?);
            grant::password(registration, user.as_str(), password, &scopes)
        }
        _ => grant::client_credentials(registration, &scopes.join(" ")),
    }
}
