//! How an account stands, in words: the state, what ends first, then every date that is known. Times are UTC.

use chrono::{DateTime, Utc};

use super::{super::summary::sentence, Account};
use crate::{
    account::health::{Health, Next, Part, Remedy},
    front::text,
    language::Texts,
    phrase::Phrase,
    visible,
};

/// `option` is what a command line needs so that it finds this configuration.
pub fn account(texts: &Texts, account: &Account, now: i64, option: &str) -> String {
    let state = texts.word(&format!("status.state.{}", account.state().id()));
    let about = Phrase::new("status.account").with("account", &account.name).with("state", state);
    let head = |first: &str| sentence("", &texts.say(&about.clone().with("first", first)));
    match &account.health {
        Ok(health) => {
            head(&first(texts, health, now)) + &dates(texts, health, now) + &notes(texts, account, health, option)
        }
        Err(why) => head(why),
    }
}

/// What ends first, or has ended, in a sentence.
pub fn first(texts: &Texts, health: &Health, now: i64) -> String {
    let Some(Next { what, at }) = health.next else { return texts.word("status.nothing-ends") };
    let over = at.is_some_and(|at| at <= now);
    let part = if health.owner.is_some() { "shared" } else { what.id() };
    let key = if what == Part::Refusal && health.remedy == Remedy::Test {
        "status.next.refused-test".to_owned()
    } else if over && !matches!(what, Part::Refusal | Part::SignIn) {
        format!("status.over.{part}")
    } else {
        format!("status.next.{part}")
    };
    let refused = health.refused.as_ref().map(|refused| visible::line(&refused.summary));
    let when = at.map(|at| distance(texts, at, now)).unwrap_or_default();
    texts.say(&Phrase::new(key).with("when", when).with("summary", refused.unwrap_or_default()))
}

fn dates(texts: &Texts, health: &Health, now: i64) -> String {
    let dated = |at: Option<i64>| at.map(|at| format!("{} ({})", date(at), distance(texts, at, now)));
    let rows = [
        ("access-token", dated(health.access_expires)),
        ("refresh-token", dated(health.refresh.dies_at)),
        ("last-used", dated(health.refresh.last_used)),
        ("client-secret", dated(health.secret_expires)),
        ("certificate", dated(health.certificate_expires)),
        ("last-success", dated(health.last_success)),
    ];
    let line = |(row, value): (&str, Option<String>)| {
        Some(format!("  {} {}\n", text::pad(&texts.word(&format!("status.row.{row}")), 25), value?))
    };
    rows.into_iter().filter_map(line).collect()
}

fn notes(texts: &Texts, account: &Account, health: &Health, option: &str) -> String {
    let again = matches!(health.next, Some(Next { what: Part::Refusal | Part::SignIn, .. }));
    let remedy = match health.remedy {
        Remedy::SignIn => "status.note.again",
        Remedy::Credential => "status.note.credential",
        Remedy::Settings => "status.note.application",
        Remedy::Test => "status.note.test",
    };
    let owner = health.owner.as_deref().unwrap_or_default();
    let notes = [
        (again, Phrase::new(remedy).with("config", option).with("account", &account.name)),
        (health.secret_undated, Phrase::new("status.note.undated")),
        (health.by_device_code, Phrase::new("status.note.device-code")),
        (health.owner.is_some(), Phrase::new("status.note.shared").with("owner", owner)),
    ];
    notes.iter().filter(|(holds, _)| *holds).map(|(_, note)| sentence("  ", &texts.say(note))).collect()
}

pub fn date(at: i64) -> String {
    DateTime::<Utc>::from_timestamp(at, 0).map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

/// From now, in the unit that tells most.
fn distance(texts: &Texts, at: i64, now: i64) -> String {
    let seconds = at.saturating_sub(now).unsigned_abs();
    let (unit, number) = match seconds {
        0..7_200 => ("minutes", seconds / 60),
        7_200..172_800 => ("hours", seconds / 3_600),
        _ => ("days", seconds / 86_400),
    };
    let way = if at > now { "in" } else { "ago" };
    texts.say(&Phrase::new(format!("status.{way}.{unit}")).with("number", number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_its_distance() {
        let texts = Texts::new(crate::language::Language::English);
        for (seconds, said) in [
            (30, "in 0 min"),
            (7_199, "in 119 min"),
            (7_200, "in 2 hours"),
            (172_800, "in 2 days"),
            (-90, "1 min ago"),
            (-86_400, "24 hours ago"),
            (-864_000, "10 days ago"),
        ] {
            assert_eq!(distance(&texts, 1_000_000 + seconds, 1_000_000), said);
        }
        assert_eq!((date(0), date(i64::MAX)), ("1970-01-01 00:00 UTC".to_owned(), String::new()));
    }
}
