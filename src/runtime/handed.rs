//! A file for another program or another machine: whole or not at all, and what was there stays beside it as
//! `….old`. Nothing that is kept so is replaced, since it may be somebody's own; the next is `….old.1`. It holds
//! no secret.

#![expect(clippy::disallowed_methods, reason = "what stands at the place is looked at here")]

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    disk::{self, Kind, failure},
    files::Places,
    staged::{self, Staged},
};
use crate::wizard::effect::{Beside, FileFailure, FileFailureKind, Written};

/// More than any program's configuration has.
const MOST: u64 = 16 * 1024 * 1024;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    New,
    /// It said the same already and was left alone.
    Same,
    /// The other text is kept here.
    Replaced(PathBuf),
}

/// Every failure is one to write. A symbolic link is followed; what is no file (a directory, a device, a pipe) is
/// refused, since a rename would take its place.
pub fn hand_over(path: &Path, text: &str) -> Result<Handed, FileFailure> {
    let unwritten = |detail: &dyn ToString| failure(FileFailureKind::Write, path, detail.to_string());
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => return Err(unwritten(&"there is something that is no file")),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            staged::write(path, text.as_bytes(), Kind::Private)?;
            return Ok(Handed::New);
        }
        Err(error) => return Err(unwritten(&error)),
    }
    let there = disk::regular(path, Kind::Private, MOST).map_err(|failure| unwritten(&failure.detail))?;
    if *there == text.as_bytes() {
        return Ok(Handed::Same);
    }
    let kept = Staged::old_of(path, &there, Kind::Private)?;
    let new = Staged::new(path, text.as_bytes(), Kind::Private)?;
    let old = kept.put_beside()?;
    disk::settle(&new.put()?)?;
    Ok(Handed::Replaced(old))
}

/// Beside the configuration.
pub fn beside(places: &Places, files: &[Beside]) -> Result<Vec<Written>, FileFailure> {
    let write = |file: &Beside| {
        let path = places.config.join(&file.name);
        let old = match hand_over(&path, &file.text)? {
            Handed::Replaced(old) => Some(old),
            Handed::New | Handed::Same => None,
        };
        Ok(Written { path, old })
    };
    files.iter().map(write).collect()
}

#[cfg(test)]
mod tests {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_its_owners_and_another_text_is_kept_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let (path, old) = (directory.path().join("new/rc"), directory.path().join("new/rc.old"));
        assert_eq!((hand_over(&path, "one").unwrap(), mode(&path)), (Handed::New, 0o600));
        assert_eq!((hand_over(&path, "one").unwrap(), old.exists()), (Handed::Same, false));
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert_eq!(hand_over(&path, "two").unwrap(), Handed::Replaced(old.clone()));
        assert_eq!(
            (fs::read_to_string(&path).unwrap(), fs::read_to_string(&old).unwrap()),
            ("two".into(), "one".into())
        );
        assert_eq!((mode(&path), mode(&old)), (0o640, 0o640));
    }

    #[test]
    fn another_text_is_kept_beside_the_new_one_and_the_same_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places { config: directory.path().join("config"), state: directory.path().join("state") };
        let old = places.config.join("answers-alerts.toml.old");
        let answers = |text: &str| {
            let file = Beside { name: "answers-alerts.toml".into(), text: text.into() };
            beside(&places, &[file]).unwrap().remove(0)
        };
        let path = answers("one");
        assert_eq!(answers("one"), path);
        assert!(path.old.is_none() && !old.exists());
        assert_eq!(answers("two").old.as_ref(), Some(&old));
        assert_eq!(
            (fs::read_to_string(path.path).unwrap(), fs::read_to_string(old).unwrap()),
            ("two".into(), "one".into())
        );
    }

    #[test]
    fn nothing_that_is_kept_is_replaced_and_no_link_there_is_followed() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("rc"), "by hand").unwrap();
        fs::write(at("other"), "of somebody else").unwrap();
        symlink(at("other"), at("rc.old.1")).unwrap();
        for (text, old) in [("one", "rc.old"), ("two", "rc.old.2"), ("three", "rc.old.3")] {
            assert_eq!(hand_over(&at("rc"), text).unwrap(), Handed::Replaced(at(old)));
        }
        let texts = ["rc.old", "other", "rc.old.2", "rc.old.3"].map(|name| fs::read_to_string(at(name)).unwrap());
        assert_eq!(texts, ["by hand", "of somebody else", "one", "two"]);
    }

    #[test]
    fn what_is_too_long_to_be_kept_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rc");
        fs::File::create(&path).unwrap().set_len(MOST + 1).unwrap();
        assert_eq!(hand_over(&path, "one").unwrap_err().kind, FileFailureKind::Write);
        assert_eq!(fs::metadata(path).unwrap().len(), MOST + 1);
    }

    #[test]
    fn a_link_is_written_through_and_what_is_no_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("real"), "one").unwrap();
        symlink(at("real"), at("link")).unwrap();
        assert_eq!(hand_over(&at("link"), "two").unwrap(), Handed::Replaced(at("link.old")));
        assert_eq!(fs::read_to_string(at("real")).unwrap(), "two");
        symlink("/nonexistent/file", at("astray")).unwrap();
        for path in [directory.path(), Path::new("/dev/null"), &at("astray"), &at("real/below")] {
            assert_eq!(hand_over(path, "x").unwrap_err().kind, FileFailureKind::Write, "{}", path.display());
        }
        assert!(at("astray").is_symlink());
    }
}
