//! A live test as a report. It makes no test and hands nothing over.

use std::time::Duration;

use super::{
    super::{Known, access, no_token::NoToken},
    Attempt,
};
use crate::{
    diagnosis::Cause,
    phrase::Phrase,
    report::{Report, Token},
    wizard::verdict,
};

/// Of an exchange; `accepted` is what is said of one that was.
pub fn of_attempt(known: &Known, attempt: &Attempt, accepted: Phrase) -> Report {
    let token = access::token(&attempt.vault);
    Report {
        evidence: attempt.evidence(known),
        causes: attempt.causes(known),
        ended: Some(verdict::ending(&attempt.conversation.ending).unwrap_or(accepted)),
        waited: Some(attempt.took),
        conversation: Some(Box::new(attempt.conversation.clone())),
        tried: attempt.shown.iter().map(|shown| (shown.what.clone(), shown.after.transcript.clone())).collect(),
        token: Some(Token::of(&token, attempt.vault.expires_at, access::now())),
        ..of(known)
    }
}

/// Where there was no token to try.
pub fn without_token(known: &Known, error: &NoToken, causes: Vec<Cause>, took: Duration, config: &str) -> Report {
    let mut evidence = error.evidence(known);
    evidence.add_mail_server(&known.account);
    Report { evidence, causes, ended: Some(error.phrase(config)), waited: Some(took), ..of(known) }
}

fn of(known: &Known) -> Report {
    Report {
        at: access::now(),
        account: Some(known.name.to_string()),
        product: known.settings.product.clone(),
        ..Report::default()
    }
}
