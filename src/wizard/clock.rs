//! The clock, checked for free: every HTTPS answer carries the far end's time (RFC 9110 §6.6.1).

use super::desk::Desk;
use crate::{checklist::Item, entra::wire::Answer, phrase::Phrase};

/// Seconds. Entra allows five minutes of skew; below a few seconds the network's own delay is all there is.
const TOLERATED: i64 = 300;

pub fn compare(desk: &mut Desk, answer: &Answer, now: i64) {
    let Some(theirs) = answer.date else { return };
    let skew = now - theirs;
    if skew.abs() <= TOLERATED {
        desk.draft.checklist.prove(Item::Clock, Phrase::new("evidence.clock"));
    } else {
        desk.draft.checklist.fail(Item::Clock, Phrase::new("evidence.clock-skew").with("seconds", skew));
    }
}
