//! The pages that play people: the one with the browser, and the administrator who changes a
//! setting. Under an unguessable path; every change is one Microsoft's own portals offer, or time.
//!
//! - `POST approve`: `user_code`, `user`, `action=approve|decline`; with `authorize_url` in place of
//!   `user_code`, the same person in the browser flow, and the answer says where the browser is sent
//! - `POST state`: any of the switches of [`switch`], all or none applied
//! - `GET messages`: what was accepted, as JSON

use serde_json::json;

use super::{
    Instant, Site,
    entra::{
        self, Answer, Form, Request,
        approval::{self, Action},
    },
    tenant::{BasicAuth, PublicClientFlows, State, Switch},
};

pub fn answer(state: &mut State, site: &Site, page: &str, request: &Request, now: Instant) -> Answer {
    match (request.method.as_str(), page) {
        ("POST", "/approve") => approve(state, site, request, now),
        ("POST", "/state") => change(state, request, now),
        ("GET", "/messages") => Answer::json(200, &json!(state.ledger.messages)),
        (_, "/approve" | "/state") => Answer::json(405, &json!({"error": "POST only"})),
        (_, "/messages") => Answer::json(405, &json!({"error": "GET only"})),
        _ => Answer::json(404, &json!({"error": "no such control page"})),
    }
}

fn approve(state: &mut State, site: &Site, request: &Request, now: Instant) -> Answer {
    let form = request.form.clone().unwrap_or_default();
    let action = match form.value("action") {
        Some("approve") => Action::Approve,
        Some("decline") => Action::Decline,
        _ => return Answer::json(400, &json!({"error": "action is approve or decline"})),
    };
    let user = form.value("user").unwrap_or_default();
    if action == Action::Approve && user.is_empty() {
        return Answer::json(400, &json!({"error": "user is missing"}));
    }
    if let Some(url) = form.value("authorize_url") {
        return browse(state, site, url, &form, now);
    }
    let Some(code) = form.value("user_code") else {
        return Answer::json(400, &json!({"error": "user_code is missing"}));
    };
    match approval::decide(state, code, user, action, now) {
        Ok(()) => {
            Answer::json(200, &json!({"result": if action == Action::Approve { "approved" } else { "declined" }}))
        }
        Err(refused) => Answer::json(refused.status(), &json!({"error": refused.sentence()})),
    }
}

/// Opens the authorization page, signs in and clicks; follows no redirect.
fn browse(state: &mut State, site: &Site, url: &str, form: &Form, now: Instant) -> Answer {
    let Some(path) = url.strip_prefix(&site.authority) else {
        return Answer::json(400, &json!({"error": "authorize_url is not of this authority"}));
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: Form::parse(query.as_bytes()).unwrap_or_default(),
        form: Some(form.clone()),
        basic: None,
    };
    let answer = entra::answer(state, site, &request, now);
    match answer.location {
        Some(location) => Answer::json(200, &json!({"redirect": location})),
        None => Answer::json(403, &json!({"error": "the browser stays on a page", "page": answer.body})),
    }
}

fn change(state: &mut State, request: &Request, now: Instant) -> Answer {
    let form = request.form.clone().unwrap_or_default();
    let mut changed = state.clone();
    for (key, value) in form.fields() {
        if switch(&mut changed, key, value.trim(), now).is_none() {
            return Answer::json(400, &json!({"error": "no such switch, or not a value of it", "switch": key}));
        }
    }
    *state = changed;
    Answer::json(200, &json!({"changed": form.fields().len()}))
}

/// Sets one switch; `None` when there is no such switch or value.
///
/// | key | value |
/// |---|---|
/// | `tenant_smtp_auth`, `user_consent`, `block_device_code`, `opaque_tokens`, `one_time_refresh`, `send_from_alias` | `on`, `off` |
/// | `mailbox_smtp_auth` | `ADDRESS:on`, `ADDRESS:off`, `ADDRESS:inherit` |
/// | `mailbox` | `ADDRESS:off`: the licence, and with it the mailbox, is taken away |
/// | `send_as` | `ADDRESS:TRUSTEE`: granted on the address; `ADDRESS:`: nobody may any more |
/// | `public_client_flows` | `on`, `off`, or off and noticed later: `poll`, `late` |
/// | `registration` | `on`, `off` (disabled in the tenant) |
/// | `redirect_uris` | `off`: none is registered any more |
/// | `client_id`, `client_secret` | what the registration's really is |
/// | `secret_expires` | Unix seconds |
/// | `admin_consent` | `granted`, `revoked` (all consents, app roles included) |
/// | `full_access` | `on`, `off`: the application's, to the first user's mailbox |
/// | `basic_auth` | `allowed`, `disabled`, `security-defaults` |
/// | `refresh` | `revoked`: every user's sessions, as of now |
/// | `token_lifetime`, `refresh_lifetime`, `device_code_lifetime`, `device_interval`, `clock_ahead` | seconds |
pub fn switch(state: &mut State, key: &str, value: &str, now: Instant) -> Option<()> {
    let on = || match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    };
    let seconds = |most: i64| value.parse::<i64>().ok().filter(|seconds| (0..=most).contains(seconds));
    match key {
        "tenant_smtp_auth" => state.tenant.smtp_auth = on()?,
        "send_from_alias" => state.tenant.send_from_alias = on()?,
        "user_consent" => state.policy.user_consent = on()?,
        "block_device_code" => state.policy.block_device_code = on()?,
        "opaque_tokens" => state.policy.opaque_tokens = on()?,
        "one_time_refresh" => state.policy.one_time_refresh = on()?,
        "token_lifetime" => state.policy.token_lifetime = seconds(YEAR)?,
        "refresh_lifetime" => state.policy.refresh_lifetime = seconds(YEAR)?,
        "device_code_lifetime" => state.policy.device_code_lifetime = seconds(YEAR)?,
        "device_interval" => state.policy.device_interval = seconds(3600)?,
        "clock_ahead" => state.clock_ahead = value.parse().ok().filter(|ahead| (-YEAR..=YEAR).contains(ahead))?,
        "refresh" => revoke(state, value, now)?,
        "basic_auth" => {
            state.tenant.basic_auth = match value {
                "allowed" => BasicAuth::Allowed,
                "disabled" => BasicAuth::Disabled,
                "security-defaults" => BasicAuth::SecurityDefaults,
                _ => return None,
            }
        }
        "admin_consent" if value == "granted" => state.grant_admin_consent(),
        "admin_consent" if value == "revoked" => state.consents.clear(),
        "full_access" => full_access(state, on()?)?,
        "mailbox_smtp_auth" | "mailbox" | "send_as" => mailbox(state, key, value)?,
        _ => registration(state, key, value)?,
    }
    Some(())
}

const YEAR: i64 = 366 * 86_400;

fn revoke(state: &mut State, value: &str, now: Instant) -> Option<()> {
    (value == "revoked").then(|| state.users.iter_mut().for_each(|user| user.tokens_valid_from = now))
}

fn full_access(state: &mut State, granted: bool) -> Option<()> {
    let upn = state.users.first()?.upn.clone();
    let access = &mut state.principals.first_mut()?.full_access;
    access.retain(|mailbox| *mailbox != upn);
    if granted {
        access.push(upn);
    }
    Some(())
}

fn mailbox(state: &mut State, key: &str, value: &str) -> Option<()> {
    let (address, value) = value.split_once(':')?;
    let upn = state.mailbox(address)?.0.upn.clone();
    let user = state.users.iter_mut().find(|user| user.upn == upn)?;
    let mailbox = user.mailbox.as_mut()?;
    match (key, value) {
        ("mailbox_smtp_auth", "on") => mailbox.smtp_auth = Switch::On,
        ("mailbox_smtp_auth", "off") => mailbox.smtp_auth = Switch::Off,
        ("mailbox_smtp_auth", "inherit") => mailbox.smtp_auth = Switch::Inherit,
        ("mailbox", "off") => user.mailbox = None,
        ("send_as", "") => mailbox.send_as.clear(),
        ("send_as", trustee) => mailbox.send_as.push(trustee.to_owned()),
        _ => return None,
    }
    Some(())
}

fn registration(state: &mut State, key: &str, value: &str) -> Option<()> {
    let app = state.registrations.first_mut()?;
    match (key, value) {
        ("public_client_flows", "on") => app.public_client_flows = PublicClientFlows::On,
        ("public_client_flows", "off") => app.public_client_flows = PublicClientFlows::Off,
        ("public_client_flows", "poll") => app.public_client_flows = PublicClientFlows::OffAtPoll,
        ("public_client_flows", "late") => app.public_client_flows = PublicClientFlows::OffLate,
        ("registration", "on") => app.enabled = true,
        ("registration", "off") => app.enabled = false,
        ("redirect_uris", "off") => app.redirects.clear(),
        ("client_id", _) if !value.is_empty() => value.clone_into(&mut app.client_id),
        ("client_secret", _) if !value.is_empty() => value.clone_into(&mut app.secrets.first_mut()?.value),
        ("secret_expires", _) => app.secrets.first_mut()?.expires = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row of the table of [`switch`], with a value of it.
    const EACH: [&str; 34] = [
        "tenant_smtp_auth=on",
        "user_consent=off",
        "block_device_code=on",
        "opaque_tokens=on",
        "one_time_refresh=on",
        "send_from_alias=on",
        "mailbox_smtp_auth=alerts@contoso.example:on",
        "mailbox_smtp_auth=alerts@contoso.example:off",
        "mailbox_smtp_auth=alerts@contoso.example:inherit",
        "send_as=noreply@contoso.example:admin@contoso.example",
        "send_as=noreply@contoso.example:",
        "mailbox=admin@contoso.example:off",
        "public_client_flows=on",
        "public_client_flows=off",
        "public_client_flows=poll",
        "public_client_flows=late",
        "registration=off",
        "registration=on",
        "redirect_uris=off",
        "client_id=0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44",
        "client_secret=new",
        "secret_expires=1",
        "admin_consent=granted",
        "admin_consent=revoked",
        "full_access=off",
        "basic_auth=allowed",
        "basic_auth=disabled",
        "basic_auth=security-defaults",
        "refresh=revoked",
        "token_lifetime=60",
        "refresh_lifetime=0",
        "device_code_lifetime=1",
        "device_interval=0",
        "clock_ahead=-86400",
    ];

    #[test]
    fn every_switch_is_there_and_takes_no_other_value() {
        let mut state = State::healthy();
        for pair in EACH {
            let (key, value) = pair.split_once('=').unwrap();
            assert!(switch(&mut state, key, value, Instant::UNIX_EPOCH).is_some(), "{pair}");
            if !matches!(key, "client_id" | "client_secret" | "send_as") {
                assert!(switch(&mut state, key, "perhaps", Instant::UNIX_EPOCH).is_none(), "{key}");
            }
        }
        assert!(switch(&mut state, "no_such", "on", Instant::UNIX_EPOCH).is_none());
        assert_eq!((state.policy.token_lifetime, state.clock_ahead), (60, -86_400));
        assert!(state.users[1].mailbox.is_none() && state.principals[0].full_access.is_empty());
    }
}
