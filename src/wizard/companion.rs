//! Companion actions: what the caller can do for the person, one HTTPS request each. They change nothing in
//! the wizard; what comes of them it finds out as it would from a person's own doing.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Model, blame,
    effect::{Effect, Outcome, Report, Ticket},
    message::Message,
    overlay::Overlay,
    plan,
    screen::{Act, Action, Input, Key, Tone},
    step::Step,
};
use crate::{
    entra::{
        Failure,
        wire::{Answer, Request},
    },
    phrase::Phrase,
    secret::Secret,
};

/// Something the caller can do for the person; `{user_code}` or `{authorize_url}` in the body is filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Companion {
    pub label: Phrase,
    /// What to say when it is done.
    pub done: Phrase,
    pub when: When,
    /// What it says is to be typed somewhere: it may be called again once that is not in sight any more.
    pub again: bool,
    pub request: Request,
}

/// When a companion action is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A user code waits to be typed at the browser; once for each code.
    CodeWaits,
    /// A sign-in waits at a browser; once for each.
    BrowserWaits,
    /// The app's own secret is asked for; once.
    SecretAsked,
    /// A certificate was read that the app may not have; once for each.
    CertificateRead,
    /// At this step, or where what is wrong is to be mended there; once.
    At(&'static str),
    /// The mail server has just taken the sign-in; once.
    Accepted,
    /// Something has been shown to be wrong, there or where it is to be mended; once.
    SomethingFailed,
}

/// A companion action that was called.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    number: usize,
    /// The code or address it was called with; empty where it was called with none.
    about: String,
    /// Until it is answered.
    ticket: Option<Ticket>,
    /// It may be called again, by somebody who knows why.
    refused: bool,
}

impl Model {
    pub(super) fn call(&mut self, number: usize) -> Vec<Effect> {
        let Some(companion) = self.companions.get(number).cloned() else { return Vec::new() };
        let about = self.waits_for(&companion);
        let ticket = self.desk.ticket();
        let request = ["{user_code}", "{authorize_url}", "{certificate}"]
            .into_iter()
            .fold(companion.request, |request, place| request.filled(place, &about));
        self.called.retain(|called| called.number != number);
        // What is said of it is news, even if it is the same once more.
        self.desk.notices.clear();
        self.called.push(Called { number, about, ticket: Some(ticket), refused: false });
        vec![Effect::Fetch(ticket, request)]
    }

    /// What waits at the browser, where the action is about that: a code, or the address of the sign-in.
    fn waits_for(&self, companion: &Companion) -> String {
        let secrets = &self.desk.draft.secrets;
        let code = secrets.device.as_ref().map(|code| code.user_code.clone());
        let address = secrets.browser.as_ref().map(|pending| pending.authorize_url.clone());
        let certificate = || Some(BASE64_STANDARD.encode(self.desk.certificate.as_ref()?.shown().der()));
        let waits = match companion.when {
            When::CodeWaits => code,
            When::BrowserWaits => address,
            When::CertificateRead => certificate(),
            When::SecretAsked | When::At(_) | When::Accepted | When::SomethingFailed => None,
        };
        waits.unwrap_or_default()
    }

    /// Requests that are cancelled with their step may not have arrived: they can be called again.
    pub(super) fn forget_unanswered(&mut self) {
        self.called.retain(|called| called.ticket.is_none());
    }

    pub(super) fn awaits_companion(&self) -> bool {
        self.called.iter().any(|called| called.ticket.is_some())
    }

    /// `None` when the report was no companion's; a refusal offers it anew, with the reason. Somebody who was sent
    /// where nothing listens pastes the address.
    pub(super) fn companion_answered(&mut self, ticket: Ticket, report: &Report, now: i64) -> Option<Vec<Effect>> {
        let at = self.called.iter().position(|called| called.ticket == Some(ticket))?;
        let refusal = match report {
            Report::Fetched(Ok(answer)) if answer.status == 200 => None,
            Report::Fetched(Ok(answer)) => Some(Failure::read(answer).said()),
            Report::Fetched(Err(failure)) => Some(failure.to_string()),
            _ => None,
        };
        let redirect = match report {
            Report::Fetched(Ok(answer)) => redirect(answer),
            _ => None,
        };
        self.called[at].ticket = None;
        match refusal {
            Some(detail) => {
                self.called[at].refused = true;
                let when = self.companions[self.called[at].number].when;
                let browser = matches!(when, When::CodeWaits | When::BrowserWaits);
                let phrase = Phrase::new("notice.companion-failed").with("detail", &detail);
                self.desk.notices = vec![(Tone::Warning, phrase)];
                if browser {
                    // Where a person reads it, and can ask what it means.
                    self.desk.notices.push((Tone::Info, Phrase::new("notice.companion-browser")));
                    self.desk.said_at_browser = Some(detail);
                }
            }
            None => {
                self.overlay = None;
                self.desk.said_at_browser = None;
                let done = self.companions[self.called[at].number].done.clone();
                self.desk.notices = vec![(Tone::Success, done)];
                // What is changed there is not in the token that is looked at.
                if matches!(self.step, Step::Token(_)) {
                    self.desk.notices.push((Tone::Info, Phrase::new("notice.token-as-before")));
                }
                let asked = self.step.page(&self.desk, now).question.map(|question| question.input);
                if let (Some(Input::Pasted), Some(redirect)) = (asked, redirect) {
                    let turn = self.step.update(&mut self.desk, Message::Answer(Secret::new(redirect)), now);
                    return Some(self.take(turn, now));
                }
            }
        }
        Some(Vec::new())
    }

    /// What can be called here and now.
    pub(super) fn offered(&self) -> Vec<Action> {
        self.companions.iter().enumerate().filter_map(|(number, companion)| self.offer(number, companion)).collect()
    }

    fn is_failing(&self) -> bool {
        let told = matches!(self.overlay, Some(Overlay::Told(_)));
        told || self.mending.is_some() || self.step.has_failed(&self.desk)
    }

    /// Whether what is wrong is to be mended at this step.
    fn leads_to(&self, step: &str) -> bool {
        let told = match &self.overlay {
            Some(Overlay::Told(causes)) => blame::blamed(causes),
            _ => None,
        };
        let blamed = told.or(self.mending.map(|(_, item)| item)).or_else(|| self.step.blamed());
        blamed.and_then(|item| plan::step_of(&plan::path(&self.desk), item)) == Some(step)
    }

    fn offer(&self, number: usize, companion: &Companion) -> Option<Action> {
        let about = self.waits_for(companion);
        let now = match companion.when {
            When::CodeWaits | When::BrowserWaits => self.step_id == "consent" && !about.is_empty(),
            When::SecretAsked => matches!(self.step_id, "app-secret" | "product-secret"),
            When::At(step) => self.step_id == step || self.is_failing() && self.leads_to(step),
            When::CertificateRead => !about.is_empty() && self.desk.draft.secrets.tokens.is_none(),
            When::Accepted => self.step_id == "connection" && self.step.outcome() == Some(Outcome::Accepted),
            When::SomethingFailed => self.is_failing(),
        };
        let called = self.called.iter().find(|called| called.number == number && called.about == about);
        let wiped = !self.desk.notices.iter().any(|(_, said)| *said == companion.done);
        let again = companion.again && wiped;
        let open = now && called.is_none_or(|called| called.refused || again && called.ticket.is_none());
        // With Ctrl in a text field, where `a` would be the field's own.
        let key = match companion.when {
            When::CodeWaits => 'a',
            When::BrowserWaits => 's',
            When::Accepted => 'k',
            When::SecretAsked | When::CertificateRead | When::At(_) | When::SomethingFailed => 'f',
        };
        open.then(|| Action {
            key: Key::Letter(key),
            label: self.desk.say(&companion.label),
            act: Act::Send(Message::Companion(number)),
            // Where nobody is, a sign-in is approved once, and what is to happen happens; that something is mended is for a
            // person to see.
            primary: called.is_none()
                && match companion.when {
                    When::CodeWaits | When::BrowserWaits => true,
                    When::Accepted => self.desk.unattended,
                    When::SecretAsked | When::CertificateRead | When::At(_) | When::SomethingFailed => false,
                },
        })
    }
}

/// Where the browser was sent, for somebody who has to paste it.
fn redirect(answer: &Answer) -> Option<String> {
    let told: serde_json::Value = serde_json::from_str(answer.body.expose()).ok()?;
    told.get("redirect")?.as_str().map(str::to_owned)
}
