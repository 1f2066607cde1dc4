//! The settings a tenant's administrator can change while the simulator runs, by name and value: what
//! the control page's forms, and named faults, are written in. It decides no answer.

mod authority;
mod high_volume;
mod registration;
#[cfg(test)]
mod tests;

use super::{
    Instant,
    tenant::{BasicAuth, Principal, State, Switch},
};

/// 2099-12-31: a secret that outlives every test.
pub const FAR: i64 = 4_102_358_400;

/// Sets one switch; `None` when there is no such switch or value.
/// The keys and their values are listed in `docs/simulator.md`; a test compares.
pub fn switch(state: &mut State, key: &str, value: &str, now: Instant) -> Option<()> {
    let on = || match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    };
    let seconds = |most: i64| value.parse::<i64>().ok().filter(|seconds| (0..=most).contains(seconds));
    match key {
        "tenant_smtp_auth" => state.tenant.smtp_auth = on()?,
        "mail_send_at_smtp" => state.tenant.mail_send_suffices = on()?,
        "send_from_alias" => state.tenant.send_from_alias = on()?,
        "user_consent" => state.policy.user_consent = on()?,
        "block_device_code" => state.policy.block_device_code = on()?,
        "opaque_tokens" => state.policy.opaque_tokens = on()?,
        "one_time_refresh" => state.policy.one_time_refresh = on()?,
        "token_lifetime" => state.policy.token_lifetime = seconds(YEAR)?,
        "refresh_lifetime" => state.policy.refresh_lifetime = seconds(YEAR)?,
        "device_code_lifetime" => state.policy.device_code_lifetime = seconds(YEAR)?,
        "code_lifetime" => state.policy.code_lifetime = seconds(YEAR)?,
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
        "browser_mistypes" => state.browser.mistypes = on()?,
        "browser_session" => browser_session(state, value)?,
        "domain" => domain(state, value)?,
        "upn" => rename(state, value)?,
        "admin_consent" if value == "granted" => state.grant_admin_consent(),
        "admin_consent" if value == "revoked" => state.consents.clear(),
        "service_principal" => service_principal(state, on()?)?,
        "full_access" => full_access(state, on()?)?,
        "mailbox_smtp_auth" | "mailbox" | "send_as" => mailbox(state, key, value)?,
        "account" | "second_factor" | "conditional_access" | "sign_in_frequency" | "most_tokens" | "exchange"
        | "password_agents" | "authority" | "https_between" => authority::switch(state, key, value, now)?,
        _ if key.starts_with("hve_") => high_volume::switch(state, key, value)?,
        _ => registration::switch(state, key, value)?,
    }
    Some(())
}

const YEAR: i64 = 366 * 86_400;

fn revoke(state: &mut State, value: &str, now: Instant) -> Option<()> {
    match value {
        "revoked" => state.users.iter_mut().for_each(|user| user.tokens_valid_from = now),
        "forgotten" => state.ledger.refresh_tokens.clear(),
        _ => return None,
    }
    Some(())
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

fn service_principal(state: &mut State, known: bool) -> Option<()> {
    state.principals.clear();
    if known {
        let object_id = state.registrations.first()?.object_id.clone();
        state.principals.push(Principal { object_id, full_access: Vec::new() });
    }
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
