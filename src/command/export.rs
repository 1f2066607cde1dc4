//! `export`: configuration for another program, on stdout or in a file. What it says is `crate::export`'s.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use super::{Context, Status, access::Known, options, paths};
use crate::{
    export::{Exported, FORMATS, Facts, Format},
    facts::AccountName,
    phrase::Phrase,
    runtime::{
        files::Places,
        handed::{self, Handed},
    },
    wizard::{effect::FileFailure, verdict},
};

pub fn run(context: &Context, asked: &options::Export) -> Status {
    let Some(format) = asked.target else {
        context.deliver(&list(context));
        return Status::Done;
    };
    let known = match context.account(asked.account.as_ref()) {
        Ok(known) => known,
        Err(status) => return status,
    };
    let exported = match make(context, &known, format) {
        Ok(exported) => exported,
        Err(failed) => return failed.said(context),
    };
    match asked.output.as_deref().filter(|path| *path != Path::new("-")) {
        None => {
            context.deliver(&exported.text);
            let place = Phrase::new("export.place").with("place", format.place);
            context.complain(context.texts.say(&place));
        }
        Some(path) => match handed::hand_over(&paths::absolute(path), &exported.text) {
            Ok(handed) => context.complain(context.texts.say(&said(&handed, path))),
            Err(failure) => return unwritten(context, &failure).said(context),
        },
    }
    for note in &exported.notes {
        context.complain(context.texts.say(note));
    }
    Status::Done
}

/// Why there is nothing for a program.
struct Failed {
    why: String,
    status: Status,
}

impl Failed {
    fn new(status: Status, why: impl ToString) -> Self {
        Self { why: why.to_string(), status }
    }

    fn said(self, context: &Context) -> Status {
        context.complain(self.why);
        self.status
    }
}

/// Writes configuration for an account that was just saved where these programs look for it: the files, and the
/// status of the first that could not be.
pub fn write_all(
    context: &Context,
    places: &Places,
    account: Option<&AccountName>,
    formats: &[&'static Format],
) -> (Vec<PathBuf>, Option<Status>) {
    let known = context.account_at(places, account);
    let (mut files, mut missed) = (Vec::new(), None);
    for format in formats {
        let known = known.as_ref().map_err(|why| Failed::new(Status::Configuration, why));
        match known.and_then(|known| write(context, known, format)) {
            Ok(file) => files.push(file),
            Err(Failed { why, status }) => {
                context.complain(
                    context.texts.say(&Phrase::new("export.missed").with("target", format.id).with("why", &why)),
                );
                missed = missed.or(Some(status));
            }
        }
    }
    (files, missed)
}

fn write(context: &Context, known: &Known, format: &Format) -> Result<PathBuf, Failed> {
    let exported = make(context, known, format)?;
    let path = paths::in_home(format.place).ok_or_else(|| {
        let phrase = Phrase::new("export.no-home").with("place", format.place);
        Failed::new(Status::Configuration, context.texts.say(&phrase))
    })?;
    let handed = handed::hand_over(&path, &exported.text).map_err(|failure| unwritten(context, &failure))?;
    if let Handed::Replaced(_) = handed {
        context.complain(context.texts.say(&said(&handed, &path)));
    }
    exported.notes.iter().for_each(|note| context.complain(context.texts.say(note)));
    Ok(path)
}

fn make(context: &Context, known: &Known, format: &Format) -> Result<Exported, Failed> {
    let program = program().map_err(|error| Failed::new(Status::Bug, error))?;
    let exported = format.export(&facts(context, known, program));
    exported.map_err(|refusal| Failed::new(Status::Configuration, context.texts.say(&refusal.phrase())))
}

/// Name and what it is, one format a line.
fn list(context: &Context) -> String {
    let line = |id: &str| format!("{id:<11} {}\n", context.texts.word(&format!("export.formats.{id}")));
    FORMATS.iter().map(|format| line(format.id)).collect()
}

fn said(handed: &Handed, path: &Path) -> Phrase {
    let phrase = match handed {
        Handed::New => Phrase::new("export.written"),
        Handed::Same => Phrase::new("export.same"),
        Handed::Replaced(old) => Phrase::new("export.replaced").with("old", old.display()),
    };
    phrase.with("path", path.display())
}

fn unwritten(context: &Context, failure: &FileFailure) -> Failed {
    Failed::new(Status::CannotWrite, context.texts.say(&verdict::file_trouble(failure)))
}

fn facts<'a>(context: &Context, known: &'a Known, program: Program) -> Facts<'a> {
    Facts {
        name: &known.name,
        account: &known.account,
        program: program.called,
        executable: program.executable,
        config: paths::named(&context.global),
        environment: paths::environment(&context.global),
        vault: paths::absolute(&known.places.vault_file(&known.name)),
    }
}

struct Program {
    called: PathBuf,
    executable: PathBuf,
}

/// Where this program is. As it was called, if that leads here: a link stays when the file it leads to is
/// replaced by the next version.
fn program() -> io::Result<Program> {
    let executable = env::current_exe()?;
    // So Linux calls a file that has been replaced since this process began (proc(5)).
    let replaced = executable.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    let executable = replaced.unwrap_or(executable);
    let leads_here = |path: &PathBuf| path.canonicalize().is_ok_and(|found| found == executable);
    let called = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let called = if called.components().count() > 1 {
        Some(paths::absolute(&called)).filter(leads_here)
    } else {
        let searched = paths::variable("PATH").unwrap_or_default();
        env::split_paths(searched.as_os_str())
            .map(|directory| paths::absolute(&directory.join(&called)))
            .find(leads_here)
    };
    Ok(Program { called: called.unwrap_or_else(|| executable.clone()), executable })
}
