//! msmtp 1.8.13 or later (the first with XOAUTH2 and long tokens): one account, which is also the default one.
//! A value is the rest of the line; one pair of double quotes around it is taken off, and nothing is escaped.

use super::{Exported, Facts, File, Format, Place, Refusal, printable};
use crate::{facts::Security, phrase::Phrase};

pub const FORMAT: Format = Format { id: "msmtp", place: Place::File("~/.msmtprc"), export };

/// msmtp reads lines into 501 bytes, newline and terminator included; comments too.
const LONGEST: usize = 499;

/// In `from`, msmtp puts names in the place of `%U`, `%H`, `%C` and `%M`, and since 1.8.16 takes shell patterns.
const PATTERN: &str = "%*?";

fn export(facts: &Facts<'_>) -> Result<Exported, Refusal> {
    let parts = [head(facts), server(facts)?, identity(facts)?, sender(facts)?, apparmor(facts)];
    // An account of that name is the default one already.
    let default = if facts.name.as_str() == "default" { String::new() } else { default(facts) };
    let text = parts.concat() + &default;
    if let Some(line) = text.lines().find(|line| line.len() > LONGEST) {
        return Err(Refusal::TooLong { line: line.to_owned(), most: LONGEST });
    }
    Ok(Exported {
        files: vec![File { name: "msmtprc".to_owned(), text }],
        notes: vec![facts.readers("msmtp"), Phrase::new("export.msmtp.apparmor")],
    })
}

fn head(facts: &Facts<'_>) -> String {
    format!("{}account {}\n", facts.head("msmtp 1.8.13"), facts.name)
}

fn server(facts: &Facts<'_>) -> Result<String, Refusal> {
    let server = &facts.account.server;
    let starttls = if server.security == Security::StartTls { "on" } else { "off" };
    Ok(format!("host {}\nport {}\ntls on\ntls_starttls {starttls}\n{}", server.host, server.port, trust(facts)?))
}

/// msmtp takes one list of authorities, in place of the system's; an account's own is added to that.
fn trust(facts: &Facts<'_>) -> Result<String, Refusal> {
    let Some(ca_file) = &facts.account.registration.trust else { return Ok(String::new()) };
    let line = format!("tls_trust_file \"{}\"\n", printable(ca_file)?);
    let of_cloud = facts.account.cloud.addresses().map(|addresses| &addresses.smtp_host);
    Ok(if of_cloud == Some(&facts.account.server.host) {
        format!("{}# {line}", facts.comment(&Phrase::new("comments.msmtp-trust-proxy")))
    } else {
        format!("{}{line}", facts.comment(&Phrase::new("comments.msmtp-trust")))
    })
}

fn identity(facts: &Facts<'_>) -> Result<String, Refusal> {
    let user = &facts.account.user;
    Ok(format!("auth xoauth2\nuser {user}\npasswordeval \"{}\"\n", facts.token_command()?))
}

fn sender(facts: &Facts<'_>) -> Result<String, Refusal> {
    let sender = facts.account.sender.as_str();
    if sender.contains(|c| PATTERN.contains(c)) {
        return Err(Refusal::Pattern { value: sender.to_owned(), characters: PATTERN });
    }
    let why = facts.comment(&Phrase::new("comments.msmtp-sender"));
    Ok(format!("\n{why}from {sender}\nset_from_header on\n#allow_from_override off\n"))
}

/// Debian's profile runs the shell of `passwordeval` in a profile of its own, `helpers`, which names the programs
/// it may start; `local/usr.bin.msmtp` is included outside of it (README.Debian of msmtp).
fn apparmor(facts: &Facts<'_>) -> String {
    let rule = Phrase::new("comments.msmtp-apparmor").with("path", rule_path(facts));
    format!("\n{}", facts.comment(&rule))
}

/// As apparmor.d(5) wants it; what would be a pattern there is left to the reader.
fn rule_path(facts: &Facts<'_>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+ ".contains(c);
    match printable(&facts.executable) {
        Ok(path) if path.chars().all(plain) && path.contains(' ') => format!("\"{path}\""),
        Ok(path) if path.chars().all(plain) => path.to_owned(),
        _ => "/path/of/smtp-oauth".to_owned(),
    }
}

fn default(facts: &Facts<'_>) -> String {
    format!("\naccount default : {}\n", facts.name)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::export::tests::{self, account, facts, japanese};

    fn exported(more: &str, change: impl FnOnce(&mut Facts<'_>)) -> Result<String, Refusal> {
        tests::exported(&FORMAT, more, change)
    }

    /// What msmtp takes for a command.
    fn commands(text: &str) -> Vec<&str> {
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    #[test]
    fn the_file_as_it_is() {
        insta::assert_snapshot!(exported("sender = \"noreply@contoso.example\"", |_| {}).unwrap());
    }

    #[test]
    fn the_file_in_japanese() {
        let text = exported("sender = \"noreply@contoso.example\"", |facts| {
            facts.say = &japanese;
            facts.shared = true;
        });
        insta::assert_snapshot!(text.unwrap());
    }

    #[test]
    fn tls_from_the_first_byte_and_an_authority_of_ones_own() {
        let more = "[smtp]\nhost = \"mail.contoso.example\"\nport = 465\nsecurity = \"tls\"\n\
                    [endpoints]\nca_file = \"/etc/a b/\\\"ca\\\".pem\"";
        let text = exported(more, |facts| facts.config = Some("/srv/mail".into())).unwrap();
        assert_eq!(
            commands(&text),
            [
                "account alerts",
                "host mail.contoso.example",
                "port 465",
                "tls on",
                "tls_starttls off",
                "tls_trust_file \"/etc/a b/\"ca\".pem\"",
                "auth xoauth2",
                "user alerts@contoso.example",
                "passwordeval \"/usr/bin/smtp-oauth token -a alerts --config /srv/mail\"",
                "from alerts@contoso.example",
                "set_from_header on",
                "account default : alerts",
            ]
        );
    }

    #[test]
    fn an_authority_for_the_sign_in_does_not_unseat_those_of_microsofts_mail_server() {
        let text = exported("[endpoints]\nca_file = \"/etc/ssl/proxy.pem\"", |_| {}).unwrap();
        assert!(text.contains("\n# tls_trust_file \"/etc/ssl/proxy.pem\"\n"), "{text}");
    }

    #[test]
    fn a_directory_of_any_name_is_one_word_to_the_shell() {
        let text = exported("", |facts| facts.config = Some(r#"/a b/"c"/$(id)/it's\ `x`"#.into())).unwrap();
        let expected = r#"passwordeval "/usr/bin/smtp-oauth token -a alerts --config '/a b/"c"/$(id)/it'\''s\ `x`'""#;
        assert!(commands(&text).contains(&expected), "{text}");
    }

    #[test]
    fn an_account_named_default_is_not_defined_twice() {
        let (name, account) = ("default".parse().unwrap(), account(""));
        let text = export(&facts(&name, &account)).unwrap().text();
        assert_eq!(commands(&text).iter().filter(|line| line.starts_with("account")).count(), 1);
    }

    #[test]
    fn what_msmtp_cannot_be_told_is_refused() {
        let sender = |sender: &str| exported(&format!("sender = \"{sender}\""), |_| {});
        for pattern in ["a%Ub@contoso.example", "a*b@contoso.example", "a?b@contoso.example"] {
            assert!(matches!(sender(pattern), Err(Refusal::Pattern { .. })), "{pattern}");
        }
        let long = PathBuf::from(format!("/{}", "x".repeat(500)));
        let refused = exported("", |facts| facts.config = Some(long.clone()));
        assert!(matches!(refused, Err(Refusal::TooLong { most: 499, .. })), "{refused:?}");
        let refused = exported("", |facts| facts.vault = long.clone());
        assert!(matches!(refused, Err(Refusal::TooLong { .. })), "a comment counts: {refused:?}");
        let split = "[smtp]\nhost = \"mail.contoso.example\"\n[endpoints]\nca_file = \"/a\\nb\"";
        assert_eq!(exported(split, |_| {}), Err(Refusal::Unprintable("/a\nb".into())));
    }

    #[test]
    fn a_path_in_a_comment_stays_in_it() {
        let text = exported("", |facts| {
            facts.vault = "/a\nhost evil".into();
            facts.executable = "/a\nhost evil".into();
        });
        assert!(!text.unwrap().contains("\nhost evil"));
    }
}
