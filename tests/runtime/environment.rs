//! What `runtime` takes from the environment: proxies and certificate stores. A process cannot change its
//! own safely, so each test runs one of the ignored tests below in a process with the variables set.

use std::{net::SocketAddr, process::Command};

use super::loopback::{Pki, accept, serve};
use smtp_oauth::{
    entra::wire::{Method, Request},
    network::FailureKind,
    runtime::{
        tls::{client_config, warning},
        web::fetch,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// Runs the ignored test of this name; anything but its success is shown.
async fn run(name: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for inherited in [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        command.env_remove(inherited);
    }
    command.args(["--ignored", "--exact", &format!("environment::{name}")]).envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}

fn get(url: String) -> Request {
    Request { method: Method::Get, url, trust: None }
}

#[tokio::test]
async fn a_proxy_is_asked_for_hosts_outside() {
    let (proxy, asked) = serve(async |mut stream: TcpStream| {
        let mut request = [0; 512];
        let count = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&request[..count]).into_owned()
    })
    .await;
    run("child_asks_a_host_outside", &[("HTTPS_PROXY", &format!("http://{proxy}"))]).await;
    assert!(asked.await.unwrap().starts_with("CONNECT login.example:443 HTTP/1.1\r\n"));
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_asks_a_host_outside() {
    let failure = fetch(&get("https://login.example/".into())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Proxy, "{failure}");
}

/// Answers each CONNECT with this status, and tells what is asked.
async fn proxy(status: &'static str) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, (tell, asked)) = (listener.local_addr().unwrap(), mpsc::unbounded_channel());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 512];
            let count = stream.read(&mut request).await.unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = tell.send(String::from_utf8_lossy(&request[..count]).into_owned());
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_without_its_password() {
    for status in ["407 Proxy Authentication Required", "403 Forbidden", "503 Service\tUnavailable\u{202e}"] {
        let (proxy, mut asked) = proxy(status).await;
        let url = format!("http://somebody:CANARY@{proxy}");
        let code = status.split(' ').next().unwrap();
        run(
            "child_is_refused_by_a_proxy",
            &[("HTTPS_PROXY", &url), ("TEST_PROXY", &proxy.to_string()), ("TEST_STATUS", code)],
        )
        .await;
        // It gets its password, and nobody else.
        assert!(asked.recv().await.unwrap().to_ascii_lowercase().contains("proxy-authorization: basic "));
    }
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_is_refused_by_a_proxy() {
    let failure = fetch(&get("https://login.example/".into())).await.unwrap_err();
    let variable = |name: &str| std::env::var(name).unwrap();
    assert_eq!(failure.kind, FailureKind::Proxy, "{failure}");
    assert_eq!(failure.address, variable("TEST_PROXY"));
    assert!(!failure.detail.contains("CANARY"), "{failure}");
    let expected = format!("HTTPS_PROXY, for login.example:443: {}", variable("TEST_STATUS"));
    assert!(failure.detail.starts_with(&expected), "{failure}");
    assert!(!failure.detail.contains(['\t', '\u{202e}']), "{failure}");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    let (_kept, address) = super::loopback::closed_port();
    let url = format!("http://somebody:CANARY@{address}");
    run("child_finds_no_proxy", &[("https_proxy", &url), ("TEST_PROXY", &address.to_string())]).await;
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_finds_no_proxy() {
    let failure = fetch(&get("https://login.example/".into())).await.unwrap_err();
    assert_eq!(failure.address, std::env::var("TEST_PROXY").unwrap());
    assert_eq!(failure.kind, FailureKind::ProxyUnreached, "{failure}");
    assert!(failure.detail.starts_with("https_proxy, for login.example:443: Connection refused"), "{failure}");
}

#[tokio::test]
async fn a_proxy_without_an_address_is_named() {
    run("child_resolves_no_proxy", &[("ALL_PROXY", "http://somebody:CANARY@no-such-host.invalid:3128")]).await;
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_resolves_no_proxy() {
    let failure = fetch(&get("https://login.example/".into())).await.unwrap_err();
    let seen = (failure.kind, failure.address.as_str());
    assert_eq!(seen, (FailureKind::ProxyUnreached, "no-such-host.invalid:3128"), "{failure}");
    assert!(failure.detail.starts_with("ALL_PROXY, for ") && !failure.detail.contains("CANARY"), "{failure}");
}

#[tokio::test]
async fn nothing_goes_past_a_proxy_that_is_written_wrongly() {
    for value in ["::::", "http//CANARY", "socks5://CANARY:1080", "http://somebody:CANARY/@host:1:2"] {
        run("child_reads_no_proxy", &[("HTTPS_PROXY", value), ("ALL_PROXY", "http://127.0.0.1:1")]).await;
    }
    run("child_asks_past_the_proxy", &[("HTTPS_PROXY", "::::"), ("NO_PROXY", ".invalid")]).await;
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_reads_no_proxy() {
    let failure = fetch(&get("https://login.example/".into())).await.unwrap_err();
    assert_eq!((failure.kind, failure.address.as_str()), (FailureKind::ProxyMalformed, "HTTPS_PROXY"), "{failure}");
    assert!(!failure.detail.contains("CANARY"), "{failure}");
}

#[tokio::test]
async fn a_host_that_is_excepted_is_asked_directly() {
    let variables = [("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "other.example,.invalid")];
    run("child_asks_past_the_proxy", &variables).await;
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_asks_past_the_proxy() {
    let failure = fetch(&get("https://login.invalid/".into())).await.unwrap_err();
    assert_eq!(failure.address, "login.invalid:443", "{failure}");
    assert!(matches!(failure.kind, FailureKind::NameUnknown | FailureKind::TimedOut), "{failure}");
}

#[tokio::test]
async fn loopback_passes_the_proxy_by_and_ssl_cert_file_counts() {
    let pki = Pki::for_names(&["127.0.0.1"]);
    let acceptor = pki.acceptor();
    let (address, _server) = serve(async move |stream: TcpStream| {
        let mut stream = accept(acceptor, stream).await.unwrap();
        let _ = stream.read(&mut [0; 512]).await.unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let ca_file = pki.ca_file.display().to_string();
    let variables = [
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("SSL_CERT_FILE", ca_file.as_str()),
        ("TEST_URL", &format!("https://{address}/")),
    ];
    run("child_asks_loopback", &variables).await;
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn child_asks_loopback() {
    assert_eq!(fetch(&get(std::env::var("TEST_URL").unwrap())).await.unwrap().status, 204);
}

#[tokio::test]
async fn nothing_stands_in_for_a_store_that_was_asked_for_and_is_not_there() {
    run("child_has_no_store", &[("SSL_CERT_FILE", "/nonexistent.pem")]).await;
    run("child_has_no_store", &[("SSL_CERT_DIR", "/nonexistent")]).await;
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_has_no_store() {
    let failure = client_config(&None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::CaFile);
    assert!(failure.detail.starts_with("SSL_CERT_") && failure.detail.contains("=/nonexistent"), "{failure}");
    assert_eq!(warning(), None);
}
