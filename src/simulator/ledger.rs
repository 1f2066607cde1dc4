//! What the simulated Microsoft has handed out and taken in: device codes, refresh tokens, opaque
//! access tokens, messages; and the source of every identifier and code in them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Instant,
    entra::{discovery::Directory, scope::Asked},
};

/// Beyond this many of a kind, the oldest is forgotten: a long run must not fill the memory.
const KEPT: usize = 4096;
const MESSAGES_KEPT: usize = 200;
const BYTES_KEPT: usize = 64 * 1024 * 1024;

#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub serial: Serial,
    pub devices: Vec<DeviceRequest>,
    pub authorization_codes: Vec<AuthorizationCode>,
    pub refresh_tokens: Vec<RefreshToken>,
    pub opaque_tokens: Vec<(String, Map<String, Value>)>,
    /// To which client, and when.
    given: Vec<(String, Instant)>,
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone)]
pub struct DeviceRequest {
    pub device_code: String,
    pub user_code: String,
    pub client_id: String,
    /// Where it was asked for, and has to be polled for.
    pub directory: Directory,
    pub asked: Asked,
    pub expires: Instant,
    /// Seconds; grows by five with every `slow_down` (RFC 8628 §3.5).
    pub interval: i64,
    pub polled: Option<Instant>,
    pub stage: DeviceStage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceStage {
    Pending,
    /// By the user with this UPN.
    Approved(String),
    Declined,
    /// Conditional Access refused the sign-in.
    Blocked,
    Redeemed,
}

#[derive(Debug, Clone)]
pub struct AuthorizationCode {
    pub code: String,
    pub client_id: String,
    pub directory: Directory,
    /// As it was sent.
    pub redirect_uri: String,
    /// The S256 challenge of PKCE, when there was one.
    pub challenge: Option<String>,
    pub asked: Asked,
    pub upn: String,
    pub issued: Instant,
    pub redeemed: bool,
}

/// How a client proved itself, and has to again when it refreshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: "Allow public client flows" is on.
    Fallback,
    /// Not at all: its redirect URI is one of a mobile or desktop application.
    Native,
    /// Not at all: its redirect URI is a single-page application's, and a browser redeems across origins.
    SinglePage,
    Secret,
    /// By an assertion, signed with the key of a certificate.
    Certificate,
}

#[derive(Debug, Clone)]
pub struct RefreshToken {
    pub token: String,
    pub client_id: String,
    pub proof: Proof,
    pub upn: String,
    pub asked: Asked,
    pub issued: Instant,
    /// When somebody signed in; stays with every token that follows.
    pub session: Instant,
    /// Stays with every token that follows from it: the session began with a device code.
    pub from_device_code: bool,
    pub used: bool,
}

/// A message Exchange accepted.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    pub user: String,
    pub mail_from: String,
    pub recipients: Vec<String>,
    /// Dot-stuffing removed; what is not UTF-8 replaced.
    pub text: String,
}

impl Ledger {
    pub fn keep_device(&mut self, request: DeviceRequest) {
        keep(&mut self.devices, request, KEPT);
    }

    pub fn keep_authorization_code(&mut self, code: AuthorizationCode) {
        keep(&mut self.authorization_codes, code, KEPT);
    }

    pub fn keep_refresh_token(&mut self, token: RefreshToken) {
        keep(&mut self.refresh_tokens, token, KEPT);
    }

    pub fn keep_opaque_token(&mut self, token: String, claims: Map<String, Value>) {
        keep(&mut self.opaque_tokens, (token, claims), KEPT);
    }

    pub fn keep_token_given(&mut self, client_id: &str, at: Instant) {
        keep(&mut self.given, (client_id.to_owned(), at), KEPT);
    }

    /// How often this client was given tokens from then on.
    pub fn tokens_since(&self, client_id: &str, since: Instant) -> usize {
        self.given.iter().filter(|(client, at)| client == client_id && *at >= since).count()
    }

    pub fn keep_message(&mut self, message: Message) {
        keep(&mut self.messages, message, MESSAGES_KEPT);
        while self.messages.iter().map(|message| message.text.len()).sum::<usize>() > BYTES_KEPT {
            self.messages.remove(0);
        }
    }
}

fn keep<T>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(item);
}

/// Identifiers nobody can guess, without asking the system for each: digests of a seed drawn once
/// and a count. The same seed gives the same identifiers.
#[derive(Debug, Clone, Default)]
pub struct Serial {
    seed: [u8; 32],
    count: u64,
}

impl Serial {
    pub fn seeded(seed: [u8; 32]) -> Self {
        Self { seed, count: 0 }
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 32);
        while bytes.len() < length {
            self.count += 1;
            bytes.extend_from_slice(digest(&SHA256, &[&self.seed[..], &self.count.to_be_bytes()].concat()).as_ref());
        }
        bytes.truncate(length);
        bytes
    }

    pub fn guid(&mut self) -> String {
        let hex = self.hex(32).to_lowercase();
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// Upper-case hex digits, an even number of them.
    pub fn hex(&mut self, digits: usize) -> String {
        self.bytes(digits / 2).iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Characters of URL-safe base64.
    pub fn text(&mut self, length: usize) -> String {
        let mut text = BASE64_URL_SAFE_NO_PAD.encode(self.bytes(length));
        text.truncate(length);
        text
    }

    /// Nine letters and digits, without those easily mistaken for one another.
    pub fn user_code(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        self.bytes(9).iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_the_shape_of_microsofts() {
        let mut serial = Serial::seeded([7; 32]);
        let guid = serial.guid();
        let groups: Vec<usize> = guid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_ne!(guid, serial.guid());
        assert_eq!(serial.user_code().len(), 9);
        assert_eq!(serial.text(50).len(), 50);
        assert_eq!(serial.hex(16).len(), 16);
    }

    #[test]
    fn the_oldest_goes_first() {
        let mut list = vec![1, 2, 3];
        keep(&mut list, 4, 3);
        assert_eq!(list, [2, 3, 4]);
    }
}
