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
    story("app_disabled_in_tenant", "registration", "client-id", Mends::Here(Key::Letter('r'))),
    story("authority_audience_mismatch", "registration", "tenant", Mends::Here(Key::Letter('r'))),
    story("account_cannot_sign_in", "told", "mailbox", Mends::Here(Key::Letter('a'))),
    Story {
        cause: "account_cannot_sign_in",
        ..story("account_locked", "told", "mailbox", Mends::Here(Key::Letter('a')))
    },
    story("onprem_sign_in_unavailable", "told", "mailbox", Mends::Here(Key::Letter('a'))),
    story("user_not_assigned_to_app", "told", "consent", Mends::Here(Key::Letter('a'))),
    story("admin_consent_needed", "told", "consent", Mends::Here(Key::Letter('a'))),
    story("permission_not_in_registration", "told", "permission", Mends::At("permissions")),
    story("exchange_not_in_tenant", "told", "mailbox", Mends::Here(Key::Letter('a'))),
    story("app_being_added", "told", "consent", Mends::Here(Key::Letter('a'))),
    story(
        "first_party_client_borrowed",
        "told",
        "client-id",
        Mends::Types("registration", "2c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44"),
    ),
    story("scopes_of_two_resources", "consent", "permission", Mends::With(Key::Letter('s'))),
    story("malformed_scope", "consent", "permission", Mends::With(Key::Letter('s'))),
    story("scope_not_for_personal_account", "consent", "permission", Mends::With(Key::Letter('s'))),
    story("missing_app_role_smtp_sendasapp", "connection", "permission", Mends::At("app-permission")),
    story("secret_sent_by_public_client", "consent", "client-secret", Mends::At("secret")),
    story(
        "secret_mangled",
        "secret",
        "client-secret",
        Mends::Types("secret", "Sim8Q~not.a_real-secret.0123456789abcdef"),
    ),
    story("client_secret_missing", "consent", "client-secret", Mends::At("web-secret")),
    story("redirect_uri_missing", "redirect-uri", "redirect-uri", Mends::Here(Key::Letter('r'))),
    story("authorization_code_expired", "consent", "consent", Mends::Here(Key::Enter)),
    story("sign_in_interrupted", "told", "consent", Mends::Here(Key::Letter('a'))),
    story("guest_account_token", "token", "smtp-user", Mends::Here(Key::Letter('n'))),
    story("ca_blocks", "told", "consent", Mends::Here(Key::Letter('s'))),
    Story { cause: "ca_blocks", ..story("ca_blocks_device", "told", "consent", Mends::Here(Key::Letter('a'))) },
    Story { cause: "ca_blocks", ..story("ca_blocks_app", "consent", "consent", Mends::Here(Key::Enter)) },
    story("mfa_needed_for_ropc", "consent", "consent", Mends::Here(Key::Enter)),
    story("ropc_password_wrong", "consent", "consent", Mends::Types("password", "Correct-Horse-bulk-7")),
    story("service_temporary", "message", "connection", Mends::Here(Key::Letter('r'))),
    story("captive_portal", "tenant", "network", Mends::Here(Key::Letter('r'))),
    story("answer_overdue", "tenant", "network", Mends::Here(Key::Letter('r'))),
    story("client_loop", "connection", "token", Mends::Here(Key::Letter('r'))),
    story("refresh_token_revoked", "message", "token", Mends::With(Key::Letter('g'))),
    Story {
        cause: "refresh_token_revoked",
        ..story("sign_in_frequency", "message", "token", Mends::Here(Key::Letter('g')))
    },
    story("refresh_token_expired", "message", "token", Mends::Here(Key::Letter('g'))),
    story("refresh_token_invalid", "message", "token", Mends::With(Key::Letter('g'))),
    story("interaction_required", "message", "consent", Mends::With(Key::Letter('g'))),
    story("consent_missing", "message", "consent", Mends::With(Key::Letter('g'))),
    Story {
        cause: "device_code_blocked",
        ..story("device_code_blocked_later", "message", "consent", Mends::At("consent"))
    },
    story("token_expired", "message", "token", Mends::Here(Key::Letter('r'))),
];
