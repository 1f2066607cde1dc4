//! Probes: what can be asked without any admin right, and what the answer shows. An answer that was
//! not expected shows nothing: "cannot tell", never "failed".

use crate::{
    checklist::{Item, State, steps::Field},
    diagnosis::{self, Cause},
    entra::{
        Certificate, Failure,
        browser::{self, Probed, Prompt},
        device, discovery,
        grant::{self, Credential},
        wire::{Answer, Request},
    },
    facts::{Guid, Host, Tenant},
    network::NetworkFailure,
    phrase::Phrase,
    way::Way,
    wizard::{blame, desk::Desk, effect::Outcome, verdict},
};

/// What a probe showed of the value just typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    Proven(Phrase),
    CannotTell(Phrase),
    /// The item that is wrong, which need not be the one asked about, and what that is put down to.
    Failed(Item, Phrase, Vec<Cause>),
    /// Nothing is shown of this item, but nobody should go on unwarned.
    Obstructed(Item, Phrase),
    /// The authority itself was not heard: how a run ends that cannot wait, and what that is put down to.
    Unheard(Phrase, Outcome, Vec<Cause>),
}

/// The request that tells something about this field, if there is one.
pub fn request(field: Field, desk: &mut Desk, now: i64) -> Option<Request> {
    if matches!(field, Field::RedirectUri | Field::ProductRedirect) {
        return redirect_request(field, desk, now);
    }
    let settings = &desk.draft.settings;
    match field {
        Field::Tenant => {
            let tenant = asked_tenant(desk)?;
            Some(discovery::request(&settings.authority().ok()?, &tenant, &settings.endpoints.ca_file))
        }
        Field::ClientId => {
            let registration = settings.registration(Credential::None).ok()?;
            Some(device::request(&registration, &settings.scopes()))
        }
        Field::ClientSecret => {
            let secret = desk.draft.secrets.client_secret.clone()?;
            let registration = settings.registration(Some(secret)).ok()?;
            grant::client_credentials(&registration, &default_scope(&settings.scopes())?)
        }
        _ => None,
    }
}

fn redirect_request(field: Field, desk: &mut Desk, now: i64) -> Option<Request> {
    let uri = field.value(desk);
    let (verifier, state) = (desk.random("verifier"), desk.random("state"));
    let settings = &desk.draft.settings;
    let registration = settings.registration(Credential::None).ok()?;
    let asked = browser::Asked {
        redirect_uri: Some(uri.as_str()).filter(|uri| !uri.is_empty())?,
        scopes: &settings.scopes(),
        login_hint: settings.user.as_ref(),
        prompt: Prompt::Nothing,
        verifier,
        state,
    };
    browser::probe(&registration, asked, now)
}

/// Whose discovery document is asked for: only the mail domain's own says whose the mailbox is, so an id is
/// compared with that; another domain is asked itself.
fn asked_tenant(desk: &Desk) -> Option<Tenant> {
    let typed = desk.draft.settings.tenant.clone();
    typed.filter(|typed| typed.as_str().parse::<Guid>().is_err()).or_else(|| domain(desk))
}

/// The mail domain stands for the tenant until its id is known.
pub fn domain(desk: &Desk) -> Option<Tenant> {
    desk.draft.settings.user.as_ref()?.domain().parse().ok()
}

/// An app signs in as itself for `{resource}/.default` only (AADSTS1002012, AADSTS70011).
fn default_scope(scopes: &[String]) -> Option<String> {
    let scope = scopes.iter().find(|scope| scope.contains("://"))?;
    let (resource, _) = scope.rsplit_once('/')?;
    Some(format!("{resource}/.default"))
}

/// The item that a probe of this field is about.
pub fn item(field: Field) -> Option<Item> {
    match field {
        Field::Tenant => Some(Item::Tenant),
        Field::ClientId => Some(Item::ClientId),
        Field::RedirectUri => Some(Item::RedirectUri),
        // The product's own is an item of its own.
        Field::ProductRedirect => Item::product_redirect(),
        Field::ClientSecret => Some(Item::ClientSecret),
        _ => None,
    }
}

/// What the answer shows of a value just typed; a tenant that it names is kept.
pub fn judge(field: Field, desk: &mut Desk, outcome: Result<Answer, NetworkFailure>, now: i64) -> Judgement {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(failure) => {
            let causes = blame::unreachable(desk, &failure);
            return Judgement::Failed(Item::Network, verdict::unreachable(&failure), causes);
        }
    };
    let (judgement, tenant) = shown(field, desk, &answer, now);
    if let Some(id) = tenant {
        desk.change(|desk| desk.draft.settings.tenant = id.as_str().parse().ok());
    }
    judgement
}

/// The same of a value that is settled: no setting is changed by it. The tenant that is named comes beside it.
pub fn shown(field: Field, desk: &mut Desk, answer: &Answer, now: i64) -> (Judgement, Option<Guid>) {
    match field {
        Field::Tenant => tenant(desk, answer),
        Field::ClientId => (client_id(desk, answer, now), None),
        Field::RedirectUri | Field::ProductRedirect => (redirect_uri(field, desk, answer), None),
        _ => (client_secret(desk, answer, now), None),
    }
}

/// What discovery says of the mail domain, or of another name that was typed for the tenant.
fn tenant(desk: &Desk, answer: &Answer) -> (Judgement, Option<Guid>) {
    let (typed, domain) = (desk.draft.settings.tenant.clone(), domain(desk));
    let typed_id = typed.as_ref().and_then(|typed| typed.as_str().parse::<Guid>().ok());
    let by_domain = asked_tenant(desk) == domain;
    let phrase = |key: &str, id: &dyn ToString| {
        let domain = domain.as_ref().map(ToString::to_string).unwrap_or_default();
        Phrase::new(key).with("domain", domain).with("tenant", id.to_string())
    };
    let judgement = match discovery::read(answer) {
        Ok(found) => match (found.tenant, typed_id) {
            (Some(id), Some(typed)) if id != typed => {
                Judgement::Obstructed(Item::Tenant, phrase("evidence.tenant-other", &id).with("typed", typed))
            }
            (Some(id), _) => {
                let judgement = match found.instance.filter(|instance| is_another_cloud(desk, instance)) {
                    Some(instance) => {
                        let other = phrase("evidence.tenant-other-cloud", &id).with("instance", instance);
                        Judgement::Obstructed(Item::Tenant, other)
                    }
                    None if by_domain => Judgement::Proven(phrase("evidence.tenant-found", &id)),
                    None => Judgement::CannotTell(phrase("evidence.tenant-exists", &id)),
                };
                return (judgement, Some(id));
            }
            (None, _) => Judgement::CannotTell(Phrase::new("evidence.tenant-unnamed").with("issuer", found.issuer)),
        },
        // The mail domain is unknown there, which says nothing of an id that was typed.
        Err(failure) if failure.has_code(90002) && typed_id.is_some() => {
            Judgement::CannotTell(phrase("evidence.tenant-unconfirmed", &""))
        }
        Err(failure) if failure.has_code(90002) => {
            let causes = blame::refusal(desk, &failure, Way::DeviceCode.flow());
            let unknown = Phrase::new("evidence.tenant-unknown").with("summary", failure.summary());
            Judgement::Failed(Item::Tenant, unknown, causes)
        }
        // Discovery is Entra's manner; another authority need not have it.
        Err(failure) if failure.status == 404 && !desk.draft.settings.cloud().is_microsoft() => {
            Judgement::CannotTell(Phrase::new("evidence.no-discovery"))
        }
        Err(failure) => unexpected(desk, &failure, Way::DeviceCode.flow()),
    };
    (judgement, None)
}

/// Whether the directory says that the tenant is at home elsewhere. That the name is always there is not documented.
fn is_another_cloud(desk: &Desk, instance: &Host) -> bool {
    let settings = &desk.draft.settings;
    let home = settings.cloud().addresses().filter(|_| settings.endpoints.authority.is_none());
    home.is_some_and(|addresses| !addresses.authority.as_str().ends_with(&format!(".{instance}")))
}

fn client_id(desk: &mut Desk, answer: &Answer, now: i64) -> Judgement {
    match device::read(answer, now) {
        Ok(_) => Judgement::Proven(Phrase::new("evidence.client-known")),
        // Said of an app that was found; the switch is a step of its own. The second is personal accounts' word for it.
        Err(failure) if failure.has_code(7_000_218) || failure.has_code(70_002) => {
            // Off is as it should be where no way needs it, or not the one taken.
            let needed = desk.product().ways.iter().any(|way| matches!(way, Way::DeviceCode | Way::Password));
            if needed && desk.draft.checklist.state(Item::PublicClient) != State::NotNeeded {
                let phrase = Phrase::new("evidence.public-client-off").with("summary", failure.summary());
                desk.draft.checklist.fail(Item::PublicClient, phrase);
            }
            Judgement::Proven(Phrase::new("evidence.client-known-confidential"))
        }
        Err(failure) => refused(desk, &[Item::ClientId, Item::Tenant], &failure, Way::DeviceCode.flow()),
    }
}

fn redirect_uri(field: Field, desk: &Desk, answer: &Answer) -> Judgement {
    let uri = field.value(desk);
    let item = item(field).unwrap_or(Item::RedirectUri);
    match browser::probed(answer, &uri) {
        Probed::Registered => Judgement::Proven(Phrase::new("evidence.redirect-known").with("uri", uri)),
        Probed::Unregistered(failure) => {
            let causes = blame::refusal(desk, &failure, Way::Loopback.flow());
            let codes: Vec<String> = failure.codes.iter().map(|code| format!("AADSTS{code}")).collect();
            let summary = if codes.is_empty() { failure.summary() } else { codes.join(" ") };
            let unknown = Phrase::new("evidence.redirect-unknown").with("uri", uri).with("summary", summary);
            Judgement::Failed(item, unknown, causes)
        }
        // A sign-in page, most of the time.
        Probed::Untold(failure) => match verdict::obstacle(&failure) {
            Some(_) if failure.status >= 400 => unexpected(desk, &failure, Way::Loopback.flow()),
            _ => Judgement::CannotTell(Phrase::new("evidence.redirect-untold").with("uri", uri)),
        },
    }
}

fn client_secret(desk: &Desk, answer: &Answer, now: i64) -> Judgement {
    match grant::read(answer, now) {
        Ok(_) => Judgement::Proven(Phrase::new("evidence.secret-accepted")),
        Err(failure) => refused(desk, &[Item::ClientSecret], &failure, Way::Secret.flow()),
    }
}

/// A refusal speaks against an item only where its cause is likely, and the item one of those that were asked about.
pub fn refused(desk: &Desk, items: &[Item], failure: &Failure, flow: &str) -> Judgement {
    let causes = blame::refusal(desk, failure, flow);
    match diagnosis::likely(&causes).map(|cause| cause.item).filter(|item| items.contains(item)) {
        Some(item) => {
            let evidence = Phrase::new("evidence.refused-by-authority").with("summary", failure.summary());
            Judgement::Failed(item, evidence, causes)
        }
        None => unexpected(desk, failure, flow),
    }
}

/// `flow` is the request's.
fn unexpected(desk: &Desk, failure: &Failure, flow: &str) -> Judgement {
    match verdict::obstacle(failure) {
        _ if failure.is_passing() => {
            let later = Phrase::new("consent.later").with("summary", failure.summary());
            Judgement::Unheard(later, Outcome::Temporary, blame::refusal(desk, failure, flow))
        }
        Some(obstacle) => Judgement::Unheard(obstacle, Outcome::Unreachable, blame::refusal(desk, failure, flow)),
        None => Judgement::CannotTell(Phrase::new("evidence.unexpected").with("summary", failure.summary())),
    }
}

/// What the files hold; whether the app knows this certificate shows only with the first token.
pub fn certificate(desk: &mut Desk, certificate: Certificate) -> Judgement {
    let shown = certificate.shown().clone();
    let until = chrono::DateTime::from_timestamp(shown.not_after, 0).map(|at| at.date_naive().to_string());
    let phrase = Phrase::new("evidence.certificate")
        .with("subject", &shown.subject)
        .with("until", until.unwrap_or_default())
        .with("thumbprint", shown.thumbprint());
    desk.certificate = Some(certificate);
    Judgement::CannotTell(phrase)
}
