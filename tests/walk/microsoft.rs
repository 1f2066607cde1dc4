//! The simulated Microsoft without its sockets: it answers the wizard's effects by the same pure decisions that
//! its servers make. Time is the person's.

use std::time::Duration;

use smtp_oauth::{
    command::{demo, stage},
    entra::wire::{Answer, Method, Request},
    network::{FailureKind, NetworkFailure},
    product,
    secret::Secret,
    simulator::{
        Announcement, Instant, Servers, Site, SmtpAddress, control, entra,
        exchange::Service,
        faults::{self, Fault},
        jwt::Key,
        ledger::DeviceStage,
        switches,
        tenant::{Between, State},
    },
    smtp::Conversation,
    wizard::{
        Given,
        effect::{Conversing, Effect, Listening, Report, Ticket},
        message::Message,
    },
};

use crate::{
    line::{self, Line},
    person::{NOW, Person, given},
};

const AUTHORITY: &str = "https://127.0.0.1:1";
const CONTROL: &str = "/control/x";
/// A free one.
const PORT: u16 = 8400;

pub struct Microsoft {
    pub state: State,
    site: Site,
    offer: demo::Offer,
    /// It was named on the command line.
    product_fixed: bool,
    /// A pause before the next poll.
    pause: Option<(Ticket, Duration)>,
    /// A browser is waited for.
    listener: Option<(Ticket, Listening)>,
    /// It came, sent by a companion.
    arrived: Option<Message>,
}

impl Microsoft {
    pub fn with(fault: &str) -> Self {
        Self::of_with(None, Some(fault))
    }

    pub fn healthy() -> Self {
        Self::of_with(None, None)
    }

    pub fn personal() -> Self {
        Self { product_fixed: false, ..Self::of("outlook-com") }
    }

    /// Everything as it should be for a product: its app registered, and the server that its account is for.
    pub fn of(product: &str) -> Self {
        Self::of_with(Some(product), None)
    }

    /// The same with something wrong in it.
    pub fn of_with(product: Option<&str>, fault: Option<&str>) -> Self {
        let fault: Option<&Fault> = fault.map(|name| faults::find(name).unwrap_or_else(|| panic!("no fault {name}")));
        let named = product.map(|id| product::find(id).unwrap_or_else(|| panic!("no product {id}")));
        let product = named.or(fault.and_then(demo::told));
        let healthy = stage::state(product);
        let now = Instant::from_timestamp(NOW, 0).unwrap();
        let servers = Servers { mailboxes: SmtpAddress::at(2), high_volume: SmtpAddress::at(3) };
        let (authority, control) = (AUTHORITY.to_owned(), CONTROL.to_owned());
        let site = Site { authority, servers, key: Key::generate().unwrap(), control };
        let mut announced = Announcement::of(&healthy, &site, "/tmp/ca.pem");
        fault.inspect(|fault| fault.misinform(&mut announced));
        let state = fault.map_or(healthy.clone(), |fault| fault.state(healthy, now));
        let mut offer = demo::offer(&announced, fault, product, false);
        if let Some(product) = named {
            offer.suggested.product = Some(product.id.clone());
            offer.suggested.cloud = Some(product.cloud);
        }
        Self { state, site, offer, product_fixed: named.is_some(), pause: None, listener: None, arrived: None }
    }

    pub fn given(&self) -> Given {
        let demo::Offer { suggested, client_secret, password, recipient, companions } = self.offer.clone();
        let product_fixed = self.product_fixed;
        Given { suggested, client_secret, password, recipient, companions, product_fixed, ..given() }
    }

    /// Answers everything that is out, until the wizard waits for the person.
    pub fn serves(&mut self, person: &mut Person) {
        self.serves_watched(person, |_| {});
    }

    /// The same, with a look at every screen on the way.
    pub fn serves_watched(&mut self, person: &mut Person, mut look: impl FnMut(&Person)) {
        loop {
            let wanted = std::mem::take(&mut person.effects);
            let mut reports: Vec<Message> =
                wanted.iter().filter_map(|effect| self.answers(effect, person.now)).collect();
            reports.extend(self.arrived.take());
            if reports.is_empty() {
                let decided = self.is_decided();
                let Some((ticket, time)) = self.pause.take_if(|_| decided) else { return };
                person.now += i64::try_from(time.as_secs()).unwrap().max(1);
                reports.push(Message::Reported(ticket, Report::Waited));
            }
            for report in reports {
                let effects = person.model.update(report, person.now);
                person.effects.extend(effects);
                look(person);
            }
        }
    }

    /// As [`Self::serves`], and every pause passes by itself, until there is none.
    pub fn waits_out(&mut self, person: &mut Person) {
        loop {
            self.serves(person);
            let Some((ticket, time)) = self.pause.take() else { return };
            person.now += i64::try_from(time.as_secs()).unwrap().max(1);
            person.tell(Message::Reported(ticket, Report::Waited));
        }
    }

    /// Whether polling leads somewhere without the person at the browser.
    fn is_decided(&self) -> bool {
        let pending = self.state.ledger.devices.last().is_some_and(|device| device.stage == DeviceStage::Pending);
        !pending || self.state.policy.device_code_lifetime < 60
    }

    pub fn answers(&mut self, effect: &Effect, now: i64) -> Option<Message> {
        let (ticket, report) = match effect {
            Effect::Fetch(ticket, request) => (*ticket, Report::Fetched(self.fetched(request, now))),
            Effect::Converse(ticket, conversing) => {
                (*ticket, Report::Conversed(Box::new(self.converses(conversing, now))))
            }
            Effect::Wait(ticket, time) => {
                self.pause = Some((*ticket, *time));
                return None;
            }
            Effect::Listen(ticket, listening) => {
                let port = listening.port.unwrap_or(PORT);
                self.listener = Some((*ticket, *listening.clone()));
                (*ticket, Report::Listening(Ok(port)))
            }
            Effect::Cancel(ticket) => {
                self.listener.take_if(|(listening, _)| listening == ticket);
                self.pause.take_if(|(pausing, _)| pausing == ticket);
                return None;
            }
            _ => return None,
        };
        Some(Message::Reported(ticket, report))
    }

    /// The person opens the address that is shown, signs in and clicks: where the browser is sent, or the page it
    /// stays on. A listener gets what is sent to it.
    pub fn browses(&mut self, person: &mut Person, user: &str, action: &str) -> Result<String, String> {
        let pending = person.model.draft().secrets.browser.as_ref().expect("no sign-in waits");
        let form = entra::Form::default()
            .with("authorize_url", &pending.authorize_url)
            .with("user", user)
            .with("action", action);
        let (method, query) = ("POST".to_owned(), entra::Form::default());
        let asked =
            entra::Request { method, path: String::new(), query, form: Some(form), ..entra::Request::default() };
        let at = Instant::from_timestamp(person.now, 0).unwrap();
        let answer = control::answer(&mut self.state, &self.site, "/approve", &asked, at);
        let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let Some(redirect) = told["redirect"].as_str() else { return Err(told["page"].to_string()) };
        if let Some(arrived) = self.arrives(redirect) {
            person.tell(arrived);
            self.serves(person);
        }
        Ok(redirect.to_owned())
    }

    /// At whoever listens.
    fn arrives(&mut self, redirect: &str) -> Option<Message> {
        let (ticket, listening) = self.listener.take()?;
        let url = url::Url::parse(redirect).unwrap();
        assert_eq!(url.path(), listening.path);
        let query = Secret::new(url.query().unwrap_or_default());
        Some(Message::Reported(ticket, Report::Redirected(query)))
    }

    /// Ten minutes pass.
    pub fn nobody_comes(&mut self, person: &mut Person) {
        let (ticket, listening) = self.listener.take().expect("nobody is waited for");
        person.now += i64::try_from(listening.limit.as_secs()).unwrap();
        person.tell(Message::Reported(ticket, Report::NobodyCame));
    }

    fn fetched(&mut self, request: &Request, now: i64) -> Result<Answer, NetworkFailure> {
        switches::arrive(&mut self.state, Instant::from_timestamp(now, 0).unwrap());
        let url = url::Url::parse(&request.url).unwrap();
        assert_eq!(url.origin().ascii_serialization(), AUTHORITY);
        let (method, form) = match &request.method {
            Method::Get => ("GET", None),
            Method::PostForm(body) => ("POST", entra::Form::parse(body.expose().as_bytes())),
        };
        let asked = entra::Request {
            method: method.to_owned(),
            path: url.path().to_owned(),
            query: entra::Form::parse(url.query().unwrap_or_default().as_bytes()).unwrap(),
            form,
            ..entra::Request::default()
        };
        let theirs = now + self.state.clock_ahead;
        let at = Instant::from_timestamp(theirs, 0).unwrap();
        let page = asked.path.strip_prefix(CONTROL).map(str::to_owned);
        if page.is_none() && self.state.authority.between == Between::Silence {
            return Err(line::failure(FailureKind::Unanswered, "operation timed out"));
        }
        let answer = match page {
            Some(page) => {
                let answer = control::answer(&mut self.state, &self.site, &page, &asked, at);
                let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
                self.arrived = told["redirect"].as_str().and_then(|redirect| self.arrives(redirect));
                answer
            }
            None => entra::answer(&mut self.state, &self.site, &asked, at),
        };
        Ok(Answer {
            status: answer.status,
            content_type: answer.content_type.split(';').next().unwrap_or_default().to_owned(),
            date: Some(theirs),
            retry_after: answer.retry_after.map(u64::from),
            location: answer.location,
            body: Secret::new(answer.body),
        })
    }

    fn converses(&mut self, conversing: &Conversing, now: i64) -> Conversation {
        let now = Instant::from_timestamp(now + self.state.clock_ahead, 0).unwrap();
        switches::arrive(&mut self.state, now);
        let bulk = conversing.server.port == self.site.servers.high_volume.port;
        let service = if bulk { Service::HighVolume } else { Service::Mailboxes };
        Line::new(&mut self.state, &self.site, service, now).converses(conversing)
    }
}
