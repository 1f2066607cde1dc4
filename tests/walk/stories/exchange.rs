//! Faults of `src/simulator/faults/exchange.toml`.

use super::{Mends, Story, story};

pub const STORIES: &[Story] = &[
    story("host_name_unknown", "connection", "network", Mends::Types("mail-server", "127.0.0.1:2")),
    story("wrong_host_or_port", "connection", "network", Mends::At("mail-server")),
    story("certificate_untrusted", "connection", "network", Mends::At("mail-server")),
    story("starttls_missing", "connection", "network", Mends::At("mail-server")),
    story("smtp_auth_disabled_tenant", "connection", "smtp-auth", Mends::At("smtp-auth")),
    story("smtp_auth_disabled_mailbox", "connection", "smtp-auth", Mends::At("smtp-auth")),
    story("hve_app_not_allowed", "connection", "product:hve-access", Mends::At("hve-access")),
    story("hve_account_needed", "connection", "mailbox", Mends::Types("mailbox-hve", "bulk@contoso.example")),
    story("send_as_denied", "message", "send-as", Mends::At("send-as")),
];
