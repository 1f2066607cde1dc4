//! Single files and their directories: read whole or refused, moved and taken away. Whether one is as closed as it
//! must be, `closed` looks; written they are by `staged`; what a file is for, `files` knows.

#![expect(clippy::disallowed_methods, reason = "files are read and written here")]

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use rustix::fs::{Access, OFlags};
use zeroize::Zeroizing;

use super::closed;
use crate::{
    secret::Secret,
    wizard::effect::{FileFailure, FileFailureKind},
};

/// Bytes of a file that nobody but this program makes long: an answer of the authority has 1 MiB at most.
pub const OURS: u64 = 16 * 1024 * 1024;

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
    let Some(bytes) = bytes(path, kind, OURS)? else { return Ok(None) };
    let text = str::from_utf8(&bytes).map_err(|_| failure(FileFailureKind::Content, path, "it is not valid UTF-8"))?;
    Ok(Some(Secret::new(text)))
}

/// A file that must be there: what it holds, text or not, and no more than `most` bytes.
pub fn regular(path: &Path, kind: Kind, most: u64) -> Result<Zeroizing<Vec<u8>>, FileFailure> {
    bytes(path, kind, most)?.ok_or_else(|| failure(FileFailureKind::Read, path, "there is no such file"))
}

/// As [`regular`]; `None` when there is no such file. What is no file is not opened: a pipe would be waited for.
pub fn bytes(path: &Path, kind: Kind, most: u64) -> Result<Option<Zeroizing<Vec<u8>>>, FileFailure> {
    let trouble = |error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => failure(FileFailureKind::Forbidden, path, error),
        _ => failure(FileFailureKind::Read, path, error),
    };
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => return Err(failure(FileFailureKind::Read, path, "it is no file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(trouble)?,
    };
    // Not to wait for a pipe that has come to be here in the meantime; on a file it has no effect.
    let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path).map_err(trouble)?;
    closed::check(path, kind, &file.metadata().map_err(trouble)?)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(trouble)?;
    if bytes.len() as u64 > most {
        return Err(failure(FileFailureKind::Content, path, format!("it holds more than {most} bytes")));
    }
    Ok(Some(bytes))
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

/// Whether files could be made in this directory, which may itself be still to be made. Nothing is.
pub fn try_directory(path: &Path) -> Result<(), FileFailure> {
    let there = path.ancestors().find(|there| there.exists()).unwrap_or(Path::new("."));
    let tried = match there.is_dir() {
        true => rustix::fs::access(there, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from),
        false => Err(io::ErrorKind::NotADirectory.into()),
    };
    let detail = |error: io::Error| match there == path {
        true => error.to_string(),
        false => format!("{}: {error}", there.display()),
    };
    tried.map_err(|error| failure(FileFailureKind::Write, path, detail(error)))
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

/// One of the system's lists, empty where it cannot be read.
pub fn list(path: &str) -> String {
    let bytes = bytes(Path::new(path), Kind::Plain, OURS).ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the system calls this user; those of a directory service are not looked up.
pub fn user(number: u32) -> Option<String> {
    let users = list("/etc/passwd");
    let found = users.lines().find(|line| line.split(':').nth(2) == Some(&number.to_string()))?;
    found.split(':').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_told_as_that_and_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o644.into()).unwrap();
        for path in [&pipe, directory.path(), Path::new("/dev/zero")] {
            let refused = read(path, Kind::Secret).unwrap_err();
            assert_eq!((refused.kind, refused.detail.as_str()), (FileFailureKind::Read, "it is no file"));
        }
        assert_eq!(read(&directory.path().join("none"), Kind::Secret), Ok(None));
        fs::write(directory.path().join("binary"), b"\xff").unwrap();
        let refused = read(&directory.path().join("binary"), Kind::Plain).unwrap_err();
        assert_eq!(refused.kind, FileFailureKind::Content);
    }
}
