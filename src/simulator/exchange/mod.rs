//! Exchange Online's SMTP submission, as pure decisions: a line, the state and the time in; a reply
//! out. `serve` alone has a socket. Replies are worded as Exchange words them.

pub mod auth;
pub mod message;
pub(super) mod serve;
pub mod session;

pub use session::{Reply, Session, Then};

use chrono::SecondsFormat;

use super::{Instant, ledger::Serial};

/// The front end that answers, as it names itself in banners and behind refusals.
pub const FRONT_END: &str = "AM0PR02CA0134";

/// What Exchange appends to a refusal so that its support can trace it: host, time, identifier.
fn traced(text: &str, serial: &mut Serial, now: Instant) -> String {
    let time = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    format!("{text} [{FRONT_END}.eurprd02.prod.outlook.com {time} 08DE{}]", serial.hex(12))
}
