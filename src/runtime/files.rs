//! Files: where they are, read whole, written whole or not at all. A secret file is `0600` and is refused
//! when it is looser; a lock keeps two processes from renewing one token.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    account::{config::Config, draft::Draft, vault::Vault},
    facts::AccountName,
    secret::Secret,
    wizard::effect::{Existing, FileFailure, FileFailureKind, Saving},
};

/// The two directories, settled by the caller from options and environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    pub config: PathBuf,
    pub state: PathBuf,
}

/// Secret files are their owner's alone.
const SECRET: u32 = 0o600;
const PLAIN: u32 = 0o644;
/// Longer than a refresh may take (HTTP 30 s), so that a waiting process gets the one refresh's result.
const LOCK_WAIT: Duration = Duration::from_secs(45);
const LOCK_LOOK: Duration = Duration::from_millis(20);

impl Places {
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    pub fn vault_file(&self, account: &AccountName) -> PathBuf {
        self.state.join("accounts").join(format!("{account}.json"))
    }

    fn lock_file(&self, account: &AccountName) -> PathBuf {
        self.state.join("accounts").join(format!("{account}.lock"))
    }

    pub fn config(&self) -> Result<Option<Config>, FileFailure> {
        let path = self.config_file();
        let text = read(&path, false)?;
        text.map(|text| Config::parse(text.expose()).map_err(|error| content(&path, &error))).transpose()
    }

    pub fn vault(&self, account: &AccountName) -> Result<Option<Vault>, FileFailure> {
        let path = self.vault_file(account);
        let text = read(&path, true)?;
        text.map(|text| Vault::parse(&text).map_err(|error| content(&path, &error))).transpose()
    }

    pub fn write_vault(&self, account: &AccountName, vault: &Vault) -> Result<PathBuf, FileFailure> {
        let path = self.vault_file(account);
        write(&path, vault.text().expose().as_bytes(), SECRET)?;
        Ok(path)
    }

    pub fn draft(&self) -> Option<Draft> {
        let clear = read(&self.state.join("draft.toml"), false).ok()??;
        let secret = read(&self.state.join("draft.secret"), true).ok().flatten();
        Draft::parse(clear.expose(), secret.as_ref())
    }

    pub fn keep_draft(&self, draft: &Draft) -> Result<(), FileFailure> {
        let (clear, secret) = draft.texts();
        let path = self.state.join("draft.secret");
        match secret {
            Some(secret) => write(&path, secret.expose().as_bytes(), SECRET)?,
            None => remove(&path)?,
        }
        write(&self.state.join("draft.toml"), clear.as_bytes(), SECRET)
    }

    pub fn drop_draft(&self) -> Result<(), FileFailure> {
        remove(&self.state.join("draft.toml"))?;
        remove(&self.state.join("draft.secret"))
    }

    pub fn inspect(&self, account: &AccountName) -> Result<Existing, FileFailure> {
        let (config_path, vault_path) = (self.config_file(), self.vault_file(account));
        let config = read(&config_path, false)?.map(|text| text.expose().to_owned());
        let vault_exists = vault_path.exists();
        Ok(Existing { config_path, config, vault_path, vault_exists })
    }

    /// The account's file first: a configuration without it would name an account that cannot work.
    pub fn save(&self, saving: &Saving) -> Result<Vec<PathBuf>, FileFailure> {
        let config_path = self.config_file();
        let now = read(&config_path, false)?.map(|text| text.expose().to_owned());
        if now != saving.expected {
            return Err(failure(FileFailureKind::Changed, &config_path, "not as shown"));
        }
        let _lock = self.lock(&saving.account)?;
        keep_old(&self.vault_file(&saving.account), SECRET)?;
        let vault = self.write_vault(&saving.account, &saving.vault)?;
        keep_old(&config_path, PLAIN)?;
        write(&config_path, saving.config.as_bytes(), PLAIN)?;
        Ok(vec![config_path, vault])
    }

    /// Held until the value is dropped.
    #[expect(clippy::disallowed_methods, reason = "waiting for another process")]
    pub fn lock(&self, account: &AccountName) -> Result<File, FileFailure> {
        let path = self.lock_file(account);
        make_directory(&path)?;
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(SECRET).open(&path);
        let file = opened.map_err(|error| failure(FileFailureKind::Write, &path, error))?;
        let until = Instant::now() + LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOCK_LOOK),
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(failure(FileFailureKind::Locked, &path, "another process holds the lock"));
                }
                Err(fs::TryLockError::Error(error)) => return Err(failure(FileFailureKind::Write, &path, error)),
            }
        }
    }
}

fn failure(kind: FileFailureKind, path: &Path, detail: impl ToString) -> FileFailure {
    FileFailure { kind, path: path.display().to_string(), detail: detail.to_string() }
}

fn content(path: &Path, error: &dyn std::error::Error) -> FileFailure {
    failure(FileFailureKind::Content, path, error)
}

/// `None` when there is no such file.
#[expect(clippy::disallowed_methods, reason = "files are read here")]
fn read(path: &Path, secret: bool) -> Result<Option<Secret>, FileFailure> {
    let trouble = |error: io::Error| failure(FileFailureKind::Read, path, error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(trouble(error)),
    };
    if secret {
        closed_to_others(path, &file.metadata().map_err(trouble)?)?;
    }
    let text = io::read_to_string(file).map_err(trouble)?;
    Ok(Some(Secret::new(text)))
}

fn closed_to_others(path: &Path, metadata: &Metadata) -> Result<(), FileFailure> {
    let mode = metadata.permissions().mode() & 0o777;
    let owner = rustix::process::geteuid().as_raw();
    if mode & 0o077 != 0 {
        return Err(failure(FileFailureKind::TooOpen, path, format!("mode {mode:04o}; chmod 600 {}", path.display())));
    }
    if metadata.uid() != owner && owner != 0 {
        return Err(failure(FileFailureKind::TooOpen, path, format!("it belongs to user {}", metadata.uid())));
    }
    Ok(())
}

/// Whole or not at all: a temporary file beside it, on the disk, then renamed over it. A file that is
/// there keeps its mode and owner unless it is secret; a symbolic link is followed, not replaced.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FileFailure> {
    make_directory(path)?;
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    replace(&target, bytes, mode).map_err(|error| failure(FileFailureKind::Write, path, error))
}

fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let before = fs::metadata(path).ok();
    let mut file = tempfile::Builder::new().permissions(Permissions::from_mode(SECRET)).tempfile_in(directory)?;
    file.write_all(bytes)?;
    if mode != SECRET {
        let kept = before.as_ref().map_or(mode, |before| before.permissions().mode() & 0o777);
        file.as_file().set_permissions(Permissions::from_mode(kept))?;
    }
    if let Some(before) = before.filter(|_| rustix::process::geteuid().is_root()) {
        std::os::unix::fs::fchown(file.as_file(), Some(before.uid()), Some(before.gid()))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_directory(directory)
}

/// The rename itself must survive a power cut.
#[expect(clippy::disallowed_methods, reason = "files are written here")]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn make_directory(file: &Path) -> Result<(), FileFailure> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| failure(FileFailureKind::Write, directory, error))
}

/// The file as it was, beside the one about to be written: `config.toml.old`.
fn keep_old(path: &Path, mode: u32) -> Result<(), FileFailure> {
    match read(path, false)? {
        Some(old) => {
            let mut name = path.as_os_str().to_owned();
            name.push(".old");
            write(Path::new(&name), old.expose().as_bytes(), mode)
        }
        None => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), FileFailure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failure(FileFailureKind::Write, path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> (tempfile::TempDir, Places) {
        let dir = tempfile::tempdir().unwrap();
        let places = Places { config: dir.path().join("config"), state: dir.path().join("config/state") };
        (dir, places)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn saving(expected: Option<&str>) -> Saving {
        Saving {
            account: "alerts".parse().unwrap(),
            config: "version = 1\n".into(),
            expected: expected.map(str::to_owned),
            vault: Vault::new(Some(Secret::new("CANARY"))),
        }
    }

    #[test]
    fn a_vault_is_its_owners_alone_and_refused_when_it_is_not() {
        let (_dir, places) = places();
        let name = "alerts".parse().unwrap();
        let path = places.write_vault(&name, &Vault::new(None)).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert!(places.vault(&name).unwrap().is_some());
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert_eq!(places.vault(&name).unwrap_err().kind, FileFailureKind::TooOpen);
    }

    #[test]
    fn what_was_changed_meanwhile_is_not_overwritten() {
        let (_dir, places) = places();
        places.save(&saving(None)).unwrap();
        assert_eq!(places.save(&saving(None)).unwrap_err().kind, FileFailureKind::Changed);
        places.save(&saving(Some("version = 1\n"))).unwrap();
        assert!(places.config.join("config.toml.old").exists());
    }

    #[test]
    fn a_link_is_written_through_and_a_mode_is_kept() {
        let (dir, places) = places();
        fs::create_dir_all(&places.config).unwrap();
        let real = dir.path().join("real.toml");
        write(&real, b"version = 1\n", PLAIN).unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, places.config_file()).unwrap();
        places.save(&saving(Some("version = 1\n"))).unwrap();
        assert!(fs::symlink_metadata(places.config_file()).unwrap().is_symlink());
        assert_eq!(mode(&real), 0o640);
    }

    #[test]
    fn a_draft_comes_and_goes() {
        let (_dir, places) = places();
        let mut draft = Draft { step: "consent".into(), ..Draft::default() };
        draft.secrets.client_secret = Some(Secret::new("CANARY"));
        places.keep_draft(&draft).unwrap();
        assert_eq!(mode(&places.state.join("draft.secret")), 0o600);
        assert_eq!(places.draft().unwrap().secrets, draft.secrets);
        draft.secrets = crate::account::draft::Secrets::default();
        places.keep_draft(&draft).unwrap();
        assert!(!places.state.join("draft.secret").exists());
        places.drop_draft().unwrap();
        assert_eq!(places.draft(), None);
    }
}
