//! What is wrapped in other notations becomes the text it is: entities of HTML, `%20` of a URL, `\u0027` and `\"` of
//! JSON in JSON, base64. Layer by layer up to a fixed number of rounds, and no step makes a text longer than it was.
//! It runs before secrets are looked for, so that none hides in a notation; it unpacks nothing that is compressed.

use std::{borrow::Cow, sync::LazyLock};

use crate::pattern::{Captures, Pattern};

use super::{blob, dumps, envelope, mime, records::pattern};

/// One more than anything seen: base64 in JSON in a URL in a mail.
const ROUNDS: usize = 5;

/// The step, and the letters without which it has nothing to do.
type Step = (fn(&str) -> String, &'static [&'static str]);
const STEPS: [Step; 11] = [
    (dumps::undumped, &["00000", "0x00"]),
    (parts, &[" stderr P ", " stdout P "]),
    (gaps, &["said:_"]),
    (envelope::opened, &["{\""]),
    (mime::decoded, &["=?", "ransfer-", "=\n", "=\r\n", "=3D"]),
    (mime::untagged, &["</", "<br", "<BR", "<p", "<div"]),
    (entities, &["&"]),
    (escapes, &["\\u", "\\U"]),
    (quotes, &["{\\", "[\\"]),
    (url, &["error", "Error", "%7B", "%7b", "%257"]),
    (base64, &[""]),
];

pub fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for _ in 0..ROUNDS {
        let before = plain.clone();
        for (step, signs) in STEPS {
            if signs.iter().any(|sign| plain.contains(sign)) {
                plain = step(&plain);
            }
        }
        if plain == before {
            break;
        }
    }
    lines(&plain)
}

/// `2026-11-20T01:02:03Z stderr P …`: a container's log has long lines in parts, of which the last is marked `F`.
static PART: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^(\S+ (?:stdout|stderr) )([PF]) ?(.*)$"));

fn parts(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut open = false;
    for line in text.lines() {
        let part =
            PART.captures(line).map(|found| [1, 2, 3].map(|group| found.get(group).map_or("", |it| it.as_str())));
        if !(whole.is_empty() || open && part.is_some()) {
            whole.push('\n');
        }
        match part {
            Some([_, _, said]) if open => whole.push_str(said),
            Some([head, _, said]) => whole.extend([head, "F ", said]),
            None => whole.push_str(line),
        }
        open = part.is_some_and(|[_, tag, _]| tag == "P");
    }
    whole
}

/// qmail writes a gap as `_`: `Remote_host_said:_535_5.7.3_…`.
fn gaps(text: &str) -> String {
    let word = |word: &str| if word.contains("said:_") { word.replace('_', " ") } else { word.to_owned() };
    text.split_inclusive(char::is_whitespace).map(word).collect()
}

static ENTITY: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,6})|#[xX]([0-9a-fA-F]{1,5}));"));

fn entities(text: &str) -> String {
    let letter = |found: &Captures<'_>| {
        let group = |number: usize| found.get(number).map(|group| group.as_str());
        let named = group(1).map(|name| match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => ' ',
        });
        let code =
            group(2).map(|code| code.parse().ok()).or_else(|| group(3).map(|code| u32::from_str_radix(code, 16).ok()));
        let letter = named.or_else(|| char::from_u32(code??).filter(|letter| !letter.is_control() || *letter == '\n'));
        // One that is no letter stays as it was written: `&#1;` says what somebody sent.
        letter.map_or_else(|| found[0].to_owned(), String::from)
    };
    ENTITY.replace_all(text, letter).into_owned()
}

static UNICODE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\\+u([0-9a-fA-F]{4})(?:\\+u(d[c-fC-F][0-9a-fA-F]{2}|D[c-fC-F][0-9a-fA-F]{2}))?"));

/// `\u0027`. A quotation mark becomes an apostrophe, so that JSON around it stays JSON; a control character stays
/// written out.
fn escapes(text: &str) -> String {
    let letter = |found: &Captures<'_>| {
        let unit = |number: usize| u16::from_str_radix(found.get(number)?.as_str(), 16).ok();
        let units: Vec<u16> = [unit(1), unit(2)].into_iter().flatten().collect();
        match String::from_utf16(&units) {
            Ok(letters) if letters == "\"" => "'".to_owned(),
            Ok(letters) if letters.contains(|letter: char| letter.is_control() || letter == '\\') => {
                found[0].to_owned()
            }
            Ok(letters) => letters,
            Err(_) => found[0].to_owned(),
        }
    };
    UNICODE.replace_all(text, letter).into_owned()
}

static NESTED: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"[{\[]\\+["']|[{\[](?:\\+[nrt]|\s)+\\+["']"#));
static ESCAPED: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"\\(["'\\/])"#));

/// JSON that stands in a string of JSON, or of a program: the lines with `{\"` lose one layer of escapes.
fn quotes(text: &str) -> String {
    let line = |line: &str| -> String {
        if NESTED.is_match(line) { ESCAPED.replace_all(line, "$1").into_owned() } else { line.to_owned() }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Names of a redirected URL whose value is words, and JSON or a whole URL inside of one.
static WORDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"\b(error_description|error_subcode|error|error_uri|errorMessage|message)=((?:[^\s"'&<>]|\+'|'\+)*[%+](?:[^\s"'&<>]|\+'|'\+)*)"#,
    )
});
static WRAPPED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?:%(?:25)*7[Bb]%|[?&]\w+=https?%(?:25)*3[Aa])[^\s"'<>]*|[^\s"'<>&?=]*%(?:25)*26error_desc[^\s"'<>]*"#)
});

fn url(text: &str) -> String {
    let words = |found: &Captures<'_>| format!(" {} {} ", &found[1], spaced(&found[2], true));
    let text = WORDS.replace_all(text, words);
    let whole = |found: &Captures<'_>| spaced(&found[0], found[0].starts_with('%'));
    WRAPPED.replace_all(&text, whole).into_owned()
}

/// Percent-encoded, and with `+` for a space where it is a form's.
fn spaced(value: &str, form: bool) -> String {
    let value = if form { Cow::Owned(value.replace('+', " ")) } else { Cow::Borrowed(value) };
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, behind) {
            (b'%', [high, low, after @ ..]) if hex(high).is_some() && hex(low).is_some() => {
                bytes.push(hex(high).unwrap_or_default() * 16 + hex(low).unwrap_or_default());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Worth reading: a refusal or an authority's error.
static TELLING: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"AADSTS\d|"error"|\b[45]\d\d[ -][45]\.\d{1,3}\.\d"#));

/// A word that is base64 of a text that tells. A token is none: it holds no words.
fn base64(text: &str) -> String {
    const SHORTEST: usize = 24;
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut out = String::with_capacity(text.len());
    let (mut kept, mut from) = (0, 0);
    while let Some(begin) = text.as_bytes()[from..].iter().position(alphabet).map(|at| from + at) {
        let length = text.as_bytes()[begin..].iter().take_while(|byte| alphabet(byte)).count();
        from = begin + length;
        if let Some(words) = (length >= SHORTEST).then(|| telling(&text[begin..from])).flatten() {
            out.push_str(&text[kept..begin]);
            out.push_str(&words);
            from += text[from..].len() - text[from..].trim_start_matches('=').len();
            kept = from;
        }
    }
    out.push_str(&text[kept..]);
    out
}

/// The text within, which may be base64 once more.
fn telling(word: &str) -> Option<String> {
    let mut text = word.to_owned();
    for _ in 0..ROUNDS {
        text = String::from_utf8(blob::decode(text.trim_end())?).ok()?;
        if text.contains(' ') {
            let odd = |letter: char| letter.is_control() && !letter.is_whitespace();
            return (!text.contains(odd) && TELLING.is_match(&text)).then_some(text);
        }
    }
    None
}

/// Line ends that a program wrote as letters, where another line of a reply or of a stack trace follows.
static LINE_END: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:\\+r)?\\+n(\d\d\d[ -]|(?: {4}|\\t)at |Trace ID|[CS]: )"));

fn lines(text: &str) -> String {
    if text.contains("\\n") { LINE_END.replace_all(text, "\n$1").into_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn each_notation_becomes_the_text_it_is() {
        for (text, plain_text) in [
            ("isn&#39;t &amp;quot;it&quot;&nbsp;&lt;a@b.example&gt;", "isn't \"it\" <a@b.example>"),
            ("doesn\\u0027t \\\\u3042 \\ud83d\\ude00 \\u0001", "doesn't あ 😀 \\u0001"),
            (r#"{\"error\":\"invalid_grant\"}"#, r#"{"error":"invalid_grant"}"#),
            (r#""{\\\"error\\\":\\\"invalid_grant\\\"}""#, r#""{"error":"invalid_grant"}""#),
            (
                "http://localhost/?error=access_denied&error_description=AADSTS65004%3a+User+declined%0d%0aTrace",
                "http://localhost/?error=access_denied& error_description AADSTS65004: User declined  Trace ",
            ),
            ("%7B%22error%22%3A%22invalid_client%22%7D", r#"{"error":"invalid_client"}"#),
            ("535-5.7.3 a\\r\\n535 5.7.3 b", "535-5.7.3 a\n535 5.7.3 b"),
            (
                "x was_rejected./Remote_host_said:_535_5.7.3_no/ a_b",
                "x was rejected./Remote host said: 535 5.7.3 no/ a_b",
            ),
            ("C:\\new\\u\\x", "C:\\new\\u\\x"),
            ("100% of a&b", "100% of a&b"),
        ] {
            assert_eq!(plain(text), plain_text, "{text}");
        }
    }

    #[test]
    fn one_notation_in_another_is_opened() {
        let error = r#"{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired."}"#;
        let wrapped = STANDARD.encode(error);
        let thrice = STANDARD.encode(STANDARD.encode(&wrapped));
        let json = format!(r#"{{"detail":"{wrapped}"}}"#);
        let url: String = url::form_urlencoded::byte_serialize(json.as_bytes()).collect();
        let quoted = url.replace('%', "=25");
        let mail = format!("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}\n");
        for text in [wrapped, thrice, json, url, mail] {
            assert!(plain(&text).contains("AADSTS700082: The refresh token has expired."), "{}", plain(&text));
        }
    }

    #[test]
    fn the_parts_of_a_containers_line_are_put_together() {
        let text = "a\n1Z stderr P 535 5.7.139 disabled for \n1Z stderr P the \n1Z stderr F Tenant.\n1Z stderr F b";
        assert_eq!(plain(text), "a\n1Z stderr F 535 5.7.139 disabled for the Tenant.\n1Z stderr F b");
    }

    #[test]
    fn a_text_does_not_grow_and_layers_have_an_end() {
        let bomb = "&amp;".repeat(2_000) + &"%25".repeat(3_000) + &"{\\\\\\\\\\\\\\\"".repeat(500);
        assert!(plain(&bomb).len() <= bomb.len());
        let mut deep = "AADSTS700082: a b".to_owned();
        for _ in 0..12 {
            deep = STANDARD.encode(deep + " AADSTS700082");
        }
        assert!(plain(&deep).len() <= deep.len());
    }

    proptest::proptest! {
        #[test]
        fn no_step_makes_a_text_longer(text in "([{}\\[\\]\"'\\\\un0-9a-f%+&#;=?<>/br \n]|&amp;|\\\\u0027|=\\?utf-8\\?q\\?|error_description=){0,80}") {
            proptest::prop_assert!(plain(&text).len() <= text.len() + 8);
        }
    }
}
