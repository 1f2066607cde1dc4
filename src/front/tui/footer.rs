//! The last rows: every action of the screen with its key, in two rows, and in a third where labels would be cut and
//! the window has room for it.
//!
//! ```text
//!  Enter Continue  Esc Back  ^R Try again  F2 日本語  ^C Leave
//! ```

use ratatui::text::{Line, Span};

use crate::{
    front::{blocks::pen::Pen, key, text},
    wizard::{
        message::Message,
        screen::{Act, Screen},
    },
};

/// The height of a window that has room for a third row.
const TALL: u16 = 18;

pub fn lines(screen: &Screen, pen: Pen, width: usize, height: u16) -> Vec<Line<'static>> {
    let most = if height < TALL { 2 } else { 3 };
    let mut entries: Vec<(String, String)> = screen
        .actions
        .iter()
        .map(|action| (key::pressed(action.key, screen.takes_text()), pen.look.label(action, pen.words)))
        .collect();
    if !screen.actions.iter().any(|action| action.act == Act::Send(Message::Leave)) {
        entries.push(("^C".to_owned(), pen.look.text(&pen.words.leave)));
    }
    // Labels give way until all keys are in sight: a key that is not shown does not exist.
    let mut longest = entries.iter().map(|(_, label)| text::width(label)).max().unwrap_or(0);
    let mut rows = fill(&entries, longest, pen, width);
    while rows.len() > most && longest > 0 {
        // Two letters and an ellipsis say nothing; then the keys stand alone.
        longest = if longest > 4 { longest - 1 } else { 0 };
        rows = fill(&entries, longest, pen, width);
    }
    rows.truncate(most);
    rows
}

fn fill(entries: &[(String, String)], longest: usize, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let mut rows: Vec<Line<'static>> = Vec::new();
    for (key, label) in entries {
        let label = text::fit(label, longest, pen.look.ellipsis());
        let label = if label.is_empty() { label } else { format!(" {label}") };
        let wide = text::width(key) + text::width(&label) + 2;
        match rows.last_mut() {
            Some(row) if row.width() + wide <= width => row.spans.push(Span::raw(" ")),
            _ => rows.push(Line::default()),
        }
        if let Some(row) = rows.last_mut() {
            row.spans.push(Span::raw(" "));
            row.spans.push(Span::styled(key.clone(), pen.bold()));
            row.spans.push(Span::raw(label));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::{Look, Words, samples};

    #[test]
    fn labels_give_way_to_keys() {
        let words = Words::english();
        let pen = Pen { look: Look { ascii: true, color: false }, words: &words, whole: false };
        let shown = |width| lines(&samples::refused(), pen, width, 10).iter().map(Line::to_string).collect::<Vec<_>>();
        assert_eq!(shown(80), [" Enter Try again  Esc Back  l Checklist  F2 Japanese  ^C Leave"]);
        assert_eq!(shown(20), [" Enter  Esc  l  F2", " ^C"]);
        assert_eq!(lines(&samples::refused(), pen, 34, TALL).len(), 3);
    }
}
