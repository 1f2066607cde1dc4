//! The browser of the person who is played, on this machine: it goes where it is sent, if that is a port of
//! this machine's loopback. It goes nowhere else, and what it finds there it shows to nobody.
#![expect(clippy::disallowed_methods, reason = "a browser connects, and gives up after a while")]

use std::{io, net::Ipv4Addr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::{Host, Position, Url};

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST: u64 = 64 * 1024;

/// Whether a page came.
pub async fn goes_to(url: &str) -> bool {
    let Some((url, port)) = Url::parse(url).ok().and_then(|url| Some((url.clone(), loopback(&url)?))) else {
        return false;
    };
    matches!(timeout(PATIENCE, get(&url, port)).await, Ok(Ok(true)))
}

/// Its port; one that is not named is that of a web server, which nobody meant.
fn loopback(url: &Url) -> Option<u16> {
    let own = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    url.port().filter(|_| own && url.scheme() == "http")
}

async fn get(url: &Url, port: u16) -> io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let (host, path) =
        (&url[Position::BeforeHost..Position::AfterPort], &url[Position::BeforePath..Position::AfterQuery]);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut page = Vec::new();
    stream.take(LONGEST).read_to_end(&mut page).await?;
    Ok(page.starts_with(b"HTTP/1.1 200 "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_to_named_ports_of_this_machine_alone() {
        let goes = |url: &str| loopback(&Url::parse(url).unwrap());
        assert_eq!(goes("http://localhost:8400/?code=x"), Some(8400));
        assert_eq!(goes("http://127.0.0.1:8400/"), Some(8400));
        assert_eq!(goes("http://[::1]:8400/"), Some(8400));
        for other in
            ["http://localhost/", "https://localhost:8400/", "http://contoso.example:8400/", "http://10.0.0.1:1/"]
        {
            assert_eq!(goes(other), None, "{other}");
        }
    }
}
