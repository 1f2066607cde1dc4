//! The sockets: the loop that takes connections in, and HTTP/1.1 over TLS around
//! [`super::entra`] and [`super::control`]. It decides nothing; it bounds bodies, time and numbers.
#![expect(clippy::disallowed_methods, reason = "a server waits, and keeps limits in time")]

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use super::{
    Shared, browser, control,
    entra::{self, Answer, Form, Request},
    tenant::Between,
};

const MOST_CONNECTIONS: usize = 512;
const LONGEST_BODY: usize = 64 * 1024;
/// Longer than any client waits.
const SILENCE: Duration = Duration::from_secs(300);
const PATIENCE: Duration = Duration::from_secs(15);

/// Serves every connection in a task of its own; all end when this future is dropped.
pub async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => match accepted {
                // A connection's end, however it ends, is the client's affair.
                Ok((stream, _)) => drop(connections.spawn(serve(stream))),
                // Out of file descriptors: some will be free again when connections end.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

pub async fn connection(shared: Arc<Shared>, tls: Arc<ServerConfig>, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = timeout(PATIENCE, TlsAcceptor::from(tls).accept(stream)).await??;
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(exchange(&shared, request).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(io::Error::other)
}

async fn exchange(shared: &Shared, request: hyper::Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let answer = match timeout(PATIENCE, Limited::new(body, LONGEST_BODY).collect()).await {
        Err(_) => Answer::text(408, "The body did not arrive."),
        Ok(Err(_)) => Answer::text(413, "The body is longer than 64 KiB, or was cut off."),
        Ok(Ok(body)) => {
            let request = Request {
                method: head.method.to_string(),
                path: decoded(head.uri.path()),
                query: Form::parse(head.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default(),
                form: form(&head.headers, &body.to_bytes()),
                basic: basic(&head.headers),
                origin: head.headers.contains_key(header::ORIGIN),
            };
            let page = request.path.strip_prefix(&shared.site.control);
            if page.is_none() && shared.with(|state, _| state.authority.between == Between::Silence) {
                tokio::time::sleep(SILENCE).await;
            }
            let answer = shared.with(|state, now| match page {
                Some(page) => control::answer(state, &shared.site, page, &request, now),
                None => entra::answer(state, &shared.site, &request, now),
            });
            match shared.open() {
                Ok(()) => arrived(answer).await,
                Err(_) => Answer::text(500, "The port cannot be opened."),
            }
        }
    };
    response(shared, answer)
}

/// The person's browser goes on to where the authority sent it, and the answer says whether somebody was there.
async fn arrived(answer: Answer) -> Answer {
    let told: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    match told.get("redirect").and_then(Value::as_str).filter(|_| answer.status == 200) {
        Some(redirect) => {
            let arrived = browser::goes_to(redirect).await;
            Answer::json(200, &json!({"redirect": redirect, "arrived": arrived}))
        }
        None => answer,
    }
}

/// A body of another type is a form without fields.
fn form(headers: &HeaderMap, body: &[u8]) -> Option<Form> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Form::parse(body)
    } else {
        Some(Form::default())
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?).ok()?;
    // Both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
    decoded.split_once(':').map(|(id, secret)| (form_decoded(id), form_decoded(secret)))
}

/// A path without its percent signs: Entra quotes the tenant of a path as it was meant.
fn decoded(path: &str) -> String {
    form_decoded(&path.replace('+', "%2B").replace('&', "%26"))
}

fn form_decoded(text: &str) -> String {
    let field = format!("v={text}");
    url::form_urlencoded::parse(field.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn response(shared: &Shared, answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(answer.body));
    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    // Written here, not by the HTTP library, since Microsoft's clock may differ from this machine's.
    let date = shared.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        headers.insert(header::DATE, date);
    }
    response
}
