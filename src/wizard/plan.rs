//! Which steps lie ahead: the product's path, less those whose condition does not hold.

use super::{desk::Desk, ladder};
use crate::{
    checklist::{
        Item, State,
        steps::{Condition, Field},
    },
    product,
};

/// Ids of the steps, in order; the one that is open is among them whatever else holds.
pub fn path(desk: &Desk) -> Vec<&'static str> {
    let ids = desk.product().path.iter().map(String::as_str);
    ids.filter(|id| *id == desk.draft.step || applies(desk, id)).collect()
}

fn applies(desk: &Desk, id: &str) -> bool {
    let settings = &desk.draft.settings;
    let Some(step) = product::step(id) else { return true };
    if !step.ways.is_empty() && !step.ways.contains(&desk.draft.way()) {
        return false;
    }
    let unsettled = |key: &str| settings.cloud().unsettled().iter().any(|unsettled| unsettled == key);
    match step.condition {
        Some(Condition::OtherSender) => settings.sender.is_some() && settings.sender != settings.user,
        Some(Condition::ServerInDoubt) => {
            let named = settings.smtp.host.is_some();
            unsettled("smtp_host") || (named && desk.draft.checklist.state(Item::Network) == State::Failed)
        }
        Some(Condition::ScopesInDoubt) => unsettled("resource") || !settings.cloud().is_microsoft(),
        Some(Condition::CloudInDoubt) => settings.cloud() != desk.product().cloud,
        Some(Condition::SecretGiven) => desk.draft.secrets.client_secret.is_some(),
        Some(Condition::Hve) => settings.is_hve(),
        Some(Condition::NotHve) => !settings.is_hve(),
        Some(Condition::SeveralWays) => ladder::ways(desk).len() > 1,
        None => true,
    }
}

pub fn position(path: &[&str], id: &str) -> usize {
    path.iter().position(|step| *step == id).unwrap_or(0)
}

/// The step at which an item is settled, on this path.
pub fn step_of(path: &[&'static str], item: Item) -> Option<&'static str> {
    path.iter().copied().find(|id| product::step(id).is_some_and(|step| step.items.contains(&item)))
}

/// The step at which a value is typed, on this path.
pub fn step_for(path: &[&'static str], field: Field) -> Option<&'static str> {
    path.iter().copied().find(|id| product::step(id).is_some_and(|step| step.field == Some(field)))
}

/// Whether a token holds this as it was when the token was issued: mended, it takes a new one.
pub fn is_in_the_token(item: Item) -> bool {
    matches!(
        item,
        Item::Tenant
            | Item::ClientId
            | Item::RedirectUri
            | Item::PublicClient
            | Item::Permission
            | Item::ClientSecret
            | Item::Consent
            | Item::Audience
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::draft::Draft,
        language::{Language, Texts},
    };

    #[test]
    fn send_as_is_a_step_only_when_the_sender_is_another() {
        let mut desk = Desk::new(Draft::default(), Texts::new(Language::English), String::new());
        desk.draft.settings.user = Some("a@contoso.example".parse().unwrap());
        desk.draft.settings.sender = Some("a@contoso.example".parse().unwrap());
        assert!(!path(&desk).contains(&"send-as"));
        desk.draft.settings.sender = Some("b@contoso.example".parse().unwrap());
        let path = path(&desk);
        assert_eq!(step_of(&path, Item::SendAs), Some("send-as"));
        assert_eq!(step_of(&path, Item::SmtpAuth), Some("smtp-auth"));
    }
}
