//! A small HTTPS client and a small SMTP client, which trust the announced certificate authority
//! and nothing else.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use smtp_oauth::simulator::{Announcement, Simulator, tenant::State};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

pub const EXCHANGE: &str = "https://outlook.office.com/SMTP.Send offline_access openid profile";

/// Healthy, and in no hurry to be polled slowly.
pub async fn simulator() -> Simulator {
    let mut state = State::healthy();
    state.policy.device_interval = 0;
    Simulator::start(state).await.unwrap()
}

async fn tls(announced: &Announcement, stream: TcpStream, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&announced.ca_file).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(name.to_owned()).unwrap(), stream).await
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn text(&self, key: &str) -> String {
        self.json()[key].as_str().unwrap_or_else(|| panic!("no {key} in {}", self.body)).to_owned()
    }

    /// The AADSTS number of a refusal.
    pub fn code(&self) -> u64 {
        self.json()["error_codes"][0].as_u64().unwrap_or_else(|| panic!("no code in {}", self.body))
    }
}

pub async fn get(announced: &Announcement, url: &str) -> Answer {
    send(announced, "GET", url, "").await
}

pub async fn post(announced: &Announcement, url: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    send(announced, "POST", url, &body).await
}

pub async fn send(announced: &Announcement, method: &str, url: &str, body: &str) -> Answer {
    let url = if url.starts_with('/') { format!("{}{url}", announced.authority) } else { url.to_owned() };
    let (host, path) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
    let stream = TcpStream::connect(host).await.unwrap();
    let mut stream = tls(announced, stream, host.split(':').next().unwrap()).await.unwrap();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).await.unwrap();
    let raw = String::from_utf8(raw).unwrap();
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// `/{tenant}/oauth2/v2.0/{endpoint}`
pub fn oauth(announced: &Announcement, endpoint: &str) -> String {
    format!("/{}/oauth2/v2.0/{endpoint}", announced.tenant)
}

pub async fn device_code(announced: &Announcement, scope: &str) -> Answer {
    post(announced, &oauth(announced, "devicecode"), &[("client_id", &announced.client_id), ("scope", scope)]).await
}

pub async fn poll(announced: &Announcement, device_code: &str) -> Answer {
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let fields = [("grant_type", grant), ("client_id", announced.client_id.as_str()), ("device_code", device_code)];
    post(announced, &oauth(announced, "token"), &fields).await
}

pub async fn decide(announced: &Announcement, user_code: &str, user: &str, action: &str) -> Answer {
    let fields = [("user_code", user_code), ("user", user), ("action", action)];
    post(announced, &announced.approve_url, &fields).await
}

pub async fn refresh(announced: &Announcement, token: &str) -> Answer {
    let fields = [("grant_type", "refresh_token"), ("client_id", &announced.client_id), ("refresh_token", token)];
    post(announced, &oauth(announced, "token"), &fields).await
}

pub async fn application(announced: &Announcement, scope: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &announced.client_id),
        ("client_secret", &announced.client_secret),
        ("scope", scope),
    ];
    post(announced, &oauth(announced, "token"), &fields).await
}

/// The token answer after `user` approved a request for `scope`.
pub async fn signed_in(announced: &Announcement, user: &str, scope: &str) -> Answer {
    let device = device_code(announced, scope).await;
    assert_eq!(decide(announced, &device.text("user_code"), user, "approve").await.status, 200);
    poll(announced, &device.text("device_code")).await
}

pub struct Smtp<S> {
    stream: BufStream<S>,
}

impl Smtp<TcpStream> {
    /// Connected, and the banner read.
    pub async fn connect(announced: &Announcement) -> Self {
        let stream = TcpStream::connect((announced.smtp.host.as_str(), announced.smtp.port)).await.unwrap();
        let mut smtp = Self { stream: BufStream::new(stream) };
        assert!(smtp.reply().await.starts_with("220 "));
        smtp
    }

    pub async fn starttls(mut self, announced: &Announcement) -> Smtp<TlsStream<TcpStream>> {
        assert_eq!(self.say("STARTTLS").await, "220 2.0.0 SMTP server ready\r\n");
        let stream = tls(announced, self.stream.into_inner(), &announced.smtp.host).await.unwrap();
        Smtp { stream: BufStream::new(stream) }
    }
}

/// Connected, inside TLS, greeted.
pub async fn secure(announced: &Announcement) -> Smtp<TlsStream<TcpStream>> {
    let mut smtp = Smtp::connect(announced).await;
    smtp.say("EHLO test.example").await;
    let mut smtp = smtp.starttls(announced).await;
    smtp.say("EHLO test.example").await;
    smtp
}

impl<S: AsyncRead + AsyncWrite + Unpin> Smtp<S> {
    pub async fn say(&mut self, line: &str) -> String {
        self.raw(format!("{line}\r\n").as_bytes()).await;
        self.reply().await
    }

    pub async fn raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// A whole reply; what there is of it when the connection ends.
    pub async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            let read = self.stream.read_line(&mut reply).await.unwrap_or_default();
            if read == 0 || reply.as_bytes().get(start + 3) != Some(&b'-') {
                return reply;
            }
        }
    }

    pub async fn xoauth2(&mut self, user: &str, token: &str) -> String {
        assert_eq!(self.say("AUTH XOAUTH2").await, "334 \r\n");
        self.say(&blob(user, token)).await
    }
}

pub fn blob(user: &str, token: &str) -> String {
    BASE64_STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01"))
}
