//! Everything a person may paste, and what it comes to.

use proptest::prelude::*;

use super::*;

const STATE: &str = "CANARY-state-43-characters-of-base64url-aaaa";
const CODE: &str = "1.AXoACANARY-code_x.AgABBAIAAADW6jl31mB3T7ugrWTT8pFeAwDs_wUA9P8!*$~'";

fn pending() -> Pending {
    Pending {
        authorize_url: format!(
            "https://login.example/t/oauth2/v2.0/authorize?response_type=code&state={STATE}&code_challenge=x"
        ),
        redirect_uri: "http://localhost:8400".into(),
        state: Secret::new(STATE),
        code_verifier: Secret::new("CANARY-verifier"),
        scopes: Vec::new(),
        expires_at: 0,
    }
}

fn query() -> String {
    let code: String = url::form_urlencoded::byte_serialize(CODE.as_bytes()).collect();
    format!("code={code}&state={STATE}&session_state=00000000-1111-2222-3333-444444444444")
}

/// Wherever the address was one of.
fn read(pasted: &str) -> Result<Returned, Unusable> {
    returned(&Secret::new(pasted), &pending()).map(|returned| Returned { host: None, ..returned })
}

fn right() -> Result<Returned, Unusable> {
    Ok(Returned { code: Secret::new(CODE), state_checked: true, host: None })
}

#[test]
fn the_host_of_an_address_is_known_and_whether_it_was_expected() {
    let host = |pasted: &str| returned(&Secret::new(pasted), &pending()).unwrap().host;
    for (address, is) in [
        ("http://localhost:8400/", true),
        ("http://LOCALHOST/x", true),
        ("http://127.0.0.1:1/", true),
        ("http://[::1]:8400/", true),
        ("https://[2001:db8::1]:8443/imart", false),
        ("https://im.example.com:8443/imart", false),
        ("http://localhost.evil.example/", false),
    ] {
        let host = host(&format!("{address}?{}", query())).unwrap();
        assert_eq!(is_expected(&host, &pending()), is, "{host}");
    }
    assert_eq!(host(&query()), None);
}

#[test]
fn a_whole_address_gives_the_code_however_it_was_copied() {
    let q = query();
    for pasted in [
        format!("http://localhost:8400/?{q}"),
        format!("http://localhost:8400?{q}"),
        format!("HTTP://LOCALHOST:8400/?{q}"),
        format!("https://localhost:8400/?{q}"),
        format!("localhost:8400/?{q}"),
        format!("http://localhost/MxMail/?{q}"),
        format!("https://login.microsoftonline.com/common/oauth2/nativeclient?{q}"),
        format!("http://localhost:8400/#{q}"),
        format!("http://localhost:8400/?{q}#"),
        format!("http://localhost:8400/?{q}#_=_"),
        format!("?{q}"),
        format!("#{q}"),
        format!("/?{q}"),
        q.clone(),
        format!("  \"http://localhost:8400/?{q}\"\n"),
        format!("'http://localhost:8400/?{q}'"),
        format!("<http://localhost:8400/?{q}>"),
        format!("`http://localhost:8400/?{q}`"),
        format!("「http://localhost:8400/?{q}」です"),
        format!("[page](http://localhost:8400/?{q})"),
        format!("It went to http://localhost:8400/?{q} and says it cannot be reached"),
        format!("http://localhost:8400/?{}", q.replace('&', "&amp;")),
        format!("http://localhost:8400/?{}", q.replace('&', "&amp;amp;")),
        format!("http://localhost:8400/\\?{}", q.replace('&', "\\&").replace('=', "\\=")),
        format!("\u{1b}[200~http://localhost:8400/?{q}\u{1b}[201~"),
        format!("[200~http://localhost:8400/?{q}[201~"),
        format!("\u{feff}http://loc\u{200b}alhost:8400/?{}", q.replace("code", "co\u{ad}de")),
        format!("http://localhost:8400/?{q}http://localhost:8400/?{q}"),
        url::form_urlencoded::byte_serialize(format!("http://localhost:8400/?{q}").as_bytes()).collect(),
        format!(
            "https://eur01.safelinks.protection.example/?url={}&data=05",
            url::form_urlencoded::byte_serialize(format!("http://localhost:8400/?{q}").as_bytes()).collect::<String>()
        ),
        q.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c }).collect(),
    ] {
        assert_eq!(read(&pasted), right(), "{pasted}");
    }
    assert_eq!(of_query(&q, &pending()), right());
}

#[test]
fn text_behind_the_state_does_not_spoil_it() {
    let code: String = url::form_urlencoded::byte_serialize(CODE.as_bytes()).collect();
    assert_eq!(read(&format!("http://localhost/?code={code}&state={STATE} and so on")), right());
}

#[test]
fn a_code_alone_is_taken_and_known_to_be_unchecked() {
    let unchecked = Ok(Returned { code: Secret::new(CODE), state_checked: false, host: None });
    let encoded: String = url::form_urlencoded::byte_serialize(CODE.as_bytes()).collect();
    let (first, rest) = CODE.split_at(30);
    for pasted in [
        CODE.to_owned(),
        encoded.clone(),
        format!("code={encoded}"),
        format!("\"{CODE}\"").replace('\'', "%27"),
        format!("{first}\r\n{rest}"),
    ] {
        let pasted = pasted.replace("~'", "~%27");
        assert_eq!(read(&pasted), unchecked, "{pasted}");
    }
}

#[test]
fn an_error_is_read_with_its_numbers_and_ids() {
    let url = format!(
        "http://localhost:8400/?error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3a+User+declined+\
         to+consent+to+access+the+app.+Trace+ID%3a+11-22+Correlation+ID%3a+33-44+Timestamp%3a+2026-11-22+08%3a00%3a00Z\
         &error_uri=https%3a%2f%2flogin.example%2ferror%3fcode%3d65004&state={STATE}#"
    );
    let Err(Unusable::Refused { failure, .. }) = read(&url) else { panic!("{:?}", read(&url)) };
    assert_eq!((failure.error.as_str(), failure.codes.as_slice()), ("access_denied", &[65004][..]));
    assert_eq!((failure.trace_id.as_deref(), failure.correlation_id.as_deref()), (Some("11-22"), Some("33-44")));
    assert_eq!(failure.timestamp.as_deref(), Some("2026-11-22 08:00:00Z"));
    assert_eq!(failure.suberror.as_deref(), Some("cancel"));
    assert_eq!(failure.said(), "access_denied: AADSTS65004: User declined to consent to access the app");
    for (pasted, code) in [
        ("https://login.example/error?code=50011", 50011),
        ("AADSTS50011: The redirect URI does not match.", 50011),
        ("http://localhost/?error=access_denied&error_description=AADSTS65004&admin_consent=True&tenant=x", 65004),
        ("error=permission_denied&error_description=AADSTS90094&admin_consent=True", 90094),
    ] {
        let Err(Unusable::Refused { failure, .. }) = read(pasted) else { panic!("{pasted}: {:?}", read(pasted)) };
        assert_eq!(failure.codes, [code], "{pasted}");
    }
}

#[test]
fn only_an_error_at_the_redirect_uri_for_this_sign_in_came_back() {
    let came = |pasted: &str| match read(pasted) {
        Err(Unusable::Refused { came_back, .. }) => Some(came_back),
        _ => None,
    };
    assert_eq!(came(&format!("http://localhost:8400/?error=access_denied&state={STATE}")), Some(true));
    assert_eq!(came("http://localhost:8400/?error=access_denied"), Some(false));
    assert_eq!(came("https://login.example/error?code=700016"), Some(false));
    assert_eq!(came("AADSTS700016: not found"), Some(false));
    let foreign = read("https://evil.example/?error=access_denied");
    assert_eq!(foreign, Err(Unusable::OtherAddress("evil.example".into())));
}

#[test]
fn what_is_no_answer_is_named() {
    let own = pending().authorize_url;
    for (pasted, what) in [
        ("", Unusable::Empty),
        (" \r\n\u{200b}", Unusable::Empty),
        (own.as_str(), Unusable::AuthorizeUrl),
        ("https://login.example/common/reprocess?ctx=abc", Unusable::AuthorityPage),
        ("https://login.example/kmsi", Unusable::AuthorityPage),
        ("https://www.example.com/?q=x", Unusable::OtherAddress("www.example.com".into())),
        ("https://www.example.com/?code=abc", Unusable::OtherAddress("www.example.com".into())),
        ("http://localhost:8400/", Unusable::NoCode),
        ("http://localhost:8400/?x=y", Unusable::NoCode),
        ("http://localhost:8400/?code=abc", Unusable::NoState),
        ("http://localhost:8400/?code=abc&state=other", Unusable::OtherState),
        ("http://localhost:8400/?error=access_denied&state=other", Unusable::OtherState),
        ("http://localhost:8400/?admin_consent=True&tenant=8d2c", Unusable::AdminConsent),
        ("It does not work at all, sorry", Unusable::NoCode),
        ("done", Unusable::NoCode),
    ] {
        assert_eq!(read(pasted), Err(what), "{pasted}");
    }
    assert_eq!(read(&"x".repeat(LONGEST + 1)), Err(Unusable::TooLong));
}

proptest! {
    #[test]
    fn any_wrapping_and_quoting_of_a_right_address_gives_the_code(
        width in 1_usize..100,
        indent in 0_usize..4,
        end in prop::sample::select(vec!["\n", "\r\n", " ", "\r", "\u{2028}"]),
        quotes in prop::sample::select(vec![("", ""), ("\"", "\""), ("<", ">"), ("'", "'"), ("\u{201c}", "\u{201d}")]),
        code in "[A-Za-z0-9._~!*$-]{37,900}",
    ) {
        let encoded: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
        let url = format!("{}http://localhost:8400/?code={encoded}&state={STATE}&session_state=1{}", quotes.0, quotes.1);
        let letters: Vec<char> = url.chars().collect();
        let lines: Vec<String> = letters.chunks(width).map(|line| line.iter().collect()).collect();
        let pasted = lines.join(&format!("{end}{}", " ".repeat(indent)));
        prop_assert_eq!(read(&pasted), Ok(Returned { code: Secret::new(code), state_checked: true, host: None }));
    }

    #[test]
    fn whatever_is_pasted_comes_to_an_end(text: String) {
        let _ = read(&text);
        let _ = read(&format!("http://localhost:8400/?code={text}"));
        let _ = of_query(&text, &pending());
    }
}
