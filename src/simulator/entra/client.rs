//! The client of a request: whether the directory knows it, and whether it proved itself as its
//! registration demands. A secret is looked at before anything the secret would protect.

use super::{
    Form, Request,
    discovery::Directory,
    failure::{self, Failure},
};
use crate::simulator::{
    Instant,
    ledger::Proof,
    tenant::{PublicClientFlows, Registration, State},
};

/// The form of a POST, with the client's id and secret in it wherever they were sent.
pub fn form(request: &Request) -> Result<Form, Failure> {
    if request.method != "POST" {
        return Err(failure::wrong_verb(&request.method, "POST"));
    }
    let form = request.form.clone().ok_or_else(failure::malformed)?;
    Ok(match &request.basic {
        Some((id, secret)) => form.with("client_id", id).with("client_secret", secret),
        None => form,
    })
}

pub fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, Failure> {
    form.value(name).ok_or_else(|| failure::missing(name))
}

/// The registration the request names, if this directory has it and it may be used through this path.
pub fn registration(state: &State, directory: Directory, form: &Form) -> Result<Registration, Failure> {
    let client_id = required(form, "client_id")?;
    let not_found = || failure::application_not_found(client_id, directory.display(state));
    let app = state.registration(client_id).ok_or_else(not_found)?;
    match directory {
        Directory::Neighbour(_) => return Err(not_found()),
        Directory::Consumers => return Err(failure::not_for_consumers(app)),
        Directory::Common if !app.multi_tenant => return Err(failure::not_multi_tenant(app, "common")),
        Directory::Organizations if !app.multi_tenant => return Err(failure::not_multi_tenant(app, "organizations")),
        Directory::Ours | Directory::Common | Directory::Organizations => {}
    }
    if app.enabled { Ok(app.clone()) } else { Err(failure::application_disabled(app)) }
}

/// For a grant without a redirect URI, where the switch says what the client is.
pub fn fallback(app: &Registration, form: &Form, now: Instant) -> Result<Proof, Failure> {
    match (form.value("client_secret"), app.public_client_flows) {
        (Some(_), PublicClientFlows::On) => Err(failure::public_client_sent_secret()),
        (Some(secret), _) => check(app, secret, now).map(|()| Proof::Secret),
        (None, PublicClientFlows::On) => Ok(Proof::Fallback),
        (None, _) => Err(failure::secret_required()),
    }
}

/// For a redirect URI of the platform "Mobile and desktop applications".
pub fn native(form: &Form) -> Result<Proof, Failure> {
    let secret = form.value("client_secret");
    if secret.is_some() { Err(failure::public_client_sent_secret()) } else { Ok(Proof::Native) }
}

/// For a redirect URI of the platform "Web".
pub fn web(app: &Registration, form: &Form, now: Instant) -> Result<Proof, Failure> {
    check(app, form.value("client_secret").ok_or_else(failure::secret_required)?, now).map(|()| Proof::Secret)
}

/// As at the grant the session began with.
pub fn again(before: Proof, app: &Registration, form: &Form, now: Instant) -> Result<Proof, Failure> {
    match before {
        Proof::Fallback => fallback(app, form, now),
        Proof::Native => native(form),
        Proof::Secret => web(app, form, now),
    }
}

/// For client credentials, which "Allow public client flows" says nothing about.
pub fn secret(app: &Registration, form: &Form, now: Instant) -> Result<(), Failure> {
    check(app, form.value("client_secret").ok_or_else(failure::secret_required_for_application)?, now)
}

fn check(app: &Registration, secret: &str, now: Instant) -> Result<(), Failure> {
    let known = app.secrets.iter().find(|known| known.value == secret).ok_or_else(|| failure::secret_wrong(app))?;
    if known.expires <= now.timestamp() { Err(failure::secret_expired(app)) } else { Ok(()) }
}
