//! Replies as Microsoft 365 gives them, each with the cause it leads to and how sure the line alone makes it. The words
//! are the servers', from Microsoft's pages and from logs that people showed.

use super::{Certainty::*, *};

/// The reply of the last refusal, the cause named first, and its certainty.
const REPLIES: &[(&str, &str, Certainty)] = &[
    (
        "535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com]",
        "user_is_not_token_user",
        Possible,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
        "smtp_auth_disabled_tenant",
        Certain,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
        "smtp_auth_disabled_mailbox",
        Certain,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
        "security_defaults",
        Certain,
    ),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "basic_auth_retired", Likely),
    ("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", "password_wrong", Likely),
    (
        "535 5.7.139 Authentication unsuccessful, account locked. Contact your administrator.",
        "account_cannot_sign_in",
        Likely,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
        "ca_blocks",
        Likely,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this authentication request.",
        "security_defaults",
        Likely,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, the federated STS service was unreachable.",
        "federation_fault",
        Certain,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, the federated STS URL does not support HTTPS.",
        "federation_fault",
        Certain,
    ),
    ("550 5.7.30 Basic authentication is not supported for Client Submission.", "basic_auth_retired", Likely),
    ("530 5.7.57 Client not authenticated to send mail.", "client_sent_no_auth", Likely),
    (
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
        "client_sent_no_auth",
        Likely,
    ),
    // The refusal of the sign-in stands inside.
    (
        "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "basic_auth_retired",
        Likely,
    ),
    ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", "send_as_denied", Certain),
    (
        "554 5.2.252 SendAsDenied; a@contoso.example not allowed to send as b@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit message.",
        "send_as_denied",
        Certain,
    ),
    (
        "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message",
        "send_as_denied",
        Certain,
    ),
    ("550 5.2.254 Sender throttled due to continuous invalid recipients errors", "throttled", Likely),
    (
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message",
        "quota_exceeded",
        Certain,
    ),
    ("550 5.2.2 Submission quota exceeded", "quota_exceeded", Certain),
    (
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        "quota_exceeded",
        Certain,
    ),
    (
        "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message",
        "reputation_block",
        Certain,
    ),
    (
        "430 4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to process message due to a transient exception with message Cannot open mailbox.",
        "mailbox_permission_missing",
        Likely,
    ),
    ("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "throttled", Certain),
    ("432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending", "throttled", Certain),
    ("432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "throttled", Likely),
    ("421 4.4.2 Message submission rate for this client has exceeded the configured limit", "throttled", Certain),
    ("421 4.4.2 Connection dropped due to SocketError", "service_temporary", Likely),
    (
        "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.",
        "tls_too_old",
        Certain,
    ),
    ("550 5.7.67 TLS 1.0 and 1.1 are not supported by your organization", "tls_too_old", Certain),
    ("421 4.3.2 Service not available", "service_temporary", Likely),
    ("451 4.7.0 Temporary server error. Please try again later. PRX2", "service_temporary", Likely),
    ("451 4.7.550 Access denied, please try again later", "reputation_block", Likely),
    ("451 4.7.860 Access denied, please try again later", "reputation_block", Likely),
    (
        "451 4.7.500 Server busy. Please try again later from [192.0.2.7]. (S77719) [CO1NAM11FT004.eop-nam11.prod.protection.outlook.com]",
        "reputation_block",
        Likely,
    ),
    ("550 5.1.8 Access denied, bad outbound sender", "reputation_block", Certain),
    ("550 5.7.501 Access denied, spam abuse detected", "reputation_block", Likely),
    ("550 5.7.502 Access denied, banned sender", "reputation_block", Likely),
    ("550 5.7.503 Access denied, banned sender", "reputation_block", Likely),
    ("550 5.7.504 [a@b.example]: Recipient address rejected: Access denied", "reputation_block", Likely),
    ("550 5.7.505 Access denied, banned recipient", "reputation_block", Likely),
    ("550 5.7.506 Access Denied, Bad HELO", "reputation_block", Likely),
    ("550 5.7.507 Access denied, rejected by recipient", "reputation_block", Likely),
    (
        "550 5.7.508 Access denied, [192.0.2.7] has exceeded permitted limits within 192.0.2.0 range",
        "reputation_block",
        Likely,
    ),
    (
        "550 5.7.509 Access denied, sending domain contoso.example does not pass DMARC verification",
        "reputation_block",
        Likely,
    ),
    ("550 5.7.510 Access denied, contoso.example does not accept email over IPv6", "reputation_block", Likely),
    ("550 5.7.511 Access denied, banned sender", "reputation_block", Likely),
    ("550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant", "reputation_block", Likely),
    ("550 5.7.705 Access denied, tenant has exceeded threshold", "reputation_block", Certain),
    ("550 5.7.708 Access denied, traffic not accepted from this IP", "reputation_block", Likely),
    (
        "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
        "reputation_block",
        Certain,
    ),
    (
        "550 5.5.105 External sending is not supported for High Volume Email accounts.",
        "hve_external_recipient",
        Certain,
    ),
    ("501 5.5.121 Invalid XOAUTH2 argument", "malformed_xoauth2", Likely),
    ("501 5.5.124 Invalid XOAUTH2 auth data", "malformed_xoauth2", Likely),
    ("501 5.5.126 Invalid XOAUTH2 auth data", "malformed_xoauth2", Likely),
    ("501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon", "token_near_expiry_hve", Certain),
    ("535 5.7.142 Token will expire soon", "token_near_expiry_hve", Certain),
    ("535 5.7.143 Expired token", "token_expired", Certain),
    ("535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions", "missing_scope_smtp_send", Likely),
    (
        "550 5.7.240 The application is not allowed for use with this High Volume Email account",
        "hve_app_not_allowed",
        Certain,
    ),
    ("550 5.7.62 Invalid MAIL FROM address", "hve_sender_not_account", Likely),
    ("550 5.6.241 Invalid From header", "hve_sender_not_account", Likely),
    ("550 5.2.240 Not a High Volume Email account", "hve_account_needed", Likely),
    ("504 5.7.4 Unrecognized authentication type", "auth_mechanism_not_offered", Likely),
    ("500 5.5.6 Authentication Exchange line is too long", "xoauth2_initial_response_form", Likely),
];

#[test]
fn every_reply_leads_to_its_cause() {
    let mut wrong = Vec::new();
    for (reply, cause, certainty) in REPLIES {
        let mut reading = reading::Reading::default();
        reading.add_text(reply, 0);
        let named = causes(&reading.evidence);
        if (named[0].slug, named[0].certainty) != (*cause, *certainty) {
            let found: Vec<_> = named.iter().map(|cause| (cause.slug, cause.certainty.id())).collect();
            wrong.push(format!("{reply}\n    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What can be found out without an administrator comes first, and in the order in which one thing rests on the other.
#[test]
fn what_tells_the_bare_refusal_is_asked_for_in_order() {
    let mut evidence = Evidence::default();
    for (fact, value) in [("reply.enhanced", "5.7.3"), ("reply.text", REPLIES[0].0), ("account_type", "consumer")] {
        evidence.add(fact, value);
    }
    evidence.add("token.user", "a@contoso.example");
    evidence.add("user", "b@contoso.example");
    let asked: Vec<usize> = {
        let unknown = cause::unknown().stand(Possible, &evidence);
        unknown
            .next
            .iter()
            .chain(&unknown.ask)
            .map(|next| next.key.rsplit('.').next().unwrap().parse().unwrap())
            .collect()
    };
    let entry = cause::unknown();
    let line = |index: &usize| match &entry.next[*index] {
        cause::Line::Always(text) => text.as_str(),
        cause::Line::If(line) => line.text.as_str(),
    };
    let lines: Vec<&str> = asked.iter().map(line).collect();
    let order = [
        "which AUTH was sent",
        "The access token",
        "Get-ServicePrincipal",
        "The same token",
        "last changed",
        "some are refused over SMTP",
        "with a licence",
        "Sign-in logs",
    ];
    let places: Vec<usize> =
        order.iter().map(|words| lines.iter().position(|line| line.contains(words)).expect(words)).collect();
    assert!(places.is_sorted(), "{lines:#?}");
}
