//! Bytes that a tool shows as hexadecimal numbers beside their letters become the text they are: `hexdump -C`, `xxd`,
//! `tcpdump -X`, Wireshark. A line of a dump is known by its letters, which are those of its numbers.

/// Bytes of a whole line.
const WIDTH: usize = 16;

/// A dump's lines in one; others stay as they are.
pub fn undumped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes: Vec<u8> = Vec::new();
    for line in text.split_inclusive('\n') {
        let read = bytes_of(line);
        // Each side of a conversation is counted anew.
        if read.as_ref().is_none_or(|(place, _)| *place == 0) {
            end(&mut bytes, &mut out);
        }
        match read {
            Some((_, more)) => bytes.extend(more),
            None => out.push_str(line),
        }
    }
    end(&mut bytes, &mut out);
    out
}

fn end(bytes: &mut Vec<u8>, out: &mut String) {
    let letters = String::from_utf8_lossy(bytes);
    out.push_str(letters.trim_end());
    out.push_str(if letters.is_empty() { "" } else { "\n" });
    bytes.clear();
}

/// Where a line stands in its dump, and what it holds.
fn bytes_of(line: &str) -> Option<(u32, Vec<u8>)> {
    let (place, rest) = line.trim_start().split_once([' ', ':'])?;
    let digits = place.trim_start_matches("0x");
    let place = (4..=8).contains(&digits.len()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
    let mut bytes = Vec::new();
    let mut rest = rest.trim_start_matches(':').trim_start();
    while bytes.len() < WIDTH {
        let Some((numbers, behind)) = rest.split_once(char::is_whitespace) else { break };
        let Some(more) = pairs(numbers) else { break };
        bytes.extend(more);
        rest = behind.trim_start();
        if are_letters_of(&bytes, rest) {
            return Some((place, bytes));
        }
    }
    None
}

/// `35`, or `3533`.
fn pairs(numbers: &str) -> Option<Vec<u8>> {
    let fits = matches!(numbers.len(), 2 | 4) && numbers.is_ascii();
    let pairs = fits.then(|| (0..numbers.len()).step_by(2).map(|at| u8::from_str_radix(&numbers[at..at + 2], 16)))?;
    pairs.collect::<Result<_, _>>().ok()
}

/// Whether these are the bytes as a dump shows them: what is no letter as a dot, a space as one or the other.
fn are_letters_of(bytes: &[u8], shown: &str) -> bool {
    let shown = shown.trim();
    let framed = shown.strip_prefix('|').and_then(|shown| shown.strip_suffix('|')).filter(|_| shown.len() > 1);
    let without = |text: &str| text.chars().filter(|letter| !matches!(letter, ' ' | '.')).collect::<String>();
    let letters: String = bytes.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| char::from(*byte)).collect();
    without(framed.unwrap_or(shown)) == without(&letters) && shown.chars().count() <= bytes.len() + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_read_as_each_tool_shows_it() {
        for dump in [
            "00000000  35 33 35 20 35 2e 37 2e  33 20 41 75 74 68 65 6e  |535 5.7.3 Authen|\n00000010  74 69 63 0d 0a                                    |tic..|\n",
            "00000000: 3533 3520 352e 372e 3320 4175 7468 656e  535 5.7.3 Authen\n00000010: 7469 630d 0a                             tic..\n",
            "\t0x0000:  3533 3520 352e 372e 3320 4175 7468 656e  535.5.7.3.Authen\n\t0x0010:  7469 630d 0a                             tic..\n",
            "    00000000  35 33 35 20 35 2e 37 2e  33 20 41 75 74 68 65 6e   535 5.7. 3 Authen\n    00000010  74 69 63 0d 0a                                     tic..\n",
        ] {
            assert_eq!(undumped(&format!("a\n{dump}b\n")), "a\n535 5.7.3 Authentic\nb\n", "{dump}");
        }
    }

    #[test]
    fn numbers_that_are_no_dump_stay() {
        for text in [
            "0000 12 34",
            "2026: 12 mails",
            "10000 ab ab",
            "00000000  35 33 |ab|\n",
            "deadbeef 35 4\n",
            "4f2a1: 35 é5 x\n",
        ] {
            assert_eq!(undumped(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_gets_longer(text in "([0-9a-f]{1,8}|[: |.\\n]|0x|é){0,60}") {
            proptest::prop_assert!(undumped(&text).len() <= text.len() + 1);
        }
    }
}
