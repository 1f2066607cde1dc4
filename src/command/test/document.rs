//! The document of `test --json`. It makes no connection and decides nothing.

use std::time::Duration;

use serde::Serialize;

use super::{
    super::{Known, access, summary},
    Attempt,
};
use crate::{
    language::Texts,
    secret::{Secret, ascii_marks},
    smtp::{Conversation, Line, StageResult, TlsFacts},
    token::Claims,
    wizard::{effect::Outcome, trial},
};

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

impl Stage {
    pub fn token(ok: bool, took: Duration, detail: String) -> Self {
        let detail = ascii_marks(&detail);
        Self::Token { stage: "token", ok, ms: (took.as_secs_f64() * 10_000.0).round() / 10.0, detail }
    }
}

impl Document {
    /// Of an exchange of this command's own.
    pub fn of_attempt(known: &Known, attempt: &Attempt, texts: &Texts) -> Self {
        let token = access::token(&attempt.vault);
        let stage = Stage::token(true, attempt.took, token.token_mark());
        let expires_in = attempt.vault.expires_at.map(|at| at - access::now());
        let causes = summary::causes(texts, &attempt.causes(known));
        document(known, attempt.conversation.clone(), Some(stage), &Claims::read(&token), expires_in, causes)
    }

    /// Nothing but whose it is.
    pub fn of(known: &Known) -> Self {
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
