//! One TLS configuration for HTTPS and SMTP: ring, TLS 1.2 and 1.3, the system's roots and the account's
//! own. There is no way to accept a certificate that does not verify; what is added here is only that a
//! refused one can still be looked at.

use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        Resumption, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use rustls_native_certs::CertificateResult;

use super::{certificate, failure::failure};
use crate::{
    network::{CaFile, FailureKind, NetworkFailure},
    smtp::TlsFacts,
    visible::line,
};

/// A configuration, and what its verifier came to see: made for one connection.
#[derive(Debug, Clone)]
pub struct Trust {
    pub config: ClientConfig,
    seen: Arc<Seen>,
}

impl Trust {
    /// The certificate the server showed last, accepted or not.
    pub fn shown(&self) -> Option<TlsFacts> {
        let leaf = self.seen.leaf.lock().unwrap_or_else(PoisonError::into_inner);
        leaf.as_ref().map(certificate::facts)
    }
}

/// Reads the account's CA file each time, so that a repaired one counts at once. The system's roots are loaded at
/// once only where they are all there is.
pub fn client_config(ca: &CaFile) -> Result<Trust, NetworkFailure> {
    // Named, since a second provider compiled in by some dependency would make the default ambiguous.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (own, by_own, by_system) = match ca {
        Some(path) => {
            let (own, roots) = authorities(path)?;
            (own, Some(verifier(Arc::new(roots), &provider)?), OnceLock::new())
        }
        None => (Vec::new(), None, OnceLock::from(Some(verifier(system_roots()?.roots.clone(), &provider)?))),
    };
    let seen = Arc::new(Seen { provider: provider.clone(), own, by_own, by_system, leaf: Mutex::new(None) });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failure(FailureKind::Other, "", error))?
        .dangerous()
        .with_custom_certificate_verifier(seen.clone())
        .with_no_client_auth();
    // A resumed session shows no certificate: every connection is to be evidence of its own.
    config.resumption = Resumption::disabled();
    Ok(Trust { config, seen })
}

fn verifier(roots: Arc<RootCertStore>, provider: &Arc<CryptoProvider>) -> Result<Verifier, NetworkFailure> {
    let built = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build();
    built.map_err(|error| failure(FailureKind::Other, "", error))
}

/// The certificates of the account's own file, as they are and as roots.
fn authorities(path: &Path) -> Result<(Vec<CertificateDer<'static>>, RootCertStore), NetworkFailure> {
    let refuse = |detail: String| failure(FailureKind::CaFile, &path.display().to_string(), detail);
    let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.map_err(|error| refuse(error.to_string()))?;
    if certificates.is_empty() {
        return Err(refuse("holds no PEM certificate".to_owned()));
    }
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots.add(certificate.clone()).map_err(|error| refuse(error.to_string()))?;
    }
    Ok((certificates, roots))
}

#[derive(Debug)]
struct SystemRoots {
    roots: Arc<RootCertStore>,
    warning: Option<String>,
}

static ROOTS: OnceLock<SystemRoots> = OnceLock::new();

/// What was wrong with the system's store, when the roots compiled in stood in for it in this process.
pub fn warning() -> Option<&'static str> {
    ROOTS.get()?.warning.as_deref()
}

/// Loaded once, in some 15 ms; what failed is tried again.
#[expect(clippy::disallowed_methods, reason = "the variables that rustls-native-certs reads by itself")]
fn system_roots() -> Result<&'static SystemRoots, NetworkFailure> {
    if let Some(loaded) = ROOTS.get() {
        return Ok(loaded);
    }
    let named = |name: &str| Some(format!("{name}={}", std::env::var_os(name)?.display()));
    let asked: Vec<String> = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(named).collect();
    let loaded = roots(rustls_native_certs::load_native_certs(), &asked)?;
    Ok(ROOTS.get_or_init(|| loaded))
}

/// A minimal container has no store at all: the roots compiled in stand in for it. Where the environment
/// `asked` for a store (`NAME=value`) they do not, since they would widen what was meant to be narrow.
fn roots(found: CertificateResult, asked: &[String]) -> Result<SystemRoots, NetworkFailure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(SystemRoots { roots: Arc::new(roots), warning: None });
    }
    let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    let errors = errors.join("; ");
    if !asked.is_empty() {
        let asked = line(&asked.join(" "));
        let detail = format!("{asked} gives no certificate authority: {errors}");
        return Err(failure(FailureKind::CaFile, &asked, detail.trim_end_matches([':', ' '])));
    }
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    Ok(SystemRoots { roots: Arc::new(roots), warning: Some(line(&errors)) })
}

type Verifier = Arc<WebPkiServerVerifier>;

/// The usual verifier, twice, with a memory.
#[derive(Debug)]
struct Seen {
    provider: Arc<CryptoProvider>,
    /// The certificates of the account's CA file.
    own: Vec<CertificateDer<'static>>,
    /// By these.
    by_own: Option<Verifier>,
    /// By the system's, asked when its own do not verify. Where there is no store, those of the account alone
    /// count: narrower than what was asked for, never wider.
    by_system: OnceLock<Option<Verifier>>,
    leaf: Mutex<Option<CertificateDer<'static>>>,
}

impl Seen {
    fn by_system(&self) -> Option<&Verifier> {
        let load = || verifier(system_roots().ok()?.roots.clone(), &self.provider).ok();
        self.by_system.get_or_init(load).as_ref()
    }

    fn verify(&self, by: impl Fn(&Verifier) -> Result<ServerCertVerified, rustls::Error>) -> Verdict {
        let own = self.by_own.as_ref().map_or(Err(UNKNOWN_ISSUER), &by);
        own.or_else(|error| {
            let verdict = self.by_system().map_or(Err(UNKNOWN_ISSUER), by);
            // What is wrong with a certificate is told by those who know its issuer.
            verdict.map_err(|by_system| if by_system == UNKNOWN_ISSUER { error } else { by_system })
        })
    }
}

type Verdict = Result<ServerCertVerified, rustls::Error>;

const UNKNOWN_ISSUER: rustls::Error = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Verdict {
        *self.leaf.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.clone().into_owned());
        let by = |verifier: &Verifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match self.verify(by) {
            // webpki takes no certificate that may sign others as a server's own, which is what `openssl req
            // -x509` makes. One that stands in the CA file itself is trusted by name, not by what it signs.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.own.iter().any(|own| own == end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                certificate::verify_dates(end_entity, now)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_ca_file_without_a_certificate_is_named() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for content in ["", "not PEM\n", "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"] {
            file.as_file_mut().set_len(0).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            let failure = client_config(&Some(file.path().to_owned())).unwrap_err();
            assert_eq!(failure.kind, FailureKind::CaFile, "{content}");
            assert_eq!(failure.address, file.path().display().to_string());
        }
        let failure = client_config(&Some("/nonexistent/ca.pem".into())).unwrap_err();
        assert_eq!(failure.kind, FailureKind::CaFile);
    }

    /// What `openssl req -x509` makes: signed by itself, and allowed to sign others.
    fn made_by_openssl(expires: i32) -> rcgen::Certificate {
        let mut params = rcgen::CertificateParams::new(["mail.example".to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(expires, 1, 1);
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap()
    }

    fn verdict(ca: &rcgen::Certificate, shown: &rcgen::Certificate, name: &str) -> Result<(), rustls::Error> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(ca.pem().as_bytes()).unwrap();
        let trust = client_config(&Some(file.path().to_owned())).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        // 2026-11-22.
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_795_305_600));
        trust.seen.verify_server_cert(shown.der(), &[], &name, &[], now).map(drop)
    }

    #[test]
    fn a_servers_own_certificate_can_be_named_and_is_still_checked() {
        let named = made_by_openssl(2040);
        assert_eq!(verdict(&named, &named, "mail.example"), Ok(()));
        assert!(verdict(&named, &named, "other.example").is_err());
        assert!(verdict(&named, &made_by_openssl(2040), "mail.example").is_err());
        let expired = made_by_openssl(2021);
        let refused = verdict(&expired, &expired, "mail.example").unwrap_err();
        assert!(format!("{refused:?}").contains("Expired"), "{refused:?}");
    }

    #[test]
    fn the_system_has_roots_or_those_compiled_in_stand_in() {
        let trust = client_config(&None).unwrap();
        assert!(trust.shown().is_none());
        let SystemRoots { roots, warning } = roots(CertificateResult::default(), &[]).unwrap();
        assert!(!roots.is_empty() && warning.is_some());
    }

    #[test]
    fn nothing_stands_in_for_a_store_that_was_asked_for() {
        let asked = ["SSL_CERT_DIR=/etc/own".to_owned()];
        let failure = roots(CertificateResult::default(), &asked).unwrap_err();
        assert_eq!((failure.kind, failure.address.as_str()), (FailureKind::CaFile, "SSL_CERT_DIR=/etc/own"));
        assert_eq!(failure.detail, "SSL_CERT_DIR=/etc/own gives no certificate authority");
        let hostile = roots(CertificateResult::default(), &["SSL_CERT_FILE=\x1b[2J".to_owned()]).unwrap_err();
        assert!(!hostile.to_string().contains('\x1b'), "{hostile}");
        let mut found = CertificateResult::default();
        found.certs.push(rcgen::generate_simple_self_signed(["ca.example".to_owned()]).unwrap().cert.der().clone());
        let SystemRoots { roots, warning } = roots(found, &asked).unwrap();
        assert_eq!((roots.len(), warning), (1, None));
    }
}
