//! `handover`: what the tenant's administrator has to do, on stdout. What it says is `crate::handover`'s. It asks
//! nobody and changes nothing.

use std::io::{self, IsTerminal, Write};

use super::{Context, Status, options, paths};
use crate::{
    account::Settings,
    handover::{self, Facts, Format},
    phrase::Phrase,
    product::{self, Product},
    runtime::files::Places,
    shell,
    way::Way,
    wizard::{effect::FileFailure, verdict},
};

/// What is known, and by whom.
struct Known {
    settings: Settings,
    way: Way,
}

pub fn run(context: &Context, asked: &options::Handover) -> Status {
    let Known { mut settings, way } = match known(context, asked) {
        Ok(known) => known,
        Err(why) => {
            context.complain(why);
            return Status::Configuration;
        }
    };
    settings.user = asked.mailbox.clone().or(settings.user);
    settings.base_url = asked.base_url.clone().or(settings.base_url);
    let product = settings.product.as_deref().and_then(product::find).unwrap_or_else(product::default);
    let facts = match Facts::of(&settings, product, way) {
        Ok(facts) => facts,
        Err(refusal) => {
            context.complain(context.texts.word(refusal.key()));
            return if asked.product.is_some() { Status::Usage } else { Status::Configuration };
        }
    };
    if facts.mailbox.is_none() {
        context.complain(context.texts.word("handover.no-mailbox"));
    }
    let format = Format::from(asked.format);
    let text = handover::text(format, &facts, &context.texts, &command(context, asked));
    mark(format, &text);
    context.deliver(&text);
    Status::Done
}

/// What a file must begin with would be seen on a terminal. Whether it could be written is told by what follows.
fn mark(format: Format, text: &str) {
    if !io::stdout().is_terminal() {
        let _ = io::stdout().write_all(format.mark(text).as_bytes());
    }
}

/// `Err` is why nothing is known, in a sentence.
fn known(context: &Context, asked: &options::Handover) -> Result<Known, String> {
    let places = paths::places(&context.global);
    if let Some(name) = &asked.account {
        let places = places.ok_or_else(|| context.texts.word("access.no-home"))?;
        let known = context.account_at(&places, Some(name))?;
        return Ok(Known { way: known.settings.way(), settings: known.settings });
    }
    let wanted = asked.product.as_deref().and_then(product::find);
    let fits = |known: &Known| wanted.is_none_or(|product| known.settings.product.as_ref() == Some(&product.id));
    for source in [unfinished, configured] {
        let Some(places) = &places else { break };
        match source(places) {
            Ok(known) => {
                if let Some(known) = known.filter(fits) {
                    return Ok(known);
                }
            }
            Err(failure) => {
                let why = context.texts.say(&verdict::file_trouble(&failure));
                // Whether it would have been that one cannot be told; a product that is named is enough to go on with.
                if wanted.is_none() {
                    return Err(why);
                }
                context.complain(why);
            }
        }
    }
    wanted.map(begun).ok_or_else(|| nothing(context))
}

/// The unfinished wizard's.
fn unfinished(places: &Places) -> Result<Option<Known>, FileFailure> {
    let draft = places.draft_as_it_is()?;
    Ok(draft.map(|draft| Known { way: draft.way(), settings: draft.settings }))
}

/// The default account's.
fn configured(places: &Places) -> Result<Option<Known>, FileFailure> {
    let config = places.config()?;
    let chosen = config.and_then(|config| config.choose(None).ok().map(|(_, settings)| settings.clone()));
    Ok(chosen.map(|settings| Known { way: settings.way(), settings }))
}

/// As a product begins.
fn begun(product: &Product) -> Known {
    let mut settings = Settings {
        product: Some(product.id.clone()),
        cloud: Some(product.cloud),
        tenant: product.tenant.clone(),
        ..Settings::default()
    };
    settings.smtp.host = product.smtp_host.clone();
    let way = product.ways.first().copied().unwrap_or_default();
    settings.take_way(way);
    Known { settings, way }
}

fn nothing(context: &Context) -> String {
    context.texts.say(&Phrase::new("handover.no-account").with("config", context.global.config_option()))
}

/// What makes the same as a script.
fn command(context: &Context, asked: &options::Handover) -> String {
    let product = asked.product.as_ref().map(|product| format!(" --product {product}"));
    let account = asked.account.as_ref().map(|account| format!(" -a {account}"));
    let mailbox = asked.mailbox.as_ref().map(|mailbox| format!(" --mailbox {}", shell::word(mailbox.as_str())));
    let base_url = asked.base_url.as_ref().map(|url| format!(" --base-url {}", shell::word(&url.to_string())));
    let config = Some(context.global.config_option());
    let options: String = [product, account, mailbox, base_url, config].into_iter().flatten().collect();
    format!("smtp-oauth handover --format powershell{options}")
}
