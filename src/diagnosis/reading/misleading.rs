//! Texts that mislead: what other services say in Microsoft's words, and what stands beside a refusal.

use super::{
    super::{Certainty, causes},
    tests::{fact, read},
};

fn all(text: &str) -> Vec<(&'static str, Certainty)> {
    causes(&read(text).evidence).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

#[test]
fn what_a_foreign_host_says_is_possible_at_most() {
    for said in [
        "432 4.3.2 Concurrent connections limit exceeded",
        "550 5.1.8 Access denied, bad outbound sender",
        "421 4.7.66 TLS 1.0 and 1.1 are not supported",
        "550 5.7.60 Client does not have permissions to send as this sender",
        "451 4.7.0 Temporary server error",
    ] {
        for text in [
            format!("postfix/smtp[1]: A: host mx.example.net[192.0.2.1] said: {said} (in reply to MAIL FROM command)"),
            format!("to=<a@b.example>, relay=mx.example.net[192.0.2.1]:25, status=bounced ({said})"),
        ] {
            let found = all(&text);
            assert_eq!(found[0], ("other_service", Certainty::Likely), "{text}");
            assert!(found.len() > 1 && found[1..].iter().all(|(_, sure)| *sure == Certainty::Possible), "{found:?}");
        }
        for host in ["smtp.office365.com", "mx.partner.outlook.cn", "mx.office365.us"] {
            let found = all(&format!("host {host}[192.0.2.1] said: {said}"));
            assert!(!found.iter().any(|(slug, _)| *slug == "other_service"), "{found:?}");
        }
    }
}

#[test]
fn a_refused_password_beside_a_token_is_not_certain() {
    let off = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.";
    assert_eq!(all(off)[0], ("basic_auth_retired", Certainty::Likely));
    let token = "C: AUTH XOAUTH2 dXNlcj1hQGIuZXhhbXBsZQFhdXRoPUJlYXJlciBDQU5BUlkBAQ==\nS: ";
    assert!(all(&format!("{token}{off}")).iter().all(|(_, sure)| *sure != Certainty::Certain));
}

#[test]
fn words_without_a_reply_are_possible_at_most() {
    for text in [
        "Basic authentication is disabled for WinRM. 5.7.139?",
        "dovecot: auth: user is locked by your organization's security defaults policy",
    ] {
        assert!(all(text).iter().all(|(_, sure)| *sure == Certainty::Possible), "{text}: {:?}", all(text));
    }
}

#[test]
fn tokens_of_others_and_exchange_of_ones_own_are_told() {
    for text in [
        "POST https://oauth2.googleapis.com/token\n{\"error\":\"invalid_grant\"}",
        "google.auth.exceptions.RefreshError: invalid_grant: Token has been expired or revoked.",
        "https://sso.contoso.example/realms/mail/protocol/openid-connect/token: invalid_grant",
    ] {
        assert_eq!(all(text)[0].0, "other_service", "{text}");
        assert!(all(text)[1..].iter().all(|(_, sure)| *sure == Certainty::Possible), "{text}");
    }
    let own = "S: 220 mail01.corp.example Microsoft ESMTP MAIL Service ready\nC: AUTH LOGIN\nS: 535 5.7.3 Authentication unsuccessful";
    assert!(all(own).iter().all(|(_, sure)| *sure == Certainty::Possible), "{:?}", all(own));
    assert_eq!(all(own)[0].0, "other_service");
    let microsofts = own.replace("mail01.corp.example", "AM0PR02CA0134.outlook.office365.com");
    assert!(!all(&microsofts).iter().any(|(slug, _)| *slug == "other_service"));
}

#[test]
fn the_trouble_of_a_database_is_none_of_mails() {
    for text in [
        "mail app: Connection refused by database on port 3306",
        "ERROR 2026 (HY000): SSL connection error: wrong version number",
        "psql: error: connection to server at mail.example.net failed: Connection refused",
    ] {
        assert_eq!(all(text), [("unknown", Certainty::Possible)], "{text}");
    }
}

#[test]
fn a_wrong_secret_is_judged_by_what_is_seen_of_it() {
    let refused = "AADSTS7000215: Invalid client secret provided.\n";
    let value = all(&format!("{refused}client_secret=aB38Q~CANARY.~b-c_DEfghijklmnopqrstuvwxy"));
    assert!(!value.iter().any(|(slug, _)| *slug == "secret_id_instead_of_value"), "{value:?}");
    let id = all(&format!("{refused}client_secret=0f1e2d3c-4444-5555-6666-0123456789ab"));
    assert_eq!(id, [("secret_id_instead_of_value", Certainty::Likely)]);
    let none = all(refused);
    assert!(none.contains(&("secret_id_instead_of_value", Certainty::Possible)), "{none:?}");
}

#[test]
fn a_page_to_enter_a_code_at_is_the_device_flows() {
    for page in ["https://microsoft.com/devicelogin", "https://login.microsoft.com/device"] {
        let text =
            format!("To sign in, open the page {page} and enter the code ABCD to authenticate.\nAADSTS53003: Blocked.");
        assert_eq!((fact(&text, "flow").as_str(), all(&text)[0].0), ("device_code", "device_code_blocked"));
    }
}

#[test]
fn the_name_that_was_looked_up_is_told() {
    for text in [
        "javax.mail.MessagingException: Unknown SMTP host: smtp.ofice365.com",
        "java.net.UnknownHostException: smtp.ofice365.com",
        "The remote name could not be resolved: 'smtp.ofice365.com'",
        "lookup of host \"smtp.ofice365.com\" failed in smarthost router",
        "dial tcp: lookup smtp.ofice365.com on 192.0.2.53:53: server misbehaving",
        "dial tcp: lookup smtp.ofice365.com on 127.0.0.53:53: no such host",
    ] {
        assert_eq!(all(text)[0].0, "host_name_unknown", "{text}");
        assert_eq!(fact(text, "network.address"), "smtp.ofice365.com", "{text}");
    }
}
