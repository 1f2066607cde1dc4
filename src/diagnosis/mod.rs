//! Evidence in, causes out, best first. A cause is data (`causes/*.toml`): when it holds, how sure that
//! makes it, what to show, what to do. `unknown` with what to collect next is a cause too, so the list is never empty.

mod attempted;
pub mod cause;
pub mod certificate;
pub mod evidence;
pub mod experiment;
pub mod quoted;
pub mod reading;
pub mod rules;
pub mod usual;
mod vocabulary;

pub use attempted::Attempted;
pub use cause::{Cause, Certainty, UNKNOWN};
pub use evidence::Evidence;
pub use experiment::Experiment;

/// The verdict that somebody else refused. What holds for Microsoft is then no more than possible.
const OTHER_SERVICE: &str = "other_service";
/// The verdict that the authority refused with a number that no other cause knows.
const OTHER_NUMBER: &str = "entra_other";
/// Of the fact `accepted`: the sign-in works by now.
pub const AFTERWARDS: &str = "after the refusal";

/// Of the fact `accepted`: a sign-in went before what was refused.
pub const BEFOREHAND: &str = "the refusal came after the sign-in";

/// The causes that the evidence speaks for, the surest first; among equals, in the order of the catalogue.
/// A certain one excludes the rest; where none is even likely, what it usually is comes first, and `unknown` says what would tell.
pub fn causes(evidence: &Evidence) -> Vec<Cause> {
    let mut found = judged(evidence);
    let certain = found.iter().take_while(|cause| cause.certainty == Certainty::Certain).count();
    if certain == 1 && !went_on(evidence) && !several(evidence) {
        let foreign = found[0].slug == OTHER_SERVICE;
        found.retain(|cause| cause.certainty == Certainty::Certain || foreign && of_the_protocol(cause));
        return found;
    }
    // Two that exclude each other are evidence of two failures, and neither is the one that is asked about for certain.
    found.iter_mut().take(certain).for_each(|cause| cause.certainty = Certainty::Likely);
    found.extend(before(evidence, &found));
    if found.iter().all(|cause| cause.certainty == Certainty::Possible) {
        let number = unheard_of(evidence, found.is_empty());
        found.splice(0..0, number);
    }
    let guessed = found.iter().all(|cause| cause.certainty == Certainty::Possible);
    if guessed && !found.iter().any(|cause| cause.slug == UNKNOWN) {
        found.push(cause::unknown().stand(Certainty::Possible, evidence));
    }
    usual::order(&mut found, evidence);
    found
}

/// What a failure is put down to: the first cause, where it is at least likely.
pub fn likely(causes: &[Cause]) -> Option<&Cause> {
    causes.first().filter(|cause| cause.certainty < Certainty::Possible)
}

/// Likely, and as true of another service's server: that it is another's does not exclude it.
fn of_the_protocol(cause: &Cause) -> bool {
    cause.certainty == Certainty::Likely && cause::find(cause.slug).is_some_and(|entry| entry.any_server)
}

/// A number of the authority's that no cause speaks of, or `none` of them here: its own page is then the best there is.
fn unheard_of(evidence: &Evidence, none: bool) -> Option<Cause> {
    let codes = evidence.values("oauth.code");
    let unknown = codes.iter().any(|code| none || !cause::codes().contains(code.as_str()));
    let entry = cause::find(OTHER_NUMBER).filter(|_| unknown && !evidence.passed())?;
    Some(entry.stand(Certainty::Likely, evidence))
}

fn judged(evidence: &Evidence) -> Vec<Cause> {
    let mut found: Vec<Cause> = cause::catalogue().iter().filter_map(|entry| entry.judge(evidence)).collect();
    let foreign = found.iter().any(|cause| cause.slug == OTHER_SERVICE);
    let passed = evidence.passed();
    for cause in found.iter_mut().filter(|cause| (foreign || passed) && cause.slug != OTHER_SERVICE) {
        let protocol = cause::find(cause.slug).is_some_and(|entry| entry.any_server);
        let most = if protocol && !passed { Certainty::Likely } else { Certainty::Possible };
        cause.certainty = cause.certainty.max(most);
    }
    for cause in found.iter_mut().filter(|cause| experiment::speaks_against(cause.slug, evidence)) {
        cause.certainty = Certainty::Possible;
    }
    // Who signed in with the same settings before, has made no mistake in setting up.
    let worked = !evidence.values("worked.minutes").is_empty();
    found.sort_by_key(|cause| (cause.certainty, worked && cause.set_up));
    found
}

/// After the refusal something else happened: a sign-in was accepted, or the server was not reached. That a
/// connection is closed after a refusal is nothing else.
fn went_on(evidence: &Evidence) -> bool {
    let unreached = evidence.values("network.kind").iter().any(|kind| kind != "closed");
    let accepted = evidence.values("accepted").iter().any(|accepted| accepted == AFTERWARDS);
    accepted || (unreached && !evidence.values("reply.text").is_empty())
}

/// The authority named several failures, or one stands beside a mail server's refusal: which is asked about, is not told.
fn several(evidence: &Evidence) -> bool {
    let codes = evidence.values("oauth.code");
    let beside = ["oauth.earlier", "reply.text"].iter().any(|fact| !evidence.values(fact).is_empty());
    codes.len() > 1 || (!codes.is_empty() && beside)
}

/// What an earlier, other failure would have told; it may have been mended since.
fn before(evidence: &Evidence, found: &[Cause]) -> Vec<Cause> {
    let Some(earlier) = evidence.earlier() else { return Vec::new() };
    let new =
        |cause: &Cause| cause.certainty != Certainty::Possible && !found.iter().any(|known| known.slug == cause.slug);
    let causes = judged(&earlier).into_iter().filter(new).filter_map(|cause| cause::find(cause.slug));
    causes.map(|entry| entry.stand(Certainty::Possible, evidence)).collect()
}

#[cfg(test)]
mod network_tests;
#[cfg(test)]
mod replies_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod words_tests;
