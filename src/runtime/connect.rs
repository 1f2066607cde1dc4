//! From a name to a connected socket: all addresses, both families, within one limit.

#![expect(clippy::disallowed_methods, reason = "sockets are this room's work")]

use std::{net::SocketAddr, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};

use super::failure::{failure, of_io, timed_out};
use crate::{
    facts::Host,
    network::{FailureKind, NetworkFailure},
};

/// An address that does not answer holds up the next by this much (RFC 8305 §5 asks for 0.1 to 2 s).
const HEAD_START: Duration = Duration::from_millis(500);

/// `host:port` with IPv6 in brackets, as it is written in failures.
pub fn endpoint(host: &Host, port: u16) -> String {
    if host.as_str().contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The addresses, IPv6 and IPv4 by turns, so that one broken family costs one head start.
pub async fn resolve(host: &Host, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, NetworkFailure> {
    let at = endpoint(host, port);
    let found = timeout(limit, tokio::net::lookup_host((host.as_str(), port)));
    let found = found.await.map_err(|_| timed_out(&at, limit))?;
    // The port is no part of the name.
    let found = found.map_err(|error| failure(FailureKind::NameUnknown, host.as_str(), error))?;
    let (six, four): (Vec<_>, Vec<_>) = found.partition(SocketAddr::is_ipv6);
    let mut addresses = Vec::new();
    for turn in 0..six.len().max(four.len()) {
        addresses.extend(six.get(turn).into_iter().chain(four.get(turn)).copied());
    }
    if addresses.is_empty() {
        return Err(failure(FailureKind::NameUnknown, host.as_str(), "the name has no address"));
    }
    Ok(addresses)
}

/// The first address that answers. A failure is that of the first address with a route, and its detail
/// tells of every one.
pub async fn connect(addresses: &[SocketAddr], name: &str, limit: Duration) -> Result<TcpStream, NetworkFailure> {
    let deadline = Instant::now() + limit;
    let mut waiting = addresses.iter().copied();
    let mut running = FuturesUnordered::new();
    let mut failed: Vec<(SocketAddr, NetworkFailure)> = Vec::new();
    loop {
        let started = waiting.next();
        if let Some(address) = started {
            running.push(async move {
                let attempt = timeout_at(deadline, TcpStream::connect(address)).await;
                (address, attempt)
            });
        }
        let next = if started.is_some() && waiting.len() > 0 {
            timeout(HEAD_START, running.next()).await
        } else {
            Ok(running.next().await)
        };
        match next {
            Ok(Some((_, Ok(Ok(stream))))) => return Ok(stream),
            Ok(Some((address, Ok(Err(error))))) => failed.push((address, of_io(name, &error))),
            Ok(Some((address, Err(_)))) => failed.push((address, timed_out(name, limit))),
            Ok(None) if waiting.len() == 0 => return Err(together(failed, addresses, name)),
            Ok(None) | Err(_) => {}
        }
    }
}

fn together(mut failed: Vec<(SocketAddr, NetworkFailure)>, addresses: &[SocketAddr], name: &str) -> NetworkFailure {
    failed.sort_by_key(|(address, _)| addresses.iter().position(|other| other == address));
    // An address that was named itself is said already.
    let said = |(address, failure): &(SocketAddr, NetworkFailure)| match address.to_string() == name {
        true => failure.detail.clone(),
        false => format!("{}: {}", address.ip(), failure.detail),
    };
    let each: Vec<String> = failed.iter().map(said).collect();
    let telling = failed.iter().find(|(_, failure)| failure.kind != FailureKind::Unroutable).or(failed.first());
    let kind = telling.map_or(FailureKind::Other, |(_, failure)| failure.kind);
    failure(kind, name, each.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_address_does_not_keep_from_an_open_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        // Bound and not listening: refused, and given to nobody else meanwhile.
        let kept = tokio::net::TcpSocket::new_v4().unwrap();
        kept.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let closed = kept.local_addr().unwrap();
        let limit = Duration::from_secs(5);
        let stream = connect(&[closed, open], "mx.example:587", limit).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        let failure = connect(&[closed, closed], "mx.example:587", limit).await.unwrap_err();
        assert_eq!((failure.kind, failure.address.as_str()), (FailureKind::Refused, "mx.example:587"));
        assert_eq!(failure.detail.matches("127.0.0.1: ").count(), 2);
        let failure = connect(&[closed], &closed.to_string(), limit).await.unwrap_err();
        assert!(!failure.detail.contains("127.0.0.1"), "{}", failure.detail);
    }

    #[tokio::test]
    async fn an_address_is_its_own_name() {
        let limit = Duration::from_secs(5);
        let found = resolve(&"::1".parse().unwrap(), 25, limit).await.unwrap();
        assert_eq!(found, ["[::1]:25".parse().unwrap()]);
        assert_eq!(endpoint(&"::1".parse().unwrap(), 25), "[::1]:25");
    }
}
