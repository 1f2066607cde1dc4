//! The certificate an app shows itself by, and its private key, from what their files hold (PEM). It opens no file
//! and asks no clock. The key is kept as a [`Secret`] and looked at again for every signature.

mod fault;
mod pem;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL},
};
use ring::{digest, signature::RsaKeyPair};
use x509_cert::der::Decode;
use zeroize::Zeroizing;

pub use self::fault::{Fault, Part};
use crate::{secret::Secret, visible::line};

/// A certificate and the private key that fits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    shown: Shown,
    /// PKCS#8 or PKCS#1 in DER, as base64.
    key: Secret,
}

/// What a certificate tells everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// DER.
    bytes: Vec<u8>,
    /// Its subject in one line.
    pub subject: String,
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
}

impl Certificate {
    /// Of all certificates there, the one that the private key belongs to. The key is in its own file or in the
    /// certificate's.
    pub fn read(certificate: &[u8], key: Option<&[u8]>) -> Result<Self, Fault> {
        let sections = pem::sections(Part::Certificate, certificate)?;
        let (part, keys) = match key {
            Some(key) => (Part::Key, pem::sections(Part::Key, key)?),
            None => (Part::Certificate, Vec::new()),
        };
        let der = pem::key(part, if key.is_some() { &keys } else { &sections })?;
        let pair = rsa(&der).map_err(|rejected| Fault::Unusable(part, rejected.to_string()))?;
        let mut fits = Err(Fault::NoCertificate(pem::found(&sections)));
        for bytes in pem::certificates(&sections) {
            fits = Shown::read_for(bytes, pair.public().as_ref());
            if fits.is_ok() {
                break;
            }
        }
        Ok(Self { shown: fits?, key: Secret::new(BASE64_STANDARD.encode(der.as_slice())) })
    }

    pub fn shown(&self) -> &Shown {
        &self.shown
    }

    /// `None` when the key cannot be read back, which [`Self::read`] has tried.
    pub(super) fn pair(&self) -> Option<RsaKeyPair> {
        let der = Zeroizing::new(BASE64_STANDARD.decode(self.key.expose()).ok()?);
        rsa(&der).ok()
    }
}

/// PKCS#8 (RFC 5208) or PKCS#1 (RFC 8017, appendix A.1.2).
fn rsa(der: &[u8]) -> Result<RsaKeyPair, ring::error::KeyRejected> {
    RsaKeyPair::from_pkcs8(der).or_else(|rejected| RsaKeyPair::from_der(der).map_err(|_| rejected))
}

impl Shown {
    /// As it is uploaded to the portal.
    pub fn der(&self) -> &[u8] {
        &self.bytes
    }

    /// The first certificate of a file, for its dates; no key is needed for that.
    pub fn first(certificate: &[u8]) -> Result<Self, Fault> {
        let sections = pem::sections(Part::Certificate, certificate)?;
        let first = pem::certificates(&sections).next().map(Self::parsed);
        first.unwrap_or_else(|| Err(Fault::NoCertificate(pem::found(&sections)))).map(|(shown, _)| shown)
    }

    fn read_for(bytes: &[u8], public: &[u8]) -> Result<Self, Fault> {
        let (shown, spki) = Self::parsed(bytes)?;
        let algorithm = spki.algorithm.oid.to_string();
        match (algorithm == pem::RSA, spki.subject_public_key.raw_bytes() == public) {
            (true, true) => Ok(shown),
            (true, false) => Err(Fault::KeyOfAnother),
            (false, _) => Err(Fault::NotRsa(Part::Certificate, pem::algorithm_name(&algorithm))),
        }
    }

    fn parsed(bytes: &[u8]) -> Result<(Self, x509_cert::spki::SubjectPublicKeyInfoOwned), Fault> {
        let certificate = x509_cert::Certificate::from_der(bytes).map_err(|_| Fault::Damaged(Part::Certificate))?;
        let tbs = certificate.tbs_certificate();
        let seconds =
            |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        let shown = Self {
            bytes: bytes.to_owned(),
            subject: line(&tbs.subject().to_string()),
            not_before: seconds(tbs.validity().not_before),
            not_after: seconds(tbs.validity().not_after),
        };
        Ok((shown, tbs.subject_public_key_info().clone()))
    }

    /// Whether the time, in Unix seconds, lies within its dates (RFC 5280 §4.1.2.5).
    pub fn valid_at(&self, now: i64) -> Result<(), Fault> {
        if now < self.not_before {
            return Err(Fault::NotYetValid(self.not_before));
        }
        if now > self.not_after { Err(Fault::Expired(self.not_after)) } else { Ok(()) }
    }

    /// As the portal shows it beside an uploaded certificate: SHA-1 in hex.
    pub fn thumbprint(&self) -> String {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.bytes);
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// `x5t` and `x5t#S256` of RFC 7515 §4.1.7 and §4.1.8.
    pub(super) fn header_thumbprint(&self, algorithm: &'static digest::Algorithm) -> String {
        BASE64URL.encode(digest::digest(algorithm, &self.bytes))
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn key() -> String {
        include_str!("../../../tests/keys/rfc9500-rsa2048.pem").replace("TESTING", "PRIVATE")
    }

    fn pkcs1() -> Vec<u8> {
        ::pem::parse(key()).unwrap().into_contents()
    }

    fn text(tag: &str, bytes: &[u8]) -> String {
        ::pem::encode(&::pem::Pem::new(tag, bytes))
    }

    /// The same key as PKCS#8: version 0, rsaEncryption, the PKCS#1 key as an octet string.
    fn pkcs8() -> Vec<u8> {
        let (inner, algorithm) = (pkcs1(), b"\x02\x01\0\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0");
        let long = |tag: u8, body: &[u8]| {
            [&[tag, 0x82], u16::try_from(body.len()).unwrap().to_be_bytes().as_slice(), body].concat()
        };
        long(0x30, &[algorithm.as_slice(), &long(0x04, &inner)].concat())
    }

    fn signed(key: &rcgen::KeyPair) -> String {
        let mut params = rcgen::CertificateParams::new(["app.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "smtp\x1b[2J-oauth");
        params.not_before = rcgen::date_time_ymd(2026, 5, 1);
        params.not_after = rcgen::date_time_ymd(2027, 5, 1);
        params.self_signed(key).unwrap().pem()
    }

    /// For [`key`], valid from 2026-05-01 to 2027-05-01.
    pub fn certificate() -> String {
        signed(&rcgen::KeyPair::try_from(pkcs8()).unwrap())
    }

    fn elliptic() -> rcgen::KeyPair {
        rcgen::KeyPair::generate().unwrap()
    }

    /// The same certificate with another modulus.
    fn anothers() -> String {
        let mut bytes = ::pem::parse(certificate()).unwrap().into_contents();
        // The modulus as the key has it; a byte of its middle.
        let modulus = &pkcs1()[60..80];
        let at = bytes.windows(20).position(|window| window == modulus).unwrap();
        bytes[at] ^= 1;
        text("CERTIFICATE", &bytes)
    }

    fn fault(certificate: &[u8], key: Option<&[u8]>) -> Fault {
        Certificate::read(certificate, key).unwrap_err()
    }

    #[test]
    fn the_key_is_taken_in_both_forms_from_either_file() {
        let one = Certificate::read(certificate().as_bytes(), Some(key().as_bytes())).unwrap();
        let together = format!("\u{feff}{}{}", certificate(), text("PRIVATE KEY", &pkcs8())).replace('\n', "\r\n");
        let two = Certificate::read(together.as_bytes(), None).unwrap();
        assert_eq!(one.shown.subject, "CN=smtp\\1b[2J-oauth");
        assert_eq!((one.shown.not_before, one.shown.not_after), (1_777_593_600, 1_809_129_600));
        for certificate in [&one, &two] {
            assert!(certificate.pair().is_some());
            assert!(!format!("{certificate:?}").contains("MII"));
        }
    }

    #[test]
    fn the_thumbprint_is_the_digest_of_the_whole_certificate() {
        let shown = Shown::first(certificate().as_bytes()).unwrap();
        let digest =
            digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &::pem::parse(certificate()).unwrap().into_contents());
        assert_eq!(shown.thumbprint().len(), 40);
        assert_eq!(shown.header_thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY), BASE64URL.encode(digest));
    }

    #[test]
    fn of_a_chain_the_certificate_is_taken_that_the_key_fits() {
        let chain = [signed(&elliptic()), anothers(), certificate(), anothers()].concat();
        let read = Certificate::read(chain.as_bytes(), Some(key().as_bytes())).unwrap();
        assert_eq!(read.shown, Shown::first(certificate().as_bytes()).unwrap());
        assert_eq!(fault(anothers().as_bytes(), Some(key().as_bytes())), Fault::KeyOfAnother);
    }

    #[test]
    fn a_certificate_has_its_time() {
        let shown = Shown::first(certificate().as_bytes()).unwrap();
        assert_eq!(shown.valid_at(1_777_593_599), Err(Fault::NotYetValid(1_777_593_600)));
        assert_eq!((shown.valid_at(1_777_593_600), shown.valid_at(1_809_129_600)), (Ok(()), Ok(())));
        assert_eq!(shown.valid_at(1_809_129_601), Err(Fault::Expired(1_809_129_600)));
    }

    #[test]
    fn an_encrypted_key_and_a_key_of_another_kind_are_refused_as_what_they_are() {
        let mut encrypted = ::pem::Pem::new("RSA PRIVATE KEY", b"x");
        encrypted.headers_mut().add("Proc-Type", "4,ENCRYPTED").unwrap();
        encrypted.headers_mut().add("DEK-Info", "AES-256-CBC,00").unwrap();
        for key in [::pem::encode(&encrypted), text("ENCRYPTED PRIVATE KEY", b"\x30\x00")] {
            assert_eq!(fault(certificate().as_bytes(), Some(key.as_bytes())), Fault::Encrypted(Part::Key));
            let together = certificate() + &key;
            assert_eq!(fault(together.as_bytes(), None), Fault::Encrypted(Part::Certificate));
        }
        let other = elliptic();
        let elliptic = |part| Fault::NotRsa(part, "EC".to_owned());
        assert_eq!(fault(certificate().as_bytes(), Some(other.serialize_pem().as_bytes())), elliptic(Part::Key));
        assert_eq!(fault(certificate().as_bytes(), Some(text("EC PRIVATE KEY", b"x").as_bytes())), elliptic(Part::Key));
        assert_eq!(fault(signed(&other).as_bytes(), Some(key().as_bytes())), elliptic(Part::Certificate));
        let short = text("RSA PRIVATE KEY", &pkcs1()[..200]);
        assert!(matches!(fault(certificate().as_bytes(), Some(short.as_bytes())), Fault::Unusable(Part::Key, _)));
        let told = |detail: &str| Fault::Unusable(Part::Key, detail.to_owned()).phrase().key;
        let keys = ["TooSmall", "TooLarge", "InvalidEncoding"].map(told);
        assert_eq!(keys, ["too-small", "too-large", "unusable"].map(|key| format!("certificate.{key}")));
    }

    #[test]
    fn binary_files_are_told_apart() {
        let certificate_der = ::pem::parse(certificate()).unwrap().into_contents();
        assert_eq!(fault(&certificate_der, None), Fault::Der(Part::Certificate));
        for der in [pkcs1(), pkcs8()] {
            assert_eq!(fault(certificate().as_bytes(), Some(&der)), Fault::Der(Part::Key));
            // Named in each other's place, the lines to convert them would be wrong.
            assert_eq!(fault(&der, None), Fault::NotPem(Part::Certificate));
        }
        for pfx in [&b"\x30\x82\x0a\x01\x02\x01\x03\x30"[..], b"\x30\x80\x02\x01\x03\x30"] {
            assert_eq!(fault(pfx, None), Fault::Pkcs12(Part::Certificate));
        }
        assert_eq!(fault(certificate().as_bytes(), Some(b"\x30\x82\x0a\x01\x30\x5f")), Fault::Encrypted(Part::Key));
    }

    #[test]
    fn what_is_no_certificate_is_said_to_be_so() {
        assert_eq!(fault(b" \n", None), Fault::Empty(Part::Certificate));
        assert_eq!(fault(certificate().as_bytes(), Some(b"")), Fault::Empty(Part::Key));
        for rubbish in
            [&b"\xff\xfe-\0-\0"[..], b"ssh-rsa AAAA", &[0x30; 70_000], b"\x30", b"\x30\x82\x0a", b"\x30\xff\x02"]
        {
            assert_eq!(fault(rubbish, None), Fault::NotPem(Part::Certificate));
        }
        for torn in ["-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\n(\n-----END CERTIFICATE-----"] {
            assert_eq!(fault(torn.as_bytes(), None), Fault::Damaged(Part::Certificate));
        }
        let no_certificate = text("RSA PRIVATE KEY", &pkcs1()) + &text("CERTIFICATE REQUEST", b"x");
        let found = "RSA PRIVATE KEY, CERTIFICATE REQUEST".to_owned();
        assert_eq!(fault(no_certificate.as_bytes(), None), Fault::NoCertificate(found));
        assert_eq!(fault(certificate().as_bytes(), None), Fault::NoKey(Part::Certificate, "CERTIFICATE".to_owned()));
        let rubbish = text("CERTIFICATE", b"x");
        assert_eq!(fault(rubbish.as_bytes(), Some(key().as_bytes())), Fault::Damaged(Part::Certificate));
    }
}
