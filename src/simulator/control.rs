//! The pages that play people: the one with the browser, and the administrator who changes a
//! setting. Under an unguessable path; every change is one Microsoft's own portals offer, or time.
//!
//! - `POST approve`: `user_code`, `user`, `action=approve|decline`; with `authorize_url` in place of
//!   `user_code`, the same person in the browser flow; the answer says where the browser is sent, and
//!   it goes there, if that is a port of this machine's loopback
//! - `POST state`: any of [`super::switches`], all or none applied
//! - `GET portal`: the servers, the accounts with their passwords, the app with its ids and secrets, as JSON
//! - `GET messages`: what was accepted, as JSON

use serde_json::{Value, json};

use super::{
    Instant, Site,
    entra::{
        self, Answer, Form, Request,
        approval::{self, Action},
    },
    switches::switch,
    tenant::{Home, Registration, State, User},
};

pub fn answer(state: &mut State, site: &Site, page: &str, request: &Request, now: Instant) -> Answer {
    match (request.method.as_str(), page) {
        ("POST", "/approve") => approve(state, site, request, now),
        ("POST", "/state") => change(state, request, now),
        ("GET", "/portal") => Answer::json(200, &portal(state, site)),
        ("GET", "/messages") => Answer::json(200, &json!(state.ledger.messages)),
        (_, "/approve" | "/state") => Answer::json(405, &json!({"error": "POST only"})),
        (_, "/messages" | "/portal") => Answer::json(405, &json!({"error": "GET only"})),
        _ => Answer::json(404, &json!({"error": "no such control page"})),
    }
}

/// What administrators read off their pages.
fn portal(state: &State, site: &Site) -> Value {
    let kind = |user: &User| match (user.home, &user.mailbox, &user.high_volume) {
        (_, _, Some(_)) => "high-volume",
        (Home::Neighbour(_), ..) => "other-tenant",
        (Home::Personal, ..) => "personal",
        (Home::Work, Some(_), None) => "mailbox",
        (Home::Work, None, None) => "none",
    };
    let account = |user: &User| json!({"user": user.upn, "password": user.password, "kind": kind(user)});
    let app = |app: &Registration| {
        let secrets: Vec<&str> = app.secrets.iter().map(|secret| secret.value.as_str()).collect();
        json!({"client_id": app.client_id, "object_id": app.object_id, "client_secrets": secrets})
    };
    json!({
        "servers": site.servers,
        "accounts": state.users.iter().map(account).collect::<Vec<_>>(),
        "apps": state.registrations.iter().filter(|app| !app.first_party).map(app).collect::<Vec<_>>(),
    })
}

fn approve(state: &mut State, site: &Site, request: &Request, now: Instant) -> Answer {
    let form = request.form.clone().unwrap_or_default();
    let action = match form.value("action") {
        Some("approve") if state.browser.declines => Action::Decline,
        Some("approve") => Action::Approve,
        Some("decline") => Action::Decline,
        _ => return Answer::json(400, &json!({"error": "action is approve or decline"})),
    };
    let user = form.value("user").unwrap_or_default();
    if action == Action::Approve && user.is_empty() {
        return Answer::json(400, &json!({"error": "user is missing"}));
    }
    if let Some(url) = form.value("authorize_url") {
        return browse(state, site, url, &form, now);
    }
    let Some(code) = form.value("user_code") else {
        return Answer::json(400, &json!({"error": "user_code is missing"}));
    };
    let code = if state.browser.mistypes { "MISTYPED" } else { code };
    let session = state.browser.session.clone();
    match approval::decide(state, code, session.as_deref().unwrap_or(user), action, now) {
        Ok(()) => {
            Answer::json(200, &json!({"result": if action == Action::Approve { "approved" } else { "declined" }}))
        }
        Err(refused) => Answer::json(refused.status(), &json!({"error": refused.sentence()})),
    }
}

/// Opens the authorization page, signs in and clicks; follows no redirect.
fn browse(state: &mut State, site: &Site, url: &str, form: &Form, now: Instant) -> Answer {
    let Some(path) = url.strip_prefix(&site.authority) else {
        return Answer::json(400, &json!({"error": "authorize_url is not of this authority"}));
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: Form::parse(query.as_bytes()).unwrap_or_default(),
        form: Some(form.clone()),
        ..Request::default()
    };
    let answer = entra::answer(state, site, &request, now);
    match answer.location {
        Some(location) => Answer::json(200, &json!({"redirect": location})),
        None => {
            let error = answer.shown.as_deref().unwrap_or("the browser stays on a page");
            Answer::json(403, &json!({"error": error, "page": answer.body}))
        }
    }
}

fn change(state: &mut State, request: &Request, now: Instant) -> Answer {
    let form = request.form.clone().unwrap_or_default();
    let mut changed = state.clone();
    for (key, value) in form.fields() {
        if switch(&mut changed, key, value.trim(), now).is_none() {
            return Answer::json(400, &json!({"error": "no such switch, or not a value of it", "switch": key}));
        }
    }
    *state = changed;
    Answer::json(200, &json!({"changed": form.fields().len()}))
}
