//! Where each part of the screen goes, at any size. What cannot be done without (the question's
//! field, one row of keys) gets its row first; the rest shares what is left.
//!
//! ```text
//! title                                                                   place      1
//! checklist, as one row: below 100 columns                                           1
//! content, scrolling                              QR      │ checklist, as a pane:
//!                                                         │ from 100 columns on
//! busy ──────────────────────────────────── more below ──                            1
//! question
//! actions                                                                        1 or 2
//! ```

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::front::blocks::{self, Content, pen::Pen};

use super::{
    checklist, footer,
    qr::{self, Placed},
    question, title,
    view::View,
};

const PANE_FROM: u16 = 100;
const PANE: u16 = 36;

/// Draws everything and returns where the caret is, for the input method's window.
pub fn draw(view: &mut View, pen: Pen, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let wide = area.width >= PANE_FROM && !view.screen.checklist.is_empty();
    let with_pane = Frame::of(view, pen, area, wide);
    // A code that fits without the pane is worth more than the pane.
    let frame = if wide && with_pane.qr.is_none() {
        let without = Frame::of(view, pen, area, false);
        if without.qr.is_some() { without } else { with_pane }
    } else {
        with_pane
    };
    frame.draw(view, pen, buffer)
}

/// The rows not yet given away.
struct Room(u16);

impl Room {
    /// Up to `rows` of them, as long as `keep` remain.
    fn take(&mut self, rows: usize, keep: u16) -> u16 {
        let rows = u16::try_from(rows).unwrap_or(u16::MAX).min(self.0.saturating_sub(keep));
        self.0 -= rows;
        rows
    }
}

/// How many rows each part has.
struct Rows {
    title: u16,
    checklist: u16,
    content: u16,
    rule: u16,
    question: u16,
    keys: u16,
}

impl Rows {
    fn share(height: u16, checklist: bool, content: usize, question: usize, keys: usize) -> Self {
        let mut room = Room(height);
        let field = room.take(usize::from(question > 0), 0);
        let first_keys = room.take(1, 0);
        let title = room.take(1, 0);
        let other_keys = room.take(keys.saturating_sub(1), 6);
        let checklist = room.take(usize::from(checklist), 6);
        let rule = room.take(1, 1);
        // A long question leaves the content a third of the room, or as much as it needs.
        let kept = u16::try_from(content).unwrap_or(u16::MAX).min(room.0 / 3);
        let rest = room.take(question.saturating_sub(1), kept);
        Self { title, checklist, content: room.0, rule, question: field + rest, keys: first_keys + other_keys }
    }
}

struct Frame {
    title: Rect,
    checklist: Rect,
    pane: Rect,
    content: Rect,
    rule: Rect,
    question: Rect,
    footer: Rect,
    drawn: Content,
    asked: question::Drawn,
    keys: Vec<ratatui::text::Line<'static>>,
    qr: Option<Placed>,
}

impl Frame {
    fn of(view: &mut View, pen: Pen, area: Rect, pane: bool) -> Self {
        let inner = area.width.saturating_sub(2).max(1);
        let pane = if pane { PANE } else { 0 };
        let width = inner.saturating_sub(if pane > 0 { pane + 1 } else { 0 });
        let asked = question::draw(view, pen, usize::from(inner));
        let keys = footer::lines(&view.screen, pen, usize::from(area.width), area.height);
        let lines = blocks::content(&view.screen.blocks, pen, usize::from(width), None).lines.len();
        let listed = pane == 0 && !view.screen.checklist.is_empty();
        let rows = Rows::share(area.height, listed, lines, asked.lines.len(), keys.len());

        // From the top downward, each part below the one before.
        let mut top = area.y;
        let mut next = |height: u16| {
            let row = Rect::new(area.x, top, area.width, height);
            top += height;
            row.intersection(area)
        };
        let (title, checklist, middle) = (next(rows.title), next(rows.checklist), next(rows.content));
        let (rule, question, footer) = (next(rows.rule), next(rows.question), next(rows.keys));
        let inset = |row: Rect, width: u16| Rect { x: row.x + 1, width, ..row }.intersection(area);
        let content = inset(middle, width);
        let side = Rect { x: area.right().saturating_sub(pane + 1), width: pane, ..middle }.intersection(area);
        let (qr, missing) = Self::code(view, pen, area, content);
        let text_width = width - qr.as_ref().map_or(0, Placed::columns).min(width);
        let drawn = blocks::content(&view.screen.blocks, pen, usize::from(text_width), missing.as_deref());
        let (content, question) = (Rect { width: text_width, ..content }, inset(question, inner));
        Self { title, checklist, pane: side, content, rule, question, footer, drawn, asked, keys, qr }
    }

    /// The QR code in its place, or the size of window it needs.
    fn code(view: &View, pen: Pen, area: Rect, content: Rect) -> (Option<Placed>, Option<String>) {
        match qr::place(&view.screen.blocks, pen.look, content) {
            Some(Ok(placed)) => (Some(placed), None),
            Some(Err((columns, rows))) => {
                let columns = columns + usize::from(area.width - area.width.saturating_sub(2).max(1));
                let rows = rows + usize::from(area.height - content.height);
                let needs = pen.words.qr_needs.replace("{width}", &columns.to_string());
                (None, Some(needs.replace("{height}", &rows.to_string())))
            }
            None => (None, None),
        }
    }

    fn draw(self, view: &mut View, pen: Pen, buffer: &mut Buffer) -> Option<Position> {
        let page = usize::from(self.content.height);
        view.scroll.settle(self.drawn.lines.len(), page, &self.drawn.starts);
        let top = view.scroll.top;
        let visible = |area: Rect| !area.is_empty();

        if visible(self.title) {
            title::draw(&view.screen, pen, self.title, buffer);
        }
        if visible(self.checklist) {
            checklist::draw_row(&view.screen, pen, self.checklist, buffer);
        }
        for (line, y) in self.drawn.lines.iter().skip(top).zip(self.content.y..self.content.bottom()) {
            buffer.set_line(self.content.x, y, line, self.content.width);
        }
        if let Some(qr) = &self.qr {
            qr.draw(pen.look, buffer);
        }
        if visible(self.pane) {
            checklist::draw_pane(&view.screen, pen, self.pane, buffer);
        }
        if visible(self.rule) {
            let more = match (top > 0, top < view.scroll.limit) {
                (true, true) => &pen.words.more_around,
                (true, false) => &pen.words.more_above,
                (false, true) => &pen.words.more_below,
                (false, false) => "",
            };
            title::draw_rule(view.screen.busy.as_deref(), more, pen, self.rule, buffer);
        }
        for (line, y) in self.keys.iter().zip(self.footer.y..self.footer.bottom()) {
            buffer.set_line(self.footer.x, y, line, self.footer.width);
        }
        self.draw_question(buffer)
    }

    /// Where the question has fewer rows than lines, the row in focus is among those seen.
    fn draw_question(&self, buffer: &mut Buffer) -> Option<Position> {
        let height = usize::from(self.question.height);
        let first = (self.asked.focus + 1).saturating_sub(height.max(1));
        for (line, y) in self.asked.lines.iter().skip(first).zip(self.question.y..self.question.bottom()) {
            buffer.set_line(self.question.x, y, line, self.question.width);
        }
        let column = u16::try_from(self.asked.caret?).unwrap_or(u16::MAX);
        let row = u16::try_from(self.asked.focus - first).unwrap_or(u16::MAX);
        let x = self.question.x.saturating_add(column).min(self.question.right().saturating_sub(1));
        let y = self.question.y.saturating_add(row);
        (!self.question.is_empty() && y < self.question.bottom()).then_some(Position { x, y })
    }
}
