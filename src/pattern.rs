//! Regular expressions over text from outside: those of ASCII, in which `\w`, `\d`, `\b` and `(?i)` speak of ASCII alone and
//! `.` and `[^…]` of any letter. No tables of Unicode are in the program for it, whose relocations every start would pay
//! for. A pattern compiles quickly and searches slowly until it has seen some text, and the other way round from then on.

use std::{
    borrow::Cow,
    ops::{Index, Range},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use regex_automata::{
    Input,
    meta::{BuildError, Builder, Config, Regex},
    util::captures,
};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind},
};

/// Bytes to be seen before a lazy DFA has earned what making it takes.
const MUCH: usize = 4 * 1024;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    syntax: Hir,
    /// Made at once, and searched by simulating the NFA.
    plain: Regex,
    /// With prefilters and lazy DFAs.
    quick: OnceLock<Option<Regex>>,
    seen: AtomicUsize,
}

/// Where a group, or the whole, matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

/// What the groups of a pattern matched; number 0 is the whole.
#[derive(Debug, Clone)]
pub struct Captures<'t> {
    text: &'t str,
    groups: captures::Captures,
}

/// What cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error(transparent)]
    Syntax(#[from] Box<regex_syntax::Error>),
    #[error("letters beyond ASCII in a class")]
    Letters,
    #[error(transparent)]
    Build(#[from] Box<BuildError>),
}

impl Pattern {
    pub fn new(text: &str) -> Result<Self, Unfit> {
        let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(text).map_err(Box::new)?;
        let syntax = of_letters(parsed)?;
        let plain = Config::new().hybrid(false).auto_prefilter(false);
        let plain = Builder::new().configure(plain).build_from_hir(&syntax).map_err(Box::new)?;
        Ok(Self { syntax, plain, quick: OnceLock::new(), seen: AtomicUsize::new(0) })
    }

    /// The engine for a text of this length.
    fn over(&self, text: &str) -> &Regex {
        let seen = self.seen.fetch_add(text.len(), Ordering::Relaxed);
        if seen.saturating_add(text.len()) < MUCH {
            return &self.plain;
        }
        let quick = self.quick.get_or_init(|| Builder::new().build_from_hir(&self.syntax).ok());
        quick.as_ref().unwrap_or(&self.plain)
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.over(text).is_match(text)
    }

    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.over(text).find(text).map(|found| Match { text, start: found.start(), end: found.end() })
    }

    /// The first that begins at this place or behind it; what stands before counts for `^` and `\b`.
    pub fn find_at<'t>(&self, text: &'t str, at: usize) -> Option<Match<'t>> {
        let found = self.over(&text[at..]).find(Input::new(text).range(at..))?;
        Some(Match { text, start: found.start(), end: found.end() })
    }

    pub fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.over(text).find_iter(text).map(move |found| Match { text, start: found.start(), end: found.end() })
    }

    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.captures_iter(text).next()
    }

    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.over(text).captures_iter(text).map(move |groups| Captures { text, groups })
    }

    /// The first one replaced.
    pub fn replace<'t>(&self, text: &'t str, by: impl Replacement) -> Cow<'t, str> {
        replaced(text, self.captures_iter(text).take(1), by)
    }

    pub fn replace_all<'t>(&self, text: &'t str, by: impl Replacement) -> Cow<'t, str> {
        replaced(text, self.captures_iter(text), by)
    }
}

fn replaced<'t>(text: &'t str, found: impl Iterator<Item = Captures<'t>>, mut by: impl Replacement) -> Cow<'t, str> {
    let (mut out, mut at) = (String::new(), 0);
    for groups in found {
        let Some(whole) = groups.get(0) else { continue };
        out.push_str(&text[at..whole.start]);
        by.add_to(&mut out, &groups);
        at = whole.end;
    }
    if at == 0 && out.is_empty() {
        return text.into();
    }
    out.push_str(&text[at..]);
    out.into()
}

/// What takes the place of a match: a text in which `$1` is the first group, or what is made of the groups.
pub trait Replacement {
    fn add_to(&mut self, out: &mut String, groups: &Captures<'_>);
}

impl Replacement for &str {
    fn add_to(&mut self, out: &mut String, groups: &Captures<'_>) {
        let mut parts = self.split('$');
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
            let group = part[..digits].parse().ok().and_then(|number| groups.get(number));
            out.push_str(group.map_or("", |group| group.as_str()));
            out.push_str(&part[digits..]);
        }
    }
}

impl<F: FnMut(&Captures<'_>) -> String> Replacement for F {
    fn add_to(&mut self, out: &mut String, groups: &Captures<'_>) {
        out.push_str(&self(groups));
    }
}

impl<'t> Match<'t> {
    pub fn start(&self) -> usize {
        self.start
    }

    pub fn end(&self) -> usize {
        self.end
    }

    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    pub fn len(&self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub fn as_str(&self) -> &'t str {
        &self.text[self.range()]
    }
}

impl<'t> Captures<'t> {
    pub fn get(&self, group: usize) -> Option<Match<'t>> {
        let span = self.groups.get_group(group)?;
        Some(Match { text: self.text, start: span.start, end: span.end })
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<Match<'t>>> {
        (0..self.groups.group_len()).map(|group| self.get(group))
    }
}

impl Index<usize> for Captures<'_> {
    type Output = str;

    /// Empty where the group took no part.
    fn index(&self, group: usize) -> &str {
        self.get(group).map_or("", |found| found.as_str())
    }
}

/// A class that takes any byte beyond ASCII takes any letter beyond it, so that no match ends within one.
fn of_letters(syntax: Hir) -> Result<Hir, Unfit> {
    let all = |parts: Vec<Hir>| parts.into_iter().map(of_letters).collect::<Result<Vec<_>, _>>();
    Ok(match syntax.into_kind() {
        HirKind::Class(Class::Bytes(bytes)) if !bytes.is_ascii() => {
            let ranges = bytes.ranges();
            if ranges.last().is_none_or(|last| last.start() > 0x80 || last.end() < 0xff) {
                return Err(Unfit::Letters);
            }
            let ascii = ranges.iter().filter(|range| range.start() < 0x80);
            let ascii = ascii.map(|range| ClassUnicodeRange::new(range.start().into(), range.end().min(0x7f).into()));
            let mut letters = ClassUnicode::new(ascii);
            letters.push(ClassUnicodeRange::new('\u{80}', char::MAX));
            Hir::class(Class::Unicode(letters))
        }
        HirKind::Class(class) => Hir::class(class),
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(of_letters(*repetition.sub)?);
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(of_letters(*capture.sub)?);
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)?),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What both engines find, which must be the same.
    fn found(pattern: &str, text: &str) -> Vec<String> {
        let pattern = Pattern::new(pattern).unwrap();
        let all = |pattern: &Pattern| pattern.find_iter(text).map(|found| found.as_str().to_owned()).collect();
        let plain: Vec<String> = all(&pattern);
        assert!(pattern.quick.get().is_none());
        pattern.seen.store(MUCH, Ordering::Relaxed);
        let quick: Vec<String> = all(&pattern);
        assert!(pattern.quick.get().is_some());
        assert_eq!(plain, quick);
        quick
    }

    #[test]
    fn classes_are_those_of_ascii_and_a_letter_is_never_cut() {
        assert_eq!(found(r"\w+", "größe ５ a_1"), ["gr", "e", "a_1"]);
        assert_eq!(found("(?i)k", "kK\u{212a}"), ["k", "K"]);
        assert_eq!(found(".", "aあ\n🦀"), ["a", "あ", "🦀"]);
        assert_eq!(found(r"[^a]\b", "あa"), ["あ"]);
        assert_eq!(found(r"\W", "aé"), ["é"]);
        assert_eq!(found("‘|x*", "‘あ"), ["‘", ""]);
        assert!(matches!(Pattern::new("[\\x80-\\x90]"), Err(Unfit::Letters)));
        assert!(matches!(Pattern::new("[あ]"), Err(Unfit::Syntax(_))));
    }

    #[test]
    fn groups_are_told_and_put_in() {
        let pattern = Pattern::new(r"(\d+)(-)?").unwrap();
        let groups = pattern.captures("a 12").unwrap();
        assert_eq!((&groups[0], &groups[1], groups.get(2)), ("12", "12", None));
        assert_eq!(groups.iter().flatten().count(), 2);
        assert_eq!(pattern.replace_all("1- 2", "<$1>"), "<1> <2>");
        assert_eq!(pattern.replace("1 2", "x"), "x 2");
        assert_eq!(pattern.replace_all("1 2", |found: &Captures<'_>| format!("{}!", &found[1])), "1! 2!");
        assert!(matches!(pattern.replace_all("none", ""), Cow::Borrowed("none")));
    }
}
