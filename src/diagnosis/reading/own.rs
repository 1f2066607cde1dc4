//! What this program itself showed, on a screen, in a report or as the exchange of a test, and somebody pasted: rows of a
//! fact's label and its value, in either language. Labels and values are those of the texts. What else stands on such a
//! page is advice, and tells nothing of the failure.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use crate::pattern::Pattern;

use super::{
    super::{AFTERWARDS, BEFOREHAND, Evidence, experiment::Experiment, vocabulary},
    records::pattern,
};
use crate::token::{Claims, Form};

/// The words of the screens, of values, and of the report.
const TEXTS: [[&str; 3]; 2] = [
    [
        include_str!("../../language/en.toml"),
        include_str!("../../language/values.en.toml"),
        include_str!("../../language/report.en.toml"),
    ],
    [
        include_str!("../../language/ja.toml"),
        include_str!("../../language/values.ja.toml"),
        include_str!("../../language/report.ja.toml"),
    ],
];
/// Claims stand in a report under their own names.
const CLAIMS: [(&str, &str); 6] = [
    ("aud", "token.aud"),
    ("scp", "token.permission"),
    ("roles", "token.permission"),
    ("upn", "token.user"),
    ("tid", "token.tenant"),
    ("idtyp", "token.type"),
];
/// What stands before the first row.
const HEADS: [&str; 3] = ["Evidence ", "根拠 ", "- "];

/// Those that are read where nothing shows that a page is this program's.
const ANYWHERE: [&str; 10] =
    ["flow", "scope", "user", "sender", "host", "port", "client_id", "token.aud", "token.permission", "token.user"];
/// One such row may be anybody's.
const FEWEST: usize = 2;

/// What others said, which is read as if they said it here.
const QUOTED: [&str; 7] =
    ["reply.text", "oauth.description", "network.detail", "smtp.detail", "powershell", "program.error", "oauth.page"];
/// What is told otherwise, or is no more than how often something is told.
const LEFT: [&str; 5] = ["reply.code", "reply.enhanced", "clock.off", "log.seen", "network.context"];

/// Told as so long ago.
const AGO: [&str; 3] = ["worked.minutes", "change.minutes", "token.minutes"];

/// A line of an exchange, with what this program says of it.
static EXCHANGED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^\s*\d+ ms (?:tls)?\s+([SC]: .*?)(?:\s{2,}# .*)?$"));
/// A stage of a test, and how it went.
static STAGE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^(?:ok|--) [a-z]+ +\d+\.\d ms\b"));

#[derive(Debug, Default)]
struct Words {
    /// Facts by their labels.
    labels: HashMap<String, &'static str>,
    /// What stands for a value of a fact.
    values: HashMap<(&'static str, String), String>,
    /// What stands behind the number where a time is told, and its minutes.
    ago: Vec<(String, u64)>,
    titles: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    words.labels.extend(CLAIMS.map(|(claim, fact)| (claim.to_owned(), fact)));
    for texts in TEXTS {
        let [screens, values, report] = texts.map(|text| text.parse::<toml::Table>().unwrap_or_default());
        words.add(screens, values, &report);
    }
    words
});

impl Words {
    fn add(&mut self, mut screens: toml::Table, values: toml::Table, report: &toml::Table) {
        let fact = |name: &str| vocabulary::find(name).map(|fact| fact.name);
        for (name, label) in flat(screens.remove("facts")) {
            self.labels.extend(fact(&name).map(|fact| (label, fact)));
        }
        for (name, value) in flat(Some(values.into())) {
            let Some((name, id)) = name.rsplit_once('.') else { continue };
            self.values.extend(fact(name).map(|fact| ((fact, value), id.to_owned())));
        }
        for (id, value) in flat(screens.remove("known-facts")) {
            let outcomes = vocabulary::FACTS.iter().map(|fact| fact.name).filter(|fact| Experiment::is_outcome(fact));
            self.values.extend(outcomes.map(|fact| ((fact, value.clone()), id.clone())));
            let units = [("ago.now", 0), ("ago.minutes", 1), ("ago.hours", 60), ("ago.days", 1440)];
            let unit = units.into_iter().find(|(unit, _)| id == *unit);
            self.ago.extend(unit.map(|(_, minutes)| (value.replace("{number}", ""), minutes)));
            let when =
                [("afterwards", AFTERWARDS), ("beforehand", BEFOREHAND)].into_iter().find(|(when, _)| id == *when);
            self.values.extend(when.map(|(_, said)| (("accepted", value), said.to_owned())));
        }
        let title = report.get("title").and_then(toml::Value::as_str);
        self.titles.extend(title.map(str::to_owned));
    }

    /// A value as files have it; `None` for one that no text says.
    fn value(&self, fact: &'static str, said: &str) -> Option<String> {
        if AGO.contains(&fact) {
            let number = |(behind, minutes): &(String, u64)| match said.strip_suffix(behind.as_str())? {
                "" => (*minutes == 0).then_some(0),
                number => Some(number.parse::<u64>().ok()?.saturating_mul(*minutes)),
            };
            return self.ago.iter().find_map(number).map(|minutes| minutes.to_string());
        }
        let one = |said: &str| self.values.get(&(fact, said.to_owned())).cloned();
        let known = || self.values.keys().any(|(known, _)| *known == fact);
        let id = || self.values.iter().any(|((known, _), id)| *known == fact && id == said);
        let several = || said.split(" · ").map(one).collect::<Option<Vec<_>>>().map(|ids| ids.join(" "));
        one(said).or_else(several).or_else(|| (fact == "accepted" || id() || !known()).then(|| said.to_owned()))
    }
}

/// Texts by their keys, of tables within tables.
fn flat(value: Option<toml::Value>) -> Vec<(String, String)> {
    match value {
        Some(toml::Value::Table(table)) => {
            let within = |(key, value): (String, toml::Value)| {
                let join = move |(rest, text): (String, String)| {
                    (if rest.is_empty() { key.clone() } else { format!("{key}.{rest}") }, text)
                };
                flat(Some(value)).into_iter().map(join)
            };
            table.into_iter().flat_map(within).collect()
        }
        Some(toml::Value::String(text)) => vec![(String::new(), text)],
        _ => Vec::new(),
    }
}

/// A text with rows of this program's in it.
#[derive(Debug)]
pub struct Page<'a> {
    rows: Vec<(&'static str, String)>,
    /// What others said, line by line: all of it, where nothing shows that the rest is this program's.
    pub said: Cow<'a, str>,
}

pub fn page(text: &str) -> Page<'_> {
    own_page(text).unwrap_or_else(|| {
        let rows = text.lines().filter_map(|line| row(line.trim())).filter(|(fact, _)| ANYWHERE.contains(fact));
        let rows: Vec<_> = rows.map(|(fact, value)| (fact, value.to_owned())).collect();
        Page { rows: if rows.len() < FEWEST { Vec::new() } else { rows }, said: text.into() }
    })
}

fn own_page(text: &str) -> Option<Page<'_>> {
    const BLOCK: usize = 8;
    let lines = || text.lines().map(str::trim_end);
    let starts = lines().position(is_own)?;
    let (mut rows, mut all_said) = (Vec::<(&str, String)>::new(), String::new());
    let mut within = false;
    for (number, line) in lines().enumerate() {
        let bare = line.trim_start();
        let deep = line.len() - bare.len() >= BLOCK;
        match (EXCHANGED.captures(line), row(bare)) {
            (Some(found), _) => all_said.push_str(&format!("{}\n", found.get(1).map_or("", |said| said.as_str()))),
            (None, Some((fact, value))) => rows.push((fact, value.replace('`', ""))),
            // A row that was broken.
            (None, None) if within && deep && !bare.is_empty() => {
                if let Some((_, value)) = rows.last_mut() {
                    *value = format!("{value} {bare}");
                }
                continue;
            }
            // Somebody's own words, above it.
            (None, None) if number < starts => all_said.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
        within = row(bare).is_some();
    }
    if rows.is_empty() {
        return None;
    }
    for (fact, value) in rows.iter().filter(|(fact, _)| QUOTED.contains(fact)) {
        let line = if *fact == "reply.text" { format!("{value}\n") } else { format!("Detail: {value}\n") };
        // The exchange holds it as well.
        if !all_said.contains(value.as_str()) {
            all_said.push_str(&line);
        }
    }
    Some(Page { rows, said: all_said.into() })
}

/// Whether no other program writes such a line.
fn is_own(line: &str) -> bool {
    let bare = line.trim_start();
    let head =
        HEADS[..2].iter().any(|head| bare.strip_prefix(head).is_some_and(|rest| row(rest.trim_start()).is_some()));
    let title = || bare.strip_prefix("# ").is_some_and(|title| WORDS.titles.iter().any(|known| known == title));
    head || title() || STAGE.is_match(line) || EXCHANGED.is_match(line)
}

/// Adds what the rows say, but of what was known before; gives what they tell of a token.
pub fn show(evidence: &mut Evidence, page: &Page) -> Option<Claims> {
    let before = evidence.clone();
    let mut seen: Vec<&str> = Vec::new();
    let plain = |fact: &str| !QUOTED.contains(&fact) && !LEFT.contains(&fact) && !is_claim(fact);
    for (fact, said) in page.rows.iter().filter(|(fact, _)| plain(fact) && before.values(fact).is_empty()) {
        let Some(value) = WORDS.value(fact, said).filter(|_| !seen.contains(fact)) else { continue };
        seen.push(fact);
        match *fact {
            "scope" => value.split_whitespace().for_each(|scope| {
                evidence.add_once("scope", scope);
                evidence.add_scope_audience(scope);
            }),
            "scope.granted" => {
                evidence.add("scope.granted", &value);
                evidence.add_granted_audience(&value);
            }
            "oauth.code" | "network.families" => {
                value.split_whitespace().for_each(|value| evidence.add_once(fact, value));
            }
            fact => evidence.add(fact, value),
        }
    }
    claims(evidence, &page.rows)
}

fn is_claim(fact: &str) -> bool {
    ["token.aud", "token.permission", "token.user", "token.audience", "token.form"].contains(&fact)
}

/// What rows tell of a token.
fn claims(evidence: &mut Evidence, rows: &[(&str, String)]) -> Option<Claims> {
    let of = |wanted: &str| rows.iter().find(|(fact, _)| *fact == wanted).map(|(_, value)| value.as_str());
    let upn = of("token.user").map(str::to_owned);
    let permissions: Vec<String> =
        of("token.permission").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let Some(aud) = of("token.aud").map(str::to_owned) else {
        evidence.add_if_none("token.user", upn.as_deref().unwrap_or_default());
        permissions.iter().for_each(|permission| evidence.add_once("token.permission", permission));
        return None;
    };
    // An app's own token has nobody's name.
    let (scp, roles) = if upn.is_some() { (permissions, Vec::new()) } else { (Vec::new(), permissions) };
    Some(Claims { form: Form::Jwt, aud: Some(aud), upn, scp, roles, ..Claims::default() })
}

fn row(line: &str) -> Option<(&'static str, &str)> {
    /// Of a label, in bytes.
    const LONGEST: usize = 80;
    let line = HEADS.iter().find_map(|head| line.strip_prefix(head)).unwrap_or(line);
    let (label, value) = line.split_once(": ")?;
    let label = Some(label.trim()).filter(|label| label.len() <= LONGEST)?;
    // A report in Markdown has it between backquotes.
    Some((*WORDS.labels.get(label)?, value.trim().trim_matches('`')))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Reading,
            tests::{fact, named},
        },
        *,
    };

    #[test]
    fn rows_of_this_program_are_read_in_either_language() {
        for text in [
            "Evidence  SMTP user: b@b.example\n          Token for (aud): https://graph.microsoft.com\n          Token may: SMTP.Send\n          Signed in: b@b.example\n          Reply: 535 5.7.3 Authentication unsuccessful",
            "根拠  SMTP ユーザー: b@b.example\n      トークンの対象 (aud): https://graph.microsoft.com\n      トークンのアクセス許可: SMTP.Send\n      応答: 535 5.7.3 Authentication unsuccessful",
        ] {
            assert_eq!(named(text).0, "wrong_audience_graph_token", "{text}");
            assert_eq!(fact(text, "user"), "b@b.example");
        }
        assert_eq!(fact("Flow: device_code", "flow"), "");
        let guest = "Evidence  Authority: https://login.example\n          Signed in: fred_fabrikam.example#EXT#@contoso.example\n          SMTP user: alerts@contoso.example";
        assert_eq!(named(guest).0, "guest_account_token");
        let report = "- SMTP user: `a@b.example`\n- Token for (aud): `https://graph.microsoft.com`\n";
        assert_eq!((fact(report, "user"), fact(report, "token.audience")), ("a@b.example".into(), "graph".into()));
        let advised =
            "Fix  1. Set the host to smtp.office365.com\nEvidence  Server: mail.web12.example\n          Port: 587";
        assert_eq!(fact(advised, "host"), "mail.web12.example");
        let elsewhere = "Evidence  Server: mail.web12.example\n          Port: 587\n          Reply: 535 5.7.3 Authentication unsuccessful";
        assert_eq!(named(elsewhere).0, "other_service");
        let mut reading = Reading::default();
        reading.add_file("host = \"smtp.office365.com\"", 0).unwrap();
        reading.add_text(advised, 0);
        assert_eq!(reading.evidence.values("host"), ["smtp.office365.com"]);
    }

    #[test]
    fn an_exchange_of_this_program_is_read_without_what_it_says_of_it() {
        let none = "     17 ms tls S: 250-AUTH LOGIN PLAIN   # ways to sign in; XOAUTH2 is missing\n-- ehlo          1.0 ms  LOGIN PLAIN\n\nThe server does not take tokens (XOAUTH2) (likely)\n  Fault: XOAUTH2 is not offered\n  Server: mail.contoso.example\n  1. Check host and port: smtp.office365.com, port 587\n";
        assert_eq!((named(none).0, fact(none, "host")), ("xoauth2_not_offered", "mail.contoso.example".into()));
        assert_eq!(fact(none, "ehlo"), "AUTH LOGIN PLAIN");
        let cut = "# Mail with OAuth 2.0: what happened\n\n- Server: `127.0.0.1`\n- Port: `587`\n- Flow: `device_code`\n- At: `greeting`\n- Detail: `the server closed the connection`\n";
        assert_eq!((named(cut).0, fact(cut, "flow")), ("connection_dropped", "device_code".into()));
        let log = format!(
            "May 1 10:00:00 mx postfix/smtp[7]: status=deferred (said: 535 5.7.3 Authentication unsuccessful)\n{cut}"
        );
        assert_eq!(fact(&log, "reply.enhanced"), "5.7.3");
    }

    #[test]
    fn every_label_and_every_value_of_the_texts_is_known() {
        for fact in vocabulary::FACTS.iter().map(|fact| fact.name).filter(|fact| !is_claim(fact)) {
            let labels = WORDS.labels.values().filter(|known| **known == fact).count();
            assert!(labels > 0 || fact.contains("context"), "{fact}");
        }
        for (said, is) in
            [("XOAUTH2 is not offered", "xoauth2-not-offered"), ("XOAUTH2 が提示されない", "xoauth2-not-offered")]
        {
            assert_eq!(WORDS.value("smtp.fault", said).as_deref(), Some(is));
        }
        assert_eq!((WORDS.titles.len(), WORDS.ago.len()), (TEXTS.len(), 4 * TEXTS.len()));
        assert_eq!(WORDS.value("worked.minutes", "2 時間前").as_deref(), Some("120"));
        assert_eq!(WORDS.value("change.minutes", "35 minutes ago").as_deref(), Some("35"));
        assert_eq!(WORDS.value("token.minutes", "たった今").as_deref(), Some("0"));
    }
}
