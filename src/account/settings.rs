//! The keys of an account, as far as they are known: one table for `config.toml`, the draft and
//! answers. [`Settings::account`] is the way from "as far as known" to an [`Account`] that is complete.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    entra::{
        Cloud,
        cloud::smtp_scopes,
        grant::{Credential, Registration},
    },
    facts::{Address, Authority, ClientName, Host, Security, Server, Tenant},
};

/// How consent is obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    #[default]
    DeviceCode,
    Browser,
    ClientCredentials,
    Password,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Browser {
    Loopback,
    Paste,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The SMTP user: the token's upn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Address>,
    /// When it differs from the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Tenant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<Browser>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_expires: Option<toml::value::Datetime>,
    /// The certificate an app shows itself by, in place of a secret, and its private key; PEM files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Smtp::is_empty")]
    pub smtp: Smtp,
    #[serde(skip_serializing_if = "Endpoints::is_empty")]
    pub endpoints: Endpoints,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
}

/// What overrides the cloud's addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

impl Smtp {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Endpoints {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything needed to get a token and to send with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub user: Address,
    pub sender: Address,
    pub cloud: Cloud,
    pub consent: Consent,
    /// Without a credential, which is kept elsewhere.
    pub registration: Registration,
    pub scopes: Vec<String>,
    pub server: Server,
}

/// The key that is not there and is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is missing")]
pub struct Missing(pub &'static str);

/// The submission port (RFC 6409), Microsoft's only documented one for clients.
const SUBMISSION: u16 = 587;

impl Settings {
    pub fn cloud(&self) -> Cloud {
        self.cloud.unwrap_or_default()
    }

    pub fn authority(&self) -> Result<Authority, Missing> {
        let of_cloud = || self.cloud().addresses().map(|addresses| addresses.authority.clone());
        self.endpoints.authority.clone().or_else(of_cloud).ok_or(Missing("endpoints.authority"))
    }

    pub fn server(&self) -> Result<Server, Missing> {
        let of_cloud = || self.cloud().addresses().map(|addresses| addresses.smtp_host.clone());
        Ok(Server {
            host: self.smtp.host.clone().or_else(of_cloud).ok_or(Missing("smtp.host"))?,
            port: self.smtp.port.unwrap_or(SUBMISSION),
            security: self.smtp.security.unwrap_or_default(),
        })
    }

    /// Scheme and host that a scope for SMTP begins with, in this cloud.
    pub fn resource(&self) -> Option<&'static str> {
        let addresses = self.cloud().addresses().or(Cloud::Global.addresses());
        addresses.map(|addresses| addresses.resource.as_str())
    }

    /// The scopes to ask for: those given, else what sending by SMTP needs in this cloud.
    pub fn scopes(&self) -> Vec<String> {
        let for_smtp = || smtp_scopes(self.resource().unwrap_or_default());
        if self.scopes.is_empty() { for_smtp() } else { self.scopes.clone() }
    }

    /// What an app that signs in as itself asks for: everything it was granted at one resource (AADSTS1002012).
    pub fn app_scope(&self) -> String {
        let given = self.scopes.iter().find(|scope| scope.ends_with("/.default"));
        given.cloned().unwrap_or_else(|| format!("{}/.default", self.resource().unwrap_or_default()))
    }

    pub fn registration(&self, credential: impl Into<Credential>) -> Result<Registration, Missing> {
        Ok(Registration {
            authority: self.authority()?,
            tenant: self.tenant.clone().ok_or(Missing("tenant"))?,
            client_id: self.client_id.clone().ok_or(Missing("client_id"))?,
            credential: credential.into(),
            trust: self.endpoints.ca_file.clone(),
        })
    }

    /// As it is kept: with what follows from the cloud said, and a sender only where it differs.
    #[must_use]
    pub fn settled(&self) -> Self {
        let mut settings = self.clone();
        settings.sender = settings.sender.take().filter(|sender| Some(sender) != settings.user.as_ref());
        settings.scopes = settings.scopes();
        settings.consent = Some(settings.consent.unwrap_or_default());
        if let Ok(server) = settings.server() {
            settings.smtp = Smtp { host: Some(server.host), port: Some(server.port), security: Some(server.security) };
        }
        settings
    }

    pub fn account(&self) -> Result<Account, Missing> {
        let user = self.user.clone().ok_or(Missing("user"))?;
        Ok(Account {
            sender: self.sender.clone().unwrap_or_else(|| user.clone()),
            user,
            cloud: self.cloud(),
            consent: self.consent.unwrap_or_default(),
            registration: self.registration(Credential::None)?,
            scopes: self.scopes(),
            server: self.server()?,
        })
    }
}

impl Account {
    pub fn registration(&self, credential: impl Into<Credential>) -> Registration {
        Registration { credential: credential.into(), ..self.registration.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least() -> Settings {
        toml::from_str(
            r#"
            user = "alerts@contoso.example"
            tenant = "8d2c0000-1111-2222-3333-0123456789ab"
            client_id = "0f000000-0000-4000-8000-000000000001"
            "#,
        )
        .unwrap()
    }

    #[test]
    fn the_cloud_fills_in_what_is_not_said() {
        let account = least().account().unwrap();
        assert_eq!(account.registration.authority.as_str(), "https://login.microsoftonline.com");
        assert_eq!((account.server.host.as_str(), account.server.port), ("smtp.office365.com", 587));
        assert_eq!(account.scopes[0], "https://outlook.office.com/SMTP.Send");
        assert_eq!(account.sender, account.user);
    }

    #[test]
    fn an_app_asks_for_all_it_was_granted() {
        assert_eq!(least().app_scope(), "https://outlook.office.com/.default");
        let scopes = vec!["https://mail.example/.default".to_owned()];
        assert_eq!(Settings { scopes, ..least() }.app_scope(), "https://mail.example/.default");
    }

    #[test]
    fn a_custom_cloud_must_say_where_it_is() {
        let settings = Settings { cloud: Some(Cloud::Custom), ..least() };
        assert_eq!(settings.account(), Err(Missing("endpoints.authority")));
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = toml::from_str::<Settings>("usr = \"a@b.example\"").unwrap_err();
        assert!(error.message().contains("`usr`"), "{error}");
    }
}
