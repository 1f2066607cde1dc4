//! What every step works at: the draft, the texts and the tickets. A step sees the desk and its own
//! state, never the wizard around it.

use std::{collections::BTreeSet, path::PathBuf};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{
    effect::{Outcome, Ticket},
    ladder, plan,
    remote::Remote,
    rests::Facts,
    screen::Tone,
};
use crate::{
    account::{Settings, draft::Draft},
    checklist::{Item, State},
    diagnosis::Cause,
    entra::{Certificate, assertion::Algorithm},
    facts::Address,
    language::Texts,
    phrase::Phrase,
    product::{self, Product},
    secret::Secret,
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
    pub(super) algorithm: Algorithm,
    issued: u32,
    out: BTreeSet<Ticket>,
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

    /// Without tokens, and without what they had shown.
    pub fn drop_tokens(&mut self) {
        self.draft.secrets.tokens = None;
        self.draft.secrets.device = None;
        self.draft.secrets.browser = None;
        for item in [Item::Consent, Item::Token, Item::Audience, Item::SmtpUser] {
            self.draft.checklist.reopen(item);
        }
    }

    /// Said before something failed: beside a verdict, good news mislead, and what a browser said is said again.
    pub fn drop_stale_notices(&mut self) {
        let of_browser =
            |phrase: &Phrase| ["notice.companion-failed", "notice.companion-browser"].contains(&phrase.key.as_str());
        self.notices.retain(|(tone, phrase)| *tone != Tone::Success && !of_browser(phrase));
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
