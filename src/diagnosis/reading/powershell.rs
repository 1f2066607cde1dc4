//! What Exchange Online PowerShell printed, as people paste it: a command and its Format-List. Only known commands and
//! keys are taken, a bounded number of them, as an evidence file would name them. It judges nothing.

use std::sync::LazyLock;

use super::{super::Evidence, records::pattern};
use crate::{facts::Guid, pattern::Pattern, visible};

/// `PS C:\> Get-CASMailbox alerts@contoso.example | fl SmtpClientAuthenticationDisabled`.
static COMMAND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:PS\b[^>]{0,200}> ?)?(Get-(?:CASMailbox|EXOCASMailbox|TransportConfig|Mailbox|EXOMailbox|Recipient|User|MailboxPermission|EXOMailboxPermission|RecipientPermission|ServicePrincipal|AuthenticationPolicy|OrganizationConfig|MsolUser|Mg\w{1,60}|AzureAD\w{1,40})\b.{0,300})",
    )
});
static LISTED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^\s{0,8}([A-Z]\w{1,60})\s* :(?: (.*))?$"));
/// Keys that are of nothing else.
const OWN: [&str; 6] = [
    "RecipientTypeDetails",
    "EmailAddresses",
    "AllowBasicAuthSmtp",
    "IsLicensed",
    "SmtpClientAuthenticationDisabled",
    "ResourceAppId",
];
/// Keys that count below a command.
const BELOW: [&str; 18] = [
    "RecipientType",
    "PrimarySmtpAddress",
    "UserPrincipalName",
    "WindowsEmailAddress",
    "ObjectId",
    "AppId",
    "ServiceId",
    "AccessRights",
    "User",
    "Trustee",
    "Deny",
    "Identity",
    "AuthenticationPolicy",
    "DefaultAuthenticationPolicy",
    "AccountEnabled",
    "IsEnabled",
    "ConsentType",
    "Scope",
];
const SWITCH: &str = "SmtpClientAuthenticationDisabled";
/// Lines that are taken.
const MOST: usize = 48;
const LONGEST: usize = 400;

/// One command and what it printed.
#[derive(Debug, Default)]
struct Output {
    command: String,
    lines: Vec<String>,
    /// What it says of SMTP AUTH.
    switch: Option<String>,
}

impl Output {
    fn is(&self, command: &str) -> bool {
        self.command.to_ascii_lowercase().starts_with(&command.to_ascii_lowercase())
    }
}

pub fn add(evidence: &mut Evidence, text: &str) {
    // Most texts have none of it.
    if !text.contains("Get-") && !OWN.iter().any(|key| text.contains(key)) {
        return;
    }
    let mut outputs = outputs(text);
    // The mailbox's own setting counts before the organisation's; one that is empty leaves it to that.
    let mailbox = |output: &Output| output.is("Get-CASMailbox") || output.is("Get-EXOCASMailbox");
    let own = outputs.iter().any(|output| mailbox(output) && output.switch.is_some());
    outputs.retain(|output| !(own && output.is("Get-TransportConfig")));
    let known = evidence.values("powershell").to_vec();
    let said = outputs.into_iter().filter(|output| !output.lines.is_empty());
    let said: Vec<String> = said.flat_map(|output| [output.command].into_iter().chain(output.lines)).collect();
    for line in said.into_iter().filter(|line| !line.is_empty() && !known.contains(line)).take(MOST) {
        evidence.add("powershell", line);
    }
}

fn outputs(text: &str) -> Vec<Output> {
    let mut outputs = vec![Output::default()];
    for line in text.lines().filter(|line| line.len() <= 4 * LONGEST) {
        if line.contains("et-")
            && let Some(command) = COMMAND.captures(line).and_then(|found| found.get(1))
        {
            outputs.push(Output { command: shown(command.as_str()), ..Output::default() });
            continue;
        }
        let Some(output) = outputs.last_mut().filter(|output| output.lines.len() < MOST) else { continue };
        let below = !output.command.is_empty();
        match listed(line) {
            Some((key, value)) if OWN.contains(&key) || below && BELOW.contains(&key) => {
                if key == SWITCH {
                    output.switch = Some(value.to_owned()).filter(|value| !value.is_empty());
                }
                if !value.is_empty() {
                    output.lines.push(shown(&format!("{key} : {value}")));
                }
            }
            _ if below && (line.contains("couldn't be found on") || row(line, &output.command)) => {
                output.lines.push(shown(line));
            }
            _ => {}
        }
    }
    outputs
}

fn listed(line: &str) -> Option<(&str, &str)> {
    let found = line.contains(" :").then(|| LISTED.captures(line)).flatten()?;
    Some((found.get(1)?.as_str(), found.get(2).map_or("", |value| value.as_str().trim())))
}

/// A row of a table of rights.
fn row(line: &str, command: &str) -> bool {
    command.contains("Permission") && line.contains('{') && line.contains('}')
}

fn shown(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    visible::line(&words).chars().take(LONGEST).collect()
}

/// Addresses and ids in what PowerShell printed. A secondary address has its `smtp:` in small letters.
pub fn infer(evidence: &mut Evidence) {
    let lines = evidence.values("powershell").to_vec();
    let principals = lines.iter().any(|line| line.contains("ServicePrincipal"));
    if let Some(rights) = mailbox_rights(&lines) {
        evidence.add_if_none("mailbox.rights", rights);
    }
    for line in &lines {
        let words = || line.split(|letter: char| letter.is_whitespace() || "{},;'\"".contains(letter));
        for alias in words().filter_map(|word| word.strip_prefix("smtp:")) {
            evidence.add_once("alias", alias);
        }
        let guid = |word: &&str| word.parse::<Guid>().is_ok();
        let id = line.trim_start().strip_prefix("ObjectId").and_then(|_| words().find(guid));
        evidence.add_once("principal", id.filter(|_| principals).unwrap_or_default());
    }
}

/// Who has a right on the mailbox, where Get-MailboxPermission was asked: `self-only` where it named nobody else.
fn mailbox_rights(lines: &[String]) -> Option<&'static str> {
    let asked = lines.iter().position(|line| line.contains("Get-MailboxPermission"))?;
    let printed = lines[asked + 1..].iter().take_while(|line| !line.trim_start().starts_with("Get-"));
    let (mut own, mut others) = (false, false);
    for line in printed {
        let named =
            line.split_once(':').filter(|(key, _)| key.trim() == "User").map_or(line.as_str(), |(_, user)| user);
        let is_own = named.contains("NT AUTHORITY\\SELF");
        own |= is_own;
        let key_of_a_list = line.contains(" :") && !line.trim_start().starts_with("User ");
        let table = line.contains('{') && !key_of_a_list;
        others |= !is_own && (table || (named.len() < line.len() && !named.trim().is_empty()));
    }
    (own && !others).then_some("self-only")
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{fact, named},
        mailbox_rights,
    };

    const BARE: &str = "535 5.7.3 Authentication unsuccessful\n";

    #[test]
    fn the_switch_of_the_mailbox_counts_before_that_of_the_organisation() {
        let mailbox = "PS> Get-CASMailbox alerts@contoso.example | fl SmtpClientAuthenticationDisabled\n\n";
        let all = "PS C:\\> Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled\n\n";
        let is = |value: &str| format!("SmtpClientAuthenticationDisabled : {value}\n\n");
        for (text, slug) in [
            (format!("{mailbox}{}", is("True")), "smtp_auth_disabled_mailbox"),
            (format!("{BARE}{mailbox}{}", is("True")), "smtp_auth_disabled_mailbox"),
            (format!("{BARE}{all}{}", is("True")), "smtp_auth_disabled_tenant"),
            (format!("{all}{}{mailbox}{}", is("True"), is("")), "smtp_auth_disabled_tenant"),
            (format!("{all}{}{mailbox}{}", is("True"), is("True")), "smtp_auth_disabled_mailbox"),
        ] {
            assert_eq!(named(&text).0, slug, "{text}");
        }
        let text = format!("{all}{}{mailbox}{}", is("True"), is("False"));
        assert!(!["smtp_auth_disabled_mailbox", "smtp_auth_disabled_tenant"].contains(&named(&text).0));
    }

    #[test]
    fn known_keys_are_taken_and_nothing_else() {
        let text =
            "Get-Mailbox a@b.example | fl\nName : CANARY\nEmailAddresses   : {SMTP:a@b.example, smtp:c@b.example}\n";
        assert_eq!(
            fact(text, "powershell"),
            "Get-Mailbox a@b.example | fl EmailAddresses : {SMTP:a@b.example, smtp:c@b.example}"
        );
        assert_eq!(fact(text, "alias"), "c@b.example");
        for text in
            ["User : x\nScope : y\n", "run Get-CASMailbox then\n", "Error : SmtpClientAuthenticationDisabled : x"]
        {
            assert_eq!(fact(text, "powershell"), "", "{text}");
        }
        let rights = "Get-MailboxPermission a@b.example\nNT AUTHORITY\\SELF   {FullAccess, ReadPermission}\n";
        assert_eq!(fact(rights, "mailbox.rights"), "self-only");
    }

    #[test]
    fn who_has_a_right_on_a_mailbox_is_read_from_lists_and_tables() {
        let rights = |lines: &[&str]| mailbox_rights(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        let own = "User            : NT AUTHORITY\\SELF";
        assert_eq!(rights(&["Get-MailboxPermission a", "AccessRights    : {FullAccess}", own]), Some("self-only"));
        assert_eq!(rights(&["Get-MailboxPermission a", own, "User : app"]), None);
        assert_eq!(rights(&["Get-MailboxPermission a", "NT AUTHORITY\\SELF  {FullAccess}"]), Some("self-only"));
        assert_eq!(
            rights(&["Get-MailboxPermission a", "NT AUTHORITY\\SELF {FullAccess}", "b@c.example {FullAccess}"]),
            None
        );
        // What another command printed is not of the mailbox.
        assert_eq!(rights(&["Get-MailboxPermission a", own, "Get-ServicePrincipal", "User : app"]), Some("self-only"));
        assert_eq!(rights(&["Get-RecipientPermission a", own]), None);
    }
}
