//! Single files and their directories: read whole, as closed as they must be, or refused; moved and taken away. A
//! secret file is `0600`. Written they are by `staged`; what a file is for, `files` knows.

#![expect(clippy::disallowed_methods, reason = "files are read and written here")]

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::{
    secret::Secret,
    shell,
    wizard::effect::{FileFailure, FileFailureKind},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its owner's alone, whatever stood there.
    Secret,
    /// Its owner's to write and its group's to read, which is the directory's.
    Shared,
    /// Keeps the mode it has; a new one is everybody's to read.
    Plain,
    /// Keeps the mode it has; a new one is its owner's alone.
    Private,
}

impl Kind {
    pub fn mode(self, model: Option<&Metadata>) -> u32 {
        match self {
            Self::Secret => 0o600,
            Self::Shared => 0o640,
            Self::Plain | Self::Private => {
                let new = if self == Self::Plain { 0o644 } else { 0o600 };
                model.map_or(new, |model| model.permissions().mode() & 0o777)
            }
        }
    }
}

pub fn failure(kind: FileFailureKind, path: &Path, detail: impl ToString) -> FileFailure {
    FileFailure { kind, path: path.display().to_string(), detail: detail.to_string() }
}

pub fn unwritten(path: &Path) -> impl Fn(io::Error) -> FileFailure {
    |error| failure(FileFailureKind::Write, path, error)
}

pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// A file of ours, whole; `None` when there is no such file.
pub fn read(path: &Path, kind: Kind) -> Result<Option<Secret>, FileFailure> {
    let trouble = |error: io::Error| failure(FileFailureKind::Read, path, error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(failure(FileFailureKind::Forbidden, path, error));
        }
        Err(error) => return Err(trouble(error)),
    };
    is_as_closed_as(path, kind, &file.metadata().map_err(trouble)?)?;
    match io::read_to_string(file) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(failure(FileFailureKind::Content, path, error)),
        Err(error) => Err(trouble(error)),
    }
}

/// A file that may be anything and must be there: what it holds, text or not, and no more than `most` bytes. What is no
/// file is not opened: a pipe would be waited for.
pub fn regular(path: &Path, kind: Kind, most: u64) -> Result<Zeroizing<Vec<u8>>, FileFailure> {
    let trouble = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => failure(FileFailureKind::Read, path, "there is no such file"),
        _ => failure(FileFailureKind::Read, path, error),
    };
    if !fs::metadata(path).map_err(trouble)?.is_file() {
        return Err(failure(FileFailureKind::Read, path, "it is no file"));
    }
    // Not to wait for a pipe that has come to be here in the meantime; on a file it has no effect.
    let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path).map_err(trouble)?;
    is_as_closed_as(path, kind, &file.metadata().map_err(trouble)?)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(trouble)?;
    if bytes.len() as u64 > most {
        return Err(failure(FileFailureKind::Content, path, format!("it holds more than {most} bytes")));
    }
    Ok(bytes)
}

fn is_as_closed_as(path: &Path, kind: Kind, metadata: &Metadata) -> Result<(), FileFailure> {
    match kind {
        Kind::Secret => closed_to_others(path, metadata),
        Kind::Shared => closed_but_to_the_group(path, metadata),
        Kind::Plain | Kind::Private => Ok(()),
    }
}

fn closed_to_others(path: &Path, metadata: &Metadata) -> Result<(), FileFailure> {
    let mode = metadata.permissions().mode() & 0o777;
    let owner = rustix::process::geteuid().as_raw();
    if mode & 0o077 != 0 {
        let file = shell::path(path).unwrap_or_else(|| "FILE".to_owned());
        return Err(failure(FileFailureKind::TooOpen, path, format!("mode {mode:04o}; chmod 600 {file}")));
    }
    if metadata.uid() != owner && owner != 0 {
        return Err(failure(FileFailureKind::TooOpen, path, format!("it belongs to user {}", metadata.uid())));
    }
    Ok(())
}

fn closed_but_to_the_group(path: &Path, metadata: &Metadata) -> Result<(), FileFailure> {
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o027 != 0 {
        let file = shell::path(path).unwrap_or_else(|| "FILE".to_owned());
        return Err(failure(FileFailureKind::TooOpen, path, format!("mode {mode:04o}; chmod 640 {file}")));
    }
    Ok(())
}

/// Whoever may write a directory can put another file in a secret one's place.
pub fn closed_directory(file: &Path) -> Result<(), FileFailure> {
    let Ok(target) = target(file) else { return Ok(()) };
    let directory = directory(&target);
    let mode = fs::metadata(directory).map_or(0, |found| found.permissions().mode());
    if mode & 0o022 != 0 {
        let named = shell::path(directory).unwrap_or_else(|| "DIRECTORY".to_owned());
        let detail = format!("mode {:04o}; chmod go-w {named}", mode & 0o7777);
        return Err(failure(FileFailureKind::TooOpen, directory, detail));
    }
    Ok(())
}

/// A directory whose group may look into it and is that of every file made in it: it was set up for sharing.
pub fn is_shared(directory: &Path) -> bool {
    fs::metadata(directory).is_ok_and(|found| found.permissions().mode() & 0o2050 == 0o2050)
}

/// A directory in one that is shared, as open as that one and of the same owner.
pub fn make_shared_directory(directory: &Path) -> Result<(), FileFailure> {
    let make = || {
        match fs::create_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            made => made?,
        }
        if rustix::process::geteuid().is_root() {
            let owner = fs::metadata(self::directory(directory))?;
            chown(directory, Some(owner.uid()), Some(owner.gid()))?;
        }
        fs::set_permissions(directory, Permissions::from_mode(0o2750))
    };
    make().map_err(unwritten(directory))
}

/// Whose it is, by number.
pub fn owner(path: &Path) -> Option<u32> {
    fs::symlink_metadata(path).ok().map(|found| found.uid())
}

pub fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(path.to_owned()),
        found => found,
    }
}

pub fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// `config.toml.old`
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The rename itself must survive a power cut.
pub fn settle(file: &Path) -> Result<(), FileFailure> {
    File::open(directory(file)).and_then(|directory| directory.sync_all()).map_err(unwritten(file))
}

pub fn make_directory(file: &Path) -> Result<(), FileFailure> {
    let directory = directory(file);
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unwritten(directory))
}

pub fn remove(path: &Path) -> Result<(), FileFailure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritten(path)(error)),
        _ => Ok(()),
    }
}

/// Keeps the file under another name, in place of what was kept so before. A secret one is closed by it.
pub fn set_aside(path: &Path, to: &Path, kind: Kind) -> Result<(), FileFailure> {
    match fs::rename(path, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed.map_err(unwritten(path))?,
    }
    if kind == Kind::Secret {
        fs::set_permissions(to, Permissions::from_mode(kind.mode(None))).map_err(unwritten(to))?;
    }
    settle(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(directory: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_closes_it() {
        let directory = tempfile::tempdir().unwrap();
        for (name, shown) in [("it's $(mine)", Some(r"it'\''s $(mine)'")), ("a\nb", None)] {
            let path = file(&directory, name, "CANARY");
            fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
            let refused = read(&path, Kind::Secret).unwrap_err();
            let shown = shown.map_or("FILE".into(), |name| format!("'{}/{name}", directory.path().display()));
            assert_eq!(refused.detail, format!("mode 0640; chmod 600 {shown}"));
        }
    }
}
