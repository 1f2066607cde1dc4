//! The wizard, a pure core, and the page to read first. [`Model::update`] takes a message and says what
//! is to be done; [`Model::view`] shows the screen as it stands. It sees meanings, never keys, colours,
//! sockets or clocks: the time comes along with every message, in Unix seconds.
//!
//! `message.rs` is everything that can happen, `effect.rs` everything that can be asked for, `step/` one
//! file a kind of step, `moving.rs` how one leads to another, `overlay.rs` what can lie over a step, `view.rs` what
//! stands around it.

mod about;
mod answered;
mod asking;
mod blame;
mod choosing;
pub mod clock;
mod companion;
mod credential;
pub mod desk;
pub mod effect;
pub mod experiment;
mod given;
mod handing;
mod ladder;
pub mod message;
mod moving;
mod overlay;
mod plan;
mod recheck;
mod remote;
mod renewing;
mod rests;
pub mod screen;
mod sheet;
mod step;
mod telling;
mod tokens;
pub mod trial;
pub mod verdict;
mod view;

use crate::{
    account::draft::{Draft, Secrets},
    checklist::{Item, State},
    diagnosis::Cause,
    language::Language,
    phrase::Phrase,
    product,
    secret::Secret,
};
pub use answered::Answered;
use companion::Called;
pub use companion::{Companion, When};
use desk::Desk;
use effect::{Effect, Outcome, Report, Ticket};
pub use given::Given;
use handing::Handing;
use message::Message;
use overlay::Overlay;
use recheck::Recheck;
pub use remote::Remote;
use screen::Tone;
pub use step::test_message;
use step::{Go, Step, Turn};

#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    desk: Desk,
    step_id: &'static str,
    step: Step,
    overlay: Option<Overlay>,
    /// The request to an administrator that is being written.
    request: Option<Ticket>,
    /// A report that is being written.
    report: Option<Ticket>,
    /// What checking everything again runs, or came to.
    recheck: Option<Recheck>,
    /// Where a failure was seen, to be tried again after this item is mended.
    mending: Option<(&'static str, Item)>,
    /// How the message or the sign-in ended that a failure is mended for: to be seen again, it is not sent again.
    ended: Option<Step>,
    companions: Vec<Companion>,
    called: Vec<Called>,
    product_fixed: bool,
    answered: Option<Answered>,
    /// The step that is open is to be passed over, once nothing runs there.
    passing: bool,
    left: bool,
}

impl Model {
    pub fn start(given: Given, now: i64) -> (Self, Vec<Effect>) {
        let resumes = given.draft.is_some();
        let (client_secret, password) = (given.client_secret, given.password);
        let secrets = Secrets { client_secret, password, ..Secrets::default() };
        let (account, settings) = (given.account, given.suggested.clone());
        let draft = given.draft.unwrap_or_else(|| Draft { account, settings, secrets, ..Draft::default() });
        let mut desk = Desk::new(draft, given.texts, given.seed);
        desk.tell_time(now);
        (desk.entropy, desk.remote) = (given.entropy, given.remote);
        (desk.suggested, desk.recipient) = (given.suggested, given.recipient);
        let named = desk.suggested.product.clone().filter(|_| given.product_fixed);
        let asked = named.as_deref().and_then(product::find);
        let another = |product: &&product::Product| desk.draft.settings.product.as_ref() != Some(&product.id);
        if let Some(product) = asked.filter(|product| !resumes || another(product)) {
            desk.choose(product);
            desk.draft.step.clear();
        }
        desk.config_option = given.config_option;
        desk.unattended = given.unattended;
        desk.graphical = given.graphical;
        if given.answered.as_ref().is_some_and(|answered| answered.complete) {
            // A file means the same wherever it is read: what it does not say goes by no situation.
            let first = desk.product().ways[0];
            desk.draft.settings.settle_way(first);
        }
        desk.draft.expire(now);
        let path = plan::path(&desk);
        let first = if given.product_fixed { path.get(1).copied().unwrap_or("product") } else { path[0] };
        let at = path.iter().copied().find(|id| *id == desk.draft.step).unwrap_or(first);
        let resumed = (resumes && at != first).then(|| Phrase::new("notice.resumed"));
        desk.notices = given.notices.into_iter().chain(resumed).map(|phrase| (Tone::Info, phrase)).collect();
        desk.draft.step = at.to_owned();
        let (step, turn) = Step::enter(at, &mut desk, now);
        let mut model = Self {
            desk,
            step_id: at,
            step,
            overlay: None,
            request: None,
            report: None,
            recheck: None,
            mending: None,
            ended: None,
            companions: given.companions,
            called: Vec::new(),
            product_fixed: given.product_fixed,
            answered: given.answered,
            passing: false,
            left: false,
        };
        model.passing = !resumes && model.is_answered();
        let mut effects = model.entered(turn, now);
        model.pass_over(&mut effects, now);
        (model, effects)
    }

    /// How a run ends that nobody could help over a screen.
    pub fn stuck_outcome(&self) -> Outcome {
        let outcome = self.step.outcome().or(self.desk.tested).filter(|outcome| *outcome != Outcome::Accepted);
        outcome.unwrap_or(Outcome::Incomplete)
    }

    /// What the failure that is shown is put down to, else that of the last test.
    pub fn causes(&self) -> &[Cause] {
        let shown = self.step.causes();
        if shown.is_empty() { &self.desk.causes } else { shown }
    }

    /// What the person reads.
    pub fn language(&self) -> Language {
        self.desk.texts.language()
    }

    pub fn draft(&self) -> &Draft {
        &self.desk.draft
    }

    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    pub fn update(&mut self, message: Message, now: i64) -> Vec<Effect> {
        if self.left {
            return self.told_late(message, now);
        }
        self.desk.tell_time(now);
        self.desk.renews = self.renewal().is_some();
        let passes = self.passing || self.desk.by_file;
        let (at, said, taken) = (self.step_id, self.desk.notices.clone(), self.desk.taken.clone());
        let mut effects = self.respond(message, now);
        self.pass_over(&mut effects, now);
        if passes && self.step_id != at {
            // What was found out at a step that nobody saw is in the checklist.
            (self.desk.notices, self.desk.taken) = (said, taken);
        }
        effects
    }

    fn respond(&mut self, message: Message, now: i64) -> Vec<Effect> {
        match message {
            Message::Tick => Vec::new(),
            Message::Leave | Message::Hangup => self.leave(Outcome::Left),
            Message::Typed(text) => self.typed(&text),
            Message::Reported(ticket, report) => self.reported(ticket, report, now),
            Message::Copy(text) => self.take_along(Effect::Copy(text), now),
            Message::Print(text) => self.take_along(Effect::Print(text), now),
            Message::Companion(number) => self.call(number),
            Message::Language => self.switch_language(now),
            Message::CheckAgain => self.check_again(now),
            message if self.overlay.is_some() => self.over(message, now),
            Message::ShowChecklist => self.lay(Overlay::Checklist),
            Message::ShowEvidence(item) => self.lay(Overlay::Evidence { item, listed: false }),
            Message::ShowBrowser => self.lay(Overlay::Browser { error: false }),
            Message::ShowCopies => self.copies(now),
            Message::ShowReport => self.begin_telling(None, now),
            Message::ShowHandover => self.lay(Overlay::Handing(Handing::default())),
            Message::ShowExperiments => self.show_experiments(),
            // What waits is stopped first; the step is left with the next one.
            Message::Back if self.step.waits() => self.respond(Message::Cancel, now),
            Message::Back => {
                self.taken_over();
                self.back(now)
            }
            message => {
                self.taken_over();
                let turn = self.step.update(&mut self.desk, message, now);
                self.take(turn, now)
            }
        }
    }

    /// Performs what a step wants: its effects, then where it goes.
    fn take(&mut self, turn: Turn, now: i64) -> Vec<Effect> {
        let mut effects = turn.effects;
        if let (Step::Connect(_) | Step::Message(_), Some(outcome)) = (&self.step, self.step.outcome()) {
            self.desk.tested = Some(outcome);
        }
        effects.extend(match turn.go {
            Go::Stay => Vec::new(),
            Go::Next => self.next(now),
            Go::To(id) => {
                self.mending = None;
                self.open(id, now)
            }
            Go::Mend(item) => {
                let causes = self.step.causes().to_vec();
                self.mend(item, &causes, now)
            }
            Go::Leave(outcome) => self.leave(outcome),
        });
        effects
    }

    /// Whether there is something to be heard yet, though the person has left: a renewal's answer, to be kept in the draft.
    pub fn awaits(&self) -> bool {
        self.left && self.renewal().is_some()
    }

    /// After the person has left.
    fn told_late(&mut self, message: Message, now: i64) -> Vec<Effect> {
        let Message::Reported(ticket, report) = message else { return Vec::new() };
        if !self.desk.is_out(ticket) {
            return Vec::new();
        }
        self.desk.hand_back(ticket);
        self.rechecked(ticket, &report, now).unwrap_or_default()
    }

    /// What stands in a field when the person turns away. A secret goes where secrets are kept.
    fn typed(&mut self, text: &Secret) -> Vec<Effect> {
        match &self.step {
            Step::Read(step) if step.is_secret() => {
                if !step.outlives_the_run() {
                    return Vec::new();
                }
                self.desk.draft.secrets.typed = Some(text.clone()).filter(|text| !text.is_empty());
            }
            Step::Read(_) | Step::Message(_) | Step::Save(_) => {
                self.desk.draft.typed.insert(self.step_id.to_owned(), text.expose().to_owned());
            }
            _ => {}
        }
        Vec::new()
    }

    fn reported(&mut self, ticket: Ticket, report: Report, now: i64) -> Vec<Effect> {
        if let Report::DraftLost(failure) = report {
            let phrase = Phrase::new("notice.draft-lost").with("path", failure.path).with("detail", failure.detail);
            self.desk.notices = vec![(Tone::Warning, phrase)];
            return Vec::new();
        }
        if !self.desk.is_out(ticket) {
            return Vec::new();
        }
        if !matches!(report, Report::Line(_) | Report::Listening(Ok(_))) {
            self.desk.hand_back(ticket);
        }
        if let Report::FilesKept(outcome) = &report
            && self.request == Some(ticket)
        {
            return self.request_kept(outcome, now);
        }
        if let Report::FilesKept(outcome) = &report
            && self.report == Some(ticket)
        {
            return self.report_kept(outcome);
        }
        if let Some(effects) = self.companion_answered(ticket, &report, now) {
            return effects;
        }
        if let Report::Fetched(Ok(answer)) = &report {
            clock::compare(&mut self.desk, answer, now);
            // What stood in the way of the last request does not any more.
            if self.desk.draft.checklist.state(Item::Network) == State::Failed {
                self.desk.draft.checklist.reopen(Item::Network);
            }
        }
        if let Some(effects) = self.rechecked(ticket, &report, now) {
            return effects;
        }
        if let Some(effects) = self.experiment_reported(ticket, &report, now) {
            return effects;
        }
        let turn = self.step.update(&mut self.desk, Message::Reported(ticket, report), now);
        self.take(turn, now)
    }
}

/// The item ids a step is about, for the checklist's mark of where one is.
fn items_of(step: &str) -> &'static [Item] {
    product::step(step).map_or(&[], |step| &step.items)
}

#[cfg(test)]
mod matrix_tests;
#[cfg(test)]
mod product_tests;
#[cfg(test)]
mod vendors_tests;
