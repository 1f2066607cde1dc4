//! `export`: the text on stdout or in a file, the talk on stderr.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    process::Command,
};

use smtp_oauth::{
    export::{FORMATS, Format},
    language::{Language, Texts},
};

use crate::{
    bare,
    desk::{Desk, Ran, ran},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_smtp-oauth");

fn expected(desk: &Desk) -> String {
    let announced = desk.simulator.announcement();
    let directory = desk.directory.path().display();
    let (port, ca_file) = (announced.smtp.port, &announced.ca_file);
    format!(
        "\
# msmtp 1.8.13 or later, by smtp-oauth. This file holds no secret: a fresh token is asked for whenever
# mail is sent. That works for root and for the user to whom this file belongs, which holds the secrets:
# {directory}/state/accounts/alerts.json
account alerts
host 127.0.0.1
port {port}
tls on
tls_starttls on
# In place of the system's list, not beside it.
tls_trust_file \"{ca_file}\"
auth xoauth2
user alerts@contoso.example
passwordeval \"{PROGRAM} token -a alerts --config {directory}\"

# Exchange takes mail only from an address that the user may send as. So 'From:' is always this one;
# take the second line out where programs may name another. From 1.8.24 on, the third fixes the
# envelope too, whatever -f says.
from alerts@contoso.example
set_from_header on
#allow_from_override off

# If msmtp says \"cannot read output of\" and smtp-oauth was not even started, AppArmor may be in the way
# (on Debian and Ubuntu it is, when that was chosen as msmtp was installed). Then add this line to
# /etc/apparmor.d/usr.bin.msmtp, inside 'profile helpers {{ }}' (in local/usr.bin.msmtp it does nothing):
#   {PROGRAM} PUx,
# and load the profile: apparmor_parser -r /etc/apparmor.d/usr.bin.msmtp
# It also lets msmtp read its configuration in few places: /etc/msmtprc, ~/.msmtprc, ~/.config/msmtp/.

account default : alerts
"
    )
}

fn said(desk: &Desk, first: &str) -> String {
    format!(
        "smtp-oauth: {first}\n\
         smtp-oauth: Only root and the user to whom {} belongs can have msmtp get a token.\n\
         smtp-oauth: Should msmtp fail to run smtp-oauth, AppArmor may be in the way: the comments in the file say \
         what to do.\n",
        desk.vault_file().display()
    )
}

fn done(stdout: impl Into<String>, stderr: impl Into<String>) -> Ran {
    Ran { stdout: stdout.into(), stderr: stderr.into(), status: 0 }
}

#[test]
fn the_file_goes_to_stdout_and_the_talk_to_stderr() {
    let desk = Desk::signed_in(0);
    let place = "This belongs in ~/.msmtprc; with -o FILE it is written there.";
    assert_eq!(desk.run(&["export", "msmtp"]), done(expected(&desk), said(&desk, place)));
    assert_eq!(desk.run(&["export", "msmtp", "-a", "alerts"]).stdout, expected(&desk));
}

#[test]
fn a_file_is_written_whole_and_what_was_there_is_kept() {
    let desk = Desk::signed_in(0);
    let path = desk.directory.path().join("a directory/msmtprc");
    fs::create_dir(path.parent().unwrap()).unwrap();
    let shown = path.display().to_string();
    let export = || desk.run(&["export", "msmtp", "-o", &shown]);
    assert_eq!(export(), done("", said(&desk, &format!("Written to {shown}."))));
    assert_eq!(fs::read_to_string(&path).unwrap(), expected(&desk));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(export(), done("", said(&desk, &format!("{shown} says this already."))));
    fs::write(&path, "account mine\n").unwrap();
    let kept = format!("Written to {shown}; what was there is kept in {shown}.old.");
    assert_eq!(export(), done("", said(&desk, &kept)));
    assert_eq!(fs::read_to_string(format!("{shown}.old")).unwrap(), "account mine\n");
}

#[test]
fn what_cannot_be_written_ends_in_73() {
    let desk = Desk::signed_in(0);
    let directory = desk.directory.path().display().to_string();
    symlink("/nonexistent/msmtprc", desk.directory.path().join("astray")).unwrap();
    for path in [directory.clone(), format!("{directory}/astray"), format!("{directory}/config.toml/x")] {
        let ran = desk.run(&["export", "msmtp", "-o", &path]);
        assert_eq!((ran.status, ran.stdout.as_str()), (73, ""), "{path}");
        assert!(ran.stderr.contains(&format!("{path} cannot be written")), "{}", ran.stderr);
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(desk.command(&["export", "msmtp"]).stdout(full).status().unwrap().code(), Some(73));
}

#[test]
fn the_formats_are_listed_and_an_unknown_one_is_told_them() {
    let texts = Texts::new(Language::English);
    let line = |format: &Format| format!("{:12}{}\n", format.id, texts.word(&format!("export.formats.{}", format.id)));
    assert_eq!(bare(&["export", "--list"]), done(FORMATS.iter().map(line).collect::<String>(), ""));
    for arguments in
        [&["export", "nonsense"][..], &["export"], &["export", "--list", "msmtp"], &["export", "msmtp", "-o", ""]]
    {
        let ran = bare(arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (64, ""), "{arguments:?}");
    }
    assert!(bare(&["export", "nonsense"]).stderr.contains("known are: msmtp"));
}

#[test]
fn a_directory_that_there_is_not_is_not_made() {
    let desk = Desk::signed_in(0);
    let missing = desk.directory.path().join("missing");
    let path = missing.join("x").display().to_string();
    let ran = desk.run(&["export", "msmtp", "-o", &path]);
    assert_eq!((ran.status, ran.stdout.as_str()), (73, ""));
    let said = format!("smtp-oauth: {path} cannot be written: there is no directory {}\n", missing.display());
    assert_eq!((ran.stderr, missing.exists()), (said, false));
}

#[test]
fn without_an_account_there_is_nothing_to_export() {
    let ran = bare(&["export", "msmtp"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    let desk = Desk::signed_in(0);
    assert_eq!(desk.run(&["export", "msmtp", "-a", "other"]).status, 78);
    let unspeakable = desk.directory.path().join("a\nb");
    fs::create_dir(&unspeakable).unwrap();
    fs::copy(desk.directory.path().join("config.toml"), unspeakable.join("config.toml")).unwrap();
    let ran = crate::desk::ran(
        Command::new(PROGRAM).args(["export", "msmtp", "--config"]).arg(unspeakable).output().unwrap(),
    );
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    assert!(ran.stderr.contains("a^Jb"), "{}", ran.stderr);
}

/// `smtp-oauth` by this path, in an environment of these variables alone.
fn passwordeval(path: &std::path::Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(path);
    let exported = ran(command.args(["export", "msmtp"]).env_clear().envs(variables.iter().copied()).output().unwrap());
    assert_eq!(exported.status, 0, "{}", exported.stderr);
    let line = exported.stdout.lines().find_map(|line| line.strip_prefix("passwordeval ")).map(str::to_owned);
    line.unwrap()
}

#[test]
fn the_program_is_named_as_it_was_called_and_the_configuration_as_it_was_found() {
    let desk = Desk::signed_in(0);
    let home = desk.directory.path().display().to_string();
    fs::create_dir(desk.directory.path().join("smtp-oauth")).unwrap();
    fs::copy(desk.directory.path().join("config.toml"), desk.directory.path().join("smtp-oauth/config.toml")).unwrap();
    let link = desk.directory.path().join("linked");
    symlink(PROGRAM, &link).unwrap();
    let xdg = [("HOME", "/nonexistent"), ("XDG_CONFIG_HOME", &*home)];
    assert_eq!(passwordeval(&link, &xdg), format!("\"XDG_CONFIG_HOME={home} {home}/linked token -a alerts\""));
    let systemd = [("HOME", "/nonexistent"), ("CONFIGURATION_DIRECTORY", &*home), ("STATE_DIRECTORY", "/srv/a:/srv/b")];
    assert_eq!(
        passwordeval(&link, &systemd),
        format!("\"CONFIGURATION_DIRECTORY={home} STATE_DIRECTORY=/srv/a {home}/linked token -a alerts\"")
    );
    let named = [("SMTP_OAUTH_CONFIG", &*home), ("XDG_STATE_HOME", "/srv")];
    assert_eq!(passwordeval(&link, &named), format!("\"{home}/linked token -a alerts --config {home}\""));
}
