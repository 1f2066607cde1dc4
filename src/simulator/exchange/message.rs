//! What becomes of a message once its last line is in: the header's sender must be the mailbox or
//! one it may send as. The envelope's sender is not looked at, as Exchange rewrites it; High Volume Email has looked
//! at it before.

use super::{
    Reply, Then,
    auth::Identity,
    high_volume,
    session::{Service, reply},
};
use crate::simulator::{
    ledger::{Message, Serial},
    submission::Health,
    tenant::{Home, State},
};

/// The reply after the end of DATA, the message kept when it was accepted.
pub fn submit(
    state: &mut State,
    (service, identity): (Service, &Identity),
    envelope: (&str, &[String]),
    text: &[u8],
) -> String {
    let (mail_from, recipients) = envelope;
    let text = String::from_utf8_lossy(text).into_owned();
    let from = header(&text, "from").map_or_else(|| mail_from.to_owned(), |value| address(&value).to_owned());
    match service {
        Service::HighVolume => {
            if let Err(refusal) = high_volume::author(identity, &from) {
                return refusal.to_owned();
            }
        }
        Service::Mailboxes => {
            if let Some(refusal) = refused(state, identity, &from) {
                return refusal;
            }
        }
    }
    let host = store(&mut state.ledger.serial);
    let id = header(&text, "message-id").filter(|id| id.starts_with('<') && id.ends_with('>'));
    let id = id.unwrap_or_else(|| format!("<{}@{host}>", state.ledger.serial.guid()));
    state.ledger.keep_message(Message {
        user: identity.mailbox.clone(),
        mail_from: mail_from.to_owned(),
        recipients: recipients.to_vec(),
        text,
    });
    format!("250 2.0.0 OK {id} [Hostname={host}]")
}

/// UNVERIFIED in what order these are looked at.
fn refused(state: &mut State, identity: &Identity, from: &str) -> Option<String> {
    let opened = state.principals.iter().all(|app| app.arrived || app.object_id != identity.trustee);
    let used = state.mailbox(&identity.mailbox).map(|(_, mailbox)| (mailbox.usage, mailbox.restricted));
    let (usage, restricted) = used.unwrap_or_default();
    if !opened {
        return Some(from_store(
            state,
            "430 4.2.0 STOREDRV; mailbox logon failure; \
             STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to \
             process message due to a transient exception with message [BeginDiagnosticData]Cannot open mailbox.",
        ));
    }
    if !may_send_as(state, identity, from) {
        return Some(denied(state, identity, from));
    }
    if usage.recipients >= MOST_RECIPIENTS_A_DAY {
        return Some(from_store(
            state,
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due \
             to a permanent exception with message [BeginDiagnosticData]The submission quota is exceeded.",
        ));
    }
    if usage.kept >= MOST_GIGABYTES {
        // UNVERIFIED in these words for a sender: of a recipient's mailbox they are known.
        return Some(from_store(
            state,
            "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded; \
             Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit \
             message.",
        ));
    }
    restricted.then(|| {
        "550 5.1.8 Access denied, bad outbound sender. For more information please go to \
         http://go.microsoft.com/fwlink/?LinkId=875724."
            .to_owned()
    })
}

/// With what the store's servers append.
fn from_store(state: &mut State, text: &str) -> String {
    format!("{text}[EndDiagnosticData] [Hostname={}]", store(&mut state.ledger.serial))
}

/// To MAIL FROM, where mail is not taken for the moment. UNVERIFIED at which command a rate is refused.
pub fn not_now(state: &State, identity: Option<&Identity>) -> Option<Reply> {
    if state.submission.health == Health::Busy {
        return Some(reply("451 4.7.0 Temporary server error. Please try again later. PRX2"));
    }
    let (_, mailbox) = state.mailbox(&identity?.mailbox)?;
    let text = "421 4.4.2 Message submission rate for this client has exceeded the configured limit";
    let too_fast = mailbox.usage.messages >= MOST_MESSAGES_A_MINUTE;
    too_fast.then(|| Reply { then: Then::Close, ..reply(text) })
}

const MOST_MESSAGES_A_MINUTE: u32 = 30;
const MOST_RECIPIENTS_A_DAY: u32 = 10_000;
const MOST_GIGABYTES: u32 = 50;

fn denied(state: &mut State, identity: &Identity, from: &str) -> String {
    if state.tenant.older_send_as_codes {
        return "550 5.7.60 SMTP; Client does not have permissions to send as this sender".to_owned();
    }
    format!(
        "554 5.2.252 SendAsDenied; {} not allowed to send as {from}; \
         STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due \
         to a permanent exception with message [BeginDiagnosticData]Cannot submit message. 0.35250:0A00CA84, \
         1.36674:0A000000[EndDiagnosticData] [Hostname={}]",
        identity.mailbox,
        store(&mut state.ledger.serial)
    )
}

fn may_send_as(state: &State, identity: &Identity, from: &str) -> bool {
    let Some((owner, mailbox)) = state.mailbox(from) else { return false };
    if owner.upn == identity.mailbox {
        let primary = mailbox.addresses.first().is_some_and(|primary| primary.eq_ignore_ascii_case(from));
        // A personal account may, as the settings of Outlook.com offer it; that SMTP lets it is not documented.
        let aliases = state.tenant.send_from_alias || owner.home == Home::Personal;
        return primary || owner.upn.eq_ignore_ascii_case(from) || aliases;
    }
    mailbox.send_as.iter().any(|trustee| trustee.eq_ignore_ascii_case(&identity.trustee))
}

/// The mailbox server that took or refused the message.
fn store(serial: &mut Serial) -> String {
    let number = serial.bytes(2).iter().fold(0_u16, |sum, byte| sum * 100 + u16::from(*byte) % 100);
    format!("AM0PR02MB{number:04}.eurprd02.prod.outlook.com")
}

/// The first field of that name in the header section, unfolded.
fn header(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().take_while(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let Some((field, value)) = line.split_once(':') else { continue };
        if field.trim_end().eq_ignore_ascii_case(name) {
            let mut value = value.trim().to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
                value.push(' ');
                value.push_str(more.trim());
            }
            return Some(value);
        }
    }
    None
}

/// The address in a `From:` value: what stands in the last angle brackets, or the value itself.
fn address(value: &str) -> &str {
    let bracketed = value.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside);
    bracketed.unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(state: &mut State, text: &str) -> String {
        let upn = state.users[0].upn.clone();
        let identity = Identity { mailbox: upn.clone(), trustee: upn };
        submit(
            state,
            (Service::Mailboxes, &identity),
            ("alerts@contoso.example", &["ops@contoso.example".to_owned()]),
            text.as_bytes(),
        )
    }

    #[test]
    fn the_sender_in_the_header_decides() {
        let mut state = State::healthy();
        for from in ["alerts@contoso.example", "Alerts <ALERTS@contoso.example>", "\"x <y>\" <noreply@contoso.example>"]
        {
            assert!(reply(&mut state, &format!("From: {from}\r\n\r\n")).starts_with("250 2.0.0 OK <"), "{from}");
        }
        assert_eq!(state.ledger.messages.len(), 3);
        for from in ["alarm@contoso.example", "admin@contoso.example", "a@elsewhere.example", ""] {
            let reply =
                reply(&mut state, &format!("To: x\r\nFrom:\r\n {from}\r\n\r\nFrom: alerts@contoso.example\r\n"));
            let denied = format!("554 5.2.252 SendAsDenied; alerts@contoso.example not allowed to send as {from}; ");
            assert!(reply.starts_with(&denied), "{reply}");
        }
        state.tenant.send_from_alias = true;
        assert!(reply(&mut state, "From: alarm@contoso.example\r\n\r\n").starts_with("250"));
    }

    #[test]
    fn without_from_the_envelope_stands_in_and_the_message_id_comes_back() {
        let mut state = State::healthy();
        let reply = reply(&mut state, "Message-ID: <1@x>\r\n\r\nhello");
        assert!(reply.starts_with("250 2.0.0 OK <1@x> [Hostname=AM0PR02MB"), "{reply}");
        assert_eq!(state.ledger.messages[0].recipients, ["ops@contoso.example"]);
    }
}
