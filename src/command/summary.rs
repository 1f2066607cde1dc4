//! Results as plain text and as JSON: a line of the exchange, a cause, the checklist at the end.

use serde::Serialize;

use super::terminal;
use crate::{
    checklist::{Checklist, Item, State},
    diagnosis::{Cause, Certainty},
    front::text,
    language::Texts,
    phrase::Phrase,
    report::apart,
    secret::ascii_marks,
    smtp::{Conversation, Line, Side, StageResult},
    visible,
    wizard::verdict::{self, Apart},
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
        let stage = serde_json::to_value(result.stage).unwrap_or_default();
        let ms = result.took.as_secs_f64() * 1000.0;
        format!("{mark} {:<9}{ms:>8.1} ms  {}\n", stage.as_str().unwrap_or_default(), result.detail)
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
    if let [cause] = causes {
        let next = verdict::next(texts, cause, here);
        return format!("\n{}", paragraph(texts, cause, cause.commands.iter().collect(), &next));
    }
    let alone = |cause| format!("\n{}", paragraph(texts, cause, apart::commands(cause).collect(), &[]));
    causes.iter().map(alone).collect::<String>() + &what_would_tell(texts, causes, here)
}

fn paragraph(texts: &Texts, cause: &Cause, commands: Vec<&(Phrase, Phrase)>, next: &[String]) -> String {
    let certainty = cause.certainty_word().map(|key| format!(" ({})", texts.word(&key))).unwrap_or_default();
    sentence("", &format!("{}{certainty}", texts.say(&cause.headline))) + &body(texts, cause, commands, next)
}

/// What would tell them apart, once behind them all.
fn what_would_tell(texts: &Texts, causes: &[Cause], here: Vec<String>) -> String {
    let Some(apart) = Apart::of(texts, causes, here) else { return String::new() };
    let mut out = format!("\n{}", sentence("", &format!("{}:", apart.title)));
    for (number, step) in apart.steps.iter().enumerate() {
        out += &sentence(&format!("  {}. ", number + 1), step);
    }
    for (label, command) in &apart.commands {
        out += &sentence("  ", &format!("{label}:"));
        out.extend(command.lines().map(|line| format!("    {line}\n")));
    }
    out
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

fn body(texts: &Texts, cause: &Cause, commands: Vec<&(Phrase, Phrase)>, next: &[String]) -> String {
    let mut out = sentence("", &texts.say(&cause.why));
    for evidence in verdict::evidence(texts, cause) {
        out += &format!("  {evidence}\n");
    }
    for (number, fix) in cause.fix.iter().enumerate() {
        out += &sentence(&format!("  {}. ", number + 1), &texts.say(fix));
    }
    for (label, command) in commands {
        out += &sentence("  ", &format!("{}:", texts.say(label)));
        for line in texts.command(command).lines() {
            out += &format!("    {line}\n");
        }
    }
    for next in next {
        out += &sentence("  - ", next);
    }
    if let Some(verify) = &cause.verify {
        out += &sentence("  ", &texts.say(verify));
    }
    if !cause.source.is_empty() {
        out += &format!("  {}\n", cause.source);
    }
    out
}

/// A cause in JSON.
#[derive(Debug, Clone, Serialize)]
pub struct CauseDocument {
    cause: &'static str,
    certainty: Certainty,
    item: Item,
    why: String,
    evidence: Vec<String>,
    fix: Vec<String>,
    commands: Vec<String>,
    next: Vec<String>,
    /// Absent for `unknown`.
    source: Option<&'static str>,
}

pub fn causes(texts: &Texts, causes: &[Cause]) -> Vec<CauseDocument> {
    let say = |phrases: &[Phrase]| phrases.iter().map(|phrase| texts.say(phrase)).collect();
    let document = |cause: &Cause| CauseDocument {
        cause: cause.slug,
        certainty: cause.certainty,
        item: cause.item,
        why: texts.say(&cause.why),
        evidence: verdict::evidence(texts, cause).iter().map(|evidence| ascii_marks(evidence)).collect(),
        fix: say(&cause.fix),
        commands: cause.commands.iter().map(|(_, command)| texts.command(command)).collect(),
        next: say(&cause.next),
        source: Some(cause.source).filter(|source| !source.is_empty()),
    };
    causes.iter().map(document).collect()
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
