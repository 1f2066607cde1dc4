//! What is wrong with a certificate, by the words of the libraries that refuse it: OpenSSL, rustls, Go, Java, .NET,
//! GnuTLS. It does not look at the certificate.

/// In small letters, and the value of `certificate` that each means. The first that fits counts.
const WORDS: [(&str, &[&str]); 4] = [
    ("not-yet-valid", &["not yet valid", "not valid yet", "notvalidyet", "not yet activated", "notyetvalid"]),
    ("expired", &["expired", "certificate has run out", "nottimevalid", "有効期限が切れ", "cert_has_expired"]),
    (
        "other-name",
        &[
            "not valid for name",
            "notvalidforname",
            "hostname mismatch",
            "host name mismatch",
            "doesn't match",
            "does not match",
            "no alternative certificate subject name",
            "certificate is valid for",
            "remotecertificatenamemismatch",
            "no subject alternative",
            "altname_invalid",
            "did not match expected cn",
            "verify identity of server",
            "hostname verification failed",
        ],
    ),
    (
        "unknown-issuer",
        &[
            "unknownissuer",
            "unable to get local issuer",
            "unable to get issuer",
            "self signed",
            "self-signed",
            "unknown ca",
            "unknown authority",
            "untrusted issuer",
            "not trusted",
            "unable to verify the first certificate",
            "unable to find valid certification path",
            "remotecertificatechainerrors",
            "issuer is unknown",
            "self_signed_cert",
            "unable_to_get_issuer_cert",
            "unable_to_verify_leaf_signature",
            "信頼されていない",
        ],
    ),
];

/// The value of the fact `certificate`; `None` where the words tell none.
pub fn fault(detail: &str) -> Option<&'static str> {
    let detail = detail.to_ascii_lowercase();
    // Go's words for both; what follows tells which.
    if detail.contains("has expired or is not yet valid") {
        return Some(if detail.contains(" is before ") { "not-yet-valid" } else { "expired" });
    }
    WORDS.iter().find(|(_, words)| words.iter().any(|words| detail.contains(words))).map(|(fault, _)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_many_libraries_are_understood() {
        for (detail, says) in [
            (
                "invalid peer certificate: certificate expired: verification time 1800000000 (UNIX), but certificate is not valid after 1700000000 (100000000 seconds ago)",
                "expired",
            ),
            (
                "invalid peer certificate: certificate not valid yet: verification time 1700000000 (UNIX), but certificate is not valid before 1800000000 (100000000 seconds in future)",
                "not-yet-valid",
            ),
            (
                "invalid peer certificate: certificate not valid for name \"mail.example\"; certificate is only valid for DnsName(\"other.example\")",
                "other-name",
            ),
            ("invalid peer certificate: UnknownIssuer", "unknown-issuer"),
            ("invalid peer certificate: NotValidForName", "other-name"),
            ("SSL certificate problem: certificate is not yet valid", "not-yet-valid"),
            (
                "x509: certificate has expired or is not yet valid: current time 2026-11-22T10:00:00Z is before 2027-01-01T00:00:00Z",
                "not-yet-valid",
            ),
            (
                "x509: certificate has expired or is not yet valid: current time 2026-11-22T10:00:00Z is after 2026-01-01T00:00:00Z",
                "expired",
            ),
            ("curl: (60) SSL: no alternative certificate subject name matches target host name 'x'", "other-name"),
            (
                "PKIX path building failed: unable to find valid certification path to requested target",
                "unknown-issuer",
            ),
        ] {
            assert_eq!(fault(detail), Some(says), "{detail}");
        }
        assert_eq!(fault("certificate verify failed"), None);
    }
}
