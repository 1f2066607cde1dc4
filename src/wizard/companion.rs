//! Companion actions: what the caller can do for the person, one HTTPS request each. They change nothing in
//! the wizard; what comes of them it finds out as it would from a person's own doing.

use super::{
    Model,
    effect::{Effect, Report, Ticket},
    message::Message,
    screen::{Act, Action, Key, Tone},
};
use crate::{entra::wire::Request, phrase::Phrase};

/// Something the caller can do for the person at the browser; `{user_code}` in the body is filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Companion {
    pub label: Phrase,
    /// The step it is offered at.
    pub step: &'static str,
    pub request: Request,
}

impl Model {
    /// Performs a companion action, with the user code of the device code that runs.
    pub(super) fn call(&mut self, number: usize) -> Vec<Effect> {
        let Some(companion) = self.companions.get(number).cloned() else { return Vec::new() };
        let code = self.desk.draft.secrets.device.as_ref().map(|code| code.user_code.clone()).unwrap_or_default();
        let ticket = self.desk.ticket();
        self.called.push((number, Some(ticket)));
        vec![Effect::Fetch(ticket, companion.request.filled("{user_code}", &code))]
    }

    /// True when the report was a companion's; a refusal offers it anew, with the reason.
    pub(super) fn companion_answered(&mut self, ticket: Ticket, report: &Report) -> bool {
        let Some(at) = self.called.iter().position(|(_, called)| *called == Some(ticket)) else { return false };
        let refusal = match report {
            Report::Fetched(Ok(answer)) if answer.status == 200 => None,
            Report::Fetched(Ok(answer)) => Some(format!("HTTP {}", answer.status)),
            Report::Fetched(Err(failure)) => Some(failure.to_string()),
            _ => None,
        };
        match refusal {
            Some(detail) => {
                self.called.remove(at);
                let phrase = Phrase::new("notice.companion-failed").with("detail", detail);
                self.desk.notices = vec![(Tone::Warning, phrase)];
            }
            None => self.called[at].1 = None,
        }
        true
    }

    /// Companion actions of this step, not yet called, while it waits for the person at the browser.
    pub(super) fn offered(&self) -> Vec<Action> {
        let waiting = self.desk.draft.secrets.device.is_some();
        let numbered = self.companions.iter().enumerate();
        let open = numbered.filter(|(number, companion)| {
            waiting && companion.step == self.step_id && !self.called.iter().any(|(called, _)| called == number)
        });
        open.map(|(number, companion)| Action {
            key: Key::Letter('a'),
            label: self.desk.say(&companion.label),
            act: Act::Send(Message::Companion(number)),
            primary: true,
        })
        .collect()
    }
}
