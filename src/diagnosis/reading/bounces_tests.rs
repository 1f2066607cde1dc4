//! Bounces: as text, as HTML, as the source of a mail in each of its encodings, in English and in Japanese.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::tests::{fact, named, nothing_leaks};
use crate::diagnosis::Certainty;

const DENIED: &str = "554 5.2.252 SendAsDenied; relay@contoso.example not allowed to send as billing@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit message.[EndDiagnosticData]";

fn english() -> String {
    format!(
        "Your message to kim@fabrikam.example couldn't be delivered.\nbilling@contoso.example isn't allowed to send.\n\nMore Info for Email Admins\nStatus code: 550 5.2.252\n\nOriginal Message Details\nCreated Date:\t11/07/2026 11:46:42\nSender Address:\tbilling@contoso.example\nSubject:\tTest\n\nDiagnostic information for administrators:\nGenerating server: AM0PR02MB1234.eurprd02.prod.outlook.com\n\nkim@fabrikam.example\nRemote Server returned '{DENIED}'\n\nOriginal message headers:\n\nReceived: from relay (192.0.2.9) by AM0PR02MB1234.eurprd02.prod.outlook.com\n with ESMTPSA (TLS) id 15.20.1; Sat, 11 Jul 2026 11:46:42 +0000\nFrom: billing@contoso.example\nSubject: Test\n"
    )
}

fn japanese() -> String {
    format!(
        "kim@fabrikam.example へのメッセージを配信できませんでした。\n\nメール管理者向けの詳細情報\n状態コード: 550 5.2.252\n\n管理者用の診断情報:\n生成サーバー: AM0PR02MB1234.eurprd02.prod.outlook.com\n\nkim@fabrikam.example\nRemote Server returned '{DENIED}'\n\n元のメッセージ ヘッダー:\n\nFrom: billing@contoso.example\nSubject: =?utf-8?B?{}?=\n",
        STANDARD.encode("テスト")
    )
}

fn html(text: &str) -> String {
    let lines: String = text
        .lines()
        .map(|line| format!("<p class=\"MsoNormal\"><span style=\"font-size:11pt\">{line}</span></p>\r\n"))
        .collect();
    format!(
        "<html><head><meta charset=\"utf-8\"><style>p {{ margin: 0 }}</style></head><body>{}</body></html>",
        lines.replace('\'', "&#39;")
    )
}

fn folded(text: &str) -> String {
    let encoded = STANDARD.encode(text);
    let pieces = encoded.as_bytes().chunks(76).map(|piece| String::from_utf8_lossy(piece).into_owned());
    pieces.collect::<Vec<_>>().join("\r\n")
}

fn part(kind: &str, coding: &str, body: &str) -> String {
    format!(
        "--4d7_boundary\r\nContent-Type: {kind}; charset=\"utf-8\"\r\nContent-Transfer-Encoding: {coding}\r\n\r\n{body}\r\n\r\n"
    )
}

fn mail(parts: &[String]) -> String {
    format!(
        "Return-Path: <>\r\nFrom: Microsoft Outlook\r\n\t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>\r\nTo: billing@contoso.example\r\nSubject: =?utf-8?B?{}?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"4d7_boundary\"\r\n\r\n{}--4d7_boundary--\r\n",
        STANDARD.encode("配信不能: Test"),
        parts.concat()
    )
}

#[test]
fn a_bounce_of_exchange_is_read_in_each_language_and_encoding() {
    for text in [english(), japanese()] {
        let html = html(&text);
        let report = "--4d7_boundary\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;AM0PR02MB1234.eurprd02.prod.outlook.com\r\nFinal-Recipient: rfc822;kim@fabrikam.example\r\nAction: failed\r\nStatus: 5.2.252\r\nDiagnostic-Code: smtp;554 5.2.252 SendAsDenied; relay@contoso.example not allowed\r\n to send as billing@contoso.example; STOREDRV.Submission.Exception\r\n\r\n".to_owned();
        for given in [
            text.clone(),
            html.clone(),
            mail(&[part("text/plain", "base64", &folded(&text)), report.clone()]),
            mail(&[part("text/html", "base64", &folded(&html)), report.clone()]),
            mail(&[part("text/plain", "quoted-printable", &quoted_printable::encode_to_str(&text)), report.clone()]),
            mail(&[part("text/html", "quoted-printable", &quoted_printable::encode_to_str(&html)), report.clone()]),
            mail(std::slice::from_ref(&report)),
            // Forwarded: the whole mail once more in base64.
            part("message/rfc822", "base64", &folded(&mail(&[part("text/plain", "base64", &folded(&text))]))),
        ] {
            assert_eq!(named(&given), ("send_as_denied", Certainty::Certain), "{given}");
            assert_eq!(
                [fact(&given, "user"), fact(&given, "sender")],
                ["relay@contoso.example", "billing@contoso.example"],
                "{given}"
            );
        }
    }
}

#[test]
fn a_report_is_read_by_its_fields() {
    for (fields, slug) in [
        (
            "Action: failed\nStatus: 5.7.60\nRemote-MTA: dns; smtp.office365.com\nDiagnostic-Code: smtp; 550 5.7.60 SMTP; Client does not have permissions to send\n    as this sender [AM0PR02MB1234.eurprd02.prod.outlook.com]",
            "send_as_denied",
        ),
        (
            "Action: delayed\nStatus: 4.7.139\nRemote-MTA: dns; smtp.office365.com\nDiagnostic-Code: smtp; 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication\n is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled",
            "smtp_auth_disabled_tenant",
        ),
        (
            "Action: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp;550 5.1.8 Access denied, bad outbound sender AS(42004)\n [AM0PR02MB1234.eurprd02.prod.outlook.com]",
            "reputation_block",
        ),
        (
            "<kim@fabrikam.example>: host smtp.office365.com[192.0.2.1] said: 530 5.7.57\n    Client not authenticated to send mail.\n    [AM0PR02CA0134.eurprd02.prod.outlook.com] (in reply to MAIL FROM command)",
            "client_sent_no_auth",
        ),
        (
            "  kim@fabrikam.example\n    host smtp.office365.com [192.0.2.1]\n    SMTP error from remote mail server after end of data:\n    554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
            "send_as_denied",
        ),
        (
            "   ----- Transcript of session follows -----\n... while talking to smtp.office365.com.:\n>>> MAIL From:<a@contoso.example>\n<<< 530 5.7.57 Client not authenticated to send mail. [AM0PR02CA0134.eurprd02.prod.outlook.com]\n554 5.0.0 Service unavailable",
            "client_sent_no_auth",
        ),
    ] {
        assert_eq!(named(fields).0, slug, "{fields}");
    }
}

#[test]
fn what_a_mail_carries_along_does_not_leak() {
    let blob = STANDARD.encode("user=a@contoso.example\x01auth=Bearer CANARYCANARYCANARY\x01\x01");
    let said = format!("Password: CANARYpw\nC: AUTH XOAUTH2 {blob}\nRemote Server returned '{DENIED}'\n").repeat(2);
    for given in [
        mail(&[part("text/plain", "base64", &folded(&said))]),
        mail(&[part("text/plain", "quoted-printable", &quoted_printable::encode_to_str(&said))]),
        mail(&[part("text/html", "base64", &folded(&html(&said)))]),
        folded(&said),
        format!("{{\"log\":{},\"stream\":\"stderr\"}}", serde_json::to_string(&said).unwrap()),
        format!("{{\"MESSAGE\":{},\"_PID\":\"1\"}}", serde_json::to_string(&said).unwrap()),
        format!(
            "{{\"level\":\"error\",\"msg\":\"x\",\"password\":\"CANARY pw\",\"error\":{}}}",
            serde_json::to_string(&said).unwrap()
        ),
        format!(
            "{{\"password\":{}}}",
            serde_json::to_string(
                &serde_json::json!({"client_secret": "CANARY pw", "error": "invalid_client"}).to_string()
            )
            .unwrap()
        ),
        url::form_urlencoded::byte_serialize(
            serde_json::json!({"error": "x", "password": "CANARY pw"}).to_string().as_bytes(),
        )
        .collect(),
        "&lt;add key=&quot;Password&quot; password=&quot;CANARY pw&quot;/&gt; 535 5.7.3 Authentication unsuccessful"
            .to_owned(),
    ] {
        nothing_leaks(&given, &["CANARY", "Q0FOQVJZ", &blob[..24]]);
    }
}

#[test]
fn a_bounce_that_is_refused_in_its_turn_does_not_hide_why_there_was_one() {
    let full =
        "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded";
    let denied = "554 5.2.252 SendAsDenied; alerts@contoso.example not allowed to send as MAILER-DAEMON@mail.contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied";
    let postfix = |to: &str, said: &str| {
        format!(
            "Nov 23 04:13:37 mail postfix/smtp[7]: 15: to=<{to}>, relay=smtp.office365.com[192.0.2.7]:587, status=bounced (host smtp.office365.com[192.0.2.7] said: {said})\n"
        )
    };
    let exim = |to: &str, said: &str| {
        format!(
            "2026-11-23 04:13:43 1xV ** {to} R=smart T=remote H=smtp.office365.com [192.0.2.7]: SMTP error from remote mail server after pipelined end of data: {said}\n"
        )
    };
    for log in [&postfix as &dyn Fn(&str, &str) -> String, &exim] {
        let text = log("ops@contoso.example", full) + &log("alerts@contoso.example", denied);
        assert_eq!(named(&text).0, "mailbox_full", "{text}");
    }
    assert_eq!(named(&postfix("alerts@contoso.example", denied)).0, "send_as_denied");
}
