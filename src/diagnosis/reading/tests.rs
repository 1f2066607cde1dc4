//! What is understood of a text: by the facts, and by the cause that comes of them.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::*;
use crate::diagnosis::{Certainty, causes, evidence::FACTS};

const NOW: i64 = 1_800_000_000;

pub fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    reading.add_text(text, NOW);
    reading
}

pub fn named(text: &str) -> (&'static str, Certainty) {
    let found = causes(&read(text).evidence);
    (found[0].slug, found[0].certainty)
}

pub fn fact(text: &str, fact: &str) -> String {
    read(text).evidence.text(fact).unwrap_or_default()
}

fn token(claims: &str) -> String {
    format!(
        "eyJhbGciOiJSUzI1NiJ9.{}.{}",
        URL_SAFE_NO_PAD.encode(claims),
        "CANARYsignature0CANARYsignature1CANARYsignature2"
    )
}

pub fn nothing_leaks(text: &str, secrets: &[&str]) {
    let shown = format!("{:?}", read(text).evidence);
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(!shown.contains("CANARY"), "{shown}");
}

#[test]
fn a_refusal_is_found_in_the_lines_of_many_programs() {
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DCA19F0A1B2C3D]";
    for line in [
        off.to_owned(),
        format!("Nov 22 10:00:00 mx postfix/smtp[123]: 4F2A: to=<a@b.example>, relay=smtp.office365.com[192.0.2.1]:587, dsn=4.7.139, status=deferred (SASL authentication failed; server smtp.office365.com[192.0.2.1] said: {off})"),
        format!("msmtp: server message: {off}\nmsmtp: could not send mail (account default from /etc/msmtprc)"),
        format!("host=smtp.office365.com tls=on auth=on user=a@b.example smtpstatus=535 smtpmsg='{off}' errormsg='authentication failed (method XOAUTH2)' exitcode=EX_NOPERM"),
        format!("2026-07-11 11:46:42 1sRq2k-0001 ** a@b.example R=smarthost T=remote_smtp_smtp: SMTP error from remote mail server after AUTH: {off}"),
        format!("2026-07-11 11:46:42 SERVER -> CLIENT: {off}\nSMTP ERROR: OAuth command failed"),
        format!("smtplib.SMTPAuthenticationError: (535, b'{}", &off[4..]),
        format!("Error: Invalid login: {off}\n    at SMTPConnection._formatError (smtp-connection/index.js:790:19)"),
        format!("MailKit.Security.AuthenticationException: 535: {}", &off[4..]),
        off.replace("SmtpClient", "Smtp\n Client").replace(' ', "  "),
        off.replace("is disabled for", "is\r\ndisabled for"),
        "535-5.7.139 Authentication unsuccessful, SmtpClientAuthentication is\n535 5.7.139 disabled for the Tenant.".to_owned(),
        "Nov 22 10:00:00 mx app: 535-5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled\nNov 22 10:00:00 mx app: 535 5.7.139 for the Tenant.".to_owned(),
        format!("5.7.57 Client not authenticated to send mail. Error: {off}"),
        format!("\u{1b}[31m{off}\u{1b}[0m"),
    ] {
        assert_eq!(named(&line), ("smtp_auth_disabled_tenant", Certainty::Certain), "{line}");
    }
}

#[test]
fn numbers_that_are_no_replies_are_left_alone() {
    for text in [
        "PHPMailer 5.2.14 on host 5.7.3.9, took 535 ms",
        "Nextcloud Mail 5.12.3; delivered at 2026-05-05T05:35:00.535Z",
        "id 5357 5.7.30.1",
    ] {
        assert_eq!(read(text).evidence.values("reply.text"), [] as [&str; 0], "{text}");
    }
}

#[test]
fn the_deciding_one_of_several_codes_wins() {
    assert_eq!(
        named(
            "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
        ),
        ("basic_auth_retired", Certainty::Likely)
    );
    let both = fact(
        "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.3 Authentication unsuccessful",
        "reply.code",
    );
    assert_eq!(both, "530 535");
}

#[test]
fn the_same_refusal_again_and_again_counts_once() {
    let line = |minute| {
        format!(
            "Nov 22 10:{minute:02}:00 mx app: 535 5.7.3 Authentication unsuccessful [HOST{minute}.PROD.OUTLOOK.COM]\n"
        )
    };
    let text: String = (0..50).map(line).collect();
    assert_eq!(fact(&text, "reply.text"), "535 5.7.3 Authentication unsuccessful [HOST49.PROD.OUTLOOK.COM]");
}

#[test]
fn a_tuple_of_python_is_read_with_its_code() {
    for text in [
        "smtplib.SMTPAuthenticationError: (535, b'5.7.139 Authentication unsuccessful, the user credentials were incorrect. [A.PROD.OUTLOOK.COM]')",
        "(535, \"5.7.139 Authentication unsuccessful, the user credentials were incorrect.\")",
    ] {
        let seen = ["reply.code", "reply.enhanced", "reply.stage"].map(|name| fact(text, name));
        assert_eq!(seen, ["535", "5.7.139", "auth"], "{text}");
        assert!(fact(text, "reply.text").starts_with("535 5.7.139 Authentication unsuccessful, the user"), "{text}");
    }
    assert_eq!(fact("SMTPAuthenticationError: (535, b'Incorrect authentication data')", "reply.code"), "535");
}

#[test]
fn network_trouble_before_a_refusal_has_passed() {
    let text = "connect to smtp.office365.com[192.0.2.1]:587: Connection timed out\n535 5.7.139 Authentication unsuccessful, basic authentication is disabled.";
    assert_eq!(fact(text, "network.kind"), "");
    assert_eq!(named(text).0, "basic_auth_retired");
}

#[test]
fn network_trouble_is_told_by_the_words_of_the_programs() {
    for (text, kind, address) in [
        ("curl: (6) Could not resolve host: smtp.ofice365.com", "name-unknown", "smtp.ofice365.com"),
        ("msmtp: cannot locate host smtp.ofice365.com: Name or service not known", "name-unknown", "smtp.ofice365.com"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "name-unknown", ""),
        ("connect to smtp.office365.com[192.0.2.1]:587: Connection timed out", "timed-out", "smtp.office365.com:587"),
        (
            "curl: (7) Failed to connect to smtp.office365.com port 465 after 21 ms: Connection refused",
            "refused",
            "smtp.office365.com:465",
        ),
        ("dial tcp 192.0.2.1:587: connect: no route to host", "unroutable", "192.0.2.1:587"),
        ("error:0A00010B:SSL routines::wrong version number", "tls-handshake", ""),
        ("curl: (60) SSL certificate problem: unable to get local issuer certificate", "certificate", ""),
        (
            "ssl.SSLCertVerificationError: certificate verify failed: self-signed certificate in certificate chain",
            "certificate",
            "",
        ),
        (
            "lost connection with smtp.office365.com[192.0.2.1] while receiving the initial server greeting",
            "closed",
            "smtp.office365.com",
        ),
    ] {
        let evidence = read(text).evidence;
        let seen = [evidence.text("network.kind"), evidence.text("network.address")].map(Option::unwrap_or_default);
        assert_eq!(seen, [kind, address], "{text}");
        assert_ne!(named(text).0, "unknown", "{text}");
    }
    assert_eq!(named("SASL authentication failure: No worthy mechs found").0, "auth_mechanism_not_offered");
    assert_eq!(named("TLS is required, but was not offered by host mail.example.net[192.0.2.1]").0, "starttls_missing");
}

#[test]
fn what_the_page_says_is_told_in_english_and_in_japanese() {
    for said in ["Need admin approval", "管理者の承認が必要"] {
        assert_eq!(named(said), ("admin_consent_needed", Certainty::Likely), "{said}");
    }
}

#[test]
fn a_certificate_that_is_out_of_its_time_or_name_is_not_called_intercepted() {
    let said = |words: &str| named(&format!("smtp.office365.com:587: invalid peer certificate: {words}"));
    assert_eq!(said("certificate expired: verification time 1 (UNIX)"), ("clock_skew", Certainty::Likely));
    assert_eq!(said("certificate not valid yet: verification time 1 (UNIX)"), ("clock_skew", Certainty::Likely));
    assert_eq!(said("certificate not valid for name \"x\""), ("certificate_untrusted", Certainty::Likely));
    assert_eq!(said("NotValidForName"), ("certificate_untrusted", Certainty::Likely));
    assert_eq!(said("UnknownIssuer"), ("tls_intercepted", Certainty::Likely));
    let elsewhere = named("mail.example.net:587: invalid peer certificate: certificate expired: verification time 1");
    assert_eq!(elsewhere, ("certificate_untrusted", Certainty::Likely));
}

#[test]
fn an_oauth_error_is_read_as_json_in_a_log_and_in_a_url() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app '0f1e2d3c-4444-5555-6666-0123456789ab' are expired.\r\nTrace ID: 11111111-2222-3333-4444-555555555500","error_codes":[7000222],"trace_id":"11111111-2222-3333-4444-555555555500"}"#;
    for text in [
        body.to_owned(),
        format!("POST /token 401 Unauthorized: {body}\nTraceback"),
        body.replace("client secret", "client\nsecret"),
    ] {
        assert_eq!(named(&text), ("secret_expired", Certainty::Certain), "{text}");
        assert_eq!(fact(&text, "oauth.trace_id"), "11111111-2222-3333-4444-555555555500");
        assert_eq!(fact(&text, "client_id"), "0f1e2d3c-4444-5555-6666-0123456789ab");
    }
    let url = "http://localhost:8400/?error=access_denied&error_description=AADSTS65004%3a+User+declined+to+consent%0d%0aTrace&state=abc";
    assert_eq!(named(url), ("consent_declined", Certainty::Certain));
    assert_eq!(
        named("msal: AADSTS50194: Application 'x' is not configured as a multi-tenant application.").0,
        "common_endpoint_single_tenant_app"
    );
}

#[test]
fn a_token_tells_of_itself_and_is_not_kept() {
    let token = token(
        r#"{"aud":"https://graph.microsoft.com","scp":"SMTP.Send","upn":"admin@contoso.example","exp":4102444800,"x":"CANARY"}"#,
    );
    let blob = STANDARD.encode(format!("user=alerts@contoso.example\x01auth=Bearer {token}\x01\x01"));
    let refusal = "\n535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DC]";
    let folded = |text: &str, width: usize| {
        text.as_bytes()
            .chunks(width)
            .map(|piece| String::from_utf8_lossy(piece).into_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    for given in [
        token.clone(),
        format!("access_token={token}"),
        format!(r#"{{"access_token":"{token}","expires_in":3599}}"#),
        format!("Authorization: Bearer {token}"),
        format!("C: AUTH XOAUTH2 {blob}"),
        format!("334 \n{blob}"),
        folded(&token, 76),
        folded(&blob, 60),
        folded(&token, 30),
    ] {
        let text = given.clone() + refusal;
        let reading = read(&text);
        assert!(reading.secret, "{given}");
        // Whether a token beside the string was the one that was sent, is not told.
        let certainty = if given.contains("dXNlcj") { Certainty::Certain } else { Certainty::Likely };
        assert_eq!(named(&text), ("wrong_audience_graph_token", certainty), "{given}");
        nothing_leaks(&text, &[&token[..30], &token[40..60], &blob[..40], &blob[80..100]]);
    }
    assert_eq!(fact(&format!("C: AUTH XOAUTH2 {blob}"), "user"), "alerts@contoso.example");
}

#[test]
fn other_secrets_are_masked_too() {
    let refresh = format!("0.AXoA{}", "aB3xCANARY".repeat(30));
    for text in [
        format!("refresh_token: \"{refresh}\""),
        refresh.clone(),
        "client_secret=abc8Q~CANARY&code=CANARYcode".to_owned(),
        "password = \"CANARY\"".to_owned(),
        "password: Hunter2CANARY".to_owned(),
        "tool --secret CANARY\n535 5.7.3 Authentication unsuccessful".to_owned(),
        "http://localhost/?code=0.AXoACANARYcode&state=x".to_owned(),
        format!("C: AUTH PLAIN {}", STANDARD.encode("\0user\0CANARY")),
        format!("334 UGFzc3dvcmQ6\nC: {}\n535 5.7.3", STANDARD.encode("CANARY")),
        format!("Authorization: Bearer {}", "CANARYopaque"),
    ] {
        assert!(read(&text).secret, "{text}");
        nothing_leaks(&text, &["aB3x", &STANDARD.encode("CANARY"), &STANDARD.encode("\0user\0CANARY")]);
    }
    let harmless = "Message-ID: <CAKdSQZnAbCdEf0123456789AbCdEf0123456789AbCdEfGhIj@mail.example.com> 535 5.7.3 Authentication unsuccessful";
    assert!(!read(harmless).secret);
}

#[test]
fn what_a_program_says_around_an_error_does_not_leak() {
    let reply =
        "535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DC]";
    let error = "AADSTS7000222: The provided client secret keys are expired.";
    for behind in [
        " server.login('a@b.example', 'CANARYpw')",
        " in /srv/app/mail.php:12 Stack trace: #0 SMTP->authenticate('a@b.example', 'CANARYpw', 'LOGIN')",
        "\n\tat com.example.Mail.getToken('app','CANARYsecret')",
        " At C:\\mail.ps1:3 char:1 ConvertTo-SecureString 'CANARYpw'",
        " new NetworkCredential(\"a\",\"CANARYpw\")",
        " ….CANARYsignature0CANARYsig",
        " EwBYCANARYabcDEF0123456789xyz",
        " Kennwort: CANARYpw",
    ] {
        for text in [format!("{reply}{behind}"), format!("{error}{behind}")] {
            nothing_leaks(&text, &[]);
            assert!(read(&text).secret, "{text}");
        }
        assert_eq!(fact(&format!("{reply}{behind}"), "reply.text"), reply, "{behind}");
    }
    for behind in [
        " in /srv/mail.py:12",
        ", Stack trace: x",
        "\n\tat a.b.C(C.java:1)",
        " At C:\\x.ps1:3",
        "', 'error_codes': [7000222]",
    ] {
        assert_eq!(fact(&format!("{error}{behind}"), "oauth.description"), error, "{behind}");
    }
}

#[test]
fn the_user_of_a_string_is_an_address_up_to_its_end() {
    for user in ["a@b.example=CANARY", "a@b.example\\x01auth", "a@b.c0DE1", "a@b.example:CANARY"] {
        assert!(!secrets::address(user), "{user}");
    }
    for user in ["a@b.example", "k_b.example#EXT#@contoso.example"] {
        assert!(secrets::address(user), "{user}");
    }
}

#[test]
fn a_client_secret_is_masked_wherever_it_stands() {
    // Forty characters, as Entra makes them.
    for secret in ["aB38Q~CANARY.~b-c_DEfghijklmnopqrstuvwxy", "aB38Q~CANARYCANARYCANARYCANARYCANARYCANA"] {
        for text in [
            secret.to_owned(),
            format!("AADSTS7000215: Invalid client secret provided. {secret}\nwhich goes on here"),
            format!("AADSTS7000215: Invalid client secret provided. {}\n{}", &secret[..20], &secret[20..]),
            format!("app x: {secret}. Then 535 5.7.3 Authentication unsuccessful, {secret}"),
            format!("secret {}", secret.replace('~', "%7E")),
            format!("tool({secret})"),
        ] {
            assert!(read(&text).secret, "{text}");
            nothing_leaks(&text, &[&secret[..6], &secret[8..20], &secret[20..30], &secret[30..]]);
        }
    }
}

#[test]
fn what_stands_in_base64_in_place_of_a_refusal_is_decoded() {
    let text = "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==";
    let reading = read(text);
    assert_eq!(
        reading.evidence.text("smtp.detail").as_deref(),
        Some(r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#)
    );
    assert!(!reading.secret);
}

#[test]
fn a_tokens_life_counts_at_the_time_of_the_refusal() {
    let of = |exp: i64| {
        token(&format!(r#"{{"aud":"https://outlook.office.com","scp":"SMTP.Send","upn":"a@b.example","exp":{exp}}}"#))
    };
    // 2026-07-11T11:46:42Z
    let at = 1_783_770_402;
    let refusal =
        "535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DC]";
    assert_eq!(fact(&format!("{refusal}\n{}", of(at + 60)), "token.life"), "valid");
    assert_eq!(fact(&format!("{refusal}\n{}", of(at - 60)), "token.life"), "expired");
    assert_eq!(fact(&format!("535 5.7.3\n{}", of(NOW - 60)), "token.life"), "expired by now");
}

#[test]
fn a_trace_tells_who_signed_in_and_how() {
    let trace = "S: 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\nC: EHLO host\nS: 250-AUTH LOGIN XOAUTH2\nC: MAIL FROM:<a@contoso.example>\nS: 530 5.7.57 Client not authenticated to send mail.";
    let evidence = read(trace).evidence;
    let text = |fact: &str| evidence.text(fact).unwrap_or_default();
    assert_eq!(
        [text("mail.auth"), text("sender"), text("mechanism"), text("ehlo")],
        ["none", "a@contoso.example", "", "AUTH LOGIN XOAUTH2"]
    );
    assert_eq!(named(trace).0, "client_sent_no_auth");
}

proptest::proptest! {
    #[test]
    fn whatever_is_pasted_has_a_cause(text: String) {
        let reading = read(&text);
        proptest::prop_assert!(!causes(&reading.evidence).is_empty());
        let harmless = |letter: char| !letter.is_control() && !crate::visible::hidden(letter);
        let shown: String = FACTS.iter().filter_map(|fact| reading.evidence.text(fact.name)).collect();
        proptest::prop_assert!(shown.chars().all(harmless));
    }
}

#[test]
fn a_sentence_that_a_rule_looks_for_leads_to_its_cause_when_it_is_pasted() {
    let sought = crate::diagnosis::cause::sentences().filter(|(_, fact, _)| *fact == "oauth.description");
    for (slug, _, words) in sought {
        let mut reading = Reading::default();
        reading.add_text(&format!("Error: {words}"), 0);
        let found = causes(&reading.evidence);
        assert!(found.iter().any(|cause| cause.slug == slug), "{words}: {slug}, not {:?}", found[0].slug);
        assert_ne!(found[0].slug, "unknown", "{words}");
    }
}
