//! Results as plain text and as JSON: a line of the exchange, a cause, the checklist at the end.

use std::collections::BTreeMap;

use serde::Serialize;

use super::terminal;
use crate::{
    checklist::{Checklist, Item, State},
    diagnosis::{
        Cause, Certainty, Evidence,
        evidence::{FACTS, Fact},
    },
    front::text,
    language::Texts,
    phrase::{Phrase, id},
    secret::ascii_marks,
    smtp::{Conversation, Line, Side, StageResult},
    visible,
    wizard::{
        screen::Verdict,
        verdict::{self, Apart, Told},
    },
};

/// A JSON document on one line, its line end included. What would not be seen, or would steer a terminal, stands
/// there as JSON writes it (RFC 8259 §7).
pub fn json(document: &impl Serialize) -> String {
    let text = serde_json::to_string(document).unwrap_or_default();
    let mut line = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if letter.is_control() || visible::hidden(letter) {
            line.extend(letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            line.push(letter);
        }
    }
    line + "\n"
}

/// One line of the exchange: time, direction, whether inside TLS, the text, and what it means.
pub fn line(texts: &Texts, line: &Line) -> String {
    let arrow = if line.from == Side::Server { "S:" } else { "C:" };
    let tls = if line.tls { "tls" } else { "   " };
    let meaning = line.meaning.as_ref().map(|meaning| format!("   # {}", texts.say(meaning))).unwrap_or_default();
    format!("{:>7.0} ms {tls} {arrow} {}{meaning}", line.at.as_secs_f64() * 1000.0, line.text)
}

/// Every stage with its time: what is not said on the wire as well, as name resolution and TLS.
pub fn stages(conversation: &Conversation) -> String {
    let line = |result: &StageResult| {
        let mark = if result.ok { "ok" } else { "--" };
        let ms = result.took.as_secs_f64() * 1000.0;
        format!("{mark} {:<9}{ms:>8.1} ms  {}\n", id(result.stage), result.detail)
    };
    let certificate = conversation
        .tls
        .as_ref()
        .map(|facts| format!("   {} · {} · {}\n", facts.subject, facts.issuer, facts.not_after));
    conversation.stages.iter().map(line).chain(certificate).collect()
}

/// Why a conversation did not end in acceptance, in one sentence.
pub fn ending(conversation: &Conversation) -> Option<Phrase> {
    verdict::ending(&conversation.ending)
}

/// The causes as paragraphs, each behind an empty line; `here` is what this program can do itself to tell more.
pub fn verdicts(texts: &Texts, causes: &[Cause], here: Vec<String>) -> String {
    let told = Told::of(texts, causes, here);
    let paragraph = |(verdict, cause): (&Verdict, &Cause)| {
        let verify = cause.verify.as_ref().map(|verify| texts.say(verify));
        format!("\n{}", paragraph(verdict, verify.as_deref()))
    };
    let paragraphs: String = told.verdicts.iter().zip(causes).map(paragraph).collect();
    paragraphs + &told.apart.map(what_would_tell).unwrap_or_default()
}

fn paragraph(verdict: &Verdict, verify: Option<&str>) -> String {
    let certainty = Some(&verdict.certainty).filter(|certainty| !certainty.is_empty());
    let certainty = certainty.map(|certainty| format!(" ({certainty})")).unwrap_or_default();
    let mut out = sentence("", &format!("{}{certainty}", verdict.headline)) + &sentence("", &verdict.why);
    out.extend(verdict.evidence.iter().map(|evidence| format!("  {evidence}\n")));
    out += &numbered(&verdict.fix);
    out += &commands(&verdict.commands);
    out.extend(verdict.next.iter().map(|next| sentence("  - ", next)));
    out.extend(verify.map(|verify| sentence("  ", verify)));
    if !verdict.source.is_empty() {
        out += &format!("  {}\n", verdict.source);
    }
    out
}

/// What would tell them apart, once behind them all.
fn what_would_tell(apart: Apart) -> String {
    format!("\n{}", sentence("", &format!("{}:", apart.title))) + &numbered(&apart.steps) + &commands(&apart.commands)
}

fn numbered(steps: &[String]) -> String {
    (1..).zip(steps).map(|(number, step)| sentence(&format!("  {number}. "), step)).collect()
}

/// Each behind its label.
fn commands(commands: &[(String, String)]) -> String {
    let lines = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    commands.iter().map(|(label, text)| sentence("  ", &format!("{label}:")) + &lines(text)).collect()
}

/// Behind its mark, if it has one. On a terminal it is broken where its language allows that, which a terminal does
/// not know; commands and evidence are left to the terminal, so that they can be copied whole.
pub fn sentence(head: &str, said: &str) -> String {
    sentence_within(head, said, terminal::columns())
}

fn sentence_within(head: &str, said: &str, columns: usize) -> String {
    let (indent, room) = (" ".repeat(text::width(head)), columns.saturating_sub(text::width(head)));
    if text::width(said) <= room {
        return format!("{head}{said}\n");
    }
    let lines = text::wrap_whole(said, room.max(20)).into_iter().enumerate();
    lines.map(|(at, line)| format!("{}{line}\n", if at == 0 { head } else { &indent })).collect()
}

/// A cause in JSON.
#[derive(Debug, Clone, Serialize)]
pub struct CauseDocument {
    cause: &'static str,
    certainty: Certainty,
    item: Item,
    headline: String,
    why: String,
    evidence: Vec<String>,
    fix: Vec<String>,
    commands: Vec<String>,
    next: Vec<String>,
    /// What shows that the fix has worked, in words; `None` for `unknown`.
    verify: Option<String>,
    /// Minutes, where a fix is not acted on at once.
    arrives_within: Option<u32>,
    /// `None` for `unknown`.
    source: Option<&'static str>,
}

pub fn causes(texts: &Texts, causes: &[Cause]) -> Vec<CauseDocument> {
    let document = |cause: &Cause| {
        let Verdict { headline, why, evidence, fix, commands, next, .. } = verdict::whole(texts, cause);
        CauseDocument {
            cause: cause.slug,
            certainty: cause.certainty,
            item: cause.item,
            headline,
            why,
            evidence: evidence.iter().map(|evidence| ascii_marks(evidence)).collect(),
            fix,
            commands: commands.into_iter().map(|(_, command)| command).collect(),
            next,
            verify: cause.verify.as_ref().map(|verify| texts.say(verify)),
            arrives_within: cause.arrives_within,
            source: Some(cause.source).filter(|source| !source.is_empty()),
        }
    };
    causes.iter().map(document).collect()
}

/// What was read, fact by fact, by its name.
pub fn facts(evidence: &Evidence) -> BTreeMap<&'static str, Vec<String>> {
    let values = |fact: &'static Fact| {
        let values = evidence.values(fact.name).iter().map(|value| ascii_marks(value)).collect::<Vec<_>>();
        (!values.is_empty()).then_some((fact.name, values))
    };
    FACTS.iter().filter_map(values).collect()
}

/// Every item with its mark and the evidence for it, to stay on the screen after the wizard has gone.
pub fn checklist(texts: &Texts, items: &[Item], checklist: &Checklist, ascii: bool) -> String {
    checklist_within(texts, items, checklist, ascii, terminal::columns())
}

fn checklist_within(texts: &Texts, items: &[Item], checklist: &Checklist, ascii: bool, columns: usize) -> String {
    let widest = items.iter().map(|item| text::width(&texts.item(*item))).max();
    let column = widest.unwrap_or_default().clamp(20, 30);
    let row = |item: &Item| {
        let mark = mark(checklist.state(*item), ascii);
        let evidence = checklist.evidence(*item).first().map(|phrase| texts.say(phrase)).unwrap_or_default();
        let label = text::pad(&texts.item(*item), column);
        if evidence.is_empty() {
            return format!("{mark} {label}").trim_end().to_owned() + "\n";
        }
        sentence_within(&format!("{mark} {label} "), &evidence, columns)
    };
    items.iter().map(row).collect()
}

fn mark(state: State, ascii: bool) -> char {
    crate::front::Look { ascii, color: false }.mark(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn evidence_stays_in_its_column() {
        let mut checklist = Checklist::default();
        checklist.prove(Item::Token, Phrase::new("setup.left").with("config", " --config /etc/smtp-oauth-of-alerts"));
        let said =
            |columns| checklist_within(&Texts::new(Language::Japanese), &[Item::Token], &checklist, true, columns);
        assert_eq!(said(usize::MAX).lines().count(), 1);
        let narrow = said(60);
        let lines: Vec<&str> = narrow.lines().collect();
        assert!(lines.len() > 1 && narrow.contains("/etc/smtp-oauth-of-alerts"), "{narrow}");
        for line in &lines[1..] {
            let rest = line.strip_prefix(&" ".repeat(23)).unwrap();
            assert!(!rest.starts_with([' ', '。', '、']), "{narrow}");
        }
    }

    #[test]
    fn a_sentence_is_broken_as_its_language_has_it() {
        let said = "組織全体で「認証済み SMTP」が無効です。メールボックスごとの設定はありません。";
        assert_eq!(sentence_within("  1. ", said, usize::MAX), format!("  1. {said}\n"));
        assert_eq!(
            sentence_within("  1. ", said, 40),
            "  1. 組織全体で「認証済み SMTP」が無効で\n     す。メールボックスごとの設定はあり\n     ません。\n"
        );
        assert_eq!(sentence_within("", "a b", 0), "a b\n");
    }
}
