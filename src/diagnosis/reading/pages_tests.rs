//! What is copied from a browser, and what libraries for tokens throw: the cause that comes of it.

use super::tests::{fact, named};

#[test]
fn a_page_in_the_browser_leads_to_its_cause() {
    for (text, slug) in [
        (
            "Need admin approval\nMail relay\nMail relay needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
            "admin_consent_needed",
        ),
        (
            "管理者の承認が必要\nMail relay には、管理者のみが付与できる、組織内のリソースにアクセスするためのアクセス許可が必要です。",
            "admin_consent_needed",
        ),
        (
            "That Microsoft account doesn't exist. Enter a different account or get a new one.",
            "authority_audience_mismatch",
        ),
        (
            "You can't sign in here with a personal account. Use your work or school account instead.",
            "authority_audience_mismatch",
        ),
        (
            "You cannot access this right now\nYour sign-in was successful but does not meet the criteria to access this resource. For example, you might be signing in from a browser, app, or location that is restricted by your admin.",
            "ca_blocks",
        ),
        (
            "現在これにアクセスすることはできません\nサインインは成功しましたが、このリソースにアクセスするための条件を満たしていません。",
            "ca_blocks",
        ),
        (
            "現在、これにアクセスすることはできません\nサインインは正常に完了しましたが、このリソースへのアクセス条件を満たしていません。",
            "ca_blocks",
        ),
        ("エラー コード: 53003\n要求 ID: 0f1e2d3c-4444-5555-6666-0123456789ab", "ca_blocks"),
        ("エラー コード： 50011", "redirect_uri_mismatch"),
        (
            "Sign in\nSorry, but we're having trouble signing you in.\nAADSTS50011: The redirect URI 'http://localhost:8400/' specified in the request does not match the redirect URIs configured for the application '0f1e2d3c-4444-5555-6666-0123456789ab'.",
            "redirect_uri_mismatch",
        ),
        (
            "サインイン\n申し訳ありません。サインインできません。\nAADSTS50011: The redirect URI 'http://localhost:8400/' specified in the request does not match the redirect URIs configured for the application '0f1e2d3c-4444-5555-6666-0123456789ab'.",
            "redirect_uri_mismatch",
        ),
        (
            "Request Id: 11111111-2222-3333-4444-555555555500\nCorrelation Id: 22222222-2222-3333-4444-555555555500\nTimestamp: 2026-07-11T11:46:42Z\nMessage: AADSTS50011: The redirect URI 'http://localhost:8400/' specified in the request does not match the redirect URIs configured for the application '0f1e2d3c-4444-5555-6666-0123456789ab'.",
            "redirect_uri_mismatch",
        ),
        (
            "<html><head><title>Sign in to your account</title></head><body><div class=\"x\">Sorry, but we&#39;re having trouble signing you in.</div><div>AADSTS50011: The redirect URI &#39;http://localhost:8400/&#39; specified in the request does not match the redirect URIs configured for the application &#39;0f1e2d3c-4444-5555-6666-0123456789ab&#39;.</div></body></html>",
            "redirect_uri_mismatch",
        ),
    ] {
        assert_eq!(named(text).0, slug, "{text}");
    }
    assert_eq!(fact("申し訳ありません。サインインできません。", "oauth.page"), "trouble");
}

#[test]
fn a_redirected_url_is_read_in_each_of_its_forms() {
    for url in [
        "http://localhost:8400/?error=access_denied&error_description=AADSTS65004%3a+User+declined+to+consent+to+access+the+app.%0d%0aTrace+ID%3a+11111111-2222-3333-4444-555555555500&error_uri=https%3a%2f%2flogin.microsoftonline.com%2ferror%3fcode%3d65004&state=abc",
        "http://localhost:8400/#error=access_denied&error_description=AADSTS65004%3A%20User%20declined%20to%20consent%20to%20access%20the%20app.&state=abc",
        "https://app.contoso.example/login?next=https%3A%2F%2Fapp.contoso.example%2Fcb%3Ferror%3Daccess_denied%26error_description%3DAADSTS65004%253a%2BUser%2Bdeclined%2Bto%2Bconsent",
        "GET /cb?error=access_denied&amp;error_description=AADSTS65004%3a+User+declined+to+consent HTTP/1.1",
        "{\"url\":\"http:\\/\\/localhost\\/?error=access_denied\\u0026error_description=AADSTS65004%3a+User+declined\"}",
    ] {
        assert_eq!(named(url).0, "consent_declined", "{url}");
        assert_eq!(fact(url, "oauth.code"), "65004", "{url}");
    }
}

#[test]
fn what_libraries_for_tokens_throw_is_read() {
    let said = "AADSTS7000222: The provided client secret keys for app '0f1e2d3c-4444-5555-6666-0123456789ab' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret";
    let escaped = said.replace('\'', "\\u0027");
    for text in [
        // MSAL for .NET, Python, Java, Node
        format!(
            "MSAL.NetCore.4.61.3.0.MsalServiceException:\n\tErrorCode: invalid_client\nMicrosoft.Identity.Client.MsalServiceException: A configuration issue is preventing authentication - check the error message from the server for details. Original exception: {said} Trace ID: 11111111-2222-3333-4444-555555555500\n   at Microsoft.Identity.Client.OAuth2.OAuth2Client.ThrowServerException(HttpResponse response, RequestContext requestContext)\n\tStatusCode: 401\n\tResponseBody: {{\"error\":\"invalid_client\",\"error_description\":\"{said} Trace ID: 11111111-2222-3333-4444-555555555500\",\"error_codes\":[7000222]}}"
        ),
        format!(
            "{{'error': 'invalid_client', 'error_description': \"{said} Trace ID: 11111111-2222-3333-4444-555555555500\", 'error_codes': [7000222], 'timestamp': '2026-07-11 11:46:42Z', 'trace_id': '11111111-2222-3333-4444-555555555500'}}"
        ),
        format!(
            "com.microsoft.aad.msal4j.MsalServiceException: {said} Trace ID: 11111111-2222-3333-4444-555555555500\n\tat com.microsoft.aad.msal4j.MsalServiceExceptionFactory.fromHttpResponse(MsalServiceExceptionFactory.java:45)"
        ),
        format!(
            "ServerError: invalid_client: 7000222 - [2026-07-11 11:46:42Z]: {said} - Correlation ID: 22222222-2222-3333-4444-555555555500 - Trace ID: 11111111-2222-3333-4444-555555555500\n    at ResponseHandler.validateTokenResponse (/srv/node_modules/@azure/msal-common/dist/index.cjs:1:1) {{\n  errorCode: 'invalid_client',\n  errorMessage: '7000222 - [2026-07-11 11:46:42Z]: {said}',\n  subError: ''\n}}"
        ),
        // Azure Identity, simplejson in a log, sasl-xoauth2, oauth2 of Go and PHP
        format!("Azure.Identity.AuthenticationFailedException: ClientSecretCredential authentication failed: {said}"),
        format!(
            "{{\"level\":\"error\",\"ts\":1,\"msg\":\"oauth2: cannot fetch token: 401 Unauthorized\\nResponse: {{\\\"error\\\":\\\"invalid_client\\\",\\\"error_description\\\":\\\"{escaped}\\\",\\\"error_codes\\\":[7000222]}}\"}}"
        ),
        format!(
            "sasl-xoauth2[41]: TokenStore::Refresh: request failed; sasl-xoauth2[41]: TokenStore::Refresh: response: {{\"error\":\"invalid_client\",\"error_description\":\"{said}\",\"error_codes\":[7000222]}}"
        ),
        format!(
            "League\\OAuth2\\Client\\Provider\\Exception\\IdentityProviderException: invalid_client {said} in /var/www/vendor/thenetworg/oauth2-azure/src/Provider/Azure.php:1"
        ),
        format!("{{\"detail\":\"{{\\\"error\\\":\\\"invalid_client\\\",\\\"error_description\\\":\\\"{said}\\\"}}\"}}"),
    ] {
        assert_eq!(named(&text).0, "secret_expired", "{text}");
        assert_eq!(fact(&text, "oauth.code"), "7000222", "{text}");
        assert!(!fact(&text, "oauth.description").contains("\\"), "{}", fact(&text, "oauth.description"));
    }
    let needed = "Microsoft.Identity.Client.MsalUiRequiredException: AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000002-0000-0ff1-ce00-000000000000'.";
    assert_eq!(fact(needed, "oauth.code"), "50076");
}

#[test]
fn the_errors_of_other_authorities_are_told_as_theirs() {
    for text in [
        "google.auth.exceptions.RefreshError: ('invalid_grant: Token has been expired or revoked.', {'error': 'invalid_grant'})",
        "https://accounts.google.com/o/oauth2/token {\"error\":\"invalid_grant\",\"error_description\":\"Bad Request\"}",
        "Error 400: redirect_uri_mismatch\nYou can't sign in to this app because it doesn't comply with Google's OAuth 2.0 policy.",
    ] {
        assert_eq!(named(text).0, "other_service", "{text}");
    }
}

#[test]
fn a_number_that_an_explanation_mentions_is_none_of_the_error() {
    let page = "! That did not work: AADSTS650051: The app is being added.\nA policy may end it later (AADSTS530036).";
    assert_eq!(fact(page, "oauth.code"), "650051");
    assert_eq!(fact("refused (AADSTS530036)", "oauth.code"), "530036");
}
