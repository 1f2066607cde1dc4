//! Exchange Online's SMTP submission, as pure decisions: a line, the state and the time in; a reply
//! out. `serve` alone has a socket. Replies are worded as Exchange words them.

mod arguments;
pub mod auth;
mod hello;
pub mod high_volume;
pub mod message;
pub(super) mod serve;
pub mod session;

pub use session::{Reply, Service, Session, Then};

use chrono::SecondsFormat;

use super::{Instant, ledger::Serial};

/// The front end that answers, as it names itself in banners and behind refusals.
pub const FRONT_END: &str = "AM0PR02CA0134";

/// What Exchange appends to a refusal so that its support can trace it: host, time, identifier.
fn traced(text: &str, serial: &mut Serial, now: Instant) -> String {
    let time = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    format!("{text} [{FRONT_END}.eurprd02.prod.outlook.com {time} 08DE{}]", serial.hex(12))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::simulator::{
        Site,
        entra::{self, Form, Request},
        tenant::State,
    };

    /// Lines made of what a dialogue is made of, in any order.
    fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let words = [
            "EHLO x",
            "AUTH ",
            "LOGIN",
            "XOAUTH2 ",
            "MAIL FROM:",
            "<a@b>",
            "RCPT TO:",
            "DATA",
            "BDAT ",
            "3",
            " LAST",
            ".",
            "*",
            "YQ==",
            "STARTTLS",
            "RSET",
            "é",
            "\r\n",
            "\n",
            " ",
            "\0",
        ];
        let line = prop::collection::vec(prop::sample::select(words.to_vec()), 0..5);
        prop::collection::vec(line.prop_map(|words| words.concat().into_bytes()), 0..30)
    }

    proptest! {
        #[test]
        fn every_line_has_a_whole_reply(lines in lines(), tls in any::<bool>(), bulk in any::<bool>()) {
            let (mut state, site, now) = (State::healthy(), Site::of_tests(), Instant::UNIX_EPOCH);
            let service = if bulk { Service::HighVolume } else { Service::Mailboxes };
            let mut session = Session::new(service, "127.0.0.1");
            if tls {
                session = session.secured();
            }
            for line in lines {
                let reply = if session.octets().is_some() {
                    session.chunk(&mut state, &line)
                } else {
                    session.line(&mut state, &site, &line, now)
                };
                prop_assert!(reply.text.is_empty() || reply.text.ends_with("\r\n"), "{reply:?}");
                prop_assert!(!tls || reply.then != Then::StartTls);
            }
        }

        #[test]
        fn every_request_has_an_answer(path in "/(contoso.example|common|[a-z/]{0,9})/oauth2/v2.0/(token|devicecode|authorize)",
                                       fields in prop::collection::vec(("(scope|client_id|grant_type|code)", ".{0,40}"), 0..5)) {
            let (mut state, site) = (State::healthy(), Site::of_tests());
            let form = fields.iter().fold(Form::default(), |form, (key, value)| form.with(key, value));
            let request = Request { method: "POST".into(), path, query: form.clone(), form: Some(form), ..Request::default() };
            let answer = entra::answer(&mut state, &site, &request, Instant::UNIX_EPOCH);
            prop_assert!((200..600).contains(&answer.status) && !answer.body.is_empty());
        }
    }
}
