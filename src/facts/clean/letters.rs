//! Characters: which are not seen, which stand for a plain one, and where a gap can be closed. Each step gives the
//! text as it makes it, or nothing.

use unicode_width::UnicodeWidthChar;

use super::Form;
use crate::visible;

/// What is not seen and turns nothing round. What is seen in another order than it stands there (RLO) is not what the
/// person saw, and a C1 control is no text at all: both stay, to be refused.
pub fn is_unseen(letter: char) -> bool {
    visible::hidden(letter) && !matches!(letter, '\u{202e}' | '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

pub fn seen(text: &str) -> Option<String> {
    // What grows leaves pieces of itself behind, and this may be a secret.
    let mut seen = String::with_capacity(text.len());
    seen.extend(text.chars().filter(|letter| !is_unseen(*letter)));
    Some(seen)
}

/// Letters, digits and signs of ASCII as an input method writes them in its wide form (Unicode, "Halfwidth and
/// Fullwidth Forms"), the ideographic full stop, and the long-vowel mark that its key for a hyphen gives.
pub fn half_width(text: &str) -> Option<String> {
    let mapped: Vec<char> = text.chars().map(narrow).collect();
    let beside = |at: usize| mapped.get(at).is_some_and(char::is_ascii_alphanumeric);
    let hyphen = |at: usize, letter: char| "ーｰ".contains(letter) && at > 0 && beside(at - 1) && beside(at + 1);
    Some(mapped.iter().enumerate().map(|(at, letter)| if hyphen(at, *letter) { '-' } else { *letter }).collect())
}

/// One such letter as it is in ASCII; any other as it is.
pub fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '。' | '｡' => '.',
        '\u{3000}' => ' ',
        _ => letter,
    }
}

/// Hyphens as a word processor writes them, and the minus sign.
pub fn plain_dashes(text: &str) -> Option<String> {
    Some(text.replace(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}'], "-"))
}

fn is_line_end(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lines of one value as one. Where a line is a value by itself, nobody knows which was meant; an address of a
/// site may go on in the next line all the same. Two words of a product's address make one only where they join.
pub fn joined(form: Form, text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split(is_line_end).map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut whole = lines.iter().skip(usize::from(form.is_url()));
    let joins = |pair: &[&str]| joint(pair[0].chars().next_back()) || joint(pair[1].chars().next());
    let sure = form != Form::BaseUrl || lines.windows(2).all(joins);
    (lines.len() > 1 && sure && !whole.any(|line| form.holds(line))).then(|| lines.concat())
}

/// What joins the parts of an address.
fn joint(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| "@.:/".contains(letter))
}

/// Without the gaps beside what joins the parts of an address; of two addresses of sites, none is made.
pub fn closed(form: Form, text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let another = |pair: &[&str]| form.holds(pair[1]) && !pair[0].ends_with("://");
    if form.is_url() && words.windows(2).any(another) {
        return None;
    }
    let mut closed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(gap) {
        let after = rest[start..].trim_start_matches(gap);
        closed.push_str(&rest[..start]);
        if !joint(closed.chars().next_back()) && !joint(after.chars().next()) {
            closed.push_str(&rest[start..rest.len() - after.len()]);
        }
        rest = after;
    }
    closed.push_str(rest);
    Some(closed)
}

fn gap(letter: char) -> bool {
    letter.is_whitespace() && !is_line_end(letter)
}

/// An ID without the gaps in it.
pub fn digits_closed(text: &str) -> Option<String> {
    let closed: String = text.chars().filter(|letter| !gap(*letter)).collect();
    closed.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-').then_some(closed)
}

/// 32 hex digits in the form of an ID.
pub fn hyphenated(text: &str) -> Option<String> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then(|| [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-"))
}

const PAIRS: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('“', '”'),
    ('‘', '’'),
    ('「', '」'),
    ('『', '』'),
    ('«', '»'),
    ('＂', '＂'),
];

/// Without a pair of quotes around it, where what is left has the form that is wanted.
pub fn unquoted(text: &str, wanted: fn(&str) -> bool) -> Option<&str> {
    let inner = PAIRS.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))?.trim();
    wanted(inner).then_some(inner)
}

/// One character, as it can be named: what has no width of its own by its number.
pub fn shown(letter: char) -> String {
    if letter.width() == Some(0) || letter.is_whitespace() && !letter.is_ascii() {
        return letter.escape_unicode().collect();
    }
    visible::line(letter.encode_utf8(&mut [0; 4]))
}
