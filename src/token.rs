//! What an access token or id_token says of itself, for display and diagnosis only: the signature is
//! not checked, and a claim that is missing is no fault. Microsoft may make its tokens opaque at any
//! time (Microsoft Learn, "Access tokens in the Microsoft identity platform").

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::secret::Secret;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    Jwt,
    #[default]
    Opaque,
}

/// The claims that bear on sending mail; names as in Entra's v1.0 tokens, v2.0 and RFC 9068 names read as well.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Claims {
    pub form: Form,
    pub aud: Option<String>,
    pub scp: Vec<String>,
    pub roles: Vec<String>,
    /// Who signed in: `upn`, else `unique_name`, else `preferred_username`.
    pub upn: Option<String>,
    pub appid: Option<String>,
    pub tid: Option<String>,
    /// Whose token it is: `user` or `app`. Microsoft leaves it out at times.
    pub idtyp: Option<String>,
    /// The user's or, in an app's token, the service principal's object id.
    pub oid: Option<String>,
    /// Unix seconds.
    pub exp: Option<i64>,
}

impl Claims {
    /// Reads a token; one that is no JWT gives [`Form::Opaque`] and nothing else.
    pub fn read(token: &Secret) -> Self {
        payload(token.expose()).map_or_else(Self::default, |payload| Self::from_payload(&payload))
    }

    /// The claims of a token whose middle part is known.
    pub fn from_payload(payload: &Value) -> Self {
        let text = |key: &str| payload.get(key).and_then(Value::as_str).map(str::to_owned);
        let list = |key: &str| words(payload.get(key));
        let mut scp = list("scp");
        if scp.is_empty() {
            scp = list("scope");
        }
        Self {
            form: Form::Jwt,
            aud: words(payload.get("aud")).into_iter().next(),
            scp,
            roles: list("roles"),
            upn: text("upn").or_else(|| text("unique_name")).or_else(|| text("preferred_username")),
            appid: text("appid").or_else(|| text("azp")).or_else(|| text("client_id")),
            tid: text("tid"),
            idtyp: text("idtyp"),
            oid: text("oid"),
            exp: payload.get("exp").and_then(Value::as_i64),
        }
    }

    /// `aud` names Microsoft Graph, by address or by its application id.
    pub fn is_for_graph(&self) -> bool {
        const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
        self.aud
            .as_deref()
            .is_some_and(|aud| aud == GRAPH_APP || aud.contains("graph.microsoft.") || aud.contains("microsoftgraph."))
    }

    /// `aud` names Exchange Online; both hosts are the same resource, the GUID is its application id.
    pub fn is_for_exchange(&self) -> bool {
        const IDENTIFIERS: [&str; 7] = [
            "https://outlook.office.com",
            "https://outlook.office365.com",
            "https://outlook.office365.us",
            "https://outlook-dod.office365.us",
            "https://partner.outlook.cn",
            // For an app's own sign-in to IMAP and POP.
            "https://ps.outlook.com",
            "00000002-0000-0ff1-ce00-000000000000",
        ];
        let aud = self.aud.as_deref().unwrap_or_default().trim_end_matches('/');
        IDENTIFIERS.iter().any(|identifier| aud.eq_ignore_ascii_case(identifier))
    }

    /// `aud` is the address of a service that is surely not Exchange, which goes by more names than are listed here.
    pub fn is_for_elsewhere(&self) -> bool {
        let host = self.aud.as_deref().and_then(|aud| aud.split_once("://")).map(|(_, rest)| rest.to_ascii_lowercase());
        host.is_some_and(|host| !["outlook", "office", "exchange"].iter().any(|name| host.contains(name)))
    }

    pub fn may(&self, permission: &str) -> bool {
        let named = |given: &String| given.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(permission));
        self.scp.iter().chain(&self.roles).any(named)
    }
}

/// A claim that is one text, a list of texts, or several words in one text.
fn words(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The middle part of `header.payload.signature` (RFC 7519 §3), unverified.
fn payload(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> Secret {
        Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)))
    }

    #[test]
    fn exchanges_v1_claims_are_read() {
        let claims = Claims::read(&jwt(
            r#"{"aud":"https://outlook.office.com/","scp":"SMTP.Send profile","upn":"a@b.example","appid":"x","tid":"t","exp":9,"idtyp":"user"}"#,
        ));
        assert_eq!((claims.form, claims.aud.as_deref()), (Form::Jwt, Some("https://outlook.office.com/")));
        assert!(claims.may("SMTP.Send") && !claims.may("SMTP.SendAsApp") && !claims.is_for_graph());
        assert_eq!((claims.upn.as_deref(), claims.exp), (Some("a@b.example"), Some(9)));
    }

    #[test]
    fn other_claim_sets_are_taken_in_stride() {
        let claims = Claims::read(&jwt(
            r#"{"aud":["https://mail.example","x"],"scope":"https://mail.example/SMTP.Send openid","preferred_username":"a@b.example","client_id":"c","exp":1.5,"roles":7}"#,
        ));
        assert!(claims.may("SMTP.Send"));
        assert_eq!((claims.appid.as_deref(), claims.exp, claims.roles.len()), (Some("c"), None, 0));
    }

    #[test]
    fn another_service_is_told_by_an_address_that_has_nothing_of_exchange() {
        let elsewhere = |aud: &str| Claims { aud: Some(aud.into()), ..Claims::default() }.is_for_elsewhere();
        assert!(elsewhere("https://management.azure.com") && elsewhere("api://2c9a7e14"));
        assert!(!elsewhere("https://outlook.office.com") && !elsewhere("https://outlook-sdf.office.com/"));
        assert!(!elsewhere("00000002-0000-0ff1-ce00-000000000000") && !elsewhere(""));
    }

    #[test]
    fn what_is_no_jwt_is_opaque() {
        for token in ["EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA", "", "a.b.c", "..", "e30.W10.x"] {
            assert_eq!(Claims::read(&Secret::new(token)), Claims::default(), "{token}");
        }
    }

    #[test]
    fn graph_is_known_by_address_and_by_id() {
        for aud in [
            "https://graph.microsoft.com",
            "00000003-0000-0000-c000-000000000000",
            "https://microsoftgraph.chinacloudapi.cn",
        ] {
            assert!(Claims { aud: Some(aud.into()), ..Claims::default() }.is_for_graph());
        }
    }
}
