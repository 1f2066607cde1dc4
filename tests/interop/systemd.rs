//! systemd reads the units that `smtp-oauth export systemd` writes, and has nothing to say about them.

use std::{fs, path::Path, process::Command};

use crate::{
    account::{Account, Server},
    process::finish,
    simulated::{Simulated, program},
};

#[test]
fn systemd_has_nothing_to_say_about_the_units() {
    let simulated = Simulated::start();
    let ca_file = Path::new(simulated.text("ca_file"));
    let server = Server { user: simulated.user(), port: simulated.smtp(), security: "starttls", ca_file };
    let account = Account::signed_in(&simulated, &server);
    let units = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(["export", "systemd", "--config"]).arg(account.directory.path()).arg("-o").arg(units.path());
    let said = finish(&mut command, "");
    assert_eq!(said.status, 0, "{}", said.err);
    account.is_discreet(&said.err);
    let files: Vec<_> = fs::read_dir(units.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 5);
    let manager = if said.err.contains("systemctl --user") { "--user" } else { "--system" };
    let verified = finish(Command::new("systemd-analyze").args([manager, "--man=no", "verify"]).args(&files), "");
    assert_eq!((verified.status, verified.err.as_str()), (0, ""), "{}", verified.out);
}
