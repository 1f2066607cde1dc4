//! SMTP refusals in a text, put together to failures: a log tells of the same one many times, and of older ones.
//! The last failure is what the text is about; what was refused before it is kept apart.

use super::{
    super::Evidence,
    records::Record,
    refusal::{Refusal, refusals},
    trace,
};

/// Failures of a long log that are told apart, the last ones.
const MOST: usize = 8;
/// Lines of a trace from the refused sign-in to the refused MAIL that comes of it.
const SOON: usize = 8;

/// Refusals that belong together: of one line, one wrapped in the other, or one that follows from the other.
#[derive(Debug)]
struct Failure {
    refusals: Vec<Refusal>,
    /// The number of the last record that tells of it.
    last: usize,
}

/// Adds the refusals; gives the number of the last record that holds one.
pub fn add(evidence: &mut Evidence, records: &[Record]) -> Option<usize> {
    let mut found: Vec<Failure> = Vec::new();
    for (number, Record(line)) in records.iter().enumerate() {
        let refusals = refusals(line);
        if !refusals.is_empty() {
            next(&mut found, Failure { refusals, last: number });
            found.drain(..found.len().saturating_sub(MOST));
        }
    }
    // A bounce of the mail program's own, refused in its turn, says nothing of why there was one.
    if found.len() > 1 {
        found.retain(|failure| !failure.is_of_a_bounce());
    }
    let last = found.iter().map(|failure| failure.last).max();
    // A log may have its newest line first.
    if found.iter().all(|failure| failure.time().is_some()) {
        found.sort_by_key(Failure::time);
    }
    let last = last?;
    if records.get(last + 1..).unwrap_or_default().iter().any(trace::accepted) {
        // It works by now: these were tries, and which of them is asked about is not told by their order.
        evidence.add("accepted", super::super::AFTERWARDS);
    } else {
        let deciding = found.len().saturating_sub(1);
        for refusal in found.drain(..deciding).flat_map(|failure| failure.refusals) {
            evidence.add_once("reply.earlier", &refusal.text);
        }
    }
    found.iter().flat_map(|failure| &failure.refusals).for_each(|refusal| refusal.add_to(evidence));
    Some(last)
}

/// Adds what the next line tells to the failure it belongs to, which becomes the last.
fn next(found: &mut Vec<Failure>, mut new: Failure) {
    if let Some(before) = found.last_mut().filter(|failure| failure.goes_on_with(&new)) {
        before.last = new.last;
        let more = new.refusals.remove(0);
        if let Some(refusal) = before.refusals.last_mut() {
            refusal.take(&more);
        }
        before.refusals.append(&mut new.refusals);
        return;
    }
    if let Some(same) = found.iter().position(|failure| failure.covers(&new)) {
        let mut same = found.remove(same);
        same.last = new.last;
        same.renew(new.refusals);
        found.push(same);
        return;
    }
    // The new one may be the fuller.
    found.retain(|failure| !new.covers(failure));
    match found.last_mut().filter(|failure| failure.leads_to(&new)) {
        Some(before) => {
            before.last = new.last;
            before.refusals.append(&mut new.refusals);
        }
        None => found.push(new),
    }
}

impl Failure {
    fn goes_on_with(&self, next: &Self) -> bool {
        let ends = self.refusals.last().zip(next.refusals.first());
        ends.is_some_and(|(last, first)| last.goes_on_with(first))
    }

    /// Mail programs send their bounces as this name, which no account may send as.
    fn is_of_a_bounce(&self) -> bool {
        let of =
            |refusal: &Refusal| refusal.text.to_ascii_lowercase().contains(" not allowed to send as mailer-daemon@");
        self.refusals.iter().any(of)
    }

    fn covers(&self, other: &Self) -> bool {
        other.refusals.iter().all(|new| self.refusals.iter().any(|known| known.covers(new)))
    }

    /// A refused sign-in and the refused MAIL after it; or the latter, wrapped around the former and broken there.
    fn leads_to(&self, next: &Self) -> bool {
        let signs_in = |failure: &Self| failure.refusals.iter().any(|refusal| refusal.stage() == Some("auth"));
        let follows = |failure: &Self| failure.refusals.iter().all(Refusal::follows_from_another);
        let between = next.last - self.last;
        (signs_in(self) && follows(next) && between <= SOON) || (follows(self) && signs_in(next) && between == 1)
    }

    /// The same again: the newer of two that say as much stays.
    fn renew(&mut self, again: Vec<Refusal>) {
        for new in again {
            if let Some(old) = self.refusals.iter_mut().find(|old| new.covers(old)) {
                *old = new;
            }
        }
    }

    fn time(&self) -> Option<i64> {
        self.refusals.iter().find_map(Refusal::time)
    }
}

/// When the last refusal was made, in Unix seconds.
pub fn time(evidence: &Evidence) -> Option<i64> {
    evidence.values("reply.text").iter().rev().find_map(|text| super::refusal::time(text))
}
