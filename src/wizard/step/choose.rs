//! One of several: the product, the cloud, the way of consent, how TLS begins. Enters with nothing; ends with the choice.

use super::{Page, Turn, primary, words};
use crate::{
    entra::Cloud,
    facts::Security,
    phrase::Phrase,
    product,
    wizard::{
        desk::Desk,
        ladder,
        message::Message,
        screen::{Act, Block, Choice, Input, Key, Question, Tone},
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
        let taken = match self.id {
            "product" => product::all().get(number).map(|product| desk.choose(product)),
            "cloud" => CLOUDS.get(number).map(|cloud| desk.move_to(*cloud)),
            "method" => ladder::ways(desk).get(number).map(|way| ladder::take(desk, *way)),
            _ => SECURITIES.get(number).map(|security| desk.draft.settings.smtp.security = Some(*security)),
        };
        if taken.is_some() { Turn::next() } else { Turn::stay() }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let (options, selected) = match self.id {
            "product" => products(desk),
            "cloud" => clouds(desk),
            "method" => ways(desk),
            _ => securities(desk),
        };
        let mut blocks = words(self.id, desk);
        if let Some(why) = ladder::why(desk).filter(|_| self.id == "method") {
            blocks.push(Block::Note { tone: Tone::Info, text: desk.say(&why) });
        }
        Page {
            blocks,
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
const CLOUDS: [Cloud; 4] = [Cloud::Global, Cloud::GccHigh, Cloud::Dod, Cloud::China];

fn products(desk: &Desk) -> (Vec<Choice>, usize) {
    let ids = product::all().iter().map(|product| product.id.as_str());
    chosen(desk, |id| format!("products.{id}"), ids, &desk.product().id)
}

fn clouds(desk: &Desk) -> (Vec<Choice>, usize) {
    chosen(desk, |id| format!("clouds.{id}"), CLOUDS.iter().map(|cloud| cloud.id()), desk.draft.settings.cloud().id())
}

/// What was chosen before, or named by a file, else the first.
fn ways(desk: &Desk) -> (Vec<Choice>, usize) {
    let ways = ladder::ways(desk);
    let named = desk.draft.way.or(desk.draft.settings.consent.map(|_| desk.draft.settings.way()));
    let selected = named.unwrap_or(ways[0]);
    let (mut options, selected) =
        chosen(desk, |id| format!("ways.{id}"), ways.iter().map(|way| way.id()), selected.id());
    for (way, option) in ways.iter().zip(&mut options) {
        if desk.draft.refused.contains(way) {
            option.label = desk.say(&Phrase::new("method.refused").with("way", &option.label));
        }
    }
    (options, selected)
}

fn securities(desk: &Desk) -> (Vec<Choice>, usize) {
    let id = |security: Security| if security == Security::Tls { "tls" } else { "starttls" };
    chosen(
        desk,
        |id| format!("security.{id}"),
        SECURITIES.into_iter().map(id),
        id(desk.draft.settings.smtp.security.unwrap_or_default()),
    )
}

/// The options whose texts stand at `place`, with the position of the one that `selected` names.
fn chosen<'a>(
    desk: &Desk,
    place: impl Fn(&str) -> String,
    ids: impl Iterator<Item = &'a str>,
    selected: &str,
) -> (Vec<Choice>, usize) {
    let ids: Vec<&str> = ids.collect();
    let word = |id: &str, part: &str| desk.word(&format!("{}.{part}", place(id)));
    let options = ids.iter().map(|id| Choice { label: word(id, "label"), detail: word(id, "detail") }).collect();
    (options, ids.iter().position(|id| *id == selected).unwrap_or(0))
}
