//! A configured account in a directory of its own, and the program run with it. Whatever the program
//! writes is searched for the account's secrets, unless handing them out is what it was asked for.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    process::{Finished, finish},
    simulated::{SCOPE, Simulated, program},
};

pub struct Account {
    pub directory: TempDir,
}

/// Where mail goes, and whose certificates count.
pub struct Server<'a> {
    pub user: &'a str,
    pub port: u16,
    pub security: &'a str,
    pub ca_file: &'a Path,
}

impl Account {
    /// As the wizard would have written it: tokens of the simulator, mail to `server`.
    pub fn signed_in(simulated: &Simulated, server: &Server<'_>) -> Self {
        let account = Self::empty();
        account.configure(simulated, server);
        let tokens = simulated.signed_in();
        let vault = json!({
            "version": 1, "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"],
            "expires_at": chrono::Utc::now().timestamp() + 3599, "scope": tokens["scope"],
        });
        let file = account.vault_file();
        DirBuilder::new().recursive(true).mode(0o700).create(file.parent().unwrap()).unwrap();
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(file).unwrap();
        file.write_all(vault.to_string().as_bytes()).unwrap();
        account
    }

    pub fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub fn configure(&self, simulated: &Simulated, server: &Server<'_>) {
        let Server { user, port, security, ca_file } = server;
        let [tenant, client_id, authority] = ["tenant", "client_id", "authority"].map(|key| simulated.text(key));
        let scopes: Vec<&str> = SCOPE.split(' ').collect();
        let config = format!(
            "version = 1\n[accounts.alerts]\nuser = {user:?}\ncloud = \"custom\"\ntenant = {tenant:?}\n\
             client_id = {client_id:?}\nscopes = {scopes:?}\n\
             [accounts.alerts.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = {security:?}\n\
             [accounts.alerts.endpoints]\nauthority = {authority:?}\nca_file = {ca_file:?}\n",
        );
        fs::write(self.directory.path().join("config.toml"), config).unwrap();
    }

    /// From an address that is not the user's.
    pub fn sends_as(&self, sender: &str) {
        let path = self.directory.path().join("config.toml");
        let config = fs::read_to_string(&path).unwrap();
        fs::write(path, config.replacen("\ncloud", &format!("\nsender = {sender:?}\ncloud"), 1)).unwrap();
    }

    pub fn command(&self) -> Command {
        let mut command = program();
        command.arg("--config").arg(self.directory.path());
        command
    }

    /// Nothing secret is in its output.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let finished = finish(self.command().args(arguments), "");
        self.is_discreet(&finished.out);
        self.is_discreet(&finished.err);
        finished
    }

    /// `smtp-oauth token` with these options.
    pub fn token(&self, options: &[&str]) -> String {
        let out = finish(self.command().arg("token").args(options), "").done();
        out.strip_suffix('\n').unwrap().to_owned()
    }

    pub fn vault_file(&self) -> PathBuf {
        self.directory.path().join("state/accounts/alerts.json")
    }

    pub fn vault(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.vault_file()).unwrap()).unwrap()
    }

    /// No part of a token long enough to be of use, as it is or inside base64.
    pub fn is_discreet(&self, text: &str) {
        for key in ["access_token", "refresh_token", "client_secret"] {
            let vault = self.vault();
            let Some(secret) = vault[key].as_str() else { continue };
            let tail = &secret[secret.len().saturating_sub(32)..];
            assert!(!text.contains(tail), "{key} in:\n{text}");
            for begun in 0..3 {
                // The middle of the encoding, whatever stood before it.
                let encoded = BASE64_STANDARD.encode(&tail[begun..tail.len() - 2]);
                assert!(!text.contains(&encoded[4..encoded.len() - 4]), "{key} in base64 in:\n{text}");
            }
        }
    }
}
