//! Every switch with a value of it, and what some of them do.

use super::*;
use crate::simulator::tenant::{Consenter, Permission, Resource};

/// Every row of the table of [`switch`], with a value of it.
const EACH: &[&str] = &[
    "tenant_smtp_auth=on",
    "user_consent=off",
    "block_device_code=on",
    "opaque_tokens=on",
    "one_time_refresh=on",
    "send_from_alias=on",
    "mail_send_at_smtp=on",
    "mailbox_smtp_auth=alerts@contoso.example:on",
    "mailbox_smtp_auth=alerts@contoso.example:off",
    "mailbox_smtp_auth=alerts@contoso.example:inherit",
    "send_as=noreply@contoso.example:admin@contoso.example",
    "send_as=noreply@contoso.example:",
    "upn=alerts@contoso.example:alerts@contoso.onmicrosoft.com",
    "upn=alerts@contoso.onmicrosoft.com:alerts@contoso.example",
    "domain=contoso.example:off",
    "domain=contoso.example:on",
    "browser_session=admin@contoso.example",
    "browser_session=off",
    "browser_declines=on",
    "smtp_port=closed",
    "smtp_port=open",
    "smtp_port=swallowing",
    "smtp_server=inbound",
    "smtp_server=hoster",
    "smtp_server=gmail",
    "smtp_server=exchange",
    "starttls=off",
    "starttls=injected",
    "starttls=implicit",
    "starttls=on",
    "smtp_certificate=other",
    "smtp_certificate=expired",
    "smtp_certificate=early",
    "smtp_certificate=other-name",
    "smtp_certificate=own",
    "smtp_breaks=greeting:cut",
    "smtp_breaks=tls:cut",
    "smtp_breaks=auth:silence",
    "smtp_breaks=data:silence",
    "smtp_breaks=off",
    "smtp_mechanisms=LOGIN",
    "smtp_mechanisms=off",
    "smtp_mechanisms=LOGIN XOAUTH2",
    "smtp_health=busy",
    "smtp_health=closing",
    "smtp_health=refusing-tokens",
    "smtp_health=well",
    "usage=alerts@contoso.example:connections=3",
    "usage=alerts@contoso.example:messages=30",
    "usage=alerts@contoso.example:recipients=10000",
    "usage=alerts@contoso.example:kept=50",
    "restricted=alerts@contoso.example:on",
    "restricted=alerts@contoso.example:off",
    "send_as_codes=older",
    "send_as_codes=newer",
    "later=60:tenant_smtp_auth=off",
    "delegated_permission=SMTP.Send:off",
    "delegated_permission=SMTP.Send:on",
    "mailbox=noreply@contoso.example:off",
    "mailbox=noreply@contoso.example:on",
    "mailbox=admin@contoso.example:off",
    "public_client_flows=on",
    "public_client_flows=off",
    "public_client_flows=poll",
    "public_client_flows=late",
    "account_types=work",
    "account_types=organizations",
    "account_types=personal",
    "account_types=any",
    "registration=off",
    "registration=on",
    "redirect_uris=off",
    "redirect_uri=web:https://a.example/",
    "redirect_uri=native:http://localhost",
    "redirect_uri=spa:https://a.example/",
    "application_permission=on",
    "application_permission=off",
    "service_principal=0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44",
    "service_principal=on",
    "application_permission=Mail.Send:on",
    "delegated_permission=graph/SMTP.Send:off",
    "delegated_permission=graph/offline_access:on",
    "implicit_grant=access-tokens:on",
    "implicit_grant=id-tokens:on",
    "hve_billing=off",
    "hve_external=on",
    "hve_account=bulk@contoso.example:off",
    "hve_account=bulk@contoso.example:on",
    "hve_app_access=bulk@contoso.example:on",
    "hve_app_access=bulk@contoso.example:0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44",
    "hve_app_access=bulk@contoso.example:off",
    "hve_min_life=1200",
    "hve_codes=older",
    "hve_codes=newer",
    "new_client_secret=CANARY-new",
    "client_secrets=off",
    "client_id=0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44",
    "client_secret=new",
    "secret_expires=1",
    "certificate=MAA=",
    "certificate=off",
    "registration=fresh",
    "client_secret=anew",
    "admin_consent=granted",
    "admin_consent=revoked",
    "full_access=at-sign-in",
    "full_access=on",
    "full_access=off",
    "basic_auth=allowed",
    "basic_auth=disabled",
    "basic_auth=security-defaults",
    "refresh=revoked",
    "refresh=forgotten",
    "account=alerts@contoso.example:off",
    "account=alerts@contoso.example:locked",
    "account=alerts@contoso.example:on",
    "second_factor=required",
    "second_factor=off",
    "conditional_access=block",
    "conditional_access=managed-device",
    "conditional_access=grant",
    "sign_in_frequency=3600",
    "sign_in_frequency=off",
    "most_tokens=2",
    "exchange=off",
    "exchange=on",
    "password_agents=down",
    "password_agents=up",
    "authority=busy",
    "authority=up",
    "https_between=page",
    "https_between=silence",
    "https_between=nothing",
    "browser_mistypes=on",
    "browser_mistypes=off",
    "code_lifetime=0",
    "app_added=halfway",
    "app_added=whole",
    "permission_ids=mixed",
    "permission_ids=right",
    "mapped_claims=on",
    "mapped_claims=off",
    "assignment_required=on",
    "assignment_required=off",
    "token_lifetime=60",
    "refresh_lifetime=0",
    "device_code_lifetime=1",
    "device_interval=0",
    "clock_ahead=-86400",
];

#[test]
fn the_application_is_taken_apart_and_put_together_again() {
    let mut state = State::healthy();
    let mut set = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap();
        switch(&mut state, key, value, Instant::UNIX_EPOCH).unwrap();
        let consented = state.consents.iter().any(|consent| consent.by == Consenter::Application);
        (consented, state.principals.first().map(|principal| principal.full_access.len()))
    };
    assert_eq!(set("application_permission=off"), (false, Some(1)));
    assert_eq!(set("application_permission=on"), (false, Some(1)));
    assert_eq!(set("admin_consent=granted"), (true, Some(1)));
    assert_eq!(set("service_principal=off"), (true, None));
    assert_eq!(set("service_principal=on"), (true, Some(0)));
    assert_eq!(set("full_access=on"), (true, Some(1)));
}

#[test]
fn every_secret_has_an_id_of_its_own() {
    let mut state = State::healthy();
    for value in ["CANARY-2", "CANARY-3"] {
        switch(&mut state, "new_client_secret", value, Instant::UNIX_EPOCH).unwrap();
    }
    let secrets = &state.registrations[0].secrets;
    let ids: std::collections::BTreeSet<_> = secrets.iter().map(|secret| &secret.id).collect();
    assert_eq!((ids.len(), secrets.len()), (3, 3));
}

#[test]
fn every_switch_is_there_and_takes_no_other_value() {
    let mut state = State::healthy();
    for &pair in EACH {
        let (key, value) = pair.split_once('=').unwrap();
        assert!(switch(&mut state, key, value, Instant::UNIX_EPOCH).is_some(), "{pair}");
        if !matches!(key, "client_id" | "client_secret" | "new_client_secret" | "send_as" | "certificate") {
            assert!(switch(&mut state, key, "perhaps", Instant::UNIX_EPOCH).is_none(), "{key}");
        }
    }
    assert!(switch(&mut state, "no_such", "on", Instant::UNIX_EPOCH).is_none());
    assert_eq!((state.policy.token_lifetime, state.clock_ahead), (60, -86_400));
    assert!(state.users[1].mailbox.is_none() && state.principals[0].full_access.is_empty());
}

#[test]
fn a_fresh_registration_is_filled_page_by_page() {
    let mut state = State::healthy();
    for pair in ["registration=fresh", "delegated_permission=graph/SMTP.Send:on", "admin_consent=granted"] {
        let (key, value) = pair.split_once('=').unwrap();
        switch(&mut state, key, value, Instant::UNIX_EPOCH).unwrap();
    }
    let app = &state.registrations[0];
    assert!(app.redirects.is_empty() && app.secrets.is_empty() && app.application.is_empty());
    let granted: Vec<&Permission> = state.consents.iter().map(|consent| &consent.permission).collect();
    assert_eq!(granted, [&Permission::new(Resource::Graph, "SMTP.Send")]);
}

#[test]
fn an_accounts_list_takes_ten_apps_and_no_mailbox_has_one() {
    let mut state = State::healthy();
    let mut set = |value: &str| switch(&mut state, "hve_app_access", value, Instant::UNIX_EPOCH);
    assert_eq!(set("alerts@contoso.example:on"), None);
    assert_eq!(set("bulk@contoso.example:client-id"), None);
    for number in 1..10 {
        let id = format!("bulk@contoso.example:0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b{number:02}");
        assert_eq!(set(&id), Some(()), "{id}");
    }
    assert_eq!(set("bulk@contoso.example:0c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b10"), None);
    assert_eq!(switch(&mut state, "hve_account", "alerts@contoso.example:on", Instant::UNIX_EPOCH), None);
}

#[test]
fn the_page_lists_every_switch_and_no_other() {
    let page = include_str!("../../../docs/simulator.md");
    let table = page.split("| key | value |").nth(1).unwrap().split("\n\n").next().unwrap();
    let rows = table.lines().filter_map(|row| row.split('|').nth(1));
    let listed = rows.flat_map(|keys| keys.split('`').skip(1).step_by(2)).collect::<std::collections::BTreeSet<_>>();
    let there = EACH.iter().map(|pair| pair.split_once('=').unwrap().0).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(listed, there);
}
