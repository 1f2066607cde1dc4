//! The app as the authority knows it, and what it shows itself by: nothing, a secret, or an assertion signed for each
//! request. It reads no file; a certificate that is wanted is asked for.

use super::{desk::Desk, effect::CertificateFiles};
use crate::{
    account::settings::Missing,
    entra::{
        Failure, assertion,
        grant::{Credential, Registration},
    },
    secret::Secret,
    way::Way,
};

/// Why the app cannot show itself yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Unready {
    Missing(Missing),
    /// These are to be read first.
    Unread(CertificateFiles),
    /// The key could not sign.
    Unsigned,
}

impl From<Missing> for Unready {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl Desk {
    /// The secret that goes along with what is asked here; a product elsewhere keeps its own.
    pub fn client_secret(&self) -> Option<&Secret> {
        self.draft.secrets.client_secret.as_ref().filter(|_| !self.product().app.keeps_secret_back())
    }

    /// Whether nobody can sign in without one.
    pub fn needs_secret(&self) -> bool {
        let app = &self.product().app;
        self.draft.way() == Way::Secret || app.secret && !app.keeps_secret_back()
    }

    /// The app as the authority knows it, with what it shows itself by in the way chosen; an assertion is signed
    /// for each request anew.
    pub fn registration(&mut self, now: i64) -> Result<Registration, Unready> {
        let bare = self.draft.settings.registration(Credential::None)?;
        let credential = match (self.draft.way(), &self.certificate) {
            (Way::Certificate, Some(certificate)) => {
                let certificate = certificate.clone();
                let jti = self.random("jti");
                assertion::sign(&certificate, &bare, self.algorithm, now, jti.expose())
                    .map(Credential::Assertion)
                    .ok_or(Unready::Unsigned)?
            }
            (Way::Certificate, None) => {
                return Err(self.certificate_files().map_or(Missing("certificate_file").into(), Unready::Unread));
            }
            _ => return Ok(self.client()?),
        };
        Ok(Registration { credential, ..bare })
    }

    /// The same where a person consents: with the secret, if there is one.
    pub fn client(&self) -> Result<Registration, Missing> {
        self.draft.settings.registration(self.client_secret().cloned())
    }

    pub fn certificate_files(&self) -> Option<CertificateFiles> {
        let settings = &self.draft.settings;
        let certificate = settings.certificate_file.clone()?;
        Some(CertificateFiles { certificate, key: settings.certificate_key_file.clone() })
    }

    /// Whether what was refused is worth a try with another algorithm; it is used from then on.
    pub fn sign_otherwise(&mut self, failure: &Failure) -> bool {
        let other = self.algorithm.instead(failure).filter(|_| self.draft.way() == Way::Certificate);
        self.algorithm = other.unwrap_or(self.algorithm);
        other.is_some()
    }
}
