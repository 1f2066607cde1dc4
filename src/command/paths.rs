//! Where the configuration and the state are: an option, systemd's variables, XDG's places, or the system's own.

use std::{
    env,
    path::{self, Path, PathBuf},
};

use super::options::Global;
use crate::{runtime::files::Places, shell};

/// Where the system's own configuration is, and its state: what systemd makes for `ConfigurationDirectory=smtp-oauth`
/// and `StateDirectory=smtp-oauth` as well.
const SYSTEM_CONFIG: &str = "/etc/smtp-oauth";
const SYSTEM_STATE: &str = "/var/lib/smtp-oauth";

/// `None` when there is neither an option nor a home. A demo keeps away from whatever the environment names.
pub fn places(global: &Global) -> Option<Places> {
    if let Some(config) = named(global) {
        // Nothing that changes by itself belongs below /etc (Filesystem Hierarchy Standard 3.0, 3.7 and 5.8).
        let system = config == Path::new(SYSTEM_CONFIG);
        let state = if system { PathBuf::from(SYSTEM_STATE) } else { config.join("state") };
        return Some(Places { config, state });
    }
    let home = directories::ProjectDirs::from("", "", "smtp-oauth");
    let config = first("CONFIGURATION_DIRECTORY").or_else(|| Some(home.as_ref()?.config_dir().to_owned()))?;
    let state = first("STATE_DIRECTORY").or_else(|| home.as_ref()?.state_dir().map(PathBuf::from))?;
    Some(Places { config, state })
}

/// The variables that lead to these places, for a program that runs where they are not set; none when a
/// directory was named, which stands for both.
pub fn environment(global: &Global) -> Vec<(&'static str, PathBuf)> {
    if named(global).is_some() {
        return Vec::new();
    }
    // A relative one of XDG's is to be ignored (XDG Base Directory Specification).
    let of_xdg = |name| Some((name, variable(name).filter(|path| path.is_absolute())?));
    let either = |[systemd, xdg]: [&'static str; 2]| first(systemd).map(|path| (systemd, path)).or_else(|| of_xdg(xdg));
    let pairs = [["CONFIGURATION_DIRECTORY", "XDG_CONFIG_HOME"], ["STATE_DIRECTORY", "XDG_STATE_HOME"]];
    pairs.into_iter().filter_map(either).collect()
}

/// systemd names several with colons between them; the first is ours.
fn first(name: &str) -> Option<PathBuf> {
    env::split_paths(variable(name)?.as_os_str()).next()
}

/// The directory that somebody named, by option or environment.
pub fn named(global: &Global) -> Option<PathBuf> {
    global.config.clone().or_else(|| variable("SMTP_OAUTH_CONFIG")).map(|config| absolute(&config))
}

/// An empty variable is one that is not set.
#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
pub fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

impl Global {
    /// What to add to a command line so that it finds the same configuration.
    pub fn config_option(&self) -> String {
        // A directory that no line can hold is not shown as another one.
        let option = |config: PathBuf| shell::config_option(&config).unwrap_or_else(|| "--config DIR".to_owned());
        named(self).map(|config| format!(" {}", option(config))).unwrap_or_default()
    }
}

/// A path as a shell expands it.
pub fn in_home(path: &str) -> Option<PathBuf> {
    match path.strip_prefix("~/") {
        Some(rest) => Some(directories::BaseDirs::new()?.home_dir().join(rest)),
        None => Some(PathBuf::from(path)),
    }
}

/// As it is found from any directory: what is shown is run from cron as well. Links stay as they are.
pub fn absolute(path: &Path) -> PathBuf {
    path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::options::Options;

    #[test]
    fn a_directory_that_no_line_can_hold_is_not_shown_as_another() {
        let option =
            |directory| Options::try_parse_from(["smtp-oauth", "--config", directory]).unwrap().global.config_option();
        assert_eq!(option("/a b"), " --config '/a b'");
        assert_eq!(option("/a\nb"), " --config DIR");
    }

    #[test]
    fn the_systems_state_is_not_in_etc() {
        let of = |config| places(&Options::try_parse_from(["smtp-oauth", "--config", config]).unwrap().global).unwrap();
        assert_eq!(of("/etc/smtp-oauth/").state, Path::new("/var/lib/smtp-oauth"));
        assert_eq!(of("/etc/other").state, Path::new("/etc/other/state"));
    }

    #[test]
    fn a_relative_directory_is_shown_from_the_root() {
        let here = env::current_dir().unwrap();
        assert_eq!(absolute(Path::new("conf")), here.join("conf"));
        assert_eq!(absolute(Path::new("/etc/smtp-oauth")), Path::new("/etc/smtp-oauth"));
    }
}
