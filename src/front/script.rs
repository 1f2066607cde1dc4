//! The front that nobody sits at: takes the default of each screen and goes forward, never back to mend
//! something. It prints what a log should hold: a code that somebody has to type, what went wrong. Where a default
//! would be given a second time in vain, or only a person could go on, it says so. The one line it ever reads of
//! standard input is the address that a browser was sent back to.
#![expect(clippy::disallowed_methods, reason = "a blocking read of standard input needs a thread of its own")]

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Read, Write},
};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::{
    secret::Secret,
    visible::line,
    wizard::{
        message::Message,
        screen::{Act, Block, Input as Field, Screen, Tone},
    },
};

use super::{
    Front, Input, Look, Words, asks_anew,
    blocks::{self, pen::Pen},
    text::LIMIT,
};

/// Longer than any line.
const ENDLESS: usize = 1 << 16;

#[derive(Default)]
pub struct Script {
    /// What the log is told in; none where somebody else tells.
    words: Option<Words>,
    screen: Option<Screen>,
    /// The screen that was answered last, and with what.
    last: Option<(Screen, Vec<Message>)>,
    /// An answer was given, and no other screen came of it yet.
    waiting: bool,
    /// What stands in the log already.
    told: BTreeSet<String>,
    line: Line,
}

/// The line of standard input.
#[derive(Default)]
enum Line {
    #[default]
    Unread,
    Reading(oneshot::Receiver<Secret>),
    Read,
}

impl Script {
    pub fn new(words: Words) -> Self {
        Self { words: Some(words), ..Self::default() }
    }

    /// Prints nothing at all.
    pub fn quiet() -> Self {
        Self::default()
    }

    fn wants_line(&self) -> bool {
        let question = self.screen.as_ref().filter(|_| !self.waiting).and_then(|screen| screen.question.as_ref());
        let asked = question.is_some_and(|question| question.input == Field::Pasted && question.error.is_none());
        asked && !matches!(self.line, Line::Read)
    }

    /// Cancel safe: what is being read is kept for the next time.
    async fn read_line(&mut self) -> Input {
        if let Line::Unread = self.line {
            self.line = Line::Reading(line_of(io::stdin()));
        }
        let Line::Reading(reading) = &mut self.line else { return Input::Stuck };
        // An input that ends without a line is an empty answer.
        let line = reading.await.unwrap_or_default();
        (self.line, self.waiting) = (Line::Read, true);
        Input::Send(vec![Message::Answer(line)])
    }

    /// What to send now; `None` is to wait.
    fn step(&mut self) -> Option<Input> {
        let screen = self.screen.as_ref().filter(|_| !self.waiting)?;
        if screen.busy.is_some() && !screen.actions.iter().any(|action| action.primary) {
            return None;
        }
        let refused = screen.question.as_ref().is_some_and(|question| question.error.is_some());
        let Some(answer) = default(screen).filter(|_| !refused) else { return Some(Input::Stuck) };
        let again = self.last.as_ref().is_some_and(|(before, given)| !asks_anew(before, screen) && *given == answer);
        if again {
            return Some(Input::Stuck);
        }
        self.last = Some((screen.clone(), answer.clone()));
        self.waiting = true;
        Some(Input::Send(answer))
    }
}

fn line_of(input: impl Read + Send + 'static) -> oneshot::Receiver<Secret> {
    let (read, reading) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = Zeroizing::new(Vec::new());
        // One byte more than is taken, so that too much is seen to be too much.
        if BufReader::new(input.take(LIMIT as u64 + 1)).read_until(b'\n', &mut line).is_ok() {
            // Nobody waits for it any more once the program ends.
            let _ = read.send(Secret::new(String::from_utf8_lossy(&line)));
        }
    });
    reading
}

fn default(screen: &Screen) -> Option<Vec<Message>> {
    let forward = |act: &Act| match act {
        Act::Answer | Act::Send(Message::Continue | Message::Companion(_)) => true,
        Act::Send(_) => false,
    };
    let skips = |act: &Act| *act == Act::Send(Message::Skip);
    let mut acts = screen.actions.iter().filter(|action| action.primary).map(|action| &action.act);
    let all = || screen.actions.iter().map(|action| &action.act);
    let primary = acts.find(|act| forward(act)).or_else(|| all().find(|act| skips(act)));
    let answer = match screen.question.as_ref().map(|question| &question.input) {
        Some(Field::Text { value }) if !value.is_empty() => Some(Message::Answer(Secret::new(value.as_str()))),
        Some(Field::Secret { held: true }) => Some(Message::Answer(Secret::default())),
        Some(Field::Choice { options, selected }) if *selected < options.len() => Some(Message::Choose(*selected)),
        _ => None,
    };
    match (answer, primary) {
        (Some(answer), _) => Some(vec![answer]),
        (None, Some(Act::Send(message))) => Some(vec![message.clone()]),
        // Nothing to say: the wizard knows whether that is an answer.
        (None, Some(Act::Answer)) if screen.takes_text() => Some(vec![Message::Answer(Secret::default())]),
        (None, Some(Act::Answer) | None) => None,
    }
}

impl Script {
    /// For whoever reads the log: the address and the code, what went wrong, and what to do about it. A log has no
    /// width.
    fn told(&self, screen: &Screen) -> Vec<String> {
        let Some(words) = &self.words else { return Vec::new() };
        let pen = Pen { look: Look { ascii: true, color: false }, words, whole: true };
        let lines = screen.blocks.iter().flat_map(|block| match block {
            Block::Link { label, url: text } | Block::UserCode { label, code: text } => {
                vec![format!("{label}: {text}")]
            }
            Block::Note { tone: Tone::Warning | Tone::Failure, .. } | Block::Verdict(_) => {
                blocks::lines_of(block, pen, ENDLESS, None).iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        });
        lines.collect()
    }
}

impl Front for Script {
    fn show(&mut self, screen: &Screen) -> io::Result<()> {
        // The same screen again settles it too, unless something runs that has yet to report.
        let same = self.screen.as_ref().is_some_and(|before| !asks_anew(before, screen));
        self.waiting &= same && screen.busy.is_some();
        for text in self.told(screen) {
            if !text.is_empty() && self.told.insert(text.clone()) {
                // A log that is gone is nobody's loss.
                let _ = writeln!(io::stderr(), "{}", line(&text));
            }
        }
        self.screen = Some(screen.clone());
        Ok(())
    }

    async fn next(&mut self) -> Input {
        if self.wants_line() {
            return self.read_line().await;
        }
        match self.step() {
            Some(input) => input,
            None => std::future::pending().await,
        }
    }

    fn copy(&mut self, _text: &str) {}

    fn print(&mut self, _text: &str) {}

    fn speak(&mut self, _words: Words) {}

    fn close(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::samples;

    fn accepted(mut screen: Screen) -> Screen {
        if let Some(question) = &mut screen.question {
            question.error = None;
        }
        screen
    }

    fn given(script: &mut Script, screen: &Screen) -> Option<Input> {
        script.show(screen).unwrap();
        script.step()
    }

    #[test]
    fn it_takes_the_defaults_and_then_the_way_on() {
        let mut script = Script::default();
        let address = Message::Answer(Secret::new("alerts@contoso.example"));
        assert_eq!(given(&mut script, &accepted(samples::mailbox())), Some(Input::Send(vec![address])));
        assert_eq!(given(&mut script, &samples::consent()), Some(Input::Send(vec![Message::Choose(0)])));
        let held = Message::Answer(Secret::default());
        assert_eq!(given(&mut script, &samples::secret()), Some(Input::Send(vec![held])));
        assert_eq!(given(&mut script, &samples::save()), Some(Input::Send(vec![Message::Continue])));
    }

    #[tokio::test]
    async fn one_line_is_read_and_no_more() {
        let line = line_of(&b"http://localhost/?code=CANARY\nno more"[..]).await.unwrap();
        assert_eq!(line.expose(), "http://localhost/?code=CANARY\n");
        assert_eq!(line_of(&b""[..]).await.unwrap(), Secret::default());
        assert_eq!(line_of(io::repeat(b'a')).await.unwrap().expose().len(), LIMIT + 1);
    }

    #[test]
    fn it_waits_while_something_runs() {
        let mut script = Script::default();
        assert_eq!(given(&mut script, &samples::exchange(3)), None);
        assert_eq!(given(&mut script, &samples::exchange(9)), None);
    }

    #[test]
    fn a_time_that_passes_is_no_new_question() {
        let mut page = samples::device("14:52");
        page.actions[0].primary = true;
        page.actions[0].act = Act::Send(Message::Companion(0));
        let mut script = Script::default();
        assert_eq!(given(&mut script, &page), Some(Input::Send(vec![Message::Companion(0)])));
        let mut later = samples::device("14:51");
        later.actions[0].primary = true;
        later.actions[0].act = Act::Send(Message::Companion(0));
        assert_eq!(given(&mut script, &later), None);
    }

    #[test]
    fn an_error_or_the_same_answer_twice_needs_a_person() {
        let mut script = Script::default();
        assert_eq!(given(&mut script, &samples::mailbox()), Some(Input::Stuck));
        assert_eq!(given(&mut script, &samples::save()), Some(Input::Send(vec![Message::Continue])));
        assert_eq!(script.step(), None, "one answer a screen");
        assert_eq!(given(&mut script, &samples::save()), Some(Input::Stuck));
        assert_eq!(given(&mut script, &samples::items()), Some(Input::Stuck), "nothing leads on from there");
    }
}
