use std::collections::BTreeSet;

use super::*;

#[test]
fn every_path_leads_over_known_steps_to_done() {
    for ((id, _), product) in FILES.iter().zip(all()) {
        assert_eq!(*id, product.id);
        for step in &product.path {
            assert!(product.step(step).is_some(), "{id}: {step}");
        }
        let consent = product.path.iter().position(|step| step == "consent");
        let connection = product.path.iter().position(|step| step == "connection");
        assert!(consent < connection && product.path.last().is_some_and(|step| step == "done"), "{id}");
    }
}

#[test]
fn a_step_of_its_own_is_on_the_path_and_nobody_elses() {
    let mut seen = BTreeSet::new();
    for product in all() {
        for id in product.steps.keys() {
            assert!(product.path.contains(id), "{}: {id} is on no path", product.id);
            assert!(steps::find(id).is_none() && seen.insert(id), "{}: {id} is there already", product.id);
        }
        for item in product.items() {
            let Item::Product(switch) = item else { unreachable!() };
            assert!(product.path.iter().any(|step| step == switch.step()), "{}: {}", product.id, item.id());
        }
    }
}

#[test]
fn every_note_stands_at_a_step_and_names_who_says_so() {
    for product in all() {
        for note in &product.notes {
            assert!(product.path.contains(&note.at) && !note.source.is_empty(), "{}: {}", product.id, note.at);
        }
        for step in product.guide.iter().flat_map(|guide| &guide.steps) {
            let known = step.here.as_ref().is_none_or(|here| product.path.contains(here));
            assert!(known && (step.here.is_some() || step.note.is_some()), "{}: {}", product.id, step.there);
        }
        assert!(!product.sheet.is_empty(), "{} has no settings sheet", product.id);
    }
}

#[test]
fn a_redirect_uri_is_made_of_the_address_with_its_path_or_of_its_server() {
    let redirect = |id: &str, base: &str| find(id).unwrap().redirect(Some(&base.parse().unwrap())).unwrap();
    let intra_mart = redirect("intra-mart", "https://im.example:8443/imart/");
    assert_eq!(intra_mart, "https://im.example:8443/imart/system/oauth/redirect");
    let proself = redirect("proself", "https://files.example/proself/login/login.go");
    assert_eq!(proself, "https://files.example/proself/oauth2callback/smtp");
    assert_eq!(find("bom").unwrap().redirect(None).as_deref(), Some("http://localhost/MxMail/"));
    assert_eq!(find("intra-mart").unwrap().redirect(None), None);
}

#[test]
fn a_sign_in_here_comes_back_here() {
    for product in all() {
        assert!(product.redirect_here().starts_with("http://localhost"), "{}", product.id);
        assert_eq!(product.app.redirect.is_some(), product.guide.is_some() && product.id != "hve", "{}", product.id);
    }
    assert_eq!(find("proself").unwrap().redirect_here(), "http://localhost/smtp-oauth");
    assert_eq!(find("iwpro").unwrap().redirect_here(), "http://localhost");
}
