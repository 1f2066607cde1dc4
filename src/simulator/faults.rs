//! Named states, one table of `faults/*.toml` each. A fault is what the tenant is like and what somebody was
//! told; it decides no answer, and what it is called is for people alone.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{Announcement, Instant, switches::switch, tenant::State};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// In a few words.
    pub about: String,
    #[serde(default)]
    set: Vec<String>,
    /// Switches that end it, `key=value`; empty where only the one who was told wrong can.
    #[serde(default)]
    pub repair: Vec<String>,
    #[serde(default)]
    pub told: Told,
    /// What a portal would show once, when it is repaired; without a repair, what somebody there would say is right.
    /// `{port}` is the mail server's.
    pub shown: Option<String>,
    /// The step that `repair` is offered at; wherever something is wrong, where none is named.
    pub at: Option<String>,
    /// Switches that somebody sets only once mail goes out: what was right stops being so.
    #[serde(default)]
    pub afterwards: Vec<String>,
}

/// What somebody was told; what is absent they were told right.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Told {
    /// Whom they are to sign in as, and what they are to set up.
    pub user: Option<String>,
    pub product: Option<String>,
    /// How to sign in: `loopback`, `secret` and so on.
    pub way: Option<String>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<String>,
    pub password: Option<String>,
    pub smtp_host: Option<String>,
    /// How TLS begins at the mail server: `starttls` or `tls`.
    pub smtp_security: Option<String>,
    pub sender: Option<String>,
    /// To whom a first message goes.
    pub recipient: Option<String>,
    pub scopes: Vec<String>,
}

const TABLES: [&str; 2] = [include_str!("faults/authority.toml"), include_str!("faults/exchange.toml")];

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static FAULTS: LazyLock<BTreeMap<String, Fault>> = LazyLock::new(|| {
    TABLES.into_iter().flat_map(|text| toml::from_str::<BTreeMap<_, _>>(text).expect("faults/*.toml")).collect()
});

pub fn all() -> impl Iterator<Item = (&'static str, &'static Fault)> {
    FAULTS.iter().map(|(name, fault)| (name.as_str(), fault))
}

pub fn find(name: &str) -> Option<&'static Fault> {
    FAULTS.get(name)
}

/// Switches of what is no setting at Microsoft: this machine and its network, the person at the browser, a server's health.
const ELSEWHERE: [&str; 15] = [
    "https_between",
    "smtp_port",
    "smtp_server",
    "smtp_certificate",
    "smtp_breaks",
    "smtp_health",
    "starttls",
    "clock_ahead",
    "authority",
    "browser_declines",
    "browser_session",
    "browser_mistypes",
    "device_code_lifetime",
    "code_lifetime",
    "usage",
];

impl Fault {
    /// All is in order, until somebody changes it once mail goes out.
    pub fn comes_later(&self) -> bool {
        !self.afterwards.is_empty()
    }

    /// Whether what ends it is a setting at Microsoft, where a change takes its time to arrive.
    pub fn is_mended_at_microsoft(&self) -> bool {
        let key = |pair: &String| pair.split_once('=').map(|(key, _)| key.to_owned()).unwrap_or_default();
        self.repair.iter().map(key).any(|key| !ELSEWHERE.contains(&key.as_str()))
    }

    /// The state it is, made from another.
    #[must_use]
    pub fn state(&self, mut state: State, now: Instant) -> State {
        for (key, value) in self.set.iter().filter_map(|pair| pair.split_once('=')) {
            let set = switch(&mut state, key, value, now);
            debug_assert!(set.is_some(), "{key}={value}");
        }
        state
    }

    /// What somebody was told, in place of what is so.
    pub fn misinform(&self, announcement: &mut Announcement) {
        if let Some(user) = &self.told.user {
            announcement.user.clone_from(user);
        }
        if let Some(client_id) = &self.told.client_id {
            announcement.client_id.clone_from(client_id);
        }
        if let Some(secret) = &self.told.client_secret {
            announcement.client_secret.clone_from(secret);
        }
        if let Some(password) = &self.told.password {
            announcement.password.clone_from(password);
        }
        if let Some(tenant) = &self.told.tenant {
            announcement.tenant.clone_from(tenant);
        }
        if let Some(host) = &self.told.smtp_host {
            announcement.smtp.host.clone_from(host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_faults_have_one_name() {
        let heads = TABLES.iter().flat_map(|table| table.lines()).filter(|line| line.starts_with('['));
        assert_eq!(heads.count(), all().count());
    }

    #[test]
    fn what_is_no_setting_at_microsoft_is_there_at_once() {
        let waits = |name| find(name).unwrap().is_mended_at_microsoft();
        assert!(waits("client_id_wrong") && waits("propagation_delay") && waits("smtp_auth_disabled_mailbox"));
        assert!(!waits("captive_portal") && !waits("certificate_untrusted") && !waits("clock_skew"));
        let known = |switch: &&str| all().any(|(_, fault)| fault.repair.iter().any(|pair| pair.starts_with(*switch)));
        assert!(ELSEWHERE.iter().all(known));
    }

    #[test]
    fn whoever_was_told_wrong_can_ask_what_is_right() {
        let lost = |(_, fault): &(&str, &Fault)| {
            let told = &fault.told;
            let named = told.client_id.is_some() || told.smtp_host.is_some();
            named && fault.repair.is_empty() && fault.shown.is_none()
        };
        assert_eq!(all().find(lost).map(|(name, _)| name), None);
    }

    #[test]
    fn what_comes_later_says_so() {
        for (name, fault) in all() {
            assert!(fault.comes_later() || !name.ends_with("_later"), "{name}");
            // So docs/simulator.md tells them.
            assert_eq!(fault.about.contains("once mail goes out"), fault.comes_later(), "{name}");
        }
    }

    #[test]
    fn every_fault_changes_something_and_its_repair_is_made_of_switches() {
        for (name, fault) in all() {
            let mut state = fault.state(State::healthy(), Instant::UNIX_EPOCH);
            let misinformed = fault.told != Told::default();
            let changed = format!("{state:?}") != format!("{:?}", State::healthy());
            assert!(changed || misinformed || !fault.afterwards.is_empty(), "{name}");
            for pair in fault.afterwards.iter().chain(&fault.repair) {
                let (key, value) = pair.split_once('=').unwrap();
                assert!(switch(&mut state, key, value, Instant::UNIX_EPOCH).is_some(), "{name}: {pair}");
            }
        }
    }
}
