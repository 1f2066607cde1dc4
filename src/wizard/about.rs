//! The values that texts may name: a step's words, a product's notes and settings sheet. A secret is none of them.

use super::desk::Desk;
use crate::{
    facts::{Host, Security, Server},
    phrase::Phrase,
    token::Claims,
};

impl Desk {
    /// The values that a step's words may name, as far as they are known.
    pub fn about(&self, key: impl Into<String>) -> Phrase {
        let known = self.named().into_iter().filter_map(|(name, value)| Some((name, value?)));
        // The first of a name counts.
        let of_cloud = self.draft.settings.cloud().told().into_iter().map(|(name, value)| (name, value.to_owned()));
        known.chain(of_cloud).fold(Phrase::new(key), |phrase, (name, value)| phrase.with(name, value))
    }

    /// The names, known or not; those of `Cloud::told` come besides.
    pub fn named(&self) -> [(&'static str, Option<String>); 21] {
        let settings = &self.draft.settings;
        let user = settings.user.as_ref().map(ToString::to_string);
        let sender = settings.sender.as_ref().map(ToString::to_string).or_else(|| user.clone());
        let server = settings.server().ok();
        [
            ("mailbox", user.clone()),
            ("user", user),
            ("app_name", settings.user.as_ref().map(|user| self.product().app.display_name(user.as_str()))),
            ("sender", sender),
            ("tenant", settings.tenant.as_ref().map(ToString::to_string)),
            ("client_id", settings.client_id.as_ref().map(ToString::to_string)),
            ("smtp_host", server.as_ref().map(|server| server.host.to_string())),
            ("smtp_port", server.as_ref().map(|server| server.port.to_string())),
            ("smtp_security", server.as_ref().map(|server| security(server).to_owned())),
            ("server", server.map(|server| server.to_string())),
            ("account", self.draft.account.as_ref().map(ToString::to_string)),
            ("config", Some(self.config_option.clone())),
            ("usual_server", self.usual_server().map(ToString::to_string)),
            ("redirect_uri", settings.redirect_uri.as_ref().map(ToString::to_string)),
            ("product_redirect", self.product_redirect()),
            ("product", Some(self.word(&format!("products.{}.label", self.product().id)))),
            ("base_url", settings.base_url.as_ref().map(ToString::to_string)),
            ("product_host", settings.base_url.as_ref().map(|base| base.host().to_owned())),
            ("object_id", self.object_id()),
            ("resource", settings.resource().map(str::to_owned)),
            ("authority", settings.authority().ok().map(|authority| authority.to_string())),
        ]
    }

    /// The mail server that nobody has to name.
    fn usual_server(&self) -> Option<&Host> {
        let of_cloud = || self.draft.settings.cloud().addresses().map(|addresses| &addresses.smtp_host);
        self.product().smtp_host.as_ref().or_else(of_cloud)
    }

    /// The enterprise application's id, as a token says that the app got for itself.
    fn object_id(&self) -> Option<String> {
        let tokens = self.draft.secrets.tokens.as_ref().filter(|_| self.draft.way().is_app_only())?;
        Claims::read(&tokens.access).oid
    }
}

/// As mail programs name it.
fn security(server: &Server) -> &'static str {
    match server.security {
        Security::StartTls => "STARTTLS",
        Security::Tls => "TLS",
    }
}
