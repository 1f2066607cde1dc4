//! What goes wrong, as stories: the wizard runs into a fault unawares, names its cause, leads to the item, and
//! after the repair ends in a 235. The simulated Microsoft answers; the screens say what to press.

mod back;
mod mending;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use smtp_oauth::{
    checklist::{Item, State},
    diagnosis::cause,
    simulator::faults,
    wizard::{
        message::Message,
        screen::{Block, Input, Key, Screen, Tone, Verdict},
    },
};

use crate::{
    microsoft::Microsoft,
    person::{Person, given, refused},
    stories::{self, Mends, Story},
};

/// No step: what goes well does not end the walk.
const TROUBLE: &str = "";

fn verdict(block: Block) -> Option<Verdict> {
    match block {
        Block::Verdict(verdict) => Some(verdict),
        _ => None,
    }
}

fn headline(screen: &Screen) -> Option<String> {
    screen.blocks.iter().cloned().find_map(verdict).map(|verdict| verdict.headline)
}

/// What the browser said to the one who wanted to approve.
fn said_at_the_browser(person: &Person) -> Option<String> {
    let tried = |note: String| Some(note.strip_prefix("That did not work: ")?.to_owned());
    let said = person.notes().into_iter().find_map(tried);
    said.filter(|_| person.at() == "consent")
}

/// Only that calls an item wrong which was proven before.
fn is_certain(screen: &Screen) -> bool {
    screen.blocks.iter().cloned().find_map(verdict).is_some_and(|verdict| verdict.certainty == "certain")
}

/// Takes what the screen proposes and approves where that is offered; types in what the browser said; never mends.
fn goes_on(person: &mut Person, microsoft: &mut Microsoft) {
    goes_on_leaving(person, microsoft, "");
}

/// The same, and has nothing done at this step yet.
fn goes_on_leaving(person: &mut Person, microsoft: &mut Microsoft, leaves: &str) {
    let screen = person.screen();
    if let Some(said) = said_at_the_browser(person).filter(|_| screen.action(Key::Letter('b')).is_some()) {
        person.presses(Key::Letter('b')).types(&said);
        return;
    }
    if screen.action(Key::Letter('k')).is_some() {
        person.now += 60;
        person.presses(Key::Letter('k'));
        return microsoft.serves(person);
    }
    if screen.id == leaves {
        person.presses(Key::Letter('s'));
        return microsoft.serves(person);
    }
    let browser = [Key::Letter('a'), Key::Letter('s')].into_iter().find(|key| screen.action(*key).is_some());
    if let Some(key) = browser.filter(|_| screen.id == "consent") {
        person.presses(key);
    } else {
        person.enter();
    }
    microsoft.serves(person);
}

/// Until a cause is named, or `step` is done with.
fn walks(person: &mut Person, microsoft: &mut Microsoft, step: &str) {
    walks_leaving(person, microsoft, step, "");
}

fn walks_leaving(person: &mut Person, microsoft: &mut Microsoft, step: &str, leaves: &str) {
    microsoft.serves(person);
    for _ in 0..40 {
        let screen = person.screen();
        if headline(&screen).is_some() || screen.id == step && success(&screen) {
            return;
        }
        goes_on_leaving(person, microsoft, leaves);
    }
    panic!("it never comes to {step}: {:#?}", person.screen());
}

fn success(screen: &Screen) -> bool {
    screen.blocks.iter().any(|block| matches!(block, Block::Note { tone: Tone::Success, .. })) && screen.busy.is_none()
}

fn repairs(person: &mut Person, microsoft: &mut Microsoft) {
    person.presses(Key::Letter('f'));
    microsoft.serves(person);
    assert!(person.screen().action(Key::Letter('f')).is_none(), "done is done");
    assert!(person.screen().action(Key::Esc).is_some(), "no way back at {}", person.at());
}

fn mends(person: &mut Person, microsoft: &mut Microsoft, story: &Story) {
    match story.mends {
        Mends::At(step) => {
            person.presses(Key::Letter('g'));
            assert_eq!(person.at(), step, "{}", story.fault);
            repairs(person, microsoft);
            person.enter();
        }
        Mends::Waits(step) => {
            person.presses(Key::Letter('g'));
            assert_eq!(person.at(), step, "{}", story.fault);
            repairs(person, microsoft);
            person.enter();
            microsoft.serves(person);
            assert!(headline(&person.screen()).is_some(), "{}: it has not arrived", story.fault);
            person.presses(Key::Letter('w'));
            microsoft.waits_out(person);
        }
        Mends::Here(key) => {
            repairs(person, microsoft);
            person.presses(key);
        }
        Mends::With(key) => {
            person.presses(key);
        }
        Mends::Types(step, text) => {
            if person.at() != step {
                person.presses(Key::Letter('g'));
            }
            if !person.screen().takes_text() {
                person.presses(Key::Letter('r'));
            }
            assert_eq!(person.at(), step, "{}", story.fault);
            if person.screen().action(Key::Letter('f')).is_some() {
                repairs(person, microsoft);
            }
            person.types(text);
        }
        Mends::Chooses(step, number) => {
            person.presses(Key::Letter('g'));
            assert_eq!(person.at(), step, "{}", story.fault);
            person.tell(Message::Choose(number));
        }
    }
    microsoft.serves(person);
}

fn told(story: &Story) {
    let mut microsoft = Microsoft::with(story.fault);
    let mut person = Person::sits_down(microsoft.given());
    walks_leaving(&mut person, &mut microsoft, TROUBLE, story.leaves);
    let said = person.model.desk().word(&format!("causes.{}.headline", story.cause));
    assert_eq!((person.at().as_str(), headline(&person.screen())), (story.shows, Some(said)), "{}", story.fault);
    let item = Item::find(story.item).unwrap();
    // What somebody reads at the browser undoes no proof.
    let proven = person.model.draft().checklist.state(item) == State::Proven;
    assert!(!proven || !is_certain(&person.screen()) || story.shows == "told", "{}", story.fault);

    mends(&mut person, &mut microsoft, story);
    let end = story.ends();
    walks(&mut person, &mut microsoft, end);
    assert_eq!((headline(&person.screen()), person.at().as_str()), (None, end), "{}", story.fault);
    // That a product's own switch was set shows with a real message.
    let own = matches!(item, Item::Product(_)).then_some(State::Attested);
    let settled = [Some(State::Proven), Some(State::NotNeeded), own];
    let state = person.model.draft().checklist.state(item);
    assert!(settled.contains(&Some(state)), "{}: {state:?}", story.fault);
    assert_eq!(person.model.draft().checklist.state(Item::Connection), State::Proven, "{}", story.fault);
}

#[test]
fn every_fault_is_named_leads_to_its_item_and_ends_in_a_235() {
    let only = std::env::var("FAULT").ok();
    for (fault, _) in faults::all().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        println!("{fault}");
        told(
            stories::all()
                .find(|story| story.fault == fault)
                .unwrap_or_else(|| panic!("no story of {fault} in tests/walk/stories/")),
        );
    }
}

/// Each in the table of `docs/simulator.md`: by the faults that show it, which are written there from the stories, or with
/// the reason why none can.
#[test]
fn every_cause_is_shown_by_a_fault_or_it_is_said_why_not() {
    const PAGE: &str = "docs/simulator.md";
    let page = fs::read_to_string(PAGE).unwrap();
    let begins = page.find("| cause | shown by |\n|---|---|\n").unwrap() + "| cause | shown by |\n|---|---|\n".len();
    let ends = begins + page[begins..].find("\n\n").unwrap() + 1;
    let cells = |row: &str| {
        let (cause, by) = row.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        Some((cause.to_owned(), by.to_owned()))
    };
    let rows = page[begins..ends].lines().map(|row| cells(row).unwrap_or_else(|| panic!("{PAGE}: {row}")));
    let rows: BTreeMap<String, String> = rows.collect();
    let row = |cause: &str| {
        let faults: BTreeSet<&str> =
            stories::all().filter(|story| story.cause == cause).map(|story| story.fault).collect();
        let shown = faults.iter().map(|fault| format!("`{fault}`")).collect::<Vec<_>>().join(", ");
        let why_not = rows.get(cause).filter(|by| by.strip_prefix("no: ").is_some_and(|why| !why.is_empty()));
        let by = if faults.is_empty() { why_not } else { Some(&shown) };
        let by = by.unwrap_or_else(|| panic!("{PAGE}: no fault shows {cause}, and no row says why, `no: …`"));
        format!("| `{cause}` | {by} |\n")
    };
    let causes: BTreeSet<&str> = cause::FILES.iter().map(|(cause, _)| *cause).collect();
    let table: String = causes.into_iter().map(row).collect();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        return fs::write(PAGE, [&page[..begins], &table, &page[ends..]].concat()).unwrap();
    }
    let how = "INSTA_UPDATE=always cargo test --test walk every_cause writes it";
    assert!(page[begins..ends] == table, "the table of {PAGE} is not what the stories show; {how}");
}

#[test]
fn a_repair_that_is_only_claimed_repairs_nothing() {
    let mut microsoft = Microsoft::with("smtp_auth_disabled_mailbox");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "connection");
    person.presses(Key::Letter('g')).enter();
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "connection");
    assert!(headline(&person.screen()).is_some());
    assert_eq!(person.model.draft().checklist.state(Item::SmtpAuth), State::Failed);
}

#[test]
fn what_the_browser_alone_says_is_named_mended_and_approved() {
    for said in ["90094", "AADSTS90094: an administrator has to grant it", "Need admin approval"] {
        let mut microsoft = Microsoft::with("admin_consent_needed");
        let mut person = Person::sits_down(microsoft.given());
        microsoft.serves(&mut person);
        while person.screen().action(Key::Letter('a')).is_none() {
            goes_on(&mut person, &mut microsoft);
        }
        person.presses(Key::Letter('a'));
        microsoft.serves(&mut person);
        assert!(person.notes().iter().any(|note| note.contains("AADSTS90094")), "{:?}", person.notes());

        person.presses(Key::Letter('b')).types(said);
        let headlined = person.model.desk().word("causes.admin_consent_needed.headline");
        assert_eq!(headline(&person.screen()), Some(headlined), "{said}");
        person.presses(Key::Letter('f'));
        microsoft.serves(&mut person);
        assert_eq!(person.at(), "consent");
        person.presses(Key::Letter('a'));
        walks(&mut person, &mut microsoft, "connection");
        assert_eq!((headline(&person.screen()), person.at().as_str()), (None, "connection"));
    }
}

#[test]
fn a_token_for_another_service_is_no_proof_of_its_audience() {
    let mut microsoft = Microsoft::with("wrong_audience_other");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "token");
    assert_ne!(person.model.draft().checklist.state(Item::Audience), State::Proven, "{}", person.reads());
}

#[test]
fn another_mailbox_typed_on_the_way_back_finds_its_tenant_first() {
    let mut microsoft = Microsoft::with("unlicensed_mailbox");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "connection");
    person.tell(Message::GoTo(Item::Mailbox));
    assert_eq!(person.at(), "mailbox");
    person.types("alerts@other.example");
    assert_eq!(person.at(), "tenant", "no sign-in without one");
}

#[test]
fn a_role_that_was_missing_is_in_the_token_that_another_try_fetches() {
    let mut microsoft = Microsoft::with("missing_app_role_smtp_sendasapp");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "connection");
    assert_eq!(person.at(), "connection");
    person.presses(Key::Letter('f'));
    microsoft.serves(&mut person);
    person.presses(Key::Letter('r'));
    microsoft.serves(&mut person);
    assert_eq!((headline(&person.screen()), person.at().as_str()), (None, "connection"));
}

#[test]
fn what_a_browser_said_here_is_in_the_field_already() {
    let mut microsoft = Microsoft::with("admin_consent_needed");
    let mut person = Person::sits_down(microsoft.given());
    while person.screen().action(Key::Letter('a')).is_none() {
        goes_on(&mut person, &mut microsoft);
    }
    person.presses(Key::Letter('a'));
    microsoft.serves(&mut person);
    person.presses(Key::Letter('b')).types("");
    assert!(person.reads().contains("The number is enough"), "an empty field is answered");
    person.enter();
    let headlined = person.model.desk().word("causes.admin_consent_needed.headline");
    assert_eq!(headline(&person.screen()), Some(headlined));
}

#[test]
fn a_token_of_before_is_not_blamed_for_a_refusal_of_now() {
    let mut microsoft = Microsoft::with("missing_scope_smtp_send");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "token");
    person.presses(Key::Letter('n'));
    microsoft.state.policy.block_device_code = true;
    microsoft.serves(&mut person);
    person.presses(Key::Letter('a'));
    microsoft.serves(&mut person);
    let said = person.model.desk().word("causes.device_code_blocked.headline");
    assert_eq!((person.at().as_str(), headline(&person.screen())), ("consent", Some(said)));
}

#[test]
fn a_question_on_a_failing_page_still_takes_an_answer() {
    let mut microsoft = Microsoft::with("client_id_wrong");
    let mut person = Person::sits_down(microsoft.given());
    walks(&mut person, &mut microsoft, "registration");
    let question = person.screen().question.unwrap();
    assert!(question.error.is_some() && matches!(question.input, Input::Text { .. }));
}

#[test]
fn what_nobody_foresaw_is_unknown_with_evidence_and_what_to_collect() {
    for reply in [
        "5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2027-01-15T08:00:00.000Z 08DE5D4A]",
        "5.7.999 The moon is in the wrong place",
    ] {
        let mut person = Person::sits_down(given());
        person.walks_to_connection().hears(refused(reply));
        let verdicts: Vec<_> = person.screen().blocks.into_iter().filter_map(verdict).collect();
        assert_eq!(verdicts[0].headline, person.model.desk().word("causes.unknown.headline"));
        let steps = person.screen().blocks.into_iter().any(|block| matches!(block, Block::Steps(_)));
        assert!(steps || !verdicts[0].next.is_empty(), "{reply}: nothing to collect");
        assert!(verdicts[0].evidence.iter().any(|line| line.contains(reply)));
        assert!(person.screen().action(Key::Letter('g')).is_none(), "nothing is blamed");
        assert!(person.screen().action(Key::Letter('r')).is_some());
    }
}
