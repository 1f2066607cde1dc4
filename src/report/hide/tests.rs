//! Who and what is not named in a report that hides addresses, and what stays.

use super::*;

#[test]
fn each_address_has_one_name_and_who_shares_a_domain_is_seen_to() {
    let mut hide = Hide::default();
    hide.meet("Alerts@Contoso.example");
    assert_eq!(
        hide.over("user=admin@contoso.example^Aauth, then <alerts@contoso.example>, 'bob@fabrikam.example'."),
        "user=user2@domain1^Aauth, then <user1@domain1>, 'user3@domain2'."
    );
    assert_eq!(hide.over("login_hint=alerts%40contoso.example&x"), "login_hint=user1@domain1&x");
    assert_eq!(hide.over("of mail.contoso.example."), "of host1.domain1.");
    assert_eq!(hide.over("notcontoso.example, acontoso"), "notcontoso.example, acontoso");
}

#[test]
fn quoting_and_case_make_no_other_person() {
    let mut hide = Hide::default();
    assert_eq!(hide.over("o'hara@contoso.example"), "user1@domain1");
    assert_eq!(hide.over("-Identity 'O''Hara@contoso.example' -x"), "-Identity 'user1@domain1' -x");
}

#[test]
fn what_matters_of_a_name_stays() {
    let mut hide = Hide::default();
    assert_eq!(hide.over("a@outlook.com b@x.onmicrosoft.com"), "user1@outlook.com user2@domain1.onmicrosoft.com");
    assert_eq!(hide.over("bob_y.example#EXT#@x.onmicrosoft.com"), "user3#EXT#@domain1.onmicrosoft.com");
    assert_eq!(
        hide.over("[AM0PR02CA0134.eurprd02.prod.outlook.com 2026-01-01T00:00:00.000Z 08DE]"),
        "[AM0PR02CA0134.eurprd02.prod.outlook.com 2026-01-01T00:00:00.000Z 08DE]"
    );
}

#[test]
fn machines_and_ids_are_told_apart_and_not_named() {
    let mut hide = Hide::default();
    hide.meet_name("contoso.onmicrosoft.com");
    assert_eq!(hide.over("250 Hello [203.0.113.9], [2001:db8::1], [203.0.113.9]"), "250 Hello [ip1], [ip2], [ip1]");
    assert_eq!(
        hide.over("/8d2c0000-1111-2222-3333-0123456789ab/ trace 11111111-1111-2222-3333-0123456789ab at CONTOSO.onmicrosoft.com"),
        "/8d2c0000-…/ trace 11111111-1111-2222-3333-0123456789ab at domain1.onmicrosoft.com"
    );
}

#[test]
fn nobody_is_left_standing() {
    let mut hide = Hide::default();
    hide.meet_name("https://helpdesk.contoso.example/cb");
    hide.meet_user("CONTOSO\\jsmith");
    let shown = |hide: &mut Hide, text: &str| {
        let shown = hide.over(text);
        let lower = shown.to_ascii_lowercase();
        for name in ["contoso", "jsmith", "john", "203.0.113", "10.20", "db8", "relay01", "9f000000-0000", "1111-2222"]
        {
            assert!(!lower.contains(name), "{name}: {shown}");
        }
        shown
    };
    for text in [
        "host=mail.corp.contoso.example CONTOSO\\jsmith: connecting from 203.0.113.77 to relay01.corp.contoso.example:587 (10.20.30.40)",
        "220 relay01.corp.contoso.example ESMTP ready",
        "connect ETIMEDOUT 203.0.113.78:587 smtp-gw.contoso.example, 2001:db8::5.",
        "'https://helpdesk.contoso.example/oauth/callback'",
        "user John Smith (11111111-2222-3333-4444-555555555555) IP address 203.0.113.77",
        "LegacyExchangeDN : /o=Contoso/cn=jsmith, 9f000000-0000-4000-8000-000000000009",
        r"C:\Users\jsmith\mail.py and /home/jsmith/mail.py",
    ] {
        shown(&mut hide, text);
    }
    assert_eq!(shown(&mut hide, "[2001:db8::5] 2001:db8::6"), "[ip4] ip5");
}

#[test]
fn what_helps_stays() {
    let mut hide = Hide::default();
    hide.keep("11111111-2222-3333-4444-555555555555");
    for text in [
        "11111111-2222-3333-4444-555555555555",
        "Trace ID: 11111111-1111-2222-3333-0123456789ab Correlation ID: 21111111-1111-2222-3333-0123456789ab",
        "the resource 00000002-0000-0ff1-ce00-000000000000",
        "535 5.7.3 at 10:00:00.123 from 127.0.0.1:25 to smtp.office365.com:587, System.Net.Mail.SmtpException",
        r"NT AUTHORITY\SELF, smtplib.py:731, https://login.microsoftonline.com/common",
        "https://localhost:8400/cb, urn:ietf:wg:oauth:2.0:oob, version 15.20.8632.010",
    ] {
        assert_eq!(hide.over(text), text);
    }
}

proptest::proptest! {
    #[test]
    fn no_address_is_left(local in "[a-zA-Z0-9.+_'-]{1,20}", domain in "[a-z]{1,9}\\.[a-z]{2,5}", around in "\\PC{0,9}") {
        proptest::prop_assume!(!PUBLIC.contains(&domain.as_str()));
        let shown = Hide::default().over(&format!("{around} {local}@{domain} {around}"));
        proptest::prop_assert!(!shown.contains(&format!("@{domain}")), "{shown}");
    }
}
