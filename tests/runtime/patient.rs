//! `runtime::patient`: requests that belong together end by one deadline. The clock here is the test's.

use std::time::Duration;

use smtp_oauth::{
    entra::{
        patience,
        wire::{Method, Request},
    },
    network::FailureKind,
    runtime::patient,
};
use tokio::{net::TcpListener, time::Instant};

#[tokio::test(start_paused = true)]
async fn several_requests_take_no_longer_than_one_may() {
    // Connected to and never accepted.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/x", silent.local_addr().unwrap());
    let request = Request { method: Method::Get, url, trust: None };
    let (began, until) = (Instant::now(), patient::deadline());
    for _ in 0..4 {
        let asked = patient::ask(&request, until).await;
        assert_eq!(asked.outcome.unwrap_err().kind, FailureKind::TimedOut);
    }
    // The last of them began after its time.
    let most = patience::WHOLE + Duration::from_secs(2);
    assert!(began.elapsed() <= most, "{:?}", began.elapsed());
}
