//! The texts of an answers file, freed of what was pasted with them. It knows which key holds what; whether a value
//! is right is for `answers.rs`, and what it was is never said: somebody may have put a secret where none belongs.

use toml::{Table, Value};

use crate::{
    facts::clean::{Form, clean},
    phrase::Phrase,
};

/// What a key's text is to be; absent where nothing is pasted.
fn form(key: &str) -> Option<Form> {
    Some(match key {
        "user" | "sender" | "send_to" => Form::Address,
        "tenant" => Form::Tenant,
        // Whether it must be a GUID is known with the product.
        "client_id" => Form::ClientName,
        "redirect_uri" => Form::RedirectUri,
        "base_url" => Form::BaseUrl,
        "scopes" => Form::Scopes,
        "smtp.host" => Form::Host,
        "endpoints.authority" => Form::Authority,
        "endpoints.ca_file" | "client_secret_file" | "password_file" | "certificate_file" | "certificate_key_file" => {
            Form::Path
        }
        _ => return None,
    })
}

/// The same keys with their values as they are meant, and what was done to each that is another now.
pub fn tidied(table: &Table) -> (Table, Vec<(String, Phrase)>) {
    let mut told = Vec::new();
    (inside("", table, &mut told), told)
}

fn inside(prefix: &str, table: &Table, told: &mut Vec<(String, Phrase)>) -> Table {
    let tidy = |(key, value): (&String, &Value)| {
        let place = format!("{prefix}{key}");
        let value = match value {
            Value::Table(inner) if prefix.is_empty() => Value::Table(inside(&format!("{place}."), inner, told)),
            value => match form(&place) {
                Some(form) => one(form, value, &place, told),
                None => value.clone(),
            },
        };
        (key.clone(), value)
    };
    table.iter().map(tidy).collect()
}

fn one(form: Form, value: &Value, place: &str, told: &mut Vec<(String, Phrase)>) -> Value {
    match value {
        Value::String(text) => {
            let cleaned = clean(form, text);
            told.extend(cleaned.told("cleaned.changed").map(|phrase| (place.to_owned(), phrase)));
            if cleaned.changes.is_empty() { value.clone() } else { Value::from(cleaned.text.as_str()) }
        }
        Value::Array(list) => Value::Array(list.iter().map(|value| one(form, value, place, told)).collect()),
        value => value.clone(),
    }
}
