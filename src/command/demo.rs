//! `--demo`: the same wizard against a simulator of its own. All it adds is addresses, values to confirm,
//! and someone who does what a person elsewhere would: approves the sign-in, mends what is wrong.

use std::{io, path::Path};

use super::{simulate, stage};
use crate::{
    account::{
        Settings,
        settings::{Endpoints, Smtp},
    },
    diagnosis::cause,
    entra::wire::{Method, Request},
    facts::{Address, Security},
    phrase::Phrase,
    product::{self, Product},
    secret::Secret,
    simulator::{
        Announcement, Simulator,
        faults::{self, Fault},
    },
    way::Way,
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
    /// Where the fault is in it, or the way needs it.
    pub client_secret: Option<Secret>,
    pub password: Option<Secret>,
    /// To whom the message of the test is proposed to go.
    pub recipient: Option<Address>,
    pub companions: Vec<Companion>,
}

impl Demo {
    /// `alone`: nobody is there who would ask the portal for something, or read a secret off it.
    pub async fn start(fault: Option<&'static Fault>, product: Option<&Product>, alone: bool) -> io::Result<Self> {
        let product = product.or(fault.and_then(told));
        let mut state = stage::state(product);
        if !alone && fault.is_none() {
            stage::leave_to_the_person(&mut state);
        }
        let simulator = simulate::start(state, fault).await?;
        let offer = offer(simulator.announcement(), fault, product, alone);
        Ok(Self { _simulator: simulator, offer })
    }
}

/// The product that a fault is one of.
pub fn told(fault: &Fault) -> Option<&'static Product> {
    product::find(fault.told.product.as_deref()?)
}

/// Demos that go by what was done there, and the cause that it is.
const BY_WHAT_WAS_DONE: [(&str, &str); 2] =
    [("account_locked", "account_cannot_sign_in"), ("sign_in_frequency", "refresh_token_revoked")];

/// The demos in which a cause can be met: most go by its name, with more behind it where there are several.
pub fn named_for(slug: &str) -> Vec<String> {
    let names = faults::all().map(|(name, _)| name).filter(|name| met_in(name) == Some(slug));
    names.map(str::to_owned).collect()
}

fn met_in(name: &str) -> Option<&str> {
    let is_of = |slug: &&str| name.strip_prefix(slug).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    let by_name = cause::FILES.iter().map(|(slug, _)| *slug).filter(is_of).max_by_key(|slug| slug.len());
    by_name.or_else(|| BY_WHAT_WAS_DONE.iter().find(|(known, _)| *known == name).map(|(_, slug)| *slug))
}

/// What takes the same demo up again.
pub fn option(fault: Option<&'static Fault>) -> String {
    let name = fault.and_then(|fault| faults::all().find(|(_, known)| std::ptr::eq(*known, fault)));
    format!(" --demo{}", name.map(|(name, _)| format!(" {name}")).unwrap_or_default())
}

/// The product that fits, where the one that was named does not: the simulator would be another product's, and what
/// was told about it is of no use.
pub fn misfit(fault: &Fault, named: Option<&str>) -> Option<&'static Product> {
    told(fault).filter(|product| named.is_some_and(|named| named != product.id))
}

/// What somebody was told, right or wrong, and what others can do.
pub fn offer(announced: &Announcement, fault: Option<&'static Fault>, product: Option<&Product>, alone: bool) -> Offer {
    let mut offer = Offer {
        suggested: suggested(announced, product, alone),
        client_secret: product.filter(|product| alone && needs_secret(product)).map(|_| told_secret(announced)),
        password: None,
        recipient: product.and_then(stage::reader),
        companions: at_the_browser(announced).into_iter().chain(portal(announced)).collect(),
    };
    let lists = product.is_some_and(Product::is_hve) && fault.is_none();
    offer.companions.extend(lists.then(|| list_of_apps(announced)));
    if let Some(fault) = fault {
        offer.suggested.product.clone_from(&fault.told.product);
        offer.suggested.sender = fault.told.sender.as_ref().and_then(|sender| sender.parse().ok());
        offer.suggested.scopes.clone_from(&fault.told.scopes);
        offer.suggested.tenant = fault.told.tenant.as_ref().and_then(|tenant| tenant.parse().ok());
        let way = fault.told.way.as_deref().and_then(|id| Way::ALL.into_iter().find(|way| way.id() == id));
        way.inspect(|way| offer.suggested.take_way(*way));
        let told = fault.told.client_secret.is_some() || way == Some(Way::Secret);
        offer.client_secret = offer.client_secret.or(told.then(|| told_secret(announced)));
        offer.password = way.filter(|way| *way == Way::Password).map(|_| Secret::new(&announced.password));
        offer.suggested.smtp.security = fault.told.smtp_security.as_deref().and_then(security);
        let told = fault.told.recipient.as_ref().and_then(|address| address.parse().ok());
        offer.recipient = told.or(offer.recipient);
        if fault.shown.is_some() && (!fault.repair.is_empty() || fault.told.client_secret.is_some()) {
            // The portal shows a new one; of the old one nobody can read anything any more.
            offer.companions.retain(|companion| companion.when != When::SecretAsked);
        }
        let mends = repair(announced, fault).or_else(|| asking(announced, fault));
        offer.companions.extend([afterwards(announced, fault), mends].into_iter().flatten());
    }
    offer
}

fn security(id: &str) -> Option<Security> {
    match id {
        "starttls" => Some(Security::StartTls),
        "tls" => Some(Security::Tls),
        _ => None,
    }
}

fn told_secret(announced: &Announcement) -> Secret {
    Secret::new(&announced.client_secret)
}

/// Whether the way that is proposed cannot do without.
fn needs_secret(product: &Product) -> bool {
    let app = &product.app;
    first(product, true) == Way::Secret || app.secret && !app.keeps_secret_back()
}

/// A device code where there is one, since the faults are most of them its; the person may choose another. Where nobody
/// is to paste an address, the browser comes back by itself.
fn first(product: &Product, alone: bool) -> Way {
    let has = |way| product.ways.contains(&way);
    match product.ways.first().copied().unwrap_or_default() {
        Way::Paste if alone && has(Way::Loopback) => Way::Loopback,
        way if way.is_app_only() || !has(Way::DeviceCode) => way,
        _ => Way::DeviceCode,
    }
}

fn suggested(announced: &Announcement, product: Option<&Product>, alone: bool) -> Settings {
    let mut settings = Settings {
        user: announced.user.parse().ok(),
        client_id: announced.client_id.parse().ok(),
        base_url: stage::base().filter(|_| product.is_none_or(|product| product.base)),
        smtp: Smtp { host: announced.smtp.host.parse().ok(), port: Some(announced.smtp.port), security: None },
        endpoints: Endpoints {
            authority: announced.authority.parse().ok(),
            ca_file: Some(Path::new(&announced.ca_file).to_owned()),
        },
        ..Settings::default()
    };
    settings.take_way(product.map(|product| first(product, alone)).unwrap_or_default());
    settings
}

/// The person at the browser: types the code, or opens the address.
fn at_the_browser(announced: &Announcement) -> [Companion; 2] {
    let user = encoded(&announced.user);
    let companion = |when, done: &str, about: &str| Companion {
        label: Phrase::new("demo.approve").with("user", &announced.user),
        done: Phrase::new(done),
        when,
        again: false,
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

/// Switches that whoever only looks something up sets: none.
const LOOKING: &str = "";

/// The portal, where it shows a secret's value, and where it takes a certificate.
fn portal(announced: &Announcement) -> [Companion; 2] {
    let control = |body: &str| request(announced, announced.control_url("state"), body.to_owned());
    let secret = Companion {
        label: Phrase::new("demo.secret"),
        done: Phrase::new("demo.secret-shown").with("value", &announced.client_secret),
        when: When::SecretAsked,
        again: false,
        request: control(LOOKING),
    };
    let certificate = Companion {
        label: Phrase::new("demo.upload"),
        done: Phrase::new("demo.uploaded"),
        when: When::CertificateRead,
        again: false,
        request: control("certificate={certificate}"),
    };
    [secret, certificate]
}

/// The administrator of Exchange, who puts the app on the list of an account of High Volume Email.
fn list_of_apps(announced: &Announcement) -> Companion {
    let body = format!("hve_app_access={}", encoded(&format!("{}:on", announced.user)));
    Companion {
        label: Phrase::new("demo.app-list"),
        done: Phrase::new("demo.app-listed"),
        when: When::At("hve-access"),
        again: false,
        request: request(announced, announced.control_url("state"), body),
    }
}

/// Time, or somebody elsewhere, who undoes what was right.
fn afterwards(announced: &Announcement, fault: &Fault) -> Option<Companion> {
    fault.comes_later().then(|| Companion {
        label: Phrase::new("demo.afterwards"),
        done: Phrase::new("demo.happened"),
        when: When::Accepted,
        again: false,
        request: request(announced, announced.control_url("state"), form(&fault.afterwards)),
    })
}

/// Whoever can mend it: the administrator, or the person at the browser.
fn repair(announced: &Announcement, fault: &'static Fault) -> Option<Companion> {
    let done = match &fault.shown {
        Some(value) => Phrase::new("demo.repaired-showing").with("value", value),
        None if fault.is_mended_at_microsoft() => Phrase::new("demo.repaired-at-microsoft"),
        None => Phrase::new("demo.repaired"),
    };
    let request = request(announced, announced.control_url("state"), form(&fault.repair));
    (!fault.repair.is_empty()).then_some(Companion {
        label: Phrase::new("demo.repair"),
        done,
        when: fault.at.as_deref().map_or(When::SomethingFailed, When::At),
        again: fault.shown.is_some(),
        request,
    })
}

/// Whoever set it up, and knows what is right where somebody was told wrong.
fn asking(announced: &Announcement, fault: &Fault) -> Option<Companion> {
    let value = fault.shown.as_ref()?.replace("{port}", &announced.smtp.port.to_string());
    Some(Companion {
        label: Phrase::new("demo.ask"),
        done: Phrase::new("demo.told").with("value", value),
        when: When::SomethingFailed,
        again: true,
        request: request(announced, announced.control_url("state"), LOOKING.to_owned()),
    })
}

fn request(announced: &Announcement, url: String, body: String) -> Request {
    Request { method: Method::PostForm(Secret::new(body)), url, trust: Some(Path::new(&announced.ca_file).to_owned()) }
}

/// Switches as the control page takes them.
fn form(pairs: &[String]) -> String {
    let pair = |pair: &String| pair.split_once('=').map(|(key, value)| format!("{key}={}", encoded(value)));
    pairs.iter().filter_map(pair).collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_is_taken_up_with_what_is_wrong_in_it() {
        assert_eq!(option(None), " --demo");
        assert!(faults::all().all(|(name, fault)| option(Some(fault)) == format!(" --demo {name}")));
    }
}
