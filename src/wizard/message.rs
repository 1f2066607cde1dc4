//! Everything that can happen to the wizard, on one page. Read it with `effect.rs`, which holds
//! everything the wizard may ask for.

use crate::{checklist::Item, secret::Secret};

use super::effect::{Report, Ticket};

#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The question's answer: text or secret as typed, or the number of a choice, from 0.
    Answer(Secret),
    Choose(usize),
    /// What stands in the field when the person turns to something else; kept, not judged.
    Typed(Secret),
    /// On to the next step.
    Continue,
    /// To the step before, or out of an overlay.
    Back,
    /// Do the present step's probe, sign-in or test again.
    Retry,
    /// Stop what runs; the step stays.
    Cancel,
    /// Pass over what this step offers.
    Skip,
    /// The step's own second way, for example `use the token's user`.
    Other,
    /// Take over what an experiment has shown to be right, for example the token's user.
    Adopt,
    /// Ask for the scopes that are right here instead of those that somebody chose.
    UsualScopes,
    /// To the step that settles this item.
    GoTo(Item),
    /// The checklist; from there, one item's evidence.
    ShowChecklist,
    ShowEvidence(Item),
    /// Everything that can be, checked once more.
    CheckAgain,
    /// To say what the browser shows instead of letting one sign in.
    ShowBrowser,
    /// What can be copied from this screen.
    ShowCopies,
    /// What can be tried once more to tell the causes apart.
    ShowExperiments,
    /// The request to the tenant's administrator.
    ShowHandover,
    /// What is shown as a text for a ticket.
    ShowReport,
    Copy(String),
    /// Print below the full screen, so that a terminal's own selection works.
    Print(String),
    /// Show the secret, or hide it again.
    Reveal,
    /// Write the settings sheet to files.
    KeepSheet,
    /// Perform the companion action with this number.
    Companion(usize),
    /// All of it in the other language; nothing else changes.
    Language,
    /// Leave; the draft stays.
    Leave,
    /// The terminal is gone or the process was told to end.
    Hangup,
    /// A task said something.
    Reported(Ticket, Report),
    /// A second has passed, nothing else.
    Tick,
}
