//! The runtime against hostile servers on loopback: every failure has a name, within its limit.
#![expect(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "the helpers of a test are a test")]

mod environment;
mod loopback;
mod mail;
mod web;
