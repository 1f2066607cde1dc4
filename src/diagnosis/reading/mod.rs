//! Text from outside becomes evidence: log lines of any program, OAuth errors, traces, an evidence file. Secrets in
//! it are taken out first, so that nothing behind sees one. It understands what it can, and judges nothing.

mod answer;
mod blob;
mod calls;
mod claims;
mod decode;
mod dumps;
mod envelope;
pub mod file;
mod intake;
mod keyed;
mod mime;
mod network;
mod oauth;
mod others;
mod own;
mod pages;
mod powershell;
mod programs;
mod records;
mod refusal;
mod replies;
mod sayings;
mod secrets;
pub(super) mod service;
mod shapes;
mod trace;

use super::Evidence;
use crate::{
    entra::{Cloud, cloud::Addresses},
    token::Claims,
};
pub use intake::{Intake, Taken, Unreadable};
use records::Record;

/// Whether a host is one of Microsoft's for mail and sign-in.
pub fn is_microsofts(host: &str) -> bool {
    service::microsoft(host)
}

/// When a mail server refused, by its own clock, in Unix seconds, where the reply tells.
pub fn refused_at(reply: &str) -> Option<i64> {
    refusal::time(reply)
}

/// What was understood, and whether something secret stood in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub evidence: Evidence,
    /// A token, password or code was in the text; it is in none of the facts.
    pub secret: bool,
    /// Keys of an evidence file with a value that no cause knows, and the values that are known.
    pub odd: Vec<(&'static str, &'static str)>,
}

impl Reading {
    /// Adds what a text tells. What is known already, from a file say, is not overridden by it.
    /// `now` in Unix seconds, for a token's life where no reply bears a time.
    pub fn add_text(&mut self, text: &str, now: i64) {
        if self.add_part(text, now) {
            self.evidence.add("token.context", "beside");
        }
        infer_basic(&mut self.evidence);
    }

    /// The same of a text of any size, as it was taken in.
    pub fn add_taken(&mut self, taken: &Taken, now: i64) {
        self.add_text(&taken.text, now);
        for seen in &taken.seen {
            self.evidence.add("log.seen", seen);
        }
    }

    /// A text beside which more is known. Gives whether it holds a token that need not be the one that was refused, or
    /// need not be why.
    fn add_part(&mut self, text: &str, now: i64) -> bool {
        let cleared = secrets::clear(&decode::plain(&others::left_out(&records::folded(text))));
        self.secret |= cleared.secret;
        let page = own::page(&cleared.text);
        let records = records::split(&page.said);
        let evidence = &mut self.evidence;
        let told = !evidence.values("user").is_empty();
        let shown = own::show(evidence, &page);
        let accepted = trace::add(evidence, &records);
        for user in &cleared.users {
            evidence.add_if_none("user", user);
        }
        oauth::add(evidence, &page.said, &records);
        pages::add(evidence, &records);
        powershell::add(evidence, &page.said);
        powershell::infer(evidence);
        let refused = replies::add(evidence, &records);
        if let Some(Record(line)) = refused.and_then(|last| records.get(last)).filter(|_| !told) {
            refused_user(evidence, line);
        }
        accepted.outcome(evidence, refused);
        service::add(evidence, &records, refused);
        answer::add(evidence, text, &records);
        if let Some(line) = refused.and_then(|last| records.get(last)) {
            network::add_fault(evidence, line);
        }
        network::add(evidence, records.get(refused.map_or(0, |last| last + 1)..).unwrap_or_default());
        for form in &cleared.forms {
            evidence.add("token.form", form);
        }
        for fault in &cleared.faults {
            evidence.add_once("auth.fault", fault);
        }
        evidence.add_if_none("secret.shape", cleared.shape.unwrap_or_default());
        for detail in &cleared.details {
            evidence.add("smtp.detail", detail);
            evidence.add_if_none("service", service::of_scope(detail));
        }
        for claims in cleared.claims.iter().chain(shown.iter().filter(|_| cleared.claims.is_empty())) {
            self.add_claims(claims, now);
        }
        for claims in &cleared.identities {
            self.add_id(&bounded(claims));
        }
        infer(&mut self.evidence);
        infer_sender(&mut self.evidence);
        cleared.beside || !cleared.faults.is_empty()
    }

    /// A token's own words. Its life counts at the time of the refusal; a token that is pasted later has run out
    /// meanwhile, which says nothing.
    fn add_claims(&mut self, claims: &Claims, now: i64) {
        let at = replies::time(&self.evidence);
        let mut lasting = bounded(claims);
        if at.is_none() && claims.exp.is_some_and(|exp| exp <= now) {
            lasting.exp = None;
            self.evidence.add("token.life", "expired by now");
        }
        self.evidence.add_claims(&lasting, at.unwrap_or(now));
    }
}

/// Names in a token are as long as whoever made it liked.
fn bounded(claims: &Claims) -> Claims {
    const LONGEST: usize = 300;
    const MOST: usize = 40;
    let short = |text: &String| crate::visible::line(text).chars().take(LONGEST).collect::<String>();
    let shortened = |text: &Option<String>| text.as_ref().map(short);
    let list = |texts: &[String]| texts.iter().take(MOST).map(short).collect();
    Claims {
        aud: shortened(&claims.aud),
        scp: list(&claims.scp),
        roles: list(&claims.roles),
        upn: shortened(&claims.upn),
        appid: shortened(&claims.appid),
        tid: shortened(&claims.tid),
        idtyp: shortened(&claims.idtyp),
        oid: shortened(&claims.oid),
        ..claims.clone()
    }
}

/// A log is of several accounts: whose line the refusal stands in was refused.
fn refused_user(evidence: &mut Evidence, line: &str) {
    let deciding = evidence.values("reply.text").last().is_some_and(|reply| line.contains(reply.as_str()));
    let user = programs::user(line, &line.to_ascii_lowercase());
    if deciding && !user.is_empty() {
        evidence.set("user", &user);
    }
}

/// `A not allowed to send as B`.
fn infer_sender(evidence: &mut Evidence) {
    let said = evidence.text("reply.text").unwrap_or_default();
    let Some((before, after)) = said.split_once(" not allowed to send as ") else { return };
    let user = before.rsplit([' ', ';']).next().unwrap_or_default();
    let sender = after.split([' ', ';']).next().unwrap_or_default();
    for (fact, address) in [("user", user), ("sender", sender)] {
        evidence.add_if_none(fact, if secrets::address(address) { address } else { "" });
    }
}

/// A login with a password and nothing of OAuth beside it is one without a token.
fn infer_basic(evidence: &mut Evidence) {
    let mechanisms = evidence.values("mechanism");
    let login =
        mechanisms.iter().any(|mechanism| ["LOGIN", "PLAIN"].contains(&mechanism.to_ascii_uppercase().as_str()));
    let token = mechanisms.iter().any(|mechanism| ["XOAUTH2", "OAUTHBEARER"].contains(&mechanism.as_str()));
    let others = ["token.form", "scope", "scope.granted", "oauth.error", "oauth.code"];
    if login && !token && others.iter().all(|fact| evidence.values(fact).is_empty()) {
        evidence.add_if_none("flow", "basic");
    }
}

/// What follows from a name alone: whose cloud it is, and which app is meant.
fn infer(evidence: &mut Evidence) {
    let facts = ["host", "reply.text", "network.address", "authority", "oauth.description", "network.detail"];
    let said: String =
        facts.iter().flat_map(|fact| evidence.values(fact)).map(|value| value.to_ascii_lowercase() + "\n").collect();
    if let Some(cloud) = cloud(&said) {
        evidence.add_if_none("cloud", cloud.id());
    }
    if let Some(client) = evidence.values("oauth.client").first().cloned() {
        evidence.add_if_none("client_id", &client);
    }
}

/// Whose hosts are named: a mail server's are of one cloud alone, the authority of DoD is that of GCC High as well.
fn cloud(said: &str) -> Option<Cloud> {
    const WORLDWIDE: [&str; 3] = ["outlook.office365.com", ".prod.outlook.com", "smtp-mail.outlook.com"];
    let clouds = [Cloud::Dod, Cloud::GccHigh, Cloud::China, Cloud::Global];
    let by = |named: &dyn Fn(&Addresses) -> bool| clouds.into_iter().find(|cloud| cloud.addresses().is_some_and(named));
    let mail = |addresses: &Addresses| {
        addresses.hve_hosts.iter().chain([&addresses.smtp_host]).any(|host| said.contains(&host.to_string()))
    };
    let authority =
        |addresses: &Addresses| said.contains(addresses.authority.to_string().trim_start_matches("https://"));
    let worldwide = || WORLDWIDE.iter().any(|host| said.contains(host)).then_some(Cloud::Global);
    by(&mail)
        .or_else(worldwide)
        .or_else(|| by(&authority).map(|cloud| if cloud == Cloud::Dod { Cloud::GccHigh } else { cloud }))
}

#[cfg(test)]
mod bounces_tests;
#[cfg(test)]
mod formats_tests;
#[cfg(test)]
mod misleading;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod pages_tests;
#[cfg(test)]
mod strings_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verdicts;
