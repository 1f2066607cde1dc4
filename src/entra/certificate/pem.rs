//! What stands in a PEM file (RFC 7468), and what a file is that is none. Nothing of a private key gets into a fault.

use ::pem::Pem;
use x509_cert::{
    der::{Decode, Reader, SliceReader, asn1::AnyRef},
    spki::AlgorithmIdentifierRef,
};
use zeroize::Zeroizing;

use super::{Fault, Part};
use crate::visible::line;

/// rsaEncryption (RFC 8017, appendix C).
pub const RSA: &str = "1.2.840.113549.1.1.1";

pub fn sections(part: Part, file: &[u8]) -> Result<Vec<Pem>, Fault> {
    let sections = pem::parse_many(file).map_err(|_| Fault::Damaged(part))?;
    if !sections.is_empty() {
        return Ok(sections);
    }
    // A file that ends before its `END` line has no section either.
    let begun = file.windows(11).any(|window| window == b"-----BEGIN ");
    Err(if begun { Fault::Damaged(part) } else { other(part, file) })
}

/// A file without PEM: binary forms of the same things are told by how they begin.
fn other(part: Part, file: &[u8]) -> Fault {
    if file.trim_ascii().is_empty() {
        return Fault::Empty(part);
    }
    match (part, inside_sequence(file)) {
        // PFX begins with its version, which is 3 (RFC 7292 §4).
        (_, Some([0x02, 0x01, 0x03, ..])) => Fault::Pkcs12(part),
        (Part::Key, Some([0x02, 0x01, 0x00 | 0x01, ..])) => Fault::Der(part),
        (Part::Key, Some([0x30, ..])) => Fault::Encrypted(part),
        (Part::Certificate, Some(_)) if x509_cert::Certificate::from_der(file).is_ok() => Fault::Der(part),
        _ => Fault::NotPem(part),
    }
}

/// What follows the tag and length of an ASN.1 SEQUENCE, in BER as well, which old PKCS #12 files are in.
fn inside_sequence(file: &[u8]) -> Option<&[u8]> {
    let (&[tag, length], rest) = file.split_first_chunk()?;
    let more = usize::from(if length < 0x80 { 0 } else { length & 0x7f });
    (tag == 0x30 && more <= 4).then(|| rest.get(more..)).flatten()
}

pub fn certificates(sections: &[Pem]) -> impl Iterator<Item = &[u8]> {
    sections.iter().filter(|section| matches!(section.tag(), "CERTIFICATE" | "X509 CERTIFICATE")).map(Pem::contents)
}

/// The first private key, in DER.
pub fn key(part: Part, sections: &[Pem]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let section = sections.iter().find(|section| section.tag().ends_with("PRIVATE KEY"));
    let section = section.ok_or_else(|| Fault::NoKey(part, found(sections)))?;
    let encrypted = section.headers().get("Proc-Type").is_some_and(|kind| kind.contains("ENCRYPTED"));
    let not_rsa = |kind: String| Err(Fault::NotRsa(part, kind));
    match section.tag().trim_end_matches("PRIVATE KEY").trim() {
        "ENCRYPTED" => Err(Fault::Encrypted(part)),
        _ if encrypted => Err(Fault::Encrypted(part)),
        "" => match algorithm(section.contents()) {
            Some(algorithm) if algorithm != RSA => not_rsa(algorithm_name(&algorithm)),
            _ => Ok(Zeroizing::new(section.contents().to_owned())),
        },
        "RSA" => Ok(Zeroizing::new(section.contents().to_owned())),
        other => not_rsa(line(other)),
    }
}

/// The tags of all sections, to be shown.
pub fn found(sections: &[Pem]) -> String {
    const MOST: usize = 8;
    let tags: Vec<String> = sections.iter().take(MOST).map(|section| line(section.tag())).collect();
    tags.join(", ")
}

/// The algorithm's OID of a PKCS#8 key (RFC 5208 §5).
fn algorithm(der: &[u8]) -> Option<String> {
    let mut reader = SliceReader::new(der).ok()?;
    let algorithm = reader.sequence(|key| {
        u8::decode(key)?;
        let algorithm = AlgorithmIdentifierRef::decode(key)?.oid;
        while !key.is_finished() {
            AnyRef::decode(key)?;
        }
        Ok::<_, x509_cert::der::Error>(algorithm)
    });
    algorithm.ok().map(|oid| oid.to_string())
}

/// For people, where it has a name they know.
pub fn algorithm_name(oid: &str) -> String {
    match oid {
        "1.2.840.10045.2.1" => "EC",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "1.2.840.10040.4.1" => "DSA",
        // It may sign PSS alone; Entra and `ring` take the general kind.
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        other => other,
    }
    .to_owned()
}
