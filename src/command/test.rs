//! `test`: the live connection test of an account. Text shows the exchange as it happens; `--json` is
//! one document at the end. Without `--send-to` it stops after the reply to AUTH.

use std::time::Duration;

use serde::Serialize;

use super::{Context, Known, Status, access, no_token::NoToken, options::Test, summary};
use crate::{
    account::vault::{Of, Refused, Vault},
    diagnosis::{self, Cause},
    phrase::Phrase,
    runtime::mail::{self, Endpoint},
    secret::{Secret, ascii_marks},
    smtp::{self, Conversation, Line, Plan, StageResult, TlsFacts},
    token::Claims,
    visible,
    wizard::{effect::Outcome, test_message, trial},
};

/// The document of `test --json`.
#[derive(Debug, Serialize)]
pub struct Document {
    pub account: String,
    pub outcome: Outcome,
    pub user: String,
    pub sender: String,
    pub host: String,
    pub port: u16,
    pub stages: Vec<Stage>,
    pub transcript: Vec<Line>,
    pub tls: Option<TlsFacts>,
    pub token: Option<TokenFacts>,
    pub causes: Vec<summary::CauseDocument>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Stage {
    /// Getting the token, before there is a connection.
    Token {
        stage: &'static str,
        ok: bool,
        ms: f64,
        detail: String,
    },
    Conversation(StageResult),
}

#[derive(Debug, Serialize)]
pub struct TokenFacts {
    form: crate::token::Form,
    aud: Option<String>,
    scp: Vec<String>,
    roles: Vec<String>,
    upn: Option<String>,
    appid: Option<String>,
    tid: Option<String>,
    expires_in: Option<i64>,
}

#[expect(clippy::disallowed_methods, reason = "how long the token took")]
pub fn run(context: &Context, asked: &Test) -> Status {
    let mut known = match context.account(asked.account.as_ref()) {
        Ok(known) => known,
        Err(status) => return status,
    };
    if let Some(from) = &asked.from {
        known.account.sender = from.clone();
    }
    let began = std::time::Instant::now();
    let vault = known.access(context, None, false);
    let took = began.elapsed();
    let vault = match vault {
        Ok(vault) => vault,
        Err(error) => return without_token(context, asked, &known, &error, took),
    };
    let claims = Claims::read(&access::token(&vault));
    let Some(plan) = plan(context, asked, &known, access::token(&vault)) else {
        context.complain(context.texts.word("test.no-message"));
        return Status::Configuration;
    };
    let endpoint = Endpoint::from(&known.account.server);
    let show = |line: &Line| {
        if !asked.json {
            context.tell(&(summary::line(&context.texts, line) + "\n"));
        }
    };
    let conversation = match context.block_on(mail::converse(&endpoint, &known.account.registration.trust, plan, show))
    {
        Ok(conversation) => conversation,
        Err(status) => return status,
    };
    keep(context, &known, &conversation);
    let outcome = trial::outcome(&conversation.ending);
    let causes = causes(&known, &vault, &conversation, outcome);
    if asked.json {
        let expires_in = vault.expires_at.map(|at| at - access::now());
        let token = Stage::token(true, took, access::token(&vault).token_mark());
        print_json(
            context,
            &document(&known, conversation, Some(token), &claims, expires_in, summary::causes(&context.texts, &causes)),
        );
    } else {
        conclude(context, asked, &known, &conversation, &causes);
    }
    outcome.into()
}

/// Whether the sign-in was taken; what became of a message behind it is another matter.
fn keep(context: &Context, known: &Known, conversation: &Conversation) {
    if conversation.authenticated() {
        known.keep(context, |vault| vault.succeeded(access::now()));
    } else if let smtp::Ending::Refused { stage: smtp::Stage::Auth, reply } = &conversation.ending {
        let refused = Refused { summary: visible::line(&reply.text()), codes: Vec::new(), of: Of::Mailbox };
        known.keep(context, |vault| vault.was_refused(refused, access::now()));
    }
}

fn plan(context: &Context, asked: &Test, known: &Known, token: Secret) -> Option<Plan> {
    let (now, seed) = (access::now(), super::setup::seed());
    let message = |recipient| test_message(&context.texts, &known.account, recipient, now, &seed);
    let message = match &asked.send_to {
        Some(recipient) => Some(message(recipient)?),
        None => None,
    };
    Some(trial::plan(&known.account, token, message))
}

fn causes(known: &Known, vault: &Vault, conversation: &Conversation, outcome: Outcome) -> Vec<Cause> {
    if outcome == Outcome::Accepted {
        return Vec::new();
    }
    let mut evidence = known.evidence(vault);
    evidence.add_mail_server(&known.account);
    evidence.add("flow", known.settings.way().flow());
    evidence.add_token(&access::token(vault), &vault.scope, vault.id_user.as_deref(), access::now());
    evidence.add_conversation(conversation);
    diagnosis::causes(&evidence)
}

/// What the exchange came to, in words, behind the lines already shown.
fn conclude(context: &Context, asked: &Test, known: &Known, conversation: &Conversation, causes: &[Cause]) {
    let texts = &context.texts;
    context.tell(&format!("\n{}", summary::stages(conversation)));
    if let Some(ending) = summary::ending(conversation) {
        context.tell(&format!("\n{}\n", texts.say(&ending)));
        for cause in causes {
            context.tell(&format!("\n{}", summary::cause(texts, cause)));
        }
        return;
    }
    let key = if asked.send_to.is_some() { "test.sent" } else { "test.accepted" };
    let phrase = Phrase::new(key).with("user", &known.account.user).with("sender", &known.account.sender);
    context.tell(&(texts.say(&phrase) + "\n"));
}

fn without_token(context: &Context, asked: &Test, known: &Known, error: &NoToken, took: Duration) -> Status {
    let said = context.texts.say(&error.phrase(&context.global.config_option()));
    let outcome = match error.status() {
        Status::Unreachable => Outcome::Unreachable,
        Status::Temporary => Outcome::Temporary,
        Status::SignIn => Outcome::SignIn,
        status => {
            context.complain(said);
            return status;
        }
    };
    let causes = error.causes(known);
    if asked.json {
        let causes = summary::causes(&context.texts, &causes);
        let stage = Stage::token(false, took, said);
        print_json(context, &Document { outcome, stages: vec![stage], causes, ..Document::of(known) });
    } else {
        context.complain(said);
        for cause in &causes {
            context.tell(&format!("\n{}", summary::cause(&context.texts, cause)));
        }
    }
    outcome.into()
}

impl Stage {
    fn token(ok: bool, took: Duration, detail: String) -> Self {
        let detail = ascii_marks(&detail);
        Self::Token { stage: "token", ok, ms: (took.as_secs_f64() * 10_000.0).round() / 10.0, detail }
    }
}

impl Document {
    fn of(known: &Known) -> Self {
        let account = &known.account;
        Self {
            account: known.name.to_string(),
            outcome: Outcome::Incomplete,
            user: account.user.to_string(),
            sender: account.sender.to_string(),
            host: account.server.host.to_string(),
            port: account.server.port,
            stages: Vec::new(),
            transcript: Vec::new(),
            tls: None,
            token: None,
            causes: Vec::new(),
        }
    }
}

/// The document of an exchange that the wizard had; nobody waited for the token alone.
pub fn of_wizard(
    known: &Known,
    conversation: Conversation,
    token: &Secret,
    expires_in: i64,
    causes: Vec<summary::CauseDocument>,
) -> Document {
    document(known, conversation, None, &Claims::read(token), Some(expires_in), causes)
}

fn document(
    known: &Known,
    conversation: Conversation,
    token: Option<Stage>,
    claims: &Claims,
    expires_in: Option<i64>,
    causes: Vec<summary::CauseDocument>,
) -> Document {
    let stages = conversation.stages.into_iter().map(Stage::Conversation);
    Document {
        outcome: trial::outcome(&conversation.ending),
        stages: token.into_iter().chain(stages).collect(),
        transcript: conversation.transcript,
        tls: conversation.tls,
        token: Some(TokenFacts {
            form: claims.form,
            aud: claims.aud.clone(),
            scp: claims.scp.clone(),
            roles: claims.roles.clone(),
            upn: claims.upn.clone(),
            appid: claims.appid.clone(),
            tid: claims.tid.clone(),
            expires_in,
        }),
        causes,
        ..Document::of(known)
    }
}

fn print_json(context: &Context, document: &Document) {
    context.deliver(&summary::json(document));
}
