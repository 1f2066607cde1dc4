//! Whole reports of a refusal, and for hostile ones what must hold.

use std::time::Duration;

use super::*;
use crate::{
    diagnosis::{
        self,
        evidence::{FACTS, Names},
        rules::Test,
    },
    language::Language,
    network::{FailureKind, NetworkFailure},
    smtp::{Ending, Reply, Side, TlsFacts},
};

const STAMP: &str = "[FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM 2026-03-02T07:11:00.000Z 08DE000000000000]";

fn line(ms: u64, from: Side, text: &str) -> Line {
    Line { at: Duration::from_millis(ms), from, tls: true, text: text.into(), stage: Stage::Auth, meaning: None }
}

fn conversation(said: &str) -> Conversation {
    let text = format!("535 {said}");
    let took = Duration::from_millis(40);
    Conversation {
        stages: vec![StageResult { stage: Stage::Auth, ok: false, took, detail: text.clone() }],
        transcript: vec![
            line(31, Side::Server, "220 FR0P281CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready"),
            line(
                52,
                Side::Client,
                "user=invoices@fabrikam.example^Aauth=Bearer ‹token: 9 characters, sha256 00112233›^A^A",
            ),
            line(90, Side::Server, &text),
        ],
        tls: Some(TlsFacts {
            version: Some("TLSv1.3".into()),
            subject: "CN=outlook.com".into(),
            ..TlsFacts::default()
        }),
        ehlo_after: vec!["AUTH LOGIN XOAUTH2".into(), "Hello [203.0.113.9]".into()],
        ..Conversation::of(Ending::Refused { stage: Stage::Auth, reply: Reply::new(535, vec![said.to_owned()]) })
    }
}

fn evidence(conversation: &Conversation) -> Evidence {
    let mut evidence = Evidence::default();
    for (fact, value) in [
        ("user", "invoices@fabrikam.example"),
        ("sender", "invoices@fabrikam.example"),
        ("cloud", "global"),
        ("tenant", "8d2c0000-1111-2222-3333-0123456789ab"),
        ("client_id", "0f000000-0000-4000-8000-000000000001"),
        ("host", "smtp.office365.com"),
        ("port", "587"),
        ("flow", "device_code"),
    ] {
        evidence.add(fact, value);
    }
    evidence.add_claims(&claims(), 1_800_000_000);
    evidence.add_conversation(conversation);
    evidence
}

fn claims() -> Claims {
    Claims::from_payload(&serde_json::json!({
        "aud": "https://outlook.office.com", "scp": "SMTP.Send", "upn": "admin@fabrikam.example",
        "tid": "8d2c0000-1111-2222-3333-0123456789ab", "exp": 1_800_003_599, "idtyp": "user"
    }))
}

fn told(said: &str, language: Language, hidden: bool) -> String {
    let conversation = conversation(said);
    let evidence = evidence(&conversation);
    let causes = diagnosis::causes(&evidence);
    let report = Report {
        at: 1_800_000_000,
        account: Some("alerts".into()),
        product: Some("server".into()),
        evidence,
        causes,
        ended: Some(Phrase::new("ending.refused").with("reply", format!("535 {said}"))),
        waited: Some(Duration::from_millis(7)),
        conversation: Some(Box::new(conversation)),
        token: Some(Token {
            mark: "‹token: 9 characters, sha256 00112233›".into(),
            claims: claims(),
            lives: Some(3599),
        }),
        ..Report::default()
    };
    text(&report, &Texts::new(language), hidden)
}

fn refused(language: Language, hidden: bool) -> String {
    let said = told(&format!("5.7.3 Authentication unsuccessful {STAMP}"), language, hidden);
    // Which machine this is, and which version.
    let (before, rest) = said.split_once("smtp-oauth ").unwrap();
    format!("{before}smtp-oauth …{}", &rest[rest.find('\n').unwrap()..])
}

#[test]
fn a_refusal_is_told_in_full() {
    for language in Language::ALL {
        insta::assert_snapshot!(format!("refused-{}", language.code()), refused(language, false));
    }
}

#[test]
fn names_are_hidden_on_request() {
    let said = refused(Language::English, true);
    insta::assert_snapshot!("refused-hidden", said);
    for name in ["fabrikam", "invoices", "203.0.113", "1111-2222", "0000-4000"] {
        assert!(!said.contains(name), "{name}");
    }
    assert!(said.contains(STAMP) && said.contains("user1@domain1") && said.contains("user2@domain1"));
}

/// Whoever adds a fact says whom it names; what comes of that is the same for all.
#[test]
fn whom_a_fact_names_is_in_no_report_that_hides_names() {
    let texts = Texts::new(Language::English);
    for fact in FACTS {
        let values: &[&str] = match fact.names {
            Names::Person => &["jane.roe@fabrikam.example", "jroe4711"],
            Names::Organisation => {
                &["Fabrikam Widgets GmbH", "fabrikam.example", "4711aaaa-1111-2222-3333-0123456789ab"]
            }
            Names::Host => &["mail.fabrikam.example", "https://helpdesk.fabrikam.example/cb"],
            Names::Request | Names::Anybody | Names::Nobody => &[],
        };
        for value in values {
            let mut evidence = Evidence::default();
            evidence.add(fact.name, value);
            evidence.add("reply.text", format!("535 5.7.3 no, {value}: no"));
            let report = Report { causes: diagnosis::causes(&evidence), evidence, ..Report::default() };
            let said = text(&report, &texts, true);
            assert!(!said.contains(value) && !said.contains("abrikam"), "{}: {value} in\n{said}", fact.name);
        }
    }
}

#[test]
fn what_a_server_says_stays_in_its_fence_and_is_no_markup() {
    let hostile = "5.7.3 ``` \n# Ran <script>x</script> ````` ![x](https://evil.example) @everyone \u{1b}[2J \u{202e}";
    let said = told(hostile, Language::English, false);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'));
    assert!(said.lines().all(|line| !line.starts_with("# Ran")));
    // What is left without code spans and fences is our own.
    let mut fence: Option<String> = None;
    for line in said.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() > 2 => fence = Some(ticks),
            None => assert!(!outside_code(line).contains("evil") && !outside_code(line).contains('<'), "{line}"),
        }
    }
    assert_eq!(fence, None);
}

/// A line without its code spans (CommonMark 6.1) and our own links.
fn outside_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(open) = rest.find('`') {
        let ticks = rest[open..].bytes().take_while(|b| *b == b'`').count();
        let inner = &rest[open + ticks..];
        let mut at = 0;
        let close = loop {
            let found = inner[at..].find('`').map(|found| at + found);
            let Some(found) = found else { panic!("no end in {line}") };
            let run = inner[found..].bytes().take_while(|b| *b == b'`').count();
            if run == ticks {
                break found + run;
            }
            at = found + run;
        };
        out += &rest[..open];
        rest = &inner[close..];
    }
    out += rest;
    let links = ["<https://entra.microsoft.com>", "<https://admin.microsoft.com>", "<https://security.microsoft.com>"];
    let out = links.iter().fold(out, |out, link| out.replace(link, ""));
    match out.split_once("<https://") {
        Some((before, rest)) => format!("{before}{}", rest.split_once('>').map_or("", |(_, rest)| rest)),
        None => out,
    }
}

/// Facts whose values have somebody else's names, or a standard's.
const OTHERS_WORDS: [&str; 15] = [
    "cloud",
    "ehlo",
    "flow",
    "library",
    "oauth.client",
    "oauth.error",
    "oauth.suberror",
    "oauth.tenant",
    "powershell",
    "redirect_platform",
    "reply.stage",
    "security",
    "tenant",
    "token.permission",
    "user",
];

#[test]
fn no_value_of_our_own_is_shown_by_its_internal_name() {
    let internal = |value: &str| value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let mut seen = 0;
    for entry in diagnosis::cause::catalogue() {
        let of_rules = entry.when.iter().flat_map(|rule| &rule.all).flat_map(|condition| {
            let values = match &condition.test {
                Test::Is(value) | Test::IsNot(value) => vec![value.clone()],
                Test::OneOf(values) | Test::NoneOf(values) => values.clone(),
                _ => Vec::new(),
            };
            values.into_iter().map(|value| (condition.fact.clone(), value))
        });
        let of_example = entry
            .example
            .facts()
            .flat_map(|(fact, values)| values.iter().map(move |value| (fact.to_owned(), value.clone())));
        let own = of_rules.chain(of_example).filter(|(_, value)| internal(value));
        for (fact, value) in own.filter(|(fact, _)| !OTHERS_WORDS.contains(&fact.as_str())) {
            seen += 1;
            for language in Language::ALL {
                let said = Texts::new(language).fact_words(&fact, &value);
                assert!(said.is_some(), "{}: no words for the value `{value}` of `{fact}`", entry.slug);
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

/// A walk over a report of each cause, as an administrator in Japan gets it.
#[test]
fn a_report_of_any_cause_is_in_one_language_and_in_one_piece() {
    let english = Texts::new(Language::English);
    let texts = Texts::new(Language::Japanese);
    for entry in diagnosis::cause::catalogue() {
        let evidence = entry.example.clone();
        let report = Report { causes: diagnosis::causes(&evidence), evidence, ..Report::default() };
        let said = text(&report, &texts, false);
        for name in ["o-auth", "path-word", "not-yet-valid", "placeholder", "self-only", "foreign"] {
            let shown = [format!("`{name}`"), format!(": {name}\n")].iter().any(|shown| said.contains(shown));
            assert!(!shown, "{}: {name} in\n{said}", entry.slug);
        }
        for torn in ["`/", "`:`", "``", ">/", "{"] {
            let own = said.lines().filter(|line| !line.starts_with("- ") && !line.starts_with("```"));
            let torn = own.filter(|line| line.contains("://")).find(|line| line.contains(torn));
            assert_eq!(torn, None, "{}", entry.slug);
        }
        assert!(!said.contains(&english.word("report.evidence")), "{}", entry.slug);
        let steps: Vec<&str> = said.lines().filter(|line| line.starts_with("- ") && line.ends_with('。')).collect();
        let twice = steps.iter().enumerate().find(|(at, step)| steps[..*at].contains(step));
        assert_eq!(twice, None, "{} says a thing twice", entry.slug);
    }
}

#[test]
fn however_much_was_said_it_fits_a_ticket() {
    let mut heard = conversation("5.7.3 no");
    heard.transcript = (0..2_000).map(|at| line(at, Side::Server, &"é`".repeat(4_000))).collect();
    heard.ehlo_after = vec!["x".repeat(8_000); 128];
    let mut evidence = evidence(&heard);
    for fact in ["oauth.description", "reply.earlier", "powershell", "token.user"] {
        evidence.add(fact, "`<".repeat(50_000));
    }
    let causes = diagnosis::causes(&evidence);
    let report = Report { evidence, causes, conversation: Some(Box::new(heard)), ..Report::default() };
    for hidden in [false, true] {
        let said = text(&report, &Texts::new(Language::Japanese), hidden);
        assert!(said.chars().count() <= LIMIT, "{}", said.chars().count());
        assert!(said.contains("行を省略"), "{}", &said[said.len() - 300..]);
    }
}

#[test]
fn nobody_is_named_by_half_where_a_long_line_is_cut() {
    let texts = Texts::new(Language::English);
    let mut line = (0..20).map(|at| format!("a.long.name.of.number.{at}@contoso.example ")).collect::<String>();
    line += &"x".repeat(2_000);
    let writer = Writer::new(&texts, true, &Evidence::default(), 1_000);
    for longest in 0..1_000 {
        let said = writer.short(&line, longest);
        assert!(!said.contains("a.l") && !said.contains("conto") && said.ends_with('…'), "{longest}: {said}");
    }
}

#[test]
fn an_attempt_that_came_nowhere_has_a_report_too() {
    let failure = NetworkFailure {
        kind: FailureKind::Refused,
        address: "smtp.office365.com:587".into(),
        detail: "connection refused".into(),
    };
    let mut evidence = Evidence::default();
    evidence.add_network(&failure);
    let causes = diagnosis::causes(&evidence);
    let said = text(&Report { evidence, causes, ..Report::default() }, &Texts::new(Language::English), false);
    assert!(said.contains("`smtp.office365.com:587`") && said.contains("## Causes"), "{said}");
    assert!(text(&Report::default(), &Texts::new(Language::English), true).contains("1970-01-01"));
}

/// What somebody pasted, on its whole way into a report.
#[test]
fn no_secret_that_was_pasted_gets_into_a_report() {
    for line in [
        "535 5.7.3 Authentication unsuccessful with password CANARYp4ss",
        "535 5.7.3 Authentication unsuccessful password \"CANARYpw1!\"",
        "AADSTS7000215: Invalid client secret provided 'CANARYsecret5'",
        "AADSTS7000215: Invalid client secret provided: CANARYsecret5",
        "535 5.7.3 Authentication unsuccessful パスワード「CANARY5」",
        "535 5.7.3 Authentication unsuccessful ('bob','CANARYpw3')",
        "AADSTS70000: device_code CANARY7ab, authorization code CANARY7ab, user code CANARY7AB",
        "535 5.7.3 Authentication unsuccessful SharedAccessKey=CANARY https://x.example/?a=b&sig=CANARY",
        "AADSTS50058: Cookie: ESTSAUTH=CANARY; x=CANARY sid=CANARY client_info=CANARY",
    ] {
        let mut reading = diagnosis::reading::Reading::default();
        reading.add_text(line, 1_800_000_000);
        let evidence = reading.evidence;
        let report = Report { causes: diagnosis::causes(&evidence), evidence, ..Report::default() };
        let texts = Texts::new(Language::English);
        for hidden in [false, true] {
            let said = text(&report, &texts, hidden);
            assert!(!said.contains("CANARY"), "{said}");
            assert!(said.contains("Read the text through"));
        }
    }
}
