//! What is kept of long texts: all that decides, and no more than fits.

use super::*;
use crate::diagnosis::{Certainty, causes, reading::Reading};

const OFF: &str = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. [A.PROD.OUTLOOK.COM]";
const SENT: &str = "Nov 22 09:00:00 mx postfix/smtp[7]: 4F2A1: to=<a@b.example>, relay=mx.fabrikam.example[192.0.2.7]:25, delay=5.7, dsn=2.0.0, status=sent (250 2.0.0 OK 4F2A)\n";
const QUIET: &str = "Nov 22 09:00:00 mx postfix/qmgr[812]: 4F2A1: from=<alerts@contoso.example>, size=5357, nrcpt=1 (queue active)\nNov 22 09:00:00 mx postfix/qmgr[812]: 4F2A1: removed\n";

fn taken_in(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Taken, Unreadable> {
    let mut intake = Intake::default();
    pieces.into_iter().for_each(|piece| intake.push(piece.as_ref()));
    intake.finish()
}

fn noise(bytes: usize) -> String {
    format!("{QUIET}{SENT}").repeat(bytes / (QUIET.len() + SENT.len()) + 1)
}

fn verdicts(taken: &Taken) -> Vec<(&'static str, Certainty)> {
    let mut reading = Reading::default();
    reading.add_taken(taken, 1_800_000_000);
    causes(&reading.evidence).iter().map(|cause| (cause.slug, cause.certainty)).collect()
}

#[test]
fn a_failure_far_from_the_end_is_seen() {
    let log = format!("{}Nov 22 10:00:00 mx app[1]: {OFF}\n{}", noise(SMALL), QUIET.repeat(5_000));
    let taken = taken_in([&log]).unwrap();
    assert!(taken.sieved && taken.text.len() < SMALL, "{}", taken.text.len());
    assert_eq!((taken.bytes, taken.lines), (log.len() as u64, log.lines().count() as u64));
    assert_eq!(verdicts(&taken), [("smtp_auth_disabled_mailbox", Certainty::Certain)]);
}

#[test]
fn a_success_after_the_failure_is_not_lost() {
    let sent = SENT.replace("mx.fabrikam.example", "smtp.office365.com");
    let bare = "Nov 22 08:00:00 mx app[1]: 535 5.7.3 Authentication unsuccessful [A.PROD.OUTLOOK.COM]\n";
    let log = format!("{}{bare}{}{}", noise(SMALL), sent.repeat(2_000), QUIET.repeat(5_000));
    let taken = taken_in([&log]).unwrap();
    assert_eq!(verdicts(&taken)[0], ("unknown", Certainty::Possible));
    assert!(taken.text.matches("status=sent").count() < 400, "{}", taken.text.len());
    let log = format!("{}{}{bare}{}", noise(SMALL), sent.repeat(2_000), QUIET.repeat(5_000));
    assert_ne!(verdicts(&taken_in([&log]).unwrap()).len(), 1);
}

#[test]
fn how_often_the_same_was_refused_is_counted() {
    let refused = |minute: usize| {
        format!(
            "Nov 22 {:02}:{:02}:00 mx app[1]: 535 5.7.3 Authentication unsuccessful [H{minute}.PROD.OUTLOOK.COM 2026-11-22T10:00:00.000Z 08DC{minute:X}]\n",
            minute / 60,
            minute % 60
        )
    };
    let log: String = (0..1_400).map(|minute| refused(minute) + &noise(1)).collect();
    let taken = taken_in([&log]).unwrap();
    assert!(taken.sieved);
    assert_eq!(taken.seen[0], "1400 × 535 5.7.3 Authentication unsuccessful (Nov 22 00:00:00 … Nov 22 23:19:00)");
    // What another server took is none of it.
    assert_eq!(taken.seen.len(), 1);
    assert!(taken.text.matches("535 5.7.3").count() < 100);
    assert!(taken_in([refused(1) + &refused(2)]).unwrap().seen.is_empty());
}

#[test]
fn successes_are_counted_beside_a_refusal_and_at_microsoft_alone() {
    let sent = SENT.replace("mx.fabrikam.example", "smtp.office365.com").repeat(700);
    let refused = format!("Nov 22 10:00:00 mx app[1]: {OFF}\n").repeat(7);
    let seen = |parts: [&str; 3]| taken_in(parts).unwrap().seen;
    assert_eq!(seen([&noise(SMALL), &sent, ""]), [""; 0]);
    assert_eq!(seen([&noise(9_000), &sent, ""]), [""; 0]);
    assert_eq!(
        seen([&noise(SMALL), &sent, &refused]),
        [
            "700 × 250 (Nov 22 09:00:00)",
            "7 × 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox (Nov 22 10:00:00)",
        ]
    );
}

#[test]
fn a_trace_keeps_what_stood_before_its_refusal() {
    let token = format!("dXNlcj1hQGIuZXhhbXBsZQFhdXRoPUJlYXJlciB{}", "CANARYab1".repeat(200));
    let offered: String = (0..9).map(|number| format!("S: 250-X{number}\n")).collect();
    let trace = format!(
        "S: 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\nC: EHLO h\n{offered}C: STARTTLS\nS: 220 2.0.0 SMTP server ready\nC: EHLO h\n{offered}S: 250-AUTH LOGIN XOAUTH2\nC: AUTH XOAUTH2\nS: 334 \nC: {token}\nS: 535 5.7.3 Authentication unsuccessful [A.PROD.OUTLOOK.COM]\nC: QUIT\n"
    );
    let taken = taken_in([noise(SMALL), trace.clone(), QUIET.repeat(5_000)]).unwrap();
    assert!(taken.text.contains(&trace));
}

#[test]
fn lines_of_other_sets_are_found_as_well() {
    use encoding_rs::{EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_16LE};
    for (said, slug) in [
        ("エラー: リモート名を解決できませんでした。: 'smtp.ofice365.com'\r\n", "host_name_unknown"),
        (
            "応答: ５３５　５．７．１３９　Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\r\n",
            "smtp_auth_disabled_tenant",
        ),
    ] {
        for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP] {
            let line = encoding.encode(said).0.into_owned();
            let taken = taken_in([noise(SMALL).into_bytes(), line, QUIET.repeat(5_000).into_bytes()]).unwrap();
            assert_eq!(verdicts(&taken)[0].0, slug, "{}", encoding.name());
        }
        let log = format!("{}{said}{}", noise(SMALL), QUIET.repeat(5_000));
        let wide: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(verdicts(&taken_in(wide.chunks(777)).unwrap())[0].0, slug, "{}", UTF_16LE.name());
    }
}

#[test]
fn what_decides_a_short_text_decides_a_long_one() {
    for text in [
        "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "C: AUTH LOGIN\nS: 504 5.7.4 Unrecognized authentication type",
        "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: The provided client secret keys are expired.\"}",
        "curl: (6) Could not resolve host: smtp.ofice365.com",
        "SASL authentication failure: No worthy mechs found",
        "530 5.7.0 Must issue a STARTTLS command first. a1-20020 - gsmtp",
        "Need admin approval",
        "You can't get there from here",
        "You can’t get there from here",
        "この場所からはアクセスできません",
        "This username may be incorrect",
        "Your organization needs more information to keep your account secure",
        "The signed in user 'a' is not assigned to a role for the application 'b'",
        "Error: must include a 'client_secret'",
        "ERROR 1406 (22001): Data too long for column 'oauth_refresh_token'",
        "smtp Socket Error # 10061",
        "TypeError: Cannot read property 'accessToken' of undefined",
        "oauth: state_mismatch",
        "poll: authorization_pending",
        "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
        "SMTPAuthenticationError: (535, b'Incorrect authentication data')",
        "554 5.2.252 SendAsDenied; a@b.example not allowed to send as c@b.example; STOREDRV",
    ] {
        let short = taken_in([text]).unwrap();
        let long = taken_in([&QUIET.repeat(2_000), "\n", text, "\n\n", &QUIET.repeat(1_000)]).unwrap();
        let best = |taken: &Taken| verdicts(taken)[0];
        assert_eq!(best(&short), best(&long), "{text}");
    }
}

#[test]
fn a_line_without_an_end_is_looked_at_in_parts() {
    let json = |said: &str| format!("{{\"level\":\"info\",\"message\":\"{said}\"}},");
    let quiet = json("queue active").repeat(20_000);
    let log = format!("{quiet}{}{quiet}", json(OFF));
    for size in [1, 4096, 100_000, log.len()] {
        let taken = taken_in(log.as_bytes().chunks(size.max(64))).unwrap();
        assert_eq!(verdicts(&taken)[0].0, "smtp_auth_disabled_mailbox", "{size}");
        assert!(taken.text.len() < SMALL);
    }
}

#[test]
fn it_stays_bounded_whatever_comes() {
    let endless: [&[u8]; 6] = [b"a", b"\n", b"535 5.7.3 x\n", b"535 5.7.3 ", b"\x1b[31m\x1b]0;", &[0x83, 0x8a]];
    for part in endless {
        let piece = part.repeat(200_000 / part.len());
        let mut intake = Intake::default();
        for _ in 0..8 {
            intake.push(&piece);
            let sieve = intake.sieve.as_ref();
            assert!(sieve.is_none_or(|sieve| sieve.held() < 1024 * 1024) && intake.head.len() <= SMALL, "{part:?}");
        }
        assert!(intake.finish().is_ok_and(|taken| taken.text.len() <= SMALL), "{part:?}");
    }
    let number = |number: usize| format!("55{} 5.1.1 {number:x}{} refused\n", number % 5, "z".repeat(number % 9));
    let log: String = (0..40_000).map(number).collect();
    assert!(taken_in([&log]).is_ok_and(|taken| taken.text.len() <= SMALL && taken.seen.len() <= 6));
}

#[test]
fn what_is_packed_is_named() {
    assert_eq!(taken_in([b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x02\x03\x04\x05\xff"]), Err(Unreadable::Packed("zcat")));
    assert_eq!(taken_in([vec![0_u8; SMALL + 1]]), Err(Unreadable::Binary));
    assert_eq!(taken_in([[0x7f_u8, b'E', b'L', b'F', 2, 1, 0, 0, 0, 0].repeat(90_000)]), Err(Unreadable::Binary));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(8))]
    #[test]
    fn however_it_is_cut_the_same_is_kept(cut in 1..200_000_usize, lines in 1..400_usize) {
        let log = format!("{}{}Nov 22 10:00:00 mx app[1]: {OFF}\n{}", noise(SMALL), QUIET.repeat(lines), noise(50_000));
        let whole = taken_in([&log]).unwrap();
        proptest::prop_assert_eq!(verdicts(&taken_in(log.as_bytes().chunks(cut)).unwrap()), verdicts(&whole));
    }

    #[test]
    fn anything_can_be_taken_in(bytes: Vec<u8>, text: String, cut in 1..999_usize) {
        let all = [text.as_bytes(), &bytes].concat().repeat(1 + SMALL / (bytes.len() + text.len() + 1));
        let _ = taken_in(all.chunks(cut * 97));
    }
}
