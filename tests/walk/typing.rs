//! What is typed, refused, kept and probed.

use smtp_oauth::{
    account::draft::Draft,
    checklist::{Item, State},
    entra::Cloud,
    network::{FailureKind, NetworkFailure},
    secret::Secret,
    wizard::{
        Given,
        effect::{Effect, Report},
        message::Message,
        screen::{Input, Key, Question},
    },
};

use crate::person::{CLIENT, Person, TENANT, accepted, discovery, error, given};

fn at_the_mailbox() -> Person {
    let mut person = Person::sits_down(given());
    person.enter();
    person
}

fn at_the_registration() -> Person {
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example").gets(200, &discovery()).enter().enter();
    assert_eq!(person.at(), "registration");
    person
}

fn complaint(person: &Person) -> String {
    person.screen().question.and_then(|question| question.error).unwrap_or_default()
}

#[test]
fn a_wrong_value_is_answered_with_what_a_right_one_looks_like() {
    let mut person = at_the_mailbox();
    person.types("alerts");
    assert!(complaint(&person).contains("alerts@contoso.com"), "{}", complaint(&person));
    let mut person = at_the_registration();
    person.types("my app");
    assert!(complaint(&person).contains("8-4-4-4-12"), "{}", complaint(&person));
    assert!(person.effects.is_empty());
}

#[test]
fn nothing_typed_is_lost_by_going_back() {
    let mut person = at_the_registration();
    person.tell(Message::Typed(Secret::new("0f00"))).presses(Key::Esc);
    assert_eq!(person.at(), "method");
    assert_eq!(person.presses(Key::Esc).at(), "tenant");
    person.enter().enter();
    let question = person.screen().question.unwrap();
    assert_eq!(question.input, Input::Text { value: "0f00".into() });
    assert_eq!(person.model.draft().settings.user.as_ref().unwrap().as_str(), "alerts@contoso.example");
}

#[test]
fn a_secret_typed_and_not_handed_in_is_held_and_never_shown() {
    let mut person = at_the_registration();
    person.types(CLIENT).gets(200, crate::person::DEVICE_CODE).enter().enter();
    assert_eq!(person.at(), "secret");
    person.tell(Message::Typed(Secret::new("CANARY-cs"))).presses(Key::Esc);
    person.enter();
    assert!(matches!(person.screen().question.unwrap().input, Input::Secret { held: true }));
    assert!(!person.reads().contains("CANARY"));
    let (clear, secret) = person.model.draft().texts();
    assert!(!clear.contains("CANARY") && secret.unwrap().expose().contains("CANARY-cs"));
}

#[test]
fn the_tenant_is_found_from_the_mail_domain() {
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example");
    let (_, url, _) = person.request();
    assert_eq!(url, "https://login.microsoftonline.com/contoso.example/v2.0/.well-known/openid-configuration");
    person.gets(200, &discovery());
    assert_eq!(person.model.draft().settings.tenant.as_ref().unwrap().as_str(), TENANT);
    assert_eq!(person.enter().at(), "method");
}

#[test]
fn a_domain_without_a_tenant_leaves_the_question_open() {
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example").gets(400, &error("invalid_tenant", 90002));
    assert_eq!((person.at().as_str(), person.model.draft().checklist.state(Item::Tenant)), ("tenant", State::Failed));
    assert!(complaint(&person).contains("AADSTS90002"), "{}", complaint(&person));
    person.types(TENANT).gets(400, &error("invalid_tenant", 90002));
    assert_eq!(person.model.draft().checklist.state(Item::Tenant), State::Attested);
}

#[test]
fn a_tenant_that_is_typed_is_held_against_the_mail_domain() {
    let other = "8d2c0000-1111-2222-3333-0123456789ff";
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example").gets(200, &discovery()).types(other);
    assert!(person.request().1.contains("/contoso.example/"), "{:?}", person.request());
    person.gets(200, &discovery());
    assert!(complaint(&person).contains(TENANT) && complaint(&person).contains(other), "{}", complaint(&person));
    person.presses(Key::Letter('n'));
    assert_eq!(person.model.draft().settings.tenant.as_ref().unwrap().as_str(), other);
    assert_eq!(person.model.draft().checklist.state(Item::Tenant), State::Attested);
    // That there is such a domain says nothing of whose the mailbox is.
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example").gets(200, &discovery()).types("fabrikam.example");
    person.gets(200, &discovery().replace(TENANT, other));
    assert_eq!(person.model.draft().checklist.state(Item::Tenant), State::Attested);
}

#[test]
fn an_app_the_authority_does_not_know_can_be_mended_or_insisted_on() {
    let mut person = at_the_registration();
    person.types(CLIENT).gets(400, &error("unauthorized_client", 700_016));
    assert_eq!(person.model.draft().checklist.state(Item::ClientId), State::Failed);
    assert!(complaint(&person).contains("AADSTS700016"));
    person.presses(Key::Letter('n'));
    assert_eq!(person.at(), "redirect");
    // A word does not undo what was shown; a token would.
    assert_eq!(person.model.draft().checklist.state(Item::ClientId), State::Failed);
}

#[test]
fn a_probe_that_blames_another_step_leads_there() {
    let mut person = at_the_registration();
    person.types(CLIENT).gets(400, &error("invalid_request", 90002)).presses(Key::Letter('g'));
    assert_eq!(person.at(), "tenant");
}

#[test]
fn an_unexpected_answer_is_cannot_tell_and_never_failed() {
    let mut person = at_the_registration();
    person.types(CLIENT).gets(400, &error("interaction_required", 53003));
    assert_eq!(person.at(), "redirect");
    assert_eq!(person.model.draft().checklist.state(Item::ClientId), State::Attested);
}

#[test]
fn a_closed_port_a_wrong_certificate_and_a_captive_portal_each_have_a_name() {
    let trouble = |kind| NetworkFailure { kind, address: "login.example:443".into(), detail: "as seen".into() };
    for (kind, word) in [
        (FailureKind::Refused, "Nobody listens"),
        (FailureKind::Certificate, "ca_file"),
        (FailureKind::NameUnknown, "no address"),
        (FailureKind::TimedOut, "firewall"),
        (FailureKind::Unanswered, "The way is open"),
    ] {
        let mut person = at_the_registration();
        person.types(CLIENT).gets_nowhere(trouble(kind));
        let complaint = complaint(&person);
        assert!(complaint.contains(word) && complaint.contains("login.example:443"), "{complaint}");
        assert_eq!(person.model.draft().checklist.state(Item::Network), State::Failed);
        person.presses(Key::Letter('r'));
        person.request();
    }
    let mut person = at_the_registration();
    person.types(CLIENT).gets(200, "<html>Welcome to our WLAN</html>");
    assert!(complaint(&person).contains("captive portal"), "{}", complaint(&person));
    assert_ne!(person.model.draft().checklist.state(Item::Network), State::Failed);
}

#[test]
fn a_late_answer_changes_nothing() {
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example");
    let (ticket, ..) = person.request();
    person.presses(Key::Letter('x'));
    assert!(person.effects.contains(&Effect::Cancel(ticket)));
    let before = person.model.clone();
    let late = Report::Fetched(Ok(crate::person::answer(200, &discovery())));
    person.tell(Message::Reported(ticket, late));
    assert_eq!(person.model, before);
}

#[test]
fn a_clock_that_is_wrong_is_noticed_on_the_way() {
    let mut person = at_the_mailbox();
    person.types("alerts@contoso.example");
    person.now += 3600;
    let (ticket, ..) = person.request();
    person.tell(Message::Reported(ticket, Report::Fetched(Ok(crate::person::answer(200, &discovery())))));
    assert_eq!(person.model.draft().checklist.state(Item::Clock), State::Failed);
}

#[test]
fn another_sender_brings_the_step_about_send_as() {
    let mut person = at_the_registration();
    person.types(CLIENT).gets(200, crate::person::DEVICE_CODE).enter().enter().types("");
    person.enter();
    assert_eq!(person.at(), "sender");
    person.types("noreply@contoso.example");
    assert_eq!(person.at(), "send-as");
    assert!(
        person
            .reads()
            .contains("Add-RecipientPermission -Identity 'noreply@contoso.example' -Trustee 'alerts@contoso.example'")
    );
    assert_eq!(person.enter().at(), "consent");
}

#[test]
fn a_hostile_value_never_reaches_a_command() {
    for hostile in
        ["$(id)@contoso.example", "a'b\u{1b}@contoso.example", "a\u{202e}@contoso.example", "'; rm -rf / #@x.example"]
    {
        let mut person = at_the_mailbox();
        person.types(hostile);
        assert_eq!(person.at(), "mailbox");
        assert!(!complaint(&person).is_empty(), "{hostile}");
    }
}

#[test]
fn sentences_stand_apart_as_their_language_sets_them() {
    let mut person = at_the_mailbox();
    person.types("alerts@contösö.example");
    assert!(complaint(&person).ends_with("alerts@contoso.com. It holds: 'ö'."), "{}", complaint(&person));
    person.tell(Message::Language);
    assert!(complaint(&person).ends_with("。含まれている文字: 'ö'"), "{}", complaint(&person));
}

#[test]
fn what_was_pasted_around_a_value_is_left_out_and_told_on_the_next_screen() {
    let mut person = at_the_mailbox();
    person.types("「ａｌｅｒｔｓ＠ｃｏｎｔｏｓｏ．ｅｘａｍｐｌｅ」、");
    assert_eq!(person.model.draft().settings.user.as_ref().unwrap().as_str(), "alerts@contoso.example");
    let told = "Taken as alerts@contoso.example. Quotes were removed. Punctuation at the end was removed. Full-width characters were turned into plain ones.";
    assert!(person.reads().contains(told), "{}", person.reads());
    person.gets(200, &discovery());
    assert!(person.at() == "tenant" && person.reads().contains(told), "what was found out stands beside it");
    person.enter().enter();
    assert!(!person.reads().contains("Taken as"));
    person
        .types(&format!("Application (client) ID\n:\n{}", CLIENT.replace('-', "")))
        .gets(200, crate::person::DEVICE_CODE);
    assert_eq!(person.model.draft().settings.client_id.as_ref().unwrap().as_str(), CLIENT);
    assert!(person.at() == "redirect" && person.reads().contains(&format!("Taken as {CLIENT}. The label before it")));
    person.enter().enter();
    person
        .types("\u{feff}\"CANARY~abcdefghijklmnopqrstuvwxyz012345\"")
        .gets(400, &error("unauthorized_client", 700_016));
    let told = "It was changed before it was taken. Quotes were removed. Invisible characters were removed.";
    assert!(person.reads().contains(told) && !person.reads().contains("CANARY"), "{}", person.reads());
    let secret = person.model.draft().secrets.client_secret.clone().unwrap();
    assert_eq!(secret.expose(), "CANARY~abcdefghijklmnopqrstuvwxyz012345");
}

#[test]
fn what_is_still_wrong_is_refused_with_what_stands_in_it() {
    for (text, odd) in [
        ("alerts@con\u{202e}toso.example", "It holds: '\\u{202e}'."),
        ("ä b@contoso.example", "It holds: 'ä' ' '."),
        ("alerts@contoso.example\nPassword: x", "It holds: '^J' ' '."),
        (&"alerts@".repeat(10_000), "It has 70000 characters."),
    ] {
        let mut person = at_the_mailbox();
        person.types(text);
        assert!(complaint(&person).ends_with(odd), "{}", complaint(&person));
    }
    let mut person = at_the_registration();
    person.types("Directory (tenant) ID: 8d2c1f00-1111-2222-3333-0123456789ab");
    assert!(complaint(&person).ends_with("It is labelled 'Directory (tenant) ID', which is another value."));
    person.types(CLIENT).gets(200, crate::person::DEVICE_CODE).enter().enter();
    person.types("CANARY\u{3000}CANARY");
    assert!(complaint(&person).contains("full-width") && !person.reads().contains("CANARY"), "{}", person.reads());
}

#[test]
fn addresses_of_another_cloud_are_not_taken_along() {
    let mut person = Person::sits_down(given());
    person.sets_up("custom").types("alerts@contoso.example");
    assert_eq!(person.at(), "authority");
    person.types("https://login.example");
    assert_eq!(person.model.draft().settings.authority().unwrap().as_str(), "https://login.example");
    person.presses(Key::Esc).presses(Key::Esc).presses(Key::Esc);
    assert_eq!(person.at(), "product");
    person.sets_up("server");
    assert_eq!(person.model.draft().settings.authority().unwrap().as_str(), "https://login.microsoftonline.com");
}

#[test]
fn a_custom_cloud_is_asked_for_everything_it_needs() {
    let mut person = Person::sits_down(given());
    person.sets_up("custom").types("alerts@contoso.example").types("https://login.example/base/");
    person.types("/etc/ssl/private-ca.pem").types("smtp.example:2525").tell(Message::Choose(1));
    assert_eq!(person.at(), "tenant");
    person.gets(200, r#"{"issuer":"https://login.example"}"#).types("main.example");
    assert_eq!(person.request().1, "https://login.example/base/main.example/v2.0/.well-known/openid-configuration");
    person.gets(404, "");
    assert_eq!(person.model.draft().checklist.state(Item::Tenant), State::Attested);
    person.enter().types("any-client").gets(401, r#"{"error":"invalid_client"}"#);
    assert_eq!(person.model.draft().checklist.state(Item::ClientId), State::Attested);
    person.enter().types("https://smtp.example/SMTP.Send offline_access").enter().types("CANARY-cs");
    assert!(person.request().2.contains("scope=https%3A%2F%2Fsmtp.example%2F.default"));
    person.gets(400, r#"{"error":"unauthorized_client"}"#);
    assert_eq!(person.at(), "secret-expires");
    person.types("").enter().enter();
    assert_eq!(person.at(), "consent");
    assert_eq!(person.model.draft().settings.secret_expires, None);
    assert!(person.request().2.contains("client_secret=CANARY-cs"));
}

#[test]
fn a_secret_that_was_given_ends_one_day() {
    let mut draft = Draft { step: "secret-expires".into(), ..Draft::default() };
    draft.settings.product = Some("server".into());
    draft.settings.user = Some("alerts@contoso.example".parse().unwrap());
    draft.secrets.client_secret = Some(Secret::new("CANARY-cs"));
    // 2026-11-18.
    let mut person = Person::sits_down_at(Given { draft: Some(draft), ..given() }, 1_795_000_000);
    let Some(Question { input: Input::Text { value }, .. }) = person.screen().question else { panic!() };
    assert_eq!(value, "2027-05-17", "the portal's default is proposed");
    assert!(complaint(person.types("5/1/2027")).contains("2027-05-01"));
    assert!(complaint(person.types("2026-11-18")).contains("not in the future"));
    person.types("2027/5/1");
    let kept = person.model.draft().settings.secret_expires.unwrap();
    assert_eq!((person.at(), kept.to_string()), ("smtp-auth".into(), "2027-05-01".into()));
    person.presses(Key::Esc).presses(Key::Esc).types("CANARY-another");
    assert_eq!(person.model.draft().settings.secret_expires, None, "that was the other one's");
}

#[test]
fn a_secret_is_shown_to_no_other_authority_than_the_one_it_was_typed_for() {
    let mut draft = Draft::default();
    draft.settings.product = Some("custom".into());
    draft.settings.cloud = Some(Cloud::Custom);
    draft.settings.user = Some("alerts@contoso.example".parse().unwrap());
    draft.settings.endpoints.authority = Some("https://one.example".parse().unwrap());
    draft.secrets.client_secret = Some(Secret::new("CANARY-cs"));
    draft.step = "authority".into();
    let mut person = Person::sits_down(Given { draft: Some(draft), ..given() });
    person.types("https://one.example/");
    assert!(person.model.draft().secrets.client_secret.is_some());
    person.presses(Key::Esc).types("https://two.example");
    assert_eq!(person.model.draft().secrets.client_secret, None);
}

#[test]
fn nothing_found_out_with_one_client_id_is_known_of_another() {
    let mut person = Person::sits_down(given());
    person.walks_to_connection().hears(accepted());
    let known = |person: &Person, item| person.model.draft().checklist.state(item) == State::Proven;
    assert!(known(&person, Item::PublicClient) && known(&person, Item::Connection));
    person.tell(Message::ShowChecklist).tell(Message::Choose(2)).presses(Key::Letter('g'));
    assert_eq!(person.at(), "registration");
    person.types("0f000000-0000-4000-8000-000000000002").gets(400, &error("interaction_required", 53003));
    for item in [Item::ClientId, Item::PublicClient, Item::Permission, Item::Connection, Item::Token] {
        assert!(!known(&person, item), "{item:?}");
    }
    assert_eq!(person.model.draft().secrets.tokens, None);
}

#[test]
fn an_ipv6_server_survives_being_shown() {
    let mut person = Person::sits_down(given());
    person.sets_up("custom").types("alerts@contoso.example").types("https://login.example");
    person.types("").types("[::1]:2525").presses(Key::Esc);
    assert_eq!(person.screen().question.unwrap().input, Input::Text { value: "[::1]:2525".into() });
    person.enter();
    let server = person.model.draft().settings.server().unwrap();
    assert_eq!((server.host.as_str(), server.port), ("::1", 2525));
}

#[test]
fn a_product_asked_for_by_name_takes_a_draft_over_with_its_own_addresses() {
    let mut draft = Draft::default();
    draft.settings.product = Some("custom".into());
    draft.settings.cloud = Some(Cloud::Custom);
    draft.settings.user = Some("alerts@contoso.example".parse().unwrap());
    draft.settings.endpoints.authority = Some("https://one.example".parse().unwrap());
    draft.settings.scopes = vec!["x".into()];
    draft.secrets.client_secret = Some(Secret::new("CANARY-cs"));
    draft.step = "secret".into();
    let mut suggested = smtp_oauth::account::Settings { product: Some("server".into()), ..Default::default() };
    suggested.cloud = Some(Cloud::Global);
    let person = Person::sits_down(Given { draft: Some(draft), suggested, product_fixed: true, ..given() });
    let draft = person.model.draft();
    assert_eq!(person.at(), "mailbox");
    assert_eq!(draft.settings.authority().unwrap().as_str(), "https://login.microsoftonline.com");
    assert_eq!(draft.settings.scopes()[0], "https://outlook.office.com/SMTP.Send");
    assert_eq!(draft.secrets.client_secret, None);
}
