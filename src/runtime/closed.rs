//! Who else can read or write a file, or put another in its place. What is open to them is refused, with the command
//! that closes it; nothing is changed here.

#![expect(clippy::disallowed_methods, reason = "modes are looked at here")]

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::Path,
};

use super::disk::{self, Kind, failure};
use crate::{
    shell,
    wizard::effect::{FileFailure, FileFailureKind},
};

const STICKY: u32 = 0o1000;

/// A file as it was opened, and for one with secrets its directory as well.
pub fn check(path: &Path, kind: Kind, found: &Metadata) -> Result<(), FileFailure> {
    let (mask, mode) = match kind {
        Kind::Secret => (0o077, 600),
        Kind::Shared => (0o027, 640),
        Kind::Plain | Kind::Private => return Ok(()),
    };
    if found.mode() & mask != 0 {
        let detail = format!("mode {:04o}; chmod {mode} {}", found.mode() & 0o777, named(path, "FILE"));
        return Err(failure(FileFailureKind::TooOpen, path, detail));
    }
    let user = rustix::process::geteuid();
    if kind == Kind::Secret && !user.is_root() && found.uid() != user.as_raw() {
        return Err(failure(FileFailureKind::TooOpen, path, format!("it belongs to user {}", found.uid())));
    }
    directory(path)
}

/// Whoever may write a directory can put another file in a secret one's place; with the sticky bit only in place of
/// their own.
fn directory(file: &Path) -> Result<(), FileFailure> {
    let Ok(target) = disk::target(file) else { return Ok(()) };
    let directory = disk::directory(&target);
    match fs::metadata(directory) {
        Ok(found) if found.mode() & 0o022 != 0 && found.mode() & STICKY == 0 => {
            Err(writable(directory, &found, "go-w"))
        }
        _ => Ok(()),
    }
}

/// A file that says where secrets go, and its directory.
pub fn to_writers(file: &Path) -> Result<(), FileFailure> {
    let Ok(target) = disk::target(file) else { return Ok(()) };
    to_other_writers(&target)?;
    to_other_writers(disk::directory(&target))
}

/// The group may write where nobody else is in it: so files are made where each user has a group (umask 002). What is
/// not there is nobody's.
pub fn to_other_writers(path: &Path) -> Result<(), FileFailure> {
    let Ok(found) = fs::metadata(path) else { return Ok(()) };
    if found.is_dir() && found.mode() & STICKY != 0 {
        return Ok(());
    }
    if found.mode() & 0o020 != 0 && !is_private(&found) {
        return Err(writable(path, &found, "go-w"));
    }
    if found.mode() & 0o002 != 0 {
        return Err(writable(path, &found, "o-w"));
    }
    Ok(())
}

/// Whether the file's group is its owner's alone. One that is not listed here is, when it has the owner's number.
fn is_private(found: &Metadata) -> bool {
    let owner = disk::user(found.uid());
    let groups = disk::list("/etc/group");
    match groups.lines().find(|line| line.split(':').nth(2) == Some(&found.gid().to_string())) {
        Some(line) => {
            let others = line.split(':').nth(3).unwrap_or_default().split(',');
            let own = found.gid() == 0 || line.split(':').next() == owner.as_deref();
            own && others.into_iter().all(|member| member.is_empty() || Some(member) == owner.as_deref())
        }
        None => found.gid() == found.uid(),
    }
}

fn writable(path: &Path, found: &Metadata, change: &str) -> FileFailure {
    let placeholder = if found.is_dir() { "DIRECTORY" } else { "FILE" };
    let detail = format!("mode {:04o}; chmod {change} {}", found.mode() & 0o7777, named(path, placeholder));
    failure(FileFailureKind::Writable, path, detail)
}

fn named(path: &Path, placeholder: &str) -> String {
    shell::path(path).unwrap_or_else(|| placeholder.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt, chown},
        path::PathBuf,
    };

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn file(directory: &Path, name: &str) -> PathBuf {
        let path = directory.join(name);
        fs::write(&path, "CANARY").unwrap();
        path
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_closes_it() {
        let directory = tempfile::tempdir().unwrap();
        for (name, shown) in [("it's $(mine)", Some(r"it'\''s $(mine)'")), ("a\nb", None)] {
            let path = file(directory.path(), name);
            set(&path, 0o640);
            let refused = disk::read(&path, Kind::Secret).unwrap_err();
            let shown = shown.map_or("FILE".into(), |name| format!("'{}/{name}", directory.path().display()));
            assert_eq!(refused.detail, format!("mode 0640; chmod 600 {shown}"));
        }
    }

    #[test]
    fn a_secret_where_others_may_write_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = file(directory.path(), "app.key");
        set(&path, 0o600);
        for (mode, refused) in [(0o777, true), (0o770, true), (0o1777, false), (0o755, false)] {
            set(directory.path(), mode);
            for kind in [Kind::Secret, Kind::Shared] {
                let read = disk::regular(&path, kind, 100);
                let kind = read.as_ref().map_err(|failure| failure.kind).err();
                assert_eq!(kind, refused.then_some(FileFailureKind::Writable), "{mode:o}");
            }
            assert!(disk::regular(&path, Kind::Plain, 100).is_ok());
        }
    }

    #[test]
    fn what_says_where_secrets_go_is_not_others_to_write() {
        let directory = tempfile::tempdir().unwrap();
        let path = file(directory.path(), "config.toml");
        for (of_file, of_directory, detail) in [
            (0o644, 0o755, None),
            (0o664, 0o1777, None),
            (0o666, 0o700, Some(format!("mode 0666; chmod o-w {}", path.display()))),
            (0o644, 0o777, Some(format!("mode 0777; chmod o-w {}", directory.path().display()))),
        ] {
            set(&path, of_file);
            set(directory.path(), of_directory);
            chown(&path, None, Some(rustix::process::getegid().as_raw())).unwrap();
            let detail_of = |checked: Result<(), FileFailure>| checked.err().map(|failure| failure.detail);
            assert_eq!(detail_of(to_writers(&path)), detail, "{of_file:o} {of_directory:o}");
        }
        assert_eq!(to_writers(Path::new("/nonexistent/config.toml")), Ok(()));
    }

    /// Only root can give a file to a group it is not in.
    #[test]
    fn a_group_of_others_may_not_write_either() {
        let directory = tempfile::tempdir().unwrap();
        let path = file(directory.path(), "config.toml");
        if chown(&path, Some(54_321), Some(54_323)).is_err() {
            return;
        }
        set(&path, 0o664);
        let refused = to_writers(&path).unwrap_err();
        assert!(refused.detail.starts_with("mode 0664; chmod go-w "), "{}", refused.detail);
        chown(&path, Some(54_321), Some(54_321)).unwrap();
        assert_eq!(to_writers(&path), Ok(()));
    }
}
