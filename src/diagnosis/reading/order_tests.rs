//! Of several failures in one text: which decides, and how far an older one still counts.

use super::tests::{fact, named, read};
use crate::diagnosis::{Certainty, causes};

fn all(text: &str) -> Vec<(&'static str, Certainty)> {
    causes(&read(text).evidence).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

#[test]
fn the_last_refusal_decides_and_an_older_one_is_possible_at_most() {
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    let bare = "535 5.7.3 Authentication unsuccessful";
    let at = |day: u8, said: &str| format!("Nov {day} 10:00:00 mx app[1]: {said}\n");
    let text = at(20, off) + &at(20, off) + &at(22, bare);
    assert_eq!((fact(&text, "reply.text").as_str(), fact(&text, "reply.earlier").as_str()), (bare, off));
    assert_eq!(fact(&text, "reply.enhanced"), "5.7.3");
    let found = all(&text);
    assert!(found.contains(&("smtp_auth_disabled_mailbox", Certainty::Possible)), "{found:?}");
    assert!(!found.iter().any(|(_, certainty)| *certainty == Certainty::Certain), "{found:?}");
    assert_eq!(all(&(at(20, bare) + &at(22, off))), [("smtp_auth_disabled_mailbox", Certainty::Certain)]);
    // The newest first, as Microsoft's own times tell.
    let stamped = |day: u8, said: &str| {
        format!("{said} [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-11-{day}T10:00:00.000Z 08DC]\n")
    };
    assert!(fact(&(stamped(22, bare) + &stamped(20, off)), "reply.earlier").contains("5.7.139"));
}

#[test]
fn what_belongs_to_one_failure_stays_together() {
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    for text in [
        format!(
            "S: {off}\nC: MAIL FROM:<a@b.example>\nS: 530 5.7.57 Client not authenticated to send mail. [A.PROD.OUTLOOK.COM]"
        ),
        format!("530 5.7.57 Client not authenticated to send mail. Error:\n{off}"),
        format!("reply: b'{off} [A.PROD.OUTLOOK.COM]\\r\\n'\nsmtplib.SMTPAuthenticationError: (535, b'{}')", &off[4..]),
        format!("{off} [A.PROD.OUTLOOK.COM]\nerror: Authentication unsuccessful"),
        format!("Authentication unsuccessful\n{off}"),
        off.replace("for the", "for\nthe") + "\n" + off,
    ] {
        assert_eq!(fact(&text, "reply.earlier"), "", "{text}");
        assert_eq!(named(&text), ("smtp_auth_disabled_mailbox", Certainty::Certain), "{text}");
    }
}

#[test]
fn the_last_error_of_the_authority_decides() {
    let expired =
        "AADSTS7000222: The provided client secret keys for app '0f1e2d3c-4444-5555-6666-0123456789ab' are expired.";
    let unknown = "AADSTS700016: Application with identifier '22222222-3333-4444-5555-666666666666' was not found in the directory 'Contoso'.";
    let json = |error: &str, says: &str| format!(r#"{{"error":"{error}","error_description":"{says}"}}"#);
    for text in [
        format!("2026-11-20 10:00:00 {expired}\n2026-11-22 10:00:00 {unknown}"),
        format!("{}\n{}", json("invalid_client", expired), json("unauthorized_client", unknown)),
        format!("{}\n2026-11-22 10:00:00 {unknown}", json("invalid_client", expired)),
        format!(
            "{{\n\"error\": \"invalid_client\",\n\"error_description\": \"{expired}\"\n}}\n\n{{\n\"error\": \"unauthorized_client\",\n\"error_description\": \"{unknown}\"\n}}"
        ),
    ] {
        assert_eq!(fact(&text, "oauth.code"), "700016", "{text}");
        assert!(!fact(&text, "oauth.error").contains("invalid_client"), "{text}");
        let found = all(&text);
        assert_eq!(found[0], ("client_id_wrong", Certainty::Likely), "{text}");
        assert_eq!(found.last(), Some(&("secret_expired", Certainty::Possible)), "{text}");
    }
}

#[test]
fn of_two_different_failures_none_is_certain() {
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    let found = all(&format!("AADSTS7000222: The provided client secret keys are expired.\n{off}"));
    assert_eq!(found, [("smtp_auth_disabled_mailbox", Certainty::Likely), ("secret_expired", Certainty::Likely)]);
    let found = all(&format!("{off}\ncurl: (6) Could not resolve host: smtp.office365.com"));
    assert!(found.iter().all(|(_, certainty)| *certainty != Certainty::Certain), "{found:?}");
    assert!(found.iter().any(|(slug, _)| *slug == "host_name_unknown"), "{found:?}");
    let found = all(&format!("{off}\nC: AUTH XOAUTH2\nS: 235 2.7.0 Authentication successful"));
    assert_eq!(found[0], ("smtp_auth_disabled_mailbox", Certainty::Possible));
    let found = all(
        "550 5.7.30 Basic authentication is not supported for Client Submission.\n235 2.7.0 Authentication successful",
    );
    assert_eq!(found[0], ("basic_auth_retired", Certainty::Likely));
    let found = all(&format!("{off}\nlost connection with smtp.office365.com[192.0.2.1]"));
    assert_eq!(found, [("smtp_auth_disabled_mailbox", Certainty::Certain)]);
}

#[test]
fn an_error_of_the_authority_beside_another_failure_is_not_certain() {
    let told = "Secret was renewed last week because of AADSTS7000222; today: 535 5.7.3 Authentication unsuccessful";
    let listed = "AADSTS7000222 AADSTS65004 AADSTS50196";
    let lines = "AADSTS65004: User declined to consent\nAADSTS7000222: The provided client secret keys are expired.";
    for text in [told, listed, lines, "{\"error_codes\":[7000222,65004]}"] {
        let found = all(text);
        assert!(found.iter().all(|(_, certainty)| *certainty != Certainty::Certain), "{text}: {found:?}");
        assert!(found.iter().any(|(slug, _)| *slug == "secret_expired"), "{text}: {found:?}");
    }
    assert_eq!(fact(told, "reply.text"), "535 5.7.3 Authentication unsuccessful");
    assert!(!fact(told, "oauth.description").contains("535"), "{}", fact(told, "oauth.description"));
}
