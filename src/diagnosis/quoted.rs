//! The names that an AADSTS text quotes: tenant, application, redirect URI. What stands in quotes is
//! taken as it is and trusted with nothing; a text worded otherwise simply gives no fact.

use super::Evidence;
use crate::{entra::failure::aadsts_numbers, facts::Guid};

/// What stands before a quoted name, in small letters, and the fact it gives.
const BEFORE: [(&str, &str); 11] = [
    ("tenant '", "oauth.tenant"),
    ("tenant identifier '", "oauth.tenant"),
    ("in the directory '", "oauth.tenant"),
    ("application with identifier '", "oauth.client"),
    ("for the application '", "oauth.client"),
    ("application '", "oauth.client"),
    ("application with id '", "oauth.client"),
    ("for app '", "oauth.client"),
    ("to app '", "oauth.client"),
    ("redirect uri '", "oauth.redirect"),
    ("reply url '", "oauth.redirect"),
];

/// Quotation marks of any language.
pub const MARKS: [char; 15] = ['\'', '"', '‘', '’', '“', '”', '„', '«', '»', '‹', '›', '「', '」', '『', '』'];

/// Where the first id in quotes is the app's, in whatever language the sentence is.
const OF_AN_APP: [u32; 7] = [50_011, 50_105, 65_001, 90_094, 700_016, 7_000_215, 7_000_222];

/// Longer than any tenant, application or redirect URI that Entra takes (256).
const LONGEST: usize = 300;

pub(super) fn add(evidence: &mut Evidence, description: &str) {
    // Letters outside ASCII keep their length, so that positions hold in both.
    let lower = description.to_ascii_lowercase();
    for (before, fact) in BEFORE {
        let Some(at) = lower.find(before) else { continue };
        let rest = &description[at + before.len()..];
        let Some((name, _)) = rest.split_once('\'').filter(|(name, _)| name.len() <= LONGEST) else { continue };
        if name.is_empty() || evidence.values(fact).iter().any(|known| known == name) {
            continue;
        }
        evidence.add(fact, name);
        if fact == "oauth.tenant" {
            evidence.add("oauth.tenant_form", tenant_form(name));
        }
    }
    evidence.add_if_none("oauth.client", app(description).unwrap_or_default());
}

fn app(description: &str) -> Option<&str> {
    if !aadsts_numbers(description).iter().any(|code| OF_AN_APP.contains(code)) {
        return None;
    }
    let mut behind = description.match_indices(MARKS).map(|(at, mark)| at + mark.len());
    // Of the length that RFC 9562 (section 4) gives one.
    behind.find_map(|at| description.get(at..at + 36).filter(|id| id.parse::<Guid>().is_ok()))
}

/// A path word got into the tenant's place in the URL, or nobody filled in the template.
fn tenant_form(name: &str) -> &'static str {
    const PATH: [&str; 9] =
        ["oauth2", "token", "authorize", "devicecode", "v2.0", "v1.0", "adminconsent", "login", "tenant"];
    let lower = name.to_ascii_lowercase();
    let placeholder = name.contains(['{', '}', '<', '>', '[', ']', '$', '%', '*', '#'])
        || ["your", "tenant-id", "tenant_id", "tenantid", "xxxx", "enter"].iter().any(|word| lower.contains(word))
        || ["undefined", "null", "none"].contains(&lower.as_str());
    match lower.as_str() {
        word if PATH.contains(&word) => "path-word",
        _ if placeholder => "placeholder",
        _ => "name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(description: &str) -> Vec<(&'static str, String)> {
        let mut evidence = Evidence::default();
        add(&mut evidence, description);
        let named = ["oauth.tenant", "oauth.tenant_form", "oauth.client", "oauth.redirect"];
        named.into_iter().filter_map(|fact| Some((fact, evidence.text(fact)?))).collect()
    }

    #[test]
    fn quoted_names_are_found_by_what_stands_before() {
        assert_eq!(
            facts("AADSTS700016: Application with identifier 'abc' was not found in the directory 'Contoso'."),
            [("oauth.tenant", "Contoso".into()), ("oauth.tenant_form", "name".into()), ("oauth.client", "abc".into())]
        );
        assert_eq!(
            facts(
                "AADSTS50011: The redirect URI 'http://localhost/x' specified in the request does not match the redirect URIs configured for the application 'abc'."
            ),
            [("oauth.client", "abc".into()), ("oauth.redirect", "http://localhost/x".into())]
        );
        assert_eq!(facts("AADSTS90002: Tenant '"), []);
        let id = "00001111-aaaa-2222-bbbb-3333cccc4444";
        for sentence in ["ID '{}' ('relay' という名前) のアプリ", "de la aplicación '{}' con", "应用程序“{}”"]
        {
            let sentence = sentence.replace("{}", id);
            assert_eq!(facts(&format!("AADSTS65001: {sentence}")), [("oauth.client", id.into())]);
            assert_eq!(facts(&format!("AADSTS500011: {sentence}")), []);
        }
        assert_eq!(
            facts("İTenant 'é' not found"),
            [("oauth.tenant", "é".into()), ("oauth.tenant_form", "name".into())]
        );
    }

    #[test]
    fn a_tenant_that_is_none_is_told() {
        let form = |name: &str| tenant_form(name);
        assert_eq!((form("token"), form("V2.0"), form("oauth2")), ("path-word", "path-word", "path-word"));
        assert_eq!(
            (form("{tenant}"), form("YOUR_TENANT_ID"), form("undefined")),
            ("placeholder", "placeholder", "placeholder")
        );
        for name in ["contoso.onmicrosoft.com", "8d2c1f00-1111-2222-3333-0123456789ab", "Contoso Holding AG"] {
            assert_eq!(form(name), "name");
        }
    }
}
