//! An authority that answers as it is told to, one answer a connection, and keeps what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use crate::{
    desk::Desk,
    loopback::{Pki, accept},
};

pub struct Authority {
    address: SocketAddr,
    pki: Pki,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What to do with one connection, after the request has come.
#[derive(Clone)]
pub enum Act {
    /// These bytes, and the end.
    Say(Vec<u8>),
    /// The end, without a word.
    HangUp,
    /// Nothing more, and no end.
    BeSilent,
}

pub fn json(status: u16, headers: &str, body: &str) -> Act {
    let text = format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    Act::Say(text.into_bytes())
}

pub fn tokens(access: &str, refresh: &str) -> Act {
    let body = format!(
        r#"{{"token_type":"Bearer","expires_in":3599,"scope":"s","access_token":"{access}","refresh_token":"{refresh}"}}"#
    );
    json(200, "", &body)
}

pub fn refusal(description: &str) -> Act {
    json(400, "", &format!(r#"{{"error":"invalid_grant","error_description":"{description}"}}"#))
}

impl Authority {
    /// The acts one after another; the last stands for all that come later.
    pub fn acting(desk: &Desk, acts: Vec<Act>) -> Self {
        let pki = Pki::for_names(&["127.0.0.1"]);
        let (acceptor, asked) = (pki.acceptor(), Arc::default());
        let listener = desk.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<String>>> = Arc::clone(&asked);
        desk.runtime.spawn(async move {
            let mut acts = acts.into_iter();
            let mut act = acts.next().unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(stream) = accept(acceptor.clone(), stream).await else { continue };
                let mut stream = BufReader::new(stream);
                let body = request(&mut stream).await;
                heard.lock().unwrap().push(body);
                match &act {
                    Act::Say(bytes) => {
                        // The client may leave in the middle of what is too much for it.
                        let _ = stream.write_all(bytes).await;
                        let _ = stream.shutdown().await;
                    }
                    Act::HangUp => drop(stream),
                    Act::BeSilent => drop(tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await })),
                }
                act = acts.next().unwrap_or(act);
            }
        });
        let authority = Self { address, pki, asked };
        desk.configure(|settings| {
            settings.endpoints.authority = Some(format!("https://{}", authority.address).parse().unwrap());
            settings.endpoints.ca_file = Some(authority.pki.ca_file.clone());
        });
        authority
    }

    /// The bodies of the requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn request(stream: &mut (impl AsyncBufReadExt + Unpin)) -> String {
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.unwrap_or(0) > 0 {}
    for line in head.lines() {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body).await;
    String::from_utf8(body).unwrap()
}
