//! The submission port, and what may lie before it: who answers there, how TLS begins, what a box on the way does to a
//! connection. It says how things are; what a client hears of it follows in [`super::exchange`].

/// The port that clients were told of, for both services.
#[derive(Debug, Clone)]
pub struct Submission {
    pub port: Port,
    pub answering: Answering,
    pub tls: Tls,
    pub certificate: Shown,
    /// A box on the way does this to every connection when it comes so far.
    pub breaks: Option<(Moment, Break)>,
    /// What AUTH offers inside TLS; empty, and it offers nothing.
    pub mechanisms: String,
    pub health: Health,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Once open, it stays so.
    Open,
    /// Nobody listens, as behind a firewall that refuses.
    Closed,
    /// Nothing comes back, as behind one that drops.
    Swallowing,
}

/// Who takes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    Exchange,
    /// Exchange where it takes mail in for its tenants: the host of the MX record, where nobody signs in.
    Inbound,
    /// A mail server of a hosting provider's own.
    Hoster,
    Gmail,
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    StartTls,
    /// Not at all: the offer is taken out on the way, or was never there.
    Absent,
    /// STARTTLS, and something on the way puts words of its own behind the answer to it.
    Injected,
    /// With the first byte.
    Implicit,
}

/// The certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The one that clients can verify.
    Own,
    /// Of an authority that nobody was told of.
    OtherAuthority,
    /// Of the right authority, and over since last year.
    Expired,
    /// Of the right authority, and valid from next month: as it looks to a machine whose clock is behind.
    Early,
    /// Of the right authority, for a name that is not this server's.
    OtherName,
}

impl Shown {
    pub const ALL: [Self; 5] = [Self::Own, Self::OtherAuthority, Self::Expired, Self::Early, Self::OtherName];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Instead of the greeting.
    Greeting,
    /// When TLS begins.
    Tls,
    /// When the token was sent.
    Auth,
    /// When the message was sent.
    Data,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The connection ends.
    Cut,
    /// It stays, and no answer comes.
    Silence,
}

/// How Microsoft's side is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Well,
    /// It takes no mail for the moment.
    Busy,
    /// It takes no connections for the moment.
    Closing,
    /// Tokens that are right are refused.
    RefusingTokens,
}

impl Submission {
    /// As it should be.
    pub fn usual() -> Self {
        Self {
            port: Port::Open,
            answering: Answering::Exchange,
            tls: Tls::StartTls,
            certificate: Shown::Own,
            breaks: None,
            mechanisms: "LOGIN XOAUTH2".to_owned(),
            health: Health::Well,
        }
    }

    /// What becomes of a connection at this moment, where something does.
    pub fn breaks(&self, moment: Moment) -> Option<Break> {
        self.breaks.filter(|(when, _)| *when == moment).map(|(_, how)| how)
    }
}
