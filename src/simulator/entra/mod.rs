//! The authority, as pure decisions: a request, the state and the time in; an answer out, and the
//! state changed by what was handed out. It opens no socket and reads no clock.

pub mod answer;
pub mod approval;
pub mod assertion;
pub mod authorize;
#[cfg(test)]
mod browser_tests;
pub mod client;
pub mod code;
pub mod device;
pub mod discovery;
pub mod failure;
pub mod grant_failure;
pub mod issue;
pub mod page;
pub mod person_failure;
#[cfg(test)]
mod personal_tests;
mod policy;
#[cfg(test)]
mod registration_tests;
pub mod scope;
#[cfg(test)]
mod tests;
pub mod token;

pub use answer::{Answer, Form, Request};

use self::failure::Failure;
use super::{
    Instant, Site,
    tenant::{Between, State},
};

/// Everything under the authority's address but the control pages.
pub fn answer(state: &mut State, site: &Site, request: &Request, now: Instant) -> Answer {
    if state.authority.between == Between::Page {
        return page::of_the_network();
    }
    if state.authority.busy {
        let busy = failure::unavailable().answer(&mut state.ledger.serial, site, now);
        return Answer { retry_after: Some(RETRY_AFTER), ..busy };
    }
    // Entra does not look at the case of a path: guides that print `/oauth2/V2.0/` work.
    let (tenant, rest) = request.path.trim_start_matches('/').split_once('/').unwrap_or((&request.path, ""));
    let answered = match rest.to_ascii_lowercase().as_str() {
        "" if matches!(request.path.as_str(), "/device" | "/link") => return page::answer(state, request, now),
        "v2.0/.well-known/openid-configuration" => discovery::configuration(state, site, tenant),
        "discovery/v2.0/keys" => discovery::keys(state, site, tenant),
        "oauth2/v2.0/authorize" => Ok(authorize::answer(state, site, tenant, request, now)),
        "oauth2/v2.0/devicecode" => device::request(state, site, tenant, request, now),
        "oauth2/v2.0/token" => token::answer(state, site, tenant, request, now),
        _ => return Answer::text(404, "Not found."),
    };
    answered.unwrap_or_else(|failure| failure.answer(&mut state.ledger.serial, site, now))
}

/// Seconds.
const RETRY_AFTER: u32 = 2;

type Answered = Result<Answer, Failure>;
