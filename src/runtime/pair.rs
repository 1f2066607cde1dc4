//! The certificate an app shows itself by, and its private key, from the files an account names. A key that others
//! can read is not used, wherever it stands; what is no file (a directory, a pipe) is not opened.

use std::path::Path;

use super::disk::{self, Kind};
use crate::{
    entra::{
        Certificate,
        certificate::{Fault, Part, Shown},
    },
    secret::Secret,
    shell,
    wizard::effect::{CertificateFailure, CertificateFiles},
};

/// As much as a field takes; a chain of certificates has a tenth of it.
const MOST: u64 = 64 * 1024;

/// Both must fit each other and the time, which is in Unix seconds.
pub fn read(files: &CertificateFiles, now: i64) -> Result<Certificate, CertificateFailure> {
    let CertificateFiles { certificate, key } = files;
    let bytes = disk::regular(certificate, Kind::Plain, MOST)?;
    let Some(key) = key else {
        let read = Certificate::read(&bytes, None);
        if !matches!(read, Err(Fault::NoKey(..))) {
            // The key is in the same file, so that nobody else may see it.
            disk::regular(certificate, Kind::Secret, MOST)?;
        }
        return judged(read, certificate, certificate, now);
    };
    let key_bytes = disk::regular(key, Kind::Secret, MOST)?;
    judged(Certificate::read(&bytes, Some(&key_bytes)), certificate, key, now)
}

/// With a key that was read elsewhere, from a file of the name `key`.
pub fn read_with_key(
    certificate: &Path,
    key: &Path,
    secret: &Secret,
    now: i64,
) -> Result<Certificate, CertificateFailure> {
    let bytes = disk::regular(certificate, Kind::Plain, MOST)?;
    judged(Certificate::read(&bytes, Some(secret.expose().as_bytes())), certificate, key, now)
}

/// What the certificate alone tells, whatever the time and wherever the key.
pub fn shown(certificate: &Path) -> Result<Shown, CertificateFailure> {
    let bytes = disk::regular(certificate, Kind::Plain, MOST)?;
    Shown::first(&bytes).map_err(|fault| unusable(certificate, fault))
}

fn judged(
    read: Result<Certificate, Fault>,
    certificate: &Path,
    key: &Path,
    now: i64,
) -> Result<Certificate, CertificateFailure> {
    let read = read.and_then(|read| read.shown().valid_at(now).map(|()| read));
    read.map_err(|fault| {
        let path = match fault.part() {
            Part::Certificate => certificate,
            Part::Key => key,
        };
        unusable(path, fault)
    })
}

fn unusable(path: &Path, fault: Fault) -> CertificateFailure {
    CertificateFailure::Unusable { file: shell::path(path).unwrap_or_else(|| "FILE".to_owned()), fault }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write the files themselves")]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
        path::PathBuf,
    };

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;
    use crate::{
        entra::certificate::tests::{certificate, key},
        wizard::effect::FileFailureKind,
    };

    /// Within the dates of the test's certificate.
    const NOW: i64 = 1_790_000_000;

    fn file(directory: &tempfile::TempDir, name: &str, mode: u32, text: &str) -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    fn files(certificate: PathBuf, key: Option<PathBuf>) -> CertificateFiles {
        CertificateFiles { certificate, key }
    }

    #[test]
    fn a_key_is_read_that_nobody_else_can_read() {
        let directory = tempfile::tempdir().unwrap();
        let open = file(&directory, "app.pem", 0o644, &certificate());
        let closed = file(&directory, "app key", 0o600, &key());
        assert!(read(&files(open.clone(), Some(closed.clone())), NOW).is_ok());
        assert!(read_with_key(&open, &closed, &Secret::new(key()), NOW).is_ok());
        for mode in [0o640, 0o604, 0o620, 0o602] {
            fs::set_permissions(&closed, Permissions::from_mode(mode)).unwrap();
            let Err(CertificateFailure::File(refused)) = read(&files(open.clone(), Some(closed.clone())), NOW) else {
                panic!("{mode:o}")
            };
            assert_eq!(refused.kind, FileFailureKind::TooOpen);
            assert!(refused.detail.ends_with(&format!("chmod 600 '{}'", closed.display())), "{}", refused.detail);
        }
    }

    #[test]
    fn a_file_with_both_is_closed_and_one_without_a_key_may_be_open() {
        let directory = tempfile::tempdir().unwrap();
        let both = files(file(&directory, "both.pem", 0o644, &(certificate() + &key())), None);
        assert!(matches!(
            read(&both, NOW),
            Err(CertificateFailure::File(refused)) if refused.kind == FileFailureKind::TooOpen
        ));
        fs::set_permissions(&both.certificate, Permissions::from_mode(0o400)).unwrap();
        assert!(read(&both, NOW).is_ok());
        let alone = files(file(&directory, "app.pem", 0o644, &certificate()), None);
        let Err(CertificateFailure::Unusable { file, fault: Fault::NoKey(..) }) = read(&alone, NOW) else { panic!() };
        assert_eq!(file, alone.certificate.display().to_string());
        assert_eq!(shown(&alone.certificate).unwrap().not_after, 1_809_129_600);
        assert!(matches!(shown(directory.path()), Err(CertificateFailure::File(_))));
    }

    #[test]
    fn the_file_to_blame_is_named_and_the_time_is_looked_at() {
        let directory = tempfile::tempdir().unwrap();
        let open = file(&directory, "app.pem", 0o644, &certificate());
        let empty = file(&directory, "it's empty", 0o600, "");
        let Err(CertificateFailure::Unusable { file: named, fault: Fault::Empty(Part::Key) }) =
            read(&files(open.clone(), Some(empty.clone())), NOW)
        else {
            panic!()
        };
        assert!(named.ends_with(r"/it'\''s empty'"), "{named}");
        let closed = file(&directory, "app.key", 0o600, &key());
        for now in [0, i64::MAX] {
            let late = read(&files(open.clone(), Some(closed.clone())), now).unwrap_err();
            assert!(matches!(
                late,
                CertificateFailure::Unusable { fault: Fault::Expired(_) | Fault::NotYetValid(_), .. }
            ));
        }
    }

    #[test]
    fn what_is_no_file_is_neither_opened_nor_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let long = file(&directory, "long", 0o600, &"x".repeat(70_000));
        for path in [&pipe, directory.path(), Path::new("/dev/zero"), Path::new("/nonexistent/x"), &long] {
            let refused = read(&files(path.to_owned(), None), NOW).unwrap_err();
            assert!(matches!(refused, CertificateFailure::File(_)), "{refused:?}");
        }
    }
}
