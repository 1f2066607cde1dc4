//! The token endpoint: which grant, by which client; then the grant's own checks.

use chrono::TimeDelta;

use super::{
    Answered, Form, Request,
    client::{self, Prover},
    code, device,
    discovery::Directory,
    failure, grant_failure,
    issue::{self, Session},
    person_failure, policy,
    scope::{self, Mixed},
};
use crate::simulator::{
    Instant, Site,
    ledger::Proof,
    tenant::{Home, Registration, Resource, State},
};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub fn answer(state: &mut State, site: &Site, tenant: &str, request: &Request, now: Instant) -> Answered {
    let form = client::form(request)?;
    let directory = Directory::named(state, tenant)?;
    let grant = client::required(&form, "grant_type")?;
    // Clients of the first drafts send the device grant by its short name; Entra takes both.
    let known = [DEVICE_CODE, "device_code", "authorization_code", "refresh_token", "client_credentials", "password"]
        .contains(&grant);
    if !known {
        return Err(failure::unsupported_grant(grant));
    }
    if grant == "client_credentials" && !matches!(directory, Directory::Ours | Directory::Neighbour(_)) {
        return Err(failure::no_tenant_named());
    }
    if grant == "password" && matches!(directory, Directory::Common | Directory::Consumers) {
        return Err(failure::password_not_here());
    }
    let app = client::registration(state, directory, &form)?;
    let had = state.ledger.tokens_since(&app.client_id, now - LOOP);
    if had >= state.policy.most_tokens {
        return Err(person_failure::looping());
    }
    let answer = match grant {
        "refresh_token" => refresh(state, site, (directory, &app), (&form, request.origin), now),
        "authorization_code" => code::redeem(state, site, (directory, &app), (&form, request.origin), now),
        "password" => password(state, site, (directory, &app), &form, now),
        "client_credentials" => application(state, site, (directory, &app), &form, now),
        _ => device::poll(state, site, (directory, &app), &form, now),
    }?;
    state.ledger.keep_token_given(&app.client_id, now);
    Ok(answer)
}

/// What a client is watched over for going round in circles. UNVERIFIED: neither time nor number is documented.
const LOOP: TimeDelta = TimeDelta::minutes(5);

/// What came of a single-page application's sign-in ends with the day, and is not prolonged.
const SINGLE_PAGE_SESSION: TimeDelta = TimeDelta::hours(24);

/// The registration, and the directory it was named in.
type Client<'a> = (Directory, &'a Registration);

fn refresh(
    state: &mut State,
    site: &Site,
    client: Client<'_>,
    (form, origin): (&Form, bool),
    now: Instant,
) -> Answered {
    let (directory, app) = client;
    let presented = client::required(form, "refresh_token")?;
    let old = state.ledger.refresh_tokens.iter().find(|known| known.token == presented).cloned();
    // The client is looked at before the token is.
    let before = old.as_ref().map_or(Proof::Fallback, |old| old.proof);
    let proof = Prover { state, site, app, now }.again(before, origin, form)?;
    let old = old.ok_or_else(grant_failure::grant_invalid)?;
    if old.client_id != app.client_id || (state.policy.one_time_refresh && old.used) {
        return Err(grant_failure::grant_invalid());
    }
    let user = state.user(&old.upn).cloned().ok_or_else(grant_failure::grant_invalid)?;
    if !directory.serves(user.home) {
        return Err(grant_failure::grant_invalid());
    }
    if old.issued < user.tokens_valid_from {
        return Err(grant_failure::grant_revoked(old.issued, user.tokens_valid_from));
    }
    // Its own session's, however often it is renewed.
    if proof == Proof::SinglePage && old.session + SINGLE_PAGE_SESSION <= now {
        return Err(grant_failure::single_page_over());
    }
    if old.issued + TimeDelta::seconds(state.policy.refresh_lifetime) <= now {
        return Err(grant_failure::grant_inactive(old.issued, state.policy.refresh_lifetime));
    }
    policy::again(state, &old, &user, now)?;
    if old.from_device_code && state.policy.block_device_code && user.home == Home::Work {
        return Err(failure::blocked_after_device_code());
    }
    // Without a scope the new token is for what the old one was for.
    let mut asked = match form.value("scope") {
        Some(text) => scope::parse(text, client, &state.tenant.name, Mixed::FirstWins)?,
        None => old.asked,
    };
    // A refresh always brings the next refresh token, whether or not offline_access is said again.
    asked.offline = true;
    let began = Some(old.session);
    let session = Session { app, user: &user, asked: &asked, proof, from_device_code: old.from_device_code, began };
    let answer = issue::delegated(state, site, &session, now)?;
    if let Some(known) = state.ledger.refresh_tokens.iter_mut().find(|known| known.token == presented) {
        known.used = true;
    }
    Ok(answer)
}

/// No page is shown, so nothing can be consented to here: somebody has to have done it before.
fn password(state: &mut State, site: &Site, client: Client<'_>, form: &Form, now: Instant) -> Answered {
    let (directory, app) = client;
    let proof = Prover { state, site, app, now }.fallback(form)?;
    let asked = scope::parse(client::required(form, "scope")?, client, &state.tenant.name, Mixed::Refused)?;
    let (name, password) = (client::required(form, "username")?, client::required(form, "password")?);
    let user = state.user(name).filter(|user| directory.serves(user.home)).cloned();
    let user = user.ok_or_else(|| failure::user_not_found(name, &state.tenant.name))?;
    if user.password != password {
        return Err(failure::password_wrong());
    }
    policy::account(state, &user)?;
    if user.home == Home::Work {
        policy::access(state, user.home)?;
        policy::second_factor(state, None)?;
    }
    let session = Session { app, user: &user, asked: &asked, proof, from_device_code: false, began: None };
    issue::delegated(state, site, &session, now)
}

fn application(state: &mut State, site: &Site, client: Client<'_>, form: &Form, now: Instant) -> Answered {
    let (_, app) = client;
    let proof = Prover { state, site, app, now }.application(form)?;
    let wanted = client::required(form, "scope")?;
    if !wanted.trim().to_ascii_lowercase().ends_with("/.default") || wanted.split_whitespace().count() != 1 {
        return Err(failure::scope_not_default(wanted));
    }
    let asked = scope::parse(wanted, client, &state.tenant.name, Mixed::Refused)?;
    if asked.resource == Resource::Exchange && !state.tenant.exchange {
        return Err(failure::resource_not_found(&asked.audience, &state.tenant.name));
    }
    // Policies for 'workload identities' are over apps.
    policy::access(state, Home::Work)?;
    issue::application(state, site, (app, proof), &asked, now)
}
