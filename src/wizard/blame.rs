//! From a failure to its causes: what the desk knows is put beside what was answered, and the checklist is
//! marked by what comes of it. What the causes are is `diagnosis`'s.

use super::{desk::Desk, tokens};
use crate::{
    checklist::{Item, State},
    diagnosis::{self, Attempted, Cause, Certainty, Evidence, reading::Reading},
    entra::Failure,
    facts::Address,
    network::NetworkFailure,
    smtp::Conversation,
};

/// A renewal, in the words of the fact `flow`.
pub const REFRESH: &str = "refresh_token";

/// What is known here; `flow` is the request's.
fn attempted<'a>(desk: &'a Desk, flow: &'a str) -> Attempted<'a> {
    let tokens = desk.draft.secrets.tokens.as_ref();
    Attempted {
        settings: &desk.draft.settings,
        secret: desk.draft.secrets.client_secret.as_ref(),
        thumbprint: desk.certificate.as_ref().map(|certificate| certificate.shown().thumbprint()),
        flow,
        tokens: tokens.cloned(),
        signed_in: tokens.and_then(tokens::signed_in),
        signed_in_at: tokens.and_then(|tokens| tokens.signed_in_at.or(tokens.issued_at)),
        accepted_at: desk.accepted_at,
        changed_at: desk.draft.changed_at,
        clock_off: desk.clock_off,
    }
}

/// The same by the way of consent.
fn by_way(desk: &Desk) -> Attempted<'_> {
    attempted(desk, desk.draft.way().flow())
}

/// All that is known while nothing was refused.
pub fn known(desk: &Desk, now: i64) -> Evidence {
    by_way(desk).with_token(now)
}

/// What bears on why the authority refuses.
pub fn refused(desk: &Desk, failure: &Failure, flow: &str) -> Evidence {
    attempted(desk, flow).refused(failure, desk.now)
}

/// Why the authority refuses.
pub fn refusal(desk: &Desk, failure: &Failure, flow: &str) -> Vec<Cause> {
    diagnosis::causes(&refused(desk, failure, flow))
}

/// Why the browser lets nobody sign in, by what somebody reads there; a number alone is an AADSTS number.
pub fn told(desk: &Desk, text: &str, now: i64) -> Vec<Cause> {
    let text = text.trim();
    let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut reading = Reading { evidence: by_way(desk).asked(now), ..Reading::default() };
    reading.add_text(&if number { format!("AADSTS{text}") } else { text.to_owned() }, now);
    diagnosis::causes(&reading.evidence)
}

/// What bears on why the authority cannot be reached.
pub fn unreached(desk: &Desk, failure: &NetworkFailure) -> Evidence {
    by_way(desk).unreached(failure, desk.now)
}

/// Why the authority cannot be reached.
pub fn unreachable(desk: &Desk, failure: &NetworkFailure) -> Vec<Cause> {
    diagnosis::causes(&unreached(desk, failure))
}

/// What the token at hand is already seen to lack.
pub fn of_the_token(desk: &Desk, now: i64) -> Vec<Cause> {
    let mut causes = diagnosis::causes(&known(desk, now));
    causes.retain(|cause| cause.slug != diagnosis::UNKNOWN);
    causes
}

/// What bears on why the mail server does not accept, with a message for `recipient` or none.
pub fn conversation(desk: &Desk, conversation: &Conversation, recipient: Option<&Address>, now: i64) -> Evidence {
    by_way(desk).conversed(conversation, recipient, now)
}

/// The item that the surest cause speaks of.
pub fn blamed(causes: &[Cause]) -> Option<Item> {
    causes.first().filter(|cause| cause.slug != diagnosis::UNKNOWN).map(|cause| cause.item)
}

/// An item is called wrong only where that is certain; the rest is on record.
pub fn mark(desk: &mut Desk, causes: &[Cause]) {
    mark_unless(desk, causes, |_| false);
}

/// The same by what a person says; that undoes no proof.
pub fn mark_told(desk: &mut Desk, causes: &[Cause]) {
    mark_unless(desk, causes, |state| state == State::Proven);
}

fn mark_unless(desk: &mut Desk, causes: &[Cause], kept: impl Fn(State) -> bool) {
    let checklist = &mut desk.draft.checklist;
    for cause in causes.iter().filter(|cause| cause.slug != diagnosis::UNKNOWN) {
        match cause.certainty {
            Certainty::Certain if !kept(checklist.state(cause.item)) => {
                checklist.fail(cause.item, cause.headline.clone())
            }
            _ => checklist.note(cause.item, cause.headline.clone()),
        }
    }
}
