//! `docs/aadsts.md`: what each AADSTS number leads to, made from the causes and the ladder and compared with the
//! page. `INSTA_UPDATE=always cargo test --lib matrix` writes it anew.
#![expect(clippy::disallowed_methods, reason = "the page is read, and written where that is asked for")]

use std::{collections::BTreeSet, env, fmt::Write as _, fs};

use super::{blame, desk::Desk, ladder, plan};
use crate::{
    account::draft::Draft,
    diagnosis::{
        Cause, Certainty, UNKNOWN, cause,
        rules::{Condition, Test},
    },
    entra::Failure,
    language::{Language, Texts},
    way::Way,
};

const PAGE: &str = "docs/aadsts.md";

const HEAD: &str = "\
# From an AADSTS number to what is done about it

Made from the causes (`src/diagnosis/causes/`) and the ladder of the ways of consent (`src/wizard/ladder.rs`);
`INSTA_UPDATE=always cargo test --lib matrix` writes it anew. It knows the number and the way of consent alone: with the
answer's text and what else is known, `smtp-oauth explain` can tell more.

- *with*: the way of consent; `renewal` is a refresh token in use, by the wizard or by `smtp-oauth token`.
- *cause*: the first one named, and how sure the number alone makes it. `smtp-oauth explain --cause NAME` shows its fix.
- *item, step*: what the failure points back to, and the step of the wizard that one key leads to; none where the way
  in hand has no such step.
- *next way*: what the wizard offers at a refusal, where the cause stands in the way of this way alone. Otherwise the
  choice of all ways is one key away.
- *asks again*: the program waits and asks again by itself before it gives up. All else waits for a person.

| AADSTS | with | cause | item | step | next way | asks again |
|---|---|---|---|---|---|---|
";

/// Numbers of Microsoft's list that a sign-in for mail can bring, by Microsoft's page or by what people have met; the
/// rest of that list is in `ELSEWHERE`.
const DOCUMENTED: &[u32] = &[
    16000, 28002, 28003, 50001, 50011, 50020, 50034, 50053, 50055, 50056, 50057, 50058, 50059, 50072, 50074, 50076,
    50078, 50079, 50085, 50089, 50097, 50105, 50125, 50126, 50128, 50129, 50131, 50132, 50133, 50134, 50140, 50144,
    50147, 50158, 50173, 50187, 50194, 50196, 50199, 51004, 53000, 53001, 53002, 53003, 53011, 54005, 65001, 65002,
    65004, 65005, 70000, 70001, 70003, 70005, 70007, 70008, 70011, 70012, 70016, 70018, 70019, 70043, 80001, 80002,
    80014, 90002, 90006, 90008, 90009, 90012, 90013, 90014, 90019, 90023, 90024, 90033, 90038, 90055, 90056, 90072,
    90094, 90095, 90100, 90119, 90120, 90124, 90130, 500011, 500113, 500208, 501481, 501491, 530032, 530033, 530034,
    530035, 530036, 530084, 650051, 650052, 650053, 650054, 650056, 650057, 700005, 700011, 700016, 700022, 700023,
    700025, 700027, 700030, 700054, 700082, 700084, 900144, 900382, 900432, 900561, 7000112, 7000215, 7000218, 7000222,
    9001023, 9002313, 9002325, 9002326, 9002327, 9002332,
];

/// The rest of Microsoft's list, and numbers that people have met besides: seldom or never about mail, and each of them
/// leads somewhere all the same.
const ELSEWHERE: &[u32] = &[
    16001, 16002, 160021, 16003, 17003, 20001, 20012, 20033, 230109, 28000, 40008, 40009, 40010, 40015, 50000, 50002,
    500014, 500021, 500022, 50003, 50005, 50006, 50007, 50008, 5000819, 50010, 500112, 50012, 500121, 50013, 500133,
    50014, 50015, 50017, 500200, 500207, 500212, 500213, 5000224, 50027, 50029, 50032, 50033, 50042, 50043, 50048,
    50049, 50050, 500571, 50061, 50064, 50068, 50070, 50071, 50086, 50087, 50088, 50099, 50107, 50120, 50124, 501241,
    50127, 50135, 50136, 50139, 50143, 50146, 501461, 50155, 50161, 50166, 50168, 50169, 50170, 50177, 50178, 50180,
    50192, 50197, 51000, 51001, 51005, 51006, 52004, 53004, 53009, 53010, 54000, 650059, 65006, 67003, 700003, 700020,
    700021, 700024, 700081, 700211, 700212, 700213, 700229, 70002, 70004, 70020, 70021, 70044, 75001, 75003, 75005,
    7500514, 7500529, 750054, 75008, 75011, 75016, 76021, 76026, 80003, 80005, 80007, 80010, 80012, 80013, 81001,
    81004, 81005, 81006, 81007, 81009, 81010, 81011, 81012, 90004, 90005, 90007, 90010, 90015, 90016, 90020, 90022,
    90027, 90036, 900236, 900384, 90043, 90051, 90081, 90082, 90084, 90085, 90086, 90087, 90090, 90091, 90092, 90093,
    90099, 900971, 901002, 90101, 90102, 90107, 90114, 90117, 90121, 90123, 90125, 90126, 100007, 120000, 120002,
    120005, 120016, 130004, 130008, 135010, 135011, 140000, 140001, 165004, 165900, 220450, 220501, 221000, 240001,
    240002, 501621, 1000000, 1000002, 1000031, 1000104, 1000502, 1002012, 1002016, 7000012, 7000013, 7000114, 7000216,
    7000219, 7000229, 9002331, 9002341, 9002346,
];

/// A request, in words and as the fact `flow`.
const SITUATIONS: [(&str, Way, Option<&str>); 6] = [
    ("device code", Way::DeviceCode, None),
    ("browser", Way::Loopback, None),
    ("secret", Way::Secret, None),
    ("certificate", Way::Certificate, None),
    ("password", Way::Password, None),
    ("renewal", Way::DeviceCode, Some(blame::REFRESH)),
];

fn desk(way: Way) -> Desk {
    let mut draft = Draft { way: Some(way), ..Draft::default() };
    draft.settings.product = Some("server".into());
    Desk::new(draft, Texts::new(Language::English), String::new())
}

fn refusal(code: u32) -> Failure {
    let error = if code == 70016 { "authorization_pending" } else { "" };
    // There always is a text; none of its words counts here.
    let description = format!("AADSTS{code}: ...");
    Failure { status: 400, error: error.into(), description, codes: vec![code], ..Failure::default() }
}

fn causes(desk: &Desk, code: u32, flow: Option<&str>) -> Vec<Cause> {
    blame::refusal(desk, &refusal(code), flow.unwrap_or_else(|| desk.draft.way().flow()))
}

/// What one number leads to in one situation.
struct Told {
    situation: &'static str,
    cause: String,
    place: String,
    next: Option<Way>,
}

fn told(code: u32, (situation, way, flow): (&'static str, Way, Option<&str>)) -> Told {
    let desk = desk(way);
    let causes = causes(&desk, code, flow);
    let first = &causes[0];
    let named = first.step.filter(|_| first.certainty < Certainty::Possible);
    let step = named.or_else(|| plan::step_of(&plan::path(&desk), first.item));
    Told {
        situation,
        cause: format!("`{}` ({}) | {}", first.slug, first.certainty.id(), first.item.id()),
        place: step.map(|step| format!("`{step}`")).unwrap_or_default(),
        // A renewal is nobody's choice of a way.
        next: ladder::next(&desk, &causes).filter(|_| flow.is_none()),
    }
}

/// The rows of one number: one a cause.
fn rows(code: u32) -> String {
    let told = SITUATIONS.map(|situation| told(code, situation));
    let again = if code == 70016 || refusal(code).is_passing() { "yes" } else { "" };
    let mut out = String::new();
    for cause in distinct(told.iter().map(|told| told.cause.clone())) {
        let these: Vec<&Told> = told.iter().filter(|told| told.cause == cause).collect();
        let with: Vec<&str> = these.iter().map(|told| told.situation).collect();
        let with = if with.len() == told.len() { "any".to_owned() } else { with.join(", ") };
        let step = by_situation(&these, |told| told.place.clone());
        let next = by_situation(&these, |told| told.next.map(|way| format!("`{}`", way.id())).unwrap_or_default());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {code} | {with} | {cause} | {step} | {next} | {again} |");
    }
    out.replace("  |", " |")
}

/// A value that all share, or each with those it is for.
fn by_situation(told: &[&Told], value: impl Fn(&Told) -> String) -> String {
    let values = distinct(told.iter().map(|told| value(told)));
    if let [value] = &values[..] {
        return value.clone();
    }
    let of = |wanted: &String| {
        let these = told.iter().filter(|told| value(told) == *wanted);
        format!("{wanted} ({})", these.map(|told| told.situation).collect::<Vec<_>>().join(", "))
    };
    values.iter().filter(|value| !value.is_empty()).map(of).collect::<Vec<_>>().join("; ")
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// Every number that a cause names, and those that are documented.
fn codes() -> BTreeSet<u32> {
    let named = |condition: &Condition| match &condition.test {
        Test::Is(code) if condition.fact == "oauth.code" => vec![code.clone()],
        Test::OneOf(codes) if condition.fact == "oauth.code" => codes.clone(),
        _ => Vec::new(),
    };
    let rules = cause::catalogue().iter().flat_map(|entry| &entry.when);
    let named = rules.flat_map(|rule| &rule.all).flat_map(named).filter_map(|code| code.parse().ok());
    named.chain(DOCUMENTED.iter().copied()).collect()
}

#[test]
fn the_page_says_what_is_done() {
    let page: String = codes().into_iter().map(rows).fold(HEAD.to_owned(), |page, rows| page + &rows);
    if env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page,
        "{PAGE} is not what the causes say; INSTA_UPDATE=always cargo test --lib matrix writes it"
    );
}

#[test]
fn every_documented_number_leads_to_a_cause() {
    for code in DOCUMENTED.iter().chain(ELSEWHERE).chain(&[1_234_567]) {
        for (situation, way, flow) in SITUATIONS {
            assert_ne!(causes(&desk(way), *code, flow)[0].slug, UNKNOWN, "AADSTS{code} with {situation}");
        }
    }
}

#[test]
fn a_number_alone_is_certain_only_where_nothing_else_is_meant_by_it() {
    for code in [65001, 700_016, 90002, 90094, 650_051, 70002, 50128, 90023, 9_002_313, 65002] {
        for (situation, way, flow) in SITUATIONS {
            let certainty = causes(&desk(way), code, flow)[0].certainty.id();
            assert_ne!(certainty, "certain", "AADSTS{code} with {situation}");
        }
    }
}
