//! What goes wrong, where it shows, and what mends it: told once to the pure wizard and once in a terminal.

use smtp_oauth::{checklist::Item, wizard::screen::Key};

/// What the person does once the cause is known.
pub enum Mends {
    /// One key leads to this step; the companion repairs, Enter goes on.
    At(&'static str),
    /// It shows at the step that settles it: the companion repairs, this key tries again.
    Here(Key),
    /// The wizard's own key is all it takes.
    With(Key),
    /// Another value is typed at this step.
    Types(&'static str, &'static str),
}

pub struct Story {
    pub fault: &'static str,
    /// The cause that is named first.
    pub cause: &'static str,
    /// The step where it shows.
    pub shows: &'static str,
    pub item: Item,
    pub mends: Mends,
}

const fn story(fault: &'static str, shows: &'static str, item: Item, mends: Mends) -> Story {
    Story { fault, cause: fault, shows, item, mends }
}

pub const STORIES: &[Story] = &[
    story("tenant_wrong", "tenant", Item::Tenant, Mends::Here(Key::Letter('r'))),
    story("client_id_wrong", "registration", Item::ClientId, Mends::Here(Key::Letter('r'))),
    story("secret_id_instead_of_value", "secret", Item::ClientSecret, Mends::Types("secret", "Sim8Q~new.not_a_secret")),
    story("secret_expired", "secret", Item::ClientSecret, Mends::Types("secret", "Sim8Q~new.not_a_secret")),
    story("public_client_flow_disabled", "consent", Item::PublicClient, Mends::At("redirect")),
    Story {
        cause: "public_client_flow_disabled",
        ..story("public_client_flow_disabled_late", "consent", Item::PublicClient, Mends::At("redirect"))
    },
    story("consent_declined", "consent", Item::Consent, Mends::Here(Key::Enter)),
    story("device_code_expired", "consent", Item::Consent, Mends::Here(Key::Enter)),
    story("device_code_blocked", "consent", Item::Consent, Mends::Here(Key::Enter)),
    story("user_is_not_token_user", "token", Item::SmtpUser, Mends::Here(Key::Letter('n'))),
    story("user_must_be_upn", "token", Item::SmtpUser, Mends::With(Key::Letter('u'))),
    story("consumer_primary_alias_mismatch", "token", Item::SmtpUser, Mends::With(Key::Letter('u'))),
    story("wrong_audience_graph_token", "token", Item::Audience, Mends::With(Key::Letter('s'))),
    story("missing_scope_smtp_send", "token", Item::Permission, Mends::At("permissions")),
    story("host_name_unknown", "connection", Item::Network, Mends::Types("mail-server", "127.0.0.1:2")),
    story("wrong_host_or_port", "connection", Item::Network, Mends::At("mail-server")),
    story("certificate_untrusted", "connection", Item::Network, Mends::At("mail-server")),
    story("starttls_missing", "connection", Item::Network, Mends::At("mail-server")),
    story("smtp_auth_disabled_tenant", "connection", Item::SmtpAuth, Mends::At("smtp-auth")),
    story("smtp_auth_disabled_mailbox", "connection", Item::SmtpAuth, Mends::At("smtp-auth")),
    story("redirect_uri_mismatch", "bom-redirect", Item::RedirectUri, Mends::Here(Key::Letter('r'))),
    story("redirect_platform_wrong", "consent", Item::RedirectUri, Mends::At("bom-redirect")),
    story("hve_app_not_allowed", "connection", Item::Permission, Mends::At("hve-permission")),
    story("hve_account_needed", "connection", Item::Mailbox, Mends::Types("mailbox-hve", "bulk@contoso.example")),
    story("send_as_denied", "message", Item::SendAs, Mends::At("send-as")),
];
