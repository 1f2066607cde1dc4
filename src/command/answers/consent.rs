//! What an answers file says of the way of consent: whether that way is open to the product, and the files that
//! belong to it. Secrets are read here, in whichever file or variable they come.

use std::path::{Path, PathBuf};

use super::{Refusal, Sheet};
use crate::{
    account::{Settings, settings::Consent},
    facts::{
        Guid,
        clean::{Form, clean},
    },
    phrase::Phrase,
    product::Product,
    runtime::named,
    secret::Secret,
    way::Way,
    wizard::effect::{FileFailure, FileFailureKind},
};

/// The first key that the way of consent still needs.
pub fn credential(
    settings: &Settings,
    product: Option<&Product>,
    secret: Option<&Secret>,
    password: Option<&Secret>,
) -> Option<&'static str> {
    let of_product = product.is_some_and(|product| product.app.secret && product.app.comes_back_here());
    match settings.way() {
        _ if of_product && secret.is_none() => Some("client_secret_file"),
        Way::Secret if secret.is_none() => Some("client_secret_file"),
        Way::Password if password.is_none() => Some("password_file"),
        _ => None,
    }
}

impl Sheet<'_> {
    /// A way that cannot work for the product, or a key that belongs to another way, is told at once.
    pub fn consent(&mut self, product: &Product) -> Result<(), Refusal> {
        let settings = &self.answers.settings;
        let (way, consent) = (settings.way(), settings.consent.unwrap_or_default());
        if !product.ways.contains(&way) {
            let mut known: Vec<&str> = product.ways.iter().map(|way| written(*way)).collect();
            known.dedup();
            let known = known.join("; ");
            let phrase = Phrase::new("answers.way").with("product", &product.id).with("known", known);
            return Err(self.refuse("consent", phrase));
        }
        if way == Way::Password && settings.cloud().is_microsoft() && !settings.is_hve() {
            return Err(self.refuse("consent", Phrase::new("answers.password-hve")));
        }
        let certificate = [settings.certificate_file.is_some(), settings.certificate_key_file.is_some()];
        for (key, given, belongs, name) in [
            ("password_file", self.answers.more.password_file.is_some(), Consent::Password, "password"),
            ("certificate_file", certificate[0], Consent::ClientCredentials, "client-credentials"),
            ("certificate_key_file", certificate[1], Consent::ClientCredentials, "client-credentials"),
            ("browser", settings.browser.is_some(), Consent::Browser, "browser"),
            ("redirect_uri", settings.redirect_uri.is_some(), Consent::Browser, "browser"),
        ] {
            if given && belongs != consent {
                return Err(self.refuse(key, Phrase::new("answers.for-consent").with("consent", name)));
            }
        }
        if let Some(why) = settings.redirect_uri.as_ref().and_then(|uri| settings.misleads(uri, way)) {
            return Err(self.refuse("redirect_uri", why));
        }
        self.certificate()
    }

    /// Both as they are found from any directory. What they hold is read, and told, where the wizard comes to it.
    fn certificate(&mut self) -> Result<(), Refusal> {
        let (certificate, key) =
            (self.answers.settings.certificate_file.clone(), self.answers.settings.certificate_key_file.clone());
        if certificate.is_none() && key.is_some() {
            return Err(self.refuse("certificate_key_file", Phrase::new("answers.key-alone")));
        }
        self.answers.settings.certificate_file = self.there("certificate_file", certificate)?;
        self.answers.settings.certificate_key_file = self.there("certificate_key_file", key)?;
        Ok(())
    }

    fn there(&self, key: &str, named: Option<PathBuf>) -> Result<Option<PathBuf>, Refusal> {
        let path = named.map(|named| self.resolved(&named));
        match &path {
            Some(path) if !named::exists(path) => Err(self.refuse(key, Phrase::new("answers.not-there"))),
            _ => Ok(path),
        }
    }

    /// As it is found from any directory: programs that read the account later start elsewhere.
    pub fn trust(&mut self) -> Result<(), Refusal> {
        let named = self.answers.settings.endpoints.ca_file.clone();
        let key = "endpoints.ca_file";
        let path = self.there(key, named)?;
        if let Some(Err(failure)) = path.as_deref().map(named::readable) {
            let why = self.texts.say(&unusable(&failure));
            return Err(self.refuse(key, Phrase::new("answers.secret-file").with("why", why)));
        }
        self.answers.settings.endpoints.ca_file = path;
        Ok(())
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("/")).join(path)
    }

    /// The key's file, else the environment's; with what was done to the secret, if anything was.
    pub fn client_secret(&self) -> Result<Option<(Secret, Option<Phrase>)>, Refusal> {
        let Some(named) = &self.answers.more.client_secret_file else {
            let Some(secret) = variable() else { return Ok(None) };
            let phrase = |why: Phrase| Phrase::new("answers.secret-variable").with("why", self.texts.say(&why));
            let cleaned = clean(Form::Secret, secret.expose());
            let secret = one_line(&cleaned.text).map_err(|why| Refusal::Key(self.texts.say(&phrase(why))))?;
            return Ok(Some((secret, cleaned.told("cleaned.changed"))));
        };
        let secret = self.secret("client_secret_file", named, str::trim)?;
        let cleaned = clean(Form::Secret, secret.expose());
        if self.answers.settings.cloud().is_microsoft() && cleaned.text.parse::<Guid>().is_ok() {
            return Err(self.refuse("client_secret_file", Phrase::new("malformed.secret-id")));
        }
        Ok(Some((Secret::new(cleaned.text.as_str()), cleaned.told("cleaned.changed"))))
    }

    pub fn password(&self) -> Result<Option<Secret>, Refusal> {
        self.answers
            .more
            .password_file
            .as_ref()
            .map(|named| {
                // Spaces at its ends may be part of it.
                self.secret("password_file", named, |text| text.trim_end_matches(['\r', '\n']))
            })
            .transpose()
    }

    fn secret(&self, key: &str, named: &Path, bare: fn(&str) -> &str) -> Result<Secret, Refusal> {
        // The path is not said again: a secret may stand in its place.
        let refuse =
            |why: Phrase| self.refuse(key, Phrase::new("answers.secret-file").with("why", self.texts.say(&why)));
        let secret = named::secret(&self.resolved(named)).map_err(|failure| refuse(unusable(&failure)))?;
        one_line(bare(secret.expose())).map_err(refuse)
    }
}

/// The way of consent as it stands in an answers file.
fn written(way: Way) -> &'static str {
    match way {
        Way::DeviceCode => "consent = \"device-code\"",
        Way::Loopback => "consent = \"browser\", browser = \"loopback\"",
        Way::Paste => "consent = \"browser\", browser = \"paste\"",
        Way::Secret | Way::Certificate => "consent = \"client-credentials\"",
        Way::Password => "consent = \"password\"",
    }
}

fn unusable(failure: &FileFailure) -> Phrase {
    match failure.kind {
        FileFailureKind::TooOpen => Phrase::new("answers.too-open"),
        FileFailureKind::Writable => Phrase::new("answers.writable").with("detail", &failure.detail),
        FileFailureKind::Content => Phrase::new("answers.secret-form"),
        _ => Phrase::new("answers.unread").with("detail", &failure.detail),
    }
}

/// Without a file's last line end, which is not part of the secret.
fn one_line(secret: &str) -> Result<Secret, Phrase> {
    let plain = !secret.is_empty() && !secret.chars().any(char::is_control);
    plain.then(|| Secret::new(secret)).ok_or_else(|| Phrase::new("answers.secret-form"))
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
fn variable() -> Option<Secret> {
    let value = std::env::var_os("SMTP_OAUTH_CLIENT_SECRET").filter(|value| !value.is_empty())?;
    // What is no UTF-8 is refused for its form.
    Some(Secret::new(value.into_string().unwrap_or_default()))
}
