//! Whether somebody who has said who they are may sign in to this app, and for what. The order of these checks is documented
//! nowhere: UNVERIFIED.

use super::{failure, failure::Failure, grant_failure, person_failure, scope::Asked};
use crate::simulator::{
    Instant,
    ledger::RefreshToken,
    tenant::{Access, Home, Registration, Resource, State, User},
};

/// The account itself, before any policy.
pub fn account(state: &State, user: &User) -> Result<(), Failure> {
    if user.locked {
        return Err(person_failure::locked());
    }
    if !user.enabled {
        return Err(failure::user_disabled());
    }
    let agents = state.tenant.agents || user.home != Home::Work;
    if agents { Ok(()) } else { Err(person_failure::agents_unreachable()) }
}

/// Of Conditional Access, which is over an organisation's own accounts and apps.
pub fn access(state: &State, home: Home) -> Result<(), Failure> {
    match state.policy.access {
        Access::Blocked if home == Home::Work => Err(failure::blocked_by_conditional_access()),
        Access::ManagedDevice if home == Home::Work => Err(person_failure::device_not_managed()),
        _ => Ok(()),
    }
}

/// Whether the app is one for this person, and what it asks for can be had.
pub fn app(state: &State, app: &Registration, user: &User, asked: &Asked) -> Result<(), Failure> {
    if app.assignment_required && user.home == Home::Work {
        return Err(person_failure::not_assigned(app, &user.upn));
    }
    if !app.added {
        return Err(person_failure::half_added(&state.tenant.name));
    }
    let exchange = asked.resource == Resource::Exchange;
    if app.mixed_ids {
        return Err(person_failure::no_such_permission_id(app));
    }
    if app.mapped_claims {
        return Err(person_failure::claims_mapped());
    }
    if exchange && app.first_party {
        return Err(person_failure::not_preauthorized(app));
    }
    if exchange && !state.tenant.exchange && user.home == Home::Work {
        return Err(person_failure::not_subscribed(&state.tenant.name));
    }
    let listed = app.delegated.iter().any(|listed| listed.resource == asked.resource);
    if exchange && asked.default && !listed {
        return Err(person_failure::nothing_listed(app));
    }
    Ok(())
}

/// Whether a sign-in of before still counts.
pub fn again(state: &State, old: &RefreshToken, user: &User, now: Instant) -> Result<(), Failure> {
    account(state, user)?;
    if user.home != Home::Work {
        return Ok(());
    }
    access(state, user.home)?;
    if let Some(seconds) = state.policy.sign_in_frequency
        && (now - old.session).num_seconds() >= seconds
    {
        return Err(grant_failure::sign_in_frequency_over(old.session, seconds));
    }
    second_factor(state, Some(old.session))
}

/// `session`: when somebody signed in at a browser; a password alone shows no second factor.
pub fn second_factor(state: &State, session: Option<Instant>) -> Result<(), Failure> {
    let Some(since) = state.policy.second_factor else { return Ok(()) };
    let shown = session.is_some_and(|session| session >= since);
    if shown { Ok(()) } else { Err(person_failure::second_factor_needed()) }
}
