//! A mail server that takes everything, for Dovecot to relay to; what it took can be asked for. Refuses
//! one sender, after the message, as Exchange does when 'Send as' is missing.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use crate::process::LIMIT;

pub const REFUSED: &str = "nobody@contoso.example";
pub const REFUSAL: &str = "550 5.7.60 Client does not have permissions to send as this sender";

pub struct Sink {
    pub port: u16,
    taken: Receiver<String>,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, taken) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || serve(stream, &sender));
            }
        });
        Self { port, taken }
    }

    /// No server: nobody listens on the port of the discard service (RFC 863).
    pub fn absent() -> Self {
        Self { port: 9, taken: channel().1 }
    }

    /// The next message, with what the relay put before it; its first line is the `MAIL FROM`.
    pub fn message(&self) -> String {
        self.taken.recv_timeout(LIMIT).unwrap()
    }
}

/// Ends with the connection, or with a client that does not read.
fn serve(stream: TcpStream, taken: &Sender<String>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let say = |line: &str| (&stream).write_all(format!("{line}\r\n").as_bytes()).ok();
    say("220 sink.example")?;
    let mut sender = String::new();
    while let Some(line) = lines.next() {
        match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => say("250-sink.example\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME")?,
            "DATA" => {
                say("354 go on")?;
                let mut message = vec![sender.clone()];
                message.extend(lines.by_ref().take_while(|line| line != "."));
                if sender.contains(REFUSED) {
                    say(REFUSAL)?;
                } else {
                    taken.send(message.join("\n")).ok()?;
                    say("250 2.6.0 kept")?;
                }
            }
            "QUIT" => return say("221 2.0.0 bye"),
            "MAIL" => {
                sender = line;
                say("250 2.1.0 ok")?;
            }
            _ => say("250 2.0.0 ok")?,
        }
    }
    Some(())
}
