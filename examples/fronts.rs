//! The fronts alone, at a real terminal: `cargo run --example fronts -- tui|line [STEP]`. A few screens by
//! turns, and at the end what was sent. The terminal tests run it in a pty; it is no part of the product.

use std::{io::Write, time::Duration};

use smtp_oauth::{
    front::{
        Front, Input, Look, Words,
        line::Line,
        tui::{Clipboard, Tui},
    },
    wizard::{
        message::Message,
        screen::{Act, Action, Block, Input as Field, Key, Language, Question, Screen},
    },
};

const DEVICE_URL: &str = "https://microsoft.com/devicelogin";

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let look = Look { ascii: std::env::var_os("ASCII").is_some(), color: std::env::var_os("NO_COLOR").is_none() };
    let texts: toml::Table = include_str!("../src/language/en.toml").parse().map_err(std::io::Error::other)?;
    let words = Words::new(|key| texts["front"][key].as_str().unwrap_or_default().to_owned());
    match std::env::args().nth(1).as_deref() {
        Some("line") => walk(Line::open(look, words)?).await,
        _ => {
            let clipboard = Clipboard::in_environment(|name| std::env::var_os(name).is_some());
            walk(Tui::open(look, words, clipboard)?).await
        }
    }
}

async fn walk(mut front: impl Front) -> std::io::Result<()> {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    let first = std::env::args().nth(2).and_then(|step| step.parse().ok());
    let (mut step, mut left, mut end) = (first.unwrap_or(0), 900, "left");
    let mut given = Vec::new();
    loop {
        if front.show(&screen(step, left)).is_err() {
            end = "gone";
            break;
        }
        let messages = tokio::select! {
            input = front.next() => match input {
                Input::Send(messages) => messages,
                Input::Gone | Input::Stuck => {
                    end = "gone";
                    break;
                }
            },
            _ = seconds.tick() => {
                left -= 1;
                continue;
            }
        };
        for message in &messages {
            match message {
                Message::Copy(text) => front.copy(text),
                Message::Print(text) => front.print(text),
                Message::Answer(text) => given.push(format!("{} characters", text.expose().chars().count())),
                _ => {}
            }
        }
        match messages.last() {
            Some(Message::Leave) => break,
            Some(Message::Answer(_) | Message::Continue) => step += 1,
            Some(Message::Back) => step = step.saturating_sub(1),
            Some(Message::Retry) => panic!("asked for"),
            _ => {}
        }
    }
    front.close();
    // The terminal may be gone by now.
    let _ = writeln!(std::io::stdout(), "{end}: {}", given.join(", "));
    Ok(())
}

fn screen(step: usize, left: u32) -> Screen {
    let send =
        |key, label: &str, message, primary| Action { key, label: label.into(), act: Act::Send(message), primary };
    let mut screen = Screen {
        id: step.to_string(),
        language: Language::English,
        title: ["Name", "Secret", "Sign in", "Done"].get(step).copied().unwrap_or("Done").into(),
        place: format!("Step {} of 4", step + 1),
        blocks: vec![Block::Text("認証済み SMTP を有効にしてください。".into())],
        question: None,
        actions: vec![
            send(Key::Esc, "Back", Message::Back, false),
            send(Key::Letter('p'), "Panic", Message::Retry, false),
        ],
        checklist: Vec::new(),
        busy: None,
        ticks: false,
    };
    let inputs = [Field::Text { value: "alerts".into() }, Field::Secret { held: false }];
    if let Some(input) = inputs.into_iter().nth(step) {
        screen.question = Some(Question { label: "Value".into(), hint: String::new(), error: None, input });
        screen.actions.push(Action { key: Key::Enter, label: "Continue".into(), act: Act::Answer, primary: true });
        return screen;
    }
    screen.blocks.extend([
        Block::Text(format!("{left} seconds left")),
        Block::UserCode { label: "The code".into(), code: "F7K2PQ9XD".into() },
        Block::Qr(DEVICE_URL.into()),
    ]);
    screen.ticks = true;
    screen.busy = Some("waiting".into());
    screen.actions.extend([
        send(Key::Enter, "Continue", Message::Continue, true),
        send(Key::Letter('y'), "Copy", Message::Copy(DEVICE_URL.into()), false),
        send(Key::Letter('o'), "Print", Message::Print(DEVICE_URL.into()), false),
    ]);
    screen
}
