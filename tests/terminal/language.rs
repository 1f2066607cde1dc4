//! The language: the locale's at the start, and F2's from there on.

use std::path::Path;

use portable_pty::CommandBuilder;
use smtp_oauth::{
    language::{Language, Texts},
    phrase::Phrase,
};

use crate::{
    demo::PROGRAM,
    pty::{SIZE, Terminal},
};

const F2: &str = "\x1bOQ";
const CTRL_T: &str = "\x14";

fn started(directory: &Path, locale: &str, term: &str, arguments: &[&str]) -> Terminal {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(["--demo", "--config", directory.to_str().unwrap()]);
    command.args(arguments);
    ["LC_ALL", "LC_MESSAGES", "LC_CTYPE"].into_iter().for_each(|name| command.env_remove(name));
    command.env("TERM", term);
    command.env("LANG", locale);
    Terminal::open(command, SIZE)
}

fn word(language: Language, key: &str) -> String {
    Texts::new(language).word(key)
}

fn japanese(key: &str) -> String {
    word(Language::Japanese, key)
}

fn english(key: &str) -> String {
    word(Language::English, key)
}

#[test]
fn a_japanese_locale_starts_in_japanese_and_f2_leads_there_and_back() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = started(directory.path(), "ja_JP.UTF-8", "xterm-256color", &[]);
    terminal.sees(&japanese("steps.product.question"));
    terminal.sees("F2 English");
    terminal.types("\r");
    terminal.sees(&japanese("steps.mailbox.question"));
    terminal.types("\x15kim@");
    terminal.sees("> kim@");
    terminal.types(F2);
    terminal.sees(&english("steps.mailbox.question"));
    terminal.sees("> kim@");
    terminal.sees("F2 日本語");
    terminal.types("con");
    terminal.sees("> kim@con");
    terminal.types(CTRL_T);
    terminal.sees(&japanese("steps.mailbox.question"));
    terminal.sees("> kim@con");
    // What lies over it, too.
    terminal.types("\x0f");
    terminal.sees(&japanese("overlay.checklist-question"));
    terminal.types(F2);
    terminal.sees(&english("overlay.checklist-question"));
    terminal.types("\x1b[B\x03");
    // The language last shown.
    terminal.sees(
        &Texts::new(Language::English)
            .say(&Phrase::new("setup.left").with("demo", " --demo").with("config", left(directory.path()))),
    );
    assert_eq!(terminal.ended(), 2);
}

fn left(directory: &Path) -> String {
    format!(" --config {}", directory.display())
}

#[test]
fn in_line_mode_f2_is_a_key_that_leaves_the_line_alone() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = started(directory.path(), "ja_JP.UTF-8", "xterm", &["--front", "line"]);
    terminal.reads(&japanese("steps.product.question"));
    terminal.reads("F2      English");
    terminal.types("f2\r");
    terminal.reads(&english("steps.product.question"));
    terminal.reads("F2      日本語");
    terminal.types("\r");
    terminal.reads(&english("steps.mailbox.question"));
    terminal.reads("> ");
    terminal.types("kim@");
    terminal.reads("kim@");
    terminal.types(F2);
    terminal.reads(&japanese("steps.mailbox.question"));
    terminal.reads("> kim@");
    terminal.types("\x15:f2\r");
    terminal.reads(&english("steps.mailbox.question"));
    terminal.types(CTRL_T);
    terminal.reads(&japanese("steps.mailbox.question"));
    terminal.types(":q\r");
    let said = Phrase::new("setup.left").with("demo", " --demo").with("config", left(directory.path()));
    terminal.reads(&Texts::new(Language::Japanese).say(&said));
    assert_eq!(terminal.ended(), 2);
}

#[test]
fn where_japanese_cannot_be_shown_it_starts_in_english_and_ascii_and_says_so() {
    for (locale, term) in [("ja_JP.eucJP", "xterm"), ("ja_JP.UTF-8", "linux")] {
        let directory = tempfile::tempdir().unwrap();
        let mut terminal = started(directory.path(), locale, term, &[]);
        terminal.sees(&english("steps.product.question"));
        terminal.sees("This terminal shows plain ASCII only");
        terminal.sees("begins in English");
        terminal.sees("F2 Japanese");
        assert!(terminal.bytes().is_ascii(), "{locale} {term}");
        terminal.types("\x03");
        assert_eq!(terminal.ended(), 2);
    }
}

#[test]
fn who_asks_for_japanese_gets_it_anywhere() {
    let directory = tempfile::tempdir().unwrap();
    let mut terminal = started(directory.path(), "C", "xterm", &["--lang", "ja"]);
    terminal.sees(&japanese("steps.product.question"));
    // Marks and frames are another matter.
    terminal.sees("[ ] ");
    terminal.sees("ASCII");
    assert!(!terminal.bytes().contains('─'));
    terminal.types("\x03");
    assert_eq!(terminal.ended(), 2);
}
