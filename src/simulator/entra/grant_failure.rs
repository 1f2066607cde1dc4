//! What the authority refuses codes and refresh tokens with. One function a refusal, as in
//! [`super::failure`], which makes the bodies.

use chrono::SecondsFormat;

use super::failure::Failure;
use crate::simulator::{Instant, tenant::Registration};

// The device code.

pub fn pending() -> Failure {
    let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
    Failure::new(400, "authorization_pending", 70_016, text)
}

/// Not in Microsoft's table; MSAL handles it as RFC 8628 §3.5 says, so it is answered that way.
pub fn slow_down() -> Failure {
    Failure::new(400, "slow_down", 0, "Polling is faster than the interval. Wait five seconds more between polls.")
}

pub fn declined() -> Failure {
    Failure::new(400, "authorization_declined", 65_004, "User declined to consent to access the app.")
}

pub fn device_code_expired() -> Failure {
    Failure::new(400, "expired_token", 70_019, "Verification code expired. Have the user retry the sign-in.")
}

pub fn device_code_unknown() -> Failure {
    let text = "Invalid verification code due to User typing in wrong user code for device code flow.";
    Failure::new(400, "bad_verification_code", 70_018, text)
}

pub fn user_code_used() -> Failure {
    Failure::new(400, "invalid_grant", 90_120, "The device code request was already authorized or declined.")
}

pub fn already_redeemed() -> Failure {
    let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
                refresh token.";
    Failure::new(400, "invalid_grant", 54_005, text)
}

pub fn other_tenants_code() -> Failure {
    let text = "Provided Authorization Code is intended to use against other tenant, thus rejected.";
    Failure::new(400, "invalid_grant", 700_005, text)
}

// The refresh token.

pub fn grant_invalid() -> Failure {
    Failure::new(400, "invalid_grant", 70_000, "Provided grant is invalid or malformed.")
}

pub fn grant_revoked(issued: Instant, valid_from: Instant) -> Failure {
    let stamp = |instant: Instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = format!(
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have \
         changed or reset their password. The grant was issued on '{}' and the TokensValidFrom date (before which \
         tokens are not valid) for this user is '{}'.",
        stamp(issued),
        stamp(valid_from)
    );
    Failure::new(400, "invalid_grant", 50_173, text)
}

pub fn sign_in_frequency_over(session: Instant, seconds: i64) -> Failure {
    let text = format!(
        "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token \
         was issued on {} and the maximum allowed lifetime for this request is {seconds}.",
        session.to_rfc3339_opts(SecondsFormat::Secs, true)
    );
    Failure::new(400, "invalid_grant", 70_043, text)
}

pub fn grant_inactive(issued: Instant, lifetime: i64) -> Failure {
    let text = format!(
        "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for {}.00:00:00.",
        issued.to_rfc3339_opts(SecondsFormat::Secs, true),
        lifetime / 86_400
    );
    Failure::new(400, "invalid_grant", 700_082, text)
}

// The browser flow.

pub fn redirect_not_registered(app: &Registration, uri: &str) -> Failure {
    let text = format!(
        "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the \
         application '{}'. Make sure the redirect URI sent in the request matches one added to your application in \
         the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to \
         troubleshoot this error.",
        app.client_id
    );
    Failure::new(400, "invalid_request", 50_011, text)
}

/// None is there to compare with.
pub fn redirects_none() -> Failure {
    Failure::new(400, "invalid_request", 500_113, "No reply address is registered for the application.")
}

pub fn response_type_unsupported() -> Failure {
    Failure::new(400, "unsupported_response_type", 70_005, "The app returned an unsupported response type.")
}

pub fn id_token_not_enabled() -> Failure {
    let text = "response_type 'id_token' is not enabled for the application.";
    Failure::new(400, "unsupported_response_type", 700_054, text)
}

pub fn challenge_method_unsupported() -> Failure {
    Failure::new(400, "invalid_request", 501_491, "Invalid Code_Challenge_method parameter.")
}

pub fn nobody_signed_in() -> Failure {
    Failure::new(400, "login_required", 50_058, "A silent sign-in request was sent but no user is signed in.")
}

pub fn consent_declined() -> Failure {
    Failure::new(400, "access_denied", 65_004, "User declined to consent to access the app.")
}

pub fn single_page_only() -> Failure {
    let text =
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.";
    Failure::new(400, "invalid_request", 9_002_327, text)
}

pub fn not_across_origins() -> Failure {
    let text = "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.";
    Failure::new(400, "invalid_request", 9_002_326, text)
}

pub fn challenge_missing() -> Failure {
    let text = "Proof Key for Code Exchange is required for cross-origin authorization code redemption.";
    Failure::new(400, "invalid_request", 9_002_325, text)
}

pub fn single_page_over() -> Failure {
    let text = "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of \
                1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA \
                to the sign in page.";
    Failure::new(400, "invalid_grant", 700_084, text)
}

pub fn redirect_differs(sent: &str, asked: &str) -> Failure {
    let text = format!(
        "The reply address '{sent}' does not match the reply address '{asked}' provided when requesting Authorization \
         code."
    );
    Failure::new(400, "invalid_client", 500_112, text)
}

pub fn verifier_differs() -> Failure {
    let text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
    Failure::new(400, "invalid_grant", 501_481, text)
}

pub fn code_expired() -> Failure {
    let text = "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
                authorization request for this user and resource.";
    Failure::new(400, "invalid_grant", 70_008, text)
}
