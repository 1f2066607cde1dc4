//! The full-screen front. This file joins the parts: a view that holds what the person is in the
//! middle of, a layout that draws it, keys that change it, a session that holds the terminal.

mod checklist;
mod clipboard;
mod field;
mod footer;
mod keys;
mod layout;
mod qr;
mod question;
pub(super) mod session;
mod title;
mod view;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Stdout, Write},
    time::Duration,
};

use crossterm::{
    event::{Event, EventStream, KeyCode, KeyEventKind, KeyModifiers},
    execute,
    terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen},
};
use futures_util::StreamExt;
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend};
use tokio::time::{Interval, MissedTickBehavior};

use crate::wizard::{message::Message, screen::Screen};

use super::{Front, Input, Look, Words, blocks::pen::Pen, text};
pub use clipboard::Clipboard;
use keys::Reaction;
use session::Session;
use view::View;

/// How often a terminal that says nothing is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub struct Tui<W: Write = Stdout> {
    terminal: Terminal<CrosstermBackend<W>>,
    look: Look,
    words: Words,
    clipboard: Clipboard,
    view: Option<View>,
    /// A text stands outside the full screen until Enter.
    printed: bool,
    /// The words changed, so that the same screen is another one.
    stale: bool,
    session: Option<Session>,
    events: Option<EventStream>,
    looks: Option<Interval>,
}

impl Tui {
    /// Takes the terminal: raw mode and the alternate screen, until `close` or the end of the value.
    pub fn open(look: Look, words: Words, clipboard: Clipboard) -> io::Result<Self> {
        let session = Session::take()?;
        let mut tui = Self::on(io::stdout(), Viewport::Fullscreen, look, words)?;
        tui.session = Some(session);
        tui.clipboard = clipboard;
        Ok(tui)
    }
}

impl<W: Write> Tui<W> {
    fn on(writer: W, viewport: Viewport, look: Look, words: Words) -> io::Result<Self> {
        let terminal = Terminal::with_options(CrosstermBackend::new(writer), TerminalOptions { viewport })?;
        Ok(Self {
            terminal,
            look,
            words,
            clipboard: Clipboard::Direct,
            view: None,
            printed: false,
            stale: false,
            session: None,
            events: None,
            looks: None,
        })
    }

    fn redraw(&mut self) -> io::Result<()> {
        let Some(view) = self.view.as_mut().filter(|_| !self.printed) else { return Ok(()) };
        let pen = Pen { look: self.look, words: &self.words, whole: false };
        self.terminal.draw(|frame| {
            let area = frame.area();
            if let Some(caret) = layout::draw(view, pen, area, frame.buffer_mut()) {
                frame.set_cursor_position(caret);
            }
        })?;
        Ok(())
    }

    /// One event of the terminal; `None` when nobody else needs to know.
    fn take(&mut self, event: Event) -> io::Result<Option<Input>> {
        if self.printed {
            return self.take_printed(&event);
        }
        let Some(view) = &mut self.view else { return Ok(None) };
        let reaction = match event {
            Event::Key(key) => view.press(key),
            Event::Paste(text) => view.paste(&text),
            Event::Resize(..) => Reaction::Redraw,
            _ => Reaction::Nothing,
        };
        match reaction {
            Reaction::Nothing => Ok(None),
            Reaction::Redraw => self.redraw().map(|()| None),
            Reaction::Send(messages) => Ok(Some(Input::Send(messages))),
        }
    }

    /// Back to the full screen at Enter or Esc, and out at Ctrl-C as everywhere.
    fn take_printed(&mut self, event: &Event) -> io::Result<Option<Input>> {
        let Event::Key(key) = event else { return Ok(None) };
        let leave = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if key.kind == KeyEventKind::Release || !(leave || matches!(key.code, KeyCode::Enter | KeyCode::Esc)) {
            return Ok(None);
        }
        self.printed = false;
        execute!(self.terminal.backend_mut(), EnterAlternateScreen, Clear(ClearType::All))?;
        // Forgets what was drawn. `Terminal::clear` would ask the terminal for its cursor and wait for the answer.
        self.terminal.swap_buffers();
        self.redraw()?;
        Ok(leave.then(|| Input::Send(vec![Message::Leave])))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        backend.write_all(text.as_bytes())?;
        Write::flush(backend)
    }

    fn print_plain(&mut self, text: &str) -> io::Result<()> {
        if !self.printed {
            execute!(self.terminal.backend_mut(), LeaveAlternateScreen, crossterm::cursor::Show)?;
        }
        self.printed = true;
        // Raw mode stays on, so each line returns the carriage by itself.
        let text = text::clean(text).replace('\n', "\r\n");
        let back = self.look.text(&self.words.press_enter);
        self.write(&format!("\r\n{text}\r\n\r\n{back}\r\n"))
    }
}

impl<W: Write> Front for Tui<W> {
    fn show(&mut self, screen: &Screen) -> io::Result<()> {
        let changed = match &mut self.view {
            Some(view) => view.change(screen),
            empty => {
                *empty = Some(View::new(screen.clone()));
                true
            }
        };
        if changed || std::mem::take(&mut self.stale) { self.redraw() } else { Ok(()) }
    }

    async fn next(&mut self) -> Input {
        loop {
            let events = self.events.get_or_insert_with(EventStream::new);
            let looks = self.looks.get_or_insert_with(|| {
                let mut looks = tokio::time::interval(LOOK_EVERY);
                looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                looks
            });
            let event = tokio::select! {
                event = events.next() => event,
                _ = looks.tick() => match &self.session {
                    Some(session) if session.gone() => None,
                    _ => continue,
                },
            };
            // Everything from here to the next wait happens at once, which makes the whole cancel safe.
            match event {
                Some(Ok(event)) => match self.take(event) {
                    Ok(None) => {}
                    Ok(Some(input)) => return input,
                    Err(_) => return Input::Gone,
                },
                Some(Err(_)) | None => return Input::Gone,
            }
        }
    }

    fn copy(&mut self, text: &str) {
        let sequence = self.clipboard.sequence(text);
        // A terminal that is gone is noticed at the next look.
        let _ = self.write(&sequence);
    }

    fn print(&mut self, text: &str) {
        let _ = self.print_plain(text);
    }

    fn speak(&mut self, words: Words) {
        self.stale |= self.words != words;
        self.words = words;
    }

    fn close(&mut self) {
        self.events = None;
        self.session = None;
    }
}
