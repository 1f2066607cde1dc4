//! Lock files: the kernel's locks, which end with their process. Who makes one, whose it is and that it is no link
//! to something else is settled here; what a lock keeps apart, its holders know.

#![expect(clippy::disallowed_methods, reason = "files are opened here, and other processes waited for")]

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::fs::OFlags;

use super::disk::{self, failure};
use crate::wizard::effect::{FileFailure, FileFailureKind};

/// Longer than a refresh may take (HTTP 30 s), so that a waiting process gets the one refresh's result.
const WAIT: Duration = Duration::from_secs(45);
const LOOK: Duration = Duration::from_millis(20);

/// Said from elsewhere to one who waits for a lock: nobody wants it any more.
#[derive(Debug, Clone, Default)]
pub struct Revoked(Arc<AtomicBool>);

impl Revoked {
    pub fn revoke(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A lock's file, and whether the lock was had in time. It holds until the file is dropped.
pub enum Attempt {
    Taken(File),
    Held(File),
}

/// Held until the value is dropped.
pub fn take(path: &Path, revoked: &Revoked) -> Result<File, FileFailure> {
    match attempt(path, WAIT, revoked)? {
        Attempt::Taken(file) => Ok(file),
        Attempt::Held(_) => Err(failure(FileFailureKind::Locked, path, "another process holds the lock")),
    }
}

pub fn attempt(path: &Path, wait: Duration, revoked: &Revoked) -> Result<Attempt, FileFailure> {
    let trouble = |error: io::Error| failure(FileFailureKind::Write, path, error);
    disk::make_directory(path)?;
    let file = open(path).map_err(trouble)?;
    let until = Instant::now() + wait;
    loop {
        if revoked.0.load(Ordering::Relaxed) {
            return Err(failure(FileFailureKind::Locked, path, "no longer waited for"));
        }
        match file.try_lock() {
            Ok(()) => return Ok(Attempt::Taken(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOOK),
            Err(TryLockError::WouldBlock) => return Ok(Attempt::Held(file)),
            Err(TryLockError::Error(error)) => return Err(trouble(error)),
        }
    }
}

/// A lock that root makes in somebody's directory (the machine's own mail, with their account) is theirs, or they
/// could not take it later. What they put in its place leads root nowhere: a link of either kind is refused.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    let file = match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return plain(options.open(path)?),
        made => made?,
    };
    if rustix::process::geteuid().is_root() {
        let owner = fs::metadata(disk::directory(path))?;
        fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(file)
}

fn plain(file: File) -> io::Result<File> {
    let found = file.metadata()?;
    if found.is_file() && found.nlink() == 1 { Ok(file) } else { Err(io::Error::other("that is no plain file")) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    fn lock(path: &Path) -> Result<File, FileFailure> {
        take(path, &Revoked::default())
    }

    #[test]
    fn a_lock_made_by_root_belongs_to_whom_the_directory_does() {
        let directory = tempfile::tempdir().unwrap();
        if rustix::process::geteuid().is_root() {
            chown(directory.path(), Some(4321), Some(1234)).unwrap();
        }
        let owner = fs::metadata(directory.path()).unwrap().uid();
        let locked = lock(&directory.path().join("f.lock")).unwrap();
        assert_eq!(locked.metadata().unwrap().uid(), owner);
    }

    #[test]
    fn what_is_no_plain_file_is_no_lock() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("real"), "kept").unwrap();
        symlink(at("real"), at("link")).unwrap();
        symlink(at("none"), at("astray")).unwrap();
        fs::hard_link(at("real"), at("second name")).unwrap();
        fs::create_dir(at("directory")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), 0o600.into()).unwrap();
        for name in ["link", "astray", "second name", "directory", "pipe"] {
            assert_eq!(lock(&at(name)).unwrap_err().kind, FileFailureKind::Write, "{name}");
        }
        assert_eq!(fs::read_to_string(at("real")).unwrap(), "kept");
        assert!(!at("none").exists());
    }

    #[test]
    fn who_is_no_longer_waited_for_ends_without_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f.lock");
        let (_held, revoked) = (lock(&path).unwrap(), Revoked::default());
        revoked.revoke();
        assert_eq!(take(&path, &revoked).unwrap_err().kind, FileFailureKind::Locked);
    }
}
