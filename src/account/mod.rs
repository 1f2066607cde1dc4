//! An account and its files, as formats: what they hold and how they are read and written as text.
//! The reading and writing of files is `runtime::files`' work.

pub mod amiss;
pub mod answers;
pub mod config;
pub mod draft;
pub mod health;
mod pasted;
pub mod settings;
pub mod vault;

pub use settings::{Account, Missing, Settings};

/// The version of the three formats here, which move together.
const VERSION: u32 = 1;

/// A file of another version is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("version {0}, but this program reads version {VERSION}")]
pub struct OtherVersion(pub u32);

fn of_this_version(version: u32) -> Result<(), OtherVersion> {
    if version == VERSION { Ok(()) } else { Err(OtherVersion(version)) }
}
