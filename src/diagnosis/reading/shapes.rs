//! What a word in a token's place is, by its look: Entra's refresh tokens, a client secret, another company's token,
//! a name somebody forgot to fill in. It reads nothing of what a token says.

use std::sync::LazyLock;

use crate::pattern::Pattern;

use super::records::pattern;
use crate::facts::Guid;

/// What Entra makes as a client secret: 40 characters, `Q~` behind a digit at the fourth place. One that was cut off
/// or broken is shorter.
pub static CLIENT_SECRET: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"[\w.~-]{3}\dQ(?:~|%7[Ee])(?:[\w.~-]|%7[Ee]){4,}"));
/// The name of a value in a program or a manual.
static PLACEHOLDER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[\[{<$%(].*|.*[}>\])]|[a-z_]\w*(?:(?:\.|->|::)[a-z_]\w*)+(?:\(.*)?|undefined|null|none|nil|false|true|x{3,}|\*{3,}|\.{3,}|…|(?:your|my|the|paste|insert|enter)[_ -].*|\w*(?:access|oauth2?|auth|bearer)?_?token\w*|\w*placeholder\w*|system\.\S+)$",
    )
});

/// Three parts, of which the first is a JSON object.
pub fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.matches('.').count() == 2 && !word.ends_with('.')
}

/// Letters of a signature of RS256; longer keys make longer ones.
const SIGNATURE: usize = 342;

/// The signature is as long as its algorithm makes it, where that is another than Entra's: Ed25519, and elliptic curves.
fn signed_otherwise(word: &str) -> bool {
    const LENGTHS: [(&str, usize); 4] = [("ES256", 86), ("ES384", 128), ("ES512", 176), ("EdDSA", 86)];
    let mut parts = word.split('.');
    let header = parts.next().and_then(super::blob::decode).and_then(|header| String::from_utf8(header).ok());
    let whole = |header: String| {
        let length =
            LENGTHS.iter().find(|(name, _)| header.contains(&format!("\"{name}\""))).map(|(_, length)| *length);
        length.is_some() && parts.nth(1).map(str::len) == length
    };
    header.is_some_and(whole)
}

/// One with all of its signature.
pub fn is_signed(word: &str) -> bool {
    is_jwt(word) && word.rsplit('.').next().is_some_and(|end| end.len() >= SIGNATURE)
}

/// An encrypted one: five parts, which tell nobody anything.
pub fn is_encrypted(word: &str) -> bool {
    word.starts_with("eyJ") && word.matches('.').count() == 4
}

/// Microsoft's for personal accounts, which are no JWT.
pub fn is_compact(word: &str) -> bool {
    word.starts_with("Ew") && word.len() >= 100
}

pub fn is_google(word: &str) -> bool {
    ["ya29.", "1//0"].iter().any(|begin| word.starts_with(begin))
}

/// Entra's for work accounts begin with the version and an id of the app, those for personal ones with a place.
pub fn is_refresh(word: &str) -> bool {
    let places = word.strip_prefix("M.").and_then(|rest| rest.chars().next());
    let work = ["0.A", "1.A"].iter().any(|begin| word.starts_with(begin)) && word.len() >= 20;
    work || (places.is_some_and(|place| place == 'C' || place == 'R') && word.len() >= 20)
}

/// Whatever an authority gives as an access token.
pub fn is_token(word: &str) -> bool {
    is_jwt(word) || is_encrypted(word) || is_compact(word) || is_google(word)
}

/// What stands in an access token's place, as `auth.fault` names it; `None` where it may be one.
pub fn in_its_place(word: &str) -> Option<&'static str> {
    // Where programs and databases cut.
    const ROUND: [usize; 10] = [255, 256, 500, 512, 1000, 1024, 2000, 2048, 4000, 4096];
    let short_end = word.rsplit('.').next().is_some_and(|end| end.len() < SIGNATURE);
    let cut = word.starts_with("eyJ")
        && (word.matches('.').count() == 1
            || (is_jwt(word) && short_end && ROUND.contains(&word.len()) && !signed_otherwise(word)));
    // Some server echoes its own refresh tokens; a whole token is none of these.
    match () {
        () if word.is_empty() => Some("empty-token"),
        () if is_refresh(word) => Some("refresh-token"),
        () if cut => Some("truncated-token"),
        () if word.starts_with("eyJ") || is_token(word) => None,
        () if word.contains(['{', '}']) && word.contains("\":") => Some("json"),
        () if word.parse::<Guid>().is_ok() || CLIENT_SECRET.is_match(word) => Some("client-id-or-secret"),
        () if word.len() < 100 && PLACEHOLDER.is_match(word) => Some("placeholder"),
        () if word.len() < 40 && (word.len() >= 6 && has_class_of_password(word)) => Some("password"),
        () => None,
    }
}

/// Letters, and digits or signs among them.
fn has_class_of_password(word: &str) -> bool {
    let has = |class: fn(char) -> bool| word.chars().any(class);
    has(char::is_alphabetic)
        && has(|letter| letter.is_ascii_digit() || letter.is_ascii_punctuation())
        && !has(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_told_by_its_look() {
        for (word, what) in [
            ("", Some("empty-token")),
            ("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.CANARY", None),
            ("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0", Some("truncated-token")),
            ("0.AXoACANARYCANARYCANARY", Some("refresh-token")),
            ("1.AXoACANARYCANARYCANARY", Some("refresh-token")),
            ("M.R3_BAY.-CANARYCANARY", Some("refresh-token")),
            ("result.AccessToken", Some("placeholder")),
            ("{access_token}", Some("placeholder")),
            ("$ACCESS_TOKEN", Some("placeholder")),
            ("YOUR_ACCESS_TOKEN_HERE", Some("placeholder")),
            ("[object Object]", Some("placeholder")),
            ("undefined", Some("placeholder")),
            ("ACCESS_TOKEN", Some("placeholder")),
            ("0f1e2d3c-4444-5555-6666-0123456789ab", Some("client-id-or-secret")),
            ("Hunter2CANARY", Some("password")),
            ("CANARY", None),
        ] {
            assert_eq!(in_its_place(word), what, "{word}");
        }
        let cut = format!("eyJhbGciOiJSUzI1NiJ9.{}.x", "CANARY".repeat(400));
        assert_eq!(in_its_place(&cut[..1024]), Some("truncated-token"));
        // The header says ES256, and the signature is as long as one of that.
        let whole =
            format!("eyJhbGciOiJFUzI1NiJ9.{}.{}", "A".repeat(1024 - 22 - 86), "CANARY".repeat(15).split_at(86).0);
        assert_eq!((whole.len(), in_its_place(&whole)), (1024, None));
        assert!(is_compact(&format!("EwB{}", "CANARY0a".repeat(30))) && is_google("ya29.CANARY"));
        assert!(is_encrypted("eyJhbGciOiJkaXIifQ..CANARY.CANARY.CANARY"));
    }
}
