//! The files that somebody hands to the setup: read whole, and no more of them than such a file can hold; and the
//! answers that it hands back. What they say is not looked at here.

use std::path::{Path, PathBuf};

use super::{
    disk::{self, Kind, failure},
    files::Places,
    handed,
};
use crate::{
    facts::AccountName,
    secret::Secret,
    wizard::effect::{FileFailure, FileFailureKind},
};

const ANSWERS: u64 = 1024 * 1024;
/// As much as a field takes.
const SECRET: u64 = 64 * 1024;

pub fn answers(path: &Path) -> Result<String, FileFailure> {
    let text = disk::read_at_most(path, Kind::Plain, ANSWERS)?;
    text.map(|text| text.expose().to_owned()).ok_or_else(|| missing(path))
}

/// Refused when others may read it.
pub fn secret(path: &Path) -> Result<Secret, FileFailure> {
    disk::read_at_most(path, Kind::Secret, SECRET)?.ok_or_else(|| missing(path))
}

/// Beside the configuration, whole or not at all. Another text that stands there is kept as `….old`.
pub fn keep(places: &Places, account: &AccountName, text: &str) -> Result<PathBuf, FileFailure> {
    let path = places.config.join(format!("answers-{account}.toml"));
    handed::hand_over(&path, text)?;
    Ok(path)
}

/// Whether there is anything to read.
pub fn exists(path: &Path) -> bool {
    disk::exists(path)
}

fn missing(path: &Path) -> FileFailure {
    failure(FileFailureKind::Read, path, "there is no such file")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the files themselves")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn another_text_is_kept_beside_the_new_one_and_the_same_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places { config: directory.path().join("config"), state: directory.path().join("state") };
        let account = "alerts".parse().unwrap();
        let old = places.config.join("answers-alerts.toml.old");
        let path = keep(&places, &account, "one").unwrap();
        assert_eq!(keep(&places, &account, "one").unwrap(), path);
        assert!(!old.exists());
        keep(&places, &account, "two").unwrap();
        assert_eq!((fs::read_to_string(path).unwrap(), fs::read_to_string(old).unwrap()), ("two".into(), "one".into()));
    }

    #[test]
    fn a_file_that_has_no_end_is_not_read_to_its_end() {
        assert_eq!(answers(Path::new("/dev/zero")).unwrap_err().kind, FileFailureKind::Content);
        assert_eq!(answers(Path::new("/nonexistent/x")).unwrap_err().kind, FileFailureKind::Read);
    }
}
