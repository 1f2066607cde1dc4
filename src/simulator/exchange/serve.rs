//! The socket of the SMTP side: lines in, replies out, STARTTLS between. It decides nothing about
//! mail; it bounds lines, time and what may arrive ahead of a handshake.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use super::{Reply, Session, Then};
use crate::simulator::Shared;

/// Exchange takes an initial response on the AUTH line, so a command may be as long as a token.
const LONGEST_LINE: usize = 16 * 1024;
const IDLE: Duration = Duration::from_secs(120);
const HANDSHAKE: Duration = Duration::from_secs(15);

/// Serves one connection until its end.
pub async fn connection(shared: Arc<Shared>, tls: Arc<ServerConfig>, mut stream: TcpStream) -> io::Result<()> {
    let peer = stream.peer_addr()?.ip().to_string();
    stream.set_nodelay(true)?;
    send(&mut stream, &Session::greeting(shared.now())).await?;
    let Some(session) = dialogue(&shared, Session::new(&peer), &mut stream).await? else { return Ok(()) };
    let handshake = TlsAcceptor::from(tls).accept(stream);
    let mut stream = timeout(HANDSHAKE, handshake).await??;
    dialogue(&shared, session.secured(), &mut stream).await?;
    stream.shutdown().await
}

/// Until the connection ends, or (the session is returned) until STARTTLS was agreed on.
async fn dialogue<S>(shared: &Shared, mut session: Session, stream: &mut S) -> io::Result<Option<Session>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = Vec::new();
    loop {
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
