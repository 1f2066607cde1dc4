//! Every key that the code names has a text, and no text stands there unused.

use std::{collections::BTreeSet, fs, path::Path};

use smtp_oauth::{
    diagnosis::evidence::{self, FACTS},
    export::FORMATS,
    language::{Language, Texts, placeholders},
};

fn files(dir: &Path, kind: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, kind, found);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

fn sources() -> Vec<String> {
    let mut found = Vec::new();
    files(Path::new("src"), "rs", &mut found);
    // Tests make up keys of their own.
    found.iter().map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_key_pair_is_made_in_one_way_and_in_a_shell_of_its_own() {
    let mut found = Vec::new();
    files(Path::new("src"), "toml", &mut found);
    let mut made = Vec::new();
    for text in &found {
        for (at, _) in text.match_indices("openssl req ") {
            let end = text[at..].find(['\n', ')']).unwrap() + at;
            made.push(text[at..end].trim_end_matches([' ', '&']));
            assert!(text[..at].rfind("(umask 077;") > text[..at].rfind(')'), "{}", &text[at..end]);
        }
    }
    assert!(made.len() > 2 && made.iter().all(|line| *line == made[0]), "{made:#?}");
}

#[test]
fn every_key_in_the_code_has_a_text() {
    let texts = Texts::new(Language::English);
    let found = sources();
    let tables: Vec<String> = texts.keys().filter_map(|key| Some(format!("{}.", key.split_once('.')?.0))).collect();
    let key_like = |text: &str| {
        tables.iter().any(|table| text.starts_with(table))
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-' | b'_'))
            && !text.ends_with('.')
    };
    // Names of facts, settings and files have the same form.
    let others = |text: &str| {
        evidence::find(text).is_some()
            || text.ends_with(".toml")
            || text.ends_with(".secret")
            || ["smtp.host", "smtp.port", "smtp.security", "smtp.gmail.com"].contains(&text)
    };
    for text in found.iter().flat_map(|source| source.split('"')) {
        assert!(!key_like(text) || others(text) || texts.contains(text), "no text `{text}`");
    }
}

/// Addresses of the worldwide cloud, each of which is another in another cloud.
const WORLDWIDE: [&str; 7] = [
    "login.microsoftonline.com",
    "entra.microsoft.com",
    "admin.microsoft.com",
    "security.microsoft.com",
    "outlook.office.com",
    "outlook.office365.com",
    "smtp.office365.com",
];

/// Where they are meant as they stand: several clouds side by side, an example for whoever writes a file, or what
/// there is in the worldwide cloud alone (personal accounts, High Volume Email).
const MEANT: [&str; 7] = [
    "answers.scopes",
    "causes.exchange_not_in_tenant.fix.0",
    "causes.hve_account_needed.fix.1",
    "causes.hve_external_recipient.fix.0",
    "causes.scope_not_for_personal_account.",
    "causes.tenant_wrong.next.0",
    "causes.wrong_cloud.fix.0",
];

#[test]
fn addresses_follow_the_cloud() {
    let texts = Texts::new(Language::English);
    let meant = |key: &&str| MEANT.iter().any(|meant| key.starts_with(meant));
    for key in texts.keys().filter(|key| !meant(key)) {
        let named = WORLDWIDE.iter().find(|address| texts.word(key).contains(**address));
        assert!(named.is_none(), "{key}: {}", named.unwrap());
    }
}

#[test]
fn no_text_is_left_over() {
    let found = sources();
    // Keys put together from an id, `items.{id}` and the like, are used by their first part.
    let composed: Vec<&str> = found
        .iter()
        .flat_map(|source| source.split("format!(\"").skip(1))
        .filter_map(|rest| rest.split('{').next().filter(|prefix| prefix.ends_with('.')))
        .collect();
    let texts = Texts::new(Language::English);
    for key in texts.keys() {
        if key.starts_with("details.") {
            // These come as they are said.
            let said = texts.word(key);
            let pieces = said.split(['{', '}']).step_by(2).flat_map(str::lines).filter(|piece| piece.len() > 3);
            let made = |piece: &str| found.iter().any(|source| source.replace("\\\"", "\"").contains(piece));
            assert!(pieces.clone().all(made) && pieces.count() > 0, "`{key}` is said nowhere: {said}");
            continue;
        }
        let by_part = composed.iter().any(|prefix| key.starts_with(prefix));
        let quoted = format!("\"{key}\"");
        assert!(by_part || found.iter().any(|source| source.contains(&quoted)), "`{key}` is said nowhere");
    }
}

/// Of the keys that are put together from an id, each id has one and each has its id: in the binary a missing one shows
/// only where it would have been said.
#[test]
fn every_id_has_a_label_and_every_label_an_id() {
    let texts = Texts::new(Language::English);
    let facts: BTreeSet<String> = FACTS.iter().map(|fact| fact.name.to_owned()).collect();
    let formats: BTreeSet<String> = FORMATS.iter().map(|format| format.id.to_owned()).collect();
    for (place, ids) in [("facts.", &facts), ("export.formats.", &formats)] {
        let labelled: BTreeSet<String> =
            texts.keys().filter_map(|key| key.strip_prefix(place)).map(str::to_owned).collect();
        let missing: Vec<_> = ids.difference(&labelled).collect();
        let left_over: Vec<_> = labelled.difference(ids).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "{place}: no {missing:?}, left over {left_over:?}");
    }
    let of_a_fact = |key: &&str| FACTS.iter().any(|fact| key.starts_with(&format!("values.{}.", fact.name)));
    let left_over: Vec<_> = texts.keys().filter(|key| key.starts_with("values.") && !of_a_fact(key)).collect();
    assert!(left_over.is_empty(), "values of no fact: {left_over:?}");
}

#[test]
fn every_language_has_the_same_texts_with_the_same_values() {
    let english = Texts::new(Language::English);
    let wanted: BTreeSet<&str> = english.keys().collect();
    for language in Language::ALL {
        let texts = Texts::new(language);
        let found: BTreeSet<&str> = texts.keys().collect();
        let missing: Vec<_> = wanted.difference(&found).collect();
        let left_over: Vec<_> = found.difference(&wanted).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "{language:?}: no {missing:#?}, left over {left_over:#?}");
        for key in &wanted {
            let (one, other) = (english.word(key), texts.word(key));
            assert_eq!(placeholders(&other), placeholders(&one), "{key} in {language:?}: {other}");
            assert_eq!(other.is_empty(), one.is_empty(), "{key} in {language:?}");
            assert_eq!(other.lines().count() > 1, one.lines().count() > 1, "{key} in {language:?}: {other}");
            assert_eq!(other.ends_with('\n'), one.ends_with('\n'), "{key} in {language:?}");
        }
    }
}

/// Names, marks and words that are the same in both.
const SAME: [&str; 27] = [
    "answers.nowhere",
    "answers.secret-variable",
    "clouds.china.detail",
    "clouds.dod.detail",
    "clouds.gcc-high.detail",
    "done.export.text",
    "done.test.text",
    "done.token.text",
    "done.units.text",
    "evidence.token",
    "explain.file",
    "facts.mail.auth",
    "facts.oauth.code",
    "facts.powershell",
    "handover.formats.azcli.label",
    "handover.formats.powershell.label",
    "handover.script.exchange",
    "network.other",
    "security.starttls.label",
    "tls.version",
    "values.granted.audience.exchange",
    "values.granted.audience.graph",
    "values.scope.audience.exchange",
    "values.scope.audience.graph",
    "values.token.audience.exchange",
    "values.token.audience.graph",
    "values.token.form.jwt",
];

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

#[test]
fn what_is_said_in_japanese_is_japanese() {
    let (english, japanese) = (Texts::new(Language::English), Texts::new(Language::Japanese));
    let said = |key: &&str| !(key.contains(".commands.") && key.ends_with(".text"));
    let same: Vec<_> = japanese.keys().filter(said).filter(|key| japanese.word(key) == english.word(key)).collect();
    // A product's name is a name, and values alone are in no language.
    let named = |key: &str| key.starts_with("products.") && key.ends_with(".label");
    let wordless = |key: &str| japanese.word(key).split(['{', '}']).step_by(2).all(|piece| !has_letters(piece));
    let unmeant: Vec<_> = same.into_iter().filter(|key| !SAME.contains(key) && !named(key) && !wordless(key)).collect();
    assert!(unmeant.is_empty(), "{unmeant:#?}");
}
