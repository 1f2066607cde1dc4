//! What every product's file is held to, as far as it stands in the file alone: each rule gives a sentence for each
//! place that breaks it. The words and what they name are looked at in `wizard/product_tests.rs`.

use super::{Item, Product, steps};
use crate::checklist::steps::Kind;

/// Everything that is amiss with a product, in words that say where.
pub fn amiss(product: &Product) -> Vec<String> {
    let found = [path(product), own_steps(product), notes(product), guide(product), sheet(product), app(product)];
    found.concat().into_iter().map(|what| format!("{}: {what}", product.id)).collect()
}

fn path(product: &Product) -> Vec<String> {
    let mut amiss = Vec::new();
    for (at, id) in product.path.iter().enumerate() {
        if product.step(id).is_none() {
            amiss.push(format!("path: `{id}` is no step of its own and none of checklist/steps.toml"));
        }
        if product.path[..at].contains(id) {
            amiss.push(format!("path: `{id}` is there twice"));
        }
    }
    let place = |id: &str| product.path.iter().position(|step| step == id);
    let order = ["product", "consent", "token", "connection", "message", "save", "done"];
    for id in order.iter().filter(|id| place(id).is_none()) {
        amiss.push(format!("path: `{id}` is missing"));
    }
    for pair in order.windows(2).filter(|pair| place(pair[0]) > place(pair[1])) {
        amiss.push(format!("path: `{}` comes after `{}`", pair[0], pair[1]));
    }
    if product.path.first().is_none_or(|id| id != "product") || product.path.last().is_none_or(|id| id != "done") {
        amiss.push("path: it begins with `product` and ends with `done`".to_owned());
    }
    if product.ways.is_empty() {
        amiss.push("ways: there is none".to_owned());
    }
    amiss
}

fn own_steps(product: &Product) -> Vec<String> {
    let mut amiss = Vec::new();
    for (id, step) in &product.steps {
        if !product.path.contains(id) {
            amiss.push(format!("steps.{id}: not on the path"));
        }
        let elsewhere = |other: &&Product| other.id != product.id && other.steps.contains_key(id);
        if steps::find(id).is_some() || super::all().iter().any(|other| elsewhere(&other)) {
            amiss.push(format!("steps.{id}: there is a step of that name already"));
        }
        if (step.kind == Kind::Read) != step.field.is_some() {
            amiss.push(format!("steps.{id}: a `read` step has a `field`, and no other has one"));
        }
    }
    for item in product.items() {
        if let Item::Product(switch) = item
            && !product.path.iter().any(|step| step == switch.step())
        {
            amiss.push(format!("items: `{}` is the item of no step on the path", item.id()));
        }
    }
    amiss
}

fn notes(product: &Product) -> Vec<String> {
    let mut amiss = Vec::new();
    for (number, note) in product.notes.iter().enumerate() {
        if !product.path.contains(&note.at) {
            amiss.push(format!("notes.{number}: `{}` is not on the path", note.at));
        }
        if note.source.trim().is_empty() {
            amiss.push(format!("notes.{number}: no source"));
        }
    }
    amiss
}

fn guide(product: &Product) -> Vec<String> {
    let Some(guide) = &product.guide else { return Vec::new() };
    let mut amiss = Vec::new();
    for step in &guide.steps {
        match &step.here {
            Some(here) if !product.path.contains(here) => {
                amiss.push(format!("guide, {}: `{here}` is not on the path", step.there));
            }
            None if step.note.is_none() => amiss.push(format!("guide, {}: neither `here` nor `note`", step.there)),
            _ => {}
        }
    }
    let told = |id: &String| guide.steps.iter().any(|step| step.here.as_ref() == Some(id));
    for note in product.notes.iter().filter(|note| !told(&note.at)) {
        amiss.push(format!("guide: nothing leads to `{}`, where a note stands; say `not in the guide`", note.at));
    }
    // A value is asked for whether the guide speaks of it or not; what is to be done elsewhere is the guide's.
    for (id, _) in product.steps.iter().filter(|(id, step)| step.field.is_none() && !told(id)) {
        amiss.push(format!("guide: nothing leads to `{id}`; say `not in the guide`"));
    }
    amiss
}

fn sheet(product: &Product) -> Vec<String> {
    let mut amiss = Vec::new();
    if product.sheet.is_empty() {
        amiss.push("sheet: there is none".to_owned());
    }
    for screen in &product.sheet {
        if screen.fields.is_empty() {
            amiss.push(format!("sheet, {}: no fields", screen.screen));
        }
        let named = |name: &str, en: Option<&String>| name.is_ascii() || en.is_some();
        if !named(&screen.screen, screen.en.as_ref()) {
            amiss.push(format!("sheet, {}: no `en`", screen.screen));
        }
        for field in &screen.fields {
            if !named(&field.name, field.en.as_ref()) {
                amiss.push(format!("sheet, {}: no `en`", field.name));
            }
            if field.value.as_ref().is_some_and(|value| !named(value, field.value_en.as_ref())) {
                amiss.push(format!("sheet, {}: no `value_en`", field.name));
            }
        }
    }
    amiss
}

fn app(product: &Product) -> Vec<String> {
    let mut amiss = Vec::new();
    let redirect = product.app.redirect.as_deref().unwrap_or_default();
    if redirect.contains('{') != product.base {
        amiss.push("app.redirect: `{base_url}` or `{host}` and `base` go together".to_owned());
    }
    if product.base != product.path.iter().any(|id| id == "base-url") {
        amiss.push("path: `base-url` and `base` go together".to_owned());
    }
    amiss
}
