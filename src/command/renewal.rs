//! One renewal, under the account's lock: room on the disk first, then the request, and what comes of it is on the
//! disk before anyone gets it. A refusal and an answer that never came are kept as well.

use super::{Context, Known, access::now, credential, no_token::NoToken};
use crate::{
    account::{settings::Consent, vault::Vault},
    entra::{
        assertion::Algorithm,
        failure::Form,
        grant::{self, Registration, Tokens},
        wire::{Answer, Request},
    },
    network::NetworkFailure,
    runtime::patient,
    secret::Secret,
    way::Way,
    wizard::clock,
};

/// An assertion is not valid at this time, by the authority's clock.
const ASSERTION_TIME: u32 = 700_024;

/// The last answer or why there is none, and whether one got lost on the way.
struct Heard {
    outcome: Result<Answer, NetworkFailure>,
    unheard: bool,
}

impl Heard {
    /// Seconds by which this machine's clock is ahead, where the answer has a date.
    fn skew(&self) -> Option<i64> {
        let date = self.outcome.as_ref().ok()?.date?;
        Some(now().saturating_sub(date))
    }
}

impl Known {
    pub fn renew(&self, context: &Context, mut vault: Vault) -> Result<Vault, NoToken> {
        let room = self.places.room(&self.name, &vault)?;
        let heard = match self.ask(context, &vault) {
            Ok(heard) => heard,
            Err(unasked) => {
                room.give_back();
                return Err(unasked);
            }
        };
        if heard.unheard && self.account.consent != Consent::ClientCredentials {
            vault.unheard_at = Some(now());
        }
        let read = self.read(context, &heard);
        match &read {
            Ok(tokens) => {
                vault.take(tokens, now());
                vault.clock_off = heard.skew();
            }
            Err(NoToken::Refused(failure)) if failure.form == Form::OAuth => {
                vault.was_refused(failure.as_ref().into(), now());
            }
            Err(NoToken::Later(_, seconds)) => vault.was_busy(*seconds, now()),
            Err(_) if !heard.unheard => {
                room.give_back();
                return read.map(|_| vault);
            }
            Err(_) => {}
        }
        let kept = room.put(vault.text().expose().as_bytes()).inspect(|_| self.share(context, &vault));
        // Where there is no token the reason for that is the one to tell.
        read?;
        kept?;
        Ok(vault)
    }

    /// The access token alone is handed on. A refresh token that came with it takes the place of the one that was sent,
    /// which may be worth nothing now.
    pub fn lent(&self, context: &Context, mut vault: Vault) -> Result<Secret, NoToken> {
        let room = self.places.room(&self.name, &vault)?;
        let heard = self.ask(context, &vault);
        let read = heard.and_then(|heard| self.read(context, &heard));
        match read.as_ref().ok().and_then(|tokens| tokens.refresh.clone()) {
            Some(refresh) => {
                (vault.refresh_token, vault.refreshed_at) = (Some(refresh), Some(now()));
                room.put(vault.text().expose().as_bytes())?;
            }
            None => room.give_back(),
        }
        Ok(read?.access)
    }

    fn read(&self, context: &Context, heard: &Heard) -> Result<Tokens, NoToken> {
        let answer = heard.outcome.as_ref().map_err(|failure| NoToken::Network(failure.clone()))?;
        let skew = heard.skew().unwrap_or_default();
        if context.global.verbose > 0 && skew.unsigned_abs() > clock::TOLERATED {
            context.complain(context.texts.say(&clock::off(skew)));
        }
        grant::read(answer, now()).map_err(|failure| match NoToken::from(Box::new(failure)) {
            NoToken::Later(failure, _) => NoToken::Later(failure, answer.retry_after),
            other => other,
        })
    }

    /// Asks again at once where the authority's answer says how to ask it better.
    fn ask(&self, context: &Context, vault: &Vault) -> Result<Heard, NoToken> {
        // One limit for all: the others wait for the lock that is held here.
        let until = patient::deadline();
        let (mut algorithm, mut skew, mut unheard) = (Algorithm::default(), 0, false);
        loop {
            let registration = credential::of(self, vault, algorithm, skew)?;
            let request = self.request(&registration, vault)?;
            let asked = context.block_on_one(patient::ask(&request, until)).map_err(|_| NoToken::Unaskable)?;
            unheard |= asked.unheard;
            let certificate = self.settings.way() == Way::Certificate;
            let failure = asked.outcome.as_ref().ok().filter(|_| certificate).and_then(|answer| {
                let failure = grant::read(answer, now()).err()?;
                Some((failure, answer.date.map_or(0, |date| date - now())))
            });
            match failure {
                Some((failure, ahead)) if skew == 0 && ahead != 0 && failure.has_code(ASSERTION_TIME) => skew = ahead,
                Some((failure, _)) => match algorithm.instead(&failure) {
                    Some(other) => algorithm = other,
                    None => return Ok(Heard { outcome: asked.outcome, unheard }),
                },
                None => return Ok(Heard { outcome: asked.outcome, unheard }),
            }
        }
    }

    /// An app asks anew each time: it has no refresh token, and needs none.
    fn request(&self, registration: &Registration, vault: &Vault) -> Result<Request, NoToken> {
        let account = &self.account;
        let request = match account.consent {
            Consent::ClientCredentials => grant::client_credentials(registration, &account.scopes.join(" ")),
            Consent::DeviceCode | Consent::Browser | Consent::Password => {
                let refresh = vault.refresh_token.as_ref().ok_or_else(|| NoToken::NotSignedIn(self.name.clone()))?;
                grant::refresh(registration, refresh, &account.scopes)
            }
        };
        request.ok_or(NoToken::Unaskable)
    }
}
