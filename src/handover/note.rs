//! The note: Markdown that reads well as plain text too. What to do stands there as clicks, each value as code.

use super::{facts::Facts, value::Value};
use crate::{
    language::Texts,
    markdown::code,
    phrase::Phrase,
    product::app::{Api, Audience, Kind, Platform},
    shell,
};

struct Note<'a> {
    facts: &'a Facts,
    texts: &'a Texts,
    /// Headings of steps so far.
    steps: usize,
    out: String,
}

pub fn text(facts: &Facts, texts: &Texts, command: &str) -> String {
    let mut note = Note { facts, texts, steps: 0, out: String::new() };
    note.head(command);
    note.app();
    note.access();
    note.switches();
    note.exchange();
    note.send_back();
    note.out
}

impl Note<'_> {
    fn head(&mut self, command: &str) {
        let needs = &self.facts.needs;
        let title = self.say("title");
        self.out = format!("# {title}\n\n");
        let why = [
            self.say(if needs.hve { "why-hve" } else { "why" }),
            self.say(if needs.app_only { "why-app" } else { "why-user" }),
        ];
        self.paragraph(&why.join(self.texts.language().space()));
        self.heading("about");
        let mailbox = match (needs.hve, needs.app_only) {
            (true, _) => "mailbox-hve",
            (false, true) => "mailbox-app",
            (false, false) => "mailbox",
        };
        let mut about = vec!["product", mailbox];
        about.extend(self.facts.sender.is_some().then_some("sender"));
        about.extend(["tenant", "app"]);
        let about = about.into_iter().map(|key| self.say(key)).collect::<Vec<_>>();
        self.bullets(&about);
        self.heading("roles");
        let roles = ["role-register", "role-consent", "role-exchange"].map(|key| self.say(key));
        self.bullets(&roles);
        if !command.is_empty() {
            let script = self.phrase("script").with("command", code(command));
            let script = self.texts.say(&script);
            self.paragraph(&script);
        }
        self.heading("steps");
    }

    fn app(&mut self) {
        let needs = &self.facts.needs;
        let step = if self.facts.client_id.is_some() { "registered" } else { "register" };
        let clicks = self.clicks(step);
        self.step(step, &clicks);
        if !needs.redirects.is_empty() {
            let mut clicks = vec![self.say("redirect.open")];
            for (platform, key) in [(Platform::Web, "redirect.web"), (Platform::Native, "redirect.native")] {
                let uris = self.facts.redirects(platform);
                clicks.extend(uris.iter().map(|uri| self.texts.say(&self.phrase(key).with("uri", self.shown(uri)))));
            }
            clicks.push(self.say("redirect.exact"));
            self.step("redirect", &clicks);
        }
        if needs.public_client {
            let mut clicks = self.clicks("public-client");
            clicks.extend(needs.device_code.then(|| self.say("device-code")));
            self.step("public-client", &clicks);
        }
    }

    fn access(&mut self) {
        let needs = &self.facts.needs;
        let mut clicks = vec![self.say("permissions.add")];
        for (api, kind, key) in [
            (Api::Graph, Kind::Delegated, "permissions.graph-delegated"),
            (Api::Graph, Kind::Application, "permissions.graph-application"),
            (Api::Exchange, Kind::Delegated, "permissions.exchange-delegated"),
            (Api::Exchange, Kind::Application, "permissions.exchange-application"),
        ] {
            let wanted = needs.permissions.iter().filter(|permission| (permission.api, permission.kind) == (api, kind));
            let names: Vec<String> = wanted.map(|permission| code(&permission.name)).collect();
            if !names.is_empty() {
                clicks.push(self.texts.say(&self.phrase(key).with("names", names.join(", "))));
            }
        }
        clicks.push(self.say("permissions.grant"));
        if let Some(url) = consent_url(self.facts) {
            clicks.push(self.texts.say(&self.phrase("permissions.link").with("url", format!("<{url}>"))));
        }
        self.step("permissions", &clicks);
        for (step, applies) in [("secret", needs.secret), ("certificate", needs.certificate)] {
            if applies {
                // An app that is there may have a secret that works.
                let there = self.facts.client_id.is_some() && step == "secret";
                let only = there.then(|| self.say("secret-only"));
                let clicks = only.into_iter().chain(self.clicks(step)).collect::<Vec<_>>();
                self.step(step, &clicks);
            }
        }
    }

    /// In the words of the product's own steps.
    fn switches(&mut self) {
        for step in &self.facts.needs.switches {
            self.steps += 1;
            let (text, clicks) = (format!("steps.{step}.text"), format!("steps.{step}.clicks"));
            let [text, clicks] = [text, clicks].map(|key| self.texts.list(&key, &self.phrase("")));
            let title = self.texts.word(&format!("steps.{step}.title"));
            self.out.push_str(&format!("### {}. {title}\n\n{}\n\n{}\n", self.steps, text.join(" "), numbered(&clicks)));
        }
    }

    fn exchange(&mut self) {
        let needs = &self.facts.needs;
        let mut steps = vec![];
        if needs.hve {
            steps.extend(["hve-account", "hve-access"]);
        } else {
            steps.push("smtp-auth");
            steps.extend((self.facts.sender.is_some() && !needs.app_only).then_some("send-as"));
            steps.extend(needs.app_only.then_some("app-access"));
        }
        for step in steps {
            let clicks = self.clicks(step);
            self.step(step, &clicks);
            let commands = self.commands(step);
            if !commands.is_empty() {
                self.out.push_str(&format!("```powershell\n{}\n```\n\n", commands.join("\n")));
            }
        }
    }

    /// What no portal offers.
    fn commands(&self, step: &str) -> Vec<String> {
        let quoted = |value: Value| shell::powershell(&value.text);
        let (mailbox, sender, app) =
            (quoted(self.facts.mailbox()), quoted(self.facts.sender()), quoted(self.facts.app_name()));
        let client_id = quoted(Value::of(self.facts.client_id.as_ref(), "client_id"));
        let object_id = shell::powershell("<object_id>");
        let option = self.facts.cloud.addresses().map_or("", |addresses| addresses.exchange_option.as_str());
        let connect = format!("Connect-ExchangeOnline{option}");
        match step {
            "app-access" => vec![
                connect,
                format!("New-ServicePrincipal -AppId {client_id} -ObjectId {object_id} -DisplayName {app}"),
                format!("Add-MailboxPermission -Identity {mailbox} -User {object_id} -AccessRights FullAccess"),
                format!(
                    "Add-RecipientPermission -Identity {sender} -Trustee {object_id} -AccessRights SendAs -Confirm:$false"
                ),
            ],
            "hve-access" => vec![connect, format!("Add-HVEAppAccess -Identity {mailbox} -AppIds {object_id}")],
            _ => Vec::new(),
        }
    }

    fn send_back(&mut self) {
        let needs = &self.facts.needs;
        self.heading("back");
        let back = [
            ("send-back.client-id", true),
            ("send-back.tenant", true),
            ("send-back.object-id", needs.app_only),
            ("send-back.secret", needs.secret),
            ("send-back.done", true),
        ];
        let back = back.into_iter().filter(|(_, holds)| *holds).map(|(key, _)| self.say(key)).collect::<Vec<_>>();
        self.bullets(&back);
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
    }

    fn heading(&mut self, key: &str) {
        let words = self.say(key);
        self.out.push_str(&format!("## {words}\n\n"));
    }

    fn paragraph(&mut self, text: &str) {
        self.out.push_str(&format!("{text}\n\n"));
    }

    fn bullets(&mut self, lines: &[String]) {
        let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
        self.out.push_str(&format!("{lines}\n"));
    }

    fn step(&mut self, step: &str, clicks: &[String]) {
        self.steps += 1;
        let title = self.say(&format!("{step}.title"));
        self.out.push_str(&format!("### {}. {title}\n\n{}\n", self.steps, numbered(clicks)));
    }

    fn clicks(&self, step: &str) -> Vec<String> {
        self.texts.list(&format!("handover.note.{step}.clicks"), &self.phrase(""))
    }

    fn say(&self, key: &str) -> String {
        self.texts.say(&self.phrase(key))
    }

    /// A value, or its placeholder with the reason.
    fn shown(&self, value: &Value) -> String {
        let why = value.why(self.texts).map(|why| format!(" ({why})")).unwrap_or_default();
        format!("{}{why}", code(&value.text))
    }

    fn phrase(&self, key: &str) -> Phrase {
        let facts = self.facts;
        let words = [
            ("mailbox", code(&facts.mailbox().text)),
            ("sender", code(&facts.sender().text)),
            ("tenant", self.shown(&facts.tenant())),
            ("app", code(&facts.app_name().text)),
            ("client_id", code(&Value::of(facts.client_id.as_ref(), "client_id").text)),
            ("product", self.texts.word(&format!("products.{}.label", facts.product))),
            (
                "audience",
                self.texts.word(match facts.needs.audience {
                    Audience::Single => "handover.audience.single",
                    Audience::Multiple => "handover.audience.multiple",
                    Audience::Personal => "handover.audience.personal",
                }),
            ),
        ];
        let of_cloud = facts.cloud.told().into_iter().map(|(name, value)| (name, value.to_owned()));
        let phrase = Phrase::new(format!("handover.note.{key}"));
        words.into_iter().chain(of_cloud).fold(phrase, |phrase, (name, value)| phrase.with(name, value))
    }
}

fn numbered(clicks: &[String]) -> String {
    clicks.iter().zip(1..).map(|(click, number)| format!("{number}. {click}\n")).collect()
}

/// Consents to all that the app lists; `None` while the app or the directory is not known.
fn consent_url(facts: &Facts) -> Option<String> {
    let (authority, tenant, client_id) = (facts.authority.as_ref()?, facts.tenant.as_ref()?, facts.client_id.as_ref()?);
    Some(format!("{authority}/{tenant}/adminconsent?client_id={client_id}"))
}
