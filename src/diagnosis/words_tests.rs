//! What a cause says of the failure at hand: which of its lines, with what filled in.

use super::{
    tests::{evidence, found},
    *,
};

#[test]
fn an_app_is_under_policies_of_its_own() {
    let mut evidence = Evidence::default();
    evidence.add("oauth.code", "53003");
    evidence.add("flow", "client_credentials");
    let blocked = &causes(&evidence)[0];
    assert_eq!((blocked.slug, blocked.why.key.as_str()), ("ca_blocks", "causes.ca_blocks.why_else"));
    assert!(blocked.fix.iter().all(|fix| !fix.key.ends_with("fix.1")), "{:?}", blocked.fix);
}

/// The lines of a cause's fix, as they stand in its file.
fn fix(slug: &str, facts: &[(&str, &str)]) -> String {
    let named = causes(&evidence(facts)).into_iter().find(|cause| cause.slug == slug).unwrap();
    let entry = cause::find(slug).unwrap();
    let lines = named.fix.iter().map(|fix| {
        let number = fix.key.split('.').nth(3).unwrap().parse::<usize>().unwrap();
        match &entry.fix[number] {
            cause::Line::Always(text) => text.as_str(),
            cause::Line::If(line) => &line.text,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_to_be_opened_is_what_was_tried() {
    let tried = [("network.kind", "timed-out"), ("authority", "https://login.example:8443")];
    let said = fix("network_blocked", &tried);
    assert!(said.contains("{network.address}") && !said.contains("587") && !said.contains("microsoft"), "{said}");
    let said = fix("network_blocked", &[&tried[..], &[("host", "mx.example"), ("port", "2587")]].concat());
    assert!(said.contains("TCP port {port} to {host}") && !said.contains("tokens"), "{said}");
    assert!(fix("network_blocked", &tried[..1]).contains("{login_host}"));
}

#[test]
fn a_policy_on_device_codes_says_nothing_of_logins_with_a_password() {
    let blocked = |flow| [("oauth.code", "53003"), ("flow", flow)];
    assert!(fix("device_code_blocked", &blocked("device_code")).contains("authorization code"));
    let own = [&blocked("device_code")[..], &[("library", "smtp-oauth")]].concat();
    assert!(fix("device_code_blocked", &own).contains("another way to sign in, which smtp-oauth setup offers"));
    for (flow, legacy) in
        [("device_code", false), ("authorization_code", false), ("refresh_token", false), ("basic", true), ("", true)]
    {
        assert_eq!(fix("ca_blocks", &blocked(flow)).contains("legacy"), legacy, "{flow}");
    }
}

#[test]
fn a_test_of_this_program_is_no_fault_of_another_and_asks_for_nothing_that_is_on_its_screen() {
    let fits = [
        ("reply.stage", "auth"),
        ("reply.enhanced", "5.7.3"),
        ("reply.text", "535 5.7.3 [X]"),
        ("token.audience", "exchange"),
        ("token.permission", "SMTP.Send"),
        ("token.life", "valid"),
        ("token.user", "kim@contoso.example"),
        ("user", "kim@contoso.example"),
    ];
    let named = |facts: &[(&str, &str)]| found(facts).iter().any(|(slug, _)| *slug == "client_library_bug");
    let own = [&fits[..], &[("library", "smtp-oauth")]].concat();
    assert!(named(&fits) && !named(&own));
    let asked = |facts: &[(&str, &str)]| {
        let next = causes(&evidence(facts)).remove(0).next;
        next.iter().map(|phrase| phrase.key.clone()).collect::<Vec<_>>()
    };
    assert!(asked(&fits).contains(&"causes.unknown.next.2".into()));
    assert!(!asked(&own).contains(&"causes.unknown.next.2".into()));
}

#[test]
fn the_name_that_failed_is_the_one_to_look_up() {
    let unknown = [("network.kind", "name-unknown"), ("network.address", "localhost.invalid:587")];
    let named = causes(&evidence(&unknown)).remove(0).fix.remove(1);
    assert!(fix("host_name_unknown", &unknown).contains("resolvectl query {network_host}"));
    assert!(named.values.contains(&("network_host".into(), "localhost.invalid".into())));
    assert!(fix("host_name_unknown", &unknown[..1]).contains("resolvectl query {smtp_host}"));
}

#[test]
fn an_address_in_place_of_a_name_has_no_other_kind_to_try() {
    let asked = |address: &str| {
        let mut evidence = Evidence::default();
        let kind = crate::network::FailureKind::TimedOut;
        evidence.add_network(&crate::network::NetworkFailure { address: address.into(), kind, detail: "".into() });
        causes(&evidence).into_iter().find(|cause| cause.slug == "network_blocked").unwrap().next.len()
    };
    assert_eq!((asked("192.0.2.1:587"), asked("[2001:db8::1]:587"), asked("smtp.contoso.example:587")), (0, 0, 1));
}

#[test]
fn what_was_said_at_length_is_shown_in_part() {
    let long = format!("AADSTS7000222: {}", "é".repeat(50_000));
    let named = causes(&evidence(&[("oauth.code", "7000222"), ("oauth.description", &long)])).remove(0);
    let shown = &named.evidence.iter().find(|(fact, _)| *fact == "oauth.description").unwrap().1;
    assert!(shown.starts_with("AADSTS7000222: é") && shown.ends_with("é … (50015 characters)"));
    assert!(shown.chars().count() < 1_100);
}
