//! By how much a clock is off, in the unit in which one would say it. Whose clock, and what follows, is others' to say.

use crate::phrase::Phrase;

/// Direction, unit and number for so many seconds ahead.
pub fn off(seconds: i64) -> (&'static str, &'static str, u64) {
    let way = if seconds > 0 { "ahead" } else { "behind" };
    let (unit, number) = match seconds.unsigned_abs() {
        seconds @ 0..7_200 => ("minutes", seconds / 60),
        seconds @ 7_200..172_800 => ("hours", seconds / 3_600),
        seconds => ("days", seconds / 86_400),
    };
    (way, unit, number)
}

/// The value of the fact `clock.off`; what is no number stays as it is.
pub(super) fn error(value: &str) -> Option<Phrase> {
    let seconds: i64 = value.parse().ok()?;
    Some(match seconds.unsigned_abs() {
        0..60 => Phrase::new("known-facts.clock.right"),
        _ => {
            let (way, unit, number) = off(seconds);
            Phrase::new(format!("known-facts.clock.{way}.{unit}")).with("number", number)
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
        assert_eq!(said(Language::English, "-59"), "less than a minute");
        assert_eq!(said(Language::Japanese, "-3456000"), "40 日の遅れ");
        assert_eq!(said(Language::Japanese, "a lot"), "a lot");
    }
}
