//! The state of a Microsoft 365 tenant: directory, registrations, consents, policies, mailboxes.
//! It says how things are, never what is wrong with them: every answer of [`super::entra`] and
//! [`super::exchange`] follows from these values.

mod registration;

pub use registration::{AccountTypes, ClientSecret, Implicit, Platform, PublicClientFlows, Redirect, Registration};

use super::{ledger::Ledger, submission::Submission};

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
    pub authority: Authority,
    pub submission: Submission,
    pub high_volume: HighVolume,
    /// In the order in which they were made.
    pub coming: Vec<Coming>,
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
    /// Whether anything of Exchange Online is subscribed to: without, its service principal is not there.
    pub exchange: bool,
    /// Passwords are checked by the organisation's own directory (pass-through authentication), and whether an agent of it
    /// answers; where Microsoft keeps them there is nothing to be reached.
    pub agents: bool,
    /// `SendFromAliasEnabled` of the organisation.
    pub send_from_alias: bool,
    /// Whether a sender that is not the account's is refused in the words of before 5.2.252.
    pub older_send_as_codes: bool,
    /// Whether a delegated `Mail.Send` alone is enough where `SMTP.Send` is asked for. UNVERIFIED either way: a vendor's
    /// guide lists nothing else, Microsoft's page names `SMTP.Send`.
    pub mail_send_suffices: bool,
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
    /// The person mistypes the code.
    pub mistypes: bool,
}

/// The authority as a service, and what lies between it and its clients.
#[derive(Debug, Clone, Copy, Default)]
pub struct Authority {
    /// It turns every request away for a while.
    pub busy: bool,
    pub between: Between,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Between {
    #[default]
    Nothing,
    /// A network that answers in the authority's place with a page of its own, until somebody agrees to its terms.
    Page,
    /// Something that takes requests and lets no answer through.
    Silence,
}

/// High Volume Email: a service of its own, with accounts of its own.
#[derive(Debug, Clone)]
pub struct HighVolume {
    /// A pay-as-you-go billing policy is there and valid.
    pub billing: bool,
    /// Recipients outside the tenant are taken, as they were until June 2025.
    pub external: bool,
    /// Seconds that a token must have left. UNVERIFIED: clients keep clear of it by 600 to 1200.
    pub min_life: i64,
    /// Whether tokens are refused with the codes it has had since 5.7.142, or with those before.
    pub older_codes: bool,
}

#[derive(Debug, Clone)]
pub struct User {
    pub upn: String,
    pub name: String,
    pub password: String,
    pub oid: String,
    pub home: Home,
    /// May sign in. The account behind a shared mailbox may not.
    pub enabled: bool,
    /// Too many wrong passwords; it passes.
    pub locked: bool,
    /// May consent where users may not.
    pub administrator: bool,
    /// Tokens issued before this instant are void (password changed, sessions revoked).
    pub tokens_valid_from: super::Instant,
    pub mailbox: Option<Mailbox>,
    /// An account of High Volume Email: a mail user, with no mailbox and no licence.
    pub high_volume: Option<HighVolumeAccount>,
}

#[derive(Debug, Clone, Default)]
pub struct HighVolumeAccount {
    /// What `Add-HVEAppAccess` has put on its list: Object IDs of enterprise applications.
    pub apps: Vec<String>,
}

/// Where an account is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In the tenant.
    Work,
    /// In another tenant of the cloud, by its place among the neighbours.
    Neighbour(usize),
    /// Among the personal Microsoft accounts: no tenant's policy and no administrator is over it.
    Personal,
}

#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The primary address first, then aliases.
    pub addresses: Vec<String>,
    pub smtp_auth: Switch,
    /// Who may send as this mailbox: UPNs of users, object ids of service principals.
    pub send_as: Vec<String>,
    pub usage: Usage,
    /// On the page "Restricted entities", for what was sent before.
    pub restricted: bool,
}

/// What others do with a mailbox beside the client that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Connections that are open, of three.
    pub connections: u32,
    /// Messages of the last minute, of thirty.
    pub messages: u32,
    /// Recipients of the last day, of ten thousand.
    pub recipients: u32,
    /// Gigabytes that are kept, of fifty.
    pub kept: u32,
}

/// `SmtpClientAuthenticationDisabled` of a mailbox, the right way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
    Inherit,
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
    /// Of Azure, and of no use for mail.
    Management,
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
    /// What Conditional Access makes of every sign-in.
    pub access: Access,
    /// Since when a second factor is asked for; who signed in at a browser from then on has shown one.
    pub second_factor: Option<super::Instant>,
    /// "Sign-in frequency", in seconds.
    pub sign_in_frequency: Option<i64>,
    /// Tokens that one client may have had within five minutes; with more it is in a loop.
    pub most_tokens: usize,
    /// Access tokens are encrypted blobs (`EwB…`), as those of personal accounts are.
    pub opaque_tokens: bool,
    /// A refresh token dies with its first use.
    pub one_time_refresh: bool,
    /// All in seconds.
    pub token_lifetime: i64,
    pub refresh_lifetime: i64,
    pub device_code_lifetime: i64,
    /// Of the code that a browser brings back.
    pub code_lifetime: i64,
    pub device_interval: i64,
}

/// A policy's "Grant", for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Granted,
    Blocked,
    /// From devices that the organisation manages; a server's program is on none that shows it.
    ManagedDevice,
}

#[derive(Debug, Clone)]
pub struct Principal {
    pub object_id: String,
    /// UPNs of the mailboxes it has full access to.
    pub full_access: Vec<String>,
    /// The servers that keep mailboxes know of it as well; those that take sign-ins hear first. UNVERIFIED: inferred from
    /// sign-ins that were accepted and messages that were not.
    pub arrived: bool,
}

/// A change that was made and is not known to the servers yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    pub at: super::Instant,
    /// A switch and its value.
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone)]
pub struct Neighbour {
    pub id: String,
    pub domains: Vec<String>,
}

impl State {
    /// "Grant admin consent": covers what each registration lists at this moment, and nothing else.
    pub fn grant_admin_consent(&mut self) {
        for app in &self.registrations {
            let consents = app.delegated.iter().map(|listed| app.consent(Consenter::Organisation, listed));
            record(&mut self.consents, consents);
        }
        self.consent_to_applications();
    }

    pub fn consent_to_applications(&mut self) {
        for app in &self.registrations {
            let consents = app.application.iter().map(|listed| app.consent(Consenter::Application, listed));
            record(&mut self.consents, consents);
        }
    }

    pub fn user(&self, upn: &str) -> Option<&User> {
        self.users.iter().find(|user| user.upn.eq_ignore_ascii_case(upn.trim()))
    }

    /// Who signs in under this name: a work account by its sign-in name, a personal one by any of its addresses.
    pub fn signs_in(&self, name: &str) -> Option<&User> {
        let personal = |user: &&User| user.home == Home::Personal;
        self.user(name).or_else(|| self.mailbox(name.trim()).map(|(user, _)| user).filter(personal))
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

impl Permission {
    pub fn new(resource: Resource, name: &str) -> Self {
        Self { resource, name: name.to_owned() }
    }
}
