//! `smtp-oauth`: OAuth 2.0 SMTP AUTH at Microsoft 365, set up and diagnosed from a terminal.
//!
//! The layers, from the top; each may use those below it and none beside or above it
//! (`tests/layers.rs` reads every path, `clippy.toml` keeps clocks, sockets and files out of the pure part):
//!
//! - `command`: one file a subcommand; joins wizard, front and runtime
//! - `front` | `runtime`: draw a screen and read keys | perform effects; neither sees the other
//! - `wizard`: the pure core
//! - `handover`, `report`: what an administrator is asked to do | what is told of a failure
//! - `product`, `checklist`, `diagnosis`, `account`, `export`, `language`: data and formats
//! - `smtp`, `entra`, `token`: protocols, values in and values out
//! - `facts`, `markdown`, `network`, `phrase`, `secret`, `shell`, `visible`: what everything speaks in
//!
//! `simulator` stands apart: Microsoft, small enough to carry. It shares no code with what it tests.
#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod account;
pub mod checklist;
pub mod command;
pub mod diagnosis;
pub mod entra;
pub mod export;
pub mod facts;
pub mod front;
pub mod handover;
pub mod language;
pub mod markdown;
pub mod network;
pub mod pattern;
pub mod phrase;
pub mod product;
pub mod report;
pub mod runtime;
pub mod secret;
pub mod shell;
pub mod simulator;
pub mod smtp;
pub mod token;
pub mod visible;
pub mod way;
pub mod wizard;
