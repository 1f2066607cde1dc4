//! Files: where they are and what belongs together; `disk` reads and `staged` writes them. A lock keeps two
//! processes from renewing one token, another keeps two wizards from losing one's changes.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    closed,
    disk::{self, Kind, beside, failure},
    lock::{self, Attempt},
    named, room,
    staged::{self, Staged},
};
pub use super::{
    lock::Revoked,
    room::{Left, Room},
};
use crate::{
    account::{
        config::{Config, Each},
        vault::Vault,
    },
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

impl Places {
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    pub fn vault_file(&self, account: &AccountName) -> PathBuf {
        self.state.join("accounts").join(format!("{account}.json"))
    }

    /// What members of the state directory's group may have of the account. No account's name makes another's
    /// file of this one: those end in `.json`.
    pub fn access_file(&self, account: &AccountName) -> PathBuf {
        self.state.join("accounts").join(format!("{account}.access"))
    }

    fn lock_file(&self, account: &AccountName) -> PathBuf {
        self.state.join("accounts").join(format!("{account}.lock"))
    }

    /// It says where secrets are sent.
    fn config_text(&self) -> Result<Option<Secret>, FileFailure> {
        let path = self.config_file();
        closed::to_writers(&path)?;
        disk::read(&path, Kind::Plain)
    }

    pub fn config(&self) -> Result<Option<Config>, FileFailure> {
        let path = self.config_file();
        let text = self.config_text()?;
        text.map(|text| Config::parse(text.expose()).map_err(|error| content(&path, &error))).transpose()
    }

    /// What is configured, account by account; see [`Config::each`].
    pub fn accounts(&self) -> Result<Vec<Each>, FileFailure> {
        let path = self.config_file();
        let text = self.config_text()?;
        let each = text.map(|text| Config::each(text.expose()).map_err(|error| content(&path, &error)));
        Ok(each.transpose()?.unwrap_or_default())
    }

    pub fn vault(&self, account: &AccountName) -> Result<Option<Vault>, FileFailure> {
        let path = self.vault_file(account);
        closed::to_other_writers(&self.state)?;
        let text = disk::read(&path, Kind::Secret)?;
        text.map(|text| Vault::parse(&text).map_err(|error| content(&path, &error))).transpose()
    }

    pub fn write_vault(&self, account: &AccountName, vault: &Vault) -> Result<PathBuf, FileFailure> {
        let path = self.vault_file(account);
        staged::write(&path, vault.text().expose().as_bytes(), Kind::Secret)?;
        Ok(path)
    }

    /// Room for the account's next state, to be taken before anything is asked for.
    pub fn room(&self, account: &AccountName, vault: &Vault) -> Result<Room, FileFailure> {
        Room::take(&self.vault_file(account), vault.text().expose().len())
    }

    /// What was in the room of a process that is gone; looked at under the lock only, or its process may be at work.
    pub fn left(&self, account: &AccountName) -> Option<Left> {
        room::left(&self.vault_file(account))
    }

    /// Nothing that was left there is wanted any more.
    pub fn clear_room(&self, account: &AccountName) {
        room::clear(&self.vault_file(account));
    }

    /// Whether the group is to have something else than it has.
    pub fn is_unshared(&self, account: &AccountName, vault: &Vault) -> bool {
        disk::is_shared(&self.state) && self.shared(account).ok().flatten() != Some(vault.shared())
    }

    /// Where the state directory is set up for it, its group may have the access token, and nothing that outlives it.
    /// Under the account's lock only, or an older token could take a newer one's place.
    pub fn share(&self, account: &AccountName, vault: &Vault) -> Result<(), FileFailure> {
        if !self.is_unshared(account, vault) {
            return Ok(());
        }
        staged::write(&self.access_file(account), vault.shared().text().expose().as_bytes(), Kind::Shared)
    }

    /// What the group may have of the account.
    pub fn shared(&self, account: &AccountName) -> Result<Option<Vault>, FileFailure> {
        let path = self.access_file(account);
        closed::to_other_writers(&self.state)?;
        let text = disk::read(&path, Kind::Shared)?;
        text.map(|text| Vault::parse(&text).map_err(|error| content(&path, &error))).transpose()
    }

    /// Whose account it is, by name where there is one.
    pub fn owner(&self, account: &AccountName) -> Option<String> {
        let number = disk::owner(&self.vault_file(account))?;
        Some(named::user(number).unwrap_or_else(|| format!("user {number}")))
    }

    /// A directory for the accounts, as open as the state directory was made.
    fn prepare(&self) -> Result<(), FileFailure> {
        if disk::is_shared(&self.state) {
            disk::make_shared_directory(&self.state.join("accounts"))?;
        }
        Ok(())
    }

    pub fn inspect(&self, account: &AccountName) -> Result<Existing, FileFailure> {
        let (config_path, vault_path) = (self.config_file(), self.vault_file(account));
        let config = self.config_text()?.map(|text| text.expose().to_owned());
        let vault_exists = disk::exists(&vault_path);
        Ok(Existing { config_path, config, vault_path, vault_exists })
    }

    /// Whether an account could be saved, as far as that is seen without writing anything.
    pub fn try_to_save(&self) -> Result<(), FileFailure> {
        disk::try_directory(&self.config)?;
        let config = self.config_file();
        let target = disk::target(&config).map_err(disk::unwritten(&config))?;
        let lock = self.state.join("config.lock");
        let state = (!disk::exists(&lock)).then_some(self.state.as_path());
        let directories = [disk::directory(&target), &self.state.join("accounts")];
        directories.into_iter().chain(state).try_for_each(disk::try_directory)
    }

    /// The account's file and `config.toml`, both or neither: a refresh token of one registration must not
    /// stand beside the settings of another. Everything is on the disk before the first rename; what was
    /// there stays beside it as `….old`, one of each: more would be more secrets. Revoked before it has the locks it does nothing, afterwards it goes on.
    pub fn save(&self, saving: &Saving, revoked: &Revoked) -> Result<Vec<PathBuf>, FileFailure> {
        let (config_path, vault_path) = (self.config_file(), self.vault_file(&saving.account));
        // Always in this order, or two processes could wait for each other.
        self.prepare()?;
        let _config_lock = lock::take(&self.state.join("config.lock"), revoked)?;
        let _account_lock = lock::take(&self.lock_file(&saving.account), revoked)?;
        self.sweep(&saving.account);
        let now = disk::read(&config_path, Kind::Plain)?.map(|text| text.expose().to_owned());
        if now != saving.expected {
            return Err(failure(FileFailureKind::Changed, &config_path, "not as shown"));
        }
        let vault_before = Staged::again(&vault_path, Kind::Secret)?;
        let vault_old = Staged::old(&vault_path, Kind::Secret)?;
        let config_old = now.map(|text| Staged::old_of(&config_path, text.as_bytes(), Kind::Plain)).transpose()?;
        // One that cannot be read has no dates to keep; it stays beside the new one.
        let before = self.vault(&saving.account).ok().flatten().unwrap_or_default();
        let next = saving.vault.clone().in_place_of(&before);
        let vault = Staged::new(&vault_path, next.text().expose().as_bytes(), Kind::Secret)?;
        let config = Staged::new(&config_path, saving.config.as_bytes(), Kind::Plain)?;
        for old in [vault_old, config_old].into_iter().flatten() {
            old.put()?;
        }
        staged::put_both(vault, vault_before, config)?;
        // A renewal that began before this sign-in has nothing to say of it.
        room::clear(&vault_path);
        // The account is saved whatever becomes of the group's copy; the next token tries it again, and says so.
        let is_shared = self.share(&saving.account, &next).is_ok() && disk::is_shared(&self.state);
        let shared = Some(self.access_file(&saving.account)).filter(|_| is_shared);
        Ok([config_path, vault_path].into_iter().chain(shared).collect())
    }

    /// Held until the value is dropped.
    pub fn lock(&self, account: &AccountName) -> Result<File, FileFailure> {
        self.prepare()?;
        let lock = lock::take(&self.lock_file(account), &Revoked::default())?;
        self.sweep(account);
        Ok(lock)
    }

    /// Under the lock, where nobody else writes the account's files.
    fn sweep(&self, account: &AccountName) {
        let vault = self.vault_file(account);
        [&vault, &beside(&vault, ".old"), &self.access_file(account)].into_iter().for_each(|path| staged::sweep(path));
    }

    /// The same, or nothing when another process holds it.
    pub fn lock_if_free(&self, account: &AccountName) -> Result<Option<File>, FileFailure> {
        self.prepare()?;
        Ok(match lock::attempt(&self.lock_file(account), Duration::ZERO, &Revoked::default())? {
            Attempt::Taken(lock) => Some(lock),
            Attempt::Held(_) => None,
        })
    }
}

pub(super) fn content(path: &Path, error: &dyn std::error::Error) -> FileFailure {
    failure(FileFailureKind::Content, path, error)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the files themselves")]
pub(super) mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
        sync::Barrier,
        thread,
    };

    use super::{super::disk::beside, *};

    pub fn places() -> (tempfile::TempDir, Places) {
        let dir = tempfile::tempdir().unwrap();
        let places = Places { config: dir.path().join("config"), state: dir.path().join("config/state") };
        (dir, places)
    }

    pub fn mode(path: &Path) -> u32 {
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

    fn save(places: &Places, saving: &Saving) -> Result<Vec<PathBuf>, FileFailure> {
        places.save(saving, &Revoked::default())
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
    fn a_vault_where_others_may_write_is_refused_also_behind_a_link() {
        let (dir, places) = places();
        let name = "alerts".parse().unwrap();
        let path = places.write_vault(&name, &Vault::new(None)).unwrap();
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
        fs::rename(&path, open.join("vault")).unwrap();
        std::os::unix::fs::symlink(open.join("vault"), &path).unwrap();
        let refused = places.vault(&name).unwrap_err();
        assert_eq!(refused.kind, FileFailureKind::Writable);
        assert!(refused.detail.ends_with(&format!("chmod go-w {}", open.display())), "{}", refused.detail);
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        assert!(places.vault(&name).unwrap().is_some());
    }

    #[test]
    fn what_was_changed_meanwhile_is_not_overwritten() {
        let (_dir, places) = places();
        save(&places, &saving(None)).unwrap();
        assert_eq!(save(&places, &saving(None)).unwrap_err().kind, FileFailureKind::Changed);
        save(&places, &saving(Some("version = 1\n"))).unwrap();
        assert!(places.config.join("config.toml.old").exists());
    }

    #[test]
    fn of_two_wizards_that_saw_the_same_file_one_saves() {
        for _ in 0..10 {
            let (_dir, places) = places();
            let at_once = Barrier::new(2);
            let saves = &|account: &str| {
                let saving = Saving { account: account.parse().unwrap(), ..saving(None) };
                at_once.wait();
                save(&places, &saving).is_ok()
            };
            let saved = thread::scope(|scope| {
                let [one, other] = ["one", "other"].map(|account| scope.spawn(move || saves(account)));
                [one.join().unwrap(), other.join().unwrap()]
            });
            assert_ne!(saved[0], saved[1]);
        }
    }

    #[test]
    fn a_configuration_that_cannot_be_written_leaves_the_account_as_it_was() {
        let (_dir, places) = places();
        let name = "alerts".parse().unwrap();
        let before = Vault::new(Some(Secret::new("CANARY-before")));
        places.write_vault(&name, &before).unwrap();
        fs::create_dir_all(&places.config).unwrap();
        std::os::unix::fs::symlink("/nonexistent/config.toml", places.config_file()).unwrap();
        assert_eq!(save(&places, &saving(None)).unwrap_err().kind, FileFailureKind::Write);
        assert_eq!(places.vault(&name).unwrap(), Some(before));
        assert!(!beside(&places.vault_file(&name), ".old").exists());
    }

    #[test]
    fn what_was_there_stays_beside_it_and_no_more_open() {
        let (_dir, places) = places();
        save(&places, &saving(None)).unwrap();
        let (config, vault) = (places.config_file(), places.vault_file(&"alerts".parse().unwrap()));
        fs::set_permissions(&config, Permissions::from_mode(0o600)).unwrap();
        fs::write(beside(&config, ".old"), "older").unwrap();
        save(&places, &saving(Some("version = 1\n"))).unwrap();
        assert_eq!((mode(&beside(&config, ".old")), mode(&beside(&vault, ".old"))), (0o600, 0o600));
        assert_eq!(fs::read_to_string(beside(&config, ".old")).unwrap(), "version = 1\n");
    }

    #[test]
    fn a_link_in_the_place_of_what_was_there_is_replaced() {
        let (dir, places) = places();
        save(&places, &saving(None)).unwrap();
        let other = dir.path().join("other");
        fs::write(&other, "kept").unwrap();
        let olds =
            [places.config_file(), places.vault_file(&"alerts".parse().unwrap())].map(|path| beside(&path, ".old"));
        for old in &olds {
            std::os::unix::fs::symlink(&other, old).unwrap();
        }
        save(&places, &saving(Some("version = 1\n"))).unwrap();
        assert!(olds.iter().all(|old| !old.is_symlink()));
        assert_eq!(fs::read_to_string(other).unwrap(), "kept");
    }
}
