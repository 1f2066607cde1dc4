//! A secret from the byte it arrives: a password, client secret, token, code or key.
//! It shows itself in no `Debug`, has no `Display`, and is wiped when dropped. Whoever needs
//! the characters says so with [`Secret::expose`].

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The characters themselves: for a request body, a SASL blob, a `0600` file or `token`'s stdout.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compared in a time that tells nothing of where the two begin to differ.
    pub fn is(&self, text: &str) -> bool {
        let differ = self.0.bytes().zip(text.bytes()).fold(0, |differ, (mine, other)| differ | (mine ^ other));
        self.0.len() == text.len() && differ == 0
    }

    /// What may be shown of an access token: `‹token: 2113 characters, sha256 1a2b3c4d›`,
    /// the first 8 hex digits of the digest. Enough to tell two tokens apart, useless to anyone else.
    pub fn token_mark(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.0.as_bytes());
        let hex: String = digest.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("‹token: {} characters, sha256 {hex}›", self.0.chars().count())
    }
}

/// What stands in place of any other secret.
pub const MARK: &str = "‹secret›";

/// Marks as JSON and ASCII have them: `<token: …>` for `‹token: …›`.
pub fn ascii_marks(text: &str) -> String {
    text.replace('‹', "<").replace('›', ">")
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARK)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

/// For the two formats that hold secrets, `accounts/NAME.json` and `draft.secret`, and for OAuth bodies.
impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_it() {
        let secret = Secret::new("CANARY-secret");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "‹secret› Some(‹secret›)");
    }

    #[test]
    fn it_is_itself_alone() {
        let secret = Secret::new("CANARY");
        assert!(secret.is("CANARY"));
        assert!(["", "CANAR", "CANARYX", "canary"].iter().all(|other| !secret.is(other)));
    }

    #[test]
    fn a_token_is_marked_by_length_and_digest() {
        // sha256("abc") = ba7816bf… (FIPS 180-2, appendix B.1)
        assert_eq!(Secret::new("abc").token_mark(), "‹token: 3 characters, sha256 ba7816bf›");
    }
}
