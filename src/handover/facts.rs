//! What a hand-over is about: the values, as far as they are known, and what the app's registration needs. Whatever
//! stands here parsed as what it is.

use crate::{
    account::Settings,
    entra::Cloud,
    facts::{Address, Authority, Guid, RedirectUri, Tenant},
    product::Product,
    way::Way,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub product: String,
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
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Needs {
    pub audience: Audience,
    pub redirects: Vec<Redirect>,
    pub permissions: Vec<Permission>,
    pub secret: bool,
    pub certificate: bool,
    pub public_client: bool,
    pub app_only: bool,
    pub hve: bool,
}

/// Whose accounts may sign in to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    #[default]
    Single,
    Multiple,
    Personal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    pub platform: Platform,
    /// `Err` is what is known of it, with a word in capitals for the rest.
    pub uri: Result<RedirectUri, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Web,
    Native,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    pub api: Api,
    pub kind: Kind,
    /// A word of Microsoft's, such as `SMTP.Send`.
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    Graph,
    Exchange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Delegated,
    Application,
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

impl Audience {
    /// As Microsoft Graph has it.
    pub fn sign_in_audience(self) -> &'static str {
        match self {
            Self::Single => "AzureADMyOrg",
            Self::Multiple => "AzureADMultipleOrgs",
            Self::Personal => "AzureADandPersonalMicrosoftAccount",
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Multiple => "multiple",
            Self::Personal => "personal",
        }
    }
}

impl Api {
    /// The same in every tenant (Microsoft's page "Verify first-party Microsoft applications in sign-in reports").
    pub fn app_id(self) -> &'static str {
        match self {
            Self::Graph => "00000003-0000-0000-c000-000000000000",
            Self::Exchange => "00000002-0000-0ff1-ce00-000000000000",
        }
    }
}

impl Kind {
    /// As `requiredResourceAccess` has it.
    pub fn access(self) -> &'static str {
        match self {
            Self::Delegated => "Scope",
            Self::Application => "Role",
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
            mailbox: settings.user.clone(),
            sender: settings.sender.clone().filter(|sender| Some(sender) != settings.user.as_ref()),
            cloud: settings.cloud(),
            authority: settings.authority().ok(),
            tenant: settings.tenant.as_ref().filter(directory).cloned(),
            client_id: settings.client_id.as_ref().and_then(|id| id.as_str().parse().ok()),
            needs: Needs::of(settings, way),
        })
    }
}

impl Needs {
    fn of(settings: &Settings, way: Way) -> Self {
        let hve = settings.is_hve();
        let app_only = way.is_app_only();
        let exchange = |kind, name: &str| Permission { api: Api::Exchange, kind, name: name.to_owned() };
        let permissions = match (app_only, hve) {
            (true, true) => vec![exchange(Kind::Application, "Mail.Send")],
            (true, false) => vec![exchange(Kind::Application, "SMTP.SendAsApp")],
            (false, true) => vec![exchange(Kind::Delegated, "Mail.Send")],
            (false, false) => delegated(),
        };
        let own = || settings.redirect_uri.clone().ok_or(()).or_else(|()| "http://localhost".parse());
        let uri = way.is_browser().then(own).and_then(Result::ok);
        Self {
            redirects: uri.map(|uri| Redirect { platform: Platform::Native, uri: Ok(uri) }).into_iter().collect(),
            permissions,
            secret: way == Way::Secret,
            certificate: way == Way::Certificate,
            public_client: matches!(way, Way::DeviceCode | Way::Password),
            app_only,
            hve,
            ..Self::default()
        }
    }
}

/// To send as the one who signs in. The scope is asked for at Exchange, whichever API lists it in the portal; consent
/// to Graph's alone is not known to cover that.
fn delegated() -> Vec<Permission> {
    let of = |api, name: &str| Permission { api, kind: Kind::Delegated, name: name.to_owned() };
    vec![of(Api::Graph, "SMTP.Send"), of(Api::Graph, "offline_access"), of(Api::Exchange, "SMTP.Send")]
}
