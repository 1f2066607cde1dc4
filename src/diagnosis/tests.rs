//! Codes that several causes share, and the order of what is found.

use super::*;
use crate::{
    entra::Cloud,
    token::{Claims, Form},
};

pub(super) fn evidence(facts: &[(&str, &str)]) -> Evidence {
    let mut evidence = Evidence::default();
    for (fact, value) in facts {
        evidence.add(fact, value);
    }
    evidence
}

pub(super) fn found(facts: &[(&str, &str)]) -> Vec<(&'static str, Certainty)> {
    causes(&evidence(facts)).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

pub(super) fn first(facts: &[(&str, &str)]) -> &'static str {
    found(facts)[0].0
}

#[test]
fn every_host_of_every_cloud_is_known_to_be_microsofts_and_for_mail() {
    for cloud in [Cloud::Global, Cloud::GccHigh, Cloud::Dod, Cloud::China] {
        let addresses = cloud.addresses().unwrap();
        let login = addresses.authority.as_str().trim_start_matches("https://");
        for host in [addresses.smtp_host.as_str(), login] {
            assert!(reading::is_microsofts(host), "{host}");
        }
        for resource in [Some(&addresses.resource), addresses.app_resource.as_ref()].into_iter().flatten() {
            let mut evidence = Evidence::default();
            evidence.add_claims(&Claims { form: Form::Jwt, aud: Some(resource.clone()), ..Claims::default() }, 0);
            evidence.add_granted_audience(&format!("{resource}/SMTP.Send"));
            let told = ["token.audience", "granted.audience"].map(|fact| evidence.text(fact));
            assert_eq!(told, [Some("exchange".into()), Some("exchange".into())], "{resource}");
        }
    }
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
fn a_wrong_secret_is_the_id_where_it_looks_like_one() {
    let shape = |shape| found(&[("oauth.code", "7000215"), ("secret.shape", shape)]);
    // The client ID looks so too.
    assert_eq!(shape("guid"), [("secret_id_instead_of_value", Certainty::Likely)]);
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
fn the_bare_refusal_is_answered_with_guesses_and_what_would_tell() {
    let bare =
        [("reply.code", "535"), ("reply.enhanced", "5.7.3"), ("reply.stage", "auth"), ("reply.text", "535 5.7.3")];
    let named = found(&bare);
    assert_eq!(*named.last().unwrap(), (UNKNOWN, Certainty::Possible));
    assert!(named.len() > 3 && named.iter().all(|(_, certainty)| *certainty == Certainty::Possible));
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
fn what_an_app_signed_is_refused_for_a_reason_of_its_own() {
    let said = |code, words: &str| {
        let named = found(&[("flow", "client_credentials"), ("oauth.code", code), ("oauth.description", words)]);
        assert!(named.len() == 1 || named[0].1 < named[1].1, "{named:?}");
        named[0]
    };
    let reason = |why: &str| format!("AADSTS700027: Client assertion contains an invalid signature. [Reason - {why}]");
    // It may be known to another app, whose client ID it should have been.
    let unknown = ("client_certificate_unknown", Certainty::Likely);
    assert_eq!(said("700027", &reason("The key was not found.")), unknown);
    let expired = ("client_certificate_expired", Certainty::Certain);
    assert_eq!(said("700027", &reason("The key used is expired.")), expired);
    let unsigned = reason("The provided signature value did not match the expected signature value.");
    assert_eq!(said("700027", &unsigned), ("client_assertion_invalid", Certainty::Likely));
    let audience = "AADSTS700023: Client assertion audience claim does not match Realm issuer.";
    assert_eq!(said("700023", audience).0, "client_assertion_invalid");
    assert_eq!(said("700023", "AADSTS700023: The scope names no resource.").0, "malformed_scope");
    assert_eq!(said("700024", "AADSTS700024: Client assertion is not within its valid time range.").0, "clock_skew");
    assert_eq!(said("50012", "AADSTS50012: Client assertion is not within its valid time range.").0, "clock_skew");
}

#[test]
fn an_apps_refusal_soon_after_a_change_proves_nothing() {
    let refused = |more: &[(&str, &str)]| {
        let app = [
            ("flow", "client_credentials"),
            ("token.type", "app"),
            ("token.audience", "exchange"),
            ("token.permission", "SMTP.SendAsApp"),
            ("object_id", "88888888-9999-0000-1111-222222222222"),
            ("reply.stage", "auth"),
            ("reply.code", "535"),
            ("reply.enhanced", "5.7.3"),
        ];
        first(&[&app, more].concat())
    };
    assert_eq!(refused(&[]), "service_principal_missing");
    let known = ("principal", "88888888-9999-0000-1111-222222222222");
    assert_eq!(refused(&[("change.minutes", "120"), known]), "propagation_delay");
    // That it is set, somebody said.
    assert_eq!(refused(&[("change.minutes", "120")]), "service_principal_missing");
    assert_eq!(refused(&[("change.minutes", "121")]), "service_principal_missing");
    let other = ("principal", "33333333-9999-0000-1111-222222222222");
    assert_eq!(refused(&[("change.minutes", "5"), other]), "service_principal_wrong_object_id");
}

#[test]
fn a_token_that_does_not_say_so_is_an_apps_where_it_names_nobody() {
    let claims = |more: &str| {
        let claims = format!(r#"{{"oid":"88888888-9999-0000-1111-222222222222","roles":["SMTP.SendAsApp"]{more}}}"#);
        Claims::from_payload(&serde_json::from_str(&claims).unwrap())
    };
    let told = |more: &str| {
        let mut evidence = Evidence::default();
        evidence.add_claims(&claims(more), 0);
        (evidence.text("token.type"), evidence.text("object_id").is_some())
    };
    assert_eq!(told(""), (Some("app".into()), true));
    assert_eq!(told(r#","idtyp":"app""#), (Some("app".into()), true));
    assert_eq!(told(r#","idtyp":"user""#), (Some("user".into()), false));
    assert_eq!(told(r#","scp":"SMTP.Send""#), (None, false));
    assert_eq!(told(r#","upn":"kim@contoso.example""#), (None, false));
}

#[test]
fn a_password_for_a_token_is_refused_for_reasons_that_one_at_smtp_is_not() {
    let refused = |code| first(&[("flow", "password"), ("oauth.code", code)]);
    assert_eq!(["50126", "50056", "50055", "50144"].map(refused), ["ropc_password_wrong"; 4]);
    assert!(!found(&[("flow", "password"), ("oauth.code", "50126")]).iter().any(|(slug, _)| *slug == "password_wrong"));
    assert_eq!(first(&[("oauth.code", "50126")]), "password_wrong");
    assert_eq!([refused("50076"), refused("50079")], ["mfa_needed_for_ropc"; 2]);
    assert_eq!(refused("7000218"), "public_client_flow_disabled");
    assert_eq!(refused("65001"), "consent_missing");
    assert_eq!(refused("9001023"), "authority_audience_mismatch");
    let personal = [("flow", "password"), ("oauth.code", "9001023"), ("tenant", "consumers")];
    assert!(found(&personal).iter().any(|(slug, _)| *slug == "ropc_personal_account_unsupported"));
    let federated =
        found(&[("flow", "password"), ("oauth.code", "50126"), ("powershell", "contoso.example Federated")]);
    assert_eq!(federated[0].0, "ropc_federated_account");
}

#[test]
fn what_is_wrong_with_a_code_is_not_said_of_a_refresh_token() {
    let of = |flow, code| {
        let named = found(&[("flow", flow), ("oauth.error", "invalid_grant"), ("oauth.code", code)]);
        assert!(
            named.iter().all(|(slug, _)| flow == "refresh_token" || !slug.starts_with("refresh_token")),
            "{named:?}"
        );
        named[0].0
    };
    for code in ["70000", "9002313", ""] {
        assert_eq!(of("authorization_code", code), "authorization_code_invalid", "{code}");
    }
    assert_eq!(of("authorization_code", "70008"), "authorization_code_expired");
    assert_eq!(of("authorization_code", "54005"), "authorization_code_reused");
    assert_eq!(
        [of("refresh_token", "70000"), of("refresh_token", "70008")],
        ["refresh_token_invalid", "refresh_token_expired"]
    );
}

#[test]
fn scopes_of_two_services_are_the_one_cause() {
    let named = found(&[("oauth.error", "invalid_scope"), ("oauth.code", "28000")]);
    assert_eq!(named, [("scopes_of_two_resources", Certainty::Certain)]);
}

#[test]
fn what_worked_before_was_set_up_right() {
    let bare = [
        ("reply.stage", "auth"),
        ("reply.code", "535"),
        ("reply.enhanced", "5.7.3"),
        ("reply.text", "535 5.7.3 Authentication unsuccessful"),
        ("token.form", "opaque"),
        ("flow", "device_code"),
        ("user", "kim@fabrikam.example"),
    ];
    let order = |worked: bool| {
        let mut facts = bare.to_vec();
        facts.extend(worked.then_some(("worked.minutes", "2880")));
        causes(&evidence(&facts))
    };
    let of_certainty = |found: &[Cause]| -> Vec<(Certainty, bool)> {
        found.iter().map(|cause| (cause.certainty, cause.set_up)).collect()
    };
    let after = order(true);
    assert!(of_certainty(&after[..after.len() - 1]).is_sorted(), "{:?}", of_certainty(&after));
    assert_eq!(order(false).len(), after.len(), "the order alone changes");
}

/// What was printed takes certainty away where it contradicts, and not by being there.
#[test]
fn what_powershell_printed_counts_by_what_it_says() {
    let tenant = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.";
    for (printed, sure) in [
        ("Get-Date", Certainty::Certain),
        ("SmtpClientAuthenticationDisabled : True", Certainty::Certain),
        ("SmtpClientAuthenticationDisabled : False", Certainty::Likely),
        ("AllowBasicAuthSmtp : False", Certainty::Likely),
    ] {
        let named = found(&[("reply.text", tenant), ("powershell", "Get-TransportConfig"), ("powershell", printed)]);
        assert_eq!(named[0], ("smtp_auth_disabled_tenant", sure), "{printed}");
    }
}

#[test]
fn a_change_of_long_ago_and_the_right_of_another_api_take_no_certainty_away() {
    let lacking = |minutes: &'static str, permission: &'static str| {
        found(&[
            ("cloud", "global"),
            ("token.audience", "exchange"),
            ("token.user", "a@contoso.example"),
            ("user", "a@contoso.example"),
            ("token.permission", permission),
            ("token.life", "valid"),
            ("reply.stage", "auth"),
            ("reply.enhanced", "5.7.3"),
            ("change.minutes", minutes),
        ])
    };
    let certain = ("missing_scope_smtp_send", Certainty::Certain);
    assert_eq!(lacking("5000", "IMAP.AccessAsUser.All")[0], certain);
    assert_eq!(lacking("5000", "SMTP.SendAsApp")[0], certain);
    assert_ne!(lacking("30", "IMAP.AccessAsUser.All")[0].1, Certainty::Certain);
}

#[test]
fn a_password_refused_as_such_is_certain_for_personal_accounts_alone() {
    let off = ("reply.text", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.");
    let retired = |sure| ("basic_auth_retired", sure);
    let basic = ("flow", "basic");
    assert_eq!(found(&[off, basic, ("account_type", "consumer")]), [retired(Certainty::Certain)]);
    assert_eq!(found(&[off, basic, ("host", "smtp-mail.outlook.com")]), [retired(Certainty::Certain)]);
    let named = found(&[off, basic, ("powershell", "Get-Date")]);
    assert_eq!(named, [retired(Certainty::Likely), ("auth_policy_basic", Certainty::Possible)]);
    // Whether OAuth is set up, and a password was sent all the same, is not told.
    let named = found(&[off, ("account_type", "consumer")]);
    assert_eq!(named, [retired(Certainty::Likely), ("wrong_sasl_mechanism_chosen", Certainty::Possible)]);
}

#[test]
fn a_page_without_a_number_does_not_outrank_a_mail_servers_reply() {
    let off = ("reply.text", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.");
    let page = ("oauth.page", "more-information");
    assert_eq!(first(&[page]), "interaction_required");
    let named = found(&[off, page]);
    assert_eq!(named[0].0, "basic_auth_retired", "{named:?}");
    assert!(!named.contains(&("interaction_required", Certainty::Likely)), "{named:?}");
}

#[test]
fn what_high_volume_email_lacks_is_another_permission() {
    let lines = |facts: &[(&str, &str)]| {
        let mut evidence = Evidence::default();
        facts.iter().for_each(|(fact, value)| evidence.add(fact, value));
        let cause = causes(&evidence).into_iter().find(|cause| cause.slug == "missing_scope_smtp_send").unwrap();
        (cause.fix.iter().map(|line| line.key.clone()).collect::<Vec<_>>(), cause.commands.len())
    };
    let fix = |numbers: &[u8]| numbers.iter().map(|at| format!("causes.missing_scope_smtp_send.fix.{at}")).collect();
    assert_eq!(lines(&[("reply.enhanced", "5.7.144")]), (fix(&[2, 3, 4]), 1));
    assert_eq!(lines(&[("reply.enhanced", "5.7.3"), ("reply.stage", "auth")]), (fix(&[0, 1, 4]), 1));
}

#[test]
fn a_column_that_is_too_short_is_a_tokens_where_it_says_so() {
    let said = |text| found(&[("oauth.description", text)])[0];
    let token = "Data too long for column 'access_token' at row 1";
    assert_eq!(said(token), ("token_truncated_in_storage", Certainty::Likely));
    assert_ne!(said("Data too long for column 'subject' at row 1").1, Certainty::Likely);
}
