//! The authorization endpoint of the browser flow: checks the request in Entra's order, lets the
//! person sign in and consent, and sends the browser back with a code or an error. Until the
//! redirect URI is known to be registered, an error is a page and goes nowhere.

use url::Url;

use super::{
    Answer, Form, Request,
    approval::{self, Refused},
    client,
    discovery::Directory,
    failure::{self, Failure},
    grant_failure, page, policy,
    scope::{self, Asked, Mixed},
};
use crate::simulator::{
    Instant, Site,
    ledger::AuthorizationCode,
    tenant::{Registration, State},
};

/// The status of a page that shows an error; Microsoft's is documented nowhere, so nothing may hang on it.
const SHOWN: u16 = 200;

/// A request whose answer may be sent to its redirect URI.
struct Checked {
    app: Registration,
    directory: Directory,
    /// As sent; and the URI the answer goes to.
    redirect_uri: String,
    target: Url,
}

pub fn answer(state: &mut State, site: &Site, tenant: &str, request: &Request, now: Instant) -> Answer {
    let checked = match check(state, tenant, request) {
        Ok(checked) => checked,
        Err(failure) => return page::stopped(SHOWN, &failure.sentence()),
    };
    let asked = match wanted(state, &checked, &request.query) {
        Ok(asked) => asked,
        Err(failure) => return back(state, site, &checked, &request.query, &failure, now),
    };
    if request.query.value("prompt") == Some("none") {
        return back(state, site, &checked, &request.query, &grant_failure::nobody_signed_in(), now);
    }
    let form = request.form.clone().filter(|_| request.method == "POST").unwrap_or_default();
    match person(state, &checked, &asked, &form) {
        Ok(Next::Page(page)) => page,
        Ok(Next::Declined) => back(state, site, &checked, &request.query, &grant_failure::consent_declined(), now),
        Ok(Next::Consented(upn)) => issue(state, checked, asked, upn, &request.query, now),
        Err(refused) => page::stopped(SHOWN, &refused.sentence()),
    }
}

fn check(state: &State, tenant: &str, request: &Request) -> Result<Checked, Failure> {
    let query = &request.query;
    if !matches!(request.method.as_str(), "GET" | "POST") {
        return Err(failure::wrong_verb(&request.method, "GET and POST"));
    }
    let directory = Directory::named(state, tenant)?;
    let app = client::registration(state, directory, query)?;
    let redirect_uri = client::required(query, "redirect_uri")?.to_owned();
    if app.redirects.is_empty() {
        return Err(grant_failure::redirects_none());
    }
    let target = Url::parse(&redirect_uri).ok().filter(|_| app.redirect(&redirect_uri).is_some());
    let target = target.ok_or_else(|| grant_failure::redirect_not_registered(&app, &redirect_uri))?;
    Ok(Checked { app, directory, redirect_uri, target })
}

fn wanted(state: &State, checked: &Checked, query: &Form) -> Result<Asked, Failure> {
    let response_type = client::required(query, "response_type")?;
    if response_type.split(' ').any(|kind| kind == "id_token") && !checked.app.implicit.id_tokens {
        return Err(grant_failure::id_token_not_enabled());
    }
    if response_type != "code" {
        return Err(grant_failure::response_type_unsupported());
    }
    if query.value("code_challenge").is_some() && query.value("code_challenge_method").unwrap_or("plain") != "S256" {
        return Err(grant_failure::challenge_method_unsupported());
    }
    // Scopes of several resources may be asked for here; the code is then redeemed for the first.
    let app = (checked.directory, &checked.app);
    scope::parse(client::required(query, "scope")?, app, &state.tenant.name, Mixed::FirstWins)
}

enum Next {
    Page(Answer),
    Declined,
    Consented(String),
}

fn person(state: &mut State, checked: &Checked, asked: &Asked, form: &Form) -> Result<Next, Refused> {
    let app = &checked.app;
    let client = (checked.directory, app);
    let Some(upn) = form.value("user") else { return Ok(Next::Page(page::ask_account(state, client, None))) };
    let user = approval::sign_in(state, client, upn, form)?.clone();
    match form.value("action") {
        Some("decline") => Ok(Next::Declined),
        Some("approve") => {
            policy::access(state, user.home).map_err(Refused::Person)?;
            approval::consent(state, app, &user, asked)?;
            Ok(Next::Consented(user.upn))
        }
        _ => Ok(Next::Page(page::ask_consent(state, app, &user, asked, None))),
    }
}

fn issue(state: &mut State, checked: Checked, asked: Asked, upn: String, query: &Form, now: Instant) -> Answer {
    let code = format!("1.A{}", state.ledger.serial.text(700));
    let session = state.ledger.serial.guid();
    let answer = returned(&checked.target, query, &[("code", &code), ("session_state", &session)]);
    state.ledger.keep_authorization_code(AuthorizationCode {
        code,
        client_id: checked.app.client_id,
        directory: checked.directory,
        redirect_uri: checked.redirect_uri,
        challenge: query.value("code_challenge").map(str::to_owned),
        asked,
        upn,
        issued: now,
        redeemed: false,
    });
    answer
}

fn back(state: &mut State, site: &Site, checked: &Checked, query: &Form, failure: &Failure, now: Instant) -> Answer {
    let description = failure.description(&mut state.ledger.serial, now);
    let uri = format!("{}/error?code={}", site.authority, failure.code);
    let fields = [("error", failure.error), ("error_description", &description), ("error_uri", &uri)];
    returned(&checked.target, query, &fields)
}

/// The redirect, with `state` as it came. A URI without a path gets a slash, as Entra adds one.
fn returned(target: &Url, query: &Form, fields: &[(&str, &str)]) -> Answer {
    let mut target = target.clone();
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(fields).extend_pairs(query.value("state").map(|state| ("state", state)));
    let pairs = pairs.finish();
    if query.value("response_mode") == Some("fragment") {
        target.set_fragment(Some(&pairs));
    } else {
        target.set_query(Some(&pairs));
    }
    Answer::redirect(target.as_str())
}
