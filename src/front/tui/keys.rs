//! Keys become messages, by the screen's own list of actions. While a text field is open letters
//! are text, and an action's letter is pressed with Ctrl.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::{
    facts::clean::narrow,
    secret::Secret,
    wizard::{
        message::Message,
        screen::{Act, Input, Key},
    },
};

use super::view::View;

#[derive(Debug, PartialEq)]
pub enum Reaction {
    Nothing,
    /// Something on the screen changed.
    Redraw,
    Send(Vec<Message>),
}

impl View {
    pub fn press(&mut self, key: KeyEvent) -> Reaction {
        if key.kind == KeyEventKind::Release {
            return Reaction::Nothing;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            // Never taken by anything else: leaving is always possible.
            KeyCode::Char('c' | 'C') if ctrl => self.perform(&Act::Send(Message::Leave)),
            KeyCode::Enter => self.enter(),
            KeyCode::Esc => self.act(Key::Esc),
            KeyCode::F(2) => self.act(Key::F2),
            KeyCode::Char(letter) if ctrl => self.with_ctrl(letter.to_ascii_lowercase()),
            KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => Reaction::Nothing,
            KeyCode::Char(letter) => self.letter(letter),
            code => self.move_or_edit(code),
        }
    }

    /// A paste arrives whole; outside a text field it is nothing, least of all keys.
    pub fn paste(&mut self, text: &str) -> Reaction {
        redraw(self.field.as_mut().is_some_and(|field| field.insert(text)))
    }

    fn enter(&mut self) -> Reaction {
        match self.act(Key::Enter) {
            Reaction::Nothing if self.screen.question.is_some() => self.perform(&Act::Answer),
            reaction => reaction,
        }
    }

    fn with_ctrl(&mut self, letter: char) -> Reaction {
        let acted = self.act(Key::Letter(letter));
        if acted != Reaction::Nothing {
            return acted;
        }
        if letter == 't' {
            return self.act(Key::F2);
        }
        let Some(field) = &mut self.field else { return Reaction::Nothing };
        redraw(match letter {
            'a' => field.home(),
            'e' => field.end(),
            'u' => field.delete_to_start(),
            'k' => field.delete_to_end(),
            'w' => field.delete_word(),
            'b' => field.left(),
            'f' => field.right(),
            'd' => field.delete(),
            // What some terminals send for Backspace.
            'h' => field.backspace(),
            _ => false,
        })
    }

    fn letter(&mut self, letter: char) -> Reaction {
        if let Some(field) = &mut self.field {
            return redraw(field.insert(letter.encode_utf8(&mut [0; 4])));
        }
        // An input method that was left on.
        let letter = narrow(letter);
        match self.act(Key::Letter(letter)) {
            Reaction::Nothing if letter.is_ascii_uppercase() => self.act(Key::Letter(letter.to_ascii_lowercase())),
            Reaction::Nothing => match letter {
                'j' => self.move_or_edit(KeyCode::Down),
                'k' => self.move_or_edit(KeyCode::Up),
                '1'..='9' => self.select(letter as usize - '1' as usize),
                _ => Reaction::Nothing,
            },
            reaction => reaction,
        }
    }

    fn move_or_edit(&mut self, code: KeyCode) -> Reaction {
        let page = self.scroll.page.saturating_sub(1).max(1);
        let chosen = (self.choices() > 0).then_some(self.selected);
        let changed = match (code, &mut self.field) {
            (KeyCode::PageUp, _) => self.scroll.up(page),
            (KeyCode::PageDown, _) => self.scroll.down(page),
            (KeyCode::Up, _) => match chosen {
                Some(choice) => return self.select(choice.saturating_sub(1)),
                None => self.scroll.up(1),
            },
            (KeyCode::Down, _) => match chosen {
                Some(choice) => return self.select(choice + 1),
                None => self.scroll.down(1),
            },
            (KeyCode::Home, None) => self.scroll.up(usize::MAX),
            (KeyCode::End, None) => self.scroll.down(self.scroll.limit),
            (KeyCode::Left, Some(field)) => field.left(),
            (KeyCode::Right, Some(field)) => field.right(),
            (KeyCode::Home, Some(field)) => field.home(),
            (KeyCode::End, Some(field)) => field.end(),
            (KeyCode::Backspace, Some(field)) => field.backspace(),
            (KeyCode::Delete, Some(field)) => field.delete(),
            _ => false,
        };
        redraw(changed)
    }

    fn select(&mut self, choice: usize) -> Reaction {
        let choice = choice.min(self.choices().saturating_sub(1));
        redraw(std::mem::replace(&mut self.selected, choice) != choice)
    }

    fn act(&mut self, key: Key) -> Reaction {
        match self.screen.action(key).map(|action| action.act.clone()) {
            Some(act) => self.perform(&act),
            None => Reaction::Nothing,
        }
    }

    fn perform(&mut self, act: &Act) -> Reaction {
        match act {
            Act::Answer => match self.screen.question.as_ref().map(|question| &question.input) {
                Some(Input::Choice { .. }) => Reaction::Send(vec![Message::Choose(self.selected)]),
                Some(_) => {
                    let typed = self.field.as_ref().map_or_else(Secret::default, |field| field.value());
                    Reaction::Send(vec![Message::Answer(typed)])
                }
                None => Reaction::Nothing,
            },
            Act::Send(message) => {
                let typed = self.unsent().into_iter();
                Reaction::Send(typed.chain([message.clone()]).collect())
            }
        }
    }

    /// What was typed since it was last told, once.
    pub fn unsent(&mut self) -> Option<Message> {
        let field = self.field.as_mut().filter(|field| field.changed())?;
        let typed = Message::Typed(field.value());
        field.settle();
        Some(typed)
    }
}

fn redraw(changed: bool) -> Reaction {
    if changed { Reaction::Redraw } else { Reaction::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::samples;

    fn press(view: &mut View, code: KeyCode) -> Reaction {
        view.press(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn ctrl(view: &mut View, letter: char) -> Reaction {
        view.press(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
    }

    fn typed(view: &mut View, text: &str) {
        for letter in text.chars() {
            press(view, KeyCode::Char(letter));
        }
    }

    #[test]
    fn letters_are_text_while_a_field_is_open() {
        let mut view = View::new(samples::mailbox());
        ctrl(&mut view, 'u');
        typed(&mut view, "rb@c.example");
        let answer = Message::Answer(Secret::new("rb@c.example"));
        assert_eq!(press(&mut view, KeyCode::Enter), Reaction::Send(vec![answer]));
    }

    #[test]
    fn nothing_typed_is_lost_by_another_action() {
        let mut view = View::new(samples::mailbox());
        assert_eq!(ctrl(&mut view, 'r'), Reaction::Send(vec![Message::Retry]));
        typed(&mut view, "x");
        let typed = Message::Typed(Secret::new("alerts@contoso.examplex"));
        assert_eq!(ctrl(&mut view, 'c'), Reaction::Send(vec![typed, Message::Leave]));
        assert_eq!(ctrl(&mut view, 'c'), Reaction::Send(vec![Message::Leave]));
    }

    #[test]
    fn ctrl_t_is_f2() {
        let mut view = View::new(samples::mailbox());
        assert_eq!(ctrl(&mut view, 't'), Reaction::Send(vec![Message::Language]));
    }

    #[test]
    fn a_choice_is_moved_by_arrows_letters_and_digits() {
        let mut view = View::new(samples::consent());
        press(&mut view, KeyCode::Down);
        assert_eq!(press(&mut view, KeyCode::Enter), Reaction::Send(vec![Message::Choose(1)]));
        press(&mut view, KeyCode::Char('３'));
        press(&mut view, KeyCode::Char('k'));
        assert_eq!(press(&mut view, KeyCode::Enter), Reaction::Send(vec![Message::Choose(1)]));
        assert_eq!(press(&mut view, KeyCode::Char('l')), Reaction::Send(vec![Message::ShowChecklist]));
    }

    #[test]
    fn news_about_the_same_question_keep_what_is_typed() {
        let mut view = View::new(samples::mailbox());
        typed(&mut view, "x");
        let mut screen = samples::mailbox();
        screen.busy = Some("looking".into());
        if let Some(question) = &mut screen.question {
            question.error = None;
        }
        assert!(view.change(&screen) && !view.change(&screen));
        let answer = Message::Answer(Secret::new("alerts@contoso.examplex"));
        assert_eq!(press(&mut view, KeyCode::Enter), Reaction::Send(vec![answer]));
    }

    #[test]
    fn sixteen_thousand_characters_are_one_paste() {
        let mut view = View::new(samples::secret());
        let token = "t".repeat(16_000);
        assert_eq!(view.paste(&format!("{token}\r\n")), Reaction::Redraw);
        assert_eq!(press(&mut view, KeyCode::Enter), Reaction::Send(vec![Message::Answer(Secret::new(token))]));
        assert_eq!(View::new(samples::consent()).paste("b\r"), Reaction::Nothing);
    }
}
