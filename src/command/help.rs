//! `--help` in another language than English, whose words are the comments in `options.rs`: the same commands and
//! options with the words of an overlay, wrapped by the rules of its language, which clap does not know. It is read
//! only when help is asked for.

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Write},
};

use clap::{Arg, Command, CommandFactory, error::ErrorKind};

use super::{
    options::{Options, Unusable},
    terminal,
};
use crate::{
    front::text,
    language::{HELP, Language, Texts},
};

/// Lines of more columns are hard to read.
const WIDEST: usize = 100;

/// What the parser has to say. Help and version go to stdout and are no error; a broken pipe there is nobody's loss.
pub fn say(error: &clap::Error, arguments: &[OsString]) {
    let language = terminal::language_asked(arguments);
    let _ = match (language, error.kind(), error.source().and_then(|source| source.downcast_ref::<Unusable>())) {
        (language, ErrorKind::DisplayHelp, _) if language != Language::English => {
            let words = in_language(language, terminal::columns().min(WIDEST));
            words.try_get_matches_from(arguments).err().as_ref().unwrap_or(error).print()
        }
        // The sentence around it is the parser's own.
        (language, _, Some(why)) if language != Language::English => {
            let said = error.to_string().replace(&why.to_string(), &Texts::new(language).say(&why.0));
            io::stderr().write_all(said.as_bytes())
        }
        _ => error.print(),
    };
}

/// What a fault of the simulator is called, which itself speaks English alone.
pub fn fault(language: Language, name: &str, about: &str) -> String {
    let words = words(language);
    let found = words.get("faults").and_then(|faults| faults.get(name)?.as_str());
    found.unwrap_or(about).to_owned()
}

/// Empty for English, whose words stand with the options.
fn words(language: Language) -> toml::Table {
    let file = language.files().iter().find(|(place, _)| *place == HELP);
    file.and_then(|(_, source)| source.parse().ok()).unwrap_or_default()
}

fn in_language(language: Language, width: usize) -> Command {
    let page = Page { words: &words(language), width };
    let mut whole = Options::command();
    whole.build();
    page.laid_over(whole)
}

struct Page<'a> {
    words: &'a toml::Table,
    width: usize,
}

impl Page<'_> {
    fn laid_over(&self, command: Command) -> Command {
        let help = self.help(&command);
        command.override_help(help).mut_subcommands(|below| self.laid_over(below))
    }

    fn word(&self, table: &str, key: &str) -> Option<&str> {
        self.words.get(table)?.get(key)?.as_str()
    }

    /// An option's words: its command's own, the wizard's, or those of every command.
    fn of(&self, command: &str, arg: &Arg) -> &str {
        let id = arg.get_id().as_str();
        [command, "setup", "global"].into_iter().find_map(|table| self.word(table, id)).unwrap_or_default()
    }

    fn help(&self, command: &Command) -> String {
        let name = command.get_name();
        let about = self.word(name, "about").unwrap_or_default();
        let mut out = text::wrap(about, self.width).join("\n") + "\n\n" + &self.usage(command);
        let commands: Vec<_> = command.get_subcommands().filter(|below| !below.is_hide_set()).collect();
        let row = |below: &&Command| {
            let about = self.word(below.get_name(), "about").unwrap_or_default();
            (format!("  {}", below.get_name()), about.to_owned())
        };
        out += &self.section(self.word("words", "commands"), commands.iter().map(row).collect());
        let mut headings: Vec<&str> = Vec::new();
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let heading = heading(arg);
            if !headings.contains(&heading) {
                headings.push(heading);
            }
        }
        // As with clap: what has no heading of its own comes first, arguments before options.
        headings.sort_by_key(|heading| ["arguments", "options"].iter().position(|own| own == heading).unwrap_or(2));
        for wanted in headings {
            let args = command.get_arguments().filter(|arg| heading(arg) == wanted && !arg.is_hide_set());
            let rows = args.map(|arg| (left(arg), self.right(name, arg))).collect();
            let title = self.word("words", wanted).or_else(|| self.word("headings", wanted));
            out += &self.section(title, rows);
        }
        match self.word(name, "exit") {
            Some(exit) => out + "\n" + exit + "\n",
            None => out,
        }
    }

    fn usage(&self, command: &Command) -> String {
        let shown = command.clone().render_usage().to_string();
        let title = format!("{}: ", self.word("words", "usage").unwrap_or_default());
        let lines = shown.trim_start_matches("Usage:").lines().map(str::trim).filter(|line| !line.is_empty());
        let indent = " ".repeat(text::width(&title));
        lines.enumerate().map(|(at, line)| format!("{}{line}\n", if at == 0 { &title } else { &indent })).collect()
    }

    /// Its words, and the values it takes.
    fn right(&self, command: &str, arg: &Arg) -> String {
        let mut out = self.of(command, arg).to_owned();
        let takes = arg.get_action().takes_values();
        let named = |key: &str, values: Vec<String>| match self.word("words", key) {
            Some(name) if !values.is_empty() => format!(" [{name}: {}]", values.join(", ")),
            _ => String::new(),
        };
        if takes {
            let default = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
            out += &named("default", default.collect());
            let values = arg.get_possible_values();
            out += &named("values", values.iter().map(|value| value.get_name().to_owned()).collect());
        }
        out
    }

    fn section(&self, title: Option<&str>, rows: Vec<(String, String)>) -> String {
        if rows.is_empty() {
            return String::new();
        }
        let column = rows.iter().map(|(left, _)| text::width(left)).max().unwrap_or(0) + 2;
        let mut out = format!("\n{}:\n", title.unwrap_or_default());
        for (left, right) in rows {
            for (at, line) in text::wrap(&right, self.width.saturating_sub(column).max(20)).iter().enumerate() {
                let left = if at == 0 { &left } else { "" };
                out += &format!("{}{line}\n", text::pad(left, column));
            }
        }
        out
    }
}

fn heading(arg: &Arg) -> &str {
    arg.get_help_heading().unwrap_or(if arg.is_positional() { "arguments" } else { "options" })
}

/// `  -a, --account <NAME>`
fn left(arg: &Arg) -> String {
    let short = arg.get_short().map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
    if arg.is_positional() { format!("  {arg}") } else { format!("  {short}{arg}") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::command::exit;

    /// Command and id of everything that has a help text, as the overlay has it.
    fn keys(command: &Command, globals: &BTreeSet<String>, found: &mut BTreeSet<(String, String)>) {
        let name = command.get_name().to_owned();
        found.insert((name.clone(), "about".into()));
        for arg in command.get_arguments() {
            let id = arg.get_id().to_string();
            let table = match () {
                () if globals.contains(&id) || id == "help" => "global",
                () if name == "smtp-oauth" && id != "version" => "setup",
                () => &name,
            };
            found.insert((table.to_owned(), id));
        }
        if name != "help" {
            command.get_subcommands().for_each(|below| keys(below, globals, found));
        }
    }

    fn translated() -> impl Iterator<Item = (Language, toml::Table)> {
        let others = Language::ALL.into_iter().filter(|language| *language != Language::English);
        others.map(|language| (language, words(language)))
    }

    fn names<'a>(table: &'a toml::Table, of: &str) -> BTreeSet<&'a str> {
        let table = table.get(of).and_then(toml::Value::as_table);
        table.into_iter().flat_map(toml::Table::keys).map(String::as_str).collect()
    }

    fn same<T: Ord + std::fmt::Debug>(language: Language, found: &BTreeSet<T>, wanted: &BTreeSet<T>) {
        let missing: Vec<_> = wanted.difference(found).collect();
        let left_over: Vec<_> = found.difference(wanted).collect();
        let code = language.code();
        assert!(
            missing.is_empty() && left_over.is_empty(),
            "help.{code}.toml: no {missing:?}, left over {left_over:?}"
        );
    }

    #[test]
    fn every_command_and_option_has_its_words_and_none_is_left_over() {
        let mut whole = Options::command();
        whole.build();
        let globals = whole.get_arguments().filter(|arg| arg.is_global_set()).map(|arg| arg.get_id().to_string());
        let mut wanted = BTreeSet::new();
        keys(&whole, &globals.collect(), &mut wanted);
        wanted.remove(&("help".to_owned(), "subcommand".to_owned()));
        wanted.insert(("smtp-oauth".into(), "exit".into()));
        for (language, table) in translated() {
            let found = table.iter().filter(|(table, _)| !["words", "headings", "faults"].contains(&table.as_str()));
            let found: BTreeSet<_> = found
                .flat_map(|(table, keys)| keys.as_table().unwrap().keys().map(|key| (table.clone(), key.clone())))
                .collect();
            same(language, &found, &wanted);
        }
    }

    #[test]
    fn every_heading_has_its_words() {
        let whole = Options::command();
        let all = std::iter::once(&whole).chain(whole.get_subcommands());
        let headings: BTreeSet<&str> = all.flat_map(Command::get_arguments).filter_map(Arg::get_help_heading).collect();
        for (language, table) in translated() {
            same(language, &names(&table, "headings"), &headings);
        }
    }

    #[test]
    fn every_fault_has_its_words() {
        let wanted: BTreeSet<&str> = crate::simulator::faults::all().map(|(name, _)| name).collect();
        for (language, table) in translated() {
            same(language, &names(&table, "faults"), &wanted);
        }
    }

    #[test]
    fn the_exit_codes_are_the_same() {
        let codes = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.chars().filter(char::is_ascii_digit).collect()).collect()
        };
        for (language, table) in translated() {
            let said = table.get("smtp-oauth").and_then(|setup| setup.get("exit")?.as_str()).unwrap_or_default();
            assert_eq!(codes(said), codes(exit::HELP), "{language:?}");
        }
    }

    #[test]
    fn no_line_is_too_wide_or_begins_with_what_ends_a_sentence() {
        for width in [40, 80] {
            let whole = in_language(Language::Japanese, width);
            for command in std::iter::once(&whole).chain(whole.get_subcommands()) {
                let help = command.clone().render_help().to_string();
                for line in help.lines() {
                    let begins = line.trim_start().chars().next().unwrap_or(' ');
                    assert!(!"、。」）".contains(begins), "{line}");
                    assert!(width < 80 || text::width(line) <= width, "{line}");
                }
            }
        }
    }
}
