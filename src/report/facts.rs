//! The evidence, fact by fact, in the order in which somebody who helps asks for it: a fact's section is by its name here.
//! Names of claims stay as they are.

use super::{
    Token,
    document::{Part, Spans, said},
    writer::Writer,
};
use crate::{
    diagnosis::{Evidence, evidence::FACTS},
    phrase::Phrase,
    token::Form,
};

pub const ASKED: &[&str] = &[
    "flow",
    "cloud",
    "authority",
    "tenant",
    "client_id",
    "secret.shape",
    "app.certificate",
    "redirect_uri",
    "redirect_platform",
    "scope",
    "user",
    "sender",
    "recipient",
    "account_type",
    "host",
    "port",
    "security",
    "mechanism",
    "library",
];
pub const AUTHORITY: &[&str] = &["oauth."];
pub const SERVER: &[&str] = &[
    "outcome",
    "accepted",
    "service",
    "banner",
    "ehlo",
    "reply.",
    "smtp.",
    "auth.",
    "mail.",
    "imap",
    "network.",
    "certificate",
];
pub const TIMES: &[&str] = &["change.", "worked.", "signed-in.", "refresh.", "clock."];
pub const EXPERIMENTS: &[&str] = &["experiment."];
pub const OTHERS: &[&str] =
    &["alias", "log.seen", "program.error", "granted.audience", "mailbox.rights", "principal", "powershell"];
const TOKEN: &[&str] = &["token.", "scope.", "object_id"];
/// Said elsewhere: with the exchange, or by a fact beside it.
const SAID: &[&str] =
    &["tls.", "scope.audience", "token.audience", "reply.code", "reply.enhanced", "network.context", "token.context"];

/// Those of these facts that are known; a name with a dot at its end stands for all that begin with it.
pub fn of(writer: &Writer, evidence: &Evidence, named: &[&str]) -> Part {
    let facts = named.iter().flat_map(|name| FACTS.iter().map(|fact| fact.name).filter(move |fact| is(fact, name)));
    let facts = facts.filter(|fact| !SAID.iter().any(|said| is(fact, said)));
    Part::Bullets(facts.filter_map(|fact| writer.evidence(evidence, fact)).collect())
}

fn is(fact: &str, name: &str) -> bool {
    fact == name || (name.ends_with('.') && fact.starts_with(name))
}

/// The claims that matter; without the token itself, what the evidence tells of it.
pub fn token(writer: &Writer, token: Option<&Token>, evidence: &Evidence) -> Part {
    let Some(token) = token else { return of(writer, evidence, TOKEN) };
    let claims = &token.claims;
    let listed = |list: &[String]| Some(list.join(" ")).filter(|list| !list.is_empty());
    let rows = [
        ("aud", claims.aud.clone()),
        ("scp", listed(&claims.scp)),
        ("roles", listed(&claims.roles)),
        ("upn", claims.upn.clone()),
        ("appid", claims.appid.clone()),
        ("tid", claims.tid.clone()),
        ("oid", claims.oid.clone()),
        ("idtyp", claims.idtyp.clone()),
    ];
    let mut lines: Vec<Spans> = vec![writer.fact(&writer.word("mark"), &token.mark)];
    lines.extend(rows.into_iter().filter_map(|(name, value)| Some(writer.fact(name, &value?))));
    lines.extend(token.lives.map(|seconds| lives(writer, seconds)));
    let opaque = (claims.form == Form::Opaque).then(|| writer.sentence(&Phrase::new("report.opaque")));
    lines.extend(opaque);
    // What the token answer said beside it.
    let beside: &[&str] =
        if claims.form == Form::Opaque { &["scope.granted", "token.user"] } else { &["scope.granted"] };
    lines.extend(beside.iter().filter_map(|fact| writer.evidence(evidence, fact)));
    Part::Bullets(lines)
}

fn lives(writer: &Writer, seconds: i64) -> Spans {
    let key = if seconds > 0 { "report.lives" } else { "report.expired" };
    said(writer.texts.say(&Phrase::new(key).with("minutes", seconds.abs() / 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One in none would not be in the report.
    #[test]
    fn every_fact_is_in_one_section() {
        let sections = [ASKED, AUTHORITY, SERVER, TIMES, EXPERIMENTS, TOKEN, OTHERS];
        for fact in FACTS {
            let has = |names: &&&[&str]| names.iter().any(|name| is(fact.name, name));
            let said = SAID.iter().any(|name| is(fact.name, name));
            let in_sections = sections.iter().filter(has).count();
            assert!(in_sections == 1 || said && in_sections < 2, "`{}` is in {in_sections} sections", fact.name);
        }
        for name in sections.concat() {
            assert!(FACTS.iter().any(|fact| is(fact.name, name)), "`{name}` is no fact");
        }
    }
}
