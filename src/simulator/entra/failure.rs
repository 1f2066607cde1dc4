//! What the authority refuses with: the OAuth error, the AADSTS number and its sentence, in the
//! JSON body Entra writes around them. One function a refusal; who decides is elsewhere. Those of
//! codes and refresh tokens are in [`super::grant_failure`].

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::Answer;
use crate::simulator::{Instant, Site, ledger::Serial, tenant::Registration};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub status: u16,
    pub error: &'static str,
    /// The AADSTS number; 0 for the few answers without one.
    pub code: u32,
    pub text: String,
    pub suberror: Option<&'static str>,
}

impl Failure {
    pub(super) fn new(status: u16, error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self { status, error, code, text: text.into(), suberror: None }
    }

    pub(super) fn because(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    /// The sentence as people see it, on a page or at the head of `error_description`.
    pub fn sentence(&self) -> String {
        if self.code == 0 { self.text.clone() } else { format!("AADSTS{}: {}", self.code, self.text) }
    }

    /// The `error_description` of a redirect.
    pub fn description(&self, serial: &mut Serial, now: Instant) -> String {
        self.described(&serial.guid(), &serial.guid(), &stamp(now))
    }

    fn described(&self, trace: &str, correlation: &str, timestamp: &str) -> String {
        format!("{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}", self.sentence())
    }

    pub fn answer(&self, serial: &mut Serial, site: &Site, now: Instant) -> Answer {
        let (trace, correlation) = (serial.guid(), serial.guid());
        let timestamp = stamp(now);
        let mut body = Map::new();
        body.insert("error".to_owned(), json!(self.error));
        body.insert("error_description".to_owned(), json!(self.described(&trace, &correlation, &timestamp)));
        body.insert("error_codes".to_owned(), if self.code == 0 { json!([]) } else { json!([self.code]) });
        body.insert("timestamp".to_owned(), json!(timestamp));
        body.insert("trace_id".to_owned(), json!(trace));
        body.insert("correlation_id".to_owned(), json!(correlation));
        if self.code != 0 {
            body.insert("error_uri".to_owned(), json!(format!("{}/error?code={}", site.authority, self.code)));
        }
        if let Some(suberror) = self.suberror {
            body.insert("suberror".to_owned(), json!(suberror));
        }
        Answer::json(self.status, &Value::Object(body))
    }
}

fn stamp(now: Instant) -> String {
    now.to_rfc3339_opts(SecondsFormat::Secs, true).replace('T', " ")
}

// The request itself.

pub fn wrong_verb(verb: &str, wanted: &str) -> Failure {
    let text = format!("The endpoint only accepts {wanted} requests. Received a {verb} request.");
    Failure::new(405, "invalid_request", 900_561, text)
}

pub fn malformed() -> Failure {
    Failure::new(400, "invalid_request", 9_002_313, "Invalid request. Request is malformed or invalid.")
}

pub fn missing(parameter: &str) -> Failure {
    let text = format!("The request body must contain the following parameter: '{parameter}'.");
    Failure::new(400, "invalid_request", 900_144, text)
}

pub fn unsupported_grant(grant: &str) -> Failure {
    let text = format!("The app requested an unsupported grant type '{grant}'.");
    Failure::new(400, "unsupported_grant_type", 70_003, text)
}

pub fn unavailable() -> Failure {
    Failure::new(503, "temporarily_unavailable", 90_033, "A transient error has occurred. Please try again.")
}

// The tenant and the registration.

pub fn tenant_not_found(tenant: &str) -> Failure {
    let text = format!(
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
         correct cloud. Check with your subscription administrator, this may happen if there are no active \
         subscriptions for the tenant."
    );
    Failure::new(400, "invalid_tenant", 90_002, text)
}

pub fn no_tenant_named() -> Failure {
    let text = "No tenant-identifying information found in either the request or implied by any provided credentials.";
    Failure::new(400, "invalid_request", 50_059, text)
}

pub fn application_not_found(client_id: &str, directory: &str) -> Failure {
    let text = format!(
        "Application with identifier '{client_id}' was not found in the directory '{directory}'. This can happen if \
         the application has not been installed by the administrator of the tenant or consented to by any user in \
         the tenant. You may have sent your authentication request to the wrong tenant."
    );
    Failure::new(400, "unauthorized_client", 700_016, text)
}

pub fn application_disabled(app: &Registration) -> Failure {
    let text = format!("Application '{}'({}) is disabled.", app.client_id, app.name);
    Failure::new(400, "unauthorized_client", 7_000_112, text)
}

pub fn not_multi_tenant(app: &Registration, endpoint: &str) -> Failure {
    let text = format!(
        "Application '{}'({}) is not configured as a multi-tenant application. Usage of the /{endpoint} endpoint is \
         not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the \
         application to be multi-tenant.",
        app.client_id, app.name
    );
    Failure::new(400, "invalid_request", 50_194, text)
}

pub fn not_for_consumers(app: &Registration) -> Failure {
    let text = format!(
        "Application '{}'({}) is configured for use by Azure Active Directory users only. Please do not use the \
         /consumers endpoint to serve this request.",
        app.client_id, app.name
    );
    Failure::new(400, "invalid_request", 9_002_332, text)
}

pub fn for_consumers_alone(app: &Registration) -> Failure {
    let text = format!(
        "Application '{}'({}) is configured for use by Microsoft Account users only. Please use the /consumers \
         endpoint to serve this request.",
        app.client_id, app.name
    );
    Failure::new(400, "invalid_request", 9_002_331, text)
}

/// Personal accounts' word for "Allow public client flows".
pub fn not_marked_as_mobile() -> Failure {
    let text = "The provided client is not supported for this feature. The client application must be marked as \
                'mobile.'";
    Failure::new(400, "invalid_client", 70_002, text)
}

pub fn password_not_here() -> Failure {
    let text = "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations \
                or tenant-specific endpoint.";
    Failure::new(400, "invalid_request", 9_001_023, text)
}

// How the client proves itself.

pub fn secret_required() -> Failure {
    let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    Failure::new(401, "invalid_client", 7_000_218, text)
}

pub fn secret_required_for_application() -> Failure {
    let text = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
    Failure::new(401, "invalid_client", 7_000_216, text)
}

pub fn secret_wrong(app: &Registration) -> Failure {
    let text = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
         the client secret ID, for a secret added to app '{}'.",
        app.client_id
    );
    Failure::new(401, "invalid_client", 7_000_215, text)
}

pub fn secret_expired(app: &Registration) -> Failure {
    let text = format!(
        "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys for \
         your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: \
         https://aka.ms/certCreds.",
        app.client_id
    );
    Failure::new(401, "invalid_client", 7_000_222, text)
}

pub fn assertion_malformed() -> Failure {
    Failure::new(401, "invalid_client", 50_027, "JWT token is invalid or malformed.")
}

pub fn assertion_key(reason: &str) -> Failure {
    let text = format!(
        "The certificate with identifier used to sign the client assertion is not registered on application. [Reason \
         - {reason}]"
    );
    Failure::new(401, "invalid_client", 700_027, text)
}

pub fn assertion_signature() -> Failure {
    let text = "Client assertion failed signature validation. [Reason - The provided signature value did not match.]";
    Failure::new(401, "invalid_client", 700_027, text)
}

pub fn assertion_of_another() -> Failure {
    let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
    Failure::new(401, "invalid_client", 700_021, text)
}

pub fn assertion_audience() -> Failure {
    let text = "Client assertion audience claim does not match Realm issuer.";
    Failure::new(401, "invalid_client", 700_023, text)
}

pub fn assertion_time(now: Instant) -> Failure {
    let text = format!("Client assertion is not within its valid time range. Current time: {}.", stamp(now));
    Failure::new(401, "invalid_client", 700_024, text)
}

pub fn public_client_sent_secret() -> Failure {
    let text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
    Failure::new(401, "invalid_client", 700_025, text)
}

// The scope.

pub fn scope_invalid(scope: &str) -> Failure {
    let text = format!(
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
         'scope' is not valid. The scope {scope} is not valid."
    );
    Failure::new(400, "invalid_scope", 70_011, text)
}

pub fn scope_unknown(app: &Registration, name: &str, resource: &str) -> Failure {
    let text = format!(
        "The application '{}' asked for scope '{name}' that doesn't exist on the resource '{resource}'. Contact the \
         app vendor.",
        app.name
    );
    Failure::new(400, "invalid_client", 650_053, text)
}

pub fn scope_of_several_resources(scope: &str) -> Failure {
    let text = format!(
        "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope \
         {scope} is not valid."
    );
    Failure::new(400, "invalid_scope", 28_000, text)
}

pub fn scope_not_default(scope: &str) -> Failure {
    let text = format!(
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with \
         /.default suffixed to the resource identifier (application ID URI)."
    );
    Failure::new(400, "invalid_scope", 1_002_012, text)
}

/// Personal accounts take permissions by name, and Exchange by one of its names.
pub fn scope_not_for_consumers(scope: &str) -> Failure {
    let text = format!(
        "The provided resource value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
    );
    Failure::new(400, "invalid_scope", 70_011, text)
}

pub fn resource_not_found(resource: &str, tenant: &str) -> Failure {
    let text = format!(
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the \
         application has not been installed by the administrator of the tenant or consented to by any user in the \
         tenant. You might have sent your authentication request to the wrong tenant."
    );
    Failure::new(400, "invalid_resource", 500_011, text)
}

// The person.

pub fn user_not_found(upn: &str, tenant: &str) -> Failure {
    let text = format!(
        "The user account {upn} does not exist in the {tenant} directory. To sign into this application, the account \
         must be added to the directory."
    );
    Failure::new(400, "invalid_grant", 50_034, text)
}

/// `provider`: who keeps the account.
pub fn user_of_another_tenant(upn: &str, provider: &str, app: &Registration, tenant: &str) -> Failure {
    let text = format!(
        "User account '{upn}' from identity provider '{provider}' does not exist in tenant '{tenant}' and cannot access \
         the application '{}'({}) in that tenant. The account needs to be added as an external user in the tenant \
         first. Sign out and sign in again with a different Azure Active Directory user account.",
        app.client_id, app.name
    );
    Failure::new(400, "invalid_grant", 50_020, text)
}

pub fn not_a_personal_account() -> Failure {
    let text = "The domain is not a valid login domain for the account type.";
    Failure::new(400, "invalid_grant", 500_208, text)
}

pub fn user_disabled() -> Failure {
    Failure::new(400, "invalid_grant", 50_057, "The user account is disabled.")
}

pub fn password_wrong() -> Failure {
    let text = "Error validating credentials due to invalid username or password.";
    Failure::new(400, "invalid_grant", 50_126, text)
}

pub fn blocked_by_conditional_access() -> Failure {
    let text =
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    Failure::new(400, "invalid_grant", 53_003, text).because("message_only")
}

pub fn blocked_after_device_code() -> Failure {
    let text = "The refresh token is no longer valid: the authentication flow it was obtained with is blocked by a \
                Conditional Access policy.";
    Failure::new(400, "invalid_grant", 530_036, text).because("message_only")
}

pub fn admin_consent_needed(app: &Registration) -> Failure {
    let text = format!(
        "An administrator of the tenant has set a policy that prevents you from granting {} the permissions it is \
         requesting. Contact an administrator, who can grant permissions to this application on your behalf.",
        app.name
    );
    Failure::new(400, "consent_required", 90_094, text)
}

/// The same of a personal account.
pub fn not_yet_granted() -> Failure {
    let text = "The request was denied because one or more scopes requested are unauthorized or expired. The user must \
                first sign in and grant the client application access to the requested scope.";
    Failure::new(400, "invalid_grant", 70_000, text)
}

pub fn not_consented(app: &Registration) -> Failure {
    let text = format!(
        "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an \
         interactive authorization request for this user and resource.",
        app.client_id, app.name
    );
    Failure::new(400, "invalid_grant", 65_001, text).because("consent_required")
}
