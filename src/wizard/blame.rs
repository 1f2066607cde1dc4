//! From a failure to its causes: what the desk knows is put beside what was answered, and the checklist is
//! marked by what comes of it. What the causes are is `diagnosis`'s.

use super::{desk::Desk, tokens};
use crate::{
    account::Account,
    checklist::{Item, State},
    diagnosis::{self, Cause, Certainty, Evidence, reading::Reading},
    entra::{Certificate, Failure},
    network::NetworkFailure,
    smtp::Conversation,
};

/// A renewal, in the words of the fact `flow`.
pub const REFRESH: &str = "refresh_token";

/// What the authority is told: settings and the form of the secret. A token that is at hand was another request's.
fn asked(desk: &Desk) -> Evidence {
    let certificate = desk.certificate.as_ref().map(Certificate::shown);
    Evidence::of_account(&desk.draft.settings, desk.draft.secrets.client_secret.as_ref(), certificate)
}

/// What the token at hand shows; `now` in Unix seconds.
fn add_token(evidence: &mut Evidence, desk: &Desk, now: i64) {
    let Some(tokens) = &desk.draft.secrets.tokens else { return };
    evidence.add_token(&tokens.access, &tokens.scope, tokens::signed_in(tokens).as_deref(), now);
    evidence.add_age(tokens.issued_at, now);
}

/// All that is known while nothing was refused.
pub fn known(desk: &Desk, now: i64) -> Evidence {
    let mut evidence = asked(desk);
    evidence.add("flow", desk.draft.way().flow());
    add_token(&mut evidence, desk, now);
    evidence
}

/// What bears on why the authority refuses.
pub fn refused(desk: &Desk, failure: &Failure, flow: &str) -> Evidence {
    let mut evidence = asked(desk);
    evidence.add("flow", flow);
    evidence.add_oauth(failure);
    evidence
}

/// Why the authority refuses.
pub fn refusal(desk: &Desk, failure: &Failure, flow: &str) -> Vec<Cause> {
    diagnosis::causes(&refused(desk, failure, flow))
}

/// Why the browser lets nobody sign in, by what somebody reads there; a number alone is an AADSTS number.
pub fn told(desk: &Desk, text: &str, now: i64) -> Vec<Cause> {
    let text = text.trim();
    let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut reading = Reading { evidence: asked(desk), ..Reading::default() };
    reading.evidence.add("flow", desk.draft.way().flow());
    reading.add_text(&if number { format!("AADSTS{text}") } else { text.to_owned() }, now);
    diagnosis::causes(&reading.evidence)
}

/// What bears on why the authority cannot be reached.
pub fn unreached(desk: &Desk, failure: &NetworkFailure) -> Evidence {
    let mut evidence = asked(desk);
    evidence.add_network(failure);
    evidence
}

/// Why the authority cannot be reached.
pub fn unreachable(desk: &Desk, failure: &NetworkFailure) -> Vec<Cause> {
    diagnosis::causes(&unreached(desk, failure))
}

/// What the token at hand is already seen to lack.
pub fn of_the_token(desk: &Desk, now: i64) -> Vec<Cause> {
    let mut evidence = asked(desk);
    add_token(&mut evidence, desk, now);
    let mut causes = diagnosis::causes(&evidence);
    causes.retain(|cause| cause.slug != diagnosis::UNKNOWN);
    causes
}

/// What bears on why the mail server does not accept.
pub fn conversation(desk: &Desk, account: &Account, conversation: &Conversation, now: i64) -> Evidence {
    let mut evidence = asked(desk);
    evidence.add_mail_server(account);
    evidence.add("flow", desk.draft.way().flow());
    if let Some(changed_at) = desk.draft.changed_at {
        evidence.add("change.minutes", (now - changed_at).max(0) / 60);
    }
    if let Some(accepted_at) = desk.accepted_at {
        let ago = (now - accepted_at).max(0);
        evidence.add("accepted.minutes", ago / 60);
        evidence.add("worked.days", ago / 86_400);
    }
    if let Some(off) = desk.clock_off.filter(|off| *off != 0) {
        evidence.add("clock.off", off);
    }
    add_token(&mut evidence, desk, now);
    evidence.add_conversation(conversation);
    evidence
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
