//! The causes there are, one TOML file each, in the order in which equally sure ones are listed, and what their rules look
//! for, for who reads a text. It judges nothing.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{
    super::rules::{Condition, Test},
    Entry,
};
use crate::phrase::before_words;

macro_rules! files {
    ($($slug:literal)*) => { &[$(($slug, include_str!(concat!("../causes/", $slug, ".toml"))),)*] };
}

/// The files, in the order in which equally sure causes are listed. A new cause is one file and one line here.
pub const FILES: &[(&str, &str)] = files! {
    "unknown"
    "other_service"
    "smtp_auth_disabled_mailbox"
    "smtp_auth_disabled_tenant"
    "security_defaults"
    "wrong_sasl_mechanism_chosen"
    "auth_policy_basic"
    "ropc_federated_account"
    "ropc_password_wrong"
    "password_wrong"
    "basic_auth_retired"
    "token_near_expiry_hve"
    "hve_app_not_allowed"
    "hve_external_recipient"
    "hve_account_needed"
    "hve_sender_not_account"
    "refresh_token_sent_as_access_token"
    "token_truncated_in_storage"
    "malformed_xoauth2"
    "xoauth2_initial_response_form"
    "send_as_denied"
    "reputation_block"
    "mailbox_full"
    "quota_exceeded"
    "throttled"
    "service_side_fault"
    "consumer_primary_alias_mismatch"
    "wrong_cloud"
    "guest_account_token"
    "user_is_alias"
    "user_must_be_upn"
    "user_is_not_token_user"
    "delegated_permission_for_app_only"
    "service_principal_wrong_object_id"
    "service_principal_missing"
    "propagation_delay"
    "missing_app_role_smtp_sendasapp"
    "wrong_audience_graph_token"
    "wrong_audience_other"
    "audience_refused"
    "token_stale_after_permission_change"
    "missing_scope_smtp_send"
    "permission_on_wrong_api"
    "token_expired"
    "mailbox_permission_missing"
    "unlicensed_mailbox"
    "client_sent_no_auth"
    "starttls_not_used"
    "auth_mechanism_not_offered"
    "tls_too_old"
    "missing_scope_user_read"
    "local_token_store_key_mismatch"
    "scope_not_for_personal_account"
    "scopes_of_two_resources"
    "malformed_scope"
    "missing_scope_parameter"
    "authorization_code_expired"
    "authorization_code_invalid"
    "malformed_request"
    "registration_permission_ids_wrong"
    "permission_not_in_registration"
    "exchange_not_in_tenant"
    "public_client_flow_disabled"
    "redirect_platform_wrong"
    "client_secret_missing"
    "secret_sent_by_public_client"
    "secret_id_instead_of_value"
    "secret_mangled"
    "secret_expired"
    "client_certificate_expired"
    "client_certificate_unknown"
    "client_assertion_invalid"
    "authority_url_malformed"
    "common_endpoint_single_tenant_app"
    "multi_tenant_needed"
    "authority_audience_mismatch"
    "app_registration_retired"
    "first_party_client_borrowed"
    "client_id_wrong"
    "tenant_wrong"
    "app_disabled_in_tenant"
    "state_mismatch"
    "redirect_uri_mismatch"
    "redirect_uri_missing"
    "user_not_assigned_to_app"
    "account_cannot_sign_in"
    "federation_fault"
    "prompt_consent_forced"
    "consent_missing"
    "admin_consent_needed"
    "consent_declined"
    "app_being_added"
    "device_code_expired"
    "sign_in_interrupted"
    "sign_in_pending"
    "device_code_blocked"
    "ca_blocks"
    "mfa_needed_for_ropc"
    "interaction_required"
    "authorization_code_reused"
    "pkce_mismatch"
    "client_loop"
    "ropc_personal_account_unsupported"
    "refresh_token_missing"
    "refresh_token_expired"
    "refresh_token_revoked"
    "refresh_token_invalid"
    "ca_file_unusable"
    "clock_skew"
    "tls_intercepted"
    "certificate_untrusted"
    "host_name_unknown"
    "implicit_tls_on_starttls_port"
    "starttls_on_implicit_tls_port"
    "smtp_redirected_by_network"
    "starttls_missing"
    "xoauth2_not_offered"
    "connection_dropped"
    "proxy_refuses"
    "proxy_unreachable"
    "proxy_address_malformed"
    "answer_overdue"
    "network_blocked"
    "wrong_host_or_port"
    "captive_portal"
    "service_temporary"
    "client_config_not_read"
    "client_library_bug"
    "entra_other"
};

/// The slug of the verdict that none can be given.
pub const UNKNOWN: &str = "unknown";

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static CATALOGUE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| FILES.iter().map(|(slug, text)| toml::from_str(before_words(text)).expect(slug)).collect());

pub fn catalogue() -> &'static [Entry] {
    &CATALOGUE
}

/// The words that rules look for, each with the fact they look for them in.
pub fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    CATALOGUE.iter().flat_map(|entry| &entry.when).flat_map(|rule| &rule.all).flat_map(Condition::words)
}

/// Those of them that are a rule by themselves: the slug of the cause, the fact, the words.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    CATALOGUE.iter().flat_map(|entry| {
        let alone = entry.when.iter().filter_map(|rule| rule.all.first().filter(|_| rule.all.len() == 1));
        alone.flat_map(Condition::words).map(|(fact, words)| (entry.slug.as_str(), fact, words))
    })
}

/// Every AADSTS number that a rule speaks of.
pub fn codes() -> &'static BTreeSet<&'static str> {
    static CODES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let conditions = catalogue().iter().flat_map(|entry| &entry.when).flat_map(|rule| &rule.all);
        let numbers = conditions.filter(|condition| condition.fact == "oauth.code").map(|condition| &condition.test);
        let named = numbers.flat_map(|test| match test {
            Test::Is(code) => std::slice::from_ref(code),
            Test::OneOf(codes) => codes.as_slice(),
            _ => &[],
        });
        named.map(String::as_str).collect()
    });
    &CODES
}

pub fn find(slug: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.slug == slug)
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
pub fn unknown() -> &'static Entry {
    find(UNKNOWN).expect(UNKNOWN)
}
