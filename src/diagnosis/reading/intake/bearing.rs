//! Whether a line bears on a failure, judged by its bytes alone, in one pass over all of them: what the reader
//! understands is looked for here by its words. A line too many costs nothing; it does not read any.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};
use encoding_rs::{BIG5, EUC_JP, Encoding, GBK, ISO_2022_JP, SHIFT_JIS, WINDOWS_1252};
use serde::Deserialize;

use super::super::{super::cause, answer, network, oauth, others, pages, sayings, service};

/// What a line tells of, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Refused,
    Unreached,
    Accepted,
    /// How it came to that: commands, tokens, greetings.
    Trace,
}

/// A line that bears on a failure. Lines of the same key tell the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub kind: Kind,
    pub key: u64,
}

/// What makes of an occurrence a sign.
#[derive(Debug, Clone, Copy)]
enum Check {
    Always,
    /// `5.7.` goes on as an enhanced code.
    Enhanced,
    /// `535` stands where a reply begins.
    Code,
    /// The line is of another connection and bears on nothing.
    Others,
}

/// The words of `bearing.toml`.
#[derive(Debug, Deserialize)]
struct Words {
    codes: Vec<String>,
    refused: Vec<String>,
    wrapped: Vec<String>,
    numbers: Vec<String>,
    accepted: Vec<String>,
    trace: Vec<String>,
    programs: Vec<String>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test reads it")]
static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("bearing.toml")).expect("words that bear on a failure"));

/// Facts whose texts rules look into.
const TEXTS: [&str; 3] = ["reply.text", "oauth.description", "network.detail"];

pub struct Bearing {
    ascii: Sought,
    /// Words of other alphabets. They have a table of their own: beside them the one for ASCII would be several times as
    /// large, and a log has few letters of theirs.
    others: LazyLock<Sought>,
}

/// Words of one alphabet, and what each is a sign of.
struct Sought {
    automaton: AhoCorasick,
    signs: Vec<(Kind, Check, usize)>,
}

impl Sought {
    #[expect(clippy::expect_used, reason = "patterns in the binary; a test uses them")]
    fn new(is_ascii: bool) -> Self {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        let mut signs = Vec::new();
        for (number, (words, kind, check)) in words().into_iter().enumerate() {
            for pattern in written(words).into_iter().filter(|pattern| pattern.is_ascii() == is_ascii) {
                patterns.push(pattern);
                signs.push((kind, check, number));
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&patterns)
            .expect("patterns");
        Self { automaton, signs }
    }

    fn find(&self, bytes: &[u8], from: usize, to: usize) -> Option<usize> {
        self.automaton.find(Input::new(bytes).span(from..to)).map(|found| found.start())
    }

    /// Words may stand within others, and all of them count.
    fn judge(&self, line: &[u8], from: usize) -> Option<Hit> {
        let mut best: Option<Hit> = None;
        let from = from.saturating_sub(self.automaton.max_pattern_len());
        for found in self.automaton.find_overlapping_iter(Input::new(line).range(from..)) {
            let (kind, check, word) = self.signs[found.pattern().as_usize()];
            let telling = match check {
                Check::Others => return None,
                Check::Always => true,
                Check::Enhanced => enhanced(line, found.start()),
                Check::Code => code(line, found.start()),
            };
            if telling && best.is_none_or(|best| kind < best.kind) {
                best = Some(Hit { kind, key: key(kind, word, line, found.start()) });
                if kind == Kind::Refused {
                    break;
                }
            }
        }
        best
    }
}

impl Bearing {
    pub fn new() -> Self {
        Self { ascii: Sought::new(true), others: LazyLock::new(|| Sought::new(false)) }
    }

    /// Where something stands that may be a sign, from there on.
    pub fn candidate(&self, bytes: &[u8], from: usize, to: usize) -> Option<usize> {
        let ascii = self.ascii.find(bytes, from, to);
        let until = ascii.unwrap_or(to);
        let other = if bytes[from..until].is_ascii() { None } else { self.others.find(bytes, from, until) };
        other.or(ascii)
    }

    /// What a line tells of; no word ends before `from` in it.
    pub fn judge(&self, line: &[u8], from: usize) -> Option<Hit> {
        let ascii = self.ascii.judge(line, from);
        let other = if line.is_ascii() { None } else { self.others.judge(line, from) };
        [ascii, other].into_iter().flatten().min_by_key(|hit| hit.kind)
    }
}

/// The more telling come first, as of two that are the same the first counts.
fn words() -> Vec<(&'static str, Kind, Check)> {
    const ENHANCED: [&str; 16] = [
        "4.0.", "4.1.", "4.2.", "4.3.", "4.4.", "4.5.", "4.6.", "4.7.", "5.0.", "5.1.", "5.2.", "5.3.", "5.4.", "5.5.",
        "5.6.", "5.7.",
    ];
    let Words { codes, refused, wrapped, numbers, accepted, trace, programs } = &*WORDS;
    let mut words: Vec<_> = others::INBOUND.iter().map(|sign| (*sign, Kind::Trace, Check::Others)).collect();
    words.extend(ENHANCED.iter().map(|begin| (*begin, Kind::Refused, Check::Enhanced)));
    let mut add =
        |all: &'static [String], kind, check| words.extend(all.iter().map(|word| (word.as_str(), kind, check)));
    add(codes, Kind::Refused, Check::Code);
    add(refused, Kind::Refused, Check::Always);
    add(wrapped, Kind::Refused, Check::Always);
    add(accepted, Kind::Accepted, Check::Always);
    add(trace, Kind::Trace, Check::Always);
    add(programs, Kind::Trace, Check::Always);
    let rules = cause::words().filter(|(fact, words)| TEXTS.contains(fact) && words.len() >= 8);
    let understood = rules.map(|(_, words)| words).chain(read());
    words.extend(understood.map(|words| (words, Kind::Refused, Check::Always)));
    words.extend(numbers.iter().map(|word| (word.as_str(), Kind::Unreached, Check::Always)));
    words.extend(network::words().map(|words| (words, Kind::Unreached, Check::Always)));
    words
}

/// Sentences that the reader understands without a code beside them.
fn read() -> impl Iterator<Item = &'static str> {
    oauth::words().chain(sayings::words()).chain(pages::words()).chain(service::words()).chain(answer::words())
}

/// Words as bytes, in every set that a log may be written in.
fn written(words: &str) -> Vec<Vec<u8>> {
    let mut all = vec![words.as_bytes().to_vec()];
    if words.is_ascii() {
        return all;
    }
    let sets: [&'static Encoding; 6] = [SHIFT_JIS, EUC_JP, ISO_2022_JP, GBK, BIG5, WINDOWS_1252];
    for set in sets {
        let (bytes, _, lossy) = set.encode(words);
        // What switches ISO-2022-JP over stands around the words, not in them.
        let bytes = bytes.strip_prefix(b"\x1b$B").and_then(|bytes| bytes.strip_suffix(b"\x1b(B")).unwrap_or(&bytes);
        if !lossy && !bytes.is_ascii() || set == ISO_2022_JP && !lossy && !bytes.contains(&0x1b) {
            all.push(bytes.to_vec());
        }
    }
    all.dedup();
    all
}

/// `5.7.3`, and no part of an address or of a longer number.
fn enhanced(line: &[u8], at: usize) -> bool {
    let begins = at == 0 || !(line[at - 1].is_ascii_alphanumeric() || line[at - 1] == b'.');
    let rest = &line[at + 4..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let goes_on = rest.get(digits) == Some(&b'.') && rest.get(digits + 1).is_some_and(u8::is_ascii_digit);
    begins && (1..=3).contains(&digits) && !goes_on
}

/// `535 `, where a server is quoted or a line begins.
fn code(line: &[u8], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| line.get(at)).copied();
    let begins = match before(1) {
        None => true,
        Some(b' ') => matches!(before(2), Some(b':' | b'<' | b'>' | b'-' | b'=' | b']')),
        Some(byte) => b"'\"=(<>:".contains(&byte),
    };
    begins && line.get(at + 3).is_none_or(|byte| b" -',\"\r".contains(byte))
}

/// What stays the same when a failure is told again.
fn key(kind: Kind, word: usize, line: &[u8], at: usize) -> u64 {
    const LONG: usize = 112;
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    match kind {
        Kind::Refused => {
            let from = at.saturating_sub(4);
            let said = line[from..].iter().take(LONG).take_while(|byte| !b"[<".contains(byte));
            let letters = said.filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
            letters.collect::<Vec<_>>().hash(&mut hasher);
        }
        Kind::Accepted => [&b"office365"[..], b"utlook"].map(|of| within(line, of)).hash(&mut hasher),
        Kind::Unreached | Kind::Trace => word.hash(&mut hasher),
    }
    hasher.finish()
}

fn within(line: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(line, word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_words_that_the_reader_understands_bears_on_a_failure() {
        let bearing = Bearing::new();
        let sought = cause::words().filter(|(fact, words)| TEXTS.contains(fact) && words.len() >= 8);
        for words in sought.map(|(_, words)| words).chain(read()).chain(network::words()) {
            let line = format!("Nov 22 09:00:00 mx app[1]: {words}.");
            let hit = bearing.judge(line.as_bytes(), 0);
            assert!(hit.is_some_and(|hit| matches!(hit.kind, Kind::Refused | Kind::Unreached)), "{words}: {hit:?}");
        }
    }

    #[test]
    fn what_the_reader_looks_for_is_not_written_down_again() {
        let sought: Vec<String> =
            cause::words().map(|(_, words)| words).chain(read()).map(str::to_ascii_lowercase).collect();
        let again = |words: &&String| sought.contains(*words);
        assert_eq!(WORDS.refused.iter().filter(again).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
