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
    /// As [`Self::At`], and it takes its time to arrive: the wizard waits.
    Waits(&'static str),
    /// The wizard's own key is all it takes.
    With(Key),
    /// Another value is typed at this step.
    Types(&'static str, &'static str),
    /// Another entry of the list is chosen at this step.
    Chooses(&'static str, usize),
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
    /// A step that the person leaves for later.
    pub leaves: &'static str,
}

const fn story(fault: &'static str, shows: &'static str, item: &'static str, mends: Mends) -> Story {
    Story { fault, cause: fault, shows, item, mends, leaves: "" }
}

impl Story {
    /// Named so, though the fault has a name of its own.
    const fn of(self, cause: &'static str) -> Self {
        Self { cause, ..self }
    }

    /// The step where all is well again: a message that was on its way goes out.
    pub fn ends(&self) -> &'static str {
        let sends = self.shows == "message" || self.item == "message";
        if sends { "message" } else { "connection" }
    }

    const fn leaving(self, step: &'static str) -> Self {
        Self { leaves: step, ..self }
    }
}

pub use authority::STORIES as AUTHORITY;
pub use exchange::STORIES as EXCHANGE;

pub fn all() -> impl Iterator<Item = &'static Story> {
    AUTHORITY.iter().chain(EXCHANGE)
}
