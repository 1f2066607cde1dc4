//! Bytes become letters, whatever character set a log was written in: UTF-8 and UTF-16 with and without their mark,
//! ISO-2022-JP, and the older sets of Japan, China and the West. It does not look at what the letters say.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE};

/// The beginning of a text that tells UTF-16 from everything else.
const HEAD: usize = 4096;
/// Enough letters to tell which of the older sets they are of.
const SAMPLE: usize = 64 * 1024;

/// The bytes as text; `None` for binary data. What is in no character set becomes U+FFFD.
pub fn text(bytes: &[u8]) -> Option<String> {
    if let Some(encoding) = utf_16(bytes) {
        return Some(encoding.decode(bytes).0.into_owned()).filter(|text| !binary(text));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A disk that ran full, or a log that was rotated under its writer, leaves a few NULs.
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let nulls = |line: &[u8]| line.iter().filter(|byte| **byte == 0).count();
    let stray: usize = lines().filter(|line| !wide(line)).map(nulls).sum();
    if stray > 3 && stray * 100 > bytes.len() {
        return None;
    }
    let older = older(bytes);
    let mut text = String::with_capacity(bytes.len());
    lines().for_each(|line| text.push_str(&decoded(line, older)));
    (!binary(&text)).then(|| text.replace('\0', "\u{fffd}"))
}

/// UTF-16, by its mark or by the NULs beside the letters of ASCII.
pub fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(HEAD) & !1];
    // A text of another set to which PowerShell appended lines.
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.len() < head.len() && !first.contains(&0) {
        return None;
    }
    let nulls = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (nulls(0), nulls(1));
    let (encoding, beside, within) = if second > first { (UTF_16LE, second, first) } else { (UTF_16BE, first, second) };
    if beside * 10 < head.len() || within * 20 > beside {
        return None;
    }
    let (letters, _) = encoding.decode_without_bom_handling(head);
    (!head.is_empty() && !binary(&letters)).then_some(encoding)
}

/// More of it is no text than a damaged log would have. The last letter may have been cut in two.
fn binary(text: &str) -> bool {
    let (mut odd, mut all) = (0, 0);
    for letter in text.strip_suffix('\u{fffd}').filter(|text| !text.is_empty()).unwrap_or(text).chars() {
        all += 1;
        odd += usize::from(matches!(letter, '\u{fffd}' | '\0'..='\u{8}' | '\u{e}'..='\u{1a}'));
    }
    odd > 1 && odd * 10 > all
}

/// A line of UTF-16 in a file of another set, as PowerShell appends it.
fn wide(line: &[u8]) -> bool {
    let nulls = line.iter().filter(|byte| **byte == 0).count();
    let pairs = line.windows(2).filter(|pair| (pair[0] == 0) != (pair[1] == 0)).count();
    nulls > 3 && nulls * 3 > line.len() && pairs * 5 > line.len() * 4
}

/// The set of the lines that are no UTF-8.
fn older(bytes: &[u8]) -> Option<&'static Encoding> {
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut left = SAMPLE;
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !mostly_utf_8(line)) {
        detector.feed(&line[..line.len().min(left)], false);
        left = left.saturating_sub(line.len());
        if left == 0 {
            break;
        }
    }
    detector.feed(b"", true);
    Some(detector.guess(None, Utf8Detection::Deny))
}

/// UTF-8 in which a letter was cut in two counts as such.
fn mostly_utf_8(line: &[u8]) -> bool {
    let (mut wrong, mut right) = (0, 0);
    for chunk in line.utf8_chunks() {
        wrong += usize::from(!chunk.invalid().is_empty());
        right += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
    }
    wrong * 4 <= right
}

fn decoded<'a>(line: &'a [u8], older: Option<&'static Encoding>) -> Cow<'a, str> {
    if wide(line) {
        let letters: Vec<u8> = line.iter().copied().filter(|byte| *byte != 0).collect();
        return String::from_utf8_lossy(&letters).into_owned().into();
    }
    let japanese = [b"\x1b$@", b"\x1b$B", b"\x1b(I", b"\x1b(J"];
    if line.contains(&0x1b) && japanese.iter().any(|sign| line.windows(3).any(|three| three == *sign)) {
        return ISO_2022_JP.decode_without_bom_handling(line).0;
    }
    match older.filter(|_| !mostly_utf_8(line)) {
        // A line that somebody wrote into, a few bytes of which are broken.
        Some(_) if controls(line) * 50 > line.len() && broken(line) * 20 <= line.len() => String::from_utf8_lossy(line),
        // No set but UTF-16 has control characters among its letters.
        Some(_) if controls(line) * 50 > line.len() => "\u{fffd}".repeat(line.len()).into(),
        Some(encoding) if encoding.is_single_byte() => single(line, encoding),
        Some(encoding) => encoding.decode_without_bom_handling(line).0,
        None => String::from_utf8_lossy(line),
    }
}

/// Bytes that are no UTF-8.
fn broken(line: &[u8]) -> usize {
    line.utf8_chunks().map(|chunk| chunk.invalid().len()).sum()
}

fn controls(line: &[u8]) -> usize {
    line.iter().filter(|byte| matches!(byte, 0..=8 | 0xe..=0x1a | 0x1c..=0x1f | 0x7f)).count()
}

/// Nothing is wrong in a set that has a letter for every byte; without a gap, or of its rarest letters, it is no text.
fn single<'a>(line: &'a [u8], encoding: &'static Encoding) -> Cow<'a, str> {
    const WORD: usize = 40;
    let rare = line.iter().filter(|byte| matches!(byte, 0x80..=0x9f)).count();
    let latin = encoding.name().starts_with("windows-125");
    let gapless = line.len() > WORD && !line.iter().any(u8::is_ascii);
    if gapless || (latin && rare * 4 > line.len()) {
        return "\u{fffd}".repeat(line.len()).into();
    }
    encoding.decode_without_bom_handling(line).0
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_JP, GBK, SHIFT_JIS, WINDOWS_1252};

    use super::*;

    fn utf_16_of(text: &str, little: bool) -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn binary_data_is_told_from_text_in_other_character_sets() {
        assert_eq!(text(b"\x7fELF\x02\x01\x01\0\0\0"), None);
        assert_eq!(text(&[0x80; 100]), None);
        assert_eq!(text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\xe8"), None);
        assert_eq!(text(&[&b"535 5.7.3 Authentication unsuccessful\n".repeat(9)[..], &[0; 9]].concat()), None);
        assert_eq!(text(b"app: sent\0 535 5.7.3").as_deref(), Some("app: sent\u{fffd} 535 5.7.3"));
        assert_eq!(text(b"\x1b[31m535\x1b[0m").as_deref(), Some("\u{1b}[31m535\u{1b}[0m"));
        let written_into = b"\x1b]0;x\x07\x1b[2J535 5.7.3 Authentication unsuccessful \x07\x07\x9b31m\n";
        assert!(text(written_into).is_some_and(|text| text.contains("535 5.7.3 Authentication unsuccessful")));
        assert_eq!(text(b"").as_deref(), Some(""));
    }

    #[test]
    fn the_sets_of_japan_china_and_the_west_are_read() {
        let japanese =
            "エラー: リモート名を解決できませんでした。: 'smtp.ofice365.com'\n送信に失敗しました 535 5.7.3\n";
        let chinese = "错误: 无法解析远程名称: 'smtp.ofice365.com'\n由于目标计算机积极拒绝，无法连接。\n";
        let western = "Verbindung verzögert: 535 5.7.3\nLe délai d'attente est dépassé\n";
        for (encoding, said) in [
            (SHIFT_JIS, japanese),
            (EUC_JP, japanese),
            (ISO_2022_JP, japanese),
            (GBK, chinese),
            (BIG5, "錯誤: 無法解析遠端名稱: 'smtp.ofice365.com' 連線逾時\n"),
            (WINDOWS_1252, western),
        ] {
            let (bytes, _, lossy) = encoding.encode(said);
            assert!(!lossy);
            assert_eq!(text(&bytes).as_deref(), Some(said), "{}", encoding.name());
        }
        assert_eq!(text(b"Verbindung verz\xf6gert: 535 5.7.3").as_deref(), Some("Verbindung verzögert: 535 5.7.3"));
    }

    #[test]
    fn a_short_line_of_japanese_is_enough() {
        for said in ["接続がタイムアウトしました", "535 5.7.3 認証に失敗", "名前またはサービスが不明です"]
        {
            for encoding in [SHIFT_JIS, EUC_JP] {
                assert_eq!(text(&encoding.encode(said).0).as_deref(), Some(said), "{}", encoding.name());
            }
        }
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        for said in ["535 5.7.3 Authentication unsuccessful\r\n", "送信: 535 5.7.3 認証に失敗しました\r\n"] {
            for little in [true, false] {
                let bytes = utf_16_of(said, little);
                let mark = utf_16_of("\u{feff}", little);
                assert_eq!(text(&bytes).as_deref(), Some(said));
                assert_eq!(text(&[mark, bytes].concat()).as_deref(), Some(said));
            }
        }
        assert_eq!(text(b"\xef\xbb\xbf535").as_deref(), Some("535"));
        // A surrogate without its other half, and half a letter.
        assert_eq!(
            text(b"\xff\xfe5\x003\x005\x00 \x00a\x00b\x00c\x00d\x00e\x00f\x00\x00").as_deref(),
            Some("535 abcdef\u{fffd}")
        );
    }

    #[test]
    fn a_file_may_hold_lines_of_several_sets() {
        let mut bytes = "始まり: 送信します\n".as_bytes().to_vec();
        bytes.extend_from_slice(&SHIFT_JIS.encode("失敗しました: 接続を拒否されました\n").0);
        bytes.extend_from_slice(&utf_16_of("535 5.7.3 Authentication unsuccessful\r\n", true));
        let text = text(&bytes).unwrap();
        for said in ["始まり: 送信します\n", "接続を拒否されました\n", "535 5.7.3 Authentication unsuccessful"]
        {
            assert!(text.contains(said), "{text:?}");
        }
    }

    #[test]
    fn a_letter_that_was_cut_in_two_spoils_nothing_else() {
        let said = "リモート サーバーに接続できません: 535 5.7.3";
        let cut = [said.as_bytes(), &"。".as_bytes()[..2]].concat();
        assert_eq!(text(&cut).unwrap(), format!("{said}\u{fffd}"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_called_binary(bytes: Vec<u8>, said: String) {
            let _ = text(&bytes);
            let _ = text(&[said.as_bytes(), &bytes].concat());
            for encoding in [SHIFT_JIS, EUC_JP, GBK, ISO_2022_JP] {
                let encoded = encoding.encode(&said).0;
                let _ = text(&encoded[..encoded.len() / 2]);
            }
        }
    }
}
