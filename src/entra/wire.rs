//! HTTP as values: the request the authority is to get, and what came back. `runtime::web` sends
//! the one and returns the other; nothing here touches a socket.

use serde_json::Value;

use crate::{network::CaFile, secret::Secret};

/// One request. Redirects are not followed, and the body goes to this URL alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub trust: CaFile,
}

/// The two kinds of request that the protocols here make; answers are asked for as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    Get,
    /// `application/x-www-form-urlencoded`, encoded already; may hold a secret.
    PostForm(Secret),
}

/// What came back, at most 1 MiB of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The media type without parameters, lower case; empty when absent.
    pub content_type: String,
    /// The `Date` header as Unix seconds: the far end's clock.
    pub date: Option<i64>,
    /// The `Retry-After` header in seconds.
    pub retry_after: Option<u64>,
    /// The `Location` header of a redirect, which is reported and never followed.
    pub location: Option<String>,
    pub body: Secret,
}

impl Request {
    /// The same request with a placeholder of its form body replaced by `value`, encoded for a form.
    #[must_use]
    pub fn filled(mut self, placeholder: &str, value: &str) -> Self {
        if let Method::PostForm(body) = &self.method {
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            self.method = Method::PostForm(Secret::new(body.expose().replace(placeholder, &encoded)));
        }
        self
    }
}

/// A time in seconds as servers write it: a number, whole or not, or a number as text. Negative is none.
pub(super) fn seconds(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    // A cast of a float saturates; NaN and negative numbers are filtered out before.
    (number.is_finite() && number >= 0.0).then_some(number as u64)
}

#[cfg(test)]
impl Answer {
    /// Nothing but a status and a body.
    pub fn of(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: String::new(),
            date: None,
            retry_after: None,
            location: None,
            body: Secret::new(body),
        }
    }
}
