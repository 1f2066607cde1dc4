//! The XOAUTH2 string as it was sent: whose it is, what stands in the token's place, and what about it is not as it
//! must be (`user=…^Aauth=Bearer …^A^A` in base64). It shows nothing and judges nothing; a string that somebody cut off
//! or blackened before posting it has no fault for that.

use std::{ops::Range, sync::LazyLock};

use crate::pattern::Pattern;
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{records::pattern, shapes};
use crate::facts::Guid;

/// What `AUTH XOAUTH2` was sent with: on its line, or as the answer to the `334` behind it.
static SENT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\bAUTH XOAUTH2 ["']?([A-Za-z0-9+/_-]{16,}={0,2})|\bAUTH XOAUTH2 ?(?:\\r|\\n|["'])*[ \t\r]*\n(?:[^\n]*\b334\b[^\n]*\n){1,3}[^\n]*?([A-Za-z0-9+/_-]{16,}={0,2})(?:\\r|\\n|["'])*[ \t\r]*(?:\n|$)"#,
    )
});
/// How programs write the byte 01 down.
static SEPARATOR: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"\^A|\\x01|\\u0001|\\u\{1\}|\\001|\\1|%01|\x{2401}|␁|<SOH>|\[SOH\]|\\cA|&#0*1;|Ctrl[+-]A")
});
static AUTH: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)(?:authorization|oauth|auth)\s*[=:]\s*"));
static BEARER: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)^(?:bearer\s*)+"));

/// What programs show in the token's place, which was sent as it is: Nodemailer.
const SHOWN_FOR_IT: [&str; 1] = ["/* secret */"];

/// What is wrong, most telling first. Their words are in the causes, by the fact `auth.fault`.
pub const FAULTS: [&str; 24] = [
    "utf-16",
    "double-base64",
    "quotes",
    "newline",
    "literal-separator",
    "missing-separator",
    "no-user",
    "id-as-user",
    "display-name",
    "auth-word",
    "no-bearer",
    "doubled-bearer",
    "bearer-missing-space",
    "extra-space",
    "space-in-token",
    "trailing-one-separator",
    "no-end",
    "empty-token",
    "placeholder",
    "json",
    "refresh-token",
    "client-id-or-secret",
    "password",
    "truncated-token",
];

/// What a string says.
#[derive(Default)]
pub struct Blob {
    pub user: String,
    pub bearer: String,
    pub faults: Vec<&'static str>,
    /// It ends as it must, so that nothing was taken off it.
    pub whole: bool,
    /// A program wrote something else down in the token's place.
    pub shown_for_it: bool,
}

/// Where strings stand that were sent with AUTH XOAUTH2, whatever they look like.
pub fn sent(text: &str) -> Vec<Range<usize>> {
    if !["XOAUTH2", "xoauth2"].iter().any(|name| text.contains(name)) {
        return Vec::new();
    }
    let groups = SENT.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    groups.map(|found| found.range()).collect()
}

/// Base64 in either alphabet. What was cut off in the middle is read as far as it goes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let text = text.trim_end_matches('=');
    let whole = text.len() - usize::from(text.len() % 4 == 1);
    GeneralPurpose::new(alphabet, config).decode(&text[..whole]).ok()
}

/// Reads what base64 decodes to; `None` where it is neither such a string nor anything like it.
pub fn read(word: &str) -> Option<Blob> {
    let mut blob = Blob::default();
    let decoded = blob.peel(decode(word)?)?;
    let like = |part: &str| decoded.to_ascii_lowercase().contains(part);
    if !like("user=") && !like("auth=") && !like("bearer") {
        // Sent in the string's place: a token, a secret, nothing at all of it.
        let other =
            shapes::in_its_place(&decoded).filter(|what| !matches!(*what, "empty-token" | "placeholder" | "password"));
        (shapes::is_token(&decoded) || other.is_some()).then(|| blob.fault("no-user"))?;
        blob.bearer = decoded.trim().to_owned();
        blob.token();
        return Some(blob);
    }
    blob.parts(&decoded);
    blob.faults.sort_by_key(|fault| FAULTS.iter().position(|known| known == fault));
    Some(blob)
}

impl Blob {
    fn fault(&mut self, fault: &'static str) {
        debug_assert!(FAULTS.contains(&fault), "unknown fault {fault}");
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// What was put around the text, layer by layer: two bytes a letter, base64 once more, quotes.
    fn peel(&mut self, mut bytes: Vec<u8>) -> Option<String> {
        const LAYERS: usize = 3;
        for _ in 0..LAYERS {
            let zeros = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
            if bytes.len() >= 8 && zeros * 4 > bytes.len() {
                self.fault("utf-16");
                bytes.retain(|byte| *byte != 0);
            }
            let text = String::from_utf8_lossy(&bytes);
            let inner = text.trim().trim_matches(['"', '\'']);
            if inner.len() < text.trim().len() {
                self.fault("quotes");
            }
            let again = (inner.len() > 16 && (inner.starts_with("dXNlcj") || inner.starts_with("ZFhObGNq")))
                .then(|| decode(inner));
            let Some(again) = again else {
                let printable = text.chars().filter(|letter| !letter.is_control() && *letter != '\u{fffd}').count();
                let text = text.trim_start_matches('\u{feff}').trim_start_matches(['"', '\'']).to_owned();
                return (printable * 10 >= text.chars().count() * 7).then_some(text);
            };
            self.fault("double-base64");
            bytes = again?;
        }
        None
    }

    /// `user=…`, the separator, `auth=Bearer …`, two separators.
    fn parts(&mut self, decoded: &str) {
        if SEPARATOR.is_match(decoded) {
            self.fault("literal-separator");
        }
        let text = SEPARATOR.replace_all(decoded, "\x01");
        let (before, behind) = match AUTH.find(&text) {
            Some(found) => {
                let exact = found.as_str() == "auth=";
                if !exact {
                    self.fault(if found.as_str().trim_end() == "auth=" { "extra-space" } else { "auth-word" });
                }
                (&text[..found.start()], &text[found.end()..])
            }
            None => {
                let at = text.to_ascii_lowercase().find("bearer").unwrap_or(text.len());
                if text.contains('\x01') && text.ends_with('\x01') {
                    self.fault("auth-word");
                }
                text.split_at(at)
            }
        };
        self.user(before, !behind.is_empty());
        self.behind(behind);
        self.token();
    }

    fn user(&mut self, before: &str, goes_on: bool) {
        let named = before.trim_start().strip_prefix("user=");
        let user = named.unwrap_or_default();
        let name = user.split(['\x01', '\n', '\r', '\0']).next().unwrap_or_default();
        let whole = name.trim().trim_matches([' ', ',', ';', '"', '\'']);
        if whole.is_empty() && goes_on {
            self.fault("no-user");
        }
        let rest = &user[name.len()..];
        match rest {
            "\x01" => {}
            _ if !goes_on => {}
            "" if named.is_none() => {}
            _ if rest.contains(['\n', '\r']) => self.fault("newline"),
            _ => self.fault("missing-separator"),
        }
        // `Alerts <alerts@contoso.example>`, as a header has it.
        let within = whole.strip_suffix('>').and_then(|whole| whole.rsplit_once('<'));
        if within.is_some() {
            self.fault("display-name");
        } else if rest == "\x01" && name != whole && !whole.is_empty() {
            self.fault(if name.contains(['"', '\'']) { "quotes" } else { "extra-space" });
        }
        let whole = within.map_or(whole, |(_, address)| address);
        if whole.parse::<Guid>().is_ok() {
            self.fault("id-as-user");
        }
        self.user = whole.to_owned();
    }

    fn behind(&mut self, behind: &str) {
        let token = behind.trim_end_matches(['\x01', '\n', '\r', '"', '\'']);
        let end = &behind[token.len()..];
        self.whole = end.contains("\x01\x01");
        let scheme = BEARER.find(token).map_or("", |found| found.as_str());
        let bearer = &token[scheme.len()..];
        match end.matches('\x01').count() {
            1 => self.fault("trailing-one-separator"),
            0 if end.contains('\n') => self.fault("newline"),
            // What was cut off for posting does not end right there.
            0 if shapes::is_signed(bearer) => self.fault("no-end"),
            _ => {}
        }
        if self.whole && (end.ends_with('\n') || end.starts_with(['\n', '\r'])) {
            self.fault("newline");
        }
        match scheme.to_ascii_lowercase().matches("bearer").count() {
            // Cut off before it.
            0 if token.len() < 6 && !self.whole => {}
            0 => self.fault("no-bearer"),
            1 if scheme.trim_end() == scheme && !bearer.is_empty() => self.fault("bearer-missing-space"),
            1 if scheme.len() > "bearer ".len() => self.fault("extra-space"),
            1 => {}
            _ => self.fault("doubled-bearer"),
        }
        self.shown_for_it = SHOWN_FOR_IT.contains(&bearer);
        if self.shown_for_it {
            return;
        }
        let inner = bearer.trim().trim_matches(['"', '\'']);
        if inner.len() < bearer.trim().len() {
            self.fault("quotes");
        }
        let lines = inner.contains(['\n', '\r']);
        if lines {
            self.fault("newline");
        } else if inner.contains(' ') && shapes::in_its_place(inner).is_none() {
            self.fault("space-in-token");
        }
        self.bearer = inner.chars().filter(|letter| !lines || !letter.is_whitespace()).collect();
    }

    /// What stands in the token's place. A string without its end may have been cut off by whoever posted it.
    fn token(&mut self) {
        if self.shown_for_it {
            return;
        }
        let known = shapes::in_its_place(&self.bearer);
        let told = match known {
            Some("truncated-token" | "empty-token") if !self.whole => None,
            known => known,
        };
        if let Some(fault) = told {
            self.fault(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.CANARYsignature0CANARYsignature1CANARYsignature2";

    fn faults(decoded: &str) -> Vec<&'static str> {
        read(&STANDARD.encode(decoded.replace("JWT", JWT))).map(|blob| blob.faults).unwrap_or_default()
    }

    #[test]
    fn what_is_wrong_with_a_string_is_named() {
        for (decoded, named) in [
            ("user=a@b.example\x01auth=Bearer JWT\x01\x01", &[][..]),
            ("user=a@b.example\x01auth=Bearer JWT\x01\x01\n", &["newline"]),
            ("user=a@b.example\nauth=Bearer JWT\n\n", &["newline"]),
            ("user=a@b.example\x01auth=Bearer JWT\n\x01\x01", &["newline"]),
            ("user=a@b.example\x01Auth=Bearer JWT\x01\x01", &["auth-word"]),
            ("user=a@b.example\x01authorization: Bearer JWT\x01\x01", &["auth-word"]),
            ("user=a@b.example\x01Bearer JWT\x01\x01", &["auth-word"]),
            ("user=a@b.exampleauth=Bearer JWT\x01\x01", &["missing-separator"]),
            ("user=a@b.example auth=Bearer JWT\x01\x01", &["missing-separator"]),
            ("user=a@b.example\0auth=Bearer JWT\x01\x01", &["missing-separator"]),
            ("user=a@b.example^Aauth=Bearer JWT^A^A", &["literal-separator"]),
            ("user=a@b.example\\x01auth=Bearer JWT\\x01\\x01", &["literal-separator"]),
            ("user=\x01auth=Bearer JWT\x01\x01", &["no-user"]),
            ("auth=Bearer JWT\x01\x01", &["no-user"]),
            ("user=a@b.example\x01auth=JWT\x01\x01", &["no-bearer"]),
            ("user=a@b.example\x01auth=Bearer Bearer JWT\x01\x01", &["doubled-bearer"]),
            ("user=a@b.example\x01auth=BearerJWT\x01\x01", &["bearer-missing-space"]),
            ("user=a@b.example\x01auth=Bearer  JWT\x01\x01", &["extra-space"]),
            ("user= a@b.example\x01auth=Bearer JWT\x01\x01", &["extra-space"]),
            ("user=a@b.example\x01auth=Bearer JWT\x01", &["trailing-one-separator"]),
            (
                "user=a@b.example\x01auth=Bearer EwCANARYEwCANARYEwCANARYEwCANARYEwCANARY\x01",
                &["trailing-one-separator"],
            ),
            ("user=a@b.example\x01auth=Bearer EwCANARYEwCANARYEw CANARYEwCANARYEwCANARY\x01\x01", &["space-in-token"]),
            ("user=Alerts <a@b.example>\x01auth=Bearer JWT\x01\x01", &["display-name"]),
            ("user=0f1e2d3c-4444-5555-6666-0123456789ab\x01auth=Bearer JWT\x01\x01", &["id-as-user"]),
            ("user=a@b.example\x01auth=Bearer \"JWT\"\x01\x01", &["quotes"]),
            ("\"user=a@b.example\x01auth=Bearer JWT\x01\x01\"", &["quotes"]),
            ("user=a@b.example\x01auth=Bearer \x01\x01", &["empty-token"]),
            ("user=a@b.example\x01auth=Bearer result.AccessToken\x01\x01", &["placeholder"]),
            ("user=a@b.example\x01auth=Bearer {\"access_token\":\"JWT\"}\x01\x01", &["json"]),
            ("user=a@b.example\x01auth=Bearer 0.AXoACANARYCANARYCANARY\x01\x01", &["refresh-token"]),
            ("user=a@b.example\x01auth=Bearer M.C533_BAY.0.U.CANARYCANARY*!x\x01\x01", &["refresh-token"]),
            ("user=a@b.example\x01auth=Bearer 0f1e2d3c-4444-5555-6666-0123456789ab\x01\x01", &["client-id-or-secret"]),
            (
                "user=a@b.example\x01auth=Bearer aB38Q~CANARY.~b-c_DEfghijklmnopqrstuvwxy\x01\x01",
                &["client-id-or-secret"],
            ),
            ("user=a@b.example\x01auth=Bearer Hunter2!CANARY\x01\x01", &["password"]),
            ("user=a@b.example\x01auth=Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0\x01\x01", &["truncated-token"]),
            // Another was sent than is shown.
            ("user=a@b.example\x01auth=Bearer /* secret */\x01\x01", &[]),
            // Cut off for posting.
            ("user=a@b.example\x01auth=Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQ", &[]),
            ("user=a@b.example\x01au", &[]),
        ] {
            assert_eq!(faults(decoded), named, "{decoded:?}");
        }
    }

    #[test]
    fn a_string_without_its_end_is_told_from_one_that_was_cut_off() {
        let signed = format!("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.{}", "CANARY".repeat(57));
        assert_eq!(faults(&format!("user=a@b.example\x01auth=Bearer {signed}")), ["no-end"]);
        assert_eq!(faults(&format!("user=a@b.example\x01auth=Bearer {signed}CANARY")), ["no-end"]);
        assert_eq!(faults(&format!("user=a@b.example\x01auth=Bearer {}", &signed[..signed.len() - 9])), [""; 0]);
    }

    #[test]
    fn what_was_put_around_it_is_named_and_taken_off() {
        let right = format!("user=a@b.example\x01auth=Bearer {JWT}\x01\x01");
        let twice = STANDARD.encode(STANDARD.encode(&right));
        let wide: Vec<u8> = right.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (word, fault) in [(twice, "double-base64"), (STANDARD.encode(wide), "utf-16")] {
            let blob = read(&word).unwrap();
            assert_eq!((blob.faults, blob.user.as_str(), blob.bearer.as_str()), (vec![fault], "a@b.example", JWT));
        }
        assert_eq!(faults(JWT), ["no-user"]);
    }

    #[test]
    fn other_words_are_no_such_string() {
        for word in ["suppressedsuppressed", "AAAAAAAAAAAAAAAAAAAAAAAA", "Q29udGVudC1UeXBl", "!!"] {
            assert!(read(word).is_none(), "{word}");
        }
    }

    #[test]
    fn it_stands_on_the_line_of_auth_or_behind_the_334() {
        let all = |text: &str| sent(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>();
        assert_eq!(all("C: AUTH XOAUTH2 ZFhObGNqMWhRR0l1"), ["ZFhObGNqMWhRR0l1"]);
        assert_eq!(all("> AUTH XOAUTH2\n< 334 \n> ZFhObGNqMWhRR0l1\n"), ["ZFhObGNqMWhRR0l1"]);
        let python = "send: 'AUTH XOAUTH2\\r\\n'\nreply: b'334 \\r\\n'\nreply: retcode (334); Msg: b''\nsend: 'ZFhObGNqMWhRR0l1\\r\\n'\n";
        assert_eq!(all(python), ["ZFhObGNqMWhRR0l1"]);
        assert_eq!(all("DEBUG SMTP: AUTH XOAUTH2 command trace suppressed"), [""; 0]);
    }
}
