//! Which cloud an account lives in, and the addresses that follow from it (`clouds.toml`).

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use crate::facts::{Authority, Host};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    #[default]
    Global,
    GccHigh,
    Dod,
    China,
    /// Any authority with Entra's paths and any SMTP server with XOAUTH2; everything is told, nothing known.
    Custom,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    pub authority: Authority,
    /// Scheme and host that a scope for SMTP begins with.
    pub resource: String,
    /// The same where an app signs in as itself, if it is another.
    pub app_resource: Option<String>,
    pub smtp_host: Host,
    /// The servers of High Volume Email, the present name first.
    #[serde(default)]
    pub hve_hosts: Vec<Host>,
    /// The portal for app registrations.
    pub portal: String,
    /// The admin center of Microsoft 365, and that of Microsoft Defender, where public sources name them.
    pub admin: Option<String>,
    pub defender: Option<String>,
    /// Behind Connect-MgGraph and Connect-ExchangeOnline; empty for the worldwide cloud.
    #[serde(default)]
    pub graph_option: String,
    #[serde(default)]
    pub exchange_option: String,
    /// Keys above on which public sources disagree.
    #[serde(default)]
    pub unsettled: Vec<String>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static CLOUDS: LazyLock<BTreeMap<Cloud, Addresses>> =
    LazyLock::new(|| toml::from_str(include_str!("clouds.toml")).expect("clouds.toml"));

impl Cloud {
    /// `None` for [`Cloud::Custom`].
    pub fn addresses(self) -> Option<&'static Addresses> {
        CLOUDS.get(&self)
    }

    /// The values that a text may name because they follow from the cloud; the worldwide one's where nobody is known
    /// to run it. What is absent has words of its own (`general` in the texts).
    pub fn told(self) -> Vec<(&'static str, &'static str)> {
        let Some(addresses) = self.addresses().or(Self::Global.addresses()) else { return Vec::new() };
        let login = addresses.authority.as_str();
        let values = [
            ("portal", Some(addresses.portal.as_str())),
            ("admin", addresses.admin.as_deref()),
            ("defender", addresses.defender.as_deref()),
            ("login", Some(login)),
            ("login_host", login.strip_prefix("https://")),
            ("smtp_host", Some(addresses.smtp_host.as_str())),
            ("resource", Some(addresses.resource.as_str())),
            ("app_resource", Some(addresses.app_resource.as_ref().unwrap_or(&addresses.resource).as_str())),
            ("graph_option", Some(addresses.graph_option.as_str())),
            ("exchange_option", Some(addresses.exchange_option.as_str())),
        ];
        values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// As in `config.toml`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::GccHigh => "gcc-high",
            Self::Dod => "dod",
            Self::China => "china",
            Self::Custom => "custom",
        }
    }

    /// Keys of its addresses on which public sources disagree.
    pub fn unsettled(self) -> &'static [String] {
        self.addresses().map_or(&[], |addresses| &addresses.unsettled)
    }

    pub fn is_microsoft(self) -> bool {
        self != Self::Custom
    }
}

/// Whether this is a server of High Volume Email, which has rules of its own.
pub fn is_hve(host: &Host) -> bool {
    CLOUDS.values().any(|addresses| addresses.hve_hosts.contains(host))
}

/// Seconds that a token for this mail server must still live. High Volume Email refuses one that expires soon
/// (`5.7.142`, before `5.5.127`): ten minutes are advised there and twenty are in use.
pub fn min_life(smtp_host: &Host) -> u32 {
    if is_hve(smtp_host) { 1200 } else { 300 }
}

/// What to ask for so that the token can send by SMTP, be renewed, and tell who signed in.
pub fn smtp_scopes(resource: &str) -> Vec<String> {
    [&format!("{resource}/SMTP.Send"), "offline_access", "openid", "profile"].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_but_the_custom_one_has_addresses() {
        for cloud in [Cloud::Global, Cloud::GccHigh, Cloud::Dod, Cloud::China] {
            let addresses = cloud.addresses().unwrap();
            assert!(addresses.resource.starts_with("https://") && addresses.portal.starts_with("https://"));
            assert!(addresses.unsettled.iter().all(|key| ["smtp_host", "resource"].contains(&key.as_str())));
        }
        assert!(Cloud::Custom.addresses().is_none());
    }

    #[test]
    fn high_volume_email_wants_tokens_that_live_longer() {
        let of = |host: &str| min_life(&host.parse().unwrap());
        assert_eq!((of("smtp.office365.com"), of("SMTP.hve.mx.microsoft")), (300, 1200));
        assert_eq!((of("smtp-hve.office365.com"), of("127.0.0.1")), (1200, 300));
    }
}
