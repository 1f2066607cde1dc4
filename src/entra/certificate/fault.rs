//! Why a certificate or its key cannot be used, and what to say of it: the line that makes it usable where there is
//! one. Whoever read the files fills in their names as `{file}`, quoted for a shell.

use chrono::DateTime;

use crate::phrase::Phrase;

/// Which of the two files is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Certificate,
    Key,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the file is empty")]
    Empty(Part),
    #[error("no PEM file")]
    NotPem(Part),
    /// Between `BEGIN` and `END` is what cannot be read.
    #[error("damaged")]
    Damaged(Part),
    /// `.pfx`, `.p12`
    #[error("PKCS #12")]
    Pkcs12(Part),
    #[error("DER")]
    Der(Part),
    /// What there is instead.
    #[error("no certificate, but {0}")]
    NoCertificate(String),
    #[error("no private key, but {1}")]
    NoKey(Part, String),
    #[error("the private key is encrypted")]
    Encrypted(Part),
    #[error("a key of the kind {1}, not RSA")]
    NotRsa(Part, String),
    /// By the library's word for it, such as `TooSmall`.
    #[error("the private key is not usable: {1}")]
    Unusable(Part, String),
    #[error("the private key belongs to another certificate")]
    KeyOfAnother,
    /// Unix seconds.
    #[error("expired at {0}")]
    Expired(i64),
    #[error("not valid before {0}")]
    NotYetValid(i64),
}

impl Fault {
    pub fn part(&self) -> Part {
        match self {
            Self::Empty(part)
            | Self::NotPem(part)
            | Self::Damaged(part)
            | Self::Pkcs12(part)
            | Self::Der(part)
            | Self::NoKey(part, _)
            | Self::Encrypted(part)
            | Self::NotRsa(part, _)
            | Self::Unusable(part, _) => *part,
            Self::NoCertificate(_) | Self::KeyOfAnother | Self::Expired(_) | Self::NotYetValid(_) => Part::Certificate,
        }
    }

    pub fn phrase(&self) -> Phrase {
        let date = |seconds: i64| {
            DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |at| at.date_naive().to_string())
        };
        match self {
            Self::Empty(_) => Phrase::new("certificate.empty"),
            Self::NotPem(_) => Phrase::new("certificate.not-pem"),
            Self::Damaged(_) => Phrase::new("certificate.damaged"),
            Self::Pkcs12(_) => Phrase::new("certificate.pkcs12"),
            Self::Der(Part::Certificate) => Phrase::new("certificate.der"),
            Self::Der(Part::Key) => Phrase::new("certificate.der-key"),
            Self::NoCertificate(found) => Phrase::new("certificate.no-certificate").with("found", found),
            Self::NoKey(_, found) => Phrase::new("certificate.no-key").with("found", found),
            Self::Encrypted(_) => Phrase::new("certificate.encrypted"),
            Self::NotRsa(_, kind) => Phrase::new("certificate.not-rsa").with("kind", kind),
            Self::Unusable(_, detail) if detail == "TooSmall" => Phrase::new("certificate.too-small"),
            Self::Unusable(_, detail) if detail == "TooLarge" => Phrase::new("certificate.too-large"),
            Self::Unusable(_, detail) => Phrase::new("certificate.unusable").with("detail", detail),
            Self::KeyOfAnother => Phrase::new("certificate.key-of-another"),
            Self::Expired(at) => Phrase::new("certificate.expired").with("date", date(*at)),
            Self::NotYetValid(at) => Phrase::new("certificate.not-yet-valid").with("date", date(*at)),
        }
    }
}
