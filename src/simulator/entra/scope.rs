//! The `scope` parameter: which resource is asked for, under which of its names, and which of its
//! permissions. The host in the scope decides the audience of the token; a bare name means Graph.

use super::{
    discovery::Directory,
    failure::{self, Failure},
};
use crate::simulator::tenant::{Registration, Resource};

/// A checked `scope`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub resource: Resource,
    /// The resource as the client named it: the `aud` of the access token.
    pub audience: String,
    /// In the resource's own spelling.
    pub names: Vec<String>,
    /// `.default`: whatever the registration lists for the resource.
    pub default: bool,
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline: bool,
}

const GRAPH: &str = "https://graph.microsoft.com";
pub const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";
pub const EXCHANGE_ID: &str = "00000002-0000-0ff1-ce00-000000000000";

const EXCHANGE_SCOPES: [&str; 7] = [
    "SMTP.Send",
    "Mail.Send",
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "EAS.AccessAsUser.All",
    "EWS.AccessAsUser.All",
    "User.Read",
];
/// Azure's own management, which people's scopes name where they took an example for SMTP's.
const MANAGEMENT: &str = "https://management.azure.com";
const MANAGEMENT_ID: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const MANAGEMENT_SCOPES: [&str; 1] = ["user_impersonation"];
const GRAPH_SCOPES: [&str; 7] = [
    "SMTP.Send",
    "Mail.Send",
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "Mail.Read",
    "Mail.ReadWrite",
    "User.Read",
];

/// What to make of scopes of two resources in one request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mixed {
    Refused,
    /// At a refresh the resource of the first scope wins.
    FirstWins,
}

pub fn parse(
    text: &str,
    (directory, app): (Directory, &Registration),
    tenant: &str,
    mixed: Mixed,
) -> Result<Asked, Failure> {
    let mut asked = Asked {
        resource: Resource::Graph,
        audience: GRAPH_ID.to_owned(),
        names: Vec::new(),
        default: false,
        openid: false,
        profile: false,
        email: false,
        offline: false,
    };
    let mut named: Option<Resource> = None;
    for scope in text.split_whitespace() {
        match scope.to_ascii_lowercase().as_str() {
            "openid" => asked.openid = true,
            "profile" => asked.profile = true,
            "email" => asked.email = true,
            "offline_access" => asked.offline = true,
            _ => {
                let (audience, name) = split(scope).ok_or_else(|| failure::scope_invalid(scope))?;
                let resource = resource(audience).ok_or_else(|| failure::resource_not_found(audience, tenant))?;
                if directory == Directory::Consumers && !for_consumers(audience, name) {
                    return Err(failure::scope_not_for_consumers(scope));
                }
                match named {
                    None => {
                        named = Some(resource);
                        asked.resource = resource;
                        asked.audience = audience.to_owned();
                    }
                    Some(first) if first == resource => {}
                    Some(_) if mixed == Mixed::FirstWins => continue,
                    Some(_) => return Err(failure::scope_of_several_resources(text)),
                }
                if name.eq_ignore_ascii_case(".default") {
                    asked.default = true;
                } else {
                    let known = known(resource, name).ok_or_else(|| failure::scope_unknown(app, name, id(resource)))?;
                    asked.names.push(known.to_owned());
                }
            }
        }
    }
    if asked.default && !asked.names.is_empty() {
        return Err(failure::scope_invalid(text));
    }
    Ok(asked)
}

/// The resource and the permission in one scope. `https://host//Name` keeps a slash at the resource.
fn split(scope: &str) -> Option<(&str, &str)> {
    let Some((resource, name)) = scope.rsplit_once('/') else { return Some((GRAPH, scope)) };
    let whole = !name.is_empty() && !resource.is_empty() && !resource.ends_with(":/");
    whole.then_some((resource, name))
}

/// Two names of Exchange and the identifiers of both; anything else has no principal here.
pub fn resource(audience: &str) -> Option<Resource> {
    match audience.trim_end_matches('/').to_ascii_lowercase().as_str() {
        "https://outlook.office.com" | "https://outlook.office365.com" | EXCHANGE_ID => Some(Resource::Exchange),
        GRAPH | GRAPH_ID => Some(Resource::Graph),
        MANAGEMENT | MANAGEMENT_ID => Some(Resource::Management),
        _ => None,
    }
}

fn for_consumers(audience: &str, name: &str) -> bool {
    let audience = audience.trim_end_matches('/');
    !name.eq_ignore_ascii_case(".default") && !audience.eq_ignore_ascii_case("https://outlook.office365.com")
}

fn known(resource: Resource, name: &str) -> Option<&'static str> {
    let names: &[_] = match resource {
        Resource::Exchange => &EXCHANGE_SCOPES,
        Resource::Graph => &GRAPH_SCOPES,
        Resource::Management => &MANAGEMENT_SCOPES,
    };
    names.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
}

fn id(resource: Resource) -> &'static str {
    match resource {
        Resource::Exchange => EXCHANGE_ID,
        Resource::Graph => GRAPH_ID,
        Resource::Management => MANAGEMENT_ID,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::tenant::State;

    fn parsed(text: &str) -> Result<Asked, u32> {
        parsed_at(Directory::Ours, text)
    }

    fn parsed_at(directory: Directory, text: &str) -> Result<Asked, u32> {
        let state = State::healthy();
        let app = (directory, &state.registrations[0]);
        parse(text, app, "Contoso", Mixed::Refused).map_err(|failure| failure.code)
    }

    #[test]
    fn personal_accounts_take_permissions_by_name_at_one_host() {
        assert!(parsed_at(Directory::Consumers, "https://outlook.office.com/SMTP.Send offline_access").is_ok());
        for refused in ["https://outlook.office.com/.default", "https://outlook.office365.com/SMTP.Send"] {
            assert_eq!(parsed_at(Directory::Consumers, refused), Err(70_011), "{refused}");
        }
    }

    #[test]
    fn the_host_decides_the_resource() {
        for host in ["https://outlook.office.com", "https://outlook.office365.com", "https://outlook.office365.com/"] {
            let asked = parsed(&format!("{host}/SMTP.Send offline_access")).unwrap();
            assert_eq!((asked.resource, asked.audience.as_str()), (Resource::Exchange, host));
            assert!(asked.offline && !asked.openid);
        }
        let bare = parsed("smtp.send").unwrap();
        assert_eq!((bare.resource, bare.audience.as_str()), (Resource::Graph, GRAPH));
        assert_eq!(bare.names, ["SMTP.Send"]);
    }

    #[test]
    fn what_does_not_exist_is_refused_by_its_number() {
        assert_eq!(parsed("SMTP.SendAs"), Err(650_053));
        assert_eq!(parsed("https://outlook.office.com/SMTP.SendAsApp"), Err(650_053));
        assert_eq!(parsed("https://smtp.office365.com/SMTP.Send"), Err(500_011));
        assert_eq!(parsed("https://outlook.office.com/"), Err(70_011));
        assert_eq!(parsed("https://outlook.office.com"), Err(70_011));
        assert_eq!(parsed("https://outlook.office.com/SMTP.Send User.Read"), Err(28_000));
        assert_eq!(parsed("https://outlook.office.com/.default https://outlook.office.com/SMTP.Send"), Err(70_011));
    }
}
