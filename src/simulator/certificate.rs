//! A throw-away certificate authority and its servers' certificates for loopback, made at every start. The
//! authority's key is soon dropped; its certificate goes into a file clients are pointed at.

use std::{io, sync::Arc};

use chrono::{Datelike, TimeDelta};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tempfile::NamedTempFile;
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{Instant, submission::Shown};

/// Its key is forgotten with it.
pub struct Authority {
    /// Removed when dropped.
    pub file: NamedTempFile,
    root: CertifiedIssuer<'static, KeyPair>,
    now: Instant,
}

/// Whom a certificate is for: this machine's loopback.
const OWN: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Days before and after the day it is made. From the day before: time zones, and clocks that are a little off.
const VALID: (i64, i64) = (-1, 31);

impl Authority {
    /// `name` is its own.
    pub fn make(name: &str, now: Instant) -> io::Result<Self> {
        let mut root = dated(Vec::new(), name, now, VALID)?;
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().map_err(io::Error::other)?);
        let root = root.map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new().prefix("simulated-microsoft-").suffix(".pem").tempfile()?;
        io::Write::write_all(&mut file, root.pem().as_bytes())?;
        Ok(Self { file, root, now })
    }

    /// A server that shows a certificate of this authority.
    pub fn server(&self, shown: Shown) -> io::Result<Arc<ServerConfig>> {
        let (names, days) = match shown {
            Shown::Own | Shown::OtherAuthority => (&OWN[..], VALID),
            Shown::Expired => (&OWN[..], (-400, -35)),
            Shown::Early => (&OWN[..], (30, 60)),
            Shown::OtherName => (&["web12.hosting.example"][..], VALID),
        };
        let common_name = names.first().copied().unwrap_or_default();
        let owned = names.iter().map(|&name| name.to_owned()).collect();
        let mut leaf = dated(owned, common_name, self.now, days)?;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let leaf = leaf.signed_by(&key, &self.root).map_err(io::Error::other)?;
        let config = server(leaf.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        Ok(Arc::new(config))
    }
}

fn dated(names: Vec<String>, common_name: &str, now: Instant, days: (i64, i64)) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    let date = |days: i64| {
        let day = TimeDelta::try_days(days).and_then(|days| now.checked_add_signed(days)).unwrap_or(now);
        let month_and_day = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(day.year(), month_and_day(day.month()), month_and_day(day.day()))
    };
    (params.not_before, params.not_after) = (date(days.0), date(days.1));
    Ok(params)
}

/// The provider is named outright: several may be linked in, and then none is the default.
fn server(leaf: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> io::Result<ServerConfig> {
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![leaf], key))
        .map_err(io::Error::other)
}
