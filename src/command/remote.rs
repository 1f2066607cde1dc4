//! Whether the person came by SSH: told by the environment, or, where `sudo` has emptied it, by the processes
//! this one descends from. It says how this machine is reached from over there.
#![expect(clippy::disallowed_methods, reason = "environment and processes are looked at here")]

use std::{
    env, fs,
    io::Read,
    net::{IpAddr, Ipv6Addr},
};

use crate::{facts::Host, wizard::Remote};

/// Further up there is no session of a person's.
const FURTHEST: usize = 64;
/// More of a process's environment is not read.
const MOST: u64 = 256 * 1024;

/// `None` for somebody who sits here, as far as can be told. A `tmux` that outlived its connection still counts:
/// whoever started it came by SSH.
pub fn here() -> Option<Remote> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let own = set("SSH_CONNECTION");
    let told = own.or_else(|| set("SSH_TTY").map(|_| String::new())).or_else(of_ancestors)?;
    let connection = Connection::read(&told);
    // sudo says who called it; that is who came by SSH.
    let user = ["SUDO_USER", "DOAS_USER", "USER", "LOGNAME"].iter().find_map(|name| set(name));
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Some(Remote {
        user: user.filter(|user| Remote::is_user(user)),
        // A name that nobody can be shown stays a placeholder.
        host: host(&name, connection.address).or_else(|| "host".parse().ok())?,
        port: connection.port,
    })
}

/// `CLIENT PORT SERVER PORT`, as `sshd` sets it; what is not there is not known.
#[derive(Debug, Default, PartialEq, Eq)]
struct Connection {
    address: Option<IpAddr>,
    port: Option<u16>,
}

impl Connection {
    fn read(text: &str) -> Self {
        let words: Vec<&str> = text.split(' ').collect();
        let [_, _, address, port] = words.as_slice() else { return Self::default() };
        Self { address: address.parse().ok(), port: port.parse().ok().filter(|port| *port != 0) }
    }
}

/// A whole name is told from elsewhere as here; else the address that the person's SSH arrived at.
fn host(name: &str, address: Option<IpAddr>) -> Option<Host> {
    let usable = |address: &IpAddr| match address {
        // Only with its zone, which is another one over there.
        IpAddr::V6(six) => !six.is_unicast_link_local() && *six != Ipv6Addr::UNSPECIFIED,
        IpAddr::V4(four) => !four.is_unspecified(),
    };
    let name: Option<Host> = name.parse().ok();
    let whole = name.clone().filter(|name| name.as_str().contains('.'));
    let address = address.filter(usable).map(|address| address.to_canonical().to_string());
    whole.or_else(|| address?.parse().ok()).or(name)
}

/// What the nearest process that knows of an SSH connection says of it; empty where `sshd` is among them and
/// nothing can be read.
fn of_ancestors() -> Option<String> {
    let mut process = std::os::unix::process::parent_id();
    let mut by_ssh = None;
    for _ in 0..FURTHEST {
        if process <= 1 {
            break;
        }
        if let Some(told) = environment(process) {
            return Some(told);
        }
        let (name, parent) = parent(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)?;
        if matches!(name.as_str(), "sshd" | "sshd-session" | "sshd-auth" | "dropbear" | "mosh-server") {
            by_ssh = Some(String::new());
        }
        process = parent;
    }
    by_ssh
}

fn environment(process: u32) -> Option<String> {
    let file = fs::File::open(format!("/proc/{process}/environ")).ok()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    let variables = bytes.split(|byte| *byte == 0);
    let told = variables.filter_map(|variable| variable.strip_prefix(b"SSH_CONNECTION=")).find(|told| !told.is_empty());
    told.map(|told| String::from_utf8_lossy(told).into_owned())
}

/// Name and parent in `/proc/PID/stat`; the name may hold spaces and parentheses.
fn parent(stat: &str) -> Option<(String, u32)> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    Some((name.to_owned(), after.split_whitespace().nth(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_is_read_as_far_as_it_is_one() {
        let read = Connection::read("192.0.2.1 50000 198.51.100.7 2222");
        assert_eq!(read, Connection { address: "198.51.100.7".parse().ok(), port: Some(2222) });
        for odd in ["", "x", "a b c d", "1 2 fe80::1%eth0 0"] {
            assert_eq!(Connection::read(odd), Connection::default(), "{odd}");
        }
    }

    #[test]
    fn the_machine_is_named_as_it_is_known_elsewhere() {
        let named = |name: &str, address: &str| host(name, address.parse().ok()).map(|host| host.to_string());
        assert_eq!(named("mail1.contoso.example", "192.0.2.7").as_deref(), Some("mail1.contoso.example"));
        assert_eq!(named("mail1", "192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(named("mail1", "::ffff:192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(named("mail1", "fe80::1").as_deref(), Some("mail1"));
        assert_eq!(named("mail1", "").as_deref(), Some("mail1"));
        assert_eq!(named("$(id)", "").as_deref(), None);
    }

    #[test]
    fn a_process_may_be_called_anything() {
        assert_eq!(parent("7 (sshd-session: a) S 3 7 7"), Some(("sshd-session: a".into(), 3)));
        assert_eq!(parent("7 (a) b (c)) S 3 7"), Some(("a) b (c)".into(), 3)));
        assert_eq!(parent("7 (a"), None);
    }
}
