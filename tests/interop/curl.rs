//! curl against the simulator: the OAuth pages and the submission server, driven by a client that knows
//! neither.

use std::{path::Path, process::Command};

use crate::{
    process::{Finished, finish},
    simulated::Simulated,
};

pub fn trusting(ca_file: impl AsRef<Path>) -> Command {
    let mut command = Command::new("curl");
    command.args(["--disable", "--silent", "--show-error", "--noproxy", "*", "--cacert"]).arg(ca_file.as_ref());
    command
}

pub fn form<'a>(command: &'a mut Command, fields: &[(&str, &str)]) -> &'a mut Command {
    for (key, value) in fields {
        command.args(["--data-urlencode", &format!("{key}={value}")]);
    }
    command
}

/// Sends a message, signed in with XOAUTH2 over STARTTLS. On `err` is what the server said, and curl's
/// own complaints; the rest of its log holds the token.
pub fn send(ca_file: impl AsRef<Path>, port: u16, user: &str, token: &str) -> Finished {
    let mut command = trusting(ca_file);
    command.args(["--verbose", "--ssl-reqd", "--url", &format!("smtp://127.0.0.1:{port}/client.example")]);
    command.args(["--user", &format!("{user}:"), "--oauth2-bearer", token, "--login-options", "AUTH=XOAUTH2"]);
    command.args(["--mail-from", user, "--mail-rcpt", "ops@contoso.example", "--upload-file", "-"]);
    let mut finished = finish(&mut command, &format!("From: {user}\r\nSubject: by curl\r\n\r\nHello\r\n"));
    let kept = |line: &&str| line.starts_with("< ") || line.starts_with("curl: ");
    finished.err = finished.err.lines().filter(kept).collect::<Vec<_>>().join("\n");
    finished
}

#[test]
fn curl_signs_in_by_device_code_and_sends() {
    let simulated = Simulated::start();
    let discovery = simulated.get(&simulated.url("v2.0/.well-known/openid-configuration")).json();
    assert_eq!(discovery["device_authorization_endpoint"], simulated.url("oauth2/v2.0/devicecode"));
    assert_eq!(discovery["token_endpoint"], simulated.url("oauth2/v2.0/token"));
    let keys = simulated.get(discovery["jwks_uri"].as_str().unwrap()).json();
    assert_eq!(keys["keys"][0]["alg"], "ES256");

    let tokens = simulated.signed_in();
    let sent =
        send(simulated.text("ca_file"), simulated.smtp(), simulated.user(), tokens["access_token"].as_str().unwrap());
    assert!(sent.err.contains("< 235 2.7.0 Authentication successful"), "{}", sent.err);
    sent.done();
    let messages = simulated.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].to_string().contains("Subject: by curl"), "{messages:?}");
}

#[test]
fn curl_is_refused_with_a_token_of_somebody_else() {
    let simulated = Simulated::start();
    let tokens = simulated.signed_in();
    let token = tokens["access_token"].as_str().unwrap();
    let refused = send(simulated.text("ca_file"), simulated.smtp(), "somebody@contoso.example", token);
    // 67 is CURLE_LOGIN_DENIED.
    assert_eq!(refused.status, 67, "{}", refused.err);
    assert!(refused.err.contains("< 535 5.7.3 Authentication unsuccessful"), "{}", refused.err);
    assert_eq!(simulated.messages().len(), 0);
    let untrusted = finish(Command::new("curl").args(["--disable", "--silent", simulated.text("authority")]), "");
    assert_eq!(untrusted.status, 60, "a certificate nobody vouches for is refused");
}
