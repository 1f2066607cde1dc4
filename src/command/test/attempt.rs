//! One live test of an account: a token, one conversation with the mail server, and what came of it. It shows the
//! exchange as it happens where it is told to, and concludes nothing for the reader.

use std::{cell::Cell, time::Duration};

use super::{
    super::{Context, Known, Status, access, no_token::NoToken, options::Test, setup, summary},
    tries::Shown,
};
use crate::{
    account::vault::{Accepted, Of, Refused, Vault},
    diagnosis::{self, Cause, Evidence},
    facts::Address,
    phrase::Phrase,
    runtime::{
        mail::{self, Endpoint},
        quiet,
    },
    secret::Secret,
    smtp::{self, Conversation, Line, Plan},
    visible,
    wizard::{effect::Outcome, test_message, trial},
};

pub struct Attempt {
    /// How long it took until there was a token.
    pub took: Duration,
    /// Where a message was sent.
    pub recipient: Option<Address>,
    pub vault: Vault,
    pub conversation: Conversation,
    /// What was tried after it.
    pub shown: Vec<Shown>,
}

/// Why there was no conversation.
pub enum Failed {
    /// There was no token, after so long.
    Token(Box<NoToken>, Duration),
    /// The message cannot be made.
    Message,
    Machinery(Status),
}

impl Attempt {
    /// Gets a token, `anew` if so, and talks to the mail server, which is `shown` as it happens; what that says of the
    /// account is kept.
    #[expect(clippy::disallowed_methods, reason = "how long the token took")]
    pub fn make(context: &Context, asked: &Test, known: &Known, anew: bool, shown: bool) -> Result<Self, Failed> {
        let began = std::time::Instant::now();
        let vault = known.access(context, None, anew);
        let took = began.elapsed();
        let vault = vault.map_err(|error| Failed::Token(Box::new(error), took))?;
        let plan = plan(context, asked, known, access::token(&vault)).ok_or(Failed::Message)?;
        let endpoint = Endpoint::from(&known.account.server);
        let (shown, lines) = (shown && asked.is_shown(), Cell::new(0));
        let show = |line: &Line| {
            if shown {
                context.tell(&(summary::line(&context.texts, line) + "\n"));
                lines.set(lines.get() + 1);
            }
        };
        let waits = || {
            if shown {
                context.complain(context.texts.say(&Phrase::new("test.waits").with("server", &known.account.server)));
            }
        };
        let talk = mail::converse(&endpoint, &known.account.registration.trust, plan, show);
        let conversation = context.block_on(quiet::told(talk, &lines, waits)).map_err(Failed::Machinery)?;
        keep(context, known, &conversation);
        let recipient = asked.send_to.clone();
        Ok(Self { took, recipient, vault, conversation, shown: Vec::new() })
    }

    pub fn outcome(&self) -> Outcome {
        trial::outcome(&self.conversation.ending)
    }

    /// Everything that bears on why it was refused.
    pub fn evidence(&self, known: &Known) -> Evidence {
        let attempted = known.attempted(&self.vault);
        let mut evidence = attempted.conversed(&self.conversation, self.recipient.as_ref(), access::now());
        for shown in &self.shown {
            evidence.add_experiment(shown.experiment, shown.showed, &shown.with, &shown.after.ending);
        }
        evidence
    }

    /// None where it was accepted.
    pub fn causes(&self, known: &Known) -> Vec<Cause> {
        let accepted = self.outcome() == Outcome::Accepted;
        if accepted { Vec::new() } else { diagnosis::causes(&self.evidence(known)) }
    }
}

/// Whether the sign-in was taken; what became of a message behind it is another matter.
fn keep(context: &Context, known: &Known, conversation: &Conversation) {
    if conversation.authenticated() {
        known.keep(context, |vault| vault.succeeded(Accepted::of(&known.account, access::now())));
    } else if let smtp::Ending::Refused { stage: smtp::Stage::Auth, reply } = &conversation.ending {
        let refused = Refused { summary: visible::line(&reply.text()), codes: Vec::new(), of: Of::Mailbox };
        known.keep(context, |vault| vault.was_refused(refused, access::now()));
    }
}

fn plan(context: &Context, asked: &Test, known: &Known, token: Secret) -> Option<Plan> {
    let (now, seed) = (access::now(), setup::seed());
    let message = |recipient| test_message(&context.texts, &known.account, recipient, now, &seed);
    let message = match &asked.send_to {
        Some(recipient) => Some(message(recipient)?),
        None => None,
    };
    Some(trial::plan(&known.account, token, message))
}
