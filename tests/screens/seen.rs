//! A screen as somebody sees it: drawn in either language, and what must hold of each.

use smtp_oauth::{
    front::{Look, Words, tui},
    language::{Language, Texts},
    wizard::{
        message::Message,
        screen::{Input, Screen},
    },
};
use unicode_width::UnicodeWidthStr;

use crate::person::Person;

const SIZE: (u16, u16) = (80, 24);

fn words(language: Language) -> Words {
    let texts = Texts::new(language);
    Words::new(|key| texts.word(&format!("front.{key}")))
}

/// The rows of a screen, as they must be on any.
fn rows(screen: &Screen, look: Look) -> Vec<String> {
    let (width, height) = SIZE;
    let words = words(screen.language);
    let rows = tui::drawn(screen, look, &words, width, height);
    let (place, shown) = (&screen.id, rows.join("\n"));
    for row in &rows {
        assert!(UnicodeWidthStr::width(row.as_str()) <= usize::from(width), "too wide at {place}: {row}");
    }
    let footer = &rows[rows.len() - 3..];
    for action in &screen.actions {
        let label = look.label(action, &words);
        assert!(footer.iter().any(|row| row.contains(&label)), "no {label:?} at {place}:\n{shown}");
    }
    if let Some(question) = &screen.question {
        assert!(shown.contains(&question.label), "no question at {place}:\n{shown}");
        match &question.input {
            Input::Choice { options, selected } => {
                let digits = options.len().to_string().len();
                let here = format!("> {:>digits$}. {}", selected + 1, options[*selected].label);
                assert!(shown.contains(&here), "no choice at {place}:\n{shown}");
            }
            Input::Text { .. } | Input::Secret { .. } | Input::Pasted => {
                assert!(rows.iter().any(|row| row == " >" || row.starts_with(" > ")), "no field at {place}:\n{shown}");
            }
        }
    }
    rows
}

/// The screen a person is at.
pub fn seen(person: &Person) -> String {
    let screen = person.screen();
    let ascii = rows(&screen, Look { ascii: true, color: false });
    // A product of Japan calls its fields by Japanese names, whoever reads of them.
    let plain = |letter: char| letter.is_ascii() || letter.is_alphabetic() && letter >= '\u{3041}';
    assert!(ascii.iter().all(|row| row.chars().all(plain)), "{}: {}", screen.id, ascii.join("\n"));
    drawn(&screen)
}

/// The same in Japanese, from where F2 leads back to just this.
pub fn seen_in_japanese(person: &Person) -> String {
    let mut model = person.model.clone();
    let mut switch = || {
        assert!(model.update(Message::Language, person.now).is_empty(), "nothing but the words changes");
        model.view(person.now)
    };
    let each: Vec<Screen> = Language::ALL.into_iter().map(|_| switch()).collect();
    assert_eq!(each.last(), Some(&person.screen()));
    let japanese = each.into_iter().find(|screen| screen.language == Language::Japanese).unwrap();
    rows(&japanese, Look { ascii: true, color: false });
    for (width, height) in [(1, 1), (20, 3), (80, 24), (200, 60)] {
        breaks_as_japanese_does(&japanese, width, height);
    }
    drawn(&japanese)
}

/// No line begins with what ends a clause, or ends with what opens a quotation (JIS X 4051, `kinsoku`).
fn breaks_as_japanese_does(screen: &Screen, width: u16, height: u16) {
    let rows = tui::drawn(screen, Look { ascii: false, color: true }, &words(Language::Japanese), width, height);
    for row in &rows {
        assert!(UnicodeWidthStr::width(row.as_str()) <= usize::from(width), "too wide at {}: {row}", screen.id);
        if width < 40 {
            continue;
        }
        let (first, last) = (row.trim().chars().next().unwrap_or(' '), row.chars().last().unwrap_or(' '));
        assert!(!"、。」）ーっゃゅょッャュョ・".contains(first), "at {}: {row}", screen.id);
        assert!(!"「（".contains(last), "at {}: {row}", screen.id);
    }
}

fn drawn(screen: &Screen) -> String {
    let shown = rows(screen, Look { ascii: false, color: true }).join("\n");
    assert!(!shown.contains("CANARY"), "{shown}");
    shown
}
