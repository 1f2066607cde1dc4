//! What a hand-over is about: the values, as far as they are known, and what the app's registration needs. Whatever
//! stands here parsed as what it is.

use crate::{
    account::Settings,
    checklist::{Item, steps::Kind},
    entra::Cloud,
    facts::{Address, Authority, Guid, RedirectUri, Tenant},
    product::{
        Product,
        app::{App, Asked, Audience, Permission, Platform},
    },
    way::Way,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub product: String,
    /// How the wizard's own page calls the app.
    pub app: App,
    pub mailbox: Option<Address>,
    /// Where it is another than the mailbox.
    pub sender: Option<Address>,
    pub cloud: Cloud,
    pub authority: Option<Authority>,
    /// One directory, by id or domain.
    pub tenant: Option<Tenant>,
    pub client_id: Option<Guid>,
    pub needs: Needs,
}

/// How the app must be registered.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    pub audience: Audience,
    pub redirects: Vec<Redirect>,
    pub permissions: Vec<Permission>,
    pub secret: bool,
    pub certificate: bool,
    pub public_client: bool,
    pub device_code: bool,
    pub app_only: bool,
    pub hve: bool,
    /// Steps of the product's own, which its vendor asks for.
    pub switches: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    pub platform: Platform,
    /// `Err` is what is known of it, with a word in capitals for the rest.
    pub uri: Result<RedirectUri, String>,
}

/// Why there is nobody to hand it over to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a personal account has no administrator")]
    Personal,
    #[error("not one of Microsoft's clouds")]
    NoMicrosoft,
}

impl Refusal {
    pub fn key(self) -> &'static str {
        match self {
            Self::Personal => "handover.personal",
            Self::NoMicrosoft => "handover.no-microsoft",
        }
    }
}

impl Facts {
    /// What is known of an account or of one that is being set up.
    pub fn of(settings: &Settings, product: &Product, way: Way) -> Result<Self, Refusal> {
        if product.tenant.as_ref().or(settings.tenant.as_ref()).is_some_and(Tenant::is_consumers) {
            return Err(Refusal::Personal);
        }
        if !settings.cloud().is_microsoft() {
            return Err(Refusal::NoMicrosoft);
        }
        // `common` and its like are no directory that an administrator could sign in to.
        let directory = |tenant: &&Tenant| tenant.as_str().contains(['-', '.']);
        Ok(Self {
            product: product.id.clone(),
            app: product.app.clone(),
            mailbox: settings.user.clone(),
            // An account of High Volume Email sends as itself alone.
            sender: settings
                .sender
                .clone()
                .filter(|sender| Some(sender) != settings.user.as_ref() && !settings.is_hve()),
            cloud: settings.cloud(),
            authority: settings.authority().ok(),
            tenant: settings.tenant.as_ref().filter(directory).cloned(),
            client_id: settings.client_id.as_ref().and_then(|id| id.as_str().parse().ok()),
            needs: Needs::of(settings, product, way),
        })
    }
}

impl Needs {
    fn of(settings: &Settings, product: &Product, way: Way) -> Self {
        let hve = settings.is_hve();
        let own = settings.redirect_uri.as_ref().map_or(product.redirect_here(), RedirectUri::as_str);
        let theirs = product.redirect(settings.base_url.as_ref());
        let wanted = product.app.wanted(Asked { way, hve, redirect: Some(own), product_redirect: theirs.as_deref() });
        let named = wanted
            .redirects
            .into_iter()
            .map(|(platform, uri)| Redirect { platform, uri: uri.parse().map_err(|_| uri) });
        // The product's own address is not known.
        let shape = product.app.redirect.as_ref().filter(|_| theirs.is_none());
        let shape = shape.map(|shape| shape.replace("{base_url}", "https://HOST/PATH").replace("{host}", "HOST"));
        let unknown = shape.map(|shape| Redirect { platform: Platform::Web, uri: Err(shape) });
        Self {
            audience: wanted.audience,
            redirects: unknown.into_iter().chain(named).collect(),
            permissions: wanted.permissions,
            secret: wanted.secret,
            certificate: way == Way::Certificate,
            public_client: wanted.public_client,
            device_code: way == Way::DeviceCode,
            app_only: way.is_app_only(),
            hve,
            switches: switches(product, hve),
        }
    }
}

/// The account of High Volume Email has a part of its own here.
fn switches(product: &Product, hve: bool) -> Vec<String> {
    let own = |id: &&String| {
        let step = product.steps.get(*id).filter(|step| step.kind == Kind::Ask);
        step.is_some_and(|step| step.items.iter().any(|item| matches!(item, Item::Product(_))))
    };
    product.path.iter().filter(|_| !hve).filter(own).cloned().collect()
}
