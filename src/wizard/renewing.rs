//! New tokens without anybody: by the refresh token at hand, or by the app's own credential, asked for again while
//! that may help. Ends with the tokens in their place; whoever asked keeps the draft before it uses them.

use super::{
    asking::{Answered, Asking},
    blame,
    credential::Unready,
    desk::Desk,
    effect::{CertificateFailure, Effect, Report, Ticket},
};
use crate::{
    entra::{Failure, grant},
    network::NetworkFailure,
    phrase::Phrase,
    secret::Secret,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Renewing {
    ticket: Ticket,
    asking: Asking,
    /// What was sent, where it is no app's own sign-in.
    with: Option<Secret>,
    /// For these, and not to take the place of the token at hand.
    scopes: Option<Vec<String>>,
    brought: Option<Secret>,
}

/// What a report came to.
#[derive(Debug)]
pub enum Came {
    Runs(Option<Effect>),
    Renewed,
    Refused(Failure),
    Unreachable(NetworkFailure),
    /// The app's certificate or key cannot be used.
    Unusable(CertificateFailure),
    /// There is nothing, or nothing any more, to renew with.
    Unready(Phrase),
}

impl Renewing {
    /// `None` where there is nothing to get new tokens with.
    pub fn begin(desk: &mut Desk, now: i64) -> Option<(Self, Effect)> {
        Self::begin_for(desk, None, now)
    }

    /// The same for scopes of its own: the token at hand stays, and of what comes the refresh token alone is kept.
    pub fn begin_for(desk: &mut Desk, scopes: Option<Vec<String>>, now: i64) -> Option<(Self, Effect)> {
        let with = refresh_token(desk);
        let mut renewing = Self { ticket: Ticket(0), asking: Asking::default(), with, scopes, brought: None };
        let effect = renewing.ask(desk, now).ok()?;
        Some((renewing, effect))
    }

    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The access token that came.
    pub fn brought(&self) -> Option<Secret> {
        self.brought.clone()
    }

    fn ask(&mut self, desk: &mut Desk, now: i64) -> Result<Effect, Phrase> {
        let registration = match desk.registration(now) {
            Ok(registration) => registration,
            Err(Unready::Unread(files)) => {
                self.ticket = desk.ticket();
                return Ok(Effect::ReadCertificate(self.ticket, files));
            }
            Err(Unready::Missing(missing)) => return Err(Phrase::new("consent.missing").with("key", missing.0)),
            Err(Unready::Unsigned) => return Err(Phrase::new("consent.unsigned")),
        };
        let scopes = self.scopes.clone().unwrap_or_else(|| desk.draft.settings.scopes());
        let request = if desk.draft.way().is_app_only() {
            grant::client_credentials(&registration, &scopes.join(" "))
        } else {
            self.with.as_ref().and_then(|token| grant::refresh(&registration, token, &scopes))
        };
        let request = request.ok_or_else(|| Phrase::new("evidence.no-refresh-token"))?;
        self.ticket = desk.ticket();
        Ok(Effect::Fetch(self.ticket, request))
    }

    pub fn reported(&mut self, desk: &mut Desk, report: Report, now: i64) -> Came {
        match report {
            Report::Fetched(outcome) => match self.asking.answered(desk, outcome, now) {
                Answered::Tokens(_) if refresh_token(desk) != self.with => {
                    // Somebody has signed in anew meanwhile, or means to.
                    Came::Unready(Phrase::new("evidence.no-refresh-token"))
                }
                Answered::Tokens(tokens) if self.scopes.is_some() => {
                    self.brought = Some(tokens.access);
                    if let (Some(kept), Some(_)) = (&mut desk.draft.secrets.tokens, &tokens.refresh) {
                        kept.refresh = tokens.refresh;
                    }
                    Came::Renewed
                }
                Answered::Tokens(tokens) => {
                    self.brought = Some(tokens.access.clone());
                    desk.draft.secrets.tokens = Some(match desk.draft.secrets.tokens.take() {
                        Some(before) => tokens.renewing(before),
                        None => tokens,
                    });
                    Came::Renewed
                }
                Answered::Again(pause) => {
                    self.ticket = desk.ticket();
                    Came::Runs(Some(Effect::Wait(self.ticket, pause)))
                }
                Answered::Refused(failure) => Came::Refused(failure),
                Answered::Unreachable(failure) => Came::Unreachable(failure),
            },
            Report::CertificateRead(Ok(certificate)) => {
                desk.certificate = Some(*certificate);
                self.again(desk, now)
            }
            Report::CertificateRead(Err(failure)) => Came::Unusable(failure),
            Report::Waited => self.again(desk, now),
            _ => Came::Runs(None),
        }
    }

    fn again(&mut self, desk: &mut Desk, now: i64) -> Came {
        self.ask(desk, now).map_or_else(Came::Unready, |effect| Came::Runs(Some(effect)))
    }
}

/// Of the tokens at hand, where it is what renews them.
fn refresh_token(desk: &Desk) -> Option<Secret> {
    let tokens = desk.draft.secrets.tokens.as_ref().filter(|_| !desk.draft.way().is_app_only());
    tokens.and_then(|tokens| tokens.refresh.clone())
}

/// In the words of the fact `flow`.
pub fn flow(desk: &Desk) -> &'static str {
    let way = desk.draft.way();
    if way.is_app_only() { way.flow() } else { blame::REFRESH }
}
