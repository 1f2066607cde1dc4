//! The address that the browser came back to, pasted in every shape, right and wrong.

use smtp_oauth::{
    checklist::{Item, State},
    secret::Secret,
    way::Way,
    wizard::{effect::Outcome, message::Message},
};

use crate::{
    browser::{USER, begins, begins_with, error, notes, pastes, state},
    microsoft::Microsoft,
};

#[test]
fn the_address_that_is_pasted_is_as_good_and_never_shown() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let pending = person.model.draft().secrets.browser.clone().unwrap();
    assert_eq!(pending.redirect_uri, "http://localhost");
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    assert!(address.starts_with("http://localhost/?code="), "{address}");
    person.tell(Message::Typed(Secret::new(address.as_str())));
    let (clear, secret) = person.model.draft().texts();
    assert!(!clear.contains("code=") && !secret.unwrap().expose().contains("?code="));
    pastes(&mut microsoft, &mut person, &format!("\u{1b}[200~ \"{}\" ", address.replace('&', "&amp;")));
    assert_eq!(person.at(), "token");
    assert_eq!(state(&person, Item::RedirectUri), State::Proven);
}

#[test]
fn two_lines_of_one_address_are_put_together() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    let (first, second) = address.split_at(90);
    pastes(&mut microsoft, &mut person, first);
    assert!(error(&person).contains("state="), "{}", error(&person));
    pastes(&mut microsoft, &mut person, second);
    assert_eq!(person.at(), "token");
}

#[test]
fn what_is_pasted_wrongly_is_named_and_asked_for_again() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let pending = person.model.draft().secrets.browser.clone().unwrap();
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    let other = address.replace(pending.state.expose(), &"x".repeat(43));
    for (text, word) in [
        (pending.authorize_url.as_str(), "the address to open"),
        (other.as_str(), "another sign-in"),
        ("https://www.example.com/?q=x", "www.example.com"),
        ("done", "no code="),
        ("", "Nothing was pasted"),
    ] {
        pastes(&mut microsoft, &mut person, text);
        assert!(error(&person).contains(word), "{text}: {}", error(&person));
    }
    pastes(&mut microsoft, &mut person, &address);
    assert_eq!(person.at(), "token");
}

#[test]
fn a_code_alone_is_taken_and_said_to_be_unchecked() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    let url = url::Url::parse(&address).unwrap();
    let code = url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    person.tell(Message::Answer(Secret::new(code)));
    assert!(person.notes().iter().any(|note| note.contains("PKCE")), "{:?}", person.notes());
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "token");
}

#[test]
fn a_code_of_before_is_refused_by_its_number() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    for code in &mut microsoft.state.ledger.authorization_codes {
        code.redeemed = true;
    }
    pastes(&mut microsoft, &mut person, &address);
    assert!(notes(&person).contains("AADSTS54005"), "{:?}", person.notes());
    assert!(person.reads().contains("The code was used twice"), "{}", person.reads());
}

#[test]
fn where_nobody_is_one_wrong_line_ends_it() {
    let (mut microsoft, mut person) = begins_with(Microsoft::healthy(), Way::Paste, |given, _| given.unattended = true);
    pastes(&mut microsoft, &mut person, "");
    assert_eq!(person.model.stuck_outcome(), Outcome::SignIn);
}

#[test]
fn an_error_page_of_the_authority_proves_no_redirect_uri() {
    for pasted in ["https://127.0.0.1:1/error?code=700016", "AADSTS700016: Application was not found"] {
        let (mut microsoft, mut person) = begins(Way::Paste);
        pastes(&mut microsoft, &mut person, pasted);
        assert_ne!(state(&person, Item::RedirectUri), State::Proven, "{pasted}");
    }
    let (mut microsoft, mut person) = begins(Way::Paste);
    pastes(&mut microsoft, &mut person, "https://evil.example/?error=access_denied");
    assert!(error(&person).contains("evil.example") && person.model.draft().secrets.browser.is_some());
}

#[test]
fn an_address_that_comes_in_lines_is_put_together_and_no_piece_of_it_is_sent() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    let pieces: Vec<String> =
        address.as_bytes().chunks(100).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
    assert!(pieces.len() > 3);
    for piece in &pieces {
        assert_eq!(person.at(), "consent");
        pastes(&mut microsoft, &mut person, piece);
    }
    assert_eq!(person.at(), "token", "{}", person.reads());
    // One request was made of it all.
    assert!(microsoft.state.ledger.devices.is_empty());
}

#[test]
fn an_address_of_another_host_is_taken_with_a_word_and_one_of_the_products_is_not() {
    let (mut microsoft, mut person) = begins(Way::Paste);
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    person.tell(Message::Answer(Secret::new(address.replace("localhost", "checked.example"))));
    assert!(person.notes().iter().any(|note| note.contains("one of checked.example")), "{:?}", person.notes());
    microsoft.serves(&mut person);
    assert_eq!(person.at(), "token");
    let (mut microsoft, mut person) = begins_with(Microsoft::healthy(), Way::Paste, |_, draft| {
        draft.settings.base_url = "https://im.example:8443/imart".parse().ok();
    });
    let address = microsoft.browses(&mut person, USER, "approve").unwrap();
    pastes(
        &mut microsoft,
        &mut person,
        &address.replace("http://localhost", "https://im.example/imart/system/oauth/redirect"),
    );
    assert!(error(&person).contains("im.example, the product itself"), "{}", error(&person));
    pastes(&mut microsoft, &mut person, &address);
    assert_eq!(person.at(), "token");
}
