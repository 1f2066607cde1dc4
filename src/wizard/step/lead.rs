//! The one key after a failure: back to the step that mends it. Which step that is follows from the cause and from the
//! item it speaks of; where there is none, what to do stands in the verdict alone.

use super::primary;
use crate::{
    checklist::Item,
    diagnosis::{self, Cause},
    phrase::Phrase,
    product,
    wizard::{
        desk::Desk,
        message::Message,
        plan,
        screen::{Act, Action, Key},
    },
};

/// The step that mends a failure: the one that its cause names, else the one that settles the item.
pub fn step_of(desk: &Desk, causes: &[Cause], item: Item) -> Option<&'static str> {
    let sure = diagnosis::likely(causes).filter(|cause| cause.item == item);
    let by_this_way =
        |id: &str| product::step(id).is_some_and(|it| it.ways.is_empty() || it.ways.contains(&desk.draft.way()));
    let on_path = |id: &&str| by_this_way(id) && desk.product().path.iter().any(|step| step == id);
    let named = sure.and_then(|cause| cause.step).filter(on_path);
    named.or_else(|| plan::step_of(&plan::path(desk), item))
}

/// The key that leads there; `None` when that is `here` or there is none.
pub fn lead(desk: &Desk, causes: &[Cause], item: Option<Item>, here: &str) -> Option<Action> {
    let item = item?;
    // Another way of consent is the key there.
    let passed = causes.first().is_some_and(|cause| cause.item == Item::Consent && !cause.ways.is_empty());
    if passed && here == "consent" {
        return None;
    }
    let step = step_of(desk, causes, item).filter(|step| *step != here)?;
    Some(to(desk, item, step))
}

/// The key that leads to the step that settles `item`, whatever is wrong with it.
pub fn go_to(desk: &Desk, item: Item) -> Option<Action> {
    plan::step_of(&plan::path(desk), item).map(|step| to(desk, item, step))
}

fn to(desk: &Desk, item: Item, step: &str) -> Action {
    let settles = |id: &str| product::step(id).is_some_and(|step| step.items.contains(&item));
    let alone = plan::path(desk).iter().filter(|id| settles(id)).count() == 1;
    // One that is settled at several steps, or by the way at one about something else, is no name for where the key leads.
    let own = product::step(step).is_some_and(|step| step.items.first() == Some(&item));
    let name = if own && alone { desk.texts.item(item) } else { desk.word(&format!("steps.{step}.title")) };
    let label = desk.say(&Phrase::new("action.go-to").with("item", name));
    primary(Key::Letter('g'), label, Act::Send(Message::GoTo(item)))
}

#[cfg(test)]
mod tests;
