//! Why a connection, HTTPS or SMTP, came to nothing: the stage, the address and the kind, never a
//! bare sentence, so that a screen can say what to try and a cause can be told from it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The certificate authorities to trust beside the system's: `ca_file` of an account.
pub type CaFile = Option<std::path::PathBuf>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind:?} at {address}: {detail}")]
pub struct NetworkFailure {
    pub kind: FailureKind,
    /// `host:port` that was tried, with the IP address where one was reached.
    pub address: String,
    /// The library's or system's own words, control characters made visible.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The name has no address (or no name server answered).
    NameUnknown,
    /// Nobody listens on the port.
    Refused,
    /// No answer within the limit: to the attempt to connect, or in a dialogue with a mail server.
    TimedOut,
    /// A request over HTTPS went out, and its answer did not come, or not whole, within the limit.
    Unanswered,
    /// No route, network down.
    Unroutable,
    /// The certificate was not accepted: name, date or issuer.
    Certificate,
    /// The far end does not speak TLS here, or not a version we accept.
    TlsHandshake,
    /// The connection ended before the answer was complete.
    Closed,
    /// The answer exceeds what is accepted (line 8 KiB, reply 128 lines, body 1 MiB).
    TooMuch,
    /// The proxy that the environment names does not let us through; `address` is the proxy's, and `detail` begins
    /// with the variable that names it.
    Proxy,
    /// That proxy is not there, or says nothing.
    ProxyUnreached,
    /// A variable for the proxy's address is set and holds none; `address` is the variable.
    ProxyMalformed,
    /// A CA file that cannot be read or holds no certificate.
    CaFile,
    /// Another program has the port that was to be listened at.
    PortTaken,
    /// Anything else; `detail` says what.
    Other,
}

impl FailureKind {
    /// What this machine is set to is wrong; nobody was asked, and asking again does not help.
    pub fn is_of_settings(self) -> bool {
        matches!(self, Self::CaFile | Self::ProxyMalformed)
    }
}

/// Which Internet Protocol a connection is made over. A name may have addresses of both, and each may take another
/// way through other hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Ipv4,
    Ipv6,
}

impl Family {
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Ipv4 => Self::Ipv6,
            Self::Ipv6 => Self::Ipv4,
        }
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        }
    }
}
