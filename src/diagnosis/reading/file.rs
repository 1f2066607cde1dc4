//! An evidence file: what somebody else saw of a failure, as TOML. Keys of other purpose are named and ignored;
//! a key of the wrong type is an error that names it. `[case]` and `notes` are for people.

use serde_json::Value as Json;
use toml::{Table, Value};

use super::{Reading, oauth};
use crate::token::Claims;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("not TOML: {0}")]
    NotToml(String),
    #[error("`{key}` must be {wanted}")]
    WrongType { key: String, wanted: &'static str },
}

/// Keys that are one text, and the fact each gives.
const TEXTS: [(&str, &str); 14] = [
    ("banner", "banner"),
    ("mechanism", "mechanism"),
    ("flow", "flow"),
    ("authority", "authority"),
    ("tenant", "tenant"),
    ("redirect_uri", "redirect_uri"),
    ("redirect_platform", "redirect_platform"),
    ("client_secret_shape", "secret.shape"),
    ("granted_scope", "scope.granted"),
    ("host", "host"),
    ("user", "user"),
    ("sender", "sender"),
    ("account_type", "account_type"),
    ("library", "library"),
];
/// Keys with a choice of values.
const CHOICES: [(&str, &str); 5] = [
    ("mechanism", "XOAUTH2, OAUTHBEARER, LOGIN, PLAIN, NTLM, CRAM-MD5"),
    ("flow", "authorization_code, device_code, client_credentials, password, refresh_token, basic"),
    ("redirect_platform", "web, native, spa"),
    ("client_secret_shape", "guid, value, truncated"),
    ("account_type", "work, consumer, shared, hve"),
];
/// Keys that are lists of texts, and the fact each gives.
const LISTS: [(&str, &str); 3] = [("ehlo", "ehlo"), ("scopes", "scope"), ("powershell", "powershell")];
const OTHERS: [&str; 6] = ["smtp", "oauth_error", "port", "token_claims", "id_token_claims", "notes"];

/// Longer than anything that bears on a failure.
const LONGEST: usize = 4096;

impl Reading {
    /// Adds a file's evidence; gives the keys that were ignored. `now` in Unix seconds.
    pub fn add_file(&mut self, text: &str, now: i64) -> Result<Vec<String>, Fault> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| Fault::NotToml(plain(&error)))?;
        self.add_values(&table)?;
        if let Some(port) = table.get("port") {
            let wanted = "a number from 1 to 65535";
            let number = port.as_integer().filter(|port| (1..=65535).contains(port));
            self.evidence.add("port", number.ok_or_else(|| wrong("port", wanted))?);
        }
        // Whose token it is bears on whether a text names the same user.
        let tokens = [claims(&table, "token_claims")?, claims(&table, "id_token_claims")?];
        let refused = lines(&table, "smtp")?.join("\n");
        self.add_part(&refused, now);
        if let Some(answer) = words(&table, "oauth_error")?.filter(|answer| !answer.trim().is_empty()) {
            self.add_part(answer, now);
            let cleared = super::secrets::clear(answer);
            oauth::add_answer(&mut self.evidence, &cleared.text);
        }
        let [access, id] = tokens;
        if let Some(claims) = access {
            self.add_claims(&claims, now);
        }
        if let Some(claims) = id {
            self.add_id(&claims);
        }
        super::infer_basic(&mut self.evidence);
        let known = |key: &str| TEXTS.iter().chain(&LISTS).any(|(known, _)| *known == key) || OTHERS.contains(&key);
        Ok(table.keys().filter(|key| !known(key)).cloned().collect())
    }

    /// Keys that are one text or a list of texts, each a fact.
    fn add_values(&mut self, table: &Table) -> Result<(), Fault> {
        for (key, fact) in TEXTS {
            let value = self.shown(words(table, key)?.unwrap_or_default());
            self.evidence.add(fact, value);
        }
        for (key, choice) in CHOICES {
            let value = words(table, key)?.unwrap_or_default();
            if !value.is_empty() && !choice.split(", ").any(|known| known.eq_ignore_ascii_case(value)) {
                self.odd.push((key, choice));
            }
        }
        for (key, fact) in LISTS {
            for line in lines(table, key)? {
                let value = self.shown(line);
                self.evidence.add(fact, value);
                if fact == "scope" {
                    self.evidence.add_scope_audience(line);
                }
            }
        }
        self.evidence.add_granted_audience(words(table, "granted_scope")?.unwrap_or_default());
        Ok(())
    }

    /// A value as it may be shown; a token in it is masked.
    fn shown(&mut self, text: &str) -> String {
        let cleared = super::secrets::clear(text);
        self.secret |= cleared.secret;
        crate::visible::line(&cleared.text).chars().take(LONGEST).collect()
    }

    /// An id_token says who signed in and where; what it is for and may is another matter.
    pub(super) fn add_id(&mut self, claims: &Claims) {
        self.evidence.add_if_none("token.user", claims.upn.as_deref().unwrap_or_default());
        self.evidence.add_if_none("token.tenant", claims.tid.as_deref().unwrap_or_default());
    }
}

fn words<'a>(table: &'a Table, key: &str) -> Result<Option<&'a str>, Fault> {
    table.get(key).map(|value| value.as_str().ok_or_else(|| wrong(key, "a text"))).transpose()
}

fn lines<'a>(table: &'a Table, key: &str) -> Result<Vec<&'a str>, Fault> {
    let wanted = || wrong(key, "a list of texts");
    let Some(value) = table.get(key) else { return Ok(Vec::new()) };
    value.as_array().ok_or_else(wanted)?.iter().map(|line| line.as_str().ok_or_else(wanted)).collect()
}

/// The claims of a token, as the table names them.
fn claims(table: &Table, key: &str) -> Result<Option<Claims>, Fault> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let claims = value.as_table().ok_or_else(|| wrong(key, "a table"))?;
    for (name, value) in claims {
        let named = format!("{key}.{name}");
        let list =
            |value: &Value| value.is_str() || value.as_array().is_some_and(|list| list.iter().all(Value::is_str));
        match name.as_str() {
            "aud" | "scp" | "scope" | "roles" if !list(value) => {
                return Err(wrong(&named, "a text or a list of texts"));
            }
            "exp" | "iat" | "nbf" if !value.is_integer() => return Err(wrong(&named, "a number, Unix seconds")),
            "upn" | "unique_name" | "preferred_username" | "tid" | "oid" | "idtyp" | "appid" | "azp"
                if !value.is_str() =>
            {
                return Err(wrong(&named, "a text"));
            }
            _ => {}
        }
    }
    let payload: Json = serde_json::to_value(claims).unwrap_or_default();
    Ok(Some(Claims::from_payload(&payload)))
}

fn wrong(key: &str, wanted: &'static str) -> Fault {
    Fault::WrongType { key: key.to_owned(), wanted }
}

/// One line, without the excerpt of the file, which may hold anything.
fn plain(error: &toml::de::Error) -> String {
    error.message().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::causes;

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn the_readme_shows_a_file_with_every_key() {
        let readme = include_str!("../../../README.md");
        let told = readme.split("```toml\n").filter_map(|rest| rest.split("```").next());
        let file = told.into_iter().find(|block| block.contains("granted_scope")).unwrap();
        let mut reading = Reading::default();
        assert_eq!(reading.add_file(file, NOW), Ok(Vec::new()));
        assert_eq!(reading.odd, []);
        let table: Table = file.parse().unwrap();
        let known = TEXTS.iter().chain(&LISTS).map(|(key, _)| *key).chain(OTHERS);
        assert_eq!(known.filter(|key| !table.contains_key(*key)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn an_evidence_file_names_the_key_that_is_wrong() {
        let fault = |text: &str| Reading::default().add_file(text, NOW).unwrap_err().to_string();
        for (text, says) in [
            ("port = \"587\"", "`port` must be a number from 1 to 65535"),
            ("port = 0", "`port` must be a number from 1 to 65535"),
            ("smtp = \"535\"", "`smtp` must be a list of texts"),
            ("scopes = [1]", "`scopes` must be a list of texts"),
            ("user = [\"a\"]", "`user` must be a text"),
            ("token_claims = \"x\"", "`token_claims` must be a table"),
            ("[token_claims]\nexp = \"soon\"", "`token_claims.exp` must be a number, Unix seconds"),
            ("[id_token_claims]\nupn = 7", "`id_token_claims.upn` must be a text"),
        ] {
            assert_eq!(fault(text), says);
        }
        assert!(fault("= CANARY").starts_with("not TOML: ") && !fault("= CANARY").contains("CANARY"));
    }

    #[test]
    fn an_evidence_file_is_read_key_by_key() {
        let mut reading = Reading::default();
        let ignored = reading.add_file(
            "smtp = [\"535 5.7.3 Authentication unsuccessful\"]\nflow = \"device_code\"\nuser = \"kim@contoso.example\"\nport = 587\nscopes = [\"SMTP.Send\"]\nnotes = \"x\"\ncolour = 1\n[case]\ncause = \"send_as_denied\"\n[id_token_claims]\naud = \"an app\"\npreferred_username = \"kim@ad.contoso.example\"",
            NOW,
        );
        assert_eq!(ignored, Ok(vec!["case".to_owned(), "colour".to_owned()]));
        let text = |fact: &str| reading.evidence.text(fact).unwrap_or_default();
        assert_eq!(
            [text("token.user"), text("scope.audience"), text("port"), text("token.aud")],
            ["kim@ad.contoso.example", "graph", "587", ""]
        );
        assert_eq!(causes(&reading.evidence)[0].slug, "user_must_be_upn");
    }
}
