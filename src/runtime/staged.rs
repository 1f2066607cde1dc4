//! A file's next content, before it takes its place: written beside the file first, so that what can fail has failed
//! by then. Which files belong together, `files` knows.

#![expect(clippy::disallowed_methods, reason = "files are read and written here")]

use std::{
    ffi::OsString,
    fs::{self, Metadata, Permissions},
    io::{self, Write},
    iter,
    os::unix::fs::{MetadataExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::disk::{self, Kind, beside, directory, failure, make_directory, remove, settle, target, unwritten};
use crate::wizard::effect::{FileFailure, FileFailureKind};

/// Characters at the end of a name that nobody has.
const RANDOM: usize = 6;

/// So many earlier texts are kept beside a file that somebody may have written by hand.
const MOST_OLD: usize = 100;

/// A file's next content, whole and on the disk beside it. Until it is put in place nothing has changed, and
/// dropped it leaves nothing behind.
#[derive(Debug)]
pub struct Staged {
    /// As it was named; the file itself may be elsewhere, when that is a symbolic link.
    path: PathBuf,
    target: PathBuf,
    file: NamedTempFile,
}

impl Staged {
    /// With the mode of the file that is there unless it is secret, and for root with its owner. A symbolic link is
    /// followed, not replaced; one that leads nowhere is an error.
    pub fn new(path: &Path, bytes: &[u8], kind: Kind) -> Result<Self, FileFailure> {
        make_directory(path)?;
        let target = target(path).map_err(unwritten(path))?;
        Self::like(path, path, target, bytes, kind)
    }

    /// The file as it is, to be put back; `None` when there is none.
    pub fn again(path: &Path, kind: Kind) -> Result<Option<Self>, FileFailure> {
        present(path)?.map(|bytes| Self::new(path, &bytes, kind)).transpose()
    }

    /// The file as it is, to be put beside it as `….old`; `None` when there is none. Nobody named that place: a
    /// symbolic link there is replaced, not followed.
    pub fn old(path: &Path, kind: Kind) -> Result<Option<Self>, FileFailure> {
        present(path)?.map(|bytes| Self::old_of(path, &bytes, kind)).transpose()
    }

    /// As [`Self::old`], when the file's bytes are at hand.
    pub fn old_of(path: &Path, bytes: &[u8], kind: Kind) -> Result<Self, FileFailure> {
        let old = beside(path, ".old");
        Self::like(path, &old, old.clone(), bytes, kind)
    }

    /// With the mode and owner of `model`.
    fn like(model: &Path, path: &Path, target: PathBuf, bytes: &[u8], kind: Kind) -> Result<Self, FileFailure> {
        let file = stage(&target, bytes, kind, fs::metadata(model).ok().as_ref()).map_err(unwritten(path))?;
        Ok(Self { path: path.to_owned(), target, file })
    }

    /// Where it has come to be; its directory is still to be made sure of with [`settle`].
    pub fn put(self) -> Result<PathBuf, FileFailure> {
        let Self { path, target, file } = self;
        file.persist(&target).map_err(|error| unwritten(&path)(error.error))?;
        Ok(target)
    }

    /// In place of nothing: where something is, the name gets a number.
    pub fn put_beside(self) -> Result<PathBuf, FileFailure> {
        let Self { path, target, mut file } = self;
        for place in iter::once(target.clone()).chain((1..MOST_OLD).map(|at| beside(&target, &format!(".{at}")))) {
            match file.persist_noclobber(&place) {
                Ok(_) => return Ok(place),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return Err(unwritten(&path)(error.error)),
            }
        }
        Err(failure(FileFailureKind::Write, &path, format!("{MOST_OLD} files of this name are kept already")))
    }
}

fn present(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, FileFailure> {
    disk::bytes(path, Kind::Plain, disk::OURS)
}

fn stage(target: &Path, bytes: &[u8], kind: Kind, model: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let closed = Permissions::from_mode(Kind::Secret.mode(None));
    let name = begun(target);
    let mut file =
        tempfile::Builder::new().permissions(closed).prefix(&name).rand_bytes(RANDOM).tempfile_in(directory(target))?;
    file.write_all(bytes)?;
    if rustix::process::geteuid().is_root() {
        // A new secret that root makes in somebody's directory is theirs, or they could not read it later.
        let somebodys = matches!(kind, Kind::Secret | Kind::Shared);
        let new = if somebodys { fs::metadata(directory(target)).ok() } else { None };
        if let Some(model) = model.or(new.as_ref()) {
            fchown(file.as_file(), Some(model.uid()), Some(model.gid()))?;
        }
    }
    file.as_file().set_permissions(Permissions::from_mode(kind.mode(model)))?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// What a file is called until it takes its place, before some random characters.
fn begun(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    // A longer name leaves no room for more (NAME_MAX, 255).
    name.push(target.file_name().filter(|name| name.len() < 200).unwrap_or_default());
    name.push(".");
    name
}

/// Takes away what processes left that were killed before it took this file's place: it may hold a secret. For whoever
/// has the file to himself.
pub fn sweep(path: &Path) {
    let Ok(target) = target(path) else { return };
    let begun = begun(&target);
    for entry in fs::read_dir(directory(&target)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let rest = name.as_encoded_bytes().strip_prefix(begun.as_encoded_bytes());
        if rest.is_some_and(|rest| rest.len() == RANDOM && rest.iter().all(u8::is_ascii_alphanumeric)) {
            // What stays is taken away by the next.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whole or not at all.
pub fn write(path: &Path, bytes: &[u8], kind: Kind) -> Result<(), FileFailure> {
    settle(&Staged::new(path, bytes, kind)?.put()?)
}

/// Both or neither: when the second cannot take its place (a file mounted by itself cannot be renamed over),
/// the first gives its own back to what stood there.
pub fn put_both(first: Staged, before: Option<Staged>, second: Staged) -> Result<(), FileFailure> {
    let first = first.put()?;
    let second = second.put().inspect_err(|_| {
        // The failure that led here is the one to tell.
        let _ = match before {
            Some(before) => before.put().map(drop),
            None => remove(&first),
        };
    })?;
    settle(&first)?;
    settle(&second)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    #[test]
    fn what_was_left_of_a_file_is_taken_away_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("alerts.json");
        let left = Staged::new(&path, b"CANARY", Kind::Secret).unwrap().file.keep().unwrap().1;
        let others = ["alerts.json", ".alerts.json", ".alerts.json.old", ".alerts.json.json.abc123", ".tmpabc123"];
        others.iter().for_each(|name| fs::write(directory.path().join(name), "").unwrap());
        assert!(left.exists());
        sweep(&path);
        let names = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!((left.exists(), names), (false, others.len()));
        let long = directory.path().join("x".repeat(250));
        write(&long, b"x", Kind::Plain).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn file(directory: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn names(directory: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(directory.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_link_is_written_through_and_a_mode_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (file(&directory, "real", "a"), directory.path().join("link"));
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        write(&link, b"b", Kind::Plain).unwrap();
        assert!(link.is_symlink());
        assert_eq!((mode(&real), fs::read_to_string(&real).unwrap()), (0o640, "b".into()));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        symlink("/nonexistent/file", &link).unwrap();
        assert_eq!(write(&link, b"b", Kind::Plain).unwrap_err().kind, FileFailureKind::Write);
        assert_eq!(names(&directory), ["link"]);
    }

    #[test]
    fn what_is_kept_takes_mode_and_owner_of_the_file_and_a_secret_one_is_closed() {
        let directory = tempfile::tempdir().unwrap();
        let (path, old) = (file(&directory, "f", "new"), file(&directory, "f.old", "older"));
        let keep = |mode: u32, kind: Kind| {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            Staged::old(&path, kind).unwrap().unwrap().put().unwrap();
        };
        keep(0o600, Kind::Plain);
        assert_eq!((mode(&old), fs::read_to_string(&old).unwrap()), (0o600, "new".into()));
        if rustix::process::geteuid().is_root() {
            chown(&path, Some(4321), Some(1234)).unwrap();
        }
        keep(0o640, Kind::Plain);
        let owners = |path: &Path| fs::metadata(path).map(|found| (found.uid(), found.gid())).unwrap();
        assert_eq!((mode(&old), owners(&old)), (0o640, owners(&path)));
        keep(0o640, Kind::Secret);
        assert_eq!(mode(&old), 0o600);
        assert!(Staged::old(&directory.path().join("none"), Kind::Plain).unwrap().is_none());
    }

    #[test]
    fn a_link_in_the_place_of_what_is_kept_leads_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let (path, real) = (file(&directory, "f", "new"), file(&directory, "real", "kept"));
        let old = directory.path().join("f.old");
        symlink(&real, &old).unwrap();
        Staged::old(&path, Kind::Plain).unwrap().unwrap().put_beside().unwrap();
        assert!(old.is_symlink());
        assert_eq!(fs::read_to_string(directory.path().join("f.old.1")).unwrap(), "new");
        Staged::old(&path, Kind::Plain).unwrap().unwrap().put().unwrap();
        assert_eq!((old.is_symlink(), fs::read_to_string(&old).unwrap()), (false, "new".into()));
        assert_eq!(fs::read_to_string(real).unwrap(), "kept");
    }

    #[test]
    fn when_the_second_cannot_take_its_place_the_first_is_as_before() {
        for existing in [Some("before"), None] {
            let directory = tempfile::tempdir().unwrap();
            let (first, second) = (directory.path().join("first"), directory.path().join("second"));
            if existing.is_some() {
                file(&directory, "first", "before");
            }
            let before = Staged::again(&first, Kind::Secret).unwrap();
            let one = Staged::new(&first, b"after", Kind::Secret).unwrap();
            let two = Staged::new(&second, b"after", Kind::Plain).unwrap();
            fs::create_dir(&second).unwrap();
            assert_eq!(put_both(one, before, two).unwrap_err().path, second.display().to_string());
            assert_eq!(fs::read_to_string(&first).ok().as_deref(), existing);
        }
    }

    #[test]
    fn what_is_staged_and_dropped_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        drop(Staged::new(&directory.path().join("f"), b"CANARY", Kind::Secret).unwrap());
        assert!(names(&directory).is_empty());
    }
}
