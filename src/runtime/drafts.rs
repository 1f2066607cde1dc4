//! The draft of an unfinished wizard: what may be read in one file, its secrets in another beside it. One at a time;
//! what it holds `account::draft` knows.

use std::path::PathBuf;

use super::{
    disk::{self, Kind, beside},
    files::{Places, content},
    staged,
};
use crate::{
    account::draft::{Draft, Unreadable},
    wizard::effect::{FileFailure, FileFailureKind},
};

impl Places {
    /// A draft that cannot be taken up is kept under other names, since the next one takes its place; the
    /// failure says so.
    pub fn draft(&self) -> Result<Option<Draft>, FileFailure> {
        self.read_draft().map_err(|failure| {
            let why = match failure.kind {
                FileFailureKind::TooOpen => "others could read it",
                _ => &failure.detail,
            };
            let aside = match self.set_draft_aside() {
                Ok(()) => "the draft is kept as draft.*.bad".to_owned(),
                Err(error) => format!("the draft cannot be kept aside: {error}"),
            };
            FileFailure { detail: format!("{why}; {aside}"), ..failure }
        })
    }

    /// What may be read of it, by somebody who is not to go on with it: everything stays as it is.
    pub fn draft_as_it_is(&self) -> Result<Option<Draft>, FileFailure> {
        let [path, _] = self.draft_files();
        let Some(clear) = disk::read(&path, Kind::Plain)? else { return Ok(None) };
        Draft::parse(clear.expose(), None).map(Some).map_err(|error| content(&path, &error))
    }

    fn read_draft(&self) -> Result<Option<Draft>, FileFailure> {
        let [clear_path, secret_path] = self.draft_files();
        staged::sweep(&secret_path);
        let Some(clear) = disk::read(&clear_path, Kind::Plain)? else { return Ok(None) };
        let secret = disk::read(&secret_path, Kind::Secret)?;
        let draft = Draft::parse(clear.expose(), secret.as_ref()).map_err(|error| match error {
            Unreadable::Secrets { .. } => content(&secret_path, &error),
            Unreadable::Toml(_) | Unreadable::Version(_) => content(&clear_path, &error),
        })?;
        Ok(Some(draft))
    }

    fn set_draft_aside(&self) -> Result<(), FileFailure> {
        let [clear, secret] = self.draft_files();
        disk::set_aside(&clear, &beside(&clear, ".bad"), Kind::Plain)?;
        disk::set_aside(&secret, &beside(&secret, ".bad"), Kind::Secret)
    }

    pub fn keep_draft(&self, draft: &Draft) -> Result<(), FileFailure> {
        let (clear, secret) = draft.texts();
        let [clear_path, secret_path] = self.draft_files();
        match secret {
            Some(secret) => staged::write(&secret_path, secret.expose().as_bytes(), Kind::Secret)?,
            None => disk::remove(&secret_path)?,
        }
        staged::write(&clear_path, clear.as_bytes(), Kind::Secret)
    }

    pub fn drop_draft(&self) -> Result<(), FileFailure> {
        let [clear, secret] = self.draft_files();
        disk::remove(&clear)?;
        disk::remove(&secret)
    }

    /// What may be read, and what may not.
    fn draft_files(&self) -> [PathBuf; 2] {
        ["draft.toml", "draft.secret"].map(|name| self.state.join(name))
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the files themselves")]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::{
        super::files::tests::{mode, places},
        *,
    };
    use crate::{account::draft::Secrets, secret::Secret};

    #[test]
    fn a_draft_comes_and_goes() {
        let (_dir, places) = places();
        let mut draft = Draft { step: "consent".into(), ..Draft::default() };
        draft.secrets.client_secret = Some(Secret::new("CANARY"));
        places.keep_draft(&draft).unwrap();
        assert_eq!(mode(&places.state.join("draft.secret")), 0o600);
        assert_eq!(places.draft().unwrap().unwrap().secrets, draft.secrets);
        draft.secrets = Secrets::default();
        places.keep_draft(&draft).unwrap();
        assert!(!places.state.join("draft.secret").exists());
        places.drop_draft().unwrap();
        assert_eq!(places.draft(), Ok(None));
    }

    fn kept() -> (tempfile::TempDir, Places) {
        let (dir, places) = places();
        let mut draft = Draft { step: "consent".into(), ..Draft::default() };
        draft.secrets.client_secret = Some(Secret::new("CANARY"));
        places.keep_draft(&draft).unwrap();
        (dir, places)
    }

    #[test]
    fn a_draft_that_cannot_be_understood_is_set_aside_and_named() {
        for (name, broken) in [("draft.toml", &b"version = 99"[..]), ("draft.toml", b"\xff"), ("draft.secret", b"{")] {
            let (_dir, places) = kept();
            let path = places.state.join(name);
            fs::write(&path, broken).unwrap();
            let failure = places.draft().unwrap_err();
            assert_eq!((failure.kind, failure.path), (FileFailureKind::Content, path.display().to_string()));
            assert!(failure.detail.ends_with("kept as draft.*.bad"), "{}", failure.detail);
            assert_eq!(fs::read(beside(&path, ".bad")).unwrap(), broken);
            assert_eq!(places.draft(), Ok(None));
        }
    }

    #[test]
    fn a_draft_whose_secrets_others_could_read_is_set_aside_and_closed() {
        let (_dir, places) = kept();
        let secret = places.state.join("draft.secret");
        fs::set_permissions(&secret, Permissions::from_mode(0o644)).unwrap();
        let failure = places.draft().unwrap_err();
        assert_eq!((failure.kind, failure.path), (FileFailureKind::TooOpen, secret.display().to_string()));
        assert_eq!(mode(&beside(&secret, ".bad")), 0o600);
        assert!(places.state.join("draft.toml.bad").exists() && !secret.exists());
    }
}
