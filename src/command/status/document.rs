//! The document of `status --json`: every key always there, times in Unix seconds.

use serde::Serialize;

use super::Account;
use crate::account::health::{Part, State};

#[derive(Serialize)]
pub struct Document<'a> {
    accounts: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    account: &'a str,
    state: State,
    next: Next,
    access_token: AccessToken,
    refresh_token: RefreshToken,
    client_secret: Expires,
    certificate: Expires,
    last_success: Option<i64>,
}

#[derive(Default, Serialize)]
struct Next {
    what: Option<Part>,
    at: Option<i64>,
}

#[derive(Serialize)]
struct AccessToken {
    expires_at: Option<i64>,
}

#[derive(Serialize)]
struct RefreshToken {
    issued_at: Option<i64>,
    last_used: Option<i64>,
    dies_at: Option<i64>,
}

#[derive(Serialize)]
struct Expires {
    expires: Option<i64>,
}

impl<'a> Document<'a> {
    pub fn new(accounts: &'a [Account]) -> Self {
        Self { accounts: accounts.iter().map(Entry::new).collect() }
    }
}

impl<'a> Entry<'a> {
    fn new(account: &'a Account) -> Self {
        let health = account.health.as_ref().ok();
        let refresh = health.map(|health| health.refresh).unwrap_or_default();
        let next = health.and_then(|health| health.next);
        Self {
            account: &account.name,
            state: account.state(),
            next: next.map(|next| Next { what: Some(next.what), at: next.at }).unwrap_or_default(),
            access_token: AccessToken { expires_at: health.and_then(|health| health.access_expires) },
            refresh_token: RefreshToken {
                issued_at: refresh.issued_at,
                last_used: refresh.last_used,
                dies_at: refresh.dies_at,
            },
            client_secret: Expires { expires: health.and_then(|health| health.secret_expires) },
            certificate: Expires { expires: health.and_then(|health| health.certificate_expires) },
            last_success: health.and_then(|health| health.last_success),
        }
    }
}
