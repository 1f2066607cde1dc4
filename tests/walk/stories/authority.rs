//! Faults of `src/simulator/faults/authority.toml`.

use smtp_oauth::wizard::screen::Key;

use super::{Mends, Story, story};

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
    story("redirect_uri_mismatch", "bom-redirect", "redirect-uri", Mends::Here(Key::Letter('r'))),
    story("redirect_platform_wrong", "consent", "redirect-uri", Mends::At("bom-redirect")),
];
