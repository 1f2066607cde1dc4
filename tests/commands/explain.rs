//! `explain`: what it says of a text, of an evidence file and of a cause, and how it ends when there is nothing
//! to say something of.

use std::{fs, io::Write, process::Stdio};

use serde_json::Value;

use crate::{
    bare,
    desk::{self, Ran, ran},
};

fn piped(arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = desk::program();
    command.arg("explain").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may have ended before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    ran(child.wait_with_output().unwrap())
}

fn causes(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["facts", "causes"]);
    document["causes"].as_array().unwrap().clone()
}

fn evidence(name: &str, content: &[u8]) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    (directory, path.to_str().unwrap().to_owned())
}

const MAILBOX_OFF: &str =
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";

#[test]
fn a_pasted_line_is_answered_in_full() {
    let expected = "\
Read: 535 · 5.7.139

Authenticated SMTP is switched off for this mailbox (certain)
SMTP AUTH is off for the mailbox, whatever the token or password says. The mailbox's own switch overrides the organisation's.
  Reply: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.
  1. Microsoft 365 admin center (https://admin.microsoft.com) > Users > Active users > the mailbox > Mail > 'Manage email apps'
  2. Tick 'Authenticated SMTP' and choose 'Save changes'
  3. Wait a few minutes, up to an hour, and try again
  See the switch (Exchange Online PowerShell; empty means: as the organisation):
    Connect-ExchangeOnline
    Get-CASMailbox -Identity '<mailbox>' | Format-List SmtpClientAuthenticationDisabled
  Switch it on:
    Set-CASMailbox -Identity '<mailbox>' -SmtpClientAuthenticationDisabled $false
  Fixed when the program that failed gets its 235. Changes take time to arrive: for an account of smtp-oauth, 'smtp-oauth test --until-accepted 2h' waits for it
  https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
";
    let arguments: Vec<&str> = ["explain"].into_iter().chain(MAILBOX_OFF.split(' ')).collect();
    assert_eq!(bare(&arguments), Ran { stdout: expected.to_owned(), stderr: String::new(), status: 0 });
    for arguments in [&[][..], &["-"]] {
        assert_eq!(piped(arguments, MAILBOX_OFF.as_bytes()).stdout, expected, "{arguments:?}");
    }
}

#[test]
fn json_has_the_shape_of_tests_causes() {
    let found = causes(&piped(&["--json"], MAILBOX_OFF.as_bytes()));
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    let known = [
        ["cause", "certainty", "item", "headline", "why", "evidence"],
        ["fix", "commands", "next", "verify", "arrives_within", "source"],
    ];
    assert_eq!(keys, known.concat());
    assert_eq!((&found[0]["cause"], found.len()), (&"smtp_auth_disabled_mailbox".into(), 1));
    let found = causes(&piped(&["--json"], b"the weather is fine"));
    assert_eq!((&found[0]["cause"], &found[0]["source"], found.len()), (&"unknown".into(), &Value::Null, 1));
    assert!(found[0]["next"].as_array().unwrap().len() > 3);
}

#[test]
fn json_says_what_was_read_and_how_a_fix_is_known_to_work() {
    let ran = piped(&["--json"], MAILBOX_OFF.as_bytes());
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["facts"]["reply.text"][0], MAILBOX_OFF);
    assert_eq!(document["facts"]["reply.enhanced"], serde_json::json!(["5.7.139"]));
    let cause = &document["causes"][0];
    assert_eq!(cause["headline"], "Authenticated SMTP is switched off for this mailbox");
    assert_eq!(cause["arrives_within"], 60);
    assert!(cause["verify"].as_str().unwrap().starts_with("Fixed when"), "{cause}");
    // What nobody may see is in no fact either.
    let secret = "535 5.7.3 Authentication unsuccessful password=CANARYp4ssw0rd";
    assert!(!piped(&["--json"], secret.as_bytes()).stdout.contains("CANARY"));
    let looked_up = bare(&["explain", "--json", "--cause", "propagation_delay"]);
    let document: Value = serde_json::from_str(&looked_up.stdout).unwrap();
    assert_eq!((&document["facts"], &document["causes"][0]["arrives_within"]), (&serde_json::json!({}), &120.into()));
}

#[test]
fn a_text_that_says_nothing_is_unknown_and_no_failure() {
    let ran = piped(&[], b"the weather is fine\n");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with("Read: nothing that is known here.\n\nThe cause cannot be told"), "{}", ran.stdout);
}

#[test]
fn nothing_and_no_text_end_in_65_with_a_reason() {
    for (input, says) in [
        (&b""[..], "smtp-oauth: there is nothing to explain: the text is empty\n"),
        (b" \n\t\n", "smtp-oauth: there is nothing to explain: the text is empty\n"),
        (
            b"\x7fELF\x02\x01\0\0\0",
            "smtp-oauth: that is no text but binary data; give a log line, an error or a trace\n",
        ),
    ] {
        for arguments in [&["-"][..], &["--json"]] {
            let expected = Ran { stdout: String::new(), stderr: says.to_owned(), status: 65 };
            assert_eq!(piped(arguments, input), expected);
        }
    }
    assert_eq!(bare(&["explain", ""]).status, 65);
}

#[test]
fn the_name_of_a_file_is_no_text() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("maillog");
    fs::write(&path, MAILBOX_OFF).unwrap();
    let name = path.to_str().unwrap();
    let ran = bare(&["explain", name]);
    let says = format!(
        "smtp-oauth: {name} is the name of a file, not a text; to have explained what it says: smtp-oauth explain - < FILE\n"
    );
    assert_eq!(ran, Ran { stdout: String::new(), stderr: says, status: 64 });
    assert_eq!(bare(&["explain", "maillog"]).status, 0);
}

#[test]
fn a_huge_input_is_read_to_its_end_and_counted() {
    let quiet = "Nov 22 10:00:00 mx app[1]: nothing of note here\n".repeat(10_000);
    let refused = format!("Nov 22 11:00:00 mx app[1]: {MAILBOX_OFF}\n").repeat(7);
    let log = format!("{quiet}{refused}{quiet}");
    let ran = piped(&["--json"], log.as_bytes());
    assert_eq!(causes(&ran)[0]["cause"], "smtp_auth_disabled_mailbox");
    assert_eq!(
        ran.stderr,
        "smtp-oauth: 20007 lines, 938 KiB: what bears on a failure is read, with what stands around it, and the end\n"
    );
    let ran = piped(&[], log.as_bytes());
    let says = "Read: 535 · 5.7.139\n  7 × 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox (Nov 22 11:00:00)\n\n";
    assert!(ran.stdout.starts_with(says), "{}", ran.stdout);
}

#[test]
fn a_packed_log_ends_in_65_and_says_how_to_unpack_it() {
    let ran = piped(&["-"], b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01\r\0\0\0\xc2\xa0");
    let says =
        "smtp-oauth: that is packed or a binary log; make a text of it first: zcat FILE | smtp-oauth explain -\n";
    assert_eq!(ran, Ran { stdout: String::new(), stderr: says.to_owned(), status: 65 });
}

#[test]
fn a_log_in_the_character_sets_of_windows_is_read() {
    // 535 5.7.139 … and 「認証に失敗しました」 in Shift_JIS.
    let japanese =
        [MAILBOX_OFF.as_bytes(), b" \x94F\x8f\xd8\x82\xc9\x8e\xb8\x94s\x82\xb5\x82\xdc\x82\xb5\x82\xbd\r\n"].concat();
    let wide: Vec<u8> = MAILBOX_OFF.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for input in [japanese, wide] {
        assert_eq!(causes(&piped(&["--json"], &input))[0]["cause"], "smtp_auth_disabled_mailbox");
    }
}

#[test]
fn whatever_it_is_handed_ends_in_0_or_65_and_shows_no_control() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random.to_le_bytes()[3]
        };
        (0..length).map(|_| next()).collect()
    };
    let off = MAILBOX_OFF.as_bytes();
    let escapes = "\u{1b}[\u{1b}[31\u{1b}]0;\u{1b}P\u{1b}\\m\u{9b}".repeat(2_000).into_bytes();
    let japanese = "リモート名を解決できませんでした".as_bytes();
    for (input, status) in [
        (noise(3_000), 65),
        (noise(400_000), 65),
        (vec![0; 300_000], 65),
        ([&noise(300_000)[..], b"\n", off, b"\n", &noise(300_000)].concat(), 65),
        ([&escapes[..], off].concat(), 0),
        ([&[b'x'; 2_000_000][..], b" ", off].concat(), 0),
        ([off, &b"\r".repeat(100_000)].concat(), 0),
        ([japanese, b"\n"].concat().repeat(9_000), 0),
        (japanese[..20].to_vec(), 0),
        (b"\xff\xfe5\x003\x005\x00 ".to_vec(), 0),
        (b"\x1b$B%j%b!<%H".to_vec(), 0),
        (b"\x83\x8a\x83\x82\x81".to_vec(), 0),
    ] {
        let ran = piped(&["-"], &input);
        let begins = input[..input.len().min(16)].escape_ascii();
        assert_eq!(ran.status, status, "{begins}: {}", ran.stderr);
        let odd = |letter: char| (letter.is_control() && letter != '\n') || matches!(letter, '\u{202e}' | '\u{9b}');
        assert!(!ran.stdout.contains(odd) && !ran.stderr.contains(odd), "{begins}: {}", ran.stdout);
    }
}

#[test]
fn escape_sequences_are_shown_and_do_nothing() {
    let hostile = format!("\u{1b}[31m{MAILBOX_OFF}\u{1b}[0m \u{1b}]0;title\u{7} \u{202e}turned\u{9b}2J");
    for arguments in [&[][..], &["--json"]] {
        let ran = piped(arguments, hostile.as_bytes());
        assert_eq!(ran.status, 0);
        assert!(ran.stdout.contains("SmtpClientAuthentication"), "{}", ran.stdout);
        let odd = |letter: char| (letter.is_control() && letter != '\n') || matches!(letter, '\u{202e}' | '\u{9b}');
        assert!(!ran.stdout.contains(odd) && !ran.stderr.contains(odd), "{:?}", ran.stdout);
    }
    assert_eq!(causes(&piped(&["--json"], hostile.as_bytes()))[0]["cause"], "smtp_auth_disabled_mailbox");
}

#[test]
fn a_token_is_read_and_never_echoed() {
    // {"aud":"https://graph.microsoft.com","scp":"SMTP.Send","upn":"admin@contoso.example","exp":4102444800,"x":"CANARY"}
    let payload = "eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20iLCJzY3AiOiJTTVRQLlNlbmQiLCJ1cG4iOiJhZG1pbkBjb250b3NvLmV4YW1wbGUiLCJleHAiOjQxMDI0NDQ4MDAsIngiOiJDQU5BUlkifQ";
    let token = format!("eyJhbGciOiJSUzI1NiJ9.{payload}.CANARYsignature0CANARYsignature1CANARYsignature2");
    let text = format!("535 5.7.3 Authentication unsuccessful [A.PROD.OUTLOOK.COM]\ntoken: {token}\n");
    let on_input = piped(&[], text.as_bytes());
    assert!(
        on_input.stdout.contains("The token is for Microsoft Graph, not for Exchange (likely)"),
        "{}",
        on_input.stdout
    );
    assert!(on_input.stdout.contains("a token for https://graph.microsoft.com, of admin@contoso.example"));
    assert_eq!(
        on_input.stderr,
        "smtp-oauth: the text holds a token or another secret, which is not shown here; take it out before you pass the text on\n"
    );
    let as_argument = bare(&["explain", "--json", &text]);
    assert!(as_argument.stderr.contains("other users of this machine can see arguments"), "{}", as_argument.stderr);
    for ran in [on_input, as_argument] {
        for part in ["CANARY", &payload[..24], &payload[60..90]] {
            assert!(!ran.stdout.contains(part) && !ran.stderr.contains(part), "{part}");
        }
    }
}

#[test]
fn passwords_and_client_secrets_are_never_echoed_and_warned_of() {
    for secret in
        ["password: Hunter2CANARY", "tool --secret CANARY.x", "secret is aB38Q~CANARY.~b-c_DEfghijklmnopqrstuvwxy"]
    {
        let text = format!("AADSTS7000215: Invalid client secret provided. {secret}\nand more of the same line\n");
        for ran in [piped(&[], text.as_bytes()), piped(&["--json"], text.as_bytes())] {
            assert!(ran.stdout.contains("AADSTS7000215") && !ran.stdout.contains("CANARY"), "{}", ran.stdout);
            assert!(ran.stderr.contains("holds a token or another secret") && !ran.stderr.contains("CANARY"));
        }
    }
}

#[test]
fn a_stack_trace_is_explained_without_its_password() {
    let text = "535 5.7.3 Authentication unsuccessful [A.PROD.OUTLOOK.COM] in /srv/mail.py:12\n  server.login('kim@contoso.example', 'CANARYpw')\n#0 SMTP->authenticate('kim@contoso.example', 'CANARYpw', 'LOGIN')\n";
    for arguments in [&[][..], &["--json"]] {
        let ran = piped(arguments, text.as_bytes());
        assert!(ran.status == 0 && !ran.stdout.contains("CANARY") && !ran.stdout.contains("mail.py"), "{}", ran.stdout);
        assert!(ran.stderr.contains("holds a token or another secret") && !ran.stderr.contains("CANARY"));
    }
}

#[test]
fn an_evidence_file_is_taken_into_account() {
    let (_directory, path) = evidence(
        "evidence.toml",
        b"smtp = [\"535 5.7.3 Authentication unsuccessful\"]\nuser = \"shared@contoso.example\"\n[token_claims]\naud = \"https://outlook.office.com\"\nscp = \"SMTP.Send\"\nupn = \"kim@contoso.example\"\n[case]\ncause = \"send_as_denied\"\n",
    );
    let ran = piped(&["--json", "--evidence", &path], b"");
    let found = causes(&ran);
    assert_eq!((&found[0]["cause"], &found[0]["item"]), (&"user_is_not_token_user".into(), &"smtp-user".into()));
    assert_eq!(
        found[0]["commands"][0],
        "Connect-ExchangeOnline\nAdd-RecipientPermission -Identity 'shared@contoso.example' -Trustee 'kim@contoso.example' -AccessRights SendAs"
    );
    assert_eq!(ran.stderr, format!("smtp-oauth: {path}: ignored: case\n"));
}

#[test]
fn an_evidence_file_that_cannot_be_used_ends_in_65_naming_it() {
    let huge = [b"notes = \"".as_slice(), &vec![b'a'; 1 << 20], b"\""].concat();
    for (content, says) in [
        (&b"port = \"587\""[..], "`port` must be a number from 1 to 65535"),
        (b"user = 7", "`user` must be a text"),
        (b"= what", "not TOML"),
        (b"\0\xff\xfe", "not valid UTF-8"),
        (&huge, "more than 1048576 bytes"),
    ] {
        let (_directory, path) = evidence("evidence.toml", content);
        let ran = bare(&["explain", "--evidence", &path]);
        assert_eq!((ran.status, ran.stdout.as_str()), (65, ""), "{says}");
        assert!(ran.stderr.contains(&path) && ran.stderr.contains(says), "{}", ran.stderr);
    }
    for missing in ["/nonexistent/evidence.toml", "/"] {
        let ran = bare(&["explain", "--evidence", missing]);
        assert_eq!((ran.status, ran.stdout.as_str()), (65, ""));
        assert!(ran.stderr.contains(missing), "{}", ran.stderr);
    }
}

#[test]
fn an_evidence_file_that_says_nothing_ends_in_65() {
    for content in [&b""[..], b"colour = 1\n"] {
        let (_directory, path) = evidence("evidence.toml", content);
        let ran = bare(&["explain", "--json", "--evidence", &path]);
        assert_eq!((ran.status, ran.stdout.as_str()), (65, ""));
        assert!(ran.stderr.contains("there is nothing to explain: the evidence file says nothing"), "{}", ran.stderr);
    }
    assert_eq!(bare(&["explain", "--evidence", "/dev/null"]).status, 65);
}

#[test]
fn a_value_that_is_not_known_is_said() {
    let (_directory, path) = evidence("evidence.toml", b"flow = \"magic\"\n");
    let ran = bare(&["explain", "--json", "--evidence", &path]);
    assert_eq!(causes(&ran)[0]["cause"], "unknown");
    assert!(
        ran.stderr
            .starts_with("smtp-oauth: `flow` has a value that is not known here; known are: authorization_code, ")
    );
}

#[test]
fn a_full_disk_ends_in_73() {
    for json in [&[][..], &["--json"]] {
        let mut command = desk::program();
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = ran(command.arg("explain").args(json).arg(MAILBOX_OFF).stdout(full).output().unwrap());
        assert_eq!((ran.status, ran.stderr.matches("smtp-oauth: stdout: ").count()), (73, 1), "{}", ran.stderr);
    }
}

#[test]
fn a_user_without_an_end_is_not_shown() {
    let blob = "dXNlcj1h".repeat(10_000);
    let ran = piped(&[], format!("C: AUTH XOAUTH2 {blob}\n535 5.7.3 Authentication unsuccessful\n").as_bytes());
    assert!(ran.status == 0 && ran.stdout.len() < 20_000, "{}", ran.stdout.len());
}

#[test]
fn a_cause_can_be_looked_up() {
    let ran = bare(&["explain", "--cause", "public_client_flow_disabled"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with("'Allow public client flows' is off for the app\n"), "{}", ran.stdout);
    let command = "az ad app update --id '<Application (client) ID>' --is-fallback-public-client true";
    assert!(ran.stdout.contains(&format!("\n    {command}\n")), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  - To try out: smtp-oauth --demo public_client_flow_disabled, "), "{}", ran.stdout);
    let japanese = bare(&["explain", "--lang", "ja", "--cause", "public_client_flow_disabled"]).stdout;
    assert!(japanese.contains("\n見分け方\n  - 確実: "), "{japanese}");
    assert_eq!(causes(&bare(&["explain", "--json", "--cause", "send_as_denied"]))[0]["cause"], "send_as_denied");
    let ran = bare(&["explain", "--cause", "nonsense"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (64, ""));
    assert!(ran.stderr.starts_with("smtp-oauth: `nonsense` is no cause; known are:\n  unknown\n"), "{}", ran.stderr);
    let near = bare(&["explain", "--cause", "smtp-auth-disabled"]).stderr;
    let (before, after) = near.split_once("\nand:\n").unwrap();
    assert!(
        before.contains("known are:\n  smtp_auth_disabled_tenant\n") && after.contains("\n  unknown\n")
            || after.starts_with("  unknown\n"),
        "{near}"
    );
    assert_eq!(bare(&["explain", "--cause", "unknown", "some text"]).status, 64);
}
