//! `setup`: joins wizard, front and runtime in one loop. Screens go to the front, messages and reports to
//! the wizard, effects to the runtime; nothing is decided here.

use std::io::{self, IsTerminal};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::block_in_place,
    time::{Duration, MissedTickBehavior, interval},
};
use zeroize::Zeroizing;

use super::{
    Context, Status,
    access::now,
    answers::{self, Prepared},
    demo::{self, Demo},
    events::{Document, Events},
    export,
    options::{Global, Setup},
    paths, sole, start,
    stuck::Stuck,
    summary,
    terminal::{self, Shown},
    trouble::Trouble,
};
use crate::{
    checklist::{Checklist, Item},
    facts::AccountName,
    front::{Front, Input, Words, line::Line, script::Script, tui::Clipboard, tui::Tui},
    language::{Language, Texts},
    phrase::Phrase,
    product::{self, Product},
    runtime::{
        files::Places,
        tasks::{Reports, Runtime},
    },
    secret::Secret,
    simulator::faults::Fault,
    wizard::{
        Given, Model,
        effect::{Effect, FileFailure, Outcome},
        message::Message,
    },
};

/// So long the end waits for an answer that is not to be lost.
const LAST_ANSWER: Duration = Duration::from_secs(5);

#[expect(clippy::disallowed_methods, reason = "whether somebody is there")]
pub fn run(context: &Context, asked: &Setup) -> Status {
    let shown = match asked.json {
        true => Shown::Unattended,
        false => terminal::shown(&context.global, asked.front.unwrap_or_default()),
    };
    if asked.demo.is_some() && shown == Shown::Unattended && !context.global.no_input && !asked.json {
        context.complain(context.texts.word("demo.needs-terminal"));
        return Status::Usage;
    }
    if let Some(product) = asked.demo.flatten().and_then(|fault| demo::misfit(fault, asked.product.as_deref())) {
        let said = Phrase::new("demo.other-product").with("product", &product.id);
        context.complain(context.texts.say(&said));
        return Status::Usage;
    }
    if shown == Shown::FullScreen && !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        context.complain(context.texts.word("setup.no-terminal"));
        return Status::Usage;
    }
    let ended = context.block_on(wizard(context, asked, shown));
    ended.unwrap_or_else(Ok).unwrap_or_else(|trouble| {
        context.complain(trouble.said(&context.texts));
        if asked.json {
            Document::nothing(trouble.outcome()).print(context, &[]);
        }
        trouble.status()
    })
}

/// How a run ended, and what is worth saying when the screen is gone.
struct Ended {
    outcome: Outcome,
    /// The one last shown.
    language: Language,
    /// Where an unattended run could not go on.
    stuck: Option<Stuck>,
    account: Option<AccountName>,
    product: &'static Product,
    items: Vec<Item>,
    checklist: Checklist,
    saved: Vec<std::path::PathBuf>,
    /// An export that could not be written.
    not_exported: Option<Status>,
    draft_lost: Option<FileFailure>,
    /// What was typed is kept.
    resumable: bool,
    /// Without a person, why a file could not be written that the run was for.
    unwritten: Option<Phrase>,
    /// For `--json`.
    document: Option<Document>,
}

async fn wizard(context: &Context, asked: &Setup, shown: Shown) -> Result<Status, Trouble> {
    let unattended = shown == Shown::Unattended;
    let read = |path| answers::read(context, path, asked, unattended).map_err(Trouble::Answers);
    let answers = asked.answers.as_deref().map(read).transpose()?;
    let context = &context.in_language(answers.as_ref().and_then(Prepared::lang));
    let product = asked.product.as_deref().and_then(product::find);
    let demo = match asked.demo {
        Some(fault) => Some(Demo::start(fault, product, unattended).await.map_err(Trouble::Simulator)?),
        None => None,
    };
    let mut global = context.global.clone();
    if demo.is_some() && global.config.is_none() {
        // Kept, since what the demo wrote is there to be looked at.
        let directory = tempfile::Builder::new().prefix("smtp-oauth-demo-").tempdir().map_err(Trouble::Directory)?;
        global.config = Some(directory.keep());
    }
    let places = paths::places(&global).ok_or(Trouble::NoHome)?;
    // A sign-in that nothing can keep is not begun where nobody would mend that meanwhile.
    let unsaved = places.try_to_save().err();
    if let Some(failure) = unsaved.clone().filter(|_| unattended) {
        return Err(Trouble::Unsaved(failure));
    }
    // Unattended there is no draft to be careful with.
    let sole = if unattended { sole::Sole::default() } else { sole::take(context, &places).map_err(Trouble::Busy)? };
    let mut known = start::given(context, asked, shown, &global, &places, demo.as_ref(), answers.is_none())?;
    known.notices.extend(sole.notice.clone());
    known.notices.extend(unsaved.map(|failure| unsaved_notice(&failure)));
    if unattended && !asked.fresh && demo.is_none() {
        let account = answers.as_ref().and_then(Prepared::account);
        // It waits, and nothing else is to be done meanwhile.
        known.draft = block_in_place(|| start::signed_in_before(context, &places, account.as_ref()));
    }
    let given = match &answers {
        Some(answers) => answers.given(known),
        None => known,
    };
    let watch = asked.json.then(Events::default);
    let mut ended = show(context, shown, given, &places, watch).await.map_err(Trouble::Terminal)?;
    let context = &context.speaking(ended.language);
    if let Some(answers) = answers.as_ref().filter(|_| !ended.saved.is_empty()) {
        // What sends mail today is not replaced by what was just refused.
        let formats = if ended.outcome == Outcome::Accepted { answers.export() } else { &[] };
        if formats.len() < answers.export().len() {
            context.complain(context.texts.word("export.not-accepted"));
        }
        let (files, missed) = export::write_all(context, &places, ended.account.as_ref(), formats);
        ended.saved.extend(files);
        ended.not_exported = missed;
    }
    conclude(context, &mut ended, &global, &places, asked.demo, answers.as_ref());
    let status = if ended.unwritten.is_some() { Status::CannotWrite } else { ended.outcome.into() };
    Ok(ended.not_exported.filter(|_| status == Status::Done).unwrap_or(status))
}

fn unsaved_notice(FileFailure { path, detail, .. }: &FileFailure) -> Phrase {
    Phrase::new("setup.will-not-save").with("path", path).with("detail", detail)
}

/// The front's own.
fn words(language: Language) -> Words {
    let texts = Texts::new(language);
    Words::new(|key| texts.word(&format!("front.{key}")))
}

async fn show(
    context: &Context,
    shown: Shown,
    given: Given,
    places: &Places,
    watch: Option<Events>,
) -> io::Result<Ended> {
    let look = terminal::look(&context.global);
    let words = words(given.texts.language());
    match shown {
        Shown::FullScreen => {
            let clipboard = Clipboard::in_environment(terminal::is_set);
            drive(Tui::open(look, words, clipboard)?, given, places, true, watch).await
        }
        Shown::Lines => drive(Line::open(look, words)?, given, places, true, watch).await,
        // Nobody is there who would go on with a draft.
        Shown::Unattended if watch.is_some() => drive(Script::quiet(), given, places, false, watch).await,
        Shown::Unattended => drive(Script::new(words), given, places, false, watch).await,
    }
}

/// What tells the process to end: the terminal gone, or somebody asking.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
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
/// `resumable`: somebody may go on with a draft later.
async fn drive(
    mut front: impl Front,
    given: Given,
    places: &Places,
    resumable: bool,
    mut watch: Option<Events>,
) -> io::Result<Ended> {
    let mut signals = Signals::listen()?;
    let (mut runtime, mut reports): (Runtime, Reports) = Runtime::new(places.clone());
    let (mut model, mut effects) = Model::start(given, now());
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut stuck = None;
    let mut language = model.language();
    let outcome = loop {
        let wanted = std::mem::take(&mut effects).into_iter();
        let wanted = wanted.filter(|effect| resumable || !matches!(effect, Effect::KeepDraft(_) | Effect::DropDraft));
        if let Some(outcome) = perform(wanted, &mut front, &mut runtime) {
            break outcome;
        }
        watch.iter_mut().for_each(|watch| watch.seen(&model, now()));
        let screen = model.view(now());
        if screen.language != language {
            language = screen.language;
            front.speak(words(language));
        }
        let lost = front.show(&screen).is_err();
        let messages = if lost {
            vec![Message::Hangup]
        } else {
            tokio::select! {
                input = front.next() => match input {
                    Input::Send(messages) => messages,
                    Input::Gone => vec![Message::Hangup],
                    Input::Stuck => {
                        stuck = Some(Stuck::at(&screen));
                        vec![Message::Hangup]
                    }
                },
                Some((ticket, report)) = reports.recv() => {
                    watch.iter_mut().for_each(|watch| watch.heard(&model, ticket, &report));
                    vec![Message::Reported(ticket, report)]
                }
                () = signals.next() => vec![Message::Hangup],
                _ = second.tick(), if screen.ticks => vec![Message::Tick],
            }
        };
        // What was typed does not go with the terminal.
        let unsent = messages.contains(&Message::Hangup).then(|| front.unsent()).flatten();
        let messages = unsent.into_iter().chain(messages);
        effects.extend(messages.flat_map(|message| model.update(message, now())));
    };
    front.close();
    hear_out(&mut model, &mut reports, &mut runtime, &mut signals).await;
    let draft_lost = runtime.finish();
    let outcome = if stuck.is_some() { model.stuck_outcome() } else { outcome };
    let (items, checklist, account) =
        (model.desk().items(), model.draft().checklist.clone(), model.draft().account.clone());
    let saved = model.desk().saved.clone();
    let unwritten = model.desk().unwritten.clone().filter(|_| model.desk().unattended);
    let document = watch.map(|watch| watch.document(&model, outcome, places, now()));
    let not_exported = None;
    Ok(Ended {
        outcome,
        language,
        stuck,
        account,
        product: model.desk().product(),
        items,
        checklist,
        saved,
        not_exported,
        draft_lost,
        resumable,
        unwritten,
        document,
    })
}

/// The screen is gone, but what was asked for may be the only thing that is good from now on. Not for long, and not
/// against somebody who wants it to end.
#[expect(clippy::disallowed_methods, reason = "an end that waits has its time")]
async fn hear_out(model: &mut Model, reports: &mut Reports, runtime: &mut Runtime, signals: &mut Signals) {
    let heard = async {
        while model.awaits() {
            let Some((ticket, report)) = reports.recv().await else { return };
            for effect in model.update(Message::Reported(ticket, report), now()) {
                runtime.perform(effect);
            }
        }
    };
    tokio::select! {
        () = heard => {}
        () = tokio::time::sleep(LAST_ANSWER) => {}
        () = signals.next() => {}
    }
}

fn perform(effects: impl Iterator<Item = Effect>, front: &mut impl Front, runtime: &mut Runtime) -> Option<Outcome> {
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
fn conclude(
    context: &Context,
    ended: &mut Ended,
    global: &Global,
    places: &Places,
    demo: Option<Option<&'static Fault>>,
    answers: Option<&Prepared>,
) {
    let texts = &context.texts;
    if let Some(document) = ended.document.take() {
        document.print(context, &ended.saved);
    } else if !ended.saved.is_empty() {
        let look = terminal::look(&context.global);
        context.tell(&summary::checklist(texts, &ended.items, &ended.checklist, look.ascii));
        for path in &ended.saved {
            context.deliver(&format!("{}\n", path.display()));
        }
        if demo.is_none() && ended.product.signs_in_itself() && !ended.saved.iter().any(|path| is_sheet(path)) {
            let again = Phrase::new("setup.sheet-again").with("config", global.config_option());
            context.complain(texts.say(&again));
        }
    }
    if let Some(wanted) = &ended.stuck {
        context.complain(texts.say(&wanted.phrase(ended.outcome, answers)));
    } else if let Some(why) = &ended.unwritten {
        context.complain(texts.say(why));
    } else if ended.outcome == Outcome::Left && ended.draft_lost.is_none() {
        let key = match () {
            () if ended.resumable => "setup.left",
            () if ended.saved.is_empty() => "setup.left-unattended",
            () => "setup.left-saved",
        };
        let demo = demo.map(demo::option).unwrap_or_default();
        let left = Phrase::new(key).with("demo", demo).with("config", global.config_option());
        context.complain(texts.say(&left));
    }
    if let Some(FileFailure { path, detail, .. }) = &ended.draft_lost {
        let key = if ended.saved.is_empty() { "setup.draft-lost" } else { "setup.draft-stays" };
        context.complain(texts.say(&Phrase::new(key).with("path", path).with("detail", detail)));
    }
    if demo.is_some() {
        context.complain(texts.say(&Phrase::new("demo.directory").with("path", places.config.display())));
    }
}

fn is_sheet(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("settings-"))
}

/// Random characters, different in every run.
pub fn seed() -> String {
    let mut bytes = [0_u8; 8];
    let filled = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    debug_assert!(filled.is_ok());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 random bytes; `None` where the system gives none.
pub fn entropy() -> Option<Secret> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), bytes.as_mut()).ok()?;
    Some(Secret::new(BASE64_STANDARD_NO_PAD.encode(bytes.as_ref())))
}
