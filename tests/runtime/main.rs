//! The runtime against hostile servers on loopback: every failure has a name, within its limit.

mod environment;
mod loopback;
mod mail;
mod patient;
mod redirect;
mod simulated;
mod web;
