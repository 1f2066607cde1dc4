//! Text from outside becomes evidence: log lines of any program, OAuth errors, traces, an evidence file. Secrets in
//! it are taken out first, so that nothing behind sees one. It understands what it can, and judges nothing.

pub mod file;
mod keyed;
mod network;
mod oauth;
mod records;
mod refusal;
mod replies;
mod secrets;
mod trace;

use super::Evidence;
use crate::token::Claims;

/// What was understood, and whether something secret stood in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub evidence: Evidence,
    /// A token, password or code was in the text; it is in none of the facts.
    pub secret: bool,
}

impl Reading {
    /// Adds what a text tells. What is known already, from a file say, is not overridden by it.
    /// `now` in Unix seconds, for a token's life where no reply bears a time.
    pub fn add_text(&mut self, text: &str, now: i64) {
        let cleared = secrets::clear(&oauth::decoded(text));
        self.secret |= cleared.secret;
        let records = records::split(&cleared.text);
        let evidence = &mut self.evidence;
        trace::add(evidence, &records);
        for user in &cleared.users {
            evidence.add_if_none("user", user);
        }
        oauth::add(evidence, &cleared.text, &records);
        let refused = replies::add(evidence, &records);
        network::add(evidence, records.get(refused.map_or(0, |last| last + 1)..).unwrap_or_default());
        for form in &cleared.forms {
            evidence.add("token.form", form);
        }
        for detail in &cleared.details {
            evidence.add("smtp.detail", detail);
        }
        for claims in &cleared.claims {
            self.add_claims(claims, now);
        }
        infer(&mut self.evidence);
    }

    /// A token's own words. Its life counts at the time of the refusal; a token that is pasted later has run out
    /// meanwhile, which says nothing.
    fn add_claims(&mut self, claims: &Claims, now: i64) {
        let at = replies::time(&self.evidence);
        let mut lasting = claims.clone();
        if at.is_none() && claims.exp.is_some_and(|exp| exp <= now) {
            lasting.exp = None;
            self.evidence.add("token.life", "expired by now");
        }
        self.evidence.add_claims(&lasting, at.unwrap_or(now));
    }
}

/// What follows from a name alone: whose cloud it is, and which app is meant.
fn infer(evidence: &mut Evidence) {
    let said = ["host", "reply.text", "network.address"].iter().flat_map(|fact| evidence.values(fact));
    let said: String = said.map(|value| value.to_ascii_lowercase() + "\n").collect();
    let worldwide = ["smtp.office365.com", "outlook.office365.com", ".prod.outlook.com", "smtp-mail.outlook.com"];
    if worldwide.iter().any(|host| said.contains(host)) {
        evidence.add_if_none("cloud", "global");
    }
    if let Some(client) = evidence.values("oauth.client").first().cloned() {
        evidence.add_if_none("client_id", &client);
    }
}

#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod tests;
