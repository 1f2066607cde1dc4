//! The address at which users reach a vendor's product. Taken in the forms in which people have it at hand, kept in
//! one form: what is put behind it becomes a redirect URI, which Entra compares character by character.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::{
    Malformed, dns_name,
    site::{self, Site},
};

/// `https://host[:port][/path]` without a trailing slash; `http://` on `localhost` alone, since Entra registers no
/// other (Microsoft's page "Redirect URI restrictions").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(String);

/// A redirect URI has 256 characters at most; what a product puts behind its address needs some of them.
const LONGEST: usize = 200;

impl BaseUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `host` or `host:port`, for products that ask for no more than that.
    pub fn host(&self) -> &str {
        Site::of(&self.0).host
    }
}

impl BaseUrl {
    /// Whether a host, with or without a port, is the product's. This machine's own name is everybody's.
    pub fn is_at(&self, host: &str) -> bool {
        site::is_same(self.host(), host) && !site::is_this_machine(host)
    }
}

impl FromStr for BaseUrl {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        let named = text.contains("://");
        let whole = if named { text.to_owned() } else { format!("https://{text}") };
        // A parser drops line breaks, and takes the next word for a host that is missing.
        if text.contains(char::is_whitespace) || Site::of(&whole).host.is_empty() {
            return Err(Malformed::BaseUrl);
        }
        let url = Url::parse(&whole).map_err(|_| Malformed::BaseUrl)?;
        if url.query().is_some() || url.fragment().is_some() || whole.contains('@') {
            return Err(Malformed::BaseUrlParts);
        }
        // To a parser that is a slash.
        if whole.contains('\\') {
            return Err(Malformed::BaseUrl);
        }
        let host = host(&url, &whole, named).ok_or(Malformed::BaseUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if host == "localhost" => {}
            "http" => return Err(Malformed::BaseUrlHttp),
            _ => return Err(Malformed::BaseUrl),
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let path = path(&whole).ok_or(Malformed::BaseUrl)?;
        let kept = format!("{}://{host}{port}{path}", url.scheme());
        let fits = kept.len() <= LONGEST && url.port() != Some(0);
        fits.then_some(Self(kept)).ok_or(Malformed::BaseUrl)
    }
}

/// The host in plain letters. Without a scheme before it, a single word could be anything.
fn host(url: &Url, whole: &str, named: bool) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => {
            let plain = dns_name(name) && (named || name.contains('.') || name == "localhost");
            plain.then(|| name.to_owned())
        }
        // Numbers that only a parser takes for an address are not taken for one.
        Host::Ipv4(ip) => Some(ip.to_string()).filter(|ip| site::parted(Site::of(whole).host).0 == ip),
        Host::Ipv6(ip) => Some(format!("[{ip}]")),
    }
}

/// The path as it was written, in characters that a redirect URI can have.
fn path(whole: &str) -> Option<&str> {
    let path = Site::of(whole).path.trim_end_matches('/');
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
    let segment = |part: &str| !matches!(part, "" | "." | "..") && !part.starts_with("%2e") && !part.starts_with("%2E");
    (path.bytes().all(letter) && path.split('/').skip(1).all(segment)).then_some(path)
}

impl TryFrom<String> for BaseUrl {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> String {
        url.0
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::RedirectUri;

    #[test]
    fn an_address_is_taken_as_people_have_it_at_hand() {
        for (given, kept, host) in [
            ("https://im.example.com/imart", "https://im.example.com/imart", "im.example.com"),
            ("https://im.example.com/imart/", "https://im.example.com/imart", "im.example.com"),
            ("https://im.example.com//", "https://im.example.com", "im.example.com"),
            ("im.example.com/imart", "https://im.example.com/imart", "im.example.com"),
            ("im.example.com:8443/imart", "https://im.example.com:8443/imart", "im.example.com:8443"),
            (" HTTPS://IM.Example.COM:443/Imart ", "https://im.example.com/Imart", "im.example.com"),
            ("https://im.example.com/imart\u{3000}\n", "https://im.example.com/imart", "im.example.com"),
            ("https://日本語.example/imart", "https://xn--wgv71a119e.example/imart", "xn--wgv71a119e.example"),
            ("https://ｉｍ．example。com", "https://im.example.com", "im.example.com"),
            ("https://im/imart", "https://im/imart", "im"),
            ("http://localhost:8080/imart/", "http://localhost:8080/imart", "localhost:8080"),
            ("http://LOCALHOST:80", "http://localhost", "localhost"),
            ("localhost/imart", "https://localhost/imart", "localhost"),
            ("https://192.0.2.7:8443/a-b_c.d~e%20f", "https://192.0.2.7:8443/a-b_c.d~e%20f", "192.0.2.7:8443"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
        ] {
            let url: BaseUrl = given.parse().unwrap_or_else(|error| panic!("{given}: {error}"));
            assert_eq!((url.as_str(), url.host()), (kept, host), "{given}");
            assert_eq!(url.to_string().parse::<BaseUrl>().as_ref(), Ok(&url), "{given}");
            assert!(format!("{url}/system/oauth/redirect").parse::<RedirectUri>().is_ok(), "{given}");
        }
    }

    #[test]
    fn a_host_is_the_products_whatever_its_port() {
        let at = |base: &str, host: &str| base.parse::<BaseUrl>().unwrap().is_at(host);
        assert!(
            at("https://im.example.com:8443/imart", "IM.example.com")
                && at("https://im.example.com", "im.example.com:1")
        );
        assert!(at("https://[2001:db8::1]/x", "[2001:db8::1]:8443"));
        assert!(!at("https://[2001:db8::1]/x", "[2001:db8::2]:8443") && !at("https://[::1]/x", "[::1]:1"));
        assert!(!at("https://im.example.com", "im.example.com.evil.example") && !at("http://localhost", "localhost"));
    }

    #[test]
    fn what_cannot_stand_before_a_redirect_uri_is_refused_with_its_reason() {
        let long = format!("https://im.example.com/{}", "x".repeat(LONGEST));
        for (wrong, why) in [
            ("", Malformed::BaseUrl),
            ("mail", Malformed::BaseUrl),
            ("123", Malformed::BaseUrl),
            ("https://123/", Malformed::BaseUrl),
            ("https://0x7f.1/", Malformed::BaseUrl),
            ("https:/im.example.com", Malformed::BaseUrl),
            ("https://https://im.example.com", Malformed::BaseUrl),
            ("https:\\\\im.example.com\\imart", Malformed::BaseUrl),
            ("https://im.example.com\\imart", Malformed::BaseUrl),
            ("ftp://im.example.com", Malformed::BaseUrl),
            ("https://im.example.com:0/", Malformed::BaseUrl),
            ("https://im.example.com:99999/", Malformed::BaseUrl),
            ("https://im.example.com/a//b", Malformed::BaseUrl),
            ("https://im.example.com/../b", Malformed::BaseUrl),
            ("https://im.example.com/%2e%2e/b", Malformed::BaseUrl),
            ("https://im.example.com/日本", Malformed::BaseUrl),
            ("https://im.example.com/$(id)", Malformed::BaseUrl),
            ("https://im.example.com/*", Malformed::BaseUrl),
            ("https://im..example.com/", Malformed::BaseUrl),
            ("https://im.example.com./", Malformed::BaseUrl),
            ("https://\u{202e}im.example.com/", Malformed::BaseUrl),
            ("https://im\u{1b}.example.com/", Malformed::BaseUrl),
            ("{base_url}", Malformed::BaseUrl),
            ("https://im.example.com/my app", Malformed::BaseUrl),
            ("https://im.example.com/my\u{a0}app", Malformed::BaseUrl),
            ("https://im.example\n.com/imart", Malformed::BaseUrl),
            ("https://im.example\t.com/imart", Malformed::BaseUrl),
            ("im.example.com and im2.example.com", Malformed::BaseUrl),
            ("/im.example.com", Malformed::BaseUrl),
            ("https:///im.example.com", Malformed::BaseUrl),
            (&long, Malformed::BaseUrl),
            ("http://im.example.com/imart", Malformed::BaseUrlHttp),
            ("http://127.0.0.1/imart", Malformed::BaseUrlHttp),
            ("http://localhost.example.com/", Malformed::BaseUrlHttp),
            ("https://im.example.com/imart?a=b", Malformed::BaseUrlParts),
            ("https://im.example.com/imart#top", Malformed::BaseUrlParts),
            ("https://me:pw@im.example.com/", Malformed::BaseUrlParts),
            ("https://@im.example.com/", Malformed::BaseUrlParts),
            ("alerts@example.com", Malformed::BaseUrlParts),
        ] {
            assert_eq!(wrong.parse::<BaseUrl>(), Err(why), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_kept_is_kept_alike_and_takes_a_path(text in "(https?://)?[a-zA-Z０-９。.:@/?#%\\\\ \\[\\]-]{0,40}") {
            if let Ok(url) = text.parse::<BaseUrl>() {
                proptest::prop_assert_eq!(url.as_str().parse::<BaseUrl>(), Ok(url.clone()));
                proptest::prop_assert!(!url.as_str().ends_with('/') && url.as_str().is_ascii());
                let uri = format!("{}/x", url).parse::<RedirectUri>();
                proptest::prop_assert!(uri.is_ok(), "{}", url);
            }
        }
    }
}
