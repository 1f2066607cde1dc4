//! Copying through the terminal: OSC 52, wrapped for tmux and screen, which would swallow it.
//! No terminal answers, so nobody can know whether the text arrived.

use base64::{Engine, prelude::BASE64_STANDARD};

/// What stands between this program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clipboard {
    #[default]
    Direct,
    Tmux,
    Screen,
}

/// GNU screen drops a device control string of more than 768 bytes (its `MAXSTR`), so one is sent in pieces.
const PIECE: usize = 512;

impl Clipboard {
    /// By the variables each of them sets; `is_set` looks one up.
    pub fn in_environment(is_set: impl Fn(&str) -> bool) -> Self {
        match () {
            () if is_set("TMUX") => Self::Tmux,
            () if is_set("STY") => Self::Screen,
            () => Self::Direct,
        }
    }

    pub fn sequence(self, text: &str) -> String {
        let osc = format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text));
        match self {
            Self::Direct => osc,
            // Passed through where `allow-passthrough` is on; tmux itself listens to the bare form
            // (`set-clipboard on`), so both are sent.
            Self::Tmux => format!("{osc}\x1bPtmux;{}\x1b\\", osc.replace('\x1b', "\x1b\x1b")),
            Self::Screen => {
                let pieces = osc.as_bytes().chunks(PIECE).map(String::from_utf8_lossy);
                pieces.map(|piece| format!("\x1bP{piece}\x1b\\")).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_multiplexer_gets_its_wrapping() {
        assert_eq!(Clipboard::Direct.sequence("abc"), "\x1b]52;c;YWJj\x07");
        assert_eq!(Clipboard::Tmux.sequence("abc"), "\x1b]52;c;YWJj\x07\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\");
        assert_eq!(Clipboard::Screen.sequence("abc"), "\x1bP\x1b]52;c;YWJj\x07\x1b\\");
        let long = Clipboard::Screen.sequence(&"x".repeat(3000));
        assert!(long.split("\x1b\\").all(|piece| piece.len() <= PIECE + 2));
        assert_eq!(Clipboard::in_environment(|name| name == "STY"), Clipboard::Screen);
    }
}
