//! What goes wrong, where it shows, and what mends it: told once to the pure wizard and once in a terminal.

mod authority;
mod exchange;

use smtp_oauth::wizard::screen::Key;

/// What the person does once the cause is known.
pub enum Mends {
    /// One key leads to this step; the companion repairs, Enter goes on.
    At(&'static str),
    /// It shows at the step that settles it: the companion repairs, this key tries again.
    Here(Key),
    /// The wizard's own key is all it takes.
    With(Key),
    /// Another value is typed at this step.
    Types(&'static str, &'static str),
}

pub struct Story {
    pub fault: &'static str,
    /// The cause that is named first.
    pub cause: &'static str,
    /// The step where it shows.
    pub shows: &'static str,
    /// Its id.
    pub item: &'static str,
    pub mends: Mends,
}

impl Story {
    /// The step where all is well again: a message that was on its way goes out, else the sign-in is accepted.
    pub fn ends(&self) -> &'static str {
        let resumes = matches!(self.mends, Mends::At(_) | Mends::Here(Key::Letter('r')));
        if self.shows == "message" && resumes { "message" } else { "connection" }
    }
}

const fn story(fault: &'static str, shows: &'static str, item: &'static str, mends: Mends) -> Story {
    Story { fault, cause: fault, shows, item, mends }
}

pub use authority::STORIES as AUTHORITY;
pub use exchange::STORIES as EXCHANGE;

pub fn all() -> impl Iterator<Item = &'static Story> {
    AUTHORITY.iter().chain(EXCHANGE)
}
