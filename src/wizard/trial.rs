//! A conversation with the mail server, from the wizard's side: the effect that starts it, the lines as
//! they come, and what its end shows of the checklist. The connection test and the real message share it.

use super::{
    desk::Desk,
    effect::{Conversing, Effect, Outcome, Report, Ticket},
    screen::{Block, Tone, TranscriptRow},
    verdict,
};
use crate::{
    account::Account,
    checklist::Item,
    diagnosis::{self, Cause, Evidence},
    phrase::Phrase,
    smtp::{Conversation, Ending, Envelope, Line, Plan, Side, Stage, TlsFacts},
    token::Claims,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub ticket: Option<Ticket>,
    pub lines: Vec<Line>,
    pub ended: Option<Box<Conversation>>,
    pub causes: Vec<Cause>,
}

impl Trial {
    /// `None` when the account is not complete or no token is at hand.
    pub fn start(desk: &mut Desk, message: Option<Envelope>) -> Option<(Self, Effect)> {
        let account = desk.draft.settings.account().ok()?;
        let token = desk.draft.secrets.tokens.as_ref()?.access.clone();
        let plan = Plan {
            security: account.server.security,
            client_name: None,
            user: account.user.to_string(),
            token,
            message,
        };
        let ticket = desk.ticket();
        let conversing = Conversing { server: account.server, trust: account.trust, plan };
        let trial = Self { ticket: Some(ticket), lines: Vec::new(), ended: None, causes: Vec::new() };
        Some((trial, Effect::Converse(ticket, Box::new(conversing))))
    }

    pub fn runs(&self) -> bool {
        self.ticket.is_some()
    }

    /// Takes a report in; true when it was the last.
    pub fn reported(&mut self, desk: &mut Desk, report: Report) -> bool {
        match report {
            Report::Line(line) => {
                self.lines.push(line);
                false
            }
            Report::Conversed(conversation) => {
                self.ticket = None;
                self.lines.clone_from(&conversation.transcript);
                self.causes = settle(desk, &conversation);
                self.ended = Some(conversation);
                true
            }
            _ => false,
        }
    }

    pub fn accepted(&self) -> bool {
        self.ended.as_ref().is_some_and(|conversation| conversation.ending == Ending::Accepted)
    }

    pub fn outcome(&self) -> Option<Outcome> {
        self.ended.as_ref().map(|conversation| outcome(&conversation.ending))
    }

    /// The exchange, and once it has ended what came of it: `accepted`, or the refusal and its causes.
    pub fn blocks(&self, desk: &Desk, accepted: &Phrase) -> Vec<Block> {
        let mut blocks = vec![Block::Transcript(self.lines.iter().map(|line| row(desk, line)).collect())];
        let Some(conversation) = &self.ended else { return blocks };
        blocks.push(match verdict::ending(&conversation.ending) {
            Some(refusal) => Block::Note { tone: Tone::Failure, text: desk.say(&refusal) },
            None => Block::Note { tone: Tone::Success, text: desk.say(accepted) },
        });
        // A connection that failed has its reason above; that no cause is known beside it helps nobody.
        let heard = conversation.ending.reply().is_some();
        let causes = self.causes.iter().filter(|cause| heard || cause.slug != diagnosis::UNKNOWN);
        blocks.extend(causes.map(|cause| verdict::block(desk, cause)));
        blocks.extend(conversation.tls.as_ref().map(|facts| Block::Facts(tls(desk, facts))));
        blocks
    }
}

pub fn outcome(ending: &Ending) -> Outcome {
    match ending {
        Ending::Accepted => Outcome::Accepted,
        Ending::Refused { .. } | Ending::Fault { .. } => Outcome::Refused,
        Ending::Temporary { .. } => Outcome::Temporary,
        Ending::Unreachable { .. } => Outcome::Unreachable,
        Ending::Cancelled => Outcome::Left,
    }
}

/// The server's certificate and what was agreed with it.
fn tls(desk: &Desk, facts: &TlsFacts) -> Vec<(String, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows = [
        ("version", text(&facts.version)),
        ("cipher", text(&facts.cipher)),
        ("subject", facts.subject.clone()),
        ("issuer", facts.issuer.clone()),
        ("not-after", facts.not_after.clone()),
    ];
    let shown = rows.into_iter().filter(|(_, value)| !value.is_empty());
    shown.map(|(name, value)| (desk.word(&format!("tls.{name}")), value)).collect()
}

fn row(desk: &Desk, line: &Line) -> TranscriptRow {
    TranscriptRow {
        ms: line.at.as_secs_f64() * 1000.0,
        from_server: line.from == Side::Server,
        tls: line.tls,
        text: line.text.clone(),
        meaning: line.meaning.as_ref().map(|meaning| desk.say(meaning)).unwrap_or_default(),
    }
}

/// Marks the checklist by how a conversation ended; what a refusal points to is returned.
fn settle(desk: &mut Desk, conversation: &Conversation) -> Vec<Cause> {
    let Ok(account) = desk.draft.settings.account() else { return Vec::new() };
    let checklist = &mut desk.draft.checklist;
    if conversation.authenticated() {
        let reply = Phrase::new("evidence.accepted").with("user", &account.user);
        for item in [Item::Connection, Item::SmtpAuth, Item::SmtpUser, Item::Audience, Item::Permission, Item::Mailbox]
        {
            checklist.prove(item, reply.clone());
        }
    }
    if let Some(facts) = conversation.tls.as_ref().filter(|facts| facts.version.is_some()) {
        let phrase = Phrase::new("evidence.tls")
            .with("server", format!("{}:{}", account.server.host, account.server.port))
            .with("version", facts.version.as_deref().unwrap_or_default())
            .with("subject", &facts.subject);
        checklist.prove(Item::Network, phrase);
    }
    if matches!(conversation.ending, Ending::Accepted | Ending::Cancelled) {
        return Vec::new();
    }
    let claims = desk.draft.secrets.tokens.as_ref().map(|tokens| Claims::read(&tokens.access));
    let causes = diagnosis::causes(&evidence(&account, claims.as_ref(), conversation));
    blame(desk, conversation, &causes);
    causes
}

/// Everything known about a conversation that did not end in acceptance.
pub fn evidence(account: &Account, claims: Option<&Claims>, conversation: &Conversation) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add_account(account);
    if let Some(claims) = claims {
        evidence.add_claims(claims);
    }
    evidence.add_conversation(conversation);
    evidence
}

fn blame(desk: &mut Desk, conversation: &Conversation, causes: &[Cause]) {
    let checklist = &mut desk.draft.checklist;
    let said = conversation.stages.iter().rev().find(|result| !result.ok);
    let detail = said.map(|result| result.detail.clone()).unwrap_or_default();
    let refused = Phrase::new("evidence.refused").with("detail", detail);
    let whole = match conversation.ending.stage() {
        Some(Stage::Mail | Stage::Rcpt | Stage::Data) if conversation.authenticated() => Item::Message,
        _ if matches!(conversation.ending, Ending::Unreachable { .. }) => Item::Network,
        _ => Item::Connection,
    };
    checklist.fail(whole, refused.clone());
    let known = causes
        .iter()
        .filter(|cause| cause.slug != diagnosis::UNKNOWN && cause.certainty != diagnosis::Certainty::Possible);
    for cause in known {
        checklist.fail(cause.item, cause.headline.clone());
    }
}
