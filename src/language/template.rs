//! A text with places for values, `{name}`, taken apart. What a value is, and what stands where there is none, is not known
//! here.

use std::collections::BTreeSet;

/// Replaces `{name}`; one that has no value stays.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let said = |part: Part| match part {
        Part::Words(words) => words.to_owned(),
        Part::Name(name) => value(name).unwrap_or_else(|| format!("{{{name}}}")),
    };
    parts(template).into_iter().map(said).collect()
}

/// What a template is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Words(&'a str),
    /// `{name}` where `name` is made of `a-z._-`; other braces are PowerShell's, and words.
    Name(&'a str),
}

pub(super) fn parts(template: &str) -> Vec<Part<'_>> {
    let (mut parts, mut words, mut at) = (Vec::new(), 0, 0);
    while let Some(open) = template[at..].find('{').map(|open| at + open) {
        let name = template[open + 1..].split('}').next().unwrap_or_default();
        let close = open + 1 + name.len();
        let named = !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'_' | b'-'));
        if named && close < template.len() {
            parts.extend([Part::Words(&template[words..open]), Part::Name(name)]);
            words = close + 1;
            at = words;
        } else {
            at = open + 1;
        }
    }
    parts.push(Part::Words(&template[words..]));
    parts
}

/// The names that a text has values put in for.
pub fn placeholders(template: &str) -> BTreeSet<String> {
    let name = |part| match part {
        Part::Name(name) => Some(name.to_owned()),
        Part::Words(_) => None,
    };
    parts(template).into_iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_placeholders_are_filled() {
        let filled = fill("{user} @{ a = 1 } {} {User} {user", |name| Some(format!("<{name}>")));
        assert_eq!(filled, "<user> @{ a = 1 } {} {User} {user");
    }
}
