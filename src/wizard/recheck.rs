//! Everything that can be checked without asking anybody, once more, one after the other. What contradicts a proof
//! calls the item wrong; what cannot tell leaves it as it was. A person's word is left alone. It changes no
//! setting; what it shows on the checklist is `recheck/page.rs`.

mod page;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Model,
    desk::Desk,
    effect::{Effect, Outcome, Report, Ticket},
    overlay::Overlay,
    renewing::{self, Came, Renewing},
    step::{
        self, Step,
        probe::{self, Judgement},
    },
    tokens,
    trial::Trial,
    verdict,
};
use crate::{
    checklist::{Checklist, Item, State, steps::Field},
    diagnosis::Cause,
    network::{FailureKind, NetworkFailure},
    phrase::Phrase,
    smtp::{Conversation, Ending},
};

/// One question to somebody else, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Probe(Field),
    /// New tokens where nobody has to sign in for them, else what those at hand say.
    Token,
    /// The mail server, to its answer to the sign-in.
    Server,
}

#[derive(Debug, Clone, PartialEq)]
enum Task {
    Asking(Ticket),
    Renewing(Renewing),
    Talking(Box<Trial>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Recheck {
    waiting: VecDeque<Check>,
    running: Option<(Check, Task)>,
    before: Checklist,
    stopped: bool,
    untold: BTreeSet<Item>,
    /// What was shown to be wrong, and what that is put down to.
    wrong: BTreeMap<Item, Vec<Cause>>,
}

/// Read from a token, or shown by its renewal.
const OF_THE_TOKEN: [Item; 5] = [Item::Token, Item::Consent, Item::Audience, Item::Permission, Item::SmtpUser];
const OF_THE_SERVER: [Item; 3] = [Item::Connection, Item::SmtpAuth, Item::Network];

impl Check {
    fn items(self) -> Vec<Item> {
        match self {
            Self::Probe(field) => probe::item(field).into_iter().collect(),
            Self::Token => OF_THE_TOKEN.to_vec(),
            Self::Server => OF_THE_SERVER.to_vec(),
        }
    }
}

/// What can be asked with what is known by now.
fn checks(desk: &Desk) -> VecDeque<Check> {
    let settings = &desk.draft.settings;
    let app = settings.client_id.is_some();
    let secret = desk.draft.secrets.client_secret.is_some();
    let product = desk.items().into_iter().any(|item| Some(item) == probe::item(Field::ProductRedirect));
    let own = desk.draft.way().is_app_only() && app && (secret || settings.certificate_file.is_some());
    let probes = [
        (Field::Tenant, settings.tenant.is_some()),
        (Field::ClientId, app),
        (Field::RedirectUri, app && desk.draft.way().is_browser()),
        (Field::ProductRedirect, app && product),
        // The app's own sign-in shows the same.
        (Field::ClientSecret, app && secret && !own),
    ];
    let needed = |item: Item| desk.draft.checklist.state(item) != State::NotNeeded;
    let probes = probes.into_iter().filter(|(field, given)| *given && probe::item(*field).is_some_and(needed));
    let signed_in = desk.draft.secrets.tokens.is_some();
    let token = (signed_in || own).then_some(Check::Token);
    let server = (signed_in || own).then_some(Check::Server);
    probes.map(|(field, _)| Check::Probe(field)).chain(token).chain(server).collect()
}

impl Recheck {
    fn begin(desk: &mut Desk, now: i64) -> (Self, Vec<Effect>) {
        let mut recheck = Self {
            waiting: checks(desk),
            running: None,
            before: desk.draft.checklist.clone(),
            stopped: false,
            untold: BTreeSet::new(),
            wrong: BTreeMap::new(),
        };
        desk.draft.checklist.begin_anew();
        let effects = recheck.go_on(desk, now);
        (recheck, effects)
    }

    fn runs(&self) -> bool {
        self.running.is_some()
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.ticket() == Some(ticket)
    }

    fn ticket(&self) -> Option<Ticket> {
        match self.running.as_ref().map(|(_, task)| task)? {
            Task::Asking(ticket) => Some(*ticket),
            Task::Renewing(renewing) => Some(renewing.ticket()),
            Task::Talking(trial) => trial.ticket(),
        }
    }

    /// What a failure of this item is put down to.
    pub fn causes(&self, item: Item) -> &[Cause] {
        self.wrong.get(&item).map_or(&[], Vec::as_slice)
    }

    /// Begins the next check there is something to ask for; at the end it is all on record.
    fn go_on(&mut self, desk: &mut Desk, now: i64) -> Vec<Effect> {
        while let Some(check) = self.waiting.pop_front() {
            if let Some((task, effect)) = self.start(check, desk, now) {
                self.running = Some((check, task));
                return vec![effect];
            }
        }
        self.kept(desk).into_iter().collect()
    }

    fn start(&mut self, check: Check, desk: &mut Desk, now: i64) -> Option<(Task, Effect)> {
        match check {
            Check::Probe(field) => {
                let request = probe::request(field, desk, now)?;
                let ticket = desk.ticket();
                Some((Task::Asking(ticket), Effect::Fetch(ticket, request)))
            }
            Check::Token => {
                // An app's own sign-in leaves the tokens before it as good as they were.
                let may = !is_saved(desk) || desk.draft.way().is_app_only();
                let renewing = may.then(|| Renewing::begin(desk, now)).flatten();
                if renewing.is_none() {
                    self.read_at_hand(desk, now);
                }
                renewing.map(|(renewing, effect)| (Task::Renewing(renewing), effect))
            }
            Check::Server => {
                let trial = Trial::with_token_at_hand(desk, None, now);
                if trial.is_none() {
                    self.untold(desk, Item::Connection, Phrase::new("recheck.tokenless"));
                }
                trial.map(|(trial, effect)| (Task::Talking(Box::new(trial)), effect))
            }
        }
    }

    /// Stops. A renewal that is under way is heard to its end: its answer may hold the one refresh token that is
    /// good from then on.
    fn stop(&mut self, desk: &mut Desk) -> Vec<Effect> {
        let Some(ticket) = self.ticket() else { return Vec::new() };
        self.waiting.clear();
        self.stopped = true;
        if self.renewal(desk).is_some() {
            return Vec::new();
        }
        self.running = None;
        desk.hand_back(ticket);
        std::iter::once(Effect::Cancel(ticket)).chain(self.kept(desk)).collect()
    }

    /// The one under way that takes a refresh token.
    fn renewal(&self, desk: &Desk) -> Option<Ticket> {
        let renews = matches!(&self.running, Some((_, Task::Renewing(_)))) && !desk.draft.way().is_app_only();
        self.ticket().filter(|_| renews)
    }

    /// There is no draft of an account that is saved.
    fn kept(&self, desk: &Desk) -> Option<Effect> {
        (!is_saved(desk)).then(|| Effect::KeepDraft(Box::new(desk.draft.clone())))
    }

    fn reported(&mut self, desk: &mut Desk, report: Report, now: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        match (self.running.take(), report) {
            (Some((Check::Probe(field), Task::Asking(_))), Report::Fetched(outcome)) => {
                let shown = outcome.map(|answer| probe::shown(field, desk, &answer, now).0);
                self.answered(desk, field, shown);
            }
            (Some((check, Task::Renewing(mut renewing))), report) => match renewing.reported(desk, report, now) {
                Came::Runs(_) if self.stopped => desk.hand_back(renewing.ticket()),
                Came::Runs(effect) => {
                    self.running = Some((check, Task::Renewing(renewing)));
                    return effect.into_iter().collect();
                }
                came => effects = self.renewed(desk, came),
            },
            (Some((_, Task::Talking(trial))), Report::Conversed(conversation)) => {
                self.conversed(desk, *trial, conversation, now);
            }
            // A line of the exchange.
            (running, _) => {
                self.running = running;
                return effects;
            }
        }
        effects.extend(self.go_on(desk, now));
        effects
    }

    fn answered(&mut self, desk: &mut Desk, field: Field, shown: Result<Judgement, NetworkFailure>) {
        let Some(item) = probe::item(field) else { return };
        match shown {
            Ok(judgement) => self.judged(desk, item, judgement),
            // Whatever lies between says nothing of the item.
            Err(failure) => self.untold(desk, item, verdict::unreachable(&failure)),
        }
    }

    fn judged(&mut self, desk: &mut Desk, item: Item, judgement: Judgement) {
        match judgement {
            Judgement::Proven(evidence) => desk.draft.checklist.prove(item, evidence),
            Judgement::CannotTell(why) | Judgement::Unheard(why, ..) | Judgement::Obstructed(_, why) => {
                self.untold(desk, item, why);
            }
            Judgement::Failed(item, evidence, causes) => {
                desk.draft.checklist.fail(item, evidence);
                self.wrong.insert(item, causes);
            }
        }
    }

    fn untold(&mut self, desk: &mut Desk, item: Item, why: Phrase) {
        desk.draft.checklist.note(item, why);
        self.untold.insert(item);
    }

    fn renewed(&mut self, desk: &mut Desk, came: Came) -> Vec<Effect> {
        match came {
            Came::Runs(_) => {}
            Came::Renewed => {
                if !desk.draft.way().is_app_only() {
                    desk.draft.checklist.prove(Item::Consent, Phrase::new("evidence.renewed"));
                }
                if let Some((item, evidence)) = step::shown_of_app(desk) {
                    desk.draft.checklist.prove(item, Phrase::new(evidence));
                }
                tokens::weigh(desk);
                // The old refresh token may be worth nothing now: the new one is kept before anything else.
                return self.kept(desk).into_iter().collect();
            }
            Came::Refused(failure) => {
                let judgement = probe::refused(desk, &Item::ALL, &failure, renewing::flow(desk));
                self.judged(desk, Item::Token, judgement);
            }
            Came::Unreachable(failure) => self.untold(desk, Item::Token, verdict::unreachable(&failure)),
            Came::Unusable(failure) => {
                let why = verdict::certificate_trouble(&failure);
                self.judged(desk, Item::Token, Judgement::Failed(Item::ClientSecret, why, Vec::new()));
            }
            Came::Unready(why) => self.untold(desk, Item::Token, why),
        }
        Vec::new()
    }

    /// Nothing renews them here: they are read once more, as long as they live.
    fn read_at_hand(&mut self, desk: &mut Desk, now: i64) {
        let Some(tokens) = &desk.draft.secrets.tokens else { return };
        if tokens.expires_at <= now {
            return self.untold(desk, Item::Token, Phrase::new("recheck.expired"));
        }
        let before = desk.draft.checklist.clone();
        tokens::weigh(desk);
        // When it was issued the app was known; whether it still is, is another's to tell.
        desk.draft.checklist.put_back(Item::ClientId, &before);
        self.keep_wrong(desk, &before);
        desk.draft.checklist.note(Item::Token, Phrase::new("recheck.at-hand"));
    }

    /// A token from before what was shown to be wrong does not undo it.
    fn keep_wrong(&self, desk: &mut Desk, before: &Checklist) {
        for item in self.wrong.keys() {
            desk.draft.checklist.put_back(*item, before);
        }
    }

    fn conversed(&mut self, desk: &mut Desk, mut trial: Trial, conversation: Box<Conversation>, now: i64) {
        if let Ending::Unreachable { failure, .. } = &conversation.ending
            && is_of_the_line(failure.kind)
        {
            for item in [Item::Connection, Item::Network] {
                self.untold(desk, item, verdict::unreachable(failure));
            }
            return;
        }
        let (before, causes) = (desk.draft.checklist.clone(), desk.causes.clone());
        // It ends with this report: there is nothing more for it to ask for.
        let _ = trial.reported(desk, Report::Conversed(conversation), now);
        self.keep_wrong(desk, &before);
        let unsent = desk.draft.checklist.state(Item::Message) == State::Failed;
        match trial.outcome() {
            Some(Outcome::Accepted) if unsent => desk.causes = causes,
            Some(outcome @ (Outcome::Accepted | Outcome::Refused)) => desk.tested = Some(outcome),
            _ => {
                desk.causes = causes;
                self.untold.insert(Item::Connection);
            }
        }
        for item in OF_THE_SERVER.into_iter().chain(trial.causes().iter().map(|cause| cause.item)) {
            if desk.draft.checklist.state(item) == State::Failed {
                self.wrong.entry(item).or_insert_with(|| trial.causes().to_vec());
            }
        }
    }
}

/// The tokens are the account's now: whoever renews them here takes them from its file.
fn is_saved(desk: &Desk) -> bool {
    desk.draft.step == "done"
}

/// Trouble on the way, which passes; not what a server showed of itself.
fn is_of_the_line(kind: FailureKind) -> bool {
    !matches!(kind, FailureKind::Certificate | FailureKind::TlsHandshake | FailureKind::CaFile)
}

impl Model {
    /// What runs at the step itself ends soon, and may renew as well; a wait for a person may go on beside.
    fn may_check_again(&self, now: i64) -> bool {
        let waits = matches!(self.step, Step::Consent(_)) || self.step.page(&self.desk, now).busy.is_none();
        let runs = self.recheck.as_ref().is_some_and(Recheck::runs);
        waits && !runs && !checks(&self.desk).is_empty()
    }

    pub(super) fn check_again(&mut self, now: i64) -> Vec<Effect> {
        if !self.may_check_again(now) {
            return Vec::new();
        }
        let (recheck, effects) = Recheck::begin(&mut self.desk, now);
        (self.recheck, self.overlay) = (Some(recheck), Some(Overlay::Checklist));
        effects
    }

    pub(super) fn stop_checking(&mut self) -> Vec<Effect> {
        self.recheck.as_mut().map(|recheck| recheck.stop(&mut self.desk)).unwrap_or_default()
    }

    /// `None` when the report is for somebody else.
    pub(super) fn rechecked(&mut self, ticket: Ticket, report: &Report, now: i64) -> Option<Vec<Effect>> {
        let recheck = self.recheck.as_mut().filter(|recheck| recheck.awaits(ticket))?;
        let mut effects = recheck.reported(&mut self.desk, report.clone(), now);
        if let Step::Save(save) = &mut self.step
            && !self.left
            && recheck.renewal(&self.desk).is_none()
        {
            let turn = save.renewed(&mut self.desk, now);
            effects.extend(self.take(turn, now));
        }
        Some(effects)
    }

    /// One under way that takes a refresh token.
    pub(super) fn renewal(&self) -> Option<Ticket> {
        self.recheck.as_ref().and_then(|recheck| recheck.renewal(&self.desk))
    }

    /// Every task that runs for the step is cancelled; what was found out of it all is on the checklist. A renewal
    /// goes on to its end, unseen.
    pub(super) fn recall(&mut self) -> Vec<Effect> {
        let renewal = self.renewal();
        if renewal.is_some() {
            self.stop_checking();
        } else {
            self.recheck = None;
        }
        self.desk.recall(renewal).into_iter().map(Effect::Cancel).collect()
    }
}
