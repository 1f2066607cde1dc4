//! How a server greets and what it offers: Exchange's own words, and those of other servers that may answer in its
//! place. It judges nobody; what those others say to a sign-in is here because they say nothing else.

use super::{FRONT_END, Reply, Then};
use crate::simulator::{
    Instant,
    submission::{Answering, Break, Health, Moment, Tls},
    tenant::State,
};

/// What Exchange announces; the simulator itself takes less.
const SIZE: &str = "SIZE 157286400";

const EXCHANGE: [&str; 8] =
    [SIZE, "PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8"];
/// Lines of [`EXCHANGE`] before the one that changes with TLS.
const BEFORE: usize = 4;

/// The first words on a connection; whoever waits for TLS says none.
pub fn greeting(state: &State, now: Instant) -> Reply {
    let submission = &state.submission;
    if let Some(how) = submission.breaks(Moment::Greeting) {
        return how.into();
    }
    if submission.health == Health::Closing && submission.answering == Answering::Exchange {
        let text = "421 4.3.2 Service not available\r\n".to_owned();
        return Reply { text, then: Then::Close };
    }
    let date = now.format("%a, %d %b %Y %H:%M:%S +0000");
    let banner = match submission.answering {
        Answering::Exchange | Answering::Inbound => {
            format!("{} Microsoft ESMTP MAIL Service ready at {date}", host(submission.answering))
        }
        Answering::Hoster => format!("{} ESMTP Postfix (Debian/GNU)", host(Answering::Hoster)),
        Answering::Gmail => format!("{} ESMTP a1b2c3d4e5f6g7h8.42 - gsmtp", host(Answering::Gmail)),
    };
    Reply { text: format!("220 {banner}\r\n"), then: Then::Read }
}

fn host(who: Answering) -> String {
    match who {
        Answering::Exchange => format!("{FRONT_END}.outlook.office365.com"),
        Answering::Inbound => "AM0PEPF000042A1.mail.protection.outlook.com".to_owned(),
        Answering::Hoster => "web12.hosting.example".to_owned(),
        Answering::Gmail => "smtp.gmail.com".to_owned(),
    }
}

/// To HELO: the name alone.
pub fn named(state: &State, peer: &str) -> String {
    let who = state.submission.answering;
    let hello = host(who);
    match who {
        Answering::Exchange | Answering::Inbound => format!("{hello} Hello [{peer}]"),
        Answering::Hoster => hello,
        Answering::Gmail => format!("{hello} at your service, [{peer}]"),
    }
}

/// To EHLO: the name and what is offered.
pub fn offered(state: &State, tls: bool, peer: &str) -> Vec<String> {
    let submission = &state.submission;
    let mut lines = vec![named(state, peer)];
    let begins = (!tls && submission.tls != Tls::Absent).then(|| "STARTTLS".to_owned());
    let auth = mechanisms(state);
    let auth = (tls && !auth.is_empty()).then(|| format!("AUTH {auth}"));
    let common = match submission.answering {
        Answering::Exchange | Answering::Inbound => &EXCHANGE[..],
        Answering::Hoster => &["PIPELINING", "SIZE 52428800", "VRFY", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN"],
        Answering::Gmail => &["SIZE 35882577", "8BITMIME", "PIPELINING", "ENHANCEDSTATUSCODES", "CHUNKING", "SMTPUTF8"],
    };
    let (before, after) = common.split_at(BEFORE);
    let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    lines.extend(owned(before).into_iter().chain(begins).chain(auth).chain(owned(after)));
    lines
}

/// What AUTH takes inside TLS, separated by spaces.
pub fn mechanisms(state: &State) -> &str {
    match state.submission.answering {
        Answering::Exchange => &state.submission.mechanisms,
        Answering::Inbound => "",
        Answering::Hoster => "PLAIN LOGIN",
        Answering::Gmail => "LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
    }
}

/// What another service than Microsoft's says to whatever is sent with AUTH: nobody of this tenant is known there.
pub fn stranger(who: Answering, sent: &str) -> Option<Stranger> {
    match who {
        Answering::Exchange => None,
        // A token is answered with what is wrong with it as JSON, and refused when that was acknowledged.
        Answering::Gmail if !sent.is_empty() => Some(Stranger::Challenges(
            "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==",
        )),
        Answering::Gmail => Some(Stranger::Refuses(
            "535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  \
             https://support.google.com/mail/?p=BadCredentials a1b2c3d4e5f6g7h8.42 - gsmtp",
        )),
        Answering::Inbound | Answering::Hoster => {
            Some(Stranger::Refuses("535 5.7.8 Error: authentication failed: authentication failure"))
        }
    }
}

pub enum Stranger {
    /// Waits for one more line.
    Challenges(&'static str),
    Refuses(&'static str),
}

impl From<Break> for Reply {
    fn from(how: Break) -> Self {
        let then = match how {
            Break::Cut => Then::Close,
            Break::Silence => Then::Hang,
        };
        Self { text: String::new(), then }
    }
}
