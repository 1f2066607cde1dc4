//! What an organisation or an app of its own is called, by what stands around such a name in the authority's words. It
//! finds names and replaces none.

use std::sync::LazyLock;

use super::{EVERYBODYS, pattern};
use crate::pattern::Pattern;

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
    let lower = text.to_ascii_lowercase();
    if !["tenant", "application", "directory", "app ", "named", "("].iter().any(|sign| lower.contains(sign)) {
        return Vec::new();
    }
    let called = CALLED.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
    let apps = APP.captures_iter(text).filter_map(|found| {
        let own = !EVERYBODYS.iter().any(|end| found[1].to_ascii_lowercase().ends_with(end));
        found.iter().skip(2).flatten().next().filter(|_| own)
    });
    called.chain(apps).map(|name| name.as_str()).collect()
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
