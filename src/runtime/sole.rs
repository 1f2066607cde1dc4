//! One wizard at a time on a state directory: two would overwrite each other's draft. The lock is the kernel's
//! and ends with its process, however that ends; what stands in the file only tells who holds it.

#![expect(clippy::disallowed_methods, reason = "another process is waited for, and its note read")]

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    disk::{self, failure},
    files::Places,
};
use crate::wizard::effect::{FileFailure, FileFailureKind};

/// A wizard whose line has dropped looks for its terminal once a second, and then ends by itself.
const WAIT: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);

/// More than a note has.
const NOTE: u64 = 1024;

/// Who has the wizard open; everything but the lock itself may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    pub pid: Option<u32>,
    /// Unix seconds.
    pub since: Option<i64>,
    /// For example `pts/3`.
    pub tty: Option<String>,
}

#[derive(Debug)]
pub enum Taken {
    /// No other may begin until this is dropped.
    Sole(File),
    By(Holder),
}

impl Places {
    /// Takes the lock for `me`, and waits a little for one who is about to end.
    pub fn sole_wizard(&self, me: &Holder) -> Result<Taken, FileFailure> {
        let path = self.state.join("draft.lock");
        let trouble = |error: std::io::Error| failure(FileFailureKind::Write, &path, error);
        disk::make_directory(&path)?;
        let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        let mut file = opened.map_err(trouble)?;
        let until = Instant::now() + WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOOK),
                Err(TryLockError::WouldBlock) => return Ok(Taken::By(noted(&file))),
                Err(TryLockError::Error(error)) => return Err(trouble(error)),
            }
        }
        let note = toml::to_string(me).unwrap_or_default();
        // Without its note the lock still holds.
        let _ = file.set_len(0).and_then(|()| file.write_all(note.as_bytes()));
        Ok(Taken::Sole(file))
    }
}

fn noted(file: &File) -> Holder {
    let mut note = String::new();
    let read = file.take(NOTE).read_to_string(&mut note);
    read.ok().and_then(|_| toml::from_str(&note).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn places(directory: &tempfile::TempDir) -> Places {
        Places { config: directory.path().join("config"), state: directory.path().join("state") }
    }

    #[test]
    fn the_second_is_told_of_the_first_and_the_next_finds_the_way_free() {
        let directory = tempfile::tempdir().unwrap();
        let places = places(&directory);
        let first = Holder { pid: Some(123), since: Some(1_795_305_600), tty: Some("pts/3".into()) };
        let Ok(Taken::Sole(held)) = places.sole_wizard(&first) else { panic!("nobody is there") };
        let second = Holder { pid: Some(4), ..Holder::default() };
        assert!(matches!(places.sole_wizard(&second), Ok(Taken::By(holder)) if holder == first));
        drop(held);
        assert!(matches!(places.sole_wizard(&second), Ok(Taken::Sole(_))));
    }

    #[test]
    fn a_note_that_tells_nothing_is_a_lock_all_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let places = places(&directory);
        let Ok(Taken::Sole(_held)) = places.sole_wizard(&Holder::default()) else { panic!("nobody is there") };
        for note in [&b"pid = \"x"[..], b"\xff\0", &[b'#'; 10_000]] {
            fs::write(places.state.join("draft.lock"), note).unwrap();
            assert!(
                matches!(places.sole_wizard(&Holder::default()), Ok(Taken::By(holder)) if holder == Holder::default())
            );
        }
    }
}
