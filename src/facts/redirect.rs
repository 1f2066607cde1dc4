//! Redirect URIs: which can be registered, and which of them lead back to this machine (RFC 8252 §7.3). Entra
//! ignores the port when it matches one of those, so the listener's own can be put in; everything else is kept byte
//! for byte.

use super::{
    RedirectUri,
    site::{self, Site},
};

impl RedirectUri {
    /// Whether a listener on this machine can receive what is sent there.
    pub fn is_loopback(&self) -> bool {
        Loopback::read(&self.0).is_some()
    }

    /// Host and port as written.
    pub fn host(&self) -> &str {
        Site::of(&self.0).host
    }

    /// Entra registers no `http://[::1]` (Microsoft's page "Redirect URI restrictions").
    pub fn is_ipv6_loopback(&self) -> bool {
        Loopback::read(&self.0).is_some_and(|loopback| loopback.origin.ends_with(']'))
    }
}

/// The text of a [`RedirectUri`], as it stands there.
pub(super) fn checked(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let reaches = url.scheme() == "https" || Loopback::read(text).is_some();
    let bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"!$'(),;\"`\\<>{}|^*".contains(&byte));
    // What the parser would make of it must not differ from what stands there but for the slash of no path and the
    // port that goes without saying.
    let (site, path) = split(text)?;
    let usual = if url.scheme() == "https" { ":443" } else { ":80" };
    let as_read = format!("{}{path}", site.strip_suffix(usual).unwrap_or(site));
    let as_is = url.as_str().trim_end_matches('/').eq_ignore_ascii_case(as_read.trim_end_matches('/'));
    (reaches && bare && plain && as_is && text.len() <= 256 && url.host_str().is_some() && url.port() != Some(0))
        .then(|| text.to_owned())
}

/// Scheme, host and port of a URI, and the rest.
fn split(uri: &str) -> Option<(&str, &str)> {
    let host = uri.find("://")? + 3;
    Some(uri.split_at(uri[host..].find('/').map_or(uri.len(), |at| host + at)))
}

/// `http://host[:port][/path]` with a loopback host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loopback<'a> {
    /// Scheme and host as written, an IPv6 address in its brackets.
    origin: &'a str,
    pub port: Option<u16>,
    /// Without query and fragment; empty when there is none.
    pub path: &'a str,
}

impl<'a> Loopback<'a> {
    /// `None` for every other URI.
    pub fn read(uri: &'a str) -> Option<Self> {
        let (site, path) = split(uri)?;
        let Site { scheme, host, .. } = Site::of(site);
        let port = site::parted(host).1;
        let origin = &site[..site.len() - port.map_or(0, |port| port.len() + 1)];
        let port = port.map_or(Some(None), |port| self::port(port).map(Some))?;
        let known = scheme.eq_ignore_ascii_case("http") && site::is_this_machine(host);
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>".contains(&byte));
        (known && plain).then_some(Self { origin, port, path })
    }

    /// The path a browser asks for: Entra adds the slash that a URI without a path lacks.
    pub fn asked_path(&self) -> &'a str {
        if self.path.is_empty() { "/" } else { self.path }
    }

    pub fn with_port(&self, port: u16) -> String {
        format!("{}:{port}{}", self.origin, self.path)
    }
}

fn port(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|port| *port != 0 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_stays_as_it_is_registered() {
        for right in [
            "http://localhost",
            "http://localhost/",
            "http://localhost/MxMail/",
            "http://localhost:8400/Back",
            "http://127.0.0.1:8400",
            "http://localhost:80/",
            "HTTP://localhost:80/x",
            "http://[::1]:8400/x",
            "https://h.example:443/x",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
            "https://im.example:8443/imart/oauth/callback",
        ] {
            assert_eq!(right.parse::<RedirectUri>().unwrap().as_str(), right);
        }
        for wrong in [
            "",
            "localhost",
            "http://contoso.example/",
            "http://localhost.example/",
            "ftp://localhost/",
            "https://h.example/?a=b",
            "https://h.example/#x",
            "https://u:p@h.example/",
            "https://h.example/it's",
            "https://h.example/$(id)",
            "https://h.example/a b",
            "https://h.example/\u{202e}",
            "http://localhost:0/",
            "http://localhost:080/",
            "http://localhost:443.example/",
            "https://h.example/../x",
        ] {
            assert_eq!(wrong.parse::<RedirectUri>(), Err(crate::facts::Malformed::RedirectUri), "{wrong}");
        }
        let at = |text: &str| text.parse::<RedirectUri>().unwrap().is_loopback();
        assert!(at("http://localhost:8400/MxMail/") && at("HTTP://localhost/x") && !at("https://h.example/x"));
        let six = |text: &str| text.parse::<RedirectUri>().unwrap().is_ipv6_loopback();
        assert!(six("http://[::1]") && six("http://[::1]:80/x") && !six("http://localhost") && !six("https://[::1]/x"));
    }

    #[test]
    fn the_port_is_put_in_and_the_rest_stays_as_registered() {
        for (uri, with_port, path) in [
            ("http://localhost", "http://localhost:8400", "/"),
            ("http://localhost/", "http://localhost:8400/", "/"),
            ("http://LocalHost:1/MxMail/", "http://LocalHost:8400/MxMail/", "/MxMail/"),
            ("http://127.0.0.1/a%20b", "http://127.0.0.1:8400/a%20b", "/a%20b"),
            ("http://[::1]:9/x", "http://[::1]:8400/x", "/x"),
            ("http://[::1]", "http://[::1]:8400", "/"),
            ("HTTP://localhost:80", "HTTP://localhost:8400", "/"),
        ] {
            let loopback = Loopback::read(uri).unwrap();
            assert_eq!((loopback.with_port(8400).as_str(), loopback.asked_path()), (with_port, path));
        }
        assert_eq!(Loopback::read("http://localhost:5000/x").unwrap().port, Some(5000));
    }

    #[test]
    fn every_other_uri_leads_elsewhere() {
        for uri in [
            "",
            "https://localhost",
            "http://localhost.evil.example",
            "http://localhost@evil.example/",
            "http://127.0.0.1.evil.example",
            "http://localhost:0/",
            "http://localhost:99999/",
            "http://localhost:8400x/",
            "http://localhost:+80/",
            "http://localhost/?a=b",
            "http://localhost/\r\nx",
            "http://10.0.0.1/",
            "http://[::2]/",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
        ] {
            assert_eq!(Loopback::read(uri), None, "{uri}");
        }
    }
}
