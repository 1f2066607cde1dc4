//! What a product's app registration looks like at Microsoft: as its vendor's guide makes it, with what the way of
//! consent chosen here needs besides.

use serde::Deserialize;

use crate::way::Way;

/// The vendor's part; empty where there is no vendor.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    pub audience: Audience,
    /// Where the product itself is sent the browser back to, under the platform 'Web'; `{base_url}` and `{host}` are
    /// the product's own address.
    pub redirect: Option<String>,
    pub permissions: Vec<Permission>,
    /// The product signs in with a client secret.
    pub secret: bool,
}

/// 'Supported account types'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    #[default]
    Single,
    Multiple,
    /// Personal accounts, alone or as well.
    Personal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    Web,
    /// 'Mobile and desktop applications'.
    Native,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    Graph,
    /// Office 365 Exchange Online.
    Exchange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Delegated,
    Application,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    pub api: Api,
    pub kind: Kind,
    /// As the API names it, for example `SMTP.Send`.
    pub name: String,
}

/// A registration with everything filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub audience: Audience,
    pub redirects: Vec<(Platform, String)>,
    /// 'Allow public client flows'.
    pub public_client: bool,
    pub permissions: Vec<Permission>,
    pub secret: bool,
}

/// What the way of consent rests on.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub way: Way,
    /// High Volume Email.
    pub hve: bool,
    /// Where a browser comes back to in this way.
    pub redirect: Option<&'a str>,
    /// Where [`App::redirect`] leads, filled in.
    pub product_redirect: Option<&'a str>,
}

impl App {
    /// Whether the product's browsers come back to this machine: then its redirect URI serves the test here as well,
    /// and its secret goes along.
    pub fn comes_back_here(&self) -> bool {
        self.redirect.as_ref().is_some_and(|uri| uri.starts_with("http://localhost"))
    }

    /// Whether the client secret is the product's alone: what is asked here comes from a public client, which must
    /// not send one (AADSTS700025).
    pub fn keeps_secret_back(&self) -> bool {
        self.redirect.is_some() && !self.comes_back_here()
    }

    pub fn wanted(&self, asked: Asked<'_>) -> Wanted {
        let Asked { way, hve, redirect, product_redirect } = asked;
        let own = redirect.filter(|_| way.is_browser()).filter(|own| Some(*own) != product_redirect);
        let web = product_redirect.map(|uri| (Platform::Web, uri.to_owned()));
        // What is redeemed with the secret is registered under 'Web' (AADSTS700025 otherwise).
        let platform = if self.comes_back_here() { Platform::Web } else { Platform::Native };
        let mut permissions = self.permissions.clone();
        for needed in needed(way, hve) {
            if !permissions.contains(&needed) {
                permissions.push(needed);
            }
        }
        Wanted {
            audience: self.audience,
            redirects: web.into_iter().chain(own.map(|uri| (platform, uri.to_owned()))).collect(),
            public_client: matches!(way, Way::DeviceCode | Way::Password),
            permissions,
            secret: self.secret || way == Way::Secret,
        }
    }
}

/// What Exchange takes a token for. Graph's permission of the same name is listed as well: it is the one portals show,
/// and whether consent to it covers Exchange's is not documented.
fn needed(way: Way, hve: bool) -> Vec<Permission> {
    let permission = |api, kind, name: &str| Permission { api, kind, name: name.to_owned() };
    match (way.is_app_only(), hve) {
        (true, true) => vec![permission(Api::Exchange, Kind::Application, "Mail.Send")],
        (true, false) => vec![permission(Api::Exchange, Kind::Application, "SMTP.SendAsApp")],
        (false, true) => vec![permission(Api::Exchange, Kind::Delegated, "Mail.Send")],
        (false, false) => vec![
            permission(Api::Graph, Kind::Delegated, "SMTP.Send"),
            permission(Api::Graph, Kind::Delegated, "offline_access"),
            permission(Api::Exchange, Kind::Delegated, "SMTP.Send"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(redirect: &str) -> App {
        App { redirect: Some(redirect.to_owned()), secret: true, ..App::default() }
    }

    #[test]
    fn a_product_elsewhere_has_its_redirect_uri_beside_ours_and_keeps_its_secret() {
        let app = app("{base_url}/system/oauth/redirect");
        let (theirs, ours) = ("https://im.example/imart/system/oauth/redirect", "http://localhost/smtp-oauth");
        let asked = Asked { way: Way::Paste, hve: false, redirect: Some(ours), product_redirect: Some(theirs) };
        let wanted = app.wanted(asked);
        assert_eq!(wanted.redirects, [(Platform::Web, theirs.to_owned()), (Platform::Native, ours.to_owned())]);
        assert!(app.keeps_secret_back() && wanted.secret && !wanted.public_client);
    }

    #[test]
    fn a_product_that_comes_back_here_lends_its_redirect_uri() {
        let app = app("http://localhost/MxMail/");
        let uri = Some("http://localhost/MxMail/");
        let wanted = app.wanted(Asked { way: Way::Loopback, hve: false, redirect: uri, product_redirect: uri });
        assert_eq!(wanted.redirects, [(Platform::Web, "http://localhost/MxMail/".to_owned())]);
        assert!(!app.keeps_secret_back());
    }

    #[test]
    fn a_product_that_comes_back_here_has_a_changed_redirect_uri_under_its_own_platform() {
        let (theirs, ours) = ("http://localhost/MxMail/", "http://localhost:8400/other");
        let asked = Asked { way: Way::Loopback, hve: false, redirect: Some(ours), product_redirect: Some(theirs) };
        let wanted = app("http://localhost/MxMail/").wanted(asked);
        assert_eq!(wanted.redirects, [(Platform::Web, theirs.to_owned()), (Platform::Web, ours.to_owned())]);
    }

    #[test]
    fn without_a_vendor_the_way_says_all() {
        let asked = |way, hve| Asked { way, hve, redirect: Some("http://localhost"), product_redirect: None };
        let names = |way, hve| {
            let wanted = App::default().wanted(asked(way, hve));
            wanted.permissions.into_iter().map(|permission| permission.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Way::Secret, false), ["SMTP.SendAsApp"]);
        assert_eq!(names(Way::Password, true), ["Mail.Send"]);
        assert_eq!(names(Way::DeviceCode, false), ["SMTP.Send", "offline_access", "SMTP.Send"]);
        assert!(App::default().wanted(asked(Way::DeviceCode, false)).public_client);
        assert_eq!(App::default().wanted(asked(Way::DeviceCode, false)).redirects, []);
    }
}
