//! `--demo`: the same wizard against a simulator of its own. All it adds is addresses, values to confirm,
//! and someone who does what a person elsewhere would: approves the sign-in, mends what is wrong.

use std::{io, path::Path};

use super::simulate;
use crate::{
    account::{
        Settings,
        settings::{Consent, Endpoints, Smtp},
    },
    entra::wire::{Method, Request},
    phrase::Phrase,
    product::Product,
    secret::Secret,
    simulator::{Announcement, Simulator, faults::Fault, tenant::State},
    wizard::{Companion, When},
};

pub struct Demo {
    /// Runs as long as this value lives.
    _simulator: Simulator,
    pub offer: Offer,
}

/// What the wizard of a demo is given besides.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub suggested: Settings,
    /// Where the fault is in it.
    pub client_secret: Option<Secret>,
    pub companions: Vec<Companion>,
}

impl Demo {
    pub async fn start(fault: Option<&Fault>, product: Option<&Product>) -> io::Result<Self> {
        let personal = product.is_some_and(|product| product.tenant.is_some());
        let simulator = match fault {
            None if personal => Simulator::start(State::personal()).await?,
            _ => simulate::start(fault).await?,
        };
        let offer = offer(simulator.announcement(), fault);
        Ok(Self { _simulator: simulator, offer })
    }
}

/// What somebody was told, right or wrong, and what others can do.
pub fn offer(announced: &Announcement, fault: Option<&Fault>) -> Offer {
    let mut offer = Offer {
        suggested: suggested(announced),
        client_secret: None,
        companions: at_the_browser(announced).into_iter().chain(portal(announced)).collect(),
    };
    if let Some(fault) = fault {
        offer.suggested.product.clone_from(&fault.told.product);
        offer.suggested.sender = fault.told.sender.as_ref().and_then(|sender| sender.parse().ok());
        offer.suggested.scopes.clone_from(&fault.told.scopes);
        offer.client_secret = fault.told.client_secret.as_ref().map(Secret::new);
        offer.companions.extend(repair(announced, fault));
    }
    offer
}

fn suggested(announced: &Announcement) -> Settings {
    Settings {
        user: announced.user.parse().ok(),
        client_id: announced.client_id.parse().ok(),
        // Its faults are a device code's; the person may choose another.
        consent: Some(Consent::DeviceCode),
        smtp: Smtp { host: announced.smtp.host.parse().ok(), port: Some(announced.smtp.port), security: None },
        endpoints: Endpoints {
            authority: announced.authority.parse().ok(),
            ca_file: Some(Path::new(&announced.ca_file).to_owned()),
        },
        ..Settings::default()
    }
}

/// The person at the browser: types the code, or opens the address.
fn at_the_browser(announced: &Announcement) -> [Companion; 2] {
    let user = encoded(&announced.user);
    let companion = |when, done: &str, about: &str| Companion {
        label: Phrase::new("demo.approve").with("user", &announced.user),
        done: Phrase::new(done),
        when,
        request: request(
            announced,
            announced.approve_url.clone(),
            format!("{about}={{{about}}}&user={user}&action=approve"),
        ),
    };
    [
        companion(When::CodeWaits, "demo.approved", "user_code"),
        companion(When::BrowserWaits, "demo.signed-in", "authorize_url"),
    ]
}

/// The portal, where it shows a secret's value, and where it takes a certificate.
fn portal(announced: &Announcement) -> [Companion; 2] {
    let control = |body: &str| request(announced, announced.control_url("state"), body.to_owned());
    let secret = Companion {
        label: Phrase::new("demo.secret"),
        done: Phrase::new("demo.secret-shown").with("value", &announced.client_secret),
        when: When::SecretAsked,
        // Nothing is changed by it.
        request: control("registration=on"),
    };
    let certificate = Companion {
        label: Phrase::new("demo.upload"),
        done: Phrase::new("demo.uploaded"),
        when: When::CertificateRead,
        request: control("certificate={certificate}"),
    };
    [secret, certificate]
}

/// Whoever can mend it: the administrator, or the person at the browser.
fn repair(announced: &Announcement, fault: &Fault) -> Option<Companion> {
    let pair = |pair: &String| pair.split_once('=').map(|(key, value)| format!("{key}={}", encoded(value)));
    let body = fault.repair.iter().filter_map(pair).collect::<Vec<_>>().join("&");
    let done = match &fault.shown {
        Some(value) => Phrase::new("demo.repaired-showing").with("value", value),
        None => Phrase::new("demo.repaired"),
    };
    let request = request(announced, announced.control_url("state"), body);
    (!fault.repair.is_empty()).then_some(Companion {
        label: Phrase::new("demo.repair"),
        done,
        when: When::SomethingFailed,
        request,
    })
}

fn request(announced: &Announcement, url: String, body: String) -> Request {
    Request { method: Method::PostForm(Secret::new(body)), url, trust: Some(Path::new(&announced.ca_file).to_owned()) }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
