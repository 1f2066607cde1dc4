//! High Volume Email: who may submit there, as what and to whom. It shares its dialogue with Exchange's other
//! service, not its accounts, its permission or its rules. Microsoft documents codes and few of the texts; in what
//! order they are checked it does not say.

use serde_json::{Map, Value};

use super::auth::{self, Denied, Identity};
use crate::simulator::{
    Instant, Site,
    entra::{discovery, scope},
    tenant::{BasicAuth, HighVolumeAccount, Resource, State, User},
};

/// What a token must name, of the account or of the app.
const PERMISSION: &str = "Mail.Send";

/// A message's recipients; further ones are refused. UNVERIFIED how.
pub const MOST_RECIPIENTS: usize = 50;

/// Ten megabytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

pub fn xoauth2(state: &State, site: &Site, blob: &[u8], now: Instant) -> Result<Identity, Denied> {
    let (named, token) = auth::parts(blob).ok_or(Denied::Malformed)?;
    let claims = auth::claims(state, site, token).ok_or(Denied::Unsuccessful)?;
    let number = |claim: &str| claims.get(claim).and_then(Value::as_i64).unwrap_or_default();
    let left = number("exp") - now.timestamp();
    if left <= 0 {
        return Err(older(state, Denied::Unsuccessful, Denied::Expired));
    }
    if left < state.high_volume.min_life {
        return Err(older(state, Denied::ExpiresSoonOlder, Denied::ExpiresSoon));
    }
    let (user, account) = account(state, named)?;
    // UNVERIFIED what an audience or a tenant that is not this service's is answered with.
    if scope::resource(text(&claims, "aud")) != Some(Resource::Exchange)
        || text(&claims, "tid") != discovery::id(state, user.home)
        || number("nbf") > now.timestamp()
    {
        return Err(Denied::Unsuccessful);
    }
    let delegated = claims.contains_key("scp");
    if delegated && !text(&claims, "upn").eq_ignore_ascii_case(&user.upn) {
        return Err(Denied::Unsuccessful);
    }
    let roles = claims.get("roles").and_then(Value::as_array);
    let allowed = match delegated {
        true => text(&claims, "scp").split(' ').any(|scope| scope == PERMISSION),
        false => roles.is_some_and(|roles| roles.iter().any(|role| role == PERMISSION)),
    };
    if !allowed {
        return Err(older(state, Denied::Unsuccessful, Denied::Permissions));
    }
    // One integrator says that the list counts for apps that sign in as themselves alone; Microsoft's page of
    // Add-HVEAppAccess makes no difference.
    let app = state.registration(text(&claims, "appid")).map(|app| app.object_id.as_str()).unwrap_or_default();
    if !account.apps.iter().any(|listed| listed.eq_ignore_ascii_case(app)) {
        return Err(Denied::AppNotAllowed);
    }
    billed(state, user)
}

/// A password, until September 2028; security defaults and the organisation's policy still decide.
pub fn login(state: &State, name: &str, password: &str) -> Result<Identity, Denied> {
    if state.tenant.basic_auth != BasicAuth::Allowed {
        return Err(Denied::Organisation);
    }
    let (user, _) = account(state, name)?;
    if user.enabled && user.password == password { billed(state, user) } else { Err(Denied::Unsuccessful) }
}

/// The account of this address, which has to be one of this service's own.
fn account<'a>(state: &'a State, name: &str) -> Result<(&'a User, &'a HighVolumeAccount), Denied> {
    let user = state.user(name);
    user.and_then(|user| Some((user, user.high_volume.as_ref()?))).ok_or(Denied::NotHighVolume)
}

/// UNVERIFIED what an account is answered whose billing policy is missing or no longer valid.
fn billed(state: &State, user: &User) -> Result<Identity, Denied> {
    let identity = Identity { mailbox: user.upn.clone(), trustee: user.upn.clone() };
    if state.high_volume.billing { Ok(identity) } else { Err(Denied::Unsuccessful) }
}

fn older(state: &State, older: Denied, newer: Denied) -> Denied {
    if state.high_volume.older_codes { older } else { newer }
}

/// To MAIL FROM. The text is UNVERIFIED, the code is not.
pub fn sender(identity: &Identity, address: &str) -> Result<(), &'static str> {
    let own = address.eq_ignore_ascii_case(&identity.mailbox);
    own.then_some(()).ok_or("550 5.7.62 MAIL FROM is not the address of the High Volume Email account.")
}

/// To RCPT TO: inside the tenant alone. UNVERIFIED whether it is said here or after DATA.
pub fn recipient(state: &State, address: &str) -> Result<(), &'static str> {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let inside = state.tenant.domains.iter().any(|ours| ours.eq_ignore_ascii_case(domain));
    let taken = inside || state.high_volume.external;
    taken.then_some(()).ok_or("550 5.5.105 External sending is not supported for High Volume Email accounts.")
}

/// To the end of DATA: the header's sender is the account's address as well. The text is UNVERIFIED.
pub fn author(identity: &Identity, from: &str) -> Result<(), &'static str> {
    let own = from.eq_ignore_ascii_case(&identity.mailbox);
    own.then_some(()).ok_or("550 5.6.241 The From header is not the address of the High Volume Email account.")
}

fn text<'a>(claims: &'a Map<String, Value>, claim: &str) -> &'a str {
    claims.get(claim).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_790_000_000;
    const ACCOUNT: &str = "bulk@contoso.example";

    /// AUTH as `user` with a good token of the app's own, changed by `change`.
    fn outcome(state: &State, user: &str, change: impl FnOnce(&mut Value)) -> Result<Identity, Denied> {
        let site = Site::of_tests();
        let app = &state.registrations[0];
        let mut claims = json!({
            "aud": "https://outlook.office.com", "tid": state.tenant.id, "nbf": NOW - 300, "exp": NOW + 3599,
            "roles": ["Mail.Send"], "appid": app.client_id, "oid": app.object_id,
        });
        change(&mut claims);
        let blob = format!("user={user}\x01auth=Bearer {}\x01\x01", site.key.sign(&claims).unwrap());
        xoauth2(state, &site, blob.as_bytes(), Instant::from_timestamp(NOW, 0).unwrap())
    }

    fn signed_in(claims: &mut Value) {
        claims.as_object_mut().unwrap().remove("roles");
        claims["scp"] = json!("Mail.Send");
        claims["upn"] = json!("Bulk@contoso.example");
    }

    #[test]
    fn the_account_or_the_app_submits() {
        let state = State::high_volume();
        assert_eq!(outcome(&state, "BULK@contoso.example", |_| {}).unwrap().mailbox, ACCOUNT);
        assert_eq!(outcome(&state, ACCOUNT, signed_in).unwrap().mailbox, ACCOUNT);
    }

    #[test]
    fn each_refusal_has_its_code() {
        let state = State::high_volume();
        let cases: [(&str, Value, Denied); 8] = [
            ("exp", json!(NOW), Denied::Expired),
            ("exp", json!(NOW + 599), Denied::ExpiresSoon),
            ("aud", json!("https://graph.microsoft.com"), Denied::Unsuccessful),
            ("tid", json!("b1d7e6f4-3a2c-4c58-8e9b-70a1f2e3d499"), Denied::Unsuccessful),
            ("nbf", json!(NOW + 1), Denied::Unsuccessful),
            ("roles", json!(["SMTP.SendAsApp"]), Denied::Permissions),
            ("roles", json!([]), Denied::Permissions),
            ("appid", json!("0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44"), Denied::AppNotAllowed),
        ];
        for (claim, value, denied) in cases {
            assert_eq!(
                outcome(&state, ACCOUNT, |claims| claims[claim] = value.clone()),
                Err(denied),
                "{claim} {value}"
            );
        }
        for (claim, value, denied) in
            [("scp", "SMTP.Send", Denied::Permissions), ("upn", "alerts@contoso.example", Denied::Unsuccessful)]
        {
            let wrong = |claims: &mut Value| {
                signed_in(claims);
                claims[claim] = json!(value);
            };
            assert_eq!(outcome(&state, ACCOUNT, wrong), Err(denied), "{claim} {value}");
        }
        assert_eq!(outcome(&state, "alerts@contoso.example", |_| {}), Err(Denied::NotHighVolume));
        let capital = xoauth2(&state, &Site::of_tests(), b"user=a\x01Auth=Bearer t\x01\x01", Instant::UNIX_EPOCH);
        assert_eq!(capital, Err(Denied::Malformed));
    }

    #[test]
    fn codes_of_before_are_kept_for_who_asks() {
        let mut state = State::high_volume();
        state.high_volume.older_codes = true;
        let refused =
            |claim: &str, value: Value| outcome(&state, ACCOUNT, |claims| claims[claim] = value).unwrap_err().text();
        assert_eq!(refused("exp", json!(NOW + 9)), "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon");
        assert_eq!(refused("roles", json!([])), "535 5.7.3 Authentication unsuccessful");
    }

    #[test]
    fn the_list_holds_object_ids_of_enterprise_applications() {
        let mut state = State::high_volume();
        let client_id = state.registrations[0].client_id.clone();
        let bulk = state.users.iter_mut().find(|user| user.upn == ACCOUNT).unwrap();
        bulk.high_volume = Some(HighVolumeAccount { apps: vec![client_id] });
        assert_eq!(outcome(&state, ACCOUNT, |_| {}), Err(Denied::AppNotAllowed));
    }

    #[test]
    fn nothing_goes_without_billing_and_a_password_only_where_it_may() {
        let mut state = State::high_volume();
        let password = state.user(ACCOUNT).unwrap().password.clone();
        assert_eq!(login(&state, ACCOUNT, &password), Err(Denied::Organisation));
        state.tenant.basic_auth = BasicAuth::Allowed;
        assert!(login(&state, ACCOUNT, &password).is_ok());
        assert_eq!(login(&state, ACCOUNT, "wrong"), Err(Denied::Unsuccessful));
        state.high_volume.billing = false;
        assert_eq!(login(&state, ACCOUNT, &password), Err(Denied::Unsuccessful));
        assert_eq!(outcome(&state, ACCOUNT, |_| {}), Err(Denied::Unsuccessful));
    }
}
