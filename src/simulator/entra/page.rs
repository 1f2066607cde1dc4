//! What a person with a browser sees: the page a device code is typed into, then account and
//! consent, which the browser flow shares. Plain HTML; each form carries what was said before.

use super::{
    Answer, Form, Request,
    approval::{self, Action, Refused},
    discovery::Directory,
    issue,
    scope::Asked,
};
use crate::simulator::{
    Instant,
    tenant::{Permission, Registration, State, User},
};

pub fn answer(state: &mut State, request: &Request, now: Instant) -> Answer {
    match (request.method.as_str(), &request.form) {
        ("GET", _) => ask_code(200, ""),
        ("POST", Some(form)) => next(state, form, now).unwrap_or_else(|refused| {
            let restart = matches!(refused, Refused::UnknownCode | Refused::Used | Refused::Expired);
            if restart {
                ask_code(refused.status(), &refused.sentence())
            } else {
                stopped(refused.status(), &refused.sentence())
            }
        }),
        _ => Answer::text(405, "GET or POST."),
    }
}

fn next(state: &mut State, form: &Form, now: Instant) -> Result<Answer, Refused> {
    let code = form.value("user_code").unwrap_or_default().trim();
    let (device, app) = approval::open(state, code, now)?;
    let client = (device.directory, app);
    let Some(upn) = form.value("user") else { return Ok(ask_account(state, client, Some(code))) };
    let user = approval::sign_in(state, client, upn, form)?;
    let action = match form.value("action") {
        Some("approve") => Action::Approve,
        Some("decline") => Action::Decline,
        _ => return Ok(ask_consent(state, app, user, &device.asked, Some(code))),
    };
    let upn = user.upn.clone();
    approval::decide(state, code, &upn, action, now)?;
    let said = match action {
        Action::Approve => "You have signed in. You may now close this window.",
        Action::Decline => "You declined. The application was given nothing.",
    };
    Ok(page(200, "Done", &format!("<p>{said}</p>")))
}

fn ask_code(status: u16, trouble: &str) -> Answer {
    let body = format!(
        "{}<p>Enter the code displayed on your app or device.</p><form method=post>\
         <input name=user_code autofocus required maxlength=16 aria-label=Code> <button>Next</button></form>",
        alert(trouble)
    );
    page(status, "Enter code", &body)
}

/// `code`: a user code to carry on to the next page. The browser flow has its parameters in the URL.
pub fn ask_account(state: &State, (directory, app): (Directory, &Registration), code: Option<&str>) -> Answer {
    let code = code.map(|code| hidden("user_code", code)).unwrap_or_default();
    let pick = |upn: &String| {
        let upn = escape(upn);
        format!("<form method=post>{code}<button name=user value=\"{upn}\">{upn}</button></form>")
    };
    let here = |user: &&User| user.enabled && directory.serves(user.home);
    let accounts: String = state.users.iter().filter(here).map(|user| pick(&user.upn)).collect();
    let body = format!(
        "<p>You're signing in to <b>{}</b>. Continue only if you started it.</p>{accounts}\
         <h2>Use another account</h2><form method=post>{code}{}<label>User <input name=user required></label> \
         <label>Password <input name=password type=password required></label> <button>Sign in</button></form>",
        escape(&app.name),
        hidden("typed", "yes")
    );
    page(200, "Pick an account", &body)
}

pub fn ask_consent(state: &State, app: &Registration, user: &User, asked: &Asked, code: Option<&str>) -> Answer {
    let item = |permission: &Permission| format!("<li>{}</li>", escape(&permission.name));
    let items: String = issue::wanted(app, asked).iter().map(item).collect();
    let keep = if asked.offline { "<li>offline_access: keep the access it was given</li>" } else { "" };
    let body = format!(
        "<p>{}</p><p><b>{}</b> in {} would like to:</p><ul>{items}{keep}</ul><form method=post>{}{}\
         <button name=action value=approve>Accept</button> <button name=action value=decline>Cancel</button></form>",
        escape(&user.upn),
        escape(&app.name),
        escape(&state.tenant.name),
        code.map(|code| hidden("user_code", code)).unwrap_or_default(),
        hidden("user", &user.upn)
    );
    page(200, "Permissions requested", &body)
}

pub fn stopped(status: u16, sentence: &str) -> Answer {
    let page = page(status, "Sorry, but we're having trouble signing you in", &alert(sentence));
    Answer { shown: Some(sentence.to_owned()), ..page }
}

/// Of a network that lets nobody through before its terms are agreed to; it answers every address with it.
pub fn of_the_network() -> Answer {
    page(200, "Welcome to the guest network", "<p>Agree to the terms of use to go online.</p>")
}

fn alert(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p role=alert>{}</p>", escape(text)) }
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=hidden name={name} value=\"{}\">", escape(value))
}

fn page(status: u16, title: &str, body: &str) -> Answer {
    Answer::page(
        status,
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
             <title>{title}</title><body><h1>{title}</h1>{body}<p><small>A simulated Microsoft on this machine.\
             </small></p></body></html>\n"
        ),
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
