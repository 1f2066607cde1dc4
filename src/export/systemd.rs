//! systemd 250 or later: a timer that uses the sign-in before it dies unused, a daily look at what ends first, and
//! a unit that tells somebody when either fails. For root they are the system's, otherwise the user's. No token
//! reaches the journal.

use std::path::Path;

use super::{Exported, Facts, File, Format, Place, Refusal, printable};
use crate::phrase::Phrase;

pub const FORMAT: Format = Format {
    id: "systemd",
    place: Place::Directory { user: "~/.config/systemd/user", system: "/etc/systemd/system" },
    export,
};

/// Longer than two rounds of the timer that serves others: what they read never has less left than one round.
const SHARED_LIFE: u32 = 2_700;

fn export(facts: &Facts<'_>) -> Result<Exported, Refusal> {
    let names = Names::new(facts);
    let files = vec![
        File { name: format!("{}.service", names.renew), text: renewal(facts, &names)? },
        File { name: format!("{}.timer", names.renew), text: renewal_timer(facts) },
        File { name: format!("{}.service", names.check), text: check(facts, &names)? },
        File { name: format!("{}.timer", names.check), text: check_timer(facts) },
        File { name: format!("{}.service", names.failed), text: failed(facts, &names) },
    ];
    let manager = if facts.root { "systemctl" } else { "systemctl --user" };
    let start =
        format!("{manager} daemon-reload && {manager} enable --now {}.timer {}.timer", names.renew, names.check);
    let mut notes = vec![Phrase::new("export.systemd.start").with("start", start)];
    if !facts.root {
        notes.push(Phrase::new("export.systemd.linger").with("owner", &facts.owner));
    }
    notes.push(Phrase::new("export.systemd.tell").with("unit", format!("{}.service", names.failed)));
    Ok(Exported { files, notes })
}

struct Names {
    renew: String,
    check: String,
    failed: String,
}

impl Names {
    fn new(facts: &Facts<'_>) -> Self {
        let named = |what: &str| format!("smtp-oauth-{what}-{}", facts.name);
        Self { renew: named("token"), check: named("check"), failed: named("failed") }
    }
}

fn renewal(facts: &Facts<'_>, names: &Names) -> Result<String, Refusal> {
    let life = SHARED_LIFE.to_string();
    // Alone, the owner renews when it sends; what must be used is the refresh token, and a new one kept.
    let how = if facts.shared { vec!["--min-life", &life] } else { vec!["--refresh"] };
    // A round of the timer must not count as one try too many.
    let (limit, pause) = if facts.shared { ("10min", "2min") } else { ("4h", "20min") };
    let online = if facts.root { "Wants=network-online.target\nAfter=network-online.target\n" } else { "" };
    Ok(format!(
        "[Unit]\n\
         {description}\
         {online}\
         OnFailure={failed}.service\n\
         {again}\
         StartLimitIntervalSec={limit}\n\
         StartLimitBurst=4\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         {run}\
         {token}\
         StandardOutput=null\n\
         {stderr}\
         SyslogLevel=err\n\
         {no_mend}\
         Restart=on-failure\n\
         RestartSec={pause}\n\
         RestartPreventExitStatus=64 65 70 73 77 78\n\
         {credential}\
         {walls}",
        description = description(facts, "comments.systemd-keep"),
        failed = names.failed,
        again = comment(facts, "comments.systemd-again"),
        run = run(facts, &[&["token", "-a", facts.name.as_str()], &how[..]].concat())?,
        token = comment(facts, "comments.systemd-token"),
        stderr = comment(facts, "comments.systemd-stderr"),
        no_mend = comment(facts, "comments.systemd-no-mend"),
        credential = credential(facts),
        walls = walls(facts, true)?,
    ))
}

fn renewal_timer(facts: &Facts<'_>) -> String {
    let when = if facts.shared {
        comment(facts, "comments.systemd-others") + "OnCalendar=*:0/15\n"
    } else {
        comment(facts, "comments.systemd-refresh") + DAILY
    };
    timer(facts, "comments.systemd-keep", &when)
}

fn check(facts: &Facts<'_>, names: &Names) -> Result<String, Refusal> {
    Ok(format!(
        "[Unit]\n\
         {description}\
         OnFailure={failed}.service\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         {run}\
         {codes}\
         #SuccessExitStatus=1\n\
         {walls}",
        description = description(facts, "comments.systemd-check"),
        failed = names.failed,
        run = run(facts, &["status", "-a", facts.name.as_str(), "--nagios"])?,
        codes = comment(facts, "comments.systemd-codes"),
        walls = walls(facts, false)?,
    ))
}

fn check_timer(facts: &Facts<'_>) -> String {
    timer(facts, "comments.systemd-check-daily", DAILY)
}

const DAILY: &str = "OnCalendar=daily\nRandomizedDelaySec=6h\n";

fn timer(facts: &Facts<'_>, what: &str, when: &str) -> String {
    format!(
        "[Unit]\n{}\n[Timer]\n{when}{}Persistent=true\n\n[Install]\nWantedBy=timers.target\n",
        description(facts, what),
        comment(facts, "comments.systemd-boot"),
    )
}

fn comment(facts: &Facts<'_>, key: &str) -> String {
    facts.comment(&Phrase::new(key))
}

/// What a unit is called in lists; `%` begins a specifier there too.
fn description(facts: &Facts<'_>, key: &str) -> String {
    let said = facts.described(&Phrase::new(key).with("name", facts.name));
    format!("Description={}\n", said.replace('%', "%%"))
}

fn failed(facts: &Facts<'_>, names: &Names) -> String {
    let journal = if facts.root { "journalctl" } else { "journalctl --user" };
    let journal = format!("{journal} -u {} -u {}", names.renew, names.check);
    let said = Phrase::new("comments.systemd-failed-said").with("name", facts.name).with("journal", journal);
    format!(
        "[Unit]\n\
         {description}\
         \n\
         [Service]\n\
         Type=oneshot\n\
         {how}\
         #ExecStart=/usr/bin/curl --silent --show-error --data-raw \"smtp-oauth: {name}\" https://ntfy.example/alerts\n\
         ExecStart=/usr/bin/logger -p user.crit -t smtp-oauth {said}\n",
        description = description(facts, "comments.systemd-failed"),
        how = comment(facts, "comments.systemd-failed-how"),
        name = facts.name,
        said = argument(&facts.described(&said)),
    )
}

/// Who runs what, and where it finds its files.
fn run(facts: &Facts<'_>, words: &[&str]) -> Result<String, Refusal> {
    let program = printable(&facts.program)?;
    // The path of the program is no place for variables, and cannot be quoted against them (systemd.service(5)).
    if program.contains(UNCALLABLE) {
        let path = program.to_owned();
        return Err(Refusal::Uncallable { path, characters: UNCALLABLE_SHOWN });
    }
    let mut line: Vec<String> = [&[program], words].concat().into_iter().map(argument).collect();
    if let Some(config) = &facts.config {
        line.extend(["--config".to_owned(), argument(printable(config)?)]);
    }
    let user = if facts.root { format!("User={}\n", facts.owner) } else { String::new() };
    let mut environment = String::new();
    for (name, path) in &facts.environment {
        environment += &format!("Environment={}\n", quoted(&format!("{name}={}", printable(path)?)));
    }
    Ok(format!("{user}{environment}ExecStart={}\nSyslogIdentifier=smtp-oauth\n", line.join(" ")))
}

const UNCALLABLE: [char; 2] = ['$', '\\'];
const UNCALLABLE_SHOWN: &str = "$ or \\";

/// A word of a command line, where `$` begins a variable.
fn argument(text: &str) -> String {
    quoted(&text.replace('$', "$$"))
}

/// A word of a unit file, where `%` begins a specifier (systemd.syntax(7), "Quoting").
fn quoted(text: &str) -> String {
    let text = text.replace('%', "%%");
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%$".contains(c);
    if text.chars().all(plain) && !text.is_empty() {
        text
    } else {
        format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
    }
}

/// How the secret can be sealed to the machine; a user's manager has no key for that before systemd 256.
fn credential(facts: &Facts<'_>) -> String {
    if !facts.secret || !facts.root {
        return String::new();
    }
    let name = format!("{}.client-secret", facts.name);
    format!(
        "{}\
         #   systemd-creds encrypt --name={name} FILE /etc/credstore.encrypted/{name}\n\
         #LoadCredentialEncrypted={name}:/etc/credstore.encrypted/{name}\n",
        comment(facts, "comments.systemd-credential"),
    )
}

/// What the service does not need is taken from it. A user's manager cannot build most walls everywhere.
fn walls(facts: &Facts<'_>, writes: bool) -> Result<String, Refusal> {
    let common = "NoNewPrivileges=yes\nLockPersonality=yes\nRestrictRealtime=yes\n\
                  MemoryDenyWriteExecute=yes\nSystemCallArchitectures=native\n";
    if !facts.root {
        return Ok(common.to_owned());
    }
    let mut walls = format!(
        "{common}CapabilityBoundingSet=\nProtectSystem=strict\nProtectHome=read-only\nPrivateDevices=yes\n\
         ProtectKernelTunables=yes\nProtectKernelModules=yes\nProtectKernelLogs=yes\nProtectControlGroups=yes\n\
         ProtectClock=yes\nRestrictNamespaces=yes\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n"
    );
    if !facts.shared {
        // A directory for a group is made with the set-group-ID bit.
        walls += "RestrictSUIDSGID=yes\n";
    }
    if !in_tmp(facts) {
        walls += "PrivateTmp=yes\n";
    }
    if writes {
        walls += &format!("ReadWritePaths={}\n", quoted(printable(&facts.state)?));
    }
    Ok(walls)
}

fn in_tmp(facts: &Facts<'_>) -> bool {
    let paths = [Some(&facts.state), Some(&facts.program), facts.config.as_ref()];
    let inside = |path: &Path| ["/tmp", "/var/tmp"].iter().any(|tmp| path.starts_with(tmp));
    paths.into_iter().flatten().any(|path| inside(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::tests::{account, facts, japanese};

    fn exported(change: impl FnOnce(&mut Facts<'_>)) -> Result<Exported, Refusal> {
        let (name, account) = ("alerts".parse().unwrap(), account(""));
        let mut facts = facts(&name, &account);
        change(&mut facts);
        export(&facts)
    }

    fn text(change: impl FnOnce(&mut Facts<'_>)) -> String {
        exported(change).unwrap().text()
    }

    #[test]
    fn the_units_of_the_system() {
        insta::assert_snapshot!(text(|facts| {
            facts.secret = true;
            facts.config = Some("/etc/smtp-oauth".into());
        }));
    }

    #[test]
    fn the_units_of_a_user() {
        insta::assert_snapshot!(text(|facts| facts.root = false));
    }

    #[test]
    fn the_units_in_japanese() {
        insta::assert_snapshot!(text(|facts| {
            facts.say = &japanese;
            facts.secret = true;
        }));
    }

    #[test]
    fn what_a_unit_is_called_is_no_specifier_and_one_line() {
        let text = text(|facts| facts.say = &|_| "100 %n $x\nExecStart=/bin/sh\n".to_owned());
        assert!(text.contains("\nDescription=100 %%n $x^JExecStart=/bin/sh^J\n"), "{text}");
        assert!(text.contains("-t smtp-oauth \"100 %%n $$x^JExecStart=/bin/sh^J\"\n"), "{text}");
        assert!(!text.contains("\nExecStart=/bin/sh") && text.contains("\n# ExecStart=/bin/sh\n"), "{text}");
    }

    #[test]
    fn who_shares_the_token_has_it_renewed_all_the_time() {
        let text = text(|facts| facts.shared = true);
        assert!(text.contains("token -a alerts --min-life 2700\n") && text.contains("\nOnCalendar=*:0/15\n"), "{text}");
    }

    #[test]
    fn what_systemd_would_read_otherwise_is_quoted() {
        let text = text(|facts| {
            facts.config = Some("/srv/a b/%n/$HOME/\"c\"\\d".into());
            facts.environment = vec![("XDG_STATE_HOME", "/srv/$x/%h;y".into())];
        });
        let config = r#"token -a alerts --refresh --config "/srv/a b/%%n/$$HOME/\"c\"\\d""#;
        assert!(text.contains(config), "{text}");
        assert!(text.contains("\nEnvironment=\"XDG_STATE_HOME=/srv/$x/%%h;y\"\n"), "{text}");
    }

    #[test]
    fn what_systemd_cannot_be_told_is_refused() {
        let uncallable = exported(|facts| facts.program = "/opt/$x/smtp-oauth".into());
        assert!(matches!(uncallable, Err(Refusal::Uncallable { .. })), "{uncallable:?}");
        for change in [
            (|facts: &mut Facts<'_>| facts.config = Some("/a\nExecStart=/bin/sh".into())) as fn(&mut Facts<'_>),
            |facts| facts.state = "/a\nb".into(),
            |facts| facts.program = "/a\u{202e}b".into(),
            |facts| facts.environment = vec![("XDG_STATE_HOME", "/a\nb".into())],
        ] {
            assert!(matches!(exported(change), Err(Refusal::Unprintable(_))));
        }
    }

    #[test]
    fn what_lies_in_tmp_stays_in_sight() {
        assert!(
            text(|_| {}).contains("PrivateTmp") && !text(|facts| facts.state = "/tmp/x".into()).contains("PrivateTmp")
        );
    }
}
