//! Faults of `src/simulator/faults/exchange.toml`.

use smtp_oauth::wizard::screen::Key;

use super::{Mends, Story, story};

pub const STORIES: &[Story] = &[
    story("host_name_unknown", "connection", "network", Mends::Types("mail-server", "127.0.0.1:2")),
    story("wrong_host_or_port", "connection", "network", Mends::At("mail-server")),
    story("certificate_untrusted", "connection", "network", Mends::At("mail-server")),
    story("starttls_missing", "connection", "network", Mends::At("mail-server")),
    story("smtp_auth_disabled_tenant", "connection", "smtp-auth", Mends::At("smtp-auth")),
    story("smtp_auth_disabled_mailbox", "connection", "smtp-auth", Mends::At("smtp-auth")),
    story("smtp_auth_disabled_mailbox_slow", "connection", "smtp-auth", Mends::Waits("smtp-auth"))
        .of("smtp_auth_disabled_mailbox"),
    story("service_principal_missing", "connection", "connection", Mends::At("app-access")).leaving("app-access"),
    story("service_principal_wrong_object_id", "connection", "connection", Mends::At("app-access"))
        .of("service_principal_missing")
        .leaving("app-access"),
    story("propagation_delay", "connection", "connection", Mends::Waits("app-access")).of("service_principal_missing"),
    story("mailbox_permission_missing", "message", "mailbox", Mends::Here(Key::Letter('r'))).leaving("app-access"),
    story("throttled", "connection", "message", Mends::Here(Key::Letter('r'))),
    story("throttled_rate", "message", "message", Mends::Here(Key::Letter('r'))).of("throttled"),
    story("mailbox_full", "message", "mailbox", Mends::Here(Key::Letter('r'))),
    story("quota_exceeded", "message", "message", Mends::Here(Key::Letter('r'))),
    story("reputation_block", "message", "message", Mends::Here(Key::Letter('r'))),
    story("service_temporary", "message", "connection", Mends::Here(Key::Letter('r'))),
    story("service_temporary_greeting", "connection", "connection", Mends::Here(Key::Letter('r')))
        .of("service_temporary"),
    story("token_near_expiry_hve", "connection", "token", Mends::Here(Key::Letter('n'))),
    story("hve_external_recipient", "message", "message", Mends::Types("message", "admin@contoso.example")),
    story("wrong_host_or_port_mx", "connection", "network", Mends::At("mail-server")).of("wrong_host_or_port"),
    story("xoauth2_not_offered", "connection", "network", Mends::At("mail-server")),
    story("other_service", "connection", "network", Mends::At("mail-server")),
    story("starttls_on_implicit_tls_port", "connection", "network", Mends::At("mail-server")),
    story("implicit_tls_on_starttls_port", "connection", "network", Mends::Chooses("smtp-security", 0)),
    story("tls_intercepted", "connection", "network", Mends::At("mail-server")),
    story("certificate_untrusted_expired", "connection", "network", Mends::At("mail-server"))
        .of("certificate_untrusted"),
    story("certificate_untrusted_other_name", "connection", "network", Mends::At("mail-server"))
        .of("certificate_untrusted"),
    story("clock_skew", "connection", "clock", Mends::Here(Key::Letter('n'))),
    story("network_blocked", "connection", "network", Mends::At("mail-server")),
    story("connection_dropped", "connection", "network", Mends::At("mail-server")),
    story("connection_dropped_data", "message", "network", Mends::Here(Key::Letter('r'))).of("connection_dropped"),
    story("answer_overdue", "connection", "network", Mends::At("mail-server")),
    story("unlicensed_mailbox", "connection", "mailbox", Mends::Here(Key::Letter('r'))).of("unknown"),
    story("service_side_fault", "message", "connection", Mends::Here(Key::Letter('r'))),
    story("user_is_alias", "token", "smtp-user", Mends::With(Key::Letter('u'))).of("user_is_not_token_user"),
    story("hve_app_not_allowed", "connection", "product:hve-access", Mends::At("hve-access")),
    story("hve_account_needed", "connection", "mailbox", Mends::Types("mailbox-hve", "bulk@contoso.example")),
    story("send_as_denied_older", "message", "send-as", Mends::At("send-as")).of("send_as_denied"),
    story("send_as_denied", "message", "send-as", Mends::At("send-as")),
];
