use super::*;
use crate::diagnosis;

#[test]
fn usual_causes_are_known() {
    for (index, shape) in SHAPES.shape.iter().enumerate() {
        let unknown = shape.usual.iter().find(|usual| cause::find(&usual.cause).is_none() || usual.cause == UNKNOWN);
        assert!(unknown.is_none(), "shape {index}: {unknown:?}");
    }
    let usual = |slug: &String| of(slug).next().is_some();
    assert_eq!(SHAPES.against.keys().filter(|slug| !usual(slug)).collect::<Vec<_>>(), [""; 0]);
}

fn bare(facts: &[(&'static str, &str)]) -> Evidence {
    let mut evidence = Evidence::default();
    facts.iter().for_each(|(fact, value)| evidence.add(fact, *value));
    evidence
}

#[test]
fn poor_evidence_is_answered_with_what_it_usually_was_and_then_with_what_would_tell() {
    let evidence = bare(&[("oauth.error", "invalid_client"), ("flow", "device_code")]);
    let found = diagnosis::causes(&evidence);
    let named: Vec<&str> = found.iter().map(|cause| cause.slug).collect();
    assert_eq!(named, ["public_client_flow_disabled", "secret_sent_by_public_client", UNKNOWN]);
    assert!(found.iter().all(|cause| cause.certainty == Certainty::Possible));
}

#[test]
fn what_speaks_against_a_usual_cause_leaves_it_out() {
    let facts = [("reply.stage", "auth"), ("reply.enhanced", "5.7.3"), ("flow", "refresh_token")];
    let slugs = |evidence: &Evidence| diagnosis::causes(evidence).iter().map(|cause| cause.slug).collect::<Vec<_>>();
    assert!(slugs(&bare(&facts)).contains(&"missing_scope_smtp_send"));
    let granted = ("scope.granted", "https://outlook.office.com/SMTP.Send");
    assert!(!slugs(&bare(&[&facts[..], &[granted]].concat())).contains(&"missing_scope_smtp_send"));
}

#[test]
fn a_sure_cause_stands_alone() {
    let evidence = bare(&[("oauth.error", "invalid_client"), ("oauth.code", "7000222"), ("flow", "refresh_token")]);
    assert_eq!(diagnosis::causes(&evidence)[0].slug, "secret_expired");
    assert!(diagnosis::causes(&evidence).iter().all(|cause| cause.slug != "client_config_not_read"));
}
