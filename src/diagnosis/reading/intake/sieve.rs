//! A long text, line by line as it comes: lines that bear on a failure go into the window with what stands around
//! them, and are counted; the end is kept as it is. A line without an end is looked at in parts.

use memchr::{memchr, memchr_iter, memrchr};

use super::{
    bearing::{Bearing, Hit, Kind},
    seen::Counts,
    window::Window,
};

/// The end of a text is kept whatever stands there: a trace is pasted there, or goes on there.
const END: usize = 32 * 1024;
/// What a line and what stands before it may need again.
const BEHIND: usize = 64 * 1024;
/// A longer line is looked at in parts of this, around what was found.
const LONG: usize = 6 * 1024;
/// A piece of the window has this much at most; lines that bear on a failure may follow each other without an end.
const PIECE: usize = 8 * 1024;
/// A word that stands across two parts of a line is found in the second.
const ACROSS: usize = 64;

/// Lines around one, as many as a trace has before its refusal, and bytes of them.
struct Around {
    before: usize,
    after: usize,
    bytes: usize,
    /// How many of the same are worth keeping.
    same: usize,
}

const fn around(kind: Kind) -> Around {
    match kind {
        Kind::Refused => Around { before: 40, after: 12, bytes: 6 * 1024, same: 4 },
        Kind::Unreached => Around { before: 12, after: 6, bytes: 4 * 1024, same: 4 },
        Kind::Accepted => Around { before: 0, after: 0, bytes: 0, same: 2 },
        Kind::Trace => Around { before: 14, after: 6, bytes: 3 * 1024, same: 3 },
    }
}

/// A piece that may grow yet; places count from the beginning of the text.
#[derive(Debug)]
struct Open {
    start: u64,
    end: u64,
    keys: Vec<(u64, usize)>,
    kind: Kind,
}

pub struct Sieve {
    bearing: Bearing,
    window: Window,
    counts: Counts,
    buffer: Vec<u8>,
    /// The place of the buffer's first byte.
    base: u64,
    /// The place up to which lines were judged, and the one up to which they were taken.
    judged: u64,
    taken: u64,
    open: Option<Open>,
    lines: u64,
}

pub struct Sifted {
    pub kept: Vec<u8>,
    pub seen: Vec<String>,
    pub lines: u64,
}

impl Sieve {
    pub fn new() -> Self {
        Self {
            bearing: Bearing::new(),
            window: Window::default(),
            counts: Counts::default(),
            buffer: Vec::new(),
            base: 0,
            judged: 0,
            taken: 0,
            open: None,
            lines: 0,
        }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.lines += memchr_iter(b'\n', bytes).count() as u64;
        self.buffer.extend_from_slice(bytes);
        let judged = self.at(self.judged);
        let to = match memrchr(b'\n', &self.buffer[judged..]) {
            Some(end) => judged + end + 1,
            None if self.buffer.len() - judged > BEHIND => self.buffer.len() - ACROSS,
            None => return,
        };
        self.judge(to);
        if self.open.as_ref().is_some_and(|open| open.end + (PIECE as u64) < self.judged) {
            self.close(to);
        }
        let open = self.open.as_ref().map_or(self.judged, |open| open.start);
        let keep = open.min(self.judged.saturating_sub(BEHIND as u64));
        self.buffer.drain(..self.at(keep));
        self.base = self.base.max(keep);
    }

    pub fn finish(mut self) -> Sifted {
        self.lines += u64::from(self.buffer.last().is_some_and(|last| *last != b'\n'));
        self.judge(self.buffer.len());
        self.close(self.buffer.len());
        let from = self.at(self.taken).max(self.buffer.len().saturating_sub(END));
        let from = self.line_start(from, END);
        let apart = self.base + from as u64 > self.taken;
        let mut kept = self.window.into_bytes();
        if apart && !kept.is_empty() {
            kept.extend_from_slice(b"\n\n");
        }
        kept.extend_from_slice(&self.buffer[from..]);
        Sifted { kept, seen: self.counts.told(), lines: self.lines }
    }

    /// Bytes that are held at present.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        self.buffer.len() + self.window.size()
    }

    /// A place in the buffer.
    fn at(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.base)).map_or(self.buffer.len(), |at| at.min(self.buffer.len()))
    }

    /// Judges the lines that end before `to`.
    fn judge(&mut self, to: usize) {
        let mut at = self.at(self.judged);
        while let Some(found) = self.bearing.candidate(&self.buffer, at, to) {
            let start = memrchr(b'\n', &self.buffer[..found]).map_or(0, |before| before + 1);
            let end = memchr(b'\n', &self.buffer[found..to]).map_or(to, |end| found + end + 1);
            let start = if found - start > LONG { gap(&self.buffer, found - LONG / 3, found) } else { start };
            let end = if end - start > LONG { gap(&self.buffer, (found + LONG / 2).min(end), end) } else { end };
            let hit = self.bearing.judge(&self.buffer[start..end], found - start);
            if let Some(hit) = hit {
                self.counts.add(hit, &self.buffer[start..end]);
                self.take(start, end, hit);
            }
            at = end.max(found + 1);
        }
        self.judged = self.base + to as u64;
    }

    fn take(&mut self, start: usize, end: usize, hit: Hit) {
        let around = around(hit.kind);
        let from = self.before(start, &around);
        let done = self.open.as_ref().is_some_and(|open| {
            let reach = self.after(self.at(open.end), open.kind, start);
            from > reach || open.end - open.start > PIECE as u64
        });
        if done {
            self.close(start);
        }
        let from = (self.base + from as u64).max(self.taken);
        let open = self.open.get_or_insert(Open { start: from, end: from, keys: Vec::new(), kind: hit.kind });
        open.end = self.base + end as u64;
        open.kind = open.kind.min(hit.kind);
        if open.keys.iter().all(|(key, _)| *key != hit.key) {
            open.keys.push((hit.key, around.same));
        }
    }

    /// Ends the open piece, with what stands after it up to a place.
    fn close(&mut self, most: usize) {
        let Some(open) = self.open.take() else { return };
        let (start, end) = (self.at(open.start), self.at(open.end));
        let end = self.after(end, open.kind, most).max(end);
        self.window.add(&self.buffer[start..end], open.start > self.taken, &open.keys);
        self.taken = self.base + end as u64;
    }

    /// Where what stands before a line begins.
    fn before(&self, start: usize, around: &Around) -> usize {
        let least = start.saturating_sub(around.bytes).max(self.at(self.taken));
        let mut from = start;
        for _ in 0..around.before {
            if from <= least {
                break;
            }
            match memrchr(b'\n', &self.buffer[least..from - 1]) {
                Some(end) => from = least + end + 1,
                None if least == self.at(self.taken) => return least,
                None => break,
            }
        }
        from
    }

    /// Where what stands after a line ends.
    fn after(&self, end: usize, kind: Kind, most: usize) -> usize {
        let around = around(kind);
        let most = most.min(end + around.bytes).min(self.buffer.len());
        let ends = memchr_iter(b'\n', self.buffer.get(end..most).unwrap_or_default());
        ends.take(around.after).last().map_or(end, |last| end + last + 1)
    }

    /// The beginning of the line that holds a place, if it is near.
    fn line_start(&self, at: usize, near: usize) -> usize {
        let least = at.saturating_sub(near).max(self.at(self.taken));
        match memrchr(b'\n', &self.buffer[least..at]) {
            Some(end) => least + end + 1,
            None if least == self.at(self.taken) => least,
            None => gap(&self.buffer, at, self.buffer.len()),
        }
    }
}

/// The next place where nothing is cut in two, if there is one.
fn gap(bytes: &[u8], from: usize, to: usize) -> usize {
    bytes[from..to].iter().position(u8::is_ascii_whitespace).map_or(from, |at| from + at + 1)
}
