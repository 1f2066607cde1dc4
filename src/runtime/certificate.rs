//! What a certificate says of itself: its names for people, its dates for the verifier.

use rustls::{
    CertificateError,
    pki_types::{CertificateDer, UnixTime},
};
use x509_cert::{Certificate, der::Decode};

use crate::{smtp::TlsFacts, visible::line};

/// Subject, issuer and end of validity; left empty where the bytes are no certificate.
pub fn facts(leaf: &CertificateDer<'_>) -> TlsFacts {
    let Ok(certificate) = Certificate::from_der(leaf) else { return TlsFacts::default() };
    let certificate = certificate.tbs_certificate();
    TlsFacts {
        version: None,
        cipher: None,
        subject: line(&certificate.subject().to_string()),
        issuer: line(&certificate.issuer().to_string()),
        // `Display` of a `DateTime` is RFC 3339.
        not_after: certificate.validity().not_after.to_date_time().to_string(),
    }
}

/// Whether `now` lies within the certificate's validity (RFC 5280 §4.1.2.5).
pub fn verify_dates(leaf: &CertificateDer<'_>, now: UnixTime) -> Result<(), CertificateError> {
    let certificate = Certificate::from_der(leaf).map_err(|_| CertificateError::BadEncoding)?;
    let validity = certificate.tbs_certificate().validity();
    if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet);
    }
    if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_and_rubbish_is_not() {
        let mut params = rcgen::CertificateParams::new(["mx.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "mx\x1b[2J.example");
        params.not_after = rcgen::date_time_ymd(2027, 5, 1);
        let certificate = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let facts = facts(certificate.der());
        assert_eq!(facts.not_after, "2027-05-01T00:00:00Z");
        assert!(facts.subject.starts_with("CN=mx") && !facts.subject.contains('\x1b'), "{}", facts.subject);
        assert_eq!(super::facts(&CertificateDer::from(vec![1, 2, 3])), TlsFacts::default());
    }
}
