//! Which directory a path names, and what the discovery document and the key set say about it.

use serde_json::json;

use super::{Answer, Answered, failure};
use crate::simulator::{
    Site,
    tenant::{Home, State},
};

/// The first segment of a path, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory {
    Ours,
    /// Another tenant of the cloud, by its place in the list.
    Neighbour(usize),
    Common,
    Organizations,
    Consumers,
}

/// Where Microsoft keeps personal accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl Directory {
    pub fn named(state: &State, segment: &str) -> Result<Self, failure::Failure> {
        let named = |id: &str, domains: &[String]| {
            id.eq_ignore_ascii_case(segment) || domains.iter().any(|domain| domain.eq_ignore_ascii_case(segment))
        };
        match segment.to_ascii_lowercase().as_str() {
            "common" => return Ok(Self::Common),
            "organizations" => return Ok(Self::Organizations),
            "consumers" | CONSUMERS => return Ok(Self::Consumers),
            _ => {}
        }
        if named(&state.tenant.id, &state.tenant.domains) {
            return Ok(Self::Ours);
        }
        let place = state.neighbours.iter().position(|neighbour| named(&neighbour.id, &neighbour.domains));
        place.map(Self::Neighbour).ok_or_else(|| failure::tenant_not_found(segment))
    }

    /// The name of the directory in Entra's sentences.
    pub fn display(self, state: &State) -> &str {
        match self {
            Self::Ours | Self::Common | Self::Organizations => &state.tenant.name,
            Self::Neighbour(place) => state.neighbours.get(place).map_or("", |neighbour| &neighbour.id),
            Self::Consumers => "Microsoft Accounts",
        }
    }

    /// Whether it stands for every tenant.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Common | Self::Organizations)
    }

    /// Whether accounts kept there sign in here.
    pub fn serves(self, home: Home) -> bool {
        match self {
            Self::Common => true,
            Self::Consumers => home == Home::Personal,
            Self::Ours => home == Home::Work,
            Self::Neighbour(place) => home == Home::Neighbour(place),
            Self::Organizations => home != Home::Personal,
        }
    }

    fn segments(self, state: &State) -> (&str, &str) {
        match self {
            Self::Ours => (&state.tenant.id, &state.tenant.id),
            Self::Neighbour(place) => state.neighbours.get(place).map_or(("", ""), |other| (&other.id, &other.id)),
            Self::Common => ("common", "{tenantid}"),
            Self::Organizations => ("organizations", "{tenantid}"),
            Self::Consumers => ("consumers", CONSUMERS),
        }
    }
}

/// The id of the directory that an account is kept in.
pub fn id(state: &State, home: Home) -> &str {
    match home {
        Home::Work => &state.tenant.id,
        Home::Neighbour(place) => state.neighbours.get(place).map_or("", |other| &other.id),
        Home::Personal => CONSUMERS,
    }
}

pub fn configuration(state: &State, site: &Site, tenant: &str) -> Answered {
    let directory = Directory::named(state, tenant)?;
    let (segment, issuer) = directory.segments(state);
    let base = format!("{}/{segment}", site.authority);
    Ok(Answer::json(
        200,
        &json!({
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": format!("{}/{issuer}/v2.0", site.authority),
            "request_uri_parameter_supported": false,
            "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
            "tenant_region_scope": if matches!(directory, Directory::Ours | Directory::Neighbour(_)) { json!("EU") } else { json!(null) },
            "cloud_instance_name": "microsoftonline.com",
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
            "rbac_url": "https://pas.windows.net",
        }),
    ))
}

pub fn keys(state: &State, site: &Site, tenant: &str) -> Answered {
    Directory::named(state, tenant)?;
    Ok(Answer::json(200, &site.key.set()))
}
