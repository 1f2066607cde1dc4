//! Values that parsed as what they are. Only these enter commands, scripts, files and requests.
//! Every `parse` trims, and refuses what is not plainly right with a [`Malformed`] that names the form wanted.

mod base_url;
pub mod clean;
mod redirect;
pub mod site;

use std::{fmt, net::Ipv6Addr, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::phrase::Phrase;
pub use base_url::BaseUrl;
pub use redirect::Loopback;

/// What was wanted instead of what was given; its phrase says what a right value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("not an ID of the form 8d2c1f00-1111-2222-3333-0123456789ab")]
    Guid,
    #[error("not an address of the form alerts@contoso.com")]
    Address,
    #[error("not a host name or IP address")]
    Host,
    #[error("not a port, 1 to 65535")]
    Port,
    #[error("not a tenant ID or domain")]
    Tenant,
    #[error("not an address of the form https://login.example.com")]
    Authority,
    #[error("not a name: 1 to 64 of a-z, 0-9, dot, dash, underscore")]
    AccountName,
    #[error("not a redirect URI: https://..., or http://localhost with any port and path")]
    RedirectUri,
    #[error("not an address of the form https://im.example.com/imart")]
    BaseUrl,
    #[error("not an https:// address: http:// is registered for localhost alone")]
    BaseUrlHttp,
    #[error("not an address without user name, `?` and `#`")]
    BaseUrlParts,
}

impl Malformed {
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Guid => "malformed.guid",
            Self::Address => "malformed.address",
            Self::Host => "malformed.host",
            Self::Port => "malformed.port",
            Self::Tenant => "malformed.tenant",
            Self::Authority => "malformed.authority",
            Self::AccountName => "malformed.account-name",
            Self::RedirectUri => "malformed.redirect-uri",
            Self::BaseUrl => "malformed.base-url",
            Self::BaseUrlHttp => "malformed.base-url-http",
            Self::BaseUrlParts => "malformed.base-url-parts",
        })
    }
}

/// Declares a checked text: `parse` is the only way in.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $malformed:expr, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                $check(text.trim()).map(Self).ok_or($malformed)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Malformed;
            fn try_from(text: String) -> Result<Self, Malformed> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_text!(
    /// A GUID in the portal's form, lower case: `8-4-4-4-12` hex digits.
    Guid, Malformed::Guid, guid
);
checked_text!(
    /// An app's client id: a GUID at Microsoft, any plain word elsewhere.
    ClientName, Malformed::Guid, client_name
);
checked_text!(
    /// A mailbox address in plain ASCII, `local@domain`, as Exchange accepts for a user principal name.
    Address, Malformed::Address, address
);
checked_text!(
    /// A DNS name or an IP address (IPv6 without brackets).
    Host, Malformed::Host, host
);
checked_text!(
    /// What stands for the tenant in an authority's URL: a GUID, a domain, or `common`, `organizations`, `consumers`.
    Tenant, Malformed::Tenant, tenant
);
checked_text!(
    /// `https://host[:port][/path]` without a trailing slash, query, fragment or user: what `{tenant}/oauth2/v2.0/…` is appended to.
    Authority, Malformed::Authority, authority
);
checked_text!(
    /// The name of an account, and of its files: `[a-z0-9][a-z0-9._-]{0,63}`.
    AccountName, Malformed::AccountName, account_name
);

checked_text!(
    /// A redirect URI as it is registered, byte for byte: `https://…`, or `http://` on loopback; at most 256
    /// characters, without query, fragment, user and the characters Entra refuses (Microsoft's page "Redirect URI
    /// restrictions").
    RedirectUri, Malformed::RedirectUri, redirect::checked
);

impl Address {
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// Whether both name the same account: Exchange compares without regard to case.
    pub fn same_as(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other.trim())
    }
}

impl Tenant {
    /// Where personal Microsoft accounts are kept, by its name or its id (Microsoft's page "Access token claims
    /// reference").
    pub fn is_consumers(&self) -> bool {
        matches!(self.as_str(), "consumers" | "9188040d-6c67-4c5b-b112-36a304b66dad")
    }
}

impl AccountName {
    /// The name proposed for a mailbox: its local part, with what a file name cannot hold left out.
    pub fn for_mailbox(mailbox: &Address) -> Self {
        let fits = |c: &char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
        let local = mailbox.local().to_ascii_lowercase();
        let name: String = local.chars().filter(fits).skip_while(|c| !c.is_ascii_alphanumeric()).take(64).collect();
        name.parse().unwrap_or_else(|_| Self("mail".to_owned()))
    }
}

/// How the connection becomes TLS. There is no third way: a token never travels in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Plain first, then STARTTLS (RFC 3207); port 587.
    #[default]
    StartTls,
    /// TLS from the first byte (RFC 8314); port 465.
    Tls,
}

/// A submission server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    pub host: Host,
    pub port: u16,
    pub security: Security,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.as_str().contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

pub fn port(text: &str) -> Result<u16, Malformed> {
    text.trim().parse().ok().filter(|&port| port != 0).ok_or(Malformed::Port)
}

/// `host`, `host:port` or `[IPv6]:port`.
pub fn server(text: &str) -> Result<(Host, u16), Malformed> {
    let port_follows = |rest: &str| !rest.contains(':') || rest.ends_with(']');
    match text.rsplit_once(':') {
        Some((host, port)) if port_follows(host) => Ok((host.parse()?, self::port(port)?)),
        _ => Ok((text.parse()?, SUBMISSION)),
    }
}

/// The submission port (RFC 6409).
const SUBMISSION: u16 = 587;

fn guid(text: &str) -> Option<String> {
    let text = text.trim_matches(['{', '}']);
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    let hex = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    (lengths.eq([8, 4, 4, 4, 12]) && hex).then(|| text.to_ascii_lowercase())
}

fn client_name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._~:/-".contains(c);
    guid(text).or_else(|| ((1..=255).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned()))
}

fn address(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let plain = !local.is_empty() && local.len() <= 64 && local.chars().all(atom);
    (plain && dns_name(domain) && domain.contains('.') && text.parse::<lettre::Address>().is_ok())
        .then(|| text.to_owned())
}

fn dns_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn host(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    (dns_name(bare) || bare.parse::<Ipv6Addr>().is_ok()).then(|| bare.to_ascii_lowercase())
}

fn tenant(text: &str) -> Option<String> {
    guid(text).or_else(|| {
        let word = matches!(text, "common" | "organizations" | "consumers");
        (word || (dns_name(text) && text.contains('.'))).then(|| text.to_ascii_lowercase())
    })
}

fn authority(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace() || "'\"`$\\<>".contains(c));
    (url.scheme() == "https" && url.host_str().is_some() && bare && plain && text.is_ascii())
        .then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn account_name(text: &str) -> Option<String> {
    let rest = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
    let first = text.chars().next().is_some_and(|c| matches!(c, 'a'..='z' | '0'..='9'));
    (first && text.len() <= 64 && text.chars().all(rest)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_taken_in_any_case_and_with_braces() {
        let guid: Guid = " {8D2C0000-1111-2222-3333-0123456789AB} ".parse().unwrap();
        assert_eq!(guid.as_str(), "8d2c0000-1111-2222-3333-0123456789ab");
        for wrong in ["", "8d2c", "8d2c0000111122223333-0123456789ab", "8d2c0000-1111-2222-3333-0123456789ag"] {
            assert_eq!(wrong.parse::<Guid>(), Err(Malformed::Guid), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_plain_ascii_without_spaces_quotes_or_brackets() {
        let address: Address = "Alerts@Contoso.example ".parse().unwrap();
        assert!(address.same_as("alerts@contoso.EXAMPLE"));
        assert_eq!(address.domain(), "Contoso.example");
        for wrong in [
            "",
            "alerts",
            "@contoso.example",
            "alerts@",
            "alerts@localhost",
            "a b@contoso.example",
            "a\nb@contoso.example",
            "\"a\"@contoso.example",
            "$(id)@contoso.example",
            "a@con\u{202e}toso.example",
            "ä@contoso.example",
            "a..b@contoso.example",
        ] {
            assert_eq!(wrong.parse::<Address>(), Err(Malformed::Address), "{wrong}");
        }
    }

    #[test]
    fn an_authority_is_https_and_bare() {
        let authority: Authority = "https://login.example:8443/".parse().unwrap();
        assert_eq!(authority.as_str(), "https://login.example:8443");
        for wrong in [
            "http://login.example",
            "login.example",
            "https://",
            "https://a@b.example",
            "https://b.example/?x=1",
            "https://b.example/$(id)",
        ] {
            assert_eq!(wrong.parse::<Authority>(), Err(Malformed::Authority), "{wrong}");
        }
    }

    #[test]
    fn hosts_tenants_and_names_are_checked() {
        assert_eq!("[::1]".parse::<Host>().unwrap().as_str(), "::1");
        assert!("smtp.office365.com:587".parse::<Host>().is_err());
        assert!("common".parse::<Tenant>().is_ok() && "contoso.example".parse::<Tenant>().is_ok());
        assert!("oauth2".parse::<Tenant>().is_err() && "{tenant}".parse::<Tenant>().is_err());
        assert_eq!(AccountName::for_mailbox(&"-No.Reply+x@contoso.example".parse().unwrap()).as_str(), "no.replyx");
        assert!("Alerts".parse::<AccountName>().is_err() && "../x".parse::<AccountName>().is_err());
        assert_eq!(port("0"), Err(Malformed::Port));
    }
}
