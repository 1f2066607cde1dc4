//! Stories of the browser flow, each from the authorization page to the token.

use super::{Answer, Form, Request, tests::World};
use crate::simulator::tenant::{Platform, Redirect};

pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Of the challenge above (RFC 7636, appendix B).
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SCOPE: &str = "https://outlook.office.com/SMTP.Send offline_access";

impl World {
    /// The authorization page, asked with `change` and answered with `fields`.
    fn authorize(&mut self, change: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let client_id = self.state.registrations[0].client_id.clone();
        let usual = [
            ("client_id", client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", "http://localhost:8400"),
            ("scope", SCOPE),
            ("state", "a b&c"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        // The first of a name counts.
        let query = [change, &usual].concat();
        self.ask("/contoso.example/oauth2/v2.0/authorize", &query, fields)
    }

    fn ask(&mut self, path: &str, query: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let form =
            |pairs: &[(&str, &str)]| pairs.iter().fold(Form::default(), |form, (key, value)| form.with(key, value));
        let method = if fields.is_empty() { "GET" } else { "POST" };
        let request = Request {
            method: method.into(),
            path: path.into(),
            query: form(query),
            form: Some(form(fields)),
            ..Request::default()
        };
        super::answer(&mut self.state, &self.site, &request, self.now)
    }

    fn code(&mut self, change: &[(&str, &str)]) -> String {
        let answer = self.authorize(change, &[("user", "alerts@contoso.example"), ("action", "approve")]);
        value(&answer, "code")
    }

    /// The AADSTS number, or 0 and tokens.
    fn redeem(&mut self, code: &str, change: &[(&str, &str)]) -> u64 {
        let client_id = self.state.registrations[0].client_id.clone();
        let usual = [
            ("grant_type", "authorization_code"),
            ("client_id", client_id.as_str()),
            ("code", code),
            ("redirect_uri", "http://localhost:8400"),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.ask("/contoso.example/oauth2/v2.0/token", &[], &[change, &usual].concat());
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body.get("access_token").is_some(), answer.status == 200);
        body["error_codes"][0].as_u64().unwrap_or_default()
    }
}

/// A parameter of the redirect.
pub(super) fn value(answer: &Answer, name: &str) -> String {
    let location = answer.location.as_ref().unwrap_or_else(|| panic!("no redirect: {}", answer.body));
    let url = url::Url::parse(location).unwrap();
    let pairs = url::form_urlencoded::parse(url.query().or(url.fragment()).unwrap().as_bytes());
    pairs.into_owned().find(|(key, _)| key == name).unwrap_or_else(|| panic!("no {name} in {location}")).1
}

#[test]
fn the_person_is_led_to_the_redirect_uri() {
    let mut world = World::new();
    assert!(world.authorize(&[], &[]).body.contains("value=\"admin@contoso.example\""));
    let consent = world.authorize(&[], &[("user", "alerts@contoso.example")]);
    assert!(consent.body.contains("<li>SMTP.Send</li>"));
    let answer = world.authorize(&[], &[("user", "alerts@contoso.example"), ("action", "approve")]);
    assert_eq!(answer.status, 302);
    assert!(answer.location.as_ref().unwrap().starts_with("http://localhost:8400/?code="), "a slash is added");
    assert_eq!(value(&answer, "state"), "a b&c");
    assert_eq!(world.redeem(&value(&answer, "code"), &[]), 0);
    let fragment = [("response_mode", "fragment"), ("redirect_uri", "http://localhost")];
    let answer = world.authorize(&fragment, &[("user", "alerts@contoso.example"), ("action", "approve")]);
    assert!(answer.location.unwrap().starts_with("http://localhost/#code="));
}

#[test]
fn errors_go_to_a_registered_uri_and_otherwise_to_a_page() {
    let mut world = World::new();
    for uri in ["http://localhost/", "https://localhost", "http://127.0.0.1", "https://evil.example/", "x"] {
        let answer =
            world.authorize(&[("redirect_uri", uri)], &[("user", "alerts@contoso.example"), ("action", "approve")]);
        assert!(answer.location.is_none() && answer.body.contains("AADSTS50011: The redirect URI"), "{uri}");
    }
    assert!(world.authorize(&[("client_id", "nobody")], &[]).body.contains("AADSTS700016"));
    let error = |answer: &Answer| {
        let description = value(answer, "error_description");
        (value(answer, "error"), description.split(':').next().unwrap().to_owned())
    };
    let silent = world.authorize(&[("prompt", "none")], &[]);
    assert_eq!(error(&silent), ("login_required".to_owned(), "AADSTS50058".to_owned()));
    let typo = world.authorize(&[("scope", "https://outlook.office.com/SMTP.Sends")], &[]);
    assert_eq!(error(&typo).1, "AADSTS650053");
    let declined = world.authorize(&[], &[("user", "alerts@contoso.example"), ("action", "decline")]);
    assert_eq!(error(&declined), ("access_denied".to_owned(), "AADSTS65004".to_owned()));
    assert_eq!(value(&declined, "state"), "a b&c");
}

#[test]
fn a_code_is_good_once_for_who_asked() {
    let mut world = World::new();
    let code = world.code(&[]);
    assert_eq!(world.redeem("x", &[]), 70_000);
    assert_eq!(world.redeem(&code, &[("redirect_uri", "http://localhost:8401")]), 500_112);
    assert_eq!(world.redeem(&code, &[("code_verifier", "wrong")]), 501_481);
    assert_eq!(world.redeem(&code, &[("client_secret", "any")]), 700_025);
    assert_eq!(world.redeem(&code, &[]), 0);
    assert_eq!(world.redeem(&code, &[]), 54_005);
    let code = world.code(&[]);
    world.now += chrono::TimeDelta::minutes(10);
    assert_eq!(world.redeem(&code, &[]), 70_008);
}

#[test]
fn the_platform_says_how_the_client_proves_itself() {
    let mut world = World::new();
    let uri = ("redirect_uri", "https://app.contoso.example/oauth/callback");
    let secret = world.state.registrations[0].secrets[0].value.clone();
    let code = world.code(&[uri]);
    assert_eq!(world.redeem(&code, &[uri]), 7_000_218);
    assert_eq!(world.redeem(&code, &[uri, ("client_secret", "wrong")]), 7_000_215);
    assert_eq!(world.redeem(&code, &[uri, ("client_secret", &secret)]), 0);
    // What began with a secret goes on with it, whatever "Allow public client flows" says.
    let token = world.state.ledger.refresh_tokens[0].token.clone();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    assert_eq!(world.redeem("", &refresh), 7_000_218);
    assert_eq!(world.redeem("", &[&refresh[..], &[("client_secret", &secret)]].concat()), 0);

    let page = Redirect { platform: Platform::SinglePage, uri: "https://spa.contoso.example/".to_owned() };
    world.state.registrations[0].redirects.push(page);
    let uri = ("redirect_uri", "https://spa.contoso.example/");
    let code = world.code(&[uri]);
    assert_eq!(world.redeem(&code, &[uri]), 9_002_327);
}
