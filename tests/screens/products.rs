//! Every step of every product, in each way of consent that it has: both languages fit at 80×24, and no size of
//! window brings it down. What each step looks like is kept once, at the first product that has it.

use std::collections::BTreeSet;

use smtp_oauth::{
    account::{Settings, draft::Draft},
    entra::Cloud,
    product::{self, Product},
    way::Way,
    wizard::Given,
};

use crate::{
    person::{CLIENT, NOW, Person, TENANT, given},
    seen::{seen, seen_in_japanese},
};

/// As far as it could be when somebody comes to this step.
fn draft(product: &Product, way: Way, step: &str) -> Draft {
    let mut settings = Settings {
        product: Some(product.id.clone()),
        cloud: Some(product.cloud),
        user: "alerts@contoso.example".parse().ok(),
        sender: "noreply@contoso.example".parse().ok(),
        tenant: product.tenant.clone().or_else(|| TENANT.parse().ok()),
        client_id: CLIENT.parse().ok(),
        ..Settings::default()
    };
    if product.cloud == Cloud::Custom {
        settings.endpoints.authority = "https://login.example".parse().ok();
    }
    settings.take_way(way);
    Draft { settings, way: Some(way), step: step.to_owned(), ..Draft::default() }
}

#[test]
fn every_step_of_every_product_fits_in_both_languages() {
    let (mut kept, mut drawn) = (BTreeSet::new(), BTreeSet::new());
    for product in product::all() {
        for way in &product.ways {
            for step in &product.path {
                let draft = draft(product, *way, step);
                let person = Person::sits_down_at(Given { draft: Some(draft), ..given() }, NOW);
                // This way does not come by here.
                if person.at() != *step {
                    continue;
                }
                // The same words at the same size are drawn once.
                if drawn.insert(format!("{:?}", person.screen())) {
                    let (english, japanese) = (seen(&person), seen_in_japanese(&person));
                    if kept.insert(step.clone()) {
                        insta::assert_snapshot!(format!("step_{step}"), english);
                        insta::assert_snapshot!(format!("step_{step}.ja"), japanese);
                    }
                }
            }
        }
    }
    let all: BTreeSet<String> = product::all().iter().flat_map(|product| product.path.clone()).collect();
    // There it needs tokens; they are looked at on the way of a sign-in.
    let missed: Vec<_> = all.difference(&kept).collect();
    assert_eq!(missed, ["connection", "save", "token"]);
}
