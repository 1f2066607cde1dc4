//! Text as columns on a screen: wrapped, cut and measured. Japanese breaks by the
//! rules of Unicode (UAX #14), which ratatui's own wrapping does not know (it breaks at spaces only).

use std::ops::Range;

use textwrap::{
    Options, WordSeparator, WordSplitter, WrapAlgorithm,
    core::{self, Word},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// What a field or a line takes at most; a private key in PEM is the longest thing anyone pastes.
pub const LIMIT: usize = 64 * 1024;

/// The beginning of a text, of at most so many bytes and whole characters.
pub fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Sentences, broken where the language allows it, but within an address or a word only where a line is too narrow for it.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap_line(line, width.max(1))).collect()
}

fn wrap_line(line: &str, width: usize) -> Vec<String> {
    let whole = addresses(line, width);
    let breaks = |end: &usize| {
        let after = whole.partition_point(|address| address.end <= *end);
        whole.get(after).is_none_or(|address| *end <= address.start)
    };
    let words = core::break_words(words(line, unicode_ends(line).filter(breaks).collect()), width);
    let joined = |words: &[Word<'_>]| {
        let text: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
        text.trim_end_matches(' ').to_owned()
    };
    WrapAlgorithm::new().wrap(&words, &[width]).into_iter().map(joined).collect()
}

/// The same where a terminal takes over what is too wide: paths, addresses and codes stay whole, so that they can be
/// copied.
pub fn wrap_whole(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(1))
        .word_separator(WordSeparator::Custom(whole_words))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
        .break_words(false);
    text.split('\n').flat_map(|line| textwrap::wrap(line, &options)).map(|line| line.into_owned()).collect()
}

/// As Unicode has it, but never between two characters of ASCII, and before a path as well.
fn whole_words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut ends: Vec<usize> = line.match_indices(" /").map(|(at, _)| at + 1).collect();
    ends.extend(unicode_ends(line).filter(|end| !is_within_ascii(line, *end)));
    ends.sort_unstable();
    ends.dedup();
    words(line, ends)
}

/// Addresses that a line of `most` could hold, and the first parts of those that are longer.
fn addresses(line: &str, most: usize) -> Vec<Range<usize>> {
    const BEGIN: &str = "://";
    let mut end = 0;
    let run = |piece: &str| {
        let begin = end;
        end += piece.len();
        let run = piece.trim_end_matches(|letter: char| !letter.is_ascii_graphic());
        let first = run.find(BEGIN)? + BEGIN.len() + 1;
        Some(begin..begin + if run.len() <= most { run.len() } else { first.min(run.len()) })
    };
    line.split_inclusive(|letter: char| !letter.is_ascii_graphic()).filter_map(run).collect()
}

fn unicode_ends(line: &str) -> impl Iterator<Item = usize> + '_ {
    WordSeparator::UnicodeBreakProperties.find_words(line).scan(0, |end, word| {
        *end += word.word.len() + word.whitespace.len();
        Some(*end)
    })
}

fn is_within_ascii(line: &str, end: usize) -> bool {
    let seen = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_graphic());
    seen(line[..end].chars().next_back()) && seen(line[end..].chars().next())
}

fn words(line: &str, ends: Vec<usize>) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let starts = std::iter::once(0).chain(ends.clone());
    Box::new(starts.zip(ends).map(|(start, end)| Word::from(&line[start..end])))
}

/// Commands and addresses: cut at the edge, nothing added and nothing left out.
pub fn cut(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let (mut row, mut used) = (String::new(), 0);
        for piece in line.graphemes(true) {
            let wide = self::width(piece);
            if used + wide > width.max(1) && !row.is_empty() {
                lines.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push_str(piece);
            used += wide;
        }
        lines.push(row);
    }
    lines
}

/// One line within `width`; `end` stands where it was cut off.
pub fn fit(text: &str, width: usize, end: &str) -> String {
    if self::width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(self::width(end));
    let (mut row, mut used) = (String::new(), 0);
    for piece in text.graphemes(true) {
        used += self::width(piece);
        if used > room {
            break;
        }
        row.push_str(piece);
    }
    if self::width(end) <= width {
        row.push_str(end);
    }
    row
}

/// Filled up with spaces to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(self::width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_between_characters() {
        assert_eq!((head("a語", 2), head("a語", 4), head("a語", 9)), ("a", "a語", "a語"));
    }

    #[test]
    fn japanese_keeps_its_full_stop_off_the_start_of_a_line() {
        assert_eq!(wrap("あいうえお。かきくけ", 10), ["あいうえ", "お。かきく", "け"]);
    }

    #[test]
    fn an_address_is_broken_where_it_is_longer_than_the_line_and_nowhere_else() {
        let said = "Look the number up at https://login.microsoftonline.com/error?code=50011, or here";
        let lines = ["Look the number up at", "https://login.microsoftonline.com/error?code=50011, or", "here"];
        assert_eq!(wrap(said, 55), lines);
        assert_eq!(wrap(said, 40)[1..3], ["https://login.microsoftonline.com/error?", "code=50011, or here"]);
        assert!(wrap(said, 20).iter().all(|line| width(line) <= 20));
        assert_eq!((wrap("", 5), wrap("a  b ", 9)), (vec![String::new()], vec!["a  b".to_owned()]));
        assert_eq!(
            wrap("番号を https://a.example/b?c=1 で調べます。", 24),
            ["番号を", "https://a.example/b?c=1", "で調べます。"]
        );
        assert_eq!(wrap("one-two three", 8), ["one-two", "three"]);
        let long = format!("{} https://a.example/b", "a-".repeat(4096));
        assert_eq!(wrap(&long, 20).last().map(String::as_str), Some("https://a.example/b"));
    }

    #[test]
    fn what_is_copied_stays_whole() {
        let said = "設定は /etc/smtp-oauth/config-of-alerts.toml にあります。";
        assert_eq!(wrap_whole(said, 20), ["設定は", "/etc/smtp-oauth/config-of-alerts.toml", "にあります。"]);
        assert_eq!(wrap_whole("あいうえお。かきくけ", 10), ["あいうえ", "お。かきく", "け"]);
    }

    #[test]
    fn a_cut_command_is_the_command() {
        let command = "Set-CASMailbox -Identity 'alerts@contoso.example' -SmtpClientAuthenticationDisabled $false";
        assert_eq!(cut(command, 20).concat(), command);
        assert_eq!(cut("日本語", 3), ["日", "本", "語"]);
    }

    #[test]
    fn fitting_never_exceeds_the_width() {
        assert_eq!(fit("権限の確認", 7, "…"), "権限の…");
        assert_eq!(fit("abc", 0, "…"), "");
    }
}
