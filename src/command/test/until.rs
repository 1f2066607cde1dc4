//! The live test again and again, with growing pauses, until it is accepted, the time is over or somebody has had
//! enough: for changes that take their time to arrive at Microsoft's servers. What each try comes to, is said in a line;
//! the exchange is shown again where it ends in another way than before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use chrono::{DateTime, Local};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

use super::{
    super::{Context, Known, Status, access::now, options::Test, summary},
    attempt::{Attempt, Failed},
};
use crate::{
    diagnosis::Certainty,
    phrase::Phrase,
    wizard::{effect::Outcome, trial},
};

/// How soon it is noticed that somebody leaves.
const GLANCE: Duration = Duration::from_millis(100);

pub struct Watch<'a> {
    context: &'a Context,
    asked: &'a Test,
    known: &'a Known,
    /// When to give up, in Unix seconds.
    until: i64,
    left: Arc<AtomicBool>,
}

/// How the last try went, the first being 1, and whether somebody left before the next.
pub struct Watched {
    pub last: Result<Attempt, Failed>,
    pub tries: usize,
    pub left: bool,
}

impl<'a> Watch<'a> {
    pub fn new(context: &'a Context, asked: &'a Test, known: &'a Known, limit: Duration) -> Self {
        let limit = i64::try_from(limit.as_secs()).unwrap_or(i64::MAX);
        let left = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // Who asks twice does not wait for a server's answer. Without these, the signal ends the program at once.
            let _ = flag::register_conditional_shutdown(signal, i32::from(Status::Left.code()), Arc::clone(&left));
            let _ = flag::register(signal, Arc::clone(&left));
        }
        Self { context, asked, known, until: now().saturating_add(limit), left }
    }

    pub fn run(&self) -> Watched {
        let mut before = None;
        let mut tries = 0;
        loop {
            tries += 1;
            // What was granted meanwhile stands in a new token only.
            let last = self.attempt(tries > 1, before.as_deref());
            let (said, goes_on) = self.came_to(&last);
            let at = next(tries, now(), self.until).filter(|_| goes_on && !self.has_left());
            let Some(at) = at else { return Watched { last, tries, left: goes_on && self.has_left() } };
            if before.is_none() {
                self.doubt(&last);
            }
            self.say_next(tries, &said, at);
            before = Some(said);
            if !self.wait(at) {
                return Watched { last, tries, left: true };
            }
        }
    }

    /// One more try; its exchange is shown where it is the first, or ends otherwise than the one before.
    fn attempt(&self, anew: bool, before: Option<&str>) -> Result<Attempt, Failed> {
        let shown = before.is_none();
        let attempt = match Attempt::make(self.context, self.asked, self.known, anew, shown) {
            // Whose token it is not to renew, has the one that is there.
            Err(Failed::Token(error, _)) if anew && error.is_others() => {
                Attempt::make(self.context, self.asked, self.known, false, shown)
            }
            attempt => attempt,
        };
        if let (Ok(attempt), Some(before)) = (&attempt, before)
            && self.said(attempt) != before
            && self.asked.is_shown()
        {
            let texts = &self.context.texts;
            let lines = attempt.conversation.transcript.iter().map(|line| summary::line(texts, line) + "\n");
            self.context.tell(&lines.collect::<String>());
        }
        attempt
    }

    /// In a line, and whether another try may end otherwise.
    fn came_to(&self, last: &Result<Attempt, Failed>) -> (String, bool) {
        match last {
            Ok(attempt) => (self.said(attempt), attempt.outcome() != Outcome::Accepted),
            Err(Failed::Token(error, _)) => {
                let said = self.context.texts.say(&error.phrase(&self.context.global.config_option()));
                (said, error.passes())
            }
            Err(Failed::Message | Failed::Machinery(_)) => (String::new(), false),
        }
    }

    /// What the server said, without the host and the time that differ from try to try.
    fn said(&self, attempt: &Attempt) -> String {
        let ending = summary::ending(&attempt.conversation).map(|ending| self.context.texts.say(&ending));
        ending.unwrap_or_default().split(" [").next().unwrap_or_default().to_owned()
    }

    /// Said once where no cause that comes into question is one that waiting mends.
    fn doubt(&self, last: &Result<Attempt, Failed>) {
        let Ok(attempt) = last else { return };
        let causes = attempt.causes(self.known);
        let mut probable = causes.iter().filter(|cause| cause.certainty != Certainty::Possible);
        let arrives = probable.clone().any(|cause| cause.arrives_within.is_some());
        if let Some(cause) = probable.next().filter(|_| !arrives && attempt.outcome() == Outcome::Refused) {
            let headline = self.context.texts.say(&cause.headline);
            self.context.complain(self.context.texts.say(&Phrase::new("test.doubt").with("cause", headline)));
        }
    }

    fn say_next(&self, tries: usize, said: &str, at: i64) {
        let key = if at < self.until { "test.again" } else { "test.again-last" };
        let said = said.trim_end_matches(['.', '。']);
        let phrase = Phrase::new(key).with("number", tries).with("said", said).with("time", clock(at, now()));
        let phrase = phrase.with("until", format!("{} {}", clock(self.until, now()), zone(now())));
        self.context.complain(self.context.texts.say(&phrase));
    }

    /// Until then; `false` when somebody left before.
    #[expect(clippy::disallowed_methods, reason = "nothing else runs meanwhile, and who leaves is noticed")]
    fn wait(&self, at: i64) -> bool {
        while now() < at && !self.has_left() {
            thread::sleep(GLANCE);
        }
        !self.has_left()
    }

    fn has_left(&self) -> bool {
        self.left.load(Ordering::Relaxed)
    }
}

/// When to try next, in Unix seconds: once more at the very end, and then no more.
fn next(tries: usize, now: i64, until: i64) -> Option<i64> {
    let pause = i64::try_from(trial::pause(tries - 1).as_secs()).unwrap_or(i64::MAX);
    (now < until).then(|| now.saturating_add(pause).min(until))
}

/// The time of day here; with the day, where that is another than `now`'s.
fn clock(at: i64, now: i64) -> String {
    let here = |at: i64| DateTime::from_timestamp(at, 0).map(|at| at.with_timezone(&Local));
    let Some((at, now)) = here(at).zip(here(now)) else { return String::new() };
    let format = if at.date_naive() == now.date_naive() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    at.format(format).to_string()
}

/// What a time of day here is behind or ahead of UTC, such as `+09:00`.
fn zone(now: i64) -> String {
    let here = DateTime::from_timestamp(now, 0).map(|now| now.with_timezone(&Local).format("%:z").to_string());
    here.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_the_last_try_is_at_the_end() {
        let mut now = 1_000;
        let mut at = Vec::new();
        while let Some(then) = next(at.len() + 1, now, 1_000 + 3_600) {
            at.push(then - now);
            now = then;
        }
        assert_eq!(at, [10, 20, 30, 60, 120, 180, 300, 600, 900, 900, 480]);
    }

    #[test]
    fn another_day_is_named() {
        const DAY: i64 = 86_400;
        assert_eq!(clock(1_000 * DAY, 1_000 * DAY).len(), "12:00:00".len());
        assert!(clock(1_002 * DAY, 1_000 * DAY).starts_with("1972-09-2"), "{}", clock(1_002 * DAY, 1_000 * DAY));
    }
}
