//! By what an app shows itself when nobody signs in: a certificate's key or a secret. What systemd hands to the unit
//! ($CREDENTIALS_DIRECTORY) comes before what is kept in files of ours.

use std::path::PathBuf;

use super::{Known, access::now, no_token::NoToken, paths, setup::seed};
use crate::{
    account::vault::Vault,
    entra::{
        assertion::{self, Algorithm},
        grant::{Credential, Registration},
    },
    runtime::{named, pair},
    secret::Secret,
    way::Way,
    wizard::{
        effect::{CertificateFailure, CertificateFiles},
        verdict,
    },
};

/// Systemd's place for a unit's credentials (systemd.exec(5), LoadCredential=), when this one is there.
fn handed(known: &Known, what: &str) -> Option<PathBuf> {
    let path = paths::variable("CREDENTIALS_DIRECTORY")?.join(format!("{}.{what}", known.name));
    named::exists(&path).then_some(path)
}

fn read(path: &std::path::Path) -> Result<Secret, NoToken> {
    let text = named::credential(path)?;
    Ok(Secret::new(text.expose().trim_end_matches(['\r', '\n'])))
}

/// The secret, wherever it is; a public client has none.
pub fn secret(known: &Known, vault: &Vault) -> Result<Option<Secret>, NoToken> {
    match handed(known, "client-secret") {
        Some(path) => read(&path).map(Some),
        None => Ok(vault.client_secret.clone()),
    }
}

/// The app with what it shows in this one request, and whether another algorithm may be tried after it.
pub fn of(known: &Known, vault: &Vault, algorithm: Algorithm, skew: i64) -> Result<Registration, NoToken> {
    let settings = &known.settings;
    // One that is named may be there for another day: a public client that shows anything is refused (AADSTS700025).
    let Some(certificate) = settings.certificate_file.clone().filter(|_| settings.way() == Way::Certificate) else {
        return Ok(known.account.registration(secret(known, vault)?));
    };
    let credential = match handed(known, "certificate-key") {
        Some(key) => read(&key).map(|secret| pair::read_with_key(&certificate, &key, &secret, now() + skew))?,
        None => {
            let files = CertificateFiles { certificate, key: settings.certificate_key_file.clone() };
            pair::read(&files, now() + skew)
        }
    };
    let certificate = credential.map_err(|failure| match failure {
        CertificateFailure::File(failure) => NoToken::File(failure),
        failure @ CertificateFailure::Unusable { .. } => NoToken::Credential(verdict::certificate_trouble(&failure)),
    })?;
    let bare = known.account.registration(Credential::None);
    let assertion = assertion::sign(&certificate, &bare, algorithm, now() + skew, &seed());
    Ok(known.account.registration(assertion.map(Credential::Assertion).ok_or(NoToken::Unaskable)?))
}
