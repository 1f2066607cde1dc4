//! Who this machine says it is in EHLO.

use std::net::IpAddr;

use crate::facts::Host;

/// The host's name where it is a fully qualified one, else the address the connection comes from
/// (RFC 5321 §4.1.1.1: a client without a meaningful name sends an address literal).
pub fn own_name(local: IpAddr) -> Option<Host> {
    let name = rustix::system::uname();
    qualified(&name.nodename().to_string_lossy()).or_else(|| local.to_string().parse().ok())
}

fn qualified(name: &str) -> Option<Host> {
    // Underscores are taken by DNS and refused by mail servers.
    let named = name.contains('.') && !name.contains('_') && name.parse::<IpAddr>().is_err();
    name.parse().ok().filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_name_is_said() {
        assert_eq!(qualified("web1.contoso.example").unwrap().as_str(), "web1.contoso.example");
        for other in ["web1", "", "web_1.contoso.example", "10.0.0.1", "a b.example", "x\r\nRSET.example"] {
            assert_eq!(qualified(other), None, "{other}");
        }
    }
}
