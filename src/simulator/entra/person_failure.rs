//! What the authority refuses a person with, or a policy does. One function a refusal, as in [`super::failure`], which makes
//! the bodies.

use super::{failure::Failure, scope::EXCHANGE_ID};
use crate::simulator::tenant::Registration;

// The account.

pub fn locked() -> Failure {
    let text = "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
    Failure::new(400, "invalid_grant", 50_053, text)
}

pub fn agents_unreachable() -> Failure {
    let text = "Authentication Agent's password validation request timed out. Check if your Agent is reachable.";
    Failure::new(400, "invalid_grant", 80_002, text)
}

pub fn second_factor_needed() -> Failure {
    let text = format!(
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use \
         multi-factor authentication to access '{EXCHANGE_ID}'."
    );
    Failure::new(400, "invalid_grant", 50_076, text).because("basic_action")
}

pub fn device_not_managed() -> Failure {
    let text = "Device is not in required device state: unregistered. Conditional Access policy requires a compliant \
                device, and the device is not compliant. The user must enroll their device with an approved MDM provider \
                like Intune.";
    Failure::new(400, "invalid_grant", 53_000, text).because("message_only")
}

// The app, and whether it is this person's.

pub fn not_assigned(app: &Registration, upn: &str) -> Failure {
    let text = format!(
        "Your administrator has configured the application {} ('{}') to block users unless they are specifically granted \
         ('assigned') access to the application. The signed in user '{upn}' is blocked because they are not a direct \
         member of a group with access, nor had access directly assigned by an administrator. Please contact your \
         administrator to assign access to this application.",
        app.name, app.client_id
    );
    Failure::new(400, "invalid_grant", 50_105, text)
}

pub fn not_preauthorized(app: &Registration) -> Failure {
    let text = format!(
        "Consent between first party application '{}' and first party resource '{EXCHANGE_ID}' must be configured via \
         preauthorization - applications owned and operated by Microsoft must get approval from the API owner before \
         requesting tokens for that API.",
        app.client_id
    );
    Failure::new(400, "invalid_request", 65_002, text)
}

pub fn half_added(tenant: &str) -> Failure {
    let text = format!(
        "The application needs access to a service; the service principal name is already present for the tenant {tenant}."
    );
    Failure::new(400, "invalid_client", 650_051, text)
}

pub fn not_subscribed(tenant: &str) -> Failure {
    let text = format!(
        "The app is trying to access a service '{EXCHANGE_ID}'(Office 365 Exchange Online) that your organization \
         '{tenant}' lacks a service principal for. Contact your IT Admin to review the configuration of your service \
         subscriptions or consent to the application in order to create the required service principal."
    );
    Failure::new(400, "invalid_client", 650_052, text)
}

pub fn nothing_listed(app: &Registration) -> Failure {
    let text = format!(
        "Misconfigured application. This could be due to one of the following: the client has not listed any permissions \
         for 'Office 365 Exchange Online' in the requested permissions in the client's application registration. Or, the \
         admin has not consented in the tenant. Or, check the application identifier in the request to ensure it matches \
         the configured client application identifier. Please contact your admin to fix the configuration or consent on \
         behalf of the tenant. Client app ID: {}.",
        app.client_id
    );
    Failure::new(400, "invalid_client", 650_056, text)
}

/// With the ID of Microsoft Graph's `SMTP.Send`.
pub fn no_such_permission_id(app: &Registration) -> Failure {
    let text = format!(
        "Resource '{EXCHANGE_ID}' had no entitlements matching required permissions configured on the required resource \
         access for client '{}'. Requested permission IDs: '258f6531-6087-4cc4-bb90-092c5fb3ed3f'.",
        app.client_id
    );
    Failure::new(400, "invalid_client", 65_006, text)
}

pub fn claims_mapped() -> Failure {
    let text = "AcceptMappedClaims is only supported for a token audience matching the application GUID or an audience \
                within the tenant's verified domains. Either change the resource identifier, or use an \
                application-specific signing key.";
    Failure::new(400, "invalid_request", 501_461, text)
}

pub fn looping() -> Failure {
    let text = "The server terminated an operation because it encountered a client request loop. Please contact your app \
                vendor.";
    Failure::new(400, "invalid_grant", 50_196, text)
}
