//! What comes of texts that look like Microsoft's refusals and are not, and of refusals in unusual forms.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::Reading;
use crate::diagnosis::{Certainty, causes};

fn all(text: &str) -> Vec<(&'static str, Certainty)> {
    let mut reading = Reading::default();
    reading.add_text(text, 1_800_000_000);
    causes(&reading.evidence).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

fn from_file(text: &str) -> Vec<(&'static str, Certainty)> {
    let mut reading = Reading::default();
    reading.add_file(text, 1_800_000_000).unwrap();
    causes(&reading.evidence).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

fn has(found: &[(&str, Certainty)], slug: &str) -> bool {
    found.iter().any(|(found, _)| *found == slug)
}

#[test]
fn a_login_with_a_password_has_no_causes_of_tokens() {
    let trace = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YUBiLmV4YW1wbGU=\nS: 334 UGFzc3dvcmQ6\nC: Q0FOQVJZ\nS: 535 5.7.3 Authentication unsuccessful";
    let file = "smtp = [\"535 5.7.3 Authentication unsuccessful\"]\nmechanism = \"LOGIN\"";
    for found in [all(trace), from_file(file)] {
        for slug in ["smtp_auth_disabled_mailbox", "security_defaults", "password_wrong", "basic_auth_retired"] {
            assert!(has(&found, slug), "{slug} in {found:?}");
        }
        for slug in ["user_is_not_token_user", "missing_scope_smtp_send", "wrong_audience_graph_token"] {
            assert!(!has(&found, slug), "{slug} in {found:?}");
        }
    }
    let token = STANDARD.encode(format!("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.{}", "CANARY".repeat(20)));
    let as_password = trace.replace("Q0FOQVJZ", &token);
    assert_eq!(all(&as_password), [("wrong_sasl_mechanism_chosen", Certainty::Certain)]);
}

#[test]
fn a_version_is_no_reply() {
    for text in [
        "\"version\": \"5.7.3\"",
        "WordPress: 5.7.3",
        "PHPMailer 5.7.3 on PHP 8",
        "Basic authentication is disabled for WinRM",
    ] {
        assert_eq!(all(text), [("unknown", Certainty::Possible)], "{text}");
    }
    let tls = "PHPMailer 5.7.3\nsmtp.office365.com:587: wrong version number";
    assert_eq!(all(tls)[0], ("implicit_tls_on_starttls_port", Certainty::Likely));
}

#[test]
fn the_trouble_of_another_service_is_not_mails() {
    for text in [
        "SQLSTATE[HY000] [2002] Connection refused (mysql)",
        "Error: connect ECONNREFUSED 127.0.0.1:6379",
        "connection to server at \"10.0.0.3\", port 5432 failed: Connection refused",
        "ldaps://directory.example.com: certificate verify failed",
    ] {
        assert_eq!(all(text), [("unknown", Certainty::Possible)], "{text}");
    }
    for text in ["Could not resolve host: repo.example.com", "Connection refused", "connection timed out"] {
        let found = all(text);
        assert!(found.len() > 1 && found.iter().all(|(_, certainty)| *certainty == Certainty::Possible), "{found:?}");
    }
    for text in ["connect to 192.0.2.7:587: Connection refused", "postfix/smtp: Connection timed out"] {
        assert_eq!(all(text)[0].1, Certainty::Likely, "{text}");
    }
}

#[test]
fn another_mail_service_is_named() {
    for text in [
        "535-5.7.8 Username and Password not accepted.\n535 5.7.8 https://support.google.com/mail/?p=BadCredentials x - gsmtp",
        "421 4.7.0 Try again later, closing connection. ffacd0b - gsmtp",
        "Connecting to smtp.sendgrid.net:587\n451 Authentication failed: Maximum credits exceeded",
        "Connecting to email-smtp.eu-west-1.amazonaws.com:587\n554 Message rejected: Email address is not verified.",
        "smtp.azurecomm.net:587\n535 5.7.3 Authentication unsuccessful",
    ] {
        assert_eq!(all(text), [("other_service", Certainty::Certain)], "{text}");
    }
    // What holds for every server is said beside it.
    let plain = all("530 5.7.0 Must issue a STARTTLS command first. a1-20020 - gsmtp");
    assert_eq!(plain, [("other_service", Certainty::Certain), ("starttls_not_used", Certainty::Likely)]);
    let postfix = all("454 4.7.0 Temporary authentication failure: Connection lost to authentication server");
    assert_eq!(postfix, [("other_service", Certainty::Likely), ("service_temporary", Certainty::Possible)]);
    let file = |host: &str| {
        from_file(&format!(
            "host = \"{host}\"\nsmtp = [\"535 5.7.3 Authentication unsuccessful\"]\nflow = \"refresh_token\""
        ))
    };
    assert_eq!(file("smtp-relay.gmail.com"), [("other_service", Certainty::Certain)]);
    assert_eq!(file("mail.contoso.example")[0], ("other_service", Certainty::Likely));
    for host in ["smtp.office365.com", "localhost", "127.0.0.1"] {
        assert!(!has(&file(host), "other_service"), "{host}");
    }
    let both = "gsmtp: 421 4.7.0 Try again later - gsmtp\n535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [A.PROD.OUTLOOK.COM]";
    assert!(!has(&all(both), "other_service"));
    let recipient =
        "to=<a@mailgun.org>, relay=smtp.office365.com[192.0.2.1]:587: 535 5.7.3 Authentication unsuccessful";
    assert!(!has(&all(recipient), "other_service"));
}

#[test]
fn what_passed_in_the_end_has_no_cause() {
    let passed =
        all("S: 535 5.7.3 Authentication unsuccessful\nC: AUTH XOAUTH2\nS: 235 2.7.0 Authentication successful");
    assert_eq!(passed[0], ("unknown", Certainty::Possible));
    for slug in ["service_side_fault", "user_is_not_token_user", "missing_scope_smtp_send"] {
        assert!(!has(&passed, slug), "{passed:?}");
    }
    for text in [
        "S: 235 2.7.0 Authentication successful",
        "postfix/smtp[1]: A: to=<x@y.example>, relay=smtp.office365.com[192.0.2.1]:587, status=sent (250 2.0.0 OK <a>)",
    ] {
        let mut reading = Reading::default();
        reading.add_text(text, 0);
        assert!(reading.evidence.passed(), "{text}");
        assert_eq!(all(text), [("unknown", Certainty::Possible)]);
    }
}

#[test]
fn an_apps_token_has_no_causes_of_users() {
    let file = "smtp = [\"535 5.7.3 Authentication unsuccessful\"]\n[token_claims]\nidtyp = \"app\"\naud = \"https://outlook.office365.com\"\nroles = [\"SMTP.SendAsApp\"]";
    let found = from_file(file);
    assert_eq!(found[0].0, "service_principal_missing");
    assert!(!has(&found, "user_is_not_token_user") && !has(&found, "missing_scope_smtp_send"), "{found:?}");
}

#[test]
fn what_the_string_holds_in_the_tokens_place_is_told() {
    let blob = |end: &str| {
        let blob = STANDARD.encode(format!("user=a@b.example{end}"));
        all(&format!("C: AUTH XOAUTH2 {blob}\nS: 535 5.7.3 Authentication unsuccessful"))[0].0
    };
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbSJ9";
    assert_eq!(blob("\x01auth=Bearer 0.AXoACANARYCANARYCANARY\x01\x01"), "refresh_token_sent_as_access_token");
    assert_eq!(blob(&format!("\x01auth=Bearer {jwt}\x01\x01")), "token_truncated_in_storage");
    for end in
        ["\x01auth=Bearer JWT.CANARY\x01", "^Aauth=Bearer JWT.CANARY^A^A", "\x01auth=Bearer Bearer JWT.CANARY\x01\x01"]
    {
        assert_eq!(blob(&end.replace("JWT", jwt)), "malformed_xoauth2", "{end}");
    }
}

#[test]
fn words_that_decide_are_understood() {
    for (text, slug) in [
        (
            "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS70000: The request was denied because one or more scopes requested are unauthorized or expired.\"}",
            "consent_missing",
        ),
        (
            "unauthorized_client: The client does not exist or is not enabled for consumers.",
            "authority_audience_mismatch",
        ),
        ("AADSTS70002: The request body must include a 'client_secret'.", "client_secret_missing"),
        ("AADSTS1002012: The provided value for scope x is not valid.", "malformed_scope"),
        ("{\"error_codes\":[700082]}", "refresh_token_expired"),
        ("https://login.microsoftonline.com/error?code=700082", "refresh_token_expired"),
        ("535 5.7.143 Expired token", "token_expired"),
        ("535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions", "missing_scope_smtp_send"),
        ("535 5.7.139 Authentication unsuccessful, federated STS service was unreachable.", "federation_fault"),
        (
            "535 5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this.",
            "security_defaults",
        ),
        ("MailConnectException: PKIX path building failed", "certificate_untrusted"),
        ("smtp: tls: x509: certificate is valid for a.example", "certificate_untrusted"),
        ("smtplib: SMTP AUTH extension not supported by server.", "starttls_not_used"),
        ("smtp [WinError 10060] A connection attempt failed", "network_blocked"),
        ("getaddrinfo EAI_AGAIN smtp.office365.com", "host_name_unknown"),
        ("user is locked by your organization's security defaults policy.", "security_defaults"),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled\\r\\nfor the Tenant.",
            "smtp_auth_disabled_tenant",
        ),
        (
            "451 4.7.0 Temporary server error. in response to AUTH\n530 5.7.57 Client not authenticated to send mail.",
            "service_temporary",
        ),
    ] {
        assert_eq!(all(text)[0].0, slug, "{text}");
    }
}

#[test]
fn an_evidence_file_tells_of_cloud_alias_guest_and_object_id() {
    let refused = "smtp = [\"535 5.7.3 Authentication unsuccessful\"]\nhost = \"smtp.office365.com\"\n";
    for (more, slug) in [
        (
            "user = \"a@b.example\"\npowershell = [\"EmailAddresses : {SMTP:k@b.example, smtp:A@b.example}\"]",
            "user_is_alias",
        ),
        (
            "powershell = [\"Get-ServicePrincipal\", \"ObjectId : 33333333-9999-0000-1111-222222222222\"]\n[token_claims]\nidtyp = \"app\"\naud = \"https://outlook.office365.com\"\nroles = [\"SMTP.SendAsApp\"]\noid = \"88888888-9999-0000-1111-222222222222\"",
            "service_principal_wrong_object_id",
        ),
        ("user = \"k@b.example\"\n[token_claims]\nupn = \"k_b.example#EXT#@contoso.example\"", "guest_account_token"),
        ("authority = \"https://login.microsoftonline.us/x\"", "wrong_cloud"),
        ("[token_claims]\naud = \"https://management.azure.com\"", "wrong_audience_other"),
    ] {
        assert_eq!(from_file(&format!("{refused}{more}"))[0].0, slug, "{more}");
    }
    let ropc = "flow = \"password\"\naccount_type = \"consumer\"\noauth_error = \"invalid_grant\"";
    assert_eq!(from_file(ropc)[0].0, "ropc_personal_account_unsupported");
}

#[test]
fn both_addresses_of_a_denied_sender_are_read() {
    let mut reading = Reading::default();
    reading.add_text("554 5.2.252 SendAsDenied; a@b.example not allowed to send as c@b.example; STOREDRV", 0);
    let text = |fact| reading.evidence.text(fact).unwrap_or_default();
    assert_eq!((text("user"), text("sender")), ("a@b.example".into(), "c@b.example".into()));
}

#[test]
fn what_is_no_address_is_no_user() {
    let blob = STANDARD.encode("user=a".repeat(10_000));
    let mut reading = Reading::default();
    reading.add_text(&format!("C: AUTH XOAUTH2 {blob}\n535 5.7.3 Authentication unsuccessful"), 0);
    assert_eq!(reading.evidence.text("user"), None);
}

#[test]
fn an_id_token_says_who_signed_in_and_nothing_more() {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = |claims: &str| {
        format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", URL_SAFE_NO_PAD.encode(claims), "CANARYsignature".repeat(3))
    };
    let refused = "\n535 5.7.3 Authentication unsuccessful [A.PROD.OUTLOOK.COM]";
    let id = token(r#"{"aud":"0f1e2d3c-4444-5555-6666-0123456789ab","preferred_username":"kim@contoso.example"}"#);
    let odd = token(r#"{"aud":"an app","scp":"x","preferred_username":"kim@contoso.example"}"#);
    for text in
        [id.clone(), format!("id_token={id}"), format!("id_token={odd}"), format!("{{\"id_token\": \"{odd}\"}}")]
    {
        let mut reading = Reading::default();
        reading.add_text(&(text.clone() + refused), 1_800_000_000);
        assert!(reading.secret && !has(&all(&(text.clone() + refused)), "wrong_audience_other"), "{text}");
        assert_eq!(reading.evidence.text("token.user").as_deref(), Some("kim@contoso.example"));
    }
    assert!(has(&all(&(odd + refused)), "wrong_audience_other"));
}
