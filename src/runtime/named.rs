//! Files that somebody names to be read, on the command line or in an answers file: no more of them than such a file
//! can hold. What they say is not looked at here.

use std::path::Path;

use super::disk::{self, Kind, failure};
use crate::{
    secret::Secret,
    wizard::effect::{FileFailure, FileFailureKind},
};

/// Of TOML.
const TEXT: u64 = 1024 * 1024;
/// As much as a field takes.
const SECRET: u64 = 64 * 1024;

/// Answers, or evidence of a failure.
pub fn document(path: &Path) -> Result<String, FileFailure> {
    Ok(text(path, Kind::Plain, TEXT)?.expose().to_owned())
}

/// Refused when others may read it.
pub fn secret(path: &Path) -> Result<Secret, FileFailure> {
    text(path, Kind::Secret, SECRET)
}

/// What systemd hands to a unit: 0400, or 0440 where there is an access control list, whose bits those of the group
/// are.
pub fn credential(path: &Path) -> Result<Secret, FileFailure> {
    text(path, Kind::Shared, SECRET)
}

fn text(path: &Path, kind: Kind, most: u64) -> Result<Secret, FileFailure> {
    let bytes = disk::regular(path, kind, most)?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| failure(FileFailureKind::Content, path, "it is not valid UTF-8"))?;
    Ok(Secret::new(text))
}

/// What the system calls this user; those of a directory service are not looked up.
pub fn user(number: u32) -> Option<String> {
    let name = disk::user(number)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

/// Whether this user may read it; what it holds is looked at later.
pub fn readable(path: &Path) -> Result<(), FileFailure> {
    disk::regular(path, Kind::Plain, disk::OURS).map(drop)
}

/// Whether there is anything to read.
pub fn exists(path: &Path) -> bool {
    disk::exists(path)
}

#[cfg(test)]
mod tests {
    use super::{super::staged, *};

    #[test]
    fn a_user_is_named() {
        assert_eq!((user(0).as_deref(), user(4_294_967_290)), (Some("root"), None));
    }

    #[test]
    fn what_is_no_file_is_not_waited_for_and_no_more_is_read_than_such_a_file_can_hold() {
        let directory = tempfile::tempdir().unwrap();
        let (pipe, long) = (directory.path().join("pipe"), directory.path().join("long"));
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o600.into()).unwrap();
        staged::write(&long, &[b'x'; TEXT as usize + 1], Kind::Plain).unwrap();
        for path in [&pipe, directory.path(), Path::new("/dev/zero"), Path::new("/nonexistent/x")] {
            assert_eq!(document(path).unwrap_err().kind, FileFailureKind::Read, "{}", path.display());
        }
        assert_eq!(document(&long).unwrap_err().kind, FileFailureKind::Content);
    }
}
