//! The full screen as seen: snapshots at 80×24, any size without a panic, a QR code that reads
//! back from its cells, and what a key costs on the line.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crossterm::event::{KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::style::Color;

use super::*;
use crate::{
    front::{qr::read_back, samples},
    wizard::screen::{Block, Choice, Input as Field},
};

const UNICODE: Look = Look { ascii: false, color: true };
const ASCII: Look = Look { ascii: true, color: false };

fn draw(screen: &Screen, look: Look, words: &Words, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    layout::draw(&mut View::new(screen.clone()), Pen { look, words, whole: false }, area, &mut buffer);
    buffer
}

fn dump(buffer: &Buffer) -> String {
    rows(buffer).iter().map(|row| format!("{row}\n")).collect()
}

fn english(screen: &Screen) -> String {
    dump(&draw(screen, UNICODE, &Words::english(), 80, 24))
}

#[test]
fn a_text_question_with_an_error() {
    insta::assert_snapshot!(english(&samples::mailbox()));
}

#[test]
fn a_secret() {
    insta::assert_snapshot!(english(&samples::secret()));
}

#[test]
fn a_choice() {
    insta::assert_snapshot!(english(&samples::consent()));
}

#[test]
fn short_details_stand_beside_their_choices() {
    let mut screen = samples::consent();
    let choice = |label: &str, detail: &str| Choice { label: label.into(), detail: detail.into() };
    if let Some(question) = &mut screen.question {
        let options = vec![choice("Mailbox", "proven"), choice("Client ID", ""), choice("権限", "open")];
        question.input = Field::Choice { options, selected: 0 };
    }
    let shown = english(&screen);
    assert!(shown.contains(" > 1. Mailbox    proven\n   2. Client ID\n   3. 権限       open\n"), "{shown}");
}

#[test]
fn the_device_page() {
    insta::assert_snapshot!(english(&samples::device("14:52")));
}

#[test]
fn a_running_transcript() {
    insta::assert_snapshot!(english(&samples::exchange(9)));
}

#[test]
fn a_verdict() {
    insta::assert_snapshot!(english(&samples::refused()));
}

#[test]
fn a_difference() {
    insta::assert_snapshot!(english(&samples::save()));
}

#[test]
fn the_checklist() {
    insta::assert_snapshot!(english(&samples::items()));
}

#[test]
fn japanese() {
    insta::assert_snapshot!(dump(&draw(&samples::japanese(), UNICODE, &Words::japanese(), 80, 24)));
}

#[test]
fn ascii_alone() {
    let shown = [samples::device("14:52"), samples::exchange(9), samples::consent()]
        .map(|screen| dump(&draw(&screen, ASCII, &Words::english(), 80, 24)).replace("日本語", "Japanese"));
    assert!(shown.iter().all(|screen| screen.is_ascii()), "{shown:?}");
    insta::assert_snapshot!(shown.join("=====\n"));
}

#[test]
fn a_wide_window_has_the_checklist_at_its_side() {
    insta::assert_snapshot!(dump(&draw(&samples::exchange(9), UNICODE, &Words::english(), 130, 24)));
}

/// The modules as a camera sees the cells, light ones false.
fn modules(buffer: &Buffer) -> Vec<Vec<bool>> {
    let black = Color::Rgb(0, 0, 0);
    let mut rows = Vec::new();
    for y in 0..buffer.area.height {
        let cells: Vec<_> =
            (0..buffer.area.width).map(|x| &buffer[(x, y)]).filter(|cell| cell.symbol() == "▀").collect();
        if !cells.is_empty() {
            rows.push(cells.iter().map(|cell| cell.fg == black).collect());
            rows.push(cells.iter().map(|cell| cell.bg == black).collect());
        }
    }
    rows
}

#[test]
fn the_qr_code_reads_back_from_the_screen() {
    let drawn = draw(&samples::device("14:52"), UNICODE, &Words::english(), 80, 24);
    assert_eq!(read_back(&modules(&drawn)), samples::DEVICE_URL);
}

#[test]
fn without_colours_the_qr_code_reads_back_too() {
    let look = Look { ascii: false, color: false };
    let drawn = draw(&samples::device("14:52"), look, &Words::english(), 80, 24);
    let mut rows = Vec::new();
    for y in 2..21 {
        // The light modules are lit; a terminal's background is dark.
        let lit = |full: &str, half: &str, x| [full, half].contains(&drawn[(x, y)].symbol());
        rows.push((42..79).map(|x| !lit("█", "▀", x)).collect());
        rows.push((42..79).map(|x| !lit("█", "▄", x)).collect());
    }
    rows.truncate(37);
    assert_eq!(read_back(&rows), samples::DEVICE_URL);
}

#[test]
fn a_large_console_has_the_qr_code_in_ascii() {
    let drawn = draw(&samples::device("14:52"), Look { ascii: true, color: true }, &Words::english(), 120, 50);
    let dark = |x, y| drawn[(x, y)].bg == Color::Black;
    let rows: Vec<Vec<bool>> = (2..39).map(|y| (0..37).map(|module| dark(45 + module * 2, y)).collect()).collect();
    assert_eq!(read_back(&rows), samples::DEVICE_URL);
}

#[test]
fn a_qr_code_that_does_not_fit_says_what_it_needs() {
    let narrow = dump(&draw(&samples::device("14:52"), UNICODE, &Words::english(), 60, 24));
    let needed = "needs a window of 71×";
    assert!(narrow.replace("\n ", " ").contains(needed), "{narrow}");
    let drawn = draw(&samples::device("14:52"), UNICODE, &Words::english(), 71, 24);
    assert_eq!(read_back(&modules(&drawn)), samples::DEVICE_URL);
}

#[test]
fn every_line_of_a_long_screen_can_be_reached() {
    let words = Words::english();
    let area = Rect::new(0, 0, 40, 12);
    let mut view = View::new(samples::refused());
    let mut seen = String::new();
    loop {
        let mut buffer = Buffer::empty(area);
        layout::draw(&mut view, Pen { look: UNICODE, words: &words, whole: false }, area, &mut buffer);
        seen.push_str(&dump(&buffer));
        if view.press(KeyCode::PageDown.into()) == Reaction::Nothing {
            break;
        }
    }
    for part in ["SMTP AUTH is switched", "535 5.7.139", "Authenticated SMTP.", "$false", "learn.microsoft.com"] {
        assert!(seen.contains(part), "{part} not in {seen}");
    }
}

#[test]
fn no_size_panics() {
    for (width, height) in [(1, 1), (2, 1), (1, 40), (20, 3), (60, 20), (80, 24), (99, 24), (100, 24), (200, 60)] {
        for screen in samples::all() {
            for look in [UNICODE, ASCII] {
                draw(&screen, look, &Words::japanese(), width, height);
            }
        }
    }
}

#[test]
fn the_field_is_in_sight_at_any_size() {
    for (width, height) in [(4, 1), (20, 3), (40, 5), (80, 24)] {
        let area = Rect::new(0, 0, width, height);
        let mut view = View::new(samples::japanese());
        let words = Words::japanese();
        let caret =
            layout::draw(&mut view, Pen { look: UNICODE, words: &words, whole: false }, area, &mut Buffer::empty(area));
        assert!(caret.is_some_and(|caret| area.contains(caret)), "{width}x{height}: {caret:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_text_at_any_size_panics(text in "\\PC{0,60}", wild in "(?s).{0,40}", width in 1u16..140, height in 1u16..50, keys in 0usize..9) {
        let words = Words::english();
        let mut screen = samples::all().swap_remove(keys);
        screen.title = text.clone();
        screen.blocks.push(Block::Text(wild.clone()));
        screen.blocks.push(Block::Command { label: text.clone(), text: wild.clone() });
        screen.blocks.push(Block::Facts(vec![(text.clone(), wild.clone())]));
        screen.actions[0].label = text;
        let mut view = View::new(screen);
        view.paste(&wild);
        let area = Rect::new(0, 0, width, height);
        for key in [KeyCode::Left, KeyCode::PageDown, KeyCode::Up] {
            view.press(key.into());
            layout::draw(&mut view, Pen { look: UNICODE, words: &words, whole: false }, area, &mut Buffer::empty(area));
        }
    }
}

/// A slow line: counts what goes over it.
#[derive(Clone, Default)]
struct Line(Arc<AtomicUsize>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len(), Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line {
    /// The bytes since the last time.
    fn spent(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }

    fn front(&self) -> Tui<Line> {
        Tui::on(self.clone(), Viewport::Fixed(Rect::new(0, 0, 80, 24)), UNICODE, Words::english()).unwrap()
    }
}

#[test]
fn a_key_costs_tens_of_bytes_and_an_idle_screen_none() {
    let line = Line::default();
    let mut tui = line.front();
    tui.show(&samples::mailbox()).unwrap();
    assert!(line.spent() > 1000);
    tui.show(&samples::mailbox()).unwrap();
    assert_eq!(line.spent(), 0, "the same screen again");

    let mut dearest = 0;
    for _ in 0..70 {
        tui.handle(&Event::Key(KeyCode::Char('x').into()), false).unwrap();
        dearest = dearest.max(line.spent());
    }
    // Once in half a row the field moves, which costs that row; every other key is far below.
    assert!(dearest < 200, "{dearest} bytes when the field moves");
    tui.handle(&Event::Key(KeyCode::Char('y').into()), false).unwrap();
    assert!(line.spent() < 100);

    tui.handle(&Event::Key(KeyCode::Insert.into()), false).unwrap();
    assert_eq!(line.spent(), 0, "a key that means nothing");
    tui.speak(Words::english());
    tui.show(&samples::mailbox()).unwrap();
    assert_eq!(line.spent(), 0, "the words it has");
}

#[test]
fn ctrl_l_paints_all_of_it_again() {
    let line = Line::default();
    let mut tui = line.front();
    let mut screen = samples::mailbox();
    screen.actions.retain(|action| action.label != "Checklist");
    tui.show(&screen).unwrap();
    let whole = line.spent();
    tui.handle(&Event::Key(KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL)), false).unwrap();
    assert!(line.spent().abs_diff(whole) < 20);
}

#[test]
fn keys_that_arrive_together_are_drawn_once() {
    let line = Line::default();
    let mut tui = line.front();
    tui.show(&samples::mailbox()).unwrap();
    line.spent();
    for _ in 0..500 {
        tui.handle(&Event::Key(KeyCode::Char('x').into()), true).unwrap();
    }
    assert_eq!(line.spent(), 0);
    tui.handle(&Event::Key(KeyCode::Char('x').into()), false).unwrap();
    assert!((1..200).contains(&line.spent()));
}

#[test]
fn a_countdown_costs_its_digits() {
    let line = Line::default();
    let mut tui = line.front();
    tui.show(&samples::device("14:52")).unwrap();
    line.spent();
    tui.show(&samples::device("14:51")).unwrap();
    assert!(line.spent() < 100);
}

#[test]
fn a_text_printed_outside_stays_until_enter() {
    let line = Line::default();
    let mut tui = line.front();
    tui.show(&samples::mailbox()).unwrap();
    tui.print("Set-CASMailbox\nGet-CASMailbox");
    line.spent();
    tui.show(&samples::consent()).unwrap();
    assert_eq!(line.spent(), 0, "the printed text is not drawn over");
    assert_eq!(tui.handle(&Event::Key(KeyCode::Char('b').into()), false).unwrap(), None);
    tui.handle(&Event::Key(KeyCode::Enter.into()), false).unwrap();
    assert!(line.spent() > 1000);

    tui.print("again");
    let leave = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(
        matches!(tui.handle(&Event::Key(leave), false).unwrap(), Some(Input::Send(_))),
        "leaving is always possible"
    );
}
