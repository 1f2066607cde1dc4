//! Microsoft, small enough to carry: an authority over HTTPS and two submission servers, all on
//! loopback, all with a certificate of the day. It knows no cause and shares no code with the
//! program it is for: a simulated fault is a state of the tenant, and every answer follows from it.

mod browser;
pub mod certificate;
mod contoso;
pub mod control;
pub mod entra;
pub mod exchange;
pub mod faults;
pub mod jwt;
pub mod ledger;
pub mod submission;
pub mod switches;
pub mod tenant;
mod web;

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::timeout,
};

use self::{
    certificate::Authority,
    exchange::{Service, serve::Certificates},
    faults::Fault,
    ledger::Serial,
    submission::{Port, Shown},
    tenant::State,
};

pub type Instant = chrono::DateTime<chrono::Utc>;

/// A running simulator; dropping it ends its servers and removes its files.
pub struct Simulator {
    shared: Arc<Shared>,
    announcement: Announcement,
    _ca_file: NamedTempFile,
    _servers: JoinSet<()>,
}

/// What a client has to know: the one line `simulate` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announcement {
    /// `https://127.0.0.1:PORT`, without a trailing slash.
    pub authority: String,
    /// The tenant's GUID.
    pub tenant: String,
    pub client_id: String,
    /// The value of the registration's first secret; empty when it has none.
    pub client_secret: String,
    pub user: String,
    pub password: String,
    pub smtp: SmtpAddress,
    pub ca_file: String,
    /// `POST` with `user_code` or `authorize_url`, `user` and `action=approve|decline` plays the person at the browser.
    /// The other control pages are its siblings: [`Announcement::control_url`].
    pub approve_url: String,
}

/// Where the two services take mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Servers {
    /// Of mailboxes.
    pub mailboxes: SmtpAddress,
    pub high_volume: SmtpAddress,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmtpAddress {
    pub host: String,
    pub port: u16,
}

/// Connections that may wait to be taken in.
const BACKLOG: u32 = 1024;

/// What does not change while the simulator runs.
pub struct Site {
    pub authority: String,
    pub servers: Servers,
    pub key: jwt::Key,
    /// Where the control pages are. Other users of the machine reach the port too, so the path
    /// cannot be guessed.
    pub control: String,
}

#[cfg(test)]
impl Site {
    pub fn of_tests() -> Self {
        let key = jwt::Key::generate().unwrap();
        let servers = Servers { mailboxes: SmtpAddress::at(2), high_volume: SmtpAddress::at(3) };
        Self { authority: "https://127.0.0.1:1".to_owned(), servers, key, control: "/control/x".to_owned() }
    }
}

struct Shared {
    state: Mutex<State>,
    site: Site,
    /// The submission ports while nobody takes anything in there, and who waits to.
    closed: Mutex<Vec<(Gate, oneshot::Sender<TcpListener>)>>,
}

/// A port before it is open.
enum Gate {
    /// Who connects is refused.
    Closed(TcpSocket),
    /// Who connects hears nothing: its queue is full, and stays so.
    Stopped((TcpListener, Vec<TcpStream>)),
}

impl Shared {
    fn new(state: State, site: Site) -> Self {
        Self { state: Mutex::new(state), site, closed: Mutex::default() }
    }

    /// Listens at the submission ports if they are to be open; whoever connects from then on is served.
    fn open(&self) -> io::Result<()> {
        if !self.with(|state, _| state.submission.port == Port::Open) {
            return Ok(());
        }
        let closed = std::mem::take(&mut *self.closed.lock().unwrap_or_else(PoisonError::into_inner));
        for (gate, waiting) in closed {
            let listener = match gate {
                Gate::Closed(socket) => socket.listen(BACKLOG)?,
                Gate::Stopped((listener, _)) => listener,
            };
            // Nobody waits for it any more when the simulator is going.
            drop(waiting.send(listener));
        }
        Ok(())
    }

    /// The simulated Microsoft's clock.
    fn now(&self) -> Instant {
        self.with(|_, now| now)
    }

    #[expect(clippy::disallowed_methods, reason = "the clock the pure parts are handed")]
    fn with<R>(&self, change: impl FnOnce(&mut State, Instant) -> R) -> R {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = chrono::Utc::now() + TimeDelta::try_seconds(state.clock_ahead).unwrap_or_default();
        switches::arrive(&mut state, now);
        change(&mut state, now)
    }
}

impl Simulator {
    /// Listens on two free ports of 127.0.0.1. Needs a tokio runtime around it.
    pub async fn start(state: State) -> io::Result<Self> {
        Self::launch(&state.clone(), state).await
    }

    /// With something wrong in it. What it announces is what somebody was told before, right or wrong.
    #[expect(clippy::disallowed_methods, reason = "the time a state begins at")]
    pub async fn start_faulty(healthy: State, fault: &Fault) -> io::Result<Self> {
        let mut simulator = Self::launch(&healthy, fault.state(healthy.clone(), chrono::Utc::now())).await?;
        fault.misinform(&mut simulator.announcement);
        Ok(simulator)
    }

    /// Announces one state and is in another.
    #[expect(clippy::disallowed_methods, reason = "a server listens, and its certificate has today's date")]
    async fn launch(announced: &State, mut state: State) -> io::Result<Self> {
        let mut seed = [0; 32];
        SystemRandom::new().fill(&mut seed).map_err(|_| io::Error::other("the system gives no random numbers"))?;
        state.ledger.serial = Serial::seeded(seed);
        let now = chrono::Utc::now();
        let authority = Authority::make("Simulated Microsoft, not to be trusted", now)?;
        let https = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (mailboxes, high_volume) = (bound()?, bound()?);
        let site = Site {
            authority: format!("https://{}", https.local_addr()?),
            servers: Servers {
                mailboxes: SmtpAddress::at(mailboxes.local_addr()?.port()),
                high_volume: SmtpAddress::at(high_volume.local_addr()?.port()),
            },
            key: jwt::Key::generate()?,
            control: format!("/control/{}", state.ledger.serial.text(32)),
        };
        let announcement = Announcement::of(announced, &site, &authority.file.path().to_string_lossy());
        let shared = Arc::new(Shared::new(state, site));

        let swallowing = shared.with(|state, _| state.submission.port == Port::Swallowing);
        let mut servers = JoinSet::new();
        let (tls, with) = (authority.server(Shown::Own)?, Arc::clone(&shared));
        servers.spawn(web::accept(https, move |stream| web::connection(Arc::clone(&with), Arc::clone(&tls), stream)));
        let other = Authority::make("Nobody knows this authority", now)?;
        let shows =
            |shown| Ok((shown, if shown == Shown::OtherAuthority { &other } else { &authority }.server(shown)?));
        let tls = Arc::new(Certificates(Shown::ALL.into_iter().map(shows).collect::<io::Result<_>>()?));
        for (service, socket) in [(Service::Mailboxes, mailboxes), (Service::HighVolume, high_volume)] {
            let (tls, with) = (Arc::clone(&tls), Arc::clone(&shared));
            let serve = move |stream| exchange::serve::connection(Arc::clone(&with), Arc::clone(&tls), service, stream);
            let (waiting, opened) = oneshot::channel();
            let gate = if swallowing { Gate::Stopped(stopped(socket).await?) } else { Gate::Closed(socket) };
            shared.closed.lock().unwrap_or_else(PoisonError::into_inner).push((gate, waiting));
            servers.spawn(async move {
                if let Ok(listener) = opened.await {
                    web::accept(listener, serve).await;
                }
            });
        }
        shared.open()?;
        Ok(Self { shared, announcement, _ca_file: authority.file, _servers: servers })
    }

    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// Looks at the state or changes it; the next answer follows from it.
    pub fn with_state<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        self.shared.with(|state, _| change(state))
    }

    /// The messages accepted so far, oldest first.
    pub fn messages(&self) -> Vec<ledger::Message> {
        self.with_state(|state| state.ledger.messages.clone())
    }
}

impl SmtpAddress {
    pub fn at(port: u16) -> Self {
        Self { host: Ipv4Addr::LOCALHOST.to_string(), port }
    }
}

/// One that takes nothing in any more, without saying so: the system drops what comes to a full queue.
#[expect(clippy::disallowed_methods, reason = "its own connections fill the queue")]
async fn stopped(socket: TcpSocket) -> io::Result<(TcpListener, Vec<TcpStream>)> {
    /// The system may take in a few more than it was told.
    const MOST: usize = 8;
    const AT_ONCE: Duration = Duration::from_millis(200);
    let listener = socket.listen(0)?;
    let address = listener.local_addr()?;
    let mut queued = Vec::new();
    while queued.len() < MOST
        && let Ok(stream) = timeout(AT_ONCE, TcpStream::connect(address)).await
    {
        queued.push(stream?);
    }
    Ok((listener, queued))
}

/// A free port of the loopback that nobody listens at yet.
fn bound() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    Ok(socket)
}

impl Announcement {
    /// Another control page beside `approve`: `state`, `portal` or `messages`.
    pub fn control_url(&self, page: &str) -> String {
        let base = self.approve_url.trim_end_matches("approve");
        format!("{base}{page}")
    }

    /// What is so. An account of High Volume Email is told of its own server.
    pub fn of(state: &State, site: &Site, ca_file: &str) -> Self {
        let app = state.registrations.first();
        let user = state.users.first();
        let bulk = user.is_some_and(|user| user.high_volume.is_some());
        Self {
            authority: site.authority.clone(),
            tenant: state.tenant.id.clone(),
            client_id: app.map(|app| app.client_id.clone()).unwrap_or_default(),
            client_secret: app.and_then(|app| app.secrets.first()).map(|it| it.value.clone()).unwrap_or_default(),
            user: user.map(|user| user.upn.clone()).unwrap_or_default(),
            password: user.map(|user| user.password.clone()).unwrap_or_default(),
            smtp: if bulk { &site.servers.high_volume } else { &site.servers.mailboxes }.clone(),
            ca_file: ca_file.to_owned(),
            approve_url: format!("{}{}/approve", site.authority, site.control),
        }
    }
}
