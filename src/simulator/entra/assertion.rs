//! A client assertion (RFC 7523): the JSON Web Token a confidential client signs with the key of a
//! registered certificate, in place of a secret. Entra takes RSA keys only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use ring::{
    digest,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey},
};
use serde_json::{Map, Value};
use x509_cert::{Certificate, der::Decode};

use super::{
    discovery::Directory,
    failure::{self, Failure},
};
use crate::simulator::{
    Instant, Site,
    tenant::{Registration, State},
};

pub fn check(state: &State, site: &Site, app: &Registration, assertion: &str, now: Instant) -> Result<(), Failure> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(failure::assertion_malformed)?;
    let (header, claims) = signed.split_once('.').ok_or_else(failure::assertion_malformed)?;
    let (header, claims) = (object(header)?, object(claims)?);
    let certificate = app.certificates.iter().find(|known| names(&header, known));
    let certificate = certificate.ok_or_else(|| failure::assertion_key("The key was not found."))?;
    let certificate = Certificate::from_der(certificate).map_err(|_| failure::unavailable())?;
    let tbs = certificate.tbs_certificate();
    let not_after = i64::try_from(tbs.validity().not_after.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    if not_after <= now.timestamp() {
        return Err(failure::assertion_key("The key used is expired."));
    }
    let signature = BASE64URL.decode(signature).map_err(|_| failure::assertion_malformed())?;
    let key = UnparsedPublicKey::new(algorithm(&header)?, tbs.subject_public_key_info().subject_public_key.raw_bytes());
    key.verify(signed.as_bytes(), &signature).map_err(|_| failure::assertion_signature())?;
    meant(state, site, app, &claims, now)
}

fn meant(
    state: &State,
    site: &Site,
    app: &Registration,
    claims: &Map<String, Value>,
    now: Instant,
) -> Result<(), Failure> {
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str).unwrap_or_default();
    let number = |claim: &str| claims.get(claim).and_then(Value::as_i64).unwrap_or_default();
    if text("iss") != app.client_id || text("sub") != app.client_id {
        return Err(failure::assertion_of_another());
    }
    let audience = text("aud").strip_prefix(&site.authority).and_then(|rest| rest.strip_prefix('/'));
    let ours = audience.and_then(|rest| rest.split_once('/')).is_some_and(|(tenant, path)| {
        let endpoint = matches!(path, "oauth2/v2.0/token" | "v2.0");
        endpoint && Directory::named(state, tenant) == Ok(Directory::Ours)
    });
    if !ours {
        return Err(failure::assertion_audience());
    }
    let lasts = number("nbf") <= now.timestamp() && now.timestamp() < number("exp");
    if lasts { Ok(()) } else { Err(failure::assertion_time(now)) }
}

fn object(part: &str) -> Result<Map<String, Value>, Failure> {
    let bytes = BASE64URL.decode(part).map_err(|_| failure::assertion_malformed())?;
    serde_json::from_slice(&bytes).map_err(|_| failure::assertion_malformed())
}

/// Whether the header names this certificate by one of its two thumbprints.
fn names(header: &Map<String, Value>, certificate: &[u8]) -> bool {
    [("x5t", &digest::SHA1_FOR_LEGACY_USE_ONLY), ("x5t#S256", &digest::SHA256)].into_iter().any(|(name, algorithm)| {
        let thumbprint = BASE64URL.encode(digest::digest(algorithm, certificate));
        header.get(name).and_then(Value::as_str) == Some(thumbprint.as_str())
    })
}

fn algorithm(header: &Map<String, Value>) -> Result<&'static RsaParameters, Failure> {
    match header.get("alg").and_then(Value::as_str) {
        Some("PS256") => Ok(&RSA_PSS_2048_8192_SHA256),
        Some("RS256") => Ok(&RSA_PKCS1_2048_8192_SHA256),
        _ => Err(failure::assertion_signature()),
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    // Made with OpenSSL: a certificate until 2126, and two assertions signed with its key, valid for
    // ten minutes from 1790000000. The key was not kept.
    const CERTIFICATE: &str = "\
        MIIDGTCCAgGgAwIBAgIUO+gxf9dNugaZ/urzmVS7k6DRd44wDQYJKoZIhvcNAQELBQAwGzEZMBcGA1UEAwwQc2ltdWxhdGVkLWNs\
        aWVudDAgFw0yNjExMjIwODUxMjRaGA8yMTI2MTAyOTA4NTEyNFowGzEZMBcGA1UEAwwQc2ltdWxhdGVkLWNsaWVudDCCASIwDQYJ\
        KoZIhvcNAQEBBQADggEPADCCAQoCggEBANUkyShRuLa5O7DMt8IlUq8yyhAyDY5jGTt1l9b5KdvH3BonPZdeWfgMB5yVuzL7kFxm\
        r6+ay8OLpZ6+KNliP1SCDui/MQewIiPpZNO+dVT03CqX80Jf1mKNgcV9h5Jr2BWAHBeShnpRIBgEn1k/H4AbvrSW9d4WkTQxHHZr\
        cGzfINmm0qzQ+NEpwGZ+dDcN05N+RZQEhwgiMyroulR7dA1meeT2+FLcn74Q4slF3Tp7m7K/pD1Jlh26CqUzoh4Wg9MU5zUOrrtV\
        CQG0363YNDHWzZ0hZ38xsB+jLcuBc30q1J3jRxdvsmKr2v91BQIN+omm68/cFMRCYZlvm2lze/ECAwEAAaNTMFEwHQYDVR0OBBYE\
        FDx5vb/L+SoSYLw6rwnvZyUG6RN9MB8GA1UdIwQYMBaAFDx5vb/L+SoSYLw6rwnvZyUG6RN9MA8GA1UdEwEB/wQFMAMBAf8wDQYJ\
        KoZIhvcNAQELBQADggEBAJQFs86XCxxaty/ES1M6OpJz+WeUXC1x3Kej15hv7kq/qdv0ZvP9sGtusav+VsGngT7KBHmPwF1UWFYD\
        nyw8oa8ayl5XI/+M4lzteV12A8xaDyuWzILrM4QdJf+njvLyB4nv8pRLhgY5jM2+eN6bQvotkAv6Yh1CvvelMSJJID9pHE6ZR6Rn\
        Sj/pAtu67c58ShQuq1+8frhvlhM77zi43Ud0vRTdMMz9bYTsd8P95GIMLF8PG+UgO2oJ8zI+kF4woYNMRbuoBd+RQqcq3Z0NjQoF\
        TJEiZBx1+pmsLAJ8AX2S7XtogM/g8YW3VpJ+wmfLlU6owfpdptlQQVM9OqFyOII=";
    const PS256: &str = "\
        eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCIsIng1dCNTMjU2IjoiZlpLQUk3SkZIMVI1RVA3YzFIaWEwTF9rUC1WTW1WM1o2MUwz\
        aGJRQ2tVQSJ9.eyJhdWQiOiJodHRwczovLzEyNy4wLjAuMToxL2NvbnRvc28uZXhhbXBsZS9vYXV0aDIvdjIuMC90b2tlbiIsIml\
        zcyI6IjJjOWE3ZTE0LTZiM2QtNGY1OC1hMGMxLTlkOGU3ZjZhNWI0NCIsInN1YiI6IjJjOWE3ZTE0LTZiM2QtNGY1OC1hMGMxLTl\
        kOGU3ZjZhNWI0NCIsImp0aSI6IjEiLCJuYmYiOjE3OTAwMDAwMDAsImV4cCI6MTc5MDAwMDYwMH0.Nu0dTkqxHCzppP3GqlRKqLf\
        wb6hXR2ynG8XDiGFDvv3DDJJoGNPSboa6ybqM0mr1Q96-g7V9yJFbASXKmWA6WRidZ5OXozuI8-YN-12uGO85I-vQDqsmQI_BiaO\
        UcurbZxK0cckghrJWx8WmgUmyaJNE25XUrUV6rFJA6H1LmwaeWvzWe56FQzDRLxvMiAjYk-L4NsW4CZN1sj6V-LR74WIlRqEyDWi\
        ogwWpJ3xb5qnMMhA9Tr5E1tPaKMrxtQ4aQx9vC_542_4TvIsxWo2Mw5x1ipt9oBm1P8LMCN-SOD_JPiekNneLLNXcpBcar5pqlJ4\
        lkkw8AUC-yIQ24alFdg";
    const RS256: &str = "\
        eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsIng1dCI6InNmWDFUYXFsRXV4U2ltVEN0MzdmRlJEcUtwNCJ9.eyJhdWQiOiJodHR\
        wczovLzEyNy4wLjAuMToxL2NvbnRvc28uZXhhbXBsZS9vYXV0aDIvdjIuMC90b2tlbiIsImlzcyI6IjJjOWE3ZTE0LTZiM2QtNGY\
        1OC1hMGMxLTlkOGU3ZjZhNWI0NCIsInN1YiI6IjJjOWE3ZTE0LTZiM2QtNGY1OC1hMGMxLTlkOGU3ZjZhNWI0NCIsImp0aSI6IjE\
        iLCJuYmYiOjE3OTAwMDAwMDAsImV4cCI6MTc5MDAwMDYwMH0.1E8OesYGdVoPtMHuHPrnQq7SfswngPXsIsay2_RMqdHVTB0uuNn\
        UnJRWCsKfrkEaJami5z-FaOwxKJJSU8BGdYAIfG6jBJtuXGP2AKkAVOxtGG_9VXNEezkTAxSV9VvzixAVeqU2M7JEoqTB-gOBPo1\
        r5RrCMQJTYYEPn6EQbipJ5gtsHQiNSBayXi67EWHOF5CAsDRAYjNzfDPf3svInJ3nPXtN7pPtE5yiUEFzoI08d5V0haYatSSv1bS\
        VhSC4xG6pbeDn2mAkagt7a2XIrGS6PX-AQw24ZwRfkcvfFPzQEXbSH57la4EoEk_1iiZ3VXT0W0cPLYpAA0FqgQOMkg";

    fn outcome(assertion: &str, seconds: i64, change: impl FnOnce(&mut Registration)) -> Result<(), u32> {
        let mut state = State::healthy();
        let app = &mut state.registrations[0];
        app.certificates.push(BASE64_STANDARD.decode(CERTIFICATE).unwrap());
        change(app);
        let (app, now) = (state.registrations[0].clone(), Instant::from_timestamp(1_790_000_000 + seconds, 0).unwrap());
        check(&state, &Site::of_tests(), &app, assertion, now).map_err(|failure| failure.code)
    }

    #[test]
    fn both_algorithms_and_both_thumbprints_are_taken() {
        assert_eq!(outcome(PS256, 0, |_| {}), Ok(()));
        assert_eq!(outcome(RS256, 599, |_| {}), Ok(()));
    }

    #[test]
    fn what_does_not_fit_has_its_own_number() {
        assert_eq!(outcome(PS256, 600, |_| {}), Err(700_024));
        assert_eq!(outcome(PS256, -1, |_| {}), Err(700_024));
        assert_eq!(outcome(PS256, 0, |app| app.certificates.clear()), Err(700_027));
        assert_eq!(outcome(PS256, 0, |app| app.client_id = "other".to_owned()), Err(700_021));
        assert_eq!(outcome(PS256, 200 * 366 * 86_400, |_| {}), Err(700_027));
        let forged = format!("{}AA", &PS256[..PS256.len() - 2]);
        assert_eq!(outcome(&forged, 0, |_| {}), Err(700_027));
        assert_eq!(outcome("x", 0, |_| {}), Err(50_027));
    }
}
