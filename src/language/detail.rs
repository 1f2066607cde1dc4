//! Details: short English words that come up with a failure from below, of the system, a library, a server or our
//! own runtime. They are kept as they came, since causes are read from them; where one is our own, it is said
//! in the language at hand. The others stay as they are.

use super::{Table, fill};

/// The table of our own, in each language.
pub(super) const PLACE: &str = "details.";

/// One detail, or several with `; ` between.
pub(super) fn say(detail: &str, english: &Table, table: &Table) -> String {
    let each = detail.split("; ").map(|part| one(part, english, table).unwrap_or_else(|| part.to_owned()));
    each.collect::<Vec<_>>().join("; ")
}

fn one(detail: &str, english: &Table, table: &Table) -> Option<String> {
    let own = english.range(PLACE.to_owned()..).take_while(|(key, _)| key.starts_with(PLACE));
    let (key, values) = own.into_iter().find_map(|(key, template)| Some((key, read(template, detail)?)))?;
    Some(fill(table.get(key)?, |name| {
        let (_, value) = values.iter().find(|(known, _)| *known == name)?;
        Some(one(value, english, table).unwrap_or_else(|| (*value).to_owned()))
    }))
}

/// The values that make this detail of a template.
fn read<'a>(template: &'a str, detail: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut pieces = template.split(['{', '}']);
    let mut rest = detail.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    while let (Some(name), Some(after)) = (pieces.next(), pieces.next()) {
        // The last value is all there is.
        let end = if after.is_empty() { rest.len() } else { rest.find(after)? };
        values.push((name, &rest[..end]));
        rest = &rest[end + after.len()..];
    }
    rest.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(texts: &[(&str, &str)]) -> Table {
        texts.iter().map(|(key, text)| (format!("{PLACE}{key}"), (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_our_own_is_said_and_the_rest_stays() {
        let english =
            table(&[("line", "line {line}: {detail}"), ("slow", "no answer within {number} s"), ("none", "none")]);
        let japanese =
            table(&[("line", "{line} 行目: {detail}"), ("slow", "{number} 秒以内に応答なし"), ("none", "なし")]);
        for (detail, said) in [
            ("none", "なし"),
            ("no answer within 15 s", "15 秒以内に応答なし"),
            ("line 3: none", "3 行目: なし"),
            ("line 3: invalid {x} string", "3 行目: invalid {x} string"),
            ("none; Permission denied (os error 13)", "なし; Permission denied (os error 13)"),
            ("none at all", "none at all"),
            ("no answer within {number}", "no answer within {number}"),
            ("", ""),
        ] {
            assert_eq!(say(detail, &english, &japanese), said);
            assert_eq!(say(detail, &english, &english), detail);
        }
    }
}
