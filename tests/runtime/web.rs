//! `runtime::web` against servers that misbehave: every failure has a kind and an address, nothing is
//! followed, and nothing is read without end.

use std::{net::SocketAddr, time::Duration};

use super::loopback::{Pki, accept, closed_port, serve};
use smtp_oauth::{
    entra::wire::{Method, Request},
    network::FailureKind,
    runtime::web::{Limits, fetch, fetch_within},
    secret::Secret,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinHandle,
};

/// Reads one request, answers with these bytes and waits for the end; hands back the request.
async fn answer(pki: &Pki, bytes: Vec<u8>) -> (SocketAddr, JoinHandle<String>) {
    let acceptor = pki.acceptor();
    serve(async move |stream: TcpStream| {
        let Ok(stream) = accept(acceptor, stream).await else { return String::new() };
        let mut stream = BufReader::new(stream);
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") && stream.read_line(&mut request).await.unwrap() > 0 {}
        let length =
            request.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).await.unwrap();
        // The client may leave in the middle of what is too much for it.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        request + &String::from_utf8(body).unwrap()
    })
    .await
}

fn get(pki: &Pki, address: SocketAddr) -> Request {
    Request { method: Method::Get, url: format!("https://{address}/x"), trust: Some(pki.ca_file.clone()) }
}

#[tokio::test]
async fn an_answer_comes_back_whole() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let bytes = b"HTTP/1.1 400 Bad Request\r\nContent-Type: Application/JSON; charset=utf-8\r\n\
        Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: 7\r\nContent-Length: 17\r\n\r\n{\"error\":\"caf\xff\"}x";
    let (address, server) = answer(&pki, bytes.to_vec()).await;
    let form = Method::PostForm(Secret::new("grant_type=x&client_secret=CANARY"));
    let answer = fetch(&Request { method: form, ..get(&pki, address) }).await.unwrap();
    assert_eq!((answer.status, answer.content_type.as_str()), (400, "application/json"));
    assert_eq!((answer.date, answer.retry_after, answer.location), (Some(784_111_777), Some(7), None));
    assert_eq!(answer.body.expose(), "{\"error\":\"caf\u{fffd}\"}x");
    let request = server.await.unwrap();
    assert!(request.starts_with("POST /x HTTP/1.1\r\n") && request.ends_with("client_secret=CANARY"), "{request}");
    let headers = request.to_ascii_lowercase();
    for header in [
        "accept: application/json",
        "content-type: application/x-www-form-urlencoded",
        concat!("user-agent: smtp-oauth/", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(headers.contains(&format!("\r\n{header}\r\n")), "{header}: {request}");
    }
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let elsewhere = "HTTP/1.1 302 Found\r\nLocation: https://evil.example/take\r\nContent-Length: 0\r\n\r\n";
    let (address, _server) = answer(&pki, elsewhere.into()).await;
    let answer = fetch(&get(&pki, address)).await.unwrap();
    assert_eq!((answer.status, answer.location.as_deref()), (302, Some("https://evil.example/take")));
    assert_eq!((answer.date, answer.content_type.as_str()), (None, ""));
}

#[tokio::test]
async fn a_body_without_end_is_too_much() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let body = |length: usize| [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(), vec![b'x'; length]].concat();
    let (address, _server) = answer(&pki, body(1 << 20)).await;
    assert_eq!(fetch(&get(&pki, address)).await.unwrap().body.expose().len(), 1 << 20);
    let (address, _server) = answer(&pki, body((1 << 20) + 1)).await;
    let failure = fetch(&get(&pki, address)).await.unwrap_err();
    assert_eq!((failure.kind, failure.address), (FailureKind::TooMuch, address.to_string()));
}

#[tokio::test]
async fn an_answer_cut_short_is_closed() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    for cut in ["", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"] {
        let (address, _server) = answer(&pki, cut.into()).await;
        let failure = fetch(&get(&pki, address)).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Closed, "{cut:?}: {failure}");
    }
}

#[tokio::test]
async fn silence_and_drips_end_within_the_limit() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let limits = Limits { whole: Duration::from_millis(300), ..Limits::default() };
    let (address, _server) = serve(async |mut stream: TcpStream| stream.read_to_end(&mut Vec::new()).await).await;
    let failure = fetch_within(&limits, &get(&pki, address)).await.unwrap_err();
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::TimedOut, "no answer within 0.15 s"));
    // Half of it is for connecting, and what is asked here is how the rest ends.
    let limits = Limits { whole: Duration::from_secs(2), ..Limits::default() };
    let acceptor = pki.acceptor();
    let (address, _server) = serve(async move |stream: TcpStream| {
        let mut stream = accept(acceptor, stream).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await
    })
    .await;
    let failure = fetch_within(&limits, &get(&pki, address)).await.unwrap_err();
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::Unanswered, "no whole answer within 2 s"));
    let acceptor = pki.acceptor();
    let (address, _server) = serve(async move |stream: TcpStream| {
        let mut stream = accept(acceptor, stream).await.unwrap();
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() && stream.flush().await.is_ok() {
            pace.tick().await;
        }
    })
    .await;
    let failure = fetch_within(&limits, &get(&pki, address)).await.unwrap_err();
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::Unanswered, "no whole answer within 2 s"));
}

#[tokio::test]
async fn what_keeps_from_connecting_has_a_kind() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let (_kept, address) = closed_port();
    let failure = fetch(&get(&pki, address)).await.unwrap_err();
    assert_eq!((failure.kind, failure.address.as_str()), (FailureKind::Refused, &*address.to_string()), "{failure}");

    let (address, _server) = answer(&pki, Vec::new()).await;
    let stranger = Request { trust: None, ..get(&pki, address) };
    let failure = fetch(&stranger).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Certificate, "{failure}");
    assert!(failure.detail.contains("UnknownIssuer"), "{failure}");

    let other = Pki::for_names(&["login.example"]);
    let (address, _server) = answer(&other, Vec::new()).await;
    let failure = fetch(&get(&other, address)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Certificate, "{failure}");

    let (address, _server) = serve(async |mut stream: TcpStream| {
        let _ = stream.read(&mut [0; 64]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let failure = fetch(&get(&pki, address)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TlsHandshake, "{failure}");

    let unknown = Request { url: "https://no-such-host.invalid/".into(), ..get(&pki, address) };
    let failure = fetch(&unknown).await.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::NameUnknown | FailureKind::TimedOut), "{failure}");
    assert_eq!(failure.address, "no-such-host.invalid:443");
}

#[tokio::test]
async fn plain_http_and_broken_urls_are_refused_unsent() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let (address, server) = serve(async |mut stream: TcpStream| stream.read(&mut [0; 64]).await).await;
    let plain = Request { url: format!("http://{address}/"), ..get(&pki, address) };
    let failure = fetch(&plain).await.unwrap_err();
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::Other, "http is not https"));
    assert!(!server.is_finished());
    let broken = Request { url: "login.example".into(), ..get(&pki, address) };
    assert_eq!(fetch(&broken).await.unwrap_err().kind, FailureKind::Other);
    let no_ca = Request { trust: Some("/nonexistent/ca.pem".into()), ..get(&pki, address) };
    assert_eq!(fetch(&no_ca).await.unwrap_err().kind, FailureKind::CaFile);
}
