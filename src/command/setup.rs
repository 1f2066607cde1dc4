//! `setup`: joins wizard, front and runtime in one loop. Screens go to the front, messages and reports to
//! the wizard, effects to the runtime; nothing is decided here.

use std::io::IsTerminal;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Duration, MissedTickBehavior, interval},
};

use super::{
    Context, Status,
    access::now,
    demo::Demo,
    options::Setup,
    paths, summary,
    terminal::{self, Shown},
};
use crate::{
    account::{
        Settings,
        draft::{Draft, Secrets},
    },
    checklist::Checklist,
    front::{Front, Input, Words, line::Line, script::Script, tui::Clipboard, tui::Tui},
    phrase::Phrase,
    product,
    runtime::{
        files::Places,
        tasks::{Reports, Runtime},
    },
    wizard::{
        Given, Model,
        effect::{Effect, FileFailure, Outcome},
        message::Message,
    },
};

#[expect(clippy::disallowed_methods, reason = "whether somebody is there")]
pub fn run(context: &Context, asked: &Setup) -> Status {
    let shown = terminal::shown(&context.global, asked.front.unwrap_or_default());
    if asked.demo && shown == Shown::Unattended && !context.global.no_input {
        context.complain(context.texts.word("demo.needs-terminal"));
        return Status::Usage;
    }
    if shown == Shown::FullScreen && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        context.complain(context.texts.word("setup.no-terminal"));
        return Status::Usage;
    }
    context.block_on(wizard(context, asked, shown)).unwrap_or_else(|status| status)
}

/// How a run ended, and what is worth saying when the screen is gone.
struct Ended {
    outcome: Outcome,
    /// Where an unattended run could not go on.
    stuck: Option<String>,
    checklist: Checklist,
    saved: Vec<std::path::PathBuf>,
    draft_lost: Option<FileFailure>,
}

async fn wizard(context: &Context, asked: &Setup, shown: Shown) -> Status {
    let demo = match demo(asked).await {
        Ok(demo) => demo,
        Err(error) => {
            context.complain(format!("the simulator cannot run: {error}"));
            return Status::Unreachable;
        }
    };
    let mut global = context.global.clone();
    if demo.is_some() && global.config.is_none() {
        match tempfile::Builder::new().prefix("smtp-oauth-demo-").tempdir() {
            Ok(directory) => global.config = Some(directory.keep()),
            Err(error) => {
                context.complain(format!("no temporary directory: {error}"));
                return Status::CannotWrite;
            }
        }
    }
    let Some(places) = paths::places(&global) else {
        context.complain("no home directory; name one with --config");
        return Status::Configuration;
    };
    let draft = if asked.fresh { None } else { draft(context, &places) };
    let (mut suggested, companions) =
        demo.as_ref().map(|demo| (demo.suggested.clone(), demo.companions.clone())).unwrap_or_default();
    settle_product(asked, &mut suggested);
    let ascii_only = !global.ascii && terminal::look(&global).ascii && shown != Shown::Unattended;
    let notices = [(demo.is_some(), "demo.notice"), (ascii_only, "setup.ascii")];
    let notices = notices.into_iter().filter(|(holds, _)| *holds).map(|(_, key)| Phrase::new(key)).collect();
    let given = Given {
        texts: context.texts.clone(),
        draft: draft.map(|draft| if demo.is_some() { at_new_servers(draft, &suggested) } else { draft }),
        suggested,
        product_fixed: asked.product.is_some(),
        companions,
        notices,
        seed: seed(),
        config_option: global.config_option(),
    };
    let ended = match show(context, shown, given, &places).await {
        Ok(ended) => ended,
        Err(error) => {
            context.complain(format!("terminal: {error}"));
            return Status::Usage;
        }
    };
    conclude(context, &ended, &places, asked.demo);
    ended.outcome.into()
}

/// The draft that was kept, or none and the reason on stderr.
fn draft(context: &Context, places: &Places) -> Option<Draft> {
    places.draft().unwrap_or_else(|failure| {
        context.complain(failure);
        None
    })
}

/// A draft as it goes on in a demo: its servers are new ones, and know nothing of what it holds.
fn at_new_servers(mut draft: Draft, known: &Settings) -> Draft {
    draft.settings.endpoints = known.endpoints.clone();
    draft.settings.smtp = known.smtp.clone();
    draft.secrets = Secrets::default();
    draft
}

async fn demo(asked: &Setup) -> std::io::Result<Option<Demo>> {
    if asked.demo { Demo::start().await.map(Some) } else { Ok(None) }
}

fn settle_product(asked: &Setup, settings: &mut Settings) {
    let product = asked.product.as_deref().and_then(product::find);
    settings.product = product.map(|product| product.id.clone());
    settings.cloud = product.map(|product| product.cloud);
}

async fn show(context: &Context, shown: Shown, given: Given, places: &Places) -> std::io::Result<Ended> {
    let look = terminal::look(&context.global);
    let words = Words::new(|key| context.texts.word(&format!("front.{key}")));
    match shown {
        Shown::FullScreen => {
            let clipboard = Clipboard::in_environment(terminal::is_set);
            drive(Tui::open(look, words, clipboard)?, given, places).await
        }
        Shown::Lines => drive(Line::open(look, words)?, given, places).await,
        Shown::Unattended => drive(Script::new(), given, places).await,
    }
}

/// What tells the process to end: the terminal gone, or somebody asking.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.hangup.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the second that a countdown is drawn by")]
async fn drive(mut front: impl Front, given: Given, places: &Places) -> std::io::Result<Ended> {
    let mut signals = Signals::listen()?;
    let (mut runtime, mut reports): (Runtime, Reports) = Runtime::new(places.clone());
    let (mut model, mut effects) = Model::start(given, now());
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut stuck = None;
    let outcome = loop {
        if let Some(outcome) = perform(std::mem::take(&mut effects), &mut front, &mut runtime) {
            break outcome;
        }
        let screen = model.view(now());
        let lost = front.show(&screen).is_err();
        let messages = if lost {
            vec![Message::Hangup]
        } else {
            tokio::select! {
                input = front.next() => match input {
                    Input::Send(messages) => messages,
                    Input::Gone => vec![Message::Hangup],
                    Input::Stuck => {
                        stuck = Some(screen.wanted());
                        vec![Message::Hangup]
                    }
                },
                Some((ticket, report)) = reports.recv() => vec![Message::Reported(ticket, report)],
                () = signals.next() => vec![Message::Hangup],
                _ = second.tick(), if screen.ticks => vec![Message::Tick],
            }
        };
        effects.extend(messages.into_iter().flat_map(|message| model.update(message, now())));
    };
    front.close();
    let draft_lost = runtime.finish();
    let outcome = if stuck.is_some() { model.stuck_outcome() } else { outcome };
    let (checklist, saved) = (model.draft().checklist.clone(), model.desk().saved.clone());
    Ok(Ended { outcome, stuck, checklist, saved, draft_lost })
}

fn perform(effects: Vec<Effect>, front: &mut impl Front, runtime: &mut Runtime) -> Option<Outcome> {
    let mut outcome = None;
    for effect in effects {
        match effect {
            Effect::Copy(text) => front.copy(&text),
            Effect::Print(text) => front.print(&text),
            Effect::Leave(how) => outcome = Some(how),
            effect => runtime.perform(effect),
        }
    }
    outcome
}

/// Said below the screen: what was proven and written, or how to go on.
fn conclude(context: &Context, ended: &Ended, places: &Places, demo: bool) {
    let texts = &context.texts;
    if !ended.saved.is_empty() {
        let look = terminal::look(&context.global);
        context.deliver(&summary::checklist(texts, &ended.checklist, look.ascii));
        for path in &ended.saved {
            context.deliver(&format!("{}\n", path.display()));
        }
    }
    if let Some(wanted) = &ended.stuck {
        context.complain(texts.say(&Phrase::new("setup.stuck").with("what", wanted)));
    } else if ended.outcome == Outcome::Left && ended.draft_lost.is_none() {
        context.complain(texts.word("setup.left"));
    }
    if let Some(FileFailure { path, detail, .. }) = &ended.draft_lost {
        let key = if ended.saved.is_empty() { "setup.draft-lost" } else { "setup.draft-stays" };
        context.complain(texts.say(&Phrase::new(key).with("path", path).with("detail", detail)));
    }
    if demo {
        context.complain(texts.say(&Phrase::new("demo.directory").with("path", places.config.display())));
    }
}

/// Random characters, different in every run.
pub fn seed() -> String {
    let mut bytes = [0_u8; 8];
    let filled = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    debug_assert!(filled.is_ok());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
