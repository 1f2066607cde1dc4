//! One SMTP connection: what state it is in and what a line of the client does to it. Lines come
//! with their terminator, since only CRLF `.` CRLF ends a message.

use super::{
    arguments::{path, size},
    auth::{self, Denied, Identity},
    hello::{self, Stranger},
    high_volume, message, traced,
};
use crate::simulator::{
    Instant, Site,
    submission::{Moment, Tls},
    tenant::State,
};

const MOST_BYTES: usize = 16 * 1024 * 1024;
const MOST_RECIPIENTS: usize = 500;
/// Bad commands before the connection is ended.
const PATIENCE: u8 = 20;

const BAD_SEQUENCE: &str = "503 5.5.1 Bad sequence of commands";
const BAD_ARGUMENTS: &str = "501 5.5.4 Invalid arguments";
const UNRECOGNIZED: &str = "500 5.3.3 Unrecognized command";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Whole lines, CRLF included; empty while a message is being taken in.
    pub text: String,
    pub then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Read,
    StartTls,
    Close,
    /// Nothing more is said, and the connection stays.
    Hang,
}

/// Whose accounts and rules count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Mailboxes,
    HighVolume,
}

#[derive(Debug)]
pub struct Session {
    service: Service,
    peer: String,
    tls: bool,
    greeted: bool,
    expecting: Expecting,
    identity: Option<Identity>,
    mail_from: Option<String>,
    recipients: Vec<String>,
    /// The chunks of a message so far (RFC 3030).
    chunks: Vec<u8>,
    blunders: u8,
}

/// What the next line is.
#[derive(Debug)]
enum Expecting {
    Command,
    Blob,
    LoginName,
    LoginPassword(String),
    Text {
        taken: Vec<u8>,
        too_big: bool,
    },
    /// So many octets of a chunk.
    Chunk {
        left: usize,
        last: bool,
    },
}

impl Session {
    pub fn new(service: Service, peer: &str) -> Self {
        Self {
            service,
            peer: peer.to_owned(),
            tls: false,
            greeted: false,
            expecting: Expecting::Command,
            identity: None,
            mail_from: None,
            recipients: Vec::new(),
            chunks: Vec::new(),
            blunders: 0,
        }
    }

    pub fn greeting(state: &State, now: Instant) -> Reply {
        hello::greeting(state, now)
    }

    /// The same connection inside TLS: whatever was said before is forgotten (RFC 3207 §4.2).
    pub fn secured(self) -> Self {
        Self { tls: true, ..Self::new(self.service, &self.peer) }
    }

    pub fn takes_text(&self) -> bool {
        matches!(self.expecting, Expecting::Text { .. })
    }

    /// How many octets come next, when not a line comes next.
    pub fn octets(&self) -> Option<usize> {
        if let Expecting::Chunk { left, .. } = self.expecting { Some(left) } else { None }
    }

    /// Some or all of those octets.
    pub fn chunk(&mut self, state: &mut State, octets: &[u8]) -> Reply {
        let Expecting::Chunk { left, last } = self.expecting else { return self.blunder(BAD_SEQUENCE) };
        let left = left.saturating_sub(octets.len());
        let room = (self.most_bytes() + 1).saturating_sub(self.chunks.len());
        self.chunks.extend_from_slice(&octets[..octets.len().min(room)]);
        if left > 0 {
            self.expecting = Expecting::Chunk { left, last };
            return Reply { text: String::new(), then: Then::Read };
        }
        self.expecting = Expecting::Command;
        if !last {
            return reply("250 2.0.0 OK");
        }
        let taken = std::mem::take(&mut self.chunks);
        self.submit(state, &taken, taken.len() > self.most_bytes())
    }

    pub fn line(&mut self, state: &mut State, site: &Site, line: &[u8], now: Instant) -> Reply {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        match std::mem::replace(&mut self.expecting, Expecting::Command) {
            Expecting::Command => self.command(state, site, text, now),
            Expecting::Blob => self.blob(state, site, text, now),
            Expecting::LoginName => self.login_name(state, text, now),
            Expecting::LoginPassword(name) => {
                let password = auth::decoded(text).and_then(|bytes| String::from_utf8(bytes).ok());
                let login = match self.service {
                    Service::Mailboxes => auth::login,
                    Service::HighVolume => high_volume::login,
                };
                let outcome = password.map_or(Err(Denied::Unsuccessful), |it| login(state, &name, &it));
                self.authenticated(outcome, state, now)
            }
            Expecting::Text { taken, too_big } => self.text(state, taken, too_big, line),
            Expecting::Chunk { .. } => self.blunder(BAD_SEQUENCE),
        }
    }

    /// A line longer than any command may be; the rest of it was thrown away.
    pub fn too_long(&mut self) -> Reply {
        self.expecting = Expecting::Command;
        self.blunder("500 5.5.6 Line too long")
    }

    fn command(&mut self, state: &mut State, site: &Site, text: &str, now: Instant) -> Reply {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.hello(state, true),
            "HELO" => self.hello(state, false),
            "NOOP" => reply("250 2.0.0 OK"),
            "RSET" => {
                self.forget_envelope();
                reply("250 2.0.0 Resetting")
            }
            "QUIT" => Reply { then: Then::Close, ..reply("221 2.0.0 Service closing transmission channel") },
            "STARTTLS" if state.submission.tls == Tls::Absent => self.blunder(UNRECOGNIZED),
            "STARTTLS" if self.tls => self.blunder(BAD_SEQUENCE),
            "STARTTLS" if !rest.trim().is_empty() => self.blunder(BAD_ARGUMENTS),
            "STARTTLS" if state.submission.tls == Tls::Injected => {
                Reply { then: Then::StartTls, ..reply("220 2.0.0 SMTP server ready\r\n250 AUTH PLAIN LOGIN") }
            }
            "STARTTLS" => Reply { then: Then::StartTls, ..reply("220 2.0.0 SMTP server ready") },
            "AUTH" => self.auth(state, site, rest, now),
            "MAIL" | "RCPT" | "DATA" | "BDAT" if self.identity.is_none() => {
                reply(&traced("530 5.7.57 Client not authenticated to send mail.", &mut state.ledger.serial, now))
            }
            "MAIL" => message::not_now(state, self.identity.as_ref()).unwrap_or_else(|| self.mail(rest)),
            "RCPT" => self.rcpt(state, rest),
            "BDAT" => self.bdat(rest),
            "DATA" if self.recipients.is_empty() => self.blunder("503 5.5.2 Need rcpt command"),
            "DATA" => {
                self.expecting = Expecting::Text { taken: Vec::new(), too_big: false };
                reply("354 Start mail input; end with <CRLF>.<CRLF>")
            }
            _ => self.blunder(UNRECOGNIZED),
        }
    }

    /// To EHLO with what is offered, to HELO without.
    fn hello(&mut self, state: &State, extended: bool) -> Reply {
        self.greeted = true;
        self.forget_envelope();
        if !extended {
            return reply(&format!("250 {}", hello::named(state, &self.peer)));
        }
        let offered = hello::offered(state, self.tls, &self.peer);
        let last = offered.len() - 1;
        let line =
            |(place, offer): (usize, &String)| format!("250{}{offer}\r\n", if place == last { ' ' } else { '-' });
        Reply { text: offered.iter().enumerate().map(line).collect(), then: Then::Read }
    }

    fn auth(&mut self, state: &mut State, site: &Site, rest: &str, now: Instant) -> Reply {
        let (mechanism, initial) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        let mechanism = mechanism.to_ascii_uppercase();
        let taken = hello::mechanisms(state).split(' ').any(|offered| offered == mechanism);
        if !self.tls || !taken || !matches!(mechanism.as_str(), "XOAUTH2" | "LOGIN") {
            return self.blunder("504 5.7.4 Unrecognized authentication type");
        }
        if !self.greeted {
            return self.blunder("503 5.5.2 Send hello first");
        }
        if self.identity.is_some() || self.mail_from.is_some() {
            return self.blunder(BAD_SEQUENCE);
        }
        let initial = initial.trim();
        match (mechanism.as_str(), initial.is_empty()) {
            ("XOAUTH2", true) => {
                self.expecting = Expecting::Blob;
                reply("334 ")
            }
            ("XOAUTH2", false) => self.blob(state, site, initial, now),
            (_, true) => {
                self.expecting = Expecting::LoginName;
                reply("334 VXNlcm5hbWU6")
            }
            (_, false) => self.login_name(state, initial, now),
        }
    }

    fn blob(&mut self, state: &mut State, site: &Site, text: &str, now: Instant) -> Reply {
        if let Some(how) = state.submission.breaks(Moment::Auth) {
            return how.into();
        }
        match hello::stranger(state.submission.answering, text) {
            Some(Stranger::Challenges(challenge)) => {
                self.expecting = Expecting::Blob;
                return reply(challenge);
            }
            Some(Stranger::Refuses(refusal)) => return self.blunder(refusal),
            None => {}
        }
        // Exchange answers a cancelled exchange (RFC 4954 §4 says 501) as it answers a wrong one.
        if text == "*" {
            return self.authenticated(Err(Denied::Unsuccessful), state, now);
        }
        match auth::decoded(text) {
            None => self.blunder("501 5.5.2 Cannot decode the response"),
            Some(blob) => {
                let outcome = match self.service {
                    Service::Mailboxes => auth::xoauth2(state, site, &blob, now),
                    Service::HighVolume => high_volume::xoauth2(state, site, &blob, now),
                };
                self.authenticated(outcome, state, now)
            }
        }
    }

    fn login_name(&mut self, state: &mut State, text: &str, now: Instant) -> Reply {
        let Some(name) = auth::decoded(text).and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return self.authenticated(Err(Denied::Unsuccessful), state, now);
        };
        self.expecting = Expecting::LoginPassword(name);
        reply("334 UGFzc3dvcmQ6")
    }

    fn authenticated(&mut self, outcome: Result<Identity, Denied>, state: &mut State, now: Instant) -> Reply {
        if let Some(Stranger::Refuses(refusal)) = hello::stranger(state.submission.answering, "") {
            return self.blunder(refusal);
        }
        match outcome {
            Ok(identity) => {
                self.identity = Some(identity);
                reply("235 2.7.0 Authentication successful")
            }
            Err(denied) => self.blunder(&traced(denied.text(), &mut state.ledger.serial, now)),
        }
    }

    fn mail(&mut self, rest: &str) -> Reply {
        if self.mail_from.is_some() {
            return self.blunder("503 5.5.2 Sender already specified");
        }
        match path(rest, "FROM:") {
            Some((_, parameters)) if size(parameters).is_some_and(|size| size > self.most_bytes()) => {
                reply("552 5.3.4 Message size exceeds fixed maximum message size")
            }
            Some((address, _)) => {
                let identity = self.identity.as_ref().filter(|_| self.service == Service::HighVolume);
                if let Some(Err(refusal)) = identity.map(|identity| high_volume::sender(identity, address)) {
                    return reply(refusal);
                }
                self.mail_from = Some(address.to_owned());
                reply("250 2.1.0 Sender OK")
            }
            None => self.blunder(BAD_ARGUMENTS),
        }
    }

    fn rcpt(&mut self, state: &State, rest: &str) -> Reply {
        let (most, bulk) = match self.service {
            Service::Mailboxes => (MOST_RECIPIENTS, false),
            Service::HighVolume => (high_volume::MOST_RECIPIENTS, true),
        };
        match path(rest, "TO:") {
            _ if self.mail_from.is_none() => self.blunder("503 5.5.2 Need mail command"),
            _ if self.recipients.len() >= most => reply("452 4.5.3 Too many recipients"),
            Some((address, _)) if address.contains('@') => {
                if let Some(Err(refusal)) = bulk.then(|| high_volume::recipient(state, address)) {
                    return reply(refusal);
                }
                self.recipients.push(address.to_owned());
                reply("250 2.1.5 Recipient OK")
            }
            _ => self.blunder(BAD_ARGUMENTS),
        }
    }

    /// A line of the message, or a piece of a long one.
    fn text(&mut self, state: &mut State, mut taken: Vec<u8>, mut too_big: bool, line: &[u8]) -> Reply {
        let at_start = taken.is_empty() || taken.ends_with(b"\r\n");
        if !(at_start && line == b".\r\n") {
            let dotted = at_start && line.first() == Some(&b'.');
            taken.extend_from_slice(if dotted { &line[1..] } else { line });
            if taken.len() > self.most_bytes() {
                too_big = true;
                // Two bytes are enough to see where a line ends.
                taken.drain(..taken.len() - 2);
            }
            self.expecting = Expecting::Text { taken, too_big };
            return Reply { text: String::new(), then: Then::Read };
        }
        self.submit(state, &taken, too_big)
    }

    /// The octets behind a refused BDAT are not skipped: the connection ends instead.
    fn bdat(&mut self, rest: &str) -> Reply {
        let mut words = rest.split_whitespace();
        let length = words.next().and_then(|word| word.parse::<usize>().ok());
        let last = words.next().map(|word| word.eq_ignore_ascii_case("LAST"));
        match (length, last) {
            (Some(_), _) if self.recipients.is_empty() => {
                Reply { then: Then::Close, ..self.blunder("503 5.5.2 Need rcpt command") }
            }
            (Some(left), None | Some(true)) => {
                self.expecting = Expecting::Chunk { left, last: last.is_some() };
                Reply { text: String::new(), then: Then::Read }
            }
            _ => Reply { then: Then::Close, ..self.blunder(BAD_ARGUMENTS) },
        }
    }

    fn submit(&mut self, state: &mut State, text: &[u8], too_big: bool) -> Reply {
        if let Some(how) = state.submission.breaks(Moment::Data) {
            return how.into();
        }
        let mail_from = self.mail_from.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        match &self.identity {
            _ if too_big => reply("552 5.3.4 Message size exceeds fixed maximum message size"),
            Some(identity) => reply(&message::submit(state, (self.service, identity), (&mail_from, &recipients), text)),
            None => self.blunder(BAD_SEQUENCE),
        }
    }

    fn most_bytes(&self) -> usize {
        match self.service {
            Service::Mailboxes => MOST_BYTES,
            Service::HighVolume => high_volume::MOST_BYTES,
        }
    }

    fn forget_envelope(&mut self) {
        self.mail_from = None;
        self.recipients.clear();
        self.chunks.clear();
    }

    fn blunder(&mut self, text: &str) -> Reply {
        self.blunders += 1;
        if self.blunders < PATIENCE {
            return reply(text);
        }
        Reply {
            text: format!("{text}\r\n421 4.7.0 Too many errors on this connection, closing\r\n"),
            then: Then::Close,
        }
    }
}

pub(super) fn reply(text: &str) -> Reply {
    Reply { text: format!("{text}\r\n"), then: Then::Read }
}
