//! Room on the disk for a file's next content, taken before anyone knows what that will be: a renewal is asked for
//! only when its answer can be kept. It stands beside the file as `….next` and is left there by a crash, which is
//! how the next process knows of one.

#![expect(clippy::disallowed_methods, reason = "files are written here")]

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::disk::{self, Kind};
use crate::{secret::Secret, wizard::effect::FileFailure};

/// As it is made, and grown by nothing but a very long token: an account's file has some 6 KiB.
const LEAST: usize = 64 * 1024;

/// An answer has 1 MiB at most.
const MOST: u64 = 1 << 22;

/// Nothing is renewed without; dropped it stays, and tells of a renewal whose end nobody knows.
#[derive(Debug)]
pub struct Room {
    /// As it was named, for messages.
    path: PathBuf,
    target: PathBuf,
    place: PathBuf,
    file: File,
}

/// What a process left that ended in the middle of a renewal.
#[derive(Debug)]
pub struct Left {
    /// Unix seconds.
    pub at: i64,
    /// What was written of the new content, with filler behind it or nothing but filler.
    pub text: Secret,
}

impl Room {
    /// For the content of `path`, which is at most four times longer than `now`.
    pub fn take(path: &Path, now: usize) -> Result<Self, FileFailure> {
        disk::make_directory(path)?;
        Self::make(path, LEAST.max(now.saturating_mul(4))).map_err(disk::unwritten(path))
    }

    fn make(path: &Path, bytes: usize) -> io::Result<Self> {
        let target = disk::target(path)?;
        let place = next(&target);
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
        let mut file = options.open(&place)?;
        let taken = fill(&mut file, &target, bytes);
        if taken.is_err() {
            // The failure that led here is the one to tell.
            let _ = fs::remove_file(&place);
        }
        taken.map(|()| Self { path: path.to_owned(), target, place, file })
    }

    /// Puts the content in place, on the disk before this returns.
    pub fn put(mut self, bytes: &[u8]) -> Result<PathBuf, FileFailure> {
        self.write(bytes).map_err(disk::unwritten(&self.path))?;
        disk::settle(&self.target)?;
        Ok(self.target)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(bytes)?;
        self.file.set_len(bytes.len() as u64)?;
        self.file.sync_all()?;
        fs::rename(&self.place, &self.target)
    }

    pub fn give_back(self) {
        // What stays is taken away by the next renewal.
        let _ = fs::remove_file(&self.place);
    }
}

/// Zeros would be no room at all where a file system leaves them out.
fn fill(file: &mut File, target: &Path, bytes: usize) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(Kind::Secret.mode(None)))?;
    if rustix::process::geteuid().is_root() {
        let owner = fs::metadata(target).or_else(|_| fs::metadata(disk::directory(target)))?;
        fchown(&*file, Some(owner.uid()), Some(owner.gid()))?;
    }
    let mut filler = vec![0; bytes];
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut filler);
    file.write_all(&filler)?;
    file.sync_all()
}

fn next(target: &Path) -> PathBuf {
    disk::beside(target, ".next")
}

/// What stands in the room beside `path`, if a process left one.
pub fn left(path: &Path) -> Option<Left> {
    let place = next(&disk::target(path).ok()?);
    let found = fs::symlink_metadata(&place).ok().filter(fs::Metadata::is_file)?;
    let bytes = disk::regular(&place, Kind::Plain, MOST).unwrap_or_default();
    Some(Left { at: found.mtime(), text: Secret::new(String::from_utf8_lossy(&bytes)) })
}

/// Takes it away; nothing of it is wanted any more.
pub fn clear(path: &Path) {
    if let Ok(target) = disk::target(path) {
        let _ = fs::remove_file(next(&target));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::staged, *};
    use crate::wizard::effect::FileFailureKind;

    fn file() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("alerts.json");
        staged::write(&path, b"old", Kind::Secret).unwrap();
        (directory, path)
    }

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn at_every_moment_the_old_or_the_new_is_there_whole() {
        let (_directory, path) = file();
        let room = Room::take(&path, 3).unwrap();
        assert_eq!((text(&path), fs::metadata(next(&path)).unwrap().len()), ("old".into(), LEAST as u64));
        let mut room = room;
        room.file.rewind().unwrap();
        room.file.write_all(b"new").unwrap();
        assert!(text(&path) == "old" && left(&path).unwrap().text.expose().starts_with("new"));
        room.put(b"new").unwrap();
        assert_eq!((text(&path), next(&path).exists()), ("new".into(), false));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_a_crash_leaves_is_found_and_taken_over_by_the_next() {
        let (_directory, path) = file();
        assert!(left(&path).is_none());
        drop(Room::take(&path, 3).unwrap());
        assert!(left(&path).unwrap().at > 1_700_000_000);
        fs::write(next(&path), "CANARY-new").unwrap();
        assert_eq!(left(&path).unwrap().text.expose(), "CANARY-new");
        Room::take(&path, 3).unwrap().give_back();
        assert!(left(&path).is_none());
        drop(Room::take(&path, 3).unwrap());
        clear(&path);
        assert!(!next(&path).exists() && text(&path) == "old");
    }

    #[test]
    fn a_link_in_its_place_leads_nowhere() {
        let (directory, path) = file();
        let other = directory.path().join("other");
        fs::write(&other, "kept").unwrap();
        std::os::unix::fs::symlink(&other, next(&path)).unwrap();
        assert!(left(&path).is_none());
        Room::take(&path, 3).unwrap().put(b"new").unwrap();
        assert_eq!((text(&other), text(&path)), ("kept".into(), "new".into()));
        assert!(!path.is_symlink());
    }

    #[test]
    fn where_there_is_no_room_nothing_is_left() {
        let (directory, path) = file();
        fs::create_dir(next(&path)).unwrap();
        assert_eq!(Room::take(&path, 3).unwrap_err().kind, FileFailureKind::Write);
        let full = Path::new("/dev/full/alerts.json");
        assert!(Room::take(full, 3).is_err());
        drop(directory);
    }
}
