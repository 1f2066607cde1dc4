//! What is kept of a long text: pieces of it in their order, within a bound. Of pieces that tell the same the newest
//! stay; where there is too much for all that, the oldest go.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// Bytes that are kept.
const MOST: usize = 128 * 1024;
/// Keys that are told apart; a log of more than these is flooded with something.
const KEYS: usize = 2048;

#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    /// It does not follow on the piece before.
    apart: bool,
    /// How many of its keys have not come often enough since.
    wanted: usize,
}

#[derive(Debug, Default)]
pub struct Window {
    /// By number, in their order.
    pieces: BTreeMap<u64, Piece>,
    /// The number of the next one.
    next: u64,
    size: usize,
    /// In which pieces a key came last.
    recent: HashMap<u64, VecDeque<u64>>,
}

impl Window {
    /// Adds a piece that tells of `keys`, each with how many of the same are worth keeping.
    pub fn add(&mut self, bytes: &[u8], apart: bool, keys: &[(u64, usize)]) {
        let number = self.next;
        self.next += 1;
        self.size += bytes.len();
        self.pieces.insert(number, Piece { bytes: bytes.to_vec(), apart, wanted: keys.len() });
        for (key, most) in keys {
            let recent = self.recent.entry(*key).or_default();
            recent.push_back(number);
            let surplus = if recent.len() > *most { recent.pop_front() } else { None };
            if let Some(old) = surplus {
                self.release(old);
            }
        }
        while self.size > MOST {
            let Some((_, old)) = self.pieces.pop_first() else { break };
            self.size -= old.bytes.len();
        }
        if self.recent.len() > KEYS {
            let pieces = &self.pieces;
            self.recent.retain(|_, recent| recent.back().is_some_and(|last| pieces.contains_key(last)));
            // All of them are held by pieces of a few bytes each.
            if self.recent.len() > KEYS {
                self.recent.clear();
            }
        }
    }

    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.size
    }

    /// One of the keys of a piece has come often enough since.
    fn release(&mut self, number: u64) {
        let Some(piece) = self.pieces.get_mut(&number) else { return };
        piece.wanted = piece.wanted.saturating_sub(1);
        if piece.wanted == 0 {
            self.size -= piece.bytes.len();
            self.pieces.remove(&number);
        }
    }

    /// What is kept; an empty line stands where something was left out.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut all: Vec<u8> = Vec::with_capacity(self.size + 2 * self.pieces.len());
        let mut next = 0;
        for (number, piece) in self.pieces {
            if !all.is_empty() && (piece.apart || number != next) {
                all.extend_from_slice(if all.ends_with(b"\n") { b"\n" } else { b"\n\n" });
            }
            all.extend_from_slice(&piece.bytes);
            next = number + 1;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_tells_the_same_the_newest_stays_in_its_place() {
        let mut window = Window::default();
        window.add(b"a1\n", false, &[(1, 2)]);
        window.add(b"b1\n", true, &[(2, 2)]);
        window.add(b"a2 b2\n", true, &[(1, 2), (2, 2)]);
        window.add(b"a3\n", false, &[(1, 2)]);
        window.add(b"a4\n", false, &[(1, 2)]);
        assert_eq!(String::from_utf8(window.into_bytes()).unwrap(), "b1\n\na2 b2\na3\na4\n");
    }

    #[test]
    fn it_stays_bounded_whatever_comes() {
        let mut window = Window::default();
        for number in 0..20_000 {
            window.add(&[b'x'; 100], true, &[(number, 3)]);
            assert!(window.size <= MOST && window.pieces.len() <= MOST / 100);
        }
        assert!(window.recent.len() <= KEYS + 1);
        // Pieces of a frequent key behind one of a rare key.
        let mut window = Window::default();
        window.add(b"rare\n", true, &[(0, 3)]);
        (0..100_000).for_each(|_| window.add(b"often\n", true, &[(1, 3)]));
        assert_eq!(window.pieces.len(), 4);
    }
}
