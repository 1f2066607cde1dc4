//! The layers, enforced: every `crate::…` path in `src/` leads downward. The same table is drawn in
//! docs/ARCHITECTURE.md, whose paths are checked to exist.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What each room may use beside itself and what stands in [`EVERYWHERE`].
const LAYERS: &[(&str, &[&str])] = &[
    ("secret", &[]),
    ("pattern", &[]),
    ("phrase", &[]),
    ("network", &[]),
    ("markdown", &[]),
    ("visible", &[]),
    ("way", &[]),
    ("shell", &[]),
    ("facts", &[]),
    ("token", &[]),
    ("smtp", &[]),
    ("entra", &[]),
    ("checklist", &[]),
    ("account", &["entra", "checklist", "token"]),
    ("product", &["entra", "checklist"]),
    ("diagnosis", &["account", "checklist", "entra", "smtp", "token"]),
    ("export", &["account", "entra"]),
    ("language", &["checklist", "diagnosis", "product"]),
    ("handover", &["account", "checklist", "entra", "language", "product"]),
    ("report", &["checklist", "diagnosis", "entra", "language", "smtp", "token"]),
    (
        "wizard",
        &[
            "account",
            "checklist",
            "diagnosis",
            "entra",
            "export",
            "handover",
            "language",
            "product",
            "report",
            "smtp",
            "token",
        ],
    ),
    ("front", &["checklist", "wizard"]),
    ("runtime", &["account", "entra", "smtp", "wizard"]),
    (
        "command",
        &[
            "account",
            "checklist",
            "diagnosis",
            "entra",
            "export",
            "front",
            "handover",
            "language",
            "product",
            "report",
            "runtime",
            "simulator",
            "smtp",
            "token",
            "wizard",
        ],
    ),
    ("simulator", &[]),
];

/// What everything speaks in.
const EVERYWHERE: &[&str] = &["secret", "phrase", "network", "facts", "markdown", "pattern", "shell", "visible", "way"];

/// It stands apart: not even these.
const APART: &str = "simulator";

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms named by `crate::room` and `crate::{room::…, other}`, tests included.
fn rooms(source: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for rest in source.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    let first = |path: String| path.trim().split("::").next().unwrap_or_default().trim().to_owned();
    rooms.into_iter().map(first).filter(|room| !room.is_empty()).collect()
}

#[test]
fn every_path_leads_downward() {
    let layers: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut found = Vec::new();
    sources(Path::new("src"), &mut found);
    for path in found {
        let relative = path.strip_prefix("src").unwrap();
        let room = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        if matches!(room, "lib" | "main") {
            continue;
        }
        let allowed = layers.get(room).unwrap_or_else(|| panic!("{room} is in no layer"));
        for used in rooms(&fs::read_to_string(&path).unwrap()) {
            let shared = room != APART && EVERYWHERE.contains(&used.as_str());
            assert!(
                used == room || shared || allowed.contains(&used.as_str()),
                "{}: {room} uses {used}",
                path.display()
            );
        }
    }
}

#[test]
fn a_layer_uses_only_layers_listed_before_it() {
    for (at, (room, uses)) in LAYERS.iter().enumerate() {
        for used in *uses {
            let below = LAYERS.iter().position(|(other, _)| other == used).unwrap();
            assert!(below < at || (*room, *used) == ("command", APART), "{room} uses {used}");
        }
    }
}

#[test]
fn paths_are_read_in_both_forms() {
    let source = "use crate::{\n    facts::{Guid, Host},\n    smtp,\n}; crate::wizard::Model";
    assert_eq!(rooms(source), ["facts", "smtp", "wizard"]);
}

#[test]
fn every_path_in_the_architecture_page_exists() {
    let page = fs::read_to_string("docs/ARCHITECTURE.md").unwrap();
    let mut seen = 0;
    for word in page.split('`').skip(1).step_by(2) {
        if word.starts_with("src/") || word.starts_with("tests/") || word.starts_with("docs/") {
            assert!(Path::new(word).exists(), "docs/ARCHITECTURE.md names {word}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} paths");
}
