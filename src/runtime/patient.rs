//! Asks the authority for tokens, and again while that may help (`entra::patience`). It knows whether a request got
//! no answer at all: then nobody can tell what the authority has made of it.

#![expect(clippy::disallowed_methods, reason = "pauses between attempts, and the time that is left")]

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::{Instant, sleep};

use super::web::{self, Limits, Unanswered};
use crate::{
    entra::{
        patience,
        wire::{Answer, Request},
    },
    network::NetworkFailure,
};

/// How the last attempt ended.
#[derive(Debug)]
pub struct Asked {
    pub outcome: Result<Answer, NetworkFailure>,
    /// In any of the attempts, a request went out and its answer did not come back whole.
    pub unheard: bool,
}

/// When requests that begin now and belong together are given up.
pub fn deadline() -> Instant {
    Instant::now() + patience::WHOLE
}

/// Sends a request until its outcome is one that asking again does not change, at most [`patience::ATTEMPTS`] times;
/// an attempt has a second even after `until`, so that there always is one. An authority's refusal is an answer; the
/// error is the network's, of the last attempt.
pub async fn ask(request: &Request, until: Instant) -> Asked {
    let (mut attempt, mut unheard) = (1, false);
    loop {
        let whole = Limits::default().whole.min(until - Instant::now()).max(Duration::from_secs(1));
        let outcome = web::send(&Limits { whole, ..Limits::default() }, request).await;
        let outcome = outcome.map_err(|Unanswered { failure, sent }| {
            unheard |= sent;
            failure
        });
        match patience::pause(attempt, &outcome, until - Instant::now(), chance()) {
            Some(pause) => sleep(pause).await,
            None => return Asked { outcome, unheard },
        }
        attempt += 1;
    }
}

fn chance() -> u8 {
    let mut byte = [128];
    // Without chance all wait alike, which is no fault of the request.
    let _ = SystemRandom::new().fill(&mut byte);
    byte[0]
}
