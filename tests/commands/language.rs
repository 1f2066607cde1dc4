//! The language of what is said: asked for, or the locale's. Programs see the same codes, formats and keys in each.

use serde_json::Value;
use smtp_oauth::export::FORMATS;

use crate::{
    bare,
    desk::{Desk, Ran, program, ran},
};

fn in_locale(variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LC_CTYPE").env_remove("LANG");
    command.env_remove("XDG_CONFIG_HOME").env_remove("SMTP_OAUTH_CONFIG").env_remove("CONFIGURATION_DIRECTORY");
    ran(command.args(arguments).env("HOME", home.path()).envs(variables.iter().copied()).output().unwrap())
}

fn is_japanese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{3041}'..='\u{30ff}').contains(&letter))
}

/// The same with everything a person reads left out: keys, numbers and the words of the format.
fn shape(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::String(String::new()),
        Value::Array(list) => Value::Array(list.iter().map(shape).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), shape(value))).collect()),
        other => other.clone(),
    }
}

#[test]
fn the_locale_decides_unless_it_was_asked_for() {
    for (variables, arguments, japanese) in [
        (&[("LANG", "ja_JP.UTF-8")][..], &["status"][..], true),
        (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "ja_JP.UTF-8")], &["status"], true),
        (&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C.UTF-8")], &["status"], false),
        (&[("LANG", "ja_JP.eucJP")], &["status"], false),
        (&[("LANG", "ja_JP.UTF-8"), ("TERM", "linux")], &["status"], false),
        (&[("LANG", "ja_JP.eucJP")], &["status", "--lang", "ja"], true),
        (&[("LANG", "ja_JP.UTF-8")], &["--lang", "en", "status"], false),
        (&[("LANG", "de_DE.UTF-8")], &["status"], false),
        (&[], &["--lang=ja", "status"], true),
    ] {
        let ran = in_locale(variables, arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (78, ""), "{variables:?} {arguments:?}");
        assert_eq!(is_japanese(&ran.stderr), japanese, "{variables:?} {arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn help_is_in_the_language_too() {
    for arguments in
        [&["--lang", "ja", "--help"][..], &["token", "-h", "--lang=ja"], &["--lang", "ja", "help", "export"]]
    {
        let ran = bare(arguments);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(ran.stdout.contains("\n使い方: smtp-oauth") && !ran.stdout.contains("Print help"), "{}", ran.stdout);
    }
    let ran = in_locale(&[("LANG", "ja_JP.UTF-8")], &["--version"]);
    assert_eq!(ran.stdout, format!("smtp-oauth {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_ends_in_64_and_says_why_in_the_language() {
    for (arguments, why) in [
        (&["--lang", "ja", "--product", "none"][..], "使える値: server"),
        (&["token", "-a", "../x", "--lang=ja"], "名前は a-z"),
        (&["--lang", "ja", "--demo", "token"], "一覧は `smtp-oauth simulate --list`"),
    ] {
        let ran = bare(arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (64, ""), "{arguments:?}");
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}

#[test]
fn documents_have_the_same_keys_and_codes() {
    let desk = Desk::signed_in(0);
    for arguments in [&["status", "--json"][..], &["token", "--format", "json"]] {
        let document = |language: &[&str]| {
            let ran = desk.run(&[arguments, language].concat());
            assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{arguments:?}");
            shape(&serde_json::from_str(&ran.stdout).unwrap())
        };
        assert_eq!(document(&["--lang", "ja"]), document(&[]));
    }
    let text = "sasl_username=alerts@contoso.example: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    let causes = |language| bare(&["explain", "--json", "--lang", language, text]);
    let (english, japanese) = (causes("en"), causes("ja"));
    assert_eq!((english.status, japanese.status), (0, 0));
    let read = |ran: &Ran| serde_json::from_str::<Value>(&ran.stdout).unwrap();
    let (english, japanese) = (read(&english), read(&japanese));
    assert_eq!(shape(&english), shape(&japanese));
    let (one, other) = (&english["causes"][0], &japanese["causes"][0]);
    for key in ["cause", "certainty", "item", "commands", "source"] {
        assert_eq!(one[key], other[key]);
    }
    assert!(is_japanese(&other["why"].to_string()) && is_japanese(&other["fix"].to_string()), "{other}");
}

#[test]
fn a_monitoring_system_reads_the_same_words() {
    let desk = Desk::signed_in(0);
    let line = |language| desk.run(&["status", "--nagios", "--lang", language]);
    let (english, japanese) = (line("en"), line("ja"));
    assert_eq!((english.status, japanese.status), (0, 0));
    let parts = |ran: &Ran| {
        let (said, measured) = ran.stdout.split_once(" |").unwrap();
        (said.split(" - ").next().unwrap().to_owned(), measured.split('=').next().unwrap().to_owned())
    };
    assert_eq!(parts(&english), parts(&japanese));
    assert!(is_japanese(&japanese.stdout), "{}", japanese.stdout);
}

#[test]
fn the_columns_of_japanese_are_straight() {
    let desk = Desk::signed_in(0);
    let ran = desk.run(&["status", "--lang", "ja"]);
    let column = |line: &str| unicode_width::UnicodeWidthStr::width(&line[..line.find(" 20").unwrap()]);
    let columns: Vec<usize> = ran.stdout.lines().filter(|line| line.contains(" UTC")).map(column).collect();
    assert!(columns.len() > 2 && columns.iter().all(|at| *at == columns[0]), "{}", ran.stdout);
}

#[test]
fn no_comment_of_an_export_is_left_in_english() {
    let desk = Desk::signed_in(0);
    let exported = |language: &str| {
        let each = FORMATS.iter().map(|format| desk.run(&["export", format.id, "--lang", language]).stdout);
        each.collect::<String>()
    };
    let (english, japanese) = (exported("en"), exported("ja"));
    let told =
        |line: &&str| (line.starts_with("# ") || line.starts_with("Description=")) && line.matches(' ').count() > 3;
    for line in japanese.lines().filter(told).filter(|line| !line.contains('/')) {
        assert!(is_japanese(line), "{line}");
    }
    // What the programs read is the same.
    let read = |text: &str| {
        let other =
            |line: &&str| !line.starts_with('#') && !line.starts_with("Description=") && !line.contains("logger");
        let mut lines: Vec<String> = text.lines().filter(other).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(read(&english), read(&japanese));
}

#[test]
fn a_fact_in_words_of_our_own_is_said_in_the_language() {
    let ran =
        bare(&["--lang", "ja", "explain", "554 5.2.252 SendAsDenied; a@b.example not allowed to send as c@b.example"]);
    assert!(ran.stdout.contains("サインインのあとに拒否") && !ran.stdout.contains("the refusal"), "{}", ran.stdout);
}
