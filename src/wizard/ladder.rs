//! The ladder: which ways of consent are open here, which to try first and why, and which next when one is
//! refused. What stands in the way of a way is known by its cause (`ways` in `diagnosis/causes/*.toml`).

use super::{desk::Desk, step::Go};
use crate::{account::draft::Draft, checklist::Item, diagnosis::Cause, phrase::Phrase, way::Way};

/// The ways open to this product, the one to try first in front.
pub fn ways(desk: &Desk) -> Vec<Way> {
    let mut ways: Vec<Way> = desk.product().ways.iter().copied().filter(|way| open(desk, *way)).collect();
    let first = first(desk).map(|(way, _)| way);
    // The sort is stable: what the situation does not decide stays in the product's order.
    ways.sort_by_key(|way| (desk.draft.refused.contains(way), Some(*way) != first));
    ways
}

/// Microsoft takes a password for High Volume Email alone; of other authorities nothing is known.
fn open(desk: &Desk, way: Way) -> bool {
    let settings = &desk.draft.settings;
    way != Way::Password || settings.is_hve() || !settings.cloud().is_microsoft()
}

/// The way that the situation speaks for, and the reason.
fn first(desk: &Desk) -> Option<(Way, &'static str)> {
    let settings = &desk.draft.settings;
    let secret = desk.client_secret().is_some();
    let remote = desk.remote.is_some();
    let local = desk.graphical && !remote;
    let candidates = [
        (settings.certificate_file.is_some(), Way::Certificate, "certificate-at-hand"),
        (settings.is_hve(), Way::Secret, "hve"),
        (secret && local, Way::Loopback, "secret-at-hand"),
        (secret, Way::Paste, "secret-at-hand"),
        (local, Way::Loopback, "local"),
        (desk.product().tenant.is_some(), Way::DeviceCode, "personal"),
        (true, Way::DeviceCode, if remote { "remote" } else { "no-browser" }),
        (desk.draft.refused.is_empty(), Way::Paste, "elsewhere"),
        (true, Way::Paste, "after-refusal"),
        (true, Way::Loopback, "after-refusal"),
    ];
    let fits = |way: Way| desk.product().ways.contains(&way) && open(desk, way) && !desk.draft.refused.contains(&way);
    candidates.into_iter().find(|(applies, way, _)| *applies && fits(*way)).map(|(_, way, why)| (way, why))
}

/// Why the first of [`ways`] stands in front, in one sentence.
pub fn why(desk: &Desk) -> Option<Phrase> {
    let (way, why) = first(desk)?;
    Some(Phrase::new(format!("method.why.{why}")).with("way", desk.word(&format!("ways.{}.label", way.id()))))
}

/// The next way to try, by what the present one was refused for.
pub fn next(desk: &Desk, causes: &[Cause]) -> Option<Way> {
    let past = causes.first().map_or(&[][..], |cause| cause.ways);
    let fresh = |way: &Way| past.contains(way) && *way != desk.draft.way() && !desk.draft.refused.contains(way);
    ways(desk).into_iter().find(fresh)
}

/// The action that leads to another way after a refusal: to the next, where the cause tells it, else to the
/// choice; `None` where there is no other.
pub fn offer(desk: &Desk, causes: &[Cause]) -> Option<String> {
    match next(desk, causes) {
        Some(way) => {
            let label = desk.word(&format!("ways.{}.short", way.id()));
            Some(desk.say(&Phrase::new("action.next-way").with("way", label)))
        }
        None => (ways(desk).len() > 1).then(|| desk.word("action.other-way")),
    }
}

/// Chooses a way; what was found out about another way's part falls.
pub fn take(desk: &mut Desk, way: Way) {
    let before = desk.draft.way();
    desk.change(|desk| {
        desk.draft.way = Some(way);
        desk.draft.settings.take_way(way);
        desk.settle_redirect();
        if way.is_app_only() != before.is_app_only() {
            // They were for the way before.
            desk.draft.settings.scopes.clone_from(&desk.suggested.scopes);
        }
    });
}

/// What does not apply with the way chosen says so; what applies again is open.
pub fn mark(draft: &mut Draft) {
    let Some(way) = draft.way else { return };
    for (item, applies) in [
        (Item::RedirectUri, way.is_browser()),
        (Item::PublicClient, matches!(way, Way::DeviceCode | Way::Password)),
        (Item::SmtpUser, !way.is_app_only()),
    ] {
        let why = Phrase::new(format!("ways.without.{}", item.id()));
        if !applies {
            draft.checklist.not_needed(item, why);
        } else if draft.checklist.evidence(item) == [why] {
            draft.checklist.reopen(item);
        }
    }
}

/// Remembers that the present way is refused, where its cause is one that another way gets past.
pub fn refuse(desk: &mut Desk, causes: &[Cause]) {
    if causes.first().is_some_and(|cause| !cause.ways.is_empty()) {
        let way = desk.draft.way();
        desk.draft.refused.insert(way);
    }
}

/// Past a refusal: by the next way where there is one, else by a choice.
pub fn past(desk: &mut Desk, causes: &[Cause]) -> Go {
    match next(desk, causes) {
        Some(way) => {
            take(desk, way);
            lead(desk, way)
        }
        None => Go::To("method"),
    }
}

/// To the step that prepares a way just taken, and back to the sign-in where that is all it needs.
fn lead(desk: &Desk, way: Way) -> Go {
    match way {
        Way::DeviceCode => Go::Mend(Item::PublicClient),
        Way::Loopback | Way::Paste => Go::Mend(Item::RedirectUri),
        Way::Secret | Way::Certificate if desk.draft.settings.is_hve() => Go::To("hve-permission"),
        Way::Secret | Way::Certificate => Go::To("app-permission"),
        Way::Password => Go::To("password"),
    }
}
