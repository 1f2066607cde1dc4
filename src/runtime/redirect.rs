//! Waits for a browser: plain HTTP on both loopback addresses, ended by the first request with its path and the
//! right state, or by the time. Everything else is refused and changes nothing. What came is handed on unread.

#![expect(clippy::disallowed_methods, reason = "sockets and limits in time are this room's work")]

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::pending,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use super::failure::{failure, of_io};
use crate::{
    facts::Loopback,
    network::{FailureKind, NetworkFailure},
    secret::Secret,
    wizard::effect::Listening,
};

/// A browser opens a few at once; of more, the oldest goes, so that idle ones never keep the right one out.
const MOST_CONNECTIONS: usize = 16;
/// From the first byte to the last of the answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Request line and headers; Entra's longest redirects have some 3 KiB.
const LONGEST_HEAD: usize = 64 * 1024;
/// How often another free port is looked for when IPv6 has given the first to another program, and how often
/// a named one is asked for: a listener that was just given up is not gone in the same moment.
const ATTEMPTS: usize = 8;
const BETWEEN: Duration = Duration::from_millis(50);

/// The port on 127.0.0.1 and, where there is one, on `::1`: a browser may take either for `localhost`.
pub struct Listener {
    four: TcpListener,
    six: Option<TcpListener>,
    port: u16,
}

impl Listener {
    pub async fn open(port: Option<u16>) -> Result<Self, NetworkFailure> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let (address, error) = match Self::attempt(port.unwrap_or(0)).await {
                Ok(listener) => return Ok(listener),
                Err(refused) => refused,
            };
            last = Some(unopened(address, &error));
            if error.kind() != io::ErrorKind::AddrInUse {
                break;
            }
            if port.is_some() {
                sleep(BETWEEN).await;
            }
        }
        Err(last.unwrap_or_else(|| failure(FailureKind::Other, "127.0.0.1", "no port")))
    }

    async fn attempt(port: u16) -> Result<Self, (SocketAddr, io::Error)> {
        let at = |ip: IpAddr, port| SocketAddr::new(ip, port);
        let wanted = at(Ipv4Addr::LOCALHOST.into(), port);
        let four = TcpListener::bind(wanted).await.map_err(|error| (wanted, error))?;
        let port = four.local_addr().map_err(|error| (wanted, error))?.port();
        let wanted = at(Ipv6Addr::LOCALHOST.into(), port);
        let six = match TcpListener::bind(wanted).await {
            Ok(six) => Some(six),
            // The browser would be led to the other program.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err((wanted, error)),
            Err(_) => None,
        };
        Ok(Self { four, six, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let six = async {
            match &self.six {
                Some(six) => six.accept().await,
                None => pending().await,
            }
        };
        let (stream, _) = tokio::select! {
            accepted = self.four.accept() => accepted?,
            accepted = six => accepted?,
        };
        Ok(stream)
    }

    /// The query of the right request; `None` when the time is over. Its page is sent before this returns.
    pub async fn wait(self, listening: &Listening) -> Option<Secret> {
        let mut connections = JoinSet::new();
        let serving = self.serve(listening, &mut connections);
        let (query, answered) = timeout(listening.limit, serving).await.ok()?;
        // It is dropped once the connection has sent its page and ended; the query is there however long that takes.
        let _ = timeout(PATIENCE, answered).await;
        Some(query)
    }

    async fn serve(self, listening: &Listening, connections: &mut JoinSet<()>) -> Found {
        let (found, mut finding) = oneshot::channel();
        let desk = Arc::new(Desk { listening: listening.clone(), port: self.port, found: Mutex::new(Some(found)) });
        let mut open: VecDeque<AbortHandle> = VecDeque::new();
        loop {
            tokio::select! {
                accepted = self.accept() => match accepted {
                    Ok(stream) => {
                        open.retain(|connection| !connection.is_finished());
                        if open.len() >= MOST_CONNECTIONS && let Some(oldest) = open.pop_front() {
                            oldest.abort();
                        }
                        open.push_back(connections.spawn(connection(Arc::clone(&desk), stream)));
                    }
                    // Out of file descriptors: some will be free again when connections end.
                    Err(_) => sleep(Duration::from_millis(50)).await,
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                Ok(found) = &mut finding => return found,
            }
        }
    }
}

fn unopened(address: SocketAddr, error: &io::Error) -> NetworkFailure {
    let address = address.to_string();
    match error.kind() {
        io::ErrorKind::AddrInUse => failure(FailureKind::PortTaken, &address, error),
        _ => of_io(&address, error),
    }
}

/// The query, and what ends with the connection it came by.
type Found = (Secret, oneshot::Receiver<()>);

struct Desk {
    listening: Listening,
    port: u16,
    /// Taken by the first right request.
    found: Mutex<Option<oneshot::Sender<Found>>>,
}

async fn connection(desk: Arc<Desk>, stream: TcpStream) {
    let (ends, ended) = oneshot::channel::<()>();
    let ended = Mutex::new(Some(ended));
    let service = service_fn(|request| {
        let answer = desk.answer(&request, &ended);
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LONGEST_HEAD)
        // One request a connection: nothing can be sent ahead behind it.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // How a connection ends is the browser's affair.
    let _ = timeout(PATIENCE, served).await;
    drop(ends);
}

impl Desk {
    fn answer(
        &self,
        request: &Request<Incoming>,
        ended: &Mutex<Option<oneshot::Receiver<()>>>,
    ) -> Response<Full<Bytes>> {
        let wrong = |status| self.page(status, &self.listening.not_this);
        if !self.is_for_us(request) {
            return wrong(StatusCode::BAD_REQUEST);
        }
        if request.uri().path() != self.listening.path {
            return wrong(StatusCode::NOT_FOUND);
        }
        if request.method() != Method::GET {
            let mut refused = wrong(StatusCode::METHOD_NOT_ALLOWED);
            refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET"));
            return refused;
        }
        let query = request.uri().query().unwrap_or_default();
        let Some(granted) = self.is_answered_by(query).filter(|_| !is_ahead(request.headers())) else {
            return wrong(StatusCode::BAD_REQUEST);
        };
        let take = |taken: &Mutex<Option<_>>| taken.lock().unwrap_or_else(PoisonError::into_inner).take();
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A second browser with the same address is told nothing else than the first.
        if let (Some(found), Some(ended)) = (found, take(ended)) {
            let _ = found.send((Secret::new(query), ended));
        }
        let said = if granted { &self.listening.signed_in } else { &self.listening.refused };
        self.page(StatusCode::OK, said)
    }

    /// A page of another site that has its name point here says that name.
    fn is_for_us(&self, request: &Request<Incoming>) -> bool {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let site = format!("http://{}", host.to_str().unwrap_or_default());
        let ours = Loopback::read(&site).is_some_and(|to| to.path.is_empty() && to.port.unwrap_or(80) == self.port);
        ours && request.uri().authority().is_none()
    }

    /// Whether the right state is there, once, with a code (true) or an error (false).
    fn is_answered_by(&self, query: &str) -> Option<bool> {
        let fields: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        let once = |name: &str| {
            let mut values = fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
            values.next().filter(|value| !value.is_empty() && values.next().is_none())
        };
        let right = once("state").is_some_and(|state| self.listening.state.is(state));
        match (once("code"), once("error")) {
            _ if !right => None,
            (Some(_), None) => Some(true),
            (None, Some(_)) => Some(false),
            _ => None,
        }
    }

    fn page(&self, status: StatusCode, (title, text): &(String, String)) -> Response<Full<Bytes>> {
        let (lang, title, text) = (escape(&self.listening.lang), escape(title), escape(text));
        let body = format!(
            "<!doctype html><html lang=\"{lang}\"><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
             <title>{title}</title><h1>{title}</h1><p>{text}</p></html>\n"
        );
        let mut response = Response::new(Full::from(body));
        *response.status_mut() = status;
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            response.headers_mut().insert(name, header::HeaderValue::from_static(value));
        }
        response
    }
}

/// A browser that guesses where the person goes next.
fn is_ahead(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let said = headers.get(*name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        ["prefetch", "prerender", "preview"].iter().any(|ahead| said.to_ascii_lowercase().contains(ahead))
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
