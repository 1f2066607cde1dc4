//! The national clouds: every address follows, what public sources do not agree on is asked for, and the way into
//! the right one is one key long.

use smtp_oauth::{
    account::answers::Answers,
    entra::Cloud,
    wizard::{
        Answered, Given,
        effect::Effect,
        message::Message,
        screen::{Block, Key},
    },
};

use crate::person::{CLIENT, DEVICE_CODE, NOW, Person, TENANT, accepted, error, given, granted_with, refused};

const CLOUDS: [Cloud; 4] = [Cloud::Global, Cloud::GccHigh, Cloud::Dod, Cloud::China];

/// What must not be on a screen of another cloud.
const WORLDWIDE: [&str; 7] = [
    "login.microsoftonline.com",
    "entra.microsoft.com",
    "admin.microsoft.com",
    "outlook.office.com",
    "outlook.office365.com",
    "smtp.office365.com",
    "-UseDeviceCode -TenantId",
];

fn number(cloud: Cloud) -> Message {
    Message::Choose(CLOUDS.iter().position(|known| *known == cloud).unwrap())
}

fn looks(person: &Person) {
    let shown = person.reads();
    for foreign in WORLDWIDE {
        assert!(!shown.contains(foreign), "{foreign} at {}: {shown}", person.at());
    }
}

/// From the start into this cloud, by way of a domain that the worldwide one does not know; its tenant is found.
fn moves_to(cloud: Cloud) -> Person {
    let mut person = Person::sits_down(given());
    person.enter().types("alerts@agency.example").gets(400, &error("invalid_tenant", 90002));
    assert_eq!(person.at(), "tenant");
    person.presses(Key::Letter('d'));
    assert_eq!(person.at(), "cloud");
    person.tell(number(cloud));
    assert_eq!(person.at(), "tenant");
    let (_, url, _) = person.request();
    let authority = cloud.addresses().unwrap().authority.to_string();
    assert!(url.starts_with(&format!("{authority}/agency.example/")), "{url}");
    let instance = authority.trim_start_matches("https://login.").to_owned();
    person.gets(200, &format!(r#"{{"issuer":"{authority}/{TENANT}/v2.0","cloud_instance_name":"{instance}"}}"#));
    person
}

/// On to the sign-in; every step on the way.
fn at_consent(cloud: Cloud) -> (Person, Vec<String>) {
    let mut person = moves_to(cloud);
    let mut seen = Vec::new();
    while person.at() != "consent" {
        looks(&person);
        seen.push(person.at());
        match person.at().as_str() {
            "registration" => person.types(CLIENT).gets(200, DEVICE_CODE),
            _ => person.enter(),
        };
    }
    (person, seen)
}

fn notes(person: &Person) -> String {
    person.notes().join("\n")
}

#[test]
fn every_cloud_leads_to_a_235_with_its_own_addresses_alone() {
    for cloud in [Cloud::GccHigh, Cloud::Dod, Cloud::China] {
        let addresses = cloud.addresses().unwrap();
        let (mut person, seen) = at_consent(cloud);
        assert_eq!(seen.contains(&"scopes".to_owned()), cloud == Cloud::Dod, "{seen:?}");
        let (_, url, body) = person.request();
        assert!(url.starts_with(&format!("{}/{TENANT}/oauth2/v2.0/devicecode", addresses.authority)), "{url}");
        let scope = addresses.resource.replace(':', "%3A").replace('/', "%2F");
        assert!(body.contains(&format!("scope={scope}%2FSMTP.Send")), "{body}");
        let claims = format!(
            r#"{{"aud":"{}","scp":"SMTP.Send","upn":"alerts@agency.example","exp":{}}}"#,
            addresses.resource,
            NOW + 3599
        );
        person.gets(200, DEVICE_CODE).polls(200, &granted_with(&claims));
        assert_eq!(person.at(), "token");
        looks(&person);
        person.enter();
        if cloud != Cloud::Dod {
            assert_eq!(person.at(), "mail-server");
            assert!(notes(&person).contains("public sources do not agree"), "{cloud:?}: {}", notes(&person));
            looks(&person);
            person.enter();
        }
        assert_eq!(person.at(), "connection");
        let host = person.effects.iter().find_map(|effect| match effect {
            Effect::Converse(_, conversing) => Some(conversing.server.host.to_string()),
            _ => None,
        });
        assert_eq!(host.as_deref(), Some(addresses.smtp_host.as_str()));
        person.hears(accepted());
        assert!(notes(&person).contains("235"), "{}", notes(&person));
    }
}

#[test]
fn what_is_asked_for_is_marked_where_sources_do_not_agree() {
    let mut person = moves_to(Cloud::Dod);
    while person.at() != "scopes" {
        match person.at().as_str() {
            "registration" => person.types(CLIENT).gets(200, DEVICE_CODE),
            _ => person.enter(),
        };
    }
    assert!(notes(&person).contains("For US Government DoD, public sources do not agree"), "{}", notes(&person));
    person.types("https://outlook.office365.us/SMTP.Send offline_access");
    assert_eq!(person.model.draft().settings.scopes()[0], "https://outlook.office365.us/SMTP.Send");
}

#[test]
fn commands_connect_to_the_cloud() {
    let mut person = moves_to(Cloud::China);
    person.enter().enter();
    assert_eq!(person.at(), "registration");
    let commands = |person: &Person| {
        let blocks = person.screen().blocks.into_iter();
        blocks
            .filter_map(|block| if let Block::Command { text, .. } = block { Some(text) } else { None })
            .collect::<String>()
    };
    let said = commands(&person);
    assert!(
        said.contains(&format!("Connect-MgGraph -UseDeviceCode -Environment China -TenantId '{TENANT}'")),
        "{said}"
    );
    while person.at() != "smtp-auth" {
        match person.at().as_str() {
            "registration" => person.types(CLIENT).gets(200, DEVICE_CODE),
            _ => person.enter(),
        };
    }
    let said = commands(&person);
    assert!(said.contains("Connect-ExchangeOnline -Device -ExchangeEnvironmentName O365China\n"), "{said}");
    assert!(person.reads().contains("Microsoft 365 admin center (of your cloud) > Users"), "{}", person.reads());
}

#[test]
fn a_tenant_that_is_at_home_elsewhere_leads_straight_to_the_clouds() {
    let mut person = Person::sits_down(given());
    person.enter().types("alerts@agency.example").gets(200, &crate::person::discovery()).enter().enter();
    person.types(CLIENT).gets(400, &error("invalid_request", 90038));
    assert_eq!(person.at(), "registration");
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "cloud");
    person.tell(number(Cloud::GccHigh));
    assert_eq!(person.at(), "tenant", "and on from there");
    assert!(person.request().1.starts_with("https://login.microsoftonline.us/agency.example/"));
    assert_eq!(person.model.draft().settings.client_id, None, "each cloud has apps of its own");
}

#[test]
fn an_app_that_is_not_found_may_be_in_another_cloud() {
    let mut person = Person::sits_down(given());
    person.enter().types("alerts@agency.example").gets(200, &crate::person::discovery()).enter().enter();
    assert!(person.screen().action(Key::Letter('d')).is_none(), "before it was looked for");
    person.types(CLIENT).gets(400, &error("unauthorized_client", 700_016));
    person.presses(Key::Letter('d'));
    assert_eq!(person.at(), "cloud");
}

#[test]
fn a_mail_server_of_another_cloud_leads_there_as_well() {
    let (mut person, _) = at_consent(Cloud::GccHigh);
    person.gets(200, DEVICE_CODE).polls(200, &crate::person::granted("alerts@agency.example")).enter();
    person.types("smtp.office365.com").hears(refused("5.7.3 Authentication unsuccessful"));
    assert_eq!(person.at(), "connection");
    person.presses(Key::Letter('g'));
    assert_eq!(person.at(), "cloud");
}

#[test]
fn what_discovery_says_of_another_cloud_is_passed_on_and_not_taken_for_proof() {
    let mut person = Person::sits_down(given());
    person.enter().types("alerts@agency.example");
    let body = format!(
        r#"{{"issuer":"https://login.microsoftonline.us/{TENANT}/v2.0","cloud_instance_name":"microsoftonline.us"}}"#
    );
    person.gets(200, &body);
    assert_eq!(person.at(), "tenant");
    let said = person.screen().question.unwrap().error.unwrap();
    assert!(said.contains("another cloud") && said.contains("microsoftonline.us"), "{said}");
    // The person may know better, and the tenant's id is known all the same.
    person.presses(Key::Letter('n'));
    assert_eq!(person.at(), "method");
    assert_eq!(person.model.draft().settings.tenant.as_ref().unwrap().as_str(), TENANT);
}

#[test]
fn a_file_settles_what_is_unsettled() {
    for (more, host, resource) in [
        ("cloud = \"china\"", "smtp.partner.outlook.cn", "https://partner.outlook.cn"),
        (
            "cloud = \"gcc-high\"\nsmtp.host = \"outlook.office365.us\"",
            "outlook.office365.us",
            "https://outlook.office365.us",
        ),
        (
            "cloud = \"dod\"\nscopes = [\"https://outlook.office365.us/SMTP.Send\", \"offline_access\"]",
            "outlook-dod.office365.us",
            "https://outlook.office365.us",
        ),
    ] {
        let text = format!(
            "product = \"server\"\nuser = \"alerts@agency.example\"\ntenant = \"{TENANT}\"\nclient_id = \"{CLIENT}\"\n{more}\n"
        );
        let suggested = Answers::parse(&text).unwrap().settings;
        let answered = Some(Answered { complete: true, ..Answered::default() });
        let mut person = Person::sits_down(Given { suggested, answered, unattended: true, ..given() });
        person.gets(200, &format!(r#"{{"issuer":"https://x.example/{TENANT}/v2.0"}}"#)).gets(200, DEVICE_CODE);
        assert_eq!(person.at(), "consent", "{more}");
        let settings = &person.model.draft().settings;
        assert_eq!(
            (settings.server().unwrap().host.as_str(), settings.scopes()[0].as_str()),
            (host, format!("{resource}/SMTP.Send").as_str())
        );
    }
}
