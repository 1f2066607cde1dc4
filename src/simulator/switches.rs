//! The settings a tenant's administrator can change while the simulator runs, by name and value: what
//! the control page's forms, and named faults, are written in. It decides no answer.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Instant,
    tenant::{
        AccountTypes, BasicAuth, Consenter, Permission, Platform, Principal, PublicClientFlows, Redirect, Registration,
        Resource, State, Switch,
    },
};

/// Sets one switch; `None` when there is no such switch or value.
///
/// | key | value |
/// |---|---|
/// | `tenant_smtp_auth`, `user_consent`, `block_device_code`, `opaque_tokens`, `one_time_refresh`, `send_from_alias` | `on`, `off` |
/// | `mailbox_smtp_auth` | `ADDRESS:on`, `ADDRESS:off`, `ADDRESS:inherit` |
/// | `upn` | `OLD:NEW`: a user's sign-in name; the addresses stay |
/// | `domain` | `NAME:on`, `NAME:off`: whether the mail domain is the tenant's |
/// | `browser_session` | `UPN`: is signed in at the browser already; `off` |
/// | `browser_declines` | `on`, `off`: what the person chooses there |
/// | `smtp_port` | `open`, `closed` (only before the start) |
/// | `starttls` | `on`, `off`: whether it is offered |
/// | `smtp_certificate` | `own`, `other`: of an authority that nobody was told of |
/// | `mailbox` | `ADDRESS:off`: the licence, and with it the mailbox, is taken away |
/// | `send_as` | `ADDRESS:TRUSTEE`: granted on the address; `ADDRESS:`: nobody may any more |
/// | `account_types` | `work`, `organizations`, `personal`, `any`: which accounts the app is for |
/// | `public_client_flows` | `on`, `off`, or off and noticed later: `poll`, `late` |
/// | `registration` | `on`, `off` (disabled in the tenant) |
/// | `redirect_uris` | `off`: none is registered any more |
/// | `redirect_uri` | `web:URI`, `native:URI`, `spa:URI`: registered under that platform |
/// | `delegated_permission` | `NAME:on`, `NAME:off`: Exchange's, listed; consent is another matter |
/// | `application_permission` | `on`, `off`: whether `SMTP.SendAsApp` is listed; consent is another matter |
/// | `service_principal` | `on`, `off`: whether Exchange knows the application; access is another matter |
/// | `client_id`, `client_secret` | what the registration's really is |
/// | `certificate` | X.509 as base64 of its DER, to add it; `off`: none is registered |
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
        "starttls" => state.submission.starttls = on()?,
        "smtp_port" => state.submission.listening = either(value, "open", "closed")?,
        "smtp_certificate" => state.submission.own_certificate = either(value, "own", "other")?,
        "browser_declines" => state.browser.declines = on()?,
        "browser_session" => browser_session(state, value)?,
        "domain" => domain(state, value)?,
        "upn" => rename(state, value)?,
        "delegated_permission" => delegated_permission(state, value)?,
        "admin_consent" if value == "granted" => state.grant_admin_consent(),
        "admin_consent" if value == "revoked" => state.consents.clear(),
        "service_principal" => service_principal(state, on()?)?,
        "full_access" => full_access(state, on()?)?,
        "application_permission" => application_permission(state, on()?)?,
        "mailbox_smtp_auth" | "mailbox" | "send_as" => mailbox(state, key, value)?,
        _ => registration(state, key, value)?,
    }
    Some(())
}

const YEAR: i64 = 366 * 86_400;

fn revoke(state: &mut State, value: &str, now: Instant) -> Option<()> {
    (value == "revoked").then(|| state.users.iter_mut().for_each(|user| user.tokens_valid_from = now))
}

fn either(value: &str, yes: &str, no: &str) -> Option<bool> {
    if value == yes { Some(true) } else { (value == no).then_some(false) }
}

fn browser_session(state: &mut State, value: &str) -> Option<()> {
    let upn = state.user(value).map(|user| user.upn.clone());
    (upn.is_some() || value == "off").then(|| state.browser.session = upn)
}

fn domain(state: &mut State, value: &str) -> Option<()> {
    let (name, there) = value.split_once(':')?;
    let there = either(there, "on", "off")?;
    let domains = &mut state.tenant.domains;
    domains.retain(|known| !known.eq_ignore_ascii_case(name));
    if there {
        domains.insert(0, name.to_owned());
    }
    Some(())
}

/// A new sign-in name; what names the user by the old one names them by the new.
fn rename(state: &mut State, value: &str) -> Option<()> {
    let (old, new) = value.split_once(':').filter(|(_, new)| new.contains('@'))?;
    let old = state.user(old)?.upn.clone();
    let change = |name: &mut String| {
        if *name == old {
            new.clone_into(name);
        }
    };
    for user in &mut state.users {
        change(&mut user.upn);
        user.mailbox.iter_mut().flat_map(|mailbox| &mut mailbox.send_as).for_each(change);
    }
    state.principals.iter_mut().flat_map(|principal| &mut principal.full_access).for_each(change);
    state.browser.session.iter_mut().for_each(change);
    Some(())
}

/// Listing it grants nothing, and taking it off the list takes back what administrators granted.
fn delegated_permission(state: &mut State, value: &str) -> Option<()> {
    let (name, listed) = value.split_once(':')?;
    let listed = either(listed, "on", "off")?;
    let permission = Permission::new(Resource::Exchange, name);
    let app = state.registrations.first_mut()?;
    app.delegated.retain(|known| *known != permission);
    if listed {
        app.delegated.push(permission);
    } else {
        state.consents.retain(|consent| consent.permission != permission);
    }
    Some(())
}

fn service_principal(state: &mut State, known: bool) -> Option<()> {
    state.principals.clear();
    if known {
        let object_id = state.registrations.first()?.object_id.clone();
        state.principals.push(Principal { object_id, full_access: Vec::new() });
    }
    Some(())
}

/// Listing it grants nothing, and taking it off the list takes back what was granted.
fn application_permission(state: &mut State, listed: bool) -> Option<()> {
    let permission = Permission::new(Resource::Exchange, "SMTP.SendAsApp");
    let app = state.registrations.first_mut()?;
    app.application.retain(|known| *known != permission);
    if listed {
        app.application.push(permission);
    } else {
        state.consents.retain(|consent| consent.by != Consenter::Application || consent.permission != permission);
    }
    Some(())
}

fn redirect_uri(app: &mut Registration, value: &str) -> Option<()> {
    let (platform, uri) = value.split_once(':')?;
    let platform = match platform {
        "web" => Platform::Web,
        "native" => Platform::Native,
        "spa" => Platform::SinglePage,
        _ => return None,
    };
    app.redirects.retain(|redirect| redirect.uri != uri);
    app.redirects.push(Redirect { platform, uri: uri.to_owned() });
    Some(())
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
        ("account_types", "work") => app.account_types = AccountTypes::Work,
        ("account_types", "organizations") => app.account_types = AccountTypes::Organizations,
        ("account_types", "personal") => app.account_types = AccountTypes::Personal,
        ("account_types", "any") => app.account_types = AccountTypes::Any,
        ("registration", "on") => app.enabled = true,
        ("registration", "off") => app.enabled = false,
        ("redirect_uri", _) => redirect_uri(app, value)?,
        ("redirect_uris", "off") => app.redirects.clear(),
        ("certificate", "off") => app.certificates.clear(),
        ("certificate", _) => app.certificates.push(BASE64_STANDARD.decode(value).ok()?),
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
    const EACH: [&str; 61] = [
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
        "upn=alerts@contoso.example:alerts@contoso.onmicrosoft.com",
        "upn=alerts@contoso.onmicrosoft.com:alerts@contoso.example",
        "domain=contoso.example:off",
        "domain=contoso.example:on",
        "browser_session=admin@contoso.example",
        "browser_session=off",
        "browser_declines=on",
        "smtp_port=closed",
        "smtp_port=open",
        "starttls=off",
        "smtp_certificate=other",
        "smtp_certificate=own",
        "delegated_permission=SMTP.Send:off",
        "delegated_permission=SMTP.Send:on",
        "mailbox=admin@contoso.example:off",
        "public_client_flows=on",
        "public_client_flows=off",
        "public_client_flows=poll",
        "public_client_flows=late",
        "account_types=work",
        "account_types=organizations",
        "account_types=personal",
        "account_types=any",
        "registration=off",
        "registration=on",
        "redirect_uris=off",
        "redirect_uri=web:https://a.example/",
        "redirect_uri=native:http://localhost",
        "redirect_uri=spa:https://a.example/",
        "application_permission=on",
        "application_permission=off",
        "service_principal=on",
        "client_id=0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44",
        "client_secret=new",
        "secret_expires=1",
        "certificate=MAA=",
        "certificate=off",
        "admin_consent=granted",
        "admin_consent=revoked",
        "full_access=on",
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
    fn the_application_is_taken_apart_and_put_together_again() {
        let mut state = State::healthy();
        let mut set = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            switch(&mut state, key, value, Instant::UNIX_EPOCH).unwrap();
            let consented = state.consents.iter().any(|consent| consent.by == Consenter::Application);
            (consented, state.principals.first().map(|principal| principal.full_access.len()))
        };
        assert_eq!(set("application_permission=off"), (false, Some(1)));
        assert_eq!(set("application_permission=on"), (false, Some(1)));
        assert_eq!(set("admin_consent=granted"), (true, Some(1)));
        assert_eq!(set("service_principal=off"), (true, None));
        assert_eq!(set("service_principal=on"), (true, Some(0)));
        assert_eq!(set("full_access=on"), (true, Some(1)));
    }

    #[test]
    fn every_switch_is_there_and_takes_no_other_value() {
        let mut state = State::healthy();
        for pair in EACH {
            let (key, value) = pair.split_once('=').unwrap();
            assert!(switch(&mut state, key, value, Instant::UNIX_EPOCH).is_some(), "{pair}");
            if !matches!(key, "client_id" | "client_secret" | "send_as" | "certificate") {
                assert!(switch(&mut state, key, "perhaps", Instant::UNIX_EPOCH).is_none(), "{key}");
            }
        }
        assert!(switch(&mut state, "no_such", "on", Instant::UNIX_EPOCH).is_none());
        assert_eq!((state.policy.token_lifetime, state.clock_ahead), (60, -86_400));
        assert!(state.users[1].mailbox.is_none() && state.principals[0].full_access.is_empty());
    }
}
