use super::{super::evidence::FACTS, *};
use crate::diagnosis::{OTHER_SERVICE, causes};

fn example(entry: &Entry) -> Evidence {
    let mut evidence = Evidence::default();
    for (fact, value) in &entry.example {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for value in values {
            evidence.add(fact, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    evidence
}

#[test]
fn every_example_names_its_cause_first() {
    for entry in catalogue() {
        let found = causes(&example(entry));
        assert_eq!(found[0].slug, entry.slug, "{found:#?}");
    }
}

#[test]
fn files_are_named_after_their_causes_and_speak_of_known_facts() {
    for ((name, _), entry) in FILES.iter().zip(catalogue()) {
        assert_eq!(*name, entry.slug);
        let lines = entry.fix.iter().chain(&entry.next).filter_map(|line| match line {
            Line::Always(_) => None,
            Line::If(line) => Some(line),
        });
        let conditional = lines.chain(&entry.why_else).flat_map(|line| &line.when);
        let conditional = conditional.chain(entry.commands.iter().flat_map(|command| &command.when));
        let ruled = entry.when.iter().flat_map(|rule| &rule.all);
        let facts = ruled.chain(conditional).map(|condition| &condition.fact);
        for fact in facts.chain(&entry.show) {
            assert!(FACTS.iter().any(|(known, _)| known == fact), "{name}: {fact}");
        }
        assert!(entry.verify.is_some() || entry.fix.is_empty() || entry.slug == OTHER_SERVICE, "{name}");
        assert!(entry.source.starts_with("https://") || entry.slug == UNKNOWN, "{name}");
    }
}

/// A name in braces that is no fact would stand there as it is.
#[test]
fn texts_and_commands_speak_of_known_facts() {
    for (slug, source) in FILES {
        for name in source.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name) {
            let placeholder = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'_'));
            let known = CLOUDS.contains(&name) || FACTS.iter().any(|(fact, _)| *fact == name);
            // Of the address that was tried.
            let known = known || name == "network_host";
            assert!(!placeholder || known || name.is_empty(), "{slug}: {{{name}}}");
        }
    }
}

/// What follows from a cloud.
const CLOUDS: [&str; 9] =
    ["portal", "admin", "defender", "login", "login_host", "smtp_host", "resource", "app_resource", "graph_option"];

#[test]
fn addresses_are_those_of_the_cloud() {
    let of = |id: &str, name: &str| {
        let mut evidence = Evidence::default();
        evidence.add("cloud", id);
        let told = filled(Phrase::new(""), &evidence).values;
        told.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    };
    for worldwide in ["", "global", "custom"] {
        assert_eq!(of(worldwide, "portal").as_deref(), Some("https://entra.microsoft.com"));
        assert_eq!(of(worldwide, "admin").as_deref(), Some("https://admin.microsoft.com"));
    }
    assert_eq!(of("china", "portal").as_deref(), Some("https://portal.azure.cn"));
    assert_eq!(of("china", "login_host").as_deref(), Some("login.partner.microsoftonline.cn"));
    assert_eq!((of("dod", "admin"), of("dod", "smtp_host").as_deref()), (None, Some("outlook-dod.office365.us")));
}
