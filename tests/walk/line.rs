//! A conversation with the simulated mail server without its sockets, and what may befall it on the way. A limit in time
//! passes at once.

use std::time::Duration;

use smtp_oauth::{
    network::{FailureKind, NetworkFailure},
    simulator::{
        Instant, Site,
        exchange::{Reply, Service, Session, Then},
        submission::{Break, Moment, Port, Shown, Tls},
        tenant::State,
    },
    smtp::{Conversation, Dialogue, Limits, Security, Step, TlsFacts},
    wizard::effect::Conversing,
};

pub struct Line<'a> {
    state: &'a mut State,
    site: &'a Site,
    now: Instant,
    session: Session,
    /// What was said and not heard yet.
    said: String,
    then: Then,
}

impl<'a> Line<'a> {
    pub fn new(state: &'a mut State, site: &'a Site, service: Service, now: Instant) -> Self {
        let session = Session::new(service, "127.0.0.1");
        Self { state, site, now, session, said: String::new(), then: Then::Read }
    }

    pub fn converses(mut self, conversing: &Conversing) -> Conversation {
        let at = Duration::ZERO;
        let security = conversing.plan.security;
        let mut dialogue = Dialogue::new(conversing.plan.clone(), Limits::default());
        loop {
            match dialogue.step(at) {
                Step::Connect => match self.unconnected(conversing) {
                    Some(failure) => dialogue.failed(failure, at),
                    None => {
                        dialogue.resolved("127.0.0.1", at);
                        dialogue.connected("127.0.0.1:2", &"127.0.0.1".parse().unwrap(), at);
                        self.begins(security);
                    }
                },
                Step::StartTls => match self.unshaken(security) {
                    Some(failure) => dialogue.failed(failure, at),
                    None => {
                        self.session = self.session.secured();
                        let facts = TlsFacts { version: Some("TLSv1.3".into()), ..TlsFacts::default() };
                        dialogue.secured(facts, at);
                        if security == Security::Tls {
                            self.hears(Session::greeting(self.state, self.now));
                        }
                    }
                },
                Step::Send(bytes) => {
                    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                        let reply = self.session.line(self.state, self.site, line, self.now);
                        self.hears(reply);
                    }
                }
                Step::Receive { .. } if self.said.is_empty() => dialogue.failed(self.unheard(), at),
                Step::Receive { .. } => dialogue.receive(std::mem::take(&mut self.said).as_bytes(), at),
                Step::Done => return dialogue.finish(),
            }
        }
    }

    fn hears(&mut self, Reply { text, then }: Reply) {
        self.said += &text;
        self.then = then;
    }

    /// A server waits for TLS, or greets.
    fn begins(&mut self, security: Security) {
        match (self.state.submission.tls, security) {
            // Both wait for the other, and the server gives up first.
            (Tls::Implicit, _) => self.then = Then::Close,
            (_, Security::Tls) => {}
            (_, Security::StartTls) => self.hears(Session::greeting(self.state, self.now)),
        }
    }

    /// Why there is no connection, where there is none.
    fn unconnected(&self, conversing: &Conversing) -> Option<NetworkFailure> {
        if conversing.server.host.as_str().ends_with(".invalid") {
            return Some(failure(FailureKind::NameUnknown, "Name or service not known"));
        }
        match self.state.submission.port {
            Port::Open => None,
            Port::Closed => Some(failure(FailureKind::Refused, "127.0.0.1: Connection refused")),
            Port::Swallowing => Some(failure(FailureKind::TimedOut, "127.0.0.1: no answer within 15 s")),
        }
    }

    /// Why TLS does not come about, where it does not: in the words of the library.
    fn unshaken(&self, security: Security) -> Option<NetworkFailure> {
        let submission = &self.state.submission;
        if security == Security::Tls && submission.tls != Tls::Implicit {
            return Some(failure(FailureKind::TlsHandshake, "received corrupt message of type InvalidContentType"));
        }
        match submission.breaks(Moment::Tls) {
            Some(Break::Cut) => return Some(failure(FailureKind::Closed, "tls handshake eof")),
            Some(Break::Silence) => return Some(failure(FailureKind::TimedOut, "no answer within 15 s")),
            None => {}
        }
        let detail = match submission.certificate {
            Shown::Own => return None,
            Shown::OtherAuthority => "invalid peer certificate: UnknownIssuer",
            Shown::Expired => "invalid peer certificate: certificate expired: verification time 1800000000 (UNIX)",
            Shown::Early => "invalid peer certificate: certificate not valid yet: verification time 1800000000 (UNIX)",
            Shown::OtherName => "invalid peer certificate: certificate not valid for name \"127.0.0.1\"",
        };
        Some(failure(FailureKind::Certificate, detail))
    }

    /// Nothing came, and nothing will.
    fn unheard(&self) -> NetworkFailure {
        match self.then {
            Then::Close => failure(FailureKind::Closed, "the server closed the connection"),
            _ => failure(FailureKind::TimedOut, "no answer within 60 s"),
        }
    }
}

pub fn failure(kind: FailureKind, detail: &str) -> NetworkFailure {
    NetworkFailure { kind, address: "127.0.0.1:2".to_owned(), detail: detail.to_owned() }
}
