//! Contoso as it should be, and one personal account beside it: where every simulation begins. It decides no
//! answer; what is wrong is set from here by `switches`.

use super::{
    Instant,
    ledger::Ledger,
    submission::Submission,
    switches::FAR,
    tenant::{
        Access, AccountTypes, Authority, BasicAuth, Browser, ClientSecret, HighVolume, HighVolumeAccount, Home,
        Implicit, Mailbox, Neighbour, Permission, Platform, Policy, Principal, PublicClientFlows, Redirect,
        Registration, Resource, State, Switch, Tenant, Usage, User,
    },
};

impl State {
    /// As [`Self::healthy`], for one with a personal account: it is the first, and the app is for such accounts alone.
    pub fn personal() -> Self {
        let mut state = Self::healthy();
        state.users.sort_by_key(|user| user.home != Home::Personal);
        for app in &mut state.registrations {
            app.account_types = AccountTypes::Personal;
        }
        state
    }

    /// As [`Self::healthy`], for High Volume Email: its account is the first, and the app's permissions are those it
    /// wants, with an administrator's consent.
    pub fn high_volume() -> Self {
        let mut state = Self::healthy();
        state.users.sort_by_key(|user| user.high_volume.is_none());
        for app in &mut state.registrations {
            app.delegated = vec![Permission::new(Resource::Exchange, "Mail.Send")];
            app.application.clone_from(&app.delegated);
        }
        state.consents.clear();
        state.grant_admin_consent();
        state
    }

    /// Everything set up as it should be: `alerts@contoso.example` may send by device code, by
    /// refresh, and by the client's secret; it may send as `noreply@contoso.example`.
    pub fn healthy() -> Self {
        let mut alerts = user("alerts", "Alerts", "3f0a6c5e-8f4d-4f6b-9c37-0d5b1a7e2c11");
        alerts.mailbox = Some(Mailbox::new(&["alerts@contoso.example", "alarm@contoso.example"], Switch::On));
        let mut admin = user("admin", "Adele Admin", "a4e1d9b0-52c7-4b86-8d1f-6e90c3b7f522");
        admin.administrator = true;
        admin.mailbox = Some(Mailbox::new(&["admin@contoso.example"], Switch::Inherit));
        let mut noreply = user("noreply", "No Reply", "c7b2f8d4-19a3-4e5d-b06c-f1e2d3c4b533");
        noreply.enabled = false;
        noreply.mailbox = Some(Mailbox::new(&["noreply@contoso.example"], Switch::Inherit));
        if let Some(mailbox) = &mut noreply.mailbox {
            mailbox.send_as.push(alerts.upn.clone());
        }
        let mut pat = user("pat", "Pat Person", "00000000-0000-0000-7d3c-5b9a1e2f4c66");
        (pat.upn, pat.home) = ("pat@outlook.example".to_owned(), Home::Personal);
        pat.mailbox = Some(Mailbox::new(&["pat@outlook.example", "pat.person@hotmail.example"], Switch::On));
        let mut fred = user("fred", "Fred Fabrikam", "b5c4d3e2-2f1a-4b0c-9d8e-7f6a5b4c3d77");
        (fred.upn, fred.home) = ("fred@fabrikam.example".to_owned(), Home::Neighbour(0));
        let mut guest = user("guest", "Fred Fabrikam (guest)", "f7e6d5c4-3b2a-4d1c-8e0f-9a8b7c6d5e99");
        guest.upn = "fred_fabrikam.example#EXT#@contoso.onmicrosoft.com".to_owned();
        let registration = registration();
        let mut bulk = user("bulk", "Bulk", "d1e2f3a4-6b5c-4d7e-8f90-a1b2c3d4e588");
        bulk.high_volume = Some(HighVolumeAccount { apps: vec![registration.object_id.clone()] });
        let object_id = registration.object_id.clone();
        let principal = Principal { object_id, full_access: vec![alerts.upn.clone()], arrived: true };
        let mut state = Self {
            tenant: Tenant {
                id: "5f0b3a52-7c1e-4d0a-9a39-2d3c4e8f6b10".to_owned(),
                name: "Contoso".to_owned(),
                domains: vec!["contoso.example".to_owned(), "contoso.onmicrosoft.com".to_owned()],
                smtp_auth: false,
                basic_auth: BasicAuth::Disabled,
                exchange: true,
                agents: true,
                send_from_alias: false,
                older_send_as_codes: false,
                mail_send_suffices: false,
            },
            users: vec![alerts, admin, noreply, pat, fred, bulk, guest],
            registrations: vec![registration, azure_cli()],
            consents: Vec::new(),
            policy: Policy::usual(),
            principals: vec![principal],
            neighbours: vec![Neighbour {
                id: "b1d7e6f4-3a2c-4c58-8e9b-70a1f2e3d499".to_owned(),
                domains: vec!["fabrikam.example".to_owned()],
            }],
            browser: Browser::default(),
            authority: Authority::default(),
            submission: Submission::usual(),
            high_volume: HighVolume { billing: true, external: false, min_life: 600, older_codes: false },
            coming: Vec::new(),
            clock_ahead: 0,
            ledger: Ledger::default(),
        };
        state.consent_to_applications();
        state
    }
}

impl Policy {
    fn usual() -> Self {
        Self {
            user_consent: true,
            block_device_code: false,
            access: Access::Granted,
            second_factor: None,
            sign_in_frequency: None,
            most_tokens: 1000,
            code_lifetime: 600,
            opaque_tokens: false,
            one_time_refresh: false,
            token_lifetime: 3599,
            refresh_lifetime: 90 * 86_400,
            device_code_lifetime: 900,
            device_interval: 5,
        }
    }
}

fn user(local: &str, name: &str, oid: &str) -> User {
    User {
        upn: format!("{local}@contoso.example"),
        name: name.to_owned(),
        password: format!("Correct-Horse-{local}-7"),
        oid: oid.to_owned(),
        home: Home::Work,
        enabled: true,
        locked: false,
        administrator: false,
        tokens_valid_from: Instant::UNIX_EPOCH,
        mailbox: None,
        high_volume: None,
    }
}

impl Mailbox {
    /// Nobody else's, and nothing is done with it.
    pub fn new(addresses: &[&str], smtp_auth: Switch) -> Self {
        Self {
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
            smtp_auth,
            send_as: Vec::new(),
            usage: Usage::default(),
            restricted: false,
        }
    }
}

/// Usable both ways, as a real one is: public client flows on, so a device code needs no secret;
/// and a secret, which client credentials always need.
fn registration() -> Registration {
    Registration {
        client_id: "2c9a7e14-6b3d-4f58-a0c1-9d8e7f6a5b44".to_owned(),
        object_id: "e8d5c2b1-7a64-4930-bf1e-5c4d3b2a1f66".to_owned(),
        name: "Contoso server mail".to_owned(),
        enabled: true,
        first_party: false,
        added: true,
        mixed_ids: false,
        mapped_claims: false,
        assignment_required: false,
        account_types: AccountTypes::Work,
        public_client_flows: PublicClientFlows::On,
        redirects: vec![
            Redirect { platform: Platform::Native, uri: "http://localhost".to_owned() },
            Redirect {
                platform: Platform::Native,
                uri: "https://login.microsoftonline.com/common/oauth2/nativeclient".to_owned(),
            },
            Redirect { platform: Platform::Web, uri: "https://app.contoso.example/oauth/callback".to_owned() },
        ],
        implicit: Implicit::default(),
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

/// A program of Microsoft's own, whose id people borrow.
fn azure_cli() -> Registration {
    Registration {
        client_id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46".to_owned(),
        object_id: "9d8c7b6a-5e4f-4a3b-8c2d-1e0f9a8b7c11".to_owned(),
        name: "Microsoft Azure CLI".to_owned(),
        first_party: true,
        account_types: AccountTypes::Any,
        secrets: Vec::new(),
        delegated: Vec::new(),
        application: Vec::new(),
        ..registration()
    }
}
