//! Errors of sockets, TLS and HTTP, sorted into the kinds that screens and causes speak of. The library's
//! own words are kept as the detail.

use std::{error::Error, io};

use crate::{
    network::{FailureKind, NetworkFailure},
    visible::line,
};

pub fn failure(kind: FailureKind, address: &str, detail: impl ToString) -> NetworkFailure {
    NetworkFailure { kind, address: address.to_owned(), detail: line(&detail.to_string()) }
}

pub fn timed_out(address: &str, after: std::time::Duration) -> NetworkFailure {
    failure(FailureKind::TimedOut, address, format!("no answer within {} s", after.as_secs_f64()))
}

/// The connection stood and the request went out.
pub fn unanswered(address: &str, after: std::time::Duration) -> NetworkFailure {
    failure(FailureKind::Unanswered, address, format!("no whole answer within {} s", after.as_secs_f64()))
}

pub fn of_io(address: &str, error: &io::Error) -> NetworkFailure {
    let (kind, detail) = innermost(error).unwrap_or((FailureKind::Other, error.to_string()));
    failure(kind, address, detail)
}

/// The cause at the bottom of a chain of errors, and its words. `io::Error::source` passes over the error it
/// wraps, so each is opened by hand.
pub fn innermost(error: &(dyn Error + 'static)) -> Option<(FailureKind, String)> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some((of_tls(tls), tls.to_string()));
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        let wrapped = io.get_ref().and_then(|inner| innermost(inner));
        return wrapped.or_else(|| Some((of_kind(io.kind()), words(io))));
    }
    error.source().and_then(innermost)
}

/// rustls refers those who use the library to its manual, behind its own words.
fn words(io: &io::Error) -> String {
    let said = io.to_string();
    let own = said.split("https://docs.rs/").next().unwrap_or_default();
    own.trim_end().trim_end_matches(':').to_owned()
}

fn of_tls(error: &rustls::Error) -> FailureKind {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => FailureKind::Certificate,
        _ => FailureKind::TlsHandshake,
    }
}

fn of_kind(kind: io::ErrorKind) -> FailureKind {
    use io::ErrorKind as Io;
    match kind {
        Io::ConnectionRefused => FailureKind::Refused,
        Io::TimedOut => FailureKind::TimedOut,
        Io::HostUnreachable | Io::NetworkUnreachable | Io::NetworkDown | Io::AddrNotAvailable => {
            FailureKind::Unroutable
        }
        Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof | Io::NotConnected => {
            FailureKind::Closed
        }
        _ => FailureKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tls_error_is_found_inside_an_io_error() {
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let wrapped = io::Error::new(io::ErrorKind::InvalidData, tls.clone());
        let twice = io::Error::other(wrapped);
        let failure = of_io("mx.example:587", &twice);
        assert_eq!((failure.kind, failure.detail), (FailureKind::Certificate, tls.to_string()));
    }

    #[test]
    fn a_librarys_manual_is_no_word_of_the_far_end() {
        let manual =
            "peer closed connection without sending TLS close_notify: \nhttps://docs.rs/rustls/x#unexpected-eof";
        let failure = of_io("mx.example:587", &io::Error::new(io::ErrorKind::UnexpectedEof, manual));
        assert_eq!(failure.detail, "peer closed connection without sending TLS close_notify");
        assert_eq!(failure.kind, FailureKind::Closed);
    }

    #[test]
    fn system_errors_have_kinds() {
        let kind = |kind: io::ErrorKind| of_io("", &kind.into()).kind;
        assert_eq!(kind(io::ErrorKind::ConnectionRefused), FailureKind::Refused);
        assert_eq!(kind(io::ErrorKind::NetworkUnreachable), FailureKind::Unroutable);
        assert_eq!(kind(io::ErrorKind::UnexpectedEof), FailureKind::Closed);
        assert_eq!(kind(io::ErrorKind::PermissionDenied), FailureKind::Other);
    }
}
