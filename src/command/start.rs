//! What the wizard is started with: a draft, a sign-in that is kept, an account that is there, a demo's values,
//! or nothing.

use super::{
    Context,
    demo::{self, Demo},
    options::{Global, Setup},
    remote,
    setup::{entropy, seed},
    terminal::{self, Shown},
    trouble::Trouble,
};
use crate::{
    account::{
        Settings,
        draft::{Draft, Secrets},
        vault::Vault,
    },
    entra::cloud,
    facts::AccountName,
    phrase::Phrase,
    product,
    runtime::files::Places,
    simulator::faults::Fault,
    wizard::{Given, verdict},
};

/// What the wizard is started with: the draft, else the account that is there, else nothing.
pub fn given(
    context: &Context,
    asked: &Setup,
    shown: Shown,
    global: &Global,
    places: &Places,
    demo: Option<&Demo>,
    by_account: bool,
) -> Result<Given, Trouble> {
    let config = places.config().map_err(Trouble::Config)?;
    let resumable = !asked.fresh && shown != Shown::Unattended;
    let draft = if resumable { places.draft() } else { Ok(None) };
    let suggested = demo.map(|demo| demo.offer.suggested.clone()).unwrap_or_default();
    let companions = demo.map(|demo| demo.offer.companions.clone()).unwrap_or_default();
    let known = config
        .as_ref()
        .filter(|_| by_account && demo.is_none() && !asked.fresh)
        .and_then(|config| config.choose(None).ok());
    let client_secret = match demo {
        Some(demo) => demo.offer.client_secret.clone(),
        None => known.and_then(|(name, _)| places.vault(name).ok()??.client_secret),
    };
    let mut notices = Vec::new();
    let draft = draft.unwrap_or_else(|failure| {
        notices.push(verdict::file_trouble(&failure));
        None
    });
    if demo.is_some() {
        notices.push(Phrase::new("demo.notice"));
    }
    if asked.demo.flatten().is_some_and(Fault::comes_later) && shown != Shown::Unattended && draft.is_none() {
        notices.push(Phrase::new("demo.notice-later"));
    }
    if !global.ascii && terminal::look(global).ascii && shown != Shown::Unattended {
        let other = global.lang.is_none() && context.texts.language() != terminal::language_of_locale();
        notices.push(Phrase::new(if other { "setup.ascii-english" } else { "setup.ascii" }));
    }
    if let Some((name, _)) = known.filter(|_| draft.is_none()) {
        notices.push(Phrase::new("setup.account-known").with("account", name));
    }
    let mut suggested = known.map_or(suggested, |(_, settings)| settings.clone());
    settle_product(asked, &mut suggested);
    Ok(Given {
        password: demo.and_then(|demo| demo.offer.password.clone()),
        recipient: demo.and_then(|demo| demo.offer.recipient.clone()),
        graphical: ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(terminal::is_set),
        texts: context.texts.clone(),
        draft: draft.map(|draft| if demo.is_some() { at_new_servers(draft, &suggested) } else { draft }),
        suggested,
        // Where a demo's fault is one of a product, every other would be at no simulator.
        product_fixed: asked.product.is_some() || asked.demo.flatten().and_then(demo::told).is_some(),
        account: known.map(|(name, _)| name.clone()),
        client_secret,
        companions,
        notices,
        answered: None,
        unattended: shown == Shown::Unattended,
        seed: seed(),
        entropy: entropy().ok_or(Trouble::Random)?,
        remote: remote::here(),
        config_option: global.config_option(),
    })
}

/// More life than a mail server wants of a token, so that it lasts for the wizard's whole test (seconds).
const AHEAD: u32 = 300;

/// An account whose refresh token is at hand: nobody has to type a code again for it. It is renewed here, under the
/// account's lock and with room for the answer; the wizard has neither.
pub fn signed_in_before(context: &Context, places: &Places, asked: Option<&AccountName>) -> Option<Draft> {
    let known = context.account_at(places, asked).ok()?;
    let kept = places.vault(&known.name).ok()??;
    if kept.is_dead() {
        return None;
    }
    let tokens = |vault: &Vault| vault.tokens().filter(|tokens| tokens.refresh.is_some());
    tokens(&kept)?;
    let min_life = cloud::min_life(&known.account.server.host) + AHEAD;
    // The answers may bring another secret, and the wizard says best what an authority refuses.
    let vault = known.access(context, Some(min_life), false).unwrap_or(kept);
    if places.vault(&known.name).ok().flatten().is_some_and(|now| now.is_dead()) {
        return None;
    }
    let secrets = Secrets { client_secret: vault.client_secret.clone(), tokens: tokens(&vault), ..Secrets::default() };
    Some(Draft { account: Some(known.name), settings: known.settings, secrets, ..Draft::default() })
}

/// A draft as it goes on in a demo: its servers are new ones, and know nothing of what it holds but the app's secret,
/// which is the same in each.
fn at_new_servers(mut draft: Draft, known: &Settings) -> Draft {
    draft.settings.endpoints = known.endpoints.clone();
    draft.settings.smtp = known.smtp.clone();
    draft.secrets = Secrets { client_secret: draft.secrets.client_secret, ..Secrets::default() };
    draft
}

/// A product that was named stands; another cloud than the account's has other addresses.
fn settle_product(asked: &Setup, settings: &mut Settings) {
    let Some(product) = asked.product.as_deref().and_then(product::find) else { return };
    if settings.product.as_ref().is_some_and(|known| *known != product.id) {
        *settings = Settings { user: settings.user.clone(), sender: settings.sender.clone(), ..Settings::default() };
    }
    settings.product = Some(product.id.clone());
    settings.cloud = Some(product.cloud);
}
