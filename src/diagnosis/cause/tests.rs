//! The rules that every cause keeps: its example names it first, its texts are complete, what it refers to is there.
//! What is made of a text belongs to the tests of `reading`.

use std::collections::BTreeSet;

use super::{super::evidence, *};
use crate::{
    diagnosis::{OTHER_SERVICE, causes},
    phrase::before_words,
};

#[test]
fn every_example_names_its_cause_first() {
    for entry in catalogue() {
        let found = causes(&entry.example);
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
        let conditional = lines.chain(&entry.why_else).flat_map(|line| line.when.iter().chain(&line.any));
        let conditional =
            conditional.chain(entry.commands.iter().flat_map(|command| command.when.iter().chain(&command.any)));
        let ruled = entry.when.iter().flat_map(|rule| &rule.all);
        let facts = ruled.chain(conditional).map(|condition| &condition.fact);
        for fact in facts.chain(&entry.show) {
            assert!(evidence::find(fact).is_some(), "{name}: {fact}");
        }
        assert!(entry.verify.is_some() || entry.fix.is_empty() || entry.slug == OTHER_SERVICE, "{name}");
        assert!(entry.source.starts_with("https://") || entry.slug == UNKNOWN, "{name}");
    }
}

/// One that stands in no list would be no cause, and nobody would miss it.
#[test]
#[expect(clippy::disallowed_methods, reason = "the directory is what the list is compared with")]
fn every_file_is_in_the_list() {
    let there = std::fs::read_dir("src/diagnosis/causes").unwrap().map(|file| file.unwrap().file_name());
    let there: BTreeSet<String> = there.map(|name| name.into_string().unwrap()).collect();
    let listed = FILES.iter().map(|(slug, _)| format!("{slug}.toml")).collect();
    assert_eq!(there.difference(&listed).collect::<Vec<_>>(), [""; 0], "not in FILES of cause/catalogue.rs");
}

/// What stands behind them would not be read.
#[test]
fn words_in_another_language_stand_last() {
    for (slug, text) in FILES {
        let words: toml::Table = text[before_words(text).len()..].parse().unwrap();
        assert!(words.keys().all(|key| key.len() == 2), "{slug}: behind its words in another language: {words:?}");
    }
}

/// A name in braces that is no fact would stand there as it is.
#[test]
fn texts_and_commands_speak_of_known_facts() {
    for (slug, source) in FILES {
        for name in source.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name) {
            let placeholder = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'_'));
            let known = CLOUDS.contains(&name) || evidence::find(name).is_some();
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

/// Whoever only looks runs these.
#[test]
fn a_command_that_is_said_to_read_changes_nothing() {
    let shows = |line: &str| {
        let mut stages = line.split('|').map(str::trim);
        let begins = |stage: &str, verbs: &[&str]| verbs.iter().any(|verb| stage.starts_with(verb));
        let first = stages.next().is_some_and(|first| begins(first, &["Get-", "Test-"]));
        let rest = stages.all(|stage| begins(stage, &["Format-", "Select-", "Where-", "Measure-"]));
        let changes = ["Set-", "Add-", "New-", "Remove-", "Enable-", "Disable-", ";", "&", ">"];
        first && rest && !changes.iter().any(|change| line.contains(change))
    };
    assert!(shows("Get-Mailbox x | Format-List Name") && !shows("Get-Mailbox x | Set-CASMailbox -x"));
    assert!(!shows("Get-Mailbox (New-Mailbox x)") && !shows("Get-Mailbox x; Remove-Mailbox x"));
    let mut any = false;
    for (entry, command) in catalogue().iter().flat_map(|entry| entry.commands.iter().map(move |it| (entry, it))) {
        let lines = command.text.lines().filter(|line| !line.trim().is_empty());
        assert!(!command.reads || lines.clone().count() > 0, "{}", entry.slug);
        for line in lines.filter(|_| command.reads) {
            assert!(shows(line.trim()), "{}: {line}", entry.slug);
            any = true;
        }
    }
    assert!(any);
}
