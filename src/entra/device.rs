//! The device authorization grant (RFC 8628; Microsoft's page "OAuth 2.0 device authorization grant").
//! The poll is our own state machine: the AADSTS number and the network's troubles must reach the person,
//! and the time is handed in.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Failure,
    grant::{self, Registration, Tokens},
    wire::{Answer, Request, seconds},
};
use crate::{
    network::{FailureKind, NetworkFailure},
    secret::Secret,
};

/// A device code that runs. Kept in the draft, so that a dropped line does not end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCode {
    pub device_code: Secret,
    pub user_code: String,
    pub verification_uri: String,
    /// Unix seconds by the local clock.
    pub expires_at: i64,
    /// Seconds between polls, as the server last wanted it.
    pub interval: u64,
}

/// RFC 8628 §3.2: without `interval`, 5 seconds.
const INTERVAL: u64 = 5;
/// RFC 8628 §3.5: every `slow_down` adds 5 seconds.
const SLOW_DOWN: u64 = 5;
/// Entra's device codes live 15 minutes; taken when a server leaves out the REQUIRED `expires_in`.
const LIFETIME: u64 = 900;
/// What no honest server goes beyond (seconds); a code that never ends would be waited for for ever.
const LONGEST_LIFETIME: u64 = 86_400;
const LONGEST_INTERVAL: u64 = 300;
/// The person said no (AADSTS65004); another number is a policy's no, whatever the OAuth error.
const DECLINED: [u32; 2] = [65004, 70018];
/// Between attempts while the network is down: doubled up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// `POST {authority}/{tenant}/oauth2/v2.0/devicecode` with the client's id, its credential if it has one, and the
/// scopes separated by spaces (RFC 8628 §3.1); [`read`] reads the answer.
pub fn request(registration: &Registration, scopes: &[String]) -> Request {
    registration.form("devicecode", &[("scope", &scopes.join(" "))])
}

/// Reads the answer to [`request`], `now` being the moment it came in Unix seconds. Any other answer than a 200 with
/// a code, a user code and a web address is a failure (§3.2); its times are bounded.
pub fn read(answer: &Answer, now: i64) -> Result<DeviceCode, Failure> {
    parse(answer, now).ok_or_else(|| Failure::read(answer))
}

fn parse(answer: &Answer, now: i64) -> Option<DeviceCode> {
    if answer.status != 200 {
        return None;
    }
    let body: Value = serde_json::from_str(answer.body.expose()).ok()?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    // RFC 8628 says `verification_uri`; Google and drafts of it say `verification_url`.
    let uri = text("verification_uri").or_else(|| text("verification_url")).filter(|uri| is_web_address(uri))?;
    let user_code = text("user_code").filter(|code| code.len() <= 64 && code.chars().all(|c| c.is_ascii_graphic()))?;
    let lifetime = body.get("expires_in").and_then(seconds).unwrap_or(LIFETIME).min(LONGEST_LIFETIME);
    let interval = body.get("interval").and_then(seconds).unwrap_or(INTERVAL);
    Some(DeviceCode {
        device_code: Secret::new(text("device_code")?),
        user_code: user_code.to_owned(),
        verification_uri: uri.to_owned(),
        expires_at: now.saturating_add_unsigned(lifetime),
        interval: interval.clamp(1, LONGEST_INTERVAL),
    })
}

/// What may be opened in a browser: nothing else becomes a link, a QR code or a text to copy.
fn is_web_address(text: &str) -> bool {
    let web = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.host().is_some());
    web && text.len() <= 512 && text.chars().all(|c| c.is_ascii_graphic())
}

/// `POST {authority}/{tenant}/oauth2/v2.0/token` with the device code (RFC 8628 §3.4); [`polled`] reads the answer.
/// To be sent no sooner than [`pause`] after the one before.
pub fn poll(registration: &Registration, code: &DeviceCode) -> Request {
    registration.form(
        "token",
        &[("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.device_code.expose())],
    )
}

/// The pause before the next poll: a fifth longer than asked for, since servers measure from the arrival
/// of the last request and answer `slow_down` to a client that is early by the network's jitter.
pub fn pause(code: &DeviceCode) -> Duration {
    Duration::from_millis(code.interval.saturating_mul(1200))
}

/// What one poll meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    Granted(Tokens),
    /// Nobody has approved yet; the code's interval is up to date.
    Pending,
    /// The person at the browser said no.
    Declined(Failure),
    Expired(Failure),
    /// Passing: shown, and asked again after this pause.
    Trouble(Trouble, Duration),
    /// For good.
    Refused(Failure),
    Unreachable(NetworkFailure),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Network(NetworkFailure),
    Server(Failure),
}

/// Reads the answer to a poll. `hiccups` counts the troubles in a row before this one.
pub fn polled(code: &mut DeviceCode, outcome: Result<Answer, NetworkFailure>, hiccups: u32, now: i64) -> Polled {
    let pause = (pause(code) * 2_u32.saturating_pow(hiccups.min(5))).min(LONGEST_PAUSE.max(pause(code)));
    let answer = match outcome {
        Ok(answer) => answer,
        Err(failure) if failure.kind == FailureKind::Certificate || failure.kind.is_of_settings() => {
            return Polled::Unreachable(failure);
        }
        Err(failure) => return Polled::Trouble(Trouble::Network(failure), pause),
    };
    let failure = match grant::read(&answer, now) {
        Ok(tokens) => return Polled::Granted(tokens),
        Err(failure) => failure,
    };
    match failure.error.as_str() {
        "authorization_pending" => Polled::Pending,
        "slow_down" => {
            code.interval = (code.interval + SLOW_DOWN).min(LONGEST_INTERVAL);
            Polled::Pending
        }
        // Entra says `authorization_declined` where RFC 8628 says `access_denied`.
        "authorization_declined" | "access_denied" if failure.codes.iter().all(|code| DECLINED.contains(code)) => {
            Polled::Declined(failure)
        }
        "expired_token" | "code_expired" => Polled::Expired(failure),
        _ if failure.is_passing() || failure.error.is_empty() => {
            // Obeyed as long as the code lives; the poll after that finds it expired.
            let left = u64::try_from(code.expires_at - now).unwrap_or(0);
            let asked = answer.retry_after.map_or(pause, |asked| Duration::from_secs(asked.min(left)));
            Polled::Trouble(Trouble::Server(failure), asked.max(pause))
        }
        _ => Polled::Refused(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> DeviceCode {
        let body = r#"{"device_code":"CANARY-dc","user_code":"ABCD1234","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":5,"message":"…"}"#;
        read(&Answer::of(200, body), 1000).unwrap()
    }

    #[test]
    fn a_device_code_is_read_with_defaults_for_what_is_left_out() {
        assert_eq!((code().expires_at, code().interval), (1900, 5));
        let bare = Answer::of(
            200,
            r#"{"device_code":"x","user_code":"y","verification_url":"https://v.example","interval":null}"#,
        );
        assert_eq!((read(&bare, 0).unwrap().expires_at, read(&bare, 0).unwrap().interval), (900, 5));
        assert!(read(&Answer::of(200, r#"{"device_code":"x"}"#), 0).is_err());
    }

    #[test]
    fn hostile_numbers_addresses_and_codes_are_bounded_or_refused() {
        let body = |uri: &str, code: &str| {
            format!(
                r#"{{"device_code":"x","user_code":"{code}","verification_uri":"{uri}","expires_in":1e300,"interval":1e300}}"#
            )
        };
        let mut code = read(&Answer::of(200, &body("https://v.example", "AB-12")), 0).unwrap();
        assert_eq!((code.expires_at, code.interval), (86_400, 300));
        polled(&mut code, Ok(Answer::of(400, r#"{"error":"slow_down"}"#)), 0, 0);
        assert_eq!(code.interval, 300);
        for (uri, user_code) in
            [("javascript:alert(1)", "A"), ("https://v.example/\\u202e", "A"), ("https://v.example", "A\\u001b[2J")]
        {
            assert!(read(&Answer::of(200, &body(uri, user_code)), 0).is_err(), "{uri} {user_code}");
        }
    }

    #[test]
    fn every_answer_of_rfc_8628_is_told_apart() {
        let mut code = code();
        let mut polled = |error: &str| {
            let body = format!(r#"{{"error":"{error}"}}"#);
            polled(&mut code, Ok(Answer::of(400, &body)), 0, 1000)
        };
        assert_eq!(polled("authorization_pending"), Polled::Pending);
        assert_eq!(polled("slow_down"), Polled::Pending);
        assert!(matches!(polled("authorization_declined"), Polled::Declined(_)));
        assert!(matches!(polled("access_denied"), Polled::Declined(_)));
        assert!(matches!(polled("expired_token"), Polled::Expired(failure) if failure.error == "expired_token"));
        assert!(matches!(polled("bad_verification_code"), Polled::Refused(_)));
        assert!(matches!(polled("a_later_invention"), Polled::Refused(_)));
        assert_eq!((code.interval, pause(&code)), (10, Duration::from_secs(12)));
    }

    #[test]
    fn passing_troubles_are_waited_out_longer_and_longer() {
        let mut code = code();
        let refused = NetworkFailure {
            kind: FailureKind::Refused,
            address: "login.example:443".into(),
            detail: "connection refused".into(),
        };
        let mut pause_after = |hiccups| match polled(&mut code, Err(refused.clone()), hiccups, 1000) {
            Polled::Trouble(Trouble::Network(_), pause) => pause.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!([pause_after(0), pause_after(1), pause_after(2), pause_after(9)], [6, 12, 24, 30]);
        let busy = Answer { retry_after: Some(60), ..Answer::of(429, "") };
        assert!(
            matches!(polled(&mut code, Ok(busy), 0, 1000), Polled::Trouble(Trouble::Server(_), pause) if pause.as_secs() == 60)
        );
        let portal = Answer { content_type: "text/html".into(), ..Answer::of(200, "<html>") };
        assert!(matches!(polled(&mut code, Ok(portal), 0, 1000), Polled::Trouble(..)));
        let untrusted = NetworkFailure { kind: FailureKind::Certificate, ..refused };
        assert!(matches!(polled(&mut code, Err(untrusted), 0, 1000), Polled::Unreachable(_)));
    }

    #[test]
    fn the_grant_ends_the_poll() {
        let granted = Answer::of(200, r#"{"access_token":"CANARY-at","expires_in":3599,"token_type":"Bearer"}"#);
        assert!(
            matches!(polled(&mut code(), Ok(granted), 0, 1000), Polled::Granted(tokens) if tokens.expires_at == 4599)
        );
    }
}
