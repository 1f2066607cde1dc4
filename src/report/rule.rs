//! When a cause holds, in words: a line for each of its rules. It decides nothing; `diagnosis::rules` does.

use super::document::{Span, Spans, spans};
use crate::{
    diagnosis::rules::{Condition, Rule, Test},
    language::Texts,
    phrase::Phrase,
};

/// More numbers than this stand in one place alone, with the cause's others.
const FEW: usize = 5;

/// `certain: Reply contains ‘…’; Token: not known`.
pub fn line(texts: &Texts, rule: &Rule) -> Spans {
    let certainty = texts.word(&format!("certainty.{}", rule.certainty.id()));
    let mut out = vec![Span::Strong(certainty), Span::Words(": ".into())];
    out.extend(conditions(texts, &rule.all));
    out
}

/// All of them, one after the other; what must not be known, once behind them.
pub fn conditions(texts: &Texts, all: &[Condition]) -> Spans {
    let is_absent = |condition: &&Condition| matches!(condition.test, Test::Present(false));
    let (absent, told): (Vec<_>, Vec<_>) = all.iter().partition(is_absent);
    if absent.len() < 2 {
        return joined(texts, all, "; ");
    }
    let mut out = joined(texts, told, "; ");
    out.extend((!out.is_empty()).then(|| Span::Words("; ".into())));
    let labels: Vec<String> = absent.iter().map(|condition| texts.word(&format!("facts.{}", condition.fact))).collect();
    let phrase = Phrase::new("report.rule.all-absent").with("facts", labels.join(&texts.word("report.rule.list")));
    out.push(Span::Words(texts.say(&phrase)));
    out
}

/// One of them.
pub fn one_of<'a>(texts: &Texts, any: impl IntoIterator<Item = &'a Condition>) -> Spans {
    joined(texts, any, &texts.word("report.rule.or"))
}

fn joined<'a>(texts: &Texts, conditions: impl IntoIterator<Item = &'a Condition>, between: &str) -> Spans {
    let mut out = Spans::new();
    for (at, condition) in conditions.into_iter().enumerate() {
        out.extend((at > 0).then(|| Span::Words(between.to_owned())));
        out.extend(self::condition(texts, condition));
    }
    out
}

fn condition(texts: &Texts, condition: &Condition) -> Spans {
    let label = |fact: &str| texts.word(&format!("facts.{fact}"));
    let fact = label(&condition.fact);
    let phrase = |key: &str| Phrase::new(format!("report.rule.{key}")).with("fact", &fact);
    let said = |phrase: &Phrase| {
        spans(texts.pieces(phrase), |name, value| match name {
            "value" => Span::Value(value.to_owned()),
            _ => Span::Words(value.to_owned()),
        })
    };
    let shown =
        |value: &str| texts.fact_words(&condition.fact, value).map_or(Span::Value(value.to_owned()), Span::Words);
    let one = |key: &str, value: &str| match texts.fact_words(&condition.fact, value) {
        Some(words) => {
            let phrase = phrase(key).with("value", &words);
            spans(texts.pieces(&phrase), |_, words| Span::Words(words.to_owned()))
        }
        None => said(&phrase(key).with("value", value)),
    };
    let several = |key: &str, values: &[String]| {
        let mut said = said(&phrase(key));
        for (at, value) in values.iter().enumerate() {
            said.extend((at > 0).then(|| Span::Words(texts.word("report.rule.or"))));
            said.push(shown(value));
        }
        said
    };
    // Shown in words elsewhere, and counted here.
    let number = |number: u32| match condition.fact.as_str() {
        "clock.off" => format!("{number} s"),
        "worked.minutes" => format!("{number} min"),
        _ => number.to_string(),
    };
    let two = |key: &str, other: &str| said(&phrase(key).with("other", label(other)));
    match &condition.test {
        Test::Is(value) => one("is", value),
        Test::OneOf(values) if condition.fact == "oauth.code" && values.len() > FEW => said(&phrase("numbered")),
        Test::OneOf(values) => several("one-of", values),
        Test::IsNot(value) => one("is-not", value),
        Test::NoneOf(values) => several("none-of", values),
        Test::ContainsOne(values) => several("contains-one", values),
        Test::ContainsNone(values) => several("contains-none", values),
        Test::Contains(value) => one("contains", value),
        Test::Lacks(value) => one("lacks", value),
        Test::DiffersFrom(other) => two("differs-from", other),
        Test::SameAs(other) => two("same-as", other),
        Test::OtherDomainThan(other) => two("other-domain-than", other),
        Test::OtherNameThan(other) => two("other-name-than", other),
        Test::AtMost(most) => one("at-most", &number(*most)),
        Test::NoneAtMost(most) => one("none-at-most", &number(*most)),
        Test::AtLeast(least) => one("at-least", &number(*least)),
        Test::Present(true) => two("present", &condition.fact),
        Test::Present(false) => two("absent", &condition.fact),
    }
}
