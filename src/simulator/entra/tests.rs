//! Stories of sign-ins, in a time that passes when told to.

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::{
    Answer, Form, Request,
    approval::{self, Action, Refused},
};
use crate::simulator::{
    Instant, Site,
    tenant::{AccountTypes, Permission, PublicClientFlows, Resource, State},
};

const EXCHANGE: &str = "https://outlook.office.com/SMTP.Send offline_access openid profile";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A tenant, its authority, and the time there.
pub(super) struct World {
    pub(super) state: State,
    pub(super) site: Site,
    pub(super) now: Instant,
}

impl World {
    pub(super) fn new() -> Self {
        let now = Instant::from_timestamp(1_790_000_000, 0).unwrap();
        Self { state: State::healthy(), site: Site::of_tests(), now }
    }

    fn wait(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().fold(Form::default(), |form, (key, value)| form.with(key, value));
        let request = Request { method: "POST".into(), path: path.into(), form: Some(form), ..Request::default() };
        super::answer(&mut self.state, &self.site, &request, self.now)
    }

    fn client_id(&self) -> String {
        self.state.registrations[0].client_id.clone()
    }

    fn token(&mut self, grant: &str, fields: &[(&str, &str)]) -> Answer {
        let client_id = self.client_id();
        let all = [&[("grant_type", grant), ("client_id", client_id.as_str())], fields].concat();
        self.post("/contoso.example/oauth2/v2.0/token", &all)
    }

    fn request(&mut self, scope: &str) -> Answer {
        let client_id = self.client_id();
        self.post("/contoso.example/oauth2/v2.0/devicecode", &[("client_id", &client_id), ("scope", scope)])
    }

    /// The two codes of a new request.
    fn codes(&mut self) -> (String, String) {
        let answer = self.request(EXCHANGE);
        (text(&answer, "user_code"), text(&answer, "device_code"))
    }

    fn decide(&mut self, code: &str, user: &str, action: Action) -> Result<(), u32> {
        approval::decide(&mut self.state, code, user, action, self.now).map_err(|refused| match refused {
            Refused::Person(failure) => failure.code,
            refused => u32::from(refused.status()),
        })
    }

    fn signed_in(&mut self) -> Answer {
        let (user, device) = self.codes();
        self.decide(&user, "alerts@contoso.example", Action::Approve).unwrap();
        self.token(DEVICE, &[("device_code", &device)])
    }

    fn refresh(&mut self, token: &str, fields: &[(&str, &str)]) -> Answer {
        self.token("refresh_token", &[&[("refresh_token", token)], fields].concat())
    }

    fn claims(&self, answer: &Answer, token: &str) -> Map<String, Value> {
        self.site.key.verify(&text(answer, token)).unwrap()
    }
}

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn text(answer: &Answer, key: &str) -> String {
    body(answer)[key].as_str().unwrap_or_else(|| panic!("no {key} in {}", answer.body)).to_owned()
}

/// The OAuth error and the AADSTS number.
fn refusal(answer: &Answer) -> (String, u64) {
    (text(answer, "error"), body(answer)["error_codes"][0].as_u64().unwrap_or_default())
}

fn refused(error: &str, code: u64) -> (String, u64) {
    (error.to_owned(), code)
}

#[test]
fn an_error_has_the_shape_of_entras() {
    let mut world = World::new();
    let answer = world.post("/nowhere/oauth2/v2.0/token", &[]);
    assert_eq!(answer.status, 400);
    let body = body(&answer);
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    let expected =
        ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"];
    assert_eq!(keys, expected);
    assert_eq!(body["timestamp"], "2026-09-21 14:13:20Z");
    let end = format!(" Correlation ID: {} Timestamp: 2026-09-21 14:13:20Z", body["correlation_id"].as_str().unwrap());
    assert!(text(&answer, "error_description").ends_with(&end));
}

#[test]
fn the_claims_of_an_exchange_token_are_those_of_version_one() {
    let mut world = World::new();
    let answer = world.signed_in();
    let claims = world.claims(&answer, "access_token");
    for (claim, value) in [
        ("aud", "https://outlook.office.com"),
        ("iss", "https://sts.windows.net/5f0b3a52-7c1e-4d0a-9a39-2d3c4e8f6b10/"),
        ("scp", "SMTP.Send"),
        ("upn", "alerts@contoso.example"),
        ("idtyp", "user"),
        ("appidacr", "0"),
        ("ver", "1.0"),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    assert_eq!(claims["exp"], world.now.timestamp() + 3599);
    let id = world.claims(&answer, "id_token");
    assert_eq!((&id["preferred_username"], &id["ver"]), (&"alerts@contoso.example".into(), &"2.0".into()));
    assert!(!id.contains_key("upn"));
}

#[test]
fn tokens_come_only_as_asked_for() {
    let mut world = World::new();
    let answer = world.request("https://outlook.office365.com/SMTP.Send");
    let (user, device) = (text(&answer, "user_code"), text(&answer, "device_code"));
    world.decide(&user.to_lowercase(), "ADMIN@contoso.example", Action::Approve).unwrap();
    let answer = world.token(DEVICE, &[("device_code", &device)]);
    let body = body(&answer);
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none(), "{body}");
    assert_eq!(body["scope"], "https://outlook.office365.com/SMTP.Send");
    assert_eq!(world.claims(&answer, "access_token")["upn"], "admin@contoso.example");
}

#[test]
fn polling_too_fast_is_slowed_down() {
    let mut world = World::new();
    let (_, device) = world.codes();
    let mut poll = |wait| {
        world.wait(wait);
        refusal(&world.token(DEVICE, &[("device_code", &device)])).0
    };
    assert_eq!(poll(0), "authorization_pending");
    assert_eq!(poll(5), "authorization_pending");
    assert_eq!(poll(4), "slow_down");
    assert_eq!(poll(9), "slow_down", "the interval has grown to ten seconds");
    assert_eq!(poll(15), "authorization_pending");
}

#[test]
fn a_device_code_expires_whatever_came_of_it() {
    let mut world = World::new();
    let (user, device) = world.codes();
    world.wait(900);
    assert_eq!(world.decide(&user, "alerts@contoso.example", Action::Approve), Err(409));
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", &device)])), refused("expired_token", 70_019));
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", "x")])), refused("bad_verification_code", 70_018));
}

#[test]
fn public_client_flows_that_are_off_show_when_the_setting_says() {
    let alerts = "alerts@contoso.example";
    let missing_secret = refused("invalid_client", 7_000_218);
    let mut world = World::new();
    world.state.registrations[0].public_client_flows = PublicClientFlows::Off;
    assert_eq!(refusal(&world.request(EXCHANGE)), missing_secret);

    world.state.registrations[0].public_client_flows = PublicClientFlows::OffAtPoll;
    let (_, device) = world.codes();
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", &device)])), missing_secret);

    world.state.registrations[0].public_client_flows = PublicClientFlows::OffLate;
    let (user, device) = world.codes();
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", &device)])).0, "authorization_pending");
    world.decide(&user, alerts, Action::Approve).unwrap();
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", &device)])), missing_secret);
    // Turned on, or with the secret, the same approval still counts.
    let secret = world.state.registrations[0].secrets[0].value.clone();
    assert_eq!(world.token(DEVICE, &[("device_code", &device), ("client_secret", &secret)]).status, 200);
}

#[test]
fn secrets_are_refused_each_in_its_own_way() {
    let mut world = World::new();
    let (id, value) =
        (world.state.registrations[0].secrets[0].id.clone(), world.state.registrations[0].secrets[0].value.clone());
    let scope = ("scope", "https://outlook.office365.com/.default");
    let application =
        |world: &mut World, secret: &str| world.token("client_credentials", &[("client_secret", secret), scope]);
    assert_eq!(refusal(&application(&mut world, &id)), refused("invalid_client", 7_000_215));
    assert_eq!(refusal(&application(&mut world, "")), refused("invalid_client", 7_000_216));
    let answer = application(&mut world, &value);
    let claims = world.claims(&answer, "access_token");
    assert_eq!((&claims["roles"][0], &claims["idtyp"]), (&"SMTP.SendAsApp".into(), &"app".into()));
    assert!(!claims.contains_key("upn") && !claims.contains_key("scp"));
    let (_, device) = world.codes();
    let public = world.token(DEVICE, &[("device_code", &device), ("client_secret", &value)]);
    assert_eq!(refusal(&public), refused("invalid_client", 700_025));
    let named = world.token(
        "client_credentials",
        &[("client_secret", &value), ("scope", "https://outlook.office365.com/SMTP.Send")],
    );
    assert_eq!(refusal(&named), refused("invalid_scope", 1_002_012));

    world.state.consents.clear();
    let without_roles = application(&mut world, &value);
    assert!(!world.claims(&without_roles, "access_token").contains_key("roles"));
    world.state.registrations[0].secrets[0].expires = world.now.timestamp();
    assert_eq!(refusal(&application(&mut world, &value)), refused("invalid_client", 7_000_222));
}

#[test]
fn the_directory_in_the_path_must_know_the_client() {
    let mut world = World::new();
    let client_id = world.client_id();
    let mut ask = |directory: &str, client_id: &str| {
        let fields = [("client_id", client_id), ("scope", EXCHANGE)];
        refusal(&world.post(&format!("/{directory}/oauth2/v2.0/devicecode"), &fields)).1
    };
    assert_eq!(ask("contoso.example", "2c9a7e14-0000-0000-0000-000000000000"), 700_016);
    assert_eq!(ask("fabrikam.example", &client_id), 700_016);
    assert_eq!(ask("oauth2", &client_id), 90_002);
    assert_eq!(ask("common", &client_id), 50_194);
    assert_eq!(ask("consumers", &client_id), 9_002_332);
    world.state.registrations[0].enabled = false;
    assert_eq!(refusal(&world.request(EXCHANGE)), refused("unauthorized_client", 7_000_112));
    assert_eq!(refusal(&world.request("")), refused("unauthorized_client", 7_000_112));
    world.state.registrations[0].enabled = true;
    assert_eq!(refusal(&world.request("")), refused("invalid_request", 900_144));
}

#[test]
fn a_code_belongs_to_the_directory_it_was_asked_of() {
    let mut world = World::new();
    world.state.registrations[0].account_types = AccountTypes::Organizations;
    let client_id = world.client_id();
    let fields = [("client_id", client_id.as_str()), ("scope", EXCHANGE)];
    let device = text(&world.post("/common/oauth2/v2.0/devicecode", &fields), "device_code");
    let elsewhere = world.token(DEVICE, &[("device_code", &device)]);
    assert_eq!(refusal(&elsewhere), refused("invalid_grant", 700_005));
}

#[test]
fn policy_stops_people_and_leaves_the_poll_waiting_or_told() {
    let mut world = World::new();
    let (user, device) = world.codes();
    world.state.policy.user_consent = false;
    assert_eq!(world.decide(&user, "noreply@contoso.example", Action::Approve), Err(50_057));
    assert_eq!(world.decide(&user, "nobody@contoso.example", Action::Approve), Err(50_034));
    assert_eq!(world.decide(&user, "a@fabrikam.example", Action::Approve), Err(50_020));
    assert_eq!(world.decide(&user, "alerts@contoso.example", Action::Approve), Err(90_094));
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", &device)])).0, "authorization_pending");
    world.state.grant_admin_consent();
    world.decide(&user, "alerts@contoso.example", Action::Approve).unwrap();
    world.state.consents.clear();
    let (user, _) = world.codes();
    assert_eq!(world.decide(&user, "admin@contoso.example", Action::Approve), Ok(()), "administrators may");

    let (user, device) = world.codes();
    world.state.policy.block_device_code = true;
    assert_eq!(world.decide(&user, "alerts@contoso.example", Action::Approve), Err(53_003));
    assert_eq!(refusal(&world.token(DEVICE, &[("device_code", &device)])), refused("invalid_grant", 53_003));
}

#[test]
fn admin_consent_covers_what_is_listed_and_users_anything() {
    let mut world = World::new();
    world.state.registrations[0].delegated.retain(|listed| listed.resource == Resource::Graph);
    world.state.grant_admin_consent();
    assert_eq!(world.signed_in().status, 200, "at sign-in the user consents to Exchange's");
    world.state.policy.user_consent = false;
    world.state.consents.clear();
    world.state.grant_admin_consent();
    let (user, _) = world.codes();
    assert_eq!(world.decide(&user, "alerts@contoso.example", Action::Approve), Err(90_094));
}

#[test]
fn a_refresh_token_follows_the_session_it_came_from() {
    let mut world = World::new();
    let token = text(&world.signed_in(), "refresh_token");
    let again = text(&world.refresh(&token, &[]), "refresh_token");
    let graph = world.refresh(&token, &[("scope", "https://graph.microsoft.com/User.Read")]);
    assert_eq!(refusal(&graph), refused("invalid_grant", 65_001));
    assert_eq!(text(&graph, "suberror"), "consent_required");
    let exchange = world.refresh(&token, &[("scope", "https://outlook.office365.com/SMTP.Send User.Read")]);
    assert_eq!(world.claims(&exchange, "access_token")["aud"], "https://outlook.office365.com", "the first wins");
    assert_eq!(refusal(&world.refresh("1.Axyz", &[])), refused("invalid_grant", 70_000));

    world.state.policy.block_device_code = true;
    assert_eq!(refusal(&world.refresh(&again, &[])), refused("invalid_grant", 530_036));
    world.state.policy.block_device_code = false;
    world.wait(90 * 86_400);
    assert_eq!(refusal(&world.refresh(&again, &[])), refused("invalid_grant", 700_082));
}

#[test]
fn revoking_ends_what_was_issued_before() {
    let mut world = World::new();
    let token = text(&world.signed_in(), "refresh_token");
    world.wait(1);
    world.state.users[0].tokens_valid_from = world.now;
    assert_eq!(refusal(&world.refresh(&token, &[])), refused("invalid_grant", 50_173));
    let token = text(&world.signed_in(), "refresh_token");
    assert_eq!(world.refresh(&token, &[]).status, 200);
    world.state.users[0].enabled = false;
    assert_eq!(refusal(&world.refresh(&token, &[])), refused("invalid_grant", 50_057));
}

#[test]
fn with_one_time_rotation_an_old_refresh_token_is_dead() {
    let mut world = World::new();
    world.state.policy.one_time_refresh = true;
    let token = text(&world.signed_in(), "refresh_token");
    let next = text(&world.refresh(&token, &[]), "refresh_token");
    assert_eq!(refusal(&world.refresh(&token, &[])), refused("invalid_grant", 70_000));
    assert_eq!(world.refresh(&next, &[]).status, 200);
}

#[test]
fn default_means_the_listed_permissions() {
    let mut world = World::new();
    world.state.registrations[0].delegated.push(Permission::new(Resource::Exchange, "Mail.Send"));
    let answer = world.request("https://outlook.office.com/.default offline_access");
    world.decide(&text(&answer, "user_code"), "alerts@contoso.example", Action::Approve).unwrap();
    let answer = world.token(DEVICE, &[("device_code", &text(&answer, "device_code"))]);
    assert_eq!(world.claims(&answer, "access_token")["scp"], "SMTP.Send Mail.Send");
}

#[test]
fn a_password_gets_what_was_consented_to_before() {
    let mut world = World::new();
    let alerts = world.state.users[0].clone();
    let with = |password: &str| {
        [("username", alerts.upn.clone()), ("password", password.to_owned()), ("scope", EXCHANGE.to_owned())]
    };
    let ask = |world: &mut World, password: &str| {
        let fields = with(password);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        world.token("password", &fields)
    };
    assert_eq!(refusal(&ask(&mut world, "wrong")), refused("invalid_grant", 50_126));
    assert_eq!(refusal(&ask(&mut world, &alerts.password)), refused("invalid_grant", 65_001));
    world.state.grant_admin_consent();
    assert_eq!(ask(&mut world, &alerts.password).status, 200);
    let common = world.post("/common/oauth2/v2.0/token", &[("grant_type", "password")]);
    assert_eq!(refusal(&common), refused("invalid_request", 9_001_023));
}

#[test]
fn what_is_asked_badly_is_named() {
    let mut world = World::new();
    assert_eq!(refusal(&world.token("implicit", &[])), refused("unsupported_grant_type", 70_003));
    assert_eq!(refusal(&world.token("", &[])), refused("invalid_request", 900_144));
    assert_eq!(refusal(&world.token(DEVICE, &[])), refused("invalid_request", 900_144));
    let garbled = Request { method: "POST".into(), path: "/common/oauth2/v2.0/token".into(), ..Request::default() };
    let answer = super::answer(&mut world.state, &world.site, &garbled, world.now);
    assert_eq!(refusal(&answer), refused("invalid_request", 9_002_313));
}
