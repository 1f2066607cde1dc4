//! What is usually the cause where the evidence singles out none, by what public failures turned out to be, as data
//! (`usual/*.toml`). It names and orders what is possible; it never makes a cause more sure, and decides nothing.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{
    Cause, Certainty, Evidence, OTHER_SERVICE,
    cause::{self, UNKNOWN},
    experiment,
    rules::Condition,
};

/// As many are named: more would be a list to work through.
const NAMED: usize = 3;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shapes {
    shape: Vec<Shape>,
    /// One of these speaks against a cause, whatever the shape.
    against: BTreeMap<String, Vec<Condition>>,
}

/// Poor evidence of one kind, as it is posted over and over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    all: Vec<Condition>,
    /// The most frequent first.
    usual: Vec<Usual>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Usual {
    cause: String,
    /// One of these speaks against it, in this shape.
    #[serde(default)]
    unless: Vec<Condition>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let [mut all, server] = [include_str!("usual/authority.toml"), include_str!("usual/server.toml")]
        .map(|text| toml::from_str::<Shapes>(text).expect("usual"));
    all.shape.extend(server.shape);
    all.against.extend(server.against);
    all
});

/// Where nothing but guesses was found: the usual causes of this shape first, in their order, then what else was found.
pub fn order(found: &mut Vec<Cause>, evidence: &Evidence) {
    let open = |cause: &Cause| cause.certainty == Certainty::Possible && cause.slug != OTHER_SERVICE;
    let guessed = found.iter().all(open) && !evidence.passed();
    let Some(shape) = SHAPES.shape.iter().find(|shape| guessed && shape.fits(evidence)) else { return };
    let usual = shape.named(evidence);
    let new = usual.iter().filter(|slug| !found.iter().any(|cause| cause.slug == **slug));
    let new: Vec<Cause> =
        new.filter_map(|slug| Some(cause::find(slug)?.stand(Certainty::Possible, evidence))).collect();
    found.extend(new);
    let worked = !evidence.values("worked.minutes").is_empty();
    let rank = |cause: &Cause| usual.iter().position(|slug| *slug == cause.slug).unwrap_or(usize::MAX);
    found.sort_by_key(|cause| (cause.slug == UNKNOWN, worked && cause.set_up, rank(cause)));
}

/// Where a cause is a usual one: the shape's conditions, and what speaks against it.
pub fn of(slug: &str) -> impl Iterator<Item = (&'static [Condition], Vec<&'static Condition>)> {
    let of = move |shape: &'static Shape| {
        let usual = shape.usual.iter().find(|usual| usual.cause == slug)?;
        Some((shape.all.as_slice(), usual.against().collect()))
    };
    SHAPES.shape.iter().filter_map(of)
}

impl Usual {
    fn against(&self) -> impl Iterator<Item = &Condition> {
        self.unless.iter().chain(SHAPES.against.get(&self.cause).into_iter().flatten())
    }
}

impl Shape {
    fn fits(&self, evidence: &Evidence) -> bool {
        self.all.iter().all(|condition| condition.holds(evidence))
    }

    fn named(&self, evidence: &Evidence) -> Vec<&str> {
        let fits = |usual: &&Usual| !usual.against().any(|condition| condition.holds(evidence));
        let usual = self.usual.iter().filter(fits).map(|usual| usual.cause.as_str());
        usual.filter(|slug| !experiment::speaks_against(slug, evidence)).take(NAMED).collect()
    }
}

#[cfg(test)]
mod tests;
