//! Token requests, and the answer they all share. `oauth2` builds the requests and reads the answer
//! (RFC 6749 §5.1); this module decides what is asked and what is tolerated in the reply.

use std::cell::RefCell;

use oauth2::{
    AuthType, ClientId, ClientSecret, EmptyExtraTokenFields, ExtraTokenFields, HttpRequest, RefreshToken,
    ResourceOwnerPassword, ResourceOwnerUsername, Scope, StandardErrorResponse, StandardRevocableToken,
    StandardTokenIntrospectionResponse, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenType},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Failure,
    wire::{Answer, Method, Request, seconds},
};
use crate::{
    facts::{Authority, ClientName, Tenant},
    network::CaFile,
    secret::Secret,
};

/// The app as it is known to the authority, and where the authority is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub authority: Authority,
    pub tenant: Tenant,
    pub client_id: ClientName,
    pub credential: Credential,
    pub trust: CaFile,
}

/// How the app shows that it is itself. A public client must show nothing (AADSTS700025).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credential {
    #[default]
    None,
    Secret(Secret),
    /// A JSON Web Token signed with the key of a registered certificate (RFC 7523 §2.2), good for minutes.
    Assertion(Secret),
}

impl From<Option<Secret>> for Credential {
    fn from(secret: Option<Secret>) -> Self {
        secret.map_or(Self::None, Self::Secret)
    }
}

/// RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a consent or a refresh brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub access: Secret,
    pub refresh: Option<Secret>,
    pub id: Option<Secret>,
    /// Unix seconds, by the local clock at the moment the answer came.
    pub expires_at: i64,
    /// Scopes as granted; empty when the server did not say.
    pub scope: String,
    /// Unix seconds: when they came; not known of tokens kept by an earlier version.
    #[serde(default)]
    pub issued_at: Option<i64>,
    /// Unix seconds: when somebody consented to the first of them; none of those that a consent has just brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<i64>,
}

impl Tokens {
    /// As the answer to a renewal of `before`: what it leaves out still holds (RFC 6749 §6).
    #[must_use]
    pub fn renewing(mut self, before: Self) -> Self {
        self.refresh = self.refresh.or(before.refresh);
        self.id = self.id.or(before.id);
        self.signed_in_at = before.signed_in_at.or(before.issued_at);
        self
    }
}

/// RFC 6749 §5.1 recommends `expires_in` and leaves its absence open; an hour is what Entra gives.
const EXPIRES_IN: u64 = 3600;
/// Nothing lives longer than a year; a clock that adds more would overflow.
const LONGEST: u64 = 366 * 86_400;

/// Bytes of a token; with many groups in them Entra's have some 20 KiB.
const MOST: usize = 64 * 1024;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct IdToken {
    id_token: Option<String>,
}
impl ExtraTokenFields for IdToken {}

pub(super) type Granted = StandardTokenResponse<IdToken, BasicTokenType>;
pub(super) type Client = oauth2::Client<
    StandardErrorResponse<BasicErrorResponseType>,
    Granted,
    StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

impl Registration {
    /// `{authority}/{tenant}/oauth2/v2.0/{leaf}`: the only addresses that ever get a secret.
    pub fn endpoint(&self, leaf: &str) -> String {
        format!("{}/{}/oauth2/v2.0/{leaf}", self.authority, self.tenant)
    }

    pub(super) fn client(&self) -> Option<Client> {
        let token = TokenUrl::new(self.endpoint("token")).ok()?;
        let client = oauth2::Client::new(ClientId::new(self.client_id.to_string()))
            .set_token_uri(token)
            .set_auth_type(AuthType::RequestBody);
        Some(match &self.credential {
            Credential::Secret(secret) => client.set_client_secret(ClientSecret::new(secret.expose().to_owned())),
            Credential::Assertion(_) | Credential::None => client,
        })
    }

    /// What a request carries besides when the app shows itself by an assertion; `oauth2` knows secrets only.
    pub(super) fn asserted(&self) -> Vec<(&'static str, &str)> {
        match &self.credential {
            Credential::Assertion(assertion) => {
                vec![("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.expose())]
            }
            Credential::Secret(_) | Credential::None => Vec::new(),
        }
    }

    /// A form to `leaf` with the client's id, its credential if it has one, and `fields`.
    pub(super) fn form(&self, leaf: &str, fields: &[(&str, &str)]) -> Request {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", self.client_id.as_str());
        if let Credential::Secret(secret) = &self.credential {
            form.append_pair("client_secret", secret.expose());
        }
        form.extend_pairs(self.asserted());
        form.extend_pairs(fields);
        let body = Secret::new(form.finish());
        Request { method: Method::PostForm(body), url: self.endpoint(leaf), trust: self.trust.clone() }
    }
}

/// RFC 6749 §6. Scopes are named again: Entra asks for them (AADSTS900144) and they keep the resource fixed.
pub fn refresh(registration: &Registration, token: &Secret, scopes: &[String]) -> Option<Request> {
    let client = registration.client()?;
    let token = RefreshToken::new(token.expose().to_owned());
    let scopes = scopes.iter().cloned().map(Scope::new);
    let mut exchange = client.exchange_refresh_token(&token).add_scopes(scopes);
    for (name, value) in registration.asserted() {
        exchange = exchange.add_extra_param(name, value);
    }
    noted(registration, |note| drop(exchange.request(note)))
}

/// RFC 6749 §4.4. Used as a probe of the client secret, and to sign in as the app itself.
pub fn client_credentials(registration: &Registration, scope: &str) -> Option<Request> {
    let client = registration.client()?;
    let scope = Scope::new(scope.to_owned());
    let mut exchange = client.exchange_client_credentials().add_scope(scope);
    for (name, value) in registration.asserted() {
        exchange = exchange.add_extra_param(name, value);
    }
    noted(registration, |note| drop(exchange.request(note)))
}

/// RFC 6749 §4.3: the account's own password goes to the authority. It can do so only where nobody is asked for a
/// second factor, which in practice is High Volume Email; its answers say why not elsewhere.
pub fn password(registration: &Registration, user: &str, password: &Secret, scopes: &[String]) -> Option<Request> {
    let client = registration.client()?;
    let user = ResourceOwnerUsername::new(user.to_owned());
    let password = ResourceOwnerPassword::new(password.expose().to_owned());
    let scopes = scopes.iter().cloned().map(Scope::new);
    let mut exchange = client.exchange_password(&user, &password).add_scopes(scopes);
    for (name, value) in registration.asserted() {
        exchange = exchange.add_extra_param(name, value);
    }
    noted(registration, |note| drop(exchange.request(note)))
}

#[derive(Debug, thiserror::Error)]
#[error("noted, not sent")]
pub(super) struct NotSent;

pub(super) type Note<'a> = dyn Fn(HttpRequest) -> Result<oauth2::HttpResponse, NotSent> + 'a;

/// Runs an exchange against a client that only notes the request, so that the crate writes it and the runtime sends it.
pub(super) fn noted(registration: &Registration, exchange: impl FnOnce(&Wrapped<'_>)) -> Option<Request> {
    let noted = RefCell::new(None);
    let note = |request: HttpRequest| {
        noted.replace(Some(request));
        Err(NotSent)
    };
    exchange(&Wrapped(&note));
    let request = noted.into_inner()?;
    let url = request.uri().to_string();
    let body = String::from_utf8(request.into_body()).ok()?;
    Some(Request { method: Method::PostForm(Secret::new(body)), url, trust: registration.trust.clone() })
}

pub(super) struct Wrapped<'a>(&'a Note<'a>);

impl oauth2::SyncHttpClient for Wrapped<'_> {
    type Error = NotSent;
    fn call(&self, request: HttpRequest) -> Result<oauth2::HttpResponse, NotSent> {
        (self.0)(request)
    }
}

/// Reads a token endpoint's answer, `now` being the moment it came (Unix seconds).
pub fn read(answer: &Answer, now: i64) -> Result<Tokens, Failure> {
    let granted = (answer.status == 200).then(|| granted(answer.body.expose())).flatten();
    let granted = granted.ok_or_else(|| Failure::read(answer))?;
    let refresh = granted.refresh_token().map(|token| token.secret()).filter(|token| !token.is_empty());
    let wrong = wrong_type(&granted)
        .or_else(|| wrong("the access token", granted.access_token().secret()))
        .or_else(|| wrong("the refresh token", refresh?));
    if let Some(wrong) = wrong {
        return Err(Failure::unusable(answer.status, &wrong));
    }
    let lifetime = granted.expires_in().map_or(EXPIRES_IN, |lifetime| lifetime.as_secs());
    let scopes: Vec<&str> = granted.scopes().into_iter().flatten().map(|scope| scope.as_str()).collect();
    Ok(Tokens {
        access: Secret::new(granted.access_token().secret().clone()),
        refresh: refresh.map(Secret::new),
        id: granted.extra_fields().id_token.clone().map(Secret::new),
        expires_at: now.saturating_add_unsigned(lifetime),
        scope: scopes.join(" "),
        issued_at: Some(now),
        signed_in_at: None,
    })
}

/// No token is of another type unless that was asked for (RFC 6749 §7.1).
fn wrong_type(granted: &Granted) -> Option<String> {
    (*granted.token_type() != BasicTokenType::Bearer).then(|| "the token's type is not Bearer".to_owned())
}

/// What would be no token wherever it is handed on: visible ASCII (RFC 6749 §A.12), a space ends it (RFC 6750 §2.1).
fn wrong(which: &str, token: &str) -> Option<String> {
    if token.is_empty() {
        Some(format!("{which} is empty"))
    } else if token.len() > MOST {
        Some(format!("{which} has {} bytes, more than the {MOST} a token may have", token.len()))
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some(format!("{which} holds characters that a token cannot have"))
    } else {
        None
    }
}

/// `oauth2` takes `expires_in` as a whole number and `scope` as one text only; some servers write them otherwise.
fn granted(body: &str) -> Option<Granted> {
    let mut body: Value = serde_json::from_str(body).ok()?;
    let fields = body.as_object_mut()?;
    if let Some(lifetime) = fields.remove("expires_in").as_ref().and_then(seconds) {
        fields.insert("expires_in".into(), lifetime.min(LONGEST).into());
    }
    if let Some(Value::Array(scopes)) = fields.get("scope") {
        let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
        let joined = scopes.join(" ");
        fields.insert("scope".into(), joined.into());
    }
    if fields.get("token_type").is_none_or(Value::is_null) {
        fields.insert("token_type".into(), "Bearer".into());
    }
    serde_json::from_value(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(secret: Option<&str>) -> Registration {
        Registration {
            authority: "https://login.example".parse().unwrap(),
            tenant: "contoso.example".parse().unwrap(),
            client_id: "0f000000-0000-4000-8000-000000000001".parse().unwrap(),
            credential: secret.map(Secret::new).into(),
            trust: None,
        }
    }

    fn form(request: &Request) -> Vec<(String, String)> {
        let Method::PostForm(body) = &request.method else { panic!("{request:?}") };
        let mut pairs: Vec<_> = url::form_urlencoded::parse(body.expose().as_bytes()).into_owned().collect();
        pairs.sort();
        pairs
    }

    #[test]
    fn a_refresh_names_the_scopes_and_sends_no_secret_unless_there_is_one() {
        let scopes = ["https://outlook.office.com/SMTP.Send".to_owned(), "offline_access".to_owned()];
        let request = refresh(&registration(None), &Secret::new("CANARY-rt"), &scopes).unwrap();
        assert_eq!(request.url, "https://login.example/contoso.example/oauth2/v2.0/token");
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            form(&request),
            [
                pair("client_id", "0f000000-0000-4000-8000-000000000001"),
                pair("grant_type", "refresh_token"),
                pair("refresh_token", "CANARY-rt"),
                pair("scope", "https://outlook.office.com/SMTP.Send offline_access"),
            ]
        );
        let request = client_credentials(&registration(Some("a&b=c")), "https://outlook.office.com/.default").unwrap();
        assert!(form(&request).contains(&pair("client_secret", "a&b=c")));
        assert!(!format!("{request:?}").contains("a&b"));
    }

    #[test]
    fn a_password_goes_in_the_body_alone_and_beside_the_apps_own_credential() {
        let scopes = ["https://outlook.office.com/.default".to_owned()];
        let ask = |registration| password(&registration, "hve@contoso.example", &Secret::new("CANARY &ä+"), &scopes);
        let request = ask(registration(None)).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            form(&request),
            [
                pair("client_id", "0f000000-0000-4000-8000-000000000001"),
                pair("grant_type", "password"),
                pair("password", "CANARY &ä+"),
                pair("scope", "https://outlook.office.com/.default"),
                pair("username", "hve@contoso.example"),
            ]
        );
        assert!(!format!("{request:?}").contains("CANARY") && !request.url.contains('?'));
        let credential = Credential::Assertion(Secret::new("CANARY-jwt"));
        let asserted = form(&ask(Registration { credential, ..registration(None) }).unwrap());
        assert!(asserted.contains(&pair("client_assertion", "CANARY-jwt")));
    }

    #[test]
    fn tokens_are_read_from_any_server() {
        let body = r#"{"token_type":"Bearer","scope":"https://outlook.office.com/SMTP.Send","expires_in":3599,"ext_expires_in":3599,"access_token":"CANARY-at","refresh_token":"CANARY-rt","id_token":"a.b.c","foo":1}"#;
        let tokens = read(&Answer::of(200, body), 1000).unwrap();
        assert_eq!((tokens.expires_at, tokens.scope.as_str()), (4599, "https://outlook.office.com/SMTP.Send"));
        assert_eq!(tokens.refresh.unwrap().expose(), "CANARY-rt");
        for odd in [r#""expires_in":3599.0"#, r#""expires_in":-1"#, r#""expires_in":{}"#, r#""scope":["a","b"]"#] {
            assert!(read(&Answer::of(200, &format!(r#"{{"access_token":"x",{odd}}}"#)), 1000).is_ok(), "{odd}");
        }
        let tokens = read(&Answer::of(200, r#"{"access_token":"x","expires_in":"60"}"#), 1000).unwrap();
        assert_eq!((tokens.expires_at, tokens.refresh, tokens.id), (1060, None, None));
        assert_eq!(
            read(&Answer::of(200, r#"{"access_token":"x","token_type":"bearer"}"#), 0).unwrap().expires_at,
            3600
        );
    }

    #[test]
    fn a_token_that_is_none_is_refused_and_not_quoted() {
        let long = "x".repeat(MOST + 1);
        let told = |body: String| read(&Answer::of(200, &body), 0).map_err(|failure| failure.summary());
        for (token, said) in [
            ("", "the access token is empty"),
            ("CANARY\\ndef", "the access token holds characters that a token cannot have"),
            ("CANARY\\u001b[2J", "the access token holds"),
            ("CANARY def", "the access token holds"),
            ("CANARY\u{fc}", "the access token holds"),
            (&long, "the access token has 65537 bytes"),
        ] {
            let why = told(format!(r#"{{"access_token":"{token}","refresh_token":"CANARY"}}"#)).unwrap_err();
            assert!(why.starts_with(&format!("HTTP 200: {said}")) && !why.contains("CANARY"), "{why}");
        }
        let why = told(r#"{"access_token":"CANARY","token_type":"mac"}"#.into()).unwrap_err();
        assert_eq!(why, "HTTP 200: the token's type is not Bearer");
        let why = told(r#"{"access_token":"CANARY","refresh_token":"a\nb"}"#.into()).unwrap_err();
        assert!(why.contains("the refresh token holds"), "{why}");
        for more in [r#""token_type":"BEARER""#, r#""token_type":null"#, r#""refresh_token":"""#] {
            let tokens = told(format!(r#"{{"access_token":"a.b-c_d~e+/=","{}}}"#, &more[1..])).unwrap();
            assert_eq!(tokens.refresh, None, "{more}");
        }
    }

    #[test]
    fn what_is_no_token_is_a_failure() {
        assert!(read(&Answer::of(200, "<html>"), 0).is_err());
        assert!(read(&Answer::of(400, r#"{"error":"invalid_grant"}"#), 0).is_err_and(|f| f.error == "invalid_grant"));
    }
}
