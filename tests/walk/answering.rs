//! A file has answered: its steps are passed over, and what is shown all the same.

use smtp_oauth::{
    account::{Settings, answers::Answers, draft::Draft},
    checklist::{Item, State},
    secret::Secret,
    wizard::{
        Answered, Given,
        effect::{Beside, Effect, Outcome, Report, Written},
        message::Message,
        screen::Key,
    },
};

use super::person::{CLIENT, DEVICE_CODE, Person, TENANT, accepted, discovery, error, given, granted, refused};

fn settings(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

fn whole() -> Settings {
    settings(&format!(
        "product = \"server\"\nuser = \"alerts@contoso.example\"\ntenant = \"{TENANT}\"\nclient_id = \"{CLIENT}\""
    ))
}

fn by_file(suggested: Settings, answered: Answered) -> Given {
    Given { suggested, answered: Some(answered), ..given() }
}

fn complete() -> Answered {
    Answered { complete: true, ..Answered::default() }
}

fn unattended(answered: Answered) -> Given {
    Given { unattended: true, ..by_file(whole(), answered) }
}

/// With everything told: probes answered, up to the sign-in.
fn to_consent(given: Given) -> Person {
    let mut person = Person::sits_down(given);
    person.gets(200, &discovery()).gets(200, DEVICE_CODE);
    assert_eq!(person.at(), "consent");
    person.gets(200, DEVICE_CODE);
    person
}

fn evidence(person: &Person, item: Item) -> Vec<String> {
    let evidence = person.model.draft().checklist.evidence(item);
    evidence.iter().map(|phrase| person.model.desk().say(phrase)).collect()
}

#[test]
fn a_file_with_everything_leads_to_the_sign_in_over_its_probes() {
    let person = to_consent(by_file(whole(), complete()));
    let checklist = &person.model.draft().checklist;
    assert_eq!((checklist.state(Item::Tenant), checklist.state(Item::ClientId)), (State::Proven, State::Proven));
    for item in [Item::Mailbox, Item::PublicClient, Item::Permission, Item::SmtpAuth] {
        assert_eq!(checklist.state(item), State::Attested, "{item:?}");
        assert_eq!(evidence(&person, item), ["The answers file says so."]);
    }
    assert_eq!(checklist.state(Item::ClientSecret), State::NotNeeded);
}

#[test]
fn nobodys_word_is_nobodys_word() {
    for (unattended, said) in [(true, "Taken as set: nobody was asked."), (false, "You said so.")] {
        let mut person = Person::sits_down(Given { unattended, suggested: whole(), ..given() });
        person.enter().enter();
        assert_eq!(evidence(&person, Item::Mailbox), [said]);
    }
}

#[test]
fn a_tenant_left_open_is_found_by_the_mail_domain() {
    let suggested = Settings { tenant: None, ..whole() };
    let mut person = Person::sits_down(by_file(suggested, complete()));
    person.gets(200, &discovery()).gets(200, DEVICE_CODE);
    assert_eq!(person.at(), "consent");
    assert_eq!(person.model.draft().settings.tenant.as_ref().unwrap().as_str(), TENANT);
}

#[test]
fn a_tenant_that_is_not_found_is_asked_for() {
    let suggested = Settings { tenant: None, ..whole() };
    let mut person = Person::sits_down(by_file(suggested, complete()));
    person.gets(400, &error("invalid_tenant", 90002));
    assert_eq!(person.at(), "tenant");
    person.types(TENANT).gets(200, &discovery()).gets(200, DEVICE_CODE);
    assert_eq!(person.at(), "consent", "what comes behind has its answers");
}

#[test]
fn only_what_the_file_leaves_open_is_asked() {
    let keys = ["product", "user", "tenant"].map(str::to_owned).into();
    let suggested = Settings { client_id: None, ..whole() };
    let mut person = Person::sits_down(by_file(suggested, Answered { keys, ..Answered::default() }));
    person.gets(200, &discovery());
    assert_eq!(person.at(), "method");
    assert_eq!(person.enter().at(), "registration");
    person.types(CLIENT).gets(200, DEVICE_CODE);
    for step in ["redirect", "permissions", "secret", "smtp-auth", "sender"] {
        assert_eq!(person.at(), step);
        person.enter();
    }
    assert_eq!(person.at(), "consent");
    assert_eq!(evidence(&person, Item::SmtpAuth), ["You said so."]);
}

#[test]
fn a_probe_that_says_no_stops_there_and_shows_it() {
    let mut person = Person::sits_down(by_file(whole(), complete()));
    person.gets(200, &discovery()).gets(400, &error("unauthorized_client", 700_016));
    assert_eq!(person.at(), "registration");
    let question = person.screen().question.unwrap();
    assert!(question.error.unwrap().contains("AADSTS700016"));
    person.presses(Key::Letter('n'));
    assert_eq!(person.at(), "consent");
    assert_eq!(person.model.draft().checklist.state(Item::ClientId), State::Failed);
}

#[test]
fn going_back_shows_every_step_and_enter_leads_forward_again() {
    let mut person = to_consent(by_file(whole(), complete()));
    for step in
        ["sender", "smtp-auth", "secret", "permissions", "redirect", "registration", "method", "tenant", "mailbox"]
    {
        person.presses(Key::Esc);
        assert_eq!(person.at(), step);
    }
    person.types("other@contoso.example");
    assert_eq!(person.at(), "consent");
    assert_eq!(evidence(&person, Item::Mailbox), ["You said so."]);
}

#[test]
fn a_switch_shown_to_be_off_is_not_attested_by_a_file() {
    let off = error("invalid_client", 7_000_218);
    let mut person = Person::sits_down(by_file(whole(), complete()));
    person.gets(200, &discovery()).gets(401, &off);
    assert_eq!(person.at(), "redirect");
    person.enter();
    assert_eq!(person.at(), "consent");
    let mut nobody = Person::sits_down(unattended(complete()));
    nobody.gets(200, &discovery()).gets(401, &off);
    assert_eq!(nobody.at(), "consent");
    assert_eq!(nobody.model.draft().checklist.state(Item::PublicClient), State::Failed);
}

#[test]
fn a_secret_id_in_the_secrets_place_is_caught() {
    let secret = Some(Secret::new("8d2c0000-1111-2222-3333-0123456789ab"));
    let mut person = Person::sits_down(Given { client_secret: secret, ..by_file(whole(), complete()) });
    person.gets(200, &discovery()).gets(200, DEVICE_CODE);
    assert_eq!(person.at(), "secret");
    assert!(person.screen().question.unwrap().error.unwrap().contains("'Secret ID'"));
}

#[test]
fn a_message_is_sent_where_the_file_says_and_nowhere_else() {
    let send_to = Some("ops@contoso.example".parse().unwrap());
    let mut person = to_consent(unattended(Answered { send_to, ..complete() }));
    person.polls(200, &granted("alerts@contoso.example")).enter().hears(accepted()).enter();
    let envelope = person.effects.iter().find_map(|effect| match effect {
        Effect::Converse(_, conversing) => conversing.plan.message.clone(),
        _ => None,
    });
    assert_eq!(envelope.unwrap().recipient.as_str(), "ops@contoso.example");
    person.hears(accepted()).enter();
    assert_eq!(person.at(), "save");

    let mut nobody = to_consent(unattended(complete()));
    nobody.polls(200, &granted("alerts@contoso.example")).enter().hears(accepted()).enter();
    assert_eq!(nobody.at(), "save");
    let mut somebody = to_consent(by_file(whole(), complete()));
    somebody.polls(200, &granted("alerts@contoso.example")).enter().hears(accepted()).enter();
    assert_eq!(somebody.at(), "message");
}

#[test]
fn a_refused_test_of_nobody_is_saved_as_refused() {
    let mut person = to_consent(unattended(complete()));
    person.polls(200, &granted("alerts@contoso.example")).enter();
    person.hears(refused("5.7.139 SmtpClientAuthentication is disabled for the Mailbox")).tell(Message::Skip);
    assert_eq!(person.at(), "save");
    assert_eq!(person.model.stuck_outcome(), Outcome::Refused);
}

#[test]
fn the_answers_are_kept_when_asked_and_hold_no_secret() {
    let client_secret = Some(Secret::new("CANARY-cs"));
    let mut person = Person::sits_down(Given { client_secret, ..by_file(whole(), complete()) });
    person.gets(200, &discovery()).gets(200, DEVICE_CODE).gets(400, &error("invalid_client", 7_000_229));
    person.gets(200, DEVICE_CODE).polls(200, &granted("alerts@contoso.example")).enter().hears(accepted()).enter();
    person.types("ops@contoso.example").hears(accepted()).enter().enter();
    crate::saves(&mut person);
    person.presses(Key::Letter('s'));
    let [Effect::KeepFiles(ticket, files)] = &person.effects.clone()[..] else { panic!("{:?}", person.effects) };
    let [Beside { name, text }] = &files[..] else { panic!("{files:?}") };
    assert!(name == "answers-alerts.toml" && !text.contains("CANARY"), "{text}");
    let answers = Answers::parse(text).unwrap();
    assert_eq!(answers.more.send_to.unwrap().as_str(), "ops@contoso.example");
    assert_eq!(answers.settings.client_id, whole().client_id);
    assert_eq!(answers.settings.secret_expires, None, "a file that says nothing of it is not completed by a guess");
    assert!(text.contains("# client_secret_file = "), "{text}");
    let report = Report::FilesKept(Ok(vec![Written {
        path: "/c/answers-alerts.toml".into(),
        old: Some("/c/answers-alerts.toml.old".into()),
    }]));
    person.tell(Message::Reported(*ticket, report));
    assert!(person.reads().contains("kept in /c/answers-alerts.toml.old."), "{}", person.reads());
    assert!(person.reads().contains("/c/answers-alerts.toml") && person.screen().action(Key::Letter('s')).is_none());
    person.enter();
    assert_eq!(person.effects, [Effect::Leave(Outcome::Accepted)]);
}

#[test]
fn a_draft_is_taken_up_where_it_stopped() {
    let draft = Draft { step: "sender".into(), settings: whole(), ..Draft::default() };
    let person = Person::sits_down(Given { draft: Some(draft), ..by_file(whole(), complete()) });
    assert_eq!(person.at(), "sender");
}
