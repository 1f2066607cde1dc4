//! Consent in a browser: listens at a port of this machine, or takes the address that the browser came back
//! to as it is pasted. Both wait for the same sign-in, so one can be left for the other; the code that comes
//! is redeemed at once. What waits survives the end of the program.

mod page;

use std::time::Duration;

use super::{Came, Stop};
use crate::{
    checklist::Item,
    entra::{
        Failure,
        browser::{self, Asked, Pending, Prompt, Returned, Unusable},
        wire::Answer,
    },
    facts::Loopback,
    network::{FailureKind, NetworkFailure},
    phrase::Phrase,
    secret::Secret,
    visible,
    way::Way,
    wizard::{
        asking::{Answered, Asking},
        desk::Desk,
        effect::{Effect, Listening, Outcome, Report, Ticket},
        message::Message,
        screen::Tone,
        step::Turn,
        verdict,
    },
};

const FLOW: &str = Way::Loopback.flow();
/// A listener that nobody comes to is closed (design of RFC 8252 §8.3: open only as long as needed).
const PATIENCE: Duration = Duration::from_secs(600);
/// A code lives ten minutes and may be redeemed once, so what the network loses is sent again soon.
const PAUSES: [u64; 3] = [2, 4, 8];
/// The person said no.
const DECLINED: [u32; 2] = [65004, 70018];

#[derive(Debug, Clone, PartialEq)]
pub struct Browser {
    phase: Phase,
    /// Why the last paste was not taken.
    error: Option<Phrase>,
    /// The last paste, where it may have been the first half of one.
    partial: Secret,
    asking: Asking,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// A port is asked for; this state will come back to it.
    Opening(Ticket, Secret),
    /// Until then (Unix seconds).
    Listening(Ticket, u16, i64),
    Pasting,
    /// The ticket is the request's, or the pause's before the next.
    Redeeming(Ticket, Secret, usize),
}

impl Browser {
    pub fn begin(desk: &mut Desk, now: i64) -> (Self, Came) {
        let mut way =
            Self { phase: Phase::Pasting, error: None, partial: Secret::default(), asking: Asking::default() };
        let came = if desk.draft.way() == Way::Loopback { way.listen(desk) } else { way.paste(desk, now) };
        (way, came)
    }

    pub fn ticket(&self) -> Option<Ticket> {
        match self.phase {
            Phase::Opening(ticket, _) | Phase::Listening(ticket, ..) | Phase::Redeeming(ticket, ..) => Some(ticket),
            Phase::Pasting => None,
        }
    }

    /// Where the redirect URI leads elsewhere, nothing can be listened at; the address can still be pasted.
    fn listen(&mut self, desk: &mut Desk) -> Came {
        let pending = desk.draft.secrets.browser.clone();
        let uri = pending.as_ref().map_or_else(|| redirect_uri(desk), |pending| pending.redirect_uri.clone());
        let Some(loopback) = Loopback::read(&uri) else {
            return Stop::new(about(desk, "browser.not-loopback"), Item::RedirectUri, Outcome::Incomplete).into();
        };
        let state = match pending.filter(|_| loopback.port.is_some()) {
            Some(pending) => pending.state,
            None => desk.random("state"),
        };
        let page = |page: &str| {
            let said = |part: &str| desk.word(&format!("browser.page.{page}.{part}"));
            (said("title"), said("text"))
        };
        let listening = Listening {
            port: loopback.port.or(desk.port),
            path: loopback.asked_path().to_owned(),
            state: state.clone(),
            limit: PATIENCE,
            lang: desk.word("browser.page.lang"),
            signed_in: page("signed-in"),
            refused: page("refused"),
            not_this: page("not-this"),
        };
        let ticket = desk.ticket();
        self.phase = Phase::Opening(ticket, state);
        Came::Runs(Turn::asking(Effect::Listen(ticket, Box::new(listening))))
    }

    fn paste(&mut self, desk: &mut Desk, now: i64) -> Came {
        self.phase = Phase::Pasting;
        if desk.draft.secrets.browser.is_some() {
            return Came::Runs(Turn::stay());
        }
        let state = desk.random("state");
        let uri = redirect_uri(desk);
        pend(desk, &uri, state, now)
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Came {
        match (message, self.phase.clone()) {
            (Message::Reported(_, Report::Listening(opened)), Phase::Opening(ticket, state)) => match opened {
                Ok(port) => self.listening(desk, ticket, port, state, now),
                Err(failure) => self.not_listening(desk, &failure),
            },
            (Message::Reported(_, Report::Redirected(query)), Phase::Listening(..)) => {
                let Some(pending) = desk.draft.secrets.browser.clone() else { return expired() };
                match browser::of_query(query.expose(), &pending) {
                    Ok(returned) => self.redeem(desk, &pending, returned, 0),
                    Err(unusable) => stopped(desk, unusable),
                }
            }
            (Message::Reported(_, Report::NobodyCame), Phase::Listening(..)) => {
                Stop::new(Phrase::new("browser.nobody-came"), Item::Consent, Outcome::SignIn).into()
            }
            (Message::Other, Phase::Listening(ticket, ..) | Phase::Opening(ticket, _)) => {
                desk.hand_back(ticket);
                turn_to(desk, Way::Paste);
                followed(Effect::Cancel(ticket), self.paste(desk, now))
            }
            (Message::Other, Phase::Pasting) if is_local(desk) => {
                turn_to(desk, Way::Loopback);
                self.listen(desk)
            }
            (Message::Answer(pasted), Phase::Pasting) => self.pasted(desk, &pasted, now),
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Redeeming(_, code, hiccups)) => {
                self.redeemed(desk, outcome, &code, hiccups, now)
            }
            (Message::Reported(_, Report::Waited), Phase::Redeeming(_, code, hiccups)) => {
                let Some(pending) = desk.draft.secrets.browser.clone() else { return expired() };
                self.redeem(desk, &pending, Returned { code, state_checked: true, host: None }, hiccups)
            }
            _ => Came::Runs(Turn::stay()),
        }
    }

    fn listening(&mut self, desk: &mut Desk, ticket: Ticket, port: u16, state: Secret, now: i64) -> Came {
        desk.port = Some(port);
        self.phase = Phase::Listening(ticket, port, now + PATIENCE.as_secs().cast_signed());
        let known = desk.draft.secrets.browser.as_ref().map(|pending| pending.redirect_uri.clone());
        let registered = redirect_uri(desk);
        let uri = known.clone().unwrap_or(registered);
        let with_port = Loopback::read(&uri).map(|loopback| loopback.with_port(port));
        match with_port {
            Some(uri) if known.as_ref() != Some(&uri) => pend(desk, &uri, state, now),
            _ => Came::Runs(Turn::stay()),
        }
    }

    /// Another program may have taken the port since; the sign-in is then begun anew at a free one, if any will do.
    fn not_listening(&mut self, desk: &mut Desk, failure: &NetworkFailure) -> Came {
        let any = Loopback::read(&redirect_uri(desk)).is_some_and(|loopback| loopback.port.is_none());
        let held = desk.draft.secrets.browser.take().is_some();
        if any && failure.kind == FailureKind::PortTaken && (held || desk.port.take().is_some()) {
            desk.port = None;
            return self.listen(desk);
        }
        Stop::new(verdict::unreachable(failure), Item::Consent, Outcome::Unreachable).into()
    }

    fn pasted(&mut self, desk: &mut Desk, pasted: &Secret, now: i64) -> Came {
        let Some(pending) = desk.draft.secrets.browser.clone().filter(|pending| pending.expires_at > now) else {
            return expired();
        };
        // A terminal that reads line by line hands in the lines of one address one after the other; what follows a
        // piece of one is no code of its own.
        if pasted.expose().contains("://") {
            self.partial = Secret::default();
        }
        let whole = Secret::new(format!("{}{}", self.partial.expose(), pasted.expose()));
        let alone = || browser::returned(pasted, &pending).ok().filter(|returned| returned.state_checked);
        let read = browser::returned(&whole, &pending).or_else(|unusable| alone().ok_or(unusable));
        match read {
            Ok(returned) => match of_product(desk, &returned) {
                Some(why) if desk.unattended => Stop::new(why, Item::Consent, Outcome::SignIn).into(),
                Some(why) => {
                    (self.error, self.partial) = (Some(why), Secret::default());
                    Came::Runs(Turn::stay())
                }
                None => {
                    let elsewhere = elsewhere(desk, &pending, &returned);
                    let came = self.redeem(desk, &pending, returned, 0);
                    desk.notices.extend(elsewhere.map(|told| (Tone::Warning, told)));
                    came
                }
            },
            Err(unusable @ Unusable::Refused { .. }) => stopped(desk, unusable),
            // One line alone is read where nobody is there.
            Err(unusable) if desk.unattended => stopped(desk, unusable),
            Err(unusable) => {
                let piece = matches!(unusable, Unusable::NoState | Unusable::NoCode) && whole.expose().contains("://");
                self.partial = if piece { whole } else { Secret::default() };
                self.error = Some(why(desk, &unusable));
                Came::Runs(Turn::stay())
            }
        }
    }

    fn redeem(&mut self, desk: &mut Desk, pending: &Pending, returned: Returned, hiccups: usize) -> Came {
        let Returned { code, state_checked, .. } = returned;
        (self.error, self.partial) = (None, Secret::default());
        if !state_checked {
            desk.notices = vec![(Tone::Info, Phrase::new("browser.unchecked"))];
        }
        let request = match desk.client() {
            Ok(registration) => browser::redeem(&registration, pending, &code),
            Err(missing) => return Stop::missing(missing).into(),
        };
        let Some(request) = request else { return unaskable(desk) };
        let ticket = desk.ticket();
        self.phase = Phase::Redeeming(ticket, code, hiccups);
        Came::Runs(Turn::asking(Effect::Fetch(ticket, request)))
    }

    fn redeemed(
        &mut self,
        desk: &mut Desk,
        outcome: Result<Answer, NetworkFailure>,
        code: &Secret,
        hiccups: usize,
        now: i64,
    ) -> Came {
        let (failure, pause) = match (self.asking.answered(desk, outcome, now), PAUSES.get(hiccups)) {
            (Answered::Tokens(tokens), _) => return Came::Granted(tokens),
            (Answered::Refused(failure), _) => return Stop::refused(desk, failure, FLOW).into(),
            (Answered::Again(pause), _) => (None, pause),
            (Answered::Unreachable(failure), Some(pause)) if may_pass(&failure) => {
                (Some(verdict::unreachable(&failure)), Duration::from_secs(*pause))
            }
            (Answered::Unreachable(failure), _) => return Stop::unreachable(desk, &failure).into(),
        };
        let trouble = failure.or_else(|| self.asking.trouble.clone());
        desk.notices = trouble.map(|trouble| (Tone::Warning, trouble)).into_iter().collect();
        let ticket = desk.ticket();
        self.phase = Phase::Redeeming(ticket, code.clone(), hiccups + 1);
        Came::Runs(Turn::asking(Effect::Wait(ticket, pause)))
    }
}

/// A wrong certificate stays wrong, and so does a wrong setting.
fn may_pass(failure: &NetworkFailure) -> bool {
    failure.kind != FailureKind::Certificate && !failure.kind.is_of_settings()
}

fn about(desk: &Desk, key: &str) -> Phrase {
    desk.about(key).with("uri", redirect_uri(desk))
}

/// As registered.
fn redirect_uri(desk: &Desk) -> String {
    let settings = &desk.draft.settings;
    settings.redirect_uri.as_ref().map_or_else(|| "http://localhost".to_owned(), ToString::to_string)
}

fn is_local(desk: &Desk) -> bool {
    Loopback::read(&redirect_uri(desk)).is_some()
}

/// The same sign-in by the other way; nothing that was found out changes by it.
fn turn_to(desk: &mut Desk, way: Way) {
    desk.draft.way = Some(way);
    desk.draft.settings.take_way(way);
    desk.notices.clear();
}

/// Begins a sign-in whose answer goes to `uri`. A dropped line from here on must not cost it.
fn pend(desk: &mut Desk, uri: &str, state: Secret, now: i64) -> Came {
    let registration = match desk.client() {
        Ok(registration) => registration,
        Err(missing) => return Stop::missing(missing).into(),
    };
    let verifier = desk.random("verifier");
    let (scopes, user) = (desk.draft.settings.scopes(), desk.draft.settings.user.clone());
    let prompt = Prompt::at_microsoft(desk.draft.settings.cloud().is_microsoft());
    let asked = Asked { redirect_uri: uri, scopes: &scopes, login_hint: user.as_ref(), prompt, verifier, state };
    desk.draft.secrets.browser = browser::begin(&registration, asked, now);
    if desk.draft.secrets.browser.is_none() {
        return unaskable(desk);
    }
    Came::Runs(Turn::asking(Effect::KeepDraft(Box::new(desk.draft.clone()))))
}

fn followed(first: Effect, came: Came) -> Came {
    match came {
        Came::Runs(mut turn) => {
            turn.effects.insert(0, first);
            Came::Runs(turn)
        }
        came => came,
    }
}

/// The browser was sent where the answer is waited for: the redirect URI is registered.
fn sent_back(desk: &mut Desk) {
    let uri = redirect_uri(desk);
    desk.draft.checklist.prove(Item::RedirectUri, Phrase::new("evidence.sent-back").with("uri", uri));
}

fn stopped(desk: &mut Desk, unusable: Unusable) -> Came {
    match unusable {
        Unusable::Refused { failure, came_back } => {
            if came_back {
                sent_back(desk);
            }
            declined(desk, *failure)
        }
        unusable => Stop::new(why(desk, &unusable), Item::Consent, Outcome::SignIn).into(),
    }
}

fn declined(desk: &Desk, failure: Failure) -> Came {
    let no = failure.error == "access_denied" && failure.codes.iter().all(|code| DECLINED.contains(code));
    if no {
        let why = Phrase::new("browser.declined").with("summary", failure.summary());
        return Stop::because(desk, why, failure, FLOW).into();
    }
    Stop::refused(desk, failure, FLOW).into()
}

fn expired() -> Came {
    Stop::new(Phrase::new("browser.expired"), Item::Consent, Outcome::SignIn).into()
}

fn unaskable(desk: &Desk) -> Came {
    Stop::new(about(desk, "browser.unaskable"), Item::RedirectUri, Outcome::Incomplete).into()
}

/// The product would have redeemed it, and kept what came of it: its address is never where a code comes from.
fn of_product(desk: &Desk, returned: &Returned) -> Option<Phrase> {
    let base = desk.draft.settings.base_url.as_ref()?;
    let host = returned.host.as_ref().filter(|host| base.is_at(host))?;
    Some(about(desk, "browser.unusable.of-product").with("host", visible::line(host)))
}

/// The state is right, so something on the way has changed the address; nobody need find that out alone.
fn elsewhere(desk: &Desk, pending: &Pending, returned: &Returned) -> Option<Phrase> {
    let host = returned.host.as_ref().filter(|host| !browser::is_expected(host, pending))?;
    let host: String = host.chars().take(100).collect();
    Some(about(desk, "browser.elsewhere").with("host", visible::line(&host)))
}

/// Why what was pasted is not taken, and what to paste instead.
fn why(desk: &Desk, unusable: &Unusable) -> Phrase {
    let key = match unusable {
        Unusable::Empty if desk.unattended => "browser.unusable.nobody",
        Unusable::Empty => "browser.unusable.empty",
        Unusable::TooLong => "browser.unusable.too-long",
        Unusable::AuthorizeUrl => "browser.unusable.authorize-url",
        Unusable::AuthorityPage => "browser.unusable.authority-page",
        Unusable::OtherAddress(_) => "browser.unusable.other-address",
        Unusable::OtherState => "browser.unusable.other-state",
        Unusable::NoState => "browser.unusable.no-state",
        Unusable::AdminConsent => "browser.unusable.admin-consent",
        Unusable::NoCode | Unusable::Refused { .. } => "browser.unusable.no-code",
    };
    let host = match unusable {
        Unusable::OtherAddress(host) => host.as_str(),
        _ => "",
    };
    about(desk, key).with("host", host)
}
