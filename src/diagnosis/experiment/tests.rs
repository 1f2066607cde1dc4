//! Which experiments are offered, and what their outcomes make of the ranking.

use std::time::Duration;

use super::{super::causes, *};
use crate::{
    diagnosis::cause,
    network::NetworkFailure,
    smtp::{Reply, Stage, StageResult},
};

/// A bare refusal of a delegated sign-in, and more.
fn refused(facts: &[(&str, &str)]) -> Evidence {
    let mut evidence = Evidence::default();
    let bare = [
        ("cloud", "global"),
        ("flow", "device_code"),
        ("user", "kim@fabrikam.example"),
        ("reply.stage", "auth"),
        ("reply.code", "535"),
        ("reply.enhanced", "5.7.3"),
        ("reply.text", "535 5.7.3 Authentication unsuccessful"),
    ];
    for (fact, value) in bare.iter().chain(facts) {
        evidence.add(fact, value);
    }
    evidence
}

const OPAQUE: (&str, &str) = ("token.form", "opaque");
const OF_ANOTHER: (&str, &str) = ("token.user", "lee@fabrikam.example");

fn offers(facts: &[(&str, &str)]) -> Vec<Experiment> {
    let evidence = refused(facts);
    offered(&evidence, &causes(&evidence))
}

fn first(facts: &[(&str, &str)]) -> (&'static str, Certainty) {
    let found = causes(&refused(facts));
    (found[0].slug, found[0].certainty)
}

#[test]
fn every_cause_and_fact_that_is_named_exists() {
    assert!(TABLE.keys().eq(&Experiment::ALL));
    for experiment in Experiment::ALL {
        let entry = experiment.entry();
        for slug in &entry.apart {
            assert!(cause::find(slug).is_some(), "{experiment:?}: {slug}");
        }
        assert!(!entry.apart.is_empty() && entry.against.iter().all(|slug| entry.apart.contains(slug)));
        assert_eq!(Experiment::find(experiment.id()), Some(experiment));
        assert_eq!(experiment.fact(), format!("experiment.{}", experiment.id()));
        for condition in entry.when.iter().flatten() {
            assert!(super::super::evidence::find(&condition.fact).is_some(), "{condition:?}");
        }
    }
}

#[test]
fn a_name_is_tried_where_another_signed_in() {
    assert_eq!(offers(&[OPAQUE, OF_ANOTHER])[0], Experiment::SignInName);
    assert!(!offers(&[OPAQUE, ("token.user", "kim@fabrikam.example")]).contains(&Experiment::SignInName));
    assert!(!offers(&[OPAQUE, OF_ANOTHER, ("experiment.sign-in-name", "refused")]).contains(&Experiment::SignInName));
}

#[test]
fn a_token_that_came_a_moment_ago_is_not_fetched_again() {
    let at = |minutes| offers(&[OPAQUE, ("token.user", "kim@fabrikam.example"), ("token.minutes", minutes)]);
    assert!(at("40").contains(&Experiment::FreshToken));
    assert!(!at("0").contains(&Experiment::FreshToken));
}

#[test]
fn what_is_certain_leaves_nothing_to_try_but_its_own_fix() {
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    let mut evidence = Evidence::default();
    for (fact, value) in [OF_ANOTHER, ("user", "kim@fabrikam.example"), ("reply.text", off), ("reply.stage", "auth")] {
        evidence.add(fact, value);
    }
    evidence.add("reply.code", "535");
    assert_eq!(offered(&evidence, &causes(&evidence)), []);
    let graph = [("token.audience", "graph"), ("token.user", "kim@fabrikam.example"), ("token.minutes", "30")];
    assert_eq!(first(&graph).1, Certainty::Certain);
    assert_eq!(offers(&graph), [Experiment::OtherAudience]);
}

#[test]
fn the_other_family_is_tried_where_there_is_one_and_one_was_reached() {
    let both = [("network.families", "IPv4"), ("network.families", "IPv6")];
    let reached = [OPAQUE, both[0], both[1], ("network.family", "IPv6")];
    assert!(offers(&reached).contains(&Experiment::AddressFamily));
    assert!(!offers(&reached[..3]).contains(&Experiment::AddressFamily), "nothing was reached");
    assert!(!offers(&[OPAQUE, both[1], reached[3]]).contains(&Experiment::AddressFamily), "there is no other");
}

#[test]
fn a_name_that_is_accepted_makes_the_identity_certain() {
    let accepted = ("experiment.sign-in-name", "accepted");
    let tried = [OPAQUE, OF_ANOTHER, accepted, ("experiment.user", OF_ANOTHER.1)];
    assert_eq!(first(&tried), ("user_is_not_token_user", Certainty::Certain));
    let of_domain = "kim@fabrikam.onmicrosoft.example";
    let tried = [OPAQUE, ("token.user", of_domain), accepted, ("experiment.user", of_domain)];
    // Two people may share a local part.
    assert_eq!(first(&tried), ("user_is_not_token_user", Certainty::Certain));
    let jwt = [("token.audience", "exchange"), ("token.permission", "SMTP.Send"), ("token.life", "valid")];
    let tried = [jwt[0], jwt[1], jwt[2], tried[1], tried[2], tried[3]];
    assert_eq!(first(&tried), ("user_is_not_token_user", Certainty::Certain));
    let tried = [OPAQUE, ("account_type", "consumer"), OF_ANOTHER, accepted, ("experiment.user", OF_ANOTHER.1)];
    assert_eq!(first(&tried), ("consumer_primary_alias_mismatch", Certainty::Certain));
}

#[test]
fn one_that_is_refused_all_the_same_speaks_against_what_foretold_otherwise() {
    let tried = [OPAQUE, OF_ANOTHER, ("experiment.sign-in-name", "refused"), ("experiment.user", OF_ANOTHER.1)];
    let found = causes(&refused(&tried));
    let user = found.iter().find(|cause| cause.slug == "user_is_not_token_user").unwrap();
    assert_eq!(user.certainty, Certainty::Possible);
    // Another reason says nothing of the first.
    let otherwise = [OPAQUE, OF_ANOTHER, ("experiment.sign-in-name", "refused-otherwise")];
    assert_eq!(first(&otherwise), ("user_is_not_token_user", Certainty::Likely));
}

#[test]
fn another_audience_that_is_accepted_is_the_cause() {
    let accepted = ("experiment.other-audience", "accepted");
    assert_eq!(first(&[("token.audience", "graph"), accepted]), ("wrong_audience_graph_token", Certainty::Certain));
    assert_eq!(first(&[("token.audience", "other"), accepted]), ("wrong_audience_other", Certainty::Certain));
    assert_eq!(first(&[("token.audience", "exchange"), accepted]), ("audience_refused", Certainty::Certain));
    assert_eq!(first(&[OPAQUE, accepted]), ("audience_refused", Certainty::Certain));
}

#[test]
fn a_family_that_is_accepted_makes_the_place_likely() {
    let tried = [OPAQUE, ("experiment.address-family", "accepted"), ("experiment.family", "IPv4")];
    assert_eq!(first(&tried), ("ca_blocks", Certainty::Likely));
}

#[test]
fn an_own_sender_that_is_accepted_leaves_the_sender_alone() {
    let of = |recipient: &str| {
        let mut evidence = Evidence::default();
        let facts = [
            ("accepted", "235"),
            ("user", "kim@fabrikam.example"),
            ("sender", "billing@fabrikam.example"),
            ("reply.stage", "data"),
            ("reply.code", "550"),
            ("reply.text", "550 no"),
        ];
        facts.iter().for_each(|(fact, value)| evidence.add(fact, value));
        evidence.add("recipient", recipient);
        assert_eq!(offered(&evidence, &causes(&evidence)), [Experiment::OwnSender]);
        evidence.add("experiment.own-sender", "accepted");
        let found = causes(&evidence);
        (found[0].slug, found[0].certainty)
    };
    assert_eq!(of("kim@fabrikam.example"), ("send_as_denied", Certainty::Certain));
    assert_eq!(of("elsewhere@example.net"), ("send_as_denied", Certainty::Likely), "two things differ");
}

fn conversation(ending: Ending) -> Conversation {
    let stage = ending.stage().unwrap_or(Stage::Auth);
    let ok = ending == Ending::Accepted;
    let mut stages = vec![StageResult { stage, ok, took: Duration::ZERO, detail: String::new() }];
    if stage == Stage::Data {
        stages.insert(0, StageResult { stage: Stage::Auth, ok: true, took: Duration::ZERO, detail: String::new() });
    }
    Conversation { stages, ..Conversation::of(ending) }
}

#[test]
fn an_outcome_is_told_beside_the_refusal_before_it() {
    let refused = |stage, code, text: &str| {
        conversation(Ending::Refused { stage, reply: Reply::new(code, vec![text.to_owned()]) })
    };
    let unreachable = |kind| {
        let failure = NetworkFailure { kind, address: String::new(), detail: String::new() };
        conversation(Ending::Unreachable { stage: Stage::Connect, failure })
    };
    let before = refused(Stage::Auth, 535, "5.7.3 Authentication unsuccessful [A]");
    let cases = [
        (conversation(Ending::Accepted), Some(Showed::Accepted)),
        (refused(Stage::Auth, 535, "5.7.3 Authentication unsuccessful [B]"), Some(Showed::Refused)),
        (refused(Stage::Auth, 535, "5.7.139 Authentication unsuccessful"), Some(Showed::Otherwise)),
        (refused(Stage::Data, 554, "5.2.252 SendAsDenied"), Some(Showed::Accepted)),
        (unreachable(FailureKind::TimedOut), Some(Showed::Unreachable)),
        (unreachable(FailureKind::Unroutable), None),
        (conversation(Ending::Cancelled), None),
    ];
    for (after, showed) in cases {
        assert_eq!(Showed::by(&before, &after), showed, "{:?}", after.ending);
    }
}
