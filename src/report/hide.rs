//! Addresses, hosts, organisations and ids under other names: each mail address becomes `user1@domain1`, the same one always the same,
//! so that two users of one domain are still seen to be that. It knows them by their form and by where they stand, and
//! hides no secret: none is handed to it.

mod called;

use std::sync::LazyLock;

use crate::{
    diagnosis::reading::is_microsofts,
    pattern::{Captures, Pattern},
};

/// What takes the place of whom or what, in the order it was met.
#[derive(Debug, Default)]
pub struct Hide {
    users: Vec<String>,
    /// Also what an organisation is called, which has no dot or has a space in it.
    domains: Vec<String>,
    hosts: Vec<String>,
    machines: Vec<String>,
    /// Ids that Microsoft's support traces a request by.
    traced: Vec<String>,
    /// Thumbprints of certificates.
    thumbprints: Vec<String>,
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
static IPV4: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b"));
/// Anything that is spelled as an IPv6 address is.
static BARE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"[0-9A-Za-z.:]*[0-9A-Fa-f]?::?[0-9A-Za-z.:]*"));
/// What a host's name stands behind, or before: a greeting, a name in a log, a URL; a port, an address. By itself it is
/// known where it is written small and ends as most do: names of classes and permissions have dots as well.
static HOST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:://(?:[^\s/@]*@)?|\b(?:220|ehlo|helo|host|server|relay|mx|CN)[ =:-]+)([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+)\b|([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+)(?:\[|:\d)|\b(?-i:E[A-Z]{4,})\s+\S+ ([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+)\b|(?-i:(?:^|[^\w.@/-])([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|edu|gov|info|biz|eu|de|fr|it|es|nl|uk|ch|at|be|pl|se|jp|cn|in|au|ca|br|local|lan|internal|corp|example))(?:[\s,;:)\]>'\x22]|\.?$|\.\s))",
    )
});
/// A name with dots, wherever it stands.
static DOTTED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+"));
static ID: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)([a-z]+[ _-]?id[^0-9a-z]{0,6}|trace )?\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    )
});
/// `CONTOSO\jsmith`, also with the mark doubled; a name before an id; a home directory.
static USER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(^|[^\\/:A-Za-z0-9])([A-Z][A-Z0-9-]{1,14})(\\{1,2})([A-Za-z][\w.-]*)|(\b[Uu]ser )((?:[A-Z]|[^\x00-\x7f])(?:[\w'-]|[^\x00-\x7f])*(?: (?:[A-Z]|[^\x00-\x7f])(?:[\w'-]|[^\x00-\x7f])*){0,3})( \([0-9a-f]{8}-)|([\\/](?:Users|home)[\\/]{1,2})([^\\/\s"':;,]+)"#,
    )
});
/// Services that say nothing of who uses them.
const ANYBODYS: [&str; 8] = [
    "microsoft.com",
    "aka.ms",
    "windows.net",
    "google.com",
    "googleapis.com",
    "yahoo.com",
    "amazonaws.com",
    "github.com",
];
/// Ends of a file's name, where a line's number follows.
const FILES: [&str; 12] = ["py", "js", "php", "rb", "java", "cs", "go", "rs", "ts", "pl", "pm", "conf"];
/// Ids that are the same in every tenant.
const EVERYBODYS: [&str; 3] =
    ["-0000-c000-000000000000", "-0ff1-ce00-000000000000", "9188040d-6c67-4c5b-b112-36a304b66dad"];
/// First labels of domains that are words of the matter.
const COMMON: [&str; 12] = [
    "mail",
    "smtp",
    "outlook",
    "office",
    "exchange",
    "microsoft",
    "server",
    "online",
    "token",
    "oauth",
    "user",
    "host",
];
/// Before a `\`: no domain, but Windows itself.
const WINDOWS: [&str; 6] = ["AUTHORITY", "BUILTIN", "HKLM", "HKCU", "SERVICE", "HKEY"];

impl Hide {
    /// Takes note of whom a text names, so that who is met first has the first number.
    pub fn meet(&mut self, text: &str) {
        for found in ADDRESS.captures_iter(addresses(text)) {
            self.address(&found[1], &found[3]);
        }
        let hosts = if text.contains('.') { text } else { "" };
        for host in HOST.captures_iter(hosts).filter_map(|found| found.iter().skip(1).flatten().next()) {
            self.meet_host(&host.as_str().to_ascii_lowercase());
        }
        for name in called::names(text) {
            self.meet_organisation(name);
        }
    }

    /// The organisation, or what it has in Entra: by a domain, an id, or what it is called.
    pub fn meet_organisation(&mut self, name: &str) {
        let name = name.trim().trim_matches(['\'', '"']).to_ascii_lowercase();
        if name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return self.thumbprints.push(name);
        }
        if !is_called(&name) {
            return self.meet_name(&name);
        }
        let formed = name.contains(['@', '/']) || ID.is_match(&name);
        let known = self.domains.iter().any(|known| called_by(known) == name);
        if !formed && !known && called::is_name(&name) {
            self.domains.push(name);
        }
    }

    /// An id that stays as it is.
    pub fn keep(&mut self, id: &str) {
        self.traced.push(id.trim().to_ascii_lowercase());
    }

    /// A host, a URL or a domain of the organisation's own, wherever else it stands.
    pub fn meet_name(&mut self, name: &str) {
        for found in DOTTED.find_iter(name) {
            let labels = found.as_str().to_ascii_lowercase();
            let top = labels.rsplit('.').next().unwrap_or_default();
            if top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                self.meet_host(&labels);
            }
        }
    }

    /// A user by a name without an `@`.
    pub fn meet_user(&mut self, name: &str) {
        let name = name.rsplit('\\').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !name.contains(' ') && is_user(&name) && !self.users.contains(&name) {
            self.users.push(name);
        }
    }

    fn meet_host(&mut self, host: &str) {
        let registered = registered(host);
        let file = FILES.contains(&host.rsplit('.').next().unwrap_or_default());
        let tells = !file && !is_public(host) && !registered.is_empty();
        if tells && !self.domains.iter().any(|known| within(host, known)) {
            self.domains.push(registered.to_owned());
        }
    }

    /// The text with other names.
    pub fn over(&mut self, text: &str) -> String {
        self.meet(text);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in ADDRESS.captures_iter(addresses(text)) {
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
        // The patterns are dear, and most lines have no sign of what they find.
        let has = |text: &str, signs: &[char]| text.contains(signs);
        let out = if has(&out, &['-']) { self.ids(&out) } else { out };
        let out = if has(&out, &['\\', '/', '(']) { self.accounts(&out) } else { out };
        let out = if has(&out, &['.', ':']) { self.machines(&out) } else { out };
        self.names(&out)
    }

    fn address(&mut self, local: &str, domain: &str) -> String {
        let domain = domain.trim_end_matches(['.', '-']).to_ascii_lowercase();
        let local = local.trim_start_matches(['\'', '"', '‘', '“', '「']).replace("''", "'").to_ascii_lowercase();
        let guest = local.to_ascii_uppercase().contains(GUEST);
        let user = number(&mut self.users, &format!("{local}@{domain}"));
        format!("user{user}{}@{}", if guest { GUEST } else { "" }, self.domain(&domain))
    }

    fn domain(&mut self, domain: &str) -> String {
        if is_public(domain) {
            return domain.to_owned();
        }
        numbered(number(&mut self.domains, domain), domain)
    }

    /// Ids of tenants, apps and people, cut short.
    fn ids(&self, text: &str) -> String {
        let short = |found: &Captures<'_>| {
            let before = found.get(1).map_or("", |before| before.as_str());
            let id = found[0][before.len()..].to_ascii_lowercase();
            let traces = ["trace", "correlation", "request", "activity"];
            let kept = traces.iter().any(|word| before.to_ascii_lowercase().starts_with(word))
                || self.traced.contains(&id)
                || EVERYBODYS.iter().any(|end| id.ends_with(end));
            if kept { found[0].to_owned() } else { format!("{before}{}-…", &found[2]) }
        };
        ID.replace_all(text, short).into_owned()
    }

    /// Users who are named otherwise than by an address.
    fn accounts(&mut self, text: &str) -> String {
        let mut name = |found: &Captures<'_>| {
            let part = |group: usize| found.get(group).map_or("", |part| part.as_str());
            if WINDOWS.contains(&part(2)) {
                return found[0].to_owned();
            }
            let user = number(&mut self.users, &format!("{}{}{}", part(4), part(6), part(9)).to_ascii_lowercase());
            let domain = if part(2).is_empty() { "" } else { "DOMAIN" };
            format!("{}{domain}{}{}{}user{user}{}", part(1), part(3), part(5), part(8), part(7))
        };
        USER.replace_all(text, &mut name).into_owned()
    }

    fn machines(&mut self, text: &str) -> String {
        let name = |found: &Captures<'_>| {
            let address = found[1].trim_start_matches(':');
            let is_one =
                address.parse::<std::net::Ipv4Addr>().is_ok() || found[1].parse::<std::net::Ipv6Addr>().is_ok();
            is_one.then(|| found[1].to_owned())
        };
        let machines = &mut self.machines;
        let text = MACHINE.replace_all(text, |found: &Captures<'_>| match name(found) {
            Some(address) if !is_loopback(&address) => format!("[ip{}]", number(machines, &address)),
            _ => found[0].to_owned(),
        });
        let mut named = |address: &str| {
            let is_one = address.parse::<std::net::IpAddr>().is_ok() && address.bytes().any(|b| b.is_ascii_digit());
            (is_one && !is_loopback(address)).then(|| format!("ip{}", number(machines, address)))
        };
        let text = IPV4.replace_all(&text, |found: &Captures<'_>| named(&found[0]).unwrap_or(found[0].to_owned()));
        let replaced = BARE.replace_all(&text, |found: &Captures<'_>| {
            let address = found[0].trim_end_matches(['.', ':']);
            let name = named(address).unwrap_or(address.to_owned());
            format!("{name}{}", &found[0][address.len()..])
        });
        replaced.into_owned()
    }

    /// Domains and hosts that stand alone, what an organisation is called by its domain, and users without an `@`.
    fn names(&mut self, text: &str) -> String {
        let (known, hosts) = (&self.domains, &mut self.hosts);
        let dotted = DOTTED.replace_all(text, |found: &Captures<'_>| {
            let name = found[0].to_ascii_lowercase();
            let domains = (1..).zip(known).filter(|(_, domain)| !is_called(domain) && within(&name, domain));
            let Some((at, domain)) = domains.max_by_key(|(_, known)| known.len()) else {
                return found[0].to_owned();
            };
            if name.len() == domain.len() {
                return numbered(at, domain);
            }
            format!("host{}.{}", number(hosts, &name), numbered(at, domain))
        });
        let mut text = dotted.into_owned();
        // The longest first, since a longer one may begin with a shorter.
        let mut called: Vec<(usize, &str)> = (1..).zip(self.domains.iter().map(|domain| called_by(domain))).collect();
        called.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
        for (at, name) in called {
            let tells = name.len() > 3 && !COMMON.contains(&name);
            if tells || self.domains.iter().any(|known| is_called(known) && known == name) {
                text = replaced(&text, name, &format!("organisation{at}"));
            }
        }
        for thumbprint in &self.thumbprints {
            text = replaced(&text, thumbprint, &format!("{}…", &thumbprint[..8]));
        }
        for (at, user) in (1..).zip(&self.users) {
            if is_user(user) {
                text = replaced(&text, user, &format!("user{at}"));
            }
        }
        text
    }
}

/// A name by which somebody is known wherever it stands: an address is met where it is, and a directory of a program's
/// own is nobody's.
fn is_user(name: &str) -> bool {
    const PROGRAMS: [&str; 16] = [
        "admin", "app", "apps", "data", "default", "deploy", "home", "node", "oauth2", "public", "root", "runner",
        "shared", "site", "ubuntu", "www",
    ];
    name.len() > 2 && !name.contains('@') && !COMMON.contains(&name) && !PROGRAMS.contains(&name)
}

/// The part of a host's name that somebody registered: two labels, three below `co.uk` and the like.
fn registered(host: &str) -> &str {
    const SHARED: [&str; 9] = ["co", "com", "ac", "or", "ne", "go", "gov", "org", "net"];
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (Some(last), second) = (dots.next(), dots.next()) else { return "" };
    let Some(second) = second else { return host };
    let shared = host.len() - last == 3 && SHARED.contains(&&host[second + 1..last]);
    let begin = if shared || host.ends_with(OWN) { dots.next() } else { Some(second) };
    begin.map_or(host, |dot| &host[dot + 1..])
}

/// Not a domain, but what somebody calls it.
fn is_called(name: &str) -> bool {
    !name.contains('.') || name.contains(' ')
}

/// A domain's first label, or the whole of a name.
fn called_by(name: &str) -> &str {
    if is_called(name) { name } else { name.split('.').next().unwrap_or_default() }
}

fn within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_public(host: &str) -> bool {
    let own = host.ends_with(OWN);
    let anybodys = PUBLIC.iter().chain(&ANYBODYS).any(|domain| within(host, domain));
    host == OWN.trim_start_matches('.') || (!own && (anybodys || is_microsofts(host)))
}

fn is_loopback(address: &str) -> bool {
    address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

/// Nothing, where a text has no address in it.
fn addresses(text: &str) -> &str {
    if text.contains('@') || text.contains("%40") { text } else { "" }
}

/// The number of a name, from 1.
fn number(known: &mut Vec<String>, name: &str) -> usize {
    let at = known.iter().position(|other| other == name).unwrap_or_else(|| {
        known.push(name.to_owned());
        known.len() - 1
    });
    at + 1
}

/// What stands for a domain.
fn numbered(at: usize, domain: &str) -> String {
    format!("domain{at}{}", if domain.ends_with(OWN) { OWN } else { "" })
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
mod tests;
