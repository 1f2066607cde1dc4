//! Words of a command line for a POSIX shell.

/// Plain as it is, anything else in single quotes.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_to_the_shell() {
        assert_eq!(word("/etc/smtp-oauth"), "/etc/smtp-oauth");
        assert_eq!(word("/a b/$(id)'x"), r"'/a b/$(id)'\''x'");
        assert_eq!(word(""), "''");
    }
}
