//! `explain`: names the cause of what a person pastes or pipes in, or of an evidence file. It asks nobody and
//! nothing; whatever it is given, it answers with a cause, `unknown` among them.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, Write},
    os::unix::ffi::OsStrExt,
    path::Path,
};

use serde::Serialize;

use super::{Context, Status, access, demo, input, options::Explain, report::Asked, summary};
use crate::{
    diagnosis::{
        self, Cause, Certainty, Evidence, UNKNOWN, cause,
        reading::{Intake, Reading, Taken, Unreadable},
    },
    phrase::Phrase,
    report::{Report, catalogue, document},
    runtime::named,
    visible,
    wizard::verdict,
};

/// The document of `explain --json`.
#[derive(Debug, Serialize)]
struct Document {
    /// What was read; empty where a cause is looked up.
    facts: BTreeMap<&'static str, Vec<String>>,
    causes: Vec<summary::CauseDocument>,
}

pub fn run(context: &Context, asked: &Explain) -> Status {
    let report = Asked { path: asked.report.as_deref(), hidden: asked.hide_addresses };
    if report.clashes(context, asked.json) {
        return Status::Usage;
    }
    let read = match &asked.cause {
        Some(slug) => return look_up(context, slug, asked.json),
        None => reading(context, asked),
    };
    match read {
        Ok(reading) => {
            let causes = diagnosis::causes(&reading.evidence);
            if !asked.json && !report.is_all() {
                context.tell(&format!("{}\n", context.texts.say(&understood(context, &reading.evidence, &causes))));
                for seen in reading.evidence.values("log.seen") {
                    context.tell(&format!("  {}\n", visible::line(seen)));
                }
            }
            if asked.json {
                deliver(context, &reading.evidence, &causes);
            } else if !report.is_all() {
                let here = live(context, &causes);
                context.tell(&summary::verdicts(&context.texts, &causes, here));
            }
            let told = Report { at: access::now(), evidence: reading.evidence, causes, ..Report::default() };
            report.hand_over(context, Status::Done, &told)
        }
        Err((status, why)) => {
            context.complain(context.texts.say(&why));
            status
        }
    }
}

/// Of a value among what was read.
const LONGEST: usize = 120;

type Trouble = (Status, Phrase);

fn trouble(key: &str) -> Trouble {
    (Status::BadInput, Phrase::new(key))
}

/// Everything that was handed over, read.
fn reading(context: &Context, asked: &Explain) -> Result<Reading, Trouble> {
    let mut reading = Reading::default();
    if let Some(path) = &asked.evidence {
        let ignored = file(&mut reading, path)?;
        if !ignored.is_empty() {
            let note = Phrase::new("explain.ignored").with("path", path.display()).with("keys", ignored.join(", "));
            context.complain(context.texts.say(&note));
        }
    }
    for (key, known) in &reading.odd {
        let note = Phrase::new("explain.odd-value").with("key", key).with("known", known);
        context.complain(context.texts.say(&note));
    }
    let before = std::mem::take(&mut reading.secret);
    let (taken, warning) = match taken(context, asked)? {
        Some(taken) => taken,
        None => (Taken::default(), "explain.secret-input"),
    };
    if !taken.text.is_empty() {
        reading.add_taken(&taken, access::now());
    }
    if reading.evidence == Evidence::default() && taken.text.is_empty() {
        return Err(trouble("explain.no-evidence"));
    }
    if reading.secret || before {
        context.complain(context.texts.word(if reading.secret { warning } else { "explain.secret-input" }));
    }
    Ok(reading)
}

/// The text, and what to say if a secret stands in it; `None` where the evidence file is all.
fn taken(context: &Context, asked: &Explain) -> Result<Option<(Taken, &'static str)>, Trouble> {
    let from_input = asked.text.len() == 1 && asked.text[0] == "-";
    let (intake, warning) = if from_input || (asked.text.is_empty() && asked.evidence.is_none()) {
        (standard_input(context, from_input)?, "explain.secret-input")
    } else if asked.text.is_empty() {
        return Ok(None);
    } else if let [name] = asked.text.as_slice()
        && !name.is_empty()
        && named::exists(Path::new(name))
    {
        let path = visible::line(&name.to_string_lossy());
        return Err((Status::Usage, Phrase::new("explain.file-name").with("path", path)));
    } else {
        let words: Vec<&[u8]> = asked.text.iter().map(|word| word.as_bytes()).collect();
        let mut intake = Intake::default();
        intake.push(&words.join(&b' '));
        (intake, "explain.secret-argument")
    };
    let taken = intake.finish().map_err(|unreadable| match unreadable {
        Unreadable::Binary => trouble("explain.binary"),
        Unreadable::Packed(program) => {
            (Status::BadInput, Phrase::new("explain.packed").with("command", format!("{program} FILE")))
        }
    })?;
    if taken.text.trim().is_empty() {
        return Err(trouble("explain.empty"));
    }
    if taken.sieved {
        let note = Phrase::new("explain.sieved").with("lines", taken.lines).with("size", size(taken.bytes));
        context.complain(context.texts.say(&note));
    }
    Ok(Some((taken, warning)))
}

fn size(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    if bytes < MEBIBYTE { format!("{} KiB", bytes >> 10) } else { format!("{} MiB", bytes / MEBIBYTE) }
}

#[expect(clippy::disallowed_methods, reason = "whether somebody is there")]
fn standard_input(context: &Context, meant: bool) -> Result<Intake, Trouble> {
    if !meant && std::io::stdin().is_terminal() {
        return Err((Status::Usage, Phrase::new("explain.no-text")));
    }
    let unreadable =
        |error| (Status::BadInput, Phrase::new("explain.file").with("path", "stdin").with("detail", error));
    let input = input::standard_input().map_err(unreadable)?;
    if input.endless {
        context.complain(context.texts.word("explain.endless"));
    }
    Ok(input.intake)
}

/// Adds an evidence file; gives the keys that mean nothing here.
fn file(reading: &mut Reading, path: &Path) -> Result<Vec<String>, Trouble> {
    let refused = |detail: &dyn std::fmt::Display| {
        (Status::BadInput, Phrase::new("explain.file").with("path", path.display()).with("detail", detail))
    };
    let text = named::document(path).map_err(|failure| refused(&failure.detail))?;
    reading.add_file(&text, access::now()).map_err(|fault| refused(&fault))
}

/// What was taken from the text, in one line, so that what was missed is seen as well.
fn understood(context: &Context, evidence: &Evidence, causes: &[Cause]) -> Phrase {
    let all = |fact: &str| evidence.values(fact).iter().map(String::as_str).collect::<Vec<_>>();
    let (codes, enhanced) = (all("reply.code"), all("reply.enhanced"));
    let mut what: Vec<String> = codes.iter().chain(&enhanced).map(|&code| code.to_owned()).collect();
    what.extend(all("oauth.code").iter().map(|code| format!("AADSTS{code}")));
    for fact in ["oauth.error", "network.kind", "smtp.fault", "accepted", "imap", "mechanism", "flow", "host", "user"] {
        what.extend(evidence.text(fact).map(|value| verdict::fact(&context.texts, fact, &value)));
    }
    if what.is_empty() && !all("reply.text").is_empty() {
        what.push(all("reply.text").join(" "));
    }
    if !all("token.form").is_empty() {
        let token = match (all("token.aud").first(), all("token.user").first()) {
            (Some(aud), Some(user)) => Phrase::new("explain.token-of").with("aud", aud).with("user", user),
            (Some(aud), None) => Phrase::new("explain.token-for").with("aud", aud),
            (None, _) => Phrase::new("explain.token"),
        };
        what.push(context.texts.say(&token));
    }
    if let Some(first) = causes.first().filter(|first| what.is_empty() && first.slug != UNKNOWN) {
        let shown =
            |(fact, value): &(&str, String)| verdict::fact(&context.texts, fact, &visible::short(value, LONGEST));
        what.extend(first.evidence.iter().map(shown));
    }
    if what.is_empty() {
        return Phrase::new("explain.nothing");
    }
    Phrase::new("explain.read").with("what", visible::line(&what.join(" · ")))
}

/// Where no cause is sure, the live test tells more, if it is the sign-in of an account that is set up here.
fn live(context: &Context, causes: &[Cause]) -> Vec<String> {
    let open = causes.first().is_some_and(|cause| cause.certainty != Certainty::Certain);
    let phrase = Phrase::new("apart.live").with("command", "smtp-oauth test");
    open.then(|| context.texts.say(&phrase)).into_iter().collect()
}

fn look_up(context: &Context, slug: &str, json: bool) -> Status {
    let Some(entry) = cause::find(slug) else {
        return unknown(context, slug);
    };
    if json {
        deliver(context, &Evidence::default(), &[entry.in_general()]);
    } else {
        let parts = catalogue::section(&context.texts, entry, &demo::named_for);
        context.tell(&document::plain(&parts, summary::sentence));
    }
    Status::Done
}

/// The causes that it may have been meant for, then all of them.
fn unknown(context: &Context, slug: &str) -> Status {
    context.complain(context.texts.say(&Phrase::new("explain.unknown-cause").with("slug", slug)));
    let list = |slugs: &mut dyn Iterator<Item = &str>| slugs.map(|slug| format!("  {slug}\n")).collect::<String>();
    let near = catalogue::near(slug);
    let mut known = list(&mut cause::FILES.iter().map(|(slug, _)| *slug).filter(|slug| !near.contains(slug)));
    if !near.is_empty() {
        let head = context.texts.word("explain.near-causes");
        known = format!("{}{head}\n{known}", list(&mut near.into_iter()));
    }
    // Where it goes may be gone; that is nobody's loss.
    let _ = std::io::stderr().write_all(known.as_bytes());
    Status::Usage
}

fn deliver(context: &Context, evidence: &Evidence, causes: &[Cause]) {
    let document = Document { facts: summary::facts(evidence), causes: summary::causes(&context.texts, causes) };
    context.deliver(&summary::json(&document));
}
