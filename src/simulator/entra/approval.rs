//! What the person at the browser does with a user code: signs in as somebody, and accepts or
//! declines. The pages and the control page both end here.

use super::{
    Form,
    discovery::{self, Directory},
    failure::{self, Failure},
    grant_failure, issue, policy,
    scope::Asked,
};
use crate::simulator::{
    Instant,
    ledger::{DeviceRequest, DeviceStage},
    tenant::{AccountTypes, Consenter, Home, Registration, State, User},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Approve,
    Decline,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No request has this code.
    UnknownCode,
    Used,
    Expired,
    /// The authority does not let this person do it; the request may still be pending.
    Person(Failure),
}

impl Refused {
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownCode => 404,
            Self::Used | Self::Expired => 409,
            Self::Person(_) => 403,
        }
    }

    pub fn sentence(&self) -> String {
        match self {
            Self::UnknownCode => grant_failure::device_code_unknown().sentence(),
            Self::Used => grant_failure::user_code_used().sentence(),
            Self::Expired => grant_failure::device_code_expired().sentence(),
            Self::Person(failure) => failure.sentence(),
        }
    }
}

/// The request a user code stands for, while it can still be decided.
pub fn open<'a>(
    state: &'a State,
    user_code: &str,
    now: Instant,
) -> Result<(&'a DeviceRequest, &'a Registration), Refused> {
    let code: String = user_code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let device = state.ledger.devices.iter().rev().find(|device| device.user_code.eq_ignore_ascii_case(&code));
    let device = device.ok_or(Refused::UnknownCode)?;
    if device.stage != DeviceStage::Pending {
        return Err(Refused::Used);
    }
    if now >= device.expires {
        return Err(Refused::Expired);
    }
    state.registration(&device.client_id).map(|app| (device, app)).ok_or(Refused::UnknownCode)
}

/// Who signs in: an account that is kept where the request was sent, and may.
pub fn person<'a>(
    state: &'a State,
    (directory, app): (Directory, &Registration),
    upn: &str,
) -> Result<&'a User, Refused> {
    let known = state.signs_in(upn).filter(|user| directory.serves(user.home));
    if directory == Directory::Consumers {
        return known.ok_or_else(|| Refused::Person(failure::not_a_personal_account()));
    }
    let personal = matches!(app.account_types, AccountTypes::Personal | AccountTypes::Any);
    if let Some(user) = known.filter(|user| user.home == Home::Personal && personal) {
        return Ok(user);
    }
    let domain = upn.rsplit_once('@').map_or("", |(_, domain)| domain.trim());
    let home = Directory::named(state, domain).ok().filter(|home| directory == *home || directory.is_shared());
    let home = home.ok_or_else(|| {
        Refused::Person(failure::user_of_another_tenant(upn, &provider(state, upn), app, directory.display(state)))
    })?;
    let user = known.ok_or_else(|| Refused::Person(failure::user_not_found(upn, home.display(state))))?;
    policy::account(state, user).map_err(Refused::Person)?;
    Ok(user)
}

/// Who keeps this account, as Entra names them.
fn provider(state: &State, upn: &str) -> String {
    match state.signs_in(upn).map(|user| user.home) {
        Some(home @ (Home::Work | Home::Neighbour(_))) => {
            format!("https://sts.windows.net/{}/", discovery::id(state, home))
        }
        Some(Home::Personal) | None => "live.com".to_owned(),
    }
}

/// The person of a page's form. An account picked from the list has a session in this browser; one
/// typed in has to prove itself.
pub fn sign_in<'a>(
    state: &'a State,
    client: (Directory, &Registration),
    upn: &str,
    form: &Form,
) -> Result<&'a User, Refused> {
    let user = person(state, client, upn)?;
    if form.value("typed").is_some() && form.value("password") != Some(user.password.as_str()) {
        return Err(Refused::Person(failure::password_wrong()));
    }
    Ok(user)
}

pub fn decide(state: &mut State, user_code: &str, upn: &str, action: Action, now: Instant) -> Result<(), Refused> {
    let (device, app) = open(state, user_code, now)?;
    let (device_code, asked) = (device.device_code.clone(), device.asked.clone());
    let (directory, app) = (device.directory, app.clone());
    if action == Action::Decline {
        settle(state, &device_code, DeviceStage::Declined);
        return Ok(());
    }
    let user = person(state, (directory, &app), upn)?.clone();
    if state.policy.block_device_code && user.home == Home::Work {
        settle(state, &device_code, DeviceStage::Blocked);
        return Err(Refused::Person(failure::blocked_by_conditional_access()));
    }
    policy::access(state, user.home).map_err(Refused::Person)?;
    consent(state, &app, &user, &asked)?;
    settle(state, &device_code, DeviceStage::Approved(user.upn));
    Ok(())
}

/// Whatever the registration lists: at sign-in the scopes of the request are what is consented to.
pub fn consent(state: &mut State, app: &Registration, user: &User, asked: &Asked) -> Result<(), Refused> {
    policy::app(state, app, user, asked).map_err(Refused::Person)?;
    let missing = issue::missing_consent(state, app, user, asked);
    let allowed = state.policy.user_consent || user.administrator || user.home != Home::Work;
    if !missing.is_empty() && !allowed {
        return Err(Refused::Person(failure::admin_consent_needed(app)));
    }
    let consent = |permission| app.consent(Consenter::User(user.oid.clone()), permission);
    state.consents.extend(missing.iter().map(consent));
    Ok(())
}

fn settle(state: &mut State, device_code: &str, stage: DeviceStage) {
    if let Some(device) = state.ledger.devices.iter_mut().find(|device| device.device_code == device_code) {
        device.stage = stage;
    }
}
