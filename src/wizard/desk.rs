//! What every step works at: the draft, the texts and the tickets. A step sees the desk and its own
//! state, never the wizard around it.

use std::{collections::BTreeSet, path::PathBuf};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{
    effect::{CertificateFiles, Outcome, Ticket},
    ladder, plan,
    remote::Remote,
    rests::Facts,
    screen::Tone,
};
use crate::{
    account::{Settings, draft::Draft, settings::Missing},
    checklist::{Item, State},
    diagnosis::Cause,
    entra::{
        Certificate, Cloud, Failure,
        assertion::{self, Algorithm},
        grant::{Credential, Registration},
    },
    facts::Address,
    language::Texts,
    phrase::Phrase,
    product::{self, Product},
    secret::Secret,
    way::Way,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    pub draft: Draft,
    pub texts: Texts,
    /// Makes identifiers of this run unlike those of any other; random characters.
    pub seed: String,
    /// Said at the top of the screen until the next answer.
    pub notices: Vec<(Tone, Phrase)>,
    /// What was done to the value that was typed last; said above the notices, and as long.
    pub taken: Option<Phrase>,
    /// What was known before anything was typed.
    pub suggested: Settings,
    /// How the last test of this run ended, with or without a message.
    pub tested: Option<Outcome>,
    /// When one was last accepted in this run, with these settings.
    pub accepted_at: Option<i64>,
    /// What that is put down to; empty when it was accepted.
    pub causes: Vec<Cause>,
    /// Sign in again although tokens are at hand: they are kept until there are new ones.
    pub anew: bool,
    /// A renewal is under way that was begun beside the step; nothing is done with the tokens from before.
    pub renews: bool,
    /// Unix seconds, as of the message that is being answered.
    pub now: i64,
    /// What a browser said that is known already.
    pub said_at_browser: Option<String>,
    /// Seconds by which this machine's clock is ahead of the last answer's.
    pub clock_off: Option<i64>,
    /// The step that is open was answered by a file.
    pub by_file: bool,
    /// Nobody is there.
    pub unattended: bool,
    /// A browser can be opened on this machine's own screen.
    pub graphical: bool,
    /// Where a browser was last waited for: a tunnel may lead there.
    pub port: Option<u16>,
    /// Why a file could not be written that a run without a person was for.
    pub unwritten: Option<Phrase>,
    /// Where a real message is proposed to go.
    pub recipient: Option<Address>,
    /// Where a real message was sent in this run.
    pub sent_to: Option<Address>,
    /// The files written in this run.
    pub saved: Vec<PathBuf>,
    /// What a command line needs so that it finds this configuration; empty for the usual place.
    pub config_option: String,
    /// The person came by SSH.
    pub remote: Option<Remote>,
    /// Random bytes of this run, as text: what must not be guessed is made of them.
    pub entropy: Secret,
    /// How often it was drawn from.
    drawn: u32,
    /// What the app shows itself by, once it was read.
    pub certificate: Option<Certificate>,
    algorithm: Algorithm,
    issued: u32,
    out: BTreeSet<Ticket>,
}

/// Why the app cannot show itself yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Unready {
    Missing(Missing),
    /// These are to be read first.
    Unread(CertificateFiles),
    /// The key could not sign.
    Unsigned,
}

impl From<Missing> for Unready {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl Desk {
    pub fn new(draft: Draft, texts: Texts, seed: String) -> Self {
        Self {
            draft,
            texts,
            seed,
            notices: Vec::new(),
            taken: None,
            suggested: Settings::default(),
            tested: None,
            accepted_at: None,
            causes: Vec::new(),
            anew: false,
            renews: false,
            now: 0,
            said_at_browser: None,
            clock_off: None,
            by_file: false,
            unattended: false,
            graphical: false,
            port: None,
            unwritten: None,
            recipient: None,
            sent_to: None,
            saved: Vec::new(),
            config_option: String::new(),
            remote: None,
            entropy: Secret::default(),
            drawn: 0,
            certificate: None,
            algorithm: Algorithm::default(),
            issued: 0,
            out: BTreeSet::new(),
        }
    }

    pub fn tell_time(&mut self, now: i64) {
        self.now = now;
        self.draft.checklist.tell_time(now);
    }

    /// 43 characters (RFC 7636 §4.1), unlike any drawn before or in another run.
    pub fn random(&mut self, label: &str) -> Secret {
        self.drawn += 1;
        let drawn = format!("{}|{label}|{}", self.entropy.expose(), self.drawn);
        let digest = ring::digest::digest(&ring::digest::SHA256, Zeroizing::new(drawn).as_bytes());
        Secret::new(BASE64_URL_SAFE_NO_PAD.encode(digest))
    }

    /// A ticket for one task; its reports count until it is handed back.
    pub fn ticket(&mut self) -> Ticket {
        self.issued += 1;
        let ticket = Ticket(self.issued);
        self.out.insert(ticket);
        ticket
    }

    pub fn is_out(&self, ticket: Ticket) -> bool {
        self.out.contains(&ticket)
    }

    pub fn hand_back(&mut self, ticket: Ticket) {
        self.out.remove(&ticket);
    }

    /// Every task that still runs, to be cancelled; one of them may go on.
    pub fn recall(&mut self, but: Option<Ticket>) -> BTreeSet<Ticket> {
        let mut out = std::mem::take(&mut self.out);
        self.out.extend(but.filter(|ticket| out.remove(ticket)));
        out
    }

    pub fn product(&self) -> &'static Product {
        self.draft.settings.product.as_deref().and_then(product::find).unwrap_or_else(product::default)
    }

    /// The items of the checklist: what every product has, and what this one has besides on the path that lies ahead.
    pub fn items(&self) -> Vec<Item> {
        let path = plan::path(self);
        let of_path = |item: &Item| matches!(item, Item::Product(_)) && plan::step_of(&path, *item).is_some();
        Item::ALL.into_iter().chain(self.product().items().into_iter().filter(of_path)).collect()
    }

    /// Where the product's own browsers are sent back to.
    pub fn product_redirect(&self) -> Option<String> {
        self.product().redirect(self.draft.settings.base_url.as_ref())
    }

    /// The secret that goes along with what is asked here; a product elsewhere keeps its own.
    pub fn client_secret(&self) -> Option<&Secret> {
        self.draft.secrets.client_secret.as_ref().filter(|_| !self.product().app.keeps_secret_back())
    }

    /// Whether nobody can sign in without one.
    pub fn needs_secret(&self) -> bool {
        let app = &self.product().app;
        self.draft.way() == Way::Secret || app.secret && !app.keeps_secret_back()
    }

    /// Changes the settings. What was known of an item rests on the facts it was found out with; when one of
    /// them changes, it is known no more (`rests.rs`).
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        let before = Facts::of(&self.draft);
        let result = change(self);
        let after = Facts::of(&self.draft);
        for item in before.items_that_fall(&after) {
            self.draft.checklist.reopen(item);
            if item == Item::Connection {
                self.accepted_at = None;
            }
        }
        ladder::mark(&mut self.draft);
        if before.another_authority(&after) {
            // It was given for the one before, and no other may see it.
            self.draft.secrets.client_secret = None;
            self.draft.secrets.typed = None;
        }
        if before.another_sign_in(&after) {
            self.draft.secrets.browser = None;
        }
        if before.another_token(&after) {
            self.drop_tokens();
        }
        result
    }

    /// Sets up another product. Another cloud has other addresses, tenants and apps: what was typed for the one
    /// before is not taken along, but what was known beforehand.
    pub fn choose(&mut self, product: &Product) {
        let named = |settings: &Settings| settings.product.as_deref().and_then(product::find);
        let akin = self.suggested.cloud.is_none_or(|cloud| cloud.is_microsoft() == product.cloud.is_microsoft())
            && named(&self.suggested).is_none_or(|known| known.is_akin(product));
        let suggested = if akin { self.suggested.clone() } else { Settings::default() };
        // A product for Microsoft's clouds is for each of them, unless its accounts are all in one.
        let cloud = suggested.cloud.filter(|_| product.tenant.is_none()).unwrap_or(product.cloud);
        let before = named(&self.draft.settings);
        let same = suggested.product.as_ref().is_none_or(|known| *known == product.id);
        let known_host = suggested.smtp.host.clone().filter(|_| same);
        self.change(|desk| {
            let settings = &mut desk.draft.settings;
            let tenant = product.tenant.as_ref();
            if before.is_some_and(|before| settings.cloud() != cloud || !before.is_akin(product)) {
                settings.endpoints = suggested.endpoints;
                settings.smtp = suggested.smtp;
                settings.client_id = suggested.client_id;
                settings.tenant = suggested.tenant;
                settings.scopes = suggested.scopes;
            }
            settings.product = Some(product.id.clone());
            let base_url = settings.base_url.take().or(suggested.base_url);
            settings.base_url = base_url.filter(|_| product.base);
            settings.cloud = Some(cloud);
            settings.tenant = tenant.cloned().or(settings.tenant.take());
            // A product's own server is no other's; beside it counts what was known beforehand for the same product.
            let of_before = before.and_then(|before| before.smtp_host.as_ref());
            let kept = settings.smtp.host.take().filter(|host| Some(host) != of_before);
            settings.smtp.host = match &product.smtp_host {
                Some(own) => known_host.or_else(|| Some(own.clone())),
                None => kept,
            };
            settings.sender = settings.sender.take().filter(|_| product.has_sender());
            if !product.ways.contains(&desk.draft.way()) {
                desk.draft.way = None;
                desk.draft.settings.take_way(product.ways[0]);
                desk.draft.settings.consent = None;
            }
            // Another product's is registered for another app, or for none.
            if before.is_some_and(|before| before.redirect_here() != product.redirect_here()) {
                desk.draft.settings.redirect_uri = None;
            }
            desk.settle_redirect();
        });
        if let Some(tenant) = &product.tenant {
            let shared = Phrase::new("evidence.tenant-shared").with("tenant", tenant);
            self.draft.checklist.not_needed(Item::Tenant, shared);
        }
    }

    /// A browser comes back to the product's usual place unless another was named.
    pub fn settle_redirect(&mut self) {
        let comes_back = self.product().signs_in_itself() || self.draft.settings.way().is_browser();
        if comes_back && self.draft.settings.redirect_uri.is_none() {
            self.draft.settings.redirect_uri = self.product().redirect_here().parse().ok();
        }
    }

    /// Another of Microsoft's clouds. Tenant, app and mail server of the one before are not taken along, but what
    /// was known beforehand.
    pub fn move_to(&mut self, cloud: Cloud) {
        let suggested = self.suggested.clone();
        self.change(|desk| {
            let settings = &mut desk.draft.settings;
            if settings.cloud() != cloud {
                settings.tenant = None;
                settings.client_id = suggested.client_id;
                settings.scopes = suggested.scopes;
                settings.smtp = suggested.smtp;
            }
            settings.cloud = Some(cloud);
        });
    }

    /// Without tokens, and without what they had shown.
    pub fn drop_tokens(&mut self) {
        self.draft.secrets.tokens = None;
        self.draft.secrets.device = None;
        self.draft.secrets.browser = None;
        for item in [Item::Consent, Item::Token, Item::Audience, Item::SmtpUser] {
            self.draft.checklist.reopen(item);
        }
    }

    /// The app as the authority knows it, with what it shows itself by in the way chosen; an assertion is signed
    /// for each request anew.
    pub fn registration(&mut self, now: i64) -> Result<Registration, Unready> {
        let bare = self.draft.settings.registration(Credential::None)?;
        let credential = match (self.draft.way(), &self.certificate) {
            (Way::Certificate, Some(certificate)) => {
                let certificate = certificate.clone();
                let jti = self.random("jti");
                assertion::sign(&certificate, &bare, self.algorithm, now, jti.expose())
                    .map(Credential::Assertion)
                    .ok_or(Unready::Unsigned)?
            }
            (Way::Certificate, None) => {
                return Err(self.certificate_files().map_or(Missing("certificate_file").into(), Unready::Unread));
            }
            _ => return Ok(self.client()?),
        };
        Ok(Registration { credential, ..bare })
    }

    /// The same where a person consents: with the secret, if there is one.
    pub fn client(&self) -> Result<Registration, Missing> {
        self.draft.settings.registration(self.client_secret().cloned())
    }

    pub fn certificate_files(&self) -> Option<CertificateFiles> {
        let settings = &self.draft.settings;
        let certificate = settings.certificate_file.clone()?;
        Some(CertificateFiles { certificate, key: settings.certificate_key_file.clone() })
    }

    /// Whether what was refused is worth a try with another algorithm; it is used from then on.
    pub fn sign_otherwise(&mut self, failure: &Failure) -> bool {
        let other = self.algorithm.instead(failure).filter(|_| self.draft.way() == Way::Certificate);
        self.algorithm = other.unwrap_or(self.algorithm);
        other.is_some()
    }

    /// Said before something failed; beside a refusal it would mislead.
    pub fn drop_good_news(&mut self) {
        self.notices.retain(|(tone, _)| *tone != Tone::Success);
    }

    /// Whose word it is that nothing here can prove.
    pub fn said_so(&self) -> Phrase {
        Phrase::new(match (self.by_file, self.unattended) {
            (true, _) => "evidence.file-says",
            (false, true) => "evidence.not-asked",
            (false, false) => "evidence.said-so",
        })
    }

    /// How the account stands with the mail server: as the last test of this run ended, or as is known from one before.
    pub fn outcome(&self) -> Outcome {
        let proven = self.draft.checklist.state(Item::Connection) == State::Proven;
        self.tested.unwrap_or(if proven { Outcome::Accepted } else { Outcome::Incomplete })
    }

    /// What was typed at a step and not handed in.
    pub fn typed(&self, step: &str) -> Option<String> {
        self.draft.typed.get(step).cloned()
    }

    pub fn say(&self, phrase: &Phrase) -> String {
        self.texts.say(phrase)
    }

    pub fn word(&self, key: &str) -> String {
        self.texts.word(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_is_drawn_is_new_every_time() {
        let desk = |entropy: &str| {
            let mut desk = Desk::new(Draft::default(), Texts::new(Language::English), String::new());
            desk.entropy = Secret::new(entropy);
            desk
        };
        let (mut one, mut other) = (desk("CANARY-1"), desk("CANARY-2"));
        let drawn = [one.random("state"), one.random("state"), one.random("verifier"), other.random("state")];
        for (at, secret) in drawn.iter().enumerate() {
            assert_eq!(secret.expose().len(), 43);
            assert!(!drawn[..at].contains(secret));
        }
    }
}
