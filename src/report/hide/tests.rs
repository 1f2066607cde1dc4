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
    assert_eq!(hide.over("notcontoso.example, acontoso"), "domain3, acontoso");
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
        "User John Smith (11111111-2222-3333-4444-555555555555): Hello John Smith, from ClientIP:203.0.113.9, ip:203.0.113.9:25",
        "535 5.7.3 Authentication unsuccessful mail.contoso.com",
    ] {
        shown(&mut hide, text);
    }
    assert_eq!(shown(&mut hide, "[2001:db8::5] 2001:db8::6"), "[ip4] ip6");
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
        "java.net.ConnectException, error with SMTP.Send https://outlook.office.com/SMTP.Send",
    ] {
        assert_eq!(hide.over(text), text);
    }
}

#[test]
fn a_programs_directory_is_nobodys_name() {
    let mut hide = Hide::default();
    assert_eq!(hide.over("/home/app/mail.py: the app stopped"), "/home/user1/mail.py: the app stopped");
}

#[test]
fn what_an_organisation_and_its_apps_are_called_is_not_left() {
    for (text, names) in [
        (
            "AADSTS700016: Application with identifier '11111111-2222-3333-4444-555555555555' was not found in the directory 'Fabrikam Widgets GmbH'.",
            &["fabrikam", "widgets"][..],
        ),
        ("AADSTS90002: Tenant 'Contoso Holding AG' not found.", &["contoso", "holding"]),
        ("AADSTS90002: Tenant contoso.example not found.", &["contoso"]),
        (
            "AADSTS50020: User account 'kim@mail.example' from identity provider 'live.com' does not exist in tenant 'Contoso Holding AG' and cannot access the application '00001111-aaaa-2222-bbbb-3333cccc4444'(Payroll Scanner) in that tenant. Contoso Holding AG; Payroll Scanner.",
            &["contoso", "holding", "payroll"],
        ),
        (
            "AADSTS50034: The user account kim@mail.example does not exist in the Fabrikam Ltd directory. FABRIKAM LTD",
            &["fabrikam"],
        ),
        (
            "AADSTS65001: The user or administrator has not consented to use the application with ID '00001111-aaaa-2222-bbbb-3333cccc4444' named 'Fabrikam Payroll Scanner'.",
            &["fabrikam", "payroll"],
        ),
        (
            "AADSTS500011: The resource principal named https://outlook.office.com was not found in the tenant named Contoso Ltd. This can happen",
            &["contoso"],
        ),
        (
            "AADSTS700016: Die Anwendung mit dem Bezeichner \"00001111-aaaa-2222-bbbb-3333cccc4444\" wurde im Verzeichnis \"Contoso GmbH\" nicht gefunden. Möglich ist",
            &["contoso"],
        ),
        (
            "AADSTS700016: L’application avec l'identificateur '00001111-aaaa-2222-bbbb-3333cccc4444' est introuvable dans le répertoire 'Fabrikam S.A. Paris'.",
            &["fabrikam", "paris"],
        ),
        (
            "AADSTS700016: アプリケーションがテナント 'Fabrikam 株式会社' に見つかりませんでした。",
            &["fabrikam", "株式"],
        ),
        ("AADSTS700016: 在目录“Fabrikam”中找不到应用程序。", &["fabrikam"]),
    ] {
        let shown = Hide::default().over(text);
        let lower = shown.to_ascii_lowercase();
        assert!(names.iter().all(|name| !lower.contains(name)) && lower.contains(":"), "{shown}");
        assert!(lower.contains("organisation1") || lower.contains("domain1"), "{shown}");
    }
}

#[test]
fn one_name_for_an_organisation_and_none_for_what_is_no_name() {
    let mut hide = Hide::default();
    hide.meet("kim@contoso.example");
    hide.meet_organisation("Contoso");
    hide.meet_organisation("Contoso Holding AG");
    assert_eq!(hide.over("Contoso, contoso.example, Contoso Holding AG"), "organisation1, domain1, organisation2");
    hide.meet_organisation("AB12CD34AB12CD34AB12CD34AB12CD34AB12CD34");
    assert_eq!(hide.over("AB12CD34AB12CD34AB12CD34AB12CD34AB12CD34"), "ab12cd34…");
    for text in [
        "AADSTS90002: Tenant 'token' not found. Tenant 'common', tenant '{your-tenant}', Tenant 'YOUR_TENANT_ID'",
        "AADSTS65001: '00000003-0000-0000-c000-000000000000'(Microsoft Graph) and application 'Microsoft Office'",
        "AADSTS7000218: リクエストの本文に 'client_assertion' または 'client_secret' が必要です。'SMTP.Send'",
        "the user does not exist in the directory; the application was not found in this tenant",
    ] {
        assert_eq!(Hide::default().over(text), text);
    }
}

proptest::proptest! {
    #[test]
    fn no_address_is_left(local in "[a-zA-Z0-9.+_'-]{1,20}", domain in "[a-z]{1,9}\\.[a-z]{2,5}", around in "\\PC{0,9}") {
        proptest::prop_assume!(!PUBLIC.contains(&domain.as_str()));
        let shown = Hide::default().over(&format!("{around} {local}@{domain} {around}"));
        proptest::prop_assert!(!shown.contains(&format!("@{domain}")), "{shown}");
    }
    #[test]
    fn no_organisation_is_left(
        name in "[A-Z][a-zäöü]{3,9}( [A-Z][a-z]{2,8}){0,2}( GmbH| AG| Inc\\.| K\\.K\\.)?",
        way in 0..6_usize,
    ) {
        proptest::prop_assume!(called::is_name(&name));
        let id = "00001111-aaaa-2222-bbbb-3333cccc4444";
        let text = [
            format!("AADSTS700016: Application with identifier '{id}' was not found in the directory '{name}'."),
            format!("AADSTS90002: Tenant '{name}' not found."),
            format!("AADSTS50020: User account 'a@b.example' does not exist in tenant '{name}' and cannot"),
            format!("AADSTS50034: The user account a@b.example does not exist in the {name} directory."),
            format!("cannot access the application '{id}'({name}) in that tenant."),
            format!("consented to use the application with ID '{id}' named '{name}'."),
        ];
        let shown = Hide::default().over(&format!("{} — {name}, {}", text[way], name.to_ascii_uppercase()));
        proptest::prop_assert!(!shown.to_ascii_lowercase().contains(&name.to_ascii_lowercase()), "{shown}");
    }
}
