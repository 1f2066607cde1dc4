//! Where the configuration and the state are: an option, systemd's variables, or XDG's places.

use std::{env, path::PathBuf};

use super::options::Global;
use crate::runtime::files::Places;

/// `None` when there is neither an option nor a home.
#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
pub fn places(global: &Global) -> Option<Places> {
    if let Some(config) = &global.config {
        return Some(Places { config: config.clone(), state: config.join("state") });
    }
    let directory = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = directories::ProjectDirs::from("", "", "smtp-oauth");
    let config = directory("CONFIGURATION_DIRECTORY").or_else(|| Some(home.as_ref()?.config_dir().to_owned()))?;
    let state = directory("STATE_DIRECTORY").or_else(|| home.as_ref()?.state_dir().map(PathBuf::from))?;
    Some(Places { config, state })
}

impl Global {
    /// What to add to a command line so that it finds the same configuration.
    pub fn config_option(&self) -> String {
        self.config
            .as_ref()
            .map(|config| format!(" --config {}", shell_word(&config.display().to_string())))
            .unwrap_or_default()
    }
}

/// A word for a POSIX shell: plain as it is, anything else in single quotes.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn a_word_is_one_word_to_the_shell() {
        assert_eq!(shell_word("/etc/smtp-oauth"), "/etc/smtp-oauth");
        assert_eq!(shell_word("/a b/$(id)'x"), r"'/a b/$(id)'\''x'");
        assert_eq!(shell_word(""), "''");
    }
}
