//! The full-screen front. This file joins the parts: a view that holds what the person is in the
//! middle of, a layout that draws it, keys that change it, a session that holds the terminal.

mod bytes;
mod checklist;
mod clipboard;
mod events;
mod field;
mod footer;
mod keys;
mod layout;
mod qr;
mod question;
mod session;
mod title;
mod view;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Stdout, Write},
    mem::ManuallyDrop,
};

use crossterm::{
    event::{KeyCode, KeyEventKind, KeyModifiers},
    execute,
    terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen},
};
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, buffer::Buffer, layout::Rect};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::Receiver,
};

use crate::{
    visible,
    wizard::{message::Message, screen::Screen},
};

use super::{Front, Input, Look, Words, blocks::pen::Pen, text};
use bytes::Event;
pub use clipboard::Clipboard;
use keys::Reaction;
use session::Session;
use view::View;

pub struct Tui<W: Write = Stdout> {
    /// Never dropped: ratatui would show the cursor again, which the session does, and complain on
    /// standard error where it cannot, which panics when that is the terminal that is gone.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<W>>>,
    look: Look,
    words: Words,
    clipboard: Clipboard,
    view: Option<View>,
    /// A text stands outside the full screen until Enter.
    printed: bool,
    /// What is drawn is not what there is: another field, other words.
    stale: bool,
    session: Option<Session>,
    events: Option<Receiver<Event>>,
    resized: Option<Signal>,
}

impl Tui {
    /// Takes the terminal: raw mode and the alternate screen, until `close` or the end of the value.
    pub fn open(look: Look, words: Words, clipboard: Clipboard) -> io::Result<Self> {
        let session = Session::take()?;
        let mut tui = Self::on(io::stdout(), viewport(), look, words)?;
        tui.events = Some(events::events(session.keys()?));
        tui.session = Some(session);
        tui.clipboard = clipboard;
        Ok(tui)
    }
}

/// A screen as it first appears at this size, row by row: for a picture of it, and for tests.
pub fn drawn(screen: &Screen, look: Look, words: &Words, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    layout::draw(&mut View::new(screen.clone()), Pen { look, words, whole: false }, area, &mut buffer);
    rows(&buffer)
}

/// The rows as a terminal shows them: a wide character takes its second cell with it.
fn rows(buffer: &Buffer) -> Vec<String> {
    let row = |y| {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(text::width(symbol)).unwrap_or(1).max(1);
        }
        row.trim_end().to_owned()
    };
    buffer.area.rows().map(|area| row(area.y)).collect()
}

/// A serial line knows no size and says 0×0; what stands there has at least the rows of a VT100.
fn viewport() -> Viewport {
    match crossterm::terminal::size() {
        Ok((0, _) | (_, 0)) => Viewport::Fixed(Rect::new(0, 0, 80, 24)),
        _ => Viewport::Fullscreen,
    }
}

impl<W: Write> Tui<W> {
    fn on(writer: W, viewport: Viewport, look: Look, words: Words) -> io::Result<Self> {
        let terminal = Terminal::with_options(CrosstermBackend::new(writer), TerminalOptions { viewport })?;
        Ok(Self {
            terminal: ManuallyDrop::new(terminal),
            look,
            words,
            clipboard: Clipboard::Direct,
            view: None,
            printed: false,
            stale: false,
            session: None,
            events: None,
            resized: None,
        })
    }

    fn redraw(&mut self) -> io::Result<()> {
        let Some(view) = self.view.as_mut().filter(|_| !self.printed) else { return Ok(()) };
        self.stale = false;
        let pen = Pen { look: self.look, words: &self.words, whole: false };
        self.terminal.draw(|frame| {
            let area = frame.area();
            if let Some(caret) = layout::draw(view, pen, area, frame.buffer_mut()) {
                frame.set_cursor_position(caret);
            }
        })?;
        Ok(())
    }

    /// All of it again, onto an empty screen.
    fn repaint(&mut self) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Clear(ClearType::All))?;
        // Forgets what was drawn. `Terminal::clear` would ask the terminal for its cursor and wait for the answer.
        self.terminal.swap_buffers();
        self.redraw()
    }

    /// One event of the terminal; `None` when nobody else needs to know. While `more` wait nothing is
    /// drawn: a paste without brackets is thousands of keys.
    fn handle(&mut self, event: &Event, more: bool) -> io::Result<Option<Input>> {
        if self.printed {
            return self.handle_printed(event);
        }
        let Some(view) = &mut self.view else { return Ok(None) };
        let reaction = match event {
            Event::Key(key) => view.press(*key),
            Event::Paste(text) => view.paste(text.expose()),
            Event::Resize => Reaction::Redraw,
        };
        if reaction == Reaction::Nothing && is_repaint(event) {
            self.repaint()?;
        }
        self.stale |= reaction == Reaction::Redraw;
        let sends = match reaction {
            Reaction::Send(messages) => Some(Input::Send(messages)),
            Reaction::Nothing | Reaction::Redraw => None,
        };
        if self.stale && !more {
            self.redraw()?;
        }
        Ok(sends)
    }

    /// Back to the full screen at Enter or Esc, and out at Ctrl-C as everywhere.
    fn handle_printed(&mut self, event: &Event) -> io::Result<Option<Input>> {
        let Event::Key(key) = event else { return Ok(None) };
        let leave = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if key.kind == KeyEventKind::Release || !(leave || matches!(key.code, KeyCode::Enter | KeyCode::Esc)) {
            return Ok(None);
        }
        self.printed = false;
        execute!(self.terminal.backend_mut(), EnterAlternateScreen)?;
        self.repaint()?;
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
        let text = visible::text(text).replace('\n', "\r\n");
        let back = self.look.text(&self.words.press_enter);
        self.write(&format!("\r\n{text}\r\n\r\n{back}\r\n"))
    }
}

/// Ctrl-L: the kernel writes on a console, and others on a terminal, without asking.
fn is_repaint(event: &Event) -> bool {
    let Event::Key(key) = event else { return false };
    key.code == KeyCode::Char('l') && key.modifiers.contains(KeyModifiers::CONTROL)
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
        if changed || self.stale { self.redraw() } else { Ok(()) }
    }

    async fn next(&mut self) -> Input {
        if self.resized.is_none() {
            // Needs the runtime, so not made in `open`. Without it the size is looked at with the next key.
            self.resized = signal(SignalKind::window_change()).ok();
        }
        loop {
            let Some(events) = &mut self.events else { return Input::Gone };
            let event = match &mut self.resized {
                Some(resized) => tokio::select! {
                    event = events.recv() => event,
                    _ = resized.recv() => Some(Event::Resize),
                },
                None => events.recv().await,
            };
            let more = !events.is_empty();
            // Everything from here to the next wait happens at once, which makes the whole cancel safe.
            let Some(event) = event else { return Input::Gone };
            match self.handle(&event, more) {
                Ok(None) => {}
                Ok(Some(input)) => return input,
                Err(_) => return Input::Gone,
            }
        }
    }

    fn unsent(&mut self) -> Option<Message> {
        self.view.as_mut()?.unsent()
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
