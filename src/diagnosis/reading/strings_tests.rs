//! What comes of an XOAUTH2 string in a text: each fault leads to the cause that has words for it, in the one-line and
//! the two-step form of every program, and nothing of the string is shown.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::{
    blob::FAULTS,
    tests::{fact, named, nothing_leaks, read},
};
use crate::diagnosis::{Certainty, cause, causes};

const JWT: &str =
    "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbSJ9.CANARYsignature0CANARYsignature";
const REFUSED: &str =
    "535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DC]";

/// The same exchange as several programs print it.
fn exchanges(string: &str) -> [String; 6] {
    [
        format!("C: AUTH XOAUTH2 {string}\nS: {REFUSED}"),
        format!("C: AUTH XOAUTH2\nS: 334 \nC: {string}\nS: {REFUSED}"),
        format!(
            "send: 'AUTH XOAUTH2 {string}\\r\\n'\nreply: b'{REFUSED}\\r\\n'\nreply: retcode (535); Msg: b'{}'",
            &REFUSED[4..]
        ),
        format!(
            "send: 'AUTH XOAUTH2\\r\\n'\nreply: b'334 \\r\\n'\nreply: retcode (334); Msg: b''\nsend: '{string}\\r\\n'\nreply: b'{REFUSED}\\r\\n'"
        ),
        format!(" ~> AUTH XOAUTH2 {string}\n<~* {REFUSED}"),
        format!("> AUTH XOAUTH2\r\n< 334\r\n> {string}\r\n< {REFUSED}\r\n"),
    ]
}

fn one(decoded: &str) -> String {
    STANDARD.encode(decoded.replace("JWT", JWT))
}

#[test]
fn every_fault_leads_to_a_cause_that_says_it() {
    for (decoded, slug, fault) in [
        ("user=a@b.example\x01auth=Bearer JWT\x01\x01\n", "malformed_xoauth2", "newline"),
        ("user=a@b.example\x01Auth=Bearer JWT\x01\x01", "malformed_xoauth2", "auth-word"),
        ("user=a@b.example auth=Bearer JWT\x01\x01", "malformed_xoauth2", "missing-separator"),
        ("user=a@b.example^Aauth=Bearer JWT^A^A", "malformed_xoauth2", "literal-separator"),
        ("user=\x01auth=Bearer JWT\x01\x01", "malformed_xoauth2", "no-user"),
        ("user=a@b.example\x01auth=JWT\x01\x01", "malformed_xoauth2", "no-bearer"),
        ("user=a@b.example\x01auth=Bearer Bearer JWT\x01\x01", "malformed_xoauth2", "doubled-bearer"),
        ("user=a@b.example\x01auth=BearerJWT\x01\x01", "malformed_xoauth2", "bearer-missing-space"),
        ("user=a@b.example \x01auth=Bearer JWT\x01\x01", "malformed_xoauth2", "extra-space"),
        ("user=a@b.example\x01auth=Bearer JWT\x01", "malformed_xoauth2", "trailing-one-separator"),
        ("user=a@b.example\x01auth=Bearer \"JWT\"\x01\x01", "malformed_xoauth2", "quotes"),
        ("user=a@b.example\x01auth=Bearer \x01\x01", "malformed_xoauth2", "empty-token"),
        ("user=a@b.example\x01auth=Bearer result.AccessToken\x01\x01", "malformed_xoauth2", "placeholder"),
        ("user=a@b.example\x01auth=Bearer {\"access_token\":\"JWT\"}\x01\x01", "malformed_xoauth2", "json"),
        (
            "user=a@b.example\x01auth=Bearer aB38Q~CANARY.~b-c_DEfghijklmnopqrstuvwxy\x01\x01",
            "malformed_xoauth2",
            "client-id-or-secret",
        ),
        ("user=a@b.example\x01auth=Bearer Hunter2!CANARY\x01\x01", "malformed_xoauth2", "password"),
        (
            "user=a@b.example\x01auth=Bearer 0.AXoACANARYCANARYCANARY\x01\x01",
            "refresh_token_sent_as_access_token",
            "refresh-token",
        ),
        (
            "user=a@b.example\x01auth=Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0\x01\x01",
            "token_truncated_in_storage",
            "truncated-token",
        ),
    ] {
        for text in exchanges(&one(decoded)) {
            assert_eq!(fact(&text, "auth.fault"), fault, "{text}");
            assert_eq!(named(&text).0, slug, "{text}");
            assert!(read(&text).secret);
            nothing_leaks(&text, &[&one(decoded)[..24], "Hunter2", "aB38Q"]);
        }
    }
}

#[test]
fn what_no_server_can_read_is_certain() {
    let right = format!("user=a@b.example\x01auth=Bearer {JWT}\x01\x01");
    let wide: Vec<u8> = right.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (string, fault) in
        [(STANDARD.encode(STANDARD.encode(&right)), "double-base64"), (STANDARD.encode(wide), "utf-16")]
    {
        for text in exchanges(&string) {
            assert_eq!(named(&text), ("malformed_xoauth2", Certainty::Certain), "{text}");
            assert_eq!((fact(&text, "auth.fault").as_str(), fact(&text, "user").as_str()), (fault, "a@b.example"));
            nothing_leaks(&text, &[&string[..24]]);
        }
    }
}

#[test]
fn base64_in_the_lines_of_a_mail_is_named() {
    let string = one("user=a@b.example\x01auth=Bearer JWT\x01\x01");
    let folded = |width: usize| {
        let pieces = string.as_bytes().chunks(width).map(|piece| String::from_utf8_lossy(piece).into_owned());
        format!("C: AUTH XOAUTH2 {}\nS: {REFUSED}", pieces.collect::<Vec<_>>().join("\n"))
    };
    assert_eq!([76, 64].map(|width| fact(&folded(width), "auth.fault")), ["newline", "newline"]);
    // Broken by a terminal.
    assert_eq!([60, 80].map(|width| fact(&folded(width), "auth.fault")), ["", ""]);
}

#[test]
fn a_string_in_a_programs_own_notation_is_masked_and_its_user_read() {
    for (separator, end) in
        [("^A", "^A^A"), ("\\x01", "\\x01\\x01"), ("\\u0001", "\\u0001\\u0001"), ("\x01", "\x01\x01")]
    {
        let text = format!("auth_string: 'user=a@b.example{separator}auth=Bearer {JWT}{end}'\nS: {REFUSED}");
        assert_eq!(
            (fact(&text, "user").as_str(), fact(&text, "mechanism").as_str()),
            ("a@b.example", "XOAUTH2"),
            "{text}"
        );
        nothing_leaks(&text, &[&JWT[..30]]);
    }
}

#[test]
fn a_token_of_another_company_is_told() {
    let google = one(&format!("user=a@b.example\x01auth=Bearer ya29.{}\x01\x01", "aB3CANARY".repeat(20)));
    let personal = one(&format!("user=a@b.example\x01auth=Bearer EwB{}\x01\x01", "aB3CANARY".repeat(40)));
    let locked =
        one(&format!("user=a@b.example\x01auth=Bearer eyJhbGciOiJkaXIifQ..{}.b.c\x01\x01", "aB3CANARY".repeat(40)));
    for (string, form, slug) in [
        (google, "google", "wrong_audience_other"),
        (personal, "opaque", "user_is_not_token_user"),
        (locked, "encrypted", "user_is_not_token_user"),
    ] {
        for text in exchanges(&string) {
            assert_eq!((fact(&text, "token.form").as_str(), named(&text).0), (form, slug), "{text}");
            nothing_leaks(&text, &[&string[..24], "aB3"]);
        }
    }
}

#[test]
fn each_fault_has_words_of_its_own() {
    let lines = |slug: &str| cause::find(slug).map(|entry| format!("{:?}", entry.fix)).unwrap_or_default();
    let of_others = ["refresh-token", "truncated-token"];
    for fault in FAULTS.iter().filter(|fault| !of_others.contains(fault)) {
        assert!(lines("malformed_xoauth2").contains(&format!("\"{fault}\"")), "{fault}");
    }
    let text = &exchanges(&one("user=a@b.example\x01auth=Bearer JWT\x01"))[0];
    let found = causes(&read(text).evidence);
    // The fault's own line and the one that is always said.
    assert_eq!(found[0].fix.len(), 2, "{:?}", found[0].fix);
}

#[test]
fn a_token_that_was_left_whole_is_read_of_a_string_without_an_end() {
    let claims = r#"{"aud":"https://outlook.office.com","scp":"SMTP.Send","upn":"b@b.example"}"#;
    let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{}.CANARYsignature", URL_SAFE_NO_PAD.encode(claims));
    let [text, ..] = exchanges(&STANDARD.encode(format!("user=a@b.example\x01auth=Bearer {jwt}")));
    assert_eq!((fact(&text, "token.user"), fact(&text, "auth.fault")), ("b@b.example".to_owned(), String::new()));
    assert_eq!(named(&text).0, "user_is_not_token_user");
}

#[test]
fn what_is_no_token_is_shown_without_a_digest() {
    for bearer in [
        "Hunter2!CANARY",
        "aB38Q~CANARY.~b-c_DEfghijklmnopqrstuvwxy",
        "0f1e2d3c-4444-5555-6666-0123456789ab",
        "YOUR_TOKEN",
    ] {
        let string = STANDARD.encode(format!("user=a@b.example\x01auth=Bearer {bearer}\x01\x01"));
        for text in exchanges(&string) {
            let cleared = super::secrets::clear(&text).text;
            assert!(!cleared.contains("sha256") && !cleared.contains(bearer), "{cleared}");
        }
    }
    assert!(
        super::secrets::clear(&exchanges(&one("user=a@b.example\x01auth=Bearer JWT\x01\x01"))[0])
            .text
            .contains("sha256")
    );
}

#[test]
fn a_reply_in_json_is_the_message_alone() {
    let reply = "535 5.7.3 Authentication unsuccessful";
    for text in [
        format!(
            r#"{{"level":"error","session":"CANARY","customer":"Jane Roe","msg":"{reply}","note":"SmtpClientAuthentication is disabled for the Tenant"}}"#
        ),
        format!(r#"{{"error":"{reply}","customer":"Jane Roe","responseCode":535}}"#),
        format!("{{'response': '{reply}', 'customer': 'Jane Roe'}}"),
    ] {
        assert_eq!(fact(&text, "reply.text"), reply, "{text}");
    }
}
