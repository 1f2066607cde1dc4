//! What goes wrong, where it shows, and what mends it: told once to the pure wizard and once in a terminal.

use smtp_oauth::wizard::screen::Key;

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
    /// Its id.
    pub item: &'static str,
    pub mends: Mends,
}

const fn story(fault: &'static str, shows: &'static str, item: &'static str, mends: Mends) -> Story {
    Story { fault, cause: fault, shows, item, mends }
}

pub const STORIES: &[Story] = &[
    story("tenant_wrong", "tenant", "tenant", Mends::Here(Key::Letter('r'))),
    story("client_id_wrong", "registration", "client-id", Mends::Here(Key::Letter('r'))),
    story("secret_id_instead_of_value", "secret", "client-secret", Mends::Types("secret", "Sim8Q~new.not_a_secret")),
    story("secret_expired", "secret", "client-secret", Mends::Types("secret", "Sim8Q~new.not_a_secret")),
    story("public_client_flow_disabled", "consent", "public-client", Mends::At("redirect")),
    Story {
        cause: "public_client_flow_disabled",
        ..story("public_client_flow_disabled_late", "consent", "public-client", Mends::At("redirect"))
    },
    story("consent_declined", "consent", "consent", Mends::Here(Key::Enter)),
    story("device_code_expired", "consent", "consent", Mends::Here(Key::Enter)),
    story("device_code_blocked", "consent", "consent", Mends::Here(Key::Enter)),
    story("user_is_not_token_user", "token", "smtp-user", Mends::Here(Key::Letter('n'))),
    story("user_must_be_upn", "token", "smtp-user", Mends::With(Key::Letter('u'))),
    story("consumer_primary_alias_mismatch", "token", "smtp-user", Mends::With(Key::Letter('u'))),
    story("wrong_audience_graph_token", "token", "audience", Mends::With(Key::Letter('s'))),
    story("missing_scope_smtp_send", "token", "permission", Mends::At("permissions")),
    story("host_name_unknown", "connection", "network", Mends::Types("mail-server", "127.0.0.1:2")),
    story("wrong_host_or_port", "connection", "network", Mends::At("mail-server")),
    story("certificate_untrusted", "connection", "network", Mends::At("mail-server")),
    story("starttls_missing", "connection", "network", Mends::At("mail-server")),
    story("smtp_auth_disabled_tenant", "connection", "smtp-auth", Mends::At("smtp-auth")),
    story("smtp_auth_disabled_mailbox", "connection", "smtp-auth", Mends::At("smtp-auth")),
    story("redirect_uri_mismatch", "bom-redirect", "redirect-uri", Mends::Here(Key::Letter('r'))),
    story("redirect_platform_wrong", "consent", "redirect-uri", Mends::At("bom-redirect")),
    story("hve_app_not_allowed", "connection", "product:hve-access", Mends::At("hve-access")),
    story("hve_account_needed", "connection", "mailbox", Mends::Types("mailbox-hve", "bulk@contoso.example")),
    story("send_as_denied", "message", "send-as", Mends::At("send-as")),
];
