//! Where the person came from by SSH, and the one line that leads a browser over there to a port of this
//! machine. The values are checked where they are found.

use crate::{facts::Host, shell};

/// This machine, as the person's own reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub user: Option<String>,
    pub host: Host,
    /// Where SSH listens; 22 is not said.
    pub port: Option<u16>,
}

/// What SSH takes when nothing is said.
const SSH: u16 = 22;

impl Remote {
    /// A name of an account; nothing that SSH or a shell would take for something else.
    pub fn is_user(name: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@\\$".contains(c);
        (1..=64).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('-')
    }

    /// For the terminal of the machine that the browser runs on.
    pub fn forward(&self, port: u16) -> String {
        let at = self.port.filter(|port| *port != SSH).map(|port| format!(" -p {port}")).unwrap_or_default();
        let host = self.host.as_str();
        let target = match self.user.as_deref().filter(|user| Self::is_user(user)) {
            Some(user) => format!("{user}@{host}"),
            None => host.to_owned(),
        };
        format!("ssh -N -L {port}:127.0.0.1:{port}{at} {}", shell::word(&target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(user: Option<&str>, host: &str, port: Option<u16>) -> String {
        Remote { user: user.map(str::to_owned), host: host.parse().unwrap(), port }.forward(8400)
    }

    #[test]
    fn the_line_leads_to_the_port_by_the_way_the_person_came() {
        let line = remote(Some("admin"), "mail1.contoso.example", Some(22));
        assert_eq!(line, "ssh -N -L 8400:127.0.0.1:8400 admin@mail1.contoso.example");
        assert_eq!(remote(None, "192.0.2.7", Some(2222)), "ssh -N -L 8400:127.0.0.1:8400 -p 2222 192.0.2.7");
        assert_eq!(remote(Some("a"), "2001:db8::7", None), "ssh -N -L 8400:127.0.0.1:8400 a@2001:db8::7");
        assert_eq!(remote(Some(r"CORP\ann"), "h", None), r"ssh -N -L 8400:127.0.0.1:8400 'CORP\ann@h'");
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        for name in ["", "-oProxyCommand=x", "a b", "a;id", "a\nb", "$(id)", "a\u{202e}b"] {
            assert_eq!(remote(Some(name), "h", None), "ssh -N -L 8400:127.0.0.1:8400 h", "{name:?}");
        }
    }
}
