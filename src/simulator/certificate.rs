//! A throw-away certificate authority and one leaf for loopback, made at every start. The
//! authority's key is dropped at once; its certificate goes into a file clients are pointed at.

use std::{io, sync::Arc};

use chrono::{Datelike, Days};
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

use super::Instant;

pub struct Authority {
    /// Removed when dropped.
    pub file: NamedTempFile,
    pub server: Arc<ServerConfig>,
}

/// `name` is the authority's.
pub fn make(name: &str, now: Instant) -> io::Result<Authority> {
    let mut root = dated(Vec::new(), name, now)?;
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().map_err(io::Error::other)?);
    let root = root.map_err(io::Error::other)?;

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut leaf = dated(names.to_vec(), "localhost", now)?;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let leaf = leaf.signed_by(&key, &root).map_err(io::Error::other)?;

    let mut file = tempfile::Builder::new().prefix("simulated-microsoft-").suffix(".pem").tempfile()?;
    io::Write::write_all(&mut file, root.pem().as_bytes())?;
    let server = server(leaf.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    Ok(Authority { file, server: Arc::new(server) })
}

/// Valid from the day before (time zones, and clocks that are a little off) for a month.
fn dated(names: Vec<String>, common_name: &str, now: Instant) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    let date = |day: Instant| {
        let month_and_day = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(day.year(), month_and_day(day.month()), month_and_day(day.day()))
    };
    params.not_before = date(now.checked_sub_days(Days::new(1)).unwrap_or(now));
    params.not_after = date(now.checked_add_days(Days::new(31)).unwrap_or(now));
    Ok(params)
}

/// The provider is named outright: several may be linked in, and then none is the default.
fn server(leaf: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> io::Result<ServerConfig> {
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![leaf], key))
        .map_err(io::Error::other)
}
