//! The vault of tokens, written and read again: what is kept, what is refused, and that nothing secret is shown.
//! How a file gets to disk is tested in `runtime`.

use super::*;

fn tokens(refresh: Option<&str>) -> Tokens {
    Tokens {
        access: Secret::new("CANARY-at"),
        refresh: refresh.map(Secret::new),
        id: None,
        expires_at: 4600,
        scope: "s".into(),
        issued_at: None,
        signed_in_at: None,
    }
}

#[test]
fn a_vault_survives_its_file() {
    let mut vault = Vault::new(Some(Secret::new("CANARY-cs")));
    vault.take(&tokens(Some("CANARY-rt")), 1000);
    assert_eq!(Vault::parse(&vault.text()), Ok(vault));
}

#[test]
fn the_old_refresh_token_stays_when_no_new_one_comes() {
    let mut vault = Vault::new(None);
    vault.take(&tokens(Some("CANARY-rt")), 1000);
    vault.take(&tokens(None), 2000);
    assert_eq!((vault.refresh_token.unwrap().expose(), vault.refreshed_at), ("CANARY-rt", Some(1000)));
}

#[test]
fn what_happened_and_when_is_kept() {
    // {"preferred_username":"a@b.example"}
    let id = Secret::new("e30.eyJwcmVmZXJyZWRfdXNlcm5hbWUiOiJhQGIuZXhhbXBsZSJ9.c2ln");
    let came = Tokens { issued_at: Some(1000), id: Some(id), ..tokens(Some("CANARY-rt")) };
    let mut vault = Vault::signed_in(None, &came, 5000);
    assert_eq!((vault.signed_in_at, vault.issued_at, vault.refreshed_at), (Some(1000), Some(1000), Some(1000)));
    assert_eq!((vault.id_user.as_deref(), vault.last_success), (Some("a@b.example"), Some(1000)));
    let failure = Failure { error: "invalid_grant".into(), codes: vec![50173], ..Failure::default() };
    vault.was_refused((&failure).into(), 6000);
    let refused = Refused { summary: "invalid_grant AADSTS50173".into(), codes: vec![50173], of: Of::SignIn };
    assert_eq!(Vault::parse(&vault.text()).unwrap().refused, Some(refused));
    assert!(vault.is_dead());
    vault.was_refused((&Failure { error: "invalid_client".into(), ..failure }).into(), 6000);
    assert!(!vault.is_dead());
    vault.take(&tokens(None), 7000);
    assert_eq!((vault.refused_at, vault.refused, vault.last_success), (None, None, Some(7000)));
    assert_eq!((vault.signed_in_at, vault.issued_at, vault.refreshed_at), (Some(1000), Some(7000), Some(1000)));
}

#[test]
fn a_new_token_ends_no_refusal_of_a_mail_server() {
    let mut vault = Vault::signed_in(None, &tokens(Some("CANARY-rt")), 5000);
    let refused = Refused { summary: "535 5.7.139".into(), codes: Vec::new(), of: Of::Mailbox };
    vault.was_refused(refused.clone(), 6000);
    vault.take(&tokens(None), 7000);
    assert_eq!((vault.refused_at, vault.refused.clone()), (Some(6000), Some(refused)));
    // Nor does it end by setting the account up again, until a mail server has accepted it.
    let accepted = |at| Accepted { at, user: "kim@contoso.example".into(), client_id: "c".into(), host: "h".into() };
    for (accepted_at, stays) in [(None, true), (Some(5500), true), (Some(6500), false)] {
        let again =
            Vault { accepted: accepted_at.map(accepted), ..Vault::signed_in(None, &tokens(Some("CANARY-rt")), 6400) };
        assert_eq!(again.in_place_of(&vault).refused.is_some(), stays, "{accepted_at:?}");
        let meanwhile = Vault { signed_in_at: vault.signed_in_at, issued_at: Some(5000), ..Vault::new(None) };
        let later = Vault { accepted: accepted_at.map(accepted), ..meanwhile }.in_place_of(&vault);
        assert_eq!((later.refused.is_some(), later.accepted.map(|accepted| accepted.at)), (stays, accepted_at));
    }
    vault.succeeded(accepted(8000));
    assert_eq!((vault.refused_at, vault.refused), (None, None));
}

#[test]
fn a_file_from_before_has_nothing_of_it() {
    let old = r#"{"version":1,"client_secret":null,"refresh_token":"CANARY","refreshed_at":1,"access_token":null,"expires_at":null,"scope":""}"#;
    let vault = Vault::parse(&Secret::new(old)).unwrap();
    assert_eq!((vault.refreshed_at, vault.signed_in_at, vault.last_success), (Some(1), None, None));
}

#[test]
fn a_token_is_fresh_while_it_lives_long_enough() {
    let mut vault = Vault::new(None);
    vault.take(&tokens(None), 1000);
    assert!(vault.fresh(4300, 300).is_some() && vault.fresh(4301, 300).is_none());
    vault.issued_at = None;
    assert!(vault.fresh(4300, 300).is_some() && vault.fresh(4301, 300).is_none());
}

#[test]
fn of_a_token_whose_whole_life_is_too_short_half_of_it_will_do() {
    let mut vault = Vault::new(None);
    vault.take(&tokens(None), 4000);
    assert!(vault.fresh(4300, 1200).is_some() && vault.fresh(4301, 1200).is_none());
    assert_eq!(vault.whole_life(), Some(600));
}

#[test]
fn a_token_from_the_future_is_none() {
    let mut vault = Vault::new(None);
    vault.take(&tokens(None), 1000);
    assert!(vault.fresh(940, 300).is_some() && vault.fresh(939, 300).is_none());
    assert_eq!((vault.left(1000), vault.left(5000), vault.left(0)), (Some(3600), Some(-400), None));
}

#[test]
fn who_did_not_sign_in_again_keeps_the_date() {
    let before = Vault::signed_in(None, &tokens(Some("CANARY-rt")), 1000);
    let same = Vault::signed_in(None, &tokens(Some("CANARY-rt")), 5000).in_place_of(&before);
    assert_eq!((same.signed_in_at, same.refreshed_at, same.issued_at), (Some(1000), Some(1000), Some(5000)));
    let mut refused = before.clone();
    refused.was_refused(Refused::default(), 6000);
    let again = |at| Vault::signed_in(None, &tokens(Some("CANARY-rt")), at).in_place_of(&refused);
    assert_eq!((again(5000).is_dead(), again(7000).is_dead()), (true, false));
    let other = Vault::signed_in(None, &tokens(Some("CANARY-2")), 5000).in_place_of(&before);
    assert_eq!(other.signed_in_at, Some(5000));
    assert_eq!(Vault::signed_in(None, &tokens(None), 5000).in_place_of(&Vault::new(None)).signed_in_at, Some(5000));
}

#[test]
fn a_wizard_does_not_write_over_what_was_renewed_while_it_ran() {
    let before = Vault::signed_in(None, &tokens(Some("CANARY-1")), 1000);
    let at_hand = before.tokens().unwrap();
    let mut kept = before.clone();
    kept.take(&tokens(Some("CANARY-2")), 2000);
    let again = |tokens: &Tokens| Vault::signed_in(Some(Secret::new("CANARY-cs")), tokens, 9000).in_place_of(&kept);
    let refresh = |vault: &Vault| vault.refresh_token.as_ref().map(|token| token.expose().to_owned());
    let saved = again(&at_hand);
    assert_eq!((refresh(&saved), saved.signed_in_at), (Some("CANARY-2".into()), Some(1000)));
    assert_eq!((saved.client_secret.is_some(), saved.access_token), (true, kept.access_token.clone()));
    // What it has renewed itself is later, of the same sign-in.
    let renewed = Tokens { issued_at: Some(3000), ..tokens(Some("CANARY-3")) }.renewing(at_hand);
    assert_eq!((refresh(&again(&renewed)), again(&renewed).signed_in_at), (Some("CANARY-3".into()), Some(1000)));
    // Another sign-in counts, although the old one was renewed after it.
    let anew = Tokens { issued_at: Some(1500), ..tokens(Some("CANARY-4")) };
    assert_eq!((refresh(&again(&anew)), again(&anew).signed_in_at), (Some("CANARY-4".into()), Some(1500)));
}

#[test]
fn a_busy_authority_is_left_alone_for_a_while() {
    let busy = |seconds| {
        let mut vault = Vault::new(None);
        vault.was_busy(seconds, 1000);
        vault
    };
    assert_eq!((busy(Some(60)).patience(1059), busy(Some(60)).patience(1060)), (Some(1060), None));
    assert_eq!((busy(None).patience(1001), busy(Some(0)).patience(1000)), (Some(1005), None));
    assert_eq!((busy(Some(u64::MAX)).patience(1000), busy(Some(60)).patience(-9000)), (Some(4600), None));
    let mut vault = busy(Some(60));
    vault.take(&tokens(None), 1001);
    assert_eq!(vault.not_before, None);
}

#[test]
fn what_is_shared_is_no_more_than_the_access_token() {
    let mut vault = Vault::signed_in(Some(Secret::new("CANARY-cs")), &tokens(Some("CANARY-rt")), 1000);
    vault.id_user = Some("a@b.example".into());
    let text = vault.shared().text();
    assert!(!text.expose().contains("CANARY-cs") && !text.expose().contains("CANARY-rt"));
    assert!(Vault::parse(&text).unwrap().fresh(2000, 300).is_some());
}

#[test]
fn what_a_crash_left_counts_when_it_is_whole_and_later() {
    let before = Vault::signed_in(None, &tokens(Some("CANARY-1")), 1000);
    let mut after = before.clone();
    after.take(&tokens(Some("CANARY-2")), 2000);
    let text = after.text().expose().to_owned();
    for behind in ["", "\u{fffd}\0{x", "}"] {
        assert_eq!(before.overtaken_by(&Secret::new(format!("{text}{behind}"))), Some(after.clone()), "{behind:?}");
    }
    assert_eq!(before.overtaken_by(&Secret::new(&text[..text.len() - 3])), None);
    assert_eq!(after.overtaken_by(&before.text()), None);
    let anew = Vault::signed_in(None, &tokens(Some("CANARY-3")), 1500);
    assert_eq!(anew.overtaken_by(&Secret::new(text)), None);
}

#[test]
fn a_broken_file_is_named_without_a_word_of_it() {
    let error = Vault::parse(&Secret::new("{\"version\":1,\"refresh_token\":\"CANARY\" oops")).unwrap_err();
    assert!(!error.to_string().contains("CANARY"), "{error}");
}
