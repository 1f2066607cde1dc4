//! `--demo`: the same wizard against a simulator of its own. All it adds is addresses, values to confirm,
//! and someone who approves the sign-in when asked to.

use std::{io, path::Path};

use crate::{
    account::{
        Settings,
        settings::{Endpoints, Smtp},
    },
    entra::wire::{Method, Request},
    phrase::Phrase,
    secret::Secret,
    simulator::{Announcement, Simulator, tenant::State},
    wizard::Companion,
};

pub struct Demo {
    /// Runs as long as this value lives.
    _simulator: Simulator,
    pub suggested: Settings,
    pub companions: Vec<Companion>,
}

impl Demo {
    pub async fn start() -> io::Result<Self> {
        let simulator = Simulator::start(State::healthy()).await?;
        let announced = simulator.announcement();
        let (suggested, companions) = (suggested(announced), vec![approval(announced)]);
        Ok(Self { _simulator: simulator, suggested, companions })
    }
}

fn suggested(announced: &Announcement) -> Settings {
    Settings {
        user: announced.user.parse().ok(),
        client_id: announced.client_id.parse().ok(),
        smtp: Smtp { host: announced.smtp.host.parse().ok(), port: Some(announced.smtp.port), security: None },
        endpoints: Endpoints {
            authority: announced.authority.parse().ok(),
            ca_file: Some(Path::new(&announced.ca_file).to_owned()),
        },
        ..Settings::default()
    }
}

/// The person at the browser.
fn approval(announced: &Announcement) -> Companion {
    let user: String = url::form_urlencoded::byte_serialize(announced.user.as_bytes()).collect();
    let body = Secret::new(format!("user_code={{user_code}}&user={user}&action=approve"));
    Companion {
        label: Phrase::new("demo.approve").with("user", &announced.user),
        step: "consent",
        request: Request {
            method: Method::PostForm(body),
            url: announced.approve_url.clone(),
            trust: Some(Path::new(&announced.ca_file).to_owned()),
        },
    }
}
