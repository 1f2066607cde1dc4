//! Which items rest on which facts. A proof is a proof of something: when the client id changes, nothing that
//! was found out with the one before is known of the new one.

use std::path::PathBuf;

use crate::{
    account::draft::Draft,
    checklist::Item,
    facts::{Address, Authority, BaseUrl, ClientName, RedirectUri, Server, Tenant},
    secret::Secret,
    way::Way,
};

/// What findings rest on, as it stands at one moment.
#[derive(PartialEq)]
pub struct Facts {
    user: Option<Address>,
    sender: Option<Address>,
    authority: Option<Authority>,
    tenant: Option<Tenant>,
    client_id: Option<ClientName>,
    client_secret: Option<Secret>,
    way: Way,
    certificate: Option<PathBuf>,
    redirect_uri: Option<RedirectUri>,
    /// Where the product has the browser come back to.
    base_url: Option<BaseUrl>,
    scopes: Vec<String>,
    server: Option<Server>,
}

/// Found out by signing in to the mail server.
const AT_THE_SERVER: &[Item] = &[Item::Connection, Item::Message];
/// Found out by asking the authority, or read from its token.
const AT_THE_AUTHORITY: &[Item] = &[
    Item::ClientId,
    Item::RedirectUri,
    Item::PublicClient,
    Item::Permission,
    Item::ClientSecret,
    Item::Consent,
    Item::Token,
    Item::Audience,
    Item::SmtpUser,
];

impl Facts {
    pub fn of(draft: &Draft) -> Self {
        let settings = draft.settings.clone();
        Self {
            sender: settings.sender.clone().or_else(|| settings.user.clone()),
            authority: settings.authority().ok(),
            scopes: settings.scopes(),
            server: settings.server().ok(),
            way: draft.way(),
            certificate: settings.certificate_file,
            redirect_uri: settings.redirect_uri,
            base_url: settings.base_url,
            user: settings.user,
            tenant: settings.tenant,
            client_id: settings.client_id,
            client_secret: draft.secrets.client_secret.clone(),
        }
    }

    /// The items of which nothing is known any more.
    pub fn items_that_fall(&self, now: &Self) -> Vec<Item> {
        let secret = &[Item::ClientSecret, Item::PublicClient, Item::Consent, Item::Token, Item::Audience][..];
        let token = &[Item::Permission, Item::Consent, Item::Token, Item::Audience][..];
        let table: [(bool, &[&[Item]]); 11] = [
            (self.user != now.user, &[&[Item::Mailbox, Item::SmtpAuth, Item::SmtpUser, Item::SendAs], AT_THE_SERVER]),
            (self.sender != now.sender, &[&[Item::SendAs, Item::Message]]),
            (self.authority != now.authority, &[&[Item::Tenant, Item::Clock], AT_THE_AUTHORITY, AT_THE_SERVER]),
            (self.tenant != now.tenant, &[&[Item::Tenant], AT_THE_AUTHORITY, AT_THE_SERVER]),
            (self.client_id != now.client_id, &[AT_THE_AUTHORITY, AT_THE_SERVER]),
            (self.client_secret != now.client_secret, &[secret, AT_THE_SERVER]),
            (self.way != now.way, &[token, &[Item::ClientSecret, Item::SmtpUser], AT_THE_SERVER]),
            (self.certificate != now.certificate, &[&[Item::ClientSecret]]),
            (self.redirect_uri != now.redirect_uri, &[&[Item::RedirectUri]]),
            (self.scopes != now.scopes, &[token, AT_THE_SERVER]),
            (self.server != now.server, &[&[Item::Network, Item::SmtpAuth], AT_THE_SERVER]),
        ];
        let app = self.authority != now.authority || self.tenant != now.tenant || self.client_id != now.client_id;
        let of_product = Item::product_redirect().filter(|_| app || self.base_url != now.base_url);
        let changed = table.into_iter().filter(|(changed, _)| *changed);
        let fallen = changed.flat_map(|(_, items)| items.iter().flat_map(|items| items.iter().copied()));
        fallen.chain(of_product).collect()
    }

    pub fn another_authority(&self, now: &Self) -> bool {
        self.authority != now.authority
    }

    /// Whether an address that was opened in a browser asks for something else.
    pub fn another_sign_in(&self, now: &Self) -> bool {
        self.redirect_uri != now.redirect_uri || self.user != now.user || self.another_token(now)
    }

    /// Whether a token issued before is for something else.
    pub fn another_token(&self, now: &Self) -> bool {
        self.authority != now.authority
            || self.tenant != now.tenant
            || self.client_id != now.client_id
            || self.client_secret != now.client_secret
            || self.scopes != now.scopes
            || self.way != now.way
    }
}
