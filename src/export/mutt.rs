//! mutt 2.0 or later (the first with XOAUTH2), and NeoMutt, which reads the same settings. A value stands in single
//! quotes, as for a shell: nothing is expanded in them. mutt's own list of mailboxes and keys is not touched.

use super::{Exported, Facts, File, Format, Place, Refusal, printable};
use crate::{facts::Security, phrase::Phrase, shell};

pub const FORMAT: Format = Format { id: "mutt", place: Place::File("~/.muttrc"), export };

fn export(facts: &Facts<'_>) -> Result<Exported, Refusal> {
    let text = [facts.head("mutt 2.0"), server(facts)?, sender(facts)].concat();
    Ok(Exported {
        files: vec![File { name: "muttrc".to_owned(), text }],
        notes: vec![facts.readers("mutt"), Phrase::new("export.mutt.beside")],
    })
}

fn server(facts: &Facts<'_>) -> Result<String, Refusal> {
    let server = &facts.account.server;
    let scheme = if server.security == Security::StartTls { "smtp" } else { "smtps" };
    // An `@` would end the user's name (RFC 3986, section 3.2.1).
    let user: String = url::form_urlencoded::byte_serialize(facts.account.user.as_str().as_bytes()).collect();
    let url = format!("{scheme}://{}@{}:{}/", user, server.host, server.port);
    let trust = match &facts.account.registration.trust {
        Some(ca_file) => set("certificate_file", printable(ca_file)?),
        None => String::new(),
    };
    let settings = [
        set("smtp_url", &url),
        set("ssl_force_tls", "yes"),
        trust,
        set("smtp_authenticators", "xoauth2"),
        set("smtp_oauth_refresh_command", &facts.token_command()?),
    ];
    Ok(settings.concat())
}

fn sender(facts: &Facts<'_>) -> String {
    let sender = facts.account.sender.as_str();
    let settings = [set("from", sender), set("use_from", "yes"), set("envelope_from_address", sender)];
    format!("\n{}{}", facts.comment(&Phrase::new("comments.mutt-sender")), settings.concat())
}

fn set(name: &str, value: &str) -> String {
    format!("set {name}={}\n", shell::quoted(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::tests::{self, japanese};

    fn exported(more: &str, change: impl FnOnce(&mut Facts<'_>)) -> Result<String, Refusal> {
        tests::exported(&FORMAT, more, change)
    }

    #[test]
    fn the_file_as_it_is() {
        insta::assert_snapshot!(exported("sender = \"noreply@contoso.example\"", |_| {}).unwrap());
    }

    #[test]
    fn the_file_in_japanese() {
        let text = exported("", |facts| {
            facts.say = &japanese;
            facts.shared = true;
        });
        insta::assert_snapshot!(text.unwrap());
    }

    #[test]
    fn tls_from_the_first_byte_and_an_authority_of_ones_own() {
        let more = "[smtp]\nhost = \"mail.contoso.example\"\nport = 465\nsecurity = \"tls\"\n\
                    [endpoints]\nca_file = \"/etc/it's a `ca`.pem\"";
        let text = exported(more, |_| {}).unwrap();
        for line in [
            "set smtp_url='smtps://alerts%40contoso.example@mail.contoso.example:465/'",
            r"set certificate_file='/etc/it'\''s a `ca`.pem'",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in {text}");
        }
    }

    #[test]
    fn a_directory_of_any_name_is_one_word_to_the_shell_that_mutt_runs() {
        let text = exported("", |facts| facts.config = Some("/a b/$(id)".into())).unwrap();
        let command = r"'/usr/bin/smtp-oauth token -a alerts --config '\''/a b/$(id)'\'''";
        assert!(text.contains(&format!("set smtp_oauth_refresh_command={command}\n")), "{text}");
    }

    #[test]
    fn what_would_end_a_line_is_refused() {
        let refused = exported("[endpoints]\nca_file = \"/a\\nb\"", |_| {});
        assert_eq!(refused, Err(Refusal::Unprintable("/a\nb".into())));
        assert!(!exported("", |facts| facts.vault = "/a\nset evil".into()).unwrap().contains("\nset evil"));
    }
}
