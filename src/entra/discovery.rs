//! Whose tenant a mail domain belongs to, by OpenID Connect discovery (OpenID Connect Discovery 1.0 §4).
//! Only the tenant's id and the cloud are taken from the document; no address in it is ever used.

use serde::Deserialize;

use super::{
    Failure,
    wire::{Answer, Method, Request},
};
use crate::{
    facts::{Authority, Guid, Host, Tenant},
    network::CaFile,
};

/// What the document of a domain says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The tenant's GUID where the issuer names one; other servers need not.
    pub tenant: Option<Guid>,
    pub issuer: String,
    /// The cloud it is in, as Microsoft names it there: `microsoftonline.us`.
    pub instance: Option<Host>,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    #[serde(default)]
    token_endpoint: String,
    #[serde(default)]
    cloud_instance_name: Option<String>,
}

/// `GET {authority}/{tenant}/v2.0/.well-known/openid-configuration`, where `tenant` may be a mail domain.
pub fn request(authority: &Authority, tenant: &Tenant, trust: &CaFile) -> Request {
    let url = format!("{authority}/{tenant}/v2.0/.well-known/openid-configuration");
    Request { method: Method::Get, url, trust: trust.clone() }
}

/// Reads the answer to [`request`]. Any other than a 200 with an `issuer` is a failure: Entra answers 400 with
/// AADSTS90002 for a domain that no tenant has.
pub fn read(answer: &Answer) -> Result<Found, Failure> {
    let document: Document = match serde_json::from_str(answer.body.expose()) {
        Ok(document) if answer.status == 200 => document,
        _ => return Err(Failure::read(answer)),
    };
    let tenant = guid_in(&document.issuer).or_else(|| guid_in(&document.token_endpoint));
    let instance = document.cloud_instance_name.and_then(|name| name.parse().ok());
    Ok(Found { tenant, issuer: document.issuer, instance })
}

fn guid_in(url: &str) -> Option<Guid> {
    url.split('/').find_map(|segment| segment.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_is_the_guid_in_the_issuer() {
        let body = r#"{"issuer":"https://login.example/8D2C0000-1111-2222-3333-0123456789ab/v2.0","token_endpoint":"https://evil.example/token","tenant_region_scope":"EU","extra":[1]}"#;
        let found = read(&Answer::of(200, body)).unwrap();
        assert_eq!(found.tenant.unwrap().as_str(), "8d2c0000-1111-2222-3333-0123456789ab");
    }

    #[test]
    fn the_cloud_is_told_by_name_or_not_at_all() {
        let of = |name: &str| {
            let body = format!(r#"{{"issuer":"https://sso.example","cloud_instance_name":{name}}}"#);
            read(&Answer::of(200, &body)).unwrap().instance.map(|host| host.to_string())
        };
        assert_eq!(of("\"microsoftonline.us\"").as_deref(), Some("microsoftonline.us"));
        assert_eq!((of("null"), of("\"\\u001b[2J\"")), (None, None));
    }

    #[test]
    fn a_server_without_tenants_is_found_all_the_same() {
        let found = read(&Answer::of(200, r#"{"issuer":"https://sso.example"}"#)).unwrap();
        assert_eq!((found.tenant, found.issuer.as_str()), (None, "https://sso.example"));
    }

    #[test]
    fn an_unknown_domain_is_the_authoritys_own_refusal() {
        let body = r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'x.example' not found."}"#;
        assert!(read(&Answer::of(400, body)).unwrap_err().has_code(90002));
    }
}
