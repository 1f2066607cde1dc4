//! The effects: sockets, TLS and HTTPS, performed for the pure layers above protocols and below commands.
//! Nothing here decides what a result means.

mod address;
mod certificate;
mod closed;
mod connect;
mod disk;
mod drafts;
mod failure;
pub mod files;
pub mod handed;
mod lock;
pub mod mail;
pub mod named;
pub mod pair;
pub mod patient;
mod proxy;
pub mod quiet;
pub mod redirect;
mod room;
pub mod sole;
mod staged;
pub mod tasks;
pub mod tls;
pub mod web;
