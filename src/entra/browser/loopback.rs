//! Redirect URIs that lead back to this machine (RFC 8252 §7.3). Entra ignores the port when it matches one, so
//! the listener's own can be put in; everything else of it is kept byte for byte.

/// `http://host[:port][/path]` with a loopback host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loopback<'a> {
    /// As written, an IPv6 address in its brackets.
    pub host: &'a str,
    pub port: Option<u16>,
    /// Without query and fragment; empty when there is none.
    pub path: &'a str,
}

impl<'a> Loopback<'a> {
    /// `None` for every other URI.
    pub fn read(uri: &'a str) -> Option<Self> {
        let scheme = uri.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"))?;
        let rest = &uri[scheme.len()..];
        let (site, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match site.rsplit_once(':').filter(|(host, _)| !host.is_empty() && !host.ends_with(':')) {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok().filter(|port| *port != 0)?)),
            _ => (site, None),
        };
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>".contains(&byte));
        (is_loopback(host) && plain).then_some(Self { host, port, path })
    }

    /// The path a browser asks for: Entra adds the slash that a URI without a path lacks.
    pub fn asked_path(&self) -> &'a str {
        if self.path.is_empty() { "/" } else { self.path }
    }

    pub fn with_port(&self, port: u16) -> String {
        format!("http://{}:{port}{}", self.host, self.path)
    }
}

/// As it stands in a URL or a `Host` header, without a port.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_put_in_and_the_rest_stays_as_registered() {
        for (uri, with_port, path) in [
            ("http://localhost", "http://localhost:8400", "/"),
            ("http://localhost/", "http://localhost:8400/", "/"),
            ("http://LocalHost:1/MxMail/", "http://LocalHost:8400/MxMail/", "/MxMail/"),
            ("http://127.0.0.1/a%20b", "http://127.0.0.1:8400/a%20b", "/a%20b"),
            ("http://[::1]:9/x", "http://[::1]:8400/x", "/x"),
            ("http://[::1]", "http://[::1]:8400", "/"),
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
