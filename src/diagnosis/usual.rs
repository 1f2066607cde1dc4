//! What is usually the cause where the evidence singles out none: base rates counted in public failures, as data
//! (`usual/*.toml`). They name and order what is possible; they never make a cause more sure, and decide nothing.

use std::{cmp::Reverse, sync::LazyLock};

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
}

/// Poor evidence of one kind, as it is posted over and over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    all: Vec<Condition>,
    usual: Vec<Usual>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    cause: String,
    /// In how many threads of just this shape it was the cause.
    pub seen: u32,
    /// In how many others, which told more of the same failure: its number, the token.
    #[serde(default)]
    pub fuller: u32,
    /// One of these speaks against it.
    #[serde(default)]
    pub unless: Vec<Condition>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let files = [include_str!("usual/authority.toml"), include_str!("usual/server.toml")];
    let mut shapes: Vec<Shape> =
        files.iter().flat_map(|text| toml::from_str::<Shapes>(text).expect("usual").shape).collect();
    for shape in &mut shapes {
        shape.usual.sort_by_key(|usual| Reverse((usual.seen, usual.fuller)));
    }
    shapes
});

/// Where nothing but guesses was found: the usual causes of this shape first, in their order, then what else was found.
pub fn order(found: &mut Vec<Cause>, evidence: &Evidence) {
    let open = |cause: &Cause| cause.certainty == Certainty::Possible && cause.slug != OTHER_SERVICE;
    let guessed = found.iter().all(open) && !evidence.passed();
    let Some(shape) = SHAPES.iter().find(|shape| guessed && shape.fits(evidence)) else { return };
    let usual = shape.named(evidence);
    let new = usual.iter().filter(|slug| !found.iter().any(|cause| cause.slug == **slug));
    let new: Vec<Cause> =
        new.filter_map(|slug| Some(cause::find(slug)?.stand(Certainty::Possible, evidence))).collect();
    found.extend(new);
    let worked = !evidence.values("worked.minutes").is_empty();
    let rank = |cause: &Cause| usual.iter().position(|slug| *slug == cause.slug).unwrap_or(usize::MAX);
    found.sort_by_key(|cause| (cause.slug == UNKNOWN, worked && cause.set_up, rank(cause)));
}

/// Where a cause is a usual one: the shape's conditions, and how usual.
pub fn of(slug: &str) -> impl Iterator<Item = (&'static [Condition], &'static Usual)> {
    let usual = |shape: &'static Shape| shape.usual.iter().map(|usual| (shape.all.as_slice(), usual));
    SHAPES.iter().flat_map(usual).filter(move |(_, usual)| usual.cause == slug)
}

impl Shape {
    fn fits(&self, evidence: &Evidence) -> bool {
        self.all.iter().all(|condition| condition.holds(evidence))
    }

    fn named(&self, evidence: &Evidence) -> Vec<&str> {
        let against = |usual: &Usual| usual.unless.iter().any(|condition| condition.holds(evidence));
        let usual = self.usual.iter().filter(|usual| !against(usual)).map(|usual| usual.cause.as_str());
        usual.filter(|slug| !experiment::speaks_against(slug, evidence)).take(NAMED).collect()
    }
}

#[cfg(test)]
mod tests;
