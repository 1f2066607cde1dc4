//! The conversation as a state machine: `step` says what to do next, the caller does it and reports back.
//! It sees no socket and no clock (times are handed in, counted from the moment the connection was asked
//! for), sends nothing secret outside TLS, and always ends.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{
    capability, content,
    conversation::{Conversation, Ending, Fault, TlsFacts},
    mask::Mask,
    meaning,
    plan::{Limits, Plan, Security, ehlo_name},
    record::Record,
    reply::{Heard, Reader, Reply},
    transcript::{Line, Side, Stage},
    turn::Turn,
    xoauth2,
};
use crate::{network::NetworkFailure, phrase::Phrase, secret::Secret, visible::visible};

/// What to do next.
#[derive(PartialEq, Eq)]
pub enum Step {
    /// Find the addresses ([`Dialogue::resolved`]) and connect ([`Dialogue::connected`]).
    Connect,
    /// Begin TLS on the connection, with nothing read ahead ([`Dialogue::secured`]).
    StartTls,
    /// Send all of it, then ask for the next step. It may hold the token.
    Send(Zeroizing<Vec<u8>>),
    /// Wait for bytes ([`Dialogue::receive`]) until this time, which more bytes do not extend. `limit` is what
    /// the whole reply is given, for saying so.
    Receive {
        until: Duration,
        limit: Duration,
    },
    Done,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect => f.write_str("Connect"),
            Self::StartTls => f.write_str("StartTls"),
            Self::Send(bytes) => write!(f, "Send({} bytes)", bytes.len()),
            Self::Receive { until, .. } => write!(f, "Receive(until {until:?})"),
            Self::Done => f.write_str("Done"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    Connect,
    Secure,
    Say(Turn),
    /// The limit runs from the first wait: sending a large message is not the server's delay.
    Hear {
        turn: Turn,
        until: Option<Duration>,
    },
    Done,
}

/// Content of more lines or bytes is shown as a count: the replies around it are what the transcript is for.
const CONTENT_SHOWN: (usize, usize) = (40, 4096);

pub struct Dialogue {
    plan: Plan,
    limits: Limits,
    blob: Secret,
    reader: Reader,
    own_name: String,
    state: State,
    record: Record,
}

impl Dialogue {
    pub fn new(plan: Plan, limits: Limits) -> Self {
        let blob = xoauth2::blob(&plan.user, &plan.token);
        Self {
            record: Record::new(Mask::new(&plan.token, &blob)),
            own_name: plan.client_name.as_ref().map(ehlo_name).unwrap_or_default(),
            plan,
            limits,
            blob,
            reader: Reader::default(),
            state: State::Connect,
        }
    }

    pub fn step(&mut self, at: Duration) -> Step {
        match self.state {
            State::Connect => Step::Connect,
            State::Secure => Step::StartTls,
            State::Say(turn) => Step::Send(self.say(turn, at)),
            State::Hear { turn, until } => {
                let limit = turn.limit(&self.limits);
                let until = until.unwrap_or(at + limit);
                self.state = State::Hear { turn, until: Some(until) };
                Step::Receive { until, limit }
            }
            State::Done => Step::Done,
        }
    }

    /// The name has addresses; `detail` lists them.
    pub fn resolved(&mut self, detail: &str, at: Duration) {
        self.record.passed(detail, at);
        self.record.enter(Stage::Connect, at);
    }

    /// Connected; `own` is what EHLO says unless the plan does.
    pub fn connected(&mut self, detail: &str, own: &crate::facts::Host, at: Duration) {
        self.record.passed(detail, at);
        if self.own_name.is_empty() {
            self.own_name = ehlo_name(own);
        }
        match self.plan.security {
            Security::StartTls => self.hear(Turn::Greeting, at),
            Security::Tls => self.secure(at),
        }
    }

    /// What the server showed, when the handshake then failed; `failed` follows.
    pub fn presented(&mut self, facts: TlsFacts) {
        self.record.seen.tls = Some(facts);
    }

    /// TLS is up, its certificate verified.
    pub fn secured(&mut self, facts: TlsFacts, at: Duration) {
        let parts = [facts.version.as_deref(), facts.cipher.as_deref()];
        self.record.passed(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "), at);
        self.record.tls = true;
        self.record.seen.tls = Some(facts);
        match self.plan.security {
            Security::StartTls => self.state = State::Say(Turn::Ehlo),
            Security::Tls => self.hear(Turn::Greeting, at),
        }
    }

    /// The connection could not be made, broke, ended, or a limit passed.
    pub fn failed(&mut self, failure: NetworkFailure, at: Duration) {
        if !self.reader.is_empty() {
            let rest = self.reader.rest();
            self.record.note(Side::Server, &rest, None, at);
        }
        let detail = failure.to_string();
        self.end(Ending::Unreachable { stage: self.record.stage, failure }, &detail, false, at);
    }

    pub fn receive(&mut self, bytes: &[u8], at: Duration) {
        self.reader.receive(bytes);
        while let State::Hear { turn, .. } = self.state {
            match self.reader.line() {
                Ok(None) => return,
                Ok(Some(heard)) => self.heard(turn, heard, at),
                Err((garbled, text)) => {
                    let text = self.record.note(Side::Server, &text, None, at);
                    self.fault(Fault::Garbled { garbled, text }, false, at);
                }
            }
        }
        if !self.reader.is_empty() {
            self.unasked(at);
        }
    }

    /// The lines that came since this was last asked.
    pub fn fresh(&mut self) -> &[Line] {
        self.record.fresh()
    }

    pub fn finish(self) -> Conversation {
        self.record.seen
    }

    fn heard(&mut self, turn: Turn, heard: Heard, at: Duration) {
        let challenge = heard.reply.as_ref().filter(|reply| turn == Turn::Sasl && reply.code == 334);
        let detail = challenge.and_then(|reply| xoauth2::detail(&reply.lines.concat()));
        let meaning = meaning::of_reply(turn, &heard, detail.is_some());
        if detail.as_ref().is_some_and(|plain| self.record.masked(plain) != *plain) {
            // The token sent back inside other base64: nothing of the line can be shown.
            let masked = format!("334 {}", self.plan.token.token_mark());
            self.record.note(Side::Server, &masked, meaning, at);
        } else {
            self.record.note(Side::Server, &heard.text, meaning, at);
        }
        if let Some(mut reply) = heard.reply {
            reply.lines.iter_mut().for_each(|line| *line = self.record.masked(line));
            let detail = detail.map(|text| self.record.masked(&text));
            self.answered(turn, reply, detail, at);
        }
    }

    /// What follows from a whole reply.
    fn answered(&mut self, turn: Turn, reply: Reply, detail: Option<String>, at: Duration) {
        match (turn, reply.code) {
            (Turn::Quit, code) => self.left(code == 221, &reply.text(), at),
            (Turn::Greeting, 220) => {
                self.record.seen.banner = Some(reply.lines.join(" "));
                self.go_on(Turn::Ehlo, &reply, at);
            }
            (Turn::Ehlo, 250) => self.greeted(&reply, at),
            (Turn::StartTls, 220) if !self.reader.is_empty() => {
                let rest = self.reader.rest();
                let text = self.record.note(Side::Server, &rest, None, at);
                // RFC 3207 §6 and CVE-2011-0411: taken into TLS, these would pass for the server's own words.
                self.fault(Fault::Injected { text }, false, at);
            }
            (Turn::StartTls, 220) => {
                self.record.passed(&reply.text(), at);
                self.secure(at);
            }
            (Turn::Auth, 334) => self.state = State::Say(Turn::Sasl),
            (Turn::Sasl, 334) => {
                self.record.seen.failure_detail = detail;
                self.state = State::Say(Turn::Blank);
            }
            (Turn::Sasl, 235) if self.plan.message.is_some() => self.go_on(Turn::Mail, &reply, at),
            (Turn::Mail, 250) => self.go_on(Turn::Rcpt, &reply, at),
            (Turn::Rcpt, 250 | 251) => self.go_on(Turn::Data, &reply, at),
            (Turn::Data, 354) => self.state = State::Say(Turn::Content),
            (Turn::Sasl, 235) | (Turn::Content, 250) => {
                self.record.seen.ending = Ending::Accepted;
                self.go_on(Turn::Quit, &reply, at);
            }
            (_, 400..=499) => {
                let (detail, polite) = (reply.text(), reply.code != 421);
                self.end(Ending::Temporary { stage: self.record.stage, reply }, &detail, polite, at);
            }
            (_, 500..=599) => {
                let detail = reply.text();
                self.end(Ending::Refused { stage: self.record.stage, reply }, &detail, true, at);
            }
            _ => self.fault(Fault::Unexpected { reply }, false, at),
        }
    }

    fn greeted(&mut self, reply: &Reply, at: Duration) {
        let offered = reply.lines.get(1..).unwrap_or_default().to_vec();
        if !self.record.tls {
            self.record.seen.ehlo_before.clone_from(&offered);
            return if capability::offers(&offered, "STARTTLS") {
                self.go_on(Turn::StartTls, reply, at);
            } else {
                self.fault(Fault::StartTlsNotOffered { offered }, true, at);
            };
        }
        self.record.seen.ehlo_after.clone_from(&offered);
        let mechanisms = capability::mechanisms(&offered);
        if mechanisms.iter().any(|mechanism| mechanism.eq_ignore_ascii_case("XOAUTH2")) {
            self.go_on(Turn::Auth, reply, at);
        } else {
            self.fault(Fault::Xoauth2NotOffered { mechanisms }, true, at);
        }
    }

    /// The server has said more than the reply it was asked for.
    fn unasked(&mut self, at: Duration) {
        match self.state {
            State::Hear { .. } | State::Connect | State::Secure => {}
            State::Done | State::Say(Turn::Quit) => {
                // It has ended already; what follows the last word is kept and changes nothing.
                let rest = self.reader.rest();
                let text = self.record.note(Side::Server, &rest, None, at);
                if matches!(self.state, State::Say(_)) {
                    self.record.enter(Stage::Quit, at);
                    self.left(false, &text, at);
                }
            }
            State::Say(turn) => {
                self.record.stage = turn.stage();
                let text = match self.reader.line() {
                    Ok(Some(Heard { text, code: 421, reply: Some(reply), .. })) => {
                        self.record.note(Side::Server, &text, Some(Phrase::new("smtp.meaning.closing")), at);
                        return self.answered(turn, reply, None, at);
                    }
                    Ok(Some(heard)) => heard.text,
                    Ok(None) => self.reader.rest(),
                    Err((_, text)) => text,
                };
                let text = self.record.note(Side::Server, &text, None, at);
                self.fault(Fault::Unasked { text }, false, at);
            }
        }
    }

    fn say(&mut self, turn: Turn, at: Duration) -> Zeroizing<Vec<u8>> {
        if self.record.stage != turn.stage() || turn == Turn::Ehlo {
            self.record.enter(turn.stage(), at);
        }
        self.state = State::Hear { turn, until: None };
        let envelope = self.plan.message.as_ref();
        let command = match turn {
            Turn::Greeting | Turn::Blank => String::new(),
            Turn::Ehlo => format!("EHLO {}", self.own_name),
            Turn::StartTls => "STARTTLS".to_owned(),
            Turn::Auth => "AUTH XOAUTH2".to_owned(),
            Turn::Mail => format!("MAIL FROM:<{}>", envelope.map_or("", |envelope| envelope.sender.as_str())),
            Turn::Rcpt => format!("RCPT TO:<{}>", envelope.map_or("", |envelope| envelope.recipient.as_str())),
            Turn::Data => "DATA".to_owned(),
            Turn::Quit => "QUIT".to_owned(),
            Turn::Sasl => {
                let shown = xoauth2::shown(&self.plan.user, &self.plan.token);
                self.record.note(Side::Client, &shown, meaning::of_command(turn), at);
                return Zeroizing::new(format!("{}\r\n", self.blob.expose()).into_bytes());
            }
            Turn::Content => return self.say_content(at),
        };
        self.record.note(Side::Client, &command, meaning::of_command(turn), at);
        Zeroizing::new(format!("{command}\r\n").into_bytes())
    }

    fn say_content(&mut self, at: Duration) -> Zeroizing<Vec<u8>> {
        let wire = content::stuffed(self.plan.message.as_ref().map_or(&[], |envelope| &envelope.content));
        let lines: Vec<&[u8]> =
            wire.strip_suffix(b".\r\n").unwrap_or_default().split_inclusive(|&byte| byte == b'\n').collect();
        let mut meaning = meaning::of_command(Turn::Content);
        if lines.len() > CONTENT_SHOWN.0 || wire.len() > CONTENT_SHOWN.1 {
            let count = format!("‹message: {} lines, {} bytes›", lines.len(), wire.len());
            self.record.note(Side::Client, &count, meaning, at);
        } else {
            for line in lines {
                let text = visible(line.strip_suffix(b"\r\n").unwrap_or(line));
                self.record.note_content(text, meaning.take(), at);
            }
        }
        self.record.note(Side::Client, ".", meaning::of_end_of_content(), at);
        Zeroizing::new(wire)
    }

    fn hear(&mut self, turn: Turn, at: Duration) {
        self.record.enter(turn.stage(), at);
        self.state = State::Hear { turn, until: None };
    }

    fn secure(&mut self, at: Duration) {
        self.record.enter(Stage::Tls, at);
        self.state = State::Secure;
    }

    fn go_on(&mut self, next: Turn, reply: &Reply, at: Duration) {
        self.record.passed(&reply.text(), at);
        self.state = State::Say(next);
    }

    fn fault(&mut self, fault: Fault, polite: bool, at: Duration) {
        let detail = match &fault {
            Fault::Garbled { text, .. } | Fault::Unasked { text } | Fault::Injected { text } => text.clone(),
            Fault::Unexpected { reply } => reply.text(),
            Fault::StartTlsNotOffered { offered: list } | Fault::Xoauth2NotOffered { mechanisms: list } => {
                list.join(" ")
            }
        };
        self.end(Ending::Fault { stage: self.record.stage, fault }, &detail, polite, at);
    }

    /// Ends the conversation, with a QUIT where the server is still in step. During QUIT it has ended before,
    /// and nothing changes how.
    fn end(&mut self, ending: Ending, detail: &str, polite: bool, at: Duration) {
        if matches!(self.state, State::Done) {
            return;
        }
        if self.record.stage == Stage::Quit || matches!(self.state, State::Say(Turn::Quit)) {
            self.record.stage = Stage::Quit;
            return self.left(false, detail, at);
        }
        self.record.close(false, detail, at);
        self.record.seen.ending = ending;
        self.state = if polite { State::Say(Turn::Quit) } else { State::Done };
    }

    fn left(&mut self, ok: bool, detail: &str, at: Duration) {
        self.record.close(ok, detail, at);
        self.state = State::Done;
    }
}
