//! Parts of a mail as their source shows them: base64 and quoted-printable bodies, encoded words of headers, the tags of
//! HTML. It knows a part by its lines and not by the whole mail, since what is pasted begins and ends anywhere.

use std::sync::LazyLock;

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
    if text.contains("=\n") && SOFT.is_match(&text) { soft(&text) } else { text }
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
    let mut out: Vec<String> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let length = line.trim_end().len();
        let full = |line: &&&str| line.trim_end().len() == length && line.trim_end().chars().all(is_base64);
        let whole = if (60..=LINE).contains(&length) { lines[at..].iter().take_while(full).count() } else { 0 };
        let last = lines.get(at + whole).filter(|line| line.len() < length && line.trim_end().chars().all(is_base64));
        let block = &lines[at..at + whole + usize::from(whole > 0 && last.is_some())];
        let decoded =
            (block.len() > 1).then(|| blob::decode(&block.iter().map(|line| line.trim_end()).collect::<String>()));
        match decoded.flatten().and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| is_words(text)) {
            Some(words) => {
                out.push(words.replace("\r\n", "\n"));
                at += block.len();
            }
            None => {
                out.push((*line).to_owned());
                at += 1;
            }
        }
    }
    out.join("\n")
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
}
