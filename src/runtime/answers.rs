//! The files that somebody hands to the setup: read whole, and no more of them than such a file can hold. What
//! they say is not looked at here.

use std::path::Path;

use super::disk::{self, Kind, failure};
use crate::{
    secret::Secret,
    wizard::effect::{FileFailure, FileFailureKind},
};

const ANSWERS: u64 = 1024 * 1024;
/// As much as a field takes.
const SECRET: u64 = 64 * 1024;

pub fn answers(path: &Path) -> Result<String, FileFailure> {
    let text = disk::read_at_most(path, Kind::Plain, ANSWERS)?;
    text.map(|text| text.expose().to_owned()).ok_or_else(|| missing(path))
}

/// Refused when others may read it.
pub fn secret(path: &Path) -> Result<Secret, FileFailure> {
    disk::read_at_most(path, Kind::Secret, SECRET)?.ok_or_else(|| missing(path))
}

/// Whether there is anything to read.
pub fn exists(path: &Path) -> bool {
    disk::exists(path)
}

fn missing(path: &Path) -> FileFailure {
    failure(FileFailureKind::Read, path, "there is no such file")
}
