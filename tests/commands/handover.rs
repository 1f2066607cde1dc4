//! `handover`: for whom it is, what is filled in, and the script for Azure CLI run for real against a stand-in.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use smtp_oauth::{
    account::{Settings, draft::Draft},
    product,
};

use crate::{
    bare,
    desk::{Ran, ran},
};

const TENANT: &str = "8d2c0000-1111-2222-3333-0123456789ab";

/// In a configuration directory of its own.
fn handover(config: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-oauth"));
    command.arg("handover").args(arguments).arg("--config").arg(config).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    ran(command.output().unwrap())
}

fn unfinished(config: &Path, text: &str) {
    let draft = Draft { step: "registration".into(), settings: toml::from_str(text).unwrap(), ..Draft::default() };
    fs::create_dir_all(config.join("state")).unwrap();
    fs::write(config.join("state/draft.toml"), draft.texts().0).unwrap();
}

/// One for `server`, with what its registration came to.
fn account(config: &Path) {
    let settings: Settings = toml::from_str(&format!(
        "product = \"server\"\nuser = \"alerts@contoso.example\"\ntenant = \"{TENANT}\"\n\
         client_id = \"0f000000-0000-4000-8000-000000000001\""
    ))
    .unwrap();
    let text = smtp_oauth::account::config::with_account(None, &"alerts".parse().unwrap(), &settings).unwrap();
    fs::write(config.join("config.toml"), text).unwrap();
}

#[test]
fn with_nothing_known_it_says_what_to_name() {
    let ran = bare(&["handover"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""));
    assert!(ran.stderr.contains("--product"), "{}", ran.stderr);
}

#[test]
fn a_personal_account_has_no_administrator() {
    let ran = bare(&["handover", "--product", "outlook-com"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (64, ""));
    let directory = tempfile::tempdir().unwrap();
    let personal = "product = \"outlook-com\"\nuser = \"a@outlook.example\"\ntenant = \"consumers\"";
    unfinished(directory.path(), personal);
    assert_eq!(handover(directory.path(), &[]).status, 78);
    assert_eq!(bare(&["handover", "--product", "custom"]).status, 64);
}

#[test]
fn the_unfinished_wizard_tells_the_values() {
    let directory = tempfile::tempdir().unwrap();
    let text = format!("product = \"bom\"\nuser = \"alerts@contoso.example\"\ntenant = \"{TENANT}\"");
    unfinished(directory.path(), &text);
    let before = fs::read(directory.path().join("state/draft.toml")).unwrap();
    for format in ["markdown", "powershell", "azcli"] {
        let ran = handover(directory.path(), &["--format", format]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        for value in ["alerts@contoso.example", TENANT, "http://localhost/MxMail/"] {
            assert!(ran.stdout.contains(value), "{format}: {value}\n{}", ran.stdout);
        }
    }
    assert_eq!(fs::read(directory.path().join("state/draft.toml")).unwrap(), before, "nothing is changed");
    let other = handover(directory.path(), &["--product", "server"]);
    assert!(other.stdout.contains("<mailbox>") && other.stderr.contains("--mailbox"), "another product knows nothing");
}

#[test]
fn a_file_of_the_account_tells_the_values() {
    let directory = tempfile::tempdir().unwrap();
    account(directory.path());
    for arguments in [&["-a", "alerts"][..], &[]] {
        let ran = handover(directory.path(), arguments);
        let url = format!("/{TENANT}/adminconsent?client_id=0f000000-0000-4000-8000-000000000001>");
        assert!(ran.status == 0 && ran.stdout.contains(&url), "{}", ran.stdout);
    }
    assert_eq!(handover(directory.path(), &["-a", "other"]).status, 78);
}

#[test]
fn an_unfinished_wizard_for_another_product_does_not_hide_the_account() {
    let directory = tempfile::tempdir().unwrap();
    unfinished(directory.path(), "product = \"bom\"\nuser = \"scanner@contoso.example\"");
    account(directory.path());
    let ran = handover(directory.path(), &["--product", "server"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains(TENANT) && !ran.stdout.contains("scanner@"), "{}", ran.stdout);
    let ran = handover(directory.path(), &[]);
    assert!(ran.stdout.contains("scanner@") && !ran.stdout.contains(TENANT), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_read_is_said_and_the_command_line_is_enough() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("state")).unwrap();
    fs::write(directory.path().join("state/draft.toml"), "?").unwrap();
    let named = ["--product", "server", "--mailbox", "other@contoso.example"];
    let ran = handover(directory.path(), &named);
    assert!(ran.status == 0 && ran.stdout.contains("other@contoso.example"), "{}: {}", ran.status, ran.stderr);
    assert!(ran.stderr.contains("draft.toml") && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    account(directory.path());
    assert!(handover(directory.path(), &named).stdout.contains(TENANT), "the account that fits tells the rest");
    let ran = handover(directory.path(), &[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""), "whose draft it is cannot be told");
    fs::write(directory.path().join("config.toml"), "?").unwrap();
    let ran = handover(directory.path(), &named);
    assert!(ran.status == 0 && !ran.stdout.contains(TENANT), "{}", ran.stdout);
    assert!(ran.stderr.contains("draft.toml") && ran.stderr.contains("config.toml"), "{}", ran.stderr);
}

#[test]
fn what_is_no_address_gets_nowhere() {
    for hostile in ["a'; rm -rf ~ #", "$(id)@contoso.example", "a\nb@contoso.example", "a\u{202e}@contoso.example", ""]
    {
        assert_eq!(bare(&["handover", "--product", "server", "--mailbox", hostile]).status, 64, "{hostile}");
    }
    for hostile in ["https://h.example/$(id)", "https://h.example/'x", "https://h.example/\u{202e}"] {
        let ran = bare(&["handover", "--product", "intra-mart", "--mailbox", "a@b.example", "--base-url", hostile]);
        assert_eq!(ran.status, 64, "{hostile}: {}", ran.stdout);
    }
    // By hand in the files it is no better.
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("state")).unwrap();
    for key in ["user", "sender", "tenant", "redirect_uri", "base_url"] {
        let text =
            format!("version = 1\nstep = \"mailbox\"\n[settings]\nproduct = \"server\"\n{key} = \"a'$(id)\\n\"\n");
        fs::write(directory.path().join("state/draft.toml"), text).unwrap();
        let ran = handover(directory.path(), &["--format", "azcli"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (78, ""), "{key}: {}", ran.stdout);
    }
}

#[test]
fn a_script_in_japanese_begins_with_a_mark_in_a_file() {
    let of = |format: &str| {
        let product =
            ["handover", "--product", "server", "--mailbox", "a@b.example", "--lang", "ja", "--format", format];
        bare(&product).stdout
    };
    assert!(of("powershell").starts_with("\u{feff}#"));
    assert!(of("azcli").starts_with("#!/bin/sh\n") && of("markdown").starts_with("# "));
}

/// A tenant of its own, and `az` that answers for it.
struct Tenant {
    directory: tempfile::TempDir,
}

impl Tenant {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let az = directory.path().join("az");
        fs::write(&az, include_str!("az.sh")).unwrap();
        fs::set_permissions(az, fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory }
    }

    fn has(&self, file: &str, text: &str) {
        fs::write(self.directory.path().join(file), text).unwrap();
    }

    fn runs(&self, shell: &str, script: &str) -> Ran {
        self.has("script", script);
        let path = format!("{}:{}", self.directory.path().display(), env::var("PATH").unwrap());
        let mut command = Command::new(shell);
        command.arg(self.directory.path().join("script")).env("AZ", self.directory.path()).env("PATH", path);
        ran(command.stdin(Stdio::null()).output().unwrap())
    }

    fn changes(&self) -> Vec<String> {
        let changes = fs::read_to_string(self.directory.path().join("changes")).unwrap_or_default();
        changes.lines().map(str::to_owned).collect()
    }
}

fn script(product: &str, mailbox: &str, language: &str) -> String {
    let arguments = ["--product", product, "--mailbox", mailbox, "--base-url", "https://im.example/imart"];
    let ran = bare(&[&["handover", "--format", "azcli", "--lang", language], &arguments[..]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout
}

/// What the administrator puts in.
fn filled(script: &str) -> String {
    script.replacen("'<tenant>'", &format!("'{TENANT}'"), 1)
}

#[test]
fn run_twice_it_changes_nothing_the_second_time() {
    for product in product::all().iter().filter(|product| !["outlook-com", "custom"].contains(&product.id.as_str())) {
        for (shell, language) in [("sh", "en"), ("bash", "ja")] {
            let tenant = Tenant::new();
            let script = filled(&script(&product.id, "o'h$x`@contoso.example", language));
            let first = tenant.runs(shell, &script);
            assert_eq!(first.status, 0, "{}: {}", product.id, first.stderr);
            let changes = tenant.changes();
            let audience = if product.id == "intra-mart" { "AzureADMultipleOrgs" } else { "AzureADMyOrg" };
            let name = product.app.display_name("o'h$x`@contoso.example");
            assert_eq!(changes[0], format!("create {name} {audience}"));
            assert_eq!(first.stdout.contains("client_secret  = CANARY~secret"), changes.contains(&"secret".to_owned()));
            assert!(first.stdout.contains(&format!("tenant         = {TENANT}\n")), "{}", first.stdout);
            assert!(first.stdout.contains("client_id      = 0f000000-0000-4000-8000-000000000001\n"));
            let second = tenant.runs(shell, &script);
            assert_eq!((second.status, tenant.changes()), (0, changes), "{}: {}", product.id, second.stderr);
            assert!(!second.stdout.contains("CANARY"), "{}", second.stdout);
        }
    }
}

#[test]
fn what_is_there_is_kept_and_added_to() {
    let tenant = Tenant::new();
    tenant.has("filter", "displayName eq 'intra-mart Accel Platform a@b.example'");
    tenant.has("web", "https://im.example/old\nhttps://*.example/*\n");
    tenant.has("grant-exchange", "EWS.AccessAsUser.All");
    tenant.has("secrets", "2020-01-01T00:00:00Z\n");
    let ran = tenant.runs("sh", &filled(&script("intra-mart", "a@b.example", "en")));
    let changes = tenant.changes().join("\n");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(!changes.contains("create"), "an app of that name is there: {changes}");
    let uris = "https://im.example/imart/system/oauth/redirect https://im.example/old https://*.example/*";
    assert!(changes.contains(uris), "{changes}");
    assert!(changes.contains("\"scope\":\"EWS.AccessAsUser.All SMTP.Send\""), "{changes}");
    assert!(changes.contains("secret") && ran.stdout.contains("CANARY"), "the one that is there has expired");
}

#[test]
fn another_secret_is_made_when_it_is_asked_for() {
    let tenant = Tenant::new();
    let script = filled(&script("bom", "a@b.example", "en"));
    assert!(tenant.runs("sh", &script).stdout.contains("CANARY"));
    let again = tenant.runs("sh", &script.replace("new_secret=no", "new_secret=yes"));
    assert!(again.stdout.contains("CANARY"), "{}", again.stdout);
    assert_eq!(tenant.changes().iter().filter(|change| *change == "secret").count(), 2);
}

#[test]
fn a_placeholder_stops_it_before_anything_is_done() {
    let tenant = Tenant::new();
    let ran = tenant.runs("sh", &script("server", "a@b.example", "en"));
    assert_eq!((ran.status, ran.stdout.as_str(), tenant.changes()), (1, "", Vec::new()));
    assert!(ran.stderr.contains("<...>"), "{}", ran.stderr);
}
