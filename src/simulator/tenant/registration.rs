//! An app registration and its enterprise application: what the pages of the portal hold of them.

use super::{Consent, Consenter, Permission};

#[derive(Debug, Clone)]
pub struct Registration {
    pub client_id: String,
    /// The Object ID of its enterprise application: `oid` of app-only tokens.
    pub object_id: String,
    pub name: String,
    pub enabled: bool,
    /// Microsoft's own, in every tenant: what it may ask for was settled between its makers.
    pub first_party: bool,
    /// Whether the tenant has all of it; else it was added, and its addition came to no end.
    pub added: bool,
    /// The manifest names a permission by the ID that it has at another service.
    pub mixed_ids: bool,
    /// Claims mapped for it, though its tokens are for somebody else's resource.
    pub mapped_claims: bool,
    /// "Assignment required?" of the enterprise application; nobody is assigned.
    pub assignment_required: bool,
    pub account_types: AccountTypes,
    pub public_client_flows: PublicClientFlows,
    pub redirects: Vec<Redirect>,
    pub implicit: Implicit,
    pub secrets: Vec<ClientSecret>,
    /// X.509, in DER.
    pub certificates: Vec<Vec<u8>>,
    /// The permissions its API permissions page lists; what administrators consent to.
    pub delegated: Vec<Permission>,
    pub application: Vec<Permission>,
}

/// "Supported account types".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountTypes {
    /// Of this tenant.
    Work,
    /// Of any tenant.
    Organizations,
    Personal,
    /// Of any tenant, and personal ones.
    Any,
}

/// The boxes "Access tokens" and "ID tokens" of implicit and hybrid flows. No code flow needs them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Implicit {
    pub access_tokens: bool,
    pub id_tokens: bool,
}

/// A redirect URI as registered. Only the port of `http://localhost` is not compared.
#[derive(Debug, Clone)]
pub struct Redirect {
    pub platform: Platform,
    pub uri: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Web,
    /// "Mobile and desktop applications".
    Native,
    SinglePage,
}

/// "Allow public client flows", and when Entra notices that it is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicClientFlows {
    On,
    /// Refused at the device-code request.
    Off,
    /// Refused at the first poll.
    OffAtPoll,
    /// Refused at the first poll after the approval.
    OffLate,
}

#[derive(Debug, Clone)]
pub struct ClientSecret {
    /// The Secret ID: a GUID, of no use for signing in.
    pub id: String,
    pub value: String,
    /// Unix seconds.
    pub expires: i64,
}

impl Registration {
    /// The registered redirect URI that the one in a request matches.
    pub fn redirect(&self, uri: &str) -> Option<&Redirect> {
        let exact = self.redirects.iter().find(|redirect| redirect.uri == uri);
        let portless_too = || {
            let wanted = portless(uri)?;
            self.redirects.iter().find(|redirect| portless(&redirect.uri) == Some(wanted))
        };
        exact.or_else(portless_too)
    }

    pub fn consent(&self, by: Consenter, permission: &Permission) -> Consent {
        Consent { app: self.object_id.clone(), by, permission: permission.clone() }
    }
}

/// A loopback URI without its port, which Entra does not compare; `None` for any other.
fn portless(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    (matches!(host, "localhost" | "127.0.0.1") && port.parse::<u16>().is_ok()).then_some((host, path))
}
