//! The proxy that the environment names for HTTPS: whether one is to be asked, where it is, and why it did not open
//! the way. Its name and password go to the proxy alone and are told to nobody.

#![expect(
    clippy::disallowed_methods,
    reason = "the proxy stands in the environment; its refusal is read from a socket"
)]

use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use url::{Host, Url};

use super::failure::failure;
use crate::{
    network::{FailureKind, NetworkFailure},
    visible,
};

/// The first of a row that is set counts, as with curl; the second row is asked where the first names none.
const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];
const EXCEPTED: [&str; 2] = ["NO_PROXY", "no_proxy"];

pub struct Proxy {
    variable: &'static str,
    /// As it stands there.
    value: String,
    at: Intercept,
}

impl Proxy {
    /// The one for this address. Fails where a variable is set and names none: nothing then goes out past it.
    pub fn of(url: &Url) -> Result<Option<Self>, NetworkFailure> {
        let Some((variable, value)) = VARIABLES.iter().find_map(|names| set(names)) else { return Ok(None) };
        // One set for the outside would look for itself, and see what is meant for this machine.
        if is_loopback(url) || is_excepted(url) {
            return Ok(None);
        }
        let at = Matcher::builder().https(value.as_str()).build().intercept(&uri(url));
        let at = at.filter(|at| matches!(at.uri().scheme_str(), Some("http" | "https")) && is_url(&value));
        // It may hold a password anywhere, and is not quoted.
        let malformed =
            || failure(FailureKind::ProxyMalformed, variable, "its value is no address of the form http://HOST:PORT");
        let at = at.ok_or_else(malformed)?;
        Ok(Some(Self { variable, value, at }))
    }

    pub fn value(&self) -> &str {
        &self.value
    }

    /// Host and port.
    pub fn address(&self) -> String {
        let uri = self.at.uri();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        format!("{}:{port}", uri.host().unwrap_or_default())
    }

    /// What failed before there was a tunnel to `target`, in whose terms it is then told. A certificate that is not
    /// taken is the far end's, or that of a proxy that looks into the tunnel.
    pub async fn blamed(&self, failed: NetworkFailure, target: &str, limit: Duration) -> NetworkFailure {
        let (kind, detail) = match failed.kind {
            FailureKind::Certificate | FailureKind::TlsHandshake => {
                return NetworkFailure { address: target.to_owned(), ..failed };
            }
            FailureKind::Other | FailureKind::Closed if failed.detail.contains("authorization required") => {
                (FailureKind::Proxy, "407, it wants a user name and a password".to_owned())
            }
            FailureKind::Other | FailureKind::Closed => {
                (FailureKind::Proxy, self.refusal(target, limit).await.unwrap_or(failed.detail))
            }
            _ => (FailureKind::ProxyUnreached, failed.detail),
        };
        failure(kind, &self.address(), format!("{}, for {target}: {detail}", self.variable))
    }

    /// The HTTP library does not hand on with which status the proxy refuses: it is asked for once more.
    async fn refusal(&self, target: &str, limit: Duration) -> Option<String> {
        const LINE: u64 = 1024;
        if self.at.uri().scheme_str() != Some("http") {
            return None;
        }
        let authorization = self.at.basic_auth().and_then(|basic| basic.to_str().ok());
        let authorization = authorization.map(|basic| format!("Proxy-Authorization: {basic}\r\n")).unwrap_or_default();
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n");
        let asked = async {
            let mut stream = TcpStream::connect(self.address()).await.ok()?;
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut line = Vec::new();
            BufReader::new(stream.take(LINE)).read_until(b'\n', &mut line).await.ok()?;
            Some(line)
        };
        let line = timeout(limit, asked).await.ok()??;
        let line = String::from_utf8_lossy(&line);
        let status = line.strip_prefix("HTTP/")?.split_once(' ')?.1.trim();
        (status.starts_with(|first: char| matches!(first, '3'..='5'))).then(|| visible::line(status))
    }
}

/// The first of these that is set, unless it is empty.
fn set(names: &[&'static str]) -> Option<(&'static str, String)> {
    let (name, value) = names.iter().find_map(|name| Some((*name, std::env::var_os(name)?)))?;
    (!value.is_empty()).then(|| (name, value.to_string_lossy().into_owned()))
}

/// Of the two readers this one looks at the port.
fn is_url(value: &str) -> bool {
    let scheme = if value.contains("://") { "" } else { "http://" };
    Url::parse(&format!("{scheme}{value}")).is_ok()
}

fn is_excepted(url: &Url) -> bool {
    let except = set(&EXCEPTED).map(|(_, value)| value).unwrap_or_default();
    Matcher::builder().https("http://proxy.invalid").no(except).build().intercept(&uri(url)).is_none()
}

fn uri(url: &Url) -> Uri {
    url.as_str().parse().unwrap_or_default()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_goes_through_no_proxy() {
        for (url, loopback) in [
            ("https://localhost:1/", true),
            ("https://entra.localhost/", true),
            ("https://127.8.0.1/", true),
            ("https://[::1]/", true),
            ("https://login.microsoftonline.com/", false),
            ("https://localhost.example/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), loopback, "{url}");
        }
    }
}
