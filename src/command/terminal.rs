//! What the terminal can do, told from options and environment: which front, colours, ASCII.

use std::{env, io::IsTerminal};

use super::options::{FrontChoice, Global, When};
use crate::front::Look;

/// How the wizard is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    FullScreen,
    Lines,
    /// Nobody is asked.
    Unattended,
}

/// Without `--front`, a standard input that is no terminal means that nobody is there.
#[expect(clippy::disallowed_methods, reason = "whether somebody is there")]
pub fn shown(global: &Global, asked: FrontChoice) -> Shown {
    let (input, output) = (std::io::stdin().is_terminal(), std::io::stdout().is_terminal());
    match asked {
        _ if global.no_input => Shown::Unattended,
        FrontChoice::Line => Shown::Lines,
        FrontChoice::Tui => Shown::FullScreen,
        FrontChoice::Auto if !input => Shown::Unattended,
        FrontChoice::Auto if !output || is_dumb() => Shown::Lines,
        FrontChoice::Auto => Shown::FullScreen,
    }
}

pub fn look(global: &Global) -> Look {
    let color = match global.color {
        When::Always => true,
        When::Never => false,
        When::Auto => !is_set("NO_COLOR") && !is_dumb(),
    };
    Look { ascii: global.ascii || variable("TERM") == "linux" || !is_utf8(), color }
}

/// The locale's character set (POSIX: `LC_ALL` before `LC_CTYPE` before `LANG`).
fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).into_iter().find(|value| !value.is_empty());
    let charset = locale.unwrap_or_default().to_ascii_lowercase();
    charset.ends_with("utf-8") || charset.ends_with("utf8")
}

fn is_dumb() -> bool {
    matches!(variable("TERM").as_str(), "dumb" | "")
}

pub fn is_set(name: &str) -> bool {
    !variable(name).is_empty()
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
