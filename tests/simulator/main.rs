//! The simulator as a program meets it: over TLS, with clients written here from the protocols and
//! nothing of the program's own but the assertions.

mod assertion;
mod client;
mod concurrency;
mod consent;
mod high_volume;
#[path = "../keys/mod.rs"]
mod keys;
mod mail;
