//! `token`: a fresh access token on stdout and nothing else. Standard input is not read: msmtp's
//! `passwordeval` hands its own down.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    Context, Known, Status, access,
    no_token::NoToken,
    options::{Format, Token},
};
use crate::{account::vault::Vault, checklist::Item, diagnosis, facts::Address, phrase::Phrase, smtp::xoauth2};

#[derive(Serialize)]
struct Document<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_at: i64,
    scope: &'a str,
    user: &'a Address,
}

pub fn run(context: &Context, asked: &Token) -> Status {
    let known = match context.account(asked.account.as_ref()) {
        Ok(known) => known,
        Err(status) => return status,
    };
    let vault = match known.access(context, asked.min_life, asked.refresh) {
        Ok(vault) => vault,
        Err(error) => {
            complain(context, &known, &error);
            return error.status();
        }
    };
    if context.global.verbose > 0 {
        let left = vault.expires_at.unwrap_or_default() - access::now();
        let phrase = Phrase::new("command.token").with("account", &known.name).with("seconds", left);
        context.complain(context.texts.say(&phrase.with("scope", &vault.scope)));
    }
    let text = text(asked.format, &known.account.user, &vault);
    match io::stdout().write_all(format!("{text}\n").as_bytes()).and_then(|()| io::stdout().flush()) {
        Ok(()) => Status::Done,
        Err(error) => {
            context.complain(format!("stdout: {error}"));
            Status::CannotWrite
        }
    }
}

/// Why there is no token, and where a cause is known what to do first; `test` shows all of it.
fn complain(context: &Context, known: &Known, error: &NoToken) {
    let texts = &context.texts;
    context.complain(texts.say(&error.phrase(&context.global.config_option())));
    let causes = error.causes(known);
    if let Some(cause) = diagnosis::likely(&causes) {
        let fix = cause.fix.first().map(|fix| texts.say(fix)).unwrap_or_default();
        let phrase = Phrase::new("access.cause").with("cause", texts.say(&cause.headline)).with("fix", fix);
        context.complain(texts.say(&phrase));
        if cause.item == Item::ClientSecret {
            let phrase = Phrase::new("access.credential").with("config", context.global.config_option());
            context.complain(texts.say(&phrase));
        }
    }
    if let Some(minutes) = error.minutes_since_renewal(known) {
        let ago = texts.fact_value("token.minutes", &minutes.to_string());
        let phrase = Phrase::new("access.again").with("ago", ago).with("config", context.global.config_option());
        context.complain(texts.say(&phrase));
    }
}

fn text(format: Format, user: &Address, vault: &Vault) -> String {
    let token = access::token(vault);
    match format {
        Format::Raw => token.expose().to_owned(),
        Format::Xoauth2 => xoauth2::blob(user.as_str(), &token).expose().to_owned(),
        Format::Json => {
            let document = Document {
                access_token: token.expose(),
                token_type: "Bearer",
                expires_at: vault.expires_at.unwrap_or_default(),
                scope: &vault.scope,
                user,
            };
            serde_json::to_string(&document).unwrap_or_default()
        }
    }
}
