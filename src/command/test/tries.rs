//! `--try`: the refused sign-in once more with one thing changed, as the option asks for it. Nothing is tried unasked, and
//! nothing of the account is changed; what it shows is evidence of the attempt before it.

use super::{
    super::{Context, Known, access, options::Test, setup, summary},
    attempt::Attempt,
};
use crate::{
    account::{settings::Consent, vault::Accepted},
    diagnosis::{
        Cause, Experiment,
        experiment::{self as experiments, Showed},
    },
    phrase::Phrase,
    runtime::mail::{self, Endpoint},
    secret::Secret,
    shell,
    smtp::{Conversation, Line},
    token::Claims,
    wizard::experiment::{self, Change, Ended, Means},
};

/// What one has shown.
pub struct Shown {
    pub experiment: Experiment,
    pub showed: Showed,
    /// What was changed.
    pub with: String,
    /// The same in words.
    pub what: Phrase,
    pub after: Conversation,
}

/// Makes those that were asked for, each once and in their order. One that cannot be made says so, and shows nothing.
pub fn make(context: &Context, asked: &Test, known: &Known, attempt: &mut Attempt) {
    let mut wanted = asked.tries.clone();
    wanted.sort();
    wanted.dedup();
    for experiment in wanted {
        let change = change(known, attempt, experiment);
        let what = match &change {
            Ok(change) => experiment::label(experiment, change),
            Err(_) => Phrase::new("experiment.named").with("name", experiment.id()),
        };
        if change.is_ok() && asked.is_shown() {
            context.tell(&format!(
                "\n{}\n",
                context.texts.say(&Phrase::new("experiment.begins").with("what", context.texts.say(&what)))
            ));
        }
        let ended = change.and_then(|change| had(context, asked, known, attempt, (experiment, &change)));
        let said = context.texts.say(&experiment::told(&context.texts, &what, &ended));
        if ended.is_err() {
            context.complain(said);
        } else if asked.is_shown() {
            context.tell(&(said + "\n"));
        }
    }
}

/// The commands that would tell something more, each with what it would show.
pub fn offered(context: &Context, asked: &Test, known: &Known, attempt: &Attempt, causes: &[Cause]) -> Vec<String> {
    let may =
        |experiment: &Experiment| change(known, attempt, *experiment).is_ok() && !asked.tries.contains(experiment);
    let message = match &asked.send_to {
        Some(recipient) => format!(" --send-to {}", shell::word(recipient.as_str())),
        None => String::new(),
    };
    let line = |experiment: Experiment| {
        let shows = context.texts.word(&format!("experiment.{}.shows", experiment.id()));
        let command = format!(
            "smtp-oauth test{} --account {}{message} --try {}",
            context.global.config_option(),
            known.name,
            experiment.id()
        );
        context.texts.say(&Phrase::new("apart.command").with("command", command).with("shows", shows))
    };
    experiments::offered(&attempt.evidence(known), causes).into_iter().filter(may).map(line).collect()
}

fn change(known: &Known, attempt: &Attempt, experiment: Experiment) -> Result<Change, Phrase> {
    let token = access::token(&attempt.vault);
    let signed_in = Claims::read(&token).upn.or_else(|| attempt.vault.id_user.clone());
    let renews = known.account.consent == Consent::ClientCredentials || attempt.vault.refresh_token.is_some();
    let (account, before) = (&known.account, &attempt.conversation);
    experiment::change(experiment, &Means { account, token: &token, signed_in: signed_in.as_deref(), renews, before })
}

/// The sign-in itself, with what it takes before.
fn had(
    context: &Context,
    asked: &Test,
    known: &Known,
    attempt: &mut Attempt,
    (experiment, change): (Experiment, &Change),
) -> Ended {
    let token = token(context, known, attempt, change)?;
    let message = change.message(&context.texts, &known.account, access::now(), &setup::seed())?;
    let with = change.with(&token);
    let conversing = change.conversing(&known.account, token, message);
    let endpoint = Endpoint { over: conversing.over, ..Endpoint::from(&conversing.server) };
    let show = |line: &Line| {
        if asked.is_shown() {
            context.tell(&(summary::line(&context.texts, line) + "\n"));
        }
    };
    let talk = mail::converse(&endpoint, &conversing.trust, conversing.plan, show);
    let after: Conversation = context.block_on(talk).map_err(|_| Phrase::new("access.unaskable"))?;
    let (showed, said) = experiment::ended(&attempt.conversation, &after)?;
    if *change == Change::Fresh && after.authenticated() {
        // It is the account's own by now.
        known.keep(context, |vault| vault.succeeded(Accepted::of(&known.account, access::now())));
    }
    let what = experiment::label(experiment, change);
    attempt.shown.push(Shown { experiment, showed, with, what, after });
    Ok((showed, said))
}

/// The token of the attempt, or one that is fetched for this.
fn token(context: &Context, known: &Known, attempt: &Attempt, change: &Change) -> Result<Secret, Phrase> {
    let fetched = match change.fetches() {
        None => return Ok(access::token(&attempt.vault)),
        Some(None) => known.access(context, None, true).map(|vault| access::token(&vault)),
        Some(Some(scopes)) => known.lend(context, scopes),
    };
    fetched.map_err(|error| error.phrase(&context.global.config_option()))
}
