//! Everything that bears on a failure, as named facts with their values. Rules ask for facts by name
//! ([`FACTS`]); whoever saw something adds it here, and what nobody saw is simply absent.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    account::Account,
    entra::Failure,
    network::NetworkFailure,
    smtp::{Conversation, Ending, Fault},
    token::{Claims, Form},
};

/// The facts there are, and what each holds.
pub const FACTS: &[(&str, &str)] = &[
    ("reply.code", "SMTP reply code of the refusal, three digits"),
    ("reply.enhanced", "enhanced status code (RFC 3463) of the refusal"),
    ("reply.text", "the refusal's lines in full"),
    ("reply.stage", "where in the dialogue: greeting, ehlo, starttls, tls, auth, mail, rcpt, data"),
    ("smtp.fault", "what the server did against the protocol, or what it does not offer"),
    ("smtp.detail", "the JSON of a 334 that came instead of a 535"),
    ("network.kind", "why a connection came to nothing"),
    ("network.address", "host and port that were tried"),
    ("network.detail", "the system's or library's own words"),
    ("oauth.error", "OAuth `error`"),
    ("oauth.code", "AADSTS numbers"),
    ("oauth.description", "OAuth `error_description`"),
    ("oauth.suberror", "OAuth `suberror`"),
    ("oauth.trace_id", "Microsoft's support traces a request by these two and the time"),
    ("oauth.correlation_id", "as above"),
    ("oauth.timestamp", "as above"),
    ("oauth.form", "o-auth, page, foreign or redirect"),
    ("token.form", "jwt or opaque"),
    ("token.audience", "graph, exchange or other"),
    ("token.life", "valid or expired, by this machine's clock"),
    ("token.aud", "`aud` as it stands"),
    ("token.permission", "`scp` and `roles`"),
    ("token.user", "who signed in"),
    ("token.tenant", "`tid`"),
    ("user", "the user in the XOAUTH2 string"),
    ("sender", "MAIL FROM"),
    ("host", "SMTP server"),
    ("port", "its port"),
    ("authority", "where tokens come from"),
    ("tenant", "tenant in the authority's URL"),
    ("client_id", "application (client) id"),
    ("scope", "scopes asked for"),
    ("cloud", "global, gcc-high, dod, china or custom"),
];

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence(BTreeMap<&'static str, Vec<String>>);

impl Evidence {
    /// Adds a value to a fact of [`FACTS`]; an empty value says nothing and is left out.
    pub fn add(&mut self, fact: &str, value: impl ToString) {
        let value = value.to_string();
        let known = FACTS.iter().find(|(name, _)| *name == fact);
        debug_assert!(known.is_some(), "unknown fact {fact}");
        if let Some((name, _)) = known.filter(|_| !value.is_empty()) {
            self.0.entry(name).or_default().push(value);
        }
    }

    pub fn values(&self, fact: &str) -> &[String] {
        self.0.get(fact).map_or(&[], Vec::as_slice)
    }

    /// All values of a fact in one line.
    pub fn text(&self, fact: &str) -> Option<String> {
        let values = self.values(fact);
        (!values.is_empty()).then(|| values.join(" "))
    }

    pub fn add_account(&mut self, account: &Account) {
        self.add("user", &account.user);
        self.add("sender", &account.sender);
        self.add("host", &account.server.host);
        self.add("port", account.server.port);
        self.add("cloud", name(&account.cloud));
        self.add("authority", &account.registration.authority);
        self.add("tenant", &account.registration.tenant);
        self.add("client_id", &account.registration.client_id);
        for scope in &account.scopes {
            self.add("scope", scope);
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
        for permission in claims.scp.iter().chain(&claims.roles) {
            self.add("token.permission", permission);
        }
    }

    pub fn add_oauth(&mut self, failure: &Failure) {
        self.add("oauth.form", name(&failure.form));
        self.add("oauth.error", &failure.error);
        self.add("oauth.description", &failure.description);
        for code in &failure.codes {
            self.add("oauth.code", code);
        }
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

    /// How a conversation with the mail server ended, in the server's own words.
    pub fn add_conversation(&mut self, conversation: &Conversation) {
        if let Some(stage) = conversation.ending.stage() {
            self.add("reply.stage", name(&stage));
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
        self.add("network.kind", name(&failure.kind));
        self.add("network.address", &failure.address);
        self.add("network.detail", &failure.detail);
    }
}

/// A unit variant's name as serde writes it.
fn name(variant: &impl Serialize) -> String {
    serde_json::to_value(variant).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
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
