//! Failures that people met and told in public, one evidence file each, with the cause that was found in the end.
//! Where the evidence decides, that cause is named first; where it does not, among the first three; and nothing that is
//! called certain is wrong.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::LazyLock};

use serde::Deserialize;
use smtp_oauth::{
    diagnosis::{Cause, Certainty, UNKNOWN, cause, causes, reading::Reading},
    language::{Language, Texts},
};

/// These four are told apart by what an administrator sees, and any of them leads to the same place: in the order, one
/// stands for the other; what is certain is the one itself.
const IDENTITY: [&str; 4] =
    ["user_is_not_token_user", "user_must_be_upn", "user_is_alias", "consumer_primary_alias_mismatch"];

/// What the table `[case]` of a file says of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The public thread.
    source: String,
    /// When the failure was told; what was refused then may be refused in other words today.
    date: String,
    /// What happened, in a sentence or two.
    words: String,
    /// What resolved it; `unknown` where nobody found out.
    cause: String,
    /// What stood in the way besides; a verdict about it is not wrong.
    #[serde(default)]
    also: Vec<String>,
    /// The evidence singles out the cause.
    decides: bool,
    /// Where it does not: what is honest to name, the likeliest first.
    #[serde(default)]
    best: Vec<String>,
}

struct Failure {
    file: String,
    case: Case,
    causes: Vec<Cause>,
}

impl Failure {
    fn named(&self) -> Vec<&str> {
        self.causes.iter().map(|cause| cause.slug).collect()
    }

    fn is_it(&self, slug: &str) -> bool {
        let family = IDENTITY.contains(&self.case.cause.as_str()) && IDENTITY.contains(&slug);
        slug == self.case.cause || family
    }
}

static FAILURES: LazyLock<Vec<Failure>> = LazyLock::new(failures);

fn failures() -> Vec<Failure> {
    #[derive(Deserialize)]
    struct File {
        case: Case,
    }
    let files = fs::read_dir("tests/failures").unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "toml")).collect();
    files.sort();
    let read = |path: PathBuf| {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let File { case } = toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut reading = Reading::default();
        let ignored = reading.add_file(&text, 0).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!((ignored, reading.odd.len()), (vec!["case".to_owned()], 0), "{file}");
        Failure { causes: causes(&reading.evidence), case, file }
    };
    files.into_iter().map(read).collect()
}

#[test]
fn the_cause_of_a_failure_is_first_where_the_evidence_decides_and_else_among_three() {
    let mut missed = Vec::new();
    for failure in FAILURES.iter().filter(|failure| failure.case.cause != UNKNOWN) {
        let within = if failure.case.decides { 1 } else { 3 };
        if !failure.named().iter().take(within).any(|slug| failure.is_it(slug)) {
            missed.push(format!("{}: {} in {within}: {:?}", failure.file, failure.case.cause, failure.named()));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_is_certain_is_right() {
    for failure in &*FAILURES {
        let Some(certain) = failure.causes.first().filter(|cause| cause.certainty == Certainty::Certain) else {
            continue;
        };
        let besides = failure.case.also.iter().any(|also| also == certain.slug);
        assert!(failure.case.cause == certain.slug || besides, "{}: {}", failure.file, certain.slug);
    }
}

/// Where the evidence leaves it open, what is called likely is honest to name.
#[test]
fn what_is_open_is_said_to_be_open() {
    let mut wrong = Vec::new();
    for Failure { file, case, causes } in FAILURES.iter().filter(|failure| !failure.case.decides) {
        let honest = case.best.iter().chain(&case.also).any(|slug| slug == causes[0].slug);
        if causes[0].certainty == Certainty::Likely && !honest {
            wrong.push(format!("{file}: {} ({}), best {:?}", causes[0].slug, causes[0].certainty.id(), case.best));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_cause_that_is_named_exists() {
    for Failure { file, case, .. } in &*FAILURES {
        for slug in case.best.iter().chain(&case.also).chain([&case.cause]) {
            assert!(cause::find(slug).is_some(), "{file}: {slug}");
        }
        assert!(
            case.decides || case.cause == UNKNOWN || case.best.contains(&case.cause),
            "{file}: `best` lacks the cause"
        );
    }
}

#[test]
fn every_verdict_has_words_in_both_languages() {
    for language in Language::ALL {
        let texts = Texts::new(language);
        for failure in &*FAILURES {
            for cause in &failure.causes {
                let said = [&cause.headline, &cause.why].map(|phrase| texts.say(phrase));
                let held = said.iter().all(|text| !text.is_empty() && !text.starts_with("causes."));
                assert!(held, "{}: {}: {said:?}", failure.file, cause.slug);
            }
        }
    }
}

#[test]
fn every_failure_has_a_source_and_words_of_its_own() {
    let mut told = BTreeSet::new();
    for Failure { file, case, .. } in &*FAILURES {
        assert!(case.source.starts_with("https://"), "{file}");
        assert!(case.words.ends_with('.') && case.date.len() >= 4, "{file}");
        assert!(
            (case.decides == case.best.is_empty()),
            "{file}: `best` is what is honest where the evidence does not decide"
        );
        assert!(told.insert(case.words.clone()), "{file}");
    }
}
