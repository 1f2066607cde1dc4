//! What a token shows of the items before it: audience, permission, user. A claim that is
//! missing shows nothing.

use super::desk::Desk;
use crate::{
    checklist::{Item, State},
    entra::grant::Tokens,
    phrase::Phrase,
    token::Claims,
};

/// Scopes that say who signs in and for how long; they never appear in an access token for mail.
const IDENTITY_SCOPES: [&str; 4] = ["offline_access", "openid", "profile", "email"];

/// What Exchange wants: the delegated permission, the app's own, and either at High Volume Email.
const SMTP_SEND: &str = "SMTP.Send";
const SMTP_SEND_AS_APP: &str = "SMTP.SendAsApp";
const MAIL_SEND: &str = "Mail.Send";

/// Marks the checklist by what the tokens at hand say.
pub fn weigh(desk: &mut Desk) {
    let Some(tokens) = desk.draft.secrets.tokens.clone() else { return };
    let claims = Claims::read(&tokens.access);
    let settings = desk.draft.settings.clone();
    let app_only = desk.draft.way().is_app_only();
    let checklist = &mut desk.draft.checklist;
    checklist.prove(Item::Token, Phrase::new("evidence.token").with("mark", tokens.access.token_mark()));
    checklist.prove(Item::ClientId, Phrase::new("evidence.token-issued"));
    if checklist.state(Item::Tenant) == State::Failed {
        // It was issued there: what spoke against it does not hold any more.
        checklist.prove(Item::Tenant, Phrase::new("evidence.token-issued"));
    }
    // An app asks anew instead (RFC 6749 §4.4.3).
    if tokens.refresh.is_none() && !app_only {
        checklist.note(Item::Token, Phrase::new("evidence.no-refresh-token"));
    }
    let asked = settings.scopes();
    audience(desk, &claims, &asked);
    permission(desk, &claims, &tokens, &asked);
    user(desk, &tokens);
}

fn audience(desk: &mut Desk, claims: &Claims, asked: &[String]) {
    let Some(aud) = &claims.aud else {
        return desk.draft.checklist.note(Item::Audience, Phrase::new("evidence.opaque"));
    };
    let host = desk.draft.settings.resource().unwrap_or_default();
    let phrase = |key: &str| Phrase::new(key).with("aud", aud).with("resource", host);
    let resource = asked.iter().find_map(|scope| scope.rsplit_once('/').filter(|_| scope.contains("://")));
    let same = |asked: &str| trimmed(aud).eq_ignore_ascii_case(trimmed(asked));
    // At Microsoft only Exchange's is right, whatever was asked for, unless its name is not known for sure.
    let cloud = desk.draft.settings.cloud();
    let known = cloud.is_microsoft() && !cloud.unsettled().iter().any(|unsettled| unsettled == "resource");
    let as_asked = !known && resource.is_some_and(|(resource, _)| same(resource));
    let is_wanted = as_asked || claims.is_for_exchange();
    if claims.is_for_graph() {
        desk.draft.checklist.fail(Item::Audience, phrase("evidence.audience-graph"));
    } else if cloud.is_microsoft() && claims.is_for_elsewhere() {
        desk.draft.checklist.fail(Item::Audience, phrase("evidence.audience-elsewhere"));
    } else if is_wanted {
        desk.draft.checklist.prove(Item::Audience, phrase("evidence.audience"));
    } else {
        desk.draft.checklist.note(Item::Audience, phrase("evidence.audience-other"));
    }
}

fn trimmed(url: &str) -> &str {
    url.trim_end_matches('/')
}

fn permission(desk: &mut Desk, claims: &Claims, tokens: &Tokens, asked: &[String]) {
    let granted: Vec<&str> = tokens.scope.split_whitespace().collect();
    let name = |scope: &String| scope.rsplit('/').next().unwrap_or(scope).to_owned();
    // Whatever was asked for, Exchange wants this one (`.default` asks for what the app lists).
    let app_only = desk.draft.way().is_app_only();
    let wanted: Vec<String> = if desk.draft.settings.cloud().is_microsoft() {
        let name = match (desk.draft.settings.is_hve(), app_only) {
            (true, _) => MAIL_SEND,
            (false, true) => SMTP_SEND_AS_APP,
            (false, false) => SMTP_SEND,
        };
        vec![name.to_owned()]
    } else {
        asked.iter().filter(|scope| !IDENTITY_SCOPES.contains(&scope.as_str())).map(name).collect()
    };
    // The same resource has several hosts; what the permission is called is the same at each.
    let same =
        |given: &str, wanted: &str| given.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(wanted));
    let holds = |wanted: &String| claims.may(wanted) || granted.iter().any(|given| same(given, wanted));
    let missing: Vec<String> = wanted.iter().filter(|wanted| !holds(wanted)).cloned().collect();
    let told = !granted.is_empty() || !claims.scp.is_empty() || !claims.roles.is_empty();
    let checklist = &mut desk.draft.checklist;
    if app_only {
        let key = if missing.is_empty() { "evidence.consent-to-role" } else { "evidence.token-of-app" };
        let phrase = Phrase::new(key).with("role", wanted.join(" "));
        match missing.is_empty() {
            true => checklist.prove(Item::Consent, phrase),
            false => checklist.note(Item::Consent, phrase),
        }
    }
    if missing.is_empty() {
        checklist.prove(Item::Permission, Phrase::new("evidence.permission").with("scopes", wanted.join(" ")));
    } else if app_only && desk.draft.settings.cloud().is_microsoft() {
        // With RBAC for Applications it is not there, and must not be.
        checklist.note(Item::Permission, Phrase::new("evidence.role-missing").with("role", missing.join(" ")));
    } else if claims.is_for_elsewhere() && desk.draft.settings.cloud().is_microsoft() {
        // What it may there says nothing of what the app may here.
        checklist.note(Item::Permission, Phrase::new("evidence.permission-elsewhere"));
    } else if told && desk.draft.settings.cloud().is_microsoft() {
        checklist.fail(Item::Permission, Phrase::new("evidence.permission-missing").with("scopes", missing.join(" ")));
    } else if told {
        let held = claims.scp.iter().chain(&claims.roles).cloned().collect::<Vec<_>>().join(" ");
        let held = if held.is_empty() { granted.join(" ") } else { held };
        checklist.note(Item::Permission, Phrase::new("evidence.permission-untold").with("scopes", held));
    } else {
        checklist.note(Item::Permission, Phrase::new("evidence.opaque"));
    }
}

/// Who signed in: the access token's user, or the id_token's when the access token is opaque.
pub fn signed_in(tokens: &Tokens) -> Option<String> {
    let access = Claims::read(&tokens.access);
    access.upn.or_else(|| Claims::read(tokens.id.as_ref()?).upn)
}

fn user(desk: &mut Desk, tokens: &Tokens) {
    if desk.draft.way().is_app_only() {
        return desk.draft.checklist.not_needed(Item::SmtpUser, Phrase::new("ways.without.smtp-user"));
    }
    let (Some(user), Some(upn)) = (desk.draft.settings.user.clone(), signed_in(tokens)) else {
        return desk.draft.checklist.note(Item::SmtpUser, Phrase::new("evidence.user-untold"));
    };
    let phrase = |key: &str| Phrase::new(key).with("upn", &upn).with("user", &user);
    let microsoft = desk.draft.settings.cloud().is_microsoft();
    let checklist = &mut desk.draft.checklist;
    if user.same_as(&upn) {
        checklist.prove(Item::SmtpUser, phrase("evidence.user"));
        checklist.prove(Item::Mailbox, phrase("evidence.user"));
    } else if microsoft {
        checklist.fail(Item::SmtpUser, phrase("evidence.user-differs"));
    } else {
        // Another mail server may see it another way; it will tell.
        checklist.note(Item::SmtpUser, phrase("evidence.user-other"));
    }
}
