//! Submission over STARTTLS, with tokens the simulated authority issued.

use base64::{Engine, prelude::BASE64_STANDARD};
use smtp_oauth::simulator::tenant::{BasicAuth, Switch};

use crate::client::{EXCHANGE, Smtp, application, blob, get, post, secure, signed_in, simulator};

#[tokio::test]
async fn auth_is_offered_inside_tls_only() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let mut smtp = Smtp::connect(announced).await;
    let before = smtp.say("EHLO test.example").await;
    assert!(before.contains("250-STARTTLS\r\n") && !before.contains("AUTH"), "{before}");
    assert!(smtp.say("AUTH XOAUTH2").await.starts_with("504 5.7.4 "));
    let mut smtp = smtp.starttls(announced).await;
    assert!(smtp.say("AUTH XOAUTH2").await.starts_with("503 "), "EHLO counts anew after STARTTLS");
    let after = smtp.say("EHLO test.example").await;
    assert!(after.contains("250-AUTH LOGIN XOAUTH2\r\n") && !after.contains("STARTTLS"), "{after}");
    assert!(after.ends_with("250 SMTPUTF8\r\n"), "{after}");
    assert_eq!(smtp.say("QUIT").await, "221 2.0.0 Service closing transmission channel\r\n");
    assert_eq!(smtp.reply().await, "");
}

#[tokio::test]
async fn what_is_pipelined_behind_starttls_is_refused() {
    let simulator = simulator().await;
    let mut smtp = Smtp::connect(simulator.announcement()).await;
    smtp.raw(b"STARTTLS\r\nEHLO injected\r\n").await;
    assert!(smtp.reply().await.starts_with("503 5.5.1 "));
    assert_eq!(smtp.reply().await, "");
}

#[tokio::test]
async fn a_token_for_exchange_submits_a_message() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let token = signed_in(announced, &announced.user, EXCHANGE).await.text("access_token");
    let mut smtp = secure(announced).await;
    assert!(smtp.say("MAIL FROM:<alerts@contoso.example>").await.starts_with("530 5.7.57 Client not authenticated"));
    assert_eq!(smtp.xoauth2(&announced.user.to_uppercase(), &token).await, "235 2.7.0 Authentication successful\r\n");
    assert_eq!(smtp.say("MAIL FROM:<noreply@contoso.example> SIZE=99").await, "250 2.1.0 Sender OK\r\n");
    assert_eq!(smtp.say("RCPT TO:<ops@contoso.example>").await, "250 2.1.5 Recipient OK\r\n");
    assert!(smtp.say("DATA").await.starts_with("354 "));
    smtp.raw(b"From: noreply@contoso.example\r\n\r\n..dot\r\nbare\n.\nline\r\n.\r\n").await;
    let taken = smtp.reply().await;
    assert!(taken.starts_with("250 2.0.0 OK <") && taken.contains("prod.outlook.com> [Hostname="), "{taken}");
    let message = simulator.messages().remove(0);
    assert_eq!(message.text, "From: noreply@contoso.example\r\n\r\n.dot\r\nbare\n.\nline\r\n");
    let listed = get(announced, &announced.control_url("messages")).await;
    assert_eq!(listed.json()[0]["mail_from"], "noreply@contoso.example");

    smtp.say("MAIL FROM:<admin@contoso.example>").await;
    smtp.say("RCPT TO:<ops@contoso.example>").await;
    smtp.say("DATA").await;
    smtp.raw(b"From: admin@contoso.example\r\n\r\n.\r\n").await;
    let denied = smtp.reply().await;
    assert!(
        denied.starts_with("554 5.2.252 SendAsDenied; alerts@contoso.example not allowed to send as admin@"),
        "{denied}"
    );
}

#[tokio::test]
async fn the_switch_of_the_mailbox_hides_every_other_reason() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let token = signed_in(announced, &announced.user, EXCHANGE).await.text("access_token");
    let mut smtp = secure(announced).await;
    // Another mailbox than the token's; its switch follows the tenant's, which is off.
    let reply = smtp.xoauth2("noreply@contoso.example", &token).await;
    assert!(
        reply.starts_with("535 5.7.139 ") && reply.contains("disabled for the Tenant. Visit https://aka.ms/"),
        "{reply}"
    );
    simulator.with_state(|state| state.tenant.smtp_auth = true);
    let reply = smtp.xoauth2("noreply@contoso.example", &token).await;
    let suffix = reply.strip_prefix("535 5.7.3 Authentication unsuccessful [").unwrap();
    assert!(suffix.contains(".prod.outlook.com 20") && suffix.ends_with("]\r\n"), "{reply}");
    simulator.with_state(|state| state.users[0].mailbox.as_mut().unwrap().smtp_auth = Switch::Off);
    let reply = smtp.xoauth2(&announced.user, &token).await;
    assert!(reply.contains("SmtpClientAuthentication is disabled for the Mailbox. "), "{reply}");
}

#[tokio::test]
async fn a_token_for_graph_is_no_use_here() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let token = signed_in(announced, &announced.user, "SMTP.Send").await.text("access_token");
    assert!(secure(announced).await.xoauth2(&announced.user, &token).await.starts_with("535 5.7.3 "));
}

#[tokio::test]
async fn opaque_tokens_and_applications_are_known_too() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let token = application(announced, "https://outlook.office365.com/.default").await.text("access_token");
    assert!(secure(announced).await.xoauth2(&announced.user, &token).await.starts_with("235 "));
    simulator.with_state(|state| state.policy.opaque_tokens = true);
    let token = signed_in(announced, &announced.user, EXCHANGE).await.text("access_token");
    assert!(token.starts_with("EwB") && !token.contains('.'));
    let mut smtp = secure(announced).await;
    let one_line = format!("AUTH XOAUTH2 {}", blob(&announced.user, &token));
    assert!(smtp.say(&one_line).await.starts_with("235 "), "the one-line form is taken as well");
}

#[tokio::test]
async fn mail_send_alone_is_enough_only_where_that_is_set() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let scope = "https://outlook.office.com/Mail.Send";
    let token = signed_in(announced, &announced.user, scope).await.text("access_token");
    assert!(secure(announced).await.xoauth2(&announced.user, &token).await.starts_with("535 5.7.3 "));
    let state = announced.control_url("state");
    assert_eq!(post(announced, &state, &[("mail_send_at_smtp", "on")]).await.status, 200);
    assert!(secure(announced).await.xoauth2(&announced.user, &token).await.starts_with("235 "));
}

#[tokio::test]
async fn passwords_are_refused_by_policy() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let (user, password) = (BASE64_STANDARD.encode(&announced.user), BASE64_STANDARD.encode(&announced.password));
    let expected = [
        (BasicAuth::Disabled, "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. ["),
        (BasicAuth::SecurityDefaults, "535 5.7.139 Authentication unsuccessful, user is locked by your organization's"),
        (BasicAuth::Allowed, "235 2.7.0 Authentication successful"),
    ];
    for (policy, start) in expected {
        simulator.with_state(|state| state.tenant.basic_auth = policy);
        let mut smtp = secure(announced).await;
        assert_eq!(smtp.say("AUTH LOGIN").await, "334 VXNlcm5hbWU6\r\n");
        assert_eq!(smtp.say(&user).await, "334 UGFzc3dvcmQ6\r\n");
        let reply = smtp.say(&password).await;
        assert!(reply.starts_with(start), "{reply}");
    }
}

#[tokio::test]
async fn lines_without_end_and_nonsense_end_the_connection() {
    let simulator = simulator().await;
    let mut smtp = secure(simulator.announcement()).await;
    assert!(smtp.say(&"x".repeat(100_000)).await.starts_with("500 5.5.6 "));
    assert!(smtp.say("AUTH XOAUTH2 !!!").await.starts_with("501 5.5.2 "));
    assert_eq!(smtp.say("AUTH XOAUTH2").await, "334 \r\n");
    assert!(smtp.say("*").await.starts_with("535 5.7.3 "), "Exchange answers a cancel as a refusal");
    let mut last = String::new();
    for _ in 0..17 {
        last = smtp.say("WHAT").await;
    }
    assert_eq!(last, "500 5.3.3 Unrecognized command\r\n");
    assert_eq!(smtp.reply().await, "421 4.7.0 Too many errors on this connection, closing\r\n");
    assert_eq!(smtp.reply().await, "");
}
