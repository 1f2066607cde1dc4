//! Many at once, and the end of it all.

use tokio::{net::TcpStream, task::JoinSet};

use crate::client::{EXCHANGE, secure, signed_in, simulator};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_are_served_beside_one_that_says_nothing() {
    let simulator = simulator().await;
    let announced = simulator.announcement().clone();
    let _silent = TcpStream::connect((announced.smtp.host.as_str(), announced.smtp.port)).await.unwrap();
    let _mute = TcpStream::connect(announced.authority.trim_start_matches("https://")).await.unwrap();
    let mut clients = JoinSet::new();
    for _ in 0..50 {
        let announced = announced.clone();
        clients.spawn(async move {
            let token = signed_in(&announced, &announced.user, EXCHANGE).await.text("access_token");
            secure(&announced).await.xoauth2(&announced.user, &token).await
        });
    }
    for reply in clients.join_all().await {
        assert!(reply.starts_with("235 "), "{reply}");
    }
}

#[tokio::test]
async fn dropping_it_ends_everything() {
    let simulator = simulator().await;
    let announced = simulator.announcement().clone();
    let mut smtp = secure(&announced).await;
    drop(simulator);
    assert_eq!(smtp.reply().await, "", "open connections end");
    assert!(TcpStream::connect((announced.smtp.host.as_str(), announced.smtp.port)).await.is_err());
    assert!(!std::path::Path::new(&announced.ca_file).exists());
}

#[tokio::test]
async fn the_announcement_is_one_line_of_json() {
    let simulator = simulator().await;
    let line = serde_json::to_string(simulator.announcement()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    let expected =
        ["authority", "tenant", "client_id", "client_secret", "user", "password", "smtp", "ca_file", "approve_url"];
    assert_eq!(keys, expected);
    assert!(value["smtp"]["port"].is_u64() && !line.contains('\n'));
}
