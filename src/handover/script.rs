//! The scripts. Their code stands in `script.ps1`, `exchange.ps1`, `patience.ps1` and `script.sh`, the same for
//! everybody; here what does not apply is left out, the values are put in, and the words are those of the chosen language.
//!
//! In those files `#: KEY` is a comment, `'@KEY'` a message, `#if FLAG !FLAG` to `#end` a part that applies under
//! conditions, and `#NAME` on a line of its own what is made here.

use super::{
    facts::Facts,
    value::{Syntax, Value},
};
use crate::{
    entra::Cloud,
    language::Texts,
    product::app::{Api, Audience, Kind, Permission, Platform},
    shell,
};

/// Characters in a comment's line.
const WIDTH: usize = 100;

/// Functions of modules, as Microsoft Graph's cmdlets are, do not see the script's own preference; the parameter reaches
/// them (about_Scopes, about_CommonParameters).
const STOP: &str = "$ErrorActionPreference = 'Stop'\n$PSDefaultParameterValues['*:ErrorAction'] = 'Stop'\n";

struct Script<'a> {
    texts: &'a Texts,
    flags: Vec<&'static str>,
    syntax: Syntax,
    /// What stands in the place of `#NAME`.
    made: Vec<(&'static str, String)>,
}

pub fn powershell(facts: &Facts, texts: &Texts) -> String {
    let mut script = Script { texts, flags: flags(facts), syntax: Syntax::PowerShell, made: Vec::new() };
    let graph_option = facts.cloud.addresses().map_or("", |addresses| addresses.graph_option.as_str());
    let connect = format!(
        "Connect-MgGraph -TenantId $TenantId -Scopes {}{graph_option} | Out-Null\n",
        graph_scopes(facts).iter().map(|scope| shell::powershell(scope)).collect::<Vec<_>>().join(", ")
    );
    script.made =
        vec![("stop", STOP.to_owned()), ("connect-graph", connect), ("values", powershell_values(facts, texts))];
    let patience = script.render(include_str!("patience.ps1"));
    script.made.extend([("patience", patience), ("exchange", exchange(facts, texts))]);
    script.render(include_str!("script.ps1"))
}

pub fn azcli(facts: &Facts, texts: &Texts) -> String {
    let mut script = Script { texts, flags: flags(facts), syntax: Syntax::Posix, made: Vec::new() };
    script.made = vec![("values", azcli_values(facts, texts)), ("exchange-comment", exchange_comment(facts, texts))];
    script.render(include_str!("script.sh"))
}

/// Exchange's part, which stands on its own behind `$AppId` and `$ObjectId`.
fn exchange(facts: &Facts, texts: &Texts) -> String {
    let option = facts.cloud.addresses().map_or("", |addresses| addresses.exchange_option.as_str());
    let connect = format!("Connect-ExchangeOnline -ShowBanner:$false{option}\n");
    let made = vec![("connect-exchange", connect)];
    Script { texts, flags: flags(facts), syntax: Syntax::PowerShell, made }.render(include_str!("exchange.ps1"))
}

/// The same as comments of a shell script, with its own values.
fn exchange_comment(facts: &Facts, texts: &Texts) -> String {
    let mut lines = vec![STOP.trim_end().to_owned()];
    if names_the_app(facts) {
        lines.extend(["$AppId = '<client_id>'", "$ObjectId = '<object_id>'"].map(str::to_owned));
    }
    lines.extend(powershell_mailbox(facts, texts));
    let script = Script { texts, flags: flags(facts), syntax: Syntax::PowerShell, made: Vec::new() };
    let patience = script.render(include_str!("patience.ps1"));
    let whole = format!("{}\n{patience}{}", lines.join("\n"), exchange(facts, texts));
    whole.lines().map(|line| if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") }).collect()
}

fn flags(facts: &Facts) -> Vec<&'static str> {
    let needs = &facts.needs;
    let has = |kind| needs.permissions.iter().any(|permission| permission.kind == kind);
    let to = |platform| needs.redirects.iter().any(|redirect| redirect.platform == platform);
    let flags = [
        ("secret", needs.secret),
        ("certificate", needs.certificate),
        ("web", to(Platform::Web)),
        ("native", to(Platform::Native)),
        ("redirects", !needs.redirects.is_empty()),
        ("public-client", needs.public_client),
        ("several-tenants", needs.audience != Audience::Single),
        ("delegated", has(Kind::Delegated)),
        ("app-only", has(Kind::Application)),
        ("app-id", names_the_app(facts)),
        ("hve", needs.hve),
        ("mailbox", !needs.hve),
        ("send-as", facts.sender.is_some() && !needs.app_only),
        ("dod", facts.cloud == Cloud::Dod),
    ];
    flags.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag).collect()
}

/// Whether Exchange has to be told of the app.
fn names_the_app(facts: &Facts) -> bool {
    facts.needs.app_only || facts.needs.hve
}

/// What the administrator lets the session do, no more than the script does.
fn graph_scopes(facts: &Facts) -> Vec<&'static str> {
    let has = |kind| facts.needs.permissions.iter().any(|permission| permission.kind == kind);
    let delegated = has(Kind::Delegated).then_some("DelegatedPermissionGrant.ReadWrite.All");
    let application = has(Kind::Application).then_some("AppRoleAssignment.ReadWrite.All");
    [Some("Application.ReadWrite.All"), delegated, application].into_iter().flatten().collect()
}

fn powershell_values(facts: &Facts, texts: &Texts) -> String {
    let syntax = Syntax::PowerShell;
    let mut lines = vec![
        syntax.assign(texts, "TenantId", &facts.tenant()),
        syntax.assign(texts, "ClientId", &client_id(facts)),
        syntax.assign(texts, "AppName", &facts.app_name()),
    ];
    lines.extend(powershell_mailbox(facts, texts));
    lines.push(syntax.assign(texts, "Audience", &Value::known(sign_in_audience(facts.needs.audience))));
    lines.push(syntax.assign_list(texts, "WebRedirects", &facts.redirects(Platform::Web)));
    lines.push(syntax.assign_list(texts, "NativeRedirects", &facts.redirects(Platform::Native)));
    lines.push("$Permissions = @(".to_owned());
    lines.extend(facts.needs.permissions.iter().map(|permission| {
        let [api, kind, name] = access(permission).map(shell::powershell);
        format!("  @{{ Api = {api}; Type = {kind}; Value = {name} }} # {}", api_name(permission.api))
    }));
    lines.push(")\n".to_owned());
    lines.join("\n")
}

/// The API by its app id, which is the same in every tenant (Microsoft's page "Verify first-party Microsoft applications
/// in sign-in reports"); the type as `requiredResourceAccess` has it; the name.
fn access(permission: &Permission) -> [&str; 3] {
    let api = match permission.api {
        Api::Graph => "00000003-0000-0000-c000-000000000000",
        Api::Exchange => "00000002-0000-0ff1-ce00-000000000000",
    };
    let kind = match permission.kind {
        Kind::Delegated => "Scope",
        Kind::Application => "Role",
    };
    [api, kind, &permission.name]
}

/// As Microsoft Graph has it.
fn sign_in_audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Single => "AzureADMyOrg",
        Audience::Multiple => "AzureADMultipleOrgs",
        Audience::Personal => "AzureADandPersonalMicrosoftAccount",
    }
}

fn api_name(api: Api) -> &'static str {
    match api {
        Api::Graph => "Microsoft Graph",
        Api::Exchange => "Office 365 Exchange Online",
    }
}

/// What Exchange's part needs to know.
fn powershell_mailbox(facts: &Facts, texts: &Texts) -> [String; 2] {
    [("Mailbox", facts.mailbox()), ("Sender", facts.sender())]
        .map(|(name, value)| Syntax::PowerShell.assign(texts, name, &value))
}

fn azcli_values(facts: &Facts, texts: &Texts) -> String {
    let syntax = Syntax::Posix;
    let permissions = facts.needs.permissions.iter().map(|permission| Value::known(access(permission).join(":")));
    let lines = [
        syntax.assign(texts, "cloud", &Value::known(azure_cloud(facts.cloud))),
        syntax.assign(texts, "tenant", &facts.tenant()),
        syntax.assign(texts, "client_id", &client_id(facts)),
        syntax.assign(texts, "app_name", &facts.app_name()),
        syntax.assign(texts, "audience", &Value::known(sign_in_audience(facts.needs.audience))),
        syntax.assign_list(texts, "web_redirects", &facts.redirects(Platform::Web)),
        syntax.assign_list(texts, "native_redirects", &facts.redirects(Platform::Native)),
        syntax.assign_list(texts, "permissions", &permissions.collect::<Vec<_>>()),
    ];
    lines.join("\n") + "\n"
}

/// Empty where there is none yet: the script goes by the name then.
fn client_id(facts: &Facts) -> Value {
    Value::known(facts.client_id.as_ref().map(ToString::to_string).unwrap_or_default())
}

/// As `az cloud list` has it; the DoD's is the government's with another address for Graph.
fn azure_cloud(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::GccHigh | Cloud::Dod => "AzureUSGovernment",
        Cloud::China => "AzureChinaCloud",
        Cloud::Global | Cloud::Custom => "AzureCloud",
    }
}

impl Script<'_> {
    fn render(&self, source: &str) -> String {
        let mut out = String::new();
        let mut holding: Vec<bool> = Vec::new();
        for line in source.lines() {
            let trimmed = line.trim_start();
            if let Some(conditions) = trimmed.strip_prefix("#if ") {
                holding.push(conditions.split(' ').all(|condition| self.holds(condition)));
            } else if trimmed == "#end" {
                holding.pop();
            } else if !holding.contains(&false) {
                out.push_str(&self.line(line));
            }
        }
        out
    }

    fn line(&self, line: &str) -> String {
        let trimmed = line.trim_start();
        match trimmed.strip_prefix("#: ") {
            Some(key) => self.comment(key, &line[..line.len() - trimmed.len()]),
            None => self.made(trimmed).map_or_else(|| self.worded(line) + "\n", str::to_owned),
        }
    }

    fn holds(&self, condition: &str) -> bool {
        match condition.strip_prefix('!') {
            Some(flag) => !self.flags.contains(&flag),
            None => self.flags.contains(&condition),
        }
    }

    fn made(&self, line: &str) -> Option<&str> {
        let name = line.strip_prefix('#')?;
        self.made.iter().find(|(made, _)| *made == name).map(|(_, text)| text.as_str())
    }

    fn word(&self, key: &str) -> String {
        self.texts.word(&format!("handover.script.{key}"))
    }

    fn comment(&self, key: &str, indent: &str) -> String {
        let start = format!("{indent}# ");
        let options = textwrap::Options::new(WIDTH).initial_indent(&start).subsequent_indent(&start);
        textwrap::fill(&self.word(key), options.break_words(false)) + "\n"
    }

    /// A message stands in the script as `'@key'`.
    fn worded(&self, line: &str) -> String {
        let mut parts = line.split("'@");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('\'') {
                Some((key, rest)) if key.starts_with(|c: char| c.is_ascii_lowercase()) => {
                    out.push_str(&self.syntax.quoted(&self.word(key)));
                    out.push_str(rest);
                }
                _ => {
                    out.push_str("'@");
                    out.push_str(part);
                }
            }
        }
        out
    }
}
