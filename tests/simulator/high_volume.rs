//! High Volume Email over its own port: what its accounts may, and what others are told.

use serde_json::Value;
use smtp_oauth::simulator::{Announcement, Simulator, tenant::State};

use crate::client::{application, get, post, secure, signed_in};

const SCOPE: &str = "https://outlook.office.com/.default";

async fn simulator() -> Simulator {
    let mut state = State::high_volume();
    state.policy.device_interval = 0;
    Simulator::start(state).await.unwrap()
}

async fn set(announced: &Announcement, switch: (&str, &str)) {
    assert_eq!(post(announced, &announced.control_url("state"), &[switch]).await.status, 200, "{switch:?}");
}

async fn says(announced: &Announcement, user: &str, token: &str) -> String {
    secure(announced).await.xoauth2(user, token).await
}

#[tokio::test]
async fn its_account_is_announced_with_its_own_server() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    assert_eq!(announced.user, "bulk@contoso.example");
    let portal = get(announced, &announced.control_url("portal")).await.json();
    assert_eq!(portal["servers"]["high_volume"]["port"], announced.smtp.port);
    assert_ne!(portal["servers"]["mailboxes"]["port"], announced.smtp.port);
    let kind = |user: &str| {
        let accounts = portal["accounts"].as_array().unwrap();
        accounts.iter().find(|account| account["user"] == user).unwrap()["kind"].clone()
    };
    assert_eq!(kind("bulk@contoso.example"), Value::from("high-volume"));
    assert_eq!(kind("alerts@contoso.example"), Value::from("mailbox"));
    assert_eq!(portal["apps"][0]["client_id"], announced.client_id.as_str());
}

#[tokio::test]
async fn it_sends_as_itself_to_the_tenant_alone() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let token = application(announced, SCOPE).await.text("access_token");
    let mut smtp = secure(announced).await;
    assert_eq!(smtp.xoauth2(&announced.user, &token).await, "235 2.7.0 Authentication successful\r\n");
    assert!(smtp.say("MAIL FROM:<noreply@contoso.example>").await.starts_with("550 5.7.62 "));
    assert!(smtp.say("MAIL FROM:<>").await.starts_with("550 5.7.62 "));
    assert!(smtp.say("MAIL FROM:<bulk@contoso.example>").await.starts_with("250 "));
    let outside = smtp.say("RCPT TO:<someone@fabrikam.example>").await;
    assert_eq!(outside, "550 5.5.105 External sending is not supported for High Volume Email accounts.\r\n");
    assert!(smtp.say("RCPT TO:<ops@contoso.example>").await.starts_with("250 "));
    assert!(smtp.say("DATA").await.starts_with("354 "));
    smtp.raw(b"From: noreply@contoso.example\r\n\r\n.\r\n").await;
    assert!(smtp.reply().await.starts_with("550 5.6.241 "));
    smtp.say("MAIL FROM:<bulk@contoso.example>").await;
    for _ in 0..50 {
        assert!(smtp.say("RCPT TO:<ops@contoso.example>").await.starts_with("250 "));
    }
    assert!(smtp.say("RCPT TO:<ops@contoso.example>").await.starts_with("452 4.5.3 "));
    smtp.say("DATA").await;
    smtp.raw(b"From: Bulk <bulk@contoso.example>\r\n\r\n.\r\n").await;
    assert!(smtp.reply().await.starts_with("250 2.0.0 OK <"));
    assert_eq!(simulator.messages().len(), 1);
}

#[tokio::test]
async fn its_refusals_have_codes_of_their_own() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let user = announced.user.as_str();
    let token = application(announced, SCOPE).await.text("access_token");
    let delegated = signed_in(announced, user, SCOPE).await.text("access_token");
    assert!(says(announced, user, &delegated).await.starts_with("235 "));

    assert!(says(announced, "alerts@contoso.example", &token).await.starts_with("550 5.2.240 "));
    set(announced, ("hve_app_access", "bulk@contoso.example:off")).await;
    let refused = "550 5.7.240 The application is not allowed for use with this High Volume Email account [";
    assert!(says(announced, user, &token).await.starts_with(refused));
    set(announced, ("hve_app_access", "bulk@contoso.example:on")).await;
    assert!(says(announced, user, &token).await.starts_with("235 "));

    set(announced, ("hve_billing", "off")).await;
    assert!(says(announced, user, &token).await.starts_with("535 5.7.3 "));
    set(announced, ("hve_billing", "on")).await;
    set(announced, ("hve_min_life", "3600")).await;
    assert!(says(announced, user, &token).await.starts_with("535 5.7.142 Token will expire soon ["));
    set(announced, ("hve_codes", "older")).await;
    assert!(says(announced, user, &token).await.starts_with("501 5.5.127 Invalid XOAUTH2 auth data - Token will"));
    set(announced, ("hve_codes", "newer")).await;
    set(announced, ("hve_min_life", "600")).await;

    set(announced, ("application_permission", "Mail.Send:off")).await;
    let token = application(announced, SCOPE).await.text("access_token");
    let refused = "535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions [";
    assert!(says(announced, user, &token).await.starts_with(refused));
    set(announced, ("clock_ahead", "7200")).await;
    assert!(says(announced, user, &token).await.starts_with("535 5.7.143 Expired token ["));
}

#[tokio::test]
async fn its_account_has_no_mailbox_to_submit_through() {
    let simulator = simulator().await;
    let token = application(simulator.announcement(), SCOPE).await.text("access_token");
    let servers = get(simulator.announcement(), &simulator.announcement().control_url("portal")).await.json();
    let mut elsewhere = simulator.announcement().clone();
    elsewhere.smtp.port = u16::try_from(servers["servers"]["mailboxes"]["port"].as_u64().unwrap()).unwrap();
    assert!(says(&elsewhere, &elsewhere.user, &token).await.starts_with("535 5.7.3 "));
}
