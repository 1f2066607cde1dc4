//! One line as the Monitoring Plugins guidelines want it: a word for the state, what is worst, then performance
//! data, the seconds until what ends first in each account.

use std::fmt::Write;

use super::{Account, words};
use crate::{
    account::health::{Part, State},
    language::Texts,
    visible,
};

const DAY: i64 = 86_400;

pub fn line(texts: &Texts, accounts: &[Account], now: i64, warn: u32) -> String {
    let worst = accounts.iter().map(Account::state).max().unwrap_or(State::Unknown);
    let mut sorted: Vec<&Account> = accounts.iter().collect();
    // Stable: of those that stand equally, the order is that of their names.
    sorted.sort_by_key(|account| std::cmp::Reverse(account.state()));
    let said: Vec<String> = sorted.into_iter().map(|account| told(texts, account, now)).collect();
    let measured: String = accounts.iter().map(|account| measure(account, now, warn)).collect();
    let data = if measured.is_empty() { String::new() } else { format!(" |{measured}") };
    format!("SMTP-OAUTH {} - {}{data}\n", word(worst), said.join(" "))
}

/// There is nothing to judge.
pub fn nothing(why: &str) -> String {
    format!("SMTP-OAUTH UNKNOWN - {}\n", plain(why))
}

fn told(texts: &Texts, account: &Account, now: i64) -> String {
    let first = match &account.health {
        Ok(health) => words::first(texts, health, now),
        Err(why) => why.clone(),
    };
    plain(&format!("{}: {first}", account.name))
}

/// `label=seconds;warn;crit`: an alert below so many seconds.
fn measure(account: &Account, now: i64, warn: u32) -> String {
    // What somebody else renews every hour has no days of warning.
    let own = account.health.as_ref().ok().filter(|health| health.owner.is_none());
    // A refusal has no end to come that could be measured.
    let next = own.and_then(|health| health.next).filter(|next| next.what != Part::Refusal);
    let Some((what, at)) = next.and_then(|next| Some((next.what, next.at?))) else { return String::new() };
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        " '{}_{}'={}s;{}:;1:",
        plain(&account.name),
        what.id(),
        at.saturating_sub(now),
        i64::from(warn) * DAY
    );
    out.replace('\n', "")
}

/// On one line, and without what begins performance data or quotes a label in it.
fn plain(text: &str) -> String {
    visible::line(text.trim_end()).replace('|', "/").replace('\'', "`")
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "OK",
        State::Warn => "WARNING",
        State::Critical => "CRITICAL",
        State::Unknown => "UNKNOWN",
    }
}
