//! Addresses and ids under other names: each mail address becomes `user1@domain1`, the same one always the same, so that
//! two users of one domain are still seen to be that. It knows addresses by their form alone, and hides no secret: none
//! is handed to it.

use std::sync::LazyLock;

use crate::pattern::{Captures, Pattern};

/// What takes the place of whom or what, in the order it was met.
#[derive(Debug, Default)]
pub struct Hide {
    users: Vec<String>,
    domains: Vec<String>,
    machines: Vec<String>,
    ids: Vec<String>,
}

/// Providers of mailboxes for anybody: that it is one of theirs is worth knowing, and tells of nobody.
const PUBLIC: [&str; 6] = ["outlook.com", "hotmail.com", "live.com", "msn.com", "gmail.com", "googlemail.com"];
/// The tenant's first domain ends so; that a name ends so matters.
const OWN: &str = ".onmicrosoft.com";
/// In the sign-in name of a guest.
const GUEST: &str = "#EXT#";

#[expect(clippy::expect_used, reason = "patterns in the binary; a test uses each")]
fn pattern(text: &str) -> Pattern {
    Pattern::new(text).expect(text)
}

/// Local part, `@` (also as an address in a URL has it), domain.
static ADDRESS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"([^\s<>()\[\],;:\\`|="{}@%^/?&]+)(@|%40)((?:[A-Za-z0-9]|[^\x00-\x7f])(?:[A-Za-z0-9.-]|[^\x00-\x7f])*)"#)
});
/// An IP address in brackets, as a mail server greets with it.
static MACHINE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]"));

impl Hide {
    /// Takes note of whom a text names, so that who is met first has the first number.
    pub fn meet(&mut self, text: &str) {
        for found in ADDRESS.captures_iter(text) {
            self.address(&found[1], &found[3]);
        }
    }

    /// A domain or an id of the organisation's own, wherever it stands alone.
    pub fn meet_name(&mut self, name: &str) {
        let name = name.trim().to_ascii_lowercase();
        let guid = name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if guid && !self.ids.contains(&name) {
            self.ids.push(name);
        } else if !guid && name.contains('.') && !name.contains(|c: char| c.is_whitespace() || "@/:".contains(c)) {
            self.domain(&name);
        }
    }

    /// The text with other names.
    pub fn over(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in ADDRESS.captures_iter(text) {
            let (Some(whole), Some(local)) = (found.get(0), found.get(1)) else { continue };
            // A quotation mark before an address is not a part of it.
            let quoted = local.as_str().len() - local.as_str().trim_start_matches(['\'', '"', '‘', '“', '「']).len();
            let start = local.start() + quoted;
            let dots = found[3].len() - found[3].trim_end_matches(['.', '-']).len();
            out += &text[at..start];
            out += &self.address(&found[1][quoted..], &found[3]);
            at = whole.end() - dots;
        }
        out += &text[at..];
        let out = self.machines(&out);
        self.names(out)
    }

    fn address(&mut self, local: &str, domain: &str) -> String {
        let domain = domain.trim_end_matches(['.', '-']).to_ascii_lowercase();
        let local = local.trim_start_matches(['\'', '"', '‘', '“', '「']).replace("''", "'").to_ascii_lowercase();
        let guest = local.to_ascii_uppercase().contains(GUEST);
        let user = number(&mut self.users, &format!("{local}@{domain}"));
        format!("user{user}{}@{}", if guest { GUEST } else { "" }, self.domain(&domain))
    }

    fn domain(&mut self, domain: &str) -> String {
        if PUBLIC.contains(&domain) || domain == OWN.trim_start_matches('.') {
            return domain.to_owned();
        }
        let end = if domain.ends_with(OWN) { OWN } else { "" };
        format!("domain{}{end}", number(&mut self.domains, domain))
    }

    fn machines(&mut self, text: &str) -> String {
        let name = |found: &Captures<'_>| {
            let address = found[1].trim_start_matches(':');
            let is_one =
                address.parse::<std::net::Ipv4Addr>().is_ok() || found[1].parse::<std::net::Ipv6Addr>().is_ok();
            is_one.then(|| found[1].to_owned())
        };
        let machines = &mut self.machines;
        let replaced = MACHINE.replace_all(text, |found: &Captures<'_>| match name(found) {
            Some(address) => format!("[ip{}]", number(machines, &address)),
            None => found[0].to_owned(),
        });
        replaced.into_owned()
    }

    /// Domains and ids that stand alone.
    fn names(&mut self, mut text: String) -> String {
        for domain in self.domains.clone() {
            let name = self.domain(&domain);
            text = replaced(&text, &domain, &name);
        }
        for id in &self.ids {
            text = replaced(&text, id, &format!("{}-…", &id[..8]));
        }
        text
    }
}

/// The number of a name, from 1.
fn number(known: &mut Vec<String>, name: &str) -> usize {
    let at = known.iter().position(|other| other == name).unwrap_or_else(|| {
        known.push(name.to_owned());
        known.len() - 1
    });
    at + 1
}

/// Every occurrence that is a name of its own, whatever its case.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (found, _) in lower.match_indices(from) {
        let end = found + from.len();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
        if found < at || joins(text[..found].chars().next_back()) || joins(text[end..].chars().next()) {
            continue;
        }
        out += &text[at..found];
        out += to;
        at = end;
    }
    out + &text[at..]
}

#[cfg(test)]
mod tests {
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
        assert_eq!(hide.over("of mail.contoso.example."), "of mail.domain1.");
        assert_eq!(hide.over("notcontoso.example, contoso.example2"), "notcontoso.example, contoso.example2");
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
        hide.meet_name("8d2c0000-1111-2222-3333-0123456789AB");
        hide.meet_name("contoso.onmicrosoft.com");
        assert_eq!(hide.over("250 Hello [203.0.113.9], [2001:db8::1], [203.0.113.9]"), "250 Hello [ip1], [ip2], [ip1]");
        assert_eq!(
            hide.over("/8d2c0000-1111-2222-3333-0123456789ab/ trace 11111111-1111-2222-3333-0123456789ab at CONTOSO.onmicrosoft.com"),
            "/8d2c0000-…/ trace 11111111-1111-2222-3333-0123456789ab at domain1.onmicrosoft.com"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_address_is_left(local in "[a-zA-Z0-9.+_'-]{1,20}", domain in "[a-z]{1,9}\\.[a-z]{2,5}", around in "\\PC{0,9}") {
            proptest::prop_assume!(!PUBLIC.contains(&domain.as_str()));
            let shown = Hide::default().over(&format!("{around} {local}@{domain} {around}"));
            proptest::prop_assert!(!shown.contains(&format!("@{domain}")), "{shown}");
        }
    }
}
