//! Lines of a log that are JSON: the journal's, Docker's, a program's structured log. What was said is taken out of
//! them; an authority's own JSON is none and stays as it is.

use serde_json::{Map, Value};

/// Keys that hold what was said, the fullest first.
const SAID: [&str; 8] =
    ["MESSAGE", "log", "message", "msg", "Message", "RenderedMessage", "textPayload", "short_message"];
/// Keys of which one stands in every line of a log.
const LOGGED: [&str; 19] = [
    "__CURSOR",
    "_HOSTNAME",
    "__REALTIME_TIMESTAMP",
    "_PID",
    "PRIORITY",
    "SYSLOG_IDENTIFIER",
    "stream",
    "time",
    "@timestamp",
    "timestamp",
    "Timestamp",
    "@t",
    "ts",
    "t",
    "level",
    "Level",
    "severity",
    "lvl",
    "datetime",
];
/// Logs whose other keys tell nothing.
const BARE: [&str; 3] = ["MESSAGE", "log", "textPayload"];
/// A line of the journal is at most this long.
const LONGEST: usize = 256 * 1024;

pub fn opened(text: &str) -> String {
    let lines = text.split('\n').map(|line| line_of_log(line).unwrap_or_else(|| line.to_owned()));
    lines.collect::<Vec<_>>().join("\n")
}

fn line_of_log(line: &str) -> Option<String> {
    let begins = line.find("{\"").filter(|_| line.len() <= LONGEST)?;
    // `web_1  | {"level":…`: what stands before is the name of a container, or a time.
    let json = line[begins..].trim_end();
    let mut object: Map<String, Value> = serde_json::from_str(json).ok()?;
    let logged = LOGGED.iter().any(|key| object.contains_key(*key));
    let key = SAID.into_iter().find(|key| object.contains_key(*key)).filter(|_| logged)?;
    let said = words(&object.remove(key)?)?;
    let rest = if BARE.contains(&key) { None } else { Some(Value::Object(object).to_string()) };
    let said = said.trim_end();
    // On a line of its own, and before: what stands behind a reply would be taken for the end of it.
    Some(rest.map_or_else(|| said.to_owned(), |rest| format!("{rest}\n\n{said}")))
}

/// A text; the journal writes one with odd bytes as a list of numbers.
fn words(said: &Value) -> Option<String> {
    match said {
        Value::String(text) => Some(text.clone()),
        Value::Array(bytes) => {
            let byte = |value: &Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
            let bytes: Option<Vec<u8>> = bytes.iter().map(byte).collect();
            Some(String::from_utf8_lossy(&bytes?).into_owned())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_taken_out_of_a_line_of_a_log() {
        for (line, said) in [
            (r#"{"log":"535 5.7.3 no\n","stream":"stderr","time":"2026-11-22T10:00:00Z"}"#, "535 5.7.3 no"),
            (r#"{"MESSAGE":"535 5.7.3 no","PRIORITY":"3","_PID":"1"}"#, "535 5.7.3 no"),
            (r#"{"MESSAGE":[53,51,53,32,195,40],"_PID":"1"}"#, "535 \u{fffd}("),
            (r#"{"_HOSTNAME":"mx","MESSAGE":[53,51,53]}"#, "535"),
            (r#"web_1 | {"log":"a","stream":"x"}"#, "a"),
            (
                r#"{"level":"error","msg":"not sent","error":"535 5.7.3 no"}"#,
                "{\"level\":\"error\",\"error\":\"535 5.7.3 no\"}\n\nnot sent",
            ),
            (r#"{"error":"invalid_grant","message":"x"}"#, r#"{"error":"invalid_grant","message":"x"}"#),
            (r#"{"log":7,"time":"x"}"#, r#"{"log":7,"time":"x"}"#),
            (r#"{"log":"a""#, r#"{"log":"a""#),
        ] {
            assert_eq!(opened(line), said, "{line}");
        }
    }
}
