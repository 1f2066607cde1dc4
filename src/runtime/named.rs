//! Files that somebody names to be read, on the command line or in an answers file: no more of them than such a file
//! can hold. What they say is not looked at here.

use std::{io, path::Path};

use super::disk::{self, Kind, failure};
use crate::{
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

/// What systemd hands to a unit. Its modes are systemd's, which lets nobody else into the directory; where there are
/// access control lists the group's bits say nothing of a group.
pub fn credential(path: &Path) -> Result<Secret, FileFailure> {
    disk::read_at_most(path, Kind::Plain, SECRET)?.ok_or_else(|| missing(path))
}

/// Text or not; `None` when it holds more.
pub fn bytes(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    disk::bytes_at_most(path, most)
}

/// What the system calls this user; those of a directory service are not looked up.
pub fn user(number: u32) -> Option<String> {
    let users = disk::bytes_at_most(Path::new("/etc/passwd"), ANSWERS).ok().flatten()?;
    let users = String::from_utf8_lossy(&users);
    let found = users.lines().find(|line| line.split(':').nth(2) == Some(&number.to_string()))?;
    let name = found.split(':').next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

/// Whether there is anything to read.
pub fn exists(path: &Path) -> bool {
    disk::exists(path)
}

fn missing(path: &Path) -> FileFailure {
    failure(FileFailureKind::Read, path, "there is no such file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named() {
        assert_eq!((user(0).as_deref(), user(4_294_967_290)), (Some("root"), None));
    }

    #[test]
    fn a_file_that_has_no_end_is_not_read_to_its_end() {
        assert_eq!(answers(Path::new("/dev/zero")).unwrap_err().kind, FileFailureKind::Content);
        assert_eq!(bytes(Path::new("/dev/zero"), 5).unwrap(), None);
        assert_eq!(bytes(Path::new("/dev/null"), 0).unwrap(), Some(Vec::new()));
        assert_eq!(answers(Path::new("/nonexistent/x")).unwrap_err().kind, FileFailureKind::Read);
    }
}
