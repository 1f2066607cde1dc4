//! A value is typed, checked for its form, probed where that is possible, and kept. Enters with a probe
//! where something can be found out before anyone types (the tenant of a mail domain). Ends when the
//! value is kept; a probe that says no keeps the step open, with a way to go on all the same.

use super::{
    Go, Page, Turn, lead, primary,
    probe::{self, Judgement},
    secondary, words,
};
use crate::{
    checklist::{Item, State, steps::Field},
    diagnosis::Cause,
    facts::clean,
    phrase::Phrase,
    product,
    secret::Secret,
    wizard::{
        desk::Desk,
        effect::{Effect, Outcome, Report, Ticket},
        message::Message,
        screen::{Act, Block, Input, Key, Question, Tone},
        verdict,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    id: &'static str,
    field: Field,
    phase: Phase,
    error: Option<Phrase>,
    /// What stands out in what was refused for its form.
    odd: Option<Phrase>,
    /// The item that a probe says is wrong, when it is not this step's own.
    elsewhere: Option<Item>,
    /// What a probe's answer is put down to.
    causes: Vec<Cause>,
    outcome: Option<Outcome>,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Asking,
    /// The first look, before anything is typed.
    Looking(Ticket),
    Probing(Ticket),
    /// The probe says no; the person may insist.
    Doubted,
}

impl Read {
    pub fn enter(id: &'static str, field: Field, desk: &mut Desk, now: i64) -> (Self, Turn) {
        let mut step = Self {
            id,
            field,
            phase: Phase::Asking,
            error: None,
            odd: None,
            elsewhere: None,
            causes: Vec::new(),
            outcome: None,
        };
        let unknown = field == Field::Tenant && desk.draft.settings.tenant.is_none();
        let Some(request) = unknown.then(|| probe::request(field, desk, now)).flatten() else {
            return (step, Turn::stay());
        };
        let ticket = desk.ticket();
        step.phase = Phase::Looking(ticket);
        (step, Turn::asking(Effect::Fetch(ticket, request)))
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match (message, &self.phase) {
            (Message::Answer(typed), Phase::Asking | Phase::Doubted) => self.answered(desk, &typed, now),
            (Message::Skip, Phase::Doubted) => {
                // What a probe has shown to be wrong stays so until something else is shown.
                let open = |item: &&Item| desk.draft.checklist.state(**item) != State::Failed;
                for item in self.items().iter().filter(open).copied().collect::<Vec<_>>() {
                    let said_so = desk.said_so();
                    desk.draft.checklist.attest(item, said_so);
                }
                Turn::next()
            }
            (Message::GoTo(item), Phase::Doubted) => Turn::go(Go::Mend(item)),
            (Message::Other, Phase::Asking | Phase::Doubted) if self.field.is_secret() => {
                desk.draft.secrets.typed = None;
                self.field.forget(desk);
                self.answered(desk, &Secret::default(), now)
            }
            (Message::Other, Phase::Asking | Phase::Doubted) if self.may_be_elsewhere(desk) => {
                Turn::go(Go::To("cloud"))
            }
            (Message::Retry, Phase::Doubted) => self.probe(desk, now),
            (Message::Reported(_, Report::CertificateRead(read)), Phase::Probing(_)) => {
                let judgement = match read {
                    Ok(certificate) => probe::certificate(desk, *certificate),
                    Err(failure) => {
                        let why = verdict::certificate_trouble(&failure);
                        if failure.is_of(desk.draft.settings.certificate_file.as_deref()) {
                            // It is the other file, whose step says why.
                            desk.draft.checklist.fail(Item::ClientSecret, why);
                            return Turn::go(Go::To("certificate"));
                        }
                        Judgement::Failed(Item::ClientSecret, why, Vec::new())
                    }
                };
                self.judged(desk, judgement, false)
            }
            (Message::Cancel, Phase::Looking(ticket) | Phase::Probing(ticket)) => {
                let ticket = *ticket;
                self.phase = Phase::Asking;
                desk.hand_back(ticket);
                Turn::asking(Effect::Cancel(ticket))
            }
            (Message::Reported(_, Report::Fetched(outcome)), Phase::Looking(_) | Phase::Probing(_)) => {
                let looking = matches!(self.phase, Phase::Looking(_));
                let judgement = probe::judge(self.field, desk, outcome, now);
                self.judged(desk, judgement, looking)
            }
            _ => Turn::stay(),
        }
    }

    fn answered(&mut self, desk: &mut Desk, typed: &Secret, now: i64) -> Turn {
        let known = self.field.value(desk);
        let unfinished = desk.draft.secrets.typed.take().filter(|_| self.field.is_secret() && typed.is_empty());
        let typed = unfinished.as_ref().unwrap_or(typed);
        match self.field.keep(typed, desk) {
            Ok(taken) => desk.taken = taken,
            Err(error) => {
                self.odd = self.field.form(desk).and_then(|form| clean::odd(form, typed.expose()));
                self.error = Some(error);
                self.phase = Phase::Asking;
                return Turn::stay();
            }
        }
        self.odd = None;
        (self.error, self.elsewhere, self.causes, self.outcome) = (None, None, Vec::new(), None);
        desk.draft.typed.remove(self.id);
        let proven = self.items().iter().all(|item| desk.draft.checklist.state(*item) == State::Proven);
        if !self.items().is_empty() && proven && known == self.field.value(desk) && !self.field.is_secret() {
            return Turn::next();
        }
        self.probe(desk, now)
    }

    fn probe(&mut self, desk: &mut Desk, now: i64) -> Turn {
        if let Some(files) = desk.certificate_files().filter(|_| self.field == Field::CertificateKeyFile) {
            let ticket = desk.ticket();
            self.phase = Phase::Probing(ticket);
            return Turn::asking(Effect::ReadCertificate(ticket, files));
        }
        if let Some(request) = probe::request(self.field, desk, now) {
            let ticket = desk.ticket();
            self.phase = Phase::Probing(ticket);
            // A secret is shown once: it is kept before anything else happens.
            let kept = self.field.is_secret().then(|| Effect::KeepDraft(Box::new(desk.draft.clone())));
            let effects = kept.into_iter().chain([Effect::Fetch(ticket, request)]).collect();
            return Turn { effects, go: Go::Stay };
        }
        self.unprobed(desk);
        Turn::next()
    }

    /// Nothing can be asked about this value: what follows from it alone is said.
    fn unprobed(&self, desk: &mut Desk) {
        let said_so = desk.said_so();
        let of_product = desk.product().app.secret;
        let settings = &desk.draft.settings;
        let checklist = &mut desk.draft.checklist;
        match self.field {
            Field::ClientSecret if desk.draft.secrets.client_secret.is_some() => {
                checklist.attest(Item::ClientSecret, said_so);
            }
            Field::ClientSecret if of_product => {
                checklist.note(Item::ClientSecret, Phrase::new("evidence.secret-of-product"));
            }
            Field::ClientSecret => checklist.not_needed(Item::ClientSecret, Phrase::new("evidence.no-secret")),
            Field::Sender if settings.sender == settings.user => {
                checklist.not_needed(Item::SendAs, Phrase::new("evidence.sender-is-user"));
            }
            Field::Mailbox => checklist.attest(Item::Mailbox, said_so),
            _ => {}
        }
    }

    fn judged(&mut self, desk: &mut Desk, judgement: Judgement, looking: bool) -> Turn {
        self.phase = Phase::Asking;
        let item = self.items().first().copied();
        match judgement {
            Judgement::Proven(evidence) => {
                notice(desk, Tone::Success, &evidence);
                if let Some(item) = item {
                    desk.draft.checklist.prove(item, evidence);
                }
                if looking { Turn::stay() } else { Turn::next() }
            }
            Judgement::CannotTell(evidence) => {
                notice(desk, Tone::Info, &evidence);
                if let Some(item) = item.filter(|_| !looking) {
                    let said_so = desk.said_so();
                    desk.draft.checklist.attest(item, said_so);
                    desk.draft.checklist.note(item, evidence);
                }
                if looking { Turn::stay() } else { Turn::next() }
            }
            Judgement::Failed(item, evidence, causes) => {
                desk.draft.checklist.fail(item, evidence.clone());
                // The mail server's step can do nothing about the authority.
                let leads = !self.items().contains(&item) && item != Item::Network;
                // A file or a setting that cannot be used is no trouble of the network's.
                let of_settings = ["network.ca-file", "network.proxy-malformed"].contains(&evidence.key.as_str());
                let unheard = item == Item::Network && !of_settings;
                self.outcome = unheard.then_some(Outcome::Unreachable);
                (self.elsewhere, self.causes) = (leads.then_some(item), causes);
                self.doubt(evidence)
            }
            Judgement::Unheard(evidence, outcome, causes) => {
                desk.draft.checklist.note(Item::Network, evidence.clone());
                (self.outcome, self.causes) = (Some(outcome), causes);
                self.doubt(evidence)
            }
            Judgement::Obstructed(item, evidence) => {
                desk.draft.checklist.note(item, evidence.clone());
                self.doubt(evidence)
            }
        }
    }

    /// How a run ends here that cannot wait; `None` where it is for the answer to be another.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.filter(|_| self.phase == Phase::Doubted)
    }

    pub fn blamed(&self) -> Option<Item> {
        self.elsewhere
    }

    fn doubt(&mut self, why: Phrase) -> Turn {
        (self.error, self.phase) = (Some(why), Phase::Doubted);
        Turn::stay()
    }

    /// A password is in no file, not even half of it.
    pub fn outlives_the_run(&self) -> bool {
        self.field != Field::Password
    }

    /// The secret that was given before.
    pub fn held<'a>(&self, desk: &'a Desk) -> Option<&'a Secret> {
        self.field.held(desk)
    }

    pub fn is_secret(&self) -> bool {
        self.field.is_secret()
    }

    /// A probe says no.
    pub fn has_failed(&self) -> bool {
        self.phase == Phase::Doubted
    }

    fn items(&self) -> &'static [Item] {
        product::step(self.id).map_or(&[], |step| &step.items)
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let mut blocks = words(self.id, desk);
        if matches!(self.phase, Phase::Looking(_) | Phase::Probing(_)) {
            let cancel = secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel);
            let busy = Some(desk.say(&desk.about(busy(self.field))));
            return Page { blocks, busy, actions: vec![cancel], ..Page::default() };
        }
        let mut actions = vec![primary(Key::Enter, desk.word("action.continue"), Act::Answer)];
        if self.phase == Phase::Doubted {
            blocks.splice(0..0, verdict::blocks(desk, &self.causes));
            actions.extend(lead(desk, &self.causes, self.elsewhere, self.id));
            actions.push(secondary(Key::Letter('r'), desk.word("action.retry"), Message::Retry));
            actions.push(secondary(Key::Letter('n'), desk.word("action.insist"), Message::Skip));
        }
        let unfinished = desk.draft.secrets.typed.is_some();
        let held = self.field.held(desk).is_some() || unfinished;
        let needed = self.field == Field::ClientSecret && desk.needs_secret();
        if self.field.is_secret() && held && !needed {
            let key = if unfinished { "secret.unfinished" } else { "secret.held" };
            blocks.push(Block::Note { tone: Tone::Info, text: desk.word(key) });
            actions.push(secondary(Key::Letter('d'), desk.word("action.forget-secret"), Message::Other));
        }
        if self.may_be_elsewhere(desk) {
            actions.push(secondary(Key::Letter('d'), desk.word("action.other-cloud"), Message::Other));
        }
        if let Some(doubt) = self.unsettled(desk) {
            blocks.push(Block::Note { tone: Tone::Warning, text: desk.say(&doubt) });
        }
        Page {
            blocks,
            question: Some(Question {
                label: desk.say(&desk.about(format!("steps.{}.question", self.id))),
                hint: desk.say(&desk.about(format!("steps.{}.hint", self.id))),
                error: self.error.as_ref().map(|error| self.complaint(desk, error)),
                input: self.input(desk, held),
            }),
            actions,
            ..Page::default()
        }
    }

    fn complaint(&self, desk: &Desk, error: &Phrase) -> String {
        desk.texts.sentences(std::iter::once(error).chain(&self.odd))
    }

    /// A tenant or an app that is not found may be in another cloud, where the product has several.
    fn may_be_elsewhere(&self, desk: &Desk) -> bool {
        let sought = self.field == Field::Tenant || self.field == Field::ClientId && self.phase == Phase::Doubted;
        sought && desk.product().path.iter().any(|step| step == "cloud")
    }

    /// Public sources do not agree on what is proposed here.
    fn unsettled(&self, desk: &Desk) -> Option<Phrase> {
        let key = match self.field {
            Field::SmtpServer => "smtp_host",
            Field::Scopes => "resource",
            _ => return None,
        };
        let cloud = desk.draft.settings.cloud();
        let doubted = cloud.unsettled().iter().any(|unsettled| unsettled == key);
        doubted.then(|| Phrase::new("read.unsettled").with("cloud", desk.word(&format!("clouds.{}.label", cloud.id()))))
    }

    fn input(&self, desk: &Desk, held: bool) -> Input {
        if self.field.is_secret() {
            return Input::Secret { held };
        }
        Input::Text { value: desk.typed(self.id).unwrap_or_else(|| self.field.value(desk)) }
    }
}

fn notice(desk: &mut Desk, tone: Tone, evidence: &Phrase) {
    desk.notices = vec![(tone, evidence.clone())];
}

/// What is being found out, or read.
fn busy(field: Field) -> &'static str {
    match field {
        Field::ClientId => "busy.client-id",
        Field::RedirectUri | Field::ProductRedirect => "busy.redirect-uri",
        Field::ClientSecret => "busy.secret",
        Field::CertificateKeyFile => "busy.certificate-key",
        _ => "busy.tenant",
    }
}
