//! Addresses of the web that hold a value: the scheme before a host, the tenant in an authority's address, the app in
//! a portal's. What is not plainly the value asked for is left alone.

use super::super::{Guid, Tenant};

/// `mailto:` and what a mail program would have filled in.
pub fn without_mailto(text: &str) -> Option<String> {
    let rest = strip(text, "mailto:")?;
    Some(rest.split('?').next().unwrap_or(rest).to_owned())
}

/// A host behind a scheme, with nothing but a slash after it.
pub fn without_scheme(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let known = ["http", "https", "smtp", "smtps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (known && !host.is_empty() && !host.contains('/')).then(|| host.to_owned())
}

/// Names under which a tenant stands in an address.
const TENANT: &[&str] = &["tenantid", "tenant", "tid", "directoryid"];

/// Names under which an app does.
const CLIENT: &[&str] = &["appid", "client_id", "clientid", "applicationid"];

/// `https://login.…/TENANT/…`, or the tenant that an address names in another place.
pub fn tenant(text: &str) -> Option<String> {
    let rest = strip(text, "https://")?;
    let (host, path) = rest.split_once('/')?;
    let authority = ["login.", "sts."].iter().any(|start| strip(host, start).is_some());
    let first = path.split(['/', '?', '#']).next().filter(|part| authority && is_tenant(part));
    let domain =
        path.split(['/', '?', '#', '&']).filter_map(|part| part.strip_prefix('@')).find(|part| is_tenant(part));
    first.or(domain).map(str::to_owned).or_else(|| named(path, TENANT))
}

fn is_tenant(text: &str) -> bool {
    text.parse::<Tenant>().is_ok()
}

/// The app's id in a portal's address, or in one that somebody signs in at.
pub fn client_id(text: &str) -> Option<String> {
    let (_, path) = strip(text, "https://")?.split_once('/')?;
    named(path, CLIENT)
}

/// The one ID that stands behind such a name: `…/appId/ID`, `…?client_id=ID`.
fn named(path: &str, names: &[&str]) -> Option<String> {
    let parts: Vec<&str> = path.split(['/', '?', '#', '&', '=']).collect();
    let is_name = |part: &str| names.iter().any(|name| part.eq_ignore_ascii_case(name));
    let mut found: Vec<Guid> =
        parts.windows(2).filter(|pair| is_name(pair[0])).filter_map(|pair| pair[1].parse().ok()).collect();
    found.dedup();
    match &found[..] {
        [only] => Some(only.to_string()),
        _ => None,
    }
}

fn strip<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let head = text.get(..start.len())?;
    head.eq_ignore_ascii_case(start).then(|| &text[start.len()..])
}
