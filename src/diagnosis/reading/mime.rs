//! Parts of a mail as their source shows them: base64 and quoted-printable bodies, encoded words of headers, the tags of
//! HTML. It knows a part by its lines and not by the whole mail, since what is pasted begins and ends anywhere.

use std::{ops::Range, sync::LazyLock};

use crate::pattern::{Captures, Pattern};
use quoted_printable::ParseMode;

use super::{blob, records::pattern};

static ENCODING: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)^[> ]*Content-Transfer-Encoding:\s*(base64|quoted-printable)\b"));
static CHARSET: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"(?i)\bcharset="?([A-Za-z0-9_-]{2,30})"#));
/// `=?utf-8?B?…?=`; the white space between two of them is none of the text.
static WORD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"=\?([A-Za-z0-9_-]{2,30})(?:\*[a-zA-Z-]*)?\?([BbQq])\?([^?\s]*)\?=(?:\r?\n?[ \t]+(=\?))?")
});
/// Two lines of quoted-printable: a soft end of line, and a letter that is written as its number.
static SOFT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"=(?:3D|20|0D|E[2-9]=[89AB][0-9A-F]=[89AB][0-9A-F])"));

/// What is worth going on with.
static OPEN: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b[45]\d\d[ -][45]\.\d{1,3}\.\d|AADSTS\d|\b5\.7\.\d"));
/// A refusal with all that Microsoft says behind it.
const LONGEST: usize = 2_000;

/// The longest line of base64 and quoted-printable in a mail.
const LINE: usize = 76;

pub fn decoded(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    let mut coding: Option<bool> = None;
    let mut charset = String::new();
    while let Some(line) = lines.next() {
        if let Some(found) = ENCODING.captures(line) {
            coding = Some(found[1].eq_ignore_ascii_case("base64"));
        }
        if let Some(found) = CHARSET.captures(line) {
            found[1].clone_into(&mut charset);
        }
        out.push(line.to_owned());
        if !line.trim().is_empty() {
            continue;
        }
        let charset = std::mem::take(&mut charset);
        let Some(base64) = coding.take() else { continue };
        let mut body: Vec<&str> = Vec::new();
        while let Some(line) = lines.next_if(|line| !is_boundary(line)) {
            body.push(line);
        }
        let decoded = if base64 { of_base64(&body, &charset) } else { of_quoted(&body.join("\n"), &charset) };
        out.push(decoded.unwrap_or_else(|| body.join("\n")));
    }
    let text = out.join("\n");
    let text = words(&blocks(&text));
    match text.contains("=\n") {
        true if SOFT.is_match(&text) => broken_off(&soft(&text)),
        true => broken_off(&text),
        false => text,
    }
}

/// A refusal or an AADSTS text that goes on behind a soft end of line, whatever the length of its lines: as a program
/// quotes a mail that it never decoded.
fn broken_off(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let joined = open.take().unwrap_or_default() + line;
        match joined.strip_suffix("=\n") {
            Some(begun) if !begun.ends_with('=') && begun.len() < LONGEST && OPEN.is_match(begun) => {
                open = Some(begun.to_owned());
            }
            _ => out.push_str(&joined),
        }
    }
    out + &open.unwrap_or_default()
}

/// `--` and a name: the end of a part.
fn is_boundary(line: &str) -> bool {
    line.strip_prefix("--").is_some_and(|name| name.len() > 5 && !name.trim_end().contains(' '))
}

/// As far as it is base64.
fn of_base64(body: &[&str], charset: &str) -> Option<String> {
    let fits = |line: &&&str| line.trim_end().chars().all(is_base64);
    let joined: String = body.iter().take_while(fits).map(|line| line.trim_end()).collect();
    let rest = body.iter().skip_while(fits).copied().collect::<Vec<_>>().join("\n");
    Some(format!("{}\n{rest}", letters(&blob::decode(&joined)?, charset)))
}

fn of_quoted(body: &str, charset: &str) -> Option<String> {
    Some(letters(&quoted_printable::decode(body, ParseMode::Robust).ok()?, charset))
}

fn is_base64(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "+/=".contains(letter)
}

/// Bytes of a part in its character set; one that nobody knows is taken for UTF-8.
fn letters(bytes: &[u8], charset: &str) -> String {
    let known = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    known.decode(bytes).0.replace("\r\n", "\n")
}

/// Base64 in the lines of a mail, without the header that says so, where words come of it.
fn blocks(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let read = |run: Range<usize>| {
        let run = &lines[run];
        let bytes = (run.len() > 1).then(|| blob::decode(&run.iter().map(|line| line.trim_end()).collect::<String>()));
        let words = bytes.flatten().and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| is_words(text));
        words.map_or_else(|| run.join("\n"), |words| words.replace("\r\n", "\n"))
    };
    runs(&lines).into_iter().map(read).collect::<Vec<_>>().join("\n")
}

/// The lines in their order, each in one run: those that may be base64 of one body together, any other alone. No line
/// is looked at anew for each of those before it, so that a long body which is no text takes no longer than others.
fn runs(lines: &[&str]) -> Vec<Range<usize>> {
    let base64 = |line: &str| line.trim_end().chars().all(is_base64);
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let length = line.trim_end().len();
        let full = |line: &&&str| line.trim_end().len() == length && base64(line);
        let whole = if (60..=LINE).contains(&length) { lines[at..].iter().take_while(full).count() } else { 0 };
        let last =
            lines.get(at + whole).is_some_and(|line| whole > 0 && line.trim_end().len() < length && base64(line));
        let end = at + (whole + usize::from(last)).max(1);
        runs.push(at..end);
        at = end;
    }
    runs
}

fn is_words(text: &str) -> bool {
    let odd = |letter: char| letter.is_control() && !letter.is_whitespace();
    text.contains(' ') && !text.contains(odd)
}

/// Quoted-printable without its header: the lines that go on, and the letters that are written as numbers.
fn soft(text: &str) -> String {
    const LONG: usize = 60;
    let goes_on = |line: &str| line.ends_with('=') && !line.ends_with("==") && (LONG..=LINE).contains(&line.len());
    if text.lines().any(goes_on) { of_quoted(text, "").unwrap_or_else(|| text.to_owned()) } else { text.to_owned() }
}

fn words(text: &str) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    // A word that ends where the next begins hides that one from the same search.
    for _ in 0..2 {
        let word = |found: &Captures<'_>| {
            let body = &found[3];
            let bytes = if found[2].eq_ignore_ascii_case("b") {
                blob::decode(body)
            } else {
                quoted_printable::decode(body.replace('_', " "), ParseMode::Robust).ok()
            };
            let next = found.get(4).map_or("", |next| next.as_str());
            bytes.map_or_else(|| found[0].to_owned(), |bytes| letters(&bytes, &found[1]) + next)
        };
        out = WORD.replace_all(&out, word).into_owned();
    }
    out
}

/// Tags that end a line, those that do not, and what nobody sees.
static UNSEEN: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?is)<!--.*?-->|<(?:style|script)\b[^>]*>.*?</(?:style|script)>"));
static BLOCK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)</?(?:p|div|br|tr|table|tbody|thead|h[1-6]|ul|ol|li|dl|dt|dd|pre|html|body|hr|blockquote|section|header|footer|form|head|title)(?:\s[^<>]*)?/?>",
    )
});
static INLINE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)</?(?:a|b|i|u|em|strong|span|font|small|big|code|tt|td|th|img|input|meta|link|button|label|o:p|center|sup|sub)(?:\s[^<>]*)?/?>",
    )
});

pub fn untagged(text: &str) -> String {
    let seen = UNSEEN.replace_all(text, " ");
    let lines = BLOCK.replace_all(&seen, "\n");
    INLINE.replace_all(&lines, " ").into_owned()
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    const SAID: &str =
        "Remote Server returned '550 5.7.60 SMTP; Client does not have permissions to send as this sender'";

    fn folded(text: &str) -> String {
        let encoded = STANDARD.encode(text);
        let pieces = encoded.as_bytes().chunks(LINE).map(|piece| String::from_utf8_lossy(piece).into_owned());
        pieces.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_part_is_known_by_its_header_or_by_its_lines() {
        let html = format!("<p>{SAID}</p>\n").repeat(3);
        let body = folded(&html);
        let quoted = quoted_printable::encode_to_str(format!("{html} 管理者 a=b"));
        for (text, after) in [
            (
                format!("--b1_x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n{body}\n--b1_x--"),
                "--b1_x--",
            ),
            (format!("Content-Transfer-Encoding: quoted-printable\n\n{quoted}"), "a=b"),
            (body, SAID),
            (quoted, SAID),
        ] {
            let decoded = decoded(&text);
            assert!(decoded.contains(SAID) && decoded.contains(after), "{decoded}");
        }
    }

    #[test]
    fn a_refusal_is_put_together_behind_soft_ends_of_lines() {
        let said = "535 5.7.139 Authentication unsuccess=\nful, SmtpClientAuthent=\nication is disabled for the Ten=\nant.\nnext";
        let whole =
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\nnext";
        assert_eq!(decoded(said), whole);
        assert_eq!(decoded(&said.replace('\n', "\r\n")), whole);
        for other in ["client_secret =\nscope = x", "QUFEU1RT==\nQUFE", "535 5.7.3 no=\n", "a=\nb"] {
            assert_eq!(decoded(other), other.trim_end(), "{other}");
        }
    }

    #[test]
    fn the_words_of_a_header_are_read() {
        let subject = format!("Subject: =?utf-8?B?{}?=\n =?UTF-8?Q?=E4=BE=9D_a?= b", STANDARD.encode("配信不能: "));
        assert_eq!(decoded(&subject), "Subject: 配信不能: 依 a b");
        assert_eq!(decoded("=?x?Z?a?= =?"), "=?x?Z?a?= =?");
        let (jis, ..) = encoding_rs::ISO_2022_JP.encode("管理者用の診断情報");
        let word = STANDARD.encode(&jis);
        assert_eq!(decoded(&format!("=?iso-2022-jp?B?{word}?= x")), "管理者用の診断情報 x");
        let part =
            format!("Content-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: base64\n\n{word}\n");
        assert!(decoded(&part).contains("管理者用の診断情報"));
    }

    #[test]
    fn tags_are_left_out_and_addresses_are_not() {
        let html = "<html><head><title>x</title></head><p>535 <b>5.7.3</b> no<br/>from &lt;a&gt; <a@b.example> <td style=\"x\">y</td></p>";
        assert_eq!(
            untagged(html).split_whitespace().collect::<Vec<_>>().join(" "),
            "x 535 5.7.3 no from &lt;a&gt; <a@b.example> y"
        );
    }

    #[test]
    fn a_token_in_the_lines_of_a_mail_is_no_text() {
        let token = folded(&"eyJhbGciOiJSUzI1NiJ9.CANARY".repeat(9));
        assert_eq!(decoded(&format!("{token}\n=?")), format!("{token}\n=?"));
    }

    #[test]
    fn each_line_is_in_one_run_of_base64() {
        let (full, short) = ("a".repeat(LINE), "b".repeat(LINE - 8));
        let mut lines = vec![full.as_str(); 3_000];
        lines.extend(["x", "no base64", &short, &short, "c", "", &full]);
        assert_eq!(runs(&lines), [0..3_001, 3_001..3_002, 3_002..3_005, 3_005..3_006, 3_006..3_007]);
        let text = lines.join("\n");
        assert_eq!(blocks(&text), text);
    }
}
