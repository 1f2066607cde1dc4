//! The commands: one file each. A command reads options and environment, joins the layers below, and
//! ends in a [`Status`]. What a command says to a person goes to stderr, what it delivers to stdout.

mod access;
mod answers;
mod credential;
pub mod demo;
mod events;
mod exit;
mod explain;
mod export;
mod handover;
mod help;
mod input;
mod no_token;
mod options;
mod paths;
mod remote;
mod renewal;
mod report;
mod setup;
mod simulate;
mod sole;
pub mod stage;
mod start;
mod status;
mod stuck;
mod summary;
mod terminal;
mod test;
mod token;
mod trouble;

use std::{
    ffi::OsString,
    future::Future,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Parser;
use tokio::runtime::Builder;

use crate::{
    language::{Language, Texts},
    phrase::Phrase,
    runtime::tls,
    visible,
};
use access::Known;
pub use exit::Status;
use options::{Command, Global, Options, Setup};

/// What every command has at hand.
pub struct Context {
    pub global: Global,
    pub texts: Texts,
    /// Talk is events: one JSON object a line.
    pub events: bool,
    /// Stdout did not take everything.
    undelivered: Arc<AtomicBool>,
}

/// Runs the program with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Status {
    outlive_file_limits();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let options = match Options::try_parse_from(&arguments) {
        Ok(options) => options,
        Err(error) => {
            help::say(&error, &arguments);
            return match error.use_stderr() {
                false => Status::Done,
                true if status::is_check(&arguments) => {
                    status::misused(&Texts::new(terminal::language_asked(&arguments)))
                }
                true => Status::Usage,
            };
        }
    };
    let events = match &options.command {
        None => options.setup.json,
        Some(command) => matches!(command, Command::Setup(setup) if setup.json),
    };
    let context = Context::new(options.global, events);
    let check = matches!(&options.command, Some(Command::Status(asked)) if asked.nagios);
    let status = dispatch(&context, &options.setup, options.command);
    if let Some(why) = tls::warning() {
        context.complain(context.texts.say(&Phrase::new("command.no-store").with("detail", why)));
    }
    let ended = if context.undelivered.load(Ordering::Relaxed) { Status::CannotWrite } else { status };
    if check { status::unchecked(ended) } else { ended }
}

/// A file that may not grow (`ulimit -f`) kills a process without a word; one that listens is told by the write itself,
/// and says what could not be written. A program started from here has it as it was.
fn outlive_file_limits() {
    // Where it cannot be listened to, things stay as they are without.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

fn dispatch(context: &Context, setup: &Setup, command: Option<Command>) -> Status {
    match command {
        None => setup::run(context, setup),
        Some(_) if setup.any() => {
            context.complain(context.texts.word("command.not-together"));
            Status::Usage
        }
        Some(Command::Setup(setup)) => setup::run(context, &setup),
        Some(Command::Token(asked)) => token::run(context, &asked),
        Some(Command::Test(asked)) => test::run(context, &asked),
        Some(Command::Explain(asked)) => explain::run(context, &asked),
        Some(Command::Status(asked)) => status::run(context, &asked),
        Some(Command::Export(asked)) => export::run(context, &asked),
        Some(Command::Handover(asked)) => handover::run(context, &asked),
        Some(Command::Simulate(asked)) => simulate::run(context, &asked),
    }
}

impl Context {
    fn new(global: Global, events: bool) -> Self {
        let language = global.lang.unwrap_or_else(terminal::language);
        Self { global, texts: Texts::new(language), events, undelivered: Arc::default() }
    }

    /// The same in the language of an answers file, unless the command line named one.
    fn in_language(&self, lang: Option<Language>) -> Self {
        self.speaking(self.global.lang.or(lang).unwrap_or(self.texts.language()))
    }

    /// The same in the language that was switched to.
    fn speaking(&self, language: Language) -> Self {
        let (global, undelivered) = (self.global.clone(), Arc::clone(&self.undelivered));
        Self { global, texts: Texts::new(language), events: self.events, undelivered }
    }

    /// One line for a person. Where it goes may be gone; that is nobody's loss.
    pub fn complain(&self, text: impl std::fmt::Display) {
        if self.events {
            return events::message(&text.to_string());
        }
        let text = terminal::look(&self.global).text(&visible::line(&text.to_string()));
        let _ = writeln!(io::stderr(), "smtp-oauth: {text}");
    }

    /// What is delivered to be read by a person: in ASCII its marks are, too.
    pub fn tell(&self, text: &str) {
        self.deliver(&terminal::look(&self.global).text(text));
    }

    /// What was asked for, on stdout. A reader that has gone away has had enough; a disk that
    /// is full is said once, and ends the program in [`Status::CannotWrite`].
    pub fn deliver(&self, text: &str) {
        let text = visible::text(text);
        let written = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
        let Err(error) = written else { return };
        if error.kind() != io::ErrorKind::BrokenPipe && !self.undelivered.swap(true, Ordering::Relaxed) {
            let _ = writeln!(io::stderr(), "smtp-oauth: stdout: {error}");
        }
    }

    /// Runs asynchronous work to its end; the machinery for it is made only here.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, Status> {
        self.run_on(Builder::new_multi_thread().worker_threads(2), work)
    }

    /// The same for one exchange, on this thread alone: that begins sooner.
    pub fn block_on_one<T>(&self, work: impl Future<Output = T>) -> Result<T, Status> {
        self.run_on(&mut Builder::new_current_thread(), work)
    }

    fn run_on<T>(&self, machinery: &mut Builder, work: impl Future<Output = T>) -> Result<T, Status> {
        match machinery.enable_all().build() {
            Ok(runtime) => {
                let result = runtime.block_on(work);
                // A name look-up that hangs in the system's resolver must not hold up the end.
                runtime.shutdown_background();
                Ok(result)
            }
            Err(error) => {
                self.complain(self.texts.say(&Phrase::new("command.no-runtime").with("detail", error)));
                Err(Status::Bug)
            }
        }
    }
}

#[cfg(test)]
mod catalogue_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_file_names_the_language_unless_the_command_line_did() {
        let context = |arguments: &[&str]| {
            let options = Options::try_parse_from([&["smtp-oauth"], arguments].concat()).unwrap();
            Context::new(options.global, false)
        };
        let spoken = |context: &Context, of_file| context.in_language(of_file).texts.language();
        assert_eq!(spoken(&context(&[]), Some(Language::Japanese)), Language::Japanese);
        assert_eq!(spoken(&context(&["--lang", "ja"]), None), Language::Japanese);
        assert_eq!(spoken(&context(&["--lang", "en"]), Some(Language::Japanese)), Language::English);
    }
}
