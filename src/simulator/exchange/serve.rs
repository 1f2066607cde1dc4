//! The socket of the SMTP side: lines in, replies out, STARTTLS between. It decides nothing about
//! mail; it bounds lines, time and what may arrive ahead of a handshake.

#![expect(clippy::disallowed_methods, reason = "a server keeps limits in time")]

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig, server::TlsStream};

use super::{Reply, Service, Session, Then};
use crate::simulator::{
    Shared,
    submission::{Break, Moment, Shown, Tls},
};

/// Exchange takes an initial response on the AUTH line, so a command may be as long as a token.
const LONGEST_LINE: usize = 16 * 1024;
const IDLE: Duration = Duration::from_secs(120);
const HANDSHAKE: Duration = Duration::from_secs(15);

/// What is shown in each case of [`Shown`].
pub struct Certificates(pub Vec<(Shown, Arc<ServerConfig>)>);

impl Certificates {
    fn of(&self, shown: Shown) -> io::Result<&Arc<ServerConfig>> {
        let found = self.0.iter().find(|(known, _)| *known == shown);
        found.map(|(_, config)| config).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Serves one connection until its end.
pub async fn connection(
    shared: Arc<Shared>,
    tls: Arc<Certificates>,
    service: Service,
    mut stream: TcpStream,
) -> io::Result<()> {
    let peer = stream.peer_addr()?.ip().to_string();
    stream.set_nodelay(true)?;
    let session = Session::new(service, &peer);
    if shared.with(|state, _| state.submission.tls == Tls::Implicit) {
        let Some(mut stream) = secured(&shared, &tls, stream).await? else { return Ok(()) };
        if greeted(&shared, &mut stream).await? {
            dialogue(&shared, session.secured(), &mut stream).await?;
        }
        return stream.shutdown().await;
    }
    if !greeted(&shared, &mut stream).await? {
        return Ok(());
    }
    let Some(session) = dialogue(&shared, session, &mut stream).await? else { return Ok(()) };
    let Some(mut stream) = secured(&shared, &tls, stream).await? else { return Ok(()) };
    dialogue(&shared, session.secured(), &mut stream).await?;
    stream.shutdown().await
}

/// Whether the dialogue goes on after it.
async fn greeted<S: AsyncRead + AsyncWrite + Unpin>(shared: &Shared, stream: &mut S) -> io::Result<bool> {
    let Reply { text, then } = shared.with(|state, now| Session::greeting(state, now));
    send(stream, &text).await?;
    if then == Then::Hang {
        silence(stream).await?;
    }
    Ok(then == Then::Read)
}

async fn secured(
    shared: &Shared,
    tls: &Certificates,
    mut stream: TcpStream,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let (shown, breaks) = shared.with(|state, _| (state.submission.certificate, state.submission.breaks(Moment::Tls)));
    match breaks {
        Some(Break::Cut) => return Ok(None),
        Some(Break::Silence) => {
            silence(&mut stream).await?;
            return Ok(None);
        }
        None => {}
    }
    let handshake = TlsAcceptor::from(Arc::clone(tls.of(shown)?)).accept(stream);
    Ok(Some(timeout(HANDSHAKE, handshake).await??))
}

/// Takes in what comes and answers nothing, until the client leaves.
async fn silence<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    let mut buffer = Vec::new();
    while fill(stream, &mut buffer).await? > 0 {
        buffer.clear();
    }
    Ok(())
}

/// Until the connection ends, or (the session is returned) until STARTTLS was agreed on.
async fn dialogue<S>(shared: &Shared, mut session: Session, stream: &mut S) -> io::Result<Option<Session>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = Vec::new();
    loop {
        if let Some(octets) = session.octets() {
            let taken = buffer.drain(..octets.min(buffer.len())).collect::<Vec<u8>>();
            let reply = shared.with(|state, _| session.chunk(state, &taken));
            send(stream, &reply.text).await?;
            match reply.then {
                Then::Read => {}
                Then::Hang => return silence(stream).await.map(|()| None),
                Then::Close | Then::StartTls => return Ok(None),
            }
            if session.octets().is_some() && fill(stream, &mut buffer).await? == 0 {
                return Ok(None);
            }
            continue;
        }
        let reply = match read_line(stream, &mut buffer).await {
            Ok(Line::End) => return Ok(None),
            Ok(Line::Piece(piece)) if !piece.ends_with(b"\n") && !session.takes_text() => {
                skip_line(stream, &mut buffer).await?;
                session.too_long()
            }
            Ok(Line::Piece(line)) => shared.with(|state, now| session.line(state, &shared.site, &line, now)),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                send(stream, "421 4.4.2 Connection dropped due to inactivity\r\n").await?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let Reply { text, then } = reply;
        // Whatever came behind STARTTLS in the clear would otherwise be taken for part of the
        // protected session (RFC 3207 §6).
        if then == Then::StartTls && !buffer.is_empty() {
            send(stream, "503 5.5.1 Bad sequence of commands\r\n").await?;
            return Ok(None);
        }
        send(stream, &text).await?;
        match then {
            Then::Read => {}
            Then::StartTls => return Ok(Some(session)),
            Then::Close => return Ok(None),
            Then::Hang => return silence(stream).await.map(|()| None),
        }
    }
}

enum Line {
    /// With its line feed, unless the line is longer than allowed.
    Piece(Vec<u8>),
    End,
}

async fn read_line<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<Line> {
    loop {
        if let Some(end) = buffer.iter().position(|&byte| byte == b'\n') {
            return Ok(Line::Piece(buffer.drain(..=end).collect()));
        }
        if buffer.len() >= LONGEST_LINE {
            return Ok(Line::Piece(std::mem::take(buffer)));
        }
        if fill(stream, buffer).await? == 0 {
            return Ok(Line::End);
        }
    }
}

async fn skip_line<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<()> {
    while !matches!(read_line(stream, buffer).await?, Line::Piece(piece) if piece.ends_with(b"\n")) {
        if buffer.is_empty() && fill(stream, buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

async fn fill<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut chunk = [0; 8192];
    let read = timeout(IDLE, stream.read(&mut chunk)).await??;
    buffer.extend_from_slice(&chunk[..read]);
    Ok(read)
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> io::Result<()> {
    let write = async {
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await
    };
    timeout(IDLE, write).await?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{
        Site,
        tenant::{BasicAuth, State},
    };

    const SCRIPT: &[u8] = b"EHLO x\r\nAUTH LOGIN YWxlcnRzQGNvbnRvc28uZXhhbXBsZQ==\r\nQ29ycmVjdC1Ib3JzZS1hbGVydHMtNw==\r\n\
        MAIL FROM:<alerts@contoso.example>\r\nRCPT TO:<a@contoso.example>\r\nDATA\r\n\r\n..\r\n.\n\r\n.\r\n\
        MAIL FROM:<alerts@contoso.example>\r\nRCPT TO:<a@contoso.example>\r\nBDAT 4\r\n\r\n.\rBDAT 1 LAST\r\n\nQUIT\r\n";

    /// The status codes, and the texts of the messages that were taken.
    async fn played(first: &[u8], second: &[u8]) -> (Vec<String>, Vec<String>) {
        let mut state = State::healthy();
        state.tenant.basic_auth = BasicAuth::Allowed;
        let shared = Shared::new(state, Site::of_tests());
        let (mut client, mut server) = tokio::io::duplex(64 * 1024);
        let talk = async {
            client.write_all(first).await.unwrap();
            tokio::task::yield_now().await;
            client.write_all(second).await.unwrap();
            let mut replies = String::new();
            client.read_to_string(&mut replies).await.unwrap();
            replies
        };
        let serve = async {
            let ended = dialogue(&shared, Session::new(Service::Mailboxes, "127.0.0.1").secured(), &mut server).await;
            drop(server);
            ended.unwrap();
        };
        let (replies, ()) = tokio::join!(talk, serve);
        let codes =
            replies.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| line[..3].to_owned());
        let texts = shared.with(|state, _| state.ledger.messages.iter().map(|message| message.text.clone()).collect());
        (codes.collect(), texts)
    }

    #[tokio::test]
    async fn where_the_bytes_are_split_makes_no_difference() {
        for place in 0..SCRIPT.len() {
            let (first, second) = SCRIPT.split_at(place);
            let (codes, texts) = played(first, second).await;
            let expected = ["250", "334", "235", "250", "250", "354", "250", "250", "250", "250", "250", "221"];
            assert_eq!(codes, expected, "{place}");
            assert_eq!(texts, ["\r\n.\r\n\n\r\n", "\r\n.\r\n"], "{place}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stops_is_told_and_let_go() {
        let shared = Shared::new(State::healthy(), Site::of_tests());
        let (mut client, mut server) = tokio::io::duplex(1024);
        let ended = dialogue(&shared, Session::new(Service::Mailboxes, "127.0.0.1"), &mut server).await.unwrap();
        assert!(ended.is_none());
        drop(server);
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "421 4.4.2 Connection dropped due to inactivity\r\n");
    }
}
