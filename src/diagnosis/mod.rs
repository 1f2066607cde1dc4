//! Evidence in, causes out, best first. A cause is data (`causes/*.toml`): when it holds, how sure that
//! makes it, what to show, what to do. `unknown` with what to collect next is a cause too, so the list is never empty.

pub mod cause;
pub mod evidence;
mod quoted;
pub mod reading;
pub mod rules;
mod vocabulary;

pub use cause::{Cause, Certainty, UNKNOWN};
pub use evidence::Evidence;

/// The verdict that somebody else refused. What holds for Microsoft is then no more than possible.
const OTHER_SERVICE: &str = "other_service";

/// The causes that the evidence speaks for, the surest first; among equals, in the order of the catalogue.
/// A certain one excludes the rest; where none is even likely, `unknown` says what would tell.
pub fn causes(evidence: &Evidence) -> Vec<Cause> {
    let mut found: Vec<Cause> = cause::catalogue().iter().filter_map(|entry| entry.judge(evidence)).collect();
    let foreign = found.iter().any(|cause| cause.slug == OTHER_SERVICE);
    for cause in found.iter_mut().filter(|_| foreign || evidence.passed()) {
        if cause.slug != OTHER_SERVICE {
            cause.certainty = Certainty::Possible;
        }
    }
    found.sort_by_key(|cause| cause.certainty);
    let certain = found.iter().take_while(|cause| cause.certainty == Certainty::Certain).count();
    if certain > 0 {
        found.truncate(certain);
    }
    let guessed = found.iter().all(|cause| cause.certainty == Certainty::Possible);
    if guessed && !found.iter().any(|cause| cause.slug == UNKNOWN) {
        found.push(cause::unknown().stand(Certainty::Possible, evidence));
    }
    found
}

#[cfg(test)]
mod tests;
