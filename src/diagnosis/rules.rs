//! When a cause holds: conditions over named facts, written in TOML beside the cause. A condition on a
//! fact nobody saw does not hold, whichever way it is put; `present = false`, `none_of` and its kin ask for that.

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
    /// A value is one of these; case does not matter.
    OneOf(Vec<String>),
    /// No value is this one.
    IsNot(String),
    /// No value is one of these; this one holds also where nobody saw the fact.
    NoneOf(Vec<String>),
    /// A value contains this; neither case nor white space matters, since logs break lines where they like.
    Contains(String),
    /// A value contains one of these.
    ContainsOne(Vec<String>),
    /// No value contains one of these; this one holds also where nobody saw the fact.
    ContainsNone(Vec<String>),
    /// No value contains this.
    Lacks(String),
    /// The values of two facts have nothing in common; case does not matter.
    DiffersFrom(String),
    /// They have one in common.
    SameAs(String),
    /// An address of the one and an address of the other have the same part before the `@`, and differ behind it.
    OtherDomainThan(String),
    /// A value is a number, and not above this one.
    AtMost(u32),
    /// No value is a number up to this one; this one holds also where nobody saw the fact.
    NoneAtMost(u32),
    /// A value is a number, and not below this one, whatever its sign.
    AtLeast(u32),
    /// Both are addresses, and what stands before the `@` is not the same.
    OtherNameThan(String),
    Present(bool),
}

impl Rule {
    pub fn holds(&self, evidence: &Evidence) -> bool {
        self.all.iter().all(|condition| condition.holds(evidence))
    }

    /// Network trouble of which nobody knows what it is about makes nothing likely, nor
    /// does what a page said without a number, beside a mail server's reply; a token that need not be the one
    /// that was sent makes nothing certain.
    pub fn certainty_by(&self, evidence: &Evidence) -> Certainty {
        let network = self.all.iter().any(|condition| condition.of_the_network());
        let unclear = network && !evidence.values("network.context").is_empty();
        let page = self.all.iter().any(|condition| condition.fact == "oauth.page");
        let beside = page && !evidence.values("reply.text").is_empty();
        let token = self.all.iter().any(Condition::of_the_token) && !evidence.values("token.context").is_empty();
        match self.certainty {
            _ if unclear || beside => Certainty::Possible,
            Certainty::Certain if token => Certainty::Likely,
            certainty => certainty,
        }
    }
}

impl Condition {
    /// The words that it looks for, and the fact it looks for them in.
    pub(super) fn words(&self) -> impl Iterator<Item = (&str, &str)> {
        let words = match &self.test {
            Test::Contains(words) => std::slice::from_ref(words),
            Test::ContainsOne(words) => words.as_slice(),
            _ => &[],
        };
        words.iter().map(|words| (self.fact.as_str(), words.as_str()))
    }

    fn of_the_network(&self) -> bool {
        self.fact.starts_with("network.") || self.fact == "certificate"
    }

    /// The form is that of the string that was sent.
    fn of_the_token(&self) -> bool {
        self.fact.starts_with("token.") && self.fact != "token.form"
    }

    pub(super) fn holds(&self, evidence: &Evidence) -> bool {
        let values = evidence.values(&self.fact);
        let any = |test: &dyn Fn(&String) -> bool| values.iter().any(test);
        let within = |text: &str| any(&|value| squeezed(value).contains(&squeezed(text)));
        let shared = |other: &str| {
            any(&|value| evidence.values(other).iter().any(|other| other.trim().eq_ignore_ascii_case(value.trim())))
        };
        let seen = !values.is_empty();
        match &self.test {
            Test::Is(text) => any(&|value| value.eq_ignore_ascii_case(text)),
            Test::OneOf(texts) => any(&|value| texts.iter().any(|text| value.eq_ignore_ascii_case(text))),
            Test::NoneOf(texts) => !any(&|value| texts.iter().any(|text| value.eq_ignore_ascii_case(text))),
            Test::IsNot(text) => seen && !any(&|value| value.eq_ignore_ascii_case(text)),
            Test::Contains(text) => within(text),
            Test::ContainsOne(texts) => texts.iter().any(|text| within(text)),
            Test::ContainsNone(texts) => !texts.iter().any(|text| within(text)),
            Test::Lacks(text) => seen && !within(text),
            Test::DiffersFrom(other) => seen && !evidence.values(other).is_empty() && !shared(other),
            Test::SameAs(other) => shared(other),
            Test::OtherDomainThan(other) => {
                !shared(other) && any(&|value| evidence.values(other).iter().any(|other| same_local(value, other)))
            }
            Test::AtMost(most) => any(&|value| value.parse::<u32>().is_ok_and(|number| number <= *most)),
            Test::NoneAtMost(most) => !any(&|value| value.parse::<u32>().is_ok_and(|number| number <= *most)),
            Test::AtLeast(least) => {
                any(&|value| value.parse::<i64>().is_ok_and(|number| number.unsigned_abs() >= u64::from(*least)))
            }
            Test::OtherNameThan(other) => {
                let named = |values: &[String]| values.iter().any(|value| value.contains('@'));
                named(values)
                    && named(evidence.values(other))
                    && !any(&|value| evidence.values(other).iter().any(|other| same_local(value, other)))
            }
            Test::Present(wanted) => seen == *wanted,
        }
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn same_local(one: &str, other: &str) -> bool {
    let local = |address: &str| address.trim().split_once('@').map(|(local, _)| local.to_ascii_lowercase());
    local(one).is_some_and(|one| Some(one) == local(other))
}
