//! The clock, checked for free: every HTTPS answer carries the far end's time (RFC 9110 §6.6.1).

use super::desk::Desk;
use crate::{checklist::Item, entra::wire::Answer, language, phrase::Phrase};

/// Seconds. Entra allows five minutes of skew; below a few seconds the network's own delay is all there is.
pub const TOLERATED: u64 = 300;

pub fn compare(desk: &mut Desk, answer: &Answer, now: i64) {
    let Some(theirs) = answer.date else { return };
    let skew = now.saturating_sub(theirs);
    desk.clock_off = Some(skew);
    if skew.unsigned_abs() <= TOLERATED {
        desk.draft.checklist.prove(Item::Clock, Phrase::new("evidence.clock"));
    } else {
        desk.draft.checklist.fail(Item::Clock, off(skew));
    }
}

/// By how much, in seconds this machine is ahead by, in a sentence.
pub fn off(skew: i64) -> Phrase {
    let (way, unit, number) = language::clock::off(skew);
    Phrase::new(format!("clock.{way}.{unit}")).with("number", number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, Texts};

    #[test]
    fn how_far_it_is_off_is_told_in_words() {
        let texts = Texts::new(Language::English);
        for (skew, said) in [
            (301, "5 minutes ahead"),
            (-7_199, "119 minutes behind"),
            (-86_400, "24 hours behind"),
            (172_800, "2 days ahead"),
            (i64::MIN, "106751991167300 days behind"),
        ] {
            assert!(texts.say(&off(skew)).contains(said), "{skew}: {}", texts.say(&off(skew)));
        }
    }
}
