//! The client assertion (RFC 7523; Microsoft's page "Application authentication certificate credentials"): a JSON Web
//! Token by which an app shows that it has the key of a registered certificate. It is made anew for every request.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding},
};
use serde_json::json;

use super::{Certificate, Failure, grant::Registration};
use crate::secret::Secret;

/// How it is signed (RFC 7518 §3.3 and §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// What Microsoft wants of new clients.
    #[default]
    Ps256,
    /// What everybody takes.
    Rs256,
}

/// Entra takes a life of ten minutes at most; its page says five to ten.
const LIFE: i64 = 540;
/// A clock that is ahead by so much is no trouble. Entra forgives five minutes, other servers nothing.
const AHEAD: i64 = 60;

impl Algorithm {
    /// What to sign with in a second try, once, when the authority does not take [`Self::Ps256`]. Entra says so
    /// (AADSTS5002738); a server without such numbers says `invalid_client` to any fault of an assertion
    /// (RFC 7523 §3.2).
    pub fn instead(self, failure: &Failure) -> Option<Self> {
        let unknown = failure.codes.is_empty() && failure.error == "invalid_client";
        (self == Self::Ps256 && (unknown || failure.has_code(5_002_738))).then_some(Self::Rs256)
    }

    fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Ps256 => &RSA_PSS_SHA256,
            Self::Rs256 => &RSA_PKCS1_SHA256,
        }
    }
}

/// `now` in Unix seconds; `jti` is never to come twice. `None` when the system gives no random numbers.
pub fn sign(
    certificate: &Certificate,
    registration: &Registration,
    algorithm: Algorithm,
    now: i64,
    jti: &str,
) -> Option<Secret> {
    let shown = certificate.shown();
    let s256 = shown.header_thumbprint(&digest::SHA256);
    let header = match algorithm {
        Algorithm::Ps256 => json!({"alg": "PS256", "typ": "JWT", "x5t#S256": s256}),
        // Servers that know RS256 only may know the certificate by its SHA-1 only.
        Algorithm::Rs256 => {
            let x5t = shown.header_thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY);
            json!({"alg": "RS256", "typ": "JWT", "x5t": x5t, "x5t#S256": s256})
        }
    };
    let client_id = registration.client_id.as_str();
    let claims = json!({
        "aud": registration.endpoint("token"),
        "iss": client_id,
        "sub": client_id,
        "jti": jti,
        "nbf": now.saturating_sub(AHEAD),
        "iat": now.saturating_sub(AHEAD),
        "exp": now.saturating_add(LIFE - AHEAD),
    });
    let signed = format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims.to_string()));
    let pair = certificate.pair()?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(algorithm.encoding(), &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
    Some(Secret::new(format!("{signed}.{}", BASE64URL.encode(signature))))
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;
    use crate::entra::{certificate::tests as pem, wire::Answer};

    const NOW: i64 = 1_790_000_000;

    fn registration() -> Registration {
        Registration {
            authority: "https://login.example".parse().unwrap(),
            tenant: "contoso.example".parse().unwrap(),
            client_id: "0f000000-0000-4000-8000-000000000001".parse().unwrap(),
            credential: super::super::grant::Credential::None,
            trust: None,
        }
    }

    fn certificate() -> Certificate {
        Certificate::read(pem::certificate().as_bytes(), Some(pem::key().as_bytes())).unwrap()
    }

    fn read(part: &str) -> Value {
        serde_json::from_slice(&BASE64URL.decode(part).unwrap()).unwrap()
    }

    fn verified(algorithm: Algorithm, by: &'static RsaParameters) -> (Value, Value) {
        let certificate = certificate();
        let assertion = sign(&certificate, &registration(), algorithm, NOW, "1").unwrap();
        let (signed, signature) = assertion.expose().rsplit_once('.').unwrap();
        let key = certificate.pair().unwrap();
        let key = UnparsedPublicKey::new(by, key.public());
        key.verify(signed.as_bytes(), &BASE64URL.decode(signature).unwrap()).unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        (read(header), read(claims))
    }

    #[test]
    fn the_signature_is_the_certificates_and_the_claims_name_the_token_endpoint() {
        let (header, claims) = verified(Algorithm::Ps256, &RSA_PSS_2048_8192_SHA256);
        assert_eq!((&header["alg"], &header["typ"]), (&json!("PS256"), &json!("JWT")));
        assert_eq!((header["x5t#S256"].as_str().unwrap().len(), header.get("x5t")), (43, None));
        assert_eq!(claims["aud"], "https://login.example/contoso.example/oauth2/v2.0/token");
        assert_eq!((&claims["iss"], &claims["jti"]), (&claims["sub"], &json!("1")));
        assert_eq!(claims["sub"], "0f000000-0000-4000-8000-000000000001");
        assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(NOW - 60), &json!(NOW + 480)));
        let (header, _) = verified(Algorithm::Rs256, &RSA_PKCS1_2048_8192_SHA256);
        assert_eq!((&header["alg"], header["x5t"].as_str().unwrap().len()), (&json!("RS256"), 27));
    }

    #[test]
    fn another_algorithm_is_tried_once_and_only_when_it_may_help() {
        let after = |algorithm: Algorithm, body: &str| algorithm.instead(&Failure::read(&Answer::of(401, body)));
        let bare = r#"{"error":"invalid_client"}"#;
        assert_eq!(after(Algorithm::Ps256, bare), Some(Algorithm::Rs256));
        assert_eq!(after(Algorithm::Rs256, bare), None);
        let entra = |code: u32| format!(r#"{{"error":"invalid_client","error_codes":[{code}]}}"#);
        assert_eq!(after(Algorithm::Ps256, &entra(5_002_738)), Some(Algorithm::Rs256));
        assert_eq!(after(Algorithm::Ps256, &entra(700_027)), None);
        assert_eq!(after(Algorithm::Ps256, r#"{"error":"invalid_scope"}"#), None);
    }
}
