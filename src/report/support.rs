//! What Microsoft's support needs to find an attempt again: the ids of the authority, and the part of a server's replies
//! that names the machine and the time.

use super::{
    Report,
    document::{Part, Spans},
    writer::Writer,
};
use crate::smtp::Side;

const IDS: [&str; 3] = ["oauth.trace_id", "oauth.correlation_id", "oauth.timestamp"];
/// An Exchange machine, a time and a number are not longer.
const LONGEST: usize = 200;
const MOST: usize = 6;

pub fn ids(writer: &Writer, report: &Report) -> Part {
    let ids = IDS.iter().filter_map(|fact| writer.evidence(&report.evidence, fact));
    let replies = ["reply.text", "reply.earlier"].iter().flat_map(|fact| report.evidence.values(fact));
    let tried = report.tried.iter().flat_map(|(_, lines)| lines);
    let heard = report.heard().iter().chain(tried).filter(|line| line.from == Side::Server).map(|line| &line.text);
    let mut stamps: Vec<&str> = Vec::new();
    for stamp in replies.chain(heard).flat_map(|text| stamps_of(text)) {
        if stamps.len() < MOST && !stamps.contains(&stamp) {
            stamps.push(stamp);
        }
    }
    let label = writer.word("stamp");
    let stamps: Vec<Spans> = stamps.into_iter().map(|stamp| writer.fact(&label, stamp)).collect();
    Part::Bullets(ids.chain(stamps).collect())
}

/// `[AM0PR02CA0134.eurprd02.prod.outlook.com 2026-01-01T00:00:00.000Z 08DE000000000000]`.
fn stamps_of(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('[').filter_map(|(at, _)| {
        let end = text[at..].find(']')? + at + 1;
        let stamp = &text[at..end];
        let exchange = stamp.to_ascii_lowercase().contains(".prod.outlook.com") || is_dated(stamp);
        (stamp.len() <= LONGEST && !stamp[1..].contains('[') && exchange).then_some(stamp)
    })
}

/// A time as Exchange writes it, behind a machine.
fn is_dated(stamp: &str) -> bool {
    let is_time = |word: &str| {
        let shape: String = word.chars().take(11).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        shape == "0000-00-00T"
    };
    stamp.trim_matches(['[', ']']).split(' ').skip(1).any(is_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_support_can_trace_is_found() {
        let of = |text: &'static str| stamps_of(text).collect::<Vec<_>>();
        let stamp = "[AM0PR02CA0134.EURPRD02.PROD.OUTLOOK.COM 2026-01-01T00:00:00.000Z 08DE000000000000]";
        assert_eq!(stamps_of(&format!("535 5.7.3 Authentication unsuccessful {stamp}")).collect::<Vec<_>>(), [stamp]);
        assert_eq!(of("250 [10.0.0.1] hello [x]"), Vec::<&str>::new());
        assert_eq!(of("[X [Y 2026-01-01T00:00:00Z 1] ["), ["[Y 2026-01-01T00:00:00Z 1]"]);
    }
}
