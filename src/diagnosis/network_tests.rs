//! Connections that came to nothing, and which of the ways here is at fault.

use super::{tests::first, *};

#[test]
fn every_kind_of_network_trouble_has_a_cause() {
    use crate::network::{FailureKind::*, NetworkFailure};
    for kind in [
        NameUnknown,
        Refused,
        TimedOut,
        Unanswered,
        Unroutable,
        Certificate,
        TlsHandshake,
        Closed,
        CaFile,
        Proxy,
        ProxyUnreached,
        ProxyMalformed,
    ] {
        let mut evidence = Evidence::default();
        evidence.add_network(&NetworkFailure { kind, address: "smtp.office365.com:587".into(), detail: "x".into() });
        let named = causes(&evidence);
        assert!(named[0].slug != UNKNOWN && named[0].certainty != Certainty::Possible, "{kind:?}: {}", named[0].slug);
        let told = matches!(kind, CaFile | Proxy | ProxyUnreached | ProxyMalformed);
        assert!(named[0].certainty == Certainty::Likely || told, "{kind:?}");
        assert!(kind != NameUnknown || named.len() == 1, "{named:?}");
    }
}

#[test]
fn who_was_connected_to_is_not_out_of_reach() {
    assert_eq!(first(&[("network.kind", "unanswered"), ("authority", "https://login.example")]), "answer_overdue");
    let mail = |stage| first(&[("network.kind", "timed-out"), ("reply.stage", stage), ("host", "mx.example")]);
    assert_eq!(
        ["connect", "greeting", "ehlo", "data"].map(mail),
        ["network_blocked", "network_blocked", "answer_overdue", "answer_overdue"]
    );
}

#[test]
fn what_the_other_address_family_does_tells_the_way_from_the_server() {
    let tried = |more: &[(&'static str, &'static str)], outcome: &'static str| {
        let seen = [("host", "smtp.office365.com"), ("network.family", "IPv6"), ("experiment.address-family", outcome)];
        first(&[&seen, more].concat())
    };
    for (seen, accepted, refused) in [
        (("network.kind", "closed"), "network_blocked", "connection_dropped"),
        (("network.kind", "unanswered"), "network_blocked", "answer_overdue"),
        (("smtp.fault", "starttls-not-offered"), "smtp_redirected_by_network", "starttls_missing"),
        (("smtp.fault", "xoauth2-not-offered"), "smtp_redirected_by_network", "xoauth2_not_offered"),
        (("network.kind", "certificate"), "tls_intercepted", "certificate_untrusted"),
        (("reply.code", "535"), "ca_blocks", UNKNOWN),
    ] {
        let more = [seen, ("reply.stage", "auth")];
        assert_eq!((tried(&more, "accepted"), tried(&more, "refused")), (accepted, refused), "{seen:?}");
    }
}
