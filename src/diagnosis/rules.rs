//! When a cause holds: conditions over named facts, written in TOML beside the cause. A condition on a
//! fact nobody saw does not hold, whichever way it is put; `present = false` is how to ask for that.

use serde::Deserialize;

use super::{Certainty, Evidence};

/// One way to be led to a cause: all conditions hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub certainty: Certainty,
    pub all: Vec<Condition>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub fact: String,
    #[serde(flatten)]
    pub test: Test,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// A value is this one; case does not matter.
    Is(String),
    /// No value is this one.
    IsNot(String),
    /// A value contains this; case does not matter.
    Contains(String),
    /// No value contains this.
    Lacks(String),
    /// The values of two facts have nothing in common; case does not matter.
    DiffersFrom(String),
    SameAs(String),
    Present(bool),
}

impl Rule {
    pub fn holds(&self, evidence: &Evidence) -> bool {
        self.all.iter().all(|condition| condition.holds(evidence))
    }
}

impl Condition {
    fn holds(&self, evidence: &Evidence) -> bool {
        let values = evidence.values(&self.fact);
        let any = |test: &dyn Fn(&String) -> bool| values.iter().any(test);
        let within = |text: &str| any(&|value| value.to_lowercase().contains(&text.to_lowercase()));
        let shared = |other: &str| {
            any(&|value| evidence.values(other).iter().any(|other| other.trim().eq_ignore_ascii_case(value.trim())))
        };
        let seen = !values.is_empty();
        match &self.test {
            Test::Is(text) => any(&|value| value.eq_ignore_ascii_case(text)),
            Test::IsNot(text) => seen && !any(&|value| value.eq_ignore_ascii_case(text)),
            Test::Contains(text) => within(text),
            Test::Lacks(text) => seen && !within(text),
            Test::DiffersFrom(other) => seen && !evidence.values(other).is_empty() && !shared(other),
            Test::SameAs(other) => shared(other),
            Test::Present(wanted) => seen == *wanted,
        }
    }
}
