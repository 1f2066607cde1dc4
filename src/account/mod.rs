//! An account and its files, as formats: what they hold and how they are read and written as text.
//! The reading and writing of files is `runtime::files`' work.

pub mod config;
pub mod draft;
pub mod settings;
pub mod vault;

pub use settings::{Account, Missing, Settings};
