//! What a network or a mail server's own administrators set, or what happens to them: the submission port.

use crate::simulator::submission::{Answering, Break, Health, Moment, Port, Shown, Submission, Tls};

pub fn switch(submission: &mut Submission, key: &str, value: &str) -> Option<()> {
    match key {
        "smtp_port" => {
            submission.port = match value {
                "open" => Port::Open,
                "closed" => Port::Closed,
                "swallowing" => Port::Swallowing,
                _ => return None,
            }
        }
        "smtp_server" => {
            submission.answering = match value {
                "exchange" => Answering::Exchange,
                "inbound" => Answering::Inbound,
                "hoster" => Answering::Hoster,
                "gmail" => Answering::Gmail,
                _ => return None,
            }
        }
        "starttls" => {
            submission.tls = match value {
                "on" => Tls::StartTls,
                "off" => Tls::Absent,
                "injected" => Tls::Injected,
                "implicit" => Tls::Implicit,
                _ => return None,
            }
        }
        "smtp_certificate" => {
            submission.certificate = match value {
                "own" => Shown::Own,
                "other" => Shown::OtherAuthority,
                "expired" => Shown::Expired,
                "early" => Shown::Early,
                "other-name" => Shown::OtherName,
                _ => return None,
            }
        }
        "smtp_health" => {
            submission.health = match value {
                "well" => Health::Well,
                "busy" => Health::Busy,
                "closing" => Health::Closing,
                "refusing-tokens" => Health::RefusingTokens,
                _ => return None,
            }
        }
        "smtp_mechanisms" => submission.mechanisms = mechanisms(value)?,
        "smtp_breaks" => submission.breaks = breaks(value)?,
        _ => return None,
    }
    Some(())
}

/// Names separated by spaces; `off` for none.
fn mechanisms(value: &str) -> Option<String> {
    if value == "off" {
        return Some(String::new());
    }
    let word = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    (!value.is_empty() && value.split(' ').all(word)).then(|| value.to_owned())
}

/// `MOMENT:cut`, `MOMENT:silence`; `off`.
fn breaks(value: &str) -> Option<Option<(Moment, Break)>> {
    if value == "off" {
        return Some(None);
    }
    let (moment, how) = value.split_once(':')?;
    let moment = match moment {
        "greeting" => Moment::Greeting,
        "tls" => Moment::Tls,
        "auth" => Moment::Auth,
        "data" => Moment::Data,
        _ => return None,
    };
    let how = match how {
        "cut" => Break::Cut,
        "silence" => Break::Silence,
        _ => return None,
    };
    Some(Some((moment, how)))
}
