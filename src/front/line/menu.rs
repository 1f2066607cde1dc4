//! A typed line becomes messages, by the screen's own question and its one list of actions.
//! `None` is an answer that the screen does not know.

use crate::{
    facts::clean,
    front::key,
    secret::Secret,
    wizard::{
        message::Message,
        screen::{Act, Action, Input, Key, Screen},
    },
};

pub fn reply(screen: &Screen, line: &Secret) -> Option<Vec<Message>> {
    let typed = line.expose();
    match screen.question.as_ref().map(|question| &question.input) {
        Some(Input::Text { value }) if typed.is_empty() => enter(screen, Message::Answer(Secret::new(value.as_str()))),
        Some(Input::Secret { .. } | Input::Pasted) if typed.is_empty() => {
            enter(screen, Message::Answer(Secret::default()))
        }
        Some(Input::Text { .. } | Input::Secret { .. } | Input::Pasted) => match typed.strip_prefix([':', '：']) {
            // An answer that begins with a colon is typed with two.
            Some(literal) if literal.starts_with([':', '：']) => Some(vec![Message::Answer(Secret::new(literal))]),
            Some(key) => by_name(screen, key),
            None => Some(vec![Message::Answer(line.clone())]),
        },
        Some(Input::Choice { selected, .. }) if typed.trim().is_empty() => enter(screen, Message::Choose(*selected)),
        Some(Input::Choice { options, .. }) => match narrow(typed.trim()).parse::<usize>() {
            Ok(number) => (1..=options.len()).contains(&number).then(|| vec![Message::Choose(number - 1)]),
            Err(_) => by_name(screen, bare(typed)),
        },
        None if typed.trim().is_empty() => screen.action(Key::Enter).and_then(act),
        None => by_name(screen, bare(typed)),
    }
}

/// F2, pressed.
pub fn switch(screen: &Screen) -> Option<Vec<Message>> {
    screen.action(Key::F2).and_then(act)
}

fn bare(typed: &str) -> &str {
    let typed = typed.trim();
    typed.strip_prefix([':', '：']).unwrap_or(typed)
}

/// Enter alone: the default, unless the screen gives Enter another meaning.
fn enter(screen: &Screen, answer: Message) -> Option<Vec<Message>> {
    match screen.action(Key::Enter).map(|action| &action.act) {
        Some(Act::Send(message)) => Some(vec![message.clone()]),
        Some(Act::Answer) | None => Some(vec![answer]),
    }
}

fn by_name(screen: &Screen, name: &str) -> Option<Vec<Message>> {
    let name = narrow(name.trim());
    screen.actions.iter().find(|action| key::name(action.key).eq_ignore_ascii_case(&name)).and_then(act)
}

/// Keys and numbers as an input method that was left on writes them.
fn narrow(typed: &str) -> String {
    typed.chars().map(clean::narrow).collect()
}

fn act(action: &Action) -> Option<Vec<Message>> {
    match &action.act {
        Act::Send(message) => Some(vec![message.clone()]),
        // Handing in by name what was not typed has no meaning.
        Act::Answer => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::samples;

    fn answer(text: &str) -> Option<Vec<Message>> {
        Some(vec![Message::Answer(Secret::new(text))])
    }

    fn typed(screen: &Screen, line: &str) -> Option<Vec<Message>> {
        reply(screen, &Secret::new(line))
    }

    #[test]
    fn a_text_question_takes_text_and_keys_with_a_colon() {
        let screen = samples::mailbox();
        assert_eq!(typed(&screen, "l"), answer("l"));
        assert_eq!(typed(&screen, ""), answer("alerts@contoso.example"));
        assert_eq!(typed(&screen, ":esc"), Some(vec![Message::Back]));
        assert_eq!(typed(&screen, ":R"), Some(vec![Message::Retry]));
        assert_eq!(typed(&screen, "::x"), answer(":x"));
        assert_eq!(typed(&screen, ":zz"), None);
        assert_eq!(typed(&screen, "：ＥＳＣ"), Some(vec![Message::Back]));
    }

    #[test]
    fn a_choice_takes_its_numbers_and_bare_keys() {
        let screen = samples::consent();
        assert_eq!(typed(&screen, ""), Some(vec![Message::Choose(0)]));
        assert_eq!(typed(&screen, "3"), Some(vec![Message::Choose(2)]));
        assert_eq!(typed(&screen, "4"), None);
        assert_eq!(typed(&screen, "　３"), Some(vec![Message::Choose(2)]));
        assert_eq!(typed(&screen, "ｌ"), Some(vec![Message::ShowChecklist]));
        assert_eq!(typed(&screen, "l"), Some(vec![Message::ShowChecklist]));
        assert_eq!(typed(&screen, ":l"), Some(vec![Message::ShowChecklist]));
    }

    #[test]
    fn without_a_question_enter_and_keys_are_known() {
        let screen = samples::refused();
        assert_eq!(typed(&screen, ""), Some(vec![Message::Retry]));
        assert_eq!(typed(&screen, "esc"), Some(vec![Message::Back]));
        assert_eq!(typed(&samples::items(), ""), None);
    }
}
