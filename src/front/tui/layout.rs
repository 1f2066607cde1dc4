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
        let keys = footer::lines(&view.screen, pen, usize::from(area.width));

        let content_lines = blocks::content(&view.screen.blocks, pen, usize::from(width), None).lines.len();
        let mut room = Room(area.height);
        let field = room.take(usize::from(!asked.lines.is_empty()), 0);
        let keys_first = room.take(1, 0);
        let title = room.take(1, 0);
        let keys_rest = room.take(keys.len().saturating_sub(1), 6);
        let checklist = room.take(usize::from(pane == 0 && !view.screen.checklist.is_empty()), 6);
        let rule = room.take(1, 1);
        // A long question leaves the content a third of the room, or as much as it needs.
        let kept = u16::try_from(content_lines).unwrap_or(u16::MAX).min(room.0 / 3);
        let rest = room.take(asked.lines.len().saturating_sub(1), kept);

        let (keys_height, question_height) = (keys_first + keys_rest, field + rest);
        let content_height = area.height - title - checklist - rule - question_height - keys_height;
        let row = |y: u16, height: u16| Rect::new(area.x, y, area.width, height).intersection(area);
        let content_y = area.y + title + checklist;
        let content = Rect::new(area.x + 1, content_y, width, content_height).intersection(area);
        let question_y = content_y + content_height + rule;

        let (qr, missing) = match qr::place(&view.screen.blocks, pen.look, content) {
            Some(Ok(placed)) => (Some(placed), None),
            Some(Err((columns, rows))) => {
                let other = usize::from(area.height - content_height);
                let columns = columns + usize::from(area.width - inner);
                let needs = pen.words.qr_needs.replace("{width}", &columns.to_string());
                (None, Some(needs.replace("{height}", &(rows + other).to_string())))
            }
            None => (None, None),
        };
        let text_width = width - qr.as_ref().map_or(0, Placed::columns).min(width);
        let drawn = blocks::content(&view.screen.blocks, pen, usize::from(text_width), missing.as_deref());
        Self {
            title: row(area.y, title),
            checklist: row(area.y + title, checklist),
            pane: Rect::new(area.right().saturating_sub(pane + 1), content_y, pane, content_height).intersection(area),
            content: Rect { width: text_width, ..content },
            rule: row(content_y + content_height, rule),
            question: Rect::new(area.x + 1, question_y, inner, question_height).intersection(area),
            footer: row(question_y + question_height, keys_height),
            drawn,
            asked,
            keys,
            qr,
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
            let more = if top < view.scroll.limit {
                &pen.words.more_below
            } else if top > 0 {
                &pen.words.more_above
            } else {
                ""
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
