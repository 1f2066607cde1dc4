//! A configuration directory of its own with one account that has signed in at a simulator of its own.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use smtp_oauth::{
    account::{Settings, vault::Vault},
    entra::{
        device, grant,
        wire::{Method, Request},
    },
    runtime::web,
    secret::Secret,
    simulator::{Announcement, Simulator, switches::switch, tenant::State},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The program, whatever language the person speaks who runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-oauth"));
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    command
}

pub struct Desk {
    pub simulator: Simulator,
    pub runtime: Runtime,
    pub directory: TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

impl Desk {
    /// Signed in, with tokens that are `age` seconds old.
    pub fn signed_in(age: i64) -> Self {
        Self::signed_in_with(age, |_| {})
    }

    /// Nothing set up yet.
    pub fn new() -> Self {
        Self::of(State::healthy())
    }

    pub fn of(state: State) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start(state)).unwrap();
        let desk = Self { simulator, runtime, directory: tempfile::tempdir().unwrap() };
        // As short as it goes: nobody here is slow.
        let now = chrono::Utc::now();
        desk.simulator.with_state(|state| switch(state, "device_interval", "1", now)).unwrap();
        desk
    }

    /// Signed in and configured with something changed.
    pub fn signed_in_with(age: i64, change: impl Fn(&mut Settings)) -> Self {
        let desk = Self::new();
        desk.configure(&change);
        let mut settings = desk.settings();
        change(&mut settings);
        let tokens = desk.runtime.block_on(sign_in(desk.simulator.announcement(), &settings));
        let now = chrono::Utc::now().timestamp();
        let mut vault = Vault::new(None);
        vault.take(&tokens, now);
        vault.expires_at = vault.expires_at.map(|at| at - age);
        vault.issued_at = vault.issued_at.map(|at| at - age);
        desk.keep(&vault);
        desk
    }

    pub fn settings(&self) -> Settings {
        let Announcement { authority, tenant, client_id, user, smtp, ca_file, .. } = self.simulator.announcement();
        let text = format!(
            "product = \"server\"\nuser = \"{user}\"\ntenant = \"{tenant}\"\nclient_id = \"{client_id}\"\n\
             [smtp]\nhost = \"{}\"\nport = {}\n[endpoints]\nauthority = \"{authority}\"\nca_file = \"{ca_file}\"\n",
            smtp.host, smtp.port
        );
        toml::from_str(&text).unwrap()
    }

    /// Writes config.toml, with something changed.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.settings();
        change(&mut settings);
        let text = smtp_oauth::account::config::with_account(None, &"alerts".parse().unwrap(), &settings).unwrap();
        fs::write(self.directory.path().join("config.toml"), text).unwrap();
    }

    pub fn vault_file(&self) -> PathBuf {
        self.directory.path().join("state/accounts/alerts.json")
    }

    pub fn vault(&self) -> Vault {
        Vault::parse(&Secret::new(fs::read_to_string(self.vault_file()).unwrap())).unwrap()
    }

    pub fn keep(&self, vault: &Vault) {
        let path = self.vault_file();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, vault.text().expose()).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).arg("--config").arg(self.directory.path()).stdin(Stdio::null());
        command
            .env_remove("SMTP_OAUTH_CONFIG")
            .env_remove("SMTP_OAUTH_CLIENT_SECRET")
            .env("HOME", self.directory.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap_or(-1),
    }
}

async fn sign_in(announced: &Announcement, settings: &Settings) -> grant::Tokens {
    let registration = settings.registration(None).unwrap();
    let now = chrono::Utc::now().timestamp();
    let answer = web::fetch(&device::request(&registration, &settings.scopes())).await.unwrap();
    let code = device::read(&answer, now).unwrap();
    approve(announced, settings, &code.user_code).await;
    let answer = web::fetch(&device::poll(&registration, &code)).await.unwrap();
    grant::read(&answer, now).unwrap()
}

/// The person at the browser says yes.
pub async fn approve(announced: &Announcement, settings: &Settings, user_code: &str) {
    let body = format!("user_code={user_code}&user={}&action=approve", announced.user.replace('@', "%40"));
    let approval = Request {
        method: Method::PostForm(Secret::new(body)),
        url: announced.approve_url.clone(),
        trust: settings.endpoints.ca_file.clone(),
    };
    assert_eq!(web::fetch(&approval).await.unwrap().status, 200);
}
