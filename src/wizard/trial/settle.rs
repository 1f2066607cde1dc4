//! What the end of a conversation shows of the checklist. It starts nothing.

use super::super::{blame, desk::Desk, tokens, verdict};
use crate::{
    checklist::{Item, State},
    diagnosis::{self, Cause, Certainty, Evidence},
    phrase::Phrase,
    smtp::{Conversation, Ending, Stage},
};

/// What a conversation's end is put down to.
pub fn causes(conversation: &Conversation, evidence: &Evidence) -> Vec<Cause> {
    let mut causes = diagnosis::causes(evidence);
    if !conversation.authenticated() {
        // Nothing of a message was tried yet.
        causes.iter_mut().filter(|cause| cause.item == Item::Message).for_each(|cause| cause.item = Item::Connection);
    }
    causes
}

/// Marks the checklist by how a conversation ended; what a refusal points to is returned.
pub fn settle(desk: &mut Desk, conversation: &Conversation, evidence: &Evidence) -> Vec<Cause> {
    let Ok(account) = desk.draft.settings.account() else { return Vec::new() };
    let own = desk.items().into_iter().filter(|item| matches!(item, Item::Product(_)));
    let own: Vec<Item> = own.filter(|item| desk.draft.checklist.state(*item) == State::Failed).collect();
    let checklist = &mut desk.draft.checklist;
    if conversation.authenticated() {
        // What stood in the way of the last sign-in does not any more; whether it is right, a message shows.
        own.into_iter().filter(|item| Some(*item) != Item::product_redirect()).for_each(|item| checklist.reopen(item));
        let reply = Phrase::new("evidence.accepted").with("user", &account.user);
        let proven = [
            Item::Consent,
            Item::Connection,
            Item::SmtpAuth,
            Item::SmtpUser,
            Item::Audience,
            Item::Permission,
            Item::Mailbox,
        ];
        // High Volume Email does not look at that switch.
        let looked_at = |item: &Item| *item != Item::SmtpAuth || checklist.state(*item) != State::NotNeeded;
        let token = (checklist.state(Item::Token) == State::Failed).then_some(Item::Token);
        for item in proven.into_iter().chain(token).filter(looked_at).collect::<Vec<_>>() {
            checklist.prove(item, reply.clone());
        }
    }
    if let Some(facts) = conversation.tls.as_ref().filter(|facts| facts.version.is_some()) {
        let phrase = Phrase::new("evidence.tls")
            .with("server", &account.server)
            .with("version", facts.version.as_deref().unwrap_or_default())
            .with("subject", &facts.subject);
        checklist.prove(Item::Network, phrase);
    }
    if matches!(conversation.ending, Ending::Accepted | Ending::Cancelled) {
        return Vec::new();
    }
    let causes = causes(conversation, evidence);
    record(desk, conversation, &causes);
    causes
}

/// What ended it is on record.
fn record(desk: &mut Desk, conversation: &Conversation, causes: &[Cause]) {
    let checklist = &mut desk.draft.checklist;
    let refused = || {
        let said = conversation.stages.iter().rev().find(|result| !result.ok);
        Phrase::new("evidence.refused").with("detail", said.map(|result| result.detail.as_str()).unwrap_or_default())
    };
    let answered = conversation.ending.reply().is_some();
    let evidence = if answered { refused() } else { verdict::ending(&conversation.ending).unwrap_or_else(refused) };
    let at = match conversation.ending.stage() {
        Some(Stage::Mail | Stage::Rcpt | Stage::Data) if conversation.authenticated() => Item::Message,
        _ if answered => Item::Connection,
        _ => Item::Network,
    };
    match conversation.ending {
        // It may be taken the next time.
        Ending::Temporary { .. } => checklist.note(at, evidence),
        _ => checklist.fail(at, evidence),
    }
    blame::mark(desk, causes);
    user_differs(desk, causes);
}

/// Of a foreign authority's user it was left to the mail server whether it takes who signed in; now it has told.
fn user_differs(desk: &mut Desk, causes: &[Cause]) {
    let mut likely = causes.iter().take_while(|cause| cause.certainty != Certainty::Possible);
    let left = desk.draft.checklist.state(Item::SmtpUser) == State::Open;
    if !left || !likely.any(|cause| cause.item == Item::SmtpUser) {
        return;
    }
    let upn = desk.draft.secrets.tokens.as_ref().and_then(tokens::signed_in);
    let Some((user, upn)) = desk.draft.settings.user.as_ref().zip(upn) else { return };
    if !user.same_as(&upn) {
        let phrase = Phrase::new("evidence.user-refused").with("upn", upn).with("user", user);
        desk.draft.checklist.fail(Item::SmtpUser, phrase);
    }
}
