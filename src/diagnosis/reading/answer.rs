//! What came where an authority's JSON should be: a web page, or something that is no JSON, as programs complain of it.
//! Whose page it is, it does not say; where the authority itself has said something, it says nothing.

use super::{super::Evidence, records::Record};

/// How programs say that a page came, in small letters: they quote the `<` it begins with.
const PAGES: [&str; 11] = [
    // JavaScript, old and new
    "unexpected token < in json",
    "unexpected token '<'",
    // Go
    "invalid character '<' looking for beginning of value",
    // Newtonsoft.Json and System.Text.Json
    "unexpected character encountered while parsing value: <",
    "'<' is an invalid start of a value",
    // Jackson, Ruby, Perl
    "unexpected character ('<' (code 60))",
    "unexpected token at '<",
    "unexpected character: '<",
    "character offset 0 (before \"<",
    "<!doctype html",
    "<html",
];
/// How they say that it was no JSON, whatever it was.
const FOREIGN: [&str; 14] = [
    "expecting value: line 1 column 1",
    "no json object could be decoded",
    "expected value at line 1 column 1",
    "expected begin_object but was string",
    "invalid json response body",
    "is not valid json",
    "unexpected end of json input",
    "invalid response received from authorization server. expected json",
    "did not contain a json body",
    "failed to parse json response",
    "non_parsable_oauth_error",
    "was returned by the oauth2 server, but it could not be parsed",
    "failed_to_parse_response",
    "json deserialization error",
];
/// What a proxy or a gateway calls its own failures, behind the number.
const GATEWAYS: [&str; 5] = [
    "502 bad gateway",
    "502 proxy error",
    "503 service unavailable",
    "503 service temporarily unavailable",
    "504 gateway time",
];
/// What shows that it came from where tokens come from.
const AUTHORITY: [&str; 10] = [
    "login.microsoftonline",
    "login.microsoft",
    "login.live.com",
    "login.partner.microsoftonline",
    "oauth",
    "/token",
    "authorization server",
    "msal",
    "access token",
    "accesstoken",
];

/// `raw` is the text before its tags were left out.
pub fn add(evidence: &mut Evidence, raw: &str, records: &[Record]) {
    let said = ["oauth.error", "oauth.code", "oauth.page", "reply.text"];
    if said.iter().any(|fact| !evidence.values(fact).is_empty()) {
        return;
    }
    let raw = raw.trim_start().to_ascii_lowercase();
    let markup = ["<!doctype html", "<html"].iter().any(|begin| raw.starts_with(begin));
    let lower: Vec<String> = records.iter().map(|Record(line)| line.to_ascii_lowercase()).collect();
    let any = |words: &[&str]| lower.iter().any(|line| words.iter().any(|words| line.contains(words)));
    let page = markup || ["<!doctype html", "<html"].iter().any(|begin| raw.contains(begin)) || any(&PAGES);
    let form = match any(&AUTHORITY) {
        true if page => "page",
        true if any(&FOREIGN) || any(&GATEWAYS) => "foreign",
        // A page alone, and nothing that tells whose it should have been.
        false if markup => "foreign",
        _ => return,
    };
    evidence.add("oauth.form", form);
}

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    PAGES.into_iter().chain(FOREIGN).chain(GATEWAYS)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fact, named};

    #[test]
    fn a_page_in_place_of_a_token_is_something_else_that_answered() {
        let page = "<!DOCTYPE html><html><title>Guest WiFi login</title><body>Please accept the terms</body></html>";
        let gateway = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>";
        let token = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
        for (text, form) in [
            (
                format!("{page}\njson.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0) at {token}"),
                "page",
            ),
            (format!("oauth2: cannot fetch token: 502 Bad Gateway\nResponse: {gateway}"), "page"),
            (
                format!("POST {token}\nSyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON"),
                "page",
            ),
            (format!("{token}\nSyntaxError: Unexpected token < in JSON at position 0"), "page"),
            (
                "Microsoft.Identity.Client.MsalServiceException: Unexpected character encountered while parsing value: <. Path '', line 0, position 0.".to_owned(),
                "page",
            ),
            (format!("{token}: json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"), "foreign"),
            (
                "MsalServiceException: non_parsable_oauth_error: An error response was returned by the OAuth2 server, but it could not be parsed.".to_owned(),
                "foreign",
            ),
            (format!("{token}\nHTTP/1.1 503 Service Unavailable"), "foreign"),
            (page.to_owned(), "foreign"),
            (gateway.to_owned(), "foreign"),
        ] {
            assert_eq!((named(&text).0, fact(&text, "oauth.form").as_str()), ("captive_portal", form), "{text}");
            assert_eq!(fact(&text, "reply.text"), "", "{text}");
        }
    }

    #[test]
    fn what_the_authority_or_a_mail_server_said_stands_before_it() {
        for text in [
            "<html><body>AADSTS7000222: The provided client secret keys are expired.</body></html>",
            "<html><body>Need admin approval</body></html>",
            "<html><body>oauth: 535 5.7.3 Authentication unsuccessful</body></html>",
            "SyntaxError: Unexpected token < in JSON at position 0",
            "shop: 502 Bad Gateway",
        ] {
            assert_eq!(fact(text, "oauth.form"), "", "{text}");
        }
    }
}
