//! JSON Web Tokens of the simulated tenant, signed ES256 with a key made at the start: signing for
//! its authority, checking for its Exchange, and the key set both publish.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use ring::{
    error::Unspecified,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use serde_json::{Map, Value, json};

pub struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    id: String,
}

impl Key {
    pub fn generate() -> std::io::Result<Self> {
        let random = SystemRandom::new();
        let failed = |what: &str| std::io::Error::other(what.to_owned());
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|Unspecified| failed("no signing key could be made"))?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
            .map_err(|_| failed("the signing key cannot be read back"))?;
        let id =
            BASE64URL.encode(&ring::digest::digest(&ring::digest::SHA256, pair.public_key().as_ref()).as_ref()[..20]);
        Ok(Self { pair, random, id })
    }

    /// The compact form: header, claims and signature.
    pub fn sign(&self, claims: &Value) -> Result<String, Unspecified> {
        let header = json!({"typ": "JWT", "alg": "ES256", "x5t": self.id, "kid": self.id});
        let signed = format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims.to_string()));
        let signature = self.pair.sign(&self.random, signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64URL.encode(signature)))
    }

    /// The claims, when this key signed them.
    pub fn verify(&self, token: &str) -> Option<Map<String, Value>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = BASE64URL.decode(signature).ok()?;
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key().as_ref());
        public.verify(signed.as_bytes(), &signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&BASE64URL.decode(claims).ok()?).ok()
    }

    /// The JSON Web Key Set (RFC 7517): one key, its point in the two coordinates.
    pub fn set(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
        json!({"keys": [{
            "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": self.id, "x5t": self.id,
            "x": BASE64URL.encode(x), "y": BASE64URL.encode(y),
        }]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_this_key_signed_is_accepted() {
        let (ours, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let token = ours.sign(&json!({"aud": "x"})).unwrap();
        assert_eq!(ours.verify(&token).unwrap().get("aud"), Some(&json!("x")));
        assert!(other.verify(&token).is_none());
        assert!(ours.verify(&token[..token.len() - 2]).is_none());
        assert!(ours.verify("").is_none() && ours.verify("a.b").is_none() && ours.verify("..").is_none());
    }

    #[test]
    fn the_key_set_names_the_key_in_the_header() {
        let key = Key::generate().unwrap();
        let token = key.sign(&json!({})).unwrap();
        let header = BASE64URL.decode(token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header["kid"], key.set()["keys"][0]["kid"]);
        assert_eq!(BASE64URL.decode(key.set()["keys"][0]["y"].as_str().unwrap()).unwrap().len(), 32);
    }
}
