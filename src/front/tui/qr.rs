//! A QR code on the screen, whole or not at all: beside the text, at the right of the content.
//! Black and white are named outright, since a telephone reads neither grey nor a theme.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Style},
    text::Line,
};

use crate::{
    front::{
        Look,
        qr::{Cells, QUIET, Qr},
    },
    wizard::screen::Block,
};

/// The text beside it needs this many columns, so that the page's address stays on one row
/// (`https://login.microsoft.com/device` has 34), and two between.
const BESIDE: usize = 34;
const GAP: usize = 2;

pub struct Placed {
    qr: Qr,
    quiet: usize,
    pub area: Rect,
}

/// Where the code of a screen goes in its content, or the columns and rows of content it needs.
pub fn place(blocks: &[Block], look: Look, content: Rect) -> Option<Result<Placed, (usize, usize)>> {
    let text = blocks.iter().find_map(|block| match block {
        Block::Qr(text) => Some(text),
        _ => None,
    })?;
    let qr = Qr::of(text)?;
    let (width, height) = (usize::from(content.width), usize::from(content.height));
    for quiet in QUIET {
        let (columns, rows) = qr.size(cells(look), quiet);
        if let (true, true, Ok(columns), Ok(rows)) =
            (columns + GAP + BESIDE <= width, rows <= height, u16::try_from(columns), u16::try_from(rows))
        {
            let area = Rect::new(content.right() - columns, content.y, columns, rows);
            return Some(Ok(Placed { qr, quiet, area }));
        }
    }
    let (columns, rows) = qr.size(cells(look), QUIET[QUIET.len() - 1]);
    Some(Err((columns + GAP + BESIDE, rows)))
}

impl Placed {
    /// Columns of the content that it takes away.
    pub fn columns(&self) -> u16 {
        self.area.width + GAP as u16
    }

    pub fn draw(&self, look: Look, buffer: &mut Buffer) {
        if look.color {
            return self.draw_in_colors(look, buffer);
        }
        for (row, y) in self.qr.rows(cells(look), self.quiet).into_iter().zip(self.area.y..) {
            buffer.set_line(self.area.x, y, &Line::raw(row), self.area.width);
        }
    }

    fn draw_in_colors(&self, look: Look, buffer: &mut Buffer) {
        // A console with ASCII alone has its sixteen colours and no others.
        let (black, white) =
            if look.ascii { (Color::Black, Color::White) } else { (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)) };
        let shade = |x, y| if self.qr.dark(x, y, self.quiet) { black } else { white };
        for Position { x, y } in self.area.positions() {
            let (column, row) = (usize::from(x - self.area.x), usize::from(y - self.area.y));
            let (symbol, style) = match cells(look) {
                Cells::Ascii => {
                    let shade = shade(column / 2, row);
                    (if shade == white { "#" } else { " " }, Style::new().fg(shade).bg(shade))
                }
                Cells::Half => ("▀", Style::new().fg(shade(column, row * 2)).bg(shade(column, row * 2 + 1))),
            };
            buffer.set_string(x, y, symbol, style);
        }
    }
}

fn cells(look: Look) -> Cells {
    if look.ascii { Cells::Ascii } else { Cells::Half }
}
