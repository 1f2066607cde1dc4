//! What is being set up, as data: one TOML file a product, one line in [`FILES`]. A product says which
//! steps there are, in which order, and what is known beforehand. Its words are in the same file.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{
    entra::Cloud,
    facts::{Host, Tenant},
    way::Way,
};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub id: String,
    /// What it is called in a list, and one line about it; texts `products.ID.label` and `.detail`.
    pub label: String,
    pub detail: String,
    pub cloud: Cloud,
    /// What stands for the tenant, where it is the same for everybody.
    pub tenant: Option<Tenant>,
    /// The mail server, where it is not the cloud's.
    pub smtp_host: Option<Host>,
    /// The ways of consent that can work for it, the easiest first.
    pub ways: Vec<Way>,
    /// Ids of `checklist/steps.toml`.
    pub path: Vec<String>,
    /// Its words in Japanese; `language` reads them.
    #[expect(dead_code, reason = "read by key, as texts")]
    #[serde(default)]
    ja: toml::Table,
}

/// The products, in the order they are offered.
pub const FILES: &[(&str, &str)] = &[
    ("server", include_str!("server.toml")),
    ("outlook-com", include_str!("outlook-com.toml")),
    ("custom", include_str!("custom.toml")),
];

impl Product {
    /// Whether `tenant` is one that its accounts can be in.
    pub fn takes(&self, tenant: &Tenant) -> bool {
        self.tenant.as_ref().is_none_or(|own| own == tenant || own.is_consumers() && tenant.is_consumers())
    }

    /// Whether it has an address of its own, which its users and redirect URI need.
    pub fn has_base(&self) -> bool {
        false
    }

    /// Whether what is known for the one is good for the other: addresses, tenant and app.
    pub fn is_akin(&self, other: &Self) -> bool {
        self.cloud.is_microsoft() == other.cloud.is_microsoft() && self.tenant == other.tenant
    }
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static PRODUCTS: LazyLock<Vec<Product>> =
    LazyLock::new(|| FILES.iter().map(|(id, text)| toml::from_str(text).expect(id)).collect());

pub fn all() -> &'static [Product] {
    &PRODUCTS
}

pub fn find(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

/// This machine's own mail: the default, and the first of the list.
pub fn default() -> &'static Product {
    &PRODUCTS[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::steps;

    #[test]
    fn every_path_leads_over_known_steps_to_done() {
        for ((id, _), product) in FILES.iter().zip(all()) {
            assert_eq!(*id, product.id);
            for step in &product.path {
                assert!(steps::find(step).is_some(), "{id}: {step}");
            }
            let consent = product.path.iter().position(|step| step == "consent");
            let connection = product.path.iter().position(|step| step == "connection");
            assert!(consent < connection && product.path.last().is_some_and(|step| step == "done"), "{id}");
        }
    }
}
