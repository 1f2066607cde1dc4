//! The keys of an account, as far as they are known: one table for `config.toml`, the draft and
//! answers. [`Settings::account`] is the way from "as far as known" to an [`Account`] that is complete.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    entra::{
        Cloud,
        cloud::{self, smtp_scopes},
        grant::{Credential, Registration},
    },
    facts::{Address, Authority, BaseUrl, ClientName, Host, RedirectUri, Security, Server, Tenant},
    phrase::Phrase,
    way::Way,
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
    /// Where users reach the vendor's product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<BaseUrl>,
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
    pub redirect_uri: Option<RedirectUri>,
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

    /// The way of consent; a certificate that is named is what an app shows itself by.
    pub fn way(&self) -> Way {
        match (self.consent.unwrap_or_default(), self.browser) {
            (Consent::DeviceCode, _) => Way::DeviceCode,
            (Consent::Browser, Some(Browser::Paste)) => Way::Paste,
            (Consent::Browser, _) => Way::Loopback,
            (Consent::ClientCredentials, _) if self.certificate_file.is_some() => Way::Certificate,
            (Consent::ClientCredentials, _) => Way::Secret,
            (Consent::Password, _) => Way::Password,
        }
    }

    /// Where nothing was said of the way: the product's first.
    pub fn settle_way(&mut self, first: Way) {
        match first {
            _ if self.consent.is_some() => {}
            Way::DeviceCode => self.consent = Some(Consent::DeviceCode),
            // A certificate that is named is what the app shows itself by.
            Way::Secret if self.certificate_file.is_some() => self.take_way(Way::Certificate),
            first => self.take_way(first),
        }
    }

    /// What belongs to another way alone is let go.
    pub fn take_way(&mut self, way: Way) {
        self.consent = Some(match way {
            Way::DeviceCode => Consent::DeviceCode,
            Way::Loopback | Way::Paste => Consent::Browser,
            Way::Secret | Way::Certificate => Consent::ClientCredentials,
            Way::Password => Consent::Password,
        });
        self.browser = match way {
            Way::Loopback => Some(Browser::Loopback),
            Way::Paste => Some(Browser::Paste),
            Way::DeviceCode | Way::Secret | Way::Certificate | Way::Password => None,
        };
        if way != Way::Certificate {
            (self.certificate_file, self.certificate_key_file) = (None, None);
        }
        if !way.is_browser() {
            self.redirect_uri = None;
        }
    }

    /// Why a redirect URI cannot serve this way of consent in this cloud.
    pub fn misleads(&self, uri: &RedirectUri, way: Way) -> Option<Phrase> {
        let elsewhere = (way == Way::Loopback && !uri.is_loopback()).then_some("malformed.not-loopback");
        let unregistrable = self.cloud().is_microsoft() && uri.is_ipv6_loopback();
        // The product would redeem the code for itself.
        let of_product = self.base_url.as_ref().is_some_and(|base| base.is_at(uri.host()));
        let of_product = of_product.then_some("malformed.redirect-of-product");
        unregistrable.then_some("malformed.ipv6-loopback").or(of_product).or(elsewhere).map(Phrase::new)
    }

    /// High Volume Email, which has rules of its own, at whatever address it is reached.
    pub fn is_hve(&self) -> bool {
        self.product.as_deref() == Some("hve") || self.smtp.host.as_ref().is_some_and(cloud::is_hve)
    }

    /// Scheme and host that a scope for SMTP begins with, in this cloud and with this way of consent.
    pub fn resource(&self) -> Option<&'static str> {
        let addresses = self.cloud().addresses().or(Cloud::Global.addresses())?;
        let app_only = self.way().is_app_only() && !self.is_hve();
        Some(addresses.app_resource.as_ref().filter(|_| app_only).unwrap_or(&addresses.resource))
    }

    /// The scopes to ask for: those given, else what sending by SMTP needs in this cloud with this way of consent.
    pub fn scopes(&self) -> Vec<String> {
        if !self.scopes.is_empty() {
            return self.scopes.clone();
        }
        let resource = self.resource().unwrap_or_default();
        // An app asks for whatever it was given (RFC 6749 §4.4; Microsoft's page "client credentials flow").
        let all = format!("{resource}/.default");
        match (self.way().is_app_only(), self.is_hve()) {
            (true, _) => vec![all],
            (false, true) => [&all, "offline_access", "openid", "profile"].map(str::to_owned).to_vec(),
            (false, false) => smtp_scopes(resource),
        }
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
        settings.take_way(settings.way());
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
    fn a_redirect_uri_must_lead_where_the_answer_is_waited_for() {
        let key = |cloud: Cloud, uri: &str, way: Way| {
            let base_url = "https://im.example:8443/imart".parse().ok();
            let settings = Settings { cloud: Some(cloud), base_url, ..least() };
            settings.misleads(&uri.parse().unwrap(), way).map_or(String::new(), |phrase| phrase.key)
        };
        assert_eq!(key(Cloud::Global, "http://localhost:80/", Way::Loopback), "");
        assert_eq!(key(Cloud::Global, "https://h.example/x", Way::Paste), "");
        assert_eq!(key(Cloud::Custom, "https://h.example/x", Way::Loopback), "malformed.not-loopback");
        assert_eq!(key(Cloud::Custom, "http://[::1]/x", Way::Loopback), "");
        assert_eq!(key(Cloud::China, "http://[::1]/x", Way::Paste), "malformed.ipv6-loopback");
        assert_eq!(key(Cloud::Global, "https://im.example/imart/x", Way::Paste), "malformed.redirect-of-product");
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
