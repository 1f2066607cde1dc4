//! How a text of any size reaches the reader. A small one passes through as it is; of a large one, what bears on a
//! failure is kept with what stands around it, the newest of each kind, and the end. Memory stays bounded whatever
//! comes. It draws no conclusion from the text.

mod bearing;
pub mod charset;
mod seen;
mod sieve;
mod window;

use encoding_rs::{CoderResult, Decoder};

use sieve::Sieve;

/// What fits into this is read whole.
const SMALL: usize = 256 * 1024;
/// Bytes that are looked at in one go.
const PIECE: usize = 256 * 1024;
/// A text of less than this is not counted through: whoever pasted it sees it whole.
const PASTED: usize = 4 * 1024;

/// Takes a text in pieces, as it comes.
#[derive(Default)]
pub struct Intake {
    /// The beginning, until it is more than [`SMALL`].
    head: Vec<u8>,
    sieve: Option<Sieve>,
    wide: Option<Decoder>,
    bytes: u64,
    /// What it begins with.
    first: Vec<u8>,
}

/// What was taken in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub text: String,
    /// How often a failure, or a success, was told, as a value of the fact `log.seen`.
    pub seen: Vec<String>,
    pub bytes: u64,
    pub lines: u64,
    /// Only what bears on a failure was kept.
    pub sieved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    Binary,
    /// A packed or binary log, and the program that makes a text of it.
    Packed(&'static str),
}

/// What a log may be packed as: how it begins, and what unpacks it.
const PACKED: [(&[u8], &str); 7] = [
    (b"\x1f\x8b", "zcat"),
    (b"\xfd7zXZ\0", "xzcat"),
    (b"BZh", "bzcat"),
    (b"\x28\xb5\x2f\xfd", "zstdcat"),
    (b"PK\x03\x04", "unzip -p"),
    (b"LPKSHHRH", "journalctl --file"),
    (b"ElfFile\0", "Get-WinEvent -Path"),
];

impl Intake {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let room = 8_usize.saturating_sub(self.first.len());
        self.first.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.sieve.is_some() {
            return self.sift(bytes);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() > SMALL {
            let head = std::mem::take(&mut self.head);
            self.wide = charset::utf_16(&head).map(encoding_rs::Encoding::new_decoder_with_bom_removal);
            self.sieve = Some(Sieve::new());
            self.sift(&head);
        }
    }

    fn sift(&mut self, bytes: &[u8]) {
        let Some(sieve) = &mut self.sieve else { return };
        for piece in bytes.chunks(PIECE) {
            match &mut self.wide {
                Some(decoder) => narrowed(decoder, piece, false, |text| sieve.push(text)),
                None => sieve.push(piece),
            }
        }
    }

    pub fn finish(mut self) -> Result<Taken, Unreadable> {
        let (bytes, first) = (self.bytes, std::mem::take(&mut self.first));
        let whole = std::mem::take(&mut self.head);
        let taken = match (self.sieve.take(), &mut self.wide) {
            (Some(mut sieve), wide) => {
                if let Some(decoder) = wide {
                    narrowed(decoder, &[], true, |text| sieve.push(text));
                }
                let sifted = sieve.finish();
                let text = charset::text(&sifted.kept);
                text.map(|text| Taken { text, seen: sifted.seen, bytes, lines: sifted.lines, sieved: true })
            }
            (None, _) => charset::text(&whole).map(|text| small(text, bytes)),
        };
        let packed = || PACKED.iter().find(|(sign, _)| first.starts_with(sign)).map(|(_, program)| *program);
        taken.ok_or_else(|| packed().map_or(Unreadable::Binary, Unreadable::Packed))
    }
}

fn small(text: String, bytes: u64) -> Taken {
    let mut taken = Taken { bytes, lines: text.lines().count() as u64, ..Taken::default() };
    if text.len() >= PASTED {
        let mut sieve = Sieve::new();
        text.as_bytes().chunks(PIECE).for_each(|piece| sieve.push(piece));
        taken.seen = sieve.finish().seen;
    }
    taken.text = text;
    taken
}

/// UTF-16 as UTF-8.
fn narrowed(decoder: &mut Decoder, mut bytes: &[u8], last: bool, mut each: impl FnMut(&[u8])) {
    let mut letters = vec![0; PIECE];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(bytes, &mut letters, last);
        each(&letters[..written]);
        bytes = &bytes[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
