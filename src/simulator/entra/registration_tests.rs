//! What an app is registered as, and what a request then meets: account types, and redirect URIs of two platforms
//! on one app.

use serde_json::Value;

use super::{
    Answer, Form, Request,
    approval::{self, Action, Refused},
    browser_tests::{CHALLENGE, VERIFIER, value},
    tests::World,
};
use crate::simulator::{switches::switch, tenant::State};

const VENDOR: &str = "https://files.contoso.example/proself/oauth2callback/smtp";
const OURS: &str = "http://localhost:41234/smtp-oauth";
const SCOPE: &str = "https://outlook.office.com/SMTP.Send offline_access";

/// The app of a vendor's guide, with this program's own redirect URI beside the vendor's.
fn world() -> World {
    let mut world = World::new();
    for (key, value) in [
        ("registration", "fresh"),
        ("client_secret", "Sim8Q~new.not_a_secret"),
        ("redirect_uri", &format!("web:{VENDOR}")),
        ("redirect_uri", "native:http://localhost/smtp-oauth"),
        ("redirect_uri", "spa:https://files.contoso.example/app"),
        ("delegated_permission", "Mail.Send:on"),
    ] {
        switch(&mut world.state, key, value, world.now).unwrap();
    }
    world
}

impl World {
    fn sends(&mut self, origin: bool, path: &str, query: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let client_id = self.state.registrations[0].client_id.clone();
        let form = |pairs: &[(&str, &str)]| {
            let form = pairs.iter().fold(Form::default(), |form, (key, value)| form.with(key, value));
            form.with("client_id", &client_id)
        };
        let (query, fields) = (form(query), form(fields));
        let method = "POST".to_owned();
        let request = Request { method, path: path.to_owned(), query, form: Some(fields), basic: None, origin };
        super::answer(&mut self.state, &self.site, &request, self.now)
    }

    /// The code that came to this address.
    fn comes_back(&mut self, directory: &str, redirect_uri: &str, user: &str) -> Result<String, Answer> {
        let query = [
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            ("scope", SCOPE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let path = format!("/{directory}/oauth2/v2.0/authorize");
        let answer = self.sends(false, &path, &query, &[("user", user), ("action", "approve")]);
        if answer.location.is_some() { Ok(value(&answer, "code")) } else { Err(answer) }
    }

    /// Tokens, or the AADSTS number.
    fn tokens(&mut self, origin: bool, directory: &str, fields: &[(&str, &str)]) -> Result<Value, u64> {
        let answer = self.sends(origin, &format!("/{directory}/oauth2/v2.0/token"), &[], fields);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        if answer.status == 200 { Ok(body) } else { Err(body["error_codes"][0].as_u64().unwrap()) }
    }

    fn redeems(&mut self, origin: bool, redirect_uri: &str, secret: Option<&str>) -> Result<Value, u64> {
        let code = self.comes_back("contoso.example", redirect_uri, "alerts@contoso.example").unwrap();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        self.tokens(origin, "contoso.example", &fields)
    }

    fn renews(&mut self, origin: bool, tokens: &Value, secret: Option<&str>) -> Result<Value, u64> {
        let token = tokens["refresh_token"].as_str().unwrap();
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        self.tokens(origin, "contoso.example", &fields)
    }
}

#[test]
fn each_redirect_uri_of_one_app_has_its_own_rule_and_so_has_what_came_of_it() {
    let mut world = world();
    let secret = world.state.registrations[0].secrets[0].value.clone();
    let secret = Some(secret.as_str());
    assert_eq!(world.redeems(false, VENDOR, None), Err(7_000_218));
    assert_eq!(world.redeems(false, OURS, secret), Err(700_025));
    let vendors = world.redeems(false, VENDOR, secret).unwrap();
    let ours = world.redeems(false, OURS, None).unwrap();
    assert_eq!(world.renews(false, &vendors, None), Err(7_000_218));
    assert_eq!(world.renews(false, &ours, secret), Err(700_025));
    // Renewed twice, it is still what it came of.
    let ours = world.renews(false, &ours, None).unwrap();
    assert!(world.renews(false, &ours, None).is_ok());
    assert!(world.renews(false, &vendors, secret).is_ok());
}

#[test]
fn a_path_or_a_host_that_differs_stays_on_a_page() {
    let mut world = world();
    for uri in [
        "http://localhost",
        "http://localhost/smtp-oauth/",
        "http://localhost/Smtp-OAuth",
        "http://127.0.0.1/smtp-oauth",
        "https://files.contoso.example/proself/oauth2callback/smtp/",
        "https://files.contoso.example:8443/proself/oauth2callback/smtp",
    ] {
        let page = world.comes_back("contoso.example", uri, "alerts@contoso.example").unwrap_err();
        assert!(page.body.contains("AADSTS50011: The redirect URI"), "{uri}");
    }
    let code = world.comes_back("contoso.example", VENDOR, "alerts@contoso.example").unwrap();
    switch(&mut world.state, "redirect_uris", "off", world.now).unwrap();
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", VENDOR)];
    assert_eq!(world.tokens(false, "contoso.example", &fields), Err(50_011), "taken away meanwhile");
}

#[test]
fn a_single_page_application_redeems_across_origins_and_for_a_day() {
    let mut world = world();
    let page = "https://files.contoso.example/app";
    assert_eq!(world.redeems(false, page, None), Err(9_002_327));
    assert_eq!(world.redeems(true, VENDOR, Some("x")), Err(9_002_326));
    assert_eq!(world.redeems(true, OURS, None), Err(9_002_326));
    let tokens = world.redeems(true, page, None).unwrap();
    assert_eq!(world.renews(false, &tokens, None), Err(9_002_327));
    world.now += chrono::TimeDelta::hours(23);
    let tokens = world.renews(true, &tokens, None).unwrap();
    world.now += chrono::TimeDelta::hours(1);
    assert_eq!(world.renews(true, &tokens, None), Err(700_084));
}

#[test]
fn accounts_of_another_tenant_sign_in_only_to_an_app_for_every_tenant() {
    let (ours, theirs) = ("alerts@contoso.example", "fred@fabrikam.example");
    let mut world = world();
    let said = |world: &mut World, directory: &str, user: &str| match world.comes_back(directory, OURS, user) {
        Ok(_) => String::new(),
        Err(page) => page.body.split("AADSTS").nth(1).unwrap().split(':').next().unwrap().to_owned(),
    };
    for (directory, user, number) in [
        ("contoso.example", ours, ""),
        ("contoso.example", theirs, "50020"),
        ("fabrikam.example", theirs, "700016"),
        ("organizations", ours, "50194"),
        ("common", ours, "50194"),
    ] {
        assert_eq!(said(&mut world, directory, user), number, "single tenant: {user} at {directory}");
    }
    switch(&mut world.state, "account_types", "organizations", world.now).unwrap();
    for (directory, user, number) in [
        ("contoso.example", ours, ""),
        ("contoso.example", theirs, "50020"),
        ("fabrikam.example", theirs, ""),
        ("fabrikam.example", ours, "50020"),
        ("organizations", ours, ""),
        ("organizations", theirs, ""),
        ("common", ours, ""),
        ("common", "pat@outlook.example", "50020"),
        ("common", "nobody@fabrikam.example", "50034"),
        ("consumers", ours, "9002332"),
    ] {
        assert_eq!(said(&mut world, directory, user), number, "multitenant: {user} at {directory}");
    }
}

#[test]
fn a_token_of_another_tenant_is_another_tenants() {
    let mut world = world();
    switch(&mut world.state, "account_types", "organizations", world.now).unwrap();
    world.state.policy.user_consent = false;
    world.state.grant_admin_consent();
    let code = world.comes_back("organizations", OURS, "fred@fabrikam.example").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", OURS),
        ("code_verifier", VERIFIER),
    ];
    let tokens = world.tokens(false, "organizations", &fields).unwrap();
    let claims = world.site.key.verify(tokens["access_token"].as_str().unwrap()).unwrap();
    assert_eq!(claims["tid"], world.state.neighbours[0].id.as_str());
    assert_eq!(claims["scp"], "SMTP.Send", "what our administrator granted is of no use there");
}

#[test]
fn as_itself_an_app_is_in_no_tenant_that_did_not_consent() {
    let mut world = world();
    switch(&mut world.state, "account_types", "organizations", world.now).unwrap();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_secret", "Sim8Q~new.not_a_secret"),
        ("scope", "https://outlook.office365.com/.default"),
    ];
    assert_eq!(world.tokens(false, "fabrikam.example", &fields), Err(700_016));
    assert_eq!(world.tokens(false, "organizations", &fields), Err(50_059));
    assert!(world.tokens(false, "contoso.example", &fields).is_ok());
}

#[test]
fn an_administrators_consent_to_one_api_is_none_to_the_other() {
    let mut world = world();
    world.state.policy.user_consent = false;
    switch(&mut world.state, "delegated_permission", "graph/SMTP.Send:on", world.now).unwrap();
    world.state.grant_admin_consent();
    let page = world.comes_back("contoso.example", OURS, "alerts@contoso.example").unwrap_err();
    assert!(page.body.contains("AADSTS90094"), "{}", page.body);
    switch(&mut world.state, "delegated_permission", "SMTP.Send:on", world.now).unwrap();
    world.state.grant_admin_consent();
    assert!(world.comes_back("contoso.example", OURS, "alerts@contoso.example").is_ok());
}

#[test]
fn the_boxes_of_implicit_flows_change_nothing_for_a_code() {
    let mut world = world();
    assert!(world.redeems(false, OURS, None).is_ok());
    for boxes in ["access-tokens:on", "id-tokens:on"] {
        switch(&mut world.state, "implicit_grant", boxes, world.now).unwrap();
    }
    assert!(world.redeems(false, OURS, None).is_ok());
}

#[test]
fn an_account_of_high_volume_email_signs_in_by_code_and_by_password() {
    let mut world = World { state: State::high_volume(), ..World::new() };
    let bulk = world.state.users[0].clone();
    let scope = "https://outlook.office.com/.default offline_access";
    let fields =
        [("grant_type", "password"), ("username", bulk.upn.as_str()), ("password", &bulk.password), ("scope", scope)];
    let by_password = world.tokens(false, "contoso.example", &fields).unwrap();
    let codes = world.sends(false, "/contoso.example/oauth2/v2.0/devicecode", &[], &[("scope", scope)]);
    let codes: Value = serde_json::from_str(&codes.body).unwrap();
    let decided =
        approval::decide(&mut world.state, codes["user_code"].as_str().unwrap(), &bulk.upn, Action::Approve, world.now);
    assert_eq!(decided, Ok::<(), Refused>(()));
    let device = codes["device_code"].as_str().unwrap();
    let fields = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", device)];
    let by_code = world.tokens(false, "contoso.example", &fields).unwrap();
    for tokens in [by_password, by_code] {
        let claims = world.site.key.verify(tokens["access_token"].as_str().unwrap()).unwrap();
        assert_eq!((&claims["scp"], &claims["upn"]), (&"Mail.Send".into(), &bulk.upn.as_str().into()));
    }
}
