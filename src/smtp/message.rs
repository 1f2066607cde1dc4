//! The message that proves send-as: small, plain, with every header a filter asks for. Built by lettre
//! from values; the time and the random part of the Message-ID are the caller's.

use std::time::SystemTime;

use lettre::{
    Message,
    message::{Mailbox, SinglePart},
};

use super::plan::Envelope;
use crate::facts::Address;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestMessage {
    pub sender: Address,
    pub recipient: Address,
    pub subject: String,
    pub text: String,
    pub date: SystemTime,
    /// The random part of the Message-ID; what is no letter or digit is left out.
    pub id: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Unbuildable {
    #[error(transparent)]
    Address(#[from] lettre::address::AddressError),
    #[error(transparent)]
    Message(#[from] lettre::error::Error),
}

impl TestMessage {
    /// Header and text with CRLF line ends, dots not yet doubled.
    pub fn envelope(&self) -> Result<Envelope, Unbuildable> {
        let mailbox = |address: &Address| address.as_str().parse().map(|address| Mailbox::new(None, address));
        // The part after the @ is the sender's domain: filters distrust an id of `localhost`.
        let id: String = self.id.chars().filter(char::is_ascii_alphanumeric).collect();
        let message = Message::builder()
            .from(mailbox(&self.sender)?)
            .to(mailbox(&self.recipient)?)
            .subject(self.subject.replace(char::is_control, " "))
            .date(self.date)
            .message_id(Some(format!("<{id}@{}>", self.sender.domain())))
            // Not `body`, which writes no MIME-Version and no Content-Type.
            .singlepart(SinglePart::plain(self.text.clone()))?;
        Ok(Envelope { sender: self.sender.clone(), recipient: self.recipient.clone(), content: message.formatted() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn message(subject: &str, text: &str) -> String {
        let message = TestMessage {
            sender: "noreply@contoso.example".parse().unwrap(),
            recipient: "alerts@contoso.example".parse().unwrap(),
            subject: subject.into(),
            text: text.into(),
            date: UNIX_EPOCH + Duration::from_secs(1_720_698_402),
            id: "5f2c\r\nX: y".into(),
        };
        String::from_utf8(message.envelope().unwrap().content).unwrap()
    }

    #[test]
    fn a_message_has_the_headers_that_filters_ask_for() {
        insta::assert_snapshot!(message("Test from web1", "It works.\n").replace("\r\n", "\n"), @"
        From: noreply@contoso.example
        To: alerts@contoso.example
        Subject: Test from web1
        Date: Thu, 11 Jul 2024 11:46:42 +0000
        Message-ID: <5f2cXy@contoso.example>
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 7bit

        It works.
        ");
    }

    #[test]
    fn japanese_goes_in_seven_bits_and_no_header_can_be_added() {
        let text = message("試験\r\nBcc: x@y.example", "届きました。");
        assert!(text.is_ascii() && !text.contains("\nBcc"), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }
}
