//! The page a device code is typed into, for a person with a browser: code, account, consent. Plain
//! HTML; each form carries what was said before, so no page needs a session.

use super::{
    Answer, Form, Request,
    approval::{self, Action, Refused},
    failure, issue,
};
use crate::simulator::{Instant, tenant::State};

pub fn answer(state: &mut State, request: &Request, now: Instant) -> Answer {
    match (request.method.as_str(), &request.form) {
        ("GET", _) => ask_code(200, ""),
        ("POST", Some(form)) => next(state, form, now).unwrap_or_else(|refused| {
            let restart = matches!(refused, Refused::UnknownCode | Refused::Used | Refused::Expired);
            if restart { ask_code(refused.status(), &refused.sentence()) } else { stopped(&refused) }
        }),
        _ => Answer::text(405, "GET or POST."),
    }
}

fn next(state: &mut State, form: &Form, now: Instant) -> Result<Answer, Refused> {
    let code = form.value("user_code").unwrap_or_default().trim();
    let (device, app) = approval::open(state, code, now)?;
    let Some(upn) = form.value("user") else { return Ok(ask_account(state, code, &app.name)) };
    let user = approval::person(state, app, upn)?;
    // An account picked from the list has a session in this browser; one typed in has to prove itself.
    if form.value("typed").is_some() && form.value("password") != Some(user.password.as_str()) {
        return Err(Refused::Person(failure::password_wrong()));
    }
    let action = match form.value("action") {
        Some("approve") => Action::Approve,
        Some("decline") => Action::Decline,
        _ => {
            let wanted = issue::wanted(app, &device.asked);
            let names: Vec<&str> = wanted.iter().map(|permission| permission.name.as_str()).collect();
            return Ok(ask_consent(code, &user.upn, &app.name, &state.tenant.name, &names, device.asked.offline));
        }
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

fn ask_account(state: &State, code: &str, app: &str) -> Answer {
    let code = hidden("user_code", code);
    let pick = |upn: &String| {
        let upn = escape(upn);
        format!("<form method=post>{code}<button name=user value=\"{upn}\">{upn}</button></form>")
    };
    let accounts: String = state.users.iter().filter(|user| user.enabled).map(|user| pick(&user.upn)).collect();
    let body = format!(
        "<p>You're signing in to <b>{}</b> on another device. Continue only if you started it.</p>{accounts}\
         <h2>Use another account</h2><form method=post>{code}{}<label>User <input name=user required></label> \
         <label>Password <input name=password type=password required></label> <button>Sign in</button></form>",
        escape(app),
        hidden("typed", "yes")
    );
    page(200, "Pick an account", &body)
}

fn ask_consent(code: &str, upn: &str, app: &str, tenant: &str, names: &[&str], offline: bool) -> Answer {
    let items: String = names.iter().map(|name| format!("<li>{}</li>", escape(name))).collect();
    let keep = if offline { "<li>offline_access: keep the access it was given</li>" } else { "" };
    let body = format!(
        "<p>{}</p><p><b>{}</b> in {} would like to:</p><ul>{items}{keep}</ul><form method=post>{}{}\
         <button name=action value=approve>Accept</button> <button name=action value=decline>Cancel</button></form>",
        escape(upn),
        escape(app),
        escape(tenant),
        hidden("user_code", code),
        hidden("user", upn)
    );
    page(200, "Permissions requested", &body)
}

fn stopped(refused: &Refused) -> Answer {
    page(refused.status(), "Sorry, but we're having trouble signing you in", &alert(&refused.sentence()))
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
