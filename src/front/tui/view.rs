//! What the person is in the middle of: the screen, what stands in its field, the choice under the
//! bar, how far it is scrolled. It draws nothing.

use crate::wizard::screen::{Block, Input, Screen, Tone};

use super::field::Field;

pub struct View {
    pub screen: Screen,
    pub field: Option<Field>,
    pub selected: usize,
    pub scroll: Scroll,
}

/// How far the content is scrolled; the last drawing says how far it can be.
#[derive(Default)]
pub struct Scroll {
    pub top: usize,
    pub limit: usize,
    pub page: usize,
    /// Stays at the end while a transcript grows, until the person scrolls up.
    follow: bool,
    /// The block to keep at the top, until the person scrolls.
    wanted: Option<usize>,
}

impl View {
    pub fn new(screen: Screen) -> Self {
        let mut view = Self { field: None, selected: 0, scroll: Scroll::default(), screen };
        view.begin_question();
        view.scroll = view.first_look();
        view
    }

    /// Another screen, or the same with other news: what is typed stays while the question does.
    /// False when there is nothing new at all.
    pub fn change(&mut self, screen: &Screen) -> bool {
        if self.screen == *screen {
            return false;
        }
        let before = std::mem::replace(&mut self.screen, screen.clone());
        // The same in another language: what the person is in the middle of stays.
        let translated = before.language != screen.language && before.id == screen.id;
        let same_place = before.id == screen.id && before.title == screen.title || translated;
        // What counts down is no news.
        let news = notice(screen) != notice(&before) && !translated && !(before.ticks && screen.ticks);
        let settled = position(&before, is_verdict).is_some();
        if !same_place {
            self.scroll = self.first_look();
        } else if let Some(verdict) = told_first(screen) {
            // What came of it is what the person waits for.
            if !settled || self.scroll.wanted.is_some() || news {
                self.scroll.wanted = Some(verdict);
            }
        } else if notice(screen).is_some() && news {
            self.scroll.wanted = Some(0);
        } else if before.busy.is_none() && self.follows() {
            self.scroll.wanted = None;
            self.scroll.follow = true;
        }
        let untouched = self.field.as_ref().is_some_and(|field| !field.changed());
        let proposed = untouched && value(&before) != value(screen) && !self.holds(value(screen));
        if proposed || before.id != screen.id || !same_question(&before, screen) {
            self.begin_question();
        }
        true
    }

    /// What the wizard proposes stands in the field already.
    fn holds(&self, value: Option<&str>) -> bool {
        self.field.as_ref().is_some_and(|field| Some(field.value().expose()) == value)
    }

    fn begin_question(&mut self) {
        self.selected = 0;
        self.field = match self.screen.question.as_ref().map(|question| &question.input) {
            Some(Input::Text { value }) => Some(Field::new(value, false)),
            Some(Input::Secret { .. } | Input::Pasted) => Some(Field::new("", true)),
            Some(Input::Choice { options, selected }) => {
                self.selected = (*selected).min(options.len().saturating_sub(1));
                None
            }
            None => None,
        };
    }

    /// What came of a test is read first, whatever was said on the way to it.
    fn first_look(&self) -> Scroll {
        let ended = self.screen.busy.is_none();
        let wanted = told_first(&self.screen).filter(|_| ended);
        Scroll { follow: self.follows(), wanted, ..Scroll::default() }
    }

    fn follows(&self) -> bool {
        self.screen.busy.is_some() && matches!(self.screen.blocks.last(), Some(Block::Transcript(_)))
    }

    /// How many choices there are; 0 when the question is of another kind.
    pub fn choices(&self) -> usize {
        match self.screen.question.as_ref().map(|question| &question.input) {
            Some(Input::Choice { options, .. }) => options.len(),
            _ => 0,
        }
    }
}

/// What is said above what the screen is about: above a verdict, or at the top.
fn notice(screen: &Screen) -> Option<&Block> {
    let at = told_first(screen).unwrap_or_default();
    screen.blocks.get(at).filter(|block| matches!(block, Block::Note { .. }))
}

/// Where a verdict begins, with what is told right above it; not with the failure that it is about, which it shows.
fn told_first(screen: &Screen) -> Option<usize> {
    let verdict = position(screen, is_verdict)?;
    let above = screen.blocks.iter().take(verdict).rev();
    let told = verdict - above.take_while(|block| matches!(block, Block::Note { .. })).count();
    let failure = matches!(screen.blocks.get(told), Some(Block::Note { tone: Tone::Failure, .. }));
    Some(if failure { told + 1 } else { told })
}

impl Scroll {
    /// After the content was laid out: `lines` of it in `page` rows, its blocks beginning at `starts`.
    pub fn settle(&mut self, lines: usize, page: usize, starts: &[usize]) {
        self.page = page;
        self.limit = lines.saturating_sub(page);
        if let Some(start) = self.wanted.and_then(|block| starts.get(block)) {
            self.top = *start;
            self.follow = false;
        } else if self.follow {
            self.top = self.limit;
        }
        self.top = self.top.min(self.limit);
    }

    pub fn up(&mut self, rows: usize) -> bool {
        (self.follow, self.wanted) = (false, None);
        self.to(self.top.saturating_sub(rows))
    }

    pub fn down(&mut self, rows: usize) -> bool {
        self.wanted = None;
        let moved = self.to((self.top + rows).min(self.limit));
        self.follow = self.top == self.limit;
        moved
    }

    fn to(&mut self, top: usize) -> bool {
        std::mem::replace(&mut self.top, top) != top
    }
}

/// What the wizard puts into the field.
fn value(screen: &Screen) -> Option<&str> {
    match screen.question.as_ref().map(|question| &question.input) {
        Some(Input::Text { value }) => Some(value),
        _ => None,
    }
}

/// The same question, whatever else is said about it: its error, its hint, a value proposed meanwhile, and in
/// whatever language.
fn same_question(before: &Screen, now: &Screen) -> bool {
    let translated = before.language != now.language;
    match (&before.question, &now.question) {
        (Some(before), Some(now)) if before.label == now.label || translated => match (&before.input, &now.input) {
            (Input::Text { .. }, Input::Text { .. })
            | (Input::Secret { .. }, Input::Secret { .. })
            | (Input::Pasted, Input::Pasted) => true,
            (Input::Choice { options: before, .. }, Input::Choice { options: now, .. }) => {
                before == now || translated && before.len() == now.len()
            }
            _ => false,
        },
        (None, None) => true,
        _ => false,
    }
}

fn is_verdict(block: &Block) -> bool {
    matches!(block, Block::Verdict(_))
}

fn position(screen: &Screen, wanted: fn(&Block) -> bool) -> Option<usize> {
    screen.blocks.iter().position(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::samples;

    fn with_value(value: &str) -> Screen {
        let mut screen = samples::mailbox();
        if let Some(question) = &mut screen.question {
            question.input = Input::Text { value: value.into() };
        }
        screen
    }

    fn typed(view: &View) -> String {
        view.field.as_ref().map_or_else(String::new, |field| field.value().expose().to_owned())
    }

    #[test]
    fn a_proposed_value_never_overwrites_what_is_typed() {
        let mut view = View::new(with_value("one"));
        view.change(&with_value("two"));
        assert_eq!(typed(&view), "two");
        view.paste("!");
        view.change(&with_value("three"));
        assert_eq!(typed(&view), "two!");
    }

    #[test]
    fn in_another_language_the_field_the_bar_and_the_place_stay() {
        let japanese = |mut screen: Screen| {
            screen.language = screen.language.other();
            screen.title = "題".into();
            if let Some(question) = &mut screen.question {
                question.label = "問".into();
                if let Input::Choice { options, .. } = &mut question.input {
                    options.iter_mut().for_each(|option| option.label = "選".into());
                }
            }
            screen
        };
        let mut view = View::new(samples::mailbox());
        view.paste("x");
        view.field.as_mut().unwrap().left();
        view.scroll.settle(30, 10, &[0]);
        view.scroll.down(5);
        let told = view.unsent();
        assert!(told.is_some() && view.change(&japanese(with_value("alerts@contoso.examplex"))));
        view.paste("y");
        assert_eq!((typed(&view).as_str(), view.scroll.top), ("alerts@contoso.exampleyx", 5));

        let mut view = View::new(samples::consent());
        view.selected = 2;
        view.change(&japanese(samples::consent()));
        assert_eq!(view.selected, 2);

        let mut view = View::new(samples::secret());
        view.paste("CANARY");
        view.change(&japanese(samples::secret()));
        assert_eq!(typed(&view), "CANARY");
    }

    #[test]
    fn a_transcript_is_followed_until_the_person_scrolls_up() {
        let mut view = View::new(samples::exchange(3));
        view.scroll.settle(30, 10, &[0]);
        assert_eq!(view.scroll.top, 20);
        view.scroll.up(1);
        view.change(&samples::exchange(5));
        view.scroll.settle(40, 10, &[0]);
        assert_eq!(view.scroll.top, 19);
        view.scroll.down(100);
        view.scroll.settle(50, 10, &[0]);
        assert_eq!(view.scroll.top, 40);
    }

    #[test]
    fn back_from_the_checklist_the_verdict_is_in_sight_again() {
        let mut screen = samples::exchange(9);
        screen.busy = None;
        screen.blocks.extend(samples::refused().blocks);
        let mut view = View::new(samples::items());
        view.change(&screen);
        view.scroll.settle(60, 10, &[0, 31]);
        assert_eq!(view.scroll.top, 31);
    }

    #[test]
    fn the_verdict_comes_to_the_top_when_it_is_there() {
        let mut view = View::new(samples::exchange(9));
        let mut screen = samples::exchange(9);
        screen.busy = None;
        screen.blocks.extend(samples::refused().blocks);
        view.change(&screen);
        view.scroll.settle(60, 10, &[0, 31]);
        assert_eq!(view.scroll.top, 31);
        view.scroll.settle(60, 80, &[0, 31]);
        view.scroll.settle(60, 10, &[0, 31]);
        assert_eq!(view.scroll.top, 31, "also where the window was large for a while");
        view.scroll.up(1);
        view.scroll.settle(60, 10, &[0, 31]);
        assert_eq!(view.scroll.top, 30, "and the person may go on from there");
        screen.blocks.insert(1, Block::Note { tone: Tone::Info, text: "Tried.".to_owned() });
        view.change(&screen);
        view.scroll.settle(61, 10, &[0, 31, 32]);
        assert_eq!(view.scroll.top, 31, "what is told of it stands above it, in sight");
    }
}
