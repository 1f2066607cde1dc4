//! The program ended, or its disk failing, at every system call that touches the account's file: by strace, which
//! stops it at the very call.

use std::{path::Path, process::Command};

use crate::{
    account::{Account, Server},
    process::{Finished, finish},
    simulated::Simulated,
};

/// A number counts the calls of one name; the names of a rename are one machine's each.
const CALLS: [&str; 8] =
    ["openat", "write", "lseek", "fsync", "fchmod", "ftruncate", "?unlink,?unlinkat", "?rename,?renameat,?renameat2"];

fn account() -> (Simulated, Account) {
    let simulated = Simulated::start();
    let ca_file = Path::new(simulated.text("ca_file"));
    let server = Server { user: simulated.user(), port: simulated.smtp(), security: "starttls", ca_file };
    let account = Account::signed_in(&simulated, &server);
    (simulated, account)
}

/// One renewal, with this done to the system call of that number.
fn renew(account: &Account, calls: &str, fault: &str, at: usize) -> Finished {
    let vault = account.vault_file();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={calls}:{fault}:when={at}")]);
    for path in [vault.clone(), vault.with_extension("json.next"), vault.parent().unwrap().to_owned()] {
        command.arg("-P").arg(path);
    }
    let program = account.command();
    command.arg(program.get_program()).args(program.get_args()).args(["token", "--refresh"]);
    finish(&mut command, "")
}

#[test]
fn killed_at_every_step_the_account_has_a_refresh_token_that_works() {
    let (_simulated, account) = account();
    let mut killed = 0;
    for calls in CALLS {
        for at in 1.. {
            let ended = renew(&account, calls, "signal=KILL", at);
            let kept = account.vault()["refresh_token"].clone();
            assert!(kept.as_str().is_some_and(|token| token.starts_with("1.A")), "{calls} {at}");
            if ended.status == 0 {
                break;
            }
            killed += 1;
            assert_eq!(ended.out, "", "a token is handed out that may not be on the disk: {calls} {at}");
            account.token(&["--refresh"]);
        }
    }
    assert!(killed >= 12, "{killed}");
}

#[test]
fn a_disk_that_fails_at_any_step_costs_no_refresh_token() {
    let (_simulated, account) = account();
    for (calls, error) in
        [("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"), ("?rename,?renameat,?renameat2", "EROFS")]
    {
        for at in 1.. {
            let ended = renew(&account, calls, &format!("error={error}"), at);
            if ended.status == 0 {
                break;
            }
            assert_eq!((ended.status, ended.out.as_str()), (73, ""), "{calls} {error} {at}: {}", ended.err);
            account.is_discreet(&ended.err);
            account.token(&["--refresh"]);
        }
    }
}
