//! `runtime::redirect` against browsers and everything else that finds a port: one right request ends it, all
//! else changes nothing.

use std::{net::SocketAddr, time::Duration};

use smtp_oauth::{network::FailureKind, runtime::redirect::Listener, secret::Secret, wizard::effect::Listening};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const STATE: &str = "CANARY-state";

fn listening(path: &str) -> Listening {
    let words = |title: &str, text: &str| (title.to_owned(), text.to_owned());
    Listening {
        port: None,
        path: path.into(),
        state: Secret::new(STATE),
        limit: Duration::from_secs(60),
        lang: "en".into(),
        signed_in: words("Signed in", "Go back to the terminal <now>."),
        refused: words("Not signed in", "The terminal says why."),
        not_this: words("Nothing here", "Nothing."),
    }
}

struct Waiting {
    port: u16,
    found: JoinHandle<Option<Secret>>,
}

async fn waits(listening: Listening) -> Waiting {
    let listener = Listener::open(listening.port).await.unwrap();
    let port = listener.port();
    Waiting { port, found: tokio::spawn(async move { listener.wait(&listening).await }) }
}

impl Waiting {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], self.port))).await.unwrap()
    }

    /// Sends these bytes and reads to the end.
    async fn sends(&self, bytes: &str) -> String {
        let mut stream = self.connect().await;
        let _ = stream.write_all(bytes.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    fn request(&self, line: &str, headers: &str) -> String {
        format!("{line} HTTP/1.1\r\nHost: localhost:{}\r\n{headers}\r\n", self.port)
    }

    async fn asks(&self, line: &str, headers: &str) -> String {
        self.sends(&self.request(line, headers)).await
    }

    /// The right request still ends it, and nothing before did.
    async fn ends(self) {
        assert!(!self.found.is_finished());
        let query = format!("code=CANARY-code&state={STATE}");
        let answer = self.asks(&format!("GET /?{query}"), "").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(self.found.await.unwrap().unwrap().expose(), query);
    }
}

#[tokio::test]
async fn the_right_request_ends_it_and_the_page_says_to_go_back() {
    let waiting = waits(listening("/")).await;
    let query = format!("code=CANARY-code&state={STATE}&session_state=x");
    let answer = waiting.asks(&format!("GET /?{query}"), "").await;
    assert_eq!(waiting.found.await.unwrap().unwrap().expose(), query);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Go back to the terminal &lt;now&gt;."),
        "{answer}"
    );
    let head = answer.to_ascii_lowercase();
    for header in [
        "content-type: text/html; charset=utf-8",
        "cache-control: no-store",
        "content-security-policy: default-src 'none'",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "connection: close",
    ] {
        assert!(head.contains(&format!("\r\n{header}")), "{header}: {answer}");
    }
    assert!(!answer.contains("CANARY") && !answer.contains("://"), "{answer}");
    // Nobody listens any more.
    assert!(TcpStream::connect(("127.0.0.1", waiting.port)).await.is_err());
}

#[tokio::test]
async fn an_error_ends_it_with_a_page_of_its_own() {
    let waiting = waits(listening("/MxMail/")).await;
    let query = format!("error=access_denied&error_description=%3Cscript%3E&state={STATE}");
    let answer = waiting.asks(&format!("GET /MxMail/?{query}"), "").await;
    assert!(answer.contains("Not signed in") && !answer.contains("script"), "{answer}");
    assert_eq!(waiting.found.await.unwrap().unwrap().expose(), query);
}

#[tokio::test]
async fn whatever_else_asks_changes_nothing() {
    let waiting = waits(listening("/")).await;
    let right = format!("/?code=x&state={STATE}");
    for (line, headers, status) in [
        ("GET /favicon.ico", "", 404),
        (&format!("GET /other?code=x&state={STATE}"), "", 404),
        (&format!("POST /favicon.ico?code=x&state={STATE}"), "Content-Length: 0\r\n", 404),
        ("GET /", "", 400),
        ("GET /?code=x", "", 400),
        ("GET /?code=x&state=CANARY-other", "", 400),
        (&format!("GET /?code=x&state={STATE}x"), "", 400),
        (&format!("GET /?state={STATE}"), "", 400),
        (&format!("GET /?code=&state={STATE}"), "", 400),
        (&format!("GET /?code=x&code=y&state={STATE}"), "", 400),
        (&format!("GET /?code=x&state={STATE}&state=y"), "", 400),
        (&format!("GET /?code=x&error=y&state={STATE}"), "", 400),
        (&format!("HEAD {right}"), "", 405),
        (&format!("POST {right}"), "Content-Length: 4\r\n\r\nabcd", 405),
        (&format!("OPTIONS {right}"), "Origin: https://evil.example\r\n", 405),
        (&format!("GET {right}"), "Sec-Purpose: prefetch;prerender\r\n", 400),
        (&format!("GET {right}"), "Purpose: prefetch\r\n", 400),
        (&format!("GET {right}"), "Host: evil.example\r\n", 400),
        (&format!("GET http://evil.example{right}"), "", 400),
    ] {
        let answer = waiting.asks(line, headers).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line} {headers}: {answer}");
        assert!(!answer.contains("CANARY"), "{answer}");
    }
    waiting.ends().await;
}

#[tokio::test]
async fn only_a_loopback_name_with_its_port_is_answered() {
    let waiting = waits(listening("/")).await;
    let port = waiting.port;
    let other = format!("localhost:{}", port ^ 1);
    for host in ["evil.example", "localhost", "localhost.evil.example", "127.0.0.2", other.as_str(), ""] {
        let answer = waiting.sends(&format!("GET /?code=x&state={STATE} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{host}: {answer}");
    }
    let answer = waiting.sends(&format!("GET /?code=x&state={STATE} HTTP/1.0\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.0 400 "), "{answer}");
    for host in ["LOCALHOST", "127.0.0.1", "[::1]"] {
        let answer = waiting.sends(&format!("GET /x HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{host}: {answer}");
    }
    waiting.ends().await;
}

#[tokio::test]
async fn what_is_no_http_or_without_an_end_is_closed() {
    let waiting = waits(listening("/")).await;
    for bytes in ["\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03", "EHLO x\r\n", "GET\r\n\r\n"] {
        let answer = waiting.sends(&format!("{bytes}\r\n\r\n")).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{bytes:?}: {answer}");
    }
    let long = "x".repeat(200_000);
    let answer = waiting.asks(&format!("GET /?code={long}&state={STATE}"), "").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    let answer = waiting.asks("GET /x", &format!("X-Long: {long}\r\n")).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    drop(waiting.connect().await);
    waiting.ends().await;
}

#[tokio::test]
async fn idle_connections_never_keep_the_right_one_out() {
    let waiting = waits(listening("/")).await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        let mut stream = waiting.connect().await;
        stream.write_all(b"GET /?code=").await.unwrap();
        idle.push(stream);
    }
    waiting.ends().await;
}

#[tokio::test]
async fn what_is_sent_ahead_behind_a_request_is_not_read() {
    let waiting = waits(listening("/")).await;
    let ahead = waiting.request("GET /favicon.ico", "") + &waiting.request(&format!("GET /?code=x&state={STATE}"), "");
    let answer = waiting.sends(&ahead).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    waiting.ends().await;
}

#[tokio::test]
async fn ipv6_is_listened_at_with_the_same_port_where_there_is_one() {
    if TcpListener::bind("[::1]:0").await.is_err() {
        return;
    }
    let waiting = waits(listening("/")).await;
    let mut stream = TcpStream::connect(("::1", waiting.port)).await.unwrap();
    let request = waiting.request(&format!("GET /?code=x&state={STATE}"), "");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(waiting.found.await.unwrap().is_some());
}

#[tokio::test]
async fn a_port_that_another_program_has_is_named() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap();
    let failure = Listener::open(Some(address.port())).await.err().unwrap();
    assert_eq!((failure.kind, failure.address), (FailureKind::PortTaken, address.to_string()));
    let Ok(other) = TcpListener::bind("[::1]:0").await else { return };
    let address = other.local_addr().unwrap();
    let failure = Listener::open(Some(address.port())).await.err().unwrap();
    assert_eq!(failure.kind, FailureKind::PortTaken);
    // A third program may have the other address's port of that number at this moment.
    let known = [address.to_string(), format!("127.0.0.1:{}", address.port())];
    assert!(known.contains(&failure.address), "{}", failure.address);
}

#[tokio::test(start_paused = true)]
async fn after_its_time_nobody_listens() {
    let waiting = waits(listening("/")).await;
    assert_eq!(waiting.found.await.unwrap(), None);
    assert!(TcpStream::connect(("127.0.0.1", waiting.port)).await.is_err());
}

#[tokio::test]
async fn what_came_in_time_is_not_lost_while_its_page_is_sent() {
    // More than fits on the way to a browser that does not read.
    let endless = ("Signed in".to_owned(), "x".repeat(32 << 20));
    let limit = Duration::from_secs(10);
    let waiting = waits(Listening { limit, signed_in: endless, ..listening("/") }).await;
    let query = format!("code=CANARY-code&state={STATE}");
    let mut stream = waiting.connect().await;
    stream.write_all(waiting.request(&format!("GET /?{query}"), "").as_bytes()).await.unwrap();
    stream.read_u8().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(limit + Duration::from_secs(1)).await;
    tokio::time::resume();
    drop(stream);
    assert_eq!(waiting.found.await.unwrap().unwrap().expose(), query);
}

#[tokio::test]
async fn the_same_port_can_be_taken_up_again() {
    let waiting = waits(listening("/")).await;
    let port = waiting.port;
    waiting.asks("GET /x", "").await;
    // Given up, and not gone yet.
    waiting.found.abort();
    let again = waits(Listening { port: Some(port), ..listening("/") }).await;
    assert_eq!(again.port, port);
    again.ends().await;
}
