//! The XOAUTH2 SASL string, as Microsoft and Google document it:
//! `base64("user=" USER ^A "auth=Bearer " TOKEN ^A ^A)`, and what a server answers to a bad one.
//! It makes the string; sending it, only inside TLS, is the dialogue's.

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

use crate::{
    secret::Secret,
    visible::{line, visible},
};

/// One line, standard alphabet, padded; never broken over lines, however long.
pub fn blob(user: &str, token: &Secret) -> Secret {
    let plain = zeroize::Zeroizing::new(format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose()));
    Secret::new(STANDARD.encode(plain.as_bytes()))
}

/// The same string for people: not encoded, control characters in caret form, the token as its mark.
pub fn shown(user: &str, token: &Secret) -> String {
    format!("user={}^Aauth=Bearer {}^A^A", line(user), token.token_mark())
}

/// What a `334` in place of the final reply says, usually `{"status":"401",…}`: decoded where it is base64,
/// else as it came. Exchange sends none; Google and others do.
pub fn detail(challenge: &str) -> Option<String> {
    let lenient = GeneralPurpose::new(
        &ALPHABET,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let challenge = challenge.trim();
    match lenient.decode(challenge) {
        _ if challenge.is_empty() => None,
        Ok(decoded) => Some(visible(&decoded)),
        Err(_) => Some(challenge.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blob_is_microsofts_example() {
        // learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth", SASL XOAUTH2.
        let token = Secret::new("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA");
        assert_eq!(
            blob("application@contoso.onmicrosoft.com", &token).expose(),
            "dXNlcj1hcHBsaWNhdGlvbkBjb250b3NvLm9ubWljcm9zb2Z0LmNvbQFhdXRoPUJlYXJlciBFd0JBQWwzQkFBVUZGcFVBbzdKM1ZlMGJqTEJXWldDY2xSQzNFb0FBAQE="
        );
    }

    #[test]
    fn what_is_shown_holds_no_token() {
        let shown = shown("a@b.example", &Secret::new("CANARY-token"));
        assert!(shown.starts_with("user=a@b.example^Aauth=Bearer ‹token: 12 characters, sha256 "), "{shown}");
        assert!(shown.ends_with("›^A^A") && !shown.contains("CANARY"));
    }

    #[test]
    fn a_failure_detail_is_decoded_or_kept() {
        assert_eq!(detail("eyJzdGF0dXMiOiI0MDAifQ==").as_deref(), Some(r#"{"status":"400"}"#));
        assert_eq!(detail("eyJzdGF0dXMiOiI0MDAifQ").as_deref(), Some(r#"{"status":"400"}"#));
        assert_eq!(detail("Not base64!").as_deref(), Some("Not base64!"));
        assert_eq!(detail(" "), None);
    }
}
