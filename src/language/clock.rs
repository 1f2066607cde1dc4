//! By how much a clock is off, and how long ago something was, in the unit in which one would say it. Whose clock, and
//! what follows, is others' to say.

use crate::phrase::Phrase;

/// Direction, unit and number for so many seconds ahead.
pub fn off(seconds: i64) -> (&'static str, &'static str, u64) {
    let way = if seconds > 0 { "ahead" } else { "behind" };
    let (unit, number) = in_unit(seconds.unsigned_abs());
    (way, unit, number)
}

fn in_unit(seconds: u64) -> (&'static str, u64) {
    match seconds {
        0..7_200 => ("minutes", seconds / 60),
        7_200..172_800 => ("hours", seconds / 3_600),
        _ => ("days", seconds / 86_400),
    }
}

/// The value of the fact `clock.off`; what is no number stays as it is.
pub(super) fn error(value: &str) -> Option<Phrase> {
    let seconds: i64 = value.parse().ok()?;
    Some(match seconds.unsigned_abs() {
        0..120 => Phrase::new("known-facts.clock.right"),
        _ => {
            let (way, unit, number) = off(seconds);
            Phrase::new(format!("known-facts.clock.{way}.{unit}")).with("number", number)
        }
    })
}

/// So many minutes ago; what is no number stays as it is.
pub(super) fn ago(minutes: &str) -> Option<Phrase> {
    Some(match minutes.parse::<u64>().ok()? {
        0 | 1 => Phrase::new("known-facts.ago.now"),
        minutes => {
            let (unit, number) = in_unit(minutes.saturating_mul(60));
            Phrase::new(format!("known-facts.ago.{unit}")).with("number", number)
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::language::{Language, Texts};

    #[test]
    fn an_error_of_the_clock_is_said_and_not_counted() {
        let said = |language, value| Texts::new(language).fact_value("clock.off", value);
        assert_eq!(said(Language::English, "-3456000"), "40 days behind");
        assert_eq!(said(Language::English, "301"), "5 minutes ahead");
        assert_eq!(said(Language::English, "-119"), "less than two minutes");
        assert_eq!(said(Language::Japanese, "-3456000"), "40 日の遅れ");
        assert_eq!(said(Language::Japanese, "a lot"), "a lot");
    }

    #[test]
    fn when_it_last_worked_is_said_in_the_unit_that_fits() {
        let said = |language, value| Texts::new(language).fact_value("worked.minutes", value);
        assert_eq!(said(Language::English, "1"), "just now");
        assert_eq!(said(Language::English, "119"), "119 minutes ago");
        assert_eq!(said(Language::English, "2879"), "47 hours ago");
        assert_eq!(said(Language::Japanese, "43200"), "30 日前");
        assert_eq!(said(Language::Japanese, "-1"), "-1");
    }
}
