//! The values that are typed: how each is checked, kept and shown again.

use std::{path::PathBuf, str::FromStr};

use super::day;
use crate::{
    checklist::{Item, steps::Field},
    entra::Cloud,
    facts::{
        self, Address, BaseUrl, ClientName, Guid, Malformed, RedirectUri, Tenant,
        clean::{self, Form},
    },
    phrase::Phrase,
    secret::Secret,
    wizard::desk::Desk,
};

impl Field {
    pub fn is_secret(self) -> bool {
        matches!(self, Self::ClientSecret | Self::Password)
    }

    /// A secret that was given before.
    pub fn held(self, desk: &Desk) -> Option<&Secret> {
        match self {
            Self::ClientSecret => desk.draft.secrets.client_secret.as_ref(),
            Self::Password => desk.draft.secrets.password.as_ref(),
            _ => None,
        }
    }

    pub fn forget(self, desk: &mut Desk) {
        match self {
            Self::ClientSecret => desk.change(|desk| {
                desk.draft.secrets.client_secret = None;
                desk.draft.settings.secret_expires = None;
            }),
            Self::Password => desk.draft.secrets.password = None,
            _ => {}
        }
    }

    /// What is known already.
    pub fn value(self, desk: &Desk) -> String {
        let settings = &desk.draft.settings;
        let text = |value: Option<&dyn ToString>| value.map(ToString::to_string).unwrap_or_default();
        let path = |path: Option<&PathBuf>| path.map(|path| path.display().to_string()).unwrap_or_default();
        match self {
            Self::Mailbox => text(settings.user.as_ref().map(|value| value as _)),
            Self::Authority => text(settings.authority().ok().as_ref().map(|value| value as _)),
            Self::CaFile => path(settings.endpoints.ca_file.as_ref()),
            Self::SmtpServer => settings.server().map(|server| server.to_string()).unwrap_or_default(),
            Self::Tenant => text(settings.tenant.as_ref().map(|value| value as _)),
            Self::ClientId => text(settings.client_id.as_ref().map(|value| value as _)),
            Self::Scopes => settings.scopes().join(" "),
            Self::ClientSecret | Self::Password => String::new(),
            Self::SecretExpires => {
                settings.secret_expires.map_or_else(|| day::proposed(desk.now), |date| date.to_string())
            }
            Self::RedirectUri => text(settings.redirect_uri.as_ref().map(|value| value as _)),
            Self::ProductRedirect => desk.product_redirect().unwrap_or_default(),
            Self::CertificateFile => path(settings.certificate_file.as_ref()),
            Self::CertificateKeyFile => path(settings.certificate_key_file.as_ref()),
            Self::BaseUrl => text(settings.base_url.as_ref().map(|value| value as _)),
            Self::Sender => text(settings.sender.as_ref().or(settings.user.as_ref()).map(|value| value as _)),
        }
    }

    /// What is typed here. A password is whatever somebody made it.
    pub fn form(self, desk: &Desk) -> Option<Form> {
        Some(match self {
            Self::Mailbox | Self::Sender => Form::Address,
            Self::Authority => Form::Authority,
            Self::CaFile | Self::CertificateFile | Self::CertificateKeyFile => Form::Path,
            Self::SmtpServer => Form::Server,
            Self::Tenant => Form::Tenant,
            Self::ClientId if desk.draft.settings.cloud().is_microsoft() => Form::Guid,
            Self::ClientId => Form::ClientName,
            Self::Scopes => Form::Scopes,
            Self::ClientSecret => Form::Secret,
            Self::SecretExpires => Form::Day,
            Self::RedirectUri | Self::ProductRedirect => Form::RedirectUri,
            Self::BaseUrl => Form::BaseUrl,
            Self::Password => return None,
        })
    }

    /// Checks and keeps what was typed, and says what was done to it first. Of a secret nothing is said again.
    pub fn keep(self, typed: &Secret, desk: &mut Desk) -> Result<Option<Phrase>, Phrase> {
        let Some(form) = self.form(desk) else {
            return desk.change(|desk| self.set(typed.expose(), desk)).map(|()| None);
        };
        let cleaned = clean::clean(form, typed.expose());
        desk.change(|desk| self.set(&cleaned.text, desk))?;
        if self.is_secret() {
            return Ok(cleaned.told("cleaned.changed"));
        }
        Ok(cleaned.told("cleaned.taken").map(|told| told.with("value", self.value(desk))))
    }

    fn set(self, text: &str, desk: &mut Desk) -> Result<(), Phrase> {
        let settings = &mut desk.draft.settings;
        match self {
            Self::Mailbox => keep_mailbox(parsed(text)?, desk),
            Self::Authority => settings.endpoints.authority = Some(parsed(text)?),
            Self::CaFile => settings.endpoints.ca_file = file(text)?,
            Self::BaseUrl => keep_address(parsed(text)?, desk),
            Self::RedirectUri => keep_redirect(text, desk)?,
            Self::ProductRedirect => is_products(text, desk)?,
            Self::CertificateFile => {
                settings.certificate_file = Some(file(text)?.ok_or_else(|| Phrase::new("malformed.path"))?);
                desk.certificate = None;
            }
            Self::CertificateKeyFile => {
                settings.certificate_key_file = file(text)?;
                desk.certificate = None;
            }
            Self::Password => keep_password(text, desk)?,
            Self::SmtpServer => {
                let (host, port) = facts::server(text).map_err(Malformed::phrase)?;
                (settings.smtp.host, settings.smtp.port) = (Some(host), Some(port));
            }
            Self::Tenant => settings.tenant = Some(tenant(text, settings.cloud())?),
            Self::ClientId => settings.client_id = Some(client_id(text, settings.cloud())?),
            Self::Scopes => {
                let resource = settings.resource().unwrap_or_default();
                let none = || Phrase::new("malformed.scopes").with("resource", resource);
                settings.scopes = scopes(text).ok_or_else(none)?;
            }
            Self::ClientSecret => keep_secret(text, desk)?,
            Self::SecretExpires => settings.secret_expires = day::ahead(text, desk.now)?,
            Self::Sender if text.is_empty() => settings.sender = settings.user.clone(),
            Self::Sender => settings.sender = Some(parsed(text)?),
        }
        Ok(())
    }
}

fn parsed<T: FromStr<Err = Malformed>>(text: &str) -> Result<T, Phrase> {
    text.parse().map_err(Malformed::phrase)
}

fn keep_mailbox(user: Address, desk: &mut Desk) {
    let shared = desk.product().tenant.is_some();
    let settings = &mut desk.draft.settings;
    if settings.user.as_ref() != Some(&user) {
        // The sender followed the mailbox unless it was named.
        if settings.sender == settings.user {
            settings.sender = None;
        }
        // A tenant that was found for another domain is no answer for this one.
        let elsewhere = settings.user.as_ref().is_some_and(|before| before.domain() != user.domain());
        if elsewhere && !shared {
            settings.tenant = None;
            desk.draft.checklist.reopen(Item::Tenant);
        }
    }
    settings.user = Some(user);
}

fn keep_redirect(text: &str, desk: &mut Desk) -> Result<(), Phrase> {
    let uri: RedirectUri = parsed(text)?;
    if let Some(why) = desk.draft.settings.misleads(&uri, desk.draft.way()) {
        return Err(why);
    }
    desk.draft.settings.redirect_uri = Some(uri);
    Ok(())
}

/// The redirect URI itself may have been pasted for the address that it begins with.
fn keep_address(whole: BaseUrl, desk: &mut Desk) {
    let behind = desk.product().app.redirect.as_ref().and_then(|uri| uri.strip_prefix("{base_url}"));
    let begun = behind.and_then(|path| whole.as_str().strip_suffix(path)?.parse().ok());
    desk.draft.settings.base_url = Some(begun.unwrap_or(whole));
}

/// It is made of the product's address, and none but that one.
fn is_products(text: &str, desk: &Desk) -> Result<(), Phrase> {
    let own = desk.product_redirect().unwrap_or_default();
    (text == own).then_some(()).ok_or_else(|| Phrase::new("malformed.product-redirect").with("uri", own))
}

/// Kept until it was sent. Spaces at its ends may be part of it, so `text` is as it was typed.
fn keep_password(text: &str, desk: &mut Desk) -> Result<(), Phrase> {
    if !text.is_empty() {
        desk.draft.secrets.password = Some(Secret::new(text));
    }
    desk.draft.secrets.password.as_ref().map(|_| ()).ok_or_else(|| Phrase::new("malformed.password"))
}

/// Absolute: programs that read the account later start elsewhere.
fn file(text: &str) -> Result<Option<PathBuf>, Phrase> {
    let plain = text.starts_with('/') && !text.chars().any(char::is_control);
    (plain || text.is_empty())
        .then(|| Some(PathBuf::from(text)).filter(|path| path.is_absolute()))
        .ok_or_else(|| Phrase::new("malformed.path"))
}

/// At Microsoft one tenant's own name: what stands for several (`common`) signs in to none in particular, and a
/// single-tenant app not at all (AADSTS50194).
fn tenant(text: &str, cloud: Cloud) -> Result<Tenant, Phrase> {
    let tenant: Tenant = parsed(text)?;
    let several = ["common", "organizations", "consumers"].iter().any(|name| text.eq_ignore_ascii_case(name));
    if several && cloud.is_microsoft() { Err(Phrase::new("malformed.tenant-of-many")) } else { Ok(tenant) }
}

/// Microsoft's client ids are GUIDs; an address or a secret in that field is caught before anything is sent.
fn client_id(text: &str, cloud: Cloud) -> Result<ClientName, Phrase> {
    if cloud.is_microsoft() {
        parsed::<Guid>(text)?;
    }
    text.parse().map_err(|_| Phrase::new("malformed.client-id"))
}

/// RFC 6749 §3.3: printable ASCII without quotes and backslash, at least one.
fn scopes(text: &str) -> Option<Vec<String>> {
    let plain = |scope: &&str| scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    let list: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    (!list.is_empty() && text.len() <= 4096 && text.split_whitespace().all(|scope| plain(&scope))).then_some(list)
}

/// The Secret ID beside the Value is a GUID and a Value never is (`AADSTS7000215` tells it only later).
fn keep_secret(text: &str, desk: &mut Desk) -> Result<(), Phrase> {
    if text.is_empty() {
        let needed = desk.needs_secret() && desk.draft.secrets.client_secret.is_none();
        return if needed { Err(Phrase::new("malformed.secret-missing")) } else { Ok(()) };
    }
    if desk.draft.settings.cloud().is_microsoft() && text.parse::<Guid>().is_ok() {
        desk.draft.checklist.fail(Item::ClientSecret, Phrase::new("malformed.secret-id"));
        return Err(Phrase::new("malformed.secret-id"));
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if desk.draft.settings.cloud().is_microsoft() && !plain {
        return Err(Phrase::new("malformed.secret"));
    }
    let secret = Secret::new(text);
    if desk.draft.secrets.client_secret.as_ref().is_some_and(|before| *before != secret) {
        // That was the other one's.
        desk.draft.settings.secret_expires = None;
    }
    desk.draft.secrets.client_secret = Some(secret);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::draft::Draft,
        checklist::State,
        language::{Language, Texts},
    };

    fn desk() -> Desk {
        Desk::new(Draft::default(), Texts::new(Language::English), String::new())
    }

    fn keep(desk: &mut Desk, field: Field, text: &str) -> Result<Option<Phrase>, Phrase> {
        field.keep(&Secret::new(text), desk)
    }

    #[test]
    fn a_name_for_many_tenants_is_none() {
        for many in ["common", "organizations", "consumers"] {
            assert_eq!(keep(&mut desk(), Field::Tenant, many).unwrap_err().key, "malformed.tenant-of-many");
        }
        let mut custom = desk();
        custom.draft.settings.cloud = Some(Cloud::Custom);
        assert!(keep(&mut custom, Field::Tenant, "common").is_ok());
    }

    #[test]
    fn a_redirect_uri_that_is_pasted_for_the_address_is_cut_back_to_it() {
        let mut desk = desk();
        desk.draft.settings.product = Some("intra-mart".into());
        keep(&mut desk, Field::BaseUrl, "https://im.example/imart/system/oauth/redirect").unwrap();
        assert_eq!(desk.draft.settings.base_url.unwrap().as_str(), "https://im.example/imart");
    }

    #[test]
    fn a_secret_id_is_caught_by_its_form() {
        let mut desk = desk();
        let error = keep(&mut desk, Field::ClientSecret, "8d2c0000-1111-2222-3333-0123456789ab").unwrap_err();
        assert_eq!(error.key, "malformed.secret-id");
        assert_eq!(desk.draft.checklist.state(Item::ClientSecret), State::Failed);
        assert_eq!(desk.draft.secrets.client_secret, None);
    }

    #[test]
    fn a_server_is_read_with_and_without_port() {
        let parsed = |text| facts::server(text).map(|(host, port)| (host.to_string(), port));
        assert_eq!(parsed("smtp.example"), Ok(("smtp.example".into(), 587)));
        assert_eq!(parsed("127.0.0.1:2525"), Ok(("127.0.0.1".into(), 2525)));
        assert_eq!(parsed("[::1]:25"), Ok(("::1".into(), 25)));
        assert_eq!(parsed("::1"), Ok(("::1".into(), 587)));
        assert!(parsed("smtp.example:x").is_err() && parsed("https://smtp.example").is_err());
    }

    #[test]
    fn another_client_id_makes_the_token_at_hand_worthless() {
        let mut desk = desk();
        keep(&mut desk, Field::ClientId, "8d2c0000-1111-2222-3333-0123456789ab").unwrap();
        desk.draft.checklist.prove(Item::Consent, Phrase::new("evidence.said-so"));
        keep(&mut desk, Field::ClientId, "8d2c0000-1111-2222-3333-0123456789AB").unwrap();
        assert_eq!(desk.draft.checklist.state(Item::Consent), State::Proven);
        keep(&mut desk, Field::ClientId, "8d2c0000-1111-2222-3333-0123456789ac").unwrap();
        assert_eq!(desk.draft.checklist.state(Item::Consent), State::Open);
    }

    #[test]
    fn only_a_custom_cloud_takes_a_client_id_that_is_no_guid() {
        let mut desk = desk();
        assert_eq!(keep(&mut desk, Field::ClientId, "my-app").unwrap_err().key, "malformed.guid");
        desk.draft.settings.cloud = Some(Cloud::Custom);
        assert!(keep(&mut desk, Field::ClientId, "my-app").is_ok());
    }
}
