//! What stands behind MAIL and RCPT. It knows the syntax and no rule.

/// `FROM:<address> PARAMETERS`; Exchange accepts a space after the colon.
pub fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, tail) = rest.split_at_checked(keyword.len())?;
    let (address, parameters) = tail.trim_start().strip_prefix('<')?.split_once('>')?;
    (head.eq_ignore_ascii_case(keyword) && !address.contains(['<', ' '])).then_some((address, parameters))
}

pub fn size(parameters: &str) -> Option<usize> {
    let upper = parameters.to_ascii_uppercase();
    upper.split(' ').find_map(|parameter| parameter.strip_prefix("SIZE=")?.parse().ok())
}
