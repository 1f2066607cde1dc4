//! What a person hands over on standard input, read to its end in pieces. It does not look at what the text says.

#![expect(clippy::disallowed_methods, reason = "what is handed over is read here")]

use std::{
    fs::File,
    io::{self, Read},
    os::fd::AsFd,
};

use crate::diagnosis::reading::Intake;

const PIECE: usize = 256 * 1024;
/// A pipe that has brought the same for so long is taken to have no end. A log has one, however long it is.
const ENDLESS: u64 = 4 << 30;

/// What came, and whether it was still going on.
pub struct Input {
    pub intake: Intake,
    pub endless: bool,
}

pub fn standard_input() -> io::Result<Input> {
    let input = io::stdin().lock();
    let file = File::from(input.as_fd().try_clone_to_owned()?).metadata().is_ok_and(|known| known.is_file());
    read(input, if file { u64::MAX } else { ENDLESS })
}

fn read(mut from: impl Read, most: u64) -> io::Result<Input> {
    let mut input = Input { intake: Intake::default(), endless: false };
    let (mut piece, mut before) = (vec![0; PIECE], Vec::with_capacity(PIECE));
    let mut same = 0;
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(input),
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        input.intake.push(read);
        let again = read.iter().zip(&before).all(|(now, before)| now == before);
        same = if again { same + read.len() as u64 } else { 0 };
        if same >= most {
            input.endless = true;
            return Ok(input);
        }
        before.clear();
        before.extend_from_slice(read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u64 = 2 << 20;

    #[test]
    fn a_long_input_is_read_to_its_end() {
        let lines: String = (0..400_000).map(|number| format!("line {number}\n")).collect();
        let long = [lines.as_bytes(), b"the end"].concat();
        assert!(long.len() as u64 > 2 * MOST);
        let input = read(long.as_slice(), MOST).unwrap();
        let taken = input.intake.finish().unwrap();
        assert!(!input.endless && taken.bytes == long.len() as u64 && taken.text.ends_with("the end"));
    }

    #[test]
    fn an_input_without_an_end_is_left() {
        let input = read(io::repeat(b'a'), MOST).unwrap();
        assert!(input.endless && input.intake.finish().is_ok_and(|taken| taken.bytes == MOST));
    }
}
