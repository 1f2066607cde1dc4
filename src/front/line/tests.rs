//! Line mode at a pipe: what is printed, exactly, and which line goes to which screen.

use std::sync::{Mutex, PoisonError};

use super::*;
use crate::{
    front::samples,
    wizard::{message::Message, screen::Block},
};

const LOOK: Look = Look { ascii: true, color: false };

#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Printed {
    /// What came since the last time.
    fn news(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).unwrap()
    }
}

fn front(answers: &'static str) -> (Line, Printed) {
    let printed = Printed::default();
    (Line::on(answers.as_bytes(), printed.clone(), LOOK, Words::english()), printed)
}

fn answer(text: &str) -> Input {
    Input::Send(vec![Message::Answer(Secret::new(text))])
}

/// Whether the front has nothing to say at this moment.
async fn waits(line: &mut Line) -> bool {
    tokio::select! {
        biased;
        _ = line.next() => false,
        () = std::future::ready(()) => true,
    }
}

#[tokio::test]
async fn a_setup_is_read_from_a_pipe() {
    let (mut line, printed) = front("alerts@contoso.example\n\n2\nl\n");
    let mut all = String::new();
    for (screen, wanted) in [
        (samples::mailbox(), answer("alerts@contoso.example")),
        (samples::secret(), answer("")),
        (samples::consent(), Input::Send(vec![Message::Choose(1)])),
        (samples::refused(), Input::Send(vec![Message::ShowChecklist])),
    ] {
        line.show(&screen).unwrap();
        assert_eq!(line.next().await, wanted);
        all.push_str(&printed.news());
    }
    line.show(&samples::save()).unwrap();
    assert_eq!(line.next().await, Input::Gone, "the end of the answers");
    all.push_str(&printed.news());
    assert!(!all.contains('\x1b'));
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn the_device_page_in_lines() {
    let (mut line, printed) = front("");
    line.show(&samples::device("14:52")).unwrap();
    insta::assert_snapshot!(printed.news());
}

#[tokio::test]
async fn japanese_in_lines() {
    let printed = Printed::default();
    let look = Look { ascii: false, color: false };
    let mut line = Line::on(io::empty(), printed.clone(), look, Words::japanese());
    line.show(&samples::japanese()).unwrap();
    insta::assert_snapshot!(printed.news());
}

#[tokio::test]
async fn a_growing_transcript_prints_its_new_lines_alone() {
    let (mut line, printed) = front("");
    line.show(&samples::exchange(3)).unwrap();
    printed.news();
    line.show(&samples::exchange(3)).unwrap();
    assert_eq!(printed.news(), "");
    line.show(&samples::exchange(5)).unwrap();
    assert_eq!(
        printed.news(),
        "    24.1     <- 250 SMTPUTF8\n                TLS is offered; a sign-in is not, before TLS\n    24.3     -> STARTTLS\n                now encrypted\n"
    );
}

#[tokio::test]
async fn an_exchange_that_runs_is_not_torn_by_prompts() {
    let (mut line, printed) = front("");
    line.terminal = true;
    let running = |lines| Screen { busy: Some("connecting".into()), ..samples::exchange(lines) };
    for lines in 1..5 {
        line.show(&running(lines)).unwrap();
        let said = printed.news();
        assert!(!said.is_empty() && !said.ends_with("> "), "{said}");
    }
    line.show(&samples::refused()).unwrap();
    let said = printed.news();
    assert!(said.ends_with("> "), "{said}");
    // What counts down to the next try is left at any time.
    line.show(&Screen { busy: Some("waiting".into()), ticks: true, ..samples::refused() }).unwrap();
    let said = printed.news();
    assert!(said.ends_with("> "), "{said}");
}

#[tokio::test]
async fn a_line_waits_for_a_screen_that_wants_it() {
    let (mut line, _) = front("first\nsecond\n");
    assert!(waits(&mut line).await, "no screen yet");
    line.show(&samples::exchange(3)).unwrap();
    assert!(waits(&mut line).await, "a test that runs asks nothing");
    let mut screen = samples::mailbox();
    line.show(&screen).unwrap();
    assert_eq!(line.next().await, answer("first"));
    assert!(waits(&mut line).await, "one line a screen");
    screen.busy = Some("looking".into());
    line.show(&screen).unwrap();
    assert_eq!(line.next().await, answer("second"));
}

#[tokio::test]
async fn the_same_refusal_twice_takes_two_lines() {
    let (mut line, printed) = front("bad\nbad\n");
    line.show(&samples::mailbox()).unwrap();
    assert_eq!(line.next().await, answer("bad"));
    printed.news();
    line.show(&samples::mailbox()).unwrap();
    assert_eq!(printed.news(), "  x This domain has no mailbox at Microsoft 365.\n[alerts@contoso.example] > ");
    assert_eq!(line.next().await, answer("bad"));
}

#[tokio::test]
async fn an_unknown_answer_is_told_what_is_possible() {
    let (mut line, printed) = front("9\n1\n");
    line.show(&samples::consent()).unwrap();
    printed.news();
    assert_eq!(line.next().await, Input::Send(vec![Message::Choose(0)]));
    assert_eq!(printed.news(), "\nNot known here. Possible: 1-3 Enter Esc l F2\n[1] > \n");
}

#[tokio::test(start_paused = true)]
async fn a_countdown_is_printed_every_thirty_seconds() {
    let (mut line, printed) = front("");
    line.show(&samples::device("14:52")).unwrap();
    printed.news();
    for second in (23..52).rev() {
        tokio::time::advance(Duration::from_secs(1)).await;
        line.show(&samples::device(&format!("14:{second}"))).unwrap();
    }
    assert_eq!(printed.news(), "");
    tokio::time::advance(Duration::from_secs(1)).await;
    line.show(&samples::device("14:22")).unwrap();
    assert_eq!(printed.news(), "Valid for another 14:22.\n");
}

#[tokio::test]
async fn a_settled_item_and_an_error_are_news() {
    let (mut line, printed) = front("");
    let mut screen = samples::mailbox();
    line.show(&screen).unwrap();
    printed.news();
    screen.checklist[2].state = crate::checklist::State::Proven;
    screen.checklist[2].state_label = "proven".into();
    screen.blocks.push(Block::Text("One more thing.\x1b[2J".into()));
    line.show(&screen).unwrap();
    assert_eq!(printed.news(), "\n[+] Client ID: proven\nOne more thing.^[[2J\n[alerts@contoso.example] > ");
}

#[tokio::test]
async fn a_notice_above_is_all_that_is_new() {
    let (mut line, printed) = front("");
    let mut screen = samples::mailbox();
    line.show(&screen).unwrap();
    printed.news();
    screen.blocks.insert(0, Block::Text("Done.".into()));
    line.show(&screen).unwrap();
    assert_eq!(printed.news(), "\nDone.\n[alerts@contoso.example] > ");
}

#[test]
fn in_ascii_the_marks_of_what_is_printed_are_ascii_and_its_letters_stay() {
    let (mut line, printed) = front("");
    line.print("‹token: 3 characters› é");
    assert_eq!(printed.news(), "\n<token: 3 characters> é\n\n");
}

#[tokio::test]
async fn a_text_to_copy_stands_on_lines_of_its_own() {
    let (mut line, printed) = front("esc\n");
    line.show(&samples::save()).unwrap();
    printed.news();
    line.copy("https://login.example/?a=b&c=d");
    assert_eq!(printed.news(), "\n\nhttps://login.example/?a=b&c=d\n\n> ");
    line.show(&samples::save()).unwrap();
    assert_eq!(line.next().await, Input::Send(vec![Message::Back]));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 32, ..Default::default() })]
    #[test]
    fn nothing_from_outside_is_an_escape_sequence(wild in "(?s).{0,40}", kind in 0usize..9) {
        let words = Words::english();
        let mut screen = samples::all().swap_remove(kind);
        screen.title = wild.clone();
        screen.blocks.push(Block::Text(wild.clone()));
        screen.blocks.push(Block::Command { label: wild.clone(), text: wild.clone() });
        screen.actions[0].label = wild;
        for width in [20, 80] {
            let paper = Paper { look: LOOK, words: &words, width, terminal: true };
            let text = paper.whole(None, &screen) + &paper.prompt(&screen) + &paper.not_known(&screen);
            proptest::prop_assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{:?}", text);
        }
    }
}
