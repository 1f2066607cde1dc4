//! An address of the web taken apart as it is written: host, port and path. The one place where names of hosts are
//! compared. It checks nothing; what an address may be is for those who keep one.

/// Nothing of it is decoded, nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<'a> {
    /// Empty where none is written.
    pub scheme: &'a str,
    /// With its port.
    pub host: &'a str,
    /// Without query and fragment.
    pub path: &'a str,
}

impl<'a> Site<'a> {
    pub fn of(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Self { scheme, host, path }
    }
}

/// The name, and the port behind it. An IPv6 address keeps its brackets.
pub fn parted(host: &str) -> (&str, Option<&str>) {
    let end = host.rfind(']').map_or(0, |at| at + 1);
    match host[end..].find(':') {
        Some(at) => (&host[..end + at], Some(&host[end + at + 1..])),
        None => (host, None),
    }
}

/// Whether both have one name, whatever their ports.
pub fn is_same(one: &str, other: &str) -> bool {
    parted(one).0.eq_ignore_ascii_case(parted(other).0)
}

/// Whether it is a name that every machine has for itself.
pub fn is_this_machine(host: &str) -> bool {
    THIS_MACHINE.iter().any(|name| parted(host).0.eq_ignore_ascii_case(name))
}

const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_as_it_is_written() {
        for (url, scheme, host, path) in [
            ("https://IM.example.com:8443/imart?x=/y#z", "https", "IM.example.com:8443", "/imart"),
            ("http://[::1]:80", "http", "[::1]:80", ""),
            ("im.example.com?x=1", "", "im.example.com", ""),
            ("", "", "", ""),
        ] {
            assert_eq!(Site::of(url), Site { scheme, host, path }, "{url}");
        }
    }

    #[test]
    fn names_are_compared_without_their_ports() {
        assert_eq!(parted("[2001:db8::1]:25"), ("[2001:db8::1]", Some("25")));
        assert_eq!(parted("[2001:db8::1]"), ("[2001:db8::1]", None));
        assert_eq!(parted("a:1:2"), ("a", Some("1:2")));
        assert!(is_same("IM.example:1", "im.example") && !is_same("[2001:db8::1]", "[2001:db8::2]"));
        assert!(is_this_machine("LOCALHOST:1") && is_this_machine("[::1]:25") && is_this_machine("127.0.0.1"));
        assert!(!is_this_machine("[2001:db8::1]") && !is_this_machine("localhost.example") && !is_this_machine("["));
    }
}
