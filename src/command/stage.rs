//! The simulated tenant as a product wants it: its app registered as the wizard says, for each way in which somebody may
//! sign in. It is written in the simulator's own switches, which know no product.

use std::collections::BTreeSet;

use crate::{
    facts::{Address, BaseUrl},
    product::{
        self, Product,
        app::{Api, Asked, Audience, Kind, Permission, Platform},
    },
    simulator::{Instant, switches::switch, tenant::State},
};

/// Everything as it should be for this product; without one, for as many as one app can be for.
pub fn state(product: Option<&Product>) -> State {
    let Some(product) = product else { return for_whoever_chooses() };
    let mut state = match () {
        () if product.is_hve() => State::high_volume(),
        () if product.tenant.is_some() => State::personal(),
        () => State::healthy(),
    };
    let secret = state.registrations.first().and_then(|app| app.secrets.first()).map(|secret| secret.value.clone());
    for (key, value) in switches(product, &secret.unwrap_or_default()) {
        let set = switch(&mut state, key, &value, Instant::UNIX_EPOCH);
        debug_assert!(set.is_some(), "{key}={value}");
    }
    // Who signs in consents; where nobody does, an administrator has to have.
    if product.is_hve() {
        state.grant_admin_consent();
    } else {
        state.consent_to_applications();
    }
    state
}

/// The simulator's own app, with the redirect URIs of vendors beside those it has. An address is under one platform: what
/// is there already stays, and a vendor who wants it under the other is served when named at the start.
fn for_whoever_chooses() -> State {
    let mut state = State::healthy();
    for (key, value) in product::all().iter().flat_map(|product| switches(product, "")) {
        let uri = value.split_once(':').map_or("", |(_, uri)| uri);
        let there = state.registrations.iter().flat_map(|app| &app.redirects).any(|redirect| redirect.uri == uri);
        if key == "redirect_uri" && !there {
            let set = switch(&mut state, key, &value, Instant::UNIX_EPOCH);
            debug_assert!(set.is_some(), "{key}={value}");
        }
    }
    state
}

/// What there is a companion for, and a step that says so.
pub fn leave_to_the_person(state: &mut State) {
    for account in state.users.iter_mut().filter_map(|user| user.high_volume.as_mut()) {
        account.apps.clear();
    }
}

/// Where a vendor's users find their product; nobody goes there.
pub fn base() -> Option<BaseUrl> {
    "https://portal.contoso.example/imart".parse().ok()
}

/// Somebody of the same organisation, where the account itself has no mailbox to read a message in.
pub fn reader(product: &Product) -> Option<Address> {
    "alerts@contoso.example".parse().ok().filter(|_| product.is_hve())
}

/// A registration made page by page. Where there is no vendor, it is the simulator's own.
pub fn switches(product: &Product, secret: &str) -> Vec<(&'static str, String)> {
    let app = &product.app;
    if app.redirect.is_none() && app.permissions.is_empty() {
        return Vec::new();
    }
    let base = base().filter(|_| product.base);
    let product_redirect = product.redirect(base.as_ref());
    let asked = |way| Asked {
        way,
        hve: product.is_hve(),
        redirect: Some(product.redirect_here()),
        product_redirect: product_redirect.as_deref(),
    };
    let wanted: Vec<_> = product.ways.iter().map(|way| app.wanted(asked(*way))).collect();
    let audience = match app.audience {
        Audience::Single => "work",
        Audience::Multiple => "organizations",
        Audience::Personal => "personal",
    };
    let public = wanted.iter().any(|wanted| wanted.public_client);
    let mut switches = vec![
        ("registration", "fresh".to_owned()),
        ("account_types", audience.to_owned()),
        ("public_client_flows", if public { "on" } else { "off" }.to_owned()),
    ];
    if wanted.iter().any(|wanted| wanted.secret) {
        switches.push(("client_secret", secret.to_owned()));
    }
    let redirects = wanted.iter().flat_map(|wanted| &wanted.redirects).map(|(platform, uri)| match platform {
        Platform::Web => format!("web:{uri}"),
        Platform::Native => format!("native:{uri}"),
    });
    switches.extend(redirects.collect::<BTreeSet<_>>().into_iter().map(|uri| ("redirect_uri", uri)));
    let permissions = wanted.iter().flat_map(|wanted| &wanted.permissions).map(permission);
    switches.extend(permissions.collect::<BTreeSet<_>>());
    switches
}

fn permission(permission: &Permission) -> (&'static str, String) {
    let key = match permission.kind {
        Kind::Delegated => "delegated_permission",
        Kind::Application => "application_permission",
    };
    let api = match permission.api {
        Api::Graph => "graph/",
        Api::Exchange => "",
    };
    (key, format!("{api}{}:on", permission.name))
}
