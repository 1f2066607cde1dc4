//! Values on their way into a command. A value goes in only after it parsed as what its name says it
//! is, and in PowerShell's quotes; for everything else stand words for what belongs there, `<mailbox>`,
//! quoted as well, since a bare `<` is PowerShell's redirection.

use super::value;
use crate::{
    facts::{Address, ClientName, Guid, Host, RedirectUri, Tenant},
    phrase::Phrase,
    shell,
};

const AZURE_CLI: &str = "az login --allow-no-subscriptions";
const EXCHANGE_ONLINE: &str = "Connect-ExchangeOnline{exchange_option}";

/// Fills a command template; `phrase` holds the values as they were given, and `any` says what belongs in the place of one.
pub(super) fn fill(template: &str, phrase: &Phrase, any: impl Fn(&str) -> String) -> String {
    super::fill(template, |name| {
        if name.ends_with("_option") {
            return Some(value(phrase, name).filter(|given| is_option(given)).unwrap_or_default().to_owned());
        }
        let value = value(phrase, name).and_then(|given| checked(name, given));
        Some(shell::powershell(&value.unwrap_or_else(|| format!("<{}>", any(name)))))
    })
}

/// ` -Name Value`, from a cloud's own data; it stands there without quotes.
fn is_option(given: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
    given.is_empty() || given.starts_with(" -") && given.chars().all(plain)
}

/// What opens the session that a command needs, a template like it; none where it opens one itself, or needs none.
pub(super) fn opening(command: &str) -> Option<&'static str> {
    let first = command.split_whitespace().next().unwrap_or_default();
    let begins_with = |begin: &str| command.lines().any(|line| line.starts_with(begin));
    match () {
        () if begins_with("Connect-") => None,
        () if begins_with("az ") => Some(AZURE_CLI),
        // Those of Microsoft Graph, `Get-MgUser`, have a line that connects; all others are Exchange's.
        () => shell::is_cmdlet(first).then_some(EXCHANGE_ONLINE),
    }
}

fn checked(name: &str, given: &str) -> Option<String> {
    match name {
        "user" | "sender" | "mailbox" | "token.user" => given.parse::<Address>().map(String::from).ok(),
        // A product's name from its own data, and the mailbox.
        "app_name" => {
            given.rsplit_once(' ').and_then(|(_, mailbox)| checked("mailbox", mailbox)).map(|_| given.to_owned())
        }
        "client_id" => given.parse::<ClientName>().map(String::from).ok(),
        "tenant" => given.parse::<Tenant>().map(String::from).ok(),
        "object_id" | "principal" => given.parse::<Guid>().map(String::from).ok(),
        "redirect_uri" => given.parse::<RedirectUri>().map(String::from).ok(),
        "host" => given.parse::<Host>().map(String::from).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(name: &str, value: &str) -> String {
        let phrase = Phrase::new("").with(name, value);
        fill("Set-CASMailbox -Identity {user} @{ x = {client_id} }", &phrase, |name| format!("any {name}"))
    }

    #[test]
    fn a_value_that_parsed_is_quoted() {
        assert_eq!(
            filled("user", "o'hara@contoso.example"),
            "Set-CASMailbox -Identity 'o''hara@contoso.example' @{ x = '<any client_id>' }"
        );
    }

    #[test]
    fn a_value_that_does_not_parse_leaves_the_placeholder() {
        for hostile in [
            "x'; Remove-Mailbox *; '",
            "$(id)@contoso.example",
            "a@b.example\nGet-Secret",
            "a\u{202e}@contoso.example",
            "a\u{2019}@b.example",
        ] {
            assert!(filled("user", hostile).starts_with("Set-CASMailbox -Identity '<any user>' @"), "{hostile}");
        }
    }

    #[test]
    fn a_command_says_what_it_needs_before_it() {
        for (command, needed) in [
            ("az ad app show --id 'x'", Some(AZURE_CLI)),
            ("Get-CASMailbox -Identity 'x'\nSet-CASMailbox -Identity 'x'", Some(EXCHANGE_ONLINE)),
            ("Connect-MgGraph\nGet-MgUser -UserId 'x'", None),
            ("openssl s_client -starttls smtp", None),
            ("smtp-oauth test", None),
        ] {
            assert_eq!(opening(command), needed, "{command}");
        }
    }

    #[test]
    fn an_option_stands_as_it_is_or_not_at_all() {
        let fill = |phrase: Phrase| fill("Connect-X{x_option} -Y", &phrase, str::to_owned);
        let filled = |value: &str| fill(Phrase::new("").with("x_option", value));
        assert_eq!(
            (filled(" -Environment China"), filled("")),
            ("Connect-X -Environment China -Y".into(), "Connect-X -Y".into())
        );
        assert_eq!(filled(" -Environment $(id)"), "Connect-X -Y");
        assert_eq!(fill(Phrase::new("")), "Connect-X -Y");
    }
}
