//! What a portal's pages of one app can be set to: the first registration's.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::either;
use crate::simulator::tenant::{
    AccountTypes, ClientSecret, Consenter, Implicit, Permission, Platform, PublicClientFlows, Redirect, Registration,
    Resource, State,
};

pub fn switch(state: &mut State, key: &str, value: &str) -> Option<()> {
    match (key, value) {
        ("registration", "fresh") => return fresh(state),
        ("delegated_permission", _) => return delegated_permission(state, value),
        ("application_permission", _) => return application_permission(state, value),
        _ => {}
    }
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
        ("app_added", _) => app.added = either(value, "whole", "halfway")?,
        ("permission_ids", _) => app.mixed_ids = either(value, "mixed", "right")?,
        ("mapped_claims", _) => app.mapped_claims = either(value, "on", "off")?,
        ("assignment_required", _) => app.assignment_required = either(value, "on", "off")?,
        ("redirect_uri", _) => redirect_uri(app, value)?,
        ("redirect_uris", "off") => app.redirects.clear(),
        ("implicit_grant", _) => implicit_grant(app, value)?,
        ("certificate", "off") => app.certificates.clear(),
        ("certificate", _) => app.certificates.push(BASE64_STANDARD.decode(value).ok()?),
        ("client_id", _) if !value.is_empty() => value.clone_into(&mut app.client_id),
        ("client_secret", _) if !value.is_empty() => client_secret(app, value),
        ("client_secrets", "off") => app.secrets.clear(),
        ("new_client_secret", _) if !value.is_empty() => app.secrets.insert(0, made(value, app.secrets.len())),
        ("secret_expires", _) => app.secrets.first_mut()?.expires = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

/// As the portal makes one: for this tenant, and with nothing on any of its pages.
fn fresh(state: &mut State) -> Option<()> {
    let app = state.registrations.first_mut()?;
    *app = Registration {
        client_id: app.client_id.clone(),
        object_id: app.object_id.clone(),
        name: app.name.clone(),
        enabled: true,
        first_party: false,
        added: true,
        mixed_ids: false,
        mapped_claims: false,
        assignment_required: false,
        account_types: AccountTypes::Work,
        public_client_flows: PublicClientFlows::Off,
        redirects: Vec::new(),
        implicit: Implicit::default(),
        secrets: Vec::new(),
        certificates: Vec::new(),
        delegated: Vec::new(),
        application: Vec::new(),
    };
    let object_id = app.object_id.clone();
    state.consents.retain(|consent| consent.app != object_id);
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

fn implicit_grant(app: &mut Registration, value: &str) -> Option<()> {
    let (tokens, ticked) = value.split_once(':')?;
    let ticked = either(ticked, "on", "off")?;
    match tokens {
        "access-tokens" => app.implicit.access_tokens = ticked,
        "id-tokens" => app.implicit.id_tokens = ticked,
        _ => return None,
    }
    Some(())
}

/// In place of the first, or as the first.
fn client_secret(app: &mut Registration, value: &str) {
    match app.secrets.first_mut() {
        Some(secret) => value.clone_into(&mut secret.value),
        None => app.secrets.push(made(value, 0)),
    }
}

/// A new one; those of before stay until somebody deletes them.
/// Beside so many others; each has an ID of its own.
fn made(value: &str, others: usize) -> ClientSecret {
    ClientSecret {
        id: format!("91f3b7c5-0e2d-4a68-9b7c-3d1e5f8a{:04x}", 0x2b77 + others),
        value: value.to_owned(),
        expires: super::FAR,
    }
}

/// Listing it grants nothing, and taking it off the list takes back what administrators granted.
fn delegated_permission(state: &mut State, value: &str) -> Option<()> {
    let (permission, listed) = permission(value)?;
    let app = state.registrations.first_mut()?;
    app.delegated.retain(|known| *known != permission);
    if listed {
        app.delegated.push(permission);
    } else {
        let apps_own = |by: &Consenter| *by == Consenter::Application;
        state.consents.retain(|consent| apps_own(&consent.by) || consent.permission != permission);
    }
    Some(())
}

/// Listing it grants nothing, and taking it off the list takes back what was granted.
fn application_permission(state: &mut State, value: &str) -> Option<()> {
    let named = if value.contains(':') { value.to_owned() } else { format!("SMTP.SendAsApp:{value}") };
    let (permission, listed) = permission(&named)?;
    let app = state.registrations.first_mut()?;
    app.application.retain(|known| *known != permission);
    if listed {
        app.application.push(permission);
    } else {
        state.consents.retain(|consent| consent.by != Consenter::Application || consent.permission != permission);
    }
    Some(())
}

/// `NAME:on`, `graph/NAME:off`.
fn permission(value: &str) -> Option<(Permission, bool)> {
    let (name, listed) = value.split_once(':')?;
    let (resource, name) = match name.strip_prefix("graph/") {
        Some(name) => (Resource::Graph, name),
        None => (Resource::Exchange, name),
    };
    let listed = either(listed, "on", "off")?;
    (!name.is_empty()).then(|| (Permission::new(resource, name), listed))
}
