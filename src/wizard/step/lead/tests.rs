//! Every cause there is, wherever it can be met: which have a key back to what mends them, and why the rest have none.

use super::*;
use crate::{
    account::draft::Draft,
    diagnosis::{Certainty, UNKNOWN, cause},
    language::{Language, Texts},
    way::Way,
};

fn desk(way: Way) -> Desk {
    let mut desk = Desk::new(Draft::default(), Texts::new(Language::English), String::new());
    desk.choose(product::default());
    desk.draft.settings.user = Some("alerts@contoso.example".parse().unwrap());
    desk.draft.settings.sender = Some("noreply@contoso.example".parse().unwrap());
    desk.draft.way = Some(way);
    desk.draft.settings.take_way(way);
    desk
}

/// Items that no step of this way settles, and why that is as it should be.
fn is_nowhere(item: Item, way: Way) -> bool {
    match item {
        // This machine's own: the verdict has the command.
        Item::Clock => true,
        // Neither can stand in the way of a sign-in that does without it.
        Item::RedirectUri => !way.is_browser(),
        Item::PublicClient => way != Way::DeviceCode,
        // Of High Volume Email alone.
        Item::Product(_) => true,
        _ => false,
    }
}

#[test]
fn every_cause_points_back_to_a_step_or_is_mended_where_it_is_shown() {
    for way in [Way::DeviceCode, Way::Loopback, Way::Paste, Way::Secret, Way::Certificate] {
        let desk = desk(way);
        let path = plan::path(&desk);
        for entry in cause::catalogue() {
            let cause = Cause { certainty: Certainty::Likely, ..entry.in_general() };
            let (item, fixes) = (cause.item, !entry.fix.is_empty());
            let causes = [cause];
            for here in ["consent", "token", "connection", "message"] {
                let step = step_of(&desk, &causes, item);
                let place = format!("{} at {here} by {}", entry.slug, way.id());
                match lead(&desk, &causes, Some(item), here) {
                    Some(action) => {
                        let step = step.unwrap_or_else(|| panic!("{place} leads nowhere"));
                        assert!(step != here && (path.contains(&step) || entry.step.is_some()), "{place}: {step}");
                        assert_eq!(action.act, Act::Send(Message::GoTo(item)), "{place}");
                    }
                    // What is to be done stands in the verdict, and another try or another way is a key beside it.
                    None => {
                        assert!(step == Some(here) || is_nowhere(item, way), "{place}: no key to {}", item.id());
                        assert!(fixes || entry.slug == UNKNOWN, "{place}: nothing says what to do");
                    }
                }
            }
        }
    }
}

#[test]
fn the_key_is_named_after_the_page_it_leads_to() {
    let label = |way, item| go_to(&desk(way), item).unwrap().label;
    assert_eq!(label(Way::DeviceCode, Item::ClientId), "Go to: Client ID");
    // Settled by the way, or at several steps.
    assert_eq!(label(Way::Secret, Item::Connection), "Go to: The app's access to the mailbox");
    assert_eq!(label(Way::Certificate, Item::ClientSecret), "Go to: The certificate");
    assert_eq!(label(Way::DeviceCode, Item::SmtpUser), "Go to: What the token says");
}

#[test]
fn what_another_way_gets_past_leads_to_no_password() {
    let mut desk = desk(Way::DeviceCode);
    desk.choose(product::find("hve").unwrap());
    desk.draft.way = Some(Way::Password);
    desk.draft.settings.take_way(Way::Password);
    let shown = |slug: &str| {
        let causes = [Cause { certainty: Certainty::Certain, ..cause::find(slug).unwrap().in_general() }];
        lead(&desk, &causes, Some(causes[0].item), "consent").map(|action| action.label)
    };
    assert_eq!(shown("mfa_needed_for_ropc"), None);
    assert!(shown("ropc_password_wrong").is_some_and(|label| label.contains("assword")));
}
