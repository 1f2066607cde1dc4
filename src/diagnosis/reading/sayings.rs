//! Sentences of Microsoft Entra, each of one AADSTS number: sign-in pages, libraries and people leave the number out. What
//! several numbers or none may mean is the matter of `pages`. It says nothing of what follows from a number.

use super::super::Evidence;

/// Words that one number alone has, in small letters, and the number. The first that fits counts.
const SAYINGS: &[(&str, &str)] = &[
    ("presented multi-factor authentication has expired", "50078"),
    ("you must use multi-factor authentication to access", "50076"),
    ("must enroll in multi-factor authentication", "50079"),
    ("did not pass the mfa challenge", "50074"),
    ("does not match the redirect uris configured", "50011"),
    ("does not match the reply urls configured", "50011"),
    ("does not match the reply addresses configured", "50011"),
    ("no reply address is registered for the application", "500113"),
    ("is not configured as a multi-tenant application", "50194"),
    ("has not consented to use the application", "65001"),
    ("authorization code or refresh token has expired due to inactivity", "70008"),
    ("refresh token has expired due to inactivity", "700082"),
    ("has expired due to it being revoked", "50173"),
    ("due to sign-in frequency checks by conditional access", "70043"),
    ("provided client secret keys are expired", "7000222"),
    ("invalid client secret provided", "7000215"),
    ("invalid client secret is provided", "7000215"),
    ("parameter: 'client_assertion' or 'client_secret'", "7000218"),
    ("client is public so neither", "700025"),
    ("blocked by conditional access policies", "53003"),
    ("cross-origin token redemption is permitted only", "9002326"),
    ("may only be redeemed via cross-origin requests", "9002327"),
    ("code_verifier does not match the code_challenge", "501481"),
    ("authorization code was already redeemed", "54005"),
    ("error validating credentials due to invalid username or password", "50126"),
    ("the resource principal named", "500011"),
    ("client credential flows must have a scope value with /.default", "1002012"),
    ("it contains more than one resource", "28000"),
    ("that doesn't exist on the resource", "650053"),
    ("not listed in the requested permissions in the client's application registration", "650057"),
    ("had no entitlements matching required permissions", "65006"),
    ("is not assigned to a role for the application", "50105"),
    ("アプリケーションのロールに割り当てられていません", "50105"),
    ("to block users unless they are specifically granted", "50105"),
    ("provided authorization code is intended to use against other tenant", "700005"),
    ("grant was obtained for a different tenant", "7000012"),
    ("no tenant-identifying information found", "50059"),
    ("the grant requires admin permission", "90094"),
    ("configured for use by microsoft account users only", "9002346"),
    ("configured for use by azure active directory users only", "9002332"),
    ("configured for use by microsoft entra users only", "9002332"),
    ("must be configured via preauthorization", "65002"),
    ("user declined to consent to access the app", "65004"),
    ("client assertion contains an invalid signature", "700027"),
    ("client assertion is not within its valid time range", "700024"),
    ("the user account is disabled", "50057"),
    ("was not found in the directory", "700016"),
    ("is neither a valid dns name, nor a valid external domain", "900023"),
    ("encountered a client request loop", "50196"),
    ("proof key for code exchange is required for cross-origin authorization code redemption", "9002325"),
    ("unable to issue tokens from this api version for a microsoft account", "500201"),
    ("this endpoint only accepts post requests", "900561"),
    ("no reply address provided", "900971"),
    ("if there are no active subscriptions for the tenant", "90002"),
    ("application identifier is expected to be a guid", "90112"),
    ("application with identifier", "700016"),
    ("this device code has expired", "70020"),
    ("does not exist in tenant", "50020"),
    ("the account must be added to the directory", "50034"),
    ("the account is locked, you've tried to sign in too many times", "50053"),
    ("external security challenge was not satisfied", "50158"),
    ("authentication failed during strong authentication request", "500121"),
    ("admin consent is required for the permissions requested", "90095"),
    ("that your organization has not subscribed to", "650052"),
    ("lacks a service principal for", "650052"),
    ("must be marked as 'mobile", "70002"),
    ("the request body must contain the following parameter", "900144"),
];

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    SAYINGS.iter().map(|(words, _)| *words)
}

/// The number that goes with what was said, where none stands beside it, or one that lost its first digits.
pub(super) fn add_number(evidence: &mut Evidence) {
    let said = evidence.values("oauth.description").join(" ").to_ascii_lowercase();
    let Some((_, number)) = SAYINGS.iter().find(|(words, _)| said.contains(words)) else { return };
    let cut = |code: &String| number.ends_with(code.trim_start_matches('0'));
    if evidence.values("oauth.code").iter().all(cut) {
        evidence.set("oauth.code", number);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reading;

    #[test]
    fn no_sentence_stands_twice() {
        let mut known = std::collections::BTreeSet::new();
        assert_eq!(super::words().filter(|sentence| !known.insert(*sentence)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn a_sentence_stands_for_its_number() {
        let number = |text: &str| {
            let mut reading = Reading::default();
            reading.add_text(text, 0);
            reading.evidence.text("oauth.code")
        };
        let expired =
            "Presented multi-factor authentication has expired due to policies configured by your administrator";
        assert_eq!(number(expired).as_deref(), Some("50078"));
        assert_eq!(number("The provided client secret keys are expired.").as_deref(), Some("7000222"));
        // A number that is there is the one that counts.
        assert_eq!(number(&format!("AADSTS50076: {expired}")).as_deref(), Some("50076"));
        assert_eq!(number("the message was blocked by policy"), None);
        let cut = "AADSTS00222: The provided client secret keys are expired.";
        assert_eq!(number(cut).as_deref(), Some("7000222"));
    }
}
