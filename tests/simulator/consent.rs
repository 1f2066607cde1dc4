//! From discovery to tokens, as a client goes through it.

use smtp_oauth::simulator::{Announcement, tenant::PublicClientFlows};

use crate::client::{
    EXCHANGE, application, decide, device_code, get, oauth, poll, post, refresh, send, signed_in, simulator,
};

#[tokio::test]
async fn discovery_tells_the_tenant_of_a_domain() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let answer = get(announced, "/Contoso.example/v2.0/.well-known/openid-configuration").await;
    let base = format!("{}/{}", announced.authority, announced.tenant);
    assert_eq!(answer.text("issuer"), format!("{base}/v2.0"));
    assert_eq!(answer.text("token_endpoint"), format!("{base}/oauth2/v2.0/token"));
    assert_eq!(answer.text("device_authorization_endpoint"), format!("{base}/oauth2/v2.0/devicecode"));
    assert!(answer.head.to_lowercase().contains("\r\ndate: "), "{}", answer.head);
    assert_eq!(get(announced, "/common/discovery/v2.0/keys").await.json()["keys"][0]["kty"], "EC");

    let unknown = get(announced, "/Nowhere.example/v2.0/.well-known/openid-configuration").await;
    assert_eq!((unknown.status, unknown.code()), (400, 90_002));
    let description = unknown.text("error_description");
    assert!(description.starts_with("AADSTS90002: Tenant 'Nowhere.example' not found. "), "{description}");
    let placeholder = get(announced, "/%7Btenant%7D/v2.0/.well-known/openid-configuration").await;
    assert!(placeholder.text("error_description").contains("Tenant '{tenant}' not found."));
    assert!(description.contains(&format!(" Trace ID: {} ", unknown.text("trace_id"))), "{description}");
}

#[tokio::test]
async fn a_device_code_becomes_a_token_once_approved() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let device = device_code(announced, EXCHANGE).await;
    assert_eq!(device.text("verification_uri"), format!("{}/device", announced.authority));
    assert!(device.json().get("verification_uri_complete").is_none());
    let code = device.text("device_code");
    assert_eq!(poll(announced, &code).await.text("error"), "authorization_pending");
    assert_eq!(decide(announced, &device.text("user_code"), &announced.user, "approve").await.status, 200);

    let token = poll(announced, &code).await;
    assert_eq!(token.status, 200, "{}", token.body);
    assert_eq!(token.text("scope"), "https://outlook.office.com/SMTP.Send");
    let length = token.text("access_token").len();
    assert!((1600..3000).contains(&length), "{length}");
    assert!(!token.text("id_token").is_empty());
    assert_eq!(poll(announced, &code).await.code(), 54_005);

    let second = refresh(announced, &token.text("refresh_token")).await;
    assert_ne!(second.text("refresh_token"), token.text("refresh_token"));
    // The old one stays valid, as at Entra.
    assert_eq!(refresh(announced, &token.text("refresh_token")).await.status, 200);
}

#[tokio::test]
async fn the_page_leads_a_person_through() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let device = device_code(announced, EXCHANGE).await;
    let code = device.text("user_code");
    assert!(get(announced, "/device").await.body.contains("name=user_code"));
    assert_eq!(post(announced, "/device", &[("user_code", "WRONG")]).await.status, 404);
    let accounts = post(announced, "/device", &[("user_code", &code)]).await;
    assert!(accounts.body.contains("value=\"alerts@contoso.example\""), "{}", accounts.body);
    assert!(!accounts.body.contains("noreply@"), "an account that may not sign in is not offered");
    let typed = [("user_code", code.as_str()), ("user", &announced.user), ("typed", "yes"), ("password", "no")];
    assert!(post(announced, "/device", &typed).await.body.contains("AADSTS50126"));
    let account = [("user_code", code.as_str()), ("user", &announced.user)];
    let consent = post(announced, "/device", &account).await;
    assert!(consent.body.contains("<li>SMTP.Send</li>"), "{}", consent.body);
    let accept = [("user_code", code.as_str()), ("user", &announced.user), ("action", "approve")];
    assert_eq!(post(announced, "/device", &accept).await.status, 200);
    assert_eq!(post(announced, "/device", &account).await.status, 409);
    assert_eq!(poll(announced, &device.text("device_code")).await.status, 200);
}

#[tokio::test]
async fn declining_and_used_codes_are_told_apart() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let device = device_code(announced, EXCHANGE).await;
    let code = device.text("user_code");
    assert_eq!(decide(announced, "NOSUCHONE", &announced.user, "approve").await.status, 404);
    assert_eq!(decide(announced, &code, "someone@fabrikam.example", "approve").await.status, 403);
    assert_eq!(decide(announced, &code, "", "decline").await.status, 200);
    assert_eq!(decide(announced, &code, &announced.user, "approve").await.status, 409);
    assert_eq!(poll(announced, &device.text("device_code")).await.text("error"), "authorization_declined");
}

#[tokio::test]
async fn the_state_page_changes_what_is_answered() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let state = announced.control_url("state");
    assert_eq!(post(announced, &state, &[("public_client_flows", "off")]).await.status, 200);
    let refused = device_code(announced, EXCHANGE).await;
    assert_eq!((refused.status, refused.code()), (401, 7_000_218));
    // All or nothing: the good half of a bad request is not applied.
    let half = [("public_client_flows", "on"), ("public_client_flaws", "on")];
    assert_eq!(post(announced, &state, &half).await.status, 400);
    let flows = simulator.with_state(|state| state.registrations[0].public_client_flows);
    assert_eq!(flows, PublicClientFlows::Off);
    assert_eq!(post(announced, "/control/guess/state", &[]).await.status, 404);
}

#[tokio::test]
async fn an_application_proves_itself_with_the_value_of_its_secret() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let answer = application(announced, "https://outlook.office365.com/.default").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.json().get("refresh_token").is_none());
    let id = simulator.with_state(|state| state.registrations[0].secrets[0].id.clone());
    let wrong = Announcement { client_secret: id, ..announced.clone() };
    assert_eq!(application(&wrong, "https://outlook.office365.com/.default").await.code(), 7_000_215);
}

#[tokio::test]
async fn bodies_are_bounded_and_verbs_are_named() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let token = oauth(announced, "token");
    assert_eq!(get(announced, &token).await.code(), 900_561);
    assert_eq!(send(announced, "POST", &token, "").await.code(), 900_144);
    assert_eq!(send(announced, "POST", &token, &"x".repeat(65 * 1024)).await.status, 413);
    assert_eq!(get(announced, "/nothing/here").await.status, 404);
}

#[tokio::test]
async fn a_clock_that_is_ahead_shows_in_the_date() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    simulator.with_state(|state| state.clock_ahead = 400 * 86_400);
    let answer = get(announced, "/common/v2.0/.well-known/openid-configuration").await;
    let line = answer.head.lines().find(|line| line.to_lowercase().starts_with("date:")).unwrap();
    let date = chrono::DateTime::parse_from_rfc2822(line[5..].trim()).unwrap();
    assert!(date.timestamp() > simulator.with_state(|state| state.clock_ahead) + 1_700_000_000);
    assert!(signed_in(announced, &announced.user, EXCHANGE).await.status == 200);
}

#[tokio::test]
async fn the_browser_flow_goes_through_the_same_person() {
    let simulator = simulator().await;
    let announced = simulator.announcement();
    let url = format!(
        "{}{}?client_id={}&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A8400&state=s1&\
         scope=https%3A%2F%2Foutlook.office.com%2FSMTP.Send%20offline_access",
        announced.authority,
        oauth(announced, "authorize"),
        announced.client_id
    );
    assert!(get(announced, &url).await.body.contains("Pick an account"));
    // Through the page: the browser is redirected.
    let clicked = post(announced, &url, &[("user", &announced.user), ("action", "approve")]).await;
    assert_eq!(clicked.status, 302);
    assert!(clicked.head.contains("\r\nlocation: http://localhost:8400/?code="), "{}", clicked.head);
    // Through the control page: the redirect is told.
    let fields = [("authorize_url", url.as_str()), ("user", &announced.user), ("action", "approve")];
    let told = post(announced, &announced.approve_url, &fields).await.text("redirect");
    let code = told.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", announced.client_id.as_str()),
        ("redirect_uri", "http://localhost:8400"),
        ("code", code),
    ];
    let token = post(announced, &oauth(announced, "token"), &fields).await;
    assert_eq!(token.status, 200, "{}", token.body);
}
