//! A token's claims in the clear: as a page that decodes tokens shows them, or a program's debug log. JSON, or a
//! dictionary as Python prints it.

use serde_json::Value;

use crate::token::Claims;

/// Beside `aud`, which other objects have as well.
const OTHERS: [&str; 6] = ["scp", "roles", "appid", "azp", "iss", "idtyp"];
/// A token's claims are a few thousand characters.
const LONGEST: usize = 16 * 1024;
/// Braces that are looked at.
const MOST: usize = 100;

pub fn decoded(text: &str) -> Vec<Claims> {
    let (mut found, mut from) = (Vec::new(), 0);
    let begins = |part: &str| ["\"aud\"", "'aud'"].iter().any(|key| part.contains(key));
    for _ in 0..MOST {
        let Some(at) = text[from..].find('{').map(|at| from + at).filter(|_| begins(&text[from..])) else { break };
        let end = (at..=text.len().min(at + LONGEST)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(at);
        let part = &text[at..end];
        from = at + 1;
        if let Some((claims, length)) = object(part) {
            found.push(claims);
            from = at + length;
        }
    }
    found
}

/// The object that a text begins with, if it is a token's, and its length.
fn object(text: &str) -> Option<(Claims, usize)> {
    let python = text[1..].trim_start().starts_with('\'');
    let json = if python {
        // Each is as long as what it stands for, so the place where the object ends is the same.
        let words = [(": None", ": null"), (": True", ": true"), (": False", ": false")];
        words.iter().fold(text.replace('\'', "\""), |text, (python, json)| text.replace(python, json))
    } else {
        text.to_owned()
    };
    let mut objects = serde_json::Deserializer::from_str(&json).into_iter::<Value>();
    let payload = objects.next()?.ok()?;
    let is_tokens = payload.get("aud").is_some() && OTHERS.iter().any(|claim| payload.get(claim).is_some());
    is_tokens.then(|| (Claims::from_payload(&payload), objects.byte_offset()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = r#"{"aud":"https://graph.microsoft.com","scp":"SMTP.Send User.Read","upn":"kim@b.example"}"#;

    #[test]
    fn claims_are_read_however_they_are_printed() {
        let pretty = PAYLOAD.replace(',', ",\n  ").replace('{', "{\n  ");
        let python = PAYLOAD.replace('"', "'").replace('}', ", 'acct': False, 'x': None}");
        for text in [
            PAYLOAD.to_owned(),
            pretty,
            format!("DEBUG claims: {python} end"),
            format!(r#"{{"typ":"JWT","alg":"RS256"}}.{PAYLOAD}.[Signature]"#),
            format!(r#"{{"header":{{"alg":"none"}},"payload":{PAYLOAD}}}"#),
            format!("{{ not json {PAYLOAD}"),
        ] {
            let found = decoded(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].is_for_graph() && found[0].upn.as_deref() == Some("kim@b.example"), "{text}");
        }
    }

    #[test]
    fn other_objects_are_none() {
        for text in ["", "{", "{}", r#"{"aud":"x"}"#, r#"{"error":"invalid_grant","aud":1}"#, &"{".repeat(100_000)] {
            assert_eq!(decoded(text), [], "{}", text.len());
        }
        assert_eq!(decoded(&format!("{}\"aud\"", "{é".repeat(100_000))), []);
    }
}
