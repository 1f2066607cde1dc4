//! One of several: the product, and how TLS begins. Enters with nothing; ends with the choice.

use super::{Page, Turn, primary, words};
use crate::{
    facts::Security,
    product,
    wizard::{
        desk::Desk,
        message::Message,
        screen::{Act, Choice, Input, Key, Question},
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Choose {
    id: &'static str,
}

impl Choose {
    pub fn enter(id: &'static str) -> Self {
        Self { id }
    }

    pub fn update(&mut self, desk: &mut Desk, message: &Message) -> Turn {
        let Message::Choose(number) = *message else { return Turn::stay() };
        if self.id == "product" {
            let Some(product) = product::all().get(number) else { return Turn::stay() };
            desk.choose(product);
        } else {
            let Some(security) = SECURITIES.get(number) else { return Turn::stay() };
            desk.draft.settings.smtp.security = Some(*security);
        }
        Turn::next()
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let (options, selected) = if self.id == "product" { products(desk) } else { securities(desk) };
        Page {
            blocks: words(self.id, desk),
            question: Some(Question {
                label: desk.word(&format!("steps.{}.question", self.id)),
                hint: String::new(),
                error: None,
                input: Input::Choice { options, selected },
            }),
            actions: vec![primary(Key::Enter, desk.word("action.choose"), Act::Answer)],
            ..Page::default()
        }
    }
}

const SECURITIES: [Security; 2] = [Security::StartTls, Security::Tls];

fn products(desk: &Desk) -> (Vec<Choice>, usize) {
    let word = |id: &str, part: &str| desk.word(&format!("products.{id}.{part}"));
    let choice =
        |product: &product::Product| Choice { label: word(&product.id, "label"), detail: word(&product.id, "detail") };
    let chosen = desk.product();
    let selected = product::all().iter().position(|product| product.id == chosen.id);
    (product::all().iter().map(choice).collect(), selected.unwrap_or(0))
}

fn securities(desk: &Desk) -> (Vec<Choice>, usize) {
    let choice = |name: &str| Choice {
        label: desk.word(&format!("security.{name}.label")),
        detail: desk.word(&format!("security.{name}.detail")),
    };
    let chosen = desk.draft.settings.smtp.security.unwrap_or_default();
    let selected = SECURITIES.iter().position(|security| *security == chosen);
    (vec![choice("starttls"), choice("tls")], selected.unwrap_or(0))
}
