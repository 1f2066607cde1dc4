//! The settings a tenant's administrator can change while the simulator runs, by name and value: what
//! the control page's forms, and named faults, are written in. It decides no answer.

mod authority;
mod high_volume;
mod registration;
mod submission;
#[cfg(test)]
mod tests;

use chrono::TimeDelta;

use super::{
    Instant,
    tenant::{BasicAuth, Coming, Mailbox, Principal, State, Switch, Usage},
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
        "send_as_codes" => state.tenant.older_send_as_codes = either(value, "older", "newer")?,
        "later" => later(state, value, now)?,
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
        "browser_declines" => state.browser.declines = on()?,
        "browser_mistypes" => state.browser.mistypes = on()?,
        "browser_session" => browser_session(state, value)?,
        "domain" => domain(state, value)?,
        "upn" => rename(state, value)?,
        "admin_consent" if value == "granted" => state.grant_admin_consent(),
        "admin_consent" if value == "revoked" => state.consents.clear(),
        "service_principal" => service_principal(state, value)?,
        "full_access" => full_access(state, value)?,
        "mailbox_smtp_auth" | "mailbox" | "send_as" | "usage" | "restricted" => mailbox(state, key, value)?,
        "account" | "second_factor" | "conditional_access" | "sign_in_frequency" | "most_tokens" | "exchange"
        | "password_agents" | "authority" | "https_between" => authority::switch(state, key, value, now)?,
        "starttls" => submission::switch(&mut state.submission, key, value)?,
        _ if key.starts_with("smtp_") => submission::switch(&mut state.submission, key, value)?,
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

/// `on` is the registration's own enterprise application, anything else the Object ID of another: of the app's
/// registration, say.
fn service_principal(state: &mut State, value: &str) -> Option<()> {
    let object_id = match value {
        "off" => None,
        "on" => Some(state.registrations.first()?.object_id.clone()),
        other => Some(guid(other)?.to_owned()),
    };
    let known = |object_id| Principal { object_id, full_access: Vec::new(), arrived: true };
    state.principals = object_id.map(known).into_iter().collect();
    Some(())
}

fn guid(text: &str) -> Option<&str> {
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (text.len() == 36 && digits).then_some(text)
}

fn full_access(state: &mut State, value: &str) -> Option<()> {
    let upn = state.users.first()?.upn.clone();
    let principal = state.principals.first_mut()?;
    let access = &mut principal.full_access;
    access.retain(|mailbox| *mailbox != upn);
    match value {
        "off" => {}
        "on" | "at-sign-in" => access.push(upn),
        _ => return None,
    }
    principal.arrived = value != "at-sign-in";
    Some(())
}

/// `SECONDS:KEY=VALUE`. A port does not open by itself.
fn later(state: &mut State, value: &str, now: Instant) -> Option<()> {
    let (seconds, change) = value.split_once(':')?;
    let (key, value) = change.split_once('=').filter(|(key, _)| !matches!(*key, "later" | "smtp_port"))?;
    let seconds =
        seconds.parse().ok().filter(|seconds| (0..=YEAR).contains(seconds)).and_then(TimeDelta::try_seconds)?;
    let at = now.checked_add_signed(seconds)?;
    // It has to be one that can be made, as things are with those before it.
    let mut then = state.clone();
    arrive(&mut then, at);
    switch(&mut then, key, value, at)?;
    if state.coming.len() >= MOST_COMING {
        return None;
    }
    state.coming.push(Coming { at, key: key.to_owned(), value: value.to_owned() });
    Some(())
}

/// A few dozen are more than anybody makes at once.
const MOST_COMING: usize = 64;

/// What was changed before reaches the servers when its time has come.
pub fn arrive(state: &mut State, now: Instant) {
    let (here, coming) = std::mem::take(&mut state.coming).into_iter().partition(|coming: &Coming| coming.at <= now);
    state.coming = coming;
    for change in here {
        // One that is void by now, as its mailbox is gone, is none.
        switch(state, &change.key, &change.value, now);
    }
}

fn mailbox(state: &mut State, key: &str, value: &str) -> Option<()> {
    let (address, value) = value.split_once(':')?;
    if (key, value) == ("mailbox", "on") {
        return licensed(state, address);
    }
    let upn = state.mailbox(address)?.0.upn.clone();
    let user = state.users.iter_mut().find(|user| user.upn == upn)?;
    let mailbox = user.mailbox.as_mut()?;
    match (key, value) {
        ("mailbox_smtp_auth", "on") => mailbox.smtp_auth = Switch::On,
        ("mailbox_smtp_auth", "off") => mailbox.smtp_auth = Switch::Off,
        ("mailbox_smtp_auth", "inherit") => mailbox.smtp_auth = Switch::Inherit,
        ("mailbox", "off") => user.mailbox = None,
        ("usage", _) => usage(&mut mailbox.usage, value)?,
        ("restricted", "on") => mailbox.restricted = true,
        ("restricted", "off") => mailbox.restricted = false,
        ("send_as", "") => mailbox.send_as.clear(),
        ("send_as", trustee) => mailbox.send_as.push(trustee.to_owned()),
        _ => return None,
    }
    Some(())
}

/// As a licence gives it: one that is there already stays.
fn licensed(state: &mut State, upn: &str) -> Option<()> {
    let upn = state.user(upn)?.upn.clone();
    let user = state.users.iter_mut().find(|user| user.upn == upn).filter(|user| user.high_volume.is_none())?;
    user.mailbox.get_or_insert_with(|| Mailbox::new(&[&upn], Switch::On));
    Some(())
}

/// `connections=3`, and so on for what has a limit.
fn usage(usage: &mut Usage, value: &str) -> Option<()> {
    let (what, number) = value.split_once('=')?;
    let number = number.parse().ok()?;
    match what {
        "connections" => usage.connections = number,
        "messages" => usage.messages = number,
        "recipients" => usage.recipients = number,
        "kept" => usage.kept = number,
        _ => return None,
    }
    Some(())
}
