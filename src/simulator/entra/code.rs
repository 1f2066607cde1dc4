//! The authorization-code grant: once, in time, by the client, redirect URI and verifier
//! the code was asked for with. The platform of the redirect URI says how the client proves itself.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use ring::digest::{SHA256, digest};

use super::{
    Answered, Form,
    client::{self, Prover},
    discovery::Directory,
    grant_failure,
    issue::{self, Session},
    scope::{self, Mixed},
};
use crate::simulator::{
    Instant, Site,
    ledger::Proof,
    tenant::{Registration, State},
};

pub fn redeem(
    state: &mut State,
    site: &Site,
    client: (Directory, &Registration),
    (form, origin): (&Form, bool),
    now: Instant,
) -> Answered {
    let (directory, app) = client;
    let presented = client::required(form, "code")?;
    let place = state.ledger.authorization_codes.iter().position(|code| code.code == presented);
    let code = place.and_then(|place| state.ledger.authorization_codes.get(place)).cloned();
    let code = code.filter(|code| code.client_id == app.client_id).ok_or_else(grant_failure::grant_invalid)?;
    // Taken off the registration meanwhile, it has no platform any more.
    let redirect = app.redirect(&code.redirect_uri);
    let redirect = redirect.ok_or_else(|| grant_failure::redirect_not_registered(app, &code.redirect_uri))?;
    let proof = Prover { state, site, app, now }.platform(redirect.platform, origin, form)?;
    if code.directory != directory {
        return Err(grant_failure::other_tenants_code());
    }
    let redirect_uri = form.value("redirect_uri").unwrap_or_default();
    if redirect_uri != code.redirect_uri {
        return Err(grant_failure::redirect_differs(redirect_uri, &code.redirect_uri));
    }
    let hashed = |verifier: &str| BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    if code.challenge.is_none() && proof == Proof::SinglePage {
        return Err(grant_failure::challenge_missing());
    }
    if code.challenge.is_some() && code.challenge != form.value("code_verifier").map(hashed) {
        return Err(grant_failure::verifier_differs());
    }
    if code.redeemed {
        return Err(grant_failure::already_redeemed());
    }
    if code.issued + TimeDelta::seconds(state.policy.code_lifetime) <= now {
        return Err(grant_failure::code_expired());
    }
    if let Some(code) = place.and_then(|place| state.ledger.authorization_codes.get_mut(place)) {
        code.redeemed = true;
    }
    let mut asked = code.asked;
    if let Some(text) = form.value("scope") {
        asked = scope::parse(text, client, &state.tenant.name, Mixed::Refused)?;
    }
    let user = state.user(&code.upn).cloned().ok_or_else(grant_failure::grant_invalid)?;
    let session = Session { app, user: &user, asked: &asked, proof, from_device_code: false, began: None };
    issue::delegated(state, site, &session, now)
}
