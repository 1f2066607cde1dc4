//! `smtp-oauth simulate` as its own process, known by the one line it prints.

use std::process::Command;

use serde_json::Value;

use crate::{
    curl,
    process::{Finished, Running, finish},
};

pub const SCOPE: &str = "https://outlook.office.com/SMTP.Send offline_access openid profile";

pub struct Simulated {
    _server: Running,
    announced: Value,
}

/// The program, with nothing from the environment that would lead it elsewhere.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-oauth"));
    command.env("LC_ALL", "C.UTF-8");
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("TERM", "dumb");
    command
}

impl Simulated {
    pub fn start() -> Self {
        let mut server = Running::start(program().arg("simulate"));
        let line = server.line();
        Self { _server: server, announced: serde_json::from_str(&line).unwrap() }
    }

    pub fn text(&self, key: &str) -> &str {
        self.announced[key].as_str().unwrap()
    }

    pub fn user(&self) -> &str {
        self.text("user")
    }

    pub fn smtp(&self) -> u16 {
        self.announced["smtp"]["port"].as_u64().unwrap().try_into().unwrap()
    }

    /// `{authority}/{tenant}/{path}`
    pub fn url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.text("authority"), self.text("tenant"))
    }

    pub fn get(&self, url: &str) -> Finished {
        finish(curl::trusting(self.text("ca_file")).arg(url), "")
    }

    pub fn post(&self, url: &str, fields: &[(&str, &str)]) -> Value {
        finish(curl::form(&mut curl::trusting(self.text("ca_file")), fields).arg(url), "").json()
    }

    /// The token answer after the user approved a device code.
    pub fn signed_in(&self) -> Value {
        let client = ("client_id", self.text("client_id"));
        let device = self.post(&self.url("oauth2/v2.0/devicecode"), &[client, ("scope", SCOPE)]);
        let user_code = device["user_code"].as_str().unwrap();
        let decision = [("user_code", user_code), ("user", self.user()), ("action", "approve")];
        assert_eq!(self.post(self.text("approve_url"), &decision)["result"], "approved");
        let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        let fields = [client, grant, ("device_code", device["device_code"].as_str().unwrap())];
        self.post(&self.url("oauth2/v2.0/token"), &fields)
    }

    /// The messages accepted so far.
    pub fn messages(&self) -> Vec<Value> {
        let page = self.text("approve_url").replace("/approve", "/messages");
        self.get(&page).json().as_array().unwrap().clone()
    }
}
