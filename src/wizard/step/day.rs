//! A day that somebody types, and the one that is proposed. A form in which the month could be the day is refused.

use chrono::{DateTime, Datelike, Days, NaiveDate};
use toml::value::{Date, Datetime};

use crate::phrase::Phrase;

/// What Microsoft's portal proposes for a secret: 180 days.
const PORTAL: Days = Days::new(180);

pub fn proposed(now: i64) -> String {
    today(now).and_then(|today| today.checked_add_days(PORTAL)).map(|day| day.to_string()).unwrap_or_default()
}

/// A day that is still to come; `None` for an empty text.
pub fn ahead(text: &str, now: i64) -> Result<Option<Datetime>, Phrase> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = parsed(text).ok_or_else(|| Phrase::new("malformed.day"))?;
    if today(now).is_some_and(|today| day <= today) {
        return Err(Phrase::new("malformed.day-past"));
    }
    Ok(dated(day))
}

/// `2027-05-01`, and as Microsoft's portal writes it in Japanese, `2027/5/1` or `2027年5月1日`.
fn parsed(text: &str) -> Option<NaiveDate> {
    let japanese = text.strip_suffix('日').map(|text| text.replace(['年', '月'], "/"));
    let text = japanese.as_deref().unwrap_or(text);
    let mark = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(mark).map(str::trim).collect();
    let [year, month, day] = parts[..] else { return None };
    let digits =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2);
    plain.then(|| NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))?
}

fn dated(day: NaiveDate) -> Option<Datetime> {
    let date = Date {
        year: u16::try_from(day.year()).ok()?,
        month: u8::try_from(day.month()).ok()?,
        day: u8::try_from(day.day()).ok()?,
    };
    Some(Datetime { date: Some(date), time: None, offset: None })
}

fn today(now: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp(now, 0).map(|now| now.date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-18.
    const NOW: i64 = 1_795_000_000;

    fn said(text: &str) -> Result<Option<String>, String> {
        ahead(text, NOW).map(|day| day.map(|day| day.to_string())).map_err(|phrase| phrase.key)
    }

    #[test]
    fn a_day_is_read_where_its_parts_are_plain() {
        for text in ["2027-05-01", "2027-5-1", "2027/5/1", "2027/05/01", "2027年5月1日", "2027 / 5 / 1"] {
            assert_eq!(said(text), Ok(Some("2027-05-01".into())), "{text}");
        }
        assert_eq!(said(""), Ok(None));
    }

    #[test]
    fn what_could_be_another_day_is_refused() {
        for text in [
            "5/1/2027",
            "01/05/2027",
            "1.5.2027",
            "27-05-01",
            "2027-13-01",
            "2027-02-30",
            "20270501",
            "2027-05",
            "tomorrow",
            "2027-05-01T00:00:00Z",
            "２０２７-05-01",
            "2027-+5-01",
            "\u{202e}2027-05-01",
            "-2027-05-01",
            "2027-05-01-01",
        ] {
            assert_eq!(said(text), Err("malformed.day".into()), "{text}");
        }
    }

    #[test]
    fn a_day_that_is_over_or_not_yet_over_is_no_day_to_come() {
        for text in ["2026-11-18", "2026-11-17", "1999-01-01"] {
            assert_eq!(said(text), Err("malformed.day-past".into()), "{text}");
        }
        assert_eq!(said("2026-11-19"), Ok(Some("2026-11-19".into())));
    }

    #[test]
    fn the_portals_default_is_proposed() {
        assert_eq!((proposed(NOW).as_str(), proposed(i64::MAX).as_str()), ("2027-05-17", ""));
    }
}
