//! A mail log tells of many connections, and the refusal is of one. Left out are lines of daemons that take mail in, where
//! the log has deliveries as well, and deliveries to other hosts, where some are handed to Microsoft.

use std::{borrow::Cow, net::IpAddr, sync::LazyLock};

use super::{records::pattern, service};
use crate::pattern::Pattern;

/// Who takes mail in, or guards it: Postfix, its neighbours, sendmail and Exim, by what stands in each of their lines.
pub const INBOUND: [&str; 16] = [
    "/smtpd[",
    "/smtpd\"",
    "/postscreen[",
    "/anvil[",
    "/tlsproxy[",
    "/dnsblog[",
    "imap-login: ",
    "pop3-login: ",
    "submission-login: ",
    "managesieve-login: ",
    " dovecot: auth",
    " sshd[",
    "ruleset=check_",
    "authenticator failed for ",
    " rejected rcpt ",
    " rejected ehlo ",
];
/// Who delivers it.
const OUTBOUND: [&str; 6] = ["/smtp[", "/smtp\"", "mailer=", " => ", " == ", " ** "];

/// `relay=smtp.office365.com[…]`, `host … said`, `connect to …`; Exim's `H=smtp.office365.com [`, msmtp's `host=`.
static TARGET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?:\b(?:relay=|host |server |to )([\w-]+(?:\.[\w-]+)+)\.? ?\[|(?: H|\bhost)=([\w-]+(?:\.[\w-]+)+) )")
});

/// The text without what it tells of other connections.
pub fn left_out(text: &str) -> Cow<'_, str> {
    let holds = |line: &str, signs: &[&str]| {
        let line = line.to_ascii_lowercase();
        signs.iter().any(|sign| line.contains(sign))
    };
    let inbound: Vec<bool> = text.lines().map(|line| holds(line, &INBOUND)).collect();
    let mut rest = text.lines().zip(&inbound).filter(|(_, inbound)| !**inbound).map(|(line, _)| line);
    let delivers = inbound.contains(&true) && rest.clone().any(|line| holds(line, &OUTBOUND));
    let handed_in = rest.any(|line| target(line) == Some(Target::Submission));
    if !delivers && !handed_in {
        return text.into();
    }
    // One of Microsoft's may have a name of one's own, or none.
    let others = |line: &str| handed_in && target(line) == Some(Target::Other) && !service::has_microsofts_words(line);
    let kept = text.lines().zip(inbound).filter(|(line, inbound)| !(delivers && *inbound || others(line)));
    kept.map(|(line, _)| format!("{line}\n")).collect::<String>().into()
}

/// Where a delivery goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// A host of Microsoft's that takes mail with a sign-in.
    Submission,
    /// One that takes it in for an organisation.
    Inbound,
    Other,
}

/// None where a line names no host, or this machine: what listens there hands on to anybody.
fn target(line: &str) -> Option<Target> {
    let found = TARGET.captures(line)?;
    let host = found.get(1).or_else(|| found.get(2))?.as_str().to_ascii_lowercase();
    let here = host.starts_with("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    (!here).then(|| match service::microsoft(&host) {
        true if host.ends_with(".protection.outlook.com") => Target::Inbound,
        true => Target::Submission,
        false => Target::Other,
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::{self, reading::Reading};

    const REFUSED: &str = "Nov 22 03:15:22 mx postfix/smtp[222]: 4ABC: to=<kim@b.example>, relay=smtp.office365.com[52.98.0.1]:587, delay=2, dsn=4.7.3, status=deferred (SASL authentication failed; server smtp.office365.com[52.98.0.1] said: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. [FR4P281CA0001.DEUP281.PROD.OUTLOOK.COM 2026-11-22T03:15:22.000Z 08DE])\n";
    const SENT: &str = "Nov 22 03:15:20 mx postfix/smtp[222]: 4ABB: to=<kim@b.example>, relay=smtp.office365.com[52.98.0.1]:587, delay=2, dsn=2.0.0, status=sent (250 2.0.0 OK <x@b.example> [Hostname=AM0PR02MB.eurprd02.prod.outlook.com])\n";
    const OTHERS: [&str; 11] = [
        "Nov 22 03:16:01 host=smtp.gmail.com tls=on auth=on from=a@c.example recipients=b@c.example smtpstatus=535 smtpmsg='535 5.7.8 Username and Password not accepted.' exitcode=EX_NOPERM\n",
        "Nov 22 03:17:22 mx sendmail[13]: 4AN: to=<a@c.example>, mailer=esmtp, relay=mx.c.example. [192.0.2.7], dsn=5.1.1, stat=User unknown: 550 5.1.1 no such user\n",
        "Nov 22 03:16:01 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 554 5.7.1 <x@x.example>: Relay access denied; from=<s@x.example> to=<v@y.example> proto=ESMTP helo=<x>\n",
        "Nov 22 03:16:01 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 550 5.1.1 <x@x.example>: User unknown\n",
        "Nov 22 03:16:01 mx postfix/submission/smtpd[1]: warning: unknown[198.51.100.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=admin\n",
        "Nov 22 03:16:01 mx postfix/smtpd[1]: warning: TLS library problem: error:0A000102:SSL routines::unsupported protocol\n",
        "Nov 22 03:16:01 mx postfix/smtp[223]: 4ABD: to=<a@c.example>, relay=gmail-smtp-in.l.google.com[142.250.1.1]:25, delay=2, dsn=5.1.1, status=bounced (host gmail-smtp-in.l.google.com[142.250.1.1] said: 550-5.1.1 The email account that you tried to reach does not exist.)\n",
        "Nov 22 03:16:01 mx postfix/smtp[224]: connect to mail.other.example[192.0.2.5]:25: Connection timed out\n",
        "Nov 22 03:16:01 mx dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 6 secs): user=<info>\n",
        "Nov 22 03:16:01 mx sm-mta[9]: 1AB: ruleset=check_rcpt, arg1=<x@x.example>, relay=[203.0.113.7], reject=550 5.7.1 <x@x.example>... Relaying denied\n",
        "2026-11-22 03:16:01 H=(x) [203.0.113.7] F=<s@x.example> rejected RCPT <v@y.example>: relay not permitted 550 5.7.1\n",
    ];

    #[test]
    fn other_connections_do_not_touch_the_refusal() {
        let named = |text: &str| {
            let mut reading = Reading::default();
            reading.add_text(text, 0);
            diagnosis::causes(&reading.evidence)
                .into_iter()
                .map(|cause| (cause.slug, cause.certainty))
                .collect::<Vec<_>>()
        };
        let alone = named(REFUSED);
        assert_eq!(alone[0].0, "smtp_auth_disabled_mailbox");
        let sent = named(SENT);
        for other in OTHERS {
            assert_eq!(named(&format!("{SENT}{other}")), sent, "{other}");
            assert_eq!(named(&format!("{REFUSED}{other}")), alone, "{other}");
            assert_eq!(named(&format!("{other}{REFUSED}{other}")), alone, "{other}");
        }
    }

    /// Dovecot takes mail in, and may hand it on itself.
    #[test]
    fn whoever_hands_mail_on_is_heard() {
        let dovecot = "Nov 22 03:15:22 mx dovecot: submission(kim)<1><x>: Error: Relay connection smtp.office365.com:587: 535 5.7.3 no\n";
        let proxy = REFUSED.replace("relay=smtp.office365.com[52.98.0.1]:587", "relay=127.0.0.1[127.0.0.1]:2525");
        let by_address = REFUSED.replace("smtp.office365.com", "52.98.0.1");
        let text = format!("{SENT}{dovecot}{proxy}{by_address}");
        assert_eq!(super::left_out(&text), text);
    }

    #[test]
    fn a_text_of_one_kind_stays_whole() {
        for text in [OTHERS[0], OTHERS[2], OTHERS[6], REFUSED, "535 5.7.3 Authentication unsuccessful\n", ""] {
            assert_eq!(super::left_out(text), text);
        }
    }
}
