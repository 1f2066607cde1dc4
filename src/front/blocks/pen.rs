//! What every drawing function is handed: the look, the words and the styles made from them.
//! Without colours a style is bold, dim or reversed, so that nothing is said by colour alone.

use ratatui::{
    style::{Color, Modifier, Style},
    text::{Line, Span},
};

use crate::{
    checklist::State,
    front::{Look, Words, text},
    wizard::screen::Tone,
};

#[derive(Clone, Copy)]
pub struct Pen<'a> {
    pub look: Look,
    pub words: &'a Words,
    /// Commands, addresses and evidence stay on one line however long: for lines that a terminal wraps itself.
    pub whole: bool,
}

impl Pen<'_> {
    pub fn color(self, color: Color) -> Style {
        if self.look.color { Style::new().fg(color) } else { Style::new() }
    }

    pub fn tone(self, tone: Tone) -> Style {
        self.color(match tone {
            Tone::Info => Color::Cyan,
            Tone::Success => Color::Green,
            Tone::Warning => Color::Yellow,
            Tone::Failure => Color::Red,
        })
    }

    pub fn state(self, state: State) -> Style {
        match state {
            State::Open => Style::new(),
            State::Attested => self.color(Color::Yellow),
            State::Proven => self.color(Color::Green),
            State::Failed => self.color(Color::Red).add_modifier(Modifier::BOLD),
            State::NotNeeded => self.dim(),
        }
    }

    pub fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What is to be copied as it stands.
    pub fn literal(self) -> Style {
        self.color(Color::Cyan)
    }

    /// Sentences.
    pub fn wrapped(self, text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
        text::wrap(&self.look.text(text), width).into_iter().map(|line| Line::styled(line, style)).collect()
    }

    /// Evidence: what somebody else said, to be read, and copied where a terminal takes over what is too wide.
    pub fn quoted(self, text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
        if self.whole { self.cut(text, width, style) } else { self.wrapped(text, width, style) }
    }

    /// Commands and addresses.
    pub fn cut(self, text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
        let width = if self.whole { usize::MAX } else { width };
        text::cut(&self.look.text(text), width).into_iter().map(|line| Line::styled(line, style)).collect()
    }

    /// Lines after a head such as `1. `, the further ones indented by its width.
    pub fn hanging(self, head: &str, lines: Vec<Line<'static>>, style: Style) -> Vec<Line<'static>> {
        let indent = " ".repeat(text::width(head));
        lines
            .into_iter()
            .enumerate()
            .map(|(at, mut line)| {
                let start = if at == 0 { Span::styled(head.to_owned(), style) } else { Span::raw(indent.clone()) };
                line.spans.insert(0, start);
                line
            })
            .collect()
    }
}
