//! What people paste, as they paste it.

use super::*;

const ID: &str = "8d2c1f00-1111-2222-3333-0123456789ab";

fn cleaned(form: Form, text: &str) -> String {
    clean(form, text).text.to_string()
}

#[test]
fn an_id_is_found_in_what_came_with_it() {
    for text in [
        "8d2c1f00-1111-2222-3333-0123456789ab",
        "\"8d2c1f00-1111-2222-3333-0123456789ab\",",
        "「8d2c1f00-1111-2222-3333-0123456789ab」。",
        "<8d2c1f00-1111-2222-3333-0123456789ab>",
        "8d2c1f00111122223333 0123456789ab",
        "8d2c1f00-1111-2222-\r\n  3333-0123456789ab",
        "8d2c1f00\u{2011}1111–2222−3333—0123456789ab",
        "８ｄ２ｃ１ｆ００－１１１１ー２２２２－３３３３－０１２３４５６７８９ａｂ",
        "\u{feff}8d2c1f00-1111-\u{200b}2222-3333-0123456789ab\u{200e}",
        "\u{a0}8d2c1f00 - 1111 -\u{a0}2222-3333-0123456789ab\u{3000}",
        "Application (client) ID: 8d2c1f00-1111-2222-3333-0123456789ab",
        "Application (client) ID\n:\n8d2c1f00-1111-2222-3333-0123456789ab",
        "Application (client) ID8d2c1f00-1111-2222-3333-0123456789ab",
        "アプリケーション (クライアント) ID8d2c1f00-1111-2222-3333-0123456789ab",
        "アプリケーション（クライアント）ＩＤ：8d2c1f00-1111-2222-3333-0123456789ab",
        "\"client_id\": \"8d2c1f00-1111-2222-3333-0123456789ab\",",
        "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/8d2c1f00-1111-2222-3333-0123456789ab/isMSAApp~/false",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=8d2c1f00-1111-2222-3333-0123456789ab&x=1",
    ] {
        assert_eq!(cleaned(Form::Guid, text), ID, "{text:?}");
    }
}

#[test]
fn a_tenant_is_found_in_every_form_of_it() {
    for (text, tenant) in [
        ("Directory (tenant) ID: 8d2c1f00-1111-2222-3333-0123456789ab", ID),
        ("ディレクトリ (テナント) ID\n8d2c1f00-1111-2222-3333-0123456789ab", ID),
        ("https://login.microsoftonline.com/8d2c1f00-1111-2222-3333-0123456789ab/oauth2/v2.0/token", ID),
        ("https://login.microsoftonline.us/8d2c1f00-1111-2222-3333-0123456789ab", ID),
        ("https://portal.azure.com/#view/x/tenantId/8d2c1f00-1111-2222-3333-0123456789ab/y", ID),
        ("8d2c1f0011112222333300123456789ab".get(..32).unwrap(), "8d2c1f00-1111-2222-3333-00123456789a"),
        ("https://portal.azure.com/#@contoso.onmicrosoft.com/resource/x", "contoso.onmicrosoft.com"),
        ("https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration", "contoso.com"),
        ("https://contoso.com/", "contoso.com"),
        ("ｃｏｎｔｏｓｏ．ｃｏｍ", "contoso.com"),
        ("“contoso.com”", "contoso.com"),
        ("contoso。com。", "contoso.com"),
        ("contoso .com", "contoso.com"),
        ("tenant = 'contoso.com'", "contoso.com"),
    ] {
        assert_eq!(cleaned(Form::Tenant, text), tenant, "{text:?}");
    }
}

#[test]
fn addresses_and_servers_lose_what_was_around_them() {
    for (form, text, value) in [
        (Form::Address, "mailto:alerts@contoso.com?subject=x", "alerts@contoso.com"),
        (Form::Address, "\"Alerts, all\" <alerts@contoso.com>", "alerts@contoso.com"),
        (Form::Address, "\"<alerts@contoso.com>\";", "alerts@contoso.com"),
        (Form::Address, "SMTP:alerts@contoso.com", "alerts@contoso.com"),
        (Form::Address, "ユーザー プリンシパル名: alerts@contoso.com", "alerts@contoso.com"),
        (Form::Address, "ａｌｅｒｔｓ＠ｃｏｎｔｏｓｏ．ｃｏｍ", "alerts@contoso.com"),
        (Form::Address, "alerts @ contoso. com", "alerts@contoso.com"),
        (Form::Address, "alerts@con\ntoso.com", "alerts@contoso.com"),
        (Form::Address, "'alerts@contoso.com'", "alerts@contoso.com"),
        (Form::Address, "'alerts@contoso.com", "'alerts@contoso.com"),
        (Form::Server, "https://smtp.office365.com/", "smtp.office365.com"),
        (Form::Server, "smtp://smtp.office365.com:587", "smtp.office365.com:587"),
        (Form::Server, "ｓｍｔｐ．ｏｆｆｉｃｅ３６５．ｃｏｍ：５８７", "smtp.office365.com:587"),
        (Form::Server, "SMTP サーバー: smtp.office365.com,", "smtp.office365.com"),
        (Form::Host, "smtp.office365.com.", "smtp.office365.com"),
        (Form::BaseUrl, "「https：／／im.example.com／imart」", "https://im.example.com/imart"),
        (Form::BaseUrl, "https://im.example.com\n/imart", "https://im.example.com/imart"),
        (Form::BaseUrl, "https://im.example\n.com/imart", "https://im.example.com/imart"),
        (Form::BaseUrl, "https:// im.example.com / imart", "https://im.example.com/imart"),
        (Form::BaseUrl, "ベース URL: im.example.com/imart", "im.example.com/imart"),
        (Form::RedirectUri, "Redirect URI: <http://localhost/MxMail/>", "http://localhost/MxMail/"),
        (Form::RedirectUri, "`http://localhost:8400/x`、", "http://localhost:8400/x"),
        (Form::Authority, "\"https://login.example.com\"", "https://login.example.com"),
        (
            Form::Scopes,
            "\"https://a.example/SMTP.Send\",\n 'offline_access';",
            "https://a.example/SMTP.Send offline_access",
        ),
        (Form::Scopes, "scope=[\"a\",\u{a0}\"b\"]", "a b"),
        (Form::Day, "有効期限：２０２７／５／１", "2027/5/1"),
        (Form::Day, "２０２７年５月１日。", "2027年5月1日"),
        (Form::Path, "\"/etc/ssl/my ca.pem\"", "/etc/ssl/my ca.pem"),
        (Form::Path, "\u{202a}file:///etc/ca.pem", "/etc/ca.pem"),
    ] {
        assert_eq!(cleaned(form, text), value, "{text:?}");
    }
}

#[test]
fn what_is_right_stays_as_it_is() {
    for (form, text) in [
        (Form::Guid, "8D2C1F00-1111-2222-3333-0123456789AB"),
        (Form::ClientName, "0123456789abcdef0123456789abcdef"),
        (Form::ClientName, "my-app."),
        (Form::Address, "o'h`x@contoso.com"),
        (Form::RedirectUri, "http://localhost/x."),
        (Form::RedirectUri, "https://h.example/a~b_c-%20"),
        (Form::BaseUrl, "https://日本語.example/imart/"),
        (Form::Server, "smtp:587"),
        (Form::Server, "::1"),
        (Form::Path, "/srv/it's \"here\",.pem"),
        (Form::Scopes, "https://outlook.office.com/SMTP.Send offline_access"),
        (Form::Secret, "\"quoted\""),
        (Form::Secret, "Value: short"),
        (Form::Secret, "ａ b\nc"),
        (Form::Secret, "{abc8Q~abcdefghijklmnopqrstuvwxyzABCDEFGH}"),
    ] {
        let Cleaned { text: result, changes } = clean(form, text);
        assert_eq!((result.as_str(), changes.len()), (text, 0), "{text:?}");
    }
}

#[test]
fn nothing_is_guessed() {
    let two = format!("{ID} {ID}");
    let lines = format!("{ID}\n{ID}");
    for (form, text) in [
        (Form::Guid, "my app"),
        (Form::Guid, "alerts@contoso.com"),
        (Form::Guid, "Directory (tenant) ID: 8d2c1f00-1111-2222-3333-0123456789ab"),
        (Form::Guid, "https://portal.azure.com/#view/x/objectId/8d2c1f00-1111-2222-3333-0123456789ab"),
        (Form::Guid, two.as_str()),
        (Form::Guid, lines.as_str()),
        (Form::Tenant, "Application (client) ID: 8d2c1f00-1111-2222-3333-0123456789ab"),
        (Form::Tenant, "contoso.com\nfabrikam.com"),
        (Form::Tenant, "{tenant}"),
        (Form::Tenant, "https://contoso.com/x"),
        (Form::Address, "alerts@con\u{202e}toso.com"),
        (Form::Address, "alerts@contoso.com\nPassword: x"),
        (Form::Address, "alerts@contoso.com\nfoo"),
        (Form::Address, "a b@contoso.com"),
        (Form::Address, "ä@contoso.com"),
        (Form::Address, "alerts@c\u{6f}\u{301}ntoso.com"),
        (Form::Server, "https://smtp.example.com/x"),
        (Form::Server, "ftp://smtp.example.com"),
        (Form::BaseUrl, "https://im.example.com/imart is ours"),
        (Form::BaseUrl, "https://im.example.com\nhttps://other.example.com"),
        (Form::BaseUrl, "https://{server}/proself"),
        (Form::BaseUrl, "https://im.example.com/my app"),
        (Form::BaseUrl, "im.example.com and im2.example.com"),
        (Form::BaseUrl, "https://im.example.com/ im2.example.com"),
        (Form::BaseUrl, "https://im.example.com/\nim2.example.com"),
        (Form::BaseUrl, "im.example.com\nimart"),
        (Form::RedirectUri, "https://h.example/ https://i.example/"),
        (Form::RedirectUri, "https://h.example/a b"),
        (Form::RedirectUri, "https://h.example/$(id)"),
    ] {
        assert!(!form.holds(&cleaned(form, text)), "{text:?} became {:?}", cleaned(form, text));
    }
}

#[test]
fn a_secret_loses_only_what_none_has() {
    let secret = "CANARY~abcdefghijklmnopqrstuvwxyz012345";
    for text in [
        format!("  {secret}\r\n"),
        "\u{feff}CANARY~abcdefghij\u{200b}klmnopqrstuvwxyz012345\u{a0}".to_owned(),
        format!("\"{secret}\""),
        format!("「{secret}」"),
        format!("値: {secret}"),
        format!("client_secret = '{secret}'"),
    ] {
        assert_eq!(cleaned(Form::Secret, &text), secret, "{text:?}");
    }
}

#[test]
fn nothing_of_a_secret_is_copied_but_into_what_is_wiped() {
    let text = "値: \u{200b}CANARY~abcdefghijklmnopqrstuvwxyz012345";
    let within = |part: &str| text.as_bytes().as_ptr_range().contains(&part.as_ptr());
    assert!(within(label::without(Form::Secret, text).unwrap()));
    let quoted = "「CANARY」";
    assert!(quoted.as_bytes().as_ptr_range().contains(&letters::unquoted(quoted, |_| true).unwrap().as_ptr()));
    assert_eq!(letters::seen(text).unwrap().capacity(), text.len(), "it never grew");
}

#[test]
fn what_was_done_is_known() {
    let changes = |form, text: &str| clean(form, text).changes.into_iter().map(Change::id).collect::<Vec<_>>();
    assert_eq!(changes(Form::Tenant, "「ｃｏｎｔｏｓｏ。com」"), ["quotes", "full-width"]);
    assert_eq!(changes(Form::Guid, "ID"), [""; 0]);
    assert_eq!(changes(Form::Tenant, " contoso.com\u{3000}\n"), [""; 0]);
    assert_eq!(changes(Form::Guid, &ID.replace('-', "")), ["hyphens"]);
    assert_eq!(changes(Form::Address, "mailto:a@b.example."), ["scheme", "punctuation"]);
    assert_eq!(changes(Form::BaseUrl, "https://im.example.com\n/ imart"), ["line-breaks", "spaces"]);
}

#[test]
fn what_stands_out_is_named() {
    let seen = |form, text: &str| odd(form, text).map(|phrase| phrase.values[0].1.clone()).unwrap_or_default();
    assert_eq!(seen(Form::Address, "a b\u{202e}\u{301}ä@c"), "' ' '\\u{202e}' '\\u{301}'");
    assert_eq!(seen(Form::Guid, "a\nä\u{a0}b"), "'^J' 'ä' '\\u{a0}'");
    assert_eq!(seen(Form::Path, "日本 x"), "");
    for (form, text, label) in [
        (Form::Guid, "Directory (tenant) ID: 8d2c1f00-1111-2222-3333-0123456789ab", "Directory (tenant) ID"),
        (Form::Guid, "オブジェクト ID\n8d2c1f00-1111-2222-3333-0123456789ab", "オブジェクト ID"),
        (Form::Tenant, "Secret ID 8d2c1f00-1111-2222-3333-0123456789ab", "Secret ID"),
        (Form::Tenant, "UPN: alerts@contoso.com", "UPN"),
    ] {
        assert_eq!(odd(form, text), Some(Phrase::new("cleaned.labelled").with("label", label)));
    }
    assert_eq!(odd(Form::Secret, "ä b"), None);
    assert_eq!(seen(Form::Guid, &"ä".repeat(64 * 1024)), "65536");
}

#[test]
fn labels_are_written_as_they_are_compared() {
    let plain =
        |label: &str| label.to_lowercase() == label && !label.contains(char::is_whitespace) && !label.is_empty();
    for form in FORMS {
        let labels = label::labels(form);
        assert_eq!(labels.is_empty(), form == Form::Path, "{form:?}");
        assert!(labels.iter().all(|label| plain(label)), "{form:?}: {labels:?}");
    }
}

const FORMS: [Form; 13] = [
    Form::Guid,
    Form::ClientName,
    Form::Tenant,
    Form::Address,
    Form::Host,
    Form::Server,
    Form::Authority,
    Form::RedirectUri,
    Form::BaseUrl,
    Form::Scopes,
    Form::Day,
    Form::Path,
    Form::Secret,
];

#[test]
fn huge_and_nested_texts_come_to_an_end() {
    for form in FORMS {
        for part in ["\"", "「", "ID: \"", "tenant: ", "mailto:", "ー", "\u{202e}", "a ", "\u{301}", "https://", "a\n"]
        {
            for length in [LONGEST, 64 * 1024] {
                let text = part.repeat(length / part.len());
                let once = clean(form, &text);
                assert!(once.text.len() <= text.len());
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(
        form in 0..FORMS.len(),
        text in "([a-c0-9@./: \\n\"'<>{},;\\-＠．。ー「」\u{200b}\u{202e}\u{a0}äID=]|mailto:|https://|tenant|client_id|8d2c1f00-1111-2222-3333-0123456789ab){0,12}",
    ) {
        let once = clean(FORMS[form], &text);
        let twice = clean(FORMS[form], &once.text);
        proptest::prop_assert_eq!(&twice.text, &once.text);
        proptest::prop_assert!(twice.changes.is_empty(), "{:?}", twice.changes);
    }

    #[test]
    fn anything_can_be_cleaned(form in 0..FORMS.len(), text: String) {
        let once = clean(FORMS[form], &text);
        proptest::prop_assert_eq!(clean(FORMS[form], &once.text).text, once.text);
    }
}
