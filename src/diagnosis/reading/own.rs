//! What this program itself showed, on a screen or in a report, and somebody pasted: rows of a fact's label and its
//! value, in either language. The labels are those of the texts, which a test compares.

use super::{super::Evidence, records::Record};
use crate::token::{Claims, Form};

/// A fact, and its label in English and Japanese.
const ROWS: [(&str, [&str; 2]); 10] = [
    ("flow", ["Flow", "フロー"]),
    ("scope", ["Asked for", "要求したスコープ"]),
    ("user", ["SMTP user", "SMTP ユーザー"]),
    ("sender", ["Sender", "送信元"]),
    ("host", ["Server", "サーバー"]),
    ("port", ["Port", "ポート"]),
    ("client_id", ["Client ID", "クライアント ID"]),
    ("token.aud", ["Token for (aud)", "トークンの対象 (aud)"]),
    ("token.permission", ["Token may", "トークンのアクセス許可"]),
    ("token.user", ["Signed in", "サインイン名"]),
];
/// What stands before the first row.
const HEADS: [&str; 3] = ["Evidence ", "根拠 ", "- "];
/// One such row may be anybody's.
const FEWEST: usize = 2;

/// What the rest of a page names only as advice.
const ADVISED: [&str; 3] = ["host", "port", "client_id"];

/// Those of them that were known before the page was read.
pub fn known(evidence: &Evidence) -> Vec<&'static str> {
    ADVISED.into_iter().filter(|fact| !evidence.values(fact).is_empty()).collect()
}

/// Adds the rows, but of what was `known` before; gives what is shown of a token.
pub fn add(evidence: &mut Evidence, records: &[Record], known: &[&str]) -> Option<Claims> {
    let rows: Vec<(&str, &str)> = records.iter().filter_map(|Record(line)| row(line)).collect();
    if rows.len() < FEWEST {
        return None;
    }
    let of = |wanted: &str| rows.iter().find(|(fact, _)| *fact == wanted).map(|(_, value)| *value);
    for fact in ["flow", "user", "sender"] {
        evidence.add_if_none(fact, of(fact).unwrap_or_default());
    }
    let shown = ADVISED.into_iter().filter(|fact| !known.contains(fact));
    for (fact, value) in shown.filter_map(|fact| Some((fact, of(fact)?))) {
        evidence.set(fact, value);
    }
    for scope in of("scope").unwrap_or_default().split_whitespace() {
        evidence.add_once("scope", scope);
    }
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
    let line = HEADS.iter().find_map(|head| line.strip_prefix(head)).unwrap_or(line);
    let (label, value) = line.split_once(": ")?;
    let (fact, _) = ROWS.iter().find(|(_, labels)| labels.contains(&label.trim()))?;
    // A report in Markdown has it between backquotes.
    Some((fact, value.trim().trim_matches('`')))
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
    fn the_labels_are_those_of_the_texts() {
        let texts = [include_str!("../../language/en.toml"), include_str!("../../language/ja.toml")];
        let texts = texts.map(|text| text.parse::<toml::Table>().unwrap());
        for (fact, labels) in ROWS {
            for (text, label) in texts.iter().zip(labels) {
                let facts = &text["facts"];
                let said = facts.get(fact).or_else(|| fact.split('.').try_fold(facts, |table, key| table.get(key)));
                assert_eq!(said.and_then(toml::Value::as_str), Some(label), "{fact}");
            }
        }
    }
}
