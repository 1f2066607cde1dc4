//! `export`: configuration for another program, on stdout or in a file. What it says is `crate::export`'s.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use super::{Context, Status, access::Known, options, paths};
use crate::{
    export::{Exported, FORMATS, Facts, File, Format, Place},
    facts::AccountName,
    phrase::Phrase,
    runtime::{
        files::Places,
        handed::{self, Handed},
        named,
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
            context.deliver(&exported.text());
            let key = match format.place {
                Place::File(_) => "export.place",
                Place::Directory { .. } => "export.places",
            };
            context.complain(context.texts.say(&Phrase::new(key).with("place", format.place.of(is_root()))));
        }
        Some(path) => match there(context, format, path).and_then(|()| hand_over(context, format, &exported, path)) {
            Ok(_) => {}
            Err(failed) => return failed.said(context),
        },
    }
    for note in &exported.notes {
        context.complain(context.texts.say(note));
    }
    Status::Done
}

/// Why there is nothing for a program.
pub struct Failed {
    why: String,
    status: Status,
}

impl Failed {
    fn new(status: Status, why: impl ToString) -> Self {
        Self { why: why.to_string(), status }
    }

    pub fn said(self, context: &Context) -> Status {
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
            Ok(written) => files.extend(written),
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

fn write(context: &Context, known: &Known, format: &Format) -> Result<Vec<PathBuf>, Failed> {
    let exported = make(context, known, format)?;
    let place = format.place.of(is_root());
    let path = paths::in_home(place).ok_or_else(|| {
        let phrase = Phrase::new("export.no-home").with("place", place);
        Failed::new(Status::Configuration, context.texts.say(&phrase))
    })?;
    let handed = hand_over(context, format, &exported, &path)?;
    exported.notes.iter().for_each(|note| context.complain(context.texts.say(note)));
    Ok(handed)
}

/// A file's path that was mistyped makes no directories; one that is to hold files is made.
fn there(context: &Context, format: &Format, path: &Path) -> Result<(), Failed> {
    match (format.place, paths::absolute(path).parent()) {
        (Place::File(_), Some(directory)) if !named::exists(directory) => {
            let (path, directory) = (path.display(), directory.display());
            let phrase = Phrase::new("export.no-directory").with("path", path).with("directory", directory);
            Err(Failed::new(Status::CannotWrite, context.texts.say(&phrase)))
        }
        _ => Ok(()),
    }
}

/// One file at this path, or several in this directory; what became of each is said.
fn hand_over(context: &Context, format: &Format, exported: &Exported, path: &Path) -> Result<Vec<PathBuf>, Failed> {
    let at = |file: &File| match format.place {
        Place::File(_) => path.to_owned(),
        Place::Directory { .. } => path.join(&file.name),
    };
    let mut written = Vec::new();
    for file in &exported.files {
        let path = at(file);
        let handed = handed::hand_over(&paths::absolute(&path), &file.text);
        let handed = handed.map_err(|failure| unwritten(context, &failure))?;
        context.complain(context.texts.say(&said(&handed, &path)));
        written.push(path);
    }
    Ok(written)
}

fn make(context: &Context, known: &Known, format: &Format) -> Result<Exported, Failed> {
    let program = program().map_err(|error| Failed::new(Status::Bug, error))?;
    let say = |phrase: &Phrase| context.texts.say(phrase);
    let exported = format.export(&facts(context, known, program, &say));
    exported.map_err(|refusal| Failed::new(Status::Configuration, say(&refusal.phrase())))
}

/// Name and what it is, one format a line.
fn list(context: &Context) -> String {
    let line = |id: &str| format!("{id:<11} {}\n", context.texts.word(&format!("export.formats.{id}")));
    FORMATS.iter().map(|format| line(format.id)).collect()
}

pub fn said(handed: &Handed, path: &Path) -> Phrase {
    let phrase = match handed {
        Handed::New => Phrase::new("export.written"),
        Handed::Same => Phrase::new("export.same"),
        Handed::Replaced(old) => Phrase::new("export.replaced").with("old", old.display()),
    };
    phrase.with("path", path.display())
}

pub fn unwritten(context: &Context, failure: &FileFailure) -> Failed {
    Failed::new(Status::CannotWrite, context.texts.say(&verdict::file_trouble(failure)))
}

fn facts<'a>(context: &Context, known: &'a Known, program: Program, say: &'a dyn Fn(&Phrase) -> String) -> Facts<'a> {
    Facts {
        name: &known.name,
        account: &known.account,
        program: program.called,
        executable: program.executable,
        config: paths::named(&context.global),
        environment: paths::environment(&context.global),
        vault: paths::absolute(&known.places.vault_file(&known.name)),
        state: paths::absolute(&known.places.state),
        owner: owner(&known.places.vault_file(&known.name)),
        root: is_root(),
        secret: known.places.vault(&known.name).ok().flatten().is_some_and(|vault| vault.client_secret.is_some()),
        shared: shared(&known.places.state),
        say,
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whose this file is, or would be.
fn owner(path: &Path) -> String {
    let owner = rustix::fs::stat(path).map_or_else(|_| rustix::process::geteuid().as_raw(), |found| found.st_uid);
    named::user(owner).unwrap_or_else(|| owner.to_string())
}

/// A directory whose files become its group's, which may read there, is meant for that group.
fn shared(state: &Path) -> bool {
    rustix::fs::stat(state).is_ok_and(|found| found.st_mode & 0o2040 == 0o2040)
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
