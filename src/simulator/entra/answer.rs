//! HTTP as values, both ways: what the server read whole, and what it is to write.

use serde_json::Value;

#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Form,
    /// The body of a form, read already; `None` when it is no UTF-8 form.
    pub form: Option<Form>,
    /// `Authorization: Basic`, the other place for a client's id and secret (RFC 6749 §2.3.1).
    pub basic: Option<(String, String)>,
    /// `Origin`, which a page's script cannot leave out: the request crosses origins.
    pub origin: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        Some(Self(url::form_urlencoded::parse(text.trim().as_bytes()).into_owned().collect()))
    }

    /// The value of a field that is there and not blank.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.as_str())
    }

    pub fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// Seconds to keep away for.
    pub retry_after: Option<u32>,
    /// What somebody reads on the page that stops them.
    pub shown: Option<String>,
}

impl Answer {
    fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, body, location: None, retry_after: None, shown: None }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub fn page(status: u16, body: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{body}\n"))
    }

    pub fn redirect(location: &str) -> Self {
        Self { location: Some(location.to_owned()), ..Self::text(302, "See the Location.") }
    }
}
