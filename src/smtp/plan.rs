//! What a conversation is to do, settled before it begins, and how long it may take.

use std::time::Duration;

use crate::{
    facts::{Address, Host},
    secret::Secret,
};

pub use crate::facts::Security;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub security: Security,
    /// What EHLO says; absent, the name of this machine or its address.
    pub client_name: Option<Host>,
    /// The `user=` of the SASL string.
    pub user: String,
    pub token: Secret,
    /// Absent, the conversation ends with QUIT after AUTH.
    pub message: Option<Envelope>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub sender: Address,
    pub recipient: Address,
    /// Header and body, dots not yet doubled.
    pub content: Vec<u8>,
}

/// Limits in time. A reply's covers the whole of it, so that a server sending a byte a minute ends too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Name resolution, and then all addresses together.
    pub connect: Duration,
    pub tls: Duration,
    pub reply: Duration,
    /// The reply to the message itself, which a server may scan first.
    pub data: Duration,
    /// The reply to QUIT, which changes nothing any more.
    pub quit: Duration,
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            tls: Duration::from_secs(15),
            reply: Duration::from_secs(60),
            data: Duration::from_secs(180),
            quit: Duration::from_secs(5),
            whole: Duration::from_secs(300),
        }
    }
}

/// A host as EHLO takes it: a name as it is, an address as a literal (RFC 5321 §4.1.3).
pub fn ehlo_name(host: &Host) -> String {
    match host.as_str().parse() {
        Ok(std::net::IpAddr::V4(address)) => format!("[{address}]"),
        Ok(std::net::IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Err(_) => host.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_said_as_a_literal() {
        let say = |host: &str| ehlo_name(&host.parse().unwrap());
        assert_eq!(
            (say("mail.example"), say("127.0.0.1"), say("::1")),
            ("mail.example".into(), "[127.0.0.1]".into(), "[IPv6:::1]".into())
        );
    }

    #[test]
    fn a_plan_shows_no_token() {
        let plan = Plan {
            security: Security::Tls,
            client_name: None,
            user: "a@b.example".into(),
            token: Secret::new("CANARY"),
            message: None,
        };
        assert!(!format!("{plan:?}").contains("CANARY"));
    }
}
