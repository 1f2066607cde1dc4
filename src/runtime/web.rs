//! Sends one HTTPS request and returns what came back, whole and unjudged. Follows no redirect, speaks no
//! plain HTTP, and reads no more than 1 MiB.

use std::time::Duration;

use reqwest::{Client, Response, header, redirect::Policy};
use url::Url;

use super::{
    failure::{failure, innermost, timed_out, unanswered},
    proxy::Proxy,
    tls,
};
use crate::{
    entra::wire::{Answer, Method, Request},
    network::{FailureKind, NetworkFailure},
    secret::Secret,
};

const AGENT: &str = concat!("smtp-oauth/", env!("CARGO_PKG_VERSION"));

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// From the request to the last byte of the answer.
    pub whole: Duration,
    /// Bytes of body.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(15), whole: Duration::from_secs(30), body: 1 << 20 }
    }
}

impl Limits {
    /// The two limits never meet, so that the one that is reached tells whether the connection stood.
    fn connecting(&self) -> Duration {
        self.connect.min(self.whole / 2)
    }
}

pub async fn fetch(request: &Request) -> Result<Answer, NetworkFailure> {
    fetch_within(&Limits::default(), request).await
}

pub async fn fetch_within(limits: &Limits, request: &Request) -> Result<Answer, NetworkFailure> {
    send(limits, request).await.map_err(|unanswered| unanswered.failure)
}

/// Why there is no answer, or none that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub failure: NetworkFailure,
    /// The connection stood: the far end may have got the request.
    pub sent: bool,
}

impl From<NetworkFailure> for Unanswered {
    fn from(failure: NetworkFailure) -> Self {
        Self { failure, sent: false }
    }
}

/// Sends one request over a connection of its own. Every status is an answer, redirects too. An error is the network's
/// (address, TLS, time, more body than the limit) or a URL that is not https; it says whether the request may have
/// arrived, so that who redeems something that is good once knows what to make of it.
pub async fn send(limits: &Limits, request: &Request) -> Result<Answer, Unanswered> {
    let url = Url::parse(&request.url).map_err(|error| failure(FailureKind::Other, "", error))?;
    let address = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
    if url.scheme() != "https" {
        return Err(failure(FailureKind::Other, &address, format!("{} is not https", url.scheme())).into());
    }
    let proxy = Proxy::of(&url)?;
    let client = client(limits, request, proxy.as_ref())?;
    let call = match &request.method {
        Method::Get => client.get(url),
        Method::PostForm(form) => client
            .post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.expose().to_owned()),
    };
    let answered = call.header(header::ACCEPT, "application/json").send().await;
    let answer = match answered {
        Ok(response) => read(response, limits).await,
        Err(error) => Err(error.into()),
    };
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(Ended::Error(error)) => error,
        Err(Ended::TooMuch) => {
            let failure = failure(FailureKind::TooMuch, &address, format!("more than {} bytes", limits.body));
            return Err(Unanswered { failure, sent: true });
        }
    };
    let (sent, failure) = (!error.is_connect(), of_error(&address, &error, limits));
    Err(match proxy.filter(|_| !sent) {
        Some(proxy) => proxy.blamed(failure, &address, limits.connecting()).await.into(),
        None => Unanswered { failure, sent },
    })
}

fn client(limits: &Limits, request: &Request, proxy: Option<&Proxy>) -> Result<Client, NetworkFailure> {
    let trust = tls::client_config(&request.trust)?;
    let builder = Client::builder()
        .tls_backend_preconfigured(trust.config)
        .https_only(true)
        .redirect(Policy::none())
        .connect_timeout(limits.connecting())
        .timeout(limits.whole)
        .user_agent(AGENT);
    let builder = match proxy {
        Some(proxy) => {
            let named = reqwest::Proxy::https(proxy.value());
            builder.proxy(named.map_err(|error| of_error(&proxy.address(), &error, limits))?)
        }
        // The environment is read in one place.
        None => builder.no_proxy(),
    };
    builder.build().map_err(|error| of_error("", &error, limits))
}

enum Ended {
    TooMuch,
    Error(reqwest::Error),
}

/// The address is said once, by the failure, and without what the URL may hold behind it.
impl From<reqwest::Error> for Ended {
    fn from(error: reqwest::Error) -> Self {
        Self::Error(error.without_url())
    }
}

async fn read(mut response: Response, limits: &Limits) -> Result<Answer, Ended> {
    let text = |name: header::HeaderName| {
        response.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let date = text(header::DATE).and_then(|date| http_date(&date));
    let retry_after = text(header::RETRY_AFTER).and_then(|after| seconds_until(&after, date));
    let location = text(header::LOCATION);
    let status = response.status().as_u16();
    let mut body = zeroize::Zeroizing::new(Vec::new());
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > limits.body {
            return Err(Ended::TooMuch);
        }
        body.extend_from_slice(&piece);
    }
    let body = Secret::new(String::from_utf8_lossy(&body));
    Ok(Answer { status, content_type, date, retry_after, location, body })
}

/// Unix seconds.
fn http_date(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.timestamp())
}

/// `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3), which is measured by the clock of who wrote it.
fn seconds_until(text: &str, date: Option<i64>) -> Option<u64> {
    let until = || Some(u64::try_from(http_date(text)? - date?).unwrap_or(0));
    text.trim().parse().ok().or_else(until)
}

fn of_error(address: &str, error: &reqwest::Error, limits: &Limits) -> NetworkFailure {
    if error.is_timeout() {
        return if error.is_connect() {
            timed_out(address, limits.connecting())
        } else {
            unanswered(address, limits.whole)
        };
    }
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    let mut unresolved = false;
    while let Some(inner) = source {
        words = inner.to_string();
        // hyper-util's connector says no more than this of a name that was not found.
        unresolved |= words.starts_with("dns error");
        source = inner.source();
    }
    match innermost(error) {
        Some((_, detail)) if unresolved => failure(FailureKind::NameUnknown, address, detail),
        Some((kind, detail)) => failure(kind, address, detail),
        // A proxy that did not let us through, among others.
        None if error.is_connect() => failure(FailureKind::Other, address, words),
        None if error.is_body() || error.is_decode() || error.is_request() => {
            failure(FailureKind::Closed, address, words)
        }
        None => failure(FailureKind::Other, address, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_read_in_seconds_or_as_a_date() {
        let date = http_date("Sun, 06 Nov 1994 08:49:37 GMT");
        let after = |text: &str| seconds_until(text, date);
        assert_eq!(date, Some(784_111_777));
        assert_eq!((after(" 7 "), after("0"), after("-1"), after("soon")), (Some(7), Some(0), None, None));
        assert_eq!(after("Sun, 06 Nov 1994 08:51:37 GMT"), Some(120));
        assert_eq!(after("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(seconds_until("Sun, 06 Nov 1994 08:51:37 GMT", None), None);
    }
}
