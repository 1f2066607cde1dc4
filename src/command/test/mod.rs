//! `test`: the live connection test of an account. Text shows the exchange as it happens; `--json` is
//! one document at the end. Without `--send-to` it stops after the reply to AUTH.

mod attempt;
mod document;
mod report;
mod tries;
mod until;

use std::time::Duration;

pub use document::{Document, of_wizard};

use self::{
    attempt::{Attempt, Failed},
    document::Stage,
    until::{Watch, Watched},
};
use super::{Context, Known, Status, no_token::NoToken, options::Test, report::Asked, summary};
use crate::{phrase::Phrase, wizard::effect::Outcome};

pub fn run(context: &Context, asked: &Test) -> Status {
    let report = asked.report();
    if report.clashes(context, asked.json) {
        return Status::Usage;
    }
    let mut known = match context.account(asked.account.as_ref()) {
        Ok(known) => known,
        Err(status) => return status,
    };
    if let Some(from) = &asked.from {
        known.account.sender = from.clone();
        known.settings.sender = Some(from.clone());
    }
    let tried = match asked.until_accepted {
        Some(limit) => Watch::new(context, asked, &known, limit).run(),
        None => Watched { last: Attempt::make(context, asked, &known, false, true), tries: 1, left: false },
    };
    let status = match tried.last {
        Ok(mut attempt) => {
            if attempt.outcome() != Outcome::Accepted && !tried.left {
                tries::make(context, asked, &known, &mut attempt);
            }
            if asked.json {
                print_json(context, &Document::of_attempt(&known, &attempt, &context.texts));
            } else if !report.is_all() {
                conclude(context, asked, &known, &attempt);
            }
            if tried.tries > 1 && attempt.outcome() == Outcome::Accepted {
                context.complain(context.texts.say(&Phrase::new("test.at-last").with("number", tried.tries)));
            }
            let told = report::of_attempt(&known, &attempt, accepted(asked, &known));
            report.hand_over(context, attempt.outcome().into(), &told)
        }
        Err(failed) => failed_before(context, asked, &known, &failed),
    };
    if tried.left { Status::Left } else { status }
}

fn failed_before(context: &Context, asked: &Test, known: &Known, failed: &Failed) -> Status {
    match failed {
        Failed::Token(error, took) => without_token(context, asked, known, error, *took),
        Failed::Message => {
            if asked.json {
                print_json(context, &Document::of(known));
            }
            context.complain(context.texts.word("test.no-message"));
            Status::Configuration
        }
        Failed::Machinery(status) => *status,
    }
}

/// What the exchange came to, in words, behind the lines already shown.
fn conclude(context: &Context, asked: &Test, known: &Known, attempt: &Attempt) {
    let (texts, conversation) = (&context.texts, &attempt.conversation);
    context.tell(&format!("\n{}", summary::stages(conversation)));
    if let Some(ending) = summary::ending(conversation) {
        context.tell(&format!("\n{}\n", texts.say(&ending)));
        let causes = attempt.causes(known);
        let here = tries::offered(context, asked, known, attempt, &causes);
        context.tell(&summary::verdicts(texts, &causes, here));
        return;
    }
    context.tell(&(texts.say(&accepted(asked, known)) + "\n"));
}

fn accepted(asked: &Test, known: &Known) -> Phrase {
    let key = if asked.send_to.is_some() { "test.sent" } else { "test.accepted" };
    Phrase::new(key).with("user", &known.account.user).with("sender", &known.account.sender)
}

fn without_token(context: &Context, asked: &Test, known: &Known, error: &NoToken, took: Duration) -> Status {
    let config = context.global.config_option();
    let said = context.texts.say(&error.phrase(&config));
    let status = error.status();
    let outcome = match status {
        Status::Unreachable => Outcome::Unreachable,
        Status::Temporary => Outcome::Temporary,
        Status::SignIn => Outcome::SignIn,
        _ => Outcome::Incomplete,
    };
    let (causes, report) = (error.causes(known), asked.report());
    if asked.json {
        let causes = summary::causes(&context.texts, &causes);
        let stage = Stage::token(false, took, said);
        print_json(context, &Document { outcome, stages: vec![stage], causes, ..Document::of(known) });
    } else {
        context.complain(said);
        if !report.is_all() {
            context.tell(&summary::verdicts(&context.texts, &causes, Vec::new()));
        }
    }
    let told = report::without_token(known, error, causes, took, &config);
    report.hand_over(context, status, &told)
}

impl Test {
    fn report(&self) -> Asked<'_> {
        Asked { path: self.report.as_deref(), hidden: self.hide_addresses }
    }

    /// Whether the exchange is shown as it happens.
    fn is_shown(&self) -> bool {
        !self.json && !self.report().is_all()
    }
}

fn print_json(context: &Context, document: &Document) {
    context.deliver(&summary::json(document));
}
