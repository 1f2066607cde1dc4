//! A state directory that is set up for a group: its members have the access token and no more.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use crate::desk::{Desk, Ran, ran};

/// Nobody's number, and a group's that nobody is in.
pub const OWNER: u32 = 54_321;
const MEMBER: u32 = 54_322;
pub const GROUP: u32 = 54_323;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// As `install -d -m 2750` makes it, before anything is in it.
fn shared(age: i64) -> Desk {
    let desk = Desk::signed_in(age);
    let vault = desk.vault();
    fs::remove_dir_all(desk.directory.path().join("state")).unwrap();
    let state = desk.directory.path().join("state");
    fs::create_dir(&state).unwrap();
    set_mode(&state, 0o2750);
    fs::create_dir(state.join("accounts")).unwrap();
    set_mode(&state.join("accounts"), 0o2750);
    desk.keep(&vault);
    desk
}

fn access_file(desk: &Desk) -> std::path::PathBuf {
    desk.vault_file().with_extension("access")
}

#[test]
fn the_group_has_a_file_of_its_own_with_the_access_token_alone() {
    let desk = shared(3550);
    assert_eq!(desk.run(&["token"]).status, 0);
    let (vault, text) = (desk.vault(), fs::read_to_string(access_file(&desk)).unwrap());
    assert_eq!((mode(&access_file(&desk)), mode(&desk.vault_file())), (0o640, 0o600));
    assert!(text.contains(vault.access_token.unwrap().expose()));
    assert!(!text.contains(vault.refresh_token.unwrap().expose()));
    // Whoever set the directory up later has it with the next call, renewal or not.
    fs::remove_file(access_file(&desk)).unwrap();
    assert_eq!(desk.run(&["token"]).status, 0);
    assert!(access_file(&desk).exists());
}

#[test]
fn the_owner_has_the_token_also_when_the_group_cannot() {
    let desk = shared(3550);
    fs::create_dir(access_file(&desk)).unwrap();
    for _ in ["renewed", "from the file"] {
        let ran = desk.run(&["token"]);
        let token = desk.vault().access_token.unwrap();
        assert_eq!((ran.status, ran.stdout.trim_end()), (0, token.expose()), "{}", ran.stderr);
        assert!(ran.stderr.contains("alerts.access cannot be written"), "{}", ran.stderr);
    }
}

#[test]
fn a_directory_of_ones_own_shares_nothing() {
    let desk = Desk::signed_in(3550);
    assert_eq!(desk.run(&["token"]).status, 0);
    assert!(!access_file(&desk).exists());
}

#[test]
fn a_directory_that_others_may_write_is_refused() {
    let desk = shared(0);
    for (open, told) in [(0o2770, "mode 2770"), (0o777, "mode 0777")] {
        set_mode(desk.vault_file().parent().unwrap(), open);
        let ran = desk.run(&["token"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
        assert!(ran.stderr.contains(told) && ran.stderr.contains("chmod go-w"), "{}", ran.stderr);
    }
}

/// By a copy that everybody can run, wherever this repository is.
fn run_as(desk: &Desk, uid: u32, gid: u32) -> Ran {
    runs_as(desk, uid, gid, &["token"])
}

pub fn runs_as(desk: &Desk, uid: u32, gid: u32, arguments: &[&str]) -> Ran {
    let program = desk.directory.path().join("smtp-oauth");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_smtp-oauth"), &program).unwrap();
        set_mode(&program, 0o755);
    }
    let mut command = Command::new(program);
    command.args(arguments).arg("--config").arg(desk.directory.path()).current_dir("/").env_clear();
    ran(command.uid(uid).gid(gid).stdin(Stdio::null()).output().unwrap())
}

/// Only root can be three others.
#[test]
fn a_member_reads_what_the_owner_renews() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let desk = shared(3550);
    set_mode(desk.directory.path(), 0o755);
    let state = desk.directory.path().join("state");
    for path in [&state, &state.join("accounts"), &desk.vault_file()] {
        chown(path, Some(OWNER), Some(GROUP)).unwrap();
    }
    set_mode(&state, 0o2750);
    set_mode(&state.join("accounts"), 0o2750);
    let expired = run_as(&desk, MEMBER, GROUP);
    assert_eq!((expired.status, expired.stdout.as_str()), (78, ""), "{}", expired.stderr);

    // Root renews, and everything stays its owner's.
    assert_eq!(desk.run(&["token"]).status, 0);
    for path in [desk.vault_file(), access_file(&desk)] {
        let found = fs::metadata(&path).unwrap();
        assert_eq!((found.uid(), found.gid()), (OWNER, GROUP), "{}", path.display());
    }
    let token = desk.vault().access_token.unwrap();
    assert_eq!(run_as(&desk, OWNER, GROUP).stdout.trim_end(), token.expose());
    let member = run_as(&desk, MEMBER, GROUP);
    assert_eq!((member.status, member.stdout.trim_end(), member.stderr.as_str()), (0, token.expose(), ""));
    let stranger = run_as(&desk, MEMBER, MEMBER);
    assert_eq!((stranger.status, stranger.stdout.as_str()), (78, ""), "{}", stranger.stderr);

    let member = |arguments: &[&str]| runs_as(&desk, MEMBER, GROUP, arguments);
    let wanting = member(&["token", "--min-life", "86400"]);
    assert!(wanting.status == 0 && wanting.stderr.contains("s, not the 86400 s wanted"), "{wanting:?}");
    let refresh = member(&["token", "--refresh"]);
    let said = format!("Only user {OWNER} can renew the account alerts; this user may only read");
    assert!(refresh.status == 75 && refresh.stdout.is_empty() && refresh.stderr.contains(&said), "{refresh:?}");
    let status = member(&["status"]);
    let whole =
        "alerts: ok. The access token expires in 59 min, unless it is renewed before.\n  access token expires      ";
    assert!(status.stdout.starts_with(whole), "{status:?}");
    assert!(status.stdout.ends_with(&format!("  Only user {OWNER} can renew it and see the rest.\n")), "{status:?}");
    assert_eq!((status.status, member(&["status", "--nagios"]).status), (0, 0));
    let exported = member(&["export", "msmtp"]);
    assert!(exported.stderr.contains("and the group of its directory can have msmtp get a token"), "{exported:?}");

    // What the owner forgot to renew.
    let mut vault = desk.vault();
    vault.expires_at = Some(1_700_000_000);
    fs::write(access_file(&desk), vault.shared().text().expose()).unwrap();
    let late = run_as(&desk, MEMBER, GROUP);
    assert_eq!((late.status, late.stdout.as_str()), (75, ""));
    assert!(late.stderr.contains(&format!("user {OWNER}")), "{}", late.stderr);
    let status = member(&["status"]);
    assert!(status.stdout.starts_with("alerts: critical. The access token has expired ("), "{status:?}");
    assert_eq!(member(&["status", "--nagios"]).status, 2);
    // What still lives, although not as long as wanted.
    let now = chrono::Utc::now().timestamp();
    (vault.issued_at, vault.expires_at) = (Some(now - 3400), Some(now + 200));
    fs::write(access_file(&desk), vault.shared().text().expose()).unwrap();
    let short = member(&["token"]);
    assert!(short.status == 0 && short.stderr.contains(" s, not the 300 s wanted. Only user"), "{short:?}");
    assert!(!short.stderr.contains("expired"), "{short:?}");
}
