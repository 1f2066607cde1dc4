//! The state of a Microsoft 365 tenant: directory, registrations, consents, policies, mailboxes.
//! It says how things are, never what is wrong with them: every answer of [`super::entra`] and
//! [`super::exchange`] follows from these values.

use super::ledger::Ledger;

#[derive(Debug, Clone)]
pub struct State {
    pub tenant: Tenant,
    /// The first one is the account a set-up would sign in as.
    pub users: Vec<User>,
    /// The first one is the registration announced.
    pub registrations: Vec<Registration>,
    pub consents: Vec<Consent>,
    pub policy: Policy,
    /// What `New-ServicePrincipal` and `Add-MailboxPermission` have told Exchange about applications.
    pub principals: Vec<Principal>,
    /// Other tenants of the same cloud: they exist, and know neither our users nor our registrations.
    pub neighbours: Vec<Neighbour>,
    pub browser: Browser,
    pub submission: Submission,
    /// Seconds by which Microsoft's clock is ahead of this machine's.
    pub clock_ahead: i64,
    /// What was handed out and taken in since the start.
    pub ledger: Ledger,
}

#[derive(Debug, Clone)]
pub struct Tenant {
    pub id: String,
    pub name: String,
    pub domains: Vec<String>,
    /// The organisation's switch; a mailbox may override it.
    pub smtp_auth: bool,
    pub basic_auth: BasicAuth,
    /// `SendFromAliasEnabled` of the organisation.
    pub send_from_alias: bool,
}

/// What becomes of a password at SMTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasicAuth {
    Allowed,
    Disabled,
    SecurityDefaults,
}

/// The browser that codes are typed into, and the mind of the person before it.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// Somebody is signed in there already, and is who signs in, whoever was meant.
    pub session: Option<String>,
    /// The person chooses "Cancel" where the permissions are asked for.
    pub declines: bool,
}

/// The submission server, and what lies between.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Off: nobody listens, as behind a firewall that refuses. Once on, it stays on.
    pub listening: bool,
    /// Whether STARTTLS is offered; a firewall that inspects mail takes it away.
    pub starttls: bool,
    /// Whether the certificate is the one clients were told of.
    pub own_certificate: bool,
}

#[derive(Debug, Clone)]
pub struct User {
    pub upn: String,
    pub name: String,
    pub password: String,
    pub oid: String,
    /// May sign in. The account behind a shared mailbox may not.
    pub enabled: bool,
    /// May consent where users may not.
    pub administrator: bool,
    /// Tokens issued before this instant are void (password changed, sessions revoked).
    pub tokens_valid_from: super::Instant,
    pub mailbox: Option<Mailbox>,
}

#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The primary address first, then aliases.
    pub addresses: Vec<String>,
    pub smtp_auth: Switch,
    /// Who may send as this mailbox: UPNs of users, object ids of service principals.
    pub send_as: Vec<String>,
}

/// `SmtpClientAuthenticationDisabled` of a mailbox, the right way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
    Inherit,
}

#[derive(Debug, Clone)]
pub struct Registration {
    pub client_id: String,
    /// The Object ID of its enterprise application: `oid` of app-only tokens.
    pub object_id: String,
    pub name: String,
    pub enabled: bool,
    pub multi_tenant: bool,
    pub public_client_flows: PublicClientFlows,
    pub redirects: Vec<Redirect>,
    pub secrets: Vec<ClientSecret>,
    /// X.509, in DER.
    pub certificates: Vec<Vec<u8>>,
    /// The permissions its API permissions page lists; what administrators consent to.
    pub delegated: Vec<Permission>,
    pub application: Vec<Permission>,
}

/// A redirect URI as registered. Only the port of `http://localhost` is not compared.
#[derive(Debug, Clone)]
pub struct Redirect {
    pub platform: Platform,
    pub uri: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Web,
    /// "Mobile and desktop applications".
    Native,
    SinglePage,
}

/// "Allow public client flows", and when Entra notices that it is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicClientFlows {
    On,
    /// Refused at the device-code request.
    Off,
    /// Refused at the first poll.
    OffAtPoll,
    /// Refused at the first poll after the approval.
    OffLate,
}

#[derive(Debug, Clone)]
pub struct ClientSecret {
    /// The Secret ID: a GUID, of no use for signing in.
    pub id: String,
    pub value: String,
    /// Unix seconds.
    pub expires: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    pub resource: Resource,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    Exchange,
    Graph,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The `object_id` of the registration.
    pub app: String,
    pub by: Consenter,
    pub permission: Permission,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consenter {
    /// A user for themselves: the `oid`.
    User(String),
    /// An administrator, for everybody.
    Organisation,
    /// An administrator, to the application itself (an app role).
    Application,
}

#[derive(Debug, Clone)]
pub struct Policy {
    /// Users may consent for themselves.
    pub user_consent: bool,
    /// Conditional Access refuses the device-code flow, and what came of it.
    pub block_device_code: bool,
    /// Access tokens are encrypted blobs (`EwB…`), as those of personal accounts are.
    pub opaque_tokens: bool,
    /// A refresh token dies with its first use.
    pub one_time_refresh: bool,
    /// All in seconds.
    pub token_lifetime: i64,
    pub refresh_lifetime: i64,
    pub device_code_lifetime: i64,
    pub device_interval: i64,
}

#[derive(Debug, Clone)]
pub struct Principal {
    pub object_id: String,
    /// UPNs of the mailboxes it has full access to.
    pub full_access: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Neighbour {
    pub id: String,
    pub domains: Vec<String>,
}

/// 2099-12-31: a secret that outlives every test.
const FAR: i64 = 4_102_358_400;

impl State {
    /// Everything set up as it should be: `alerts@contoso.example` may send by device code, by
    /// refresh, and by the client's secret; it may send as `noreply@contoso.example`.
    pub fn healthy() -> Self {
        let mut alerts = user("alerts", "Alerts", "3f0a6c5e-8f4d-4f6b-9c37-0d5b1a7e2c11");
        alerts.mailbox = Some(mailbox(&["alerts@contoso.example", "alarm@contoso.example"], Switch::On));
        let mut admin = user("admin", "Adele Admin", "a4e1d9b0-52c7-4b86-8d1f-6e90c3b7f522");
        admin.administrator = true;
        admin.mailbox = Some(mailbox(&["admin@contoso.example"], Switch::Inherit));
        let mut noreply = user("noreply", "No Reply", "c7b2f8d4-19a3-4e5d-b06c-f1e2d3c4b533");
        noreply.enabled = false;
        noreply.mailbox = Some(mailbox(&["noreply@contoso.example"], Switch::Inherit));
        if let Some(mailbox) = &mut noreply.mailbox {
            mailbox.send_as.push(alerts.upn.clone());
        }
        let registration = registration();
        let principal = Principal { object_id: registration.object_id.clone(), full_access: vec![alerts.upn.clone()] };
        let mut state = Self {
            tenant: Tenant {
                id: "5f0b3a52-7c1e-4d0a-9a39-2d3c4e8f6b10".to_owned(),
                name: "Contoso".to_owned(),
                domains: vec!["contoso.example".to_owned(), "contoso.onmicrosoft.com".to_owned()],
                smtp_auth: false,
                basic_auth: BasicAuth::Disabled,
                send_from_alias: false,
            },
            users: vec![alerts, admin, noreply],
            registrations: vec![registration],
            consents: Vec::new(),
            policy: Policy::usual(),
            principals: vec![principal],
            neighbours: vec![Neighbour {
                id: "b1d7e6f4-3a2c-4c58-8e9b-70a1f2e3d499".to_owned(),
                domains: vec!["fabrikam.example".to_owned()],
            }],
            browser: Browser::default(),
            submission: Submission { listening: true, starttls: true, own_certificate: true },
            clock_ahead: 0,
            ledger: Ledger::default(),
        };
        state.consent_to_applications();
        state
    }

    /// "Grant admin consent": covers what each registration lists at this moment, and nothing else.
    pub fn grant_admin_consent(&mut self) {
        for app in &self.registrations {
            let consents = app.delegated.iter().map(|listed| app.consent(Consenter::Organisation, listed));
            record(&mut self.consents, consents);
        }
        self.consent_to_applications();
    }

    fn consent_to_applications(&mut self) {
        for app in &self.registrations {
            let consents = app.application.iter().map(|listed| app.consent(Consenter::Application, listed));
            record(&mut self.consents, consents);
        }
    }

    pub fn user(&self, upn: &str) -> Option<&User> {
        self.users.iter().find(|user| user.upn.eq_ignore_ascii_case(upn.trim()))
    }

    /// Whose mailbox an address belongs to: a primary address, an alias or the user's own name.
    pub fn mailbox(&self, address: &str) -> Option<(&User, &Mailbox)> {
        self.users.iter().find_map(|user| {
            let mailbox = user.mailbox.as_ref()?;
            let known = user.upn.eq_ignore_ascii_case(address)
                || mailbox.addresses.iter().any(|own| own.eq_ignore_ascii_case(address));
            known.then_some((user, mailbox))
        })
    }

    pub fn registration(&self, client_id: &str) -> Option<&Registration> {
        self.registrations.iter().find(|registration| registration.client_id.eq_ignore_ascii_case(client_id.trim()))
    }
}

/// Consent given twice is consent once.
fn record(consents: &mut Vec<Consent>, more: impl Iterator<Item = Consent>) {
    for consent in more {
        if !consents.contains(&consent) {
            consents.push(consent);
        }
    }
}

impl Registration {
    /// The registered redirect URI that the one in a request matches.
    pub fn redirect(&self, uri: &str) -> Option<&Redirect> {
        self.redirects.iter().find(|redirect| {
            redirect.uri == uri || (portless(uri).is_some() && portless(&redirect.uri) == portless(uri))
        })
    }

    pub fn consent(&self, by: Consenter, permission: &Permission) -> Consent {
        Consent { app: self.object_id.clone(), by, permission: permission.clone() }
    }
}

impl Policy {
    fn usual() -> Self {
        Self {
            user_consent: true,
            block_device_code: false,
            opaque_tokens: false,
            one_time_refresh: false,
            token_lifetime: 3599,
            refresh_lifetime: 90 * 86_400,
            device_code_lifetime: 900,
            device_interval: 5,
        }
    }
}

impl Permission {
    pub fn new(resource: Resource, name: &str) -> Self {
        Self { resource, name: name.to_owned() }
    }
}

/// A loopback URI without its port, which Entra does not compare; `None` for any other.
fn portless(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    (matches!(host, "localhost" | "127.0.0.1") && port.parse::<u16>().is_ok()).then_some((host, path))
}

fn user(local: &str, name: &str, oid: &str) -> User {
    User {
        upn: format!("{local}@contoso.example"),
        name: name.to_owned(),
        password: format!("Correct-Horse-{local}-7"),
        oid: oid.to_owned(),
        enabled: true,
        administrator: false,
        tokens_valid_from: super::Instant::UNIX_EPOCH,
        mailbox: None,
    }
}

fn mailbox(addresses: &[&str], smtp_auth: Switch) -> Mailbox {
    Mailbox { addresses: addresses.iter().map(|&address| address.to_owned()).collect(), smtp_auth, send_as: Vec::new() }
}

/// Usable both ways, as a real one is: public client flows on, so a device code needs no secret;
/// and a secret, which client credentials always need.
fn registration() -> Registration {
    Registration {
        client_id: "2c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44".to_owned(),
        object_id: "e8d5c2b1-7a64-4930-bf1e-5c4d3b2a1f66".to_owned(),
        name: "Contoso server mail".to_owned(),
        enabled: true,
        multi_tenant: false,
        public_client_flows: PublicClientFlows::On,
        redirects: vec![
            Redirect { platform: Platform::Native, uri: "http://localhost".to_owned() },
            Redirect {
                platform: Platform::Native,
                uri: "https://login.microsoftonline.com/common/oauth2/nativeclient".to_owned(),
            },
            Redirect { platform: Platform::Web, uri: "https://app.contoso.example/oauth/callback".to_owned() },
        ],
        secrets: vec![ClientSecret {
            id: "91f3b7c5-0e2d-4a68-9b7c-3d1e5f8a2b77".to_owned(),
            value: "Sim8Q~not.a_real-secret.0123456789abcdef".to_owned(),
            expires: FAR,
        }],
        certificates: Vec::new(),
        delegated: vec![
            Permission::new(Resource::Exchange, "SMTP.Send"),
            Permission::new(Resource::Graph, "SMTP.Send"),
            Permission::new(Resource::Graph, "User.Read"),
        ],
        application: vec![Permission::new(Resource::Exchange, "SMTP.SendAsApp")],
    }
}
