//! Performs a dialogue over a socket. What is said is the dialogue's; here are the connection, the handshake
//! and the limits. Dropping the future is how a test is cancelled. It judges no reply and knows no token.

#![expect(clippy::disallowed_methods, reason = "limits in time are kept here")]

use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    address,
    connect::{connect, endpoint, resolve},
    failure::{failure, of_io, timed_out},
    tls::{self, Trust},
};
use crate::{
    facts::{Host, Server},
    network::{CaFile, FailureKind, Family, NetworkFailure},
    smtp::{Conversation, Dialogue, Limits, Line, Plan, Step, TlsFacts},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub host: Host,
    pub port: u16,
    /// Over this one alone.
    pub over: Option<Family>,
}

/// How the connection becomes TLS is the plan's.
impl From<&Server> for Endpoint {
    fn from(server: &Server) -> Self {
        Self { host: server.host.clone(), port: server.port, over: None }
    }
}

/// Every line is handed to `on_line` as it comes.
pub async fn converse(endpoint: &Endpoint, trust: &CaFile, plan: Plan, on_line: impl FnMut(&Line)) -> Conversation {
    converse_within(&Limits::default(), endpoint, trust, plan, on_line).await
}

pub async fn converse_within(
    limits: &Limits,
    endpoint: &Endpoint,
    trust: &CaFile,
    plan: Plan,
    mut on_line: impl FnMut(&Line),
) -> Conversation {
    let mut dialogue = Dialogue::new(plan, limits.clone());
    let mut wire = Wire::new(limits, endpoint);
    loop {
        let step = dialogue.step(wire.elapsed());
        // What is said is shown before it is sent: sending may take its time.
        dialogue.fresh().iter().for_each(&mut on_line);
        let done = match step {
            Step::Done => break,
            Step::Connect => wire.connect(endpoint, &mut dialogue).await,
            Step::StartTls => wire.secure(endpoint, trust, &mut dialogue).await,
            Step::Send(bytes) => wire.send(&bytes).await,
            Step::Receive { until, limit } => wire.receive(until, limit, &mut dialogue).await,
        };
        if let Err(failure) = done {
            dialogue.failed(failure, wire.elapsed());
        }
        dialogue.fresh().iter().for_each(&mut on_line);
    }
    wire.close().await;
    dialogue.finish()
}

enum Stream {
    None,
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

impl Stream {
    fn open(&mut self) -> Option<&mut dyn Duplex> {
        match self {
            Self::None => None,
            Self::Plain(stream) => Some(stream),
            Self::Tls(stream) => Some(stream),
        }
    }
}

struct Wire<'a> {
    limits: &'a Limits,
    start: Instant,
    stream: Stream,
    /// For failures: the name, then with the address reached.
    address: String,
    /// Why sending failed; reported when reading brings no last word of the server either.
    broken: Option<NetworkFailure>,
}

impl<'a> Wire<'a> {
    fn new(limits: &'a Limits, to: &Endpoint) -> Self {
        let address = endpoint(&to.host, to.port);
        Self { limits, start: Instant::now(), stream: Stream::None, address, broken: None }
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The moment when this much more time has passed, or that of the whole test if sooner.
    fn within(&self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.start + self.limits.whole)
    }

    async fn connect(&mut self, to: &Endpoint, dialogue: &mut Dialogue) -> Result<(), NetworkFailure> {
        let mut addresses = resolve(&to.host, to.port, self.limits.connect).await?;
        if let Some(family) = to.over {
            addresses.retain(|address| Family::of(address.ip()) == family);
            if addresses.is_empty() {
                let none = format!("the name has no {} address", family.name());
                return Err(failure(FailureKind::Unroutable, &self.address, none));
            }
        }
        let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
        dialogue.resolved(&list.join(" "), self.elapsed());
        let stream = connect(&addresses, &self.address, self.limits.connect).await?;
        let (local, peer) = match (stream.local_addr(), stream.peer_addr()) {
            (Ok(local), Ok(peer)) => (local, peer),
            (Err(error), _) | (_, Err(error)) => return Err(of_io(&self.address, &error)),
        };
        // Of a name that was looked up, also what was found.
        if to.host.as_str().parse() != Ok(peer.ip()) {
            self.address = format!("{} ({})", self.address, peer.ip());
        }
        // Commands are small and each waits for its reply.
        let _ = stream.set_nodelay(true);
        self.stream = Stream::Plain(stream);
        let own = address::own_name(local.ip()).unwrap_or_else(|| to.host.clone());
        dialogue.connected(&peer.to_string(), &own, self.elapsed());
        Ok(())
    }

    async fn secure(&mut self, to: &Endpoint, ca: &CaFile, dialogue: &mut Dialogue) -> Result<(), NetworkFailure> {
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::None) else {
            return Err(failure(FailureKind::Other, &self.address, "no connection to secure"));
        };
        let trust = tls::client_config(ca)?;
        let name = ServerName::try_from(to.host.to_string())
            .map_err(|error| failure(FailureKind::Other, &self.address, error))?;
        let handshake = TlsConnector::from(std::sync::Arc::new(trust.config.clone())).connect(name, stream);
        let shaken = timeout_at(self.within(self.limits.tls), handshake).await;
        let stream = match shaken {
            Ok(Ok(stream)) => stream,
            other => {
                if let Some(facts) = trust.shown() {
                    dialogue.presented(facts);
                }
                return Err(match other {
                    Ok(Err(error)) => of_io(&self.address, &error),
                    _ => timed_out(&self.address, self.limits.tls),
                });
            }
        };
        dialogue.secured(agreed(&stream, &trust), self.elapsed());
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    /// A piece at a time, so that the limit is one of standing still and not of the message's size.
    async fn send(&mut self, bytes: &[u8]) -> Result<(), NetworkFailure> {
        for piece in bytes.chunks(16 * 1024) {
            let deadline = self.within(self.limits.reply);
            let Some(stream) = self.stream.open() else { return Err(self.ended()) };
            let sent = timeout_at(deadline, async {
                stream.write_all(piece).await?;
                stream.flush().await
            });
            match sent.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    self.broken = Some(of_io(&self.address, &error));
                    break;
                }
                Err(_) => return Err(timed_out(&self.address, self.limits.reply)),
            }
        }
        Ok(())
    }

    async fn receive(
        &mut self,
        until: Duration,
        limit: Duration,
        dialogue: &mut Dialogue,
    ) -> Result<(), NetworkFailure> {
        let (until, limit) =
            if until < self.limits.whole { (until, limit) } else { (self.limits.whole, self.limits.whole) };
        let mut piece = [0; 4096];
        let Some(stream) = self.stream.open() else { return Err(self.ended()) };
        match timeout_at(self.start + until, stream.read(&mut piece)).await {
            Ok(Ok(0)) => Err(self.broken.take().unwrap_or_else(|| self.ended())),
            Ok(Ok(count)) => {
                dialogue.receive(piece.get(..count).unwrap_or_default(), self.elapsed());
                Ok(())
            }
            Ok(Err(error)) => Err(self.broken.take().unwrap_or_else(|| of_io(&self.address, &error))),
            Err(_) => Err(timed_out(&self.address, limit)),
        }
    }

    fn ended(&self) -> NetworkFailure {
        failure(FailureKind::Closed, &self.address, "the server closed the connection")
    }

    async fn close(mut self) {
        if let Some(stream) = self.stream.open() {
            // Says goodbye to TLS; nobody waits for an answer to it.
            let _ = timeout(Duration::from_secs(1), stream.shutdown()).await;
        }
    }
}

fn agreed(stream: &TlsStream<TcpStream>, trust: &Trust) -> TlsFacts {
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().and_then(|version| version.as_str().map(|name| name.replace('_', ".")));
    let cipher = session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    TlsFacts { version, cipher: cipher.map(str::to_owned), ..trust.shown().unwrap_or_default() }
}
