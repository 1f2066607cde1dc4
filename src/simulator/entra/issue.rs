//! Makes tokens. Exchange's access tokens are v1.0 in their claims and about 2,000 characters long;
//! the id token is v2.0. Whether a token may be issued was decided before, but for consent.

use serde_json::{Map, Value, json};

use super::{Answer, Answered, discovery, failure, failure::Failure, scope::Asked};
use crate::simulator::{
    Instant, Site,
    ledger::{Proof, RefreshToken},
    tenant::{Consent, Consenter, Home, Permission, Registration, Resource, State, User},
};

/// A sign-in that may become tokens.
pub struct Session<'a> {
    pub app: &'a Registration,
    pub user: &'a User,
    pub asked: &'a Asked,
    pub proof: Proof,
    pub from_device_code: bool,
    /// When somebody signed in, where that was before.
    pub began: Option<Instant>,
}

/// What the user, or an administrator for everybody, has consented to at the resource.
fn consented<'a>(consents: &'a [Consent], app: &Registration, user: &User, resource: Resource) -> Vec<&'a str> {
    let organisation = |by: &Consenter| user.home == Home::Work && *by == Consenter::Organisation;
    let counts = |consent: &&Consent| {
        consent.app == app.object_id
            && consent.permission.resource == resource
            && (organisation(&consent.by) || consent.by == Consenter::User(user.oid.clone()))
    };
    let mut names: Vec<&str> = Vec::new();
    for consent in consents.iter().filter(counts) {
        if !names.contains(&consent.permission.name.as_str()) {
            names.push(&consent.permission.name);
        }
    }
    names
}

/// The permissions asked for that nobody has consented to yet.
pub fn missing_consent(state: &State, app: &Registration, user: &User, asked: &Asked) -> Vec<Permission> {
    let consented = consented(&state.consents, app, user, asked.resource);
    let missing = |permission: &Permission| !consented.contains(&permission.name.as_str());
    wanted(app, asked).into_iter().filter(missing).collect()
}

/// The permissions meant: those named, or for `.default` those the registration lists.
pub fn wanted(app: &Registration, asked: &Asked) -> Vec<Permission> {
    if asked.default {
        return app.delegated.iter().filter(|listed| listed.resource == asked.resource).cloned().collect();
    }
    asked.names.iter().map(|name| Permission::new(asked.resource, name)).collect()
}

/// The answer to a grant that succeeded.
pub fn delegated(state: &mut State, site: &Site, session: &Session<'_>, now: Instant) -> Answered {
    let Session { app, user, asked, .. } = session;
    if !missing_consent(state, app, user, asked).is_empty() {
        return Err(match user.home {
            Home::Work | Home::Neighbour(_) => failure::not_consented(app),
            Home::Personal => failure::not_yet_granted(),
        });
    }
    let names = consented(&state.consents, app, user, asked.resource).join(" ");
    let mut oidc = vec![("openid", asked.openid), ("profile", asked.profile), ("email", asked.email)];
    oidc.retain(|(_, asked)| *asked);
    let oidc: Vec<&str> = oidc.into_iter().map(|(name, _)| name).collect();

    let mut claims = common(state, (app, user.home), asked, now);
    claims.extend(fields(&json!({
        "acct": 0, "acr": "1", "amr": ["pwd", "mfa"], "appidacr": appidacr(session.proof),
        "idtyp": "user", "ipaddr": "127.0.0.1", "name": user.name, "oid": user.oid, "puid": state.ledger.serial.hex(16),
        "scp": if names.is_empty() { oidc.join(" ") } else { names.clone() }, "sub": state.ledger.serial.text(43),
        "unique_name": user.upn, "upn": user.upn,
    })));
    let access_token = access_token(state, site, user.home, claims)?;

    let mut body = Map::new();
    body.insert("token_type".to_owned(), json!("Bearer"));
    body.insert("scope".to_owned(), json!(scope(asked, &names, &oidc)));
    body.insert("expires_in".to_owned(), json!(state.policy.token_lifetime));
    body.insert("ext_expires_in".to_owned(), json!(state.policy.token_lifetime));
    body.insert("access_token".to_owned(), json!(access_token));
    if asked.offline {
        let token = format!("1.A{}", state.ledger.serial.text(1100));
        state.ledger.keep_refresh_token(RefreshToken {
            token: token.clone(),
            client_id: app.client_id.clone(),
            proof: session.proof,
            upn: user.upn.clone(),
            asked: (*asked).clone(),
            issued: now,
            session: session.began.unwrap_or(now),
            from_device_code: session.from_device_code,
            used: false,
        });
        body.insert("refresh_token".to_owned(), json!(token));
    }
    if asked.openid {
        body.insert("id_token".to_owned(), json!(id_token(state, site, session, now)?));
    }
    Ok(Answer::json(200, &Value::Object(body)))
}

/// The answer to client credentials. A token is issued even when no role was granted.
pub fn application(
    state: &mut State,
    site: &Site,
    client: (&Registration, Proof),
    asked: &Asked,
    now: Instant,
) -> Answered {
    let (app, proof) = client;
    let granted = |consent: &&Consent| {
        consent.by == Consenter::Application
            && consent.app == app.object_id
            && consent.permission.resource == asked.resource
    };
    let mut roles: Vec<String> = state.consents.iter().filter(granted).map(|c| c.permission.name.clone()).collect();
    roles.dedup();
    let mut claims = common(state, (app, Home::Work), asked, now);
    claims.extend(fields(&json!({
        "appidacr": appidacr(proof), "idp": format!("https://sts.windows.net/{}/", state.tenant.id), "idtyp": "app",
        "oid": app.object_id, "sub": app.object_id,
    })));
    if !roles.is_empty() {
        claims.insert("roles".to_owned(), json!(roles));
    }
    let access_token = access_token(state, site, Home::Work, claims)?;
    let lifetime = state.policy.token_lifetime;
    let body = json!({
        "token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": access_token,
    });
    Ok(Answer::json(200, &body))
}

/// How the client authenticated, as tokens say it.
fn appidacr(proof: Proof) -> &'static str {
    match proof {
        Proof::Fallback | Proof::Native | Proof::SinglePage => "0",
        Proof::Secret => "1",
        Proof::Certificate => "2",
    }
}

/// Entra writes scopes with their host, and Graph's bare, beside the OpenID ones.
fn scope(asked: &Asked, names: &str, oidc: &[&str]) -> String {
    let audience = asked.audience.trim_end_matches('/');
    match asked.resource {
        Resource::Exchange | Resource::Management => {
            names.split(' ').map(|name| format!("{audience}/{name}")).collect::<Vec<_>>().join(" ")
        }
        Resource::Graph => format!("{names} {}", oidc.join(" ")).trim().to_owned(),
    }
}

/// The claims of both kinds, and those nobody can read: they make up most of a real token's length.
fn common(state: &mut State, (app, home): (&Registration, Home), asked: &Asked, now: Instant) -> Map<String, Value> {
    let tenant = discovery::id(state, home).to_owned();
    let serial = &mut state.ledger.serial;
    fields(&json!({
        "aud": asked.audience, "iss": format!("https://sts.windows.net/{tenant}/"),
        "iat": now.timestamp() - 300, "nbf": now.timestamp() - 300, "exp": now.timestamp() + state.policy.token_lifetime,
        "aio": serial.text(320), "app_displayname": app.name, "appid": app.client_id, "rh": serial.text(64),
        "tenant_region_scope": "EU", "tid": tenant, "uti": serial.text(22), "ver": "1.0",
        "wids": [serial.guid(), serial.guid()], "xms_ftd": serial.text(90), "xms_idrel": "1 16", "xms_sid": serial.guid(),
    }))
}

/// Personal accounts' tokens are for Exchange's eyes alone.
fn access_token(state: &mut State, site: &Site, home: Home, claims: Map<String, Value>) -> Result<String, Failure> {
    if state.policy.opaque_tokens || home == Home::Personal {
        let token = format!("EwBsim{}", state.ledger.serial.text(1337));
        state.ledger.keep_opaque_token(token.clone(), claims);
        return Ok(token);
    }
    site.key.sign(&Value::Object(claims)).map_err(|_| failure::unavailable())
}

fn id_token(state: &mut State, site: &Site, session: &Session<'_>, now: Instant) -> Result<String, Failure> {
    let tenant = discovery::id(state, session.user.home).to_owned();
    let serial = &mut state.ledger.serial;
    let mut claims = fields(&json!({
        "aud": session.app.client_id, "iss": format!("{}/{tenant}/v2.0", site.authority),
        "iat": now.timestamp() - 300, "nbf": now.timestamp() - 300, "exp": now.timestamp() + 3600,
        "rh": serial.text(64), "sub": serial.text(43), "tid": tenant, "uti": serial.text(22), "ver": "2.0",
    }));
    if session.asked.profile {
        claims.extend(fields(&json!({
            "name": session.user.name, "oid": session.user.oid, "preferred_username": session.user.upn,
        })));
    }
    site.key.sign(&Value::Object(claims)).map_err(|_| failure::unavailable())
}

fn fields(object: &Value) -> Map<String, Value> {
    object.as_object().cloned().unwrap_or_default()
}
