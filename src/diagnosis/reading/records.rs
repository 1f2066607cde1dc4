//! Lines as logs have them, put together again where a terminal, an editor or a mail program broke them.

use std::{borrow::Cow, sync::LazyLock};

use crate::pattern::Pattern;

use crate::visible;

/// One line of a log and the lines that were broken off it, without the logger's own beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record(pub String);

/// A line that does not end in its own reason is rarely broken over more.
const PIECES: usize = 4;
/// A line of a log has a few hundred characters; a body without line feeds may have a million.
const LONGEST: usize = 8 * 1024;

#[expect(clippy::expect_used, reason = "patterns in the binary; a test uses them")]
pub(super) fn pattern(text: &str) -> Pattern {
    Pattern::new(text).expect("a pattern")
}

/// `Nov 22 10:00:00 host postfix/smtp[123]: `, `2026-11-22T10:00:00+00:00 host app: `, `2026-11-22 10:00:00 [12] `.
static LOGGED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"^(?:<\d+>)?(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \S+ [^\s:\[]+(?:\[\d+\])?: ?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*(?: \S+ [\w./-]+(?:\[\d+\])?:)? ?)",
    )
});

/// What begins a line of its own: a reply, a side of a trace, an error of a program.
static ANEW: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"^(?:[2-5]\d\d[ -]|[CS]: |CLIENT|SERVER|[<>]|\[|\{|\*|AADSTS|[A-Za-z][\w.-]*: |[A-Z]{4,} )")
});

/// Colours of a log: `ESC [ … m`.
static COLOUR: LazyLock<Pattern> = LazyLock::new(|| pattern("\u{1b}\\[[0-9;]*m"));

/// What is worth continuing: a refusal or an AADSTS text stands in it.
static OPEN: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b[45]\d\d[ -]|AADSTS|\b5\.7\.\d"));

/// The end of a reply of Microsoft's: host, time and id.
static OUTLOOK: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)\[[^\]]*outlook\.com\b[^\]]*\]$"));

/// A client's side of a trace, which has the marks of a quoted mail.
static COMMAND: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^(?:[A-Z]{4,}(?:[ :]|$)|\S+$)"));

/// Letters, digits and signs as an input method of East Asia writes them wide: `５３５　５．７．３`, `ＡＡＤＳＴＳ`; and the spaces
/// that do not break, as French has one before a colon.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    let space = |letter: char| matches!(letter, '\u{3000}' | '\u{a0}' | '\u{202f}');
    let wide = |letter: char| space(letter) || matches!(letter, '\u{ff01}'..='\u{ff5e}');
    if !text.contains(wide) {
        return text.into();
    }
    let narrow = |letter: char| match letter {
        _ if space(letter) => ' ',
        _ if wide(letter) => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    };
    text.chars().map(narrow).collect::<String>().into()
}

pub fn split(text: &str) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut pieces = 0;
    let mut before = "";
    let text = COLOUR.replace_all(text, " ");
    for line in text.lines() {
        let logged = LOGGED.find(line).map_or(0, |found| found.end());
        let said = &line[logged..];
        // A quoted mail has its marks in front of each piece.
        let marks = &said[..said.len() - said.trim_start_matches(['>', ' ']).len()];
        let quoted = marks.contains('>') && marks == before;
        before = marks;
        let said = if quoted && !COMMAND.is_match(&said[marks.len()..]) { &said[marks.len()..] } else { said };
        let indented = said.starts_with([' ', '\t']);
        // A log that writes line ends as letters.
        let said = said.replace("\\r\\n", " ");
        let drawn = |letter: char| letter.is_whitespace() || matches!(letter, '\u{2580}'..='\u{259f}');
        let words = said.split(drawn).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        // The frame of a screen ends what stands above it.
        if words.is_empty() || words.contains("───") {
            pieces = PIECES;
            continue;
        }
        let fits = pieces < PIECES && records.last().is_some_and(|record| OPEN.is_match(&record.0));
        let ended = records.last().is_some_and(|record| ended(&record.0, &words));
        let broken_off = fits && !ended && !ANEW.is_match(&words) && (logged == 0 || indented);
        match records.last_mut().filter(|_| broken_off) {
            Some(record) => {
                record.0 = bounded(&format!("{} {words}", record.0));
                pieces += 1;
            }
            None => {
                records.extend(parts(&words).map(|part| Record(bounded(part))));
                pieces = 1;
            }
        }
    }
    records
}

/// Whether a reply is over, so that the next line is somebody's own: Microsoft's last words are in brackets, and the
/// barest reply of all ends without any.
fn ended(record: &str, next: &str) -> bool {
    let bare = record.ends_with("Authentication unsuccessful") && next.starts_with(char::is_uppercase);
    let record = record.trim_end_matches([')', '\'', '"', '.']);
    bare || (record.ends_with(']') && OUTLOOK.is_match(record))
}

/// A long line in parts, each of which ends where a word does, if there is an end near.
fn parts(mut line: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if line.is_empty() {
            return None;
        }
        let mut end = LONGEST.min(line.len());
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        let gap = if end < line.len() { line[..end].rfind(' ').filter(|gap| *gap > LONGEST / 2) } else { None };
        let (part, rest) = line.split_at(gap.unwrap_or(end));
        line = rest.trim_start();
        Some(part)
    })
}

/// One line, fit to be shown.
fn bounded(text: &str) -> String {
    let text = visible::line(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_read_to_its_end() {
        let quiet = "{\"level\":\"info\"}, ".repeat(2_000);
        let records = split(&format!("{quiet}535 5.7.3 Authentication unsuccessful, {quiet}"));
        assert!(records.iter().all(|Record(line)| line.chars().count() <= LONGEST));
        assert_eq!(records.iter().filter(|Record(line)| line.contains("535 5.7.3 Authentication")).count(), 1);
        assert_eq!(split(&"あ".repeat(LONGEST)).len(), 4);
    }

    #[test]
    fn what_stands_behind_a_reply_is_no_part_of_it() {
        let lines = |text: &str| split(text).into_iter().map(|Record(line)| line).collect::<Vec<_>>();
        let bare = "535 5.7.3 Authentication unsuccessful";
        assert_eq!(lines(&format!("{bare}\r\nPlease help\r\nThanks")), [bare, "Please help", "Thanks"]);
        let whole = format!("{bare} [TY1.PROD.OUTLOOK.COM 2026-11-20T01:02:03.456Z 08DE]");
        assert_eq!(lines(&format!("{whole}\nthanks")), [whole.as_str(), "thanks"]);
        assert_eq!(lines(&format!("status=deferred (said: {whole})\nrelay=smtp.example.net")).len(), 2);
        assert_eq!(lines(&format!("{bare}\n[TY1.PROD.OUTLOOK.COM 2026]")).len(), 2);
        assert_eq!(lines("535 5.7.139 SmtpClientAuthentication is\ndisabled for the").len(), 1);
    }

    #[test]
    fn the_frame_and_the_pictures_of_a_screen_are_no_words() {
        let lines = |text: &str| split(text).into_iter().map(|Record(line)| line).collect::<Vec<_>>();
        assert_eq!(
            lines("554 5.2.0 Submission\n────── more below ─\n r Try again"),
            ["554 5.2.0 Submission", "r Try again"]
        );
        assert_eq!(
            lines("AADSTS65001: The user ▄▄█▀\n has not ▀▀ ██ consented\n ▀▀▀"),
            ["AADSTS65001: The user has not consented"]
        );
    }

    #[test]
    fn a_quoted_reply_is_put_together() {
        let lines = |text: &str| split(text).into_iter().map(|Record(line)| line).collect::<Vec<_>>();
        let quoted =
            "> 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is\n> disabled for the Mailbox.";
        assert_eq!(lines(quoted).len(), 1);
        assert_eq!(lines("< 535 5.7.3 no\n> QUIT\n").len(), 2);
        assert_eq!(lines("> AUTH XOAUTH2\n< 504 5.7.4 no\n> QUIT\n> x\n").len(), 4);
    }

    #[test]
    fn wide_letters_are_read_as_plain_ones() {
        assert_eq!(folded("５３５　５．７．３ ＡＡＤＳＴＳ７０００２２２：失敗"), "535 5.7.3 AADSTS7000222:失敗");
        assert!(matches!(folded("認証に失敗。535"), Cow::Borrowed(_)));
    }
}
