//! What an EHLO reply offers (RFC 5321 §4.1.1.1), from its lines without the first. Keywords in any case.

/// The keyword and its parameters; `AUTH=LOGIN` is how servers older than RFC 4954 wrote `AUTH LOGIN`.
pub(super) fn split(line: &str) -> (&str, &str) {
    line.split_once([' ', '=']).unwrap_or((line, ""))
}

pub(super) fn offers(offered: &[String], keyword: &str) -> bool {
    offered.iter().any(|line| split(line).0.eq_ignore_ascii_case(keyword))
}

/// What `AUTH` lists, each once, as written.
pub(super) fn mechanisms(offered: &[String]) -> Vec<String> {
    let mut mechanisms: Vec<String> = Vec::new();
    let auth = offered.iter().map(|line| split(line)).filter(|(keyword, _)| keyword.eq_ignore_ascii_case("AUTH"));
    for name in auth.flat_map(|(_, list)| list.split_whitespace()) {
        if !mechanisms.iter().any(|known| known == name) {
            mechanisms.push(name.to_owned());
        }
    }
    mechanisms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_auth_are_read_once() {
        let offered = ["SIZE 1", "auth=LOGIN", "AUTH LOGIN  XOAUTH2", "AUTHX PLAIN", ""].map(str::to_owned);
        assert_eq!(mechanisms(&offered), ["LOGIN", "XOAUTH2"]);
        assert!(offers(&offered, "SIZE") && offers(&offered, "authx") && !offers(&offered, "STARTTLS"));
    }
}
