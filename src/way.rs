//! The ways of consent, as a person chooses among them: how the authority comes to hand out a token. In
//! `config.toml` a way is `consent`, `browser` and what the app shows itself by; in steps, products and causes
//! it goes by its id.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A code is typed at a browser anywhere (RFC 8628).
    #[default]
    DeviceCode,
    /// The browser comes back to a listener on this machine (RFC 8252 §7.3, RFC 7636).
    Loopback,
    /// The address that the browser came back to is pasted.
    Paste,
    /// The app signs in as itself, by a secret (RFC 6749 §4.4).
    Secret,
    /// The app signs in as itself, by a certificate's key (RFC 7523).
    Certificate,
    /// The user's name and password (RFC 6749 §4.3).
    Password,
}

impl Way {
    pub const ALL: [Self; 6] =
        [Self::DeviceCode, Self::Loopback, Self::Paste, Self::Secret, Self::Certificate, Self::Password];

    pub fn id(self) -> &'static str {
        match self {
            Self::DeviceCode => "device-code",
            Self::Loopback => "loopback",
            Self::Paste => "paste",
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Password => "password",
        }
    }

    /// The grant, in the words of the fact `flow`.
    pub const fn flow(self) -> &'static str {
        match self {
            Self::DeviceCode => "device_code",
            Self::Loopback | Self::Paste => "authorization_code",
            Self::Secret | Self::Certificate => "client_credentials",
            Self::Password => "password",
        }
    }

    pub fn is_browser(self) -> bool {
        matches!(self, Self::Loopback | Self::Paste)
    }

    /// The app signs in as itself: no user consents, and no refresh token comes (RFC 6749 §4.4.3).
    pub fn is_app_only(self) -> bool {
        matches!(self, Self::Secret | Self::Certificate)
    }
}
