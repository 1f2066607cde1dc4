//! The client of a request: whether the directory knows it, and whether it proved itself as its
//! registration demands. A secret is looked at before anything the secret would protect.

use super::{
    Form, Request, assertion,
    discovery::Directory,
    failure::{self, Failure},
    grant_failure,
};
use crate::simulator::{
    Instant, Site,
    ledger::Proof,
    tenant::{AccountTypes, Platform, PublicClientFlows, Registration, State},
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
    let itself = form.value("grant_type") == Some("client_credentials");
    let not_found = || failure::application_not_found(client_id, directory.display(state));
    let app = state.registration(client_id).ok_or_else(not_found)?;
    match directory {
        // An app for accounts of any tenant comes to another one with the first consent there; as itself it has none.
        Directory::Neighbour(_) if itself || !for_every_tenant(app) => return Err(not_found()),
        Directory::Consumers => for_consumers(app)?,
        Directory::Common => for_work(app, Some("common"))?,
        Directory::Organizations => for_work(app, Some("organizations"))?,
        Directory::Ours | Directory::Neighbour(_) => for_work(app, None)?,
    }
    if app.enabled { Ok(app.clone()) } else { Err(failure::application_disabled(app)) }
}

fn for_every_tenant(app: &Registration) -> bool {
    matches!(app.account_types, AccountTypes::Organizations | AccountTypes::Any)
}

fn for_consumers(app: &Registration) -> Result<(), Failure> {
    match app.account_types {
        AccountTypes::Personal | AccountTypes::Any => Ok(()),
        AccountTypes::Work | AccountTypes::Organizations => Err(failure::not_for_consumers(app)),
    }
}

/// `shared`: the endpoint's name where it is no tenant's own.
fn for_work(app: &Registration, shared: Option<&str>) -> Result<(), Failure> {
    match (app.account_types, shared) {
        (AccountTypes::Personal, _) => Err(failure::for_consumers_alone(app)),
        (AccountTypes::Work, Some(endpoint)) => Err(failure::not_multi_tenant(app, endpoint)),
        _ => Ok(()),
    }
}

/// What a client may prove itself against.
pub struct Prover<'a> {
    pub state: &'a State,
    pub site: &'a Site,
    pub app: &'a Registration,
    pub now: Instant,
}

impl Prover<'_> {
    /// For a grant without a redirect URI, where the switch says what the client is.
    pub fn fallback(&self, form: &Form) -> Result<Proof, Failure> {
        match (presents(form), self.app.public_client_flows) {
            (true, PublicClientFlows::On) => Err(failure::public_client_sent_secret()),
            (false, PublicClientFlows::On) => Ok(Proof::Fallback),
            (_, _) => self.web(form),
        }
    }

    /// For a redirect URI, as its platform demands. Browsers alone name an origin.
    pub fn platform(&self, platform: Platform, origin: bool, form: &Form) -> Result<Proof, Failure> {
        match (platform, origin) {
            (Platform::Web | Platform::Native, true) => Err(grant_failure::not_across_origins()),
            (Platform::SinglePage, false) => Err(grant_failure::single_page_only()),
            (Platform::Web, false) => self.web(form),
            (Platform::Native, false) if presents(form) => Err(failure::public_client_sent_secret()),
            (Platform::Native, false) => Ok(Proof::Native),
            (Platform::SinglePage, true) => Ok(Proof::SinglePage),
        }
    }

    fn web(&self, form: &Form) -> Result<Proof, Failure> {
        self.confidential(form).unwrap_or_else(|| Err(failure::secret_required()))
    }

    /// For client credentials, which "Allow public client flows" says nothing about.
    pub fn application(&self, form: &Form) -> Result<Proof, Failure> {
        self.confidential(form).unwrap_or_else(|| Err(failure::secret_required_for_application()))
    }

    /// As at the grant the session began with.
    pub fn again(&self, before: Proof, origin: bool, form: &Form) -> Result<Proof, Failure> {
        match before {
            Proof::Fallback => self.fallback(form),
            Proof::Native => self.platform(Platform::Native, origin, form),
            Proof::SinglePage => self.platform(Platform::SinglePage, origin, form),
            Proof::Secret | Proof::Certificate => self.platform(Platform::Web, origin, form),
        }
    }

    fn confidential(&self, form: &Form) -> Option<Result<Proof, Failure>> {
        if let Some(assertion) = form.value("client_assertion") {
            let checked = assertion::check(self.state, self.site, self.app, assertion, self.now);
            return Some(checked.map(|()| Proof::Certificate));
        }
        form.value("client_secret").map(|secret| self.secret(secret))
    }

    fn secret(&self, secret: &str) -> Result<Proof, Failure> {
        let known = self.app.secrets.iter().find(|known| known.value == secret);
        let known = known.ok_or_else(|| failure::secret_wrong(self.app))?;
        if known.expires <= self.now.timestamp() { Err(failure::secret_expired(self.app)) } else { Ok(Proof::Secret) }
    }
}

fn presents(form: &Form) -> bool {
    form.value("client_secret").is_some() || form.value("client_assertion").is_some()
}
