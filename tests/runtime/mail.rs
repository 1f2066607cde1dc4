//! `runtime::mail` against servers that misbehave: each ends in a name, within its limit, and without
//! the token having left over anything but verified TLS.

use std::{net::SocketAddr, time::Duration};

use super::loopback::{Pki, accept, closed_port, serve};
use smtp_oauth::{
    facts::Address,
    network::{CaFile, FailureKind, NetworkFailure},
    runtime::mail::{Endpoint, converse, converse_within},
    secret::Secret,
    smtp::{Conversation, Ending, Envelope, Fault, Limits, Plan, Security, Stage, reply::Garbled, xoauth2},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const TOKEN: &str = "CANARY.eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbSJ9.c2lnbmF0dXJl";

fn plan(security: Security) -> Plan {
    let user = "alerts@contoso.example".to_owned();
    Plan { security, client_name: None, user, token: Secret::new(TOKEN), message: None }
}

fn at(host: &str, address: SocketAddr) -> Endpoint {
    Endpoint { host: host.parse().unwrap(), port: address.port(), over: None }
}

fn short() -> Limits {
    let moment = Duration::from_millis(300);
    Limits { reply: moment, tls: moment, quit: moment, ..Limits::default() }
}

async fn starttls(address: SocketAddr, trust: &CaFile) -> Conversation {
    converse(&at("127.0.0.1", address), trust, plan(Security::StartTls), |_| {}).await
}

fn unreachable(seen: &Conversation) -> (Stage, FailureKind, &NetworkFailure) {
    let Ending::Unreachable { stage, failure } = &seen.ending else { panic!("{:?}", seen.ending) };
    (*stage, failure.kind, failure)
}

/// Says each line and reads one of the client's behind it, an empty one says nothing; hands back what it read.
async fn speak(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), replies: &[&str]) -> String {
    let mut stream = BufReader::new(stream);
    let mut heard = String::new();
    for reply in replies {
        stream.write_all(reply.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        stream.read_line(&mut heard).await.unwrap();
    }
    heard
}

const OUTSIDE: [&str; 3] = ["220 mx.example\r\n", "250-mx.example\r\n250 STARTTLS\r\n", "220 go\r\n"];
const INSIDE: [&str; 5] = ["250-mx.example\r\n250 AUTH XOAUTH2\r\n", "334 \r\n", "235 2.7.0 ok\r\n", "221 bye\r\n", ""];

/// Reads the client's EHLO, then answers as `INSIDE` does.
async fn inside(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    let mut ehlo = String::new();
    BufReader::with_capacity(1, &mut *stream).read_line(&mut ehlo).await.unwrap();
    ehlo + &speak(stream, &INSIDE).await
}

#[tokio::test]
async fn a_whole_test_passes_over_starttls_by_address_and_by_name() {
    for host in ["127.0.0.1", "localhost"] {
        let pki = Pki::for_names(&["127.0.0.1", "localhost"]);
        let acceptor = pki.acceptor();
        let (address, server) = serve(async move |mut stream: TcpStream| {
            let mut heard = speak(&mut stream, &OUTSIDE[..2]).await;
            stream.write_all(OUTSIDE[2].as_bytes()).await.unwrap();
            heard += &inside(&mut accept(acceptor, stream).await.unwrap()).await;
            heard
        })
        .await;
        let mut lines = Vec::new();
        let trust = Some(pki.ca_file.clone());
        let plan = plan(Security::StartTls);
        let seen = converse(&at(host, address), &trust, plan, |line| lines.push(line.clone())).await;
        assert_eq!(seen.ending, Ending::Accepted);
        assert_eq!(lines, seen.transcript);
        let facts = seen.tls.unwrap();
        assert_eq!(facts.version.as_deref(), Some("TLSv1.3"));
        assert_eq!((facts.subject.as_str(), facts.not_after.as_str()), ("CN=127.0.0.1", "2040-05-01T00:00:00Z"));
        assert!(facts.issuer.contains("CN=Test CA") && facts.cipher.is_some());
        let heard = server.await.unwrap();
        let heard: Vec<&str> = heard.lines().collect();
        assert!(heard[0].starts_with("EHLO "), "{heard:?}");
        let blob = xoauth2::blob("alerts@contoso.example", &Secret::new(TOKEN));
        assert_eq!(heard[1..], ["STARTTLS", heard[0], "AUTH XOAUTH2", blob.expose(), "QUIT"]);
    }
}

#[tokio::test]
async fn implicit_tls_works_too() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let acceptor = pki.acceptor();
    let (address, server) = serve(async move |stream: TcpStream| {
        let mut stream = accept(acceptor, stream).await.unwrap();
        stream.write_all(OUTSIDE[0].as_bytes()).await.unwrap();
        inside(&mut stream).await
    })
    .await;
    let trust = Some(pki.ca_file.clone());
    let seen = converse(&at("127.0.0.1", address), &trust, plan(Security::Tls), |_| {}).await;
    assert_eq!(seen.ending, Ending::Accepted);
    assert!(server.await.unwrap().ends_with("QUIT\r\n"));
}

#[tokio::test]
async fn tls_1_2_is_accepted_and_a_server_that_stops_reading_is_not_waited_for() {
    let pki = Pki::with_versions(&["127.0.0.1"], &[&rustls::version::TLS12]);
    let acceptor = pki.acceptor();
    let (address, _server) = serve(async move |stream: TcpStream| {
        let mut stream = accept(acceptor, stream).await.unwrap();
        stream.write_all(OUTSIDE[0].as_bytes()).await.unwrap();
        let mut ehlo = String::new();
        BufReader::with_capacity(1, &mut stream).read_line(&mut ehlo).await.unwrap();
        let replies = [INSIDE[0], INSIDE[1], INSIDE[2], "250 ok\r\n", "250 ok\r\n"];
        speak(&mut stream, &replies).await;
        stream.write_all(b"354 go\r\n").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let mailbox: Address = "alerts@contoso.example".parse().unwrap();
    let content = vec![b'x'; 16 << 20];
    let message = Some(Envelope { sender: mailbox.clone(), recipient: mailbox, content });
    let plan = Plan { message, ..plan(Security::Tls) };
    let limits = Limits { reply: Duration::from_secs(1), ..Limits::default() };
    let trust = Some(pki.ca_file.clone());
    let seen = converse_within(&limits, &at("127.0.0.1", address), &trust, plan, |_| {}).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Data, FailureKind::TimedOut));
    assert!(seen.authenticated());
    assert_eq!(seen.tls.unwrap().version.as_deref(), Some("TLSv1.2"));
}

#[tokio::test]
async fn a_closed_port_is_refused_at_connect() {
    let (_kept, address) = closed_port();
    let seen = converse(&at("127.0.0.1", address), &None, plan(Security::StartTls), |_| {}).await;
    let (stage, kind, failure) = unreachable(&seen);
    assert_eq!((stage, kind), (Stage::Connect, FailureKind::Refused));
    assert_eq!(failure.address, address.to_string());
    assert!(seen.stages[0].ok && seen.stages[0].detail == "127.0.0.1" && !seen.stages[1].ok);
}

#[tokio::test]
async fn a_name_without_an_address_ends_at_resolve() {
    let endpoint = Endpoint { host: "no-such-host.invalid".parse().unwrap(), port: 587, over: None };
    let seen = converse(&endpoint, &None, plan(Security::StartTls), |_| {}).await;
    assert_eq!(unreachable(&seen).0, Stage::Resolve);
    assert!(matches!(unreachable(&seen).1, FailureKind::NameUnknown | FailureKind::TimedOut));
}

#[tokio::test]
async fn a_server_that_hangs_up_is_closed_at_its_stage() {
    let (address, _server) = serve(async |stream: TcpStream| drop(stream)).await;
    assert_eq!(unreachable(&starttls(address, &None).await).1, FailureKind::Closed);
    let (address, _server) = serve(async |mut stream: TcpStream| drop(speak(&mut stream, &OUTSIDE[..2]).await)).await;
    let seen = starttls(address, &None).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::StartTls, FailureKind::Closed));
    let (address, _server) = serve(async |mut stream: TcpStream| {
        speak(&mut stream, &OUTSIDE[..2]).await;
        stream.write_all(OUTSIDE[2].as_bytes()).await
    })
    .await;
    let seen = starttls(address, &None).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Tls, FailureKind::Closed));
}

#[tokio::test]
async fn silence_drips_and_floods_end_within_their_limits() {
    let endpoint = |address| at("127.0.0.1", address);
    let held = async |mut stream: TcpStream| stream.read_to_end(&mut Vec::new()).await;
    let (address, _server) = serve(held).await;
    let seen = converse_within(&short(), &endpoint(address), &None, plan(Security::StartTls), |_| {}).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Greeting, FailureKind::TimedOut));
    assert!(unreachable(&seen).2.detail.contains("0.3 s"), "{seen:?}");

    let (address, _server) = serve(held).await;
    let seen = converse_within(&short(), &endpoint(address), &None, plan(Security::Tls), |_| {}).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Tls, FailureKind::TimedOut));

    let (address, _server) = serve(async |mut stream: TcpStream| {
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        while stream.write_all(b"2").await.is_ok() {
            pace.tick().await;
        }
    })
    .await;
    let seen = converse_within(&short(), &endpoint(address), &None, plan(Security::StartTls), |_| {}).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Greeting, FailureKind::TimedOut));
    assert!(seen.transcript[0].text.starts_with('2'), "{:?}", seen.transcript);

    let (address, _server) =
        serve(async |mut stream: TcpStream| while stream.write_all(&[b'2'; 4096]).await.is_ok() {}).await;
    let seen = starttls(address, &None).await;
    let flood = Fault::Garbled { garbled: Garbled::LineTooLong, text: seen.transcript[0].text.clone() };
    assert_eq!(seen.ending, Ending::Fault { stage: Stage::Greeting, fault: flood });

    let (address, _server) = serve(held).await;
    let limits = Limits { whole: Duration::from_millis(100), ..Limits::default() };
    let seen = converse_within(&limits, &endpoint(address), &None, plan(Security::StartTls), |_| {}).await;
    assert_eq!(unreachable(&seen).1, FailureKind::TimedOut);
}

#[tokio::test]
async fn plain_http_on_the_port_is_named() {
    let http = async |mut stream: TcpStream| {
        let _ = stream.read(&mut [0; 64]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    };
    let (address, _server) = serve(http).await;
    let seen = converse(&at("127.0.0.1", address), &None, plan(Security::Tls), |_| {}).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Tls, FailureKind::TlsHandshake));
    assert_eq!(seen.tls, None);
}

/// Greets, agrees to STARTTLS, tries the handshake and hands back what came after it.
async fn present(pki: &Pki, trust: &CaFile) -> (Conversation, bool) {
    let acceptor = pki.acceptor();
    let (address, server) = serve(async move |mut stream: TcpStream| {
        speak(&mut stream, &OUTSIDE[..2]).await;
        stream.write_all(OUTSIDE[2].as_bytes()).await.unwrap();
        // In TLS 1.3 the server may be done before the client has looked at the certificate.
        match accept(acceptor, stream).await {
            Ok(mut stream) => stream.read(&mut [0; 64]).await.is_ok_and(|count| count > 0),
            Err(_) => false,
        }
    })
    .await;
    (starttls(address, trust).await, server.await.unwrap())
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_and_shown() {
    let (seen, spoken_to) = present(&Pki::for_names(&["127.0.0.1"]), &None).await;
    let (stage, kind, failure) = unreachable(&seen);
    assert_eq!((stage, kind), (Stage::Tls, FailureKind::Certificate));
    assert!(failure.detail.contains("UnknownIssuer"), "{failure}");
    assert!(failure.address.starts_with("127.0.0.1:") && !failure.address.contains('('), "said once: {failure}");
    let facts = seen.tls.unwrap();
    assert_eq!((facts.version, facts.subject.as_str()), (None, "CN=127.0.0.1"));
    assert!(facts.issuer.contains("Test CA") && !spoken_to);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let pki = Pki::for_names(&["mx.example"]);
    let (seen, spoken_to) = present(&pki, &Some(pki.ca_file.clone())).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Tls, FailureKind::Certificate));
    assert!(unreachable(&seen).2.detail.contains("mx.example"), "{seen:?}");
    assert!(!spoken_to);
}

#[tokio::test]
async fn a_ca_file_that_cannot_be_read_is_named_before_tls() {
    let (seen, spoken_to) = present(&Pki::for_names(&["127.0.0.1"]), &Some("/nonexistent/ca.pem".into())).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Tls, FailureKind::CaFile));
    assert!(!spoken_to);
}

#[tokio::test]
async fn a_last_word_is_heard_though_the_connection_ends() {
    let (address, _server) = serve(async |mut stream: TcpStream| {
        speak(&mut stream, &OUTSIDE[..1]).await;
        stream.write_all(b"421 4.3.2 Service not available").await.unwrap();
    })
    .await;
    let seen = starttls(address, &None).await;
    assert_eq!((unreachable(&seen).0, unreachable(&seen).1), (Stage::Ehlo, FailureKind::Closed));
    assert_eq!(seen.transcript.last().unwrap().text, "421 4.3.2 Service not available");
}

#[tokio::test]
async fn a_dropped_test_closes_its_connection() {
    let (greeted, wait) = tokio::sync::oneshot::channel();
    let (address, server) = serve(async move |mut stream: TcpStream| {
        speak(&mut stream, &OUTSIDE[..1]).await;
        greeted.send(()).unwrap();
        stream.read_to_end(&mut Vec::new()).await
    })
    .await;
    let test = tokio::task::spawn(async move { starttls(address, &None).await });
    wait.await.unwrap();
    test.abort();
    assert_eq!(server.await.unwrap().unwrap(), 0);
}
