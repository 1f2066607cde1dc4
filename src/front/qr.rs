//! A text as a QR code, before anything is drawn: which modules are dark, and how large it becomes.

use qrcode::{Color, EcLevel, QrCode};

pub struct Qr {
    code: QrCode,
}

/// How a code is put into character cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// `▀`: one column and half a row a module.
    Half,
    /// `##`: two columns and one row a module.
    Ascii,
}

/// Light modules around the code: four by the standard (ISO/IEC 18004), two are read in practice.
pub const QUIET: [usize; 2] = [4, 2];

impl Qr {
    /// `None` for a text that no code can hold.
    pub fn of(text: &str) -> Option<Self> {
        // Level L: the smallest code; a screen is neither dirty nor torn.
        QrCode::with_error_correction_level(text, EcLevel::L).ok().map(|code| Self { code })
    }

    /// Columns and rows.
    pub fn size(&self, cells: Cells, quiet: usize) -> (usize, usize) {
        let modules = self.modules(quiet);
        match cells {
            Cells::Half => (modules, modules.div_ceil(2)),
            Cells::Ascii => (modules * 2, modules),
        }
    }

    pub fn modules(&self, quiet: usize) -> usize {
        self.code.width() + 2 * quiet
    }

    /// Whether the module at this place is dark, the quiet zone counted in.
    pub fn dark(&self, x: usize, y: usize, quiet: usize) -> bool {
        let code = 0..self.code.width();
        match (x.checked_sub(quiet), y.checked_sub(quiet)) {
            (Some(x), Some(y)) if code.contains(&x) && code.contains(&y) => self.code[(x, y)] == Color::Dark,
            _ => false,
        }
    }

    /// Drawn without colours, light modules lit: right on the dark background of most terminals.
    pub fn rows(&self, cells: Cells, quiet: usize) -> Vec<String> {
        let size = self.modules(quiet);
        let lit = |x, y| y < size && !self.dark(x, y, quiet);
        match cells {
            Cells::Half => (0..size)
                .step_by(2)
                .map(|y| {
                    (0..size)
                        .map(|x| match (lit(x, y), lit(x, y + 1)) {
                            (true, true) => '█',
                            (true, false) => '▀',
                            (false, true) => '▄',
                            (false, false) => ' ',
                        })
                        .collect()
                })
                .collect(),
            Cells::Ascii => {
                (0..size).map(|y| (0..size).map(|x| if lit(x, y) { "##" } else { "  " }).collect()).collect()
            }
        }
    }
}

/// Reads drawn rows back, the way a telephone would.
#[cfg(test)]
pub fn read_back(modules: &[Vec<bool>]) -> String {
    const SCALE: usize = 4;
    let size = modules.len() * SCALE;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(size, size, |x, y| {
        if modules[y / SCALE].get(x / SCALE).copied().unwrap_or(false) { 0 } else { 255 }
    });
    image.detect_grids().first().expect("a code is seen").decode().unwrap().1
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://microsoft.com/devicelogin";

    #[test]
    fn the_device_page_is_37_by_19_cells() {
        let qr = Qr::of(URL).unwrap();
        assert_eq!(qr.size(Cells::Half, 4), (37, 19));
        assert_eq!(qr.size(Cells::Half, 2), (33, 17));
        assert_eq!(qr.size(Cells::Ascii, 2), (66, 33));
    }

    #[test]
    fn drawn_rows_read_back() {
        let qr = Qr::of(URL).unwrap();
        let ascii: Vec<Vec<bool>> = qr
            .rows(Cells::Ascii, 4)
            .iter()
            .map(|row| row.as_bytes().chunks(2).map(|module| module == b"  ").collect())
            .collect();
        assert_eq!(read_back(&ascii), URL);

        let mut half = Vec::new();
        for row in qr.rows(Cells::Half, 4) {
            half.push(row.chars().map(|cell| !matches!(cell, '█' | '▀')).collect());
            half.push(row.chars().map(|cell| !matches!(cell, '█' | '▄')).collect());
        }
        half.truncate(37);
        assert_eq!(read_back(&half), URL);
    }

    #[test]
    fn what_no_code_holds_is_none() {
        assert!(Qr::of(&"x".repeat(4000)).is_none());
    }
}
