//! One failure as each program writes it down: what is read of it is the same. The shapes are those of the programs,
//! the values are made up.

use super::tests::{fact, named, nothing_leaks};

const BARE: &str = "5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DCA19F0A1B2C3D]";
const OFF: &str = "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-07-11T11:46:42.123Z 08DCA19F0A1B2C3D]";
/// `user=alerts@contoso.example^Aauth=Bearer CANARY…^A^A`, cut off.
const STRING: &str = "dXNlcj1hbGVydHNAY29udG9zby5leGFtcGxlAWF1dGg9QmVhcmVyIGV5Sm";

/// Code, enhanced code, stage, mechanism and user of what is read.
fn seen(text: &str) -> [String; 5] {
    ["reply.code", "reply.enhanced", "reply.stage", "mechanism", "user"].map(|name| fact(text, name))
}

const WHOLE: [&str; 5] = ["535", "5.7.3", "auth", "XOAUTH2", "alerts@contoso.example"];

#[test]
fn an_exchange_is_read_as_each_program_prints_it() {
    for text in [
        // Python, smtplib.set_debuglevel(1)
        format!(
            "send: 'ehlo relay.contoso.example\\r\\n'\nreply: b'250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.9]\\r\\n'\nreply: b'250-AUTH LOGIN XOAUTH2\\r\\n'\nreply: b'250 SMTPUTF8\\r\\n'\nreply: retcode (250); Msg: b'AM0PR02CA0134.outlook.office365.com Hello [192.0.2.9]\\nAUTH LOGIN XOAUTH2\\nSMTPUTF8'\nsend: 'AUTH XOAUTH2 {STRING}\\r\\n'\nreply: b'535 {BARE}\\r\\n'\nreply: retcode (535); Msg: b'{BARE}'\nTraceback (most recent call last):\n  File \"/srv/mail.py\", line 12, in <module>\nsmtplib.SMTPAuthenticationError: (535, b'{BARE}')"
        ),
        // swaks
        format!(
            "=== Trying smtp.office365.com:587...\n=== Connected to smtp.office365.com.\n<-  220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready at Sat, 11 Jul 2026 11:46:41 +0000 [08DC]\n -> EHLO relay\n<-  250-AUTH LOGIN XOAUTH2\n<-  250 SMTPUTF8\n ~> AUTH XOAUTH2 {STRING}\n<~* 535 {BARE}\n*** No authentication type succeeded\n ~> QUIT"
        ),
        // curl -v
        format!(
            "* Connected to smtp.office365.com (192.0.2.1) port 587\n< 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n> EHLO relay\n< 250-AUTH LOGIN XOAUTH2\n> AUTH XOAUTH2 {STRING}\n< 535 {BARE}\n* Login denied\ncurl: (67) Login denied"
        ),
        // msmtp --debug
        format!(
            "loaded user configuration file /root/.msmtprc\nhost = smtp.office365.com\nport = 587\nuser = alerts@contoso.example\npassword = *\nauth = xoauth2\n<-- 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n--> EHLO localhost\n<-- 250-AUTH LOGIN XOAUTH2\n<-- 250 SMTPUTF8\n--> AUTH XOAUTH2 {STRING}\n<-- 535 {BARE}\nmsmtp: authentication failed (method XOAUTH2)\nmsmtp: server message: 535 {BARE}\nmsmtp: could not send mail (account default from /root/.msmtprc)"
        ),
        // Postfix, debug_peer_list
        format!(
            "Jul 11 11:46:42 mx postfix/smtp[41]: < smtp.office365.com[192.0.2.1]:587: 250-AUTH LOGIN XOAUTH2\nJul 11 11:46:42 mx postfix/smtp[41]: > smtp.office365.com[192.0.2.1]:587: AUTH XOAUTH2 {STRING}\nJul 11 11:46:42 mx postfix/smtp[41]: < smtp.office365.com[192.0.2.1]:587: 535 {BARE}\nJul 11 11:46:42 mx postfix/smtp[41]: 4F2A: SASL authentication failed; server smtp.office365.com[192.0.2.1] said: 535 {BARE}\nJul 11 11:46:42 mx postfix/smtp[41]: 4F2A: to=<kim@fabrikam.example>, relay=smtp.office365.com[192.0.2.1]:587, delay=3, dsn=4.7.3, status=deferred (SASL authentication failed; server smtp.office365.com[192.0.2.1] said: 535 {BARE})"
        ),
        // Exim -d
        format!(
            "  SMTP<< 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n  SMTP>> EHLO relay\n  SMTP<< 250-AUTH LOGIN XOAUTH2\n  SMTP>> AUTH XOAUTH2\n  SMTP<< 334 \n  SMTP>> {STRING}\n  SMTP<< 535 {BARE}"
        ),
        // PHPMailer, SMTPDebug 2
        format!(
            "2026-07-11 11:46:41 SERVER -> CLIENT: 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n2026-07-11 11:46:41 CLIENT -> SERVER: EHLO relay\n2026-07-11 11:46:41 SERVER -> CLIENT: 250-AUTH LOGIN XOAUTH2250 SMTPUTF8\n2026-07-11 11:46:42 CLIENT -> SERVER: AUTH XOAUTH2 {STRING}\n2026-07-11 11:46:42 SERVER -> CLIENT: 535 {BARE}\n2026-07-11 11:46:42 SMTP ERROR: OAuth command failed: 535 {BARE}\nSMTP Error: Could not authenticate."
        ),
        // MailKit, ProtocolLogger
        format!(
            "Connected to smtp://smtp.office365.com:587/?starttls=when-available\nS: 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\nC: EHLO [192.0.2.9]\nS: 250-AUTH LOGIN XOAUTH2\nC: AUTH XOAUTH2 {STRING}\nS: 535 {BARE}\nMailKit.Security.AuthenticationException: 535: {BARE}\n   at MailKit.Net.Smtp.SmtpClient.AuthenticateAsync(SaslMechanism mechanism, Boolean doAsync)"
        ),
        // Nodemailer, logger: true
        format!(
            "[2026-07-11 11:46:42] DEBUG [Xb1] S: 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n[2026-07-11 11:46:42] DEBUG [Xb1] S: 250-AUTH LOGIN XOAUTH2\n[2026-07-11 11:46:42] DEBUG [Xb1] C: AUTH XOAUTH2 {STRING}\n[2026-07-11 11:46:42] DEBUG [Xb1] S: 535 {BARE}\n[2026-07-11 11:46:42] INFO  [Xb1] User \"alerts@contoso.example\" failed to authenticate"
        ),
        // JavaMail, mail.debug.auth
        format!(
            "DEBUG SMTP: trying to connect to host \"smtp.office365.com\", port 587, isSSL false\n220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\nEHLO relay\n250-AUTH LOGIN XOAUTH2\nDEBUG SMTP: Found extension \"AUTH\", arg \"LOGIN XOAUTH2\"\nDEBUG SMTP: protocolConnect login, host=smtp.office365.com, user=alerts@contoso.example, password=<non-null>\nDEBUG SMTP: Attempt to authenticate using mechanisms: XOAUTH2\nDEBUG SMTP: Using mechanism XOAUTH2\nAUTH XOAUTH2 {STRING}\n535 {BARE}\nDEBUG SMTP: AUTH XOAUTH2 failed\njavax.mail.AuthenticationFailedException: 535 {BARE}\n\tat com.sun.mail.smtp.SMTPTransport$Authenticator.authenticate(SMTPTransport.java:965)"
        ),
        // mutt -d 2
        format!(
            "[2026-07-11 11:46:42] 4< 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n[2026-07-11 11:46:42] 4> EHLO relay\n[2026-07-11 11:46:42] 4< 250-AUTH LOGIN XOAUTH2\n[2026-07-11 11:46:42] smtp_authenticate: Trying method xoauth2\n[2026-07-11 11:46:42] 4> AUTH XOAUTH2 {STRING}\n[2026-07-11 11:46:42] 4< 535 {BARE}\nXOAUTH2 authentication failed."
        ),
        // email-oauth2-proxy --debug
        format!(
            "2026-07-11 11:46:41: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587) --> [ Client connected ]\n2026-07-11 11:46:41: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587)     <-- b'250-AUTH LOGIN XOAUTH2\\r\\n'\n2026-07-11 11:46:41: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587) --> b'AUTH PLAIN' [Credentials removed from debug log]\n2026-07-11 11:46:42: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587; alerts@contoso.example)     --> b'AUTH XOAUTH2\\r\\n'\n2026-07-11 11:46:42: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587; alerts@contoso.example)     <-- b'334 \\r\\n'\n2026-07-11 11:46:42: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587; alerts@contoso.example)     --> b'{STRING}\\r\\n'\n2026-07-11 11:46:42: SMTP (127.0.0.1:53878-{{127.0.0.1:1587}}-smtp.office365.com:587; alerts@contoso.example)     <-- b'535 {BARE}\\r\\n'"
        ),
        // git send-email --smtp-debug=1
        format!(
            "Net::SMTP=GLOB(0x55d0)<<< 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\nNet::SMTP=GLOB(0x55d0)>>> EHLO relay\nNet::SMTP=GLOB(0x55d0)<<< 250-AUTH LOGIN XOAUTH2\nNet::SMTP=GLOB(0x55d0)>>> AUTH XOAUTH2 {STRING}\nNet::SMTP=GLOB(0x55d0)<<< 535 {BARE}"
        ),
        // Ruby, Net::SMTP#debug_output=
        format!(
            "-> \"220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\\r\\n\"\n<- \"EHLO relay\\r\\n\"\n-> \"250-AUTH LOGIN XOAUTH2\\r\\n\"\n<- \"AUTH XOAUTH2 {STRING}\\r\\n\"\n-> \"535 {BARE}\\r\\n\"\nNet::SMTPAuthenticationError: 535 {BARE}"
        ),
        // Symfony Mailer
        format!(
            "[2026-07-11T11:46:41.000+00:00] < 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n[2026-07-11T11:46:41.000+00:00] > EHLO relay\n[2026-07-11T11:46:41.000+00:00] < 250-AUTH LOGIN XOAUTH2\n[2026-07-11T11:46:42.000+00:00] > AUTH XOAUTH2 {STRING}\n[2026-07-11T11:46:42.000+00:00] < 535 {BARE}\nFailed to authenticate on SMTP server with username \"alerts@contoso.example\" using the following authenticators: \"XOAUTH2\". Authenticator \"XOAUTH2\" returned \"Expected response code \"235\" but got code \"535\", with message \"535 {BARE}\".\"."
        ),
        // Swift Mailer's logger
        format!(
            "++ Starting Swift_SmtpTransport\n<< 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\n>> EHLO relay\n<< 250-AUTH LOGIN XOAUTH2\n>> AUTH XOAUTH2 {STRING}\n<< 535 {BARE}\n!! Expected response code 235 but got code \"535\", with message \"535 {BARE}\" (code: 535)"
        ),
        // Thunderbird, mailnews.smtp.loglevel
        format!(
            "mailnews.smtp: Connecting to smtp://smtp.office365.com:587\nmailnews.smtp: S: 220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready\nmailnews.smtp: S: 250-AUTH LOGIN XOAUTH2\nmailnews.smtp: Authenticating via AUTH XOAUTH2\nmailnews.smtp: C: AUTH XOAUTH2 {STRING}\nmailnews.smtp: S: 535 {BARE}\nmailnews.smtp: Authentication failed: 535 {BARE}"
        ),
        // lettre with tracing
        format!(
            "DEBUG lettre::transport::smtp::client::connection: >> AUTH XOAUTH2 {STRING}\nDEBUG lettre::transport::smtp::client::connection: << 535 {BARE}\nError: permanent error (535): {BARE}"
        ),
    ] {
        let mechanisms = fact(&text, "mechanism");
        let mut found = seen(&text);
        // A proxy is signed in to with a password, and signs in with a token.
        found[3] = mechanisms.split(' ').next_back().unwrap_or_default().to_owned();
        assert_eq!(found, WHOLE, "{text}");
        let offered = fact(&text, "ehlo");
        assert!(
            offered.contains("AUTH LOGIN XOAUTH2") || text.starts_with("DEBUG lettre") || text.contains("mailnews"),
            "{offered}: {text}"
        );
        assert_eq!(fact(&text, "reply.earlier"), "", "{text}");
        nothing_leaks(&text, &[&STRING[..24], "eyJ", "b2F1dGg"]);
    }
}

#[test]
fn a_refusal_is_read_of_the_error_a_program_shows() {
    for line in [
        // Nodemailer
        format!(
            "Error: Invalid login: 535 {OFF}\n    at SMTPConnection._formatError (/srv/node_modules/nodemailer/lib/smtp-connection/index.js:809:19)\n  code: 'EAUTH',\n  response: '535 {OFF}',\n  responseCode: 535,\n  command: 'AUTH XOAUTH2'\n}}"
        ),
        format!(
            "{{\"code\":\"EAUTH\",\"response\":\"535 {OFF}\",\"responseCode\":535,\"command\":\"AUTH XOAUTH2\",\"stack\":\"Error: Invalid login: 535 {OFF}\\n    at SMTPConnection._formatError (/srv/index.js:809:19)\"}}"
        ),
        // Swift Mailer, Laravel, FreeScout
        format!(
            "Failed to authenticate on SMTP server with username \"alerts@contoso.example\" using 1 possible authenticators. Authenticator XOAUTH2 returned Swift_TransportException: Expected response code 235 but got code \"535\", with message \"535 {OFF} \" in /var/www/vendor/swiftmailer/AbstractSmtpTransport.php:457\nStack trace:\n#0 /var/www/vendor/x.php(341): Swift->assertResponseCode()"
        ),
        format!(
            "[2026-07-11 11:46:42] production.ERROR: Failed to authenticate on SMTP server with username \"alerts@contoso.example\" using the following authenticators: \"LOGIN\", \"XOAUTH2\". Authenticator \"LOGIN\" returned \"Expected response code \"235\" but got code \"535\", with message \"535 {OFF}\".\". {{\"exception\":\"[object] (Symfony\\\\Component\\\\Mailer\\\\Exception\\\\TransportException(code: 535))\"}}"
        ),
        // WordPress: WP Mail SMTP, FluentSMTP, Post SMTP
        format!(
            "Versions:\nWordPress: 6.8.1\nWP Mail SMTP: 4.4.0\n\nParams:\nMailer: smtp\nConstants: No\nSMTPAuth: bool(true)\n\nServer:\nOpenSSL: OpenSSL 3.0.2\n\nDebug:\nMailer: Other SMTP\nSMTP Error: Could not authenticate.\n\nSMTP Debug:\n2026-07-11 11:46:42\tSERVER -> CLIENT: 535 {OFF}\n\n2026-07-11 11:46:42\tSMTP ERROR: Password command failed: 535 {OFF}"
        ),
        format!(
            "{{\"provider\":\"smtp\",\"response\":{{\"code\":\"wp_mail_failed\",\"message\":\"SMTP Error: Could not authenticate. SMTP server error: Password command failed Detail: {OFF} SMTP code: 535\"}}}}"
        ),
        // JavaMail, Jakarta Mail, Spring, Jenkins
        format!(
            "org.springframework.mail.MailAuthenticationException: Authentication failed; nested exception is javax.mail.AuthenticationFailedException: 535 {OFF}\n\n\tat org.springframework.mail.javamail.JavaMailSenderImpl.doSend(JavaMailSenderImpl.java:440)"
        ),
        format!(
            "Failed to send out e-mail\n\njakarta.mail.AuthenticationFailedException: 535 {OFF}\n\n\tat org.eclipse.angus.mail.smtp.SMTPTransport$Authenticator.authenticate(SMTPTransport.java:947)\n\tat jenkins.plugins.mailer.Mailer.doSendTestMail(Mailer.java:1)"
        ),
        // System.Net.Mail
        format!(
            "System.Net.Mail.SmtpException: The SMTP server requires a secure connection or the client was not authenticated. The server response was: 5.7.57 Client not authenticated to send mail. Error: 535 {OFF}\r\n   at System.Net.Mail.MailCommand.CheckResponse(SmtpStatusCode statusCode, String response)"
        ),
        // aiosmtplib, Go, Ruby, Perl, lettre
        format!("aiosmtplib.errors.SMTPAuthenticationError: (535, '{OFF}')"),
        format!("2026/07/11 11:46:42 send mail: 535 {OFF}"),
        format!("dial failed: SMTP AUTH failed: 535 {OFF}"),
        format!("gomail: could not send email 1: 535 {OFF}"),
        format!("Net::SMTPAuthenticationError (535 {OFF}\n):\n  app/mailers/x.rb:12:in `deliver'"),
        format!("failed AUTH: {OFF}\nTrace begun at Email/Sender/Transport/SMTP.pm line 213"),
        format!(
            "Error: lettre::transport::smtp::Error {{ kind: Permanent(Code {{ severity: PermanentNegativeCompletion, category: Unspecified3, detail: Five }}), source: \"{OFF}\" }}"
        ),
        // Exim, sendmail, OpenSMTPD
        format!(
            "2026-07-11 11:46:42 1sRq2k-0001aB-2C ** kim@fabrikam.example R=smarthost T=remote_smtp_smarthost H=smtp.office365.com [192.0.2.1] X=TLS1.3: SMTP error from remote mail server after AUTH: 535 {OFF}"
        ),
        format!(
            "2026-07-11 11:46:42 1sRq2k-0001aB-2C smarthost_xoauth2 authenticator failed H=smtp.office365.com [192.0.2.1] 535 {OFF}"
        ),
        format!(
            "Jul 11 11:46:42 mx sendmail[77]: STARTTLS=client, relay=smtp.office365.com., version=TLSv1.3\nJul 11 11:46:42 mx sendmail[77]: 46BBkg: to=kim@fabrikam.example, mailer=relay, relay=smtp.office365.com. [192.0.2.1], dsn=4.0.0, stat=Deferred: 535 {OFF}"
        ),
        format!(
            "smtpd[99]: 9c6d mta delivery evpid=1 from=<a@b.example> to=<kim@fabrikam.example> rcpt=<-> source=\"192.0.2.9\" relay=\"192.0.2.1 (smtp.office365.com)\" delay=2s result=\"PermFail\" stat=\"535 {OFF}\""
        ),
        // journald, Docker, syslog of RFC 5424, logfmt, structured logs
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"1783770402000000\",\"PRIORITY\":\"4\",\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"_PID\":\"41\",\"MESSAGE\":\"4F2A: SASL authentication failed; server smtp.office365.com[192.0.2.1] said: 535 {OFF}\"}}"
        ),
        "{\"log\":\"535-5.7.139 Authentication unsuccessful, SmtpClientAuthentication is\\r\\n\",\"stream\":\"stderr\",\"time\":\"2026-07-11T11:46:42.1Z\"}\n{\"log\":\"535 5.7.139 disabled for the Tenant.\\r\\n\",\"stream\":\"stderr\",\"time\":\"2026-07-11T11:46:42.2Z\"}".to_owned(),
        format!(
            "<134>1 2026-07-11T11:46:42.123Z mx postfix/smtp 41 - - 4F2A: SASL authentication failed; server smtp.office365.com[192.0.2.1] said: 535 {OFF}"
        ),
        format!(
            "logger=alerting.notifier level=error msg=\"Failed to send alert notifications via email\" error=\"535 {OFF}\" attempt=1"
        ),
        format!(
            "{{\"level\":\"error\",\"ts\":1783770402.1,\"caller\":\"notify/notify.go:732\",\"component\":\"dispatcher\",\"msg\":\"Notify for alerts failed\",\"err\":\"email/email[0]: notify retry canceled due to unrecoverable error after 1 attempts: *smtp.plainAuth auth: 535 {OFF}\"}}"
        ),
        // Gitea, GitLab, Nextcloud, GLPI, osTicket, Odoo, Zabbix
        format!(
            "2026/07/11 11:46:42 ...s/mailer/mailer.go:379:func1() [E] Failed to send emails [kim@fabrikam.example]: SMTP authentication failed: 535 {OFF}"
        ),
        format!(
            "{{\"severity\":\"WARN\",\"time\":\"2026-07-11T11:46:42.123Z\",\"class\":\"ActionMailer::MailDeliveryJob\",\"message\":\"Net::SMTPAuthenticationError: 535 {OFF}\"}}"
        ),
        format!(
            "{{\"reqId\":\"x\",\"level\":3,\"time\":\"2026-07-11T11:46:42+00:00\",\"app\":\"PHP\",\"message\":\"Expected response code \\\"235\\\" but got code \\\"535\\\", with message \\\"535 {OFF}\\\".\",\"userAgent\":\"x\"}}"
        ),
        format!("Failed to authenticate on SMTP server. SMTP Error: Could not authenticate. 535 {OFF}"),
        format!(
            "Connection Test Failed\nDelivery via SMTP server 'smtp.office365.com' failed.\nSMTPAuthenticationError: 535\n{OFF}"
        ),
        format!("741:20260711:114642.123 failed to send email: login denied: 535 {OFF}"),
        // A printer's panel, a backup program, a Windows event
        format!("SMTP authentication error. #535 {OFF}"),
        format!("Failed to send email report: 535: {OFF}"),
        format!(
            "Log Name:      Application\nSource:        MailRelay\nEvent ID:      1309\nDescription:\nAn unhandled exception occurred. Exception: MailKit.Security.AuthenticationException: 535: {OFF}"
        ),
    ] {
        assert_eq!(named(&line).0, "smtp_auth_disabled_tenant", "{line}");
        assert_eq!(fact(&line, "reply.enhanced").split(' ').next_back(), Some("5.7.139"), "{line}");
        let said = fact(&line, "reply.text");
        assert!(!said.contains("attempt=1") && !said.contains("userAgent") && !said.contains("\\n"), "{said}");
    }
}

#[test]
fn what_a_program_says_of_the_way_it_signed_in_is_read() {
    for (text, mechanism, user) in [
        (format!("msmtp: authentication failed (method LOGIN)\nmsmtp: server message: 535 {BARE}"), "LOGIN", ""),
        (
            format!(
                "host=smtp.office365.com tls=on auth=on user=alerts@contoso.example from=alerts@contoso.example recipients=kim@fabrikam.example smtpstatus=535 smtpmsg='535 {BARE}' errormsg='authentication failed (method XOAUTH2)' exitcode=EX_NOPERM"
            ),
            "XOAUTH2",
            "alerts@contoso.example",
        ),
        (format!("SMTP ERROR: Username command failed: 535 {BARE}"), "LOGIN", ""),
        (
            format!(
                "Failed to authenticate on SMTP server with username \"alerts@contoso.example\" using 1 possible authenticators. Authenticator XOAUTH2 returned Expected response code 235 but got code \"535\", with message \"535 {BARE} \""
            ),
            "XOAUTH2",
            "alerts@contoso.example",
        ),
        (format!("  response: '535 {BARE}',\n  responseCode: 535,\n  command: 'AUTH PLAIN'"), "PLAIN", ""),
        (
            format!("DEBUG SMTP: AUTH XOAUTH2 command trace suppressed\nDEBUG SMTP: AUTH XOAUTH2 failed\n535 {BARE}"),
            "XOAUTH2",
            "",
        ),
    ] {
        assert_eq!([fact(&text, "mechanism"), fact(&text, "user")], [mechanism, user], "{text}");
        assert_eq!(fact(&text, "reply.enhanced"), "5.7.3", "{text}");
    }
}
