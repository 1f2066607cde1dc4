//! The catalogue of causes, made from their files: each as a section, the same on the page and for a terminal. It says
//! what a cause means in general, and finds none.

use super::{
    document::{self, Part, Span, Spans, said, spans},
    rule,
    writer::link,
};
use crate::{
    checklist::Item,
    diagnosis::{
        cause::{self, Entry, Line},
        rules::{Condition, Test},
        usual,
    },
    entra::Cloud,
    language::Texts,
    phrase::Phrase,
};

/// What can be tried out, by a cause's slug: names of `--demo`.
pub type Demos<'a> = &'a dyn Fn(&str) -> Vec<String>;

struct Section<'a> {
    texts: &'a Texts,
    entry: &'static Entry,
    parts: Vec<Part>,
}

/// Everything there is to say of one cause.
pub fn section(texts: &Texts, entry: &'static Entry, demos: Demos) -> Vec<Part> {
    let mut section = Section { texts, entry, parts: Vec::new() };
    section.meaning();
    section.mended();
    section.told();
    section.known_by(&demos(&entry.slug));
    section.parts
}

/// All of them as one page, with a table of contents, by what each is about.
pub fn page(texts: &Texts, demos: Demos) -> String {
    let word = |key: &str| texts.word(&format!("report.catalogue.{key}"));
    let mut parts =
        vec![Part::Heading(1, said(word("title"))), Part::Text(said(word("head"))), Part::Text(said(word("how")))];
    for item in items() {
        parts.push(Part::Text(vec![Span::Strong(texts.item(item))]));
        let entry = |entry: &'static Entry| {
            let anchor = entry.slug.clone();
            vec![Span::To(document::text(&sentence(texts, entry, "headline")), anchor)]
        };
        parts.push(Part::Bullets(entries(item).map(entry).collect()));
    }
    for item in items() {
        parts.push(Part::Heading(2, said(texts.item(item))));
        for entry in entries(item) {
            parts.push(Part::Heading(3, said(entry.slug.clone())));
            parts.extend(section(texts, entry, demos));
        }
    }
    document::markdown(&parts)
}

/// In the checklist's order.
fn items() -> impl Iterator<Item = Item> {
    let mut items: Vec<Item> = cause::catalogue().iter().map(|entry| entry.item).collect();
    items.sort_unstable();
    items.dedup();
    items.into_iter()
}

fn entries(item: Item) -> impl Iterator<Item = &'static Entry> {
    cause::catalogue().iter().filter(move |entry| entry.item == item)
}

/// A text of a cause; what follows from the cloud is that of the worldwide one.
fn sentence(texts: &Texts, entry: &Entry, place: &str) -> Spans {
    let address = |value: &str| match value.starts_with("https://") {
        true => Span::Value(value.to_owned()),
        false => Span::Words(value.to_owned()),
    };
    spans(texts.pieces(&phrase(entry, place)), |name, value| link(name, value).unwrap_or_else(|| address(value)))
}

fn phrase(entry: &Entry, place: &str) -> Phrase {
    let phrase = Phrase::new(format!("causes.{}.{place}", entry.slug));
    Cloud::default().told().into_iter().fold(phrase, |phrase, (name, value)| phrase.with(name, value))
}

impl Section<'_> {
    fn word(&self, key: &str) -> String {
        self.texts.word(&format!("report.catalogue.{key}"))
    }

    fn say(&self, place: &str) -> Spans {
        sentence(self.texts, self.entry, place)
    }

    fn meaning(&mut self) {
        let headline = document::text(&self.say("headline"));
        self.parts.push(Part::Text(vec![Span::Strong(headline)]));
        self.parts.push(Part::Text(self.say("why")));
        if let Some(why) = &self.entry.why_else {
            let line = self.where_holds(self.say("why_else"), &why.when, &why.any);
            self.parts.push(Part::Text(line));
        }
    }

    fn told(&mut self) {
        let next = self.lines("next", &self.entry.next);
        self.under("next", Part::Bullets(next));
        let rules = self.entry.when.iter().map(|rule| rule::line(self.texts, rule));
        let usual = usual::of(&self.entry.slug).map(|(shape, against)| self.usual(shape, against));
        self.under("told", Part::Bullets(rules.chain(usual).collect()));
    }

    /// Poor evidence that this was often the cause of.
    fn usual(&self, shape: &[Condition], against: Vec<&Condition>) -> Spans {
        let mut line = vec![Span::Strong(self.word("usual")), Span::Words(": ".into())];
        line.extend(rule::conditions(self.texts, shape));
        if !against.is_empty() {
            line.push(Span::Words(self.word("unless")));
            line.extend(rule::one_of(self.texts, against));
        }
        line
    }

    fn mended(&mut self) {
        let fix = self.lines("fix", &self.entry.fix);
        self.under("fix", Part::Steps(fix));
        let of = |index, part| phrase(self.entry, &format!("commands.{index}.{part}"));
        let commands: Vec<_> =
            (0..self.entry.commands.len()).map(|index| (of(index, "label"), of(index, "text"))).collect();
        let texts = self.texts.commands(&commands).into_iter().map(|(_, text)| text);
        for (index, (command, text)) in self.entry.commands.iter().zip(texts).enumerate() {
            let label = self.where_holds(self.say(&format!("commands.{index}.label")), &command.when, &command.any);
            self.parts.push(Part::command(label, text));
        }
        let general = self.entry.in_general();
        let verify = general.verify.iter().map(|verify| said(self.texts.say(verify)));
        let arrives = self.entry.arrives_within.map(|minutes| {
            let phrase = Phrase::new("report.catalogue.arrives").with("minutes", minutes);
            said(self.texts.say(&phrase))
        });
        self.parts.extend(verify.chain(arrives).map(Part::Text));
    }

    /// By what people look for it, and where it can be met.
    fn known_by(&mut self, demos: &[String]) {
        let codes = self.named(&["oauth.code"]).into_iter().map(|code| format!("AADSTS{code}")).collect::<Vec<_>>();
        let replies = self.named(&["reply.text", "reply.code", "reply.enhanced", "oauth.error"]);
        let demos = demos.iter().map(|name| format!("smtp-oauth --demo {name}")).collect::<Vec<_>>();
        let rows = [("codes", codes), ("replies", replies), ("demo", demos)];
        let mut lines: Vec<Spans> = rows
            .iter()
            .filter_map(|(key, values)| Some(self.list(key, values)).filter(|_| !values.is_empty()))
            .collect();
        if !self.entry.source.is_empty() {
            lines.push(vec![Span::Words(format!("{}: ", self.word("source"))), Span::Link(self.entry.source.clone())]);
        }
        self.under("known", Part::Bullets(lines));
        let example: String = self.entry.example.facts().map(|(fact, values)| self.example(fact, values)).collect();
        self.parts.push(Part::Code { label: said(self.word("example")), language: "text", text: example });
    }

    fn example(&self, fact: &str, values: &[String]) -> String {
        let label = self.texts.word(&format!("facts.{fact}"));
        values.iter().map(|value| format!("{label}: {}\n", self.texts.fact_value(fact, value))).collect()
    }

    /// What the rules ask of these facts, each once.
    fn named(&self, facts: &[&str]) -> Vec<String> {
        let values = |condition: &Condition| match &condition.test {
            Test::Is(value) | Test::Contains(value) => vec![value.clone()],
            Test::OneOf(values) | Test::ContainsOne(values) => values.clone(),
            _ => Vec::new(),
        };
        let mut named = Vec::new();
        for fact in facts {
            let rules = self.entry.when.iter().flat_map(|rule| &rule.all).filter(|condition| condition.fact == *fact);
            for value in rules.flat_map(values) {
                if !named.contains(&value) {
                    named.push(value);
                }
            }
        }
        named
    }

    fn list(&self, key: &str, values: &[String]) -> Spans {
        let mut line = said(format!("{}: ", self.word(key)));
        for (at, value) in values.iter().enumerate() {
            line.extend((at > 0).then(|| Span::Words(", ".into())));
            line.push(Span::Value(value.clone()));
        }
        line
    }

    fn lines(&self, place: &str, lines: &[Line]) -> Vec<Spans> {
        let said = |(index, line): (usize, &Line)| {
            let said = self.say(&format!("{place}.{index}"));
            match line {
                Line::Always(_) => said,
                Line::If(line) => self.where_holds(said, &line.when, &line.any),
            }
        };
        lines.iter().enumerate().map(said).collect()
    }

    /// A sentence that is for some cases only, and for which.
    fn where_holds(&self, mut said: Spans, when: &[Condition], any: &[Condition]) -> Spans {
        if !when.is_empty() || !any.is_empty() {
            let [open, close] = ["where", "where-end"].map(|key| Span::Words(self.word(key)));
            said.push(open);
            said.extend(rule::conditions(self.texts, when));
            said.extend((!when.is_empty() && !any.is_empty()).then(|| Span::Words("; ".into())));
            said.extend(rule::one_of(self.texts, any));
            said.push(close);
        }
        said
    }

    /// Under a name of its own, unless there is nothing of it.
    fn under(&mut self, key: &str, part: Part) {
        if !part.is_empty() {
            self.parts.push(Part::Text(vec![Span::Strong(self.word(key))]));
            self.parts.push(part);
        }
    }
}

/// The causes whose names are most like this one, the nearest first.
pub fn near(slug: &str) -> Vec<&'static str> {
    let asked = slug.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    let mut near: Vec<(f64, &str)> = cause::FILES.iter().map(|(known, _)| (likeness(&asked, known), *known)).collect();
    near.retain(|(likeness, _)| *likeness > 0.45);
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.into_iter().take(5).map(|(_, slug)| slug).collect()
}

/// 1 for the same: pairs of letters that both have (Dice), and whole words besides.
fn likeness(one: &str, other: &str) -> f64 {
    let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (mine, mut theirs) = (pairs(one), pairs(other));
    let all = mine.len() + theirs.len();
    let shared = mine.iter().filter(|pair| {
        let at = theirs.iter().position(|other| other == *pair);
        at.map(|at| theirs.swap_remove(at)).is_some()
    });
    let shared = u32::try_from(shared.count()).unwrap_or(u32::MAX);
    let words = one.split('_').filter(|word| word.len() > 2 && other.split('_').any(|other| other == *word));
    let words = u32::try_from(words.count()).unwrap_or(u32::MAX);
    f64::from(shared * 2) / f64::from(u32::try_from(all).unwrap_or(u32::MAX).max(1)) + f64::from(words) * 0.2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn an_unknown_name_has_near_ones() {
        assert_eq!(near("smtp-auth-disabled")[0], "smtp_auth_disabled_tenant");
        assert_eq!(near("user_is_no_token_user")[0], "user_is_not_token_user");
        assert_eq!(near("consent missing")[0], "consent_missing");
        assert_eq!(near("graph")[0], "wrong_audience_graph_token");
        assert!(near("basic").contains(&"basic_auth_retired"));
        assert!(near("nonsense").is_empty() && near("").is_empty());
    }

    #[test]
    fn every_cause_is_on_the_page_once_in_every_language() {
        for language in Language::ALL {
            let page = page(&Texts::new(language), &|_| Vec::new());
            for (slug, _) in cause::FILES {
                assert_eq!(page.matches(&format!("\n### {slug}\n")).count(), 1, "{slug}");
                assert_eq!(page.matches(&format!("](#{slug})")).count(), 1, "{slug}");
            }
        }
    }
}
