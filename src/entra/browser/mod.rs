//! The authorization-code grant with PKCE (RFC 6749 §4.1, RFC 7636): the address to open, and the request that
//! turns the code into tokens. `oauth2` writes both; randomness and time are handed in.

mod returned;

use std::borrow::Cow;

use oauth2::{AuthUrl, AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use serde::{Deserialize, Serialize};

use super::{
    Failure,
    failure::aadsts_numbers,
    grant::{self, Registration},
    wire::{Answer, Method, Request},
};
use crate::{facts::Address, secret::Secret};
pub use returned::{Returned, Unusable, is_expected, of_query, returned};

/// A sign-in that was begun. Kept in the draft, so that a dropped line does not end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What to open in a browser; shown, and of no use without the verifier.
    pub authorize_url: String,
    /// As sent; the same is said when the code is redeemed.
    pub redirect_uri: String,
    pub state: Secret,
    pub code_verifier: Secret,
    /// Likewise the same both times.
    pub scopes: Vec<String>,
    /// Unix seconds by the local clock.
    pub expires_at: i64,
}

/// Whoever looks for a password and a second factor takes a while; a code then lives ten minutes.
const LIFETIME: i64 = 40 * 60;
/// RFC 7636 §4.1; `oauth2` takes no other.
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// What is asked for, and the secrets that bind its answer.
pub struct Asked<'a> {
    pub redirect_uri: &'a str,
    pub scopes: &'a [String],
    /// Who should sign in.
    pub login_hint: Option<&'a Address>,
    pub prompt: Prompt,
    pub verifier: Secret,
    pub state: Secret,
}

/// What the pages are to ask in any case (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// At Microsoft's: without it a browser signs in whoever is at hand, often the administrator.
    Account,
    /// Elsewhere: for a refresh token a server may insist on it (§11), and need not know the other.
    Consent,
    /// None: whoever is not signed in is sent back at once.
    Nothing,
}

impl Prompt {
    pub fn at_microsoft(is: bool) -> Self {
        if is { Self::Account } else { Self::Consent }
    }

    fn value(self) -> &'static str {
        match self {
            Self::Account => "select_account",
            Self::Consent => "consent",
            Self::Nothing => "none",
        }
    }
}

/// `None` for a redirect URI that is no URL, or a verifier of another length than RFC 7636 asks for.
pub fn begin(registration: &Registration, asked: Asked<'_>, now: i64) -> Option<Pending> {
    let Asked { redirect_uri, scopes, login_hint, prompt, verifier, state } = asked;
    if !VERIFIER.contains(&verifier.expose().len()) {
        return None;
    }
    let verified = PkceCodeVerifier::new(verifier.expose().to_owned());
    let redirect = RedirectUrl::new(redirect_uri.to_owned()).ok()?;
    let client = registration.client()?.set_auth_uri(AuthUrl::new(registration.endpoint("authorize")).ok()?);
    let csrf = CsrfToken::new(state.expose().to_owned());
    let mut request = client
        .authorize_url(|| csrf)
        .add_scopes(scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verified))
        .set_redirect_uri(Cow::Owned(redirect))
        .add_extra_param("response_mode", "query")
        .add_extra_param("prompt", prompt.value());
    if let Some(user) = login_hint {
        request = request.add_extra_param("login_hint", user.to_string());
    }
    Some(Pending {
        authorize_url: request.url().0.into(),
        redirect_uri: redirect_uri.to_owned(),
        state,
        code_verifier: verifier,
        scopes: scopes.to_vec(),
        expires_at: now.saturating_add(LIFETIME),
    })
}

/// Whether a redirect URI is registered, found out without anybody signing in: an authority sends nothing to one
/// that is not (RFC 6749 §3.1.2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// It was answered there.
    Registered,
    /// The authority's own page says that it is not (AADSTS50011), or that the app has none (AADSTS500113).
    Unregistered(Failure),
    Untold(Failure),
}

const NOT_REGISTERED: u32 = 50011;
const NONE_REGISTERED: u32 = 500_113;

/// The request that a browser would make with `prompt=none`.
pub fn probe(registration: &Registration, asked: Asked<'_>, now: i64) -> Option<Request> {
    let pending = begin(registration, Asked { prompt: Prompt::Nothing, ..asked }, now)?;
    Some(Request { method: Method::Get, url: pending.authorize_url, trust: registration.trust.clone() })
}

/// Reads the answer to [`probe`] for the same URI: a redirect to it, compared without its query, or a page, whose
/// AADSTS numbers become the failure's `codes`. Whatever tells neither is [`Probed::Untold`].
pub fn probed(answer: &Answer, redirect_uri: &str) -> Probed {
    let place = |url: &str| url::Url::parse(url).ok().map(|url| url[..url::Position::AfterPath].to_owned());
    if answer.location.as_deref().and_then(place).is_some_and(|to| Some(to) == place(redirect_uri)) {
        return Probed::Registered;
    }
    let mut failure = Failure::read(answer);
    if failure.codes.is_empty() {
        failure.codes = aadsts_numbers(answer.body.expose());
    }
    let unregistered = [NOT_REGISTERED, NONE_REGISTERED].into_iter().any(|code| failure.has_code(code));
    if unregistered { Probed::Unregistered(failure) } else { Probed::Untold(failure) }
}

/// The request for tokens; [`grant::read`] reads its answer.
pub fn redeem(registration: &Registration, pending: &Pending, code: &Secret) -> Option<Request> {
    let client = registration.client()?;
    let redirect = RedirectUrl::new(pending.redirect_uri.clone()).ok()?;
    let mut exchange = client
        .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(pending.code_verifier.expose().to_owned()))
        .set_redirect_uri(Cow::Owned(redirect))
        .add_extra_param("scope", pending.scopes.join(" "));
    for (name, value) in registration.asserted() {
        exchange = exchange.add_extra_param(name, value);
    }
    grant::noted(registration, |note| drop(exchange.request(note)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entra::grant::Credential;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn registration(credential: Credential) -> Registration {
        Registration {
            authority: "https://login.example".parse().unwrap(),
            tenant: "contoso.example".parse().unwrap(),
            client_id: "0f000000-0000-4000-8000-000000000001".parse().unwrap(),
            credential,
            trust: None,
        }
    }

    fn begun(redirect_uri: &str, verifier: &str) -> Option<Pending> {
        let asked = Asked {
            redirect_uri,
            scopes: &["https://outlook.office.com/SMTP.Send".to_owned(), "offline_access".to_owned()],
            login_hint: Some(&"alerts+x@contoso.example".parse().unwrap()),
            prompt: Prompt::Account,
            verifier: Secret::new(verifier),
            state: Secret::new("CANARY-state"),
        };
        begin(&registration(Credential::None), asked, 1000)
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn an_answer_at_the_redirect_uri_shows_that_it_is_registered() {
        let sent = |to: &str| {
            let answer = Answer { location: Some(to.into()), ..Answer::of(302, "") };
            probed(&answer, "http://localhost/MxMail/")
        };
        assert_eq!(sent("http://localhost/MxMail/?error=login_required&state=x"), Probed::Registered);
        for elsewhere in ["http://localhost/?error=x", "https://login.example/common/reprocess?ctx=1", "nonsense"] {
            assert!(matches!(sent(elsewhere), Probed::Untold(_)), "{elsewhere}");
        }
        let page = |text: &str| probed(&Answer::of(200, text), "http://localhost");
        let wrong = page("<html>AADSTS50011: The redirect URI 'x' does not match");
        assert!(matches!(wrong, Probed::Unregistered(failure) if failure.has_code(50011)));
        let none = page("<html>AADSTS500113: No reply address is registered for the application.");
        assert!(matches!(none, Probed::Unregistered(failure) if failure.has_code(500_113)));
        assert!(matches!(page("<html>Sign in"), Probed::Untold(_)));
    }

    #[test]
    fn the_address_to_open_says_what_is_asked_and_who_should_sign_in() {
        let pending = begun("http://localhost:8400/MxMail/", VERIFIER).unwrap();
        let url = url::Url::parse(&pending.authorize_url).unwrap();
        assert_eq!(url[..url::Position::AfterPath], *"https://login.example/contoso.example/oauth2/v2.0/authorize");
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let wanted = [
            pair("response_type", "code"),
            pair("client_id", "0f000000-0000-4000-8000-000000000001"),
            pair("state", "CANARY-state"),
            pair("code_challenge", CHALLENGE),
            pair("code_challenge_method", "S256"),
            pair("redirect_uri", "http://localhost:8400/MxMail/"),
            pair("scope", "https://outlook.office.com/SMTP.Send offline_access"),
            pair("response_mode", "query"),
            pair("prompt", "select_account"),
            pair("login_hint", "alerts+x@contoso.example"),
        ];
        assert_eq!(pairs, wanted);
        assert!(!pending.authorize_url.contains(VERIFIER));
        assert_eq!(pending.expires_at, 3400);
    }

    #[test]
    fn an_authority_that_is_not_microsofts_is_asked_for_the_consent_that_a_refresh_token_takes() {
        let prompts = [true, false].map(|microsoft| Prompt::at_microsoft(microsoft).value());
        assert_eq!(prompts, ["select_account", "consent"]);
    }

    #[test]
    fn what_no_sign_in_can_be_begun_with_is_refused() {
        assert_eq!(begun("no url", VERIFIER), None);
        assert_eq!(begun("http://localhost", "short"), None);
        assert_eq!(begun("http://localhost", &"x".repeat(129)), None);
    }

    #[test]
    fn the_code_is_redeemed_with_what_it_was_asked_for_with() {
        let pending = begun("http://localhost", VERIFIER).unwrap();
        let form = |credential: Credential| {
            let request = redeem(&registration(credential), &pending, &Secret::new("1.A&CANARY")).unwrap();
            assert_eq!(request.url, "https://login.example/contoso.example/oauth2/v2.0/token");
            assert!(!format!("{request:?}").contains("CANARY"));
            let Method::PostForm(body) = request.method else { panic!("a GET") };
            let mut pairs: Vec<_> = url::form_urlencoded::parse(body.expose().as_bytes()).into_owned().collect();
            pairs.sort();
            pairs
        };
        let wanted = [
            pair("client_id", "0f000000-0000-4000-8000-000000000001"),
            pair("code", "1.A&CANARY"),
            pair("code_verifier", VERIFIER),
            pair("grant_type", "authorization_code"),
            pair("redirect_uri", "http://localhost"),
            pair("scope", "https://outlook.office.com/SMTP.Send offline_access"),
        ];
        assert_eq!(form(Credential::None), wanted);
        assert!(form(Credential::Secret(Secret::new("a+b"))).contains(&pair("client_secret", "a+b")));
        let asserted = form(Credential::Assertion(Secret::new("e30.CANARY")));
        assert!(asserted.contains(&pair("client_assertion", "e30.CANARY")));
        assert!(!asserted.iter().any(|(name, _)| name == "client_secret"));
    }
}
