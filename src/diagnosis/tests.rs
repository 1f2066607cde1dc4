//! Codes that several causes share, and the order of what is found.

use super::*;

fn found(facts: &[(&str, &str)]) -> Vec<(&'static str, Certainty)> {
    let mut evidence = Evidence::default();
    for (fact, value) in facts {
        evidence.add(fact, value);
    }
    causes(&evidence).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

fn first(facts: &[(&str, &str)]) -> &'static str {
    found(facts)[0].0
}

#[test]
fn codes_that_several_causes_share_make_none_certain() {
    for code in ["65001", "700016", "90002", "90094", "90095", "70011", "50020", "53003"] {
        let named = found(&[("oauth.code", code)]);
        assert!(named[0].0 != UNKNOWN && named[0].1 == Certainty::Likely, "{code}: {named:?}");
    }
}

#[test]
fn the_consent_that_is_missing_is_the_users_unless_something_says_otherwise() {
    assert_eq!(first(&[("oauth.code", "65001")]), "consent_missing");
    assert_eq!(first(&[("oauth.code", "65001"), ("flow", "client_credentials")]), "admin_consent_needed");
    assert_eq!(first(&[("oauth.code", "90094")]), "admin_consent_needed");
}

#[test]
fn an_unknown_tenant_that_is_a_word_of_the_path_is_a_malformed_url() {
    let tenant = |form| first(&[("oauth.code", "90002"), ("oauth.tenant", "x"), ("oauth.tenant_form", form)]);
    assert_eq!(
        (tenant("path-word"), tenant("placeholder"), tenant("name")),
        ("authority_url_malformed", "authority_url_malformed", "tenant_wrong")
    );
}

#[test]
fn a_secret_that_is_asked_for_depends_on_the_flow() {
    let asked = |flow| found(&[("oauth.code", "7000218"), ("flow", flow)])[0];
    assert_eq!(asked("device_code"), ("public_client_flow_disabled", Certainty::Certain));
    assert_eq!(asked("password"), ("public_client_flow_disabled", Certainty::Likely));
    assert_eq!(asked("client_credentials"), ("client_secret_missing", Certainty::Likely));
    assert_eq!(
        first(&[("oauth.code", "7000218"), ("flow", "authorization_code"), ("redirect_platform", "web")]),
        "redirect_platform_wrong"
    );
}

#[test]
fn a_wrong_secret_is_the_id_for_certain_only_where_it_looks_like_one() {
    let shape = |shape| found(&[("oauth.code", "7000215"), ("secret.shape", shape)]);
    assert_eq!(shape("guid"), [("secret_id_instead_of_value", Certainty::Certain)]);
    assert_eq!(shape("value")[..2], [("secret_mangled", Certainty::Likely), ("secret_expired", Certainty::Possible)]);
    assert_eq!(found(&[("oauth.code", "7000215")])[0].1, Certainty::Likely);
}

#[test]
fn a_block_by_policy_is_the_device_codes_where_one_was_used() {
    assert_eq!(first(&[("oauth.code", "53003"), ("flow", "device_code")]), "device_code_blocked");
    assert_eq!(found(&[("oauth.code", "53003"), ("flow", "authorization_code")]), [("ca_blocks", Certainty::Certain)]);
    assert_eq!(
        found(&[("oauth.code", "530036"), ("flow", "refresh_token")]),
        [("device_code_blocked", Certainty::Certain)]
    );
}

#[test]
fn an_accepted_sign_in_takes_the_certainty_from_an_earlier_refusal() {
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.";
    let denied = "554 5.2.252 SendAsDenied; a@b.example not allowed to send as c@b.example";
    assert_eq!(found(&[("reply.text", off)]), [("smtp_auth_disabled_tenant", Certainty::Certain)]);
    assert_eq!(
        found(&[("reply.text", off), ("reply.text", denied), ("accepted", "235")]),
        [("send_as_denied", Certainty::Certain)]
    );
}

#[test]
fn the_bare_refusal_asks_for_more_before_it_guesses() {
    let bare =
        [("reply.code", "535"), ("reply.enhanced", "5.7.3"), ("reply.stage", "auth"), ("reply.text", "535 5.7.3")];
    let named = found(&bare);
    assert_eq!(named[0], (UNKNOWN, Certainty::Possible));
    assert!(named.len() > 1 && named.iter().all(|(_, certainty)| *certainty == Certainty::Possible));
    let named = found(&[&bare[..], &[("flow", "refresh_token")]].concat());
    assert_eq!((named[0].0, named.last().unwrap().0), ("user_is_not_token_user", UNKNOWN));
}

#[test]
fn a_login_with_a_password_has_causes_of_its_own() {
    let login = |text, flow| first(&[("reply.text", text), ("reply.code", "535"), ("flow", flow)]);
    let incorrect = "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.";
    assert_eq!(login(incorrect, "basic"), "password_wrong");
    assert_eq!(login(incorrect, "refresh_token"), "wrong_sasl_mechanism_chosen");
    assert_eq!(
        login("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "basic"),
        "basic_auth_retired"
    );
    assert_eq!(
        login(
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
            "basic"
        ),
        "security_defaults"
    );
}

#[test]
fn another_domain_may_be_the_same_person_and_is_another_user_for_certain() {
    let refused = |user: &'static str| {
        found(&[
            ("cloud", "global"),
            ("token.audience", "exchange"),
            ("token.permission", "SMTP.Send"),
            ("token.life", "valid"),
            ("reply.stage", "auth"),
            ("reply.code", "535"),
            ("reply.enhanced", "5.7.3"),
            ("token.user", "kim@contoso.example"),
            ("user", user),
        ])
    };
    // Who is meant is not known; that it is not the name that signed in, is.
    for user in ["Kim@mail.contoso.example", "pat@contoso.example"] {
        assert_eq!(refused(user), [("user_is_not_token_user", Certainty::Certain)]);
    }
    let known = [("token.user", "kim@contoso.onmicrosoft.example"), ("user", "kim@contoso.example")];
    assert_eq!(found(&known), [("user_must_be_upn", Certainty::Likely), ("user_is_not_token_user", Certainty::Likely)]);
    assert!(!refused("kim@contoso.example").iter().any(|(slug, _)| slug.starts_with("user_")));
}

#[test]
fn every_kind_of_network_trouble_has_a_cause() {
    use crate::network::{FailureKind::*, NetworkFailure};
    for kind in [NameUnknown, Refused, TimedOut, Unroutable, Certificate, TlsHandshake, Closed, CaFile] {
        let mut evidence = Evidence::default();
        evidence.add_network(&NetworkFailure { kind, address: "smtp.office365.com:587".into(), detail: "x".into() });
        let named = causes(&evidence);
        assert!(named[0].slug != UNKNOWN && named[0].certainty != Certainty::Possible, "{kind:?}: {}", named[0].slug);
        assert!(named[0].certainty == Certainty::Likely || kind == CaFile, "{kind:?}");
        assert!(kind != NameUnknown || named.len() == 1, "{named:?}");
    }
}
