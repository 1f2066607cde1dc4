//! Configuration for other programs: facts of an account in, text out. One file a format, one line in
//! [`FORMATS`]. No secret is in any of it: a format names the command that prints a fresh token. Nothing is
//! read or written here, and no language is known: comments are phrases, which the caller says.

mod msmtp;
mod mutt;
mod systemd;

use std::path::{Path, PathBuf};

use crate::{account::Account, facts::AccountName, phrase::Phrase, shell, visible};

/// A program that can be told to ask for a token.
#[derive(Debug)]
pub struct Format {
    /// What it is asked for by.
    pub id: &'static str,
    pub place: Place,
    export: fn(&Facts<'_>) -> Result<Exported, Refusal>,
}

/// Where a program looks for what is exported, for a shell to expand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    File(&'static str),
    /// Several files, in a directory of the user's or, for root, of the system's.
    Directory {
        user: &'static str,
        system: &'static str,
    },
}

/// Every format there is, in the order they are shown.
pub const FORMATS: &[Format] = &[msmtp::FORMAT, mutt::FORMAT, systemd::FORMAT];

/// What is known of an account and of this program.
#[derive(Clone)]
pub struct Facts<'a> {
    pub name: &'a AccountName,
    pub account: &'a Account,
    /// This program as it is called, from the root.
    pub program: PathBuf,
    /// The file that runs then, with no symbolic link in its path.
    pub executable: PathBuf,
    /// The configuration directory, where one was named.
    pub config: Option<PathBuf>,
    /// Variables that lead to the configuration and the state otherwise.
    pub environment: Vec<(&'static str, PathBuf)>,
    /// The account's file of secrets, whose readers can get a token.
    pub vault: PathBuf,
    /// The state directory, in which this program writes.
    pub state: PathBuf,
    /// Whose the account's file is: a name, or a number that has none.
    pub owner: String,
    /// Who exports is root.
    pub root: bool,
    /// The account's file holds a client secret.
    pub secret: bool,
    /// Others than the owner read the access token, and cannot renew it themselves.
    pub shared: bool,
    /// Comments and descriptions in the language at hand.
    pub say: &'a dyn Fn(&Phrase) -> String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// One, or several for a directory.
    pub files: Vec<File>,
    /// What a person should know who uses it.
    pub notes: Vec<Phrase>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// In its directory.
    pub name: String,
    pub text: String,
}

impl Place {
    pub fn of(self, root: bool) -> &'static str {
        match self {
            Self::File(path) => path,
            Self::Directory { system, .. } if root => system,
            Self::Directory { user, .. } => user,
        }
    }
}

impl Exported {
    /// Everything in one text; where there are several files, each begins with its name as a comment.
    pub fn text(&self) -> String {
        match &self.files[..] {
            [file] => file.text.clone(),
            files => files.iter().map(|file| format!("# {}\n{}", file.name, file.text)).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// Why something cannot be said to that program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No UTF-8, a control character, or one that is not seen.
    Unprintable(PathBuf),
    /// The program reads lines of so many bytes.
    TooLong { line: String, most: usize },
    /// The program puts something else in the place of these characters.
    Pattern { value: String, characters: &'static str },
    /// The program cannot run one whose path has these characters in it.
    Uncallable { path: String, characters: &'static str },
}

pub fn find(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}

impl Format {
    pub fn export(&self, facts: &Facts<'_>) -> Result<Exported, Refusal> {
        (self.export)(facts)
    }
}

impl Facts<'_> {
    /// What prints a fresh token, as a line for a POSIX shell.
    pub fn token_command(&self) -> Result<String, Refusal> {
        let mut words = Vec::new();
        for (name, path) in &self.environment {
            words.push(format!("{name}={}", shell::word(printable(path)?)));
        }
        words.extend([shell::word(printable(&self.program)?), format!("token -a {}", self.name)]);
        if let Some(config) = &self.config {
            words.push(shell::config_option(config).ok_or_else(|| Refusal::Unprintable(config.clone()))?);
        }
        Ok(words.join(" "))
    }

    /// What stands at the top of a file: which program it is for, and who gets a token by it.
    fn head(&self, program: &str) -> String {
        let whose = Phrase::new(if self.shared { "comments.head-shared" } else { "comments.head" });
        let path = visible::line(&self.vault.display().to_string());
        self.comment(&whose.with("program", program).with("path", path))
    }

    /// The same for who exports.
    fn readers(&self, program: &str) -> Phrase {
        let readers = Phrase::new(if self.shared { "export.readers-shared" } else { "export.readers" });
        readers.with("program", program).with("path", self.vault.display())
    }

    /// Lines that no program reads: every one of them begins with the mark, whatever a value has in it.
    fn comment(&self, phrase: &Phrase) -> String {
        (self.say)(phrase).lines().map(|line| format!("# {}\n", visible::line(line))).collect()
    }

    /// The same where it is read as a value, so on one line.
    fn described(&self, phrase: &Phrase) -> String {
        visible::line(&(self.say)(phrase))
    }
}

fn printable(path: &Path) -> Result<&str, Refusal> {
    shell::printable(path).ok_or_else(|| Refusal::Unprintable(path.to_owned()))
}

impl Refusal {
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Unprintable(path) => Phrase::new("export.unprintable").with("path", path.display()),
            Self::TooLong { line, most } => {
                let begun: String = visible::line(line).chars().take(60).collect();
                Phrase::new("export.too-long").with("line", begun).with("most", most)
            }
            Self::Pattern { value, characters } => {
                Phrase::new("export.pattern").with("value", value).with("characters", characters)
            }
            Self::Uncallable { path, characters } => {
                Phrase::new("export.uncallable").with("path", path).with("characters", characters)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    use super::*;
    use crate::account::Settings;

    pub fn account(more: &str) -> Account {
        let settings = format!(
            "tenant = \"8d2c0000-1111-2222-3333-0123456789ab\"\n\
             client_id = \"0f000000-0000-4000-8000-000000000001\"\nuser = \"alerts@contoso.example\"\n{more}"
        );
        toml::from_str::<Settings>(&settings).unwrap().account().unwrap()
    }

    pub fn facts<'a>(name: &'a AccountName, account: &'a Account) -> Facts<'a> {
        Facts {
            name,
            account,
            program: "/usr/bin/smtp-oauth".into(),
            executable: "/usr/bin/smtp-oauth".into(),
            config: None,
            environment: Vec::new(),
            vault: "/var/lib/smtp-oauth/accounts/alerts.json".into(),
            state: "/var/lib/smtp-oauth".into(),
            owner: "mail".into(),
            root: true,
            secret: false,
            shared: false,
            say: &english,
        }
    }

    /// What a format gives for an account with these settings.
    pub fn exported(format: &Format, more: &str, change: impl FnOnce(&mut Facts<'_>)) -> Result<String, Refusal> {
        let (name, account) = ("alerts".parse().unwrap(), account(more));
        let mut facts = facts(&name, &account);
        change(&mut facts);
        format.export(&facts).map(|exported| exported.text())
    }

    pub fn english(phrase: &Phrase) -> String {
        said(include_str!("../language/en.toml"), phrase)
    }

    pub fn japanese(phrase: &Phrase) -> String {
        said(include_str!("../language/ja.toml"), phrase)
    }

    /// As `language` says it, which stands above.
    fn said(texts: &str, phrase: &Phrase) -> String {
        let texts: toml::Table = texts.parse().unwrap();
        let (table, key) = phrase.key.split_once('.').unwrap();
        let text = texts[table][key].as_str().unwrap().to_owned();
        phrase.values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    fn command(change: impl FnOnce(&mut Facts<'_>)) -> Result<String, Refusal> {
        let (name, account) = ("alerts".parse().unwrap(), account(""));
        let mut facts = facts(&name, &account);
        change(&mut facts);
        facts.token_command()
    }

    #[test]
    fn the_command_finds_the_account_from_anywhere() {
        assert_eq!(command(|_| {}).unwrap(), "/usr/bin/smtp-oauth token -a alerts");
        let named = command(|facts| facts.config = Some("/srv/a b".into()));
        assert_eq!(named.unwrap(), "/usr/bin/smtp-oauth token -a alerts --config '/srv/a b'");
        let found = command(|facts| facts.environment = vec![("XDG_STATE_HOME", "/srv/$(id)".into())]);
        assert_eq!(found.unwrap(), "XDG_STATE_HOME='/srv/$(id)' /usr/bin/smtp-oauth token -a alerts");
    }

    #[test]
    fn a_path_that_would_end_a_line_or_cannot_be_seen_is_refused() {
        for path in [&b"/a\nb"[..], b"/a\rb", b"/a\x1b[2J", b"/a\xff", "/a\u{202e}b".as_bytes(), b"/a\0b"] {
            let path = PathBuf::from(OsStr::from_bytes(path));
            let refused = Err(Refusal::Unprintable(path.clone()));
            assert_eq!(command(|facts| facts.config = Some(path.clone())), refused);
            assert_eq!(command(|facts| facts.program = path.clone()), refused);
            assert_eq!(command(|facts| facts.environment = vec![("XDG_CONFIG_HOME", path.clone())]), refused);
        }
    }

    #[test]
    fn no_value_ends_a_comment_or_a_description() {
        let (name, account) = ("alerts".parse().unwrap(), account(""));
        let facts =
            Facts { say: &|phrase| format!("{}: {}", phrase.key, phrase.values[0].1), ..facts(&name, &account) };
        let phrase = Phrase::new("key").with("path", "/a\nhost evil\r\x1b[2J\u{2028}\\");
        let comment = facts.comment(&phrase);
        assert!(comment.lines().all(|line| line.starts_with("# ")), "{comment}");
        assert!(!comment.contains(['\r', '\x1b', '\u{2028}']) && comment.ends_with('\n'), "{comment}");
        let described = facts.described(&phrase);
        assert!(!described.contains(['\n', '\r', '\x1b', '\u{2028}']), "{described}");
    }

    #[test]
    fn a_format_is_found_by_its_name_alone() {
        for format in FORMATS {
            assert_eq!(find(format.id).map(|found| found.place), Some(format.place));
            assert!(format.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        }
        assert!(find("Msmtp").is_none());
    }
}
