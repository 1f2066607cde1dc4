//! Personal accounts: their own directory, opaque tokens, and an id_token that alone says who signed in.

use serde_json::Value;

use super::{
    Answer, Form, Request,
    approval::{self, Action, Refused},
    discovery::CONSUMERS,
    tests::World,
};
use crate::simulator::{
    exchange::auth::{self, Denied},
    tenant::{AccountTypes, PublicClientFlows, State},
};

const SCOPE: &str = "https://outlook.office.com/SMTP.Send offline_access openid profile";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const PRIMARY: &str = "pat@outlook.example";
const ALIAS: &str = "pat.person@hotmail.example";

fn world() -> World {
    World { state: State::personal(), ..World::new() }
}

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

impl World {
    fn at(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let client_id = self.state.registrations[0].client_id.clone();
        let form = fields.iter().fold(Form::default(), |form, (key, value)| form.with(key, value));
        let form = form.with("client_id", &client_id);
        let request = Request { method: "POST".into(), path: path.into(), form: Some(form), ..Request::default() };
        super::answer(&mut self.state, &self.site, &request, self.now)
    }

    /// The AADSTS number of a request for a code; 0 where one is given.
    fn asks(&mut self, directory: &str) -> u64 {
        let answer = self.at(&format!("/{directory}/oauth2/v2.0/devicecode"), &[("scope", SCOPE)]);
        body(&answer)["error_codes"][0].as_u64().unwrap_or_default()
    }

    fn signs_in_personally(&mut self, directory: &str, name: &str) -> Answer {
        let codes = body(&self.at(&format!("/{directory}/oauth2/v2.0/devicecode"), &[("scope", SCOPE)]));
        assert!(codes["verification_uri"].as_str().unwrap().ends_with("/link"), "{codes}");
        let user_code = codes["user_code"].as_str().unwrap();
        approval::decide(&mut self.state, user_code, name, Action::Approve, self.now).unwrap();
        let device_code = codes["device_code"].as_str().unwrap();
        let fields = [("grant_type", DEVICE), ("device_code", device_code)];
        self.at(&format!("/{directory}/oauth2/v2.0/token"), &fields)
    }

    fn submits(&self, user: &str, token: &str) -> Result<String, Denied> {
        let blob = format!("user={user}\x01auth=Bearer {token}\x01\x01");
        auth::xoauth2(&self.state, &self.site, blob.as_bytes(), self.now).map(|identity| identity.mailbox)
    }
}

#[test]
fn an_opaque_token_is_the_primary_aliass_whatever_name_was_typed() {
    for (directory, name) in [("consumers", PRIMARY), (CONSUMERS, ALIAS)] {
        let mut world = world();
        let tokens = body(&world.signs_in_personally(directory, name));
        let access = tokens["access_token"].as_str().unwrap();
        assert!(access.starts_with("EwBsim") && !access.contains('.'), "{access}");
        let id = world.site.key.verify(tokens["id_token"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&id["preferred_username"], &id["tid"], &id["ver"]),
            (&PRIMARY.into(), &CONSUMERS.into(), &"2.0".into())
        );
        assert_eq!(tokens["scope"], "https://outlook.office.com/SMTP.Send");
        assert_eq!(world.submits(PRIMARY, access), Ok(PRIMARY.to_owned()));
        assert_eq!(world.submits(ALIAS, access), Err(Denied::Unsuccessful), "another address of the account");
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let renewed = body(&world.at("/consumers/oauth2/v2.0/token", &fields));
        assert_eq!(world.submits(PRIMARY, renewed["access_token"].as_str().unwrap()), Ok(PRIMARY.to_owned()));
        world.state.registrations[0].account_types = AccountTypes::Any;
        let elsewhere = body(&world.at("/contoso.example/oauth2/v2.0/token", &fields));
        assert_eq!(elsewhere["error_codes"][0], 70_000, "a refresh token of another directory");
    }
}

#[test]
fn an_app_is_for_the_accounts_it_is_registered_for() {
    let mut world = world();
    for (types, consumers, common, tenant) in [
        (AccountTypes::Work, 9_002_332, 50_194, 0),
        (AccountTypes::Organizations, 9_002_332, 0, 0),
        (AccountTypes::Personal, 0, 9_002_331, 9_002_331),
        (AccountTypes::Any, 0, 0, 0),
    ] {
        world.state.registrations[0].account_types = types;
        let asked = (world.asks("consumers"), world.asks("common"), world.asks("contoso.example"));
        assert_eq!(asked, (consumers, common, tenant), "{types:?}");
    }
}

#[test]
fn without_public_client_flows_the_app_is_not_marked_as_mobile() {
    let mut world = world();
    for flows in [PublicClientFlows::Off, PublicClientFlows::OffAtPoll, PublicClientFlows::OffLate] {
        world.state.registrations[0].public_client_flows = flows;
        assert_eq!(world.asks("consumers"), 70_002);
    }
}

#[test]
fn neither_a_password_nor_the_app_itself_gets_a_token_there() {
    let mut world = world();
    let password = [("grant_type", "password"), ("scope", SCOPE), ("username", PRIMARY), ("password", "x")];
    assert_eq!(body(&world.at("/consumers/oauth2/v2.0/token", &password))["error_codes"][0], 9_001_023);
    let secret = world.state.registrations[0].secrets[0].value.clone();
    let itself = [
        ("grant_type", "client_credentials"),
        ("scope", "https://outlook.office365.com/.default"),
        ("client_secret", secret.as_str()),
    ];
    assert_eq!(body(&world.at("/consumers/oauth2/v2.0/token", &itself))["error_codes"][0], 50_059);
}

#[test]
fn accounts_sign_in_where_they_are_kept() {
    let mut world = world();
    world.state.registrations[0].account_types = AccountTypes::Any;
    let mut decide = |directory: &str, user: &str| {
        let codes = body(&world.at(&format!("/{directory}/oauth2/v2.0/devicecode"), &[("scope", SCOPE)]));
        let code = codes["user_code"].as_str().unwrap();
        match approval::decide(&mut world.state, code, user, Action::Approve, world.now) {
            Ok(()) => 0,
            Err(Refused::Person(failure)) => failure.code,
            Err(refused) => u32::from(refused.status()),
        }
    };
    assert_eq!(decide("consumers", "alerts@contoso.example"), 500_208);
    assert_eq!(decide("contoso.example", PRIMARY), 50_020);
    assert_eq!((decide("common", PRIMARY), decide("common", "alerts@contoso.example")), (0, 0));
}

#[test]
fn no_organisations_policy_is_over_a_personal_account() {
    let mut world = world();
    (world.state.policy.block_device_code, world.state.policy.user_consent) = (true, false);
    assert_eq!(world.signs_in_personally("consumers", PRIMARY).status, 200);
}
