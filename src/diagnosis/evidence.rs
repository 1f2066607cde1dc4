//! Everything that bears on a failure, as named facts with their values. Rules ask for facts by name
//! ([`FACTS`]); whoever saw something adds it here, and what nobody saw is simply absent. It judges nothing.

use std::collections::BTreeMap;

pub use super::vocabulary::{FACTS, Fact, Names, find};

use super::{
    certificate,
    experiment::{Experiment, Showed},
    quoted,
    reading::service,
};
use crate::{
    account::vault::Vault,
    entra::{Failure, failure::aadsts_numbers},
    network::{Family, NetworkFailure},
    phrase::id,
    secret::Secret,
    smtp::{Conversation, Ending, Fault},
    token::{Claims, Form},
    visible,
};

/// Of the fact `library`: this program, which has nobody look for what is on its own screen.
pub(super) const OWN: &str = "smtp-oauth";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence(BTreeMap<&'static str, Vec<String>>);

impl Evidence {
    /// Adds a value to a fact of [`FACTS`]; an empty value says nothing and is left out.
    pub fn add(&mut self, fact: &str, value: impl ToString) {
        let value = value.to_string();
        let known = find(fact);
        debug_assert!(known.is_some(), "unknown fact {fact}");
        if let Some(fact) = known.filter(|_| !value.is_empty()) {
            self.0.entry(fact.name).or_default().push(value);
        }
    }

    /// The same, unless the fact has this value already, or so many that a log is only repeating itself.
    pub fn add_once(&mut self, fact: &str, value: impl ToString) {
        /// A server offers a dozen things.
        const MOST: usize = 24;
        let (value, known) = (value.to_string(), self.values(fact));
        if known.len() < MOST && !known.contains(&value) {
            self.add(fact, value);
        }
    }

    /// The same for a fact that has one value: whoever saw it first was closest to it.
    pub fn add_if_none(&mut self, fact: &str, value: &str) {
        if self.values(fact).is_empty() {
            self.add(fact, visible::line(value));
        }
    }

    /// What is known better by now.
    pub fn set(&mut self, fact: &str, value: &str) {
        self.0.remove(fact);
        self.add(fact, visible::line(value));
    }

    /// All that is known, by name.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(fact, values)| (*fact, values.as_slice()))
    }

    pub fn values(&self, fact: &str) -> &[String] {
        debug_assert!(find(fact).is_some(), "no fact `{fact}`");
        self.0.get(fact).map_or(&[], Vec::as_slice)
    }

    /// All values of a fact in one line.
    pub fn text(&self, fact: &str) -> Option<String> {
        let values = self.values(fact);
        (!values.is_empty()).then(|| values.join(" "))
    }

    /// The last attempt went well, and nothing that was refused is known beside.
    pub fn passed(&self) -> bool {
        let refused = ["oauth.error", "oauth.code", "network.kind", "smtp.fault"];
        !self.values("outcome").is_empty() && refused.iter().all(|fact| self.values(fact).is_empty())
    }

    /// What was known of the failure before this one, if there was another.
    pub fn earlier(&self) -> Option<Self> {
        let (replies, errors) = (self.values("reply.earlier"), self.values("oauth.earlier"));
        let of_the_last = |fact: &str| {
            ["reply.", "oauth.", "network.", "certificate", "smtp."].iter().any(|room| fact.starts_with(room))
        };
        let rest = self.0.iter().filter(|(fact, _)| !of_the_last(fact));
        let mut earlier = Self(rest.map(|(fact, values)| (*fact, values.clone())).collect());
        for reply in replies {
            earlier.add("reply.text", reply);
        }
        for error in errors {
            earlier.add("oauth.description", error);
            aadsts_numbers(error).iter().for_each(|code| earlier.add_once("oauth.code", code));
        }
        (!replies.is_empty() || !errors.is_empty()).then_some(earlier)
    }

    /// Whose scope it is at Microsoft: the host decides, and one without a host is Microsoft Graph's.
    pub fn add_scope_audience(&mut self, scope: &str) {
        self.add_once("scope.audience", scope_audience(scope));
    }

    /// Whose token came, by the names of what was granted with it.
    pub fn add_granted_audience(&mut self, granted: &str) {
        for scope in granted.split_whitespace() {
            self.add_once("granted.audience", scope_audience(scope));
        }
    }

    /// A token that is at hand: what it says itself, what was granted with it, and who signed in, as that was told
    /// beside it. `now` in Unix seconds.
    pub fn add_token(&mut self, token: &Secret, granted: &str, signed_in: Option<&str>, now: i64) {
        let claims = Claims::read(token);
        self.add_claims(&claims, now);
        self.add("scope.granted", granted);
        self.add_granted_audience(granted);
        // An opaque token tells nothing.
        if claims.upn.is_none() {
            self.add("token.user", signed_in.unwrap_or_default());
        }
    }

    /// `now` in Unix seconds.
    pub fn add_claims(&mut self, claims: &Claims, now: i64) {
        self.add("token.form", if claims.form == Form::Jwt { "jwt" } else { "opaque" });
        if claims.form == Form::Jwt {
            let known = [(claims.is_for_graph(), "graph"), (claims.is_for_exchange(), "exchange"), (true, "other")];
            let audience = known.into_iter().find(|(holds, _)| *holds).map_or("other", |(_, audience)| audience);
            self.add("token.audience", audience);
        }
        if let Some(exp) = claims.exp {
            self.add("token.life", if exp > now { "valid" } else { "expired" });
        }
        self.add("token.aud", claims.aud.as_deref().unwrap_or_default());
        self.add("token.user", claims.upn.as_deref().unwrap_or_default());
        self.add("token.tenant", claims.tid.as_deref().unwrap_or_default());
        // Entra need not say whose token it is; one of a user has permissions in `scp`, and a name.
        let untold = claims.idtyp.is_none() && claims.oid.is_some() && claims.scp.is_empty() && claims.upn.is_none();
        let kind = if untold { Some("app") } else { claims.idtyp.as_deref() };
        self.add("token.type", kind.unwrap_or_default());
        if kind == Some("app") {
            self.add("object_id", claims.oid.as_deref().unwrap_or_default());
        }
        for permission in claims.scp.iter().chain(&claims.roles) {
            self.add("token.permission", permission);
        }
    }

    pub fn add_oauth(&mut self, failure: &Failure) {
        self.add("oauth.form", id(failure.form));
        self.add("oauth.error", &failure.error);
        self.add("oauth.description", failure.sentence());
        for code in &failure.codes {
            self.add("oauth.code", code);
        }
        quoted::add(self, &failure.description);
        let ids = [
            ("oauth.suberror", &failure.suberror),
            ("oauth.trace_id", &failure.trace_id),
            ("oauth.correlation_id", &failure.correlation_id),
            ("oauth.timestamp", &failure.timestamp),
        ];
        for (fact, value) in ids {
            self.add(fact, value.as_deref().unwrap_or_default());
        }
    }

    /// What a sign-in showed that was tried again with one thing changed; `with` is that thing.
    pub fn add_experiment(&mut self, experiment: Experiment, shown: Showed, with: &str, ending: &Ending) {
        self.add(experiment.fact(), shown.id());
        match experiment {
            Experiment::SignInName => self.add("experiment.user", with),
            Experiment::FreshToken => self.add("experiment.permission", with),
            Experiment::OtherAudience => self.add("experiment.audience", with),
            Experiment::AddressFamily => self.add("experiment.family", with),
            Experiment::OwnSender => {}
        }
        if let Some(reply) = ending.reply().filter(|_| shown != Showed::Accepted) {
            self.add("experiment.reply", format!("{}: {}", experiment.id(), reply.text()));
        }
    }

    /// What is known of the refresh token that was refused; `now` in Unix seconds.
    pub fn add_renewals(&mut self, vault: &Vault, now: i64) {
        const DAY: i64 = 86_400;
        if let Some(days) = vault.refreshed_at.map(|came| now.saturating_sub(came).max(0) / DAY) {
            self.add("refresh.age", days);
        }
        if vault.unheard_at.is_some() {
            self.add("refresh.answer", "lost");
        }
    }

    /// How a conversation with the mail server ended, in the server's own words.
    pub fn add_conversation(&mut self, conversation: &Conversation) {
        let banner = conversation.banner.as_deref().unwrap_or_default();
        self.add("banner", banner);
        self.add_if_none("service", service::greets(banner).unwrap_or_default());
        let offered =
            if conversation.ehlo_after.is_empty() { &conversation.ehlo_before } else { &conversation.ehlo_after };
        for line in offered {
            self.add("ehlo", line);
        }
        self.add("mechanism", "XOAUTH2");
        self.add_once("library", OWN);
        self.add("network.family", conversation.family().map_or("", Family::name));
        conversation.families().into_iter().for_each(|family| self.add("network.families", family.name()));
        if let Some(tls) = &conversation.tls {
            self.add("tls.version", tls.version.as_deref().unwrap_or_default());
            self.add("tls.issuer", &tls.issuer);
        }
        if conversation.authenticated() {
            self.add("accepted", "235");
        }
        if let Some(stage) = conversation.ending.stage() {
            self.add("reply.stage", id(stage));
        }
        if let Some(reply) = conversation.ending.reply() {
            self.add("reply.code", reply.code);
            self.add("reply.text", reply.text());
            self.add("reply.enhanced", reply.enhanced.as_deref().unwrap_or_default());
        }
        match &conversation.ending {
            Ending::Unreachable { failure, .. } => self.add_network(failure),
            Ending::Fault { fault, .. } => self.add("smtp.fault", fault_name(fault)),
            _ => {}
        }
        self.add("smtp.detail", conversation.failure_detail.as_deref().unwrap_or_default());
    }

    pub fn add_network(&mut self, failure: &NetworkFailure) {
        self.add("network.address", &failure.address);
        // An address in place of a name has no other kind beside it.
        let host = failure.address.rsplit_once(':').map_or(failure.address.as_str(), |(host, _)| host);
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            self.add_once("network.families", Family::of(address).name());
        }
        self.add_failure(&id(failure.kind), &failure.detail);
    }

    /// The kind of a network failure, as `network` names it, and somebody's words for it.
    pub fn add_failure(&mut self, kind: &str, detail: &str) {
        self.add("network.kind", kind);
        self.add("network.detail", detail);
        if kind == "certificate" {
            self.add("certificate", certificate::fault(detail).unwrap_or_default());
        }
    }
}

/// Whose scope it is, by its host; nothing for one that everybody has. A name without a host is one of Graph.
fn scope_audience(scope: &str) -> &'static str {
    let scope = scope.to_ascii_lowercase();
    let has = |hosts: &[&str]| hosts.iter().any(|host| scope.contains(host));
    let bare =
        ["smtp.", "imap.", "pop.", "mail.", "mailboxsettings.", "user.read"].iter().any(|api| scope.starts_with(api));
    if has(&["graph.microsoft.", "microsoftgraph."]) || bare {
        "graph"
    } else if has(&["//outlook.office", "//outlook-dod.office", "//partner.outlook.cn", "//ps.outlook.com"]) {
        "exchange"
    } else if has(&["://"]) && !has(&["outlook"]) {
        "other"
    } else {
        ""
    }
}

fn fault_name(fault: &Fault) -> &'static str {
    match fault {
        Fault::Garbled { .. } => "garbled",
        Fault::Unexpected { .. } => "unexpected",
        Fault::Unasked { .. } => "unasked",
        Fault::Injected { .. } => "injected",
        Fault::StartTlsNotOffered { .. } => "starttls-not-offered",
        Fault::Xoauth2NotOffered { .. } => "xoauth2-not-offered",
    }
}
