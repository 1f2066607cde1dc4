//! One line of the exchange, as it was on the wire: both directions, never a secret. Line ends are left
//! out, control characters are visible (`crate::visible` says how), the token stands as its mark, and the
//! SASL string is shown before its base64 encoding.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::phrase::Phrase;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Server,
    Client,
}

/// Where a test stands. `Token` comes before the connection and is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Token,
    Resolve,
    Connect,
    Greeting,
    Ehlo,
    StartTls,
    Tls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Quit,
}

/// Serialises as the transcript of `test --json`: `{"ms":0.4,"from":"server","tls":false,"text":"220 …"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Since the connection was asked for.
    #[serde(rename = "ms", serialize_with = "milliseconds")]
    pub at: Duration,
    pub from: Side,
    pub tls: bool,
    #[serde(serialize_with = "ascii_marks")]
    pub text: String,
    #[serde(skip)]
    pub stage: Stage,
    /// What the line means, to be shown beside it; absent where the line before said it.
    #[serde(skip)]
    pub meaning: Option<Phrase>,
}

/// Milliseconds with one decimal.
pub(super) fn milliseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 10_000.0).round() / 10.0)
}

/// JSON is read on terminals that may have ASCII only: `<token: …>` for `‹token: …›`.
pub(super) fn ascii_marks<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::secret::ascii_marks(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_serialises_as_the_json_of_a_test() {
        let line = Line {
            at: Duration::from_micros(1_449),
            from: Side::Client,
            tls: true,
            text: "x ‹secret›".into(),
            stage: Stage::StartTls,
            meaning: Some(Phrase::new("smtp.meaning.ehlo")),
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"ms":1.4,"from":"client","tls":true,"text":"x <secret>"}"#
        );
        assert_eq!(serde_json::to_string(&Stage::StartTls).unwrap(), r#""starttls""#);
    }
}
