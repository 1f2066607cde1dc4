//! The product's own settings screen with the values filled in: as it stands on the last page, and as files to take
//! along. A secret is shown only where somebody asked for it, and is in no file.

use super::{
    desk::Desk,
    effect::Beside,
    screen::{Block, SheetRow},
};
use crate::{
    facts::AccountName,
    language::Language,
    markdown::{code, words},
    phrase::Phrase,
    product::{NoteKind, sheet::Field},
    visible,
};

/// One screen of the product.
struct Filled {
    title: String,
    rows: Vec<SheetRow>,
}

/// The sheet as blocks; `revealed` with the secret itself.
pub fn blocks(desk: &Desk, revealed: bool) -> Vec<Block> {
    let block = |screen: Filled| Block::Sheet { title: screen.title, rows: screen.rows };
    screens(desk, if revealed { Secret::Shown } else { Secret::Masked }).into_iter().map(block).collect()
}

/// Whether a secret stands in it, and is at hand.
pub fn has_secret(desk: &Desk) -> bool {
    let fields = desk.product().sheet.iter().flat_map(|screen| &screen.fields);
    desk.draft.secrets.client_secret.is_some() && fields.into_iter().any(Field::is_secret)
}

/// The sheet as Markdown and as plain text.
pub fn files(desk: &Desk, account: &AccountName) -> Vec<Beside> {
    let title = desk.say(&desk.about("sheet.title").with("account", account));
    let screens = screens(desk, Secret::Elsewhere);
    let notes = notes(desk, "done");
    let file = |ending: &str, text: String| Beside { name: format!("settings-{account}.{ending}"), text };
    vec![file("md", markdown(desk, &title, &screens, &notes)), file("txt", plain(&title, &screens, &notes))]
}

/// What to know at a step of this product, each with who says so.
pub fn notes(desk: &Desk, step: &str) -> Vec<(NoteKind, String)> {
    let product = desk.product();
    let here = product.notes.iter().enumerate().filter(|(_, note)| note.at == step);
    let said = |(index, note): (usize, &crate::product::Note)| {
        let text = desk.say(&desk.about(format!("products.{}.notes.{index}.text", product.id)));
        let phrase = Phrase::new(format!("note.{}", note.kind.id())).with("text", text).with("source", &note.source);
        (note.kind, desk.say(&phrase))
    };
    here.map(said).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Secret {
    Masked,
    Shown,
    /// In a file, which has none.
    Elsewhere,
}

fn screens(desk: &Desk, secret: Secret) -> Vec<Filled> {
    let english = desk.texts.language() == Language::English;
    let beside = |own: &str, en: Option<&String>| match en.filter(|_| english) {
        Some(en) => format!("{own} ({en})"),
        None => own.to_owned(),
    };
    let named = |own: &str, en: Option<&String>, ours: bool| match en.filter(|_| english && ours) {
        Some(en) => en.clone(),
        None => beside(own, en),
    };
    let row = |field: &Field, ours: bool| {
        let (text, value) = value(desk, field, secret);
        // What has English beside it is chosen or done there, not typed.
        let value = value.filter(|_| field.value_en.is_none());
        let value_en = field.value_en.as_ref().map(|template| desk.texts.fill(template, &desk.about("")));
        SheetRow { name: named(&field.name, field.en.as_ref(), ours), text: beside(&text, value_en.as_ref()), value }
    };
    let screen = |screen: &crate::product::sheet::Screen| Filled {
        title: named(&screen.screen, screen.en.as_ref(), screen.ours),
        rows: screen.fields.iter().map(|field| row(field, screen.ours)).collect(),
    };
    desk.product().sheet.iter().map(screen).collect()
}

/// What stands beside a field, and what is copied from there.
fn value(desk: &Desk, field: &Field, secret: Secret) -> (String, Option<String>) {
    let Some(template) = &field.value else { return (desk.word("sheet.free"), None) };
    if field.is_secret() {
        return match (&desk.draft.secrets.client_secret, secret) {
            (Some(given), Secret::Shown) => (given.expose().to_owned(), Some(given.expose().to_owned())),
            (Some(_), Secret::Masked) => (desk.word("sheet.masked"), None),
            _ => (desk.word("sheet.elsewhere"), None),
        };
    }
    let text = desk.texts.fill(template, &desk.about(""));
    (text.clone(), Some(text))
}

fn markdown(desk: &Desk, title: &str, screens: &[Filled], notes: &[(NoteKind, String)]) -> String {
    let (field, value) = (desk.word("sheet.field"), desk.word("sheet.value"));
    let mut text = format!("# {}\n", words(title));
    for screen in screens {
        text += &format!("\n## {}\n\n| {field} | {value} |\n|---|---|\n", words(&screen.title));
        for row in &screen.rows {
            // What is typed is copied from the file as it stands.
            let value = match &row.value {
                Some(value) => code(value).replace('|', "\\|"),
                None => words(&row.text),
            };
            text += &format!("| {} | {value} |\n", words(&row.name));
        }
    }
    for (_, note) in notes {
        text += &format!("\n> {}\n", words(note));
    }
    text
}

fn plain(title: &str, screens: &[Filled], notes: &[(NoteKind, String)]) -> String {
    let mut text = format!("{}\n", visible::line(title));
    for screen in screens {
        text += &format!("\n[{}]\n", visible::line(&screen.title));
        for row in &screen.rows {
            text += &format!("{}:\n    {}\n", visible::line(&row.name), visible::line(&row.text));
        }
    }
    for (_, note) in notes {
        text += &format!("\n{}\n", visible::line(note));
    }
    text
}
