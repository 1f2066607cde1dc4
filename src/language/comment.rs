//! Comments and descriptions in what is exported to other programs. An export is made in English, by code that
//! knows no language; each of its comments is found again here and said in the language at hand. What a program
//! reads of the file is not touched.

use super::{Table, fill};

/// The table of them, in each language.
pub(super) const PLACE: &str = "comments.";

pub(super) fn say(exported: &str, english: &Table, table: &Table) -> String {
    let own = english.range(PLACE.to_owned()..).take_while(|(key, _)| key.starts_with(PLACE));
    own.fold(exported.to_owned(), |text, (key, template)| match table.get(key) {
        Some(said) => replaced(&text, template, said),
        None => text,
    })
}

/// Every place that this template made, with its values, said anew.
fn replaced(text: &str, template: &str, said: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    let first = template.split('{').next().unwrap_or_default();
    while let Some(at) = rest.find(first) {
        let (before, here) = rest.split_at(at);
        match read(template, here) {
            Some((values, end)) => {
                let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
                out += before;
                out += &fill(said, |name| value(name).map(str::to_owned));
                rest = &here[end..];
            }
            None => {
                out += &rest[..at + first.len()];
                rest = &here[first.len()..];
            }
        }
    }
    out + rest
}

/// The values that this text begins with, as the template has them, and where it ends. A value is on one line.
fn read<'a>(template: &'a str, text: &'a str) -> Option<(Vec<(&'a str, &'a str)>, usize)> {
    let mut pieces = template.split(['{', '}']);
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    while let (Some(name), Some(after)) = (pieces.next(), pieces.next()) {
        let line = rest.split('\n').next()?;
        let end = if after.is_empty() { line.len() } else { rest.find(after).filter(|end| *end <= line.len())? };
        values.push((name, &rest[..end]));
        rest = &rest[end + after.len()..];
    }
    Some((values, text.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_said_anew_and_the_rest_stays() {
        let table = |texts: &[(&str, &str)]| -> Table {
            texts.iter().map(|(key, text)| (format!("{PLACE}{key}"), (*text).to_owned())).collect()
        };
        let english = table(&[("a", "# kept by {owner} for\n# {path}\n"), ("b", "Description=Keep {name} alive")]);
        let japanese = table(&[("a", "# {path} は {owner} のもの\n"), ("b", "Description={name} の維持")]);
        let exported = "x = 1\n# kept by {me} for\n# /a for\nDescription=Keep alerts alive\n# kept by nobody\n";
        let said = "x = 1\n# /a for は {me} のもの\nDescription=alerts の維持\n# kept by nobody\n";
        assert_eq!(say(exported, &english, &japanese), said);
        assert_eq!(say(exported, &english, &english), exported);
    }
}
