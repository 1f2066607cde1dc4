//! What is being set up, as data: one TOML file a product, one line in [`FILES`]. A product says which
//! steps there are, in which order, and what is known beforehand. Its words are in the same file, in each language.

pub mod app;
#[cfg(test)]
pub mod example;
#[cfg(test)]
pub mod rules;
pub mod sheet;

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{
    checklist::{
        Item,
        steps::{self, Field, Step},
    },
    entra::{Cloud, cloud},
    facts::{BaseUrl, Host, Tenant},
    phrase::before_words,
    way::Way,
};
use app::App;

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
    /// It has an address of its own, by which its users reach it.
    #[serde(default)]
    pub base: bool,
    #[serde(default)]
    pub app: App,
    /// Ids of [`Product::steps`] and of `checklist/steps.toml`.
    pub path: Vec<String>,
    /// Steps of its own, which no other product has.
    #[serde(default)]
    pub steps: BTreeMap<String, Step>,
    /// What to know at a step.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Its vendor's settings screen.
    #[serde(default)]
    pub sheet: Vec<sheet::Screen>,
    /// Its vendor's guide, step by step.
    pub guide: Option<Guide>,
}

/// Where a vendor's guide differs from what Microsoft says, or a rule that bites later. Its text is
/// `products.ID.notes.N.text`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The step at which it is said.
    pub at: String,
    pub kind: NoteKind,
    #[expect(dead_code, reason = "read by key, as texts")]
    text: String,
    /// Who says so.
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Holds for this product.
    Rule,
    /// The guide asks for it and Microsoft does not need it.
    NotNeeded,
    /// Needed, and not in the guide.
    Missing,
    /// The guide says what was so once.
    Outdated,
    /// Two sources do not agree.
    Differs,
}

impl NoteKind {
    /// Whether mail does not go out without it.
    pub fn bites(self) -> bool {
        matches!(self, Self::Rule | Self::Missing)
    }

    pub fn id(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::NotNeeded => "not-needed",
            Self::Missing => "missing",
            Self::Outdated => "outdated",
            Self::Differs => "differs",
        }
    }
}

/// The guide as it was published, accounted for step by step in docs/vendors.md.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    pub title: String,
    pub steps: Vec<GuideStep>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideStep {
    /// Its number or heading there, and what it says, in a few words.
    pub there: String,
    pub says: String,
    /// The step here, or `done` for what is filled in in the product; none for what is no step.
    pub here: Option<String>,
    /// What differs, where no note of that step says it.
    pub note: Option<String>,
}

macro_rules! files {
    ($($id:literal)*) => { &[$(($id, include_str!(concat!($id, ".toml"))),)*] };
}

/// The products, in the order they are offered.
pub const FILES: &[(&str, &str)] = files! {
    "server"
    "intra-mart"
    "hve"
    "iwpro"
    "bom"
    "proself"
    "outlook-com"
    "custom"
};

impl Product {
    /// From its file, but for its words in other languages, which `language` reads.
    pub fn read(file: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(before_words(file))
    }

    /// Whether `tenant` is one that its accounts can be in.
    pub fn takes(&self, tenant: &Tenant) -> bool {
        self.tenant.as_ref().is_none_or(|own| own == tenant || own.is_consumers() && tenant.is_consumers())
    }

    /// High Volume Email, which has rules of its own.
    pub fn is_hve(&self) -> bool {
        self.smtp_host.as_ref().is_some_and(cloud::is_hve)
    }

    /// Whether mail may come from another address than the one that signs in.
    pub fn has_sender(&self) -> bool {
        self.path.iter().any(|id| self.step(id).is_some_and(|step| step.field == Some(Field::Sender)))
    }

    /// Whether it sends by a sign-in of its own: what is signed in here is a test of its registration.
    pub fn signs_in_itself(&self) -> bool {
        self.app.redirect.is_some()
    }

    /// A step of its path.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.get(id).or_else(|| steps::find(id))
    }

    /// The items that no other product has.
    pub fn items(&self) -> Vec<Item> {
        let steps = self.path.iter().filter_map(|id| self.step(id));
        steps.flat_map(|step| step.items.iter().copied()).filter(|item| matches!(item, Item::Product(_))).collect()
    }

    /// Where its browsers are sent back to, as registered.
    pub fn redirect(&self, base: Option<&BaseUrl>) -> Option<String> {
        let template = self.app.redirect.as_ref()?;
        match base {
            Some(base) => Some(template.replace("{base_url}", &base.to_string()).replace("{host}", base.host())),
            None => Some(template.clone()).filter(|template| !template.contains('{')),
        }
    }

    /// The redirect URI of the sign-in here: the product's own where it leads back to this machine, else one on a
    /// path that no product uses. A code never goes by way of the product.
    pub fn redirect_here(&self) -> &str {
        match &self.app.redirect {
            Some(uri) if self.app.comes_back_here() => uri,
            Some(_) => "http://localhost/smtp-oauth",
            // What Microsoft's page "Redirect URI restrictions" recommends for an app on a machine of its own.
            None => "http://localhost",
        }
    }

    /// Whether what is known for the one is good for the other: addresses, tenant and app.
    pub fn is_akin(&self, other: &Self) -> bool {
        self.cloud.is_microsoft() == other.cloud.is_microsoft() && self.tenant == other.tenant
    }
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static PRODUCTS: LazyLock<Vec<Product>> =
    LazyLock::new(|| FILES.iter().map(|(id, text)| Product::read(text).expect(id)).collect());

pub fn all() -> &'static [Product] {
    &PRODUCTS
}

/// The files, with the id of each. Tests have one more product, which is on no list: [`example`].
pub fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = FILES.iter().copied();
    #[cfg(test)]
    let files = files.chain([(example::ID, *example::SOURCE)]);
    files
}

fn known() -> impl Iterator<Item = &'static Product> {
    let products = PRODUCTS.iter();
    #[cfg(test)]
    let products = products.chain(example::product().ok());
    products
}

/// A step of any product's path.
pub fn step(id: &str) -> Option<&'static Step> {
    known().find_map(|product| product.steps.get(id)).or_else(|| steps::find(id))
}

pub fn find(id: &str) -> Option<&'static Product> {
    known().find(|product| product.id == id)
}

/// This machine's own mail: the default, and the first of the list.
pub fn default() -> &'static Product {
    &PRODUCTS[0]
}

#[cfg(test)]
mod tests;
