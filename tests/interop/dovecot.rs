//! Dovecot's submission service on free ports, with everything it needs in one directory. It checks
//! tokens itself, by the key of the authority; what it accepts goes to a [`Sink`].

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL},
};
use serde_json::Value;

use crate::{certificate::Certificates, process::Running, sink::Sink};

pub struct Dovecot {
    _server: Running,
    pub certificates: Certificates,
    pub sink: Sink,
    /// STARTTLS.
    pub port: u16,
    /// TLS from the first byte.
    pub tls_port: u16,
}

/// How Dovecot tells whether a token is good; lines of its `passdb oauth2`.
pub struct Validation(pub String);

impl Dovecot {
    /// Believes tokens signed by the keys of this set (RFC 7517), all of them ES256.
    pub fn believing(keys: &Value, certificates: Certificates, sink: Sink) -> Self {
        let directory = certificates.directory.path().join("keys");
        // Dovecot looks for AZP/ALGORITHM/KID; without an `azp` it takes "default".
        let of_algorithm = directory.join("default/ES256");
        fs::create_dir_all(&of_algorithm).unwrap();
        for key in keys["keys"].as_array().unwrap() {
            fs::write(of_algorithm.join(key["kid"].as_str().unwrap()), public_key(key)).unwrap();
        }
        let validation = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={}/\n",
            directory.display()
        );
        Self::start(&Validation(validation), certificates, sink)
    }

    pub fn start(validation: &Validation, certificates: Certificates, sink: Sink) -> Self {
        let directory = certificates.directory.path();
        fs::write(directory.join("oauth2.conf"), validation.0.clone() + "username_attribute = upn\n").unwrap();
        // A port found free can be taken before Dovecot listens; then others are tried.
        for _ in 0..10 {
            let (port, tls_port) = (free_port(), free_port());
            fs::write(directory.join("dovecot.conf"), configuration(directory, port, tls_port, sink.port)).unwrap();
            let mut command = Command::new("sh");
            let run = "exec dovecot -F -c \"$0/dovecot.conf\" 2>&1";
            let mut server = Running::start(command.args(["-c", run]).arg(directory).stderr(Stdio::inherit()));
            let telling = ["starting up for", "already in use", "Fatal"];
            let said = server.sees(|line| telling.iter().any(|text| line.contains(text)));
            if said.contains("starting up for") {
                return Self { _server: server, certificates, sink, port, tls_port };
            }
            assert!(said.contains("already in use"), "{said}");
        }
        panic!("no port stays free");
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A P-256 point as SubjectPublicKeyInfo (RFC 5480): a fixed head, then the point.
fn public_key(key: &Value) -> String {
    const HEAD: &[u8] =
        b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04";
    let coordinate = |name: &str| BASE64URL.decode(key[name].as_str().unwrap()).unwrap();
    let der = BASE64_STANDARD.encode([HEAD, &coordinate("x"), &coordinate("y")].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &der[..64], &der[64..])
}

/// Without its delays after a refusal: one in the reply, one for the address's next attempt.
fn configuration(directory: &Path, port: u16, tls_port: u16, relay: u16) -> String {
    let directory = directory.display();
    format!(
        r#"
base_dir = {directory}/run
state_dir = {directory}/state
log_path = /dev/stderr
auth_verbose = yes
auth_failure_delay = 0
protocols = submission
listen = 127.0.0.1
hostname = dovecot.example
ssl = required
ssl_cert = <{directory}/leaf.pem
ssl_key = <{directory}/key.pem
disable_plaintext_auth = yes
auth_mechanisms = xoauth2 oauthbearer
first_valid_uid = 1
mail_location = maildir:{directory}/mail
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {directory}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={directory}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {port}
  }}
  inet_listener submissions {{
    port = {tls_port}
    ssl = yes
  }}
}}
"#
    )
}
