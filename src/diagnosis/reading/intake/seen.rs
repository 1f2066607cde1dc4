//! How often a long text tells the same: a count, the first time and the last as the log writes them. It keeps one
//! line of each, and reads that one alone.

use std::{collections::HashMap, sync::LazyLock};

use crate::pattern::Pattern;

use super::{
    super::{decode, network, oauth, records, refusal, secrets, trace},
    bearing::{Hit, Kind},
    charset,
};

/// Failures that are counted apart.
const MOST: usize = 1024;
/// Bytes of a line that are kept of it.
const LINE: usize = 1024;
/// A time stands at the beginning of a line.
const BEGINNING: usize = 48;
/// What came less often than this is no news.
const OFTEN: u64 = 3;
/// Values that are told.
const TOLD: usize = 6;
/// Letters of a refusal that are told.
const WORDS: usize = 96;

/// `Nov 22 10:00:00`, `2026-11-22T10:00:00`, `22/Nov/2026:10:00:00`, `2026/11/22 10:00`, within a line's beginning.
static TIME: LazyLock<Pattern> = LazyLock::new(|| {
    records::pattern(
        r"[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d)?|\d\d[/.](?:\d\d|[A-Z][a-z]{2})[/.]\d{4}[: ]\d\d:\d\d(?::\d\d)?",
    )
});

#[derive(Debug)]
struct Count {
    kind: Kind,
    times: u64,
    first: Vec<u8>,
    last: Vec<u8>,
    /// Which of all lines was the first, and which the last.
    begun: u64,
    number: u64,
}

#[derive(Debug, Default)]
pub struct Counts {
    all: HashMap<u64, Count>,
    number: u64,
}

impl Counts {
    pub fn add(&mut self, hit: Hit, line: &[u8]) {
        if hit.kind == Kind::Trace || (self.all.len() >= MOST && !self.all.contains_key(&hit.key)) {
            return;
        }
        self.number += 1;
        let kept = &line[..line.len().min(LINE)];
        let beginning = || kept[..kept.len().min(BEGINNING)].to_vec();
        let new =
            || Count { kind: hit.kind, times: 0, first: beginning(), last: Vec::new(), begun: self.number, number: 0 };
        let count = self.all.entry(hit.key).or_insert_with(new);
        count.times += 1;
        count.number = self.number;
        count.last.clear();
        count.last.extend_from_slice(kept);
    }

    /// `4212 × 535 5.7.3 … (first … last)`, the most frequent first.
    pub fn told(self) -> Vec<String> {
        let mut counts: Vec<Count> = self.all.into_values().collect();
        counts.sort_by_key(|count| count.number);
        let mut told: Vec<Told> = Vec::new();
        for count in counts {
            let Some(new) = count.told() else { continue };
            match told.iter_mut().find(|known| known.what == new.what) {
                Some(known) => known.join(new),
                None => told.push(new),
            }
        }
        told.retain(|told| told.times >= OFTEN);
        // What went well says something beside what did not.
        let refused = told.iter().any(|told| told.kind != Kind::Accepted);
        told.retain(|told| refused || told.kind != Kind::Accepted);
        told.sort_by_key(|told| std::cmp::Reverse(told.times));
        told.truncate(TOLD);
        told.iter().map(Told::line).collect()
    }
}

struct Told {
    kind: Kind,
    what: String,
    times: u64,
    begun: u64,
    first: String,
    last: String,
}

impl Count {
    fn told(&self) -> Option<Told> {
        let line = charset::text(&self.last)?;
        let cleared = secrets::clear(&decode::plain(&records::folded(&line)));
        let record = records::split(&cleared.text).into_iter().next()?.0;
        let what = what(self.kind, &record)?;
        Some(Told {
            kind: self.kind,
            what,
            times: self.times,
            begun: self.begun,
            first: time(&self.first),
            last: time(&self.last),
        })
    }
}

impl Told {
    /// The other came after this one, which tells the same in other words.
    fn join(&mut self, other: Self) {
        self.times += other.times;
        if other.begun < self.begun {
            (self.begun, self.first) = (other.begun, other.first);
        }
        self.last = other.last;
    }

    fn line(&self) -> String {
        let Self { what, times, first, last, .. } = self;
        match (first.as_str(), last.as_str()) {
            ("", _) | (_, "") => format!("{times} × {what}"),
            (first, last) if first == last => format!("{times} × {what} ({first})"),
            (first, last) => format!("{times} × {what} ({first} … {last})"),
        }
    }
}

/// What a line tells, in the fewest words that tell it from others.
fn what(kind: Kind, line: &str) -> Option<String> {
    let codes = oauth::codes(line);
    match kind {
        Kind::Refused if !codes.is_empty() => Some(format!("AADSTS{}", codes[0])),
        Kind::Refused => {
            let refused = refusal::refusals(line).pop()?;
            refused.code.as_ref().or(refused.enhanced.as_ref())?;
            Some(shortened(&refused.text))
        }
        Kind::Unreached => network::kind(line).map(str::to_owned),
        Kind::Accepted if line.contains("235") => Some("235".to_owned()),
        // What other servers take says nothing of a refusal.
        Kind::Accepted => trace::at_microsoft(&line.to_ascii_lowercase()).then(|| "250".to_owned()),
        Kind::Trace => None,
    }
}

/// Without host, time and names behind the words.
fn shortened(text: &str) -> String {
    let words = text.split(['[', '<']).next().unwrap_or_default().trim_end_matches([' ', '.', ':', ',']);
    match words.char_indices().nth(WORDS) {
        Some((end, _)) => {
            let cut = words[..end].rsplit_once(' ').map_or(&words[..end], |(cut, _)| cut);
            format!("{}…", cut.trim_end_matches([' ', '.', ':', ',']))
        }
        None => words.to_owned(),
    }
}

/// When a line was written, as it says itself.
fn time(line: &[u8]) -> String {
    let beginning = String::from_utf8_lossy(&line[..line.len().min(BEGINNING)]);
    TIME.find(&beginning).map(|time| time.as_str().to_owned()).unwrap_or_default()
}
