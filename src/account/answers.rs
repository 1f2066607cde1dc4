//! The answers file: an account's keys and a few beside them, in TOML, so that the wizard need not ask. Its form
//! is checked here, key by key, and a key that is wrong is named with its line. What it holds is never quoted:
//! somebody may have put a secret where none belongs. What the keys are good for is not known here.

use std::{collections::BTreeSet, ops::Range, path::PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    Settings,
    amiss::{SECRETS, line},
    pasted,
};
use crate::{
    facts::{AccountName, Address, BaseUrl, Malformed},
    phrase::Phrase,
};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answers {
    pub settings: Settings,
    pub more: More,
    /// What was done to values before they were taken, with their keys.
    pub told: Vec<(String, Phrase)>,
    lines: Vec<(String, usize)>,
}

/// What an answers file holds beside the account's keys. Paths are as they were written.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct More {
    /// The name to save the account by.
    pub account: Option<AccountName>,
    pub client_secret_file: Option<PathBuf>,
    pub password_file: Option<PathBuf>,
    /// Where the test sends a real message.
    pub send_to: Option<Address>,
    /// Programs to write configuration for.
    pub export: Vec<String>,
    pub lang: Option<String>,
}

/// Why there are no answers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The parser's words, which quote nothing of the file.
    Toml {
        line: usize,
        message: String,
    },
    /// There is no key in it.
    Empty,
    Key(Fault),
}

/// A key that cannot stand as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// As it is written in the file, `smtp.port` for one in a table.
    pub key: String,
    /// From 1; absent for a key that is missing.
    pub line: Option<usize>,
    pub why: Phrase,
}

/// The keys, each with what is said of a value that cannot be its own.
const KEYS: &[(&str, &str)] = &[
    ("product", "answers.text"),
    ("base_url", "malformed.base-url"),
    ("user", "malformed.address"),
    ("sender", "malformed.address"),
    ("cloud", "answers.cloud"),
    ("tenant", "malformed.tenant"),
    ("client_id", "malformed.client-id"),
    ("consent", "answers.consent"),
    ("browser", "answers.browser"),
    ("redirect_uri", "answers.url"),
    ("scopes", "answers.scopes"),
    ("secret_expires", "answers.date"),
    ("smtp.host", "malformed.host"),
    ("smtp.port", "malformed.port"),
    ("smtp.security", "answers.security"),
    ("endpoints.authority", "malformed.authority"),
    ("endpoints.ca_file", "answers.path"),
    ("account", "malformed.account-name"),
    ("client_secret_file", "answers.path"),
    ("password_file", "answers.path"),
    ("certificate_file", "answers.path"),
    ("certificate_key_file", "answers.path"),
    ("send_to", "malformed.address"),
    ("export", "answers.export"),
    ("lang", "answers.text"),
];

const TABLES: [&str; 2] = ["smtp", "endpoints"];

/// The text of an answers file that leads to this account. Nothing secret is in it: where a secret is needed,
/// `secret` says in a comment how it comes in, beside the key that names its file.
pub fn text(
    head: &str,
    secret: Option<&str>,
    account: &AccountName,
    send_to: Option<&Address>,
    settings: &Settings,
) -> String {
    let comment = |text: &str| text.lines().map(|line| format!("# {line}\n")).collect::<String>();
    let secret = secret.map(|why| comment(why) + "# client_secret_file = \"client-secret\"\n");
    let send_to = send_to.map(|address| format!("send_to = {}\n", Value::from(address.as_str())));
    let keys = toml::to_string(settings).unwrap_or_default();
    let account = Value::from(account.as_str());
    comment(head)
        + &format!("account = {account}\n")
        + &send_to.unwrap_or_default()
        + &secret.unwrap_or_default()
        + &keys
}

impl Answers {
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let toml = |message: &str, at: Option<Range<usize>>| Unreadable::Toml {
            line: line(text, at.unwrap_or_default().start),
            message: message.to_owned(),
        };
        let table: Table = text.parse().map_err(|error: toml::de::Error| toml(error.message(), error.span()))?;
        if table.is_empty() {
            return Err(Unreadable::Empty);
        }
        let spans = toml_edit::Document::parse(text).map_err(|error| toml(error.message(), error.span()))?;
        let lines = lines(text, &spans);
        let (table, told) = pasted::tidied(&table);
        let (mut account, mut more) = (Table::new(), Table::new());
        for (key, value) in &table {
            let inner = value.as_table().filter(|_| TABLES.contains(&key.as_str()));
            match inner {
                Some(inner) => {
                    for (name, value) in inner {
                        check(&format!("{key}.{name}"), value).map_err(|why| fault(&lines, key, Some(name), why))?;
                    }
                }
                None => check(key, value).map_err(|why| fault(&lines, key, None, why))?,
            }
            let of_account = one::<Settings>(key, value).is_some();
            if of_account { &mut account } else { &mut more }.insert(key.clone(), value.clone());
        }
        let whole = |error: toml::de::Error| toml(error.message(), None);
        let settings = Value::Table(account).try_into().map_err(whole)?;
        Ok(Self { settings, more: Value::Table(more).try_into().map_err(whole)?, told, lines })
    }

    /// Every key that is given.
    pub fn keys(&self) -> BTreeSet<String> {
        self.lines.iter().map(|(key, _)| key.clone()).collect()
    }

    /// Each key's line.
    pub fn lines(&self) -> &[(String, usize)] {
        &self.lines
    }

    /// What is wrong with a key for another reason than its form.
    pub fn fault(&self, key: &str, why: Phrase) -> Fault {
        let line = self.lines.iter().find(|(name, _)| name == key).map(|(_, line)| *line);
        Fault { key: key.to_owned(), line, why }
    }
}

fn fault(lines: &[(String, usize)], key: &str, inner: Option<&String>, why: Phrase) -> Unreadable {
    let key = inner.map_or_else(|| key.to_owned(), |inner| format!("{key}.{inner}"));
    let line = lines.iter().find(|(name, _)| *name == key).map(|(_, line)| *line);
    Unreadable::Key(Fault { key, line, why })
}

fn check(key: &str, value: &Value) -> Result<(), Phrase> {
    let Some((_, form)) = KEYS.iter().find(|(name, _)| *name == key) else { return Err(unknown(key)) };
    let fits = match key.split_once('.') {
        Some((table, inner)) => {
            let nested = Value::Table(Table::from_iter([(inner.to_owned(), value.clone())]));
            one::<Settings>(table, &nested).is_some()
        }
        None => one::<Settings>(key, value).is_some() || one::<More>(key, value).is_some(),
    };
    match (key, value) {
        _ if fits && is_plain(key, value) => Ok(()),
        // There are several reasons, and each is told apart.
        ("base_url", Value::String(text)) => text.parse::<BaseUrl>().map(drop).map_err(Malformed::phrase),
        _ => Err(Phrase::new(*form)),
    }
}

fn unknown(key: &str) -> Phrase {
    match SECRETS.iter().find(|(secret, _)| *secret == key) {
        Some((_, file)) => Phrase::new("answers.secret").with("key", file),
        None if TABLES.contains(&key) => Phrase::new("answers.table").with("key", key),
        None => Phrase::new("answers.unknown"),
    }
}

/// The key alone, as one of these.
fn one<T: for<'a> Deserialize<'a>>(key: &str, value: &Value) -> Option<T> {
    Value::Table(Table::from_iter([(key.to_owned(), value.clone())])).try_into().ok()
}

/// What the types leave open: texts are not empty and have no control characters, a port is not 0, and so on.
fn is_plain(key: &str, value: &Value) -> bool {
    let printable = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    match (key, value) {
        ("redirect_uri", Value::String(text)) => printable(text) && url::Url::parse(text).is_ok(),
        ("scopes", Value::Array(list)) => !list.is_empty() && list.iter().all(is_scope),
        ("export", Value::Array(list)) => list.iter().all(|item| item.as_str().is_some_and(printable)),
        (_, Value::String(text)) => printable(text),
        (_, Value::Integer(number)) => *number != 0,
        _ => true,
    }
}

/// RFC 6749 §3.3.
fn is_scope(value: &Value) -> bool {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    value.as_str().is_some_and(|text| !text.is_empty() && plain(text))
}

/// Each key's line, keys in tables with the table's name before them.
fn lines(text: &str, document: &toml_edit::Document<&str>) -> Vec<(String, usize)> {
    let at = |span: Option<Range<usize>>| line(text, span.unwrap_or_default().start);
    let mut lines = Vec::new();
    for (key, item) in document.as_table() {
        match item.as_table_like().filter(|_| TABLES.contains(&key)) {
            Some(inner) => {
                lines.extend(inner.iter().map(|(name, item)| (format!("{key}.{name}"), at(item.span()))));
            }
            None => lines.push((key.to_owned(), at(item.span()))),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, Option<usize>, String) {
        match Answers::parse(text) {
            Err(Unreadable::Key(fault)) => (fault.key, fault.line, fault.why.key),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn keys_of_the_account_and_those_beside_them_are_read() {
        let answers = Answers::parse(
            "account = \"alerts\"\nuser = \"alerts@contoso.example\"\nsmtp.port = 2525\nsend_to = \"ops@contoso.example\"\n\
             export = [\"msmtp\"]\n[endpoints]\nca_file = \"ca.pem\"\n",
        )
        .unwrap();
        assert_eq!(answers.settings.smtp.port, Some(2525));
        assert_eq!(answers.settings.endpoints.ca_file, Some("ca.pem".into()));
        assert_eq!(
            (answers.more.account.unwrap().as_str(), &answers.more.export[..]),
            ("alerts", &["msmtp".into()][..])
        );
        let keys = ["account", "user", "smtp.port", "send_to", "export", "endpoints.ca_file"];
        assert_eq!(answers.lines.iter().map(|(key, _)| key.as_str()).collect::<BTreeSet<_>>(), keys.into());
    }

    #[test]
    fn every_key_is_refused_when_it_is_of_another_kind() {
        for (key, form) in KEYS {
            for value in ["[[1]]", "{ a = 1 }", "0", "\"\"", "\"a\\u0007b\"", "\"\\u001b[2J\""] {
                let text = format!("lang = \"en\"\n{key} = {value}\n");
                if *key != "lang" {
                    assert_eq!(refused(&text), ((*key).to_owned(), Some(2), (*form).to_owned()), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_key_that_there_is_not_is_named_with_its_line() {
        assert_eq!(refused("# x\n\nusr = 1\n"), ("usr".into(), Some(3), "answers.unknown".into()));
        assert_eq!(refused("[smtp]\nprot = 1\n"), ("smtp.prot".into(), Some(2), "answers.unknown".into()));
        assert_eq!(refused("[other]\nport = 1\n").0, "other");
        assert_eq!(refused("smtp = 5\n"), ("smtp".into(), Some(1), "answers.table".into()));
        assert_eq!(refused("version = 1\n").2, "answers.unknown");
        for (secret, file) in SECRETS {
            let Err(Unreadable::Key(fault)) = Answers::parse(&format!("{secret} = \"CANARY\"")) else { panic!() };
            assert_eq!(fault.why, Phrase::new("answers.secret").with("key", file));
        }
    }

    #[test]
    fn what_was_pasted_around_a_value_is_left_out_and_told() {
        let answers = Answers::parse(
            "user = \"\\u300Cmailto:alerts@contoso.example\\u300D\"\ntenant = 'contoso.example.'\n\
             client_id = 'Application (client) ID: 8d2c1f00-1111-2222-3333-0123456789ab'\nscopes = ['\"a\",', 'b']\n\
             send_to = ' ops@contoso.example '\n[smtp]\nhost = 'https://smtp.example/'\n",
        )
        .unwrap();
        let settings = &answers.settings;
        assert_eq!(settings.user.as_ref().unwrap().as_str(), "alerts@contoso.example");
        assert_eq!(settings.tenant.as_ref().unwrap().as_str(), "contoso.example");
        assert_eq!(settings.client_id.as_ref().unwrap().as_str(), "8d2c1f00-1111-2222-3333-0123456789ab");
        assert_eq!(
            (settings.scopes.join(" "), settings.smtp.host.as_ref().unwrap().as_str()),
            ("a b".into(), "smtp.example")
        );
        let told: Vec<&str> = answers.told.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(told, ["client_id", "scopes", "smtp.host", "tenant", "user"]);
        assert!(!format!("{:?}", answers.told).contains("contoso"));
    }

    #[test]
    fn what_is_no_toml_is_told_by_its_line_without_a_word_of_it() {
        for text in
            ["a = 1\nclient_secret = CANARY\n", "a = 1\n\"CANARY", "a = 1\nCANARY = 'CANARY\n", "a = 1\n\0CANARY"]
        {
            let Err(Unreadable::Toml { line, message }) = Answers::parse(text) else { panic!("{text}") };
            assert!((2..=3).contains(&line) && !message.contains("CANARY"), "{line} {message}");
        }
        for text in ["", "\n \t\n", "# nothing\n"] {
            assert_eq!(Answers::parse(text), Err(Unreadable::Empty));
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_gives_the_same_account() {
        let settings: Settings = toml::from_str(
            "product = \"custom\"\nuser = \"o'h`$x@contoso.example\"\ncloud = \"custom\"\nsecret_expires = 2027-05-01\n\
             scopes = [\"a\"]\n[smtp]\nport = 25\n[endpoints]\nca_file = '/a b\"c'\n",
        )
        .unwrap();
        let (account, send_to) = ("alerts".parse().unwrap(), "ops@contoso.example".parse().unwrap());
        let text = text("one\ntwo", Some("the secret"), &account, Some(&send_to), &settings);
        let head = "# one\n# two\naccount = \"alerts\"\nsend_to = \"ops@contoso.example\"\n# the secret\n# client_secret_file = ";
        assert!(text.starts_with(head), "{text}");
        let answers = Answers::parse(&text).unwrap();
        assert_eq!((answers.settings, answers.more.account), (settings, Some(account)));
        assert_eq!(answers.more.client_secret_file, None);
        let filled = Answers::parse(&text.replace("# client_secret_file", "client_secret_file")).unwrap();
        assert_eq!(filled.more.client_secret_file, Some("client-secret".into()));
    }

    #[test]
    fn every_key_of_an_account_can_be_an_answer() {
        let text = "product = \"server\"\nuser = \"a@b.example\"\nsender = \"c@b.example\"\ncloud = \"gcc-high\"\n\
            tenant = \"b.example\"\nclient_id = \"app\"\nconsent = \"password\"\nbrowser = \"paste\"\n\
            redirect_uri = \"http://localhost\"\nscopes = [\"a\"]\nsecret_expires = 2027-05-01\n\
            [smtp]\nhost = \"h.example\"\nport = 1\nsecurity = \"tls\"\n\
            [endpoints]\nauthority = \"https://a.example\"\nca_file = \"/ca\"\n";
        let answers = Answers::parse(text).unwrap();
        assert_eq!(answers.settings, toml::from_str(text).unwrap());
        assert_eq!(answers.keys().len(), 16);
    }
}
