//! What an organisation or an app of its own is called, by what stands around such a name in the authority's words. It
//! finds names and replaces none.

use std::sync::LazyLock;

use super::{EVERYBODYS, pattern};
use crate::{diagnosis::quoted::MARKS, pattern::Pattern};

/// Between quotation marks, and without them where a sentence goes on in a known way.
static CALLED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:tenant|tenant identifier|directory|application|app) '([^'\n]{3,120})'|\btenant named '?(.{3,80}?)(?:'|,|\. |\.?$)|\bdoes not exist in the (.{3,80}?) directory\b|\btenant ([a-z0-9.-]{3,80}) not found\b",
    )
});
/// An app by its id, and what it is called behind that.
static APP: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:'? ?\(([^()\n]{3,120})\)|'? named '([^'\n]{3,120})')",
    )
});
/// What is no name between them: of a parameter, a permission, a host, an address, or a word of the protocol.
const FORMED: [char; 6] = ['_', '/', ':', '@', '=', '{'];
/// Words that stand in a name's place and are none: of a URL's path, of nobody in particular.
const WORDS: [&str; 20] = [
    "adminconsent",
    "application",
    "authorize",
    "client",
    "common",
    "consumers",
    "default",
    "devicecode",
    "directory",
    "enterprise",
    "login",
    "none",
    "null",
    "oauth2",
    "organisation",
    "organization",
    "organizations",
    "tenant",
    "undefined",
    "unknown",
];
/// How names of Microsoft's own apps begin; that it is one of them is worth knowing.
const MICROSOFTS: [&str; 6] = ["microsoft", "office 365", "azure", "windows", "outlook", "exchange online"];

/// The names in a text, each where it stands.
pub fn names(text: &str) -> Vec<&str> {
    let quoted = text.lines().filter(|line| is_translated(line)).flat_map(quoted);
    let lower = text.to_ascii_lowercase();
    if !["tenant", "application", "directory", "app ", "named", "("].iter().any(|sign| lower.contains(sign)) {
        return quoted.collect();
    }
    let called = CALLED.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
    let apps = APP.captures_iter(text).filter_map(|found| {
        let own = !EVERYBODYS.iter().any(|end| found[1].to_ascii_lowercase().ends_with(end));
        found.iter().skip(2).flatten().next().filter(|_| own)
    });
    called.chain(apps).map(|name| name.as_str()).chain(quoted).collect()
}

/// A sentence of the authority's in another language than English: its words around a name are not known here.
fn is_translated(line: &str) -> bool {
    line.contains("AADSTS") && line.contains(|letter: char| !letter.is_ascii() && letter.is_alphabetic())
}

/// What stands between two marks; an apostrophe within a word is none.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let letter = |side: Option<char>| side.is_some_and(|side| side.is_ascii_alphanumeric());
    let mark = |(at, quote): &(usize, &str)| {
        !(letter(line[..*at].chars().next_back()) && letter(line[at + quote.len()..].chars().next()))
    };
    let marks: Vec<(usize, &str)> = line.match_indices(MARKS).filter(mark).collect();
    let within: Vec<&str> =
        marks.chunks_exact(2).map(|pair| line[pair[0].0 + pair[0].1.len()..pair[1].0].trim()).collect();
    let dotted = |name: &str| name.contains('.') && !name.contains(' ');
    let is_name = move |name: &&str| !name.contains(FORMED) && !dotted(name) && !is_id(name);
    within.into_iter().filter(is_name)
}

/// A GUID, or a piece of one.
fn is_id(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')
}

/// Whether a value in a name's place is a name: no word of the matter, nothing of Microsoft's, no template that nobody
/// has filled in.
pub fn is_name(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let template =
        ["your", "xxxx"].iter().any(|word| lower.contains(word)) || value.contains(['{', '}', '<', '>', '$']);
    let telling = value.chars().filter(|letter| letter.is_alphanumeric()).count() > 2;
    telling
        && !template
        && !WORDS.iter().chain(&super::COMMON).any(|word| lower == *word)
        && !MICROSOFTS.iter().any(|begin| lower.starts_with(begin))
}
