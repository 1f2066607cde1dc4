//! One wizard at a time on a state directory: two would overwrite each other's draft. The lock is the kernel's
//! and ends with its process, however that ends; what stands in the file only tells who holds it.

use std::{
    fs::File,
    io::{Read, Write},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    files::Places,
    lock::{self, Attempt, Revoked},
};
use crate::wizard::effect::FileFailure;

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
    /// Takes the lock for `me`; one who is about to end is waited for.
    pub fn sole_wizard(&self, me: &Holder, wait: Duration) -> Result<Taken, FileFailure> {
        let mut file = match lock::attempt(&self.state.join("draft.lock"), wait, &Revoked::default())? {
            Attempt::Taken(file) => file,
            Attempt::Held(file) => return Ok(Taken::By(noted(&file))),
        };
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
#[expect(clippy::disallowed_methods, reason = "tests look at the file itself")]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    fn places(directory: &tempfile::TempDir) -> Places {
        Places { config: directory.path().join("config"), state: directory.path().join("state") }
    }

    fn take(places: &Places, me: &Holder) -> Result<Taken, FileFailure> {
        places.sole_wizard(me, Duration::ZERO)
    }

    #[test]
    fn the_second_is_told_of_the_first_and_the_next_finds_the_way_free() {
        let directory = tempfile::tempdir().unwrap();
        let places = places(&directory);
        let first = Holder { pid: Some(123), since: Some(1_795_305_600), tty: Some("pts/3".into()) };
        let Ok(Taken::Sole(held)) = take(&places, &first) else { panic!("nobody is there") };
        let second = Holder { pid: Some(4), ..Holder::default() };
        assert!(matches!(take(&places, &second), Ok(Taken::By(holder)) if holder == first));
        drop(held);
        assert!(matches!(take(&places, &second), Ok(Taken::Sole(_))));
    }

    #[test]
    fn a_note_that_tells_nothing_is_a_lock_all_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let places = places(&directory);
        let Ok(Taken::Sole(_held)) = take(&places, &Holder::default()) else { panic!("nobody is there") };
        for note in [&b"pid = \"x"[..], b"\xff\0", &[b'#'; 10_000]] {
            fs::write(places.state.join("draft.lock"), note).unwrap();
            assert!(matches!(take(&places, &Holder::default()), Ok(Taken::By(holder)) if holder == Holder::default()));
        }
    }

    #[test]
    fn a_link_in_the_locks_place_empties_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let places = places(&directory);
        fs::create_dir(&places.state).unwrap();
        let other = directory.path().join("other");
        fs::write(&other, "kept").unwrap();
        symlink(&other, places.state.join("draft.lock")).unwrap();
        assert!(take(&places, &Holder::default()).is_err());
        assert_eq!(fs::read_to_string(other).unwrap(), "kept");
    }
}
