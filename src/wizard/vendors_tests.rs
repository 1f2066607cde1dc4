//! `docs/vendors.md`: the vendors' guides, step by step, and where each step is here; made from the products and
//! compared with the page. `INSTA_UPDATE=always cargo test --lib vendors` writes it anew.
#![expect(clippy::disallowed_methods, reason = "the page is read, and written where that is asked for")]

use std::{collections::BTreeSet, env, fmt::Write as _, fs};

use super::desk::Desk;
use crate::{
    account::draft::Draft,
    checklist::Item,
    language::{Language, Texts},
    product::{
        self, Guide, Product,
        app::{Api, Asked, Audience, Kind, Permission, Platform, Wanted},
    },
    way::Way,
};

const PAGE: &str = "docs/vendors.md";
/// Where a guide says nothing of a step that is needed.
const ABSENT: &str = "not in the guide";

const HEAD: &str = "\
# The vendors' guides, step by step

Made from the products (`src/product/*.toml`); `INSTA_UPDATE=always cargo test --lib vendors` writes it anew. Each guide
stands here in its own order, with every note and footnote. What the vendor's screens are called stays as the vendor has
it. Nothing here was tried with a vendor's product: it is what the guides say, beside what Microsoft's pages say.

- *here*: the step of the wizard, by its title and id, and the items of the checklist that it settles. `done` is the
  last page, with the vendor's settings screen filled in. None for what is no step.
- *notes*: what the wizard says at that step, by number below the table, with its source.
  *rule*: holds for this product. *not-needed*: in the guide, and Microsoft does not need it. *missing*: needed, and not
  in the guide. *outdated*: was so once. *differs*: two sources do not agree.

";

fn desk(product: &Product) -> Desk {
    let mut desk = Desk::new(Draft::default(), Texts::new(Language::English), String::new());
    desk.choose(product);
    desk
}

fn guided() -> impl Iterator<Item = (&'static Product, &'static Guide)> {
    product::all().iter().filter_map(|product| Some((product, product.guide.as_ref()?)))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// What the registration needs in one way of consent.
fn wanted(product: &Product, way: Way) -> Wanted {
    let (here, theirs) = (product.redirect_here(), product.app.redirect.as_deref());
    let hve = desk(product).draft.settings.is_hve();
    product.app.wanted(Asked { way, hve, redirect: Some(here), product_redirect: theirs })
}

/// By API and kind, as the portal asks for them.
fn named(permissions: &[Permission]) -> Vec<String> {
    let kinds = [(Kind::Delegated, "delegated"), (Kind::Application, "application")];
    let apis = [(Api::Graph, "Microsoft Graph"), (Api::Exchange, "Office 365 Exchange Online")];
    let mut named = Vec::new();
    for ((api, api_name), (kind, kind_name)) in apis.into_iter().flat_map(|api| kinds.map(|kind| (api, kind))) {
        let these = permissions.iter().filter(|one| one.api == api && one.kind == kind);
        let names: Vec<String> = these.map(|one| format!("`{}`", one.name)).collect();
        if !names.is_empty() {
            named.push(format!("{api_name}, {kind_name}: {}", names.join(", ")));
        }
    }
    named
}

/// What the guide registers; where that hangs on the way of signing in, what each way needs.
fn permissions(product: &Product) -> String {
    let by_way = || product.ways.iter().map(|way| named(&wanted(product, *way).permissions).join("; "));
    match &product.app.permissions[..] {
        [] => by_way().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", or "),
        own => named(own).join("; "),
    }
}

/// What the test here needs besides.
fn besides(product: &Product) -> String {
    let Wanted { redirects, mut permissions, .. } = wanted(product, product.ways[0]);
    let native = redirects.into_iter().filter(|(platform, _)| *platform == Platform::Native);
    let own = native.map(|(_, uri)| format!("`{uri}` under 'Mobile and desktop applications'"));
    permissions.retain(|one| !product.app.permissions.is_empty() && !product.app.permissions.contains(one));
    own.chain(named(&permissions)).collect::<Vec<_>>().join("; ")
}

fn audience(product: &Product) -> &'static str {
    match product.app.audience {
        Audience::Single => "single tenant",
        Audience::Multiple => "multitenant",
        Audience::Personal => "personal accounts",
    }
}

fn redirect(product: &Product) -> String {
    product.app.redirect.as_ref().map_or_else(|| "none".to_owned(), |uri| format!("Web: `{uri}`"))
}

fn secret(product: &Product) -> &'static str {
    if product.app.secret { "yes" } else { "or a certificate, where the app signs in as itself" }
}

/// Why an item does not apply to it, in the words of the step that says so.
fn why_not(product: &Product, item: Item) -> Option<String> {
    let id = product.path.iter().find(|id| product.step(id).is_some_and(|step| step.not_needed.contains(&item)))?;
    Some(desk(product).word(&format!("steps.{id}.not_needed_why")))
}

fn smtp_auth(product: &Product, guide: &Guide) -> String {
    let of_it = guide.steps.iter().find(|step| step.here.as_deref() == Some("smtp-auth"));
    match (why_not(product, Item::SmtpAuth), of_it) {
        (Some(why), _) => format!("not needed: {why}"),
        (None, Some(step)) if step.there == ABSENT => format!("needed; {ABSENT}"),
        (None, Some(step)) => format!("needed; in the guide: {}", step.there),
        (None, None) => "needed".to_owned(),
    }
}

fn from(product: &Product) -> String {
    why_not(product, Item::SendAs).unwrap_or_else(|| "may be another address, with 'Send as' on it".to_owned())
}

fn switches(product: &Product) -> String {
    let desk = desk(product);
    let own = product.items().into_iter().map(|item| desk.texts.item(item)).collect::<Vec<_>>().join("; ");
    Some(own).filter(|own| !own.is_empty()).unwrap_or_else(|| "none".to_owned())
}

/// What differs between them, one row a question.
fn differences() -> String {
    let mut out = String::from("## What differs between them\n\n| |");
    guided().for_each(|(product, _)| out += &format!(" `{}` |", product.id));
    out += &format!("\n|---|{}\n", "---|".repeat(guided().count()));
    let mut row = |name: &str, value: &dyn Fn(&Product, &Guide) -> String| {
        let values: Vec<String> = guided().map(|(product, guide)| cell(&value(product, guide))).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {name} | {} |", values.join(" | "));
    };
    row("account type", &|product, _| audience(product).to_owned());
    row("permissions", &|product, _| permissions(product));
    row("redirect URI", &|product, _| redirect(product));
    row("client secret", &|product, _| secret(product).to_owned());
    row("Authenticated SMTP", &smtp_auth);
    row("From", &|product, _| from(product));
    row("items of its own", &|product, _| switches(product));
    row("mail server", &|product, _| desk(product).texts.fill("`{smtp_host}:{smtp_port}`", &desk(product).about("")));
    out
}

/// A step of the wizard and what it settles.
fn place(product: &Product, id: &str) -> String {
    let desk = desk(product);
    let items = product.step(id).map(|step| step.items.iter().map(|item| format!("`{}`", item.id())));
    let items = items.map(|items| items.collect::<Vec<_>>().join(", ")).filter(|items| !items.is_empty());
    let items = items.map(|items| format!(": {items}")).unwrap_or_default();
    format!("{} (`{id}`){items}", desk.word(&format!("steps.{id}.title")))
}

fn section(product: &Product, guide: &Guide) -> String {
    let desk = desk(product);
    let word = |key: &str| desk.word(&format!("products.{}.{key}", product.id));
    let mut out =
        format!("\n## {} (`{}`)\n\n{}.\n\n- guide: {}\n", word("label"), product.id, word("detail"), guide.title);
    let _ = writeln!(out, "- account type: {}\n- redirect URI: {}", audience(product), redirect(product));
    let _ = writeln!(out, "- permissions: {}\n- client secret: {}", permissions(product), secret(product));
    let besides = besides(product);
    if !besides.is_empty() {
        let _ = writeln!(out, "- for the test here besides: {besides}");
    }
    out += "\n| guide | says | here | notes |\n|---|---|---|---|\n";
    let mut told = BTreeSet::new();
    for step in &guide.steps {
        let here = step.here.as_deref();
        // At the first of several rows that lead to one step.
        let fresh = here.filter(|here| told.insert(*here));
        let numbers = product.notes.iter().zip(1..).filter(|(note, _)| Some(note.at.as_str()) == fresh);
        let numbers = numbers.map(|(_, number): (_, usize)| number.to_string()).collect::<Vec<_>>().join(", ");
        let notes = [step.note.clone().unwrap_or_default(), numbers];
        let notes = notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(" ");
        let here = here.map(|here| place(product, here)).unwrap_or_default();
        let _ = writeln!(out, "| {} | {} | {} | {} |", cell(&step.there), cell(&step.says), cell(&here), cell(&notes));
    }
    out += "\nNotes:\n\n";
    for (index, note) in product.notes.iter().enumerate() {
        let text = desk.say(&desk.about(format!("products.{}.notes.{index}.text", product.id)));
        let _ = writeln!(out, "{}. *{}*, at `{}`: {text} ({})", index + 1, note.kind.id(), note.at, note.source);
    }
    out.replace("  |", " |")
}

#[test]
fn the_page_accounts_for_every_guide() {
    let sections: String = guided().map(|(product, guide)| section(product, guide)).collect();
    let page = HEAD.to_owned() + &differences() + &sections;
    if env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page,
        "{PAGE} is not what the products say; INSTA_UPDATE=always cargo test --lib vendors writes it"
    );
}
