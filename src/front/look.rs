//! How things are drawn, decided once by the caller: with ASCII alone or not, with colours or not.
//! A mark or a word always says what a colour says.

use super::Words;
use crate::{
    checklist::State,
    visible,
    wizard::screen::{Action, Key, Tone},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Marks, frames and QR codes in ASCII; has nothing to do with the language.
    pub ascii: bool,
    /// False under `NO_COLOR`, `TERM=dumb` and `--color never`.
    pub color: bool,
}

impl Look {
    pub fn mark(self, state: State) -> char {
        match (state, self.ascii) {
            (State::Open, _) => ' ',
            (State::Attested, _) => '~',
            (State::Proven, false) => '✓',
            (State::Proven, true) => '+',
            (State::Failed, false) => '✗',
            (State::Failed, true) => 'x',
            (State::NotNeeded, _) => '-',
        }
    }

    pub fn tone(self, tone: Tone) -> char {
        match (tone, self.ascii) {
            (Tone::Info, _) => 'i',
            (Tone::Success, _) => self.mark(State::Proven),
            (Tone::Warning, _) => '!',
            (Tone::Failure, _) => self.mark(State::Failed),
        }
    }

    pub fn ellipsis(self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }

    pub fn dot(self) -> char {
        if self.ascii { '*' } else { '•' }
    }

    pub fn rule(self) -> &'static str {
        if self.ascii { "-" } else { "─" }
    }

    /// A line of the server, or one to it.
    pub fn arrow(self, from_server: bool) -> &'static str {
        match (from_server, self.ascii) {
            (true, false) => "←",
            (false, false) => "→",
            (true, true) => "<-",
            (false, true) => "->",
        }
    }

    /// An action's label. A language is named in its own letters, and in others where these cannot be shown.
    pub fn label(self, action: &Action, words: &Words) -> String {
        let label = self.text(&action.label);
        if self.ascii && action.key == Key::F2 && !label.is_ascii() { words.other_language.clone() } else { label }
    }

    /// Any text of a screen as it may be drawn: nothing in it moves the cursor or hides what follows.
    pub fn text(self, text: &str) -> String {
        let clean = visible::text(text);
        if !self.ascii || clean.is_ascii() {
            return clean;
        }
        let mut out = String::with_capacity(clean.len());
        for letter in clean.chars() {
            match letter {
                '‹' => out.push('<'),
                '›' => out.push('>'),
                '…' => out.push_str("..."),
                '→' => out.push_str("->"),
                '←' => out.push_str("<-"),
                '✓' => out.push('+'),
                '✗' | '×' => out.push('x'),
                '–' | '—' | '─' => out.push('-'),
                '“' | '”' => out.push('"'),
                '‘' | '’' => out.push('\''),
                '•' | '·' => out.push('*'),
                other => out.push(other),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_changes_signs_and_leaves_the_language() {
        let look = Look { ascii: true, color: false };
        assert_eq!(look.text("‹secret› → 80×24 … “é” 認証"), "<secret> -> 80x24 ... \"é\" 認証");
    }
}
